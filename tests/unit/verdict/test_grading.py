"""The grading as data: every finding has a case, and what a run may change about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import (
    Design,
    Grader,
    acceptor,
    at,
    build_placed,
    called,
    codes,
    donor,
    gate_of,
    knowledge_of,
    put,
)
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.errors import InputError
from ntrkoma.model.fusion import Elsewhere, Fusion, FusionFraction, Homology
from ntrkoma.model.junction import Breakpoint, CallerCall, Reason
from ntrkoma.model.states import (
    ArtefactClass,
    Caller,
    Evaluability,
    Frame,
    Heading,
    HomologyKind,
    Kinase,
    Relation,
    Status,
    StructureClass,
    Verdict,
)
from ntrkoma.verdict.grade import decide, in_company

J, S, A = Caller.JUNCTIONS, Caller.STAR_FUSION, Caller.ARRIBA
REPORTABLE, REVIEW, BELOW = Status.REPORTABLE, Status.REVIEW, Status.BELOW_THE_LINE
ORDER = (REPORTABLE, REVIEW, BELOW)
LIBRARY = Path(__file__).resolve().parents[3] / "scripts" / "ntrkoma"
# Reasons of a sample, not of a junction; each has its test here or with the module that makes it.
OF_SAMPLES = {
    "actionable_structure",
    "fusion_reportable",
    "no_candidate",
    "imbalance_without_fusion",
    "intragenic_event",
}


class Bench:
    """Junctions of the test reference, each graded for one finding."""

    def __init__(self, graded: Grader, mane, models, folder: Path):
        self.graded, self.mane, self.models, self._folder = graded, mane, models, folder
        self.good = self.place("KHDRBS1", 8, "NTRK1", 12)

    def place(self, gene5: str, exon5: int, gene3: str, exon3: int) -> tuple[str, str]:
        return donor(self.mane[gene5], exon5), acceptor(self.mane[gene3], exon3)

    def exons(self, gene5: str, exon5: int, gene3: str, exon3: int, **rest) -> Fusion:
        call = called(*self.place(gene5, exon5, gene3, exon3), gene5=gene5, gene3=gene3)
        return self.graded(call, **rest)

    def supported(self, reads: int, spanning: int, starts: int | None = None, **rest) -> Fusion:
        return self.graded(called(*self.good, J, reads, spanning, starts), **rest)

    def antisense(self) -> Fusion:
        return self.graded(called(self.good[0], str(at(self.good[1]).opposite())))

    def behind_the_kinase(self) -> Fusion:
        """The last bases of NTRK1 code for nothing of its kinase."""
        last = self.mane["NTRK1"].exon_end(17)
        return self.graded(called(self.good[0], f"chr1:{last - 20}:+"))

    def truncated(self) -> Fusion:
        isoform = next(t for t in self.models if t.transcript_id.startswith("ENST00000317501"))
        exon = len(isoform.exons) - 1
        return self.graded(called(donor(self.mane["ETV6"], 4), acceptor(isoform, exon)))

    def both_products(self, **rest) -> list[Fusion]:
        main = self.exons("KHDRBS1", 8, "NTRK1", 12, **rest)
        other = self.exons("NTRK1", 11, "KHDRBS1", 9)
        return in_company([main, other], self.graded.knowledge, tuple(Caller))

    def beside_the_gene(self) -> Fusion:
        ntrk1 = self.mane["NTRK1"]
        return self.graded(called(f"chr1:{ntrk1.start - 2000}:+", acceptor(ntrk1, 2), gene5="."))

    def listed_as(self, artefact: ArtefactClass) -> Fusion:
        pair = self.graded.knowledge.partners["KHDRBS1", "NTRK1"].model_copy(
            update={"artefact": artefact, "note": "a note"}
        )
        tainted = replace(self.graded.knowledge, partners={("KHDRBS1", "NTRK1"): pair})
        return self.graded(called(*self.good), knowledge=tainted)

    def jump(
        self,
        five: str = "chr7:4031:-",
        three: str = "chr1:160517:+",
        motif: str = "CA-GT",
        reads: int = 10,
        starts: int = 3,
        **rest,
    ) -> Fusion:
        """Inside exons of ACTB and NTRK1, without a motif, and few starts of the reads."""
        call = called(five, three, J, reads, 0, gene5="ACTB")
        evidence = replace(call.evidence, splice_motif=motif, start_positions=starts)
        return self.graded(replace(call, evidence=evidence), **rest)

    def partner(self, gene: str, chrom: str = "chrP", biotype: str = "protein_coding") -> Fusion:
        """A made-up gene joined to a made-up NTRK1."""
        bases = "GATTACAGGC" * 12
        five = put(Design(bases, ((11, 40), (61, 90))), "+", gene, chrom)
        five = replace(five, transcript=replace(five.transcript, gene_biotype=biotype))
        three = put(Design("CTGACCTTGA" * 12, ((11, 40), (61, 90))), "+", "NTRK1", "chrN")
        world = build_placed(self._folder, five, three)
        knowledge = knowledge_of()
        grader = Grader(world.annotator(knowledge, "NTRK1"), knowledge, self.graded.thresholds)
        return grader(called(f"{chrom}:40:+", "chrN:61:+", gene5=gene))

    def like(self, kind: HomologyKind) -> Fusion:
        return self.graded(called(*self.good), homology=Homology(kind, "alike"))


KNOWN = Elsewhere("P1_primary", Relation.PATIENT, 27, 12, "reportable")
LANE_MATE = Elsewhere("SOURCE", Relation.RUN, 900, 100, "reportable")
REMOVED = {"discarded_by": ("blacklist",)}
# One junction for every finding of resources/grading.tsv.
CASES: dict[str, Callable[[Bench], Fusion]] = {
    "intragenic": lambda b: b.exons("NTRK1", 4, "NTRK1", 9),
    "antisense": Bench.antisense,
    "target_5prime_only": lambda b: b.exons("NTRK1", 11, "KHDRBS1", 9),
    "reciprocal": lambda b: b.both_products()[1],
    "kinase_partial": lambda b: b.exons("KHDRBS1", 6, "NTRK1", 14),
    "kinase_absent": Bench.behind_the_kinase,
    "truncated_isoform": Bench.truncated,
    "frame_out_of_frame": lambda b: b.exons("KHDRBS1", 8, "NTRK1", 11),
    "frame_no_cds": lambda b: b.exons("TBP", 1, "NTRK1", 12),
    "frame_unknown": lambda b: b.supported(0, 9),
    "novel_exon": Bench.beside_the_gene,
    "no_junction_read": lambda b: b.supported(0, 5),
    "no_junction_read_few": lambda b: b.supported(0, 4),
    "support_noise_level": lambda b: b.supported(1, 0),
    "seen_in_patient": lambda b: b.supported(1, 0, elsewhere=[KNOWN]),
    "support_below_threshold": lambda b: b.supported(3, 1),
    "few_start_positions": lambda b: b.supported(12, 4, 1),
    "not_confirmed": lambda b: b.graded(
        called(*b.good, A), count=called(*b.good, J, 0, 0, exact=True)
    ),
    "index_hopping": lambda b: b.supported(12, 4, elsewhere=[LANE_MATE]),
    "read_through": lambda b: b.exons("PRCC", 6, "NTRK1", 2),
    "normal_tissue": lambda b: b.exons("SMR3B", 2, "NTRK2", 12),
    "recurrent_noise": lambda b: b.listed_as(ArtefactClass.RECURRENT_NOISE),
    "template_switching": Bench.jump,
    "homology": lambda b: b.like(HomologyKind.PARTNERS),
    "homology_other_candidate": lambda b: b.like(HomologyKind.OTHER_CANDIDATE),
    "ribosomal": lambda b: b.exons("RPL13A", 4, "NTRK3", 15),
    "mitochondrial": lambda b: b.partner("MT-CO1", "chrM"),
    "haemoglobin": lambda b: b.partner("HBB"),
    "immunoglobulin": lambda b: b.partner("IGKC", biotype="IG_C_gene"),
    "discarded_by_caller": lambda b: b.graded(called(*b.good, A, **REMOVED)),
    "discarded_yet_counted": lambda b: b.graded(
        called(*b.good, A, **REMOVED), count=called(*b.good)
    ),
    "single_caller_low_confidence": lambda b: b.graded(called(*b.good, A, confidence="low")),
}


@pytest.fixture(scope="module")
def graded(annotator, knowledge, thresholds) -> Grader:
    return Grader(annotator, knowledge, thresholds)


@pytest.fixture(scope="module")
def sound(graded: Grader) -> Fusion:
    """The fusion of the case report."""
    return graded(called("chr1:6358:+", "chr1:160443:+"))


@pytest.fixture
def bench(graded, mane, models, tmp_path: Path) -> Bench:
    return Bench(graded, mane, models, tmp_path)


class TestEveryFinding:
    def test_has_a_case(self, knowledge: Knowledge) -> None:
        """A new row of the grading needs a case above; a case needs its row."""
        assert set(CASES) == set(knowledge.grading)

    @pytest.mark.parametrize("code", CASES)
    def test_is_found_and_does_what_the_table_says(
        self, bench: Bench, knowledge: Knowledge, code: str
    ) -> None:
        fusion = CASES[code](bench)
        assert code in codes(fusion)
        rule = knowledge.grading[code]
        effects = [knowledge.grading[other].effect for other in codes(fusion)]
        assert fusion.status == max(effects, key=ORDER.index)
        assert fusion.status != REPORTABLE
        (found,) = [a for a in fusion.assessment if a.heading == rule.heading]
        assert ORDER.index(found.outcome) >= ORDER.index(rule.effect)
        (reason,) = [r for r in fusion.reasons if r.code == code]
        assert reason.text in found.text

    @pytest.mark.parametrize("code", CASES)
    def test_a_run_may_change_what_it_does(self, bench: Bench, knowledge, code: str) -> None:
        for effect in (REVIEW, BELOW):
            changed = knowledge.regraded({code: effect.value})
            bench.graded = replace(bench.graded, knowledge=changed)
            fusion = CASES[code](bench)
            effects = [changed.grading[other].effect for other in codes(fusion)]
            if code in ("mitochondrial", "haemoglobin", "immunoglobulin", "recurrent_noise"):
                # graded on tables of their own
                continue
            assert changed.grading[code].effect == effect
            assert fusion.status == max(effects, key=ORDER.index)
            if effect == BELOW:
                assert fusion.status == BELOW

    def test_alone_is_review_or_below_as_the_table_says(self, bench: Bench) -> None:
        """Findings that come without another one."""
        below = {
            code
            for code in CASES
            if codes(fusion := CASES[code](bench)) == [code] and fusion.status == BELOW
        }
        assert below >= {
            "support_noise_level",
            "homology_other_candidate",
            "discarded_by_caller",
            "intragenic",
        }
        assert not below & {
            "kinase_partial",
            "frame_out_of_frame",
            "support_below_threshold",
            "index_hopping",
            "read_through",
            "template_switching",
            "homology",
            "seen_in_patient",
            "not_confirmed",
        }


class TestCodes:
    """Between table and library nothing is missing."""

    def test_those_made_of_words_are_in_the_table(self, knowledge: Knowledge) -> None:
        made = {f"frame_{frame.value}" for frame in Frame}
        made |= {f"kinase_{kinase.value}" for kinase in Kinase if kinase != Kinase.COMPLETE}
        made |= {artefact.value for artefact in ArtefactClass}
        fine = {"frame_in_frame", "frame_utr5_start_retained"}
        assert made - fine <= set(knowledge.grading)

    def test_every_reason_of_the_library_is_graded_or_of_a_sample(
        self, knowledge: Knowledge
    ) -> None:
        written: set[str] = set()
        for path in LIBRARY.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            written |= set(re.findall(r'Reason\(\s*"([a-z0-9_]+)"', text))
        assert len(written) > 20
        assert written - set(knowledge.grading) == OF_SAMPLES

    def test_every_effect_can_be_shown(self, knowledge: Knowledge) -> None:
        """No finding makes a junction better."""
        for rule in knowledge.grading.values():
            assert rule.effect in (REVIEW, BELOW), rule


class TestOverrides:
    def test_effect_grade_and_verdict(self, bench: Bench, knowledge: Knowledge) -> None:
        before = CASES["read_through"](bench)
        assert decide([before], gate_of())[0] == Verdict.INDETERMINATE
        changed = knowledge.regraded(
            {"read_through": "below_the_line", "frame_out_of_frame": "below_the_line"}
        )
        after = bench.exons("PRCC", 6, "NTRK1", 2, knowledge=changed)
        assert codes(after) == codes(before)
        assert (before.status, after.status) == (REVIEW, BELOW)
        assert decide([after], gate_of())[0] == Verdict.NOT_DETECTED

    def test_the_other_way(self, bench: Bench, knowledge: Knowledge) -> None:
        changed = knowledge.regraded({"support_noise_level": "review"})
        assert bench.supported(1, 0, knowledge=changed).status == REVIEW

    def test_the_rest_stays(self, knowledge: Knowledge) -> None:
        changed = knowledge.regraded({"homology": "below_the_line"})
        assert changed.grading["homology"].heading == Heading.ARTEFACT
        assert {
            code for code, rule in changed.grading.items() if rule != knowledge.grading[code]
        } == {"homology"}
        assert knowledge.regraded({}) == knowledge

    def test_unknown_finding(self, knowledge: Knowledge) -> None:
        with pytest.raises(InputError, match=r"^grading: unknown finding read_thru; .*homology"):
            knowledge.regraded({"read_thru": "review"})

    @pytest.mark.parametrize("effect", ["reportable", "ignore", ""])
    def test_unknown_effect(self, knowledge: Knowledge, effect: str) -> None:
        """No override makes a finding count for nothing."""
        expected = rf"^grading\.homology is {effect}; it can be review or below_the_line\.$"
        with pytest.raises(InputError, match=expected):
            knowledge.regraded({"homology": effect})


class TestAssessment:
    @pytest.mark.parametrize("code", ["", *CASES])
    def test_four_headings_in_order_and_the_worst_is_the_grade(
        self, bench: Bench, code: str
    ) -> None:
        fusion = CASES[code](bench) if code else bench.supported(12, 4)
        assert [a.heading for a in fusion.assessment] == list(Heading)
        assert all(a.text for a in fusion.assessment)
        worst = max((a.outcome for a in fusion.assessment), key=ORDER.index)
        assert worst == fusion.status

    def test_a_sound_fusion(self, bench: Bench) -> None:
        fusion = bench.supported(12, 4)
        assert {a.outcome for a in fusion.assessment} == {REPORTABLE}
        assert codes(fusion) == ["actionable_structure"]
        words = {a.heading: a.text for a in fusion.assessment}
        assert words[Heading.SUPPORT].startswith("12 junction reads and 4 spanning fragments")
        assert words[Heading.ARTEFACT] == "no known artefact explains it"

    def test_the_worst_of_several_under_one_heading(self, bench: Bench) -> None:
        fusion = bench.exons("NTRK1", 11, "KHDRBS1", 9, elsewhere=[LANE_MATE])
        outcomes = {a.heading: a.outcome for a in fusion.assessment}
        assert outcomes[Heading.STRUCTURE] == outcomes[Heading.ARTEFACT] == REVIEW
        assert outcomes[Heading.SUPPORT] == REPORTABLE
        both = bench.exons("KHDRBS1", 8, "NTRK1", 14)
        structure = both.assessment[0]
        assert all(reason.text in structure.text for reason in both.reasons)
        assert codes(both) == ["kinase_partial", "frame_out_of_frame"]

    @pytest.mark.parametrize("code", ["", *CASES])
    def test_clingen_has_four_headings(self, bench: Bench, code: str) -> None:
        fusion = CASES[code](bench) if code else bench.supported(12, 4)
        assert [heading for heading, _ in fusion.clingen] == [
            "structure",
            "cancer_association",
            "clinical_validity",
            "function",
        ]
        assert all(text for _, text in fusion.clingen)

    def test_clingen_gives_facts_and_no_class(self, bench: Bench) -> None:
        fraction = FusionFraction(0.1, 0.92, 90, 1)
        known = dict(bench.supported(12, 4, fraction=fraction).clingen)
        assert known["cancer_association"].startswith("KHDRBS1::NTRK1 was seen before")
        assert known["function"].startswith("the junction makes up 92% of the splicing")
        unknown = dict(bench.exons("HPRT1", 2, "NTRK1", 12).clingen)
        assert "not in our table" in unknown["cancer_association"]
        for text in (*known.values(), *unknown.values()):
            assert not re.search(r"(?i)pathogenic|tier|oncogenic|class ", text)


class TestReciprocal:
    def test_the_other_product_of_a_fusion_that_is_seen(self, bench: Bench) -> None:
        main, other = bench.both_products()
        assert (main.status, main.structure_class) == (REPORTABLE, StructureClass.EXON_JUNCTION)
        assert other.structure_class == StructureClass.RECIPROCAL
        assert codes(other) == ["reciprocal"]
        assert other.reasons[0].text.startswith("the other product of KHDRBS1::NTRK1")
        assert other.assessment[0].text == other.reasons[0].text
        assert decide([main, other], gate_of())[0] == Verdict.DETECTED

    def test_alone_it_may_be_all_that_is_seen(self, bench: Bench, knowledge) -> None:
        (alone,) = in_company([CASES["target_5prime_only"](bench)], knowledge, tuple(Caller))
        assert alone.structure_class == StructureClass.TARGET_5PRIME
        assert codes(alone) == ["target_5prime_only"]

    def test_beside_noise_it_is_still_alone(self, bench: Bench, knowledge) -> None:
        other = CASES["target_5prime_only"](bench)
        found = in_company([bench.supported(1, 0), other], knowledge, tuple(Caller))
        assert codes(found[1]) == ["target_5prime_only"]

    def test_of_another_pair_it_is_none(self, bench: Bench, knowledge) -> None:
        other = bench.exons("NTRK1", 11, "TPM3", 9)
        found = in_company([bench.supported(12, 4), other], knowledge, tuple(Caller))
        assert "reciprocal" not in codes(found[1])

    def test_its_other_findings_stay(self, bench: Bench, knowledge) -> None:
        place = bench.place("NTRK1", 11, "KHDRBS1", 9)
        weak = bench.graded(called(*place, J, 3, 0, gene5="NTRK1", gene3="KHDRBS1"))
        _, other = in_company([bench.supported(12, 4), weak], knowledge, tuple(Caller))
        assert codes(other) == ["reciprocal", "support_below_threshold"]
        assert other.assessment[-1] == weak.assessment[-1]

    def test_what_the_callers_say_is_said_once(self, bench: Bench, knowledge) -> None:
        place = bench.place("NTRK1", 11, "KHDRBS1", 9)
        call = called(*place, A, 6, 2, gene5="NTRK1", gene3="KHDRBS1")
        callers = (S, A)
        unsure = bench.graded(replace(call, confidence="low"), callers=callers)
        _, other = in_company([bench.supported(12, 4), unsure], knowledge, callers)
        assert codes(other) == ["reciprocal", "single_caller_low_confidence"]
        assert other.assessment[-1] == unsure.assessment[-1]
        assert other.assessment[-1].text.count("not seen by") == 1


class TestShadow:
    """A junction that reads like a better supported one, which shares its NTRK1 side."""

    def shadow(self, bench: Bench, reads: int = 9) -> Fusion:
        call = called(*bench.place("TPM3", 8, "NTRK1", 12), J, reads, 2, gene5="TPM3")
        return bench.graded(call, homology=Homology(HomologyKind.OTHER_CANDIDATE, "reads alike"))

    def companied(self, *fusions: Fusion, knowledge: Knowledge) -> Fusion:
        """The first of them, regraded."""
        return in_company(fusions, knowledge, tuple(Caller))[0]

    def test_below_the_line_beside_what_throws_it(self, bench: Bench, knowledge) -> None:
        shadow = self.shadow(bench)
        found = self.companied(shadow, bench.supported(30, 9), knowledge=knowledge)
        assert found == shadow
        assert (found.status, codes(found)) == (BELOW, ["homology_other_candidate"])

    def test_for_review_when_that_is_below_the_line_itself(self, bench: Bench, knowledge) -> None:
        removed = replace(called(*bench.good, A, 30, 9), discarded_by=("blacklist",))
        thrower = bench.graded(removed, callers=(A,))
        assert thrower.status == BELOW
        found = self.companied(self.shadow(bench), thrower, knowledge=knowledge)
        assert (found.status, codes(found)) == (REVIEW, ["homology"])
        assert found.reasons[0].text.startswith("reads alike; but")
        assert found.artefact_class == ArtefactClass.HOMOLOGY
        assert [a.outcome for a in found.assessment if a.heading == Heading.ARTEFACT] == [REVIEW]
        assert decide([found, thrower], gate_of())[0] == Verdict.INDETERMINATE

    def test_a_fusion_at_other_places_does_not_throw_it(self, bench: Bench, knowledge) -> None:
        stranger = bench.exons("ETV6", 5, "NTRK3", 15)
        assert stranger.status == REPORTABLE
        assert self.companied(self.shadow(bench), stranger, knowledge=knowledge).status == REVIEW

    def test_another_shadow_does_not_throw_it(self, bench: Bench, knowledge) -> None:
        first, second = self.shadow(bench, 9), self.shadow(bench, 12)
        found = in_company([first, second], knowledge, tuple(Caller))
        assert [codes(fusion) for fusion in found] == [["homology"], ["homology"]]

    def test_noise_stays_noise(self, bench: Bench, knowledge) -> None:
        found = self.companied(self.shadow(bench, 0), knowledge=knowledge)
        assert found.status == BELOW


class TestNovelExon:
    def test_class_and_words(self, bench: Bench) -> None:
        fusion = bench.beside_the_gene()
        assert fusion.structure_class == StructureClass.NOVEL_EXON
        assert fusion.artefact_class == ArtefactClass.READ_THROUGH
        assert "an exon the GTF does not know" in fusion.structure_text
        assert fusion.status == BELOW

    def test_elsewhere_in_the_genome_it_is_a_rearrangement(self, bench: Bench) -> None:
        fusion = bench.graded(called("chr2:21000:+", bench.good[1], gene5="."))
        assert fusion.structure_class == StructureClass.INTERGENIC
        assert fusion.artefact_class is None


class TestTemplateSwitching:
    """It takes all three signs; any one of them alone is seen in true fusions."""

    def test_all_three(self, bench: Bench) -> None:
        fusion = bench.jump()
        assert fusion.artefact_class == ArtefactClass.TEMPLATE_SWITCHING
        assert fusion.status == REVIEW
        assert "10 junction reads begin at 3 positions" in fusion.reasons[-1].text

    @pytest.mark.parametrize(
        "lacking",
        [
            {"five": "chr7:4031:-", "three": "chr1:160443:+"},
            {"motif": "GT-AG"},
            {"motif": "GC-AG"},
            {"motif": "AT-AC"},
            {"starts": 4},
        ],
        ids=lambda change: "-".join(change),
    )
    def test_one_is_lacking(self, bench: Bench, lacking: dict) -> None:
        assert "template_switching" not in codes(bench.jump(**lacking))

    @pytest.mark.parametrize(("reads", "starts", "found"), [(100, 34, True), (100, 35, False)])
    def test_at_the_share(self, bench: Bench, reads: int, starts: int, found: bool) -> None:
        fusion = bench.jump(reads=reads, starts=starts)
        assert ("template_switching" in codes(fusion)) is found

    def test_amplicons_begin_at_their_primers(self, bench: Bench) -> None:
        fusion = bench.jump(starts=1, starts_tell=False)
        assert not {"template_switching", "few_start_positions"} & set(codes(fusion))

    @pytest.mark.parametrize(("spliced", "told"), [(499.9, False), (500.0, True), (None, False)])
    def test_high_expression_of_the_partner_is_said_beside(
        self, bench: Bench, spliced: float | None, told: bool
    ) -> None:
        fusion = bench.jump(spliced=spliced)
        assert ("very highly expressed" in fusion.reasons[-1].text) is told
        assert codes(fusion) == codes(bench.jump())

    def test_without_a_count_of_ours_nothing_is_known(self, bench: Bench) -> None:
        fusion = bench.graded(called("chr7:4031:-", "chr1:160517:+", A, gene5="ACTB"))
        assert "template_switching" not in codes(fusion)


class TestArtefactOrder:
    """The most specific explanation is named, the others are not repeated."""

    def test_index_hopping_comes_first(self, bench: Bench) -> None:
        fusion = bench.exons("RPL13A", 4, "NTRK3", 15, elsewhere=[LANE_MATE])
        assert fusion.artefact_class == ArtefactClass.INDEX_HOPPING
        assert "ribosomal" not in codes(fusion)

    def test_homology_before_the_partners_class(self, bench: Bench) -> None:
        alike = Homology(HomologyKind.PSEUDOGENE, "a pseudogene")
        fusion = bench.exons("RPL13A", 4, "NTRK3", 15, homology=alike)
        assert (fusion.artefact_class, fusion.homology) == (ArtefactClass.HOMOLOGY, alike)

    @pytest.mark.parametrize("known", [True, False])
    def test_a_pair_seen_as_a_fusion_is_exempt_from_its_partners_class(
        self, bench: Bench, knowledge: Knowledge, known: bool
    ) -> None:
        evidence = "source_read" if known else "list_only"
        pair = knowledge.partners["KHDRBS1", "NTRK1"].model_copy(
            update={"gene5": "RPL13A", "gene3": "NTRK3", "evidence": evidence}
        )
        told = replace(knowledge, partners={("RPL13A", "NTRK3"): pair})
        fusion = bench.exons("RPL13A", 4, "NTRK3", 15, knowledge=told)
        assert ("ribosomal" in codes(fusion)) is not known

    @pytest.mark.parametrize(
        ("gene", "chrom", "biotype", "expected"),
        [
            ("RPS27A", "chrP", "protein_coding", ArtefactClass.RIBOSOMAL),
            ("RNA45S", "chrP", "rRNA", ArtefactClass.RIBOSOMAL),
            ("ND1", "MT", "protein_coding", ArtefactClass.MITOCHONDRIAL),
            ("HBA1", "chrP", "protein_coding", ArtefactClass.HAEMOGLOBIN),
            ("HBEGF", "chrP", "protein_coding", None),
            ("RPS6KA1", "chrP", "protein_coding", None),
            ("IGHG1", "chrP", "", ArtefactClass.IMMUNOGLOBULIN),
            ("TRBC2", "chrP", "TR_C_gene", ArtefactClass.IMMUNOGLOBULIN),
            ("IGFBP7", "chrP", "protein_coding", None),
            ("TRAF2", "chrP", "protein_coding", None),
            ("MTAP", "chrP", "protein_coding", None),
        ],
    )
    def test_partner_genes(
        self, bench: Bench, gene: str, chrom: str, biotype: str, expected: ArtefactClass | None
    ) -> None:
        """The class, and genes whose symbols only begin alike."""
        assert bench.partner(gene, chrom, biotype).artefact_class == expected


UNEXPLAINED = Reason("imbalance_without_fusion", "NTRK1 kinase exons at 40×, 5′ exons at 1×")
GATES = st.lists(
    st.tuples(
        st.sampled_from(["usable_fragments", "control_genes_spliced", "insert_size"]),
        st.sampled_from(Evaluability),
    ),
    max_size=4,
)


class TestDecide:
    @given(
        GATES,
        st.lists(st.sampled_from(Status), max_size=4),
        st.sampled_from([None, UNEXPLAINED]),
    )
    def test_every_combination(
        self,
        sound: Fusion,
        checks: list[tuple[str, Evaluability]],
        statuses: list[Status],
        unexplained: Reason | None,
    ) -> None:
        fusions = [replace(sound, status=status) for status in statuses]
        gate = gate_of(*checks)
        verdict, reasons = decide(fusions, gate, unexplained)
        failed = gate.status == Evaluability.FAIL
        if REPORTABLE in statuses:
            expected = Verdict.DETECTED
        elif REVIEW in statuses:
            expected = Verdict.INDETERMINATE
        elif failed:
            expected = Verdict.NOT_EVALUABLE
        elif unexplained:
            expected = Verdict.INDETERMINATE
        else:
            expected = Verdict.NOT_DETECTED
        assert verdict == expected
        # A degraded sample never says that there is none.
        assert not (failed and verdict == Verdict.NOT_DETECTED)
        found = [reason.code for reason in reasons]
        missed = {metric for metric, status in checks if status != Evaluability.PASS}
        assert {code for code in found if code.startswith("gate_")} == {
            f"gate_{metric}" for metric in missed
        }
        assert len(found) == len(set(found)) or len(statuses) > 1
        assert ("no_candidate" in found) is (verdict == Verdict.NOT_DETECTED)
        assert (UNEXPLAINED in reasons) is (unexplained is not None and verdict != Verdict.DETECTED)
        assert found.count("fusion_reportable") == statuses.count(REPORTABLE)

    @pytest.mark.parametrize(
        ("state", "verdict"),
        [
            (Evaluability.PASS, Verdict.INDETERMINATE),
            (Evaluability.LIMITED, Verdict.INDETERMINATE),
            (Evaluability.FAIL, Verdict.NOT_EVALUABLE),
        ],
    )
    def test_imbalance_without_a_fusion(self, state: Evaluability, verdict: Verdict) -> None:
        """It is told beside, it stops a no from being signed, and it is never a yes."""
        found, reasons = decide([], gate_of(("usable_fragments", state)), UNEXPLAINED)
        assert found == verdict
        assert UNEXPLAINED in reasons


class TestUnspliced:
    """Where no splice motif stands, a single read is what random ligation makes."""

    def at_no_motif(self, bench: Bench, reads: int, spanning: int, **rest) -> Fusion:
        call: CallerCall = called("chr7:4031:-", "chr1:160517:+", J, reads, spanning, gene5="ACTB")
        bare = replace(call, evidence=replace(call.evidence, splice_motif="CA-GT"))
        return bench.graded(bare, **rest)

    def test_one_read_and_a_pair(self, bench: Bench) -> None:
        assert "support_noise_level" in codes(self.at_no_motif(bench, 1, 1))
        assert "support_below_threshold" in codes(self.at_no_motif(bench, 2, 0))
        changed = self.at_no_motif(bench, 1, 1, review_min_unspliced_junction_reads=1)
        assert "support_below_threshold" in codes(changed)

    def test_at_a_splice_site_they_are_reviewed(self, bench: Bench) -> None:
        assert codes(bench.supported(1, 1)) == ["support_below_threshold"]

    def test_known_in_the_patient(self, bench: Bench) -> None:
        assert "seen_in_patient" in codes(self.at_no_motif(bench, 1, 1, elsewhere=[KNOWN]))


def test_breakpoints_of_the_cases_are_on_the_reference(bench: Bench) -> None:
    """The junction that is taken for template switching lies inside exons of both genes."""
    for text, gene in (("chr7:4031:-", "ACTB"), ("chr1:160517:+", "NTRK1")):
        side: Breakpoint = at(text)
        transcript = bench.mane[gene]
        number = transcript.exon_at(side.pos)
        assert number is not None
        assert side.pos not in transcript.exons[number - 1]
