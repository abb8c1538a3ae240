"""The cohort's workbook: what is in it, and that no text in it can do anything."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from documents import (
    companion,
    document,
    four_verdicts,
    fusion,
    hotspot,
    resistance,
)
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from ntrkoma.cohort.workbook import CUT, LONGEST_TEXT, cohort_workbook, text_of

Document = dict[str, Any]
Write = Callable[..., openpyxl.Workbook]
SHEETS = [
    "Verdicts",
    "Fusions",
    "Gate",
    "Resistance",
    "Imbalance",
    "Companions",
    "Intragenic",
    "Provenance",
]
HOSTILE = (
    "=cmd()",
    "=1+1",
    "{=cmd()}",
    '=HYPERLINK("http://example.org","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "#N/A",
    "1e5",
    "1E5",
    "00123",
    "http://example.org/x",
    "<r><t>x</t></r>",
    "<r></r>",
    "TRUE",
    "2020-01-01",
    "MARCH1",
    "<script>alert(1)</script>",
    "\u202eevil",
    "line\nbreak",
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write documents to a workbook and open it again."""

    def build(*documents: Document, name: str = "ntrk.xlsx") -> openpyxl.Workbook:
        with cohort_workbook(tmp_path / name) as book:
            for one in documents:
                book.add(one)
        return openpyxl.load_workbook(tmp_path / name)

    return build


def rows(sheet: Worksheet) -> list[dict[str, Any]]:
    """Rows of a sheet by the names in its first row."""
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


def hostile(text: str) -> Document:
    """A sample that has ``text`` wherever a text of the user's or of a tool can stand."""
    found = fusion(f"{text}::NTRK1") | {"vicc": text, "gene5": text}
    metadata = dict.fromkeys(("specimen", "tumour_type", "run", "pan_trk_ihc"), text)
    made = document(
        text,
        verdict="detected",
        patient=text,
        metadata=metadata,
        fusions=[found],
        below_the_line=[found | {"status": "below_the_line"}],
        companions=[companion("ALK", "seen", text=text)],
    )
    made["reasons"] = [{"code": "code", "text": text}]
    made["provenance"]["tools"] = {text: text}
    made["provenance"]["parameters"]["star_command"] = text
    return made


class TestContents:
    @pytest.fixture
    def book(self, write: Write) -> openpyxl.Workbook:
        return write(*four_verdicts())

    def test_sheets(self, book: openpyxl.Workbook) -> None:
        assert book.sheetnames == SHEETS
        for sheet in book:
            assert sheet.freeze_panes == "B2"
            assert sheet.auto_filter.ref == sheet.dimensions

    def test_one_row_a_sample(self, book: openpyxl.Workbook) -> None:
        found = rows(book["Verdicts"])
        assert [(row["sample"], row["verdict"], row["evaluability"]) for row in found] == [
            ("DETECTED", "detected", "pass"),
            ("INDETERMINATE", "indeterminate", "pass"),
            ("NOT_DETECTED", "not_detected", "pass"),
            ("NOT_EVALUABLE", "not_evaluable", "fail"),
        ]
        first = found[0]
        assert (first["fusion"], first["exon5"], first["exon3"]) == ("KHDRBS1::NTRK1", 8, 12)
        assert (first["junction_reads"], first["spanning_fragments"]) == (35, 15)
        assert first["ffpm"] == pytest.approx(50 / 42, abs=1e-4)
        assert first["resistance_seen"] == "NTRK1 p.G595R"
        assert first["imbalance_raised"] == "NTRK1"
        assert first["collected"] == "2016-03-01"  # a text, whatever the reader's country

    def test_every_fusion_is_there(self, book: openpyxl.Workbook) -> None:
        found = rows(book["Fusions"])
        assert [(row["sample"], row["fusion"], row["status"]) for row in found] == [
            ("DETECTED", "KHDRBS1::NTRK1", "reportable"),
            ("DETECTED", "TPM3::NTRK1", "below_the_line"),
            ("INDETERMINATE", "KHDRBS1::NTRK1", "review"),
        ]
        assert found[0]["breakpoint5"] == "chr1:32039573:+"
        assert found[0]["structure_class"] == "exon_junction"

    def test_one_row_a_check(self, book: openpyxl.Workbook) -> None:
        found = rows(book["Gate"])
        assert len(found) == sum(len(d["evaluability"]["checks"]) for d in four_verdicts())
        missed = {row["metric"]: row["value"] for row in found if row["status"] == "fail"}
        assert missed["control_genes_spliced"] == 0.2
        unmeasured = [row for row in found if row["metric"] == "three_prime_bias"][-1]
        assert unmeasured["value"] is None
        assert unmeasured["status"] == "limited"

    def test_codons_seen_and_not_seen(self, book: openpyxl.Workbook) -> None:
        found = {(r["sample"], r["name"]): r for r in rows(book["Resistance"])}
        seen = found["DETECTED", "NTRK1 G595"]
        assert (seen["answer"], seen["change"], seen["reads"], seen["depth"]) == (
            "seen",
            "p.G595R",
            61,
            412,
        )
        assert seen["drugs_resistant"] == "larotrectinib, entrectinib"
        assert found["DETECTED", "NTRK3 G623"]["answer"] == "not_seen"
        assert found["NOT_EVALUABLE", "NTRK1 G595"]["answer"] == "not_assessable"
        assert found["DETECTED", "PIK3CA E545"]["kind"] == "hotspot"

    def test_companions(self, book: openpyxl.Workbook) -> None:
        found = {row["gene"]: row for row in rows(book["Companions"])}
        assert (found["ALK"]["answer"], found["ALK"]["fusion"]) == ("seen", "EML4::ALK")
        assert (found["ROS1"]["answer"], found["ROS1"]["fusion"]) == ("not_seen", None)

    def test_provenance_names_each_value_once(self, write: Write) -> None:
        documents = [document(name) for name in "ABC"]
        documents[1]["provenance"]["tools"]["STAR"] = "2.7.10a"
        changed = documents[2]["provenance"]["parameters"]
        changed["thresholds"]["report_min_fragments"] = 9
        changed["thresholds_changed"] = ["report_min_fragments"]
        found = rows(write(*documents)["Provenance"])
        assert [
            (row["value"], row["samples"], row["sample_count"])
            for row in found
            if row["name"] == "STAR"
        ] == [("2.7.11b", "A, C", 2), ("2.7.10a", "B", 1)]
        assert [
            (row["value"], row["changed_from_default"], row["samples"])
            for row in found
            if row["name"] == "report_min_fragments"
        ] == [(5, "no", "A, B"), (9, "yes", "C")]
        assert [row["samples"] for row in found if row["name"] == "genome.fa"] == ["all"]

    def test_commands_that_differ_in_the_sample_s_name_are_one(self, write: Write) -> None:
        documents = [document(name) for name in ("S1", "S10", "STAR")]
        for one in documents:
            name = one["sample"]
            one["provenance"]["parameters"]["star_command"] = (
                f"STAR --readFilesIn trimmed/{name}/L1.fq.gz --out align/{name}/ SM:{name} LB:S1x"
            )
        found = rows(write(*documents)["Provenance"])
        assert [
            (row["value"], row["samples"]) for row in found if row["name"] == "star_command"
        ] == [
            (
                "STAR --readFilesIn trimmed/SAMPLE/L1.fq.gz --out align/SAMPLE/ SM:SAMPLE LB:S1x",
                "all",
            )
        ]

    def test_numbers_are_numbers(self, book: openpyxl.Workbook) -> None:
        numbers = {
            "Verdicts": ("usable_fragments", "detection_limit_ffpm"),
            "Fusions": ("junction_reads", "spanning_fragments", "ffpm", "kinase_fraction"),
            "Gate": ("value", "threshold"),
            "Resistance": ("codon", "depth"),
            "Imbalance": ("five_prime_depth", "kinase_depth", "negatives"),
        }
        for name, columns in numbers.items():
            for row in rows(book[name]):
                for column in columns:
                    assert isinstance(row[column], int | float | None), (name, column, row[column])


class TestHostileTexts:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_formula_and_no_loss(self, write: Write, text: str) -> None:
        book = write(hostile(text))
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type in {"s", "n"}, (sheet.title, cell.coordinate)
                    assert not cell.hyperlink
        verdict = rows(book["Verdicts"])[0]
        columns = ("sample", "patient", "specimen", "tumour_type", "run", "vicc", "pan_trk_ihc")
        assert {verdict[name] for name in columns} == {text}

    def test_the_file_itself_has_no_formula(self, write: Write, tmp_path: Path) -> None:
        write(*map(hostile, HOSTILE))
        with zipfile.ZipFile(tmp_path / "ntrk.xlsx") as packed:
            for name in packed.namelist():
                content = packed.read(name)
                assert b"<f>" not in content, name
                assert b"<f " not in content, name

    def test_control_characters_do_not_break_the_file(self, write: Write) -> None:
        book = write(hostile("a\x00b\x1bc\ud800\uffff"))
        assert rows(book["Verdicts"])[0]["sample"] == "a\ufffdb\ufffdc\ufffd\ufffd"

    def test_a_text_that_is_too_long_is_cut_with_a_mark(self, write: Write) -> None:
        found = rows(write(hostile("x" * 40_000))["Verdicts"])[0]["sample"]
        assert len(found) == LONGEST_TEXT
        assert found.endswith("x" + CUT)

    @given(st.text(alphabet=st.characters(codec=None), max_size=40))
    def test_any_text_fits_a_cell(self, text: str) -> None:
        kept = text_of(text)
        assert not openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.search(kept)
        kept.encode("utf-8")


class TestSizes:
    def test_no_fusion_at_all(self, write: Write) -> None:
        book = write(document("A"), document("B", verdict="not_evaluable"))
        assert book["Fusions"].max_row == 1
        assert book["Companions"].max_row == 1
        assert [row["verdict"] for row in rows(book["Verdicts"])] == [
            "not_detected",
            "not_evaluable",
        ]

    def test_five_hundred_samples(self, write: Write) -> None:
        template = document("", verdict="detected", hotspots=[hotspot("seen")])
        book = write(*(template | {"sample": f"S{n}"} for n in range(500)))
        assert book["Verdicts"].max_row == 501
        assert book["Verdicts"].auto_filter.ref == book["Verdicts"].dimensions
        assert book["Gate"].max_row == 1 + 500 * len(template["evaluability"]["checks"])
        assert book["Resistance"].max_row == 1 + 500 * (len(resistance()) + 1)
        assert {row["samples"] for row in rows(book["Provenance"])} == {"all"}

    def test_the_same_documents_give_the_same_bytes(self, write: Write, tmp_path: Path) -> None:
        write(*four_verdicts(), name="one.xlsx")
        write(*four_verdicts(), name="two.xlsx")
        assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
