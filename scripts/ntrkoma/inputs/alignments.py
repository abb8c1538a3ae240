"""BAM and CRAM of the sample sheet: what their headers say, and whether they can be used.

A BAM is a source of reads, which are aligned again, unless the sheet names STAR's chimeric
junctions beside it: then its alignments are used as they are, and have to be what the workflow's
own run of STAR would have written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pysam

from ntrkoma.errors import Findings, InputError
from ntrkoma.genome.contigs import difference
from ntrkoma.inputs.files import FileError, check_regular_file, check_umi
from ntrkoma.inputs.sheet import Sample, Unit
from ntrkoma.programs.star_log import parse_star_log

JUNCTIONS_NAME = "Chimeric.out.junction"


# What STAR writes beside the chimeric junctions and the workflow needs as well.
SPLICE_JUNCTIONS_NAME = "SJ.out.tab"


SUMMARY_NAME = "Log.final.out"


_ALIGN_AGAIN = "empty chimeric_junctions to have its reads aligned again"


# Records whose flags tell the layout; a merged file may begin with either kind.
_LOOKED_AT = 1000


_BAM_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


_CRAM_ENDS = (
    bytes.fromhex("0f000000ffffffff0fe0454f4600000000010005bdd94f0001000606010001000100ee63014b"),
    bytes.fromhex("0b000000ffffffff0fe0454f460000000001000001000606010001000100"),
)


_REQUIRED_FIELDS = 0x7  # name, flag and contig: a CRAM gives them without its reference


_OLD_COLUMNS = 14


_READS_COMMENT = re.compile(rb"^# Nreads (\d+)", re.MULTILINE)


_COMMAND_COMMENT = re.compile(rb"^# \S+\s+(\S*STAR\S*\s.*)$", re.MULTILINE)


_TAIL = 1 << 16  # bytes; the comments at the end are one command line


_UNSAFE = re.compile(r"[^A-Za-z0-9_.:+-]")


_TRANSCRIPT_NAME = re.compile(r"(ENS[A-Z]*T\d|[NX][MR]_\d|rna-)")


@dataclass(frozen=True)
class Alignments:
    """What the header and the first reads of a BAM or CRAM say.

    ``contigs``: lengths (nt) by name. ``star``: values by option of the STAR command that made
    it; empty for other aligners. ``layouts``: whether reads are paired, one or both.
    ``first_name``: of the first read.
    """

    cram: bool
    contigs: Mapping[str, int]
    read_groups: tuple[Mapping[str, str], ...]
    star: Mapping[str, tuple[str, ...]]
    layouts: frozenset[bool]
    first_name: str


def is_cram(path: Path) -> bool:
    """Whether a file is CRAM, by its first bytes.

    :raises OSError: when it cannot be read.
    """
    with path.open("rb") as start:
        return start.read(4) == b"CRAM"


def read_alignments(path: Path) -> Alignments:
    """Header and first reads of a BAM or CRAM; read once per process.

    :raises FileError: when it is none, is truncated or holds no read.
    """
    return _read(path)


@cache
def _read(path: Path) -> Alignments:
    check_regular_file(path)
    try:
        cram = is_cram(path)
        _check_end(path, cram)
        verbosity = pysam.set_verbosity(0)
        try:
            # pysam before 0.24 takes only bytes here, whatever its types say.
            fields: list[Any] = [f"required_fields={_REQUIRED_FIELDS}".encode()]
            with pysam.AlignmentFile(
                str(path), check_sq=False, format_options=fields
            ) as alignments:
                header: dict[str, Any] = alignments.header.to_dict()
                records = list(islice(alignments.fetch(until_eof=True), _LOOKED_AT))
        finally:
            pysam.set_verbosity(verbosity)
    except PermissionError as error:
        raise FileError("cannot be read (permission denied); mend its permissions.") from error
    except (OSError, ValueError) as error:
        raise FileError(f"cannot be read ({error}); copy it again.") from error
    if not records:
        raise FileError("contains no read; remove the row or give the file with the reads.")
    programs = [p for p in header.get("PG", []) if "STAR" in (p.get("PN"), p.get("ID"))]
    return Alignments(
        cram=cram,
        contigs={row["SN"]: int(row["LN"]) for row in header.get("SQ", [])},
        read_groups=tuple(header.get("RG", [])),
        star=star_options(programs[0].get("CL", "")) if programs else {},
        layouts=frozenset(record.is_paired for record in records),
        first_name=records[0].query_name or "",
    )


def _check_end(path: Path, cram: bool) -> None:
    """Both formats close with a fixed block, so that a file that was cut is known."""
    with path.open("rb") as handle:
        start = handle.read(4)
        handle.seek(max(0, path.stat().st_size - max(map(len, (_BAM_END, *_CRAM_ENDS)))))
        end = handle.read()
    if not cram and not start.startswith(b"\x1f\x8b"):
        what = "is SAM text" if start.startswith(b"@") else "is no BAM and no CRAM"
        raise FileError(f"{what}; give the alignments as BAM.")
    if not end.endswith(_CRAM_ENDS if cram else _BAM_END):
        raise FileError("is truncated, the block that closes it is missing; copy it again.")


def star_options(command: str) -> dict[str, tuple[str, ...]]:
    """Values by option of a STAR command line."""
    options: dict[str, tuple[str, ...]] = {}
    name = ""
    for word in command.split():
        if word.startswith("--"):
            name = word[2:]
            options[name] = ()
        elif name:
            options[name] += (word,)
    return options


def is_paired(path: Path) -> bool:
    """Whether a BAM holds paired-end reads.

    :raises InputError: when it cannot be read.
    """
    try:
        return True in read_alignments(path).layouts
    except FileError as error:
        raise InputError(f"bam {str(path)!r} {error}") from error


def read_group(unit: Unit, sample: str, path: Path) -> str:
    """STAR's read group for the reads of a BAM: the unit, with what the BAM's groups agree on.

    :raises InputError: when the BAM cannot be read.
    """
    try:
        groups = read_alignments(path).read_groups
    except FileError as error:
        raise InputError(f"bam {str(path)!r} {error}") from error
    fields = {"ID": unit.unit, "SM": sample, "LB": sample, "PL": "ILLUMINA"}
    for key in ("LB", "PL", "PU", "CN", "DT"):
        values = {group.get(key, "") for group in groups} - {""}
        if len(values) == 1:
            fields[key] = _UNSAFE.sub("_", values.pop())
    return " ".join(f"{key}:{value}" for key, value in fields.items())


def beside(junctions: str, name: str) -> str:
    """Path of the file that the same run of STAR called ``name``, prefix included."""
    return f"{junctions.removesuffix(JUNCTIONS_NAME)}{name}"


@dataclass(frozen=True)
class ChimericJunctions:
    """Ends of STAR's chimeric junctions: input fragments and options of the run."""

    fragments: int
    star: Mapping[str, tuple[str, ...]]


def read_junctions(path: Path) -> ChimericJunctions:
    """Format and closing comments of a ``Chimeric.out.junction``.

    :raises FileError: when it cannot serve as the workflow's own.
    """
    check_regular_file(path)
    if not path.name.endswith(JUNCTIONS_NAME):
        raise FileError(
            f"is not named …{JUNCTIONS_NAME}; keep the names that STAR gave, its "
            f"{SPLICE_JUNCTIONS_NAME} and {SUMMARY_NAME} are found by them."
        )
    try:
        with path.open("rb") as handle:
            first = handle.readline(_TAIL)
            handle.seek(max(0, path.stat().st_size - _TAIL))
            tail = handle.read()
    except OSError as error:
        raise FileError(f"cannot be read ({error.strerror}); mend its permissions.") from error
    if first.startswith(b"\x1f\x8b"):
        raise FileError("is gzip-compressed; unpack it.")
    if not first.startswith((b"chr_donorA\t", b"#")):
        columns = first.count(b"\t") + 1
        if columns == _OLD_COLUMNS:
            raise FileError(
                f"has STAR's old format of {_OLD_COLUMNS} columns without a header "
                f"(--chimMultimapNmax 0); {_ALIGN_AGAIN}."
            )
        raise FileError(f"is no {JUNCTIONS_NAME} of STAR; {_ALIGN_AGAIN}.")
    fragments = _READS_COMMENT.search(tail)
    if fragments is None:
        raise FileError(
            "lacks the closing line '# Nreads …', so it is truncated or was made without "
            f"--chimOutJunctionFormat 1; copy it again, or {_ALIGN_AGAIN}."
        )
    command = _COMMAND_COMMENT.search(tail)
    options = star_options(command[1].decode("utf-8", "replace")) if command else {}
    return ChimericJunctions(int(fragments[1]), options)


def check_given_alignments(
    samples: Iterable[Sample],
    base: Path,
    genome: Mapping[str, int],
    source: str = "sample sheet",
) -> Findings:
    """Problems of the BAMs that the samples name, and what is worth a line in the log.

    Reads headers and first reads, several files at a time. ``genome``: contig lengths of the
    genome in use; ``source`` names the sheet.
    """
    chosen = [sample for sample in samples if sample.from_bam]
    units = [unit for sample in chosen for unit in sample.units]
    named = [sample.umi == "name" for sample in chosen for _ in sample.units]
    with ThreadPoolExecutor(max_workers=16) as pool:
        per_unit = list(
            pool.map(lambda unit, umi: _check_unit(unit, umi, base, genome), units, named)
        )
    found = Findings()
    for unit, of_unit in zip(units, per_unit, strict=True):
        where = f"{source}, row {unit.row}: "
        found.problems += [where + text for text in of_unit.problems]
        found.warnings += [where + text for text in of_unit.warnings]
    if not found.problems:
        found.problems += [f"{source}, {text}" for s in chosen for text in _mixed_layouts(s, base)]
    return found


def _check_unit(unit: Unit, with_umi: bool, base: Path, genome: Mapping[str, int]) -> Findings:
    where = f"bam {unit.bam!r} "
    try:
        facts = read_alignments(base / unit.bam)
        if with_umi:
            check_umi(facts.first_name)
    except FileError as error:
        return Findings([f"{where}{error}"])
    problems = [where + text for text in _general_problems(facts, genome)]
    warnings = [where + text for text in _lost_reads(facts)]
    if unit.chimeric_junctions and not problems:
        problems += _fit_problems(unit, facts, base, genome)
        if not problems:
            warnings += [where + text for text in _costly_options(facts)]
    return Findings(problems, warnings)


def _general_problems(facts: Alignments, genome: Mapping[str, int]) -> Iterator[str]:
    """What forbids any use, be it as reads or as alignments."""
    if len(facts.layouts) > 1:
        yield "mixes paired-end and single-end reads; give them as two samples."
    if facts.contigs and all(map(_TRANSCRIPT_NAME.match, facts.contigs)):
        yield (
            "holds alignments to transcripts (such as STAR's Aligned.toTranscriptome.out.bam), "
            "without the reads that matter; give the BAM of alignments to the genome, or FASTQ."
        )
    elif facts.cram and genome:
        for name, length in facts.contigs.items():
            if genome.get(name) != length:
                which = f"has {length} bases" if name in genome else "is not in reference.fasta"
                yield (
                    f"is a CRAM of another genome, its contig {name!r} {which}; convert it to BAM "
                    "with the genome it was made with."
                )
                break


def _lost_reads(facts: Alignments) -> Iterator[str]:
    if facts.star and "Within" not in facts.star.get("outSAMunmapped", ()):
        yield (
            "was made by STAR without --outSAMunmapped Within, so the reads that STAR left "
            "unmapped, fusion reads among them, are not in it; give FASTQ if you have it."
        )


def _fit_problems(
    unit: Unit, facts: Alignments, base: Path, genome: Mapping[str, int]
) -> Iterator[str]:
    """Why the alignments of a unit cannot be used as they are."""
    where = f"bam {unit.bam!r} "
    kinds = facts.star.get("chimOutType", ())
    if not facts.star:
        yield f"{where}names no STAR in its header, so it is no BAM of STAR; {_ALIGN_AGAIN}."
    elif "SeparateSAMold" in kinds:
        yield (
            f"{where}was made with --chimOutType SeparateSAMold, so its chimeric alignments are "
            f"in another file; {_ALIGN_AGAIN}."
        )
    elif "WithinBAM" not in kinds:
        yield (
            f"{where}was made without --chimOutType WithinBAM, so it lacks the chimeric "
            f"alignments; {_ALIGN_AGAIN}."
        )
    elif facts.star.get("chimSegmentMin", ("0",)) == ("0",):
        yield f"{where}was made without --chimSegmentMin; {_ALIGN_AGAIN}."
    differs = difference(facts.contigs, genome) if genome else ""
    if differs:
        yield f"{where}was made on another genome than reference.fasta: {differs}; {_ALIGN_AGAIN}."
    yield from _junction_problems(unit, facts, base)


def _junction_problems(unit: Unit, facts: Alignments, base: Path) -> Iterator[str]:
    """What is wrong with the chimeric junctions and the files beside them."""
    where = f"chimeric_junctions {unit.chimeric_junctions!r} "
    try:
        junctions = read_junctions(base / unit.chimeric_junctions)
    except FileError as error:
        yield f"{where}{error}"
        return
    ours, theirs = (star.get("readFilesIn") for star in (facts.star, junctions.star))
    if ours and theirs and ours != theirs:
        yield (
            f"{where}and bam {unit.bam!r} come from two runs of STAR, on {' '.join(theirs)} and on "
            f"{' '.join(ours)}; give the two files of one run."
        )
    splices, summary = (
        beside(unit.chimeric_junctions, name) for name in (SPLICE_JUNCTIONS_NAME, SUMMARY_NAME)
    )
    absent = [path for path in (splices, summary) if not (base / path).is_file()]
    if absent:
        yield (
            f"{where}lacks {' and '.join(map(repr, absent))} of the same run beside it; put them "
            f"there, or {_ALIGN_AGAIN}."
        )
    if summary in absent:
        return
    try:
        with (base / summary).open(encoding="utf-8", errors="replace") as lines:
            fragments = parse_star_log(lines, summary).input_fragments
    except InputError as error:
        yield str(error)
        return
    if fragments != junctions.fragments:
        yield (
            f"{where}counts {junctions.fragments} input reads and {summary!r} {fragments}, so they "
            f"come from two runs of STAR; give the files of one run, or {_ALIGN_AGAIN}."
        )


def _costly_options(facts: Alignments) -> Iterator[str]:
    """Options of the given run that find fewer fusion reads than the workflow's own."""

    def number(name: str, default: int) -> int:
        value = facts.star.get(name, ())
        return int(value[0]) if value and value[0].lstrip("-").isdigit() else default

    found = []
    if (overhang := number("alignSJDBoverhangMin", 3)) < 10:
        found.append(f"--alignSJDBoverhangMin {overhang} (10 here)")
    if (overlap := number("peOverlapNbasesMin", 0)) == 0 and True in facts.layouts:
        found.append(f"--peOverlapNbasesMin {overlap} (10 here)")
    if (segment := number("chimSegmentMin", 0)) > 15:
        found.append(f"--chimSegmentMin {segment} (10 here)")
    if found:
        yield (
            f"is used as it is, but was made with {', '.join(found)}, which finds fewer fusion "
            f"reads than the workflow's own alignment; {_ALIGN_AGAIN}."
        )


def _mixed_layouts(sample: Sample, base: Path) -> Iterator[str]:
    layouts = [is_paired(base / unit.bam) for unit in sample.units]
    if len(set(layouts)) > 1:
        paired, single = (
            ", ".join(str(u.row) for u, p in zip(sample.units, layouts, strict=True) if p is kind)
            for kind in (True, False)
        )
        yield (
            f"row {sample.units[0].row}: the BAMs of sample {sample.name!r} hold paired-end (row "
            f"{paired}) and single-end reads (row {single}); make them two samples."
        )
