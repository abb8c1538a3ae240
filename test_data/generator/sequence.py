"""Nucleotide sequences of the mini genes: random, but with a valid CDS in every transcript."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from generator.models import Bases, Exon, Gene, Positions, Transcript

BASES = np.frombuffer(b"ACGT", dtype=np.uint8)
STOP_CODONS = (b"TAA", b"TAG", b"TGA")

_CODE = np.zeros(256, dtype=np.int64)
_CODE[BASES] = np.arange(4)
_COMPLEMENT = np.arange(256, dtype=np.uint8)
_COMPLEMENT[np.frombuffer(b"ACGTN", dtype=np.uint8)] = np.frombuffer(b"TGCAN", dtype=np.uint8)
_AMINO_ACIDS = "KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF"


@dataclass(frozen=True)
class HomologousSegment:
    """A stretch of a MANE CDS, in nt of the CDS (0-based half-open)."""

    gene: str
    start: int
    end: int


NTRK_HOMOLOGOUS_EXONS = (
    # exon equivalence of the NTRK1, NTRK2 and NTRK3 MANE transcripts; the kinase starts in row 2
    (12, 14, 14),
    (13, 15, 15),
    (14, 16, 16),
    (15, 17, 17),
    (16, 18, 19),
    (17, 19, 20),
)
NTRK_DIVERGENCE = 0.115
"""Substitutions per base from the common ancestor: about 77 % identity between two paralogues."""

KINASE_DOMAINS = {
    # amino acids (1-based, inclusive) of the MANE protein
    "NTRK1": (510, 781),
    "NTRK2": (554, 823),
    "NTRK3": (538, 839),
    "ALK": (1116, 1392),
    "ROS1": (1945, 2222),
    "RET": (724, 1016),
}
RTK_DIVERGENCE = 0.17
"""As above, for ALK, ROS1 and RET: about 65 % identity."""

REAL_RESIDUES = {
    # residues (1-based) of the MANE protein that resistance and activity hang on
    "NTRK1": (
        *("G517", "K544", "V573", "F589", "G595", "D596", "F600", "A608"),
        *("F646", "D650", "C656", "L657", "G667", "Y676", "Y680", "Y681"),
    ),
    "NTRK2": ("K588", "F633", "G639", "D692", "G709", "Y718", "Y722", "Y723"),
    "NTRK3": ("K572", "F617", "G623", "D679", "G696", "Y705", "Y709", "Y710"),
    "ALK": ("K1150", "L1196", "G1202", "G1269"),
    "RET": ("K758", "V804", "G810", "S891"),
}
CODONS = {
    # one codon per residue, the same in all genes: paralogues stay alike
    "A": b"GCC",
    "C": b"TGC",
    "D": b"GAC",
    "F": b"TTC",
    "G": b"GGG",
    "K": b"AAG",
    "L": b"CTG",
    "R": b"AGG",
    "S": b"AGC",
    "V": b"GTG",
    "Y": b"TAC",
}
RETROCOPY_DIVERGENCE = 0.04
RETROCOPY_FLANKS = (50, 150)
"""UTR carried along by the retro-copy up- and downstream of the CDS (nt)."""
POLY_A_TAIL = 18


def random_bases(rng: np.random.RandomState, length: int) -> Bases:
    return BASES[rng.randint(0, 4, length)]


def reverse_complement(sequence: Bases) -> Bases:
    return _COMPLEMENT[sequence[::-1]]


def substitute(sequence: Bases, where: Positions, rng: np.random.RandomState) -> None:
    """Replace, in place, the bases at *where* by a different base each."""
    step = rng.randint(1, 4, len(where))
    sequence[where] = BASES[(_CODE[sequence[where]] + step) % 4]


def diverge(sequence: Bases, rate: float, rng: np.random.RandomState) -> Bases:
    """A copy of *sequence* with substitutions at *rate* per base."""
    copy = sequence.copy()
    substitute(copy, np.flatnonzero(rng.random_sample(len(copy)) < rate), rng)
    return copy


def translate(sequence: Bases) -> str:
    """Translate from the first base up to, not including, the first stop codon (or the end)."""
    codons = _CODE[sequence[: len(sequence) // 3 * 3]].reshape(-1, 3)
    protein = "".join(_AMINO_ACIDS[index] for index in codons @ np.array([16, 4, 1]))
    return protein.partition("*")[0]


def _homologous_groups(genes: dict[str, Gene]) -> list[tuple[float, list[HomologousSegment]]]:
    """(divergence, segments that descend from one ancestor)."""
    groups = []
    for exon_numbers in NTRK_HOMOLOGOUS_EXONS:
        segments = []
        for name, number in zip(("NTRK1", "NTRK2", "NTRK3"), exon_numbers, strict=True):
            lengths = [_coding_length(exon) for exon in genes[name].mane.exons[:number]]
            segments.append(HomologousSegment(name, sum(lengths[:-1]), sum(lengths)))
        groups.append((NTRK_DIVERGENCE, segments))
    kinases = []
    for name in ("ALK", "ROS1", "RET"):
        first, last = KINASE_DOMAINS[name]
        kinases.append(HomologousSegment(name, 3 * (first - 1), 3 * last))
    groups.append((RTK_DIVERGENCE, kinases))
    return groups


def _coding_length(exon: Exon) -> int:
    return exon.coding[1] - exon.coding[0] if exon.coding else 0


def _write_homologous_segments(genes: dict[str, Gene], rng: np.random.RandomState) -> None:
    """Overwrite paralogous stretches by descendants of a common ancestor.

    A shorter member has lost bases (multiples of three) in the middle of the ancestor.
    """
    for divergence, segments in _homologous_groups(genes):
        ancestor = random_bases(rng, max(s.end - s.start for s in segments))
        for segment in segments:
            missing = len(ancestor) - (segment.end - segment.start)
            cut = len(ancestor) // 2
            kept = np.concatenate([ancestor[:cut], ancestor[cut + missing :]])
            gene = genes[segment.gene]
            where = gene.mane.cds_positions[segment.start : segment.end]
            gene.sequence[where] = diverge(kept, divergence, rng)


def _write_splice_sites(gene: Gene) -> None:
    for transcript in gene.transcripts:
        for upstream, downstream in pairwise(transcript.exons):
            gene.sequence[upstream.end : upstream.end + 2] = np.frombuffer(b"GT", dtype=np.uint8)
            gene.sequence[downstream.start - 2 : downstream.start] = np.frombuffer(
                b"AG", dtype=np.uint8
            )


def _write_terminal_codons(gene: Gene, rng: np.random.RandomState) -> set[int]:
    """Write start and stop codons; returns their gene-local positions."""
    fixed: set[int] = set()
    for transcript in gene.transcripts:
        cds = transcript.cds_positions
        if cds[-1] not in fixed:
            stop = STOP_CODONS[int(rng.randint(len(STOP_CODONS)))]
            gene.sequence[cds[-3:]] = np.frombuffer(stop, dtype=np.uint8)
        gene.sequence[cds[:3]] = np.frombuffer(b"ATG", dtype=np.uint8)
        fixed.update(int(p) for p in (*cds[:3], *cds[-3:]))
    return fixed


def _open_split_codons(gene: Gene, transcript: Transcript) -> None:
    """Let no exon end with the T of a split codon.

    A codon that begins with C, A or G is no stop codon, so any two coding exons that are joined in
    frame read through their junction, in alternative transcripts and in fusions.
    """
    cds_length = 0
    for exon in transcript.exons:
        if not exon.coding:
            continue
        cds_length += _coding_length(exon)
        phase = cds_length % 3
        split_codon = exon.coding[1] - phase
        if phase and gene.sequence[split_codon] == ord("T"):
            gene.sequence[split_codon] = ord("C")


def _remove_inframe_stops(gene: Gene, fixed: set[int]) -> None:
    """Turn in-frame stop codons into sense codons in all transcripts.

    No stop codon holds a C: writing one never makes a stop codon in another transcript.
    """
    for transcript in gene.transcripts:
        for codon in transcript.cds_positions[:-3].reshape(-1, 3):
            if gene.sequence[codon].tobytes() in STOP_CODONS:
                writable = [int(p) for p in codon if int(p) not in fixed]
                gene.sequence[writable[-1]] = ord("C")


def codon_positions(gene: Gene, residue: int) -> Positions:
    """Gene-local positions of the codon of a residue (1-based) of the MANE protein."""
    return gene.mane.cds_positions[3 * residue - 3 : 3 * residue]


def _write_real_residues(gene: Gene) -> None:
    """Give the residues whose changes are looked for the amino acid that they really have."""
    for name in REAL_RESIDUES.get(gene.name, ()):
        where = codon_positions(gene, int(name[1:]))
        if where[2] - where[0] != 2:
            raise ValueError(f"{gene.name} {name}: the codon is split between two exons")
        gene.sequence[where] = np.frombuffer(CODONS[name[0]], dtype=np.uint8)


def write_gene_sequences(genes: dict[str, Gene], rng: np.random.RandomState) -> None:
    """Give every protein-coding gene its sequence."""
    for gene in genes.values():
        gene.sequence = random_bases(rng, gene.length)
        _write_splice_sites(gene)
    if KINASE_DOMAINS.keys() <= genes.keys():
        _write_homologous_segments(genes, rng)
    for gene in genes.values():
        fixed = _write_terminal_codons(gene, rng)
        for transcript in gene.transcripts:
            _open_split_codons(gene, transcript)
        _remove_inframe_stops(gene, fixed)
        _write_real_residues(gene)


def retrocopy(parent: Gene, rng: np.random.RandomState) -> Bases:
    """An intronless, diverged copy of the parent's mRNA with a poly-A tail."""
    cds_range = parent.mane.cds_range
    if cds_range is None:
        raise ValueError(f"{parent.name} has no CDS to copy")
    first = max(0, cds_range[0] - RETROCOPY_FLANKS[0])
    mrna = parent.mrna(parent.mane)[first : cds_range[1] + RETROCOPY_FLANKS[1]]
    tail = np.full(POLY_A_TAIL, ord("A"), dtype=np.uint8)
    return np.concatenate([diverge(mrna, RETROCOPY_DIVERGENCE, rng), tail])
