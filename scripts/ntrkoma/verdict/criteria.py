"""What all junctions of a sample are graded by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ntrkoma.context import Context
from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.model.states import Caller


@dataclass(frozen=True)
class Criteria:
    """Curated tables, thresholds and what is known of the whole sample.

    ``callers``: those that ran. ``fragments``: sequenced, for fusion fragments per million (FFPM).
    ``starts_tell``: whether many start positions speak for many molecules. In amplicons they do
    not: fragments of all molecules begin alike.
    """

    knowledge: Knowledge
    thresholds: Mapping[str, float]
    callers: Sequence[Caller]
    fragments: int
    starts_tell: bool = True


def criteria_of(context: Context, assay: str, fragments: int) -> Criteria:
    """The facts of a sample of a run.

    :param assay: as in the sheet.
    :param fragments: sequenced.
    """
    return Criteria(
        context.knowledge, context.thresholds, context.callers, fragments, assay != "amplicon"
    )
