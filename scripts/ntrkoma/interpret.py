"""From callers' candidates and the alignment's figures to the result of one sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntrkoma.annotate import Annotator
from ntrkoma.evaluability import (
    AlignmentSummary,
    GateRule,
    control_gene_fragments,
    evaluate,
    gate_metrics,
)
from ntrkoma.knowledge import Knowledge
from ntrkoma.merge import merge
from ntrkoma.records import Caller, CallerCall, Fusion
from ntrkoma.results import SampleResult
from ntrkoma.sequence import Genome
from ntrkoma.transcripts import Annotation
from ntrkoma.verdict import decide, grade, rank


@dataclass(frozen=True)
class Context:
    """What all samples of a run share."""

    annotation: Annotation
    genome: Genome
    knowledge: Knowledge
    gate_rules: Sequence[GateRule]
    thresholds: Mapping[str, float]
    target_genes: Sequence[str]
    companion_genes: Sequence[str]
    mode: str
    callers: Sequence[Caller]


def graded(
    calls: Iterable[CallerCall], genes: Sequence[str], context: Context, library_fragments: int
) -> list[Fusion]:
    """Merged, annotated and graded junctions in which one of ``genes`` takes part, best first."""
    if not genes:
        return []
    annotator = Annotator(context.annotation, context.genome, context.knowledge, genes)
    merged = merge(calls, annotator, int(context.thresholds["merge_tolerance"]))
    fusions = (
        grade(
            junction,
            annotator,
            context.annotation,
            context.knowledge,
            context.thresholds,
            library_fragments,
        )
        for junction in merged
    )
    return rank(fusion for fusion in fusions if fusion is not None)


def interpret(
    sample: str,
    metadata: Mapping[str, str],
    calls: Iterable[CallerCall],
    alignment: AlignmentSummary,
    splice_junctions: Iterable[str],
    library_fragments: int,
    provenance: Mapping[str, Any],
    context: Context,
) -> SampleResult:
    """The whole result of one sample.

    :param calls: candidates of all callers that ran, discarded ones included.
    :param splice_junctions: lines of STAR's ``SJ.out.tab``.
    :param library_fragments: fragments sequenced, before trimming.
    """
    candidates = list(calls)
    fusions = graded(candidates, context.target_genes, context, library_fragments)
    targets = set(context.target_genes)
    companions = [
        fusion
        for fusion in graded(candidates, context.companion_genes, context, library_fragments)
        if not targets & {fusion.side5.gene, fusion.side3.gene}
    ]
    controls = control_gene_fragments(
        splice_junctions, context.annotation, context.knowledge.control_genes
    )
    metrics = gate_metrics(alignment, controls, context.thresholds)
    gate = evaluate(metrics, context.gate_rules, context.thresholds)
    verdict, reasons = decide(fusions, gate)
    return SampleResult(
        sample=sample,
        metadata=metadata,
        mode=context.mode,
        callers_run=tuple(context.callers),
        verdict=verdict,
        reasons=reasons,
        gate=gate,
        fusions=tuple(fusions),
        companions=tuple(companions),
        alignment=alignment,
        library_fragments=library_fragments,
        control_genes=controls,
        provenance=provenance,
    )
