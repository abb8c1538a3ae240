"""Splice junctions of a whole sample: what STAR's ``SJ.out.tab`` says about wild-type splicing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ntrkoma.errors import InputError
from ntrkoma.records import Breakpoint

Intron = tuple[str, int, int]


class SpliceJunctions:
    """Uniquely mapped fragments per intron.

    :param lines: lines of ``SJ.out.tab``: contig, first and last base of the intron (1-based),
        strand code, motif, annotated, unique reads, ...
    :raises InputError: when a row is damaged.
    """

    def __init__(self, lines: Iterable[str], source: str):
        self._unique: Counter[Intron] = Counter()
        self._by_first: dict[tuple[str, int], list[Intron]] = {}
        self._by_last: dict[tuple[str, int], list[Intron]] = {}
        for number, line in enumerate(lines, 1):
            fields = line.split()
            try:
                intron = (fields[0], int(fields[1]), int(fields[2]))
                reads = int(fields[6])
            except (IndexError, ValueError) as error:
                raise InputError(
                    f"{source}, line {number}: not a splice junction ({error}); the file is "
                    "damaged or truncated, delete it and run the alignment again."
                ) from error
            self._unique[intron] += reads
            self._by_first.setdefault(intron[:2], []).append(intron)
            self._by_last.setdefault((intron[0], intron[2]), []).append(intron)

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
