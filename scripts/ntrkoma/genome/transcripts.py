"""Transcript models: read from GTF, kept as an indexed bigGenePred table, asked for positions.

The table is UCSC's bigGenePred in text form (BED12+8, 0-based half-open starts), bgzip-compressed
and tabix-indexed, so that a sample's job reads only the loci it needs and not a 1.5 GB GTF.
"""

from __future__ import annotations

import gzip
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import IO

import pysam

from ntrkoma.errors import InputError

# Contig, first and last base (1-based), as STAR lists them.
Intron = tuple[str, int, int]

_ATTRIBUTE = re.compile(r'\s*([^\s;]+)\s+(?:"([^"]*)"|([^";]+))\s*;?')

MANE_SELECT = "MANE_Select"

_GENE_COLUMN = 17


@dataclass(frozen=True)
class Transcript:
    """One transcript.

    ``exons``: (start, end), 1-based inclusive, in order of transcription (exon 1 first).
    ``cds``: genomic (lowest, highest) coding position, 1-based inclusive, stop codon included
    where annotated; None for non-coding. ``cds_phase``: bases of the first coding exon before its
    first full codon (GTF frame; not 0 only in incomplete models).
    """

    transcript_id: str
    gene_id: str
    gene: str
    chrom: str
    strand: str
    exons: tuple[tuple[int, int], ...]
    cds: tuple[int, int] | None = None
    cds_phase: int = 0
    biotype: str = ""
    gene_biotype: str = ""
    tags: frozenset[str] = frozenset()

    @property
    def start(self) -> int:
        """Lowest genomic position (1-based)."""
        return min(self.exons[0][0], self.exons[-1][0])

    @property
    def end(self) -> int:
        """Highest genomic position (1-based)."""
        return max(self.exons[0][1], self.exons[-1][1])

    @property
    def coding(self) -> bool:
        """Whether a coding sequence is annotated."""
        return self.cds is not None

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """Cumulative exon lengths: transcript position (1-based) of the last base of each exon."""
        total, ends = 0, []
        for start, end in self.exons:
            total += end - start + 1
            ends.append(total)
        return tuple(ends)

    @property
    def length(self) -> int:
        """Spliced length in nt."""
        return self._ends[-1]

    def exon_start(self, number: int) -> int:
        """Genomic position of the first transcribed base of exon ``number`` (1-based)."""
        start, end = self.exons[number - 1]
        return start if self.strand == "+" else end

    def exon_end(self, number: int) -> int:
        """Genomic position of the last transcribed base of exon ``number`` (1-based)."""
        start, end = self.exons[number - 1]
        return end if self.strand == "+" else start

    def exon_at(self, pos: int) -> int | None:
        """Number (1-based) of the exon that holds genomic ``pos``, or None."""
        for number, (start, end) in enumerate(self.exons, 1):
            if start <= pos <= end:
                return number
        return None

    def border_exon(self, pos: int, *, five: bool) -> int | None:
        """Number (1-based) of the exon that ends (5′ side) or begins (3′ side) at genomic ``pos``,
        or None. A transcript's own two ends are no splice borders."""
        number = self.exon_at(pos)
        if number is None:
            return None
        if five:
            on_border = self.exon_end(number) == pos and number < len(self.exons)
        else:
            on_border = self.exon_start(number) == pos and number > 1
        return number if on_border else None

    @property
    def introns(self) -> list[Intron]:
        """Introns in order of transcription."""
        return [
            (self.chrom, min(one[1], other[1]) + 1, max(one[0], other[0]) - 1)
            for one, other in pairwise(self.exons)
        ]

    def exons_before(self, pos: int) -> int:
        """Number of exons that lie wholly 5′ of genomic ``pos`` in transcription direction."""
        if self.strand == "+":
            return sum(end < pos for _, end in self.exons)
        return sum(start > pos for start, _ in self.exons)

    def to_transcript(self, pos: int) -> int | None:
        """Spliced position (1-based) of genomic ``pos``, or None in introns and outside."""
        number = self.exon_at(pos)
        if number is None:
            return None
        start, end = self.exons[number - 1]
        before = self._ends[number - 2] if number > 1 else 0
        return before + (pos - start if self.strand == "+" else end - pos) + 1

    def to_genome(self, position: int) -> int:
        """Genomic position (1-based) of spliced ``position`` (1-based).

        :raises ValueError: outside the transcript.
        """
        if not 1 <= position <= self.length:
            raise ValueError(f"{position} is outside {self.transcript_id} (1-{self.length})")
        index = bisect_right(self._ends, position - 1)
        offset = position - 1 - (self._ends[index - 1] if index else 0)
        start, end = self.exons[index]
        return start + offset if self.strand == "+" else end - offset

    @cached_property
    def cds_span(self) -> tuple[int, int] | None:
        """Spliced (first, last) coding position, 1-based inclusive; first is a codon's first base
        in complete models, else ``cds_phase`` bases before one."""
        if self.cds is None:
            return None
        low, high = (self.to_transcript(position) for position in self.cds)
        if low is None or high is None:
            raise ValueError(f"{self.transcript_id}: coding sequence ends outside its exons")
        return (low, high) if self.strand == "+" else (high, low)

    @property
    def cds_length(self) -> int:
        """Coding length in nt, stop codon included where annotated; 0 for non-coding."""
        return self.cds_span[1] - self.cds_span[0] + 1 if self.cds_span else 0

    def coding_position(self, pos: int) -> int | None:
        """c. position (1-based) of genomic ``pos``; None in introns and UTRs."""
        position = self.to_transcript(pos)
        if position is None or self.cds_span is None:
            return None
        first, last = self.cds_span
        return position - first + 1 if first <= position <= last else None

    def residues_to_genome(self, first: int, last: int) -> list[int]:
        """Genomic positions (1-based, transcription order) of amino acids ``first``-``last``.

        :raises ValueError: when the coding sequence is shorter than that.
        """
        if self.cds_span is None:
            raise ValueError(f"{self.transcript_id} has no coding sequence")
        codon_start = self.cds_span[0] + self.cds_phase
        begin, end = codon_start + 3 * (first - 1), codon_start + 3 * last - 1
        if end > self.cds_span[1]:
            raise ValueError(f"{self.transcript_id} has no residue {last}")
        return [self.to_genome(position) for position in range(begin, end + 1)]


class _GtfTranscript:
    """Collects the lines of one transcript while a GTF is read."""

    def __init__(self, chrom: str, strand: str, attributes: dict[str, str], tags: set[str]):
        self.chrom, self.strand = chrom, strand
        self.attributes, self.tags = attributes, tags
        self.exons: list[tuple[int, int]] = []
        self.coding: list[tuple[int, int, str]] = []

    def build(self) -> Transcript:
        reverse = self.strand == "-"
        exons = tuple(sorted(self.exons, reverse=reverse))
        cds, phase = None, 0
        if self.coding:
            cds = (min(c[0] for c in self.coding), max(c[1] for c in self.coding))
            first = max(self.coding) if reverse else min(self.coding)
            phase = int(first[2]) if first[2] in {"0", "1", "2"} else 0
        get = self.attributes.get
        gene_id = _versioned(self.attributes, "gene")
        return Transcript(
            transcript_id=_versioned(self.attributes, "transcript"),
            gene_id=gene_id,
            gene=get("gene_name") or get("gene") or gene_id,
            chrom=self.chrom,
            strand=self.strand,
            exons=exons,
            cds=cds,
            cds_phase=phase,
            biotype=get("transcript_type") or get("transcript_biotype") or "",
            gene_biotype=get("gene_type") or get("gene_biotype") or "",
            tags=frozenset(self.tags),
        )


def _versioned(attributes: dict[str, str], kind: str) -> str:
    """GENCODE writes ENST….7 in the id, Ensembl the version in an attribute of its own."""
    identifier = attributes.get(f"{kind}_id", "")
    version = attributes.get(f"{kind}_version")
    return f"{identifier}.{version}" if version and "." not in identifier else identifier


def _attributes(text: str) -> tuple[dict[str, str], set[str]]:
    values: dict[str, str] = {}
    tags: set[str] = set()
    for key, quoted, bare in _ATTRIBUTE.findall(text):
        value = quoted or bare.strip()
        if key == "tag":
            tags.add(value.replace(" ", "_"))
        else:
            values.setdefault(key, value)
    return values, tags


def open_text(path: Path) -> IO[str]:
    """Open a plain or gzip-compressed text file for reading."""
    with path.open("rb") as handle:
        compressed = handle.read(2) == b"\x1f\x8b"
    if compressed:
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def read_gtf(path: Path) -> list[Transcript]:
    """All transcripts with exons of a GTF (GENCODE, Ensembl or RefSeq flavour).

    :raises InputError: when a line is malformed or the file holds no exon.
    """
    with open_text(path) as lines:
        return parse_gtf(lines, path)


def parse_gtf(lines: Iterable[str], path: Path) -> list[Transcript]:
    """As :func:`read_gtf`, of the lines of a GTF; ``path`` names it in messages."""
    collected: dict[tuple[str, str, str], _GtfTranscript] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or not line.strip():
            continue
        fields = line.rstrip("\n").split("\t")
        if len(fields) != 9:
            raise InputError(
                f"{path}, line {number}: a GTF line has 9 tab-separated fields, this one has "
                f"{len(fields)}; check that the file is a GTF and complete."
            )
        feature = fields[2]
        if feature not in {"exon", "CDS", "stop_codon"}:
            continue
        attributes, tags = _attributes(fields[8])
        # RefSeq repeats transcript ids on chrX and chrY; the strand guards against the rest.
        key = (attributes.get("transcript_id", ""), fields[0], fields[6])
        if not key[0]:
            raise InputError(
                f"{path}, line {number}: the {feature} has no transcript_id; use the GTF of "
                "GENCODE, Ensembl or RefSeq, not a GFF3 renamed."
            )
        entry = collected.get(key)
        if entry is None:
            entry = collected[key] = _GtfTranscript(fields[0], fields[6], attributes, tags)
        entry.tags |= tags
        for name, value in attributes.items():
            entry.attributes.setdefault(name, value)
        try:
            start, end = int(fields[3]), int(fields[4])
        except ValueError:
            raise InputError(
                f"{path}, line {number}: start {fields[3]!r} and end {fields[4]!r} are not both "
                "numbers; check that the file is a GTF and undamaged."
            ) from None
        if feature == "exon":
            entry.exons.append((start, end))
        else:
            # A stop codon adds to the coding range but never sets its phase.
            phase = fields[7] if feature == "CDS" else "."
            entry.coding.append((start, end, phase))
    transcripts = [entry.build() for entry in collected.values() if entry.exons]
    if not transcripts:
        raise InputError(f"{path}: the file holds no exon; give a complete GTF.")
    return transcripts


def _exon_frames(transcript: Transcript) -> list[int]:
    """UCSC exonFrames in genomic order: codon bases already used at an exon's start, -1 if none."""
    frames, frame = [], (3 - transcript.cds_phase) % 3
    for start, end in transcript.exons:
        coding = 0
        if transcript.cds:
            coding = min(end, transcript.cds[1]) - max(start, transcript.cds[0]) + 1
        frames.append(frame if coding > 0 else -1)
        frame = (frame + max(0, coding)) % 3
    return frames if transcript.strand == "+" else frames[::-1]


def _phase_from_frames(frames: list[int], strand: str) -> int:
    """GTF phase of the first coding exon from exonFrames in genomic order."""
    ordered = frames if strand == "+" else frames[::-1]
    return next(((3 - frame) % 3 for frame in ordered if frame >= 0), 0)


def _to_row(transcript: Transcript) -> str:
    blocks = sorted(transcript.exons)
    start, end = transcript.start - 1, transcript.end
    thick = (transcript.cds[0] - 1, transcript.cds[1]) if transcript.cds else (start, start)
    sizes = ",".join(str(e - s + 1) for s, e in blocks)
    starts = ",".join(str(s - 1 - start) for s, _ in blocks)
    fields = [
        transcript.chrom,
        start,
        end,
        transcript.transcript_id,
        0,
        transcript.strand,
        *thick,
        0,
        len(blocks),
        sizes,
        starts,
        transcript.gene_id,
        "incmpl" if transcript.cds_phase else "unk",
        "unk",
        ",".join(map(str, _exon_frames(transcript))),
        transcript.biotype or ".",
        transcript.gene,
        ",".join(sorted(transcript.tags)) or ".",
        transcript.gene_biotype or ".",
    ]
    return "\t".join(map(str, fields))


def _from_row(row: str) -> Transcript:
    fields = row.rstrip("\n").split("\t")
    start = int(fields[1])
    sizes = map(int, fields[10].split(","))
    offsets = map(int, fields[11].split(","))
    exons = [(start + o + 1, start + o + s) for o, s in zip(offsets, sizes, strict=True)]
    thick = int(fields[6]), int(fields[7])
    return Transcript(
        transcript_id=fields[3],
        gene_id=fields[12],
        gene=fields[17],
        chrom=fields[0],
        strand=fields[5],
        exons=tuple(sorted(exons, reverse=fields[5] == "-")),
        cds=(thick[0] + 1, thick[1]) if thick[1] > thick[0] else None,
        cds_phase=_phase_from_frames([int(f) for f in fields[15].split(",")], fields[5]),
        biotype=fields[16].strip("."),
        gene_biotype=fields[19].strip("."),
        tags=frozenset(fields[18].split(",")) - {"."},
    )


def write_table(transcripts: Iterable[Transcript], path: Path) -> None:
    """Write the table to ``path`` (bgzip) and its tabix index to ``path.tbi``."""
    ordered = sorted(transcripts, key=lambda t: (t.chrom, t.start, t.end, t.transcript_id))
    with pysam.BGZFile(str(path), "wb", None) as out:
        for transcript in ordered:
            out.write((_to_row(transcript) + "\n").encode())
    pysam.tabix_index(str(path), preset="bed", force=True)


class Annotation:
    """Transcripts by locus, from a table written by :func:`write_table`."""

    def __init__(self, path: Path):
        self._path = path
        self._index = pysam.TabixFile(str(path))
        self._contigs = set(self._index.contigs)
        self._cache: dict[tuple[str, int, int], list[Transcript]] = {}
        self._named: dict[str, list[Transcript]] = {}

    def overlapping(self, chrom: str, start: int, end: int) -> list[Transcript]:
        """Transcripts that overlap ``start``-``end`` (1-based inclusive) on either strand."""
        if chrom not in self._contigs:
            return []
        key = (chrom, start, end)
        if key not in self._cache:
            rows = self._index.fetch(chrom, max(0, start - 1), end)
            self._cache[key] = [_from_row(row) for row in rows]
        return self._cache[key]

    def genes_named(self, names: Iterable[str]) -> dict[str, list[Transcript]]:
        """Transcripts of the named genes, by gene symbol; absent symbols give no entry.

        Reads the whole table for genes that were not asked for before: ask for all of them at once.
        """
        wanted = sorted(set(names))
        missing = {name for name in wanted if name not in self._named}
        if missing:
            self._named.update((name, []) for name in missing)
            with gzip.open(self._path, "rt", encoding="utf-8") as rows:
                for row in rows:
                    gene = row.split("\t", _GENE_COLUMN + 1)[_GENE_COLUMN]
                    if gene in missing:
                        self._named[gene].append(_from_row(row))
        return {name: list(self._named[name]) for name in wanted if self._named[name]}


def choose_reference_transcript(
    transcripts: Iterable[Transcript], known_ids: frozenset[str]
) -> tuple[Transcript, str]:
    """The transcript that stands for a gene, and why.

    MANE Select by the GTF's tag, else an id known to be MANE Select (versions ignored), else the
    longest coding sequence, else the longest transcript.

    :raises ValueError: when ``transcripts`` is empty.
    """
    ranked = sorted(transcripts, key=lambda t: (-t.cds_length, -t.length, t.transcript_id))
    if not ranked:
        raise ValueError("no transcript to choose from")
    for transcript in ranked:
        if MANE_SELECT in transcript.tags:
            return transcript, "MANE Select by tag"
    for transcript in ranked:
        if transcript.transcript_id.split(".")[0] in known_ids:
            return transcript, "MANE Select by id"
    if ranked[0].coding:
        return ranked[0], "longest coding sequence"
    return ranked[0], "longest transcript"
