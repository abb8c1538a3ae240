"""Which reads of a sample are kept: those at the genes that are looked at and at their junctions.

Nothing here depends on how junctions are called: a better caller works on the same reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ntrkoma.genome.carried import carried3, carried5
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import reverse_complement
from ntrkoma.model.junction import Breakpoint, CallerCall
from ntrkoma.programs.chimeric import ChimericAlignment

# Contig and 0-based half-open range.
Region = tuple[str, int, int]

# nt around a breakpoint from which reads are taken.
MARGIN = 10

# Single fragments join the most abundant genes of all by chance; the reads there would be millions.
FEWEST_FRAGMENTS = 2

# Sequencing errors beside a junction move it by the same few nt on both sides.
LONGEST_SLIP = 10

# nt of transcript on either side of a breakpoint from which an unmapped read may come: longer than
# any RNA-seq insert, and some more for a breakpoint that the reads will move.
FLANK = 850

# Bases (nt) that an unmapped read shares with a sequence that it may come from.
SEED = 16


@dataclass(frozen=True)
class Wanted:
    """``regions``: places whose reads are kept; ``fragments``: names of more; ``sources``:
    sequences that unmapped reads may come from, in either direction."""

    regions: frozenset[Region]
    fragments: frozenset[str]
    sources: Seeds


class Seeds:
    """Tells whether a read may come from one of some sequences: it shares ``SEED`` bases."""

    def __init__(self, sequences: Iterable[str]):
        self._seeds = {
            strand[place : place + SEED]
            for sequence in sequences
            for strand in (sequence, reverse_complement(sequence))
            for place in range(len(strand) - SEED + 1)
        }

    def touch(self, read: str) -> bool:
        """Whether a read shares a seed; every half of one is tried."""
        offsets = range(0, len(read) - SEED + 1, SEED // 2)
        return any(read[offset : offset + SEED] in self._seeds for offset in offsets)


def want(
    alignments: Iterable[ChimericAlignment],
    claims: Iterable[CallerCall],
    loci: Loci,
    regions: Iterable[Region] = (),
) -> Wanted:
    """What is to be kept of a sample.

    Reads at the genes, at the breakpoints of their junctions wherever those lie, and all fragments
    that the aligner calls chimeric there; of fragments without a mapped read those that may come
    from an exon of the genes or from either side of a junction.

    :param alignments: rows of ``Chimeric.out.junction``, any order.
    :param claims: what the callers beside our own say.
    :param regions: further places.
    """
    own = [a for a in alignments if loci.in_target(a.donor) or loci.in_target(a.acceptor)]
    places = {
        (side, alignment.shift_left, alignment.shift_right)
        for alignment in seen_twice(own)
        for side in (alignment.donor, alignment.acceptor)
    }
    places |= {
        (side, 0, 0)
        for claim in claims
        if claim.support >= FEWEST_FRAGMENTS
        for side in (claim.breakpoint5, claim.breakpoint3)
    }
    genes = {(chrom, start - 1, end) for chrom, start, end in loci.spans}
    return Wanted(
        frozenset({*genes, *(_around(*place) for place in places), *regions}),
        frozenset(a.fragment for a in own),
        Seeds({*_exons(loci), *_flanks({side for side, _, _ in places}, loci)}),
    )


def _around(side: Breakpoint, left: int, right: int) -> Region:
    """Where reads are kept for a breakpoint that may lie ``left`` nt 5′ and ``right`` nt 3′."""
    low, high = sorted((side.upstream(left), side.upstream(-right)))
    return side.chrom, max(0, low - 1 - MARGIN), high + MARGIN


def seen_twice(alignments: Iterable[ChimericAlignment]) -> Iterator[ChimericAlignment]:
    """The alignments whose junction is seen in more than one fragment, equal placements and slips
    along both genes included."""
    lines: dict[tuple[str, ...], list[ChimericAlignment]] = defaultdict(list)
    for alignment in alignments:
        if not alignment.encompassing:
            turned = alignment.reverse()
            one = min((alignment, turned), key=lambda a: (a.donor, a.acceptor))
            lines[_line(one)].append(one)
    for line in lines.values():
        for run in _runs(line):
            if len({alignment.fragment for alignment in run}) >= FEWEST_FRAGMENTS:
                yield from run


def _line(alignment: ChimericAlignment) -> tuple[str, ...]:
    """What a junction has in common with all that differ from it by the same nt on both sides."""
    donor, acceptor = alignment.donor, alignment.acceptor
    offset = _along(donor) - _along(acceptor)
    return donor.chrom, donor.strand, acceptor.chrom, acceptor.strand, str(offset)


def _runs(line: list[ChimericAlignment]) -> Iterator[list[ChimericAlignment]]:
    """Alignments of one line, those together whose placements lie within a slip of each other."""
    run: list[ChimericAlignment] = []
    reached = 0
    for alignment in sorted(line, key=lambda a: _along(a.donor) - a.shift_left):
        here = _along(alignment.donor)
        if run and here - alignment.shift_left > reached + LONGEST_SLIP:
            yield run
            run = []
        reached = (
            max(reached, here + alignment.shift_right) if run else here + alignment.shift_right
        )
        run.append(alignment)
    if run:
        yield run


def _along(side: Breakpoint) -> int:
    """A position that grows in the direction of transcription."""
    return side.pos if side.strand == "+" else -side.pos


def _exons(loci: Loci) -> Iterator[str]:
    for transcript in loci.models:
        for start, end in transcript.exons:
            yield loci.genome.transcribed(transcript.chrom, start, end, "+")


def _flanks(places: Iterable[Breakpoint], loci: Loci) -> Iterator[str]:
    """Sequence on both sides of each place: plain genome, and spliced in every transcript there."""
    genome = loci.genome
    for place in places:
        yield genome.transcribed(place.chrom, place.pos - FLANK, place.pos + FLANK, "+")
        for transcript in loci.annotation.overlapping(place.chrom, place.pos, place.pos):
            side = Breakpoint(place.chrom, place.pos, transcript.strand)
            yield carried5(transcript, side).sequence(genome)[-FLANK:]
            yield carried3(transcript, side).sequence(genome)[:FLANK]
