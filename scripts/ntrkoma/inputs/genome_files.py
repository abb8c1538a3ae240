"""Genome and annotation, looked at before any job."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ntrkoma.errors import closest
from ntrkoma.genome.contigs import contig_lengths

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


@dataclass(frozen=True)
class ReferenceCheck:
    """What reading genome and annotation brought to light.

    ``problems`` forbid a run; ``warnings`` are worth a line in the log. ``gene_lines``: exons and
    coding sequence of the genes asked for, as they stand in the GTF.
    """

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    gene_lines: list[str] = field(default_factory=list, compare=False, repr=False)


@dataclass
class _AnnotationFacts:
    """What ``check_reference`` needs of a GTF."""

    contigs: set[str] = field(default_factory=set)
    gene_contigs: dict[str, set[str]] = field(default_factory=dict)
    coding: set[str] = field(default_factory=set)
    gene_lines: list[str] = field(default_factory=list)
    first_feature: str = ""


_CHUNK = 1 << 22  # bytes


_UNREADABLE = (OSError, EOFError, zlib.error)


def check_reference(fasta: Path, gtf: Path, genes: Collection[str]) -> ReferenceCheck:
    """Whether genome and annotation fit each other and have the target and companion ``genes``.

    Genes are sought by gene_name (NCBI's GTFs: gene), case-exact. Both files may be plain or
    gzip-compressed. An index beside the genome (.fai) spares reading it, if it is not older. Takes
    seconds for a human reference, more if compressed. Nothing is raised for bad content.
    """
    names, fasta_problem = _fasta_contigs(fasta)
    facts, gtf_problem = _read_annotation(gtf, genes)
    problems = [problem for problem in (fasta_problem, gtf_problem) if problem]
    if not gtf_problem:
        problems.extend(_gene_content_problems(gtf, facts, genes))
    if fasta_problem or gtf_problem:
        return ReferenceCheck(problems)
    problems.extend(_contig_problems(fasta, gtf, names, facts))
    warnings = [] if problems else _contig_warnings(fasta, gtf, names, facts)
    return ReferenceCheck(problems, warnings, facts.gene_lines)


def _gene_content_problems(
    gtf: Path, facts: _AnnotationFacts, genes: Collection[str]
) -> Iterator[str]:
    absent = [gene for gene in genes if gene not in facts.gene_contigs]
    known = _gene_names(gtf) if absent else set()
    if absent and not known:
        yield (
            f"{gtf}: names no gene (there is no attribute gene_name or gene); use a GTF of "
            "GENCODE, Ensembl or NCBI."
        )
        return
    for gene in absent:
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


def _contig_problems(
    fasta: Path, gtf: Path, names: set[str], facts: _AnnotationFacts
) -> Iterator[str]:
    """Contigs that make a run useless: none in common, or those of a gene asked for."""
    if not facts.contigs & names:
        yield (
            f"{gtf}: none of its contigs is in {fasta}: "
            f"{_naming(sorted(facts.contigs)[0], sorted(names)[0], names)}; use a genome and an "
            "annotation from one source."
        )
        return
    for gene, contigs in facts.gene_contigs.items():
        if not contigs & names:
            contig = sorted(contigs)[0]
            yield (
                f"{gtf}: gene {gene!r} lies on contig {contig!r}, which is not in {fasta}: "
                f"{_naming(contig, sorted(names)[0], names)}; use a genome and an annotation from "
                "one source."
            )


def _naming(annotated: str, example: str, names: Collection[str]) -> str:
    """How the two files name their contigs; ``example`` stands in for the counterpart."""
    bare = annotated.removeprefix("chr")
    twin = next((name for name in (f"chr{annotated}", bare) if name in names), example)
    return f"the annotation names its contigs like {annotated!r}, the genome like {twin!r}"


def _contig_warnings(fasta: Path, gtf: Path, names: set[str], facts: _AnnotationFacts) -> list[str]:
    """Contigs of the annotation that the genome lacks: usual for patches, bad for chromosomes."""
    absent = sorted(facts.contigs - names)
    if not absent:
        return []
    shown = ", ".join(absent[:5]) + (", …" if len(absent) > 5 else "")
    return [
        f"{gtf}: {len(absent)} of its {len(facts.contigs)} contigs are not in {fasta} ({shown}); "
        "fusions with genes on them cannot be seen."
    ]


def _fasta_contigs(fasta: Path) -> tuple[set[str], str]:
    """Contig names of the genome and what is wrong with it ("" if nothing)."""
    try:
        names = set(contig_lengths(fasta))
    except _UNREADABLE as error:
        return set(), f"{fasta}: cannot be read ({error}); copy or download it again."
    if not names:
        return set(), f"{fasta}: is no FASTA, it has no line that begins with '>'; give the genome."
    return names, ""


def _read_annotation(gtf: Path, genes: Collection[str]) -> tuple[_AnnotationFacts, str]:
    """Facts of the GTF and why it is none ("" if it is one)."""
    facts = _AnnotationFacts()
    pattern = re.compile(
        rb'gene(?:_name)? "(' + b"|".join(re.escape(gene.encode()) for gene in genes) + rb')"'
    )
    try:
        for block in _line_blocks(gtf):
            _collect_contigs(block, facts)
            if genes:
                _collect_genes(block, pattern, facts)
    except _UNREADABLE as error:
        return facts, f"{gtf}: cannot be read ({error}); copy or download it again."
    return facts, _format_problem(gtf, facts.first_feature)


def _format_problem(gtf: Path, first_feature: str) -> str:
    cells = first_feature.split("\t")
    if not first_feature:
        return f"{gtf}: has no features, it is empty; give the gene annotation."
    if len(cells) != 9:
        return (
            f"{gtf}: is no GTF, its first row has {len(cells)} instead of 9 tab-separated fields; "
            "give the annotation as GTF."
        )
    if not re.search(r'\w "', cells[8]) and "=" in cells[8]:
        return f"{gtf}: looks like GFF3 (key=value attributes); give the annotation as GTF."
    return ""


def _collect_contigs(block: bytes, facts: _AnnotationFacts) -> None:
    """Add the first fields of the block's lines.

    GTFs are sorted by contig, so most blocks have one only; counting its lines shows that.
    """
    last = block.rfind(b"\n", 0, len(block) - 1) + 1
    contig = block[last:].split(b"\t", 1)[0]
    of_contig = block.count(b"\n" + contig + b"\t") + block.startswith(contig + b"\t")
    if facts.first_feature and of_contig == block.count(b"\n") and not contig.startswith(b"#"):
        facts.contigs.add(contig.decode("utf-8", "replace"))
        return
    for line in block.splitlines():
        if line.strip() and not line.startswith(b"#"):
            facts.first_feature = facts.first_feature or line.decode("utf-8", "replace")
            facts.contigs.add(line.split(b"\t", 1)[0].decode("utf-8", "replace"))


def _collect_genes(block: bytes, pattern: re.Pattern[bytes], facts: _AnnotationFacts) -> None:
    """Add contigs, coding state and models of the genes that ``pattern`` finds."""
    for hit in pattern.finditer(block):
        if block[hit.start() - 1 : hit.start()] not in (b" ", b"\t", b";"):
            continue  # the end of another attribute, such as havana_gene
        begin = block.rfind(b"\n", 0, hit.start()) + 1
        cells = block[begin : hit.start()].split(b"\t", 3)
        if len(cells) < 4 or cells[0].startswith(b"#"):
            continue
        gene = hit[1].decode()
        facts.gene_contigs.setdefault(gene, set()).add(cells[0].decode("utf-8", "replace"))
        if cells[2] == b"CDS":
            facts.coding.add(gene)
        if cells[2] in (b"exon", b"CDS", b"stop_codon"):
            end = block.index(b"\n", hit.start())
            facts.gene_lines.append(block[begin:end].decode("utf-8", "replace"))


def _gene_names(gtf: Path) -> set[str]:
    """All gene names of the annotation, to suggest one."""
    pattern = re.compile(rb'[ \t;]gene(?:_name)? "([^"]*)"')
    names = {name for block in _line_blocks(gtf) for name in pattern.findall(block)}
    return {name.decode("utf-8", "replace") for name in names}


def _open(path: Path) -> IO[bytes] | gzip.GzipFile:
    """Open plain or gzip-compressed, by content."""
    with path.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")


def _chunks(path: Path) -> Iterator[bytes]:
    with _open(path) as source:
        while chunk := source.read(_CHUNK):
            yield chunk


def _line_blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks of whole lines, each ending with a line break."""
    rest = b""
    for chunk in _chunks(path):
        end = chunk.rfind(b"\n") + 1
        if not end:
            rest += chunk
            continue
        yield rest + chunk[:end]
        rest = chunk[end:]
    if rest:
        yield rest + b"\n"
