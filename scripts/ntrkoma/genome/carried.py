"""The part of a gene that a fusion transcript carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.junction import Breakpoint

Block = tuple[int, int]


@dataclass(frozen=True)
class Carried:
    """The stretch of one gene that a fusion transcript carries.

    ``blocks``: genomic (first, last) in order of transcription, 1-based inclusive.
    """

    chrom: str
    strand: str
    blocks: tuple[Block, ...]

    @property
    def length(self) -> int:
        """Length in nt."""
        return sum(abs(last - first) + 1 for first, last in self.blocks)

    def sequence(self, genome: Genome) -> str:
        """Transcribed bases."""
        return "".join(
            genome.transcribed(self.chrom, first, last, self.strand) for first, last in self.blocks
        )

    def fraction_of(self, positions: frozenset[int]) -> float:
        """Share (0-1) of genomic ``positions`` that lie in the carried blocks."""
        return covered(positions, [self])

    def positions(self) -> list[int]:
        """Genomic position (1-based) of every base of :meth:`sequence`."""
        found: list[int] = []
        for first, last in self.blocks:
            step = 1 if self.strand == "+" else -1
            found += range(first, last + step, step)
        return found

    def index_of(self, pos: int) -> int | None:
        """0-based index of a genomic position in :meth:`sequence`, or None."""
        before = 0
        for first, last in self.blocks:
            if min(first, last) <= pos <= max(first, last):
                return before + abs(pos - first)
            before += abs(last - first) + 1
        return None


def covered(positions: frozenset[int], parts: Iterable[Carried]) -> float:
    """Share (0-1) of genomic positions that lie in any of the carried parts of one gene."""
    ranges = [(min(block), max(block)) for part in parts for block in part.blocks]
    held = sum(any(low <= p <= high for low, high in ranges) for p in positions)
    return held / len(positions) if positions else 0.0


def carried5(transcript: Transcript, side: Breakpoint) -> Carried:
    """Exons of the 5′ partner up to the breakpoint; a breakpoint beyond an exon carries the
    unspliced bases up to it."""
    blocks = []
    for number in range(1, len(transcript.exons) + 1):
        first, last = transcript.exon_start(number), transcript.exon_end(number)
        if _before(side.pos, first, transcript.strand):
            break
        blocks.append((first, side.pos if _before(side.pos, last, transcript.strand) else last))
    if blocks and _before(blocks[-1][1], side.pos, transcript.strand):
        blocks[-1] = (blocks[-1][0], side.pos)
    return Carried(transcript.chrom, transcript.strand, tuple(blocks))


def carried3(transcript: Transcript, side: Breakpoint) -> Carried:
    """Exons of the 3′ partner from the breakpoint on; unspliced bases before an exon come along."""
    blocks = []
    for number in range(len(transcript.exons), 0, -1):
        first, last = transcript.exon_start(number), transcript.exon_end(number)
        if _before(last, side.pos, transcript.strand):
            break
        blocks.append((side.pos if _before(first, side.pos, transcript.strand) else first, last))
    if blocks and _before(side.pos, blocks[-1][0], transcript.strand):
        blocks[-1] = (side.pos, blocks[-1][1])
    return Carried(transcript.chrom, transcript.strand, tuple(reversed(blocks)))


def _before(first: int, second: int, strand: str) -> bool:
    """Whether ``first`` lies 5′ of ``second``."""
    return first < second if strand == "+" else first > second
