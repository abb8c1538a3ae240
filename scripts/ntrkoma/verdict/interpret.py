"""From a sample's evidence, and that of its peers, to its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ntrkoma.context import Context
from ntrkoma.curated.orthogonal import Meaning
from ntrkoma.curated.therapies import Therapy
from ntrkoma.evidence.candidates import Candidate
from ntrkoma.evidence.imbalance import Imbalance, background, imbalance_reason, with_background
from ntrkoma.evidence.sample import Evidence
from ntrkoma.model.fusion import Fusion
from ntrkoma.model.junction import Reason
from ntrkoma.model.result import Companion, Gate, SampleResult
from ntrkoma.model.states import Answer, Evaluability, Relation, Status, Verdict
from ntrkoma.verdict.gate import evaluate
from ntrkoma.verdict.grade import decide, grade, in_company, rank
from ntrkoma.verdict.orthogonal import compare
from ntrkoma.verdict.peers import Peer, elsewhere, negatives
from ntrkoma.verdict.therapies import therapies


def starts_tell_in(assay: str) -> bool:
    """Whether start positions tell molecules apart; those of an amplicon all begin alike."""
    return assay != "amplicon"


def gate_of(evidence: Evidence, context: Context, assay: str) -> Gate:
    """Whether an absence of fusions in the sample may be believed."""
    return evaluate(evidence.metrics, context.gate_rules, context.thresholds, assay)


def graded(
    candidates: Iterable[Candidate],
    genes: Sequence[str],
    context: Context,
    fragments_sequenced: int,
    peers: Sequence[Peer] = (),
    *,
    starts_tell: bool = True,
) -> list[Fusion]:
    """Annotated and graded junctions in which one of ``genes`` takes part, best first."""
    if not genes:
        return []
    annotator = context.annotator(genes)
    fusions = (
        grade(
            candidate,
            annotator,
            context.annotation,
            context.knowledge,
            context.thresholds,
            fragments_sequenced,
            context.callers,
            elsewhere(candidate.place, peers),
            starts_tell=starts_tell,
        )
        for candidate in candidates
    )
    found = [fusion for fusion in fusions if fusion is not None]
    return rank(in_company(found, context.knowledge, context.callers))


def interpret(
    sample: str,
    metadata: Mapping[str, str],
    assay: str,
    evidence: Evidence,
    peers: Sequence[Peer],
    shared_junctions: Sequence[Mapping[str, Any]],
    context: Context,
    today: date,
) -> SampleResult:
    """The whole result of one sample.

    :param evidence: with the candidates that were looked for because of the peers.
    :param shared_junctions: junctions of the peers, counted in this sample.
    :param today: the day of the analysis, which facts with an expiry are held against too.
    """
    gate = gate_of(evidence, context, assay)
    fragments = evidence.fragments_sequenced
    told = starts_tell_in(assay)
    fusions = graded(
        evidence.candidates, context.target_genes, context, fragments, peers, starts_tell=told
    )
    companions = companion_answers(evidence, gate, context, peers, starts_tell=told)
    imbalance = {
        gene: _against_negatives(own, peers, evidence, context, assay)
        for gene, own in evidence.imbalance.items()
    }
    above = {f.target_gene for f in fusions if f.status != Status.BELOW_THE_LINE}
    unexplained = imbalance_reason(imbalance, above, context.target_genes)
    verdict, reasons = decide(fusions, gate, unexplained)
    reasons = (*reasons, *_intragenic_reasons(evidence.intragenic))
    detected = sorted({f.target_gene for f in fusions if f.status == Status.REPORTABLE})
    return SampleResult(
        sample=sample,
        metadata=metadata,
        assay=assay,
        mode=context.mode,
        callers_run=tuple(context.callers),
        verdict=verdict,
        reasons=reasons,
        gate=gate,
        detection_limit=evidence.detection_limit,
        fusions=tuple(fusions),
        companions=tuple(companions),
        intragenic=tuple(evidence.intragenic),
        imbalance={gene: found.to_json() for gene, found in imbalance.items()},
        resistance=tuple(evidence.resistance),
        hotspots=tuple(evidence.hotspots),
        orthogonal=tuple(
            compare(
                metadata,
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
        shared_junctions=tuple(shared_junctions),
        library=evidence.library,
        provenance={"analysed": today.isoformat(), **evidence.provenance},
    )


def companion_answers(
    evidence: Evidence,
    gate: Gate,
    context: Context,
    peers: Sequence[Peer],
    *,
    starts_tell: bool = True,
) -> list[Companion]:
    """Per companion gene: a fusion is seen, is not seen, or could not have been seen."""
    targets = set(context.target_genes)
    found = [
        fusion
        for fusion in graded(
            evidence.candidates,
            context.companion_genes,
            context,
            evidence.fragments_sequenced,
            peers,
            starts_tell=starts_tell,
        )
        if not targets & {fusion.side5.gene, fusion.side3.gene}
    ]
    limit = evidence.detection_limit["text"]
    answers = []
    for gene in context.companion_genes:
        own = tuple(f for f in found if gene in (f.side5.gene, f.side3.gene))
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
        assay=assay,
        three_prime_bias=evidence.metrics["three_prime_bias"],
    )


def _intragenic_reasons(events: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(
        Reason("intragenic_event", f"{event['gene']}: {event['name']}. {event['text']}")
        for event in events
    )


def with_candidates(evidence: Evidence, more: Iterable[Candidate]) -> Evidence:
    """The evidence with candidates that were looked for because of another sample."""
    return replace(evidence, candidates=(*evidence.candidates, *more))
