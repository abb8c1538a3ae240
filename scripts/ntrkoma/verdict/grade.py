"""From evidence to a grade per fusion.

What a finding does to a grade stands in ``resources/grading.tsv``; here is how it is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.evidence.candidates import Candidate
from ntrkoma.evidence.homology import shares_one_side
from ntrkoma.evidence.merge import MergedCalls, disagreements
from ntrkoma.model.fusion import Assessment, Elsewhere, Fusion, FusionFraction, Structure
from ntrkoma.model.junction import CallerCall, JunctionEvidence, Reason
from ntrkoma.model.states import (
    Caller,
    Frame,
    Heading,
    Kinase,
    Status,
    StructureClass,
    Viewpoint,
)
from ntrkoma.verdict.artefacts import artefact_of
from ntrkoma.verdict.criteria import Criteria
from ntrkoma.verdict.peers import Peer, elsewhere
from ntrkoma.verdict.support import reportable_in_patient, support_findings, support_of
from ntrkoma.wording import counted

_READABLE_FRAMES = (Frame.IN_FRAME, Frame.UTR5_START_RETAINED)

_GRADES = (Status.REPORTABLE, Status.REVIEW, Status.BELOW_THE_LINE)

_NO_EVIDENCE = JunctionEvidence()


def structural_findings(structure: Structure) -> list[Reason]:
    """What the structure of the join lacks to be an actionable fusion."""
    target, side5, side3 = structure.target_gene, structure.side5, structure.side3
    if side5.gene == side3.gene:
        text = f"both sides lie in {target}: an intragenic or circular transcript, not a fusion"
        return [Reason("intragenic", text)]
    own_side = side3 if side3.gene == target else side5
    if not own_side.sense:
        text = f"the join is antisense to {target}, so it is no {target} transcript"
        return [Reason("antisense", text)]
    if own_side is side5:
        text = f"{target} is the 5′ partner; its kinase is not expressed by this transcript"
        return [Reason("target_5prime_only", text)]
    findings = []
    if structure.structure_class == StructureClass.TRUNCATED_ISOFORM:
        findings.append(Reason("truncated_isoform", structure.structure_text))
    elif structure.kinase != Kinase.COMPLETE:
        text = structure.kinase_text
        findings.append(Reason(f"kinase_{structure.kinase.value}", text))
    if structure.frame not in _READABLE_FRAMES:
        findings.append(Reason(f"frame_{structure.frame.value}", structure.frame_note))
    return findings


def agreement_findings(
    merged: MergedCalls, thresholds: Mapping[str, float], elsewhere: Iterable[Elsewhere] = ()
) -> list[Reason]:
    """Where the callers' own words speak against a junction.

    That a caller removed a junction which is known in the patient says nothing against reads of it.
    """
    if merged.by_caller(Caller.JUNCTIONS) is not None:
        return []
    count = merged.count.support if merged.count else 0
    reported = [call for call in merged.calls if not call.discarded_by]
    if not reported:
        if count and reportable_in_patient(elsewhere):
            return []
        filters = ", ".join(sorted({name for call in merged.calls for name in call.discarded_by}))
        if count >= thresholds["report_min_fragments"]:
            text = f"removed by the caller's own filter ({filters}), yet {count} fragments fit it"
            return [Reason("discarded_yet_counted", text)]
        return [Reason("discarded_by_caller", f"removed by the caller's own filter: {filters}")]
    findings = []
    if len({call.caller for call in reported}) == 1 and reported[0].confidence == "low":
        text = f"only {reported[0].caller.words} calls it, at low confidence"
        findings.append(Reason("single_caller_low_confidence", text))
    if merged.count is not None and merged.lead.exact and not count:
        claimed = max(reported, key=lambda call: call.support)
        text = (
            f"{claimed.caller.words} counts {claimed.support} fragments, our own count finds none"
        )
        findings.append(Reason("not_confirmed", text))
    return findings


def grade(
    candidate: Candidate,
    viewpoint: Viewpoint,
    criteria: Criteria,
    elsewhere: Sequence[Elsewhere] = (),
) -> Fusion | None:
    """Grade one junction; None when no gene of the viewpoint takes part.

    :param elsewhere: the junction in other samples of the patient or the run.
    """
    structure = candidate.structures.get(viewpoint)
    if structure is None:
        return None
    merged, knowledge = candidate.merged, criteria.knowledge
    support = support_of(merged, starts_tell=criteria.starts_tell)
    artefact = artefact_of(structure, candidate, support, criteria, elsewhere)
    if artefact is not None and artefact.finding.code == "novel_exon":
        structure = replace(
            structure,
            structure_class=StructureClass.NOVEL_EXON,
            structure_text=artefact.finding.text,
        )
    findings = structural_findings(structure)
    if artefact is not None:
        findings.append(artefact.finding)
    findings += support_findings(support, criteria.thresholds, elsewhere)
    findings += agreement_findings(merged, criteria.thresholds, elsewhere)
    known = knowledge.partners.get((structure.side5.gene or "", structure.side3.gene or ""))
    own = merged.count.evidence if merged.count else None
    fusion = Fusion(
        structure=structure,
        exact=merged.lead.exact,
        inserted=merged.lead.inserted,
        junction_reads=support.junction_reads,
        spanning_fragments=support.spanning_fragments,
        ffpm=round(1e6 * support.fragments / criteria.fragments, 4) if criteria.fragments else None,
        support_from=support.source,
        evidence=own or _NO_EVIDENCE,
        fusion_fraction=candidate.fraction,
        homology=candidate.homology,
        calls=merged.calls,
        disagreements=disagreements(merged, structure),
        known_partner=known is not None and known.known_fusion,
        artefact_class=artefact.artefact_class if artefact else None,
        elsewhere=tuple(elsewhere),
        assessment=(),
        clingen=clingen_headings(structure, knowledge, candidate.fraction),
        status=Status.REPORTABLE,
        reasons=(),
    )
    return _with_findings(fusion, findings, criteria)


def _with_findings(fusion: Fusion, findings: Sequence[Reason], criteria: Criteria) -> Fusion:
    """The fusion with grade, reasons and the assessment under each heading."""
    grading = criteria.knowledge.grading
    agreement = agreement_words(fusion.calls, criteria.callers)

    def effect(found: Iterable[Reason]) -> Status:
        effects = (grading[finding.code].effect for finding in found)
        return max(effects, key=_GRADES.index, default=Status.REPORTABLE)

    passed = {
        Heading.STRUCTURE: (
            f"{fusion.target_gene} is the 3′ sense partner, the reading frame continues and the "
            "kinase domain is complete"
        ),
        Heading.SUPPORT: (
            f"{counted(fusion.junction_reads, 'junction read')} and "
            f"{counted(fusion.spanning_fragments, 'spanning fragment')}: above the reporting "
            "threshold"
        ),
        Heading.ARTEFACT: "no known artefact explains it",
        Heading.AGREEMENT: agreement,
    }
    assessment = []
    for heading in Heading:
        under = [f for f in findings if grading[f.code].heading == heading]
        words = "; ".join(finding.text for finding in under)
        if heading == Heading.AGREEMENT and words:
            words = f"{words}; {agreement}"
        assessment.append(Assessment(heading, effect(under), words or passed[heading]))
    reasons = tuple(findings) or (
        Reason(
            "actionable_structure",
            f"{passed[Heading.STRUCTURE]}, and the support is above the reporting threshold",
        ),
    )
    return replace(fusion, assessment=tuple(assessment), status=effect(findings), reasons=reasons)


def clingen_headings(
    structure: Structure, knowledge: Knowledge, fraction: FusionFraction
) -> tuple[tuple[str, str], ...]:
    """Facts under the four headings by which ClinGen's NTRK panel weighs a fusion.

    Facts only: the class is for the person who signs. Source of the headings: ClinGen NTRK SC-VCEP
    (doi 10.1016/j.cancergen.2024.08.044).
    """
    pair = knowledge.partners.get((structure.side5.gene or "", structure.side3.gene or ""))
    if pair is not None and pair.known_fusion:
        association = f"{structure.name} was seen before" + "".join(
            f"{joint} {words}"
            for joint, words in ((" in:", pair.tumour_types), (";", pair.note))
            if words
        )
    elif pair is not None and pair.artefact is None:
        association = f"{structure.name} stands in a list of pairs; its source was not read"
    else:
        association = f"{structure.name} is not in our table; most partners are seen once only"
    whole = structure.kinase == Kinase.COMPLETE and structure.frame in _READABLE_FRAMES
    if not structure.target_gene.startswith("NTRK"):
        validity = "not weighed here: the headings are those for NTRK1, NTRK2 and NTRK3"
    elif whole and structure.side3.gene == structure.target_gene:
        validity = (
            "TRK inhibitors are approved for NTRK fusions whatever the partner, see the dated list "
            "of therapies; that this pair responds is not implied"
        )
    else:
        validity = (
            "TRK inhibitors act on the kinase, which this transcript does not carry whole and "
            "readable"
        )
    three = fraction.three
    function = (
        f"the junction makes up {three:.0%} of the splicing at the {structure.side3.gene} side"
        if three is not None
        else "the junction's share of the expression cannot be counted"
    )
    return (
        ("structure", f"{structure.structure_text}; {structure.kinase_text}"),
        ("cancer_association", association),
        ("clinical_validity", validity),
        ("function", f"{function}; the protein and its activity are not measured by this assay"),
    )


def agreement_words(calls: Iterable[CallerCall], callers: Collection[Caller]) -> str:
    """Which of the callers that ran report the junction, remove it, or do not see it."""
    seen = list(calls)
    reported = {call.caller for call in seen if not call.discarded_by}
    removed = {call.caller for call in seen} - reported
    parts = []
    for words, group in (
        ("reported by", reported),
        ("removed by its own filter in", removed),
        ("not seen by", set(callers) - reported - removed),
    ):
        if group:
            parts.append(f"{words} {', '.join(sorted(caller.words for caller in group))}")
    return "; ".join(parts)


def in_company(fusions: Iterable[Fusion], criteria: Criteria) -> list[Fusion]:
    """The fusions of a sample, regraded where another of its junctions says what one is."""
    alone = list(fusions)
    graded = [_shadow_alone(fusion, alone, criteria) for fusion in alone]
    forward: dict[tuple[str | None, str | None], Fusion] = {
        (f.gene3, f.gene5): f
        for f in sorted(graded, key=lambda f: f.support)
        if f.gene3 == f.target_gene and f.status != Status.BELOW_THE_LINE
    }
    return [
        _reciprocal(fusion, forward[fusion.gene5, fusion.gene3], criteria)
        if fusion.structure.structure_class == StructureClass.TARGET_5PRIME
        and (fusion.gene5, fusion.gene3) in forward
        else fusion
        for fusion in graded
    ]


def _shadow_alone(fusion: Fusion, others: Iterable[Fusion], criteria: Criteria) -> Fusion:
    """A shadow may be left below the line only while what throws it is above."""
    if not any(reason.code == "homology_other_candidate" for reason in fusion.reasons):
        return fusion
    above = [other for other in others if other.status != Status.BELOW_THE_LINE]
    if any(shares_one_side(fusion.place, other.place) for other in above):
        return fusion
    findings = [
        Reason("homology", f"{reason.text}; but that junction is itself below the line")
        if reason.code == "homology_other_candidate"
        else reason
        for reason in fusion.reasons
    ]
    return _with_findings(fusion, findings, criteria)


def _reciprocal(fusion: Fusion, main: Fusion, criteria: Criteria) -> Fusion:
    text = f"the other product of {main.name}, which supports the rearrangement; no kinase"
    findings = [
        Reason("reciprocal", text) if reason.code == "target_5prime_only" else reason
        for reason in fusion.reasons
    ]
    structure = replace(
        fusion.structure, structure_class=StructureClass.RECIPROCAL, structure_text=text
    )
    return _with_findings(replace(fusion, structure=structure), findings, criteria)


def rank(fusions: Iterable[Fusion]) -> list[Fusion]:
    """Fusions by grade, then support, then place: the order of every table."""
    return sorted(
        fusions,
        key=lambda f: (_GRADES.index(f.status), -f.support, f.breakpoint5, f.breakpoint3),
    )


def graded(
    candidates: Iterable[Candidate],
    viewpoint: Viewpoint,
    criteria: Criteria,
    peers: Sequence[Peer] = (),
) -> list[Fusion]:
    """Graded junctions in which a gene of the viewpoint takes part, best first."""
    fusions = (
        grade(candidate, viewpoint, criteria, elsewhere(candidate.place, peers))
        for candidate in candidates
    )
    found = [fusion for fusion in fusions if fusion is not None]
    return rank(in_company(found, criteria))
