"""The NTRK table of the MultiQC report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ntrkoma.results import cohort_row

_HEADERS = {
    "verdict": {"title": "Verdict", "description": "Verdict of the sample"},
    "evaluability": {"title": "Gate", "description": "May an absence of fusions be believed?"},
    "fusion": {"title": "Fusion", "description": "Leading fusion"},
    "exons": {"title": "Exons", "description": "Last exon of the 5′, first of the 3′ partner"},
    "frame": {"title": "Frame", "description": "Reading frame across the junction"},
    "kinase": {"title": "Kinase", "description": "Kinase domain in the fusion transcript"},
    "junction_reads": {"title": "Junction reads", "format": "{:,.0f}"},
    "spanning_fragments": {"title": "Spanning", "format": "{:,.0f}"},
    "usable_fragments": {
        "title": "Usable",
        "description": "Uniquely mapped fragments",
        "format": "{:,.0f}",
    },
}


def ntrk_table(documents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """MultiQC custom content: one row per sample from the samples' JSON documents."""
    data = {}
    for document in documents:
        row = cohort_row(document)
        cells: dict[str, object] = {
            name: row[name] for name in ("verdict", "evaluability", "fusion", "frame", "kinase")
        }
        if row["exon5"] or row["exon3"]:
            cells["exons"] = f"e{row['exon5'] or '?'} :: e{row['exon3'] or '?'}"
        for name in ("junction_reads", "spanning_fragments"):
            if row[name]:
                cells[name] = int(row[name])
        cells["usable_fragments"] = document["library"]["fragments_unique"]
        data[document["sample"]] = {name: value for name, value in cells.items() if value != ""}
    return {
        "id": "ntrkoma",
        "section_name": "NTRK fusions",
        "description": "Verdict and leading fusion of every sample. Decision support only.",
        "plot_type": "table",
        "pconfig": {"id": "ntrkoma_table", "title": "NTRK fusions", "scale": False},
        "headers": _HEADERS,
        "data": data,
    }
