"""From evidence to a grade per fusion and one verdict per sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from ntrkoma.annotate import Annotator, Structure
from ntrkoma.evaluability import SEVERITY, Check, Gate
from ntrkoma.knowledge import Knowledge
from ntrkoma.merge import MergedCalls, disagreements
from ntrkoma.records import (
    ArtefactClass,
    Breakpoint,
    Caller,
    Evaluability,
    Frame,
    Fusion,
    Kinase,
    Reason,
    Status,
    Verdict,
)
from ntrkoma.transcripts import Annotation

_READABLE_FRAMES = (Frame.IN_FRAME, Frame.UTR5_START_RETAINED)
_GRADES = (Status.REPORTABLE, Status.REVIEW, Status.BELOW_THE_LINE)


@dataclass(frozen=True)
class Support:
    """Fragments behind a junction and where the figures come from."""

    junction_reads: int
    spanning_fragments: int
    start_positions: int | None
    source: Caller
    exact: bool

    @property
    def fragments(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments


class Finding(NamedTuple):
    """One thing that keeps a fusion from being reportable, and how far down it puts it."""

    status: Status
    reason: Reason


def support_of(merged: MergedCalls) -> Support:
    """Our own count where our caller saw the junction, else the best caller's."""
    call = merged.support
    return Support(
        junction_reads=call.junction_reads,
        spanning_fragments=call.spanning_fragments,
        start_positions=call.evidence.start_positions if call.evidence else None,
        source=call.caller,
        exact=call.exact,
    )


def structural_findings(structure: Structure) -> list[Finding]:
    """What the structure of the join lacks to be an actionable fusion."""
    target, side5, side3 = structure.target_gene, structure.side5, structure.side3
    if side5.gene == side3.gene:
        text = f"both sides lie in {target}: an intragenic or circular transcript, not a fusion"
        return [Finding(Status.BELOW_THE_LINE, Reason("intragenic", text))]
    own_side = side3 if side3.gene == target else side5
    if not own_side.sense:
        text = f"the join is antisense to {target}, so it is no {target} transcript"
        return [Finding(Status.BELOW_THE_LINE, Reason("antisense", text))]
    if own_side is side5:
        text = f"{target} is the 5′ partner; its kinase is not expressed by this transcript"
        return [Finding(Status.REVIEW, Reason("target_5prime_only", text))]
    findings = []
    if structure.kinase != Kinase.COMPLETE:
        share = f"{structure.kinase_fraction:.0%} of the kinase domain is retained"
        code = f"kinase_{structure.kinase.value}"
        findings.append(Finding(Status.REVIEW, Reason(code, share)))
    if structure.frame not in _READABLE_FRAMES:
        code = f"frame_{structure.frame.value}"
        findings.append(Finding(Status.REVIEW, Reason(code, structure.frame_note)))
    return findings


def support_findings(support: Support, thresholds: Mapping[str, float]) -> list[Finding]:
    """What the support lacks, against the reporting and the review thresholds."""
    count = (
        f"{support.junction_reads} junction read(s) and {support.spanning_fragments} spanning "
        "fragment(s)"
    )
    if not support.exact or support.junction_reads == 0:
        enough = support.fragments >= thresholds["review_min_spanning_only"]
        status = Status.REVIEW if enough else Status.BELOW_THE_LINE
        return [Finding(status, Reason("no_junction_read", f"{count}: no read crosses the join"))]
    if support.fragments < thresholds["review_min_fragments"]:
        text = f"{count}: fewer than needed to tell it from noise"
        return [Finding(Status.BELOW_THE_LINE, Reason("support_noise_level", text))]
    starts = support.start_positions
    if (
        support.fragments < thresholds["report_min_fragments"]
        or support.junction_reads < thresholds["report_min_junction_reads"]
    ):
        text = f"{count}: below the reporting threshold"
        return [Finding(Status.REVIEW, Reason("support_below_threshold", text))]
    if starts is not None and starts < thresholds["report_min_start_positions"]:
        text = f"all junction reads begin at {starts} position(s): possibly one molecule"
        return [Finding(Status.REVIEW, Reason("few_start_positions", text))]
    return []


def caller_findings(merged: MergedCalls) -> list[Finding]:
    """What the callers' own grading takes away when our count does not stand beside it."""
    if merged.by_caller(Caller.JUNCTIONS) is not None:
        return []
    reported = [call for call in merged.calls if not call.discarded_by]
    if not reported:
        filters = sorted({name for call in merged.calls for name in call.discarded_by})
        text = f"removed by the caller's own filter: {', '.join(filters)}"
        return [Finding(Status.BELOW_THE_LINE, Reason("discarded_by_caller", text))]
    if len({call.caller for call in reported}) == 1 and reported[0].confidence == "low":
        text = f"only {reported[0].caller.value} calls it, at low confidence"
        return [Finding(Status.REVIEW, Reason("single_caller_low_confidence", text))]
    return []


def artefact_class(
    structure: Structure, annotation: Annotation, knowledge: Knowledge, longest: float
) -> ArtefactClass | None:
    """Known explanations other than a gene fusion.

    :param longest: most nt between neighbours whose joint transcript counts as read-through.
    """
    pair = knowledge.partners.get((structure.side5.gene or "", structure.side3.gene or ""))
    if pair is not None and pair.artefact:
        return ArtefactClass.KNOWN_ARTEFACT_PAIR
    if is_read_through(structure, annotation, longest):
        return ArtefactClass.READ_THROUGH
    return None


def is_read_through(structure: Structure, annotation: Annotation, longest: float) -> bool:
    """Neighbours on one strand, in order of transcription, with no other gene of that strand
    between them: their joint transcript needs no rearrangement of the genome."""
    five, three = structure.breakpoint5, structure.breakpoint3
    sides = (structure.side5, structure.side3)
    if structure.side5.gene == structure.side3.gene:
        return False
    if (five.chrom, five.strand) != (three.chrom, three.strand):
        return False
    if not all(side.sense or side.gene is None for side in sides):
        return False
    gap = three.pos - five.pos if five.strand == "+" else five.pos - three.pos
    if gap <= 0:
        return False
    low, high = sorted((five.pos, three.pos))
    between = [
        transcript
        for transcript in annotation.overlapping(five.chrom, low, high)
        if transcript.strand == five.strand
    ]
    ends = {side.gene for side in sides if side.gene}
    spans = {
        gene: (
            min(t.start for t in between if t.gene == gene),
            max(t.end for t in between if t.gene == gene),
        )
        for gene in {t.gene for t in between}
    }
    if _distance_between(structure, spans) > longest:
        return False
    return not any(
        gene not in ends and low < start and end < high
        for gene, (start, end) in spans.items()
        if any(t.gene == gene and t.coding for t in between)
    )


def _distance_between(structure: Structure, spans: Mapping[str, tuple[int, int]]) -> int:
    """nt between the two genes; an unannotated side counts from its breakpoint."""

    def span(gene: str | None, side: Breakpoint) -> tuple[int, int]:
        return spans.get(gene or "", (side.pos, side.pos))

    five = span(structure.side5.gene, structure.breakpoint5)
    three = span(structure.side3.gene, structure.breakpoint3)
    return max(0, max(five[0], three[0]) - min(five[1], three[1]))


def grade(
    merged: MergedCalls,
    annotator: Annotator,
    annotation: Annotation,
    knowledge: Knowledge,
    thresholds: Mapping[str, float],
    library_fragments: int,
) -> Fusion | None:
    """Annotate and grade one junction; None when no target gene takes part.

    :param library_fragments: fragments sequenced, for fusion fragments per million (FFPM).
    """
    lead = merged.lead
    structure = annotator.annotate(lead.breakpoint5, lead.breakpoint3, lead.inserted)
    if not structure.target_gene:
        return None
    if not lead.exact:
        structure = replace(
            structure,
            frame=Frame.UNKNOWN,
            frame_note="no read places the breakpoint",
            protein_length=None,
        )
    support = support_of(merged)
    artefact = artefact_class(
        structure, annotation, knowledge, thresholds["read_through_max_distance"]
    )
    findings = structural_findings(structure)
    unknown_side = structure.side5.gene is None or structure.side3.gene is None
    if artefact == ArtefactClass.READ_THROUGH and unknown_side:
        text = "joined to unannotated sequence beside the gene: an exon the GTF does not know"
        findings.append(Finding(Status.BELOW_THE_LINE, Reason("novel_exon", text)))
    elif artefact == ArtefactClass.READ_THROUGH:
        text = "neighbours on one strand: read-through transcription needs no rearrangement"
        findings.append(Finding(Status.REVIEW, Reason("read_through", text)))
    elif artefact == ArtefactClass.KNOWN_ARTEFACT_PAIR:
        pair = knowledge.partners[structure.side5.gene or "", structure.side3.gene or ""]
        findings.append(Finding(Status.REVIEW, Reason("known_artefact_pair", pair.note)))
    findings += support_findings(support, thresholds)
    findings += caller_findings(merged)
    status = max((f.status for f in findings), key=_GRADES.index, default=Status.REPORTABLE)
    reasons = tuple(f.reason for f in findings) or (
        Reason(
            "actionable_structure",
            f"{structure.target_gene} is the 3′ sense partner, the reading frame continues, the "
            "kinase domain is complete and the support is above the reporting threshold",
        ),
    )
    known = knowledge.partners.get((structure.side5.gene or "", structure.side3.gene or ""))
    evidence_call = merged.by_caller(Caller.JUNCTIONS)
    return Fusion(
        name=structure.name,
        vicc=structure.vicc,
        hgvs=structure.hgvs,
        breakpoint5=structure.breakpoint5,
        breakpoint3=structure.breakpoint3,
        exact=lead.exact,
        side5=structure.side5,
        side3=structure.side3,
        target_gene=structure.target_gene,
        inserted=lead.inserted,
        frame=structure.frame,
        frame_note=structure.frame_note,
        protein_length=structure.protein_length,
        kinase=structure.kinase,
        kinase_fraction=structure.kinase_fraction,
        transmembrane_retained=structure.transmembrane_retained,
        junction_reads=support.junction_reads,
        spanning_fragments=support.spanning_fragments,
        ffpm=(round(1e6 * support.fragments / library_fragments, 4) if library_fragments else None),
        support_from=support.source,
        evidence=evidence_call.evidence if evidence_call else None,
        calls=merged.calls,
        disagreements=disagreements(
            merged, structure.frame, structure.side5.gene, structure.side3.gene
        ),
        known_partner=known is not None and known.known_fusion,
        artefact_class=artefact,
        status=status,
        reasons=reasons,
    )


def rank(fusions: Iterable[Fusion]) -> list[Fusion]:
    """Fusions by grade, then support, then place: the order of every table."""
    return sorted(
        fusions,
        key=lambda f: (_GRADES.index(f.status), -f.support, f.breakpoint5, f.breakpoint3),
    )


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


def decide(fusions: Iterable[Fusion], gate: Gate) -> tuple[Verdict, tuple[Reason, ...]]:
    """The verdict of a sample and its reasons."""
    by_status: dict[Status, list[Fusion]] = {status: [] for status in Status}
    for fusion in rank(fusions):
        by_status[fusion.status].append(fusion)
    failed = gate_reasons(gate)
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
        return Verdict.INDETERMINATE, open_questions + failed
    if gate.status == Evaluability.FAIL:
        return Verdict.NOT_EVALUABLE, failed
    nothing = Reason(
        "no_candidate", "no chimeric transcript of a target gene above the noise level was seen"
    )
    return Verdict.NOT_DETECTED, (nothing, *failed)
