"""The rows of the cohort's workbook: one sheet a topic, made from the samples' documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntrkoma.cohort.summary import METADATA, NUMBERS
from ntrkoma.results.rows import COHORT_COLUMNS, FUSION_COLUMNS, cohort_row, fusion_rows, place_key

Value = str | int | float | bool | None


Row = Mapping[str, Value]


_VERDICT_COLUMNS = (
    *COHORT_COLUMNS,
    *METADATA,
    "usable_fragments",
    "detection_limit_ffpm",
    "resistance_seen",
    "imbalance_raised",
    "orthogonal",
    "workflow_version",
)


_FUSION_NUMBERS = NUMBERS | {
    "kinase_fraction",
    "start_positions",
    "fusion_fraction5",
    "fusion_fraction3",
}


COLUMNS: dict[str, tuple[str, ...]] = {
    "Verdicts": _VERDICT_COLUMNS,
    "Fusions": FUSION_COLUMNS,
    "Gate": (
        "sample",
        "run",
        "assay",
        "evaluability",
        "metric",
        "value",
        "operator",
        "threshold",
        "status",
        "reason",
    ),
    "Resistance": (
        "sample",
        "kind",
        "gene",
        "transcript",
        "name",
        "codon",
        "site",
        "answer",
        "depth",
        "change",
        "reads",
        "fraction",
        "known",
        "drugs_resistant",
        "drugs_active",
        "note",
        "chrom",
        "positions",
        "strand",
    ),
    "Imbalance": (
        "sample",
        "gene",
        "transcript",
        "flag",
        "ratio",
        "z",
        "negatives",
        "five_prime_depth",
        "kinase_depth",
        "five_prime_exons",
        "kinase_exons",
        "text",
    ),
    "Companions": (
        "sample",
        "gene",
        "answer",
        "fusion",
        "vicc",
        "status",
        "frame",
        "kinase",
        "junction_reads",
        "spanning_fragments",
        "ffpm",
        "breakpoint5",
        "breakpoint3",
        "text",
    ),
    "Intragenic": (
        "sample",
        "gene",
        "transcript",
        "name",
        "kind",
        "exon5",
        "exon3",
        "breakpoint5",
        "breakpoint3",
        "reads",
        "wild_type_reads",
        "share",
        "frame",
        "kinase",
        "known",
        "text",
    ),
    "Provenance": ("kind", "name", "value", "changed_from_default", "sample_count", "samples"),
}


def _number(text: str) -> Value:
    """A figure of our own tables, which hold texts, as a number; empty: no value."""
    if not text:
        return None
    number = float(text)
    return int(number) if number.is_integer() else number


def _typed(row: Mapping[str, str], numbers: frozenset[str]) -> dict[str, Value]:
    return {name: _number(text) if name in numbers else text for name, text in row.items()}


def _listed(items: Iterable[object]) -> str:
    return ", ".join(map(str, items))


def _verdict_row(document: Mapping[str, Any]) -> Row:
    return {
        **_typed(cohort_row(document), NUMBERS),
        **{name: document["metadata"].get(name) for name in METADATA},
        "usable_fragments": document["library"]["fragments_unique"],
        "detection_limit_ffpm": document["evaluability"]["detection_limit"]["ffpm"],
        "resistance_seen": _listed(
            f"{codon['gene']} {variant['change']}"
            for codon in document["resistance"]
            for variant in codon["variants"]
        ),
        "imbalance_raised": _listed(
            gene for gene, found in document["imbalance"].items() if found["flag"] == "raised"
        ),
        "orthogonal": _listed(
            f"{result['assay']}: {result['concordance']}" for result in document["orthogonal"]
        ),
        "workflow_version": document["workflow_version"],
    }


def _fusion_rows(document: Mapping[str, Any]) -> list[Row]:
    if not document["fusions"] and not document["below_the_line"]:
        return []
    return [_typed(row, _FUSION_NUMBERS) for row in fusion_rows(document)]


def _gate_rows(document: Mapping[str, Any]) -> list[Row]:
    gate = document["evaluability"]
    common = {
        "sample": document["sample"],
        "run": document["metadata"].get("run"),
        "assay": gate["assay"],
        "evaluability": gate["status"],
    }
    return [{**common, **check} for check in gate["checks"]]


def _codon_rows(document: Mapping[str, Any]) -> list[Row]:
    """One row a variant, and one for every codon where none was seen."""
    rows: list[Row] = []
    for kind, codons in (("resistance", document["resistance"]), ("hotspot", document["hotspots"])):
        for codon in codons:
            common = {
                **{name: codon[name] for name in COLUMNS["Resistance"] if name in codon},
                "sample": document["sample"],
                "kind": kind,
                "name": codon.get("name")
                or f"{codon['gene']} {codon['reference']}{codon['codon']}",
                "positions": _listed(codon["positions"]),
            }
            rows += [
                {
                    **common,
                    "change": variant["change"],
                    "reads": variant["reads"],
                    "fraction": variant["fraction"],
                    "known": variant["known"],
                    "drugs_resistant": _drugs(variant, "drugs_resistant"),
                    "drugs_active": _drugs(variant, "drugs_active"),
                    "note": variant.get("note") or variant.get("source"),
                }
                for variant in codon["variants"]
            ] or [common]
    return rows


def _drugs(variant: Mapping[str, Any], name: str) -> str:
    given = variant.get(name) or ""
    return given if isinstance(given, str) else _listed(given)


def _imbalance_rows(document: Mapping[str, Any]) -> list[Row]:
    return [
        {
            **{name: found[name] for name in COLUMNS["Imbalance"] if name in found},
            "sample": document["sample"],
            "gene": gene,
            "five_prime_exons": _listed(found["five_prime_exons"]),
            "kinase_exons": _listed(found["kinase_exons"]),
        }
        for gene, found in document["imbalance"].items()
    ]


def _companion_rows(document: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for companion in document["companions"]:
        common = {
            "sample": document["sample"],
            **{name: companion[name] for name in ("gene", "answer", "text")},
        }
        rows += [
            {
                **{name: fusion[name] for name in COLUMNS["Companions"] if name in fusion},
                **common,
                "fusion": fusion["name"],
                "breakpoint5": place_key(fusion["breakpoint5"]),
                "breakpoint3": place_key(fusion["breakpoint3"]),
            }
            for fusion in companion["fusions"]
        ] or [common]
    return rows


def _intragenic_rows(document: Mapping[str, Any]) -> list[Row]:
    return [
        {
            **{name: event[name] for name in COLUMNS["Intragenic"] if name in event},
            "sample": document["sample"],
            "breakpoint5": place_key(event["breakpoint5"]),
            "breakpoint3": place_key(event["breakpoint3"]),
        }
        for event in document["intragenic"]
    ]


@dataclass(frozen=True)
class Fact:
    """A line of the provenance that samples share."""

    kind: str
    name: str
    value: Value
    changed: bool | None = None


def facts(document: Mapping[str, Any]) -> list[Fact]:
    provenance = document["provenance"]
    parameters = provenance["parameters"]
    changed = set(parameters["thresholds_changed"])
    listed = {
        name: _listed(value)
        for name, value in parameters.items()
        if isinstance(value, list) and name != "thresholds_changed"
    }
    sample = re.escape(document["sample"])
    # Paths and read groups name the sample; without them one command serves them all.
    own_name = re.compile(rf"(?<=[/:]){sample}(?![\w.-])")
    plain = {
        name: own_name.sub("SAMPLE", value)
        for name, value in parameters.items()
        if isinstance(value, str)
    }
    return [
        Fact("workflow", "ntrkoma", document["workflow_version"]),
        Fact("workflow", "analysed", provenance["analysed"]),
        Fact("workflow", "mode", document["mode"]),
        Fact("workflow", "callers_run", _listed(document["callers_run"])),
        *(Fact("tool", name, value) for name, value in provenance["tools"].items()),
        *(Fact("reference", name, value) for name, value in provenance["reference"].items()),
        *(Fact("parameter", name, value) for name, value in {**listed, **plain}.items()),
        *(
            Fact("threshold", name, value, name in changed)
            for name, value in parameters["thresholds"].items()
        ),
    ]


TOPICS: dict[str, Callable[[Mapping[str, Any]], list[Row]]] = {
    "Verdicts": lambda document: [_verdict_row(document)],
    "Fusions": _fusion_rows,
    "Gate": _gate_rows,
    "Resistance": _codon_rows,
    "Imbalance": _imbalance_rows,
    "Companions": _companion_rows,
    "Intragenic": _intragenic_rows,
}


FACTS = "Provenance"


_FACT_ORDER = ("workflow", "tool", "reference", "parameter", "threshold")


def fact_rows(found: Mapping[Fact, Sequence[str]], samples: int) -> list[Row]:
    """Provenance that samples share, a line each; ``samples``: how many there are in all."""
    return [
        {
            "kind": fact.kind,
            "name": fact.name,
            "value": fact.value,
            "changed_from_default": fact.changed,
            "sample_count": len(names),
            "samples": "all" if len(names) == samples else _listed(names),
        }
        for fact, names in sorted(found.items(), key=lambda item: _FACT_ORDER.index(item[0].kind))
    ]
