"""Where a junction stands: bases repeated on both sides leave several equal placements."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ntrkoma.genome.carried import Carried, carried3, carried5
from ntrkoma.genome.loci import Loci, downstream
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.junction import Breakpoint

# Longest stretch (nt) of repeated bases at a junction that is searched for exon borders.
LONGEST_REPEAT = 10

Sides = tuple[Breakpoint, Breakpoint]


def normalise(breakpoint5: Breakpoint, breakpoint3: Breakpoint, loci: Loci) -> Sides:
    """The equivalent placement of a junction that lies on most exon borders.

    Bases that are the same on both sides leave a breakpoint undetermined; all placements that
    give the same transcript sequence are equal, so exon borders are preferred, and off them
    the most 3′ place (the 3′ rule of HGVS). No side leaves its gene for a border of the other.
    """
    placements = [(breakpoint5, breakpoint3), *_equivalent(breakpoint5, breakpoint3, loci)]

    def rank(sides: Sides) -> tuple[int, int, int]:
        return _in_genes(sides, loci), loci.borders(*sides), downstream(breakpoint5, sides[0])

    return max(placements, key=rank)


def orientation(breakpoint5: Breakpoint, breakpoint3: Breakpoint, loci: Loci) -> tuple[int, int]:
    """How well a reading direction fits the annotation: exon borders hit, sides in sense."""
    placed = normalise(breakpoint5, breakpoint3, loci)
    return loci.borders(*placed), _in_genes(placed, loci)


def _in_genes(sides: Sides, loci: Loci) -> int:
    """How many sides lie in a gene, in its sense."""
    return sum(bool(loci.transcripts(side)) for side in sides)


def _equivalent(breakpoint5: Breakpoint, breakpoint3: Breakpoint, loci: Loci) -> Iterator[Sides]:
    """Other placements with the same joined sequence."""
    for direction in (-1, 1):
        for step in range(1, LONGEST_REPEAT + 1):
            # Moving 3′ takes the next base of the 5′ gene in place of the 3′ part's first.
            offset5 = step if direction > 0 else 1 - step
            offset3 = step - 1 if direction > 0 else -step
            base = _base(breakpoint5.along(offset5), loci)
            if not base or base != _base(breakpoint3.along(offset3), loci):
                break
            nt = direction * step
            moved5, moved3 = breakpoint5.along(nt), breakpoint3.along(nt)
            if not (
                _within_exon(breakpoint5, moved5, carried5, nt, loci)
                and _within_exon(breakpoint3, moved3, carried3, -nt, loci)
            ):
                break
            yield moved5, moved3


def _within_exon(
    side: Breakpoint,
    moved: Breakpoint,
    carried: Callable[[Transcript, Breakpoint], Carried],
    longer: int,
    loci: Loci,
) -> bool:
    """Whether a move only takes bases from a side, or gives it some, by the number it moves.

    Over the far border of an exon a whole intron would come along.

    :param longer: nt by which the side is to carry more than before.
    """
    transcripts = loci.transcripts(side)
    return not transcripts or any(
        carried(t, moved).length - carried(t, side).length == longer for t in transcripts
    )


def _base(side: Breakpoint, loci: Loci) -> str:
    return loci.genome.transcribed(side.chrom, side.pos, side.pos, side.strand)
