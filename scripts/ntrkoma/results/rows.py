"""Rows of the sample and cohort tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any


def place_key(side: Mapping[str, Any]) -> str:
    """A breakpoint as the tables write it: ``chr1:32039573:+``."""
    return f"{side['chrom']}:{side['pos']}:{side['strand']}"


FUSION_COLUMNS = (
    "sample",
    "verdict",
    "evaluability",
    "status",
    "fusion",
    "vicc",
    "hgvs",
    "gene5",
    "transcript5",
    "exon5",
    "breakpoint5",
    "gene3",
    "transcript3",
    "exon3",
    "breakpoint3",
    "inserted",
    "structure_class",
    "frame",
    "protein_length",
    "kinase",
    "kinase_fraction",
    "junction_reads",
    "spanning_fragments",
    "start_positions",
    "ffpm",
    "fusion_fraction5",
    "fusion_fraction3",
    "callers",
    "disagreements",
    "known_partner",
    "artefact_class",
    "reasons",
)


COHORT_COLUMNS = (
    "sample",
    "patient",
    "specimen",
    "tumour_type",
    "verdict",
    "evaluability",
    "fusion",
    "exon5",
    "exon3",
    "frame",
    "kinase",
    "protein_length",
    "junction_reads",
    "spanning_fragments",
    "ffpm",
    "vicc",
    "callers",
    "further_fusions",
    "reason_codes",
    "reasons",
)


def _place(side: Mapping[str, Any]) -> str:
    return f"{side['chrom']}:{side['pos']}:{side['strand']}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _joined(reasons: Iterable[Mapping[str, str]]) -> str:
    return "; ".join(f"{reason['code']}: {reason['text']}" for reason in reasons)


def _fusion_cells(fusion: Mapping[str, Any]) -> dict[str, object]:
    return {
        **{
            name: fusion[name]
            for name in FUSION_COLUMNS
            if name in fusion and name not in {"breakpoint5", "breakpoint3", "reasons"}
        },
        "fusion": fusion["name"],
        "breakpoint5": _place(fusion["breakpoint5"]),
        "breakpoint3": _place(fusion["breakpoint3"]),
        "start_positions": fusion["evidence"]["start_positions"],
        "fusion_fraction5": fusion["fusion_fraction"]["five"],
        "fusion_fraction3": fusion["fusion_fraction"]["three"],
        "callers": ",".join(
            name for name, call in fusion["callers"].items() if not call["discarded_by"]
        ),
        "disagreements": "; ".join(fusion["disagreements"]),
        "reasons": _joined(fusion["reasons"]),
    }


def fusion_rows(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """Rows of ``{sample}.ntrk.tsv``: one per junction, below the line included.

    A sample without any has one row with its verdict.
    """
    common = {
        "sample": document["sample"],
        "verdict": document["verdict"],
        "evaluability": document["evaluability"]["status"],
    }
    fusions = [*document["fusions"], *document["below_the_line"]]
    rows = [{**common, **_fusion_cells(fusion)} for fusion in fusions] or [
        {**common, "reasons": _joined(document["reasons"])}
    ]
    return [{name: _cell(row.get(name)) for name in FUSION_COLUMNS} for row in rows]


def cohort_row(document: Mapping[str, Any]) -> dict[str, str]:
    """The sample's row of the cohort table: the verdict with its leading fusion."""
    fusions = document["fusions"]
    leading = _fusion_cells(fusions[0]) if fusions else {}
    row: dict[str, object] = {
        **leading,
        **{name: document["metadata"].get(name) for name in ("specimen", "tumour_type")},
        "sample": document["sample"],
        "patient": document["patient"],
        "verdict": document["verdict"],
        "evaluability": document["evaluability"]["status"],
        "further_fusions": "; ".join(f"{f['vicc']} ({f['status']})" for f in fusions[1:]),
        "reason_codes": ",".join(dict.fromkeys(r["code"] for r in document["reasons"])),
        "reasons": _joined(document["reasons"]),
    }
    return {name: _cell(row.get(name)) for name in COHORT_COLUMNS}


def to_tsv(rows: Iterable[Mapping[str, str]], columns: Iterable[str]) -> str:
    """A tab-separated table with a header line; always a header, also without rows."""
    buffer = io.StringIO()
    writer = csv.DictWriter(
        buffer, fieldnames=list(columns), delimiter="\t", lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
