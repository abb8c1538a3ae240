"""A sample's result as published: JSON after its schema, TSV, cohort row."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from helpers import acceptor, called, candidate, donor
from samples import Bench

from ntrkoma.model.fusion import FusionFraction
from ntrkoma.model.states import Caller
from ntrkoma.report.gene_models import gene_models
from ntrkoma.report.sample import render
from ntrkoma.results.document import validate
from ntrkoma.results.rows import COHORT_COLUMNS, FUSION_COLUMNS, cohort_row, fusion_rows, to_tsv

Document = dict[str, Any]
J, A = Caller.JUNCTIONS, Caller.ARRIBA
FRACTION = FusionFraction(0.125, 0.9, 189, 3)


@pytest.fixture(scope="module")
def bench(context_of, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(context_of(), tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def document(bench: Bench) -> Callable[..., Document]:
    """The JSON of a sample with these candidates."""
    return bench.document


@pytest.fixture(scope="module")
def schema(resources: Path) -> Path:
    return resources / "schemas" / "ntrk.schema.json"


@pytest.fixture(scope="module")
def positive(document, mane) -> Document:
    """The case report's fusion, one for review, one below the line and a companion gene's."""
    good = donor(mane["KHDRBS1"], 8), acceptor(mane["NTRK1"], 12)
    return document(
        candidate(
            called(*good, J, 27, 12),
            called(*good, A, 30, 14, confidence="high", frame="in-frame"),
            fraction=FRACTION,
        ),
        candidate(called(donor(mane["KHDRBS1"], 8), acceptor(mane["NTRK1"], 11), reads=6)),
        candidate(
            called(donor(mane["NTRK1"], 4), acceptor(mane["NTRK1"], 9), reads=3, gene5="NTRK1")
        ),
        candidate(
            called(
                donor(mane["EML4"], 13),
                acceptor(mane["ALK"], 20),
                gene5="EML4",
                gene3="ALK",
                reads=9,
            )
        ),
    )


class TestJson:
    def test_a_positive_document_fits_the_schema(self, positive: Document, schema: Path) -> None:
        validate(positive, schema)
        validate(json.loads(json.dumps(positive)), schema)

    def test_its_contents(self, positive: Document) -> None:
        assert positive["verdict"] == "detected"
        assert [f["name"] for f in positive["fusions"]] == ["KHDRBS1::NTRK1"] * 2
        assert [f["status"] for f in positive["fusions"]] == ["reportable", "review"]
        assert [f["name"] for f in positive["below_the_line"]] == ["NTRK1::NTRK1"]
        (companion,) = positive["companions"]
        assert [f["name"] for f in companion["fusions"]] == ["EML4::ALK"]
        first = positive["fusions"][0]
        assert first["vicc"] == "NM_006559.3(KHDRBS1):e.8::NM_002529.4(NTRK1):e.12"
        assert (first["exon5"], first["exon3"], first["protein_length"]) == (8, 12, 756)
        assert first["breakpoint5"] == {"chrom": "chr1", "pos": 6358, "strand": "+"}
        assert first["ffpm"] == pytest.approx(39 / 40, abs=1e-3)
        assert set(first["callers"]) == {"junctions", "arriba"}
        assert first["callers"]["arriba"]["confidence"] == "high"
        assert (first["junction_reads"], first["support_from"]) == (27, "junctions")
        assert first["callers"]["arriba"]["junction_reads"] == 30
        assert first["evidence"]["junction_reads_raw"] == 27
        assert first["evidence"]["counted_by"] == "chimeric"
        assert first["fusion_fraction"] == {
            "five": 0.125,
            "three": 0.9,
            "wild_type5": 189,
            "wild_type3": 3,
        }
        assert first["structure_class"] == "exon_junction"
        kinase = [d for d in first["domains"] if (d["gene"], d["domain"]) == ("NTRK1", "kinase")]
        assert [(d["retained"], d["fraction"]) for d in kinase] == [("complete", 1.0)]
        assert all(residue["retained"] for residue in first["key_residues"])
        assert [a["heading"] for a in first["assessment"]] == [
            "structure",
            "support",
            "artefact",
            "agreement",
        ]
        assert (first["homology"], first["artefact_class"], first["elsewhere"]) == (None, None, [])
        assert positive["patient"] == "P1"
        assert positive["callers_run"] == ["junctions", "arriba"]
        assert {codon["answer"] for codon in positive["resistance"]} == {"not_assessable"}
        assert positive["hotspots"] == []
        assert set(positive["imbalance"]) == {"NTRK1", "NTRK2", "NTRK3", "ALK"}
        assert positive["therapies"]["rows"]
        assert positive["metadata"] == {"patient": "P1", "tumour_type": "sarcoma"}
        assert positive["evaluability"]["status"] == "pass"

    def test_companions_do_not_bear_on_the_verdict(self, document, mane) -> None:
        found = document(
            candidate(
                called(
                    donor(mane["EML4"], 13), acceptor(mane["ALK"], 20), gene5="EML4", gene3="ALK"
                )
            )
        )
        assert found["verdict"] == "not_detected"
        assert [f["status"] for c in found["companions"] for f in c["fusions"]] == ["reportable"]
        assert found["fusions"] == found["below_the_line"] == []

    @pytest.mark.parametrize(
        ("unique", "verdict"), [(30_000_000, "not_detected"), (10_000, "not_evaluable")]
    )
    def test_negatives_fit_the_schema(self, document, schema, unique: int, verdict: str) -> None:
        found = document(unique=unique)
        validate(found, schema)
        assert found["verdict"] == verdict
        assert found["reasons"]

    def test_every_reason_of_a_negative_is_told(self, document) -> None:
        assert document()["reasons"][0]["code"] == "no_candidate"
        assert document(unique=10)["reasons"][0]["code"] == "gate_usable_fragments"

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("verdict",), "positive"),
            (("schema_version",), "0.9"),
            (("sample",), ""),
            (("callers_run",), []),
            (("reasons",), []),
            (("reasons", 0, "code"), "Not A Code"),
            (("evaluability", "status"), "maybe"),
            (("evaluability", "checks", 0, "value"), "many"),
            (("fusions", 0, "frame"), "in frame"),
            (("fusions", 0, "kinase"), "most"),
            (("fusions", 0, "kinase_fraction"), 1.2),
            (("fusions", 0, "junction_reads"), -1),
            (("fusions", 0, "junction_reads"), 2.5),
            (("fusions", 0, "inserted"), "acg"),
            (("fusions", 0, "breakpoint5", "pos"), 0),
            (("fusions", 0, "breakpoint5", "strand"), "."),
            (("fusions", 0, "name"), "KHDRBS1-NTRK1"),
            (("fusions", 0, "callers", "magic"), {}),
            (("fusions", 0, "extra"), 1),
            (("fusions", 0, "structure_class"), "exon"),
            (("fusions", 0, "evidence", "counted_by"), "hand"),
            (("fusions", 0, "evidence"), None),
            (("fusions", 0, "fusion_fraction", "five"), 1.1),
            (("fusions", 0, "homology"), {"kind": "cousin", "text": "x"}),
            (("fusions", 0, "artefact_class"), "artefact"),
            (("fusions", 0, "assessment", 0, "outcome"), "fine"),
            (("fusions", 0, "clingen", 0, "heading"), "class"),
            (("fusions", 0, "elsewhere"), [{"sample": "x"}]),
            (("companions", 0, "answer"), "maybe"),
            (("imbalance", "NTRK1", "flag"), "high"),
            (("resistance", 0, "answer"), "absent"),
            (("therapies", "stale"), "no"),
            (("shared_junctions",), [{"name": "A::B"}]),
            (("library", "unique_share"), 93),
            (("provenance", "reference", "genome.fa"), "md5:1"),
            (("comment",), "looks fine"),
        ],
        ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
    )
    def test_tampering_is_refused(
        self, positive: Document, schema: Path, path: tuple, value: object
    ) -> None:
        broken = copy.deepcopy(positive)
        place = broken
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        with pytest.raises(jsonschema.ValidationError):
            validate(broken, schema)

    def test_no_required_field_may_be_absent(self, positive: Document, schema: Path) -> None:
        for name in positive:
            broken = {key: value for key, value in positive.items() if key != name}
            with pytest.raises(jsonschema.ValidationError, match=name):
                validate(broken, schema)
        for name in positive["fusions"][0]:
            broken = copy.deepcopy(positive)
            del broken["fusions"][0][name]
            with pytest.raises(jsonschema.ValidationError):
                validate(broken, schema)

    def test_the_schema_is_one(self, schema: Path) -> None:
        jsonschema.Draft202012Validator.check_schema(json.loads(schema.read_text()))


def read_tsv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


class TestTables:
    def test_one_row_per_junction(self, positive: Document) -> None:
        rows = read_tsv(to_tsv(fusion_rows(positive), FUSION_COLUMNS))
        assert [row["status"] for row in rows] == ["reportable", "review", "below_the_line"]
        assert rows[0]["breakpoint5"] == "chr1:6358:+"
        assert rows[0]["callers"] == "junctions,arriba"
        assert rows[0]["known_partner"] == "yes"
        assert (rows[0]["fusion_fraction5"], rows[0]["fusion_fraction3"]) == ("0.125", "0.9")
        assert rows[0]["start_positions"] == "8"
        assert rows[0]["structure_class"] == "exon_junction"
        assert rows[1]["fusion_fraction5"] == ""
        assert all(row["verdict"] == "detected" for row in rows)

    def test_a_negative_has_its_header_and_one_row(self, document) -> None:
        text = to_tsv(fusion_rows(document()), FUSION_COLUMNS)
        assert text.splitlines()[0].split("\t") == list(FUSION_COLUMNS)
        (row,) = read_tsv(text)
        assert (row["sample"], row["verdict"], row["fusion"]) == ("S1", "not_detected", "")
        assert row["reasons"].startswith("no_candidate: ")

    def test_a_table_without_rows_has_its_header(self) -> None:
        assert to_tsv([], ("a", "b")) == "a\tb\n"

    def test_cohort_row(self, positive: Document, document) -> None:
        row = cohort_row(positive)
        assert tuple(row) == COHORT_COLUMNS
        assert (row["fusion"], row["exon5"], row["exon3"]) == ("KHDRBS1::NTRK1", "8", "12")
        assert (row["patient"], row["specimen"]) == ("P1", "")
        assert row["further_fusions"].endswith("(review)")
        negative = cohort_row(document())
        assert (negative["verdict"], negative["fusion"]) == ("not_detected", "")
        assert tuple(negative) == COHORT_COLUMNS

    def test_metadata_with_tabs_and_lines_stays_in_its_cell(self, document) -> None:
        row = cohort_row(document(metadata={"tumour_type": 'soft\ttissue\n"sarcoma"'}))
        (read,) = read_tsv(to_tsv([row], COHORT_COLUMNS))
        assert read["tumour_type"] == 'soft\ttissue\n"sarcoma"'
        assert read["verdict"] == "not_detected"


class TestReport:
    """The report of what the library really publishes; its words are tested with it."""

    def page(self, bench: Bench, document: Document, root: Path) -> str:
        models = gene_models(document["fusions"], bench.context.annotation, bench.context.knowledge)
        settings = {"title": "NTRK report", "laboratory": "Molecular Pathology"}
        return render(document, settings, root / "report", {}, models)

    def test_positive(self, bench: Bench, positive: Document, root: Path) -> None:
        page = self.page(bench, positive, root)
        assert "NM_006559.3(KHDRBS1):e.8::NM_002529.4(NTRK1):e.12" in page
        assert "EML4::ALK" in page
        assert "<script" not in page

    @pytest.mark.parametrize("unique", [30_000_000, 10])
    def test_negatives(self, bench: Bench, root: Path, unique: int) -> None:
        document = bench.document(unique=unique)
        page = self.page(bench, document, root)
        assert "Not evaluable" in page or unique > 10
        for check in document["evaluability"]["checks"]:
            if check["status"] == "fail":
                assert check["reason"] in page
