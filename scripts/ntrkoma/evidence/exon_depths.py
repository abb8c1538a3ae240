"""Depth of single exons, and which of them stand for the 5′ and the kinase part of a gene.

Depth is counted on coding bases only, because the UTRs of NTRK2 and NTRK3 (up to 17 kb) would drown
the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pysam

from ntrkoma.curated.exon_parts import CuratedParts, Part, Parts
from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.errors import InputError
from ntrkoma.genome.transcripts import Transcript

_LEFT_OUT = pysam.FUNMAP | pysam.FSECONDARY | pysam.FSUPPLEMENTARY | pysam.FDUP


@dataclass(frozen=True)
class ExonDepth:
    """One exon: ``start``, ``end`` genomic, 1-based inclusive; ``depth``: mean fragments per coding
    base, None where the exon holds none."""

    exon: int
    start: int
    end: int
    coding_nt: int
    depth: float | None
    part: Part


def choose_parts(
    transcript: Transcript,
    transcripts: Iterable[Transcript],
    knowledge: Knowledge,
    curated: Mapping[str, CuratedParts],
) -> Parts:
    """The two parts of ``transcript``, the reference transcript of its gene.

    The curated exon numbers hold on the transcript they are made for, if they still are the
    kinase's in this annotation. Elsewhere the parts are computed: the kinase part is every exon
    with a codon of the kinase domain, the 5′ part every coding exon wholly upstream of the
    transmembrane domain (of the kinase domain, where the former is not known). Both are empty
    where the kinase cannot be placed; the 5′ part alone where no coding exon lies upstream.

    :param transcripts: all transcripts of the gene, for placing its domains.
    :raises InputError: when the annotation holds no transcript to place a known domain on.
    """
    # A symbol may stand on several contigs, such as patches of the assembly.
    locus = (transcript.chrom, transcript.strand)
    models = [t for t in transcripts if (t.chrom, t.strand) == locus]
    coding = [number for number, nt in enumerate(_coding_lengths(transcript), 1) if nt]
    kinase = _domain_positions(transcript.gene, "kinase", models, knowledge)
    kinase_exons = {transcript.exon_at(position) for position in kinase}
    computed = tuple(number for number in coding if number in kinase_exons)
    known = curated.get(transcript.gene)
    if (
        known
        and transcript.transcript_id.split(".")[0] in known.transcript_ids
        and computed in ((), known.parts.kinase)
        and {*known.parts.five_prime, *known.parts.kinase} <= set(coding)
    ):
        return known.parts
    membrane = _domain_positions(transcript.gene, "transmembrane", models, knowledge)
    border = membrane or kinase
    if not border or not computed:
        return Parts()
    first = min(border) if transcript.strand == "+" else max(border)
    upstream = transcript.exons_before(first)
    return Parts(tuple(n for n in coding if n <= upstream), computed)


def _domain_positions(
    gene: str, name: str, transcripts: Iterable[Transcript], knowledge: Knowledge
) -> frozenset[int]:
    domain = knowledge.domain(gene, name)
    return domain.positions(transcripts) if domain else frozenset()


def _coding_range(transcript: Transcript, exon: int) -> tuple[int, int]:
    """Genomic (first, last) coding base of an exon, 1-based; last < first where it holds none."""
    start, end = transcript.exons[exon - 1]
    if transcript.cds is None:
        return start, start - 1
    return max(start, transcript.cds[0]), min(end, transcript.cds[1])


def _coding_lengths(transcript: Transcript) -> list[int]:
    ranges = (_coding_range(transcript, n) for n in range(1, len(transcript.exons) + 1))
    return [max(0, last - first + 1) for first, last in ranges]


def exon_depths(
    alignments: pysam.AlignmentFile, transcript: Transcript, parts: Parts
) -> tuple[ExonDepth, ...]:
    """Mean depth of every exon's coding bases, exon 1 first.

    A fragment counts once at a base, even where both its mates cover it. Only primary alignments
    that are not marked as duplicates count, of either strand and any base quality; introns,
    deletions and clipped ends do not.

    :param alignments: sorted and indexed; contigs named as in the annotation.
    :raises InputError: when the contig is not in the BAM or the BAM has no index.
    """
    source = str(alignments.filename, "utf-8") if alignments.filename else "the BAM"
    if alignments.get_tid(transcript.chrom) < 0:
        raise InputError(
            f"{source}: it has no contig {transcript.chrom!r}, where the GTF has "
            f"{transcript.gene}; use the GTF that the reads were aligned with."
        )
    if not alignments.has_index():
        raise InputError(f"{source}: it has no index; sort it by position and index it.")
    found = []
    for number, nt in enumerate(_coding_lengths(transcript), 1):
        depth = None
        if nt:
            first, last = _coding_range(transcript, number)
            depth = _covered_bases(alignments, transcript.chrom, first - 1, last) / nt
        start, end = transcript.exons[number - 1]
        found.append(ExonDepth(number, start, end, nt, depth, parts.of(number)))
    return tuple(found)


def _covered_bases(alignments: pysam.AlignmentFile, chrom: str, start: int, end: int) -> int:
    """Bases of 0-based half-open ``start``-``end`` that fragments cover, summed over fragments."""
    fragments: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for record in alignments.fetch(chrom, start, end):
        if record.flag & _LEFT_OUT:
            continue
        for first, last in record.get_blocks():
            if first < end and last > start:
                piece = max(first, start), min(last, end)
                fragments[record.query_name or ""].append(piece)
    return sum(_union(pieces) for pieces in fragments.values())


def _union(pieces: list[tuple[int, int]]) -> int:
    """Bases covered by half-open intervals, each once."""
    covered, reached = 0, -1
    for first, last in sorted(pieces):
        covered += max(0, last - max(first, reached))
        reached = max(reached, last)
    return covered
