"""The configuration and the reference it names: defaults, schema, and what a schema cannot say.

``load_and_check`` is quick (it looks at names and sizes of files) and fit for every start of the
workflow. ``check_reference`` reads genome and annotation and belongs into a job.
"""

from __future__ import annotations

import copy
import gzip
import math
import os
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

import jsonschema
import yaml

from ntrkoma.contigs import contig_lengths
from ntrkoma.errors import closest, hint, raise_if_any

SCHEMA_PATH = Path(__file__).resolve().parents[2] / "config" / "schemas" / "config.schema.yaml"

UNAVAILABLE_MODES = ("screen",)
STAR_INDEX_FILES = ("Genome", "SA", "SAindex", "genomeParameters.txt")
# STAR-Fusion stops without any one of these (tried by removing each in turn).
CTAT_LIB_FILES = (
    "AnnotFilterRule.pm",
    "blast_pairs.idx",
    "fusion_annot_lib.idx",
    "pfam_domains.dbm",
    "ref_annot.gtf",
    "ref_annot.gtf.gene_spans",
    "ref_annot.gtf.mini.sortu",
    "ref_annot.prot_info.dbm",
    "ref_genome.fa",
    "trans.blast.align_coords.align_coords.dbm",
)
_CTAT_INNER_DIRECTORY = "ctat_genome_lib_build_dir"

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


def load_and_check(
    config: Mapping[str, Any],
    base: Path,
    *,
    kinase_genes: Collection[str] | None = None,
    hotspot_genes: Collection[str] | None = None,
    threshold_names: Collection[str] | None = None,
    findings: Collection[str] | None = None,
    files: bool = True,
) -> dict[str, Any]:
    """The configuration with all defaults filled in, checked.

    ``base``: the working directory, from which relative paths start. ``kinase_genes``: genes with
    a kinase domain in ``resources/protein_domains.tsv``. ``hotspot_genes``: genes in
    ``resources/hotspots.tsv``. ``threshold_names``: thresholds that exist. ``findings``: codes of
    ``resources/grading.tsv``. None skips a check. ``files=False`` skips the look at files.

    Raises:
        InputError: with a sentence for every problem; those of the schema first, and the others
            only if it is met, because they rely on its types.
    """
    raise_if_any(validate_schema(config))
    complete = with_defaults(config)
    raise_if_any(
        check_config(
            complete,
            base,
            kinase_genes=kinase_genes,
            hotspot_genes=hotspot_genes,
            threshold_names=threshold_names,
            findings=findings,
            files=files,
        )
    )
    return complete


# --- schema ---------------------------------------------------------------------------------


@cache
def load_schema(path: Path = SCHEMA_PATH) -> Mapping[str, Any]:
    """The JSON schema of the configuration."""
    schema: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return schema


def with_defaults(config: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``config`` in which absent and empty (null) keys have the schema's defaults."""
    return _filled(config, load_schema())


def _filled(value: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    result = {key: copy.deepcopy(item) for key, item in value.items() if item is not None}
    for key, rule in schema.get("properties", {}).items():
        if key not in result and "default" in rule:
            result[key] = copy.deepcopy(rule["default"])
        if isinstance(result.get(key), Mapping):
            result[key] = _filled(result[key], rule)
    return result


def validate_schema(config: Mapping[str, Any]) -> list[str]:
    """What in ``config`` breaks the schema: one sentence each, [] if nothing.

    Absent and empty (null) keys are judged by their defaults.
    """
    validator = jsonschema.Draft202012Validator(load_schema())
    errors = sorted(validator.iter_errors(with_defaults(config)), key=lambda e: e.json_path)
    return [problem for error in errors for problem in _schema_problems(error)]


def _schema_problems(error: jsonschema.ValidationError) -> list[str]:
    """One schema violation in words (one sentence per key if several are unknown)."""
    key = _dotted(error.absolute_path)
    rule: Any = error.validator_value
    value: Any = error.instance
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        unknown = [str(name) for name in value if name not in schema["properties"]]
        return [
            f"configuration: {_join(key, name)} is unknown; {_key_hint(key, name, schema)}"
            for name in unknown
        ]
    if error.validator == "required":
        absent = re.match(r"'(.*)' is a required property", error.message)
        name = _join(key, absent[1] if absent else "")
        return [f"configuration: {name} is missing; set it{_described(name)}."]
    remedy = _REMEDIES.get(str(error.validator))
    return [
        f"configuration: {key} is {_shown(value)}; "
        f"{remedy(rule, value) if remedy else error.message}."
    ]


def _one_of(allowed: Sequence[Any], value: object) -> str:
    guess = closest(str(value), map(str, allowed))
    start = f"did you mean {guess!r}? It" if guess else "it"
    return f"{start} has to be one of {', '.join(map(str, allowed))}"


_TYPES = {
    "array": "a list, such as [a, b]",
    "object": "a section with keys of its own",
    "string": "text; put it in quotes",
    "number": "a number, such as 0.001 (YAML takes 1e-3 for text)",
    "integer": "a whole number",
    "boolean": "true or false",
}
_REMEDIES: dict[str, Callable[[Any, Any], str]] = {
    "type": lambda rule, _: f"it has to be {_TYPES.get(rule, rule)}",
    "enum": _one_of,
    "pattern": lambda _rule, _: "a gene symbol has letters, digits, '-', '.', '_' and '@' only",
    "minItems": lambda rule, _: f"it needs at least {rule} entry",
    "minLength": lambda _rule, _: "it must not be empty",
    "uniqueItems": lambda _rule, value: f"name {_shown(_repeated(value))} once only",
    "minimum": lambda rule, _: f"it has to be at least {rule}",
    "maximum": lambda rule, _: f"it has to be at most {rule}",
}


def _repeated(values: Sequence[Any]) -> Any:
    return next(value for value in values if values.count(value) > 1)


def _key_hint(parent: str, name: str, schema: Mapping[str, Any]) -> str:
    """Where an unknown key may belong: a near name beside it, or the same name elsewhere."""
    allowed = schema["properties"]
    guess = closest(name, allowed)
    if guess:
        return f"did you mean {_join(parent, guess)!r}?"
    elsewhere = [path for path in _key_paths(load_schema()) if path.split(".")[-1] == name]
    if elsewhere:
        return f"did you mean {elsewhere[0]!r}?"
    return f"remove it or use one of {', '.join(allowed)}."


def _key_paths(schema: Mapping[str, Any], parent: str = "") -> Iterator[str]:
    for name, rule in schema.get("properties", {}).items():
        yield _join(parent, name)
        yield from _key_paths(rule, _join(parent, name))


def _described(key: str) -> str:
    """The schema's description of ``key`` in brackets, "" if there is none."""
    rule: Mapping[str, Any] = load_schema()
    for part in key.split("."):
        rule = rule.get("properties", {}).get(part, {})
    text = str(rule.get("description", "")).rstrip(".")
    return f" ({text[0].lower() + text[1:]})" if text else ""


def _dotted(path: Iterable[str | int]) -> str:
    """A key path as the documentation writes it: reference.fasta, callers (entry 2)."""
    text = ""
    for part in path:
        text = f"{text} (entry {part + 1})" if isinstance(part, int) else _join(text, str(part))
    return text


def _join(parent: str, name: str) -> str:
    return f"{parent}.{name}" if parent else name


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


# --- semantic checks ------------------------------------------------------------------------


def check_config(
    config: Mapping[str, Any],
    base: Path,
    *,
    kinase_genes: Collection[str] | None = None,
    hotspot_genes: Collection[str] | None = None,
    threshold_names: Collection[str] | None = None,
    findings: Collection[str] | None = None,
    files: bool = True,
) -> list[str]:
    """What is wrong with a complete configuration that meets the schema; [] if nothing.

    Arguments as of ``load_and_check``.
    """
    problems = [
        *_mode_problems(config["mode"]),
        *_gene_problems(config["target_genes"], config["companion_genes"], kinase_genes),
        *_hotspot_problems(config["hotspot_genes"], hotspot_genes),
        *_threshold_problems(config["thresholds"], threshold_names),
        *_grading_problems(config["grading"], findings),
        *_caller_problems(config["callers"], config["reference"]),
    ]
    if files:
        problems.extend(_reference_file_problems(config, base))
    return [f"configuration: {problem}" for problem in problems]


def _mode_problems(mode: str) -> Iterator[str]:
    if mode in UNAVAILABLE_MODES:
        yield f"mode {mode!r} is not available in this version; set mode to 'full'."


def _gene_problems(
    targets: Sequence[str], companions: Sequence[str], kinase_genes: Collection[str] | None
) -> Iterator[str]:
    for gene in targets:
        if gene in companions:
            yield (
                f"gene {gene!r} stands in target_genes and in companion_genes; keep it in one of "
                "them."
            )
        if kinase_genes is not None and gene not in kinase_genes:
            yield (
                f"target gene {gene!r} has no kinase domain in resources/protein_domains.tsv; "
                f"{_gene_hint(gene, kinase_genes)}add its domain there or remove the gene."
            )


def _gene_hint(gene: str, known: Collection[str]) -> str:
    """'did you mean …? If not, ' for a gene whose approved or correctly spelt name is known."""
    guess = closest(gene, known, GENE_ALIASES, cutoff=0.75)
    return f"did you mean {guess!r}? If not, " if guess else ""


def _threshold_problems(
    thresholds: Mapping[str, float], names: Collection[str] | None
) -> Iterator[str]:
    for name, value in thresholds.items():
        if not math.isfinite(value):
            yield f"thresholds.{name} is {value}; give a finite number."
        if names is not None and name not in names:
            yield f"thresholds.{name} is unknown; {hint(name, names)}"


def _hotspot_problems(genes: Sequence[str], known: Collection[str] | None) -> Iterator[str]:
    for gene in genes:
        if known is not None and gene not in known:
            yield f"hotspot gene {gene!r} is not in resources/hotspots.tsv; {hint(gene, known)}"


def _grading_problems(
    grading: Mapping[str, str], findings: Collection[str] | None
) -> Iterator[str]:
    for finding in grading:
        if findings is not None and finding not in findings:
            yield f"grading.{finding} is unknown; {hint(finding, findings)}"


def _caller_problems(callers: Sequence[str], reference: Mapping[str, Any]) -> Iterator[str]:
    if reference["build_mini_databases"]:
        return
    if "star_fusion" in callers and not reference["ctat_lib"]:
        yield (
            "the caller star_fusion needs reference.ctat_lib, which is not set; set it to a CTAT "
            "genome library or remove star_fusion from callers."
        )
    if "arriba" in callers and not reference["arriba"]["blacklist"]:
        yield (
            "the caller arriba needs reference.arriba.blacklist, which is not set; set it to "
            "Arriba's blacklist of your genome build or remove arriba from callers."
        )


# --- reference files: are they there? -------------------------------------------------------


def _reference_file_problems(config: Mapping[str, Any], base: Path) -> Iterator[str]:
    """Problems of the files that the chosen callers need, by name and size alone."""
    reference, callers = config["reference"], config["callers"]
    for key in ("fasta", "gtf"):
        yield from _file_problems(f"reference.{key}", reference[key], base)
    if reference["star_index"]:
        yield from _directory_problems(
            "reference.star_index",
            reference["star_index"],
            base,
            STAR_INDEX_FILES,
            "give a complete STAR index or empty the key to have it built",
        )
    if "star_fusion" in callers and reference["ctat_lib"]:
        yield from _ctat_problems(reference["ctat_lib"], base)
    if "arriba" in callers:
        for name, path in reference["arriba"].items():
            if path:
                yield from _file_problems(f"reference.arriba.{name}", path, base)


def _file_problems(key: str, path: str, base: Path) -> Iterator[str]:
    full = base / path
    where = f"{key} {path!r}"
    if not full.exists():
        yield (
            f"{where} does not exist (looked for {str(full)!r}); correct the path, relative "
            "paths start at the working directory."
        )
    elif full.is_dir():
        yield f"{where} is a directory; name the file itself."
    elif not os.access(full, os.R_OK):
        yield f"{where} cannot be read (permission denied); mend its permissions."
    elif full.stat().st_size == 0:
        yield f"{where} has zero bytes; copy or download it again."


def _directory_problems(
    key: str, path: str, base: Path, needed: Sequence[str], remedy: str
) -> Iterator[str]:
    full = base / path
    where = f"{key} {path!r}"
    if not full.exists():
        yield f"{where} does not exist (looked for {str(full)!r}); {remedy}."
    elif not full.is_dir():
        yield f"{where} is not a directory; {remedy}."
    elif absent := [name for name in needed if not (full / name).exists()]:
        yield f"{where} lacks {', '.join(absent)}; {remedy}."


def _ctat_problems(path: str, base: Path) -> Iterator[str]:
    full = os.path.normpath(base / path)
    if re.search(r"\s", full):
        yield (
            f"reference.ctat_lib {path!r} has white space in its full path ({full!r}), which "
            "STAR-Fusion cannot handle; move the library or make a link without white space."
        )
    remedy = "give the folder of a complete CTAT genome library"
    if not (base / path / "ref_genome.fa").exists() and (
        (base / path / _CTAT_INNER_DIRECTORY / "ref_genome.fa").exists()
    ):
        remedy = f"did you mean its folder {_CTAT_INNER_DIRECTORY!r}? If not, {remedy}"
    yield from _directory_problems("reference.ctat_lib", path, base, CTAT_LIB_FILES, remedy)


# --- reference contents ---------------------------------------------------------------------


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
            f"{gtf}: has no gene with gene_name {gene!r}; {_gene_hint(gene, known)}correct the "
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


# --- genome ---------------------------------------------------------------------------------


def _fasta_contigs(fasta: Path) -> tuple[set[str], str]:
    """Contig names of the genome and what is wrong with it ("" if nothing)."""
    try:
        names = set(contig_lengths(fasta))
    except _UNREADABLE as error:
        return set(), f"{fasta}: cannot be read ({error}); copy or download it again."
    if not names:
        return set(), f"{fasta}: is no FASTA, it has no line that begins with '>'; give the genome."
    return names, ""


# --- annotation -----------------------------------------------------------------------------


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


# --- reading --------------------------------------------------------------------------------


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
