"""Genome and annotation, looked at before any job."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ntrkoma.errors import Findings, InputError, closest
from ntrkoma.genome.contigs import contig_lengths
from ntrkoma.genome.gtf import build_transcripts, read_features
from ntrkoma.genome.transcripts import Transcript

# HGNC symbols by the protein or former names that stand in papers and requisitions.
GENE_ALIASES = {
    "trk": "NTRK1",
    "trk1": "NTRK1",
    "trka": "NTRK1",
    "trk_a": "NTRK1",
    "mtc": "NTRK1",
    "trkb": "NTRK2",
    "trk_b": "NTRK2",
    "trkc": "NTRK3",
    "trk_c": "NTRK3",
    "mcf3": "ROS1",
    "cd246": "ALK",
}


def gene_hint(gene: str, known: Collection[str]) -> str:
    """'did you mean …? If not, ' for a gene whose approved or correctly spelt name is known."""
    guess = closest(gene, known, GENE_ALIASES, cutoff=0.75)
    return f"did you mean {guess!r}? If not, " if guess else ""


@dataclass
class AnnotationFacts:
    """What a look through a GTF tells of it.

    ``contigs``: all names. ``gene_contigs``: contigs by gene asked for, where it was found.
    ``coding``: those with a CDS. ``features``: lines of the genes asked for, with their numbers.
    """

    contigs: set[str] = field(default_factory=set)
    gene_contigs: dict[str, set[str]] = field(default_factory=dict)
    coding: set[str] = field(default_factory=set)
    features: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class ReferenceCheck:
    """What was found, with lengths (nt) of the contigs and models of the genes asked for."""

    found: Findings = field(default_factory=Findings)
    contigs: dict[str, int] = field(default_factory=dict)
    transcripts: list[Transcript] = field(default_factory=list)


def check_reference(fasta: Path, gtf: Path, genes: Collection[str]) -> ReferenceCheck:
    """Whether genome and annotation fit each other and have the target and companion ``genes``.

    Genes are sought by gene_name (NCBI's GTFs: gene), case-exact. Both files may be plain or
    gzip-compressed. Takes seconds for a human reference, more if compressed. Nothing is raised
    for bad content.
    """
    checked = ReferenceCheck()
    problems = checked.found.problems
    facts = None
    try:
        checked.contigs = contig_lengths(fasta)
    except InputError as error:
        problems += error.problems
    try:
        facts = read_annotation(gtf, genes)
        problems += _gene_problems(gtf, facts, genes)
        checked.transcripts = build_transcripts(facts.features, gtf)
    except InputError as error:
        problems += error.problems
    if facts is not None and checked.contigs:
        problems += _contig_problems(fasta, gtf, checked.contigs, facts)
        if not problems:
            checked.found.warnings += _contig_warnings(fasta, gtf, checked.contigs, facts)
    return checked


def read_annotation(gtf: Path, genes: Collection[str]) -> AnnotationFacts:
    """Facts of a GTF.

    Lines are searched, and only those of the genes asked for taken apart, which costs ten times as
    much.

    :raises InputError: when it cannot be read or is not a GTF.
    """
    facts, contig = AnnotationFacts(), "\n"
    name = rf'gene(?:_name)? "?({"|".join(map(re.escape, genes)) or "(?!)"})[";\s]'
    # What begins with a letter is sought several times faster; the other one leaves out attributes
    # such as havana_gene.
    quick, exact = re.compile(name), re.compile(rf"[ \t;]{name}")
    for number, line in read_features(gtf):
        if not line.startswith(contig):
            contig = line[: line.index("\t") + 1]
            facts.contigs.add(contig[:-1])
        hit = quick.search(line) and exact.search(line)
        if hit is None:
            continue
        kind, gene = line.split("\t", 3)[2], hit[1]
        facts.gene_contigs.setdefault(gene, set()).add(contig[:-1])
        if kind == "CDS":
            facts.coding.add(gene)
        facts.features.append((number, line))
    return facts


def _gene_problems(gtf: Path, facts: AnnotationFacts, genes: Collection[str]) -> Iterator[str]:
    absent = [gene for gene in genes if gene not in facts.gene_contigs]
    known = _gene_names(gtf) if absent else set()
    if absent and not known:
        yield (
            f"{gtf}: names no gene (there is no attribute gene_name or gene); use a GTF of "
            "GENCODE, Ensembl or NCBI."
        )
        return
    for gene in absent:
        # Mouse and rat have the names of human genes in small letters.
        if gene.capitalize() in known:
            yield (
                f"{gtf}: has {gene.capitalize()!r} and no {gene!r}, so that it is of mouse or rat; "
                "only human samples can be interpreted, use a human genome and annotation."
            )
            continue
        yield (
            f"{gtf}: has no gene with gene_name {gene!r}; {gene_hint(gene, known)}correct the "
            "genes of the configuration or use the annotation that has it."
        )
    for gene in genes:
        if gene in facts.gene_contigs and gene not in facts.coding:
            yield (
                f"{gtf}: gene {gene!r} has no CDS, so that reading frame and kinase domain cannot "
                "be told; use an annotation with CDS rows."
            )


def _gene_names(gtf: Path) -> set[str]:
    """All gene names of the annotation, to suggest one."""
    named = re.compile(r'[ \t;]gene(?:_name)? "?([^";]+)')
    return {name for _, line in read_features(gtf) for name in named.findall(line)}


def _contig_problems(
    fasta: Path, gtf: Path, names: Collection[str], facts: AnnotationFacts
) -> Iterator[str]:
    """Contigs that make a run useless: none in common, or those of a gene asked for."""
    remedy = "use a genome and an annotation from one source."
    example = min(names)
    if facts.contigs.isdisjoint(names):
        yield (
            f"{gtf}: none of its contigs is in {fasta}: "
            f"{_naming(min(facts.contigs), example, names)}; {remedy}"
        )
        return
    for gene, contigs in facts.gene_contigs.items():
        if contigs.isdisjoint(names):
            contig = min(contigs)
            yield (
                f"{gtf}: gene {gene!r} lies on contig {contig!r}, which is not in {fasta}: "
                f"{_naming(contig, example, names)}; {remedy}"
            )


def _naming(annotated: str, example: str, names: Collection[str]) -> str:
    """How the two files name their contigs; ``example`` stands in for the counterpart."""
    bare = annotated.removeprefix("chr")
    twin = next((name for name in (f"chr{annotated}", bare) if name in names), example)
    return f"the annotation names its contigs like {annotated!r}, the genome like {twin!r}"


def _contig_warnings(
    fasta: Path, gtf: Path, names: Collection[str], facts: AnnotationFacts
) -> Iterator[str]:
    """Contigs of the annotation that the genome lacks: usual for patches, bad for chromosomes."""
    absent = sorted(facts.contigs.difference(names))
    if absent:
        shown = ", ".join(absent[:5]) + (", …" if len(absent) > 5 else "")
        yield (
            f"{gtf}: {len(absent)} of its {len(facts.contigs)} contigs are not in {fasta} "
            f"({shown}); fusions with genes on them cannot be seen."
        )
