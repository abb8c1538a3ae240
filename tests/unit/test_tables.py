"""Tables by column name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntrkoma.errors import InputError
from ntrkoma.tables import read_table, rows_by_name


def rows(text: str, *required: str) -> list[tuple[int, dict[str, str]]]:
    return list(rows_by_name(text.splitlines(keepends=True), "fusions.tsv", required))


@pytest.mark.parametrize("text", ["", "\n", "#gene1\tgene2\n"])
def test_empty_tables_have_no_rows(text: str) -> None:
    assert rows(text, "gene1") == []


def test_header_with_hash_and_line_numbers() -> None:
    assert rows("#a\tb\n\n1\t2\n3\t4\n", "b") == [
        (3, {"a": "1", "b": "2"}),
        (4, {"a": "3", "b": "4"}),
    ]


def test_missing_column() -> None:
    with pytest.raises(InputError, match=r"fusions\.tsv, line 1: the header lacks c, d; .* again"):
        rows("a\tb\n1\t2\n", "a", "c", "d")


def test_short_row() -> None:
    with pytest.raises(InputError, match=r"fusions\.tsv, line 3: 1 fields where the header has 2"):
        rows("a\tb\n1\t2\n1\n", "a")


def test_our_own_tables_have_comments(tmp_path: Path) -> None:
    path = tmp_path / "genes.tsv"
    path.write_text("# why\ngene\tnote\nNTRK1\tTRKA’s\n", encoding="utf-8")
    assert read_table(path) == [{"gene": "NTRK1", "note": "TRKA’s"}]
