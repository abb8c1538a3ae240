"""What other tests of the same tumour mean (``orthogonal.tsv``)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ntrkoma.tables import read_table


class Assay(StrEnum):
    """Columns of the sample sheet."""

    IHC = "pan_trk_ihc"
    FISH = "ntrk_fish"


class Result(StrEnum):
    """How an entry is read."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    EQUIVOCAL = "equivocal"
    NOT_INTERPRETABLE = "not_interpretable"


class Concordance(StrEnum):
    """Whether another assay's result agrees with the RNA verdict."""

    CONCORDANT = "concordant"
    DISCORDANT = "discordant"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True)
class Meaning:
    """What a reading means beside a verdict. ``gene``: the fused gene, ``other`` where the assay
    tested a gene that is not fused, or ``any``."""

    assay: Assay
    reading: Result
    verdict: str
    gene: str
    concordance: Concordance
    text: str


def load_meanings(path: Path) -> list[Meaning]:
    """Rows of ``orthogonal.tsv``."""
    return [
        Meaning(
            assay=Assay(row["assay"]),
            reading=Result(row["reading"]),
            verdict=row["verdict"],
            gene=row["gene"],
            concordance=Concordance(row["concordance"]),
            text=row["text"],
        )
        for row in read_table(path)
    ]
