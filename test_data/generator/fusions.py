"""Planted events: how two transcripts are joined, and what the join means for the protein."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from generator.models import Bases, Gene, Transcript
from generator.sequence import BASES, KINASE_DOMAINS, translate

MID_EXON_INSERTED = 3
"""Bases between the two parts of a join that lies inside exons (nt)."""


@dataclass(frozen=True)
class Side:
    """One side of a join: the whole exon (numbered in its transcript), or its middle."""

    gene: str
    exon: int
    isoform: str = ""
    mid_exon: bool = False


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
    """If set, every crossing fragment has a read with so many bases on both sides (nt)."""


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
        """in_frame when translation passes the join and ends at the 3' gene's own stop codon."""
        cds5, cds3 = self.transcript5.cds_range, self.transcript3.cds_range
        if cds5 is None or cds3 is None or self.end5 <= cds5[0] or self.start3 >= cds3[1]:
            return "no_cds"
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
    gene5, gene3 = genes[event.five.gene], genes[event.three.gene]
    transcript5 = gene5.transcript(event.five.isoform)
    transcript3 = gene3.transcript(event.three.isoform)
    exon5 = transcript5.exon_offsets(event.five.exon)
    exon3 = transcript3.exon_offsets(event.three.exon)
    fusion = FusionTranscript(event, gene5, transcript5, exon5[1], gene3, transcript3, exon3[0])
    if event.five.mid_exon and event.three.mid_exon:
        return _join_mid_exon(fusion, sum(exon5) // 2, sum(exon3) // 2)
    return fusion


def _join_mid_exon(fusion: FusionTranscript, end5: int, start3: int) -> FusionTranscript:
    """The first in-frame join near the two offsets that no aligner can shift or mend.

    It has no splice-site dinucleotide on either side, no microhomology, and inserted bases that
    differ from the gene on both sides.
    """
    mrna5 = fusion.gene5.mrna(fusion.transcript5)
    mrna3 = fusion.gene3.mrna(fusion.transcript3)
    for shift5, shift3 in product(range(12), range(12)):
        end, start = end5 + shift5, start3 + shift3
        after5 = mrna5[end : end + MID_EXON_INSERTED]
        before3 = mrna3[start - MID_EXON_INSERTED : start]
        splice_like = after5[:2].tobytes() in (b"GT", b"GC", b"AT") or (
            before3[-2:].tobytes() in (b"AG", b"AC")
        )
        homologous = mrna5[end - 1] == before3[-1] or after5[0] == mrna3[start]
        if splice_like or homologous:
            continue
        inserted = bytes(
            next(int(b) for b in BASES if b not in (after, before))
            for after, before in zip(after5, before3, strict=True)
        )
        candidate = FusionTranscript(
            fusion.event,
            fusion.gene5,
            fusion.transcript5,
            end,
            fusion.gene3,
            fusion.transcript3,
            start,
            inserted,
        )
        if candidate.frame == "in_frame":
            return candidate
    raise ValueError(f"{fusion.event.event_id}: no in-frame join inside the exons")
