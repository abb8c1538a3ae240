"""Gene models: real exon and CDS structure, laid out on a gene-local coordinate.

``gene_models.tsv`` holds GRCh38 positions (1-based, inclusive). They are turned into *gene-local*
positions: 0-based, counted along the transcribed strand from the first base of the gene, with
introns shortened and long UTRs cut. Everything past this module works on the transcribed strand;
only `reference.py` maps to the genome.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Bases = NDArray[np.uint8]
Positions = NDArray[np.int64]

MAX_UTR_STRETCH = 1000
"""Longest UTR stretch kept per exon (nt)."""
INTRON_LENGTHS = (300, 520)
"""Shortest and longest intron of the mini genome (nt)."""


@dataclass(frozen=True)
class Exon:
    """One exon; gene-local, 0-based, half-open. ``cds_*`` are None in a non-coding exon."""

    number: int
    start: int
    end: int
    cds_start: int | None = None
    cds_end: int | None = None

    @property
    def coding(self) -> tuple[int, int] | None:
        """The coding stretch, gene-local, 0-based half-open; None in a non-coding exon."""
        if self.cds_start is None or self.cds_end is None:
            return None
        return self.cds_start, self.cds_end


@dataclass(frozen=True)
class Transcript:
    """A transcript; offsets into the mRNA are 0-based, the CDS includes the stop codon."""

    transcript_id: str
    is_mane: bool
    isoform: str
    exons: tuple[Exon, ...]

    @property
    def mrna_positions(self) -> Positions:
        """Gene-local position of every mRNA base, 5' to 3'."""
        return np.concatenate([np.arange(exon.start, exon.end) for exon in self.exons])

    @property
    def cds_positions(self) -> Positions:
        """Gene-local position of every CDS base, 5' to 3', stop codon included."""
        parts = [np.arange(*exon.coding) for exon in self.exons if exon.coding]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    @property
    def cds_range(self) -> tuple[int, int] | None:
        """mRNA offsets of the CDS, 0-based half-open; None without a CDS."""
        cds = self.cds_positions
        if not len(cds):
            return None
        first, last = np.searchsorted(self.mrna_positions, (cds[0], cds[-1]))
        return int(first), int(last) + 1

    def with_retained_intron(self, number: int, length: int) -> Transcript:
        """The transcript with the last *length* nt of the intron before an exon (1-based)."""
        exons = list(self.exons)
        exons[number - 1] = replace(exons[number - 1], start=exons[number - 1].start - length)
        return replace(self, exons=tuple(exons))

    def exon_offsets(self, number: int) -> tuple[int, int]:
        """mRNA offsets of an exon (number is 1-based), 0-based half-open."""
        start = sum(exon.end - exon.start for exon in self.exons[: number - 1])
        exon = self.exons[number - 1]
        return start, start + exon.end - exon.start


@dataclass
class Gene:
    """A gene of the mini genome.

    ``sequence`` is the transcribed strand from the first to the last base of the gene; ``start``
    is the 0-based genomic position of the gene's leftmost base.
    """

    name: str
    gene_id: str
    chrom: str
    strand: str
    grch38_start: int
    transcripts: list[Transcript]
    length: int
    gene_type: str = "protein_coding"
    start: int = -1
    sequence: Bases = field(default_factory=lambda: np.empty(0, dtype=np.uint8))

    @property
    def mane(self) -> Transcript:
        """The MANE Select transcript (or the only one of a pseudogene)."""
        return self.transcripts[0]

    @property
    def end(self) -> int:
        """0-based genomic position after the gene's rightmost base."""
        return self.start + self.length

    def transcript(self, isoform: str = "") -> Transcript:
        """The transcript whose isoform label starts with *isoform*; MANE Select by default."""
        if not isoform:
            return self.mane
        return next(t for t in self.transcripts if t.isoform.startswith(isoform))

    def mrna(self, transcript: Transcript) -> Bases:
        return self.sequence[transcript.mrna_positions]

    def genomic_position(self, local: int) -> int:
        """1-based genomic position of a gene-local (0-based) position."""
        return self.start + local + 1 if self.strand == "+" else self.end - local


def merge_intervals(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Union of half-open intervals, sorted; intervals that overlap are merged."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _oriented_exons(rows: list[dict[str, str]]) -> list[Exon]:
    """Exons of one transcript on the transcribed axis (0-based, real distances, UTRs cut).

    On the minus strand the axis is the negated genomic position, so that it grows 5' to 3'.
    """

    def orient(start: str, end: str, strand: str) -> tuple[int, int]:
        first, last = int(start), int(end)
        return (first - 1, last) if strand == "+" else (-last, -first + 1)

    coding = [index for index, row in enumerate(rows) if row["cds_start"]]
    exons = []
    for index, row in enumerate(rows):
        start, end = orient(row["exon_start"], row["exon_end"], row["strand"])
        cds_start = cds_end = None
        if row["cds_start"]:
            cds_start, cds_end = orient(row["cds_start"], row["cds_end"], row["strand"])
            start = max(start, cds_start - MAX_UTR_STRETCH)
            end = min(end, cds_end + MAX_UTR_STRETCH)
        elif index < coding[0]:
            start = max(start, end - MAX_UTR_STRETCH)
        else:
            end = min(end, start + MAX_UTR_STRETCH)
        exons.append(Exon(int(row["exon_number"]), start, end, cds_start, cds_end))
    return exons


def _compress_introns(
    exons: list[Exon], rng: np.random.RandomState
) -> tuple[dict[tuple[int, int], int], int]:
    """New start of every exonic block once introns are shortened, and the length of the gene."""
    blocks = merge_intervals([(exon.start, exon.end) for exon in exons])
    new_start: dict[tuple[int, int], int] = {}
    cursor = 0
    for block in blocks:
        if new_start:
            cursor += int(rng.randint(INTRON_LENGTHS[0], INTRON_LENGTHS[1] + 1))
        new_start[block] = cursor
        cursor += block[1] - block[0]
    return new_start, cursor


def _relocate(exon: Exon, new_start: dict[tuple[int, int], int]) -> Exon:
    block = next(b for b in new_start if b[0] <= exon.start and exon.end <= b[1])
    shift = new_start[block] - block[0]
    return Exon(
        exon.number,
        exon.start + shift,
        exon.end + shift,
        None if exon.cds_start is None else exon.cds_start + shift,
        None if exon.cds_end is None else exon.cds_end + shift,
    )


def read_gene_models(path: Path) -> list[dict[str, str]]:
    """Rows of ``gene_models.tsv``, one per exon."""
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def load_genes(rows: list[dict[str, str]], rng: np.random.RandomState) -> dict[str, Gene]:
    """Genes of some rows, without sequence and genomic place, MANE Select first."""
    genes: dict[str, Gene] = {}
    for name, gene_rows in groupby(rows, key=lambda row: row["gene"]):
        by_transcript = {
            key: list(group)
            for key, group in groupby(gene_rows, key=lambda row: row["transcript_enst"])
        }
        oriented = {key: _oriented_exons(group) for key, group in by_transcript.items()}
        new_start, length = _compress_introns([e for t in oriented.values() for e in t], rng)
        transcripts = [
            Transcript(
                key,
                group[0]["mane"] == "yes",
                group[0]["isoform"],
                tuple(_relocate(exon, new_start) for exon in oriented[key]),
            )
            for key, group in by_transcript.items()
        ]
        first = next(iter(by_transcript.values()))
        genes[name] = Gene(
            name,
            first[0]["gene_id"],
            first[0]["chrom"],
            first[0]["strand"],
            min(int(row["exon_start"]) for row in first),
            transcripts,
            length,
        )
    return genes
