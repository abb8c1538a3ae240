"""Approvals of TRK inhibitors (``therapies.tsv``)."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import model_validator

from ntrkoma.curated.facts import Fact, Gene
from ntrkoma.tables import matching, separated


class Therapy(Fact):
    """One fact. ``date``: of the status, ISO to the day, month or year; ``as_of``: when the fact
    was looked up."""

    TABLE = "therapies.tsv"
    KEY = ("drug", "jurisdiction", "date", "indication")

    drug: str
    gene_scope: Annotated[tuple[Gene, ...], separated(",")]
    jurisdiction: str
    status: str
    date: Annotated[str, matching(r"\d{4}(-\d\d(-\d\d)?)?", "write YYYY-MM-DD, YYYY-MM or YYYY")]
    indication: str
    evidence_level: str = ""
    off_label: bool
    note: str = ""

    @model_validator(mode="after")
    def _is_known_when_looked_up(self) -> Self:
        if self.date > self.as_of.isoformat():
            raise ValueError(f"date {self.date} lies after as_of {self.as_of}; correct one of them")
        return self

    @property
    def genes(self) -> frozenset[str]:
        """Genes whose fusions it is about."""
        return frozenset(self.gene_scope)

    def to_json(self) -> dict[str, Any]:
        """The row of the sample's document."""
        return {
            "drug": self.drug,
            "gene_scope": ", ".join(self.gene_scope),
            "jurisdiction": self.jurisdiction,
            "status": self.status,
            "date": self.date,
            "indication": self.indication,
            "evidence_level": self.evidence_level,
            "off_label": self.off_label,
            "source": f"{self.source} (confidence {self.confidence}, {self.as_of})",
        }
