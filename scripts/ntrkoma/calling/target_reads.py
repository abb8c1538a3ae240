"""Reads at the target genes and their junctions, taken once out of a sample's BAM.

What is taken is kept as the sample's evidence BAM: everything that a verdict rests on, in a few
megabytes, sorted and indexed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pysam

from ntrkoma.calling.fused_reads import OVERHANG, ReadPair, TargetSeeds
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import reverse_complement
from ntrkoma.model.junction import LONGEST_INSERT, Breakpoint, Fragment, Junction

# nt around a breakpoint from which reads are taken.
MARGIN = 10


# A read of which STAR clipped fewer nt fits the genome about as well.
SHORTEST_CLIP = 3


_SOFT_CLIP = 4


# samtools' filter language: neither the read nor its mate is mapped.
_WHOLLY_UNMAPPED = "flag.unmap && (!flag.paired || flag.munmap)"


class TargetReads:
    """Alignments over the target genes and over the breakpoints outside them.

    :param bam: BAM of the whole sample in any order.
    :param folder: an existing folder for what is taken out of it.
    :param breakpoints: positions outside the target genes whose reads are wanted too.
    :param regions: further places, as contig and 0-based half-open range.
    """

    def __init__(
        self,
        bam: Path,
        folder: Path,
        loci: Loci,
        breakpoints: Iterable[Breakpoint],
        regions: Iterable[tuple[str, int, int]] = (),
        threads: int = 1,
    ):
        wanted = {(chrom, start - 1, end) for chrom, start, end in loci.spans}
        wanted |= {(b.chrom, max(0, b.pos - 1 - MARGIN), b.pos + MARGIN) for b in breakpoints}
        wanted |= set(regions)
        bed = folder / "regions.bed"
        bed.write_text(
            "".join(f"{chrom}\t{start}\t{end}\n" for chrom, start, end in sorted(wanted)),
            encoding="utf-8",
        )
        self._bam, self._folder, self._threads = bam, folder, threads
        self._unmapped: set[str] = set()
        self._mates: dict[str, dict[bool, pysam.AlignedSegment]] = defaultdict(dict)
        _view(bam, self._at_regions, threads, "--targets-file", str(bed))
        self._read(self._at_regions)

    @classmethod
    def kept(cls, evidence: Path) -> TargetReads:
        """What an evidence BAM holds, see :meth:`write`."""
        reads = cls.__new__(cls)
        reads._mates = defaultdict(dict)
        reads._read(evidence)
        return reads

    @property
    def _at_regions(self) -> Path:
        return self._folder / "regions.bam"

    @property
    def _elsewhere(self) -> Path:
        return self._folder / "mates.bam"

    @property
    def _wholly_unmapped(self) -> Path:
        return self._folder / "unmapped.bam"

    def _read(self, path: Path, names: Collection[str] | None = None) -> None:
        """Take up the primary records of a BAM, of all its fragments or of the named ones."""
        with pysam.AlignmentFile(str(path), check_sq=False) as alignments:
            for record in alignments.fetch(until_eof=True):
                name = record.query_name or ""
                if names is not None and name not in names:
                    continue
                if not (record.is_secondary or record.is_supplementary):
                    self._mates[name][record.is_read2] = record

    def complete_pairs(self, fragments: Iterable[str] = ()) -> None:
        """Fetch the mates that lie outside the regions, and the named fragments."""
        lonely = {
            name
            for name, mates in self._mates.items()
            if len(mates) == 1 and all(record.is_paired for record in mates.values())
        }
        wanted = sorted(lonely.union(fragments))
        if not wanted:
            return
        names = self._folder / "names.txt"
        names.write_text("".join(f"{name}\n" for name in wanted), encoding="utf-8")
        _view(self._bam, self._elsewhere, self._threads, "--qname-file", str(names))
        self._read(self._elsewhere)

    def unmapped(self, seeds: TargetSeeds) -> Iterator[ReadPair]:
        """Fragments of which no read was mapped; STAR leaves fusion fragments among them.

        Those that may come from a target gene are kept with the evidence, and count as
        unexplained from then on.
        """
        _view(self._bam, self._wholly_unmapped, self._threads, "--expr", _WHOLLY_UNMAPPED)
        for pair in _pairs(self._wholly_unmapped):
            if seeds.touch(pair):
                self._unmapped.add(pair.name)
            yield pair
        self._read(self._wholly_unmapped, self._unmapped)

    def write(self, evidence: Path) -> None:
        """Keep the reads as a sorted BAM with its index beside it, at ``evidence`` + ``.bai``."""
        collected = self._folder / "collected.bam"
        seen: set[tuple[str | None, int, int, int]] = set()
        with (
            pysam.AlignmentFile(str(self._at_regions), check_sq=False) as first,
            pysam.AlignmentFile(str(collected), "wb", template=first) as out,
        ):
            for path in (self._at_regions, self._elsewhere, self._wholly_unmapped):
                if not path.exists():
                    continue
                with pysam.AlignmentFile(str(path), check_sq=False) as alignments:
                    for record in alignments.fetch(until_eof=True):
                        name, flag = record.query_name, record.flag
                        key = (name, flag, record.reference_id, record.reference_start)
                        wanted = path != self._wholly_unmapped or name in self._unmapped
                        # A fragment's records come from its region and from its mate's search.
                        if wanted and key not in seen:
                            seen.add(key)
                            out.write(record)
        pysam.sort(
            "--no-PG",
            "-T",
            str(self._folder / "sorting"),
            "-@",
            str(self._threads - 1),
            "-o",
            str(evidence),
            str(collected),
        )
        pysam.index(str(evidence), f"{evidence}.bai")

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


def _view(bam: Path, subset: Path, threads: int, *selection: str) -> None:
    """Copy the selected records of a BAM with ``samtools view``."""
    # A program line would name temporary files, other ones in every run.
    common = ("--bam", "--no-PG", "--threads", str(threads - 1), "--output", str(subset))
    pysam.view(*common, *selection, str(bam), catch_stdout=False)


def _pair(name: str, mates: Mapping[bool, pysam.AlignedSegment]) -> ReadPair:
    """A fragment from its records by whether they are mate 2."""
    sequences = {mate: r.get_forward_sequence() or "" for mate, r in mates.items()}
    if False in sequences:
        return ReadPair(name, sequences[False], sequences.get(True))
    # Alone, mate 2 reads the fragment from its other strand.
    return ReadPair(name, reverse_complement(sequences[True]), None)


def _pairs(subset: Path) -> Iterator[ReadPair]:
    """Fragments of a BAM of unmapped reads."""
    # Mates follow each other as STAR writes them; in a BAM that was sorted others may lie between.
    waiting: dict[str, tuple[bool, str]] = {}
    with pysam.AlignmentFile(str(subset), check_sq=False) as alignments:
        for record in alignments.fetch(until_eof=True):
            name, sequence = record.query_name or "", record.get_forward_sequence() or ""
            if not record.is_paired:
                yield ReadPair(name, sequence, None)
            elif name not in waiting:
                waiting[name] = (record.is_read2, sequence)
            elif waiting[name][0] != record.is_read2:
                _, mate = waiting.pop(name)
                pair = (mate, sequence) if record.is_read2 else (sequence, mate)
                yield ReadPair(name, *pair)


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
