"""Genome sequence in the direction of transcription, and translation."""

from __future__ import annotations

from pathlib import Path

import pysam

from ntrkoma.model.junction import Breakpoint

_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")

_BASES = "TCAG"

# NCBI translation table 1, codons in TCAG order.
_AMINO_ACIDS = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"

_CODONS = {
    a + b + c: _AMINO_ACIDS[16 * i + 4 * j + k]
    for i, a in enumerate(_BASES)
    for j, b in enumerate(_BASES)
    for k, c in enumerate(_BASES)
}


def reverse_complement(sequence: str) -> str:
    """Reverse complement of a DNA sequence, in upper case."""
    return sequence.upper()[::-1].translate(_COMPLEMENT)


def translate(sequence: str) -> str:
    """Amino acids of a coding sequence up to the first stop (shown as ``*``) or its last codon.

    Codons with ambiguous bases become ``X``; trailing bases that fill no codon are ignored.
    """
    protein = []
    for index in range(0, len(sequence) - 2, 3):
        residue = _CODONS.get(sequence[index : index + 3].upper(), "X")
        protein.append(residue)
        if residue == "*":
            break
    return "".join(protein)


class Genome:
    """Bases of an indexed FASTA."""

    def __init__(self, path: Path):
        self._fasta = pysam.FastaFile(str(path))
        self._lengths = dict(zip(self._fasta.references, self._fasta.lengths, strict=True))

    @property
    def contigs(self) -> dict[str, int]:
        """Contig lengths (nt) by name, in the order of the FASTA."""
        return dict(self._lengths)

    def transcribed(self, chrom: str, first: int, last: int, strand: str) -> str:
        """Bases from ``first`` to ``last`` (1-based inclusive, given in either order) read along
        ``strand``, in upper case; cut at the ends of the contig."""
        low, high = max(1, min(first, last)), min(max(first, last), self._lengths[chrom])
        bases = self._fasta.fetch(chrom, low - 1, high).upper() if low <= high else ""
        return bases if strand == "+" else reverse_complement(bases)

    def splice_motif(self, donor: Breakpoint, acceptor: Breakpoint) -> str:
        """Dinucleotides just inside the join, such as ``GT-AG``; donor and acceptor are the last
        and the first transcribed base."""
        left = self.transcribed(donor.chrom, donor.upstream(-1), donor.upstream(-2), donor.strand)
        right = self.transcribed(
            acceptor.chrom, acceptor.upstream(2), acceptor.upstream(1), acceptor.strand
        )
        return f"{left}-{right}"


# Introns of nearly all genes begin and end so: U2 and U12 type.
SPLICE_MOTIFS = frozenset({"GT-AG", "GC-AG", "AT-AC"})
