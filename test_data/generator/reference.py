"""The mini genome: genes on contigs, FASTA and GENCODE-style GTF.

Three properties keep fusion callers honest on a genome this small:

* genes that may fuse on one contig in the same orientation lie further apart than the aligner's
  longest intron (100 kb), else a fusion is aligned as an ordinary splice;
* no gene shares numeric positions with an NTRK gene, not even on another contig (Arriba compares
  positions without contigs in places);
* the next same-strand neighbours of NTRK1 are near, so that a read-through is an ordinary splice.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from generator.models import Bases, Exon, Gene, Transcript, load_genes, read_gene_models
from generator.sequence import (
    random_bases,
    retrocopy,
    reverse_complement,
    write_gene_sequences,
)

SEED = 20211
TARGET_GENES = ("NTRK1", "NTRK2", "NTRK3")
LATER_GENES = ("SMR3B",)
"""Genes on contigs of their own, drawn when all else is: without them the rest is the same."""
CONTIGS = tuple(f"chr{name}" for name in (*range(1, 23), "X"))
FASTA_LINE = 80

LEADING_N = {"chr9": 60_000, "chr15": 90_000}
"""N before the first gene of a contig (nt): moves NTRK2 and NTRK3 off the others' positions."""
INTERGENIC = 2_000
INTERGENIC_BEFORE = {"NTRK1": 6_000, "PEAR1": 5_000}
"""Random sequence between a gene and its left neighbour (nt)."""
N_GAP_BEFORE = {"PRCC": 112_000, "TPR": 112_000}
"""N added to the left of a gene (nt): more than the aligner's longest intron."""


def build_reference(gene_models: Path) -> tuple[dict[str, Gene], dict[str, Bases]]:
    """Genes with sequence and place, and the contigs (plus strand)."""
    rng = np.random.RandomState(SEED)  # RandomState: its stream is frozen across NumPy versions
    rows = read_gene_models(gene_models)
    genes = load_genes([row for row in rows if row["gene"] not in LATER_GENES], rng)
    write_gene_sequences(genes, rng)
    genes["TPM3P6"] = _processed_pseudogene(retrocopy(genes["TPM3"], rng))
    contigs = _assemble_contigs(genes.values(), rng)
    later = load_genes([row for row in rows if row["gene"] in LATER_GENES], rng)
    write_gene_sequences(later, rng)
    contigs |= _assemble_contigs(later.values(), rng)
    genes |= later
    _check_numeric_overlap(genes.values())
    return genes, {chrom: contigs[chrom] for chrom in CONTIGS if chrom in contigs}


def _processed_pseudogene(sequence: Bases) -> Gene:
    """TPM3P6: real name and place, a retro-copy of the synthetic TPM3 as its sequence."""
    transcript = Transcript(
        "TPM3P6-201", False, "processed pseudogene", (Exon(1, 0, len(sequence)),)
    )
    return Gene(
        name="TPM3P6",
        gene_id="ENSG00000250731.1",
        chrom="chr19",
        strand="+",
        grch38_start=53_479_350,
        transcripts=[transcript],
        length=len(sequence),
        gene_type="processed_pseudogene",
        sequence=sequence,
    )


def _assemble_contigs(genes: Iterable[Gene], rng: np.random.RandomState) -> dict[str, Bases]:
    """The contigs that hold some genes (plus strand)."""
    by_contig: defaultdict[str, list[Gene]] = defaultdict(list)
    for gene in genes:
        by_contig[gene.chrom].append(gene)
    return {
        chrom: _assemble_contig(chrom, by_contig[chrom], rng)
        for chrom in CONTIGS
        if chrom in by_contig
    }


def _assemble_contig(chrom: str, genes: list[Gene], rng: np.random.RandomState) -> Bases:
    """Lay genes out in chromosomal order; sets ``Gene.start``."""
    parts = [_n_run(LEADING_N.get(chrom, 0)), random_bases(rng, INTERGENIC)]
    for gene in sorted(genes, key=lambda g: g.grch38_start):
        parts.append(_n_run(N_GAP_BEFORE.get(gene.name, 0)))
        if gene.name in INTERGENIC_BEFORE:
            parts.append(random_bases(rng, INTERGENIC_BEFORE[gene.name] - INTERGENIC))
        gene.start = sum(len(part) for part in parts)
        plus_strand = gene.strand == "+"
        parts.append(gene.sequence if plus_strand else reverse_complement(gene.sequence))
        parts.append(random_bases(rng, INTERGENIC))
    return np.concatenate(parts)


def _n_run(length: int) -> Bases:
    return np.full(length, ord("N"), dtype=np.uint8)


def _check_numeric_overlap(genes: Iterable[Gene]) -> None:
    """Refuse a layout in which a gene shares numeric positions with an NTRK gene."""
    genes = list(genes)
    for target in (g for g in genes if g.name in TARGET_GENES):
        for gene in genes:
            if gene is not target and gene.start < target.end and target.start < gene.end:
                raise ValueError(f"{gene.name} overlaps {target.name} numerically")


def write_gzip(path: Path, text: bytes) -> None:
    """Gzip without name and time: the same bytes on every run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text, compresslevel=9, mtime=0))


def write_fasta(contigs: dict[str, Bases], path: Path) -> None:
    lines = []
    for name, bases in contigs.items():
        sequence = bases.tobytes().decode()
        lines.append(f">{name}")
        lines += [sequence[i : i + FASTA_LINE] for i in range(0, len(sequence), FASTA_LINE)]
    write_gzip(path, ("\n".join(lines) + "\n").encode())


def write_gtf(genes: dict[str, Gene], path: Path) -> None:
    """GENCODE-style GTF (1-based, inclusive; the CDS excludes the stop codon)."""
    by_contig: defaultdict[str, list[Gene]] = defaultdict(list)
    for gene in genes.values():
        by_contig[gene.chrom].append(gene)
    lines = ["##description: mini annotation, real exon structure on synthetic sequence"]
    for chrom in CONTIGS:
        for gene in sorted(by_contig[chrom], key=lambda g: g.start):
            lines += _gtf_gene(gene)
    write_gzip(path, ("\n".join(lines) + "\n").encode())


def _gtf_gene(gene: Gene) -> Iterator[str]:
    base = f'gene_id "{gene.gene_id}"; '
    kind = f'gene_type "{gene.gene_type}"; gene_name "{gene.name}"; '
    yield _gtf_line(gene, "gene", 0, gene.length, ".", f"{base}{kind}level 2;")
    for transcript in gene.transcripts:
        tags = 'tag "basic";' + (' tag "MANE_Select";' if transcript.is_mane else "")
        ids = f'{base}transcript_id "{transcript.transcript_id}"; {kind}'
        ids += f'transcript_type "{gene.gene_type}"; '
        first, last = transcript.exons[0].start, transcript.exons[-1].end
        yield _gtf_line(gene, "transcript", first, last, ".", f"{ids}level 2; {tags}")
        for exon, features in _exon_features(transcript):
            attributes = f"{ids}exon_number {exon.number}; level 2; {tags}"
            for feature, start, end, phase in features:
                yield _gtf_line(gene, feature, start, end, phase, attributes)


def _exon_features(
    transcript: Transcript,
) -> Iterator[tuple[Exon, list[tuple[str, int, int, str]]]]:
    """(exon, [(feature, start, end, phase)]); gene-local, 0-based half-open."""
    cds_length = len(transcript.cds_positions)
    parts = (
        ("CDS", 0, cds_length - 3),
        ("start_codon", 0, 3),
        ("stop_codon", cds_length - 3, cds_length),
    )
    done = 0
    for exon in transcript.exons:
        features = [("exon", exon.start, exon.end, ".")]
        if exon.coding:
            length = exon.coding[1] - exon.coding[0]
            for feature, part_start, part_end in parts:
                start, end = max(done, part_start), min(done + length, part_end)
                if start < end:
                    shift = exon.coding[0] - done
                    phase = str((part_start - start) % 3)
                    features.append((feature, start + shift, end + shift, phase))
            done += length
        yield exon, features


def _gtf_line(gene: Gene, feature: str, start: int, end: int, phase: str, attributes: str) -> str:
    """One GTF line of a gene-local stretch (0-based half-open)."""
    first, last = sorted((gene.genomic_position(start), gene.genomic_position(end - 1)))
    fields = (gene.chrom, "HAVANA", feature, first, last, ".", gene.strand, phase, attributes)
    return "\t".join(str(value) for value in fields)
