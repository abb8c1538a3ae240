"""Approvals of TRK inhibitors (``therapies.tsv``)."""

from __future__ import annotations

import datetime
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
