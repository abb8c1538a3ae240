"""The gate: may an absence of fusions in this sample be believed?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ntrkoma.context import Context
from ntrkoma.curated.gate_rules import COMPARISONS, GateRule
from ntrkoma.evidence.sample import Evidence
from ntrkoma.model.result import Check, Gate
from ntrkoma.model.states import Evaluability, assay_of

SEVERITY = (Evaluability.PASS, Evaluability.LIMITED, Evaluability.FAIL)


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
            met = COMPARISONS[rule.operator](value, threshold)
            status = Evaluability.PASS if met else rule.miss
        checks.append(Check(rule.metric, value, rule.operator, threshold, status, rule.reason))
    worst = max((c.status for c in checks), key=SEVERITY.index, default=Evaluability.PASS)
    return Gate(worst, tuple(checks))


def gate_of(evidence: Evidence, context: Context, assay: str) -> Gate:
    """The gate of a sample of a run."""
    return evaluate(evidence.metrics, context.gate_rules, context.thresholds, assay)
