"""The rules of the evaluability gate (``gate.tsv``)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ntrkoma.errors import hint
from ntrkoma.model.states import ASSAYS, Evaluability
from ntrkoma.tables import Row, separated

COMPARISONS: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}


def _every_assay(assays: frozenset[str]) -> frozenset[str]:
    """The assays that are meant: ``all`` stands for every one."""
    for unknown in assays - {"all", *ASSAYS}:
        raise ValueError(hint(unknown, ("all", *ASSAYS)))
    return frozenset(ASSAYS) if "all" in assays else assays


class GateRule(Row):
    """One rule of the gate, for the ``assays`` that it holds for.

    ``miss`` is the state of a sample that does not meet it, ``missing`` that of a sample whose
    metric could not be measured: ``ignore`` in the table, a pass here, where nobody misses it.
    """

    TABLE = "gate.tsv"
    KEY = ("assay", "metric", "operator", "threshold", "miss")

    assays: Annotated[frozenset[str], separated(","), AfterValidator(_every_assay)] = Field(
        validation_alias="assay"
    )
    metric: str
    operator: Literal[">=", "<="]
    threshold_name: str = Field(validation_alias="threshold")
    miss: Literal[Evaluability.FAIL, Evaluability.LIMITED]
    missing: Annotated[
        Evaluability, BeforeValidator(lambda cell: Evaluability.PASS if cell == "ignore" else cell)
    ]
    reason: str
