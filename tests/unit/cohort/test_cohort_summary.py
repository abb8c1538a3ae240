"""All samples together: summaries, patients, partners and runs."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from cohorts import specimens
from documents import document, four_verdicts, fusion, shared_junction

from ntrkoma.cohort.summary import partners, patients, runs, spread, summarise, to_json

KHDRBS1 = ("chr1:32039573:+", "chr1:156875520:+")


def test_the_documents_of_these_tests_are_what_the_workflow_publishes(resources: Path) -> None:
    schema = json.loads((resources / "schemas" / "ntrk.schema.json").read_text(encoding="utf-8"))
    check = jsonschema.Draft202012Validator(schema)
    for one in [*four_verdicts(), *specimens()]:
        check.validate(one)


class TestSummary:
    def test_a_positive(self) -> None:
        found = summarise(four_verdicts()[0])
        assert (found.sample, found.verdict, found.gate) == ("DETECTED", "detected", "pass")
        assert [one.name for one in found.fusions] == ["KHDRBS1::NTRK1"]
        assert found.fusions[0].partner == "KHDRBS1"
        assert found.below_the_line == 1
        assert found.resistance_seen == ("NTRK1 p.G595R",)
        assert found.counts[KHDRBS1].fragments == 50

    def test_the_partner_of_a_5_prime_target(self) -> None:
        reciprocal = fusion() | {"gene5": "NTRK1", "gene3": "KHDRBS1", "target_gene": "NTRK1"}
        assert summarise(document(fusions=[reciprocal])).fusions[0].partner == "KHDRBS1"

    def test_a_figure_with_two_checks_has_the_worse_outcome(self) -> None:
        found = summarise(document(gate="limited")).metrics["usable_fragments"]
        assert found.status == "limited"
        assert found.thresholds == ((">=", 5_000_000.0), (">=", 20_000_000.0))

    def test_runs_of_several_lanes(self) -> None:
        assert summarise(document(metadata={"run": "R1, R2"})).runs == ("R1", "R2")
        assert summarise(document()).runs == ()

    @pytest.mark.parametrize("text", ["", "2020", "31.12.2020"])
    def test_what_is_no_date(self, text: str) -> None:
        assert summarise(document(metadata={"collected": text})).collected is None


class TestPatients:
    def test_specimens_by_date_and_then_as_listed(self) -> None:
        (patient,) = patients(map(summarise, specimens()[::-1]))
        assert [one.sample for one in patient.specimens] == [
            *("SCALP", "EAR", "NECK", "BACK", "BIOPSY", "ARCHIVE")
        ]

    def test_one_specimen_is_no_series(self) -> None:
        assert patients(map(summarise, four_verdicts())) == []

    def test_a_junction_is_named_once_however_often_it_is_seen(self) -> None:
        (patient,) = patients(map(summarise, specimens()))
        assert [one.name for one in patient.junctions] == ["KHDRBS1::NTRK1", "TPM3::NTRK1"]
        series = [one.counts[KHDRBS1].fragments for one in patient.specimens]
        assert series == [50, 110, 0, 73, 0, 3]

    def test_the_codons_of_the_fused_gene(self) -> None:
        (patient,) = patients(map(summarise, specimens()))
        assert patient.codons == ("NTRK1 F589", "NTRK1 G595", "NTRK1 G667")

    def test_a_junction_below_the_line_elsewhere_keeps_its_count(self) -> None:
        low = fusion(junction_reads=1, spanning_fragments=0, status="below_the_line")
        first = document("A", verdict="detected", patient="P")
        second = document("B", patient="P", below_the_line=[low])
        (patient,) = patients(map(summarise, (first, second)))
        assert [one.counts[KHDRBS1].fragments for one in patient.specimens] == [50, 1]

    def test_a_sample_s_own_count_comes_before_the_peer_s(self) -> None:
        shared = shared_junction(fusion(), reads=34)
        found = summarise(document(verdict="detected", shared_junctions=[shared]))
        assert found.counts[KHDRBS1].junction_reads == 35


class TestPartners:
    def test_pairs_by_number_of_samples(self) -> None:
        made = [
            document("A", verdict="detected", fusions=[fusion("ETV6::NTRK3")]),
            document("B", verdict="detected", fusions=[fusion(), fusion(junction_reads=3)]),
            document("C", verdict="indeterminate"),
            document("D", verdict="detected", fusions=[fusion("NEW1::NTRK1")]),
            document("E"),
        ]
        found = partners(map(summarise, made))
        assert [(one.name, one.reportable, one.review, one.known) for one in found] == [
            ("KHDRBS1::NTRK1", 1, 1, True),
            ("ETV6::NTRK3", 1, 0, True),
            ("NEW1::NTRK1", 1, 0, False),
        ]
        assert found[0].fragments == (3, 50)


class TestRuns:
    def test_verdicts_and_figures_by_run(self) -> None:
        first, second = runs([summarise(one) for one in four_verdicts()])
        assert (first.name, second.name) == ("R1", "R2")
        assert first.verdicts == {"detected": 1, "indeterminate": 1}
        assert second.gates == {"pass": 1, "fail": 1}
        found = second.metrics["three_prime_bias"]
        assert found is not None
        assert (found.median, found.missing) == (0.57, 1)

    def test_a_sample_of_two_runs_counts_in_both(self) -> None:
        found = runs([summarise(document(metadata={"run": "R1, R2"}))])
        assert [(one.name, one.samples) for one in found] == [("R1", 1), ("R2", 1)]

    def test_a_sample_of_no_run_counts_in_none(self) -> None:
        assert runs([summarise(document())]) == []

    def test_spread(self) -> None:
        found = spread([*range(11), None])
        assert found is not None
        assert (found.minimum, found.low, found.median, found.high, found.maximum) == (
            *(0, 1, 5, 9, 10),
        )
        assert found.missing == 1
        assert spread([None]) is None


class TestJson:
    def test_one_object_a_sample_with_real_numbers(self) -> None:
        found = json.loads(to_json([summarise(one) for one in four_verdicts()]))
        assert [one["sample"] for one in found] == [
            *("DETECTED", "INDETERMINATE", "NOT_DETECTED", "NOT_EVALUABLE")
        ]
        first = found[0]
        assert (first["exon5"], first["exon3"], first["junction_reads"]) == (8, 12, 35)
        assert first["ffpm"] == pytest.approx(50 / 42, abs=1e-4)
        assert first["patient"] == "P1"
        assert first["imbalance_raised"] == ["NTRK1"]
        assert first["companions_seen"] == ["EML4::ALK"]
        assert first["intragenic"] == ["NTRK1 exons 6-7 skipped"]
        fused = first["fusions"][0]
        assert (fused["breakpoint5"], fused["breakpoint3"]) == KHDRBS1
        assert fused["status"] == "reportable"
        assert found[2]["fusions"] == []
        assert found[2]["fusion"] is None

    def test_no_sample(self) -> None:
        assert json.loads(to_json([])) == []
