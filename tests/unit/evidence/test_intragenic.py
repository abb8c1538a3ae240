"""Events within one gene: named right, counted against the wild type, isoforms left alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import STRANDS, acceptor, at, build_placed, designs, domain_of, donor, put
from hypothesis import assume, given
from hypothesis import strategies as st

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.curated.known_events import EventKind, KnownEvent
from ntrkoma.evidence.intragenic import NOT_A_FUSION, Candidate, IntragenicEvent, intragenic_events
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Frame, Kinase
from ntrkoma.programs.splices import parse_splice_junctions

THRESHOLDS = {"intragenic_min_reads": 5, "intragenic_min_share": 0.1}


@pytest.fixture(scope="module")
def known(resources: Path) -> tuple[KnownEvent, ...]:
    return tuple(KnownEvent.read(resources))


def splice(donor_side: Breakpoint, acceptor_side: Breakpoint, reads: int, strand: str = "") -> str:
    """A line of SJ.out.tab; multi-mapped reads, which must not count, are written beside."""
    low, high = sorted((donor_side.pos, acceptor_side.pos))
    code = {"+": "1", "-": "2", "": "0"}[strand]
    fields = (donor_side.chrom, low + 1, high - 1, code, 1, 0, reads, 1000, 40)
    return "\t".join(map(str, fields))


def skip(transcript: Transcript, exon5: int, exon3: int, reads: int) -> str:
    """The line of a junction from one exon to another."""
    return splice(
        at(donor(transcript, exon5)), at(acceptor(transcript, exon3)), reads, transcript.strand
    )


def wild_type(
    transcript: Transcript, reads: int, but: Mapping[int, int] | None = None
) -> list[str]:
    """Lines of all junctions of a transcript; ``but``: other counts by 5′ exon."""
    numbers = range(1, len(transcript.exons))
    return [skip(transcript, n, n + 1, (but or {}).get(n, reads)) for n in numbers]


def found(
    lines: list[str], annotator: Annotator, known, candidates: tuple[Candidate, ...] = ()
) -> list[IntragenicEvent]:
    rows = parse_splice_junctions(lines, "SJ.out.tab")
    return intragenic_events(rows, candidates, annotator, known, THRESHOLDS)


class TestTrkA3:
    """The variant of neuroblastoma, on NTRK1 of the test reference."""

    def test_is_named(self, annotator: Annotator, mane, known) -> None:
        ntrk1 = mane["NTRK1"]
        lines = [*wild_type(ntrk1, 30), skip(ntrk1, 5, 8, 10), skip(ntrk1, 8, 10, 12)]
        (event,) = found(lines, annotator, known)
        assert (event.name, event.known, event.kind) == ("TrkAIII", True, EventKind.EXON_SKIPPING)
        assert (event.exon5, event.exon3, event.skipped_exons) == (5, 8, (6, 7))
        assert (event.frame, event.kinase) == (Frame.IN_FRAME, Kinase.COMPLETE)
        assert (event.reads, event.wild_type_reads, event.share) == (10, 30.0, 0.25)
        assert event.breakpoint5 == at(donor(ntrk1, 5))
        assert event.breakpoint3 == at(acceptor(ntrk1, 8))
        assert "276 coding nt" in event.text
        assert "residues 192-284" in event.text
        assert "Exon 9, which TrkAIII lacks as well, is skipped in 12 and kept in 30" in event.text
        assert event.text.endswith(NOT_A_FUSION)
        published = json.loads(json.dumps(event.to_json()))
        assert published == event.to_json()
        assert published["kind"] == "exon_skipping"
        assert published["breakpoint5"] == {
            "chrom": "chr1",
            "pos": ntrk1.exon_end(5),
            "strand": "+",
        }

    def test_the_isoform_without_exon_9_is_no_event(
        self, annotator: Annotator, mane, known
    ) -> None:
        ntrk1 = mane["NTRK1"]
        assert found([*wild_type(ntrk1, 30), skip(ntrk1, 8, 10, 25)], annotator, known) == []

    def test_without_the_table_it_is_told_by_its_exons(self, annotator: Annotator, mane) -> None:
        (event,) = found([skip(mane["NTRK1"], 5, 8, 9)], annotator, ())
        assert (event.name, event.known) == ("exons 6-7 skipped", False)
        # Nothing of the wild type is seen: all of it is the event.
        assert (event.wild_type_reads, event.share) == (0.0, 1.0)

    @pytest.mark.parametrize(
        ("reads", "wild", "seen"), [(4, 0, False), (5, 45, True), (5, 46, False), (5, 0, True)]
    )
    def test_thresholds(
        self, annotator: Annotator, mane, known, reads: int, wild: int, seen: bool
    ) -> None:
        ntrk1 = mane["NTRK1"]
        lines = [*wild_type(ntrk1, wild), skip(ntrk1, 5, 8, reads)]
        assert bool(found(lines, annotator, known)) is seen


class TestSkipping:
    def test_wild_type_is_the_mean_of_what_the_event_replaces(
        self, annotator: Annotator, mane, known
    ) -> None:
        """Splicing from the exon before and into the exon behind, of all annotated isoforms."""
        ntrk3 = mane["NTRK3"]
        lines = [*wild_type(ntrk3, 99, {4: 20, 7: 30}), skip(ntrk3, 4, 8, 25)]
        (event,) = found(lines, annotator, known)
        assert event.name == "exons 5-7 skipped"
        assert (event.wild_type_reads, event.share) == (25.0, 0.5)

    @pytest.mark.parametrize(("gene", "exon5"), [("NTRK1", 13), ("NTRK2", 15), ("NTRK3", 15)])
    def test_of_kinase_exons(
        self, annotator: Annotator, mane, known, gene: str, exon5: int
    ) -> None:
        (event,) = found([skip(mane[gene], exon5, exon5 + 2, 8)], annotator, known)
        assert event.name == f"exon {exon5 + 1} skipped"
        assert event.kinase == Kinase.PARTIAL
        assert "of the kinase domain is left" in event.text
        removed = mane[gene].exons[exon5]
        in_frame = (removed[1] - removed[0] + 1) % 3 == 0
        assert (event.frame == Frame.IN_FRAME) is in_frame

    def test_annotated_junctions_are_isoforms(self, annotator: Annotator, models, known) -> None:
        own = [t for t in models if t.gene in {"NTRK1", "NTRK2", "NTRK3"}]
        lines = [line for transcript in own for line in wild_type(transcript, 50)]
        assert found(lines, annotator, known) == []

    @pytest.mark.parametrize(("gene", "exon"), [("NTRK3", 18), ("NTRK3", 11)])
    def test_isoforms_that_the_annotation_may_lack(
        self, annotator: Annotator, mane, known, gene: str, exon: int
    ) -> None:
        line = skip(mane[gene], exon - 1, exon + 1, 50)
        assert found([line], annotator, known) == []
        assert len(found([line], annotator, ())) == 1

    def test_untranslated_exons_do_not_matter(self, annotator: Annotator, mane, known) -> None:
        """NTRK3 begins to code in exon 3: starting in another 5′ exon changes no protein."""
        assert found([skip(mane["NTRK3"], 1, 3, 50)], annotator, known) == []

    def test_loss_of_the_start_codon(self, annotator: Annotator, mane, known) -> None:
        (event,) = found([skip(mane["NTRK3"], 2, 4, 50)], annotator, known)
        assert (event.name, event.frame) == ("exon 3 skipped", Frame.NO_CDS)

    def test_other_genes_and_the_other_strand_are_left_alone(
        self, annotator: Annotator, mane, known
    ) -> None:
        tpm3, ntrk1 = mane["TPM3"], mane["NTRK1"]
        against = splice(at(donor(ntrk1, 5)), at(acceptor(ntrk1, 8)), 50, "-")
        assert found([skip(tpm3, 2, 5, 50), against], annotator, known) == []

    def test_a_cryptic_exon_leaves_the_frame_open(self, annotator: Annotator, mane, known) -> None:
        ntrk1 = mane["NTRK1"]
        cryptic = Breakpoint(ntrk1.chrom, ntrk1.exon_start(9) - 40, "+")
        line = splice(at(donor(ntrk1, 6)), cryptic, 20, "+")
        (event,) = found([line], annotator, known)
        assert event.skipped_exons == (7, 8)
        assert event.frame == Frame.UNKNOWN

    def test_best_supported_first(self, annotator: Annotator, mane, known) -> None:
        lines = [
            skip(mane["NTRK3"], 4, 6, 7),
            skip(mane["NTRK1"], 3, 5, 8),
            skip(mane["NTRK1"], 5, 8, 9),
        ]
        assert [(e.gene, e.reads) for e in found(lines, annotator, known)] == [
            ("NTRK1", 9),
            ("NTRK1", 8),
            ("NTRK3", 7),
        ]


class TestDeletion:
    def gap(self, transcript: Transcript, exon: int, offset: int, nt: int):
        """Last base before and first base behind a gap in one exon."""
        step = 1 if transcript.strand == "+" else -1
        first = transcript.exon_start(exon) + step * offset
        return (
            Breakpoint(transcript.chrom, first, transcript.strand),
            Breakpoint(transcript.chrom, first + step * (nt + 1), transcript.strand),
        )

    @pytest.mark.parametrize(("gene", "exon"), [("NTRK1", 8), ("NTRK2", 9), ("NTRK3", 10)])
    @pytest.mark.parametrize(("nt", "frame"), [(60, Frame.IN_FRAME), (61, Frame.OUT_OF_FRAME)])
    def test_within_one_exon(
        self, annotator: Annotator, mane, known, gene: str, exon: int, nt: int, frame: Frame
    ) -> None:
        """STAR writes such a gap as a junction without strand."""
        transcript = mane[gene]
        five, three = self.gap(transcript, exon, 30, nt)
        lines = [*wild_type(transcript, 40), splice(five, three, 10)]
        (event,) = found(lines, annotator, known)
        assert (event.kind, event.name) == (EventKind.DELETION, f"exon {exon} partly deleted")
        assert event.skipped_exons == ()
        assert f"{nt} coding nt" in event.text
        assert event.frame == frame or "stop" in event.text
        # Both borders of the exon are also used by the event: 40 less 10 are wild type.
        assert (event.wild_type_reads, event.share) == (30.0, 0.25)

    def test_named_by_length_and_place(self, annotator: Annotator, mane, known) -> None:
        five, three = self.gap(mane["NTRK1"], 8, 30, 225)
        (event,) = found([splice(five, three, 10)], annotator, known)
        assert event.name == "ΔTrkA"
        (elsewhere,) = found([splice(*self.gap(mane["NTRK2"], 9, 30, 225), 10)], annotator, known)
        assert not elsewhere.known

    def test_over_several_exons(self, annotator: Annotator, mane, known) -> None:
        ntrk1 = mane["NTRK1"]
        five = Breakpoint(ntrk1.chrom, ntrk1.exon_start(6) + 20, "+")
        three = Breakpoint(ntrk1.chrom, ntrk1.exon_end(8) - 20, "+")
        lines = [*wild_type(ntrk1, 99, {6: 10, 7: 20}), splice(five, three, 15)]
        (event,) = found(lines, annotator, known)
        assert (event.kind, event.name) == (EventKind.DELETION, "exons 6-8 partly deleted")
        assert event.wild_type_reads == 15.0


class TestDuplication:
    def test_back_splice(self, annotator: Annotator, mane, known) -> None:
        ntrk2 = mane["NTRK2"]
        back = Candidate(at(donor(ntrk2, 17)), at(acceptor(ntrk2, 15)), "", 9)
        (event,) = found(wild_type(ntrk2, 27), annotator, known, (back,))
        assert (event.kind, event.name) == (EventKind.DUPLICATION, "exons 15-17 duplicated")
        assert (event.exon5, event.exon3) == (17, 15)
        assert (event.share, event.kinase) == (0.25, Kinase.COMPLETE)
        assert "the RNA is circular" in event.text
        lengths = [end - start + 1 for start, end in ntrk2.exons[14:17]]
        assert (event.frame == Frame.IN_FRAME) is (sum(lengths) % 3 == 0)

    def test_one_junction_from_both_sources_is_one_event(
        self, annotator: Annotator, mane, known
    ) -> None:
        ntrk1 = mane["NTRK1"]
        own = Candidate(at(donor(ntrk1, 5)), at(acceptor(ntrk1, 8)), "", 14)
        (event,) = found([skip(ntrk1, 5, 8, 10)], annotator, known, (own,))
        assert event.reads == 14

    def test_candidates_of_other_genes_are_left_alone(
        self, annotator: Annotator, mane, known
    ) -> None:
        fusion = Candidate(at(donor(mane["TPM3"], 8)), at(acceptor(mane["NTRK1"], 10)), "", 30)
        assert found([], annotator, known, (fusion,)) == []

    def test_annotated_candidates_are_isoforms(self, annotator: Annotator, mane, known) -> None:
        ntrk1 = mane["NTRK1"]
        own = Candidate(at(donor(ntrk1, 5)), at(acceptor(ntrk1, 6)), "", 14)
        assert found([], annotator, known, (own,)) == []


@given(designs(exons=(3, 8), phases=(0, 1, 2)), STRANDS, st.data())
def test_any_skipped_exons_on_either_strand(
    tmp_path: Path, knowledge: Knowledge, design, strand: str, data: st.DataObject
) -> None:
    """Exons, removed coding bases and frame of a random gene, counted base by base."""
    assert design.cds is not None
    gene = put(design, strand, "NTRK1", "chrA")
    length = (design.cds[1] - design.cds[0] + 1 - design.phase) // 3
    domain = domain_of(1, length, length)
    own = replace(knowledge, domains=(domain,), mane={})
    annotator = build_placed(tmp_path, gene).annotator(own, "NTRK1")
    last = data.draw(st.integers(1, len(design.exons) - 2))
    first = data.draw(st.integers(last + 2, len(design.exons)))
    spliced = design.spliced_positions
    coding = spliced[design.cds[0] - 1 : design.cds[1]]
    removed = [p for p in coding if design.exons[last - 1][1] < p < design.exons[first - 1][0]]
    line = skip(gene.transcript, last, first, 9)
    events = found([line], annotator, ())
    assert bool(events) == bool(removed)
    assume(events)
    (event,) = events
    assume(event.breakpoint5 == gene.at(design.exons[last - 1][1]))
    assert event.skipped_exons == tuple(range(last + 1, first))
    assert f"({len(removed)} coding nt" in event.text
    start, stop = coding[design.phase], coding[-1]
    if start in removed or stop in removed:
        assert event.frame != Frame.IN_FRAME
    elif design.phase == 0 and removed[0] > coding[2]:
        # The only stop codon in any frame is the gene's own.
        assert (event.frame == Frame.IN_FRAME) == (len(removed) % 3 == 0)


def test_lengths_of_the_table_are_those_of_the_exons(mane, known) -> None:
    for event in known:
        exons = mane[event.gene].exons
        if event.skipped:
            removed = sum(exons[n - 1][1] - exons[n - 1][0] + 1 for n in event.skipped)
            assert event.removed_nt == removed, event.name
        assert event.removed_nt % 3 == 0, event.name
