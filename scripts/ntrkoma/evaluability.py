"""The gate: may an absence of fusions in this sample be believed?"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ntrkoma.errors import InputError, hint
from ntrkoma.records import Evaluability
from ntrkoma.sheet import ASSAYS

_LOG_LINE = re.compile(r"\s*(.+?)\s*\|\s*(.+?)%?\s*$")
SEVERITY = (Evaluability.PASS, Evaluability.LIMITED, Evaluability.FAIL)
DEFAULT_ASSAY = "transcriptome"
ALL_ASSAYS = "all"
# A metric that cannot be measured and that nobody misses does not count against the sample.
IGNORED = "ignore"
_COMPARE: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True)
class AlignmentSummary:
    """Fragment counts of STAR's ``Log.final.out``."""

    input_fragments: int
    unique_fragments: int
    unique_share: float
    too_short_share: float


def parse_star_log(lines: Iterable[str], source: str) -> AlignmentSummary:
    """Read ``Log.final.out``; shares are 0-1.

    :raises InputError: when a figure is absent.
    """
    values = {m[1]: m[2] for line in lines if (m := _LOG_LINE.match(line))}

    def figure(name: str) -> float:
        try:
            return float(values[name])
        except (KeyError, ValueError) as error:
            raise InputError(
                f"{source}: no figure for {name!r}; STAR did not finish, delete the file and run "
                "the alignment again."
            ) from error

    return AlignmentSummary(
        input_fragments=int(figure("Number of input reads")),
        unique_fragments=int(figure("Uniquely mapped reads number")),
        unique_share=figure("Uniquely mapped reads %") / 100,
        too_short_share=figure("% of reads unmapped: too short") / 100,
    )


@dataclass(frozen=True)
class Check:
    """One line of the gate."""

    metric: str
    value: float | None
    operator: str
    threshold: float
    status: Evaluability
    reason: str


@dataclass(frozen=True)
class Gate:
    """All checks and what they amount to: the worst of them."""

    status: Evaluability
    checks: tuple[Check, ...]


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


def assay_of(value: str) -> str:
    """The assay of a sample by the word in the sheet; empty means transcriptome.

    :raises InputError: for a word that is no assay, as no rule would hold for it.
    """
    if value and value not in ASSAYS:
        raise InputError(f"assay {value!r} is unknown; {hint(value, ASSAYS)}")
    return value or DEFAULT_ASSAY


def evaluate(
    metrics: Mapping[str, float | None],
    rules: Iterable[GateRule],
    thresholds: Mapping[str, float],
    assay: str = "",
) -> Gate:
    """Apply the rules that hold for an assay.

    :param assay: as in the sheet.
    """
    kind = assay_of(assay)
    checks = []
    for rule in rules:
        if kind not in rule.assays:
            continue
        value, threshold = metrics[rule.metric], thresholds[rule.threshold_name]
        if value is None:
            status = rule.missing
        else:
            met = _COMPARE[rule.operator](value, threshold)
            status = Evaluability.PASS if met else rule.miss
        checks.append(Check(rule.metric, value, rule.operator, threshold, status, rule.reason))
    worst = max((c.status for c in checks), key=SEVERITY.index, default=Evaluability.PASS)
    return Gate(worst, tuple(checks))
