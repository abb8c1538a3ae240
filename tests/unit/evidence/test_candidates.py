"""Every caller's candidates, each with what the sample's own reads show."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import (
    ETV6,
    KHDRBS1,
    NO_STOP,
    Bam,
    Design,
    Grader,
    at,
    build_placed,
    called,
    candidate,
    codes,
    kept_reads,
    knowledge_of,
    put,
    together,
)

from ntrkoma.calling.fused_reads import FusedTranscript, fused_transcript
from ntrkoma.calling.junctions import call_junctions
from ntrkoma.evidence.candidates import Candidate, fusion_fraction, on_one_place, partner_expression
from ntrkoma.evidence.sample import (
    DRAWN_JUNCTIONS,
    FoundJunctions,
    draw,
    figure_key,
    find_candidates,
)
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.fusion import FusionFraction
from ntrkoma.model.junction import (
    Breakpoint,
    CallerCall,
    Fragment,
    Junction,
    junctions_from_json,
    junctions_to_json,
)
from ntrkoma.model.states import Caller, CountedBy, Status
from ntrkoma.programs.chimeric import ChimericAlignment
from ntrkoma.programs.splices import SpliceJunctions, parse_splice_junctions

J, S, A = Caller.JUNCTIONS, Caller.STAR_FUSION, Caller.ARRIBA
NACC2 = at("chr9:81682:-"), at("chr9:70839:+")
LEFTS = (22, 31, 38, 47, 55, 63, 71, 78)

Find = Callable[..., FoundJunctions]


def drawn_of(found: FoundJunctions, loci, **options) -> dict[str, Any]:
    """The reads of the figures of what was found."""
    return draw(found.candidates, found.fragments, found.reads, loci, **options)


def spliced(rows: Iterable[str]) -> SpliceJunctions:
    return SpliceJunctions(parse_splice_junctions(rows, "SJ.out.tab"))


def kinds(drawn: dict[str, Any]) -> Counter[str]:
    """How many fragments of either kind are drawn."""
    return Counter({read["fragment"]: read["kind"] for read in drawn["reads"]}.values())


def arriba(place: Sequence[Breakpoint], reads: int = 12, caller: Caller = A, **rest) -> CallerCall:
    return called(str(place[0]), str(place[1]), caller, reads, 3, **rest)


@pytest.fixture
def bam(tmp_path: Path, genome) -> Bam:
    return Bam(tmp_path / "sample.bam", genome)


@pytest.fixture
def find(bam: Bam, loci, annotator, thresholds) -> Find:
    """The candidates of what is in the BAM."""

    def run(
        rows: Iterable[ChimericAlignment] = (),
        calls: Sequence[CallerCall] = (),
        callers: Sequence[Caller] = tuple(Caller),
        splices: Iterable[str] = (),
    ) -> FoundJunctions:
        reads = kept_reads(bam.write(), loci, rows, calls)
        own = call_junctions(rows, [], reads, loci)
        # Between two jobs: the junctions as JSON, the reads as the evidence BAM.
        return find_candidates(
            junctions_from_json(junctions_to_json(own)),
            calls,
            callers,
            spliced(splices),
            1_000_000,
            reads,
            loci,
            annotator,
            thresholds,
        )

    return run


@pytest.fixture
def fused(loci) -> Callable[[Sequence[Breakpoint]], FusedTranscript]:
    return lambda place: fused_transcript(Junction(*place, 2), loci)


def sample(
    bam: Bam,
    fused: FusedTranscript,
    place: Sequence[Breakpoint],
    copies: int = 1,
    prefix: str = "",
) -> list[ChimericAlignment]:
    """Eight reads across a junction and three pairs astride it, from either strand."""
    rows: list[ChimericAlignment] = []
    for copy in range(copies):
        for number, left in enumerate(LEFTS):
            name = f"{prefix}r{number}.{copy}"
            rows += bam.fused(name, fused, place, left, 100 - left, turned=number % 2 == 1)
        for number, gap in enumerate((3, 20, 41)):
            rows += bam.astride(f"{prefix}s{number}.{copy}", fused, place, gap, 50 - gap)
    return rows


def figures(found: Candidate) -> tuple[int, int]:
    """Junction reads and spanning fragments that stand for the support."""
    return found.merged.support.junction_reads, found.merged.support.spanning_fragments


class TestCount:
    @pytest.mark.parametrize("place", [KHDRBS1, ETV6])
    def test_our_count_stands_beside_every_callers(self, bam, find, fused, place) -> None:
        rows = sample(bam, fused(place), place)
        (found,) = find(rows, [arriba(place, 30), arriba(place, 9, S)]).candidates
        assert {call.caller for call in found.merged.calls} == {J, S, A}
        assert found.merged.by_caller(A).junction_reads == 30
        assert figures(found) == (8, 3)
        assert found.merged.count.evidence.counted_by == CountedBy.CHIMERIC

    @pytest.mark.parametrize("caller", [A, S])
    @pytest.mark.parametrize("place", [KHDRBS1, ETV6])
    def test_a_callers_own_candidate_is_counted_as_chimeric_reads_are(
        self, bam, find, fused, place, caller
    ) -> None:
        """Without one chimeric row, the same fragments are found by the fused transcript."""
        chimeric = sample(bam, fused(place), place)
        (ours,) = find(chimeric).candidates
        (theirs,) = find([], [arriba(place, 40, caller)]).candidates
        assert [call.caller for call in theirs.merged.calls] == [caller]
        assert figures(theirs) == figures(ours) == (8, 3)
        evidence, own = theirs.merged.count.evidence, ours.merged.count.evidence
        assert replace(evidence, counted_by=CountedBy.CHIMERIC) == own
        assert evidence.counted_by == CountedBy.FUSED_TRANSCRIPT
        assert (evidence.start_positions, evidence.splice_motif) == (8, own.splice_motif)

    def test_reads_that_star_leaves_clipped_or_unmapped_count(self, bam, find, fused) -> None:
        """Parts of 8 and 9 nt are no chimeric segment to STAR, and some reads fit nowhere."""
        transcript = fused(KHDRBS1)
        for number, right in enumerate((7, 8, 9)):
            bam.fused(f"r{number}", transcript, KHDRBS1, 100 - right, right)
        bam.unmapped("lost", transcript, 60)
        (found,) = find([], [arriba(KHDRBS1)]).candidates
        assert figures(found) == (3, 0)
        assert found.merged.count.evidence.anchor3 >= 9

    def test_what_belongs_to_a_junction_that_is_seen_is_not_counted_again(
        self, bam, find, fused, mane
    ) -> None:
        """A pair with a mate in e13 fits a join to e12 as well as one to e13, and e12 has it."""
        ntrk1 = mane["NTRK1"]
        e13 = at(f"chr1:{ntrk1.exon_start(13)}:+")
        beyond = ntrk1.exon_end(12) - ntrk1.exon_start(12) + 1 + 10
        rows = sample(bam, fused(KHDRBS1), KHDRBS1)
        rows += bam.astride("far", fused(KHDRBS1), KHDRBS1, 10, beyond)
        other = arriba((KHDRBS1[0], e13), 5)
        by_acceptor = {c.merged.lead.breakpoint3: c for c in find(rows, [other]).candidates}
        assert figures(by_acceptor[KHDRBS1[1]]) == (8, 4)
        assert not by_acceptor[e13].merged.count.support

    def test_an_inexact_claim_gets_no_count(self, find) -> None:
        (found,) = find([], [arriba(KHDRBS1, 0, exact=False)]).candidates
        assert found.merged.count is None
        assert figures(found) == (0, 3)
        assert found.fraction == FusionFraction(None, None, None, None)

    def test_no_reads_no_callers_no_candidates(self, find) -> None:
        found = find()
        assert found.candidates == ()
        assert found.fragments == {}


class TestCallersThatWereAsked:
    def test_ours_was_not(self, bam, find, fused) -> None:
        """It gives no candidate of its own, but its count stands for Arriba's."""
        rows = sample(bam, fused(KHDRBS1), KHDRBS1) + sample(bam, fused(ETV6), ETV6, 1, "e")
        (found,) = find(rows, [arriba(KHDRBS1, 40)], [A]).candidates
        assert [call.caller for call in found.merged.calls] == [A]
        assert found.merged.count.caller == J
        assert figures(found) == (8, 3)

    def test_only_ours_was(self, bam, find, fused) -> None:
        rows = sample(bam, fused(ETV6), ETV6)
        (found,) = find(rows, [], [J]).candidates
        assert [call.caller for call in found.merged.calls] == [J]


class TestNotConfirmed:
    def test_the_callers_figures_are_kept_and_questioned(
        self, find, annotator, knowledge, thresholds
    ) -> None:
        """No read of the BAM crosses the join that Arriba reports."""
        (found,) = find([], [arriba(KHDRBS1, 12)]).candidates
        assert found.merged.count.support == 0
        assert figures(found) == (12, 3)
        fusion = Grader(annotator, knowledge, thresholds)(
            *found.merged.calls, count=found.merged.count
        )
        assert codes(fusion) == ["not_confirmed"]
        assert fusion.status == Status.REVIEW
        assert (fusion.support_from, fusion.junction_reads) == (A, 12)


class TestDuplicates:
    @pytest.mark.parametrize("chimeric", [True, False])
    def test_ten_copies_of_every_fragment(self, bam, find, fused, mane, chimeric: bool) -> None:
        """The wild type is counted with its copies, so for the share those of the fusion are."""
        rows = sample(bam, fused(KHDRBS1), KHDRBS1, copies=10)
        khdrbs1 = mane["KHDRBS1"]
        splices = [row("chr1", khdrbs1.exon_end(8), khdrbs1.exon_start(9), 240)]
        calls = [arriba(KHDRBS1)]
        (found,) = find(rows if chimeric else [], calls, splices=splices).candidates
        assert figures(found) == (8, 3)
        evidence = found.merged.count.evidence
        assert (evidence.junction_reads_raw, evidence.spanning_fragments_raw) == (80, 30)
        assert evidence.start_positions == 8
        assert (found.fraction.five, found.fraction.three) == (80 / 320, 1.0)


def row(chrom: str, left: int, right: int, unique: int, strand: int = 1, annotated: int = 1) -> str:
    """A line of SJ.out.tab for an intron between two exon bases."""
    return f"{chrom}\t{left + 1}\t{right - 1}\t{strand}\t1\t{annotated}\t{unique}\t0\t40"


class TestFraction:
    """Junction reads over junction plus wild type, at each side by itself."""

    def test_on_exon_borders_of_both_strands(self, bam, find, fused, mane) -> None:
        rows = sample(bam, fused(ETV6), ETV6)
        etv6, ntrk3 = mane["ETV6"], mane["NTRK3"]
        splices = [
            row("chr12", etv6.exon_end(5), etv6.exon_start(6), 20),
            row("chr12", etv6.exon_end(5), etv6.exon_start(7), 4, annotated=0),
            row("chr12", etv6.exon_end(4), etv6.exon_start(5), 99),
            # NTRK3 is on the minus strand: e14 lies right of e15
            row("chr15", ntrk3.exon_start(15), ntrk3.exon_end(14), 2, 2),
            row("chr15", ntrk3.exon_start(16), ntrk3.exon_end(15), 99, 2),
        ]
        assert (etv6.exon_end(5), ntrk3.exon_start(15)) == (ETV6[0].pos, ETV6[1].pos)
        (found,) = find(rows, splices=splices).candidates
        assert found.fraction == FusionFraction(8 / 32, 8 / 10, 24, 2)

    def test_a_silent_target_gene_gives_one(self, bam, find, fused, mane) -> None:
        khdrbs1 = mane["KHDRBS1"]
        rows = sample(bam, fused(KHDRBS1), KHDRBS1)
        splices = [row("chr1", khdrbs1.exon_end(8), khdrbs1.exon_start(9), 392)]
        (found,) = find(rows, splices=splices).candidates
        assert found.fraction == FusionFraction(0.02, 1.0, 392, 0)

    def test_the_join_itself_is_no_wild_type(self, bam, loci, mane) -> None:
        """STAR takes a read-through for an ordinary splice of the donor."""
        five, three = mane["PRCC"].exon_end(6), mane["NTRK1"].exon_start(2)
        place = f"chr1:{five}:+", f"chr1:{three}:+"
        splices = spliced(
            [
                row("chr1", five, three, 30, annotated=0),
                row("chr1", five, mane["PRCC"].exon_start(7), 10),
            ]
        )
        reads = kept_reads(bam.write(), loci)
        merged = together(called(*place, J, 30, 0))
        assert fusion_fraction(merged, splices, reads, loci) == FusionFraction(0.75, 1.0, 10, 0)

    @pytest.mark.parametrize("strand", ["+", "-"])
    def test_off_the_borders_it_is_what_reads_on(self, bam, loci, mane, strand: str) -> None:
        """Both breakpoints inside exons, on either strand: reads without a gap over each."""
        five = Breakpoint("chr1", mane["NTRK1"].exon_start(8) + 60, strand)
        three = Breakpoint("chr1", mane["NTRK1"].exon_start(14) + 70, strand)
        lost5 = five if strand == "+" else Breakpoint("chr1", five.pos - 1, strand)
        lost3 = Breakpoint("chr1", three.pos - 1, strand) if strand == "+" else three
        for number in range(6):
            bam.wild(f"five{number}", lost5, 30 + number, 40)
        for number in range(2):
            bam.wild(f"three{number}", lost3, 30 + number, 40)
        reads = kept_reads(bam.write(), loci)
        merged = together(called(str(five), str(three), J, 6, 0))
        found = fusion_fraction(merged, SpliceJunctions([]), reads, loci)
        assert found == FusionFraction(0.5, 0.75, 6, 2)

    def test_reads_of_the_fusion_are_no_wild_type(self, bam, find, loci, mane) -> None:
        """Where the genes begin alike, STAR aligns reads of the fusion on for a few bases."""
        five, three = ETV6[0], Breakpoint("chr1", mane["NTRK1"].exon_start(14) + 70, "+")
        inexact = fused_transcript(Junction(five, three, 1), loci)
        rows: list[ChimericAlignment] = []
        for number, left in enumerate(LEFTS[:4]):
            rows += bam.fused(f"r{number}", inexact, (five, three), left, 100 - left)
        for number in range(4):
            # Three bases into NTRK1's own sequence before the breakpoint.
            bam.wild(f"on{number}", Breakpoint("chr1", three.pos - 1, "+"), 3, 60 + number)
        (found,) = find(rows).candidates
        assert found.place[1] == three
        assert found.fraction.wild_type3 == 0
        assert found.fraction.three == 1.0

    def test_nothing_to_count_is_no_share(self, loci, bam) -> None:
        reads = kept_reads(bam.write(), loci)
        merged = together(called(*map(str, KHDRBS1), J, 0, 6, exact=True))
        found = fusion_fraction(merged, SpliceJunctions([]), reads, loci)
        assert found == FusionFraction(None, None, 0, 0)


class TestPlacement:
    """One junction, one place: the one that is published, drawn and compared between samples."""

    @pytest.fixture
    def repeat(self, tmp_path: Path):
        """Two genes, joined inside exons, that share four bases at the breakpoint."""
        dice = random.Random(3)

        def bases(count: int) -> str:
            return "".join(dice.choices(NO_STOP, k=count))

        first = bases(100) + "GGCA" + "C" + bases(95)
        second = bases(99) + "T" + "GGCA" + "A" + bases(95)
        five = put(Design(first, ((11, 190),)), "+", "PARTNER", "chrA")
        three = put(Design(second, ((11, 190),)), "+", "NTRK1", "chrB")
        world = build_placed(tmp_path, five, three)
        return world.annotator(knowledge_of(), "NTRK1"), world.loci("NTRK1")

    @pytest.mark.parametrize("shift", range(5))
    def test_equal_placements_are_one(self, repeat, shift: int) -> None:
        annotator, loci = repeat
        junction = Junction(at(f"chrA:{100 + shift}:+"), at(f"chrB:{101 + shift}:+"), 0)
        (found,) = on_one_place([junction], annotator, loci)
        # the 3′ rule: as far along as the bases allow
        assert (found.donor.pos, found.acceptor.pos) == (104, 105)

    def test_junctions_that_meet_are_one(self, repeat) -> None:
        annotator, loci = repeat

        def fragment(name: str) -> Fragment:
            return Fragment(name, (1, 2, False), (50, 50), 1, 0)

        one = Junction(at("chrA:100:+"), at("chrB:101:+"), 0)
        one.reads = {name: fragment(name) for name in "ab"}
        one.spanning = {"c": fragment("c"), "s": fragment("s")}
        two = Junction(at("chrA:103:+"), at("chrB:104:+"), 0)
        two.reads = {name: fragment(name) for name in "bc"}
        two.spanning = {"t": fragment("t")}
        (found,) = on_one_place([one, two], annotator, loci)
        assert set(found.reads) == {"a", "b", "c"}
        assert set(found.spanning) == {"s", "t"}

    def test_inserted_bases_and_inexact_places_stay(self, repeat) -> None:
        annotator, loci = repeat
        sides = at("chrA:100:+"), at("chrB:101:+")
        given = [
            Junction(*sides, 0, inserted="TT"),
            Junction(*sides, 0, exact=False),
            Junction(*sides, 0),
        ]
        found = on_one_place(given, annotator, loci)
        assert [j.donor.pos for j in found] == [100, 100, 104]

    def test_the_figure_and_the_published_place_agree(
        self, bam, find, loci, annotator, mane
    ) -> None:
        """Whatever the bases at a breakpoint inside an exon."""
        for step in range(12):
            five = Breakpoint("chr1", mane["KHDRBS1"].exon_end(8) - 20 - step, "+")
            three = Breakpoint("chr1", mane["NTRK1"].exon_start(14) + 70, "+")
            transcript = fused_transcript(Junction(five, three, 0), loci)
            rows: list[ChimericAlignment] = []
            for number, left in enumerate(LEFTS):
                name = f"{step}.{number}"
                rows += bam.fused(name, transcript, (five, three), left, 100 - left)
            found = find(rows)
            for one in found.candidates:
                lead = one.merged.lead
                structure = annotator.annotate(*one.place)
                assert (structure.breakpoint5, structure.breakpoint3) == one.place[:2]
                assert figure_key(one.merged) == f"{lead.breakpoint5}|{lead.breakpoint3}"
            assert {figure_key(c.merged) for c in found.candidates} == set(drawn_of(found, loci))

    @pytest.mark.parametrize("shift", [0, 1, 2])
    def test_a_candidate_stands_at_its_published_place(
        self, bam, find, loci, annotator, mane, shift: int
    ) -> None:
        """Whichever of the equal places the aligner takes, even for a read too short to refine."""
        tried = 0
        for step in range(60):
            five = Breakpoint("chr1", mane["KHDRBS1"].exon_end(8) - 40 - step, "+")
            three = Breakpoint("chr1", mane["NTRK1"].exon_start(14) + 70, "+")
            placed = annotator.place(five, three)
            moved = (
                Breakpoint("chr1", five.pos + shift, "+"),
                Breakpoint("chr1", three.pos + shift, "+"),
            )
            if placed[0].pos < five.pos + shift or placed == (five, three):
                continue
            tried += 1
            transcript = fused_transcript(Junction(*placed, 0), loci)
            rows = bam.fused(f"r{step}", transcript, moved, 20, 80)
            assert {c.place[:2] for c in find(rows).candidates} == {placed}
        assert tried > 2


class TestPartnerExpression:
    def test_busiest_intron_per_million(self, annotation, mane) -> None:
        khdrbs1, ntrk1 = mane["KHDRBS1"], mane["NTRK1"]
        splices = spliced(
            [
                row("chr1", khdrbs1.exon_end(2), khdrbs1.exon_start(3), 3000),
                row("chr1", khdrbs1.exon_end(3), khdrbs1.exon_start(4), 1000),
                row("chr1", ntrk1.exon_end(3), ntrk1.exon_start(4), 90_000),
            ]
        )
        merged = together(called(*map(str, KHDRBS1)))
        found = partner_expression(merged, splices, annotation, {"NTRK1"}, 2_000_000)
        assert found == 1500.0

    def test_a_silent_partner_is_zero_and_no_partner_none(self, annotation) -> None:
        empty = SpliceJunctions([])
        merged = together(called(*map(str, KHDRBS1)))
        assert partner_expression(merged, empty, annotation, {"NTRK1"}, 10**6) == 0.0
        assert partner_expression(merged, empty, annotation, {"NTRK1"}, 0) is None
        intergenic = together(called("chr2:21000:+", str(KHDRBS1[1])))
        assert partner_expression(intergenic, empty, annotation, {"NTRK1"}, 10**6) is None


class TestDrawn:
    @pytest.mark.parametrize("place", [KHDRBS1, ETV6])
    @pytest.mark.parametrize("chimeric", [True, False])
    def test_reads_lie_on_the_fused_transcript(
        self, bam, find, fused, loci, place, chimeric: bool
    ) -> None:
        rows = sample(bam, fused(place), place)
        found = find(rows if chimeric else [], [arriba(place)])
        (drawn,) = drawn_of(found, loci).values()
        sequence, left, right = drawn["sequence"], drawn["left"], drawn["right"]
        whole = fused(place)
        assert sequence[left - 30 : left] == whole.sequence[whole.left - 30 : whole.left]
        assert sequence[right : right + 30] == whole.sequence[whole.right : whole.right + 30]
        for read in drawn["reads"]:
            start, bases = read["start"], read["sequence"]
            shown = range(max(0, -start), min(len(bases), len(sequence) - start))
            assert all(bases[i] == sequence[start + i] for i in shown)
            if read["kind"] == "junction":
                assert start < left < start + len(bases)
        kinds = [read["kind"] for read in drawn["reads"]]
        assert kinds.count("junction") == 8
        assert kinds.count("spanning") == 6
        assert len({read["fragment"] for read in drawn["reads"]}) == 11

    def test_inserted_bases(self, bam, find, loci) -> None:
        inserted = Junction(*NACC2, 0, inserted="AAC")
        transcript = fused_transcript(inserted, loci)
        for number, left in enumerate(LEFTS):
            bam.fused(f"r{number}", transcript, NACC2, left, 100 - left)
        call = arriba(NACC2, inserted="AAC", gene5="NACC2", gene3="NTRK2")
        found = find([], [call])
        (drawn,) = drawn_of(found, loci).values()
        assert drawn["sequence"][drawn["left"] : drawn["right"]] == "AAC"
        assert figures(found.candidates[0]) == (8, 0)

    def test_no_more_than_a_figure_shows(self, bam, find, fused, loci) -> None:
        rows = sample(bam, fused(KHDRBS1), KHDRBS1, copies=20)
        (drawn,) = drawn_of(find(rows), loci, copies=Copies.UNKNOWN).values()
        assert kinds(drawn) == {"junction": 30, "spanning": 10}

    def test_copies_of_one_molecule_are_drawn_once(self, bam, find, fused, loci) -> None:
        rows = sample(bam, fused(KHDRBS1), KHDRBS1, copies=20)
        found = find(rows)
        (drawn,) = drawn_of(found, loci).values()
        assert kinds(drawn) == {"junction": 8, "spanning": 3}
        assert [figures(one) for one in found.candidates] == [(8, 3)]

    def test_the_best_supported_of_very_many(self, bam, find, fused, loci) -> None:
        """A noisy sample has thousands of single fragments."""
        rows = sample(bam, fused(KHDRBS1), KHDRBS1)
        for number in range(DRAWN_JUNCTIONS + 5):
            five = Breakpoint("chr12", ETV6[0].pos - 40 - 7 * number, "+")
            three = Breakpoint("chr15", ETV6[1].pos - 40 - 7 * number, "-")
            single = fused_transcript(Junction(five, three, 0), loci)
            rows += bam.fused(f"n{number}", single, (five, three), 50, 50)
        found = find(rows)
        drawn = drawn_of(found, loci)
        assert len(found.candidates) > DRAWN_JUNCTIONS == len(drawn)
        assert "|".join(map(str, KHDRBS1)) in drawn


def test_a_place_is_breakpoints_and_bases() -> None:
    one = candidate(called("chr1:6358:+", "chr1:160443:+", inserted="AAC"))
    assert one.place == (*KHDRBS1, "AAC")
    assert one.fragments == 16
