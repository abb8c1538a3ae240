"""Names of fusions after VICC and HGVS."""

from __future__ import annotations

from ntrkoma.annotation.structure import JoinedSide
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.fusion import Side


def vicc(five: JoinedSide, three: JoinedSide, inserted: str) -> str:
    """Junction in the syntax of the VICC Gene Fusion Specification, exon-level.

    Source: cancervariants/fusions, nomenclature: ``transcript(gene):e.exon±offset`` joined by
    ``::``, inserted bases as an element of their own, an unknown partner as ``?``.
    """
    return "::".join(filter(None, (_vicc_side(five.side), inserted, _vicc_side(three.side))))


def _vicc_side(side: Side) -> str:
    if side.transcript is None or side.exon is None:
        return side.gene or "?"
    offset = f"{side.offset:+d}" if side.offset else ""
    return f"{side.refseq or side.transcript}({side.gene}):e.{side.exon}{offset}"


def hgvs(five: JoinedSide, three: JoinedSide, inserted: str) -> str:
    """Adjoined-transcript description (HGVS SVD-WG007) with unknown outer ends; empty when a side
    has no transcript position."""
    last = _r_position(five.transcript, five.breakpoint.pos)
    first = _r_position(three.transcript, three.breakpoint.pos)
    if last is None or first is None:
        return ""
    linker = inserted.lower().replace("t", "u")
    parts = [
        f"{five.side.refseq or five.side.transcript}:r.?_{last}",
        *([linker] if linker else []),
        f"{three.side.refseq or three.side.transcript}:r.{first}_?",
    ]
    return "::".join(parts)


def _r_position(transcript: Transcript | None, pos: int) -> str | None:
    """r. position of a genomic position: numbered like c., introns relative to the exon border."""
    if transcript is None:
        return None
    position = transcript.to_transcript(pos)
    suffix = ""
    if position is None:
        before = transcript.exons_before(pos)
        if not 0 < before < len(transcript.exons):
            return None
        left, right = transcript.exon_end(before), transcript.exon_start(before + 1)
        if abs(pos - left) <= abs(right - pos):
            anchor, suffix = left, f"+{abs(pos - left)}"
        else:
            anchor, suffix = right, f"-{abs(right - pos)}"
        position = transcript.to_transcript(anchor)
    if position is None:
        return None
    if transcript.cds_span is None:
        return f"{position}{suffix}"
    first, last = transcript.cds_span
    if position < first:
        return f"{position - first}{suffix}"
    if position > last:
        return f"*{position - last}{suffix}"
    return f"{position - first + 1}{suffix}"
