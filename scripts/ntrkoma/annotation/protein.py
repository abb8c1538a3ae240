"""The protein that a fusion transcript codes for."""

from __future__ import annotations

from dataclasses import dataclass

from ntrkoma.genome.carried import Carried
from ntrkoma.genome.sequence import Genome, translate
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.states import Frame


@dataclass(frozen=True)
class FusedProtein:
    """Reading frame across the junction and what it is translated to.

    ``length``: residues from the 5′ partner's start to the first stop, only for in-frame joins.
    ``note`` tells in words what was found.
    """

    frame: Frame
    length: int | None
    note: str


def fused_protein(
    five: tuple[Transcript, Carried] | None,
    three: tuple[Transcript, Carried] | None,
    inserted: str,
    genome: Genome,
) -> FusedProtein:
    """Reading frame from the coding phases, confirmed by translating the joined sequence.

    :param five: 5′ transcript and what is carried of it; None when the side is not transcribed
        from a known gene.
    :param three: the same for the 3′ side.
    :param inserted: bases between the two, transcript orientation.
    """
    if three is None or not three[0].coding:
        return FusedProtein(Frame.NO_CDS, None, "the 3′ side has no coding sequence")
    transcript3, part3 = three
    entry = _first_coding_base(transcript3, part3)
    if entry is None:
        return FusedProtein(Frame.NO_CDS, None, "the breakpoint lies in the 3′ UTR of the 3′ gene")
    coding_base, leading = entry
    start_retained = coding_base == 1 and transcript3.cds_phase == 0
    upstream = _coding_part(five)
    if upstream is None:
        if start_retained:
            return FusedProtein(
                Frame.UTR5_START_RETAINED,
                None,
                "no coding sequence comes from the 5′ side; the 3′ gene keeps its own start codon",
            )
        why = "the 5′ side has no start codon before the breakpoint"
        return FusedProtein(Frame.NO_CDS, None, why)
    transcript5, part5, first_codon = upstream
    coding5 = part5.sequence(genome)[first_codon:]
    stop5 = _stop_index(transcript5, part5)
    if stop5 is not None:
        return FusedProtein(
            Frame.NO_CDS, None, "the breakpoint lies in the 3′ UTR of the 5′ gene, after its stop"
        )
    before_entry = len(coding5) + len(inserted) + leading
    in_phase = before_entry % 3 == (coding_base - 1 - transcript3.cds_phase) % 3
    joined = coding5 + inserted + part3.sequence(genome)
    protein = translate(joined)
    stopped_early = protein.endswith("*") and 3 * (len(protein) - 1) < before_entry
    if in_phase and not stopped_early:
        residues = protein.rstrip("*")
        length = len(residues) if protein.endswith("*") else None
        return FusedProtein(Frame.IN_FRAME, length, "coding phases match and the join translates")
    if start_retained and leading > 0:
        return FusedProtein(
            Frame.UTR5_START_RETAINED,
            None,
            "the 5′ reading frame does not enter the 3′ one; the 3′ gene keeps its start codon",
        )
    note = (
        "coding phases match but a stop codon arises at the junction"
        if in_phase
        else "the coding phases of the two sides differ"
    )
    return FusedProtein(Frame.OUT_OF_FRAME, None, note)


def _first_coding_base(transcript: Transcript, carried: Carried) -> tuple[int, int] | None:
    """Lowest c. position (1-based) carried, and the bases carried before it."""
    span = transcript.cds_span
    if span is None:
        return None
    for position in range(span[0], span[1] + 1):
        index = carried.index_of(transcript.to_genome(position))
        if index is not None:
            return position - span[0] + 1, index
    return None


def _coding_part(
    five: tuple[Transcript, Carried] | None,
) -> tuple[Transcript, Carried, int] | None:
    """5′ transcript, what is carried, and the 0-based index of its first full codon there."""
    if five is None or five[0].cds_span is None:
        return None
    transcript, carried = five
    first = transcript.to_genome(five[0].cds_span[0] + transcript.cds_phase)
    index = carried.index_of(first)
    return None if index is None else (transcript, carried, index)


def _stop_index(transcript: Transcript, carried: Carried) -> int | None:
    """0-based index of the last coding base where the 5′ part carries it, else None."""
    if transcript.cds_span is None:
        return None
    return carried.index_of(transcript.to_genome(transcript.cds_span[1]))
