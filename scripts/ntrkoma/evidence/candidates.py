"""Every caller's candidates with the same evidence beside each: counted on the sample's own reads.

Callers count in their own ways, and one that was not asked counts nothing. So each junction that
any of them names is looked for again in the reads, and set against the wild-type splicing there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.calling.fused_reads import FEWEST_READS, FusedTranscripts
from ntrkoma.calling.junctions import to_call
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.evidence.merge import MergedCalls
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.transcripts import Annotation
from ntrkoma.model.duplicates import Copies, unique
from ntrkoma.model.fusion import FusionFraction, Homology
from ntrkoma.model.junction import Breakpoint, CallerCall, Junction
from ntrkoma.model.states import Caller, CountedBy
from ntrkoma.programs.splices import SpliceJunctions

Place = tuple[Breakpoint, Breakpoint, str]


# Fragments that a report draws for one junction at most, with so much of the transcript (nt) on
# either side of it.
DRAWN_FRAGMENTS = {"junction": 30, "spanning": 10}


DRAWN_FLANK = 160


@dataclass(frozen=True)
class Candidate:
    """One junction with all that is known of it before it is graded.

    ``partner_spliced_per_million``: fragments at the busiest intron of the gene that is no target,
    per million uniquely mapped ones; None where neither side has introns to look at.
    """

    merged: MergedCalls
    fraction: FusionFraction
    partner_spliced_per_million: float | None
    homology: Homology | None = None

    @property
    def place(self) -> Place:
        """Breakpoints and inserted bases."""
        return place_of(self.merged)

    @property
    def fragments(self) -> int:
        """Fragments that support the junction."""
        return self.merged.support.support


def place_of(merged: MergedCalls) -> Place:
    """Breakpoints and inserted bases of a junction."""
    lead = merged.lead
    return lead.breakpoint5, lead.breakpoint3, lead.inserted


def on_one_place(junctions: Iterable[Junction], annotator: Annotator, loci: Loci) -> list[Junction]:
    """The junctions where the annotation places them; those that meet there become one.

    Bases repeated at both sides leave several equal placements. Only one of them is published,
    drawn and compared between samples.
    """
    placed: dict[tuple[bool, Place], Junction] = {}
    for junction in junctions:
        if junction.exact and not junction.inserted:
            place = annotator.place(junction.donor, junction.acceptor)
            junction.donor, junction.acceptor = place
            junction.borders = loci.borders(*place)
        key = junction.exact, (junction.donor, junction.acceptor, junction.inserted)
        home = placed.setdefault(key, junction)
        if home is not junction:
            home.reads = {**junction.reads, **home.reads}
            both = {**junction.spanning, **home.spanning}
            home.spanning = {name: f for name, f in both.items() if name not in home.reads}
    return list(placed.values())


def counted(
    merged: Iterable[MergedCalls],
    found: Mapping[Place, Junction],
    callers: Collection[Caller],
    reads: KeptReads,
    loci: Loci,
    *,
    copies: Copies = Copies.POSITION,
) -> tuple[list[MergedCalls], dict[Place, Junction]]:
    """The junctions of the callers that were asked, each with our own count.

    :param found: junctions that our own caller found in the sample, by place.
    :param callers: the callers that were asked.
    :param copies: how copies of one molecule are known.
    :return: the junctions, and the fragments behind each exact one by its place.
    """
    wanted: list[MergedCalls] = []
    seeds: dict[Place, Junction] = {}
    for junction in merged:
        calls = tuple(call for call in junction.calls if call.caller in callers)
        if not calls:
            continue
        own = junction.by_caller(Caller.JUNCTIONS)
        wanted.append(replace(junction, calls=calls, count=own))
        lead = junction.lead
        if lead.exact and (own is None or not own.exact):
            seeds[place_of(junction)] = Junction(
                lead.breakpoint5,
                lead.breakpoint3,
                loci.borders(lead.breakpoint5, lead.breakpoint3),
                inserted=lead.inserted,
            )
    taken = {name for j in found.values() for name in (*j.reads, *j.spanning) if j.exact}
    count_on_transcripts(seeds.values(), reads, loci, taken)
    with_counts = [
        replace(
            junction,
            count=to_call(seeds[place], loci, CountedBy.FUSED_TRANSCRIPT, copies=copies),
        )
        if (place := place_of(junction)) in seeds
        else junction
        for junction in wanted
    ]
    return with_counts, {**found, **seeds}


def count_on_transcripts(
    junctions: Iterable[Junction],
    reads: KeptReads,
    loci: Loci,
    taken: Collection[str] = (),
) -> None:
    """Give each junction the fragments that fit its fused transcript and not the genome.

    :param taken: fragments that support another junction already.
    """
    wanted = list(junctions)
    if wanted:
        fused = FusedTranscripts(wanted, loci, fewest=0)
        fused.add(pair for pair in reads.unexplained() if pair.name not in taken)


def fusion_fraction(
    merged: MergedCalls, splices: SpliceJunctions, reads: KeptReads, loci: Loci
) -> FusionFraction:
    """Junction reads against the wild type at both breakpoints.

    On an exon border the wild type is what is spliced on from there; elsewhere what is read on
    without a gap, which is not counted for single fragments: there may be thousands.
    """
    lead, support = merged.lead, merged.support
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
        wild5 = reads.unspliced_over(five, five=True)
    if loci.is_acceptor(three):
        wild3 = splices.arriving(three) - joined
    elif several:
        wild3 = reads.unspliced_over(three, five=False)
    crossing = support.evidence.junction_reads_raw if support.evidence else support.junction_reads

    def share(wild: int | None) -> float | None:
        if wild is None:
            return None
        return round(crossing / (crossing + wild), 4) if crossing + wild else None

    return FusionFraction(share(wild5), share(wild3), wild5, wild3)


def partner_expression(
    merged: MergedCalls,
    splices: SpliceJunctions,
    annotation: Annotation,
    targets: Collection[str],
    unique_fragments: int,
) -> float | None:
    """See :attr:`Candidate.partner_spliced_per_million`."""
    lead = merged.lead
    introns = {
        intron
        for side in (lead.breakpoint5, lead.breakpoint3)
        for t in annotation.overlapping(side.chrom, side.pos, side.pos)
        if t.strand == side.strand and t.gene not in targets
        for intron in t.introns
    }
    if not introns or not unique_fragments:
        return None
    return round(1e6 * splices.busiest(introns) / unique_fragments, 1)


def drawn_reads(
    merged: MergedCalls,
    junction: Junction,
    reads: KeptReads,
    loci: Loci,
    *,
    copies: Copies = Copies.POSITION,
) -> dict[str, Any]:
    """The reads of a junction laid on its fused transcript, for a figure.

    :param copies: how copies of one molecule are known.
    :return: ``sequence`` around the junction, ``left`` bases of the 5′ part in it, ``right`` index
        of the first 3′ base, ``reads`` with 0-based ``start`` and bases in transcript orientation.
    """
    five, three, inserted = place_of(merged)
    bare = Junction(five, three, junction.borders, inserted=inserted)
    fused = FusedTranscripts([bare], loci, fewest=0)
    transcript = fused.best
    begin = max(0, transcript.left - DRAWN_FLANK)
    end = min(len(transcript.sequence), transcript.right + DRAWN_FLANK)
    shown: list[dict[str, object]] = []
    number = 0
    for kind, fragments in (("junction", junction.reads), ("spanning", junction.spanning)):
        names = [one.name for one in unique(fragments.values(), copies)]
        laid_out = filter(None, map(fused.lay, reads.pairs(names)))
        for laid in islice(laid_out, DRAWN_FRAGMENTS[kind]):
            shown += [
                {"start": start - begin, "sequence": read, "kind": kind, "fragment": number}
                for start, read in laid
            ]
            number += 1
    return {
        "sequence": transcript.sequence[begin:end],
        "left": transcript.left - begin,
        "right": transcript.right - begin,
        "reads": shown,
    }


def to_call_at(
    junction: Junction,
    loci: Loci,
    found_by: str,
    *,
    copies: Copies = Copies.POSITION,
) -> CallerCall:
    """A count of ours as a candidate of its own, with words on why it was looked for."""
    call = to_call(junction, loci, CountedBy.FUSED_TRANSCRIPT, copies=copies)
    return replace(call, words={"found_by": found_by})


def by_place(junctions: Sequence[Junction]) -> dict[Place, Junction]:
    """Junctions by breakpoints and inserted bases."""
    return {(j.donor, j.acceptor, j.inserted): j for j in junctions}
