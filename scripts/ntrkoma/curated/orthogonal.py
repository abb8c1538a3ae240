"""What other tests of the same tumour mean (``orthogonal.tsv``)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from ntrkoma.curated.facts import Fact, Sentence
from ntrkoma.model.states import Verdict
from ntrkoma.tables import matching


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


class Meaning(Fact):
    """What a reading means beside a verdict. ``gene``: the fused gene, ``other`` where the assay
    tested a gene that is not fused, or ``any``."""

    TABLE = "orthogonal.tsv"
    KEY = ("assay", "reading", "verdict", "gene")

    assay: Assay
    reading: Result
    verdict: Annotated[str, matching("|".join(["any", *Verdict]), "write a verdict or any")]
    gene: str
    concordance: Concordance
    text: Sentence
