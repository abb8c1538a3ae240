"""The result of one sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ntrkoma.model.fusion import Fusion
from ntrkoma.model.junction import Reason
from ntrkoma.model.states import Answer, Caller, Evaluability, Verdict


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
class Companion:
    """What is said of a gene that is reported apart."""

    gene: str
    answer: Answer
    text: str
    fusions: tuple[Fusion, ...]


@dataclass(frozen=True)
class SampleResult:
    """Everything known of one sample; mappings are in their published form."""

    sample: str
    metadata: Mapping[str, str]
    assay: str
    mode: str
    callers_run: tuple[Caller, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...]
    gate: Gate
    detection_limit: Mapping[str, Any]
    fusions: tuple[Fusion, ...]
    companions: tuple[Companion, ...]
    intragenic: tuple[Mapping[str, Any], ...]
    imbalance: Mapping[str, Mapping[str, Any]]
    resistance: tuple[Mapping[str, Any], ...]
    hotspots: tuple[Mapping[str, Any], ...]
    orthogonal: tuple[Mapping[str, Any], ...]
    therapies: Mapping[str, Any] | None
    shared_junctions: tuple[Mapping[str, Any], ...]
    library: Mapping[str, Any]
    provenance: Mapping[str, Any]
