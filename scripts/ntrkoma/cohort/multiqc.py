"""What the MultiQC report says of NTRK: custom content, one file a section.

MultiQC puts texts into its page as they are, so that every text of ours is escaped here.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ntrkoma.cohort.groups import by_run
from ntrkoma.cohort.summary import VERDICT_ORDER, Summary
from ntrkoma.report import words

Content = dict[str, Any]


PARENT = "ntrkoma"


# Okabe and Ito's palette, as in our own reports.
COLOURS = {
    "detected": "#b8450a",
    "indeterminate": "#8a6100",
    "not_evaluable": "#4a4a4a",
    "not_detected": "#00664b",
}


_NO_RUN = "no run named"


_FRACTION = {"format": "{:,.2f}", "scale": False}


_COUNT = {"format": "{:,.0f}", "scale": False}


# What of the sample is good, needs a look, or is bad; MultiQC colours the cells by it.
_MARKS = {
    "pass": [{"s_eq": "pass"}, {"s_eq": "not detected"}],
    "warn": [{"s_eq": "limited"}, {"s_eq": "indeterminate"}, {"s_eq": "raised"}],
    "fail": [{"s_eq": "fail"}, {"s_eq": "detected"}],
}


_GATE = {
    "title": "Gate",
    "description": "May an absence of fusions be believed?",
    "cond_formatting_rules": _MARKS,
    "scale": False,
}


def _section(part: str, name: str, description: str, **content: Any) -> Content:
    return {
        "id": f"ntrkoma_{part}",
        "parent_id": PARENT,
        "parent_name": "NTRK fusions",
        "parent_description": "Verdicts of ntrkoma. Decision support, not a treatment "
        "recommendation; each sample's report has the evidence.",
        "section_name": name,
        "description": description,
        **content,
    }


def _table(part: str, title: str, first: str) -> Content:
    # As a table whatever its length: a violin plot of verdicts or gene names says nothing.
    return {
        "plot_type": "table",
        "pconfig": {
            "id": f"ntrkoma_{part}_table",
            "title": f"NTRK fusions: {title}",
            "col1_header": first,
            "no_violin": True,
            "scale": False,
            "sort_rows": False,
        },
    }


def _words(value: str) -> str:
    return html.escape(value.replace("_", " "))


def _given(cells: Mapping[str, object]) -> dict[str, object]:
    """Cells without those that have no value: MultiQC shows these as empty."""
    return {name: value for name, value in cells.items() if value is not None and value != ""}


def verdicts(summaries: Iterable[Summary]) -> Content:
    """Number of samples of every verdict, a bar for each sequencing run."""
    samples = by_run(summaries)
    counts = pd.crosstab(samples["run"].fillna(_NO_RUN).map(html.escape), samples["verdict"])
    return _section(
        "verdicts",
        "Verdicts",
        "Samples by verdict and sequencing run; a sample of two runs counts in both.",
        plot_type="bargraph",
        categories={
            verdict.value: {"name": verdict.replace("_", " "), "color": COLOURS[verdict]}
            for verdict in VERDICT_ORDER
        },
        pconfig={
            "id": "ntrkoma_verdicts_plot",
            "title": "NTRK fusions: verdicts",
            "ylab": "Samples",
            "cpswitch_counts_label": "Samples",
            "y_decimals": False,
        },
        data=counts.reindex(columns=[one.value for one in VERDICT_ORDER], fill_value=0).to_dict(
            "index"
        ),
    )


def gate(summaries: Sequence[Summary]) -> Content:
    """Every sample's figures of the evaluability gate."""
    metrics = tuple(dict.fromkeys(name for summary in summaries for name in summary.metrics))
    headers: dict[str, Content] = {
        "gate": _GATE,
        "limit": {
            "title": "Limit (FFPM)",
            "description": "Lowest fusion expression that would have shown 3 fragments with 95 % "
            "probability",
            **_FRACTION,
        },
    }
    for metric in metrics:
        headers[metric] = {
            "title": words.metric_name(metric),
            "description": words.metric_name(metric),
            **(
                _FRACTION
                if not words.is_share(metric)
                else {"format": "{:,.1f}", "suffix": " %", "scale": False}
            ),
        }
        if metric == "usable_fragments":
            headers[metric] |= _COUNT
    data = {}
    for summary in summaries:
        cells: dict[str, object] = {"gate": summary.gate, "limit": summary.limit_ffpm}
        for name, metric_found in summary.metrics.items():
            value = metric_found.value
            cells[name] = 100 * value if words.is_share(name) and value is not None else value
        data[html.escape(summary.sample)] = _given(cells)
    return _section(
        "gate",
        "Gate",
        "A sample whose gate failed is not negative, whatever it does not show.",
        headers=headers,
        data=data,
        **_table("gate", "gate", "Sample"),
    )


_FUSION_HEADERS: dict[str, Content] = {
    "sample": {"title": "Sample", "scale": False},
    "fusion": {"title": "Fusion", "scale": False},
    "status": {"title": "Grade", "scale": False},
    "exons": {"title": "Exons", "description": "Last exon of the 5′, first of the 3′ partner"},
    "frame": {"title": "Frame", "description": "Reading frame across the junction"},
    "kinase": {"title": "Kinase", "description": "Kinase domain in the fusion transcript"},
    "junction_reads": {"title": "Junction reads", **_COUNT},
    "spanning_fragments": {"title": "Spanning", **_COUNT},
    "ffpm": {
        "title": "FFPM",
        "description": "Fusion fragments per million fragments sequenced",
        **_FRACTION,
    },
}


def fusions(summaries: Iterable[Summary]) -> Content:
    """Every junction above the line."""
    data = {}
    for summary in summaries:
        for number, junction in enumerate(summary.fusions, 1):
            data[html.escape(f"{summary.sample} #{number}")] = _given(
                {
                    "sample": html.escape(summary.sample),
                    "fusion": html.escape(junction.name),
                    "status": words.STATUSES[junction.status].words,
                    "exons": junction.exons,
                    "frame": html.escape(words.FRAMES[junction.frame]),
                    "kinase": _words(junction.kinase),
                    "junction_reads": junction.junction_reads,
                    "spanning_fragments": junction.spanning_fragments,
                    "ffpm": junction.ffpm,
                }
            )
    section = _section("fusions", "Fusions", "Junctions above the line, one a row.")
    if not data:
        return section | {
            "plot_type": "html",
            "data": "<p>No sample has a junction above the line.</p>",
        }
    return section | {
        "headers": _FUSION_HEADERS,
        "data": data,
        **_table("fusions", "fusions", "Junction"),
    }


def imbalance(summaries: Sequence[Summary]) -> Content:
    """Depth of the kinase exons over the 5′ exons of every gene in every sample."""
    genes = tuple(dict.fromkeys(gene for summary in summaries for gene in summary.imbalance))
    headers: dict[str, Content] = {}
    for gene in genes:
        name = html.escape(gene)
        headers[f"{name}_flag"] = {
            "title": f"{name} flag",
            "description": f"Whether the kinase exons of {name} stand out",
            "cond_formatting_rules": _MARKS,
            "scale": False,
        }
        headers[f"{name}_ratio"] = {
            "title": f"{name} ratio",
            "description": f"Depth of the kinase exons over the 5′ exons of {name}",
            **_FRACTION,
        }
        headers[f"{name}_z"] = {
            "title": f"{name} z",
            "description": f"The ratio of {name} against the negatives of the cohort",
            **_FRACTION,
        }
    data = {}
    for summary in summaries:
        cells: dict[str, object] = {}
        for gene, found in summary.imbalance.items():
            name = html.escape(gene)
            cells |= {
                f"{name}_flag": _words(found.flag),
                f"{name}_ratio": found.ratio,
                f"{name}_z": found.z,
            }
        data[html.escape(summary.sample)] = _given(cells)
    return _section(
        "imbalance",
        "Imbalance",
        "Supporting evidence or a reason for review, never positive alone.",
        headers=headers,
        data=data,
        **_table("imbalance", "3′/5′ imbalance", "Sample"),
    )


def general_stats(summaries: Iterable[Summary]) -> Content:
    """Columns of the first table of the report."""
    headers: dict[str, Content] = {
        "verdict": {
            "title": "NTRK verdict",
            "description": "Verdict of the sample",
            "cond_formatting_rules": _MARKS,
            "scale": False,
        },
        "gate": _GATE,
        "fusion": {"title": "Fusion", "description": "Leading fusion", "scale": False},
        "junction_reads": {
            "title": "Junction reads",
            "description": "Junction reads of the leading fusion",
            **_COUNT,
        },
        "usable_fragments": {
            "title": "Usable",
            "description": "Uniquely mapped fragments",
            **_COUNT,
        },
    }
    data = {}
    for summary in summaries:
        leading = summary.fusions[0] if summary.fusions else None
        data[html.escape(summary.sample)] = _given(
            {
                "verdict": _words(summary.verdict),
                "gate": summary.gate,
                "fusion": html.escape(leading.name) if leading else None,
                "junction_reads": leading.junction_reads if leading else None,
                "usable_fragments": summary.usable_fragments,
            }
        )
    return {
        "id": "ntrkoma_general",
        "plot_type": "generalstats",
        "namespace": "ntrkoma",
        "headers": headers,
        "data": data,
    }


def contents(summaries: Sequence[Summary]) -> dict[str, Content]:
    """Every section by the part of its file's name, ``results/cohort/multiqc/{part}_mqc.json``."""
    return {
        "verdicts": verdicts(summaries),
        "gate": gate(summaries),
        "fusions": fusions(summaries),
        "imbalance": imbalance(summaries),
        "general": general_stats(summaries),
    }
