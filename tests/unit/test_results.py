"""A sample's result as published: JSON after its schema, TSV, cohort row."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from helpers import acceptor, called, donor

from ntrkoma.evaluability import AlignmentSummary
from ntrkoma.interpret import Context, interpret
from ntrkoma.multiqc import ntrk_table
from ntrkoma.records import Caller, CallerCall
from ntrkoma.results import (
    COHORT_COLUMNS,
    FUSION_COLUMNS,
    cohort_row,
    fusion_rows,
    to_json,
    to_tsv,
    validate,
)

Document = dict[str, Any]
PROVENANCE = {
    "tools": {"STAR": "2.7.11b", "fastp": "1.3.6"},
    "reference": {"genome.fa": "sha256:" + "0" * 64},
    "parameters": {
        "target_genes": ["NTRK1", "NTRK2", "NTRK3"],
        "companion_genes": ["ALK"],
        "thresholds": {"report_min_fragments": 5},
        "thresholds_changed": [],
        "star_command": "STAR --runThreadN 4",
    },
}


@pytest.fixture(scope="session")
def context(annotation, genome, knowledge, gate_rules, thresholds) -> Context:
    return Context(
        annotation=annotation,
        genome=genome,
        knowledge=knowledge,
        gate_rules=gate_rules,
        thresholds=thresholds,
        target_genes=("NTRK1", "NTRK2", "NTRK3"),
        companion_genes=("ALK",),
        mode="full",
        callers=(Caller.JUNCTIONS, Caller.ARRIBA),
    )


@pytest.fixture(scope="session")
def spliced(models, knowledge) -> list[str]:
    """SJ.out.tab with 30 reads at every intron of the control genes."""
    lines = []
    for transcript in models:
        if transcript.gene not in knowledge.control_genes:
            continue
        exons = sorted(transcript.exons)
        for (_, left), (right, _) in pairwise(exons):
            fields = (transcript.chrom, left + 1, right - 1, 1, 1, 1, 30, 0, 40)
            lines.append("\t".join(map(str, fields)))
    return lines


@pytest.fixture(scope="session")
def document(context: Context, spliced: list[str]) -> Callable[..., Document]:
    """The JSON of a sample with these candidates."""

    def build(*calls: CallerCall, unique: int = 30_000_000, **metadata: str) -> Document:
        result = interpret(
            sample="S1",
            metadata={"patient": "P1", "tumour_type": "sarcoma", "specimen": "", **metadata},
            calls=calls,
            alignment=AlignmentSummary(unique + 1000, unique, 0.93, 0.02),
            splice_junctions=spliced,
            library_fragments=40_000_000,
            provenance=PROVENANCE,
            context=context,
        )
        return to_json(result)

    return build


@pytest.fixture(scope="session")
def schema(resources: Path) -> Path:
    return resources / "schemas" / "ntrk.schema.json"


@pytest.fixture(scope="session")
def positive(document, mane) -> Document:
    """The case report's fusion, one for review, one below the line and a companion gene's."""
    good = donor(mane["KHDRBS1"], 8), acceptor(mane["NTRK1"], 12)
    return document(
        called(*good, Caller.JUNCTIONS, 27, 12),
        called(*good, Caller.ARRIBA, 27, 12, confidence="high", frame="in-frame"),
        called(donor(mane["KHDRBS1"], 8), acceptor(mane["NTRK1"], 11), reads=6),
        called(donor(mane["NTRK1"], 4), acceptor(mane["NTRK1"], 9), reads=3, gene5="NTRK1"),
        called(
            donor(mane["EML4"], 13), acceptor(mane["ALK"], 20), gene5="EML4", gene3="ALK", reads=9
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
        assert [f["name"] for f in positive["companions"]] == ["EML4::ALK"]
        first = positive["fusions"][0]
        assert first["vicc"] == "NM_006559.3(KHDRBS1):e.8::NM_002529.4(NTRK1):e.12"
        assert (first["exon5"], first["exon3"], first["protein_length"]) == (8, 12, 756)
        assert first["breakpoint5"] == {"chrom": "chr1", "pos": 6358, "strand": "+"}
        assert first["ffpm"] == pytest.approx(39 / 40, abs=1e-3)
        assert set(first["callers"]) == {"junctions", "arriba"}
        assert first["callers"]["arriba"]["confidence"] == "high"
        assert positive["metadata"] == {"patient": "P1", "tumour_type": "sarcoma"}
        assert positive["evaluability"]["status"] == "pass"

    def test_companions_do_not_bear_on_the_verdict(self, document, mane) -> None:
        found = document(
            called(donor(mane["EML4"], 13), acceptor(mane["ALK"], 20), gene5="EML4", gene3="ALK")
        )
        assert found["verdict"] == "not_detected"
        assert [f["status"] for f in found["companions"]] == ["reportable"]
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
        row = cohort_row(document(tumour_type='soft\ttissue\n"sarcoma"'))
        (read,) = read_tsv(to_tsv([row], COHORT_COLUMNS))
        assert read["tumour_type"] == 'soft\ttissue\n"sarcoma"'
        assert read["verdict"] == "not_detected"


class TestMultiqc:
    def test_table(self, positive: Document, document) -> None:
        negative = {**document(), "sample": "S2"}
        table = ntrk_table([positive, negative])
        assert table["data"]["S1"] == {
            "verdict": "detected",
            "evaluability": "pass",
            "fusion": "KHDRBS1::NTRK1",
            "frame": "in_frame",
            "kinase": "complete",
            "exons": "e8 :: e12",
            "junction_reads": 27,
            "spanning_fragments": 12,
            "usable_fragments": 30_000_000,
        }
        assert set(table["data"]["S2"]) == {"verdict", "evaluability", "usable_fragments"}
        for row in table["data"].values():
            assert set(row) <= set(table["headers"])
        json.dumps(table)

    def test_no_samples(self) -> None:
        assert ntrk_table([])["data"] == {}


SETTINGS = {"title": "NTRK report", "laboratory": "Molecular Pathology"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='x",
    "{{ 7*7 }}",
)


class TestReport:
    def page(self, document: Document, root: Path, **settings: str) -> str:
        from ntrkoma.report import render

        return render(document, {**SETTINGS, **settings}, root / "report")

    def test_says_what_was_found(self, positive: Document, root: Path) -> None:
        page = self.page(positive, root)
        assert "NTRK fusion detected" in page
        assert "NM_006559.3(KHDRBS1):e.8::NM_002529.4(NTRK1):e.12" in page
        assert "protein of 756 aa" in page
        assert "not a companion diagnostic" in page
        assert "EML4::ALK" in page

    @pytest.mark.parametrize(
        ("unique", "words"), [(30_000_000, "No NTRK fusion detected"), (10, "Not evaluable")]
    )
    def test_negatives(self, document, root: Path, unique: int, words: str) -> None:
        page = self.page(document(unique=unique), root)
        assert words in page
        if unique == 10:
            assert "No NTRK fusion detected" not in page

    def test_what_cannot_be_measured(self, document, root: Path) -> None:
        found = copy.deepcopy(document())
        found["evaluability"]["checks"][-1]["value"] = None
        assert "not measurable" in self.page(found, root)

    def test_opens_without_a_network(self, positive: Document, root: Path) -> None:
        page = self.page(positive, root)
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert "https://" not in page
        assert "<script" not in page
        assert "default-src 'none'" in page

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_nothing_from_outside_becomes_markup(
        self, positive: Document, root: Path, hostile: str
    ) -> None:
        tainted = copy.deepcopy(positive)
        tainted["sample"] = hostile
        tainted["metadata"] = dict.fromkeys(("patient", "tumour_type", "run", "ntrk_fish"), hostile)
        tainted["reasons"] = [{"code": "x", "text": hostile}]
        tainted["provenance"]["tools"] = {hostile: hostile}
        tainted["provenance"]["reference"] = {hostile: hostile}
        for fusion in (*tainted["fusions"], *tainted["below_the_line"], *tainted["companions"]):
            for name in ("name", "vicc", "hgvs", "gene5", "gene3", "transcript5", "frame_note"):
                fusion[name] = hostile
            fusion["breakpoint5"]["chrom"] = hostile
            fusion["side5"]["refseq"] = hostile
            fusion["disagreements"] = [hostile]
            fusion["reasons"] = [{"code": "x", "text": hostile}]
            for call in fusion["callers"].values():
                call["confidence"] = call["frame"] = hostile
                call["discarded_by"] = [hostile]
        page = self.page(tainted, root, title=hostile, laboratory=hostile)
        assert "<script" not in page
        assert "<img" not in page
        if set(hostile) & set("<>\"'"):
            assert hostile not in page
        # Shown as it is, not run as a template.
        assert ">49<" not in page

    def test_every_metadata_column_has_words(self) -> None:
        from ntrkoma.report import METADATA_WORDS
        from ntrkoma.sheet import METADATA_COLUMNS

        assert set(METADATA_WORDS) == set(METADATA_COLUMNS)

    def test_every_state_has_words(self, gate_rules) -> None:
        from ntrkoma.records import Frame, Verdict
        from ntrkoma.report import FRAME_WORDS, METRIC_WORDS, VERDICT_WORDS

        assert set(VERDICT_WORDS) == {verdict.value for verdict in Verdict}
        assert set(FRAME_WORDS) == {frame.value for frame in Frame}
        assert set(METRIC_WORDS) >= {rule.metric for rule in gate_rules}
