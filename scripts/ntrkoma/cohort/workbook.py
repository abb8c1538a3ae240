"""The cohort as a workbook, ``ntrk.xlsx``: one sheet a topic, for people who work in spreadsheets.

Every text is written as text. A spreadsheet would otherwise run a sample name such as ``=cmd()`` as
a formula and turn a gene such as ``MARCH1`` into a date. The same documents give the same bytes.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from ntrkoma import __version__
from ntrkoma.cohort.summary import METADATA, NUMBERS
from ntrkoma.results.rows import COHORT_COLUMNS, FUSION_COLUMNS, cohort_row, fusion_rows, place_key

Value = str | int | float | bool | None


Row = Mapping[str, Value]


# Excel cuts longer texts, or calls the file damaged.
LONGEST_TEXT = 32_767


CUT = " […]"


# What XML 1.0 cannot hold, and lone surrogates, which no encoding can.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


# What a spreadsheet may take for the start of a formula when the cell is edited or saved as CSV.
_FORMULA_START = ("=", "+", "-", "@", "\t")


_WIDEST = 60.0


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


_COLUMNS: dict[str, tuple[str, ...]] = {
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


def text_of(value: str) -> str:
    """``value`` as a cell can hold it: no control characters, and no longer than Excel takes."""
    clean = _ILLEGAL.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean) <= LONGEST_TEXT:
        return clean
    return clean[: LONGEST_TEXT - len(CUT)] + CUT


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
                **{name: codon[name] for name in _COLUMNS["Resistance"] if name in codon},
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


def _codon_name(codon: Mapping[str, Any]) -> str:
    return f"{codon['gene']} {codon['reference']}{codon['codon']}"


def _drugs(variant: Mapping[str, Any], name: str) -> str:
    given = variant.get(name) or ""
    return given if isinstance(given, str) else _listed(given)


def _imbalance_rows(document: Mapping[str, Any]) -> list[Row]:
    return [
        {
            **{name: found[name] for name in _COLUMNS["Imbalance"] if name in found},
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
                **{name: fusion[name] for name in _COLUMNS["Companions"] if name in fusion},
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
            **{name: event[name] for name in _COLUMNS["Intragenic"] if name in event},
            "sample": document["sample"],
            "breakpoint5": place_key(event["breakpoint5"]),
            "breakpoint3": place_key(event["breakpoint3"]),
        }
        for event in document["intragenic"]
    ]


@dataclass(frozen=True)
class _Fact:
    """A line of the provenance that samples share."""

    kind: str
    name: str
    value: Value
    changed: bool | None = None


def _facts(document: Mapping[str, Any]) -> list[_Fact]:
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
        _Fact("workflow", "ntrkoma", document["workflow_version"]),
        _Fact("workflow", "analysed", provenance["analysed"]),
        _Fact("workflow", "mode", document["mode"]),
        _Fact("workflow", "callers_run", _listed(document["callers_run"])),
        *(_Fact("tool", name, value) for name, value in provenance["tools"].items()),
        *(_Fact("reference", name, value) for name, value in provenance["reference"].items()),
        *(_Fact("parameter", name, value) for name, value in {**listed, **plain}.items()),
        *(
            _Fact("threshold", name, value, name in changed)
            for name, value in parameters["thresholds"].items()
        ),
    ]


class CohortWorkbook:
    """Takes the samples' documents one by one and writes ``ntrk.xlsx``; holds no document."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._rows = dict.fromkeys(_COLUMNS, 1)
        self._facts: dict[_Fact, list[str]] = {}
        self._samples = 0
        self._sheets = {name: self._new_sheet(name) for name in _COLUMNS}

    def _new_sheet(self, name: str) -> Any:
        sheet = self._book.create_sheet(name)
        # Sheets are written as they grow: their head must be known before the first row.
        sheet.freeze_panes = "B2"
        # On paper the heads and the first column stand on every page.
        sheet.page_setup.orientation = Worksheet.ORIENTATION_LANDSCAPE
        sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
        sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:A"
        for index, column in enumerate(_COLUMNS[name], 1):
            sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(
                column, max(11.0, len(column) + 4.0)
            )
        heads = []
        for column in _COLUMNS[name]:
            cell = WriteOnlyCell(sheet, column)
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", start_color="FFE6E9ED")
            cell.alignment = Alignment(vertical="top")
            heads.append(cell)
        sheet.append(heads)
        return sheet

    def add(self, document: Mapping[str, Any]) -> None:
        """Add a sample from its JSON document."""
        self._samples += 1
        self._append("Verdicts", [_verdict_row(document)])
        self._append("Fusions", _fusion_rows(document))
        self._append("Gate", _gate_rows(document))
        self._append("Resistance", _codon_rows(document))
        self._append("Imbalance", _imbalance_rows(document))
        self._append("Companions", _companion_rows(document))
        self._append("Intragenic", _intragenic_rows(document))
        for fact in _facts(document):
            self._facts.setdefault(fact, []).append(document["sample"])

    def _append(self, name: str, rows: Sequence[Row]) -> None:
        sheet = self._sheets[name]
        self._rows[name] += len(rows)
        for row in rows:
            sheet.append([self._cell(sheet, row.get(column)) for column in _COLUMNS[name]])

    @staticmethod
    def _cell(sheet: Any, value: Value) -> Any:
        """A value that openpyxl takes for what it is: text never for a formula or an error."""
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if not isinstance(value, str):
            return value
        text = text_of(value)
        if not text:
            return None
        cell = WriteOnlyCell(sheet)
        cell.value = text
        cell.data_type = "s"
        if text.startswith(_FORMULA_START):
            cell.quotePrefix = True
        return cell

    def save(self, path: Path) -> None:
        """Write the workbook; nothing can be added afterwards."""
        self._append(
            "Provenance",
            [
                {
                    "kind": fact.kind,
                    "name": fact.name,
                    "value": fact.value,
                    "changed_from_default": fact.changed,
                    "sample_count": len(samples),
                    "samples": "all" if len(samples) == self._samples else _listed(samples),
                }
                for fact, samples in sorted(
                    self._facts.items(), key=lambda item: _FACT_ORDER.index(item[0].kind)
                )
            ],
        )
        for name, sheet in self._sheets.items():
            last = get_column_letter(len(_COLUMNS[name]))
            sheet.auto_filter.ref = f"A1:{last}{self._rows[name]}"
        with tempfile.TemporaryFile() as packed:
            self._book.save(packed)
            _without_times(packed, path)


_FACT_ORDER = ("workflow", "tool", "reference", "parameter", "threshold")


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


def _without_times(packed: Any, path: Path) -> None:
    """Copy a workbook without the moment it was written, in its properties and in its archive."""
    properties = DocumentProperties(
        creator=f"ntrkoma {__version__}",
        title="NTRK fusion verdicts of the cohort",
        description="Decision support, not a treatment recommendation.",
    ).to_tree()
    for dated in [one for one in properties if one.tag.endswith(("}created", "}modified"))]:
        properties.remove(dated)
    packed.seek(0)
    with (
        zipfile.ZipFile(packed) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for given_entry in source.infolist():
            name = given_entry.filename
            entry = zipfile.ZipInfo(name)
            entry.file_size = given_entry.file_size
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            if name == "docProps/core.xml":
                target.writestr(entry, tostring(properties))
                continue
            with source.open(name) as given, target.open(entry, "w") as written:
                shutil.copyfileobj(given, written)
