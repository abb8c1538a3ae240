"""Names of fusions after VICC and HGVS."""

from __future__ import annotations

from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.fusion import Side
from ntrkoma.model.junction import Breakpoint


def vicc(side5: Side, side3: Side, inserted: str) -> str:
    """Junction in the syntax of the VICC Gene Fusion Specification, exon-level.

    Source: cancervariants/fusions, nomenclature: ``transcript(gene):e.exon±offset`` joined by
    ``::``, inserted bases as an element of their own, an unknown partner as ``?``.
    """
    return "::".join(filter(None, (_vicc_side(side5), inserted, _vicc_side(side3))))


def _vicc_side(side: Side) -> str:
    if side.transcript is None or side.exon is None:
        return side.gene or "?"
    offset = f"{side.offset:+d}" if side.offset else ""
    return f"{side.refseq or side.transcript}({side.gene}):e.{side.exon}{offset}"


def hgvs(
    side5: Side,
    side3: Side,
    transcript5: Transcript | None,
    transcript3: Transcript | None,
    breakpoint5: Breakpoint,
    breakpoint3: Breakpoint,
    inserted: str,
) -> str:
    """Adjoined-transcript description (HGVS SVD-WG007) with unknown outer ends; empty when a side
    has no transcript position."""
    five = _r_position(transcript5, breakpoint5.pos)
    three = _r_position(transcript3, breakpoint3.pos)
    if five is None or three is None:
        return ""
    linker = inserted.lower().replace("t", "u")
    parts = [
        f"{side5.refseq or side5.transcript}:r.?_{five}",
        *([linker] if linker else []),
        f"{side3.refseq or side3.transcript}:r.{three}_?",
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
