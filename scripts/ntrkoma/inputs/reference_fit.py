"""What would go wrong hours later, found before the first job: references that do not fit each
other, STAR or the reads.

Each finding is one sentence that names the file or value, what is wrong and what to do. They hold
wherever the jobs run; :mod:`ntrkoma.inputs.machine` looks at the machine.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.errors import Findings, InputError
from ntrkoma.genome.contigs import contig_lengths, difference, read_lengths
from ntrkoma.genome.transcripts import Transcript, choose_reference_transcript
from ntrkoma.inputs.genome_files import ReferenceCheck
from ntrkoma.inputs.sheet import Sample
from ntrkoma.inputs.tools import answer

# STAR 2.7.4a to 2.7.11b write this into genomeParameters.txt and read nothing else (source
# parametersDefault and Genome_genomeLoad.cpp; tried with 2.7.10b).
GENOME_VERSION = "2.7.4a"


# Files of an index that was made with an annotation.
_ANNOTATION_FILES = ("sjdbInfo.txt", "exonInfo.tab", "geneInfo.tab")


_REBUILD = "build the index again, or empty the key to have it built"


# Reads shorter than this (nt) need an index of their own length (STAR manual: below 50; with
# fastp's trimmed reads somewhat earlier). For longer ones 100 does as well as the exact length.
SHORT_READ = 75


GENERIC_OVERHANG = 99


_LOOKED_AT = 50  # units whose first read tells the length


@dataclass(frozen=True)
class StarRelease:
    """The STAR that will run: how to call it in a sentence, and the index version it reads."""

    name: str
    genome_version: str = GENOME_VERSION


def star_release(environment: Path, *, deployed: bool) -> StarRelease:
    """The STAR that will run.

    :param environment: ``envs/star.yaml``, whose pin counts when the software is deployed by
        Snakemake or no STAR is on PATH.
    :param deployed: whether conda, containers or environment modules bring the software.
    """
    program = None if deployed else shutil.which("STAR")
    if program is not None:
        reads = re.search(r"^versionGenome\s+(\S+)", answer(program, "--help"), re.MULTILINE)
        return StarRelease(
            f"STAR {answer(program, '--version')} on PATH", reads[1] if reads else GENOME_VERSION
        )
    pin = re.search(r"^\s*-\s*star=(\S+)", environment.read_text(encoding="utf-8"), re.MULTILINE)
    return StarRelease(f"STAR {pin[1] if pin else ''} of envs/{environment.name}")


def genome_parameters(index: Path) -> dict[str, str]:
    """Values of an index' ``genomeParameters.txt`` by name; none if it cannot be read."""
    try:
        text = (index / "genomeParameters.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    rows = (line.split(None, 1) for line in text.splitlines() if not line.startswith("#"))
    return {row[0]: row[1].strip() if len(row) > 1 else "" for row in rows if row}


def check_references(
    config: Mapping[str, Any],
    base: Path,
    reference: ReferenceCheck,
    knowledge: Knowledge,
    star: StarRelease,
) -> Findings:
    """Whether annotation, STAR index and CTAT library fit the genome, each other and STAR.

    :param config: the complete configuration, checked.
    :param base: the working directory, from which relative paths start.
    :param reference: what reading genome and annotation brought to light, without problems.
    """
    given, gtf = config["reference"], Path(config["reference"]["gtf"])
    asked_for = [*config["target_genes"], *config["companion_genes"]]
    genes = {gene: [t for t in reference.transcripts if t.gene == gene] for gene in asked_for}
    found = check_transcripts(gtf, genes, config["target_genes"], knowledge)
    if given["star_index"]:
        found.add(check_star_index(given["star_index"], base, reference.contigs, genes, gtf, star))
    if "star_fusion" in config["callers"]:
        found.add(check_ctat_lib(given["ctat_lib"], base, reference.contigs, genes))
    return found


def check_transcripts(
    gtf: Path,
    genes: Mapping[str, Sequence[Transcript]],
    targets: Collection[str],
    knowledge: Knowledge,
) -> Findings:
    """Whether the genes' kinase domains can be placed, and which transcript numbers the exons."""
    found = Findings()
    for gene, transcripts in genes.items():
        if not transcripts:
            found.problems.append(
                f"{gtf}: gene {gene!r} has no exon; use a complete GENCODE, Ensembl or RefSeq "
                "annotation."
            )
            continue
        domain = knowledge.domain(gene, "kinase")
        if domain is not None:
            try:
                domain.positions(transcripts)
            except InputError as error:
                found.problems.append(f"{gtf}: {str(error).removeprefix('the GTF ')}")
            except ValueError as error:
                found.problems.append(
                    f"{gtf}: {error}, so the kinase domain of {gene!r} cannot be placed; use a "
                    "complete GENCODE, Ensembl or RefSeq annotation."
                )
        transcript, reason = choose_reference_transcript(transcripts, knowledge.mane_ids)
        if gene in targets and not reason.startswith("MANE Select"):
            found.warnings.append(
                f"{gtf}: no transcript of {gene!r} is MANE Select by tag or id, so exons are "
                f"numbered on {transcript.transcript_id} ({reason}); use a current GENCODE, "
                "Ensembl or RefSeq annotation for the numbers of the literature."
            )
    return found


def check_star_index(
    path: str,
    base: Path,
    genome: Mapping[str, int],
    genes: Mapping[str, Sequence[Transcript]],
    gtf: Path,
    star: StarRelease,
) -> Findings:
    """Whether STAR will read a given index, and whether it is of this genome and annotation."""
    index, where = base / path, f"reference.star_index {path!r}"
    parameters = genome_parameters(index)
    version = parameters.get("versionGenome", "")
    if version != star.genome_version:
        return Findings(
            [
                f"{where} has index version {version or 'none'} in its genomeParameters.txt, but "
                f"{star.name} reads only {star.genome_version}; {_REBUILD}."
            ]
        )
    found = Findings(
        [f"{where} {text}; copy the index again." for text in _cut_files(index, parameters)]
    )
    lengths = _lengths(index / "chrNameLength.txt")
    if not lengths:
        found.problems.append(f"{where} lacks a readable chrNameLength.txt; {_REBUILD}.")
    elif differs := difference(lengths, genome):
        found.problems.append(
            f"{where} is of another genome than reference.fasta: {differs}; {_REBUILD}."
        )
    absent = [name for name in _ANNOTATION_FILES if not (index / name).is_file()]
    if absent or parameters.get("sjdbOverhang", "0") == "0":
        found.problems.append(
            f"{where} was built without an annotation (it has "
            f"{'no ' + ', '.join(absent) if absent else 'sjdbOverhang 0'}), so that STAR misses "
            f"splices at short overhangs; {_REBUILD}."
        )
    else:
        found.add(_index_genes(where, index, genes, gtf))
    return found


def _lengths(table: Path) -> dict[str, int]:
    try:
        return read_lengths(table)
    except OSError:
        return {}


def _cut_files(index: Path, parameters: Mapping[str, str]) -> Iterator[str]:
    """The two big files whose sizes the index records."""
    sizes = parameters.get("genomeFileSizes", "").split()
    for name, size in zip(("Genome", "SA"), sizes, strict=False):
        file = index / name
        if size.isdigit() and file.is_file() and file.stat().st_size != int(size):
            yield (
                f"is damaged, its file {name} has {file.stat().st_size} bytes where "
                f"genomeParameters.txt says {size}"
            )


def _index_genes(
    where: str, index: Path, genes: Mapping[str, Sequence[Transcript]], gtf: Path
) -> Findings:
    """Whether the index was built with the annotation in use, by the ids of the genes asked for."""
    text = (index / "geneInfo.tab").read_text(encoding="utf-8", errors="replace")
    known = {line.split("\t", 1)[0] for line in text.splitlines()[1:]}
    stems = {identifier.split(".")[0]: identifier for identifier in known}
    found = Findings()
    for gene, transcripts in genes.items():
        for identifier in dict.fromkeys(t.gene_id for t in transcripts):
            stem = identifier.split(".")[0]
            twin = stems.get(stem)
            if twin is None:
                found.problems.append(
                    f"{where} was built with another annotation than {gtf}: its geneInfo.tab has "
                    f"no gene {identifier} ({gene}); {_REBUILD}."
                )
            elif "." in twin and "." in identifier and twin != identifier:
                found.warnings.append(
                    f"{where} was built with another release of the annotation than {gtf}: "
                    f"{gene} is {twin} there and {identifier} here; splices that are new in the "
                    "GTF are found less well."
                )
    return found


def check_ctat_lib(
    path: str,
    base: Path,
    genome: Mapping[str, int],
    genes: Mapping[str, Sequence[Transcript]],
) -> Findings:
    """Whether a CTAT library is of the genome in use.

    Its own STAR index is not looked at: STAR-Fusion starts from the alignments of this run.
    """
    where = f"reference.ctat_lib {path!r}"
    try:
        lengths = contig_lengths(base / path / "ref_genome.fa")
    except InputError as error:
        return Findings([f"{where}: {error}"])
    needed = {t.chrom for transcripts in genes.values() for t in transcripts}
    absent = sorted(needed - lengths.keys())
    if absent:
        example = next(iter(lengths))
        return Findings(
            [
                f"{where} is of another genome than reference.fasta: its ref_genome.fa has no "
                f"contig {absent[0]!r} (it names them like {example!r}); give the library of this "
                "genome."
            ]
        )
    common = {name: length for name, length in lengths.items() if name in genome}
    if differs := difference(common, {name: genome[name] for name in common}):
        return Findings(
            [
                f"{where} is of another genome than reference.fasta: {differs}; give the library "
                "of this genome."
            ]
        )
    if differs := difference(lengths, genome):
        return Findings(
            warnings=[
                f"{where}: {differs}, compared with reference.fasta; STAR-Fusion finds no fusions "
                "with genes on contigs that only one of them has."
            ]
        )
    return Findings()


def index_overhang(config: Mapping[str, Any], base: Path) -> tuple[int, str]:
    """sjdbOverhang of the index that will be used (0 if unknown), and where it is set."""
    given = config["reference"]["star_index"]
    if not given:
        return int(config["reference"]["sjdb_overhang"]), "reference.sjdb_overhang"
    value = genome_parameters(base / given).get("sjdbOverhang", "0")
    return int(value) if value.isdigit() else 0, f"sjdbOverhang of reference.star_index {given!r}"


def check_read_length(length: int, overhang: int, where: str) -> list[str]:
    """Warnings when the index suits other reads; ``length`` is 0 if it is not known."""
    if not (length and overhang):
        return []
    if overhang < min(length - 1, GENERIC_OVERHANG):
        return [
            f"{where} is {overhang}, but reads have {length} nt: junctions are found less well "
            f"far from the middle of a read; build the index with {length - 1}."
        ]
    if length < SHORT_READ and overhang > length - 1:
        return [
            f"{where} is {overhang}, but reads have only {length} nt; build the index with "
            f"{length - 1}."
        ]
    return []


def sampled_fastqs(samples: Iterable[Sample]) -> list[str]:
    """First FASTQ of some units, enough to tell the length of reads."""
    units = (unit for sample in samples for unit in sample.units if unit.fastqs)
    return [unit.fastqs[0] for unit, _ in zip(units, range(_LOOKED_AT), strict=False)]
