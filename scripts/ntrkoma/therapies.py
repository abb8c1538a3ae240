"""Dated facts on drugs for NTRK fusions: approvals first, off-label evidence behind them.

Nothing here recommends a treatment. Approvals change, so a table that is too old is not printed.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntrkoma.errors import InputError
from ntrkoma.tables import read_table


@dataclass(frozen=True)
class Therapy:
    """One fact. ``date``: of the status, ISO to the day, month or year; ``as_of``: when the fact
    was looked up."""

    drug: str
    genes: frozenset[str]
    gene_scope: str
    jurisdiction: str
    status: str
    date: str
    indication: str
    evidence_level: str
    off_label: bool
    source: str
    confidence: str
    as_of: datetime.date

    def to_json(self) -> dict[str, Any]:
        """The row of the sample's document."""
        return {
            "drug": self.drug,
            "gene_scope": self.gene_scope,
            "jurisdiction": self.jurisdiction,
            "status": self.status,
            "date": self.date,
            "indication": self.indication,
            "evidence_level": self.evidence_level,
            "off_label": self.off_label,
            "source": f"{self.source} (confidence {self.confidence}, {self.as_of})",
        }


def load_therapies(path: Path) -> list[Therapy]:
    """Rows of ``therapies.tsv``, in its order.

    :raises InputError: when a row is neither on nor off label, or its ``as_of`` is no date.
    """
    rows = []
    for row in read_table(path):
        what = f"{path}: {row['drug']} ({row['jurisdiction']}, {row['date']})"
        if row["off_label"] not in {"yes", "no"}:
            raise InputError(f"{what}: off_label is {row['off_label']!r}; write yes or no.")
        try:
            as_of = datetime.date.fromisoformat(row["as_of"])
        except ValueError:
            raise InputError(f"{what}: as_of is {row['as_of']!r}; write YYYY-MM-DD.") from None
        rows.append(
            Therapy(
                drug=row["drug"],
                genes=frozenset(gene.strip() for gene in row["gene_scope"].split(",")),
                gene_scope=row["gene_scope"],
                jurisdiction=row["jurisdiction"],
                status=row["status"],
                date=row["date"],
                indication=row["indication"],
                evidence_level=row["evidence_level"],
                off_label=row["off_label"] == "yes",
                source=row["source"],
                confidence=row["confidence"],
                as_of=as_of,
            )
        )
    return rows


def therapies(
    genes: Collection[str], today: datetime.date, max_age_days: float, rows: Iterable[Therapy]
) -> dict[str, Any]:
    """The therapies of a sample with fusions of ``genes``, for its document.

    :param today: the day of the run.
    :param max_age_days: facts older than this are not printed.
    """
    used = [row for row in rows if row.genes & set(genes)]
    if not used:
        return {
            "as_of": None,
            "stale": False,
            "text": f"The table holds no fact on {' or '.join(sorted(genes))}.",
            "rows": [],
        }
    as_of = min(row.as_of for row in used)
    age = (today - as_of).days
    if age > max_age_days:
        text = (
            f"Not printed: the table of therapies is of {as_of}, {age} days before this run, and "
            f"may be outdated (limit {max_age_days:g} days). Check it against the current labels "
            "and renew its dates, or raise therapies_max_age_days."
        )
        return {"as_of": as_of.isoformat(), "stale": True, "text": text, "rows": []}
    text = (
        f"Facts as of {as_of}, not a recommendation: read the current label. Approvals name their "
        "jurisdiction and date."
    )
    if any(row.off_label for row in used):
        text += " Off-label rows are single cases, not equivalent to an approved TRK inhibitor."
    ordered = sorted(used, key=lambda row: row.off_label)  # stable: the table's order within each
    return {
        "as_of": as_of.isoformat(),
        "stale": False,
        "text": text,
        "rows": [row.to_json() for row in ordered],
    }
