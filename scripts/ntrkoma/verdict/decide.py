"""From the grades of its junctions and the gate to one verdict per sample."""

from __future__ import annotations

from collections.abc import Iterable

from ntrkoma.model.fusion import Fusion
from ntrkoma.model.junction import Reason
from ntrkoma.model.result import Check, Gate
from ntrkoma.model.states import Evaluability, Status, Verdict
from ntrkoma.verdict.gate import SEVERITY
from ntrkoma.verdict.grade import rank


def gate_reasons(gate: Gate) -> tuple[Reason, ...]:
    """What the sample misses: the worst missed check of each metric."""
    worst: dict[str, Check] = {}
    for check in gate.checks:
        known = worst.get(check.metric)
        if known is None or SEVERITY.index(check.status) > SEVERITY.index(known.status):
            worst[check.metric] = check
    return tuple(
        Reason(f"gate_{check.metric}", check.reason)
        for check in worst.values()
        if check.status != Evaluability.PASS
    )


def decide(
    fusions: Iterable[Fusion], gate: Gate, unexplained: Reason | None = None
) -> tuple[Verdict, tuple[Reason, ...]]:
    """The verdict of a sample and its reasons.

    :param unexplained: an imbalance of a target gene without a junction that explains it. It is
        never positive; but where it is seen in a sound sample, an absence cannot be signed.
    """
    by_status: dict[Status, list[Fusion]] = {status: [] for status in Status}
    for fusion in rank(fusions):
        by_status[fusion.status].append(fusion)
    failed = gate_reasons(gate)
    beside = (unexplained,) if unexplained else ()
    if by_status[Status.REPORTABLE]:
        found = tuple(
            Reason("fusion_reportable", f"{f.vicc}: {f.reasons[0].text}")
            for f in by_status[Status.REPORTABLE]
        )
        return Verdict.DETECTED, found + failed
    if by_status[Status.REVIEW]:
        open_questions = tuple(
            Reason(reason.code, f"{f.vicc}: {reason.text}")
            for f in by_status[Status.REVIEW]
            for reason in f.reasons
        )
        return Verdict.INDETERMINATE, open_questions + beside + failed
    if gate.status == Evaluability.FAIL:
        return Verdict.NOT_EVALUABLE, failed + beside
    if beside:
        return Verdict.INDETERMINATE, beside + failed
    nothing = Reason(
        "no_candidate", "no chimeric transcript of a target gene above the noise level was seen"
    )
    return Verdict.NOT_DETECTED, (nothing, *failed)
