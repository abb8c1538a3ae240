"""Reads at the target genes and their junctions, taken once out of a sample's BAM.

STAR calls a read chimeric only when both parts are long and clearly better than one alignment. A
read that crosses a known junction by a few bases is left clipped at it; spliced reads within
STAR's longest intron are no chimeras at all. Both are found here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pysam

from ntrkoma.fragments import Fragment, Junction
from ntrkoma.loci import Loci
from ntrkoma.records import Breakpoint
from ntrkoma.sequence import Genome, reverse_complement

# STAR's alignment may run this many nt past a junction where the bases happen to agree.
OVERRUN = 10
# Shortest clipped stretch (nt) that counts as crossing a junction: STAR's chimJunctionOverhangMin.
SHORTEST_CLIP = 8
# The clipped bases are compared over at most this many nt, with one mismatch allowed in ten.
COMPARED = 20
_SOFT_CLIP = 4


class TargetReads:
    """Alignments over the target genes and over the breakpoints outside them.

    :param bam: BAM of the whole sample in any order.
    :param subset: where to keep the small BAM.
    :param breakpoints: positions outside the target genes whose reads are wanted too.
    """

    def __init__(
        self,
        bam: Path,
        subset: Path,
        loci: Loci,
        breakpoints: Iterable[Breakpoint],
        threads: int = 1,
    ):
        regions = {(chrom, start - 1, end) for chrom, start, end in loci.spans.values()}
        regions |= {(b.chrom, max(0, b.pos - 1 - OVERRUN), b.pos + OVERRUN) for b in breakpoints}
        bed = subset.with_suffix(".bed")
        bed.write_text(
            "".join(f"{chrom}\t{start}\t{end}\n" for chrom, start, end in sorted(regions)),
            encoding="utf-8",
        )
        pysam.view(
            "--bam",
            "--threads",
            str(threads - 1),
            "--targets-file",
            str(bed),
            "--output",
            str(subset),
            str(bam),
            catch_stdout=False,
        )
        bed.unlink()
        self._subset = subset

    def _primary(self) -> Iterator[pysam.AlignedSegment]:
        with pysam.AlignmentFile(str(self._subset), check_sq=False) as alignments:
            for record in alignments.fetch(until_eof=True):
                if not (record.is_unmapped or record.is_secondary or record.is_supplementary):
                    yield record

    def sequences(self, fragments: set[str]) -> dict[str, list[str]]:
        """Full read sequences (either strand) of the named fragments."""
        found: dict[str, list[str]] = defaultdict(list)
        for record in self._primary():
            if record.query_name in fragments:
                found[record.query_name].append(record.query_sequence or "")
        return {name: sorted(sequences) for name, sequences in found.items()}

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
        for record in self._primary():
            blocks = record.get_blocks()
            for (_, left_end), (right_start, _) in pairwise(blocks):
                junction = gaps.get((record.reference_name or "", left_end, right_start + 1))
                if junction is None:
                    continue
                before = sum(end - start for start, end in blocks if end <= left_end)
                anchors = (before, sum(end - start for start, end in blocks) - before)
                forward = junction.donor.strand == "+"
                ends = _template_ends(record)
                fragment = Fragment(
                    name=record.query_name or "",
                    key=(*(ends if forward else ends[::-1]), _mate_order(record)),
                    anchors=anchors if forward else anchors[::-1],
                    loci=_loci(record),
                    inserted=0,
                )
                junction.reads.setdefault(fragment.name, fragment)
        return [junction for junction in gaps.values() if junction.reads]

    def add_clipped(self, junctions: Sequence[Junction], genome: Genome) -> None:
        """Add the reads that STAR left clipped at a junction which chimeric reads have placed.

        The clipped bases must be those of the other side. A fragment that was counted as spanning
        becomes a junction read.
        """
        edges: dict[tuple[str, int, bool], list[tuple[Junction, bool]]] = defaultdict(list)
        for junction in junctions:
            if junction.exact and junction.reads:
                for side, is_donor in ((junction.donor, True), (junction.acceptor, False)):
                    right = (side.strand == "+") == is_donor
                    edges[side.chrom, side.pos, right].append((junction, is_donor))
        if not edges:
            return
        for record in self._primary():
            for edge, beyond in _clipped_ends(record):
                # In order of the distance that STAR overran the junction by.
                for overrun in range(OVERRUN + 1):
                    pos = edge - overrun if beyond else edge + overrun
                    found = edges.get((record.reference_name or "", pos, beyond), ())
                    if any(self._claim(record, pos, beyond, *item, genome) for item in found):
                        break

    def _claim(
        self,
        record: pysam.AlignedSegment,
        pos: int,
        right: bool,
        junction: Junction,
        is_donor: bool,
        genome: Genome,
    ) -> bool:
        """Count the record for the junction if the bases past ``pos`` are its other side's."""
        side = junction.donor if is_donor else junction.acceptor
        rest = _bases_past(record, pos, right)
        if side.strand == "-":
            rest = reverse_complement(rest)
        compared = min(len(rest), COMPARED)
        if len(rest) - len(junction.inserted) < SHORTEST_CLIP:
            return False
        seen = rest[:compared] if is_donor else rest[-compared:]
        expected = _other_side(junction, compared, is_donor, genome)
        if len(expected) != compared:
            return False
        mismatches = sum(a != b for a, b in zip(seen, expected, strict=True))
        if mismatches > compared // 10:
            return False
        name = record.query_name or ""
        low, high = _template_ends(record)
        own_outer = low if right else high
        past = len(rest) - len(junction.inserted)
        if is_donor:
            key = (own_outer, junction.acceptor.upstream(1 - past), _mate_order(record))
        else:
            key = (junction.donor.upstream(past - 1), own_outer, _mate_order(record))
        aligned = record.query_alignment_length
        anchors = (aligned, past) if is_donor else (past, aligned)
        junction.spanning.pop(name, None)
        inserted = len(junction.inserted)
        junction.reads.setdefault(name, Fragment(name, key, anchors, _loci(record), inserted))
        return True


def _other_side(junction: Junction, length: int, is_donor: bool, genome: Genome) -> str:
    """The ``length`` bases that follow the donor, or come before the acceptor, in transcription."""
    own = max(0, length - len(junction.inserted))
    donor, acceptor = junction.donor, junction.acceptor
    if is_donor:
        far = acceptor.upstream(1 - own)
        beyond = genome.transcribed(acceptor.chrom, acceptor.pos, far, acceptor.strand)
        return (junction.inserted + beyond)[:length] if own else junction.inserted[:length]
    far = donor.upstream(own - 1)
    before = genome.transcribed(donor.chrom, far, donor.pos, donor.strand)
    return (before + junction.inserted)[-length:] if own else junction.inserted[-length:]


def _clipped_ends(record: pysam.AlignedSegment) -> list[tuple[int, bool]]:
    """Last aligned position (1-based) before each soft clip, and whether it is at the right."""
    cigar = record.cigartuples or []
    ends = []
    if cigar and cigar[0][0] == _SOFT_CLIP and cigar[0][1] + OVERRUN >= SHORTEST_CLIP:
        ends.append((record.reference_start + 1, False))
    if cigar and cigar[-1][0] == _SOFT_CLIP and cigar[-1][1] + OVERRUN >= SHORTEST_CLIP:
        ends.append((record.reference_end or 0, True))
    return ends


def _bases_past(record: pysam.AlignedSegment, pos: int, right: bool) -> str:
    """Read bases (genomic orientation) beyond the one at ``pos`` (1-based), clip included."""
    sequence = record.query_sequence or ""
    if right:
        return sequence[record.query_alignment_end - ((record.reference_end or 0) - pos) :]
    return sequence[: record.query_alignment_start + (pos - record.reference_start - 1)]


def _template_ends(record: pysam.AlignedSegment) -> tuple[int, int]:
    """Lowest and highest position (1-based) of a fragment, from either mate's record."""
    if record.is_proper_pair:
        start = min(record.reference_start, record.next_reference_start)
        return start + 1, start + abs(record.template_length)
    return record.reference_start + 1, record.reference_end or record.reference_start + 1


def _mate_order(record: pysam.AlignedSegment) -> bool:
    return record.is_reverse != record.is_read2


def _loci(record: pysam.AlignedSegment) -> int:
    return int(record.get_tag("NH")) if record.has_tag("NH") else 1
