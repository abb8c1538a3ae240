"""The one reader of GTF: GENCODE's, Ensembl's and NCBI's, plain or gzip-compressed.

Two steps, for the check before a run looks through a 1.5 GB annotation in seconds and needs the
models of a few genes only: :func:`read_features` gives every feature as its line,
:func:`build_transcripts` makes models of some of them.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from ntrkoma.errors import InputError
from ntrkoma.genome.transcripts import Transcript

_ATTRIBUTE = re.compile(r'\s*([^\s;]+)\s+(?:"([^"]*)"|([^";]+))\s*;?')


_KINDS = {"exon", "CDS", "stop_codon"}


def read_features(path: Path) -> Iterator[tuple[int, str]]:
    """Number (1-based) and text of every line with a feature.

    Bytes that are not UTF-8, as in a comment or a note, become U+FFFD.

    :raises InputError: when the file cannot be read, is not a GTF or has no feature.
    """
    first = True
    try:
        with _open_text(path) as lines:
            for number, line in enumerate(lines, 1):
                if line[0] == "#" or line.isspace():
                    continue
                if line.count("\t") != 8:
                    raise InputError(
                        f"{path}, line {number}: has {line.count(chr(9)) + 1} tab-separated fields "
                        "where a GTF has 9; give the annotation as GTF, and whole."
                    )
                if first and "=" in line and not re.search(r'\w "', line):
                    raise InputError(
                        f"{path}, line {number}: looks like GFF3 (key=value attributes); give the "
                        "annotation as GTF."
                    )
                first = False
                yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read ({error}); copy or download it again.") from error
    if first:
        raise InputError(f"{path}: has no features, it is empty; give the gene annotation.")


def _open_text(path: Path) -> IO[str]:
    with path.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    if packed:
        return gzip.open(path, "rt", encoding="utf-8", errors="replace")
    return path.open(encoding="utf-8", errors="replace")


def read_gtf(path: Path) -> list[Transcript]:
    """All transcripts with exons of a GTF.

    :raises InputError: when a line is malformed or the file holds no exon.
    """
    transcripts = build_transcripts(read_features(path), path)
    if not transcripts:
        raise InputError(f"{path}: the file holds no exon; give a complete GTF.")
    return transcripts


def build_transcripts(features: Iterable[tuple[int, str]], path: Path) -> list[Transcript]:
    """Transcripts out of features, those that have an exon among them.

    :param features: as of :func:`read_features`; ``path`` names their file in messages.
    :raises InputError: when a feature has no transcript or its place is not a number.
    """
    collected: dict[tuple[str, str, str], _Parts] = {}
    for number, line in features:
        contig, _, kind, start, end, _, strand, phase, text = line.rstrip("\r\n").split("\t")
        if kind not in _KINDS:
            continue
        attributes, tags = _attributes(text)
        # RefSeq repeats transcript ids on chrX and chrY; the strand guards against the rest.
        key = (attributes.get("transcript_id", ""), contig, strand)
        if not key[0]:
            raise InputError(
                f"{path}, line {number}: the {kind} has no transcript_id; use the GTF of GENCODE, "
                "Ensembl or RefSeq, not a GFF3 renamed."
            )
        if not (start.isdecimal() and end.isdecimal()):
            raise InputError(
                f"{path}, line {number}: start {start!r} and end {end!r} are not both numbers; "
                "check that the file is a GTF and undamaged."
            )
        if key not in collected:
            collected[key] = _Parts(contig, strand)
        parts = collected[key]
        parts.tags |= tags
        for name, value in attributes.items():
            parts.attributes.setdefault(name, value)
        if kind == "exon":
            parts.exons.append((int(start), int(end)))
        else:
            # A stop codon adds to the coding range but never sets its phase.
            parts.coding.append((int(start), int(end), phase if kind == "CDS" else "."))
    return [parts.build() for parts in collected.values() if parts.exons]


class _Parts:
    """Collects the features of one transcript."""

    def __init__(self, chrom: str, strand: str):
        self.chrom, self.strand = chrom, strand
        self.attributes: dict[str, str] = {}
        self.tags: set[str] = set()
        self.exons: list[tuple[int, int]] = []
        self.coding: list[tuple[int, int, str]] = []

    def build(self) -> Transcript:
        reverse = self.strand == "-"
        cds, cds_phase = None, 0
        if self.coding:
            cds = (min(c[0] for c in self.coding), max(c[1] for c in self.coding))
            phase = (max(self.coding) if reverse else min(self.coding))[2]
            cds_phase = int(phase) if phase in {"0", "1", "2"} else 0
        get = self.attributes.get
        gene_id = self._versioned("gene")
        return Transcript(
            transcript_id=self._versioned("transcript"),
            gene_id=gene_id,
            gene=get("gene_name") or get("gene") or gene_id,
            chrom=self.chrom,
            strand=self.strand,
            exons=tuple(sorted(self.exons, reverse=reverse)),
            cds=cds,
            cds_phase=cds_phase,
            biotype=get("transcript_type") or get("transcript_biotype") or "",
            gene_biotype=get("gene_type") or get("gene_biotype") or "",
            tags=frozenset(self.tags),
        )

    def _versioned(self, kind: str) -> str:
        """GENCODE writes ENST….7 in the id, Ensembl the version in an attribute of its own."""
        identifier = self.attributes.get(f"{kind}_id", "")
        version = self.attributes.get(f"{kind}_version")
        return f"{identifier}.{version}" if version and "." not in identifier else identifier


def _attributes(text: str) -> tuple[dict[str, str], set[str]]:
    """Values by key, of a repeated one the first, and all tags."""
    values: dict[str, str] = {}
    tags: set[str] = set()
    for key, quoted, bare in _ATTRIBUTE.findall(text):
        value = quoted or bare.strip()
        if key == "tag":
            tags.add(value.replace(" ", "_"))
        else:
            values.setdefault(key, value)
    return values, tags
