"""Tables by column name: our own, with a model of their rows, and the callers'."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from ntrkoma.errors import InputError
from ntrkoma.tables import Row, matching, read_rows, rows_by_name, separated


class Gene(Row):
    """A table with a column of every kind."""

    TABLE = "genes.tsv"
    KEY = ("gene", "role")

    gene: Annotated[str, matching("[A-Z0-9]+", "write a symbol")]
    role: Literal["target", "control"]
    exons: int | None = Field(None, validation_alias="n_exons")
    share: float = 0.5
    curated: bool
    as_of: datetime.date
    drugs: Annotated[tuple[str, ...], separated(";")] = ()
    note: str = ""


HEADER = "gene\trole\tn_exons\tshare\tcurated\tas_of\tdrugs\tnote"
ROW = "NTRK1\ttarget\t17\t0.1\tyes\t2026-01-31\ta; b\tTRKA’s"


def write(folder: Path, *lines: str, end: str = "\n") -> Path:
    path = folder / "genes.tsv"
    path.write_bytes("".join(line + end for line in lines).encode())
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as found:
        read_rows(path, Gene)
    assert all(text.startswith(str(path)) for text in found.value.problems)
    return [text.removeprefix(f"{path}, line ") for text in found.value.problems]


class TestReading:
    def test_cells_become_values(self, tmp_path: Path) -> None:
        write(tmp_path, "# why", HEADER, ROW, "", "ACTB\tcontrol\t\t\tno\t2026-01-31\t\t")
        first, second = Gene.read(tmp_path)
        assert (first.gene, first.exons, first.share, first.curated) == ("NTRK1", 17, 0.1, True)
        assert (first.drugs, first.note) == (("a", "b"), "TRKA’s")
        assert first.as_of == datetime.date(2026, 1, 31)
        assert (second.exons, second.share, second.curated) == (None, 0.5, False)
        assert (second.drugs, second.note) == ((), "")

    def test_a_header_alone_has_no_rows(self, tmp_path: Path) -> None:
        assert read_rows(write(tmp_path, HEADER), Gene) == []

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_as_spreadsheets_write_it(self, tmp_path: Path, end: str, mark: str) -> None:
        """Byte order mark, line ends, quoted cells, spaces and an empty row."""
        quoted = ROW.replace("a; b", '"a; b"').replace("NTRK1", " NTRK1 ")
        path = write(tmp_path, mark + HEADER, quoted, "\t" * 7, end=end)
        assert read_rows(path, Gene) == read_rows(write(tmp_path, HEADER, ROW), Gene)

    @given(
        st.lists(
            st.tuples(
                st.from_regex("[A-Z0-9]+", fullmatch=True),
                st.text(
                    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12
                ).map(str.strip),
            ),
            unique_by=lambda cells: cells[0],
        )
    )
    def test_what_is_written_is_read(self, tmp_path: Path, cells: list[tuple[str, str]]) -> None:
        path = tmp_path / "genes.tsv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
            writer.writerow(Gene.columns())
            for gene, note in cells:
                writer.writerow([gene, "target", "", "", "yes", "2026-01-31", "", note])
        assert [(row.gene, row.note) for row in read_rows(path, Gene)] == cells


class TestProblems:
    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ("NTRK1", "Ntrk1", "gene is 'Ntrk1'; write a symbol."),
            ("NTRK1", "", "gene is ''; fill it in."),
            ("target", "targt", "role is 'targt'; did you mean 'target'?"),
            ("target", "x", "role is 'x'; use one of target, control."),
            ("17", "17a", "n_exons is '17a'; write a whole number."),
            ("0.1", "0,1", "share is '0,1'; write a number."),
            ("yes", "perhaps", "curated is 'perhaps'; write yes or no."),
            ("2026-01-31", "31.1.2026", "as_of is '31.1.2026'; write YYYY-MM-DD."),
            ("2026-01-31", "2026-02-31", "as_of is '2026-02-31'; write YYYY-MM-DD."),
        ],
    )
    def test_of_a_cell(self, tmp_path: Path, old: str, new: str, sentence: str) -> None:
        """Line of the file, comments and empty lines counted, column, value and remedy."""
        path = write(tmp_path, "# why", HEADER, "", ROW.replace(old, new))
        assert problems(path) == [f"4: {sentence}"]

    def test_all_at_once(self, tmp_path: Path) -> None:
        wrong = ROW.replace("17", "x"), ROW.replace("yes", "x").replace("target", "control")
        assert [text.split(" is ")[0] for text in problems(write(tmp_path, HEADER, *wrong))] == [
            "2: n_exons",
            "3: curated",
        ]

    def test_a_row_twice(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER, ROW, ROW.replace("17", "18"))
        with pytest.raises(InputError) as found:
            read_rows(path, Gene)
        assert str(found.value) == (
            f"{path}, lines 2 and 3: have the same gene and role (NTRK1, target); leave one of "
            "them."
        )

    def test_a_column_is_missing(self, tmp_path: Path) -> None:
        path = write(tmp_path, "gene\trole", "NTRK1\ttarget")
        lacking = "n_exons, share, curated, as_of, drugs, note"
        assert problems(path) == [f"1: the header lacks {lacking}; add it."]

    def test_a_misspelt_column(self, tmp_path: Path) -> None:
        assert problems(write(tmp_path, HEADER.replace("note", "notes"), ROW)) == [
            "1: the header lacks note; add it.",
            "1: column 'notes' is unknown; did you mean 'note'?",
        ]

    @pytest.mark.parametrize("row", [ROW + "\tmore", ROW.removesuffix("\tTRKA’s")])
    def test_cells_too_many_or_too_few(self, tmp_path: Path, row: str) -> None:
        (found,) = problems(write(tmp_path, HEADER, row))
        assert found.startswith(f"2: has {row.count(chr(9)) + 1} cells where the header has 8")

    @pytest.mark.parametrize("rows", [('"TRKA',), ('"TRKA', 'TRKB"'), ('"A', '"B', "C")])
    def test_an_open_quotation(self, tmp_path: Path, rows: tuple[str, ...]) -> None:
        lines = [f"{ROW.removesuffix('TRKA’s')}{note}" for note in rows]
        with pytest.raises(InputError, match="a quotation mark that no other one closes"):
            read_rows(write(tmp_path, HEADER, *lines), Gene)

    @pytest.mark.parametrize("lines", [(), ("# why",), ("", " ")])
    def test_an_empty_file(self, tmp_path: Path, lines: tuple[str, ...]) -> None:
        with pytest.raises(InputError, match=r"genes\.tsv: is empty; begin it with .*gene, role, "):
            read_rows(write(tmp_path, *lines), Gene)

    def test_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "genes.tsv").write_bytes(b"\xff\xfe\x00")
        for path in (tmp_path / "genes.tsv", tmp_path / "none.tsv", tmp_path):
            with pytest.raises(InputError, match="cannot be read as a table"):
                read_rows(path, Gene)


class TestCallersTables:
    @staticmethod
    def rows(text: str, *required: str) -> list[tuple[int, dict[str, str]]]:
        return list(rows_by_name(text.splitlines(keepends=True), "fusions.tsv", required))

    @pytest.mark.parametrize("text", ["", "\n", "#gene1\tgene2\n"])
    def test_empty_tables_have_no_rows(self, text: str) -> None:
        assert self.rows(text, "gene1") == []

    def test_header_with_hash_and_line_numbers(self) -> None:
        assert self.rows("#a\tb\n\n1\t2\n3\t4\n", "b") == [
            (3, {"a": "1", "b": "2"}),
            (4, {"a": "3", "b": "4"}),
        ]

    def test_missing_column(self) -> None:
        with pytest.raises(
            InputError, match=r"fusions\.tsv, line 1: the header lacks c, d; .* again"
        ):
            self.rows("a\tb\n1\t2\n", "a", "c", "d")

    def test_short_row(self) -> None:
        with pytest.raises(
            InputError, match=r"fusions\.tsv, line 3: 1 fields where the header has 2"
        ):
            self.rows("a\tb\n1\t2\n1\n", "a")
