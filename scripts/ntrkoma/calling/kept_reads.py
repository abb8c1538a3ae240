"""The reads that were kept of a sample, and what they say about a junction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pysam

from ntrkoma.calling.fused_reads import OVERHANG, ReadPair
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import reverse_complement
from ntrkoma.model.junction import LONGEST_INSERT, Breakpoint, Fragment, Junction

# A read of which STAR clipped fewer nt fits the genome about as well.
SHORTEST_CLIP = 3

_SOFT_CLIP = 4


class KeptReads:
    """The reads of a sample's evidence BAM, by fragment; primary records only."""

    def __init__(self, evidence: Path):
        self._mates: dict[str, dict[bool, pysam.AlignedSegment]] = defaultdict(dict)
        with pysam.AlignmentFile(str(evidence), check_sq=False) as alignments:
            for record in alignments.fetch(until_eof=True):
                if not (record.is_secondary or record.is_supplementary):
                    self._mates[record.query_name or ""][record.is_read2] = record

    def _mapped(self) -> Iterator[pysam.AlignedSegment]:
        for mates in self._mates.values():
            yield from (record for record in mates.values() if not record.is_unmapped)

    def sequences(self, fragments: set[str]) -> dict[str, list[str]]:
        """Full read sequences (either strand) of the named fragments."""
        return {
            name: sorted(record.query_sequence or "" for record in self._mates[name].values())
            for name in sorted(fragments & self._mates.keys())
        }

    def spliced(self, joins: Iterable[tuple[Breakpoint, Breakpoint]], loci: Loci) -> list[Junction]:
        """Junctions with the fragments whose reads are spliced over each of the joins."""
        gaps = {
            (donor.chrom, *sorted((donor.pos, acceptor.pos))): Junction(
                donor, acceptor, loci.borders(donor, acceptor)
            )
            for donor, acceptor in joins
        }
        if not gaps:
            return []
        for record in self._mapped():
            blocks = record.get_blocks()
            for (_, left_end), (right_start, _) in pairwise(blocks):
                junction = gaps.get((record.reference_name or "", left_end, right_start + 1))
                if junction is not None:
                    before = sum(end - start for start, end in blocks if end <= left_end)
                    anchors = (before, sum(end - start for start, end in blocks) - before)
                    fragment = _on_one_strand(record, junction, anchors)
                    junction.reads.setdefault(fragment.name, fragment)
        self._add_spanning(gaps.values(), loci)
        return [junction for junction in gaps.values() if junction.reads]

    def _add_spanning(self, junctions: Iterable[Junction], loci: Loci) -> None:
        """Pairs with one mate on either side of a spliced join and no read across it."""
        for record in self._mapped():
            name = record.query_name or ""
            left_end, right_start = record.reference_end or 0, record.next_reference_start + 1
            if not record.is_proper_pair or record.template_length <= 0:
                continue
            for junction in junctions:
                low, high = sorted((junction.donor.pos, junction.acceptor.pos))
                chrom, strand = junction.donor.chrom, junction.donor.strand
                if name in junction.reads or record.reference_name != chrom:
                    continue
                if left_end > low or right_start < high:
                    continue
                unread = loci.distance(
                    Breakpoint(chrom, left_end, strand), Breakpoint(chrom, low, strand)
                ) + loci.distance(
                    Breakpoint(chrom, high, strand), Breakpoint(chrom, right_start, strand)
                )
                if unread <= LONGEST_INSERT:
                    junction.spanning[name] = _on_one_strand(record, junction, (0, 0))

    def clipped(self) -> Iterator[ReadPair]:
        """Fragments with a read that STAR clipped."""
        for name, mates in sorted(self._mates.items()):
            if any(_is_clipped(record) for record in mates.values()):
                yield _pair(name, mates)

    def unmapped(self) -> Iterator[ReadPair]:
        """Fragments of which no read was mapped; STAR leaves fusion fragments among them."""
        for name, mates in sorted(self._mates.items()):
            if all(_is_wholly_unmapped(record) for record in mates.values()):
                yield _pair(name, mates)

    def unexplained(self) -> Iterator[ReadPair]:
        """Fragments that do not fit the genome as one piece: clipped, unmapped or far apart."""
        for name, mates in sorted(self._mates.items()):
            if any(
                _is_clipped(r) or r.is_unmapped or (r.is_paired and not r.is_proper_pair)
                for r in mates.values()
            ):
                yield _pair(name, mates)

    def pairs(self, fragments: Iterable[str]) -> list[ReadPair]:
        """The named fragments, those that are here."""
        return [_pair(name, self._mates[name]) for name in fragments if name in self._mates]

    def unspliced_over(self, side: Breakpoint, *, five: bool) -> int:
        """Fragments aligned without a gap over a breakpoint and on into the gene's own sequence.

        They show as many bases on either side as a read must that crosses the junction: where both
        genes begin alike, a read of the fusion is aligned on for a few bases as well.

        :param five: whether the side is the 5′ one, which goes on downstream.
        """
        low = side.pos if (side.strand == "+") == five else side.pos - 1
        names = {
            record.query_name
            for record in self._mapped()
            if record.reference_name == side.chrom
            and any(
                start <= low - OVERHANG and low + OVERHANG <= end
                for start, end in record.get_blocks()
            )
        }
        return len(names)


def _is_clipped(record: pysam.AlignedSegment) -> bool:
    cigar = record.cigartuples or []
    return any(operation == _SOFT_CLIP and length >= SHORTEST_CLIP for operation, length in cigar)


def _is_wholly_unmapped(record: pysam.AlignedSegment) -> bool:
    return record.is_unmapped and (not record.is_paired or record.mate_is_unmapped)


def _pair(name: str, mates: Mapping[bool, pysam.AlignedSegment]) -> ReadPair:
    """A fragment from its records by whether they are mate 2."""
    sequences = {mate: r.get_forward_sequence() or "" for mate, r in mates.items()}
    if False in sequences:
        return ReadPair(name, sequences[False], sequences.get(True))
    # Alone, mate 2 reads the fragment from its other strand.
    return ReadPair(name, reverse_complement(sequences[True]), None)


def _on_one_strand(
    record: pysam.AlignedSegment, junction: Junction, anchors: tuple[int, int]
) -> Fragment:
    """The fragment of a record at a join within one strand; ``anchors`` in genomic order."""
    forward = junction.donor.strand == "+"
    ends = _template_ends(record)
    return Fragment(
        name=record.query_name or "",
        key=(*(ends if forward else ends[::-1]), _flipped(record, junction.donor.strand)),
        anchors=anchors if forward else anchors[::-1],
        loci=_loci(record),
        inserted=0,
    )


def _template_ends(record: pysam.AlignedSegment) -> tuple[int, int]:
    """Lowest and highest position (1-based) of a fragment, from either mate's record."""
    if record.is_proper_pair:
        start = min(record.reference_start, record.next_reference_start)
        return start + 1, start + abs(record.template_length)
    return record.reference_start + 1, record.reference_end or record.reference_start + 1


def _flipped(record: pysam.AlignedSegment, strand: str) -> bool:
    """Whether mate 1 reads against the transcript."""
    return (record.is_reverse != record.is_read2) != (strand == "-")


def _loci(record: pysam.AlignedSegment) -> int:
    return int(record.get_tag("NH")) if record.has_tag("NH") else 1
