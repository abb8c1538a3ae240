"""The configuration: defaults, schema, and what a schema cannot say."""

from __future__ import annotations

import copy
import math
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from ntrkoma.errors import closest, hint
from ntrkoma.inputs.genome_files import gene_hint

SCHEMA_PATH = Path(__file__).resolve().parents[3] / "config" / "schemas" / "config.schema.yaml"

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


@dataclass(frozen=True)
class Known:
    """Names in curated tables that a configuration may use."""

    kinase_genes: Collection[str]
    hotspot_genes: Collection[str]
    thresholds: Collection[str]
    findings: Collection[str]


def check_config(config: Mapping[str, Any], base: Path, known: Known) -> list[str]:
    """What is wrong with a complete configuration that meets the schema; [] if nothing.

    Looks at names and sizes of files, not into them.

    :param base: the working directory, from which relative paths start.
    """
    return [
        f"configuration: {problem}"
        for problem in (
            *_mode_problems(config["mode"]),
            *_gene_problems(config["target_genes"], config["companion_genes"], known.kinase_genes),
            *_hotspot_problems(config["hotspot_genes"], known.hotspot_genes),
            *_threshold_problems(config["thresholds"], known.thresholds),
            *_grading_problems(config["grading"], known.findings),
            *_reference_problems(config["reference"], config["callers"], base),
        )
    ]


def _mode_problems(mode: str) -> Iterator[str]:
    if mode in UNAVAILABLE_MODES:
        yield f"mode {mode!r} is not available in this version; set mode to 'full'."


def _gene_problems(
    targets: Sequence[str], companions: Sequence[str], kinase_genes: Collection[str]
) -> Iterator[str]:
    for gene in (*targets, *companions):
        kind = "target" if gene in targets else "companion"
        if strange := _not_a_human_symbol(gene):
            yield f"{kind} gene {gene!r} {strange}; {gene_hint(gene, kinase_genes)}remove the gene."
        elif gene in targets and gene not in kinase_genes:
            yield (
                f"target gene {gene!r} has no kinase domain in resources/protein_domains.tsv; "
                f"{gene_hint(gene, kinase_genes)}give the domain in a table of your own "
                "(target_domains) or remove the gene."
            )
    for gene in targets:
        if gene in companions:
            yield (
                f"gene {gene!r} is in target_genes and in companion_genes; keep it in one of them."
            )


def _not_a_human_symbol(gene: str) -> str:
    """Why a name cannot be that of a human gene, as the part of a sentence; "" if it can."""
    if re.fullmatch(r"ENSG[0-9.]+", gene):
        return "is an id of Ensembl, and genes go by their gene_name here, such as NTRK1"
    mouse = re.fullmatch(r"[A-Z][a-z]+[0-9]*[a-z]*[0-9]*", gene)
    if not (mouse or re.fullmatch(r"ENS[A-Z]+G[0-9.]+", gene)):
        return ""
    return (
        f"is {'written as one of mouse or rat' if mouse else 'an id of another species'}, and "
        "domains, key residues and hotspots in resources/ are those of human proteins, so that "
        "only human samples can be interpreted"
    )


def _threshold_problems(thresholds: Mapping[str, float], known: Collection[str]) -> Iterator[str]:
    for name, value in thresholds.items():
        if not math.isfinite(value):
            yield f"thresholds.{name} is {value}; give a finite number."
        if name not in known:
            yield f"thresholds.{name} is unknown; {hint(name, known)}"


def _hotspot_problems(genes: Sequence[str], known: Collection[str]) -> Iterator[str]:
    for gene in genes:
        if gene not in known:
            yield f"hotspot gene {gene!r} is not in resources/hotspots.tsv; {hint(gene, known)}"


def _grading_problems(grading: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    for finding in grading:
        if finding not in known:
            yield f"grading.{finding} is unknown; {hint(finding, known)}"


def _reference_problems(
    reference: Mapping[str, Any], callers: Sequence[str], base: Path
) -> Iterator[str]:
    """Files that the chosen callers need: are they named, and there, by name and size alone."""
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
    if "star_fusion" in callers and not reference["ctat_lib"]:
        yield (
            "the caller star_fusion needs reference.ctat_lib, which is not set; set it to a CTAT "
            "genome library or remove star_fusion from callers."
        )
    elif "star_fusion" in callers:
        yield from _ctat_problems(reference["ctat_lib"], base)
    if "arriba" in callers:
        if not reference["arriba"]["blacklist"]:
            yield (
                "the caller arriba needs reference.arriba.blacklist, which is not set; set it to "
                "Arriba's blacklist of your genome build or remove arriba from callers."
            )
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
        yield f"{where} cannot be read (permission denied); correct its permissions."
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
