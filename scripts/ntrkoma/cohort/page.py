"""The cohort page, ``index.html``: counts, a table of all samples, partners, runs and patients.

One self-contained file. Its only script and its only style sheet are allowed by their checksums;
without the script the page still says what it can.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from ntrkoma.cohort.figures import (
    patient_figure,
    run_figure,
    specimen_name,
    support,
    verdict_figure,
)
from ntrkoma.cohort.groups import Partner, Patient, Run, partners, patients, runs
from ntrkoma.cohort.summary import VERDICT_ORDER, Summary
from ntrkoma.report import words
from ntrkoma.report.figures.canvas import clipped, guarded
from ntrkoma.report.page import clean
from ntrkoma.wording import counted, percent

# Rows that stand in the page itself; the script pages through all.
ROWS_WITHOUT_SCRIPT = 50


# Rows of the tables that the script does not page.
MOST_ROWS = 500


# Longest text of a cell; the sample's report and the tables hold the whole.
LONGEST_CELL = 120


DOWNLOADS = ("ntrk.xlsx", "ntrk.tsv", "ntrk.json")


def report_link(sample: str) -> str:
    """The sample's report as seen from the cohort page."""
    name = quote(sample, safe="")
    return f"../samples/{name}/{name}.report.html"


def patient_anchor(patient: str) -> str:
    """Identifier of the patient's section, the same in ``id`` and ``href``."""
    return f"patient-{quote(patient, safe='')}"


def _notes(summary: Summary) -> list[str]:
    """What a reader should know beside the verdict and the leading fusion."""
    more = len(summary.fusions) - 1
    return [
        *([counted(more, "further junction")] if more > 0 else []),
        *(f"resistance {change}" for change in summary.resistance_seen),
        *(f"{gene} imbalance raised" for gene in summary.imbalance_raised),
        *(f"{event} (within one gene)" for event in summary.intragenic),
        *(f"{name} (companion gene)" for name in summary.companions_seen),
        *(f"hotspot {change}" for change in summary.hotspots_seen),
        *(f"{words.ORTHOGONAL.get(one, one)} discordant" for one in summary.discordant),
    ]


def table_row(summary: Summary, with_section: frozenset[str]) -> dict[str, Any]:
    """What the table shows of a sample, texts cleaned and cut, numbers as numbers."""
    leading = summary.fusions[0] if summary.fusions else None
    row = {name: clipped(clean(text), LONGEST_CELL) for name, text in summary.row.items()}
    metadata = {name: clipped(clean(text), LONGEST_CELL) for name, text in summary.metadata.items()}
    patient = summary.patient
    return {
        "sample": row["sample"],
        "link": report_link(summary.sample),
        "verdict": summary.verdict,
        "gate": summary.gate,
        "fusion": "" if leading is None else clipped(clean(leading.name), LONGEST_CELL),
        "exons": "" if leading is None else leading.exons,
        "structure": ""
        if leading is None
        else f"{words.FRAMES[leading.frame]}, kinase {leading.kinase}",
        "junction_reads": None if leading is None else leading.junction_reads,
        "spanning_fragments": None if leading is None else leading.spanning_fragments,
        "ffpm": None if leading is None else leading.ffpm,
        "notes": clipped(clean("; ".join(_notes(summary))), 2 * LONGEST_CELL),
        "patient": row["patient"],
        "section": patient_anchor(patient) if patient in with_section else "",
        "specimen": row["specimen"],
        "collected": metadata["collected"],
        "tumour_type": row["tumour_type"],
        "run": metadata["run"],
        "runs": clean(list(summary.runs)),
        "genes": sorted({one.target_gene for one in summary.fusions}),
        "partners": sorted({clean(one.partner) for one in summary.fusions}),
    }


COLUMNS = (
    ("sample", "Sample", ""),
    ("verdict", "Verdict", ""),
    ("gate", "Gate", ""),
    ("fusion", "Leading fusion", ""),
    ("notes", "Also", ""),
    ("junction_reads", "Junction reads", "number"),
    ("spanning_fragments", "Spanning", "number"),
    ("ffpm", "FFPM", "number"),
    ("patient", "Patient", ""),
    ("specimen", "Specimen", ""),
    ("collected", "Collected", ""),
    ("tumour_type", "Tumour type", ""),
    ("run", "Run", ""),
)


def table_data(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """The rows for the page's script, column by column, as JSON that cannot end its element."""
    data = {
        "columns": {name: [row[name] for row in rows] for name in (rows[0] if rows else ())},
        "verdicts": {
            verdict.value: {"words": _verdict_words(verdict), "symbol": words.VERDICTS[verdict][0]}
            for verdict in VERDICT_ORDER
        },
        "gates": {name: shown._asdict() for name, shown in words.GATES.items()},
        "count": len(rows),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _verdict_words(verdict: str) -> str:
    text = words.VERDICTS[verdict].words
    return text[0].upper() + text[1:]


def _in_order(summaries: Sequence[Summary]) -> list[Summary]:
    """What needs a reader first; samples of one verdict stay in the order of the sheet."""
    return sorted(summaries, key=lambda one: [v.value for v in VERDICT_ORDER].index(one.verdict))


def _listed(pair: Partner) -> str:
    """Whether our table knows the pair as a fusion; where not, what that says of it."""
    if pair.known:
        return "yes"
    if pair.target_5prime:
        return f"no; {pair.target_gene} is the 5′ partner, without its kinase"
    if pair.artefact_class:
        return f"no; {words.ARTEFACTS.get(pair.artefact_class, pair.artefact_class)}"
    return "no; a new partner does not count against a fusion"


def _patient_view(patient: Patient, number: int) -> dict[str, Any]:
    """A patient's section: the figure, and the table that holds everything in it."""
    specimens = [
        {
            "sample": clean(one.sample),
            "link": report_link(one.sample),
            "name": clipped(clean(specimen_name(one)), LONGEST_CELL),
            "collected": one.collected.isoformat() if one.collected else "no date",
            "verdict": one.verdict,
            "gate": one.gate,
            "tumour_type": clipped(clean(one.row["tumour_type"]), LONGEST_CELL),
        }
        for one in patient.specimens
    ]
    junctions = [
        {
            "short": clean(junction.short),
            "vicc": clean(junction.vicc),
            "structure": f"{words.FRAMES[junction.frame]}, kinase {junction.kinase}",
            "cells": [support(one, junction.breakpoints) for one in patient.specimens],
        }
        for junction in patient.junctions
    ]
    return {
        "name": clean(patient.name),
        "anchor": patient_anchor(patient.name),
        "specimens": specimens,
        "junctions": junctions,
        "codons": [
            {"name": name, "cells": [codon_cell(one, name) for one in patient.specimens]}
            for name in patient.codons
        ],
        "figure": guarded(
            f"timeline of {clipped(clean(patient.name), 60)}",
            _clean_patient_figure,
            patient,
            f"timeline{number}",
        ),
    }


def _clean_patient_figure(patient: Patient, identifier: str) -> Markup:
    """The figure, its texts freed of what turns the direction of text around."""
    return Markup(clean(str(patient_figure(patient, identifier))))


def codon_cell(specimen: Summary, name: str) -> str:
    """A resistance codon in a specimen: what was seen, or at what depth nothing was."""
    found = [codon for codon in specimen.codons if codon.name == name]
    if not found:
        return "not looked at"
    codon = found[0]
    shown = words.ANSWERS[codon.answer]
    if codon.seen:
        changes = "; ".join(
            f"{change} {reads} of {codon.depth} ({percent(share)})"
            for change, reads, share in codon.seen
        )
        return f"{shown.symbol} {changes}"
    return f"{shown.symbol} {shown.words} at {codon.depth:,}×"


def _thresholds(summaries: Sequence[Summary], metric: str) -> list[float]:
    """All values that the gate asks of a figure; assays may ask for different ones."""
    return sorted(
        {
            value
            for one in summaries
            if metric in one.metrics
            for _, value in one.metrics[metric].thresholds
        }
    )


def _run_view(summaries: Sequence[Summary], found: Sequence[Run]) -> dict[str, Any]:
    metrics = tuple(found[0].metrics) if found else ()
    figures = [
        guarded(
            f"{words.metric_name(metric)} by run",
            run_figure,
            metric,
            found,
            _thresholds(summaries, metric),
            f"gate-{metric}",
        )
        for metric in metrics
    ]
    return {
        "metrics": metrics,
        "rows": found,
        "figures": [
            {"metric": metric, "figure": figure}
            for metric, figure in zip(metrics, figures, strict=True)
        ],
        "verdicts": guarded("verdicts by run", verdict_figure, found[:MOST_ROWS], "runs-verdicts")
        if found
        else Markup(""),
    }


def _checksum(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def content_security_policy(style: str, script: str) -> str:
    """Nothing may be loaded or sent; one style sheet and one script are allowed by checksum."""
    return (
        f"default-src 'none'; style-src {_checksum(style)}; script-src {_checksum(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _text(path: Path) -> str:
    """A text as the browser's parser sees it, to the byte: its checksum must agree."""
    return path.read_text(encoding="utf-8").replace("\r\n", "\n").strip()


def render(summaries: Sequence[Summary], settings: Mapping[str, str], templates: Path) -> str:
    """HTML of the cohort page.

    :param settings: ``report`` of the configuration: title and laboratory.
    :param templates: folder that holds ``cohort.html.j2``, its style and its script.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(counted=counted, clipped=clipped)
    ordered = _in_order(summaries)
    with_section = patients(summaries)
    names = frozenset(patient.name for patient in with_section)
    rows = [table_row(one, names) for one in ordered]
    style = f"{_text(templates / 'style.css')}\n{_text(templates / 'cohort.css')}"
    script = _text(templates / "cohort.js")
    counts = Counter(one.verdict for one in summaries)
    return environment.get_template("cohort.html.j2").render(
        settings=clean(settings),
        words=words,
        total=len(summaries),
        verdicts=[
            {
                "name": verdict.value,
                "symbol": words.VERDICTS[verdict].symbol,
                "words": _verdict_words(verdict),
                "count": counts[verdict],
                "share": percent(counts[verdict] / len(summaries)) if summaries else "–",
            }
            for verdict in VERDICT_ORDER
        ],
        columns=COLUMNS,
        rows=rows[:ROWS_WITHOUT_SCRIPT],
        data=table_data(rows),
        partners=clean(
            [
                {**pair._asdict(), "listed": _listed(pair)}
                for pair in partners(summaries)[:MOST_ROWS]
            ]
        ),
        runs=_run_view(summaries, [replace(run, name=clean(run.name)) for run in runs(summaries)]),
        patients=[_patient_view(patient, n) for n, patient in enumerate(with_section)],
        downloads=DOWNLOADS,
        policy=content_security_policy(style, script),
        style=Markup(style),
        script=Markup(script),
    )
