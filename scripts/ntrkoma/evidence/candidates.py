"""Every caller's candidates with the same evidence beside each: counted on the sample's own reads.

Callers count in their own ways, and one that was not asked counts nothing. So each junction that
any of them names is looked for again in the reads, set against the wild-type splicing there, and
annotated once, for all that comes later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ntrkoma.annotation.placement import normalise
from ntrkoma.calling.fused_reads import FEWEST_READS, FusedTranscripts
from ntrkoma.calling.junctions import to_call
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.context import Context
from ntrkoma.evidence.merge import MergedCalls
from ntrkoma.genome.loci import Loci
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.fusion import FusionFraction, Homology, Structure
from ntrkoma.model.junction import CallerCall, Junction, Place
from ntrkoma.model.states import Caller, CountedBy, Viewpoint
from ntrkoma.programs.splices import SpliceJunctions, read_splice_junctions


@dataclass(frozen=True)
class SampleReads:
    """What candidates of a sample are counted on.

    ``unique_fragments``: uniquely mapped ones of the whole sample. ``copies``: how copies of one
    molecule are known.
    """

    kept: KeptReads
    splices: SpliceJunctions
    unique_fragments: int
    copies: Copies = Copies.POSITION

    @classmethod
    def of_files(
        cls, bam: Path, splice_junctions: Path, unique_fragments: int, copies: Copies
    ) -> SampleReads:
        """From an evidence BAM and STAR's ``SJ.out.tab``."""
        splices = SpliceJunctions(read_splice_junctions(splice_junctions))
        return cls(KeptReads(bam), splices, unique_fragments, copies)


@dataclass(frozen=True)
class Candidate:
    """One junction with all that is known of it before it is graded.

    ``structures``: the junction, annotated, from each viewpoint whose genes take part.
    ``partner_spliced_per_million``: fragments at the busiest intron of the gene that is no target,
    per million uniquely mapped ones; None where neither side has introns to look at.
    """

    merged: MergedCalls
    structures: Mapping[Viewpoint, Structure]
    fraction: FusionFraction
    partner_spliced_per_million: float | None
    homology: Homology | None = None

    @property
    def place(self) -> Place:
        """Breakpoints and inserted bases."""
        return self.merged.place

    @property
    def fragments(self) -> int:
        """Fragments that support the junction."""
        return self.merged.support.support


@dataclass(frozen=True)
class FoundJunctions:
    """Candidates of a sample, and the fragments of each exact junction by its place."""

    candidates: tuple[Candidate, ...]
    fragments: Mapping[Place, Junction]

    @property
    def names(self) -> set[str]:
        """Fragments that support a candidate."""
        junctions = (self.fragments.get(candidate.place) for candidate in self.candidates)
        return {name for j in junctions if j for name in (*j.reads, *j.spanning)}


def structures_of(merged: MergedCalls, context: Context) -> dict[Viewpoint, Structure]:
    """See :attr:`Candidate.structures`."""
    exact = merged.lead.exact
    structures = {
        viewpoint: annotator.annotate(*merged.place, exact=exact)
        for viewpoint, annotator in context.annotators.items()
    }
    return {viewpoint: found for viewpoint, found in structures.items() if found.target_gene}


def on_one_place(junctions: Iterable[Junction], loci: Loci) -> list[Junction]:
    """The junctions where the annotation places them; those that meet there become one.

    Bases repeated at both sides leave several equal placements. Only one of them is published,
    drawn and compared between samples.
    """
    placed: dict[tuple[bool, Place], Junction] = {}
    for junction in junctions:
        if junction.exact and not junction.inserted:
            sides = normalise(junction.donor, junction.acceptor, loci)
            junction.donor, junction.acceptor = sides
            junction.borders = loci.borders(*sides)
        home = placed.setdefault((junction.exact, junction.place), junction)
        if home is not junction:
            home.reads = {**junction.reads, **home.reads}
            both = {**junction.spanning, **home.spanning}
            home.spanning = {name: f for name, f in both.items() if name not in home.reads}
    return list(placed.values())


def with_counts(
    merged: Iterable[MergedCalls],
    found: Mapping[Place, Junction],
    callers: Collection[Caller],
    reads: SampleReads,
    loci: Loci,
) -> tuple[list[MergedCalls], dict[Place, Junction]]:
    """The junctions of the callers that were asked, each with our own count.

    :param found: junctions that our own caller found in the sample, by place.
    :param callers: the callers that were asked.
    :return: the junctions, and the fragments behind each exact one by its place.
    """
    wanted: list[MergedCalls] = []
    bare: dict[Place, Junction] = {}
    for junction in merged:
        calls = tuple(call for call in junction.calls if call.caller in callers)
        if not calls:
            continue
        own = junction.by_caller(Caller.JUNCTIONS)
        wanted.append(replace(junction, calls=calls, count=own))
        if junction.lead.exact and (own is None or not own.exact):
            bare[junction.place] = bare_junction(junction.place, loci)
    taken = {name for j in found.values() for name in (*j.reads, *j.spanning) if j.exact}
    count_on_transcripts(bare.values(), reads.kept, loci, taken)
    counted = [
        replace(junction, count=to_count(bare[junction.place], reads, loci))
        if junction.place in bare
        else junction
        for junction in wanted
    ]
    return counted, {**found, **bare}


def bare_junction(place: Place, loci: Loci) -> Junction:
    """A junction without a fragment."""
    five, three, inserted = place
    return Junction(five, three, loci.borders(five, three), inserted=inserted)


def count_on_transcripts(
    junctions: Iterable[Junction], reads: KeptReads, loci: Loci, taken: Collection[str] = ()
) -> None:
    """Give each junction the fragments that fit its fused transcript and not the genome.

    :param taken: fragments that support another junction already.
    """
    wanted = list(junctions)
    if wanted:
        fused = FusedTranscripts(wanted, loci, fewest=0)
        fused.add(pair for pair in reads.unexplained() if pair.name not in taken)


def to_count(junction: Junction, reads: SampleReads, loci: Loci) -> CallerCall:
    """Our own count of a junction that something else names."""
    return to_call(junction, loci, CountedBy.FUSED_TRANSCRIPT, copies=reads.copies)


def fusion_fraction(merged: MergedCalls, reads: SampleReads, loci: Loci) -> FusionFraction:
    """Junction reads against the wild type at both breakpoints.

    On an exon border the wild type is what is spliced on from there; elsewhere what is read on
    without a gap, which is not counted for single fragments: there may be thousands.
    """
    lead, support, splices = merged.lead, merged.support, reads.splices
    if not lead.exact:
        return FusionFraction(None, None, None, None)
    five, three = lead.breakpoint5, lead.breakpoint3
    joined = splices.joining(five, three)
    several = support.support >= FEWEST_READS
    wild5: int | None = None
    wild3: int | None = None
    if loci.is_donor(five):
        wild5 = splices.leaving(five) - joined
    elif several:
        wild5 = reads.kept.unspliced_over(five, five=True)
    if loci.is_acceptor(three):
        wild3 = splices.arriving(three) - joined
    elif several:
        wild3 = reads.kept.unspliced_over(three, five=False)
    crossing = support.evidence.junction_reads_raw if support.evidence else support.junction_reads

    def share(wild: int | None) -> float | None:
        if wild is None:
            return None
        return round(crossing / (crossing + wild), 4) if crossing + wild else None

    return FusionFraction(share(wild5), share(wild3), wild5, wild3)


def partner_expression(merged: MergedCalls, reads: SampleReads, loci: Loci) -> float | None:
    """See :attr:`Candidate.partner_spliced_per_million`."""
    introns = {
        intron
        for side in merged.place[:2]
        for transcript in loci.transcripts(side)
        if transcript.gene not in loci.genes
        for intron in transcript.introns
    }
    if not introns or not reads.unique_fragments:
        return None
    return round(1e6 * reads.splices.busiest(introns) / reads.unique_fragments, 1)
