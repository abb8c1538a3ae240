"""From evidence to a grade per fusion and one verdict per sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from helpers import Grader, acceptor, at, called, candidate, codes, donor, gate_of

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.model.fusion import Elsewhere, Fusion
from ntrkoma.model.result import Gate
from ntrkoma.model.states import (
    ArtefactClass,
    Caller,
    Evaluability,
    Frame,
    Heading,
    Kinase,
    Relation,
    Status,
    Verdict,
)
from ntrkoma.verdict.grade import decide, gate_reasons, grade, rank
from ntrkoma.verdict.support import Support, support_findings

J, S, A = Caller.JUNCTIONS, Caller.STAR_FUSION, Caller.ARRIBA
REPORTABLE, REVIEW, BELOW = Status.REPORTABLE, Status.REVIEW, Status.BELOW_THE_LINE


@pytest.fixture(scope="session")
def graded(annotator: Annotator, knowledge: Knowledge, thresholds) -> Grader:
    return Grader(annotator, knowledge, thresholds)


@pytest.fixture(scope="session")
def place(mane) -> Callable[[str, int, str, int], tuple[str, str]]:
    """Breakpoints of an exon pair."""

    def find(gene5: str, exon5: int, gene3: str, exon3: int) -> tuple[str, str]:
        return donor(mane[gene5], exon5), acceptor(mane[gene3], exon3)

    return find


@pytest.fixture(scope="session")
def good(place) -> tuple[str, str]:
    """The fusion of the case report."""
    return place("KHDRBS1", 8, "NTRK1", 12)


class TestStructure:
    @pytest.mark.parametrize(
        ("gene5", "exon5", "gene3", "exon3", "status", "reasons"),
        [
            ("KHDRBS1", 8, "NTRK1", 12, REPORTABLE, ["actionable_structure"]),
            ("ETV6", 5, "NTRK3", 15, REPORTABLE, ["actionable_structure"]),
            ("TPM3", 8, "NTRK1", 10, REPORTABLE, ["actionable_structure"]),
            ("QKI", 6, "NTRK2", 14, REPORTABLE, ["actionable_structure"]),
            # a partner that no list names
            ("YWHAZ", 2, "NTRK1", 12, None, None),
            ("KHDRBS1", 8, "NTRK1", 11, REVIEW, ["frame_out_of_frame"]),
            ("KHDRBS1", 6, "NTRK1", 14, REVIEW, ["kinase_partial"]),
            ("KHDRBS1", 8, "NTRK1", 14, REVIEW, ["kinase_partial", "frame_out_of_frame"]),
            ("NTRK1", 11, "KHDRBS1", 9, REVIEW, ["target_5prime_only"]),
        ],
    )
    def test_exon_pairs(self, graded, place, gene5, exon5, gene3, exon3, status, reasons) -> None:
        fusion = graded(called(*place(gene5, exon5, gene3, exon3)))
        if status is None:
            assert not fusion.known_partner
            assert fusion.status == REPORTABLE or "frame_out_of_frame" in codes(fusion)
            return
        assert (fusion.status, codes(fusion)) == (status, reasons)

    def test_truncated_trkc_acceptor(self, graded, mane, models) -> None:
        truncated = next(t for t in models if t.transcript_id.startswith("ENST00000317501"))
        exon = len(truncated.exons) - 1
        fusion = graded(called(donor(mane["ETV6"], 4), acceptor(truncated, exon)))
        assert (fusion.status, codes(fusion)) == (REVIEW, ["truncated_isoform"])
        assert fusion.kinase == Kinase.ABSENT
        assert truncated.transcript_id in fusion.reasons[0].text

    def test_a_5_prime_utr_join_that_keeps_the_start(self, graded, mane) -> None:
        """The 5′ gene gives its promoter only; the target's own start codon is kept."""
        first = mane["NTRK2"].exon_start(2)
        assert mane["NTRK2"].coding_position(first) is None
        tbp = mane["TBP"]
        assert tbp.coding_position(tbp.exon_end(1)) is None
        fusion = graded(called(donor(tbp, 1), acceptor(mane["NTRK2"], 2)))
        assert fusion.frame == Frame.UTR5_START_RETAINED
        assert (fusion.status, fusion.kinase) == (REPORTABLE, Kinase.COMPLETE)

    def test_no_joint_reading_frame(self, graded, mane) -> None:
        tbp = mane["TBP"]
        fusion = graded(called(donor(tbp, 1), acceptor(mane["NTRK1"], 12)))
        assert codes(fusion) == ["frame_no_cds"]
        assert fusion.status == REVIEW

    @pytest.mark.parametrize("reads", [1, 5, 500])
    def test_intragenic_is_never_above_the_line(self, graded, mane, reads: int) -> None:
        """Exon skipping, back-splicing, either way and at any support."""
        ntrk1 = mane["NTRK1"]
        for exon5, exon3 in ((4, 9), (9, 4)):
            fusion = graded(called(donor(ntrk1, exon5), acceptor(ntrk1, exon3), reads=reads))
            assert fusion.status == BELOW
            assert codes(fusion)[0] == "intragenic"

    def test_one_gene_is_no_read_through_of_neighbours(self, graded, mane) -> None:
        fusion = graded(called(donor(mane["NTRK1"], 4), acceptor(mane["NTRK1"], 9)))
        assert fusion.artefact_class is None
        assert "read_through" not in codes(fusion)

    @pytest.mark.parametrize("reads", [1, 5, 500])
    def test_antisense_is_never_above_the_line(self, graded, mane, reads: int) -> None:
        three = at(donor(mane["NTRK1"], 12)).opposite()
        fusion = graded(called(donor(mane["KHDRBS1"], 8), str(three), reads=reads))
        assert fusion.status == BELOW
        assert "antisense" in codes(fusion)

    def test_no_target_gene_is_not_ours(self, place, annotator, annotation, knowledge, thresholds):
        call = called(*place("EML4", 13, "ALK", 20), gene5="EML4", gene3="ALK")
        found = grade(candidate(call), annotator, annotation, knowledge, thresholds, 10**6, [J])
        assert found is None


class TestSupport:
    @pytest.mark.parametrize(
        ("reads", "spanning", "starts", "status", "code"),
        [
            (3, 2, 2, REPORTABLE, "actionable_structure"),
            (5, 0, 2, REPORTABLE, "actionable_structure"),
            # one fragment, one junction read, one start position less
            (3, 1, 2, REVIEW, "support_below_threshold"),
            (2, 3, 2, REVIEW, "support_below_threshold"),
            (3, 2, 1, REVIEW, "few_start_positions"),
            (2, 0, 2, REVIEW, "support_below_threshold"),
            (1, 1, 1, REVIEW, "support_below_threshold"),
            (1, 0, 1, BELOW, "support_noise_level"),
            (0, 5, 0, REVIEW, "no_junction_read"),
            (0, 4, 0, BELOW, "no_junction_read_few"),
        ],
    )
    def test_thresholds(self, graded, good, reads, spanning, starts, status, code) -> None:
        fusion = graded(called(*good, J, reads, spanning, starts))
        assert fusion.status == status
        assert code in codes(fusion)

    @pytest.mark.parametrize("exact", [True, False])
    @pytest.mark.parametrize("spliced", [True, False])
    @pytest.mark.parametrize("starts", [1, 2])
    def test_more_support_never_lowers_the_grade(
        self, thresholds, knowledge: Knowledge, exact: bool, spliced: bool, starts: int
    ) -> None:
        """Neither one read nor one pair more, at a splice site or off it."""
        order = (REPORTABLE, REVIEW, BELOW)

        def level(reads: int, spanning: int) -> int:
            crossed = exact and reads > 0
            support = Support(reads, spanning, min(reads, starts), J, crossed, spliced)
            found = support_findings(support, thresholds)
            effects = (knowledge.grading[finding.code].effect for finding in found)
            return max(map(order.index, effects), default=0)

        for reads, spanning in product(range(9), repeat=2):
            assert level(reads, spanning + 1) <= level(reads, spanning), (reads, spanning)
            assert level(reads + 1, spanning) <= level(reads, spanning), (reads, spanning)

    def test_a_run_may_ask_for_more(self, graded, good) -> None:
        call = called(*good, J, 6, 0, 4)
        assert graded(call).status == REPORTABLE
        assert graded(call, report_min_fragments=7).status == REVIEW
        assert graded(call, report_min_start_positions=5).status == REVIEW

    @pytest.mark.parametrize("frame", ["in", "out"])
    def test_an_inexact_junction_claims_no_frame(self, graded, place, frame: str) -> None:
        """Without a read across it, the frame is unknown, whatever the nearest mates suggest."""
        five, three = place("KHDRBS1", 8, "NTRK1", 12 if frame == "in" else 11)
        fusion = graded(
            called(five, three, J, 0, 9, exact=False), called(five, three, S, 0, 9, frame="INFRAME")
        )
        assert fusion.frame == Frame.UNKNOWN
        assert fusion.protein_length is None
        assert fusion.status == REVIEW
        assert "frame_out_of_frame" not in codes(fusion)
        assert not any(text.startswith("frame") for text in fusion.disagreements)

    def test_our_own_count_stands_for_the_support(self, graded, good) -> None:
        fusion = graded(called(*good, J, 4, 0), called(*good, S, 40, 9))
        assert (fusion.junction_reads, fusion.spanning_fragments) == (4, 0)
        assert fusion.support_from == J

    @pytest.mark.parametrize(
        ("fragments", "ffpm"), [(40_000_000, 0.4), (16_000_000, 1.0), (0, None)]
    )
    def test_ffpm(self, graded, good, fragments: int, ffpm: float | None) -> None:
        assert graded(called(*good, J, 12, 4), fragments=fragments).ffpm == ffpm


class TestCallers:
    """What the callers say, with and without a count of ours."""

    def test_one_caller_at_low_confidence(self, graded, good) -> None:
        fusion = graded(called(*good, A, 12, 4, confidence="low"))
        assert (fusion.status, codes(fusion)) == (REVIEW, ["single_caller_low_confidence"])
        assert graded(called(*good, A, 12, 4, confidence="high")).status == REPORTABLE

    def test_a_second_caller_lifts_low_confidence(self, graded, good) -> None:
        fusion = graded(called(*good, S, 12, 4), called(*good, A, 12, 4, confidence="low"))
        assert fusion.status == REPORTABLE

    def test_our_reads_outweigh_a_callers_word(self, graded, good) -> None:
        for words in ({"discarded_by": ("blacklist",)}, {"confidence": "low"}):
            fusion = graded(called(*good, J, 12, 4), called(*good, A, 12, 4, **words))
            assert fusion.status == REPORTABLE

    def test_discarded_by_all_callers(self, graded, good) -> None:
        fusion = graded(
            called(*good, S, 12, 4, discarded_by=("rt_artifact",)),
            called(*good, A, 12, 4, discarded_by=("in_vitro", "blacklist")),
        )
        assert fusion.status == BELOW
        assert codes(fusion) == ["discarded_by_caller"]
        for name in ("blacklist", "in_vitro", "rt_artifact"):
            assert name in fusion.reasons[0].text

    def test_discarded_by_one_reported_by_another(self, graded, good) -> None:
        fusion = graded(
            called(*good, S, 12, 4), called(*good, A, 12, 4, discarded_by=("blacklist",))
        )
        assert fusion.status == REPORTABLE

    @pytest.mark.parametrize(
        ("reads", "spanning", "code", "status"),
        [(3, 1, "discarded_by_caller", BELOW), (3, 2, "discarded_yet_counted", REVIEW)],
    )
    def test_a_filter_does_not_hide_what_we_count(
        self, graded, good, reads: int, spanning: int, code: str, status: Status
    ) -> None:
        """From the reporting threshold on a person looks at it."""
        fusion = graded(
            called(*good, A, 40, 9, discarded_by=("blacklist",)),
            count=called(*good, J, reads, spanning),
        )
        assert (fusion.status, codes(fusion)[-1]) == (status, code)
        assert "blacklist" in fusion.reasons[-1].text

    @pytest.mark.parametrize(
        ("relation", "status", "reads", "removed"),
        [
            (Relation.PATIENT, "reportable", 2, False),
            (Relation.PATIENT, "reportable", 0, True),
            (Relation.PATIENT, "review", 2, True),
            (Relation.RUN, "reportable", 2, True),
        ],
    )
    def test_a_filter_says_nothing_against_what_is_known_in_the_patient(
        self, graded, good, relation: Relation, status: str, reads: int, removed: bool
    ) -> None:
        """A caller removes a junction of few reads; that of the primary is looked for by us."""
        fusion = graded(
            called(*good, A, 2, 0, discarded_by=("min_support",)),
            count=called(*good, J, reads, 0, exact=True),
            elsewhere=[Elsewhere("primary", relation, 20, 5, status)],
        )
        assert ("discarded_by_caller" in codes(fusion)) is removed
        assert fusion.status == (BELOW if removed else REVIEW)

    def test_our_count_stands_where_our_caller_was_not_asked(self, graded, good) -> None:
        fusion = graded(called(*good, A, 40, 9), count=called(*good, J, 4, 3), callers=[A])
        assert (fusion.junction_reads, fusion.spanning_fragments) == (4, 3)
        assert fusion.status == REPORTABLE
        assert [call.caller for call in fusion.calls] == [A]
        assert fusion.evidence.junction_reads_raw == 4

    def test_reads_that_we_do_not_find(self, graded, good) -> None:
        """The caller's claim is kept as the support, and questioned."""
        nothing = called(*good, J, 0, 0, exact=True)
        fusion = graded(called(*good, S, 12, 4), called(*good, A, 9, 9), count=nothing)
        assert (fusion.status, codes(fusion)) == (REVIEW, ["not_confirmed"])
        assert (fusion.junction_reads, fusion.support_from) == (12, S)
        assert fusion.reasons[0].text == ("Arriba counts 18 fragments, our own count finds none")
        assert fusion.evidence.junction_reads_raw == 0

    def test_an_inexact_claim_cannot_be_counted(self, graded, good) -> None:
        inexact = called(*good, A, 0, 9, exact=False)
        assert "not_confirmed" not in codes(graded(inexact))

    def test_who_saw_it_and_who_did_not(self, graded, good) -> None:
        fusion = graded(called(*good, J), called(*good, A, discarded_by=("blacklist",)))
        (words,) = [a.text for a in fusion.assessment if a.heading == Heading.AGREEMENT]
        assert words == (
            "reported by ntrkoma; removed by its own filter in Arriba; not seen by STAR-Fusion"
        )
        alone = graded(called(*good, J), callers=[J])
        assert alone.assessment[-1].text == "reported by ntrkoma"


class TestArtefacts:
    def test_read_through_from_the_neighbour(self, graded, place) -> None:
        fusion = graded(called(*place("PRCC", 6, "NTRK1", 2), gene5="PRCC"))
        assert fusion.artefact_class == ArtefactClass.READ_THROUGH
        assert fusion.status == REVIEW
        assert "read_through" in codes(fusion)

    def test_a_coding_gene_between_makes_it_a_rearrangement(self, graded, place) -> None:
        fusion = graded(called(*place("KHDRBS1", 8, "NTRK1", 12)))
        assert fusion.artefact_class is None

    def test_beyond_the_longest_distance(self, graded, place, mane) -> None:
        gap = mane["NTRK1"].start - mane["PRCC"].end
        call = called(*place("PRCC", 6, "NTRK1", 2), gene5="PRCC")
        near = graded(call, read_through_max_distance=float(gap) + 100)
        far = graded(call, read_through_max_distance=float(gap) - 100)
        assert near.artefact_class == ArtefactClass.READ_THROUGH
        assert far.artefact_class is None

    def test_downstream_neighbour(self, graded, place) -> None:
        fusion = graded(called(*place("NTRK1", 16, "PEAR1", 2), gene5="NTRK1", gene3="PEAR1"))
        assert fusion.artefact_class == ArtefactClass.READ_THROUGH
        assert "target_5prime_only" in codes(fusion)
        assert fusion.status == REVIEW

    def test_novel_exon_beside_the_gene(self, graded, mane) -> None:
        ntrk1 = mane["NTRK1"]
        five = f"chr1:{ntrk1.start - 2000}:+"
        fusion = graded(called(five, acceptor(ntrk1, 2), gene5="."))
        assert fusion.status == BELOW
        assert "novel_exon" in codes(fusion)
        assert fusion.side5.gene is None

    def test_an_intergenic_partner_elsewhere_is_reviewed(self, graded, mane) -> None:
        fusion = graded(called("chr2:21000:+", acceptor(mane["NTRK1"], 12), gene5="."))
        assert fusion.artefact_class is None
        assert fusion.status == REVIEW
        assert fusion.name == "?::NTRK1"

    def test_known_artefact_pair(self, graded, good, knowledge: Knowledge) -> None:
        """An artefact list grades a call, it does not delete it."""
        pair = knowledge.partners["KHDRBS1", "NTRK1"].model_copy(
            update={"artefact": ArtefactClass.NORMAL_TISSUE, "note": "seen in normal tissue"}
        )
        tainted = replace(knowledge, partners={("KHDRBS1", "NTRK1"): pair})
        fusion = graded(called(*good), knowledge=tainted)
        assert fusion.artefact_class == ArtefactClass.NORMAL_TISSUE
        assert fusion.status == REVIEW
        assert fusion.reasons[0] == ("normal_tissue", "seen in normal tissue")
        assert not fusion.known_partner

    def test_known_partner_is_told_and_never_asked_for(self, graded, place) -> None:
        assert graded(called(*place("KHDRBS1", 8, "NTRK1", 12))).known_partner
        # nobody has seen this pair
        fusion = graded(called(*place("HPRT1", 2, "NTRK1", 12), gene5="HPRT1"))
        assert not fusion.known_partner
        assert "partner" not in " ".join(codes(fusion))


PASS = gate_of(("usable_fragments", Evaluability.PASS))
LIMITED = gate_of(("usable_fragments", Evaluability.LIMITED))
FAIL = gate_of(
    ("usable_fragments", Evaluability.FAIL),
    ("usable_fragments", Evaluability.LIMITED),
    ("control_genes_spliced", Evaluability.PASS),
)


class TestVerdict:
    @pytest.fixture
    def fusions(self, graded, good, place, mane) -> dict[str, Fusion]:
        return {
            "reportable": graded(called(*good)),
            "review": graded(called(*place("KHDRBS1", 8, "NTRK1", 11))),
            "below": graded(called(donor(mane["NTRK1"], 4), acceptor(mane["NTRK1"], 9))),
        }

    @pytest.mark.parametrize(
        ("seen", "state", "verdict"),
        [
            ((), PASS, Verdict.NOT_DETECTED),
            ((), LIMITED, Verdict.NOT_DETECTED),
            ((), FAIL, Verdict.NOT_EVALUABLE),
            (("below",), PASS, Verdict.NOT_DETECTED),
            (("below",), FAIL, Verdict.NOT_EVALUABLE),
            (("review",), PASS, Verdict.INDETERMINATE),
            (("review", "below"), LIMITED, Verdict.INDETERMINATE),
            (("review",), FAIL, Verdict.INDETERMINATE),
            (("reportable",), PASS, Verdict.DETECTED),
            # a fusion found in a failed sample is still a fusion, the failed gate beside it
            (("reportable",), FAIL, Verdict.DETECTED),
            (("below", "review", "reportable"), LIMITED, Verdict.DETECTED),
        ],
    )
    def test_table(self, fusions, seen, state: Gate, verdict: Verdict) -> None:
        found, reasons = decide([fusions[name] for name in seen], state)
        assert found == verdict
        assert reasons
        missed = [r for r in reasons if r.code.startswith("gate_")]
        assert bool(missed) == (state.status != Evaluability.PASS)

    def test_reasons_name_the_junction(self, fusions) -> None:
        _, reasons = decide([fusions["review"], fusions["reportable"]], FAIL)
        assert [r.code for r in reasons] == ["fusion_reportable", "gate_usable_fragments"]
        assert reasons[0].text.startswith(fusions["reportable"].vicc)

    def test_every_open_question_is_told(self, fusions) -> None:
        _, reasons = decide([fusions["review"]], PASS)
        assert [r.code for r in reasons] == ["frame_out_of_frame"]

    def test_the_worst_miss_of_a_metric_speaks(self) -> None:
        assert [r.code for r in gate_reasons(FAIL)] == ["gate_usable_fragments"]
        assert gate_reasons(PASS) == ()

    def test_best_first(self, fusions, graded, good) -> None:
        weaker = graded(called(*good, J, 6, 0))
        everything = [fusions["below"], weaker, fusions["review"], fusions["reportable"]]
        assert rank(everything) == [
            fusions["reportable"],
            weaker,
            fusions["review"],
            fusions["below"],
        ]
