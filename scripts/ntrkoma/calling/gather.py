"""Chimeric alignments of the genes that are looked at, gathered into junctions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ntrkoma.genome.loci import Loci, downstream
from ntrkoma.model.junction import LONGEST_INSERT, Breakpoint, Fragment, Junction
from ntrkoma.programs.chimeric import CT_AC, GT_AG, ChimericAlignment

# A read base or two that fit both sides by chance shift a junction by a few nt, and let a mate of
# a spanning fragment run past the border by as much. 10 nt is STAR's smallest chimeric segment.
ALIGNMENT_SLACK = 10

Sides = tuple[Breakpoint, Breakpoint]


def gather(alignments: Iterable[ChimericAlignment], loci: Loci) -> list[Junction]:
    """Group the chimeric alignments of the target genes by junction, in a fixed order."""
    junctions: dict[Sides, Junction] = {}
    spanning: list[ChimericAlignment] = []
    for raw in alignments:
        if not (loci.in_target(raw.donor) or loci.in_target(raw.acceptor)):
            continue
        alignment = orient(raw, loci)
        if alignment.encompassing:
            spanning.append(alignment)
            continue
        donor, acceptor, borders = snap(alignment, loci)
        junction = junctions.setdefault((donor, acceptor), Junction(donor, acceptor, borders))
        _keep(junction.reads, _fragment(alignment))
    _absorb_misplaced(junctions)
    spanning.sort(key=lambda a: (a.fragment, a.donor, a.acceptor))
    _add_spanning(spanning, junctions, loci)
    return sorted(
        junctions.values(),
        key=lambda j: (-len(j.reads), -len(j.spanning), j.donor, j.acceptor),
    )


def orient(alignment: ChimericAlignment, loci: Loci) -> ChimericAlignment:
    """Turn an alignment 5′→3′ along the transcript it came from.

    Exon borders decide, then the splice motif, then the strand of the annotated genes.
    """

    def evidence(candidate: ChimericAlignment) -> tuple[int, int, int]:
        borders = 0 if candidate.encompassing else snap(candidate, loci)[2]
        motif = {GT_AG: 1, CT_AC: -1}.get(candidate.junction_type, 0)
        sense = sum(bool(loci.transcripts(s)) for s in (candidate.donor, candidate.acceptor))
        return borders, motif, sense

    turned = alignment.reverse()
    return turned if evidence(turned) > evidence(alignment) else alignment


def snap(alignment: ChimericAlignment, loci: Loci) -> tuple[Breakpoint, Breakpoint, int]:
    """The equivalent placement of a junction that hits most exon borders, and how many it hits.

    Bases repeated at both sides leave the junction undetermined within
    ``shift_left``…``shift_right``; biology splices at exon borders.
    """
    best = (alignment.donor, alignment.acceptor)
    hits = loci.borders(*best)
    shifts = range(-alignment.shift_left, alignment.shift_right + 1)
    for shift in sorted(shifts, key=abs):
        if hits == 2:
            break
        moved = alignment.donor.along(shift), alignment.acceptor.along(shift)
        borders = loci.borders(*moved)
        if borders > hits:
            best, hits = moved, borders
    return (*best, hits)


def _fragment(alignment: ChimericAlignment) -> Fragment:
    return Fragment(
        name=alignment.fragment,
        key=(*alignment.outer_ends(), alignment.flipped),
        anchors=alignment.anchors(),
        loci=alignment.loci,
        inserted=alignment.inserted_length(),
    )


def _keep(fragments: dict[str, Fragment], fragment: Fragment) -> None:
    """Keep one alignment of a fragment, the same whatever the order they come in."""
    held = fragments.get(fragment.name)
    if held is None or fragment.key < held.key:
        fragments[fragment.name] = fragment


def _absorb_misplaced(junctions: dict[Sides, Junction]) -> None:
    """Give reads whose junction is off by a collinear few nt to the junction on exon borders.

    Sequencing errors beside the junction move it by the same distance on both sides.
    """
    anchored = sorted(
        (j for j in junctions.values() if j.borders == 2),
        key=lambda j: (-len(j.reads), j.donor, j.acceptor),
    )
    for key, junction in sorted(junctions.items()):
        if junction.borders == 2:
            continue
        for home in anchored:
            same_donor = junction.donor.same_strand(home.donor)
            if not (same_donor and junction.acceptor.same_strand(home.acceptor)):
                continue
            slip = downstream(home.donor, junction.donor)
            if abs(slip) <= ALIGNMENT_SLACK and slip == downstream(
                home.acceptor, junction.acceptor
            ):
                for fragment in junction.reads.values():
                    _keep(home.reads, fragment)
                del junctions[key]
                break


def _add_spanning(
    spanning: Sequence[ChimericAlignment], junctions: dict[Sides, Junction], loci: Loci
) -> None:
    """Assign each spanning fragment to the best supported junction that it fits.

    Fragments that fit none are gathered per pair of genes into a junction of inexact place.
    """
    ranked = sorted(junctions.values(), key=lambda j: (-len(j.reads), j.donor, j.acceptor))
    crossing = {name for j in ranked for name in j.reads}
    assigned: set[str] = set()
    homeless: dict[tuple[str, ...], list[ChimericAlignment]] = defaultdict(list)
    for alignment in spanning:
        if alignment.fragment in crossing:
            continue
        for home in ranked:
            ways = (alignment, alignment.reverse())
            fitting = next((a for a in ways if _fits(a, home, loci)), None)
            if fitting is not None:
                _keep(home.spanning, _fragment(fitting))
                assigned.add(alignment.fragment)
                break
        else:
            homeless[_genes(alignment, loci)].append(alignment)
    for alignments in homeless.values():
        rest = [a for a in alignments if a.fragment not in assigned]
        while rest:
            junction = _bracketed(rest, junctions, loci)
            assigned.update(junction.spanning)
            rest = [a for a in rest if a.fragment not in assigned]


def _genes(alignment: ChimericAlignment, loci: Loci) -> tuple[str, ...]:
    """Contig, strand and genes of both sides."""
    donor, acceptor = alignment.donor, alignment.acceptor
    five = donor.chrom, donor.strand, loci.genes(donor)
    return *five, acceptor.chrom, acceptor.strand, loci.genes(acceptor)


def _bracketed(
    spanning: Sequence[ChimericAlignment], junctions: dict[Sides, Junction], loci: Loci
) -> Junction:
    """The junction of inexact place that the first fragment and all near it lie around."""
    first = spanning[0]
    near = [
        a
        for a in spanning
        if loci.distance(a.donor, first.donor) <= LONGEST_INSERT
        and loci.distance(a.acceptor, first.acceptor) <= LONGEST_INSERT
    ]
    # The junction lies between the innermost ends of all pairs.
    donor = max((a.donor for a in near), key=lambda side: downstream(first.donor, side))
    acceptor = min((a.acceptor for a in near), key=lambda side: downstream(first.acceptor, side))
    inexact = Junction(donor, acceptor, borders=0, exact=False)
    junction = junctions.setdefault((donor, acceptor), inexact)
    for alignment in near:
        _keep(junction.spanning, _fragment(alignment))
    return junction


def _fits(alignment: ChimericAlignment, junction: Junction, loci: Loci) -> bool:
    """Whether a spanning fragment can have come from a transcript with this junction."""
    donor, acceptor = alignment.donor, alignment.acceptor
    if not (donor.same_strand(junction.donor) and acceptor.same_strand(junction.acceptor)):
        return False
    if downstream(donor, junction.donor) < -ALIGNMENT_SLACK:
        return False
    if downstream(junction.acceptor, acceptor) < -ALIGNMENT_SLACK:
        return False
    unread = loci.distance(donor, junction.donor) + loci.distance(junction.acceptor, acceptor)
    return unread <= LONGEST_INSERT
