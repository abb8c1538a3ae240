"""The sample sheet: what it may look like, and the sentence for each way to get it wrong."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import event, given
from hypothesis import strategies as st

from ntrkoma.errors import MAX_SHOWN, InputError, closest
from ntrkoma.inputs import sheet
from ntrkoma.inputs.sheet import Sample, Unit, parse_sheet, read_sheet
from ntrkoma.model.states import ASSAYS

ROOT = Path(__file__).resolve().parents[3]
BASE = Path("/data")
HEADER = "sample\tunit\tfq1\tfq2"
RECORD = "@r1{}\nACGT\n+\nIIII\n"


def parse(*rows: str, header: str = HEADER) -> list[Sample]:
    return parse_sheet("\n".join([header, *rows]) + "\n", "samples.tsv", BASE)


def problems(*rows: str, header: str = HEADER) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse(*rows, header=header)
    return list(caught.value.problems)


def problem(*rows: str, header: str = HEADER) -> str:
    """The one sentence that the sheet earns."""
    found = problems(*rows, header=header)
    assert len(found) == 1, found
    assert found[0].startswith("samples.tsv")
    assert found[0].endswith((".", "?"))
    return found[0]


class TestReading:
    def test_units_are_grouped_by_sample_in_the_order_of_the_sheet(self) -> None:
        samples = parse("B\t1\tb1.fq\tb2.fq", "A\t1\ta.fq\t", "B\t2\tc1.fq\tc2.fq")
        assert [sample.name for sample in samples] == ["B", "A"]
        assert samples[0].units == (
            Unit("B", "1", "b1.fq", "b2.fq", row=2),
            Unit("B", "2", "c1.fq", "c2.fq", row=4),
        )
        assert samples[0].paired
        assert not samples[1].paired
        assert samples[1].units[0].fastqs == ("a.fq",)

    def test_metadata_has_every_optional_column(self) -> None:
        (sample,) = parse("A\t1\ta.fq\t\tP1\t0.4", header=f"{HEADER}\tpatient\ttumour_fraction")
        assert set(sample.metadata) == set(sheet.METADATA_COLUMNS)
        assert sample.metadata["patient"] == "P1"
        assert sample.metadata["tumour_fraction"] == "0.4"
        assert sample.metadata["assay"] == ""

    def test_an_empty_cell_does_not_contradict_another_unit(self) -> None:
        (sample,) = parse("A\t1\ta.fq\t\tP1", "A\t2\tb.fq\t\t", header=f"{HEADER}\tpatient")
        assert sample.metadata["patient"] == "P1"

    def test_units_may_come_from_several_runs(self) -> None:
        (sample,) = parse("A\t1\ta.fq\t\tr1", "A\t2\tb.fq\t\tr2", header=f"{HEADER}\trun")
        assert sample.runs == ("r1", "r2")
        assert sample.metadata["run"] == "r1, r2"

    def test_a_bam_stands_in_for_fastq(self) -> None:
        header = f"{HEADER}\tbam\tchimeric_junctions"
        reads, aligned = parse("A\t1\t\t\t./a.bam\t", "B\t1\t\t\tb.bam\tb.junction", header=header)
        assert reads.units == (Unit("A", "1", "", None, row=2, bam="a.bam"),)
        assert reads.units[0].fastqs == ()
        assert aligned.units[0].files == (("bam", "b.bam"), ("chimeric_junctions", "b.junction"))
        assert [sample.from_bam for sample in (reads, aligned)] == [True, True]
        assert [sample.aligned for sample in (reads, aligned)] == [False, True]

    def test_na_means_empty(self) -> None:
        (sample,) = parse("A\t1\ta.fq\tNA\tn/a", header=f"{HEADER}\tpatient")
        assert not sample.paired
        assert sample.metadata["patient"] == ""

    @pytest.mark.parametrize(
        "text",
        [
            "sample\tunit\tfq1\tfq2\nA\t1\ta 1.fq\tb,2.fq\n",
            "\ufeffsample\tunit\tfq1\tfq2\r\nA\t1\ta 1.fq\tb,2.fq\r\n",
            "\n  \nsample\tunit\tfq1\tfq2\n\n A\t1 \ta 1.fq\tb,2.fq  \n\t\t\t\n\n",
            "sample\tunit\tfq1\tfq2\t\t\nA\t1\ta 1.fq\tb,2.fq\t\t\t\n",
            'sample,unit,fq1,fq2\nA,1,a 1.fq,"b,2.fq"',
            '"sample","unit","fq1","fq2"\r"A","1","a 1.fq","b,2.fq"\r',
            "fq2\tfq1\tunit\tsample\nb,2.fq\ta 1.fq\t1\tA\n",
        ],
        ids=["tsv", "bom-crlf", "blanks", "empty-columns", "csv", "old-mac-quoted", "reordered"],
    )
    def test_dialects_are_read_alike(self, text: str) -> None:
        (sample,) = parse_sheet(text, "samples.txt", BASE)
        (unit,) = sample.units
        assert (unit.sample, unit.unit, unit.fq1, unit.fq2) == ("A", "1", "a 1.fq", "b,2.fq")

    def test_rows_are_numbered_as_in_an_editor(self) -> None:
        (sample,) = parse("", "A\t1\ta.fq\t", "", "", "A\t2\tb.fq\t")
        assert [unit.row for unit in sample.units] == [3, 6]

    @pytest.mark.parametrize("path", ["a b.fq", "it's.fq", "ü/µ.fq", "a,b.fq", "a{b}.fq", "a%.fq"])
    def test_unusual_paths_are_kept(self, path: str) -> None:
        assert parse(f"A\t1\t{path}\t")[0].units[0].fq1 == path

    def test_paths_are_tidied_for_snakemake(self) -> None:
        (unit,) = parse("A\t1\t.//reads//a.fq\t/abs//b.fq")[0].units
        assert unit.fastqs == ("reads/a.fq", "/abs/b.fq")

    def test_shipped_example_is_valid(self) -> None:
        samples = read_sheet(Path("config/samples.tsv"), ROOT)
        assert [(len(sample.units), sample.paired) for sample in samples] == [
            (2, True),
            (1, True),
            (1, False),
        ]


class TestSheetFile:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "does not exist"),
            (b"PK\x03\x04...", "spreadsheet workbook"),
            (b"sample\tunit\nA\xe9\t1\n", "row 2: byte 0xe9 is not UTF-8"),
            ("sample\tunit\tfq1\n".encode("utf-16"), "is not UTF-8"),
            ("sample\tunit".encode("utf-16-le"), "NUL characters"),
            (b"", "is empty; it needs a header"),
            (b"\n \n", "is empty; it needs a header"),
        ],
    )
    def test_unreadable(self, tmp_path: Path, content: bytes | None, words: str) -> None:
        if content is not None:
            (tmp_path / "s.tsv").write_bytes(content)
        with pytest.raises(InputError, match=re.escape(words)) as caught:
            read_sheet(Path("s.tsv"), tmp_path)
        assert str(caught.value).startswith("s.tsv")

    def test_directory(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="is a directory"):
            read_sheet(Path(), tmp_path)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_permission(self, tmp_path: Path) -> None:
        (tmp_path / "s.tsv").touch(mode=0)
        with pytest.raises(InputError, match="mend its permissions"):
            read_sheet(Path("s.tsv"), tmp_path)

    def test_one_column_goes_by_extension(self) -> None:
        with pytest.raises(InputError) as caught:
            parse_sheet("sample\nA,1\n", "samples.CSV", BASE)
        assert any("row 2: has too many fields, 2 where" in p for p in caught.value.problems)


class TestStructure:
    def test_no_rows(self) -> None:
        assert "has no rows" in problem()

    @pytest.mark.parametrize("column", sheet.REQUIRED_COLUMNS)
    def test_missing_column(self, column: str) -> None:
        kept = [name for name in sheet.REQUIRED_COLUMNS if name != column]
        found = problem("\t".join(f"{name}x" for name in kept), header="\t".join(kept))
        assert f"row 1: required column {column!r} is missing" in found

    @pytest.mark.parametrize(
        ("name", "guess"),
        [
            ("fastq_2", "fq2"),
            ("R1", "fq1"),
            ("Sample", "sample"),
            ("lane", "unit"),
            ("tumor fraction", "tumour_fraction"),
            ("pantrk_ihc", "pan_trk_ihc"),
        ],
    )
    def test_unknown_column_with_a_guess(self, name: str, guess: str) -> None:
        found = problem("A\t1\ta.fq\t\tx", header=f"{HEADER}\t{name}")
        assert f"unknown column {name!r}; did you mean {guess!r}?" in found

    def test_unknown_column_without_a_guess(self) -> None:
        found = problem("A\t1\ta.fq\t\tx", header=f"{HEADER}\tzzzz")
        assert "unknown column 'zzzz'; use one of sample, unit" in found

    def test_column_twice(self) -> None:
        found = problem("A\t1\ta.fq\t\tA", header=f"{HEADER}\tsample")
        assert "'sample' appears 2 times" in found

    def test_column_without_name(self) -> None:
        found = problem("A\t1\ta.fq\t\tx\tP", header=f"{HEADER}\t\tpatient")
        assert "a column has no name" in found

    def test_no_header(self) -> None:
        assert "row 1: is no header" in problem("B\t1\tb.fq\t", header="A\t1\ta.fq\t")

    def test_semicolons(self) -> None:
        found = problem("A;1;a.fq;", header="sample;unit;fq1;fq2")
        assert "semicolons; save the sheet with tabs or commas" in found

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("A\t1\ta.fq", "row 2: has too few fields, 3 where the header has 4"),
            ("A\t1\ta.fq\tb.fq\tx", "row 2: has too many fields, 5 where the header has 4"),
        ],
    )
    def test_field_count(self, row: str, words: str) -> None:
        assert words in problem(row)

    @pytest.mark.parametrize("row", ['A\t1\t"a.fq\t', 'A\t1\t"a"b.fq\t'])
    def test_open_quote(self, row: str) -> None:
        assert "row 3: the quotes of this row do not match" in problem("B\t1\tb.fq\t", row)

    def test_all_problems_come_at_once(self) -> None:
        found = problems("A B\t\ta.fq\t\tx", "A\t1\t\t\ty", header=f"{HEADER}\tassay")
        assert len(found) == 5
        assert sum("row 2" in sentence for sentence in found) == 3


class TestCells:
    @pytest.mark.parametrize(
        ("row", "column"),
        [("\t1\ta.fq\t", "sample"), ("A\t \ta.fq\t", "unit"), ("A\t1\tNA\t", "fq1")],
    )
    def test_empty(self, row: str, column: str) -> None:
        assert f"row 2: {column} is empty" in problem(row)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("a b", "'a b' contains a space"),
            ("a/b", "contains '/'"),
            ("a*{b", "contains '*', '{'"),
            ("größe", "contains 'ö' (U+00F6 LATIN SMALL LETTER O WITH DIAERESIS), 'ß'"),
            ("a\u200bb", "U+200B ZERO WIDTH SPACE"),
            ("-a", "starts with '-'"),
            (".a", "starts with '.'"),
            ("a..b", "contains '..'"),
            ("a" * 101, "has 101 characters; shorten it to at most 100"),
        ],
    )
    @pytest.mark.parametrize("column", ["sample", "unit"])
    def test_name(self, column: str, name: str, words: str) -> None:
        row = f"{name}\t1\ta.fq\t" if column == "sample" else f"A\t{name}\ta.fq\t"
        found = problem(row)
        assert f"row 2: {column} " in found
        assert words in found

    @pytest.mark.parametrize("name", ["a", "7", "A.b-c_d", "a" * 100, "NTRK.1."])
    def test_good_name(self, name: str) -> None:
        assert parse(f"{name}\t1\ta.fq\t")[0].name == name

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ('"a\tb.fq"', "control character '\\t'"),
            ('"a\nb.fq"', "control character '\\n'"),
            ("s3://bucket/a.fq", "is a remote address"),
            ("~/a.fq", "starts with '~', which is not expanded"),
            ("$HOME/a.fq", "starts with '$', which is not expanded"),
            ("-a.fq", "taken for an option"),
        ],
    )
    def test_path(self, path: str, words: str) -> None:
        found = problem(f"A\t1\t{path}\t")
        assert "row 2: fq1 " in found
        assert words in found

    def test_no_mate_is_an_empty_cell(self) -> None:
        assert "fq2 is '-'; leave the cell empty" in problem("A\t1\ta.fq\t-")

    @pytest.mark.parametrize("value", ["31.03.2024", "2024-02-30", "20240331", "2024-3-1", "2024"])
    def test_date(self, value: str) -> None:
        found = problem(f"A\t1\ta.fq\t\t{value}", header=f"{HEADER}\tcollected")
        assert f"collected {value!r} is not an ISO date; write it as YYYY-MM-DD" in found

    @pytest.mark.parametrize("value", ["80", "80%", "0,8", "-0.1", "inf", "high", "0_1", "1.01"])
    def test_fraction(self, value: str) -> None:
        found = problem(f"A\t1\ta.fq\t\t{value}", header=f"{HEADER}\ttumour_fraction")
        assert f"tumour_fraction {value!r} is not a number from 0 to 1" in found

    @pytest.mark.parametrize("value", ["0", "1", "0.35", "1.0", ".5", "5e-1"])
    def test_good_fraction(self, value: str) -> None:
        assert parse(f"A\t1\ta.fq\t\t{value}", header=f"{HEADER}\ttumour_fraction")

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("Capture", "did you mean 'capture'?"),
            ("exome", "use one of transcriptome, capture, amplicon"),
        ],
    )
    def test_assay(self, value: str, words: str) -> None:
        found = problem(f"A\t1\ta.fq\t\t{value}", header=f"{HEADER}\tassay")
        assert f"assay {value!r} is unknown; {words}" in found

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("A\t1\ta.fq\t\ta.bam\t", "has a bam ('a.bam') and fq1 ('a.fq')"),
            ("A\t1\t\tb.fq\ta.bam\t", "has a bam ('a.bam') and fq2 ('b.fq')"),
            ("A\t1\ta.fq\t\t\tx.junction", "is 'x.junction', but bam is empty; give STAR's BAM"),
            ("A\t1\t\t\t~/a.bam\t", "bam '~/a.bam' starts with '~'"),
            ("A\t1\t\t\ta.bam\ta.bam", "bam and chimeric_junctions are the same file 'a.bam'"),
            ("A\t1\t\t\tNA\t", "fq1 is empty ('NA' counts as empty)"),
        ],
    )
    def test_bam(self, row: str, words: str) -> None:
        found = problem(row, header=f"{HEADER}\tbam\tchimeric_junctions")
        assert found.startswith("samples.tsv, row 2: ")
        assert words in found

    @pytest.mark.parametrize("column", ["patient", "specimen", "tumour_type", "run", "ntrk_fish"])
    @pytest.mark.parametrize("char", ["\t", "\n", "\x1b", "\u2028"])
    def test_control_characters(self, column: str, char: str) -> None:
        found = problem(f'A\t1\ta.fq\t\t"x{char}y"', header=f"{HEADER}\t{column}")
        assert f"row 2: {column} {f'x{char}y'!r} contains the control character" in found


class TestUmi:
    @pytest.mark.parametrize("value", ["", "name", "read1:8", "read2:12+4", "per_read:6"])
    def test_known(self, value: str) -> None:
        (sample,) = parse(f"A\t1\ta.fq\tb.fq\t{value}", header=f"{HEADER}\tumi")
        assert sample.umi == value

    @pytest.mark.parametrize(
        "value", ["yes", "read1", "read3:8", "read1:0", "read1:-8", "read1:8 --in1 x", "NAME", "8"]
    )
    def test_unknown(self, value: str) -> None:
        found = problem(f"A\t1\ta.fq\tb.fq\t{value}", header=f"{HEADER}\tumi")
        assert f"row 2: umi {value!r} is unknown; write name where" in found

    @pytest.mark.parametrize("value", ["read2:8", "per_read:8"])
    def test_a_mate_that_is_not_there(self, value: str) -> None:
        found = problem(f"A\t1\ta.fq\t\t{value}", header=f"{HEADER}\tumi")
        assert f"umi is {value!r}, but fq2 is empty" in found

    def test_reads_of_a_bam_are_not_cut(self) -> None:
        header = f"{HEADER}\tbam\tumi"
        assert "a BAM's reads cannot be cut" in problem("A\t1\t\t\ta.bam\tread1:8", header=header)
        assert parse("A\t1\t\t\ta.bam\tname", header=header)[0].umi == "name"

    def test_lanes_of_one_sample_agree(self) -> None:
        found = problem("A\t1\ta.fq\t\tname", "A\t2\tb.fq\t\tread1:8", header=f"{HEADER}\tumi")
        assert "umi of sample 'A' is 'name' (row 2) and 'read1:8' (row 3)" in found


class TestBetweenRows:
    def test_unit_twice(self) -> None:
        found = problem("A\t1\ta.fq\t", "A\t2\tb.fq\t", "A\t1\tc.fq\t")
        assert "row 4: sample 'A' with unit '1' stands in row 2 already" in found

    def test_bam_and_fastq_in_one_sample(self) -> None:
        found = problem("A\t1\ta.fq\t\t", "A\t2\t\t\tb.bam", header=f"{HEADER}\tbam")
        assert "sample 'A' mixes BAM (row 3) and FASTQ (row 2); give all its reads in one" in found

    def test_alignments_of_several_rows(self) -> None:
        header = f"{HEADER}\tbam\tchimeric_junctions"
        found = problem("A\t1\t\t\ta.bam\ta.junction", "A\t2\t\t\tb.bam\t", header=header)
        assert "row 2: sample 'A' has chimeric_junctions (row 2) and 2 rows, but" in found

    def test_bam_twice(self) -> None:
        found = problem("A\t1\t\t\ta.bam", "B\t1\t\t\t./a.bam", header=f"{HEADER}\tbam")
        assert "row 3: bam './a.bam' is the same file as bam of row 2" in found

    def test_samples_that_differ_by_case(self) -> None:
        found = problem("Tum1\t1\ta.fq\t", "tum1\t1\tb.fq\t")
        assert "row 3: sample 'tum1' differs from 'Tum1' (row 2) only by upper and lower" in found

    def test_units_that_differ_by_case(self) -> None:
        assert "with unit 'l1' differs from 'L1'" in problem("A\tL1\ta.fq\t", "A\tl1\tb.fq\t")

    @pytest.mark.parametrize(
        "again", ["r/a.fq", "./r/a.fq", "r//a.fq", "x/../r/a.fq", "/data/r/a.fq"]
    )
    def test_fastq_twice(self, again: str) -> None:
        found = problem("A\t1\tr/a.fq\tr/b.fq", f"B\t1\tr/c.fq\t{again}")
        assert f"row 3: fq2 {again!r} is the same file as fq1 of row 2" in found

    def test_fastq_is_its_own_mate(self) -> None:
        found = problem("A\t1\ta.fq\t./a.fq")
        assert "row 2: fq1 and fq2 are the same file" in found

    def test_mixed_layout(self) -> None:
        found = problem("A\t1\ta.fq\tb.fq", "A\t2\tc.fq\t", "A\t3\td.fq\te.fq")
        assert "sample 'A' mixes paired-end (rows 2, 4) and single-end reads (row 3)" in found

    @pytest.mark.parametrize(
        ("column", "one", "two"),
        [("patient", "P1", "P2"), ("assay", "capture", "amplicon"), ("pan_trk_ihc", "+", "neg")],
    )
    def test_metadata_disagree(self, column: str, one: str, two: str) -> None:
        found = problem(
            f"A\t1\ta.fq\t\t{one}", f"A\t2\tb.fq\t\t{two}", header=f"{HEADER}\t{column}"
        )
        assert f"row 3: {column} of sample 'A' is {one!r} (row 2) and {two!r} (row 3)" in found


class TestSchema:
    schema = yaml.safe_load((ROOT / "config/schemas/samples.schema.yaml").read_text("utf-8"))

    def test_columns_agree_with_the_code(self) -> None:
        assert tuple(self.schema["required"]) == sheet.REQUIRED_COLUMNS
        assert set(self.schema["properties"]) == set(sheet.COLUMNS)
        assert tuple(self.schema["properties"]["assay"]["enum"]) == ("", *ASSAYS)
        assert self.schema["$defs"]["name"]["maxLength"] == sheet.MAX_NAME_LENGTH

    @pytest.mark.parametrize("name", ["a", "a.b", "a..b", "-a", "a b", "ä", "a/b", "a" * 101, ""])
    def test_names_agree_with_the_code(self, name: str) -> None:
        row = {"sample": name, "unit": "1", "fq1": "a.fq", "fq2": ""}
        by_schema = jsonschema.Draft202012Validator(self.schema).is_valid(row)
        assert by_schema == bool(sheet.NAME_PATTERN.fullmatch(name))

    @pytest.mark.parametrize(
        ("cells", "valid"),
        [
            ({"fq1": "a.fq"}, True),
            ({"fq1": ""}, False),
            ({"fq1": "", "bam": "a.bam"}, True),
            ({"fq1": "", "bam": "a.bam", "chimeric_junctions": "a.junction"}, True),
            ({"fq1": "a.fq", "bam": "a.bam"}, False),
            ({"fq1": "a.fq", "chimeric_junctions": "a.junction"}, False),
        ],
    )
    def test_reads_agree_with_the_code(self, cells: dict[str, str], valid: bool) -> None:
        row = {"sample": "A", "unit": "1", "fq2": "", **cells}
        assert jsonschema.Draft202012Validator(self.schema).is_valid(row) == valid

    def test_readme_has_every_column(self) -> None:
        text = (ROOT / "config/README.md").read_text("utf-8")
        assert all(f"`{column}`" in text for column in sheet.COLUMNS)


class TestErrors:
    def test_long_lists_are_cut_for_print_alone(self) -> None:
        error = InputError([f"problem {i}." for i in range(MAX_SHOWN + 3)])
        assert len(error.problems) == MAX_SHOWN + 3
        assert str(error).splitlines()[-1] == "… and 3 more problems."

    def test_survives_another_process(self) -> None:
        error = pickle.loads(pickle.dumps(InputError("one.")))
        assert error.problems == ("one.",)
        assert str(error) == "one."

    def test_closest(self) -> None:
        assert closest("Tumor-Type", ["tumour_type", "run"]) == "tumour_type"
        assert closest("x", ["unit"], {"x": "gone"}) == ""


odd = st.text(st.sampled_from("aAbB01._- /\t\"',é\n"), max_size=6)
name = st.sampled_from(["A", "B", "C.1", "D_2", "7-x", "1", "a", "C..1"])
path = st.sampled_from([f"{folder}{i}.fq" for i in range(30) for folder in ("", "./", "x/../")])
usual_row = st.tuples(name, name, path, st.just("") | path)
odd_row = st.tuples(name | odd, name | odd, path | odd, path | odd)
rows_of_any_kind = st.lists(usual_row, max_size=4) | st.lists(odd_row, max_size=3)


def parsed_or_refused(text: str) -> list[Sample]:
    """The samples, or none if the sheet is refused, and then in whole sentences."""
    try:
        return parse_sheet(text, "s.tsv", BASE)
    except InputError as error:
        refused = error
    assert refused.problems
    assert all(p.startswith("s.tsv") and "\n" not in p for p in refused.problems)
    return []


@given(rows_of_any_kind, st.booleans())
def test_whatever_passes_is_unique_and_safe(rows: list[tuple[str, ...]], quoted: bool) -> None:
    def written(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if quoted else cell

    samples = parsed_or_refused("\n".join([HEADER, *("\t".join(map(written, r)) for r in rows)]))
    event("passed" if samples else "refused")
    units = [unit for sample in samples for unit in sample.units]
    keys = {(unit.sample.casefold(), unit.unit.casefold()) for unit in units}
    paths = [fastq for unit in units for fastq in unit.fastqs]
    assert len(keys) == len(units)
    assert len(set(paths)) == len(paths)
    assert all(fastq.isprintable() for fastq in paths)
    for unit in units:
        for given_name in (unit.sample, unit.unit):
            assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", given_name)
            assert ".." not in given_name
