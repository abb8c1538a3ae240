"""Every file that a run promises, for every sample, and what stands in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import openpyxl
import pysam
import pytest
from pysam import bcftools
from workflow_runs import (
    RESOURCES,
    SAMPLES,
    Page,
    Workdir,
    all_junctions,
    fragments_with,
    joined_bases,
    junction,
    ntrk_events,
    place,
    read_genome,
    read_tsv,
)

HEADLINES = {
    "detected": "Verdict: NTRK fusion detected",
    "indeterminate": "Verdict: Indeterminate",
    "not_detected": "Verdict: NTRK fusion not detected",
    "not_evaluable": "Verdict: Not evaluable",
}
SIDES = ("breakpoint5", "breakpoint3")
REMOTE = re.compile(r"\s*(https?:)?//", re.IGNORECASE)

every_sample = pytest.mark.parametrize("sample", SAMPLES)


@pytest.fixture(scope="module")
def genome(data: Path) -> dict[str, str]:
    return read_genome(data / "reference" / "genome.fa.gz")


def names_in(bam: Path) -> set[str]:
    """Fragments of which a BAM has a record."""
    with pysam.AlignmentFile(str(bam)) as alignments:
        return {record.query_name or "" for record in alignments.fetch(until_eof=True)}


class TestEvidenceBam:
    @every_sample
    def test_is_sorted_indexed_and_of_this_sample(self, cohort: Workdir, sample: str) -> None:
        path = cohort.result(sample, "evidence.bam")
        with pysam.AlignmentFile(str(path)) as bam:
            assert bam.header["HD"]["SO"] == "coordinate"
            assert {group["SM"] for group in bam.header["RG"]} == {sample}
            assert bam.has_index()
            everything = sum(1 for _ in bam.fetch(until_eof=True))
            placed = [(r.reference_id, r.reference_start) for r in bam.fetch()]
            assert placed == sorted(placed)
            assert everything == bam.mapped + bam.unmapped
        pysam.quickcheck(str(path))

    @every_sample
    def test_holds_every_read_that_spells_a_junction(
        self, cohort: Workdir, data: Path, genome: dict[str, str], sample: str
    ) -> None:
        kept = names_in(cohort.result(sample, "evidence.bam"))
        rows = [row for row in read_tsv(data / "samples.tsv") if row["sample"] == sample]
        fastq = [data / row[mate] for row in rows for mate in ("fq1", "fq2") if row[mate]]
        for event in ntrk_events(data, sample):
            bases = joined_bases(
                genome, event["breakpoint5"], event["breakpoint3"], event["inserted"]
            )
            spelling = fragments_with(fastq, bases)
            assert len(spelling) >= 0.5 * int(event["junction_fragments"]), "the test itself"
            assert spelling <= kept

    @pytest.mark.parametrize("sample", ["NEG_BACKGROUND", "NEG_CLEAN", "EML4_ALK"])
    def test_negatives_show_the_wild_type(self, cohort: Workdir, sample: str) -> None:
        with pysam.AlignmentFile(str(cohort.result(sample, "evidence.bam"))) as bam:
            for contig in ("chr1", "chr9", "chr15"):  # NTRK1, NTRK2, NTRK3
                assert bam.count(contig) > 0, contig

    def test_silent_genes_leave_it_empty(self, cohort: Workdir) -> None:
        assert names_in(cohort.result("SILENT_HEALTHY", "evidence.bam")) == set()


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

    @every_sample
    def test_vcf_is_read_by_bcftools(self, cohort: Workdir, sample: str) -> None:
        """A pair of breakends for every junction above the line whose place is known."""
        path = str(cohort.result(sample, "ntrk.vcf.gz"))
        records = bcftools.view("--no-header", path).splitlines()
        exact = [f for f in cohort.document(sample)["fusions"] if f["breakpoint_exact"]]
        assert len(records) == 2 * len(exact)
        wanted = {tuple(place(f[s]).split(":")[:2]) for f in exact for s in SIDES}
        assert {tuple(record.split("\t")[:2]) for record in records} == wanted
        for chrom, pos in wanted:  # by its index
            assert bcftools.view("--no-header", path, f"{chrom}:{pos}-{pos}")

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

    def test_workbook_opens_and_holds_every_sample(self, cohort: Workdir) -> None:
        book = openpyxl.load_workbook(cohort.path / "results/cohort/ntrk.xlsx")
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type in "fe"], "a formula or an error"
        head, *rows = book["Verdicts"].iter_rows(values_only=True)
        verdicts = [dict(zip(head, row, strict=True)) for row in rows]
        assert [row["sample"] for row in verdicts] == list(SAMPLES)
        for row in verdicts:
            document = cohort.document(row["sample"])
            assert row["verdict"] == document["verdict"]
        head, *rows = book["Fusions"].iter_rows(values_only=True)
        listed = [dict(zip(head, row, strict=True)) for row in rows]
        for sample in SAMPLES:
            fusions = cohort.document(sample)["fusions"]
            shown = [row for row in listed if row["sample"] == sample]
            assert [row["vicc"] for row in shown][: len(fusions)] == [f["vicc"] for f in fusions]

    def test_cohort_json_says_what_the_samples_say(self, cohort: Workdir) -> None:
        rows = json.loads((cohort.path / "results/cohort/ntrk.json").read_text("utf-8"))
        assert [row["sample"] for row in rows] == list(SAMPLES)
        for row in rows:
            document = cohort.document(row["sample"])
            assert row["verdict"] == document["verdict"]
            assert [f["vicc"] for f in row["fusions"]] == [f["vicc"] for f in document["fusions"]]

    def test_cohort_page_names_every_sample_and_needs_no_network(self, cohort: Workdir) -> None:
        path = cohort.path / "results/cohort/index.html"
        page = Page(path)
        rows = page.texts("tr")
        for sample in SAMPLES:
            assert [row for row in rows if re.search(rf"\b{sample}\b", row)], sample
        assert not [link for link in page.links() if REMOTE.match(link)]
        reports = {link for link in page.links() if link.endswith(".report.html")}
        assert {(path.parent / link).resolve() for link in reports} == {
            cohort.result(sample, "report.html").resolve() for sample in SAMPLES
        }

    def test_multiqc_shows_every_sample(self, cohort: Workdir) -> None:
        page = (cohort.path / "results/qc/multiqc_report.html").read_text(encoding="utf-8")
        parts = set(re.findall(r'id="mqc-section-wrapper-ntrkoma_(\w+)"', page))
        assert parts == {"verdicts", "gate", "fusions", "imbalance"}
        for table, verdict in (("general_stats", "verdict"), ("ntrkoma_gate", None)):
            found = re.search(rf'<table id="{table}_table_table".*?</table>', page, re.DOTALL)
            assert found, table
            for sample in SAMPLES:
                # fastp and STAR name samples after files and folders; none may be mistaken.
                (row,) = re.findall(rf'<tr data-sample-group="{sample}".*?</tr>', found[0], re.S)
                document = cohort.document(sample)
                said = {"gate": document["evaluability"]["status"]}
                if verdict:
                    said[verdict] = document["verdict"].replace("_", " ")
                for column, words in said.items():
                    cell = rf'<td data-sorting-val="{words}" class="[^"]*\b{column} '
                    assert re.search(cell, row), (table, sample, column)


class TestReport:
    @every_sample
    def test_verdict_and_reasons(self, cohort: Workdir, sample: str) -> None:
        document = cohort.document(sample)
        page = Page(cohort.result(sample, "report.html"))
        (verdict,) = [
            c for c in page.elements if "verdict" in c.attributes.get("class", "").split()
        ]
        _symbol, headline = page.texts("h2")[0].split(maxsplit=1)
        assert headline == HEADLINES[document["verdict"]]
        shown = " ".join(verdict.text.split())
        assert headline in shown
        for reason in document["reasons"]:
            assert reason["text"] in shown
        assert document["evaluability"]["detection_limit"]["text"] in shown
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
                assert exon is None or re.search(rf"\b{gene} exon {exon}\b", card)
            counts = (
                rf"\b{fusion['junction_reads']} junction reads?, "
                rf"{fusion['spanning_fragments']} spanning fragments?\b"
            )
            assert re.search(counts, card)
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
        assert not [link for link in Page(path).links() if REMOTE.match(link)]
        assert not re.search(r"url\(|@import", path.read_text(encoding="utf-8"))

    @every_sample
    def test_says_what_it_is_not(self, cohort: Workdir, sample: str) -> None:
        text = " ".join(Page(cohort.result(sample, "report.html")).texts("footer"))
        assert "not a treatment recommendation" in text
        assert "not a companion diagnostic" in text
        assert "orthogonal" in text
