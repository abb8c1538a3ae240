"""Print the verdicts of a finished run as a plain table, and where its reports are.

Usage: python scripts/show_results.py DIRECTORY   (what snakemake was given as --directory)
"""

from __future__ import annotations

import csv
import shutil
import sys
import textwrap
from pathlib import Path

COHORT_TABLE = Path("results/cohort/ntrk.tsv")
SAMPLE_REPORT = "results/samples/{sample}/{sample}.report.html"
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
NARROWEST_REASONS = 30


class ResultsError(Exception):
    """The results are not what a finished run leaves; the message is one sentence for the user."""


def read_cohort(path: Path) -> list[dict[str, str]]:
    """Read the cohort table: one row per sample and fusion, every needed column present."""
    try:
        with path.open(newline="", encoding="utf-8") as handle:
            reader = csv.DictReader(handle, delimiter="\t", restval="")
            needed = [name for names in COLUMNS.values() for name in names]
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise ResultsError(f"{path} lacks the column(s) {', '.join(missing)}.")
            rows = list(reader)
    except FileNotFoundError:
        raise ResultsError(f"{path} does not exist: the workflow has not finished here.") from None
    if not rows:
        raise ResultsError(f"{path} names no sample.")
    return rows


def cells(row: dict[str, str]) -> list[str]:
    """Return the printed cells of one row; values side by side are joined by `::`."""
    return [
        "::".join(row[name] or "-" for name in names) if any(row[name] for name in names) else "-"
        for names in COLUMNS.values()
    ]


def format_table(rows: list[dict[str, str]], width: int) -> str:
    """Return the rows as aligned text; the last column wraps so that lines keep to `width`."""
    body = [list(COLUMNS), *(cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    indent = sum(widths[:-1]) + 2 * len(widths[:-1])
    room = max(width - indent, NARROWEST_REASONS)
    body.insert(1, ["-" * size for size in (*widths[:-1], min(widths[-1], room))])
    lines = []
    for *fixed, reasons in body:
        start = "".join(f"{cell:<{size}}  " for cell, size in zip(fixed, widths, strict=False))
        wrapped = textwrap.wrap(reasons.replace(",", ", "), room, break_on_hyphens=False) or [""]
        lines += [start + wrapped[0], *(" " * indent + line for line in wrapped[1:])]
    return "\n".join(line.rstrip() for line in lines)


def report_paths(directory: Path, rows: list[dict[str, str]]) -> list[Path]:
    """Return the reports of the run in the order of the table, the cohort's last."""
    samples = dict.fromkeys(row["sample"] for row in rows)
    reports = [Path(SAMPLE_REPORT.format(sample=sample)) for sample in samples]
    return [directory / path for path in (*reports, *COHORT_REPORTS)]


def main(arguments: list[str]) -> int:
    """Print table and reports; return 1 with one sentence if something is missing."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    directory = Path(arguments[0])
    try:
        rows = read_cohort(directory / COHORT_TABLE)
        reports = report_paths(directory, rows)
        missing = [str(path) for path in reports if not path.is_file()]
        if missing:
            raise ResultsError(f"The run left no {', '.join(missing)}.")
    except ResultsError as error:
        print(f"show_results: {error}", file=sys.stderr)
        return 1
    print()
    print(format_table(rows, shutil.get_terminal_size((140, 24)).columns))
    print("\nReports:")
    for path in reports:
        print(f"  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
