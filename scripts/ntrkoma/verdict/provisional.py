"""What a sample tells its peers, before it has heard of them."""

from __future__ import annotations

from ntrkoma.context import Context
from ntrkoma.evidence.sample import Evidence
from ntrkoma.model.states import Viewpoint
from ntrkoma.verdict.criteria import criteria_of
from ntrkoma.verdict.gate import gate_of
from ntrkoma.verdict.grade import graded
from ntrkoma.verdict.peers import Shared, share


def provisional(sample: str, assay: str, evidence: Evidence, context: Context) -> Shared:
    """A sample's junctions, graded by its own evidence, its gate and its imbalance."""
    criteria = criteria_of(context, assay, evidence.fragments_sequenced)
    fusions = graded(evidence.candidates, Viewpoint.TARGET, criteria)
    gate = gate_of(evidence, context, assay)
    return share(sample, gate.status, fusions, evidence.imbalance)
