"""Every sample of the test data against its truth, and every file that a run promises."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from workflow_runs import (
    RESOURCES,
    SAMPLES,
    Finished,
    Page,
    Workdir,
    all_junctions,
    junction,
    place,
    read_tsv,
    truth_rows,
)

WELL_SUPPORTED = 25  # crossing fragments from which on counts have to be within 10 %
MANE_NTRK3 = "ENST00000629765"
HEADLINES = {
    "detected": "NTRK fusion detected",
    "indeterminate": "Indeterminate",
    "not_detected": "No NTRK fusion detected",
    "not_evaluable": "Not evaluable",
}

every_sample = pytest.mark.parametrize("sample", SAMPLES)


def expected_verdict(data: Path, sample: str) -> str:
    (verdict,) = {
        row["expected_verdict"] for row in read_tsv(data / "truth.tsv") if row["sample"] == sample
    }
    return verdict


def ntrk_events(data: Path, sample: str) -> list[dict[str, str]]:
    """Planted events that an NTRK gene takes part in."""
    events = truth_rows(data, sample)
    return [event for event in events if "NTRK" in event["gene5"] + event["gene3"]]


def found(document: dict[str, Any], event: dict[str, str]) -> dict[str, Any]:
    """The one junction at exactly the planted breakpoints."""
    wanted = (event["breakpoint5"], event["breakpoint3"])
    hits = [fusion for fusion in all_junctions(document) if junction(fusion) == wanted]
    assert len(hits) == 1, [junction(fusion) for fusion in all_junctions(document)]
    return hits[0]


def test_run_ends_well(cohort_run: tuple[Workdir, Finished]) -> None:
    _, finished = cohort_run
    finished.succeeded()


def test_truth_table_has_the_samples_that_are_tested(data: Path) -> None:
    assert {row["sample"] for row in read_tsv(data / "truth.tsv")} == set(SAMPLES)


class TestScience:
    @every_sample
    def test_verdict(self, cohort: Workdir, data: Path, sample: str) -> None:
        document = cohort.document(sample)
        assert document["verdict"] == expected_verdict(data, sample)
        assert document["reasons"]

    @every_sample
    def test_planted_events(self, cohort: Workdir, data: Path, sample: str) -> None:
        document = cohort.document(sample)
        for event in ntrk_events(data, sample):
            fusion = found(document, event)
            assert fusion["name"] == f"{event['gene5']}::{event['gene3']}"
            assert (fusion["gene5"], fusion["gene3"]) == (event["gene5"], event["gene3"])
            assert fusion["breakpoint_exact"] is True
            assert fusion["inserted"] == event["inserted"]
            assert fusion["frame"] == event["frame"]
            assert fusion["kinase"] == event["kinase"]
            length = event["protein_aa"]
            assert fusion["protein_length"] == (int(length) if length else None)
            assert fusion["status"] == event["expected_status"]
            for side in ("exon5", "exon3"):
                if event[side]:
                    assert fusion[side] == int(event[side]), side

    @every_sample
    def test_counts(self, cohort: Workdir, data: Path, sample: str) -> None:
        document = cohort.document(sample)
        for event in ntrk_events(data, sample):
            fusion = found(document, event)
            planted = {
                "junction_reads": int(event["junction_fragments"]),
                "spanning_fragments": int(event["spanning_fragments"]),
            }
            counted = {name: fusion[name] for name in planted}
            if int(event["crossing_fragments"]) < WELL_SUPPORTED:
                assert counted == planted  # these reads are planted where no aligner misses them
                continue
            for name, truth in planted.items():
                assert counted[name] == pytest.approx(truth, abs=max(1, 0.1 * truth)), name

    @every_sample
    def test_nothing_reportable_that_was_not_planted(
        self, cohort: Workdir, data: Path, sample: str
    ) -> None:
        planted = {
            (event["breakpoint5"], event["breakpoint3"])
            for event in truth_rows(data, sample)
            if event["expected_status"] == "reportable"
        }
        document = cohort.document(sample)
        reported = [f for f in all_junctions(document) if f["status"] == "reportable"]
        assert {junction(fusion) for fusion in reported} == planted
        assert len(reported) == len(planted)

    def test_acceptor_in_a_truncated_isoform_is_numbered_on_that_isoform(
        self, cohort: Workdir
    ) -> None:
        (fusion,) = cohort.document("TRUNCATED_ACCEPTOR")["fusions"]
        assert fusion["transcript3"]
        assert not fusion["transcript3"].startswith(MANE_NTRK3)
        assert fusion["kinase_fraction"] == 0

    @pytest.mark.parametrize("sample", ["EML4_ALK", "NEG_BACKGROUND", "NEG_CLEAN", "DEGRADED"])
    def test_negatives_have_nothing_above_the_line(self, cohort: Workdir, sample: str) -> None:
        assert cohort.document(sample)["fusions"] == []

    @every_sample
    def test_gate(self, cohort: Workdir, sample: str) -> None:
        document = cohort.document(sample)
        evaluability = document["evaluability"]
        assert evaluability["status"] == ("fail" if sample == "DEGRADED" else "pass")
        failed = {check["metric"] for check in evaluability["checks"] if check["status"] == "fail"}
        codes = {reason["code"] for reason in document["reasons"]}
        assert {f"gate_{metric}" for metric in failed} <= codes

    def test_genes_that_were_not_asked_for_are_not_reported(self, cohort: Workdir) -> None:
        assert cohort.document("EML4_ALK")["companions"] == []

    def test_reciprocal_transcript_stands_beside_its_fusion(self, cohort: Workdir) -> None:
        fusions = cohort.document("BALANCED")["fusions"]
        assert [(fusion["name"], fusion["status"]) for fusion in fusions] == [
            ("ETV6::NTRK3", "reportable"),
            ("NTRK3::ETV6", "review"),
        ]


class TestDeliverables:
    @every_sample
    def test_every_file_of_a_sample_is_there(self, cohort: Workdir, sample: str) -> None:
        promised = read_tsv(RESOURCES / "deliverables.tsv")
        paths = [row["path"].format(sample=sample) for row in promised if row["scope"] == "sample"]
        assert paths
        for path in paths:
            assert (cohort.path / path).stat().st_size > 0, path

    def test_every_file_of_the_cohort_is_there(self, cohort: Workdir) -> None:
        promised = read_tsv(RESOURCES / "deliverables.tsv")
        paths = [row["path"] for row in promised if row["scope"] != "sample"]
        assert paths
        for path in paths:
            assert (cohort.path / path).stat().st_size > 0, path

    @every_sample
    def test_json_fits_the_published_schema(self, cohort: Workdir, sample: str) -> None:
        schema = json.loads((RESOURCES / "schemas" / "ntrk.schema.json").read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(cohort.document(sample))

    @every_sample
    def test_tsv_says_what_the_json_says(self, cohort: Workdir, sample: str) -> None:
        document = cohort.document(sample)
        rows = read_tsv(cohort.result(sample, "ntrk.tsv"))
        assert {(row["sample"], row["verdict"]) for row in rows} == {(sample, document["verdict"])}
        fusions = all_junctions(document)
        assert len(rows) == max(1, len(fusions))
        columns = ("exon5", "exon3", "frame", "kinase", "junction_reads", "spanning_fragments")
        for row, fusion in zip(rows, fusions, strict=False):
            assert (row["breakpoint5"], row["breakpoint3"]) == junction(fusion)
            for name in columns:
                value = fusion[name]
                assert row[name] == ("" if value is None else str(value)), name

    def test_cohort_table_has_one_row_a_sample(self, cohort: Workdir) -> None:
        rows = cohort.cohort()
        assert [row["sample"] for row in rows] == list(SAMPLES)
        for row in rows:
            document = cohort.document(row["sample"])
            assert row["verdict"] == document["verdict"]
            leading = document["fusions"][0] if document["fusions"] else {}
            assert row["fusion"] == leading.get("name", "")
            for name in ("exon5", "exon3", "junction_reads", "spanning_fragments"):
                assert row[name] == str(leading.get(name, "")), (row["sample"], name)

    def test_multiqc_shows_every_sample_in_the_ntrk_table(self, cohort: Workdir) -> None:
        page = (cohort.path / "results/qc/multiqc_report.html").read_text(encoding="utf-8")
        section = re.search(r'id="mqc-section-wrapper-ntrkoma.*?</table>', page, re.DOTALL)
        assert section, "no NTRK section"
        for sample in SAMPLES:
            row = re.search(rf"<tr[^>]*>(?:(?!</tr>).)*\b{sample}\b.*?</tr>", section[0], re.DOTALL)
            assert row, sample
            assert re.search(rf"\b{cohort.document(sample)['verdict']}\b", row[0]), sample
        # fastp and STAR name samples after files and folders; none may be mistaken for another.
        general = page[: page.index('id="mqc-section-wrapper-ntrkoma')]
        for sample in SAMPLES:
            assert re.search(rf"\b{sample}\b", general), sample


class TestReport:
    @every_sample
    def test_verdict_and_reasons(self, cohort: Workdir, sample: str) -> None:
        document = cohort.document(sample)
        page = Page(cohort.result(sample, "report.html"))
        (verdict,) = [
            c for c in page.elements if "verdict" in c.attributes.get("class", "").split()
        ]
        _symbol, headline = page.texts("strong")[0].split(maxsplit=1)
        assert headline.startswith(HEADLINES[document["verdict"]])
        assert headline in " ".join(verdict.text.split())
        for reason in document["reasons"]:
            assert reason["text"] in verdict.text
        assert sample in " ".join(page.texts("dd"))

    @every_sample
    def test_every_fusion_with_exons_and_counts(self, cohort: Workdir, sample: str) -> None:
        document = cohort.document(sample)
        page = Page(cohort.result(sample, "report.html"))
        cards = page.texts("article")
        assert len(cards) == len(document["fusions"])
        for card, fusion in zip(cards, document["fusions"], strict=True):
            assert card.startswith(fusion["name"])
            assert fusion["vicc"] in card
            for gene, exon in (
                (fusion["gene5"], fusion["exon5"]),
                (fusion["gene3"], fusion["exon3"]),
            ):
                assert re.search(rf"\b{gene} exon {exon}\b", card)
            counts = (
                f"{fusion['junction_reads']} junction reads, "
                f"{fusion['spanning_fragments']} spanning fragments"
            )
            assert counts in card
            assert f"{fusion['breakpoint5']['pos']:,}" in card
            assert f"{fusion['breakpoint3']['pos']:,}" in card

    @every_sample
    def test_candidates_below_the_line(self, cohort: Workdir, sample: str) -> None:
        below = cohort.document(sample)["below_the_line"]
        rows = Page(cohort.result(sample, "report.html")).texts("tr")
        for fusion in below:
            places = [f"{side['pos']:,}" for side in (fusion["breakpoint5"], fusion["breakpoint3"])]
            hits = [r for r in rows if fusion["name"] in r and all(pos in r for pos in places)]
            assert hits, (fusion["name"], place(fusion["breakpoint5"]))

    @every_sample
    def test_needs_no_network(self, cohort: Workdir, sample: str) -> None:
        path = cohort.result(sample, "report.html")
        remote = re.compile(r"\s*(https?:)?//", re.IGNORECASE)
        assert not [link for link in Page(path).links() if remote.match(link)]
        assert not re.search(r"url\(|@import", path.read_text(encoding="utf-8"))

    @every_sample
    def test_says_what_it_is_not(self, cohort: Workdir, sample: str) -> None:
        text = " ".join(Page(cohort.result(sample, "report.html")).texts("footer"))
        assert "not a treatment recommendation" in text
        assert "not a companion diagnostic" in text
        assert "orthogonal" in text
