"""The cohort as a workbook, ``ntrk.xlsx``: one sheet a topic, for people who work in spreadsheets.

Every text is written as text. A spreadsheet would otherwise run a sample name such as ``=cmd()`` as
a formula and turn a gene such as ``MARCH1`` into a date. The same documents give the same bytes.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from ntrkoma import __version__
from ntrkoma.cohort.sheets import COLUMNS, FACTS, TOPICS, Fact, Row, Value, fact_rows, facts

# Excel cuts longer texts, or calls the file damaged.
LONGEST_TEXT = 32_767


CUT = " […]"


# What XML 1.0 cannot hold, and lone surrogates, which no encoding can.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


# What a spreadsheet may take for the start of a formula when the cell is edited or saved as CSV.
_FORMULA_START = ("=", "+", "-", "@", "\t")


_A4 = 9


# Width (px) of a digit in the workbook's font, the unit of a column's width.
_DIGIT = 7


_WIDEST = 60.0


_WIDTHS: dict[str, float] = {
    "sample": 24.0,
    "fusion": 24.0,
    "tumour_type": 34.0,
    "vicc": _WIDEST,
    "hgvs": 44.0,
    "reason": _WIDEST,
    "reasons": _WIDEST,
    "reason_codes": 30.0,
    "text": _WIDEST,
    "samples": _WIDEST,
    "value": 24.0,
    "metric": 24.0,
    "name": 24.0,
    "transcript": 22.0,
    "transcript5": 22.0,
    "transcript3": 22.0,
    "breakpoint5": 20.0,
    "breakpoint3": 20.0,
    "positions": 34.0,
    "drugs_resistant": 30.0,
    "drugs_active": 30.0,
    "further_fusions": 40.0,
    "disagreements": 40.0,
    "callers": 26.0,
    "verdict": 16.0,
    "status": 16.0,
    "answer": 16.0,
    "flag": 16.0,
    "frame": 20.0,
    "structure_class": 20.0,
    "artefact_class": 20.0,
}


def text_of(value: str) -> str:
    """``value`` as a cell can hold it: no control characters, and no longer than Excel takes."""
    clean = _ILLEGAL.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean) <= LONGEST_TEXT:
        return clean
    return clean[: LONGEST_TEXT - len(CUT)] + CUT


class CohortWorkbook:
    """Takes the samples' documents one by one; holds no document."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._quoted = book.add_format({"quote_prefix": True})
        self._head = book.add_format({"bold": True, "bg_color": "#E6E9ED", "valign": "top"})
        self._sheets = {name: self._new_sheet(name) for name in COLUMNS}
        self._lines = dict.fromkeys(COLUMNS, 1)
        self._facts: dict[Fact, list[str]] = defaultdict(list)
        self._samples = 0
        self._analysed = ""

    def _new_sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        # On paper the heads and the first column stand on every page.
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.repeat_rows(0)
        sheet.repeat_columns(0)
        for index, column in enumerate(COLUMNS[name]):
            width = _WIDTHS.get(column, max(11.0, len(column) + 4.0))
            sheet.set_column_pixels(index, index, _DIGIT * width)
            sheet.write_string(0, index, column, self._head)
        return sheet

    def add(self, document: Mapping[str, Any]) -> None:
        """Add a sample from its JSON document."""
        self._samples += 1
        self._analysed = max(self._analysed, document["provenance"]["analysed"])
        for name, rows in TOPICS.items():
            self._append(name, rows(document))
        for fact in facts(document):
            self._facts[fact].append(document["sample"])

    def _append(self, name: str, rows: Sequence[Row]) -> None:
        for row in rows:
            for index, column in enumerate(COLUMNS[name]):
                self._write(self._sheets[name], self._lines[name], index, row.get(column))
            self._lines[name] += 1

    def _write(self, sheet: Worksheet, line: int, column: int, value: Value) -> None:
        """Write a cell as what it is. XlsxWriter's ``write`` would take ``{=cmd()}`` for a formula
        whatever its options say."""
        if value is None:
            return
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if not isinstance(value, str):
            sheet.write_number(line, column, value)
            return
        text = text_of(value)
        style = self._quoted if text.startswith(_FORMULA_START) else None
        if text.startswith("<r>"):
            # XlsxWriter would put such a text into the file as the XML that it looks like; as a
            # text of three pieces it is escaped.
            sheet.write_rich_string(line, column, *text[:2], text[2:])
        elif text:
            sheet.write_string(line, column, text, style)

    def finish(self) -> None:
        """Write what all samples share."""
        self._append(FACTS, fact_rows(self._facts, self._samples))
        for name, sheet in self._sheets.items():
            sheet.autofilter(0, 0, self._lines[name] - 1, len(COLUMNS[name]) - 1)
        self._book.set_properties(
            {
                "title": "NTRK fusion verdicts of the cohort",
                "author": f"ntrkoma {__version__}",
                "comments": "Decision support, not a treatment recommendation.",
                # The day of the last analysis, not the moment of writing: the same bytes again.
                "created": datetime.fromisoformat(self._analysed),
            }
        )


@contextmanager
def cohort_workbook(path: Path) -> Iterator[CohortWorkbook]:
    """A workbook that stands at ``path`` when the block has ended well."""
    with tempfile.TemporaryDirectory() as folder:
        # Rows wait in files, not in memory; in a folder of their own they go with it.
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder})
        cohort = CohortWorkbook(book)
        yield cohort
        cohort.finish()
        book.close()
