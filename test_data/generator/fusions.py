"""Planted events: how two transcripts are joined, and what the join means for the protein."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

import numpy as np

from generator.models import Bases, Gene, Transcript
from generator.sequence import BASES, KINASE_DOMAINS, RETROCOPY_FLANKS, translate

MID_EXON_INSERTED = 3
"""Bases between the two parts of a join that lies inside exons (nt)."""
RETAINED_INTRON = (24, 150)
"""Fewest and most intron bases read through before the exon (nt)."""

Place = Literal["border", "middle", "intron", "alike", "copy"]


@dataclass(frozen=True)
class Side:
    """One side of a join, in an exon numbered in its transcript.

    ``place``: the ``border`` of the exon; its ``middle``; a cryptic splice site in the ``intron``
    before it (3' side); where the two genes are ``alike``, the same offset in both exons; or the
    border of this exon as ``copied_by`` a pseudogene (5' side), with ``gene`` as the parent.
    """

    gene: str
    exon: int
    isoform: str = ""
    place: Place = "border"
    copied_by: str = ""


@dataclass(frozen=True)
class CodonChange:
    """A codon (1-based residue) of the 3' gene that is changed in a share of the fragments."""

    residue: int
    reference: str
    change: str
    share: float


@dataclass(frozen=True)
class Event:
    """An event to plant: the 5' part ends in ``five``, the 3' part begins in ``three``."""

    event_id: str
    kind: str
    five: Side
    three: Side
    crossing: int
    status: str
    note: str = ""
    junction_overhang: int = 0
    """If set, every fragment with bases of both sides has a read with so many of each (nt)."""
    expected_class: str = "exon_junction"
    reason: str = "actionable_structure"
    copies: int = 1
    """How often each crossing fragment is written."""
    starts: int = 0
    """If set, all fragments begin at so few places, and each of them crosses the join."""
    inserted: int = MID_EXON_INSERTED
    """Bases between the two parts of a join in the middle of exons (nt)."""
    codon_change: CodonChange | None = None


@dataclass(frozen=True)
class FusionTranscript:
    """A joined mRNA; ``end5`` and ``start3`` are mRNA offsets (0-based, end exclusive)."""

    event: Event
    gene5: Gene
    transcript5: Transcript
    end5: int
    gene3: Gene
    transcript3: Transcript
    start3: int
    inserted: bytes = b""

    @property
    def mrna(self) -> Bases:
        return np.concatenate(
            [
                self.gene5.mrna(self.transcript5)[: self.end5],
                np.frombuffer(self.inserted, dtype=np.uint8),
                self.gene3.mrna(self.transcript3)[self.start3 :],
            ]
        )

    @property
    def junction(self) -> tuple[int, int]:
        """Offsets in the joined mRNA: end of the 5' part, start of the 3' part."""
        return self.end5, self.end5 + len(self.inserted)

    @property
    def breakpoint5(self) -> str:
        """``chrom:pos:strand`` of the last base of the 5' part (1-based)."""
        local = int(self.transcript5.mrna_positions[self.end5 - 1])
        return f"{self.gene5.chrom}:{self.gene5.genomic_position(local)}:{self.gene5.strand}"

    @property
    def breakpoint3(self) -> str:
        """``chrom:pos:strand`` of the first base of the 3' part (1-based)."""
        local = int(self.transcript3.mrna_positions[self.start3])
        return f"{self.gene3.chrom}:{self.gene3.genomic_position(local)}:{self.gene3.strand}"

    @property
    def exon5(self) -> str:
        """MANE number of the exon that holds the last base of the 5' part, or empty."""
        return _mane_exon(self.gene5, int(self.transcript5.mrna_positions[self.end5 - 1]))

    @property
    def exon3(self) -> str:
        """MANE number of the exon that holds the first base of the 3' part, or empty."""
        return _mane_exon(self.gene3, int(self.transcript3.mrna_positions[self.start3]))

    @property
    def protein(self) -> str:
        """Translation from the 5' gene's start codon to the first stop codon."""
        cds5 = self.transcript5.cds_range
        return translate(self.mrna[cds5[0] :]) if cds5 else ""

    @property
    def frame(self) -> str:
        """in_frame when translation passes the join and ends at the 3' gene's own stop codon.

        utr5_start_retained when only the 3' part brings a start codon, its own.
        """
        cds5, cds3 = self.transcript5.cds_range, self.transcript3.cds_range
        if cds3 is None or self.start3 >= cds3[1]:
            return "no_cds"
        if cds5 is None or self.end5 <= cds5[0]:
            return "utr5_start_retained" if self.start3 <= cds3[0] else "no_cds"
        own_stop = self.junction[1] + cds3[1] - self.start3 - 3
        reaches_stop = cds5[0] + 3 * len(self.protein) == own_stop
        return "in_frame" if reaches_stop else "out_of_frame"

    @property
    def kinase(self) -> str:
        """How much of the kinase domain the joined mRNA encodes, whatever its reading frame.

        The domain is that of the 3' gene, or of the 5' gene when only that one has a kinase.
        """
        if self.gene3.name in KINASE_DOMAINS:
            gene, kept = self.gene3, self.transcript3.mrna_positions[self.start3 :]
        else:
            gene, kept = self.gene5, self.transcript5.mrna_positions[: self.end5]
        first, last = KINASE_DOMAINS[gene.name]
        domain = gene.mane.cds_positions[3 * (first - 1) : 3 * last]
        retained = np.isin(domain, kept)
        if retained.all():
            return "complete"
        return "partial" if retained.any() else "absent"


def _mane_exon(gene: Gene, local: int) -> str:
    for exon in gene.mane.exons:
        if exon.start <= local < exon.end:
            return str(exon.number)
    return ""


def join(event: Event, genes: dict[str, Gene]) -> FusionTranscript:
    """Build the joined transcript of an event."""
    five, three = event.five, event.three
    gene5, gene3 = genes[five.gene], genes[three.gene]
    transcript5, transcript3 = gene5.transcript(five.isoform), gene3.transcript(three.isoform)
    exon5, exon3 = transcript5.exon_offsets(five.exon), transcript3.exon_offsets(three.exon)
    fusion = FusionTranscript(event, gene5, transcript5, exon5[1], gene3, transcript3, exon3[0])
    if five.place == "copy":
        copy = genes[five.copied_by]
        return replace(
            fusion, gene5=copy, transcript5=copy.mane, end5=exon5[1] - _copy_start(gene5)
        )
    if five.place == "middle":
        return _join_middle(fusion, sum(exon5) // 2, sum(exon3) // 2)
    if five.place == "alike":
        return _join_alike(fusion, exon5, exon3)
    if three.place == "intron":
        return _join_intron(fusion)
    return fusion


def _copy_start(parent: Gene) -> int:
    """Offset in the parent's mRNA at which its processed pseudogene begins."""
    cds = parent.mane.cds_range
    if cds is None:
        raise ValueError(f"{parent.name} has no CDS that could be copied")
    return max(0, cds[0] - RETROCOPY_FLANKS[0])


def _join_middle(fusion: FusionTranscript, end5: int, start3: int) -> FusionTranscript:
    """The first in-frame join near the two offsets that no aligner can shift or mend.

    It has no splice-site dinucleotide on either side, no microhomology, and inserted bases (if any)
    that differ from the gene on both sides.
    """
    mrna5 = fusion.gene5.mrna(fusion.transcript5)
    mrna3 = fusion.gene3.mrna(fusion.transcript3)
    length = fusion.event.inserted
    for shift5, shift3 in product(range(12), range(12)):
        end, start = end5 + shift5, start3 + shift3
        after5, before3 = mrna5[end : end + length], mrna3[start - length : start]
        splice_like = mrna5[end : end + 2].tobytes() in (b"GT", b"GC", b"AT") or (
            mrna3[start - 2 : start].tobytes() in (b"AG", b"AC")
        )
        homologous = mrna5[end - 1] == mrna3[start - 1] or mrna5[end] == mrna3[start]
        if splice_like or homologous:
            continue
        inserted = bytes(
            next(int(b) for b in BASES if b not in (after, before))
            for after, before in zip(after5, before3, strict=True)
        )
        candidate = replace(fusion, end5=end, start3=start, inserted=inserted)
        if candidate.frame == "in_frame":
            return candidate
    raise ValueError(f"{fusion.event.event_id}: no in-frame join inside the exons")


def _join_alike(
    fusion: FusionTranscript, exon5: tuple[int, int], exon3: tuple[int, int]
) -> FusionTranscript:
    """The same place in two exons of one ancestor, as near to the middle as can be.

    The paralogues differ on both sides of it: the join cannot be shifted.
    """
    if exon5[1] - exon5[0] != exon3[1] - exon3[0]:
        raise ValueError(f"{fusion.event.event_id}: the two exons differ in length")
    mrna5 = fusion.gene5.mrna(fusion.transcript5)[slice(*exon5)]
    mrna3 = fusion.gene3.mrna(fusion.transcript3)[slice(*exon3)]
    differ = mrna5 != mrna3
    places = [i for i in range(1, len(differ)) if differ[i - 1] and differ[i]]
    place = min(places, key=lambda i: abs(i - len(differ) // 2))
    return replace(fusion, end5=exon5[0] + place, start3=exon3[0] + place)


def _join_intron(fusion: FusionTranscript) -> FusionTranscript:
    """The nearest cryptic acceptor (AG) before the exon from which the frame stays open."""
    exon = fusion.event.three.exon
    for length in range(*RETAINED_INTRON):
        transcript3 = fusion.transcript3.with_retained_intron(exon, length)
        first = transcript3.exons[exon - 1].start
        if fusion.gene3.sequence[first - 2 : first].tobytes() != b"AG":
            continue
        start3 = transcript3.exon_offsets(exon)[0]
        candidate = replace(fusion, transcript3=transcript3, start3=start3)
        if candidate.frame == "in_frame":
            return candidate
    raise ValueError(f"{fusion.event.event_id}: no open frame through the intron")
