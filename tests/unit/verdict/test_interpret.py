"""From evidence, and that of the peers, to a sample's result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from helpers import acceptor, at, called, candidate, donor
from samples import Bench, context_of, empty_bam

from ntrkoma.context import make_context
from ntrkoma.errors import InputError
from ntrkoma.evidence.candidates import Candidate
from ntrkoma.evidence.imbalance import Flag, Imbalance
from ntrkoma.genome.transcripts import write_table
from ntrkoma.model.fusion import Fusion
from ntrkoma.model.result import Companion, SampleResult
from ntrkoma.model.states import (
    ASSAYS,
    Caller,
    Evaluability,
    Relation,
    Status,
    StructureClass,
    Verdict,
)
from ntrkoma.results.document import to_json, validate
from ntrkoma.verdict.interpret import graded, starts_tell_in, with_candidates
from ntrkoma.verdict.peers import Peer, share

J, A = Caller.JUNCTIONS, Caller.ARRIBA
PATIENT, RUN = Relation.PATIENT, Relation.RUN
BREAKPOINTS = "chr1:6358:+", "chr1:160443:+"


@pytest.fixture(scope="module")
def bench(
    resources, annotation, genome, knowledge, thresholds, tmp_path_factory: pytest.TempPathFactory
) -> Bench:
    folder = tmp_path_factory.mktemp("interpret")
    context = context_of(resources, annotation, genome, knowledge, thresholds, ("ALK", "RET"))
    return Bench(context, empty_bam(folder / "S1.evidence.bam", genome.contigs))


@pytest.fixture(scope="module")
def pair(mane) -> Callable[..., Candidate]:
    """An exon pair as a candidate."""

    def find(gene5: str, exon5: int, gene3: str, exon3: int, reads: int = 12, **rest) -> Candidate:
        place = donor(mane[gene5], exon5), acceptor(mane[gene3], exon3)
        return candidate(called(*place, J, reads, 4, gene5=gene5, gene3=gene3, **rest))

    return find


def peer(
    *fusions: Fusion,
    sample: str = "other",
    relation: Relation = RUN,
    imbalances: dict[str, Imbalance] | None = None,
) -> Peer:
    return Peer(relation, share(sample, Evaluability.PASS, fusions, imbalances or {}))


def told(bench: Bench, *candidates: Candidate, **rest) -> Peer:
    """What another sample with these candidates tells."""
    genes = bench.context.target_genes
    return peer(*graded(candidates, genes, bench.context, 40_000_000), **rest)


class TestVerdict:
    def test_positive(self, bench: Bench, pair) -> None:
        result = bench.result(pair("KHDRBS1", 8, "NTRK1", 12), pair("KHDRBS1", 8, "NTRK1", 11))
        assert result.verdict == Verdict.DETECTED
        assert [f.status for f in result.fusions] == [Status.REPORTABLE, Status.REVIEW]
        assert result.therapies is not None
        assert {"NTRK1" in row["gene_scope"] for row in result.therapies["rows"]} == {True}

    def test_negative_and_failed(self, bench: Bench) -> None:
        assert bench.result().verdict == Verdict.NOT_DETECTED
        failed = bench.result(unique=10_000)
        assert failed.verdict == Verdict.NOT_EVALUABLE
        assert failed.reasons[0].code == "gate_usable_fragments"
        assert failed.therapies is None

    def test_the_gate_is_that_of_the_assay(self, bench: Bench) -> None:
        """A million fragments are too few of a transcriptome and enough of an amplicon."""
        assert bench.result(unique=1_000_000).verdict == Verdict.NOT_EVALUABLE
        amplicon = bench.result(unique=1_000_000, assay="amplicon")
        assert amplicon.verdict == Verdict.NOT_DETECTED

    def test_therapies_speak_of_what_is_detected_today(self, bench: Bench, pair) -> None:
        fusion = pair("ETV6", 5, "NTRK3", 15)
        result = bench.result(fusion, today=date(2026, 12, 1))
        fresh = result.therapies
        assert result.provenance["analysed"] == "2026-12-01"
        stale = bench.result(fusion, today=date(2028, 12, 1)).therapies
        assert (fresh["stale"], stale["stale"]) == (False, True)
        review = bench.result(pair("ETV6", 5, "NTRK3", 15, reads=2)).therapies
        assert review is None

    def test_an_intragenic_event_stands_beside(self, bench: Bench) -> None:
        event = {"gene": "NTRK1", "name": "TrkAIII", "text": "exons 6 and 7 are skipped"}
        result = bench.result(intragenic=[event])
        assert result.verdict == Verdict.NOT_DETECTED
        assert result.reasons[-1] == (
            "intragenic_event",
            "NTRK1: TrkAIII. exons 6 and 7 are skipped",
        )

    def test_staining_is_compared_with_the_verdict(self, bench: Bench, pair) -> None:
        metadata = {"pan_trk_ihc": "positive"}
        (agrees,) = bench.result(pair("ETV6", 5, "NTRK3", 15), metadata=metadata).orthogonal
        (differs,) = bench.result(metadata=metadata).orthogonal
        assert (agrees["concordance"], differs["concordance"]) == ("concordant", "discordant")


class TestImbalance:
    def test_raised_without_a_fusion_makes_indeterminate(self, bench: Bench) -> None:
        imbalances = bench.uneven("NTRK2", five=1.0, kinase=60.0)
        result = bench.result(imbalances=imbalances)
        assert result.imbalance["NTRK2"]["flag"] == Flag.RAISED
        assert result.verdict == Verdict.INDETERMINATE
        (reason,) = [r for r in result.reasons if r.code == "imbalance_without_fusion"]
        assert "NTRK2 kinase exons at 60.0×" in reason.text

    def test_in_a_limited_sample_too(self, bench: Bench) -> None:
        imbalances = bench.uneven("NTRK2", five=1.0, kinase=60.0)
        limited = bench.result(imbalances=imbalances, unique=8_000_000)
        assert limited.gate.status == Evaluability.LIMITED
        assert limited.verdict == Verdict.INDETERMINATE

    def test_in_a_failed_sample_it_is_told_and_not_evaluable_stays(self, bench: Bench) -> None:
        failed = bench.result(
            imbalances=bench.uneven("NTRK2", five=1.0, kinase=60.0), unique=10_000
        )
        assert failed.verdict == Verdict.NOT_EVALUABLE
        assert "imbalance_without_fusion" in [r.code for r in failed.reasons]

    def test_a_fusion_of_the_gene_explains_it(self, bench: Bench, pair) -> None:
        imbalances = bench.uneven("NTRK2", five=1.0, kinase=60.0)
        own = bench.result(pair("QKI", 6, "NTRK2", 14), imbalances=imbalances)
        other = bench.result(pair("ETV6", 5, "NTRK3", 15, reads=3), imbalances=imbalances)
        assert "imbalance_without_fusion" not in [r.code for r in own.reasons]
        assert own.verdict == Verdict.DETECTED
        assert "imbalance_without_fusion" in [
            r.code for r in bench.result(imbalances=imbalances).reasons
        ]
        assert other.verdict == Verdict.DETECTED

    def test_that_of_a_companion_gene_says_nothing_of_ntrk(self, bench: Bench) -> None:
        result = bench.result(imbalances=bench.uneven("ALK", five=1.0, kinase=60.0))
        assert result.imbalance["ALK"]["flag"] == Flag.RAISED
        assert result.verdict == Verdict.NOT_DETECTED

    @pytest.mark.parametrize(("number", "negatives"), [(9, 0), (10, 10)])
    def test_held_against_the_negatives_of_the_run(
        self, bench: Bench, number: int, negatives: int
    ) -> None:
        """Their own depths are as uneven: then it is the protocol, not a fusion."""
        imbalances = bench.uneven("NTRK2", five=4.0, kinase=60.0)
        peers = [
            peer(sample=f"N{n}", imbalances=bench.uneven("NTRK2", five=4.0, kinase=56.0 + n))
            for n in range(number)
        ]
        found = bench.result(imbalances=imbalances, peers=peers).imbalance["NTRK2"]
        assert (found["z"] is not None) is bool(negatives)
        assert found["flag"] == (Flag.NONE if negatives else Flag.RAISED)

    def test_other_specimens_of_the_patient_are_no_negatives(self, bench: Bench) -> None:
        imbalances = bench.uneven("NTRK2", five=4.0, kinase=60.0)
        peers = [peer(sample=f"N{n}", relation=PATIENT, imbalances=imbalances) for n in range(12)]
        found = bench.result(imbalances=imbalances, peers=peers).imbalance["NTRK2"]
        assert (found["negatives"], found["z"]) == (0, None)

    def test_samples_with_a_fusion_of_the_gene_are_no_negatives(self, bench: Bench, pair) -> None:
        imbalances = bench.uneven("NTRK2", five=4.0, kinase=60.0)
        fused = pair("QKI", 6, "NTRK2", 14)
        peers = [told(bench, fused, sample=f"N{n}", imbalances=imbalances) for n in range(12)]
        found = bench.result(imbalances=imbalances, peers=peers).imbalance["NTRK2"]
        assert found["negatives"] == 0

    def test_the_librarys_own_bias_explains_it(self, bench: Bench) -> None:
        imbalances = bench.uneven("NTRK2", five=1.0, kinase=60.0)
        found = bench.result(imbalances=imbalances, three_prime_bias=0.79)
        assert found.imbalance["NTRK2"]["flag"] == Flag.NOT_ASSESSABLE
        assert found.verdict == Verdict.NOT_DETECTED


class TestCompanions:
    def answers(self, result: SampleResult) -> dict[str, Companion]:
        return {companion.gene: companion for companion in result.companions}

    def test_seen(self, bench: Bench, pair) -> None:
        found = self.answers(bench.result(pair("EML4", 13, "ALK", 20)))
        assert found["ALK"].answer == "seen"
        assert "(reportable)" in found["ALK"].text
        assert [f.target_gene for f in found["ALK"].fusions] == ["ALK"]
        assert (found["RET"].answer, found["RET"].fusions) == ("not_seen", ())

    def test_below_the_line_is_not_seen(self, bench: Bench, mane) -> None:
        place = donor(mane["EML4"], 13), acceptor(mane["ALK"], 20)
        single = candidate(called(*place, J, 1, 0, gene5="EML4", gene3="ALK"))
        found = self.answers(bench.result(single))["ALK"]
        assert found.answer == "not_seen"
        assert len(found.fusions) == 1

    def test_a_no_carries_the_limit(self, bench: Bench) -> None:
        found = self.answers(bench.result())["ALK"]
        assert found.text.startswith("No ALK fusion seen. A fusion of ")

    def test_in_a_failed_sample_a_no_says_nothing(self, bench: Bench, pair) -> None:
        found = self.answers(bench.result(unique=10_000))
        assert {c.answer for c in found.values()} == {"not_assessable"}
        seen = self.answers(bench.result(pair("EML4", 13, "ALK", 20), unique=10_000))
        assert seen["ALK"].answer == "seen"

    def test_a_gene_that_the_annotation_lacks(self, bench: Bench) -> None:
        """NRG1 is not on the test reference."""
        context = replace(bench.context, companion_genes=("ALK", "NRG1"))
        found = self.answers(replace(bench, context=context).result())
        assert found["NRG1"].answer == "not_assessable"
        assert found["ALK"].answer == "not_seen"

    def test_a_fusion_with_a_target_gene_is_the_target_genes(self, bench: Bench, mane) -> None:
        place = donor(mane["ALK"], 19), acceptor(mane["NTRK1"], 12)
        result = bench.result(candidate(called(*place, gene5="ALK")))
        assert [f.target_gene for f in result.fusions] == ["NTRK1"]
        assert self.answers(result)["ALK"].fusions == ()

    def test_none_asked_for(self, bench: Bench) -> None:
        context = replace(bench.context, companion_genes=())
        assert replace(bench, context=context).result().companions == ()


class TestPeers:
    def test_one_read_of_a_known_junction(self, bench: Bench, pair) -> None:
        """A follow-up specimen with a single read of the primary's fusion."""
        primary = told(bench, pair("KHDRBS1", 8, "NTRK1", 12), sample="primary", relation=PATIENT)
        single = candidate(called(*BREAKPOINTS, J, 1, 0))
        assert bench.result(single).verdict == Verdict.NOT_DETECTED
        result = bench.result(single, peers=[primary])
        assert result.verdict == Verdict.INDETERMINATE
        assert [r.code for r in result.reasons] == ["seen_in_patient"]
        assert [e.sample for e in result.fusions[0].elsewhere] == ["primary"]

    def test_of_a_lane_mate_is_index_hopping(self, bench: Bench, pair) -> None:
        source = told(bench, pair("KHDRBS1", 8, "NTRK1", 12, reads=900), sample="source")
        result = bench.result(candidate(called(*BREAKPOINTS, J, 6, 2)), peers=[source])
        assert [f.status for f in result.fusions] == [Status.REVIEW]
        assert result.verdict == Verdict.INDETERMINATE
        assert [r.code for r in result.reasons] == ["index_hopping"]

    def test_candidates_that_were_looked_for_are_graded(self, bench: Bench, pair) -> None:
        primary = told(bench, pair("KHDRBS1", 8, "NTRK1", 12), sample="primary", relation=PATIENT)
        found = with_candidates(bench.evidence(), [candidate(called(*BREAKPOINTS, J, 1, 0))])
        result = bench.result(evidence=found, peers=[primary])
        assert [f.junction_reads for f in result.fusions] == [1]
        assert result.verdict == Verdict.INDETERMINATE


class TestAmplicon:
    def test_all_begin_alike(self) -> None:
        told = {assay: starts_tell_in(assay) for assay in ("", *ASSAYS)}
        assert told == {"": True, "transcriptome": True, "capture": True, "amplicon": False}

    def test_one_start_position_is_what_primers_give(self, bench: Bench) -> None:
        one = candidate(called(*BREAKPOINTS, J, 40, 0, starts=1))
        (whole,) = bench.result(one).fusions
        (amplicon,) = bench.result(one, assay="amplicon").fusions
        assert [r.code for r in whole.reasons] == ["few_start_positions"]
        assert amplicon.status == Status.REPORTABLE


class TestGraded:
    def test_best_first_with_the_other_products_named(self, bench: Bench, pair) -> None:
        candidates = [
            pair("NTRK1", 11, "KHDRBS1", 9),
            pair("KHDRBS1", 8, "NTRK1", 11),
            pair("KHDRBS1", 8, "NTRK1", 12),
        ]
        found = graded(candidates, ("NTRK1",), bench.context, 10**6)
        assert found[0].status == Status.REPORTABLE
        classes = {f.structure_class for f in found}
        assert classes == {StructureClass.RECIPROCAL, StructureClass.EXON_JUNCTION}

    def test_without_genes_or_candidates(self, bench: Bench, pair) -> None:
        assert graded([pair("KHDRBS1", 8, "NTRK1", 12)], (), bench.context, 1) == []
        assert graded([], ("NTRK1",), bench.context, 1) == []
        assert graded([pair("EML4", 13, "ALK", 20)], ("NTRK1",), bench.context, 1) == []


class TestContext:
    def settings(self, **changed) -> dict:
        return {
            "mode": "full",
            "callers": ["junctions", "arriba"],
            "target_genes": ["NTRK1"],
            "companion_genes": ["ALK"],
            "hotspot_genes": ["KRAS"],
            "thresholds": {},
            "grading": {},
            **changed,
        }

    @pytest.fixture
    def table(self, models, tmp_path: Path) -> Path:
        path = tmp_path / "transcripts.bed.gz"
        write_table(models, path)
        return path

    @pytest.fixture
    def fasta(self, tmp_path: Path) -> Path:
        path = tmp_path / "genome.fa"
        path.write_text(">chr1\nACGT\n")
        return path

    def test_settings_reach_it(self, resources: Path, table: Path, fasta: Path) -> None:
        context = make_context(
            resources,
            table,
            fasta,
            self.settings(
                thresholds={"report_min_fragments": 9}, grading={"homology": "below_the_line"}
            ),
        )
        assert context.thresholds["report_min_fragments"] == 9
        assert context.knowledge.grading["homology"].effect == Status.BELOW_THE_LINE
        assert context.genes == ["NTRK1", "ALK"]
        assert context.callers == [J, A]
        assert context.loci.in_target(at("chr1:160443:+"))
        assert not context.loci.in_target(at("chr15:100619:-"))

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"thresholds": {"report_min_fragment": 9}}, "thresholds: unknown name"),
            ({"grading": {"homologous": "review"}}, "grading: unknown finding homologous"),
            ({"grading": {"homology": "reportable"}}, "grading.homology is reportable"),
        ],
    )
    def test_what_does_not_exist(
        self, resources: Path, table: Path, fasta: Path, changed: dict, words: str
    ) -> None:
        with pytest.raises(InputError, match=words):
            make_context(resources, table, fasta, self.settings(**changed))


@pytest.mark.parametrize("unique", [30_000_000, 8_000_000, 10_000])
@pytest.mark.parametrize("assay", ["transcriptome", "capture", "amplicon"])
def test_every_result_fits_the_schema(
    bench: Bench, resources: Path, pair, unique: int, assay: str
) -> None:
    schema = resources / "schemas" / "ntrk.schema.json"
    raised = bench.uneven("NTRK2", five=1.0, kinase=60.0)
    primary = told(bench, pair("KHDRBS1", 8, "NTRK1", 12), sample="primary", relation=PATIENT)
    for candidates in ((), (pair("KHDRBS1", 8, "NTRK1", 12), pair("EML4", 13, "ALK", 20))):
        result = bench.result(
            *candidates, unique=unique, assay=assay, imbalances=raised, peers=[primary]
        )
        validate(to_json(result), schema)
