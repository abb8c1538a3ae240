"""The sample's report: one self-contained HTML page from the published JSON alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

VERDICT_WORDS = {
    "detected": ("✔", "NTRK fusion detected"),
    "indeterminate": ("?", "Indeterminate: a chimeric NTRK transcript needs review"),
    "not_detected": ("–", "No NTRK fusion detected"),
    "not_evaluable": ("!", "Not evaluable: this sample cannot exclude an NTRK fusion"),
}
FRAME_WORDS = {
    "in_frame": "in frame",
    "out_of_frame": "out of frame",
    "utr5_start_retained": "5′ UTR join, own start codon kept",
    "no_cds": "no joint reading frame",
    "unknown": "unknown",
}
METADATA_WORDS = {
    "patient": "Patient",
    "specimen": "Specimen",
    "collected": "Collected",
    "tumour_type": "Tumour type",
    "tumour_fraction": "Tumour fraction",
    "assay": "Assay",
    "run": "Sequencing run",
    "pan_trk_ihc": "pan-TRK immunohistochemistry",
    "ntrk_fish": "NTRK FISH",
}
METRIC_WORDS = {
    "usable_fragments": "Uniquely mapped fragments",
    "control_genes_spliced": "Share of control genes seen spliced",
}


def render(document: Mapping[str, Any], settings: Mapping[str, str], templates: Path) -> str:
    """HTML of a sample's report.

    :param document: the sample's JSON document.
    :param settings: ``report`` of the configuration: title and laboratory.
    :param templates: folder that holds ``sample.html.j2`` and ``style.css``.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    symbol, headline = VERDICT_WORDS[document["verdict"]]
    return environment.get_template("sample.html.j2").render(
        result=document,
        settings=settings,
        symbol=symbol,
        headline=headline,
        frame_words=FRAME_WORDS,
        metadata_words=METADATA_WORDS,
        metric_words=METRIC_WORDS,
        style=(templates / "style.css").read_text(encoding="utf-8"),
    )
