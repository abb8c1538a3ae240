"""Genes beside each other: their joint transcript needs no rearrangement of the genome."""

from __future__ import annotations

from collections.abc import Mapping

from ntrkoma.annotation.structure import JoinedSide
from ntrkoma.genome.loci import downstream
from ntrkoma.genome.transcripts import Annotation
from ntrkoma.model.fusion import Neighbours


def neighbours(five: JoinedSide, three: JoinedSide, annotation: Annotation) -> Neighbours | None:
    """Two genes on one strand in order of transcription, and what lies between them; None for
    sides that are not. A side outside any gene counts as well, a gene read against its sense does
    not."""
    sides = (five.side, three.side)
    first, last = five.breakpoint, three.breakpoint
    if five.side.gene == three.side.gene or not first.same_strand(last):
        return None
    if not all(side.sense or side.gene is None for side in sides):
        return None
    if downstream(first, last) <= 0:
        return None
    low, high = sorted((first.pos, last.pos))
    between = [
        transcript
        for transcript in annotation.overlapping(first.chrom, low, high)
        if transcript.strand == first.strand
    ]
    spans = {
        gene: (
            min(t.start for t in between if t.gene == gene),
            max(t.end for t in between if t.gene == gene),
        )
        for gene in {t.gene for t in between}
    }
    ends = {side.gene for side in sides if side.gene}
    return Neighbours(
        distance=_gap(five, three, spans),
        coding_between=any(
            gene not in ends and low < start and end < high
            for gene, (start, end) in spans.items()
            if any(t.gene == gene and t.coding for t in between)
        ),
    )


def _gap(five: JoinedSide, three: JoinedSide, spans: Mapping[str, tuple[int, int]]) -> int:
    """nt between the two genes; an unannotated side counts from its breakpoint."""

    def span(joined: JoinedSide) -> tuple[int, int]:
        pos = joined.breakpoint.pos
        return spans.get(joined.side.gene or "", (pos, pos))

    one, other = span(five), span(three)
    return max(0, max(one[0], other[0]) - min(one[1], other[1]))
