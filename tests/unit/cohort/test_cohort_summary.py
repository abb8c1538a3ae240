"""What the cohort keeps of a sample, and the cohort as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from cohorts import specimens
from documents import document, four_verdicts, fusion, shared_junction

from ntrkoma.cohort.summary import summarise, to_json

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

    def test_a_sample_s_own_count_comes_before_the_peer_s(self) -> None:
        shared = shared_junction(fusion(), reads=34)
        found = summarise(document(verdict="detected", shared_junctions=[shared]))
        assert found.counts[KHDRBS1].junction_reads == 35


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
