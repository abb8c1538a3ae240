"""Splice junctions of a whole sample, as STAR's ``SJ.out.tab`` counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ntrkoma.errors import InputError
from ntrkoma.genome.transcripts import Intron
from ntrkoma.model.junction import Breakpoint

_STRANDS = {"1": "+", "2": "-"}


class SpliceJunction(NamedTuple):
    """One row: first and last base of the intron (1-based), strand ("" where STAR tells none),
    whether the annotation holds it, and its uniquely mapped fragments."""

    chrom: str
    first: int
    last: int
    strand: str
    annotated: bool
    unique: int

    @property
    def intron(self) -> Intron:
        """Contig, first and last base."""
        return self.chrom, self.first, self.last


def parse_splice_junctions(lines: Iterable[str], source: str) -> Iterator[SpliceJunction]:
    """Rows of ``SJ.out.tab``; columns after STAR's manual, section "Splice junctions".

    :raises InputError: when a row is damaged.
    """
    for number, line in enumerate(lines, 1):
        fields = line.split()
        try:
            yield SpliceJunction(
                fields[0],
                int(fields[1]),
                int(fields[2]),
                _STRANDS.get(fields[3], ""),
                fields[5] == "1",
                int(fields[6]),
            )
        except (IndexError, ValueError) as error:
            raise InputError(
                f"{source}, line {number}: not a splice junction ({error}); the file is damaged "
                "or truncated, delete it and run the alignment again."
            ) from error


class SpliceJunctions:
    """Uniquely mapped fragments per intron.

    :param rows: all of a sample.
    """

    def __init__(self, rows: Iterable[SpliceJunction]):
        self._unique: Counter[Intron] = Counter()
        self._by_first: dict[tuple[str, int], list[Intron]] = {}
        self._by_last: dict[tuple[str, int], list[Intron]] = {}
        for row in rows:
            self._unique[row.intron] += row.unique
            self._by_first.setdefault((row.chrom, row.first), []).append(row.intron)
            self._by_last.setdefault((row.chrom, row.last), []).append(row.intron)

    def leaving(self, side: Breakpoint) -> int:
        """Fragments spliced from a last exon base to anywhere on its contig."""
        if side.strand == "+":
            return self._sum(self._by_first.get((side.chrom, side.pos + 1), ()))
        return self._sum(self._by_last.get((side.chrom, side.pos - 1), ()))

    def arriving(self, side: Breakpoint) -> int:
        """Fragments spliced to a first exon base from anywhere on its contig."""
        if side.strand == "+":
            return self._sum(self._by_last.get((side.chrom, side.pos - 1), ()))
        return self._sum(self._by_first.get((side.chrom, side.pos + 1), ()))

    def joining(self, donor: Breakpoint, acceptor: Breakpoint) -> int:
        """Fragments spliced from one side to the other, where both lie on one strand."""
        if (donor.chrom, donor.strand) != (acceptor.chrom, acceptor.strand):
            return 0
        low, high = sorted((donor.pos, acceptor.pos))
        return self._unique.get((donor.chrom, low + 1, high - 1), 0)

    def busiest(self, introns: Iterable[Intron]) -> int:
        """Most fragments at any one of the introns."""
        return max((self._unique.get(intron, 0) for intron in introns), default=0)

    def _sum(self, introns: Iterable[Intron]) -> int:
        return sum(self._unique[intron] for intron in introns)
