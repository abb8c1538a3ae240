"""The verdicts of a finished run as text for a terminal. Standard library only, so that the Python
of any machine can show them."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from ntrkoma.errors import InputError

COHORT_TABLE = Path("results/cohort/ntrk.tsv")


COHORT_REPORTS = (Path("results/cohort/index.html"), Path("results/qc/multiqc_report.html"))


# Heading of each printed column and the columns of the cohort table that it is made of.
COLUMNS: dict[str, tuple[str, ...]] = {
    "sample": ("sample",),
    "verdict": ("verdict",),
    "fusion": ("fusion",),
    "exons": ("exon5", "exon3"),
    "frame": ("frame",),
    "kinase": ("kinase",),
    "aa": ("protein_length",),
    "junction": ("junction_reads",),
    "spanning": ("spanning_fragments",),
    "reasons": ("reason_codes",),
}


_NARROWEST_REASONS = 30


def overview(directory: Path, width: int) -> str:
    """The cohort table and the paths of all reports of the run in ``directory``.

    :param width: characters of a line of the terminal.
    :raises InputError: when the run has not finished, or left less than a run leaves.
    """
    rows = _cohort(directory / COHORT_TABLE)
    samples = [Path("results/samples", row["sample"]) for row in rows]
    reports = [
        directory / path
        for path in (
            *(folder / f"{folder.name}.report.html" for folder in samples),
            *COHORT_REPORTS,
        )
    ]
    missing = [str(path) for path in reports if not path.is_file()]
    if missing:
        raise InputError(f"The run left no {', '.join(missing)}; run the workflow again.")
    listed = "".join(f"\n  {path}" for path in reports)
    return f"\n{_table(rows, width)}\n\nReports:{listed}"


def _cohort(path: Path) -> list[dict[str, str]]:
    """Rows of the cohort table, every printed column present."""
    try:
        with path.open(newline="", encoding="utf-8") as handle:
            reader = csv.DictReader(handle, delimiter="\t", restval="")
            rows, header = list(reader), reader.fieldnames or ()
    except FileNotFoundError:
        raise InputError(f"{path} does not exist: the workflow has not finished here.") from None
    missing = [name for names in COLUMNS.values() for name in names if name not in header]
    if missing:
        raise InputError(
            f"{path} lacks the column(s) {', '.join(missing)}; run the workflow again."
        )
    if not rows:
        raise InputError(f"{path} names no sample; run the workflow again.")
    return rows


def _cells(row: Mapping[str, str]) -> list[str]:
    """What is printed of a row; values side by side are joined by ``::``."""
    return [
        "::".join(row[name] or "-" for name in names) if any(row[name] for name in names) else "-"
        for names in COLUMNS.values()
    ]


def _table(rows: Sequence[Mapping[str, str]], width: int) -> str:
    """The rows as aligned text; the last column wraps so that lines keep to ``width``."""
    body = [list(COLUMNS), *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    indent = sum(widths[:-1]) + 2 * len(widths[:-1])
    room = max(width - indent, _NARROWEST_REASONS)
    body.insert(1, ["-" * size for size in (*widths[:-1], min(widths[-1], room))])
    lines = []
    for *fixed, reasons in body:
        start = "".join(f"{cell:<{size}}  " for cell, size in zip(fixed, widths, strict=False))
        wrapped = textwrap.wrap(reasons.replace(",", ", "), room, break_on_hyphens=False) or [""]
        lines += [start + wrapped[0], *(" " * indent + line for line in wrapped[1:])]
    return "\n".join(line.rstrip() for line in lines)
