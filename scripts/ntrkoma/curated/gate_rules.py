"""The rules of the evaluability gate (``gate.tsv``)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ntrkoma.model.states import ASSAYS, Evaluability

ALL_ASSAYS = "all"


# A metric that cannot be measured and that nobody misses does not count against the sample.
IGNORED = "ignore"


COMPARISONS: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True)
class GateRule:
    """One rule of the gate as data, for the ``assays`` that it holds for.

    ``miss`` is the state of a sample that does not meet it, ``missing`` that of a sample whose
    metric could not be measured.
    """

    assays: frozenset[str]
    metric: str
    operator: str
    threshold_name: str
    miss: Evaluability
    missing: Evaluability
    reason: str


def parse_gate_rules(rows: Iterable[Mapping[str, str]]) -> tuple[GateRule, ...]:
    """Gate rules from the rows of ``resources/gate.tsv``."""
    return tuple(
        GateRule(
            assays=frozenset(ASSAYS if row["assay"] == ALL_ASSAYS else row["assay"].split(",")),
            metric=row["metric"],
            operator=row["operator"],
            threshold_name=row["threshold"],
            miss=Evaluability(row["miss"]),
            missing=(
                Evaluability.PASS if row["missing"] == IGNORED else Evaluability(row["missing"])
            ),
            reason=row["reason"],
        )
        for row in rows
    )
