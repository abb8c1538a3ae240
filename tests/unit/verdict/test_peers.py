"""Samples of one patient and of one run: what they tell each other, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from helpers import (
    ETV6,
    KHDRBS1,
    Bam,
    Grader,
    acceptor,
    called,
    codes,
    donor,
    kept_reads,
)

from ntrkoma.calling.fused_reads import FusedTranscript, fused_transcript
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.curated.exon_parts import Part
from ntrkoma.evidence.imbalance import ExonDepth, Flag, Imbalance
from ntrkoma.model.fusion import Elsewhere, Fusion
from ntrkoma.model.junction import Junction
from ntrkoma.model.states import ArtefactClass, Caller, CountedBy, Evaluability, Relation, Status
from ntrkoma.programs.splices import SpliceJunctions
from ntrkoma.verdict.peers import (
    Peer,
    as_candidates,
    elsewhere,
    from_json,
    negatives,
    read_peers,
    search,
    share,
    shared_junctions,
    to_json,
)

J, A = Caller.JUNCTIONS, Caller.ARRIBA
REPORTABLE, REVIEW, BELOW = Status.REPORTABLE, Status.REVIEW, Status.BELOW_THE_LINE
PATIENT, RUN = Relation.PATIENT, Relation.RUN
KEY = (*KHDRBS1, "")


def imbalance(gene: str = "NTRK1", kinase: float = 30.0) -> Imbalance:
    return Imbalance(
        gene=gene,
        transcript=f"ENST_{gene}",
        five_prime_exons=(2, 3),
        kinase_exons=(13, 14),
        five_prime_depth=10.0,
        kinase_depth=kinase,
        ratio=kinase / 10,
        z=None,
        negatives=0,
        flag=Flag.NONE,
        text="",
        profile=(
            ExonDepth(1, 10, 99, 0, None, Part.MIDDLE),
            ExonDepth(2, 200, 299, 100, 10.0, Part.FIVE_PRIME),
        ),
    )


@pytest.fixture(scope="module")
def graded(annotator, knowledge, thresholds) -> Grader:
    return Grader(annotator, knowledge, thresholds)


@pytest.fixture(scope="module")
def fusion(graded) -> Fusion:
    """The case report's fusion, reportable."""
    return graded(called(*map(str, KHDRBS1), J, 27, 12))


def peer(
    *fusions: Fusion,
    sample: str = "P1_primary",
    relation: Relation = PATIENT,
    gate: Evaluability = Evaluability.PASS,
    imbalances: Iterable[Imbalance] = (),
) -> Peer:
    return Peer(relation, share(sample, gate, fusions, {i.gene: i for i in imbalances}))


class TestShare:
    def test_what_is_told(self, fusion: Fusion) -> None:
        shared = share("S1", Evaluability.LIMITED, [fusion], {"NTRK1": imbalance()})
        assert (shared.sample, shared.gate) == ("S1", Evaluability.LIMITED)
        (junction,) = shared.junctions
        assert junction.key == KEY
        assert (junction.name, junction.target_gene) == ("KHDRBS1::NTRK1", "NTRK1")
        assert (junction.junction_reads, junction.spanning_fragments) == (27, 12)
        assert junction.status == REPORTABLE

    def test_a_place_that_no_read_shows_is_not_told(self, graded) -> None:
        inexact = graded(called(*map(str, KHDRBS1), J, 0, 9, exact=False))
        assert share("S1", Evaluability.PASS, [inexact], {}).junctions == ()

    def test_what_is_written_is_read(self, graded, fusion: Fusion) -> None:
        other = graded(called(*map(str, ETV6), J, 3, 0, inserted="AAC", gene3="NTRK3"))
        shared = share("Probe Ä", Evaluability.FAIL, [fusion, other], {"NTRK1": imbalance()})
        found = from_json(to_json(shared))
        assert found == shared
        assert isinstance(found.junctions[1].status, Status)
        assert isinstance(found.imbalance["NTRK1"].flag, Flag)
        nothing = share("S", Evaluability.PASS, [], {})
        assert from_json(to_json(nothing)) == nothing


class TestRead:
    def test_patient_and_run_is_patient(self, tmp_path: Path, fusion: Fusion) -> None:
        paths = {}
        for name in ("both", "mate", "other"):
            path = tmp_path / f"{name}.json"
            path.write_text(to_json(share(name, Evaluability.PASS, [fusion], {})), "utf-8")
            paths[name] = str(path)
        found = read_peers(
            {RUN: [paths["both"], paths["other"]], PATIENT: [paths["both"], paths["mate"]]}
        )
        assert [(p.shared.sample, p.relation) for p in found] == [
            ("both", PATIENT),
            ("mate", PATIENT),
            ("other", RUN),
        ]

    def test_without_peers(self) -> None:
        assert read_peers({PATIENT: [], RUN: []}) == read_peers({}) == []


class TestElsewhere:
    def test_the_same_junction_only(self, graded, fusion: Fusion, mane) -> None:
        e13 = graded(called(str(KHDRBS1[0]), acceptor(mane["NTRK1"], 13)))
        found = elsewhere(KEY, [peer(fusion, e13), peer(e13, sample="X")])
        assert found == (Elsewhere("P1_primary", PATIENT, 27, 12, "reportable"),)
        assert elsewhere((*KHDRBS1, "A"), [peer(fusion)]) == ()

    def test_all_samples_that_have_it(self, graded, fusion: Fusion) -> None:
        single = graded(called(*map(str, KHDRBS1), J, 1, 0))
        found = elsewhere(KEY, [peer(fusion), peer(single, sample="R", relation=RUN)])
        assert [(e.sample, e.relation, e.status) for e in found] == [
            ("P1_primary", PATIENT, "reportable"),
            ("R", RUN, "below_the_line"),
        ]


class TestSeenInPatient:
    """One read of a junction that is known in the patient is no chance find."""

    def single(self, graded, *others: Elsewhere, reads: int = 1, spanning: int = 0) -> Fusion:
        exact = {"exact": reads > 0}
        call = called(*map(str, KHDRBS1), J, reads, spanning, **exact)
        return graded(call, elsewhere=others)

    def test_a_single_read_alone(self, graded) -> None:
        fusion = self.single(graded)
        assert (fusion.status, codes(fusion)) == (BELOW, ["support_noise_level"])

    def test_a_single_read_of_what_is_reportable_in_the_other_specimen(self, graded) -> None:
        fusion = self.single(graded, Elsewhere("P1_primary", PATIENT, 27, 12, "reportable"))
        assert (fusion.status, codes(fusion)) == (REVIEW, ["seen_in_patient"])
        assert "P1_primary of the same patient" in fusion.reasons[0].text
        assert fusion.elsewhere[0].sample == "P1_primary"

    @pytest.mark.parametrize("status", ["review", "below_the_line"])
    def test_two_weak_ones_do_not_lift_each_other(self, graded, status: str) -> None:
        fusion = self.single(graded, Elsewhere("P1_primary", PATIENT, 2, 0, status))
        assert (fusion.status, codes(fusion)) == (BELOW, ["support_noise_level"])

    def test_another_patient_lifts_nothing(self, graded) -> None:
        fusion = self.single(graded, Elsewhere("R", RUN, 9, 0, "reportable"))
        assert fusion.status == BELOW
        assert "seen_in_patient" not in codes(fusion)

    def test_pairs_without_a_read_across(self, graded) -> None:
        known = Elsewhere("P1_primary", PATIENT, 27, 12, "reportable")
        few = self.single(graded, known, reads=0, spanning=2)
        # an inexact place claims no frame, which is a finding of its own
        assert few.status == REVIEW
        assert "seen_in_patient" in codes(few)
        assert self.single(graded, reads=0, spanning=2).status == BELOW

    def test_below_the_reporting_threshold_both_are_told(self, graded) -> None:
        known = Elsewhere("P1_primary", PATIENT, 27, 12, "reportable")
        fusion = self.single(graded, known, reads=3)
        assert codes(fusion) == ["support_below_threshold", "seen_in_patient"]

    def test_enough_support_needs_no_help(self, graded) -> None:
        known = Elsewhere("P1_primary", PATIENT, 27, 12, "reportable")
        fusion = self.single(graded, known, reads=12)
        assert codes(fusion) == ["actionable_structure"]

    def test_it_never_makes_a_fusion_reportable(self, graded) -> None:
        known = Elsewhere("P1_primary", PATIENT, 500, 200, "reportable")
        for reads in range(1, 5):
            assert self.single(graded, known, reads=reads).status == REVIEW


class TestIndexHopping:
    def hop(self, graded, here: int, there: int, relation: Relation = RUN, **changed) -> Fusion:
        other = Elsewhere("SOURCE", relation, there - 10, 10, "reportable")
        return graded(called(*map(str, KHDRBS1), J, here, 0), elsewhere=[other], **changed)

    @pytest.mark.parametrize(
        ("here", "there", "hopped"),
        [(1, 49, False), (1, 50, True), (6, 299, False), (6, 300, True), (7, 300, False)],
    )
    def test_from_the_threshold_share_on(self, graded, here: int, there: int, hopped) -> None:
        """Two in a hundred of what the other sample has, spanning fragments included."""
        fusion = self.hop(graded, here, there)
        assert ("index_hopping" in codes(fusion)) is hopped
        assert (fusion.artefact_class == ArtefactClass.INDEX_HOPPING) is hopped

    def test_well_supported_here_it_is_still_for_review(self, graded) -> None:
        """A lane-mate with a hundred times as much questions any support."""
        fusion = self.hop(graded, 20, 1000)
        assert (fusion.status, codes(fusion)) == (REVIEW, ["index_hopping"])
        assert "SOURCE" in fusion.reasons[0].text
        assert "1000 fragments" in fusion.reasons[0].text
        assert self.hop(graded, 21, 1000).status == REPORTABLE

    def test_the_source_itself_is_not_questioned(self, graded) -> None:
        assert "index_hopping" not in codes(self.hop(graded, 300, 20))

    def test_never_between_specimens_of_one_patient(self, graded) -> None:
        assert "index_hopping" not in codes(self.hop(graded, 1, 1000, PATIENT))

    def test_a_run_with_unique_dual_indexes(self, graded) -> None:
        fusion = self.hop(graded, 6, 300, index_hopping_max_share=0.001)
        assert "index_hopping" not in codes(fusion)


@pytest.fixture
def bam(tmp_path: Path, genome) -> Bam:
    return Bam(tmp_path / "sample.bam", genome)


@pytest.fixture
def fused(loci) -> FusedTranscript:
    return fused_transcript(Junction(*KHDRBS1, 2), loci)


@pytest.fixture
def kept(bam: Bam, loci) -> Callable[[], KeptReads]:
    """The reads of the sample as interpretation finds them: in the evidence BAM."""
    return lambda: kept_reads(bam.write(), loci)


class TestSearch:
    def test_one_read_of_the_patients_junction_is_found(
        self, bam: Bam, kept, fused, loci, fusion: Fusion
    ) -> None:
        bam.fused("r", fused, KHDRBS1, 40, 60, chimeric=False)
        (item,) = search([peer(fusion)], [], kept(), loci)
        assert set(item.found.reads) == {"r"}
        assert (item.relation, item.junction.key) == (PATIENT, KEY)
        (found,) = as_candidates([item], SpliceJunctions([]), kept(), loci)
        assert found.place == KEY
        assert found.fragments == 1
        count = found.merged.count
        assert count.evidence.counted_by == CountedBy.FUSED_TRANSCRIPT
        assert count.words == {"found_by": "looked for: another specimen of the patient has it"}
        assert found.merged.by_caller(J) == count

    def test_what_is_among_the_samples_own_is_not_looked_for(
        self, kept, loci, fusion: Fusion
    ) -> None:
        assert search([peer(fusion)], [KEY], kept(), loci) == []

    def test_nor_what_is_below_the_line_there(self, kept, loci, graded) -> None:
        noise = graded(called(*map(str, KHDRBS1), J, 1, 0))
        assert search([peer(noise)], [], kept(), loci) == []

    def test_once_for_all_peers_the_patients_first(self, kept, loci, fusion: Fusion) -> None:
        peers = [peer(fusion), peer(fusion, sample="R", relation=RUN)]
        (item,) = search(peers, [], kept(), loci)
        assert item.relation == PATIENT

    def test_a_pair_astride_the_samples_own_junction_is_its_own(
        self, bam: Bam, kept, fused, loci, graded, mane
    ) -> None:
        """With a mate in e13 it fits a join to e12 as well as one to e13."""
        ntrk1 = mane["NTRK1"]
        e13 = graded(called(str(KHDRBS1[0]), acceptor(ntrk1, 13), J, 20, 9))
        beyond = ntrk1.exon_end(12) - ntrk1.exon_start(12) + 1 + 10
        bam.astride("s", fused, KHDRBS1, 10, beyond)
        bam.fused("r", fused, KHDRBS1, 40, 60, chimeric=False)
        reads = kept()
        (item,) = search([peer(e13)], [KEY], reads, loci)
        assert not item.found.reads
        assert not item.found.spanning
        (alone,) = search([peer(e13)], [], reads, loci)
        assert set(alone.found.spanning) == {"s"}

    def test_a_run_peers_junction_is_no_candidate(
        self, bam: Bam, kept, fused, loci, fusion: Fusion
    ) -> None:
        """Reads with a wrong index are told, never graded."""
        bam.fused("r", fused, KHDRBS1, 40, 60, chimeric=False)
        reads = kept()
        found = search([peer(fusion, relation=RUN)], [], reads, loci)
        assert set(found[0].found.reads) == {"r"}
        splices = SpliceJunctions([])
        assert as_candidates(found, splices, reads, loci) == []

    def test_without_a_read_there_is_no_candidate(self, kept, loci, fusion) -> None:
        reads = kept()
        found = search([peer(fusion)], [], reads, loci)
        splices = SpliceJunctions([])
        assert as_candidates(found, splices, reads, loci) == []


class TestSharedJunctions:
    def rows(
        self, peers: Sequence[Peer], reads: KeptReads, loci, sequenced: int = 2_000_000
    ) -> list[dict]:
        found = search(peers, [], reads, loci)
        return shared_junctions(found, peers, loci, sequenced)

    def test_the_patients_are_listed_with_0_reads(self, kept, loci, fusion) -> None:
        """That a specimen shows nothing of a known junction is what the reader wants to know."""
        (row,) = self.rows([peer(fusion)], kept(), loci)
        assert row == {
            "name": "KHDRBS1::NTRK1",
            "vicc": fusion.vicc,
            "breakpoint5": {"chrom": "chr1", "pos": 6358, "strand": "+"},
            "breakpoint3": {"chrom": "chr1", "pos": 160443, "strand": "+"},
            "junction_reads": 0,
            "spanning_fragments": 0,
            "ffpm": 0.0,
            "seen_in": [
                {
                    "sample": "P1_primary",
                    "relation": "patient",
                    "junction_reads": 27,
                    "spanning_fragments": 12,
                    "status": "reportable",
                }
            ],
        }

    def test_those_of_the_run_are_not(self, kept, loci, fusion) -> None:
        assert self.rows([peer(fusion, relation=RUN)], kept(), loci) == []

    def test_those_of_the_run_with_reads_are(self, bam: Bam, kept, fused, loci, fusion) -> None:
        bam.fused("r", fused, KHDRBS1, 40, 60, chimeric=False)
        (row,) = self.rows([peer(fusion, relation=RUN)], kept(), loci)
        assert (row["junction_reads"], row["ffpm"]) == (1, 0.5)
        assert [other["relation"] for other in row["seen_in"]] == ["run"]

    def test_copies_count_once(self, bam: Bam, kept, fused, loci, fusion) -> None:
        for name in ("r", "copy", "copy2"):
            bam.fused(name, fused, KHDRBS1, 40, 60, chimeric=False)
        bam.astride("s", fused, KHDRBS1, 10, 30)
        (row,) = self.rows([peer(fusion)], kept(), loci)
        assert (row["junction_reads"], row["spanning_fragments"]) == (1, 1)
        assert row["ffpm"] == 1.0

    def test_nothing_sequenced(self, kept, loci, fusion) -> None:
        (row,) = self.rows([peer(fusion)], kept(), loci, sequenced=0)
        assert row["ffpm"] is None


class TestNegatives:
    """Samples that may say what the exon depths of a gene without a fusion look like."""

    def test_who_counts(self, graded, fusion: Fusion, mane) -> None:
        below = graded(called(donor(mane["NTRK1"], 4), acceptor(mane["NTRK1"], 9), gene5="NTRK1"))
        review = graded(called(*map(str, KHDRBS1), J, 3, 0))
        other = graded(called(*map(str, ETV6), gene5="ETV6", gene3="NTRK3"))
        assert (below.status, review.status, other.target_gene) == (BELOW, REVIEW, "NTRK3")

        def told(number: int, *fusions: Fusion, gate=Evaluability.PASS) -> Peer:
            return peer(
                *fusions,
                sample=f"S{number}",
                relation=RUN,
                gate=gate,
                imbalances=[imbalance(kinase=float(number))],
            )

        peers = [
            told(1),
            told(2, below),
            told(3, other),
            told(4, gate=Evaluability.LIMITED),
            told(5, fusion),
            told(6, review),
            told(7, gate=Evaluability.FAIL),
            peer(sample="S8", relation=RUN),
        ]
        found = negatives("NTRK1", peers)
        assert [i.kinase_depth for i in found] == [1.0, 2.0, 3.0, 4.0]
        assert negatives("NTRK2", peers) == []

    def test_a_fusion_of_another_gene_takes_only_that_gene_out(self, graded) -> None:
        other = graded(called(*map(str, ETV6), gene5="ETV6", gene3="NTRK3"))
        one = peer(other, imbalances=[imbalance("NTRK1"), imbalance("NTRK3")])
        assert len(negatives("NTRK1", [one])) == 1
        assert negatives("NTRK3", [one]) == []
