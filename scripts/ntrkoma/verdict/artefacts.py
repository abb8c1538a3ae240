"""Known explanations of a junction other than a gene fusion. They grade, they delete nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.evidence.candidates import Candidate
from ntrkoma.genome.sequence import SPLICE_MOTIFS
from ntrkoma.model.fusion import Elsewhere, Homology, Structure
from ntrkoma.model.junction import Reason
from ntrkoma.model.states import ArtefactClass, HomologyKind, Relation
from ntrkoma.verdict.criteria import Criteria
from ntrkoma.verdict.support import Support
from ntrkoma.wording import counted


class Artefact(NamedTuple):
    """A named explanation other than a gene fusion, and the finding that it is."""

    artefact_class: ArtefactClass
    finding: Reason


def artefact_of(
    structure: Structure,
    candidate: Candidate,
    support: Support,
    criteria: Criteria,
    elsewhere: Iterable[Elsewhere] = (),
) -> Artefact | None:
    """The likeliest known explanation other than a gene fusion, the most specific first."""
    knowledge, thresholds = criteria.knowledge, criteria.thresholds
    return (
        _index_hopping(support, elsewhere, thresholds)
        or _homology(candidate.homology)
        or _known_pair(structure, knowledge)
        or _read_through(structure, thresholds["read_through_max_distance"])
        or _partner_gene(structure, knowledge)
        or _template_switching(structure, candidate, support, thresholds)
    )


def _index_hopping(
    support: Support, elsewhere: Iterable[Elsewhere], thresholds: Mapping[str, float]
) -> Artefact | None:
    for other in elsewhere:
        there = other.junction_reads + other.spanning_fragments
        share = thresholds["index_hopping_max_share"]
        if other.relation == Relation.RUN and support.fragments <= share * there:
            text = (
                f"{other.sample} of the same sequencing run has this junction in {there} "
                f"fragments: {support.fragments} here may be reads with a wrong index"
            )
            return Artefact(ArtefactClass.INDEX_HOPPING, Reason("index_hopping", text))
    return None


def _homology(homology: Homology | None) -> Artefact | None:
    if homology is None:
        return None
    shadow = homology.kind == HomologyKind.OTHER_CANDIDATE
    code = "homology_other_candidate" if shadow else "homology"
    return Artefact(ArtefactClass.HOMOLOGY, Reason(code, homology.text))


def _known_pair(structure: Structure, knowledge: Knowledge) -> Artefact | None:
    pair = knowledge.partners.get((structure.side5.gene or "", structure.side3.gene or ""))
    if pair is None or pair.artefact is None:
        return None
    return Artefact(pair.artefact, Reason(pair.artefact.value, pair.note))


def _read_through(structure: Structure, longest: float) -> Artefact | None:
    if not is_read_through(structure, longest):
        return None
    if structure.side5.gene is None or structure.side3.gene is None:
        text = "joined to unannotated sequence beside the gene: an exon the GTF does not know"
        return Artefact(ArtefactClass.READ_THROUGH, Reason("novel_exon", text))
    text = "neighbours on one strand: read-through transcription needs no rearrangement"
    return Artefact(ArtefactClass.READ_THROUGH, Reason("read_through", text))


def _partner_gene(structure: Structure, knowledge: Knowledge) -> Artefact | None:
    pair = knowledge.partners.get((structure.side5.gene or "", structure.side3.gene or ""))
    if pair is not None and pair.known_fusion:
        return None
    for side, place in (
        (structure.side5, structure.breakpoint5),
        (structure.side3, structure.breakpoint3),
    ):
        if side.gene == structure.target_gene:
            continue
        for genes in knowledge.artefact_genes:
            if genes.fits(side.gene or "", side.biotype or "", place.chrom):
                kind = genes.artefact_class
                text = (
                    f"the partner {side.gene or place} is one of the {kind.value} genes, so "
                    "abundant or variable that chance joins are common"
                )
                return Artefact(kind, Reason(kind.value, text))
    return None


def _template_switching(
    structure: Structure,
    candidate: Candidate,
    support: Support,
    thresholds: Mapping[str, float],
) -> Artefact | None:
    """Both breakpoints inside exons and no splice motif between: no spliceosome made this.

    A break of the genome inside both exons does the same, but its reads begin nearly everywhere;
    those of one jump are copies of one molecule.
    """
    evidence = candidate.merged.count.evidence if candidate.merged.count else None
    inside = all(
        side.sense and side.offset != 0 and side.region not in ("intron", "intergenic")
        for side in (structure.side5, structure.side3)
    )
    if not inside or evidence is None or evidence.splice_motif in SPLICE_MOTIFS:
        return None
    reads, starts = support.junction_reads, support.start_positions
    if starts is None or starts > reads * thresholds["template_switching_max_start_share"]:
        return None
    text = (
        "both breakpoints lie inside exons, without a splice motif, and "
        f"{counted(reads, 'junction read')} begin at {counted(starts, 'position')}"
    )
    spliced = candidate.partner_spliced_per_million
    if spliced is not None and spliced >= thresholds["high_expression_spliced_per_million"]:
        text += f"; the partner is very highly expressed ({spliced:,.0f} spliced per million)"
    return Artefact(
        ArtefactClass.TEMPLATE_SWITCHING,
        Reason("template_switching", f"{text}: as reverse transcriptase makes them"),
    )


def is_read_through(structure: Structure, longest: float) -> bool:
    """Neighbours on one strand, in order of transcription, with no other gene of that strand
    between them: their joint transcript needs no rearrangement of the genome."""
    beside = structure.neighbours
    return beside is not None and beside.distance <= longest and not beside.coding_between
