"""From a sample's evidence, and that of its peers, to its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ntrkoma.context import Context
from ntrkoma.curated.orthogonal import Meaning
from ntrkoma.curated.therapies import Therapy
from ntrkoma.evidence.imbalance import (
    Imbalance,
    Library,
    background,
    imbalance_reason,
    with_background,
)
from ntrkoma.evidence.sample import Evidence
from ntrkoma.model.fusion import Fusion
from ntrkoma.model.junction import Reason
from ntrkoma.model.result import Companion, Gate, SampleResult
from ntrkoma.model.states import Answer, Evaluability, Relation, Status, Verdict, Viewpoint
from ntrkoma.verdict.criteria import criteria_of
from ntrkoma.verdict.decide import decide
from ntrkoma.verdict.gate import gate_of
from ntrkoma.verdict.grade import graded
from ntrkoma.verdict.orthogonal import compare
from ntrkoma.verdict.peers import Peer, Related, negatives
from ntrkoma.verdict.therapies import therapies


@dataclass(frozen=True)
class SampleInfo:
    """What the sheet says of a sample; ``metadata``: its optional columns."""

    name: str
    metadata: Mapping[str, str]
    assay: str


def interpret(
    sample: SampleInfo, evidence: Evidence, related: Related, context: Context, today: date
) -> SampleResult:
    """The whole result of one sample.

    :param evidence: with the candidates that were looked for because of the peers.
    :param today: the day of the analysis, which facts with an expiry are held against too.
    """
    criteria = criteria_of(context, sample.assay, evidence.fragments_sequenced)
    gate = gate_of(evidence, context, sample.assay)
    fusions = graded(evidence.candidates, Viewpoint.TARGET, criteria, related.peers)
    of_companions = graded(evidence.candidates, Viewpoint.COMPANION, criteria, related.peers)
    imbalance = {
        gene: _against_negatives(own, related.peers, evidence, context, sample.assay)
        for gene, own in evidence.imbalance.items()
    }
    above = {f.target_gene for f in fusions if f.status != Status.BELOW_THE_LINE}
    unexplained = imbalance_reason(imbalance, above, context.target_genes)
    verdict, reasons = decide(fusions, gate, unexplained)
    reasons = (*reasons, *_intragenic_reasons(evidence.intragenic))
    detected = sorted({f.target_gene for f in fusions if f.status == Status.REPORTABLE})
    return SampleResult(
        sample=sample.name,
        metadata=sample.metadata,
        assay=sample.assay,
        mode=context.mode,
        callers_run=tuple(context.callers),
        verdict=verdict,
        reasons=reasons,
        gate=gate,
        detection_limit=evidence.detection_limit,
        fusions=tuple(fusions),
        companions=tuple(companion_answers(of_companions, evidence, gate, context)),
        intragenic=tuple(evidence.intragenic),
        imbalance={gene: found.to_json() for gene, found in imbalance.items()},
        resistance=tuple(evidence.resistance),
        hotspots=tuple(evidence.hotspots),
        orthogonal=tuple(
            compare(
                sample.metadata,
                verdict.value,
                detected or sorted(above),
                Meaning.read(context.resources),
            )
        ),
        therapies=therapies(
            detected,
            today,
            int(context.thresholds["therapies_max_age_days"]),
            Therapy.read(context.resources),
        )
        if verdict == Verdict.DETECTED
        else None,
        shared_junctions=tuple(related.junctions),
        library=evidence.library,
        provenance={"analysed": today.isoformat(), **evidence.provenance},
    )


def companion_answers(
    fusions: Iterable[Fusion], evidence: Evidence, gate: Gate, context: Context
) -> list[Companion]:
    """Per companion gene: a fusion is seen, is not seen, or could not have been seen.

    :param fusions: graded for the companion genes.
    """
    targets = set(context.target_genes)
    found = [fusion for fusion in fusions if not targets & {fusion.gene5, fusion.gene3}]
    limit = evidence.detection_limit["text"]
    answers = []
    for gene in context.companion_genes:
        own = tuple(f for f in found if gene in (f.gene5, f.gene3))
        above = [f for f in own if f.status != Status.BELOW_THE_LINE]
        if above:
            words = ", ".join(f"{f.vicc} ({f.status.value.replace('_', ' ')})" for f in above)
            answers.append(
                Companion(gene, Answer.SEEN, f"{gene} fusion transcript seen: {words}.", own)
            )
        elif gene not in evidence.imbalance:
            text = f"{gene} is not in the annotation, so nothing can be said of it."
            answers.append(Companion(gene, Answer.NOT_ASSESSABLE, text, own))
        elif gate.status == Evaluability.FAIL:
            text = f"The sample failed the gate: an absence of {gene} fusions says nothing."
            answers.append(Companion(gene, Answer.NOT_ASSESSABLE, text, own))
        else:
            answers.append(Companion(gene, Answer.NOT_SEEN, f"No {gene} fusion seen. {limit}", own))
    return answers


def _against_negatives(
    own: Imbalance, peers: Sequence[Peer], evidence: Evidence, context: Context, assay: str
) -> Imbalance:
    of_run = [peer for peer in peers if peer.relation == Relation.RUN]
    ratios = background(negatives(own.gene, of_run), context.thresholds)
    return with_background(
        own,
        ratios,
        context.thresholds,
        context.imbalance_parts,
        Library(assay, evidence.metrics["three_prime_bias"]),
    )


def _intragenic_reasons(events: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(
        Reason("intragenic_event", f"{event['gene']}: {event['name']}. {event['text']}")
        for event in events
    )
