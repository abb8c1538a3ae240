"""The FASTQ files that the sample sheet names: are they what it says? A few kB of each tell."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ntrkoma.inputs.files import FileError, check_regular_file, check_umi
from ntrkoma.inputs.sheet import Sample, Unit, repeated_file

_FIRST_BYTES = {
    b"BZh": "bzip2-compressed",
    b"\xfd7zXZ": "xz-compressed",
    b"\x28\xb5\x2f\xfd": "zstd-compressed",
    b"PK\x03\x04": "a zip archive",
    b"NCBI.sra": "an SRA archive",
}


_GZIP = b"\x1f\x8b"


_LONGEST_LINE = 1 << 20  # bytes; no short read comes near it


_BLOCK = 1 << 16  # bytes read past the first record, one full bgzip block


_CASAVA_MATE = re.compile(r"([0-9]):[YN]:[0-9]+:")


_SRA_MATE = re.compile(r"(.+\.[0-9]+)\.([12])")


def check_fastq_files(
    samples: Iterable[Sample], base: Path, source: str = "sample sheet"
) -> list[str]:
    """Problems of the FASTQ files that the samples name: one sentence each, [] if none.

    Reads the first record of every file (a few kB), several files at a time because network file
    systems answer slowly. Relative paths are relative to ``base``; ``source`` names the sheet.
    """
    chosen = list(samples)
    units = [unit for sample in chosen for unit in sample.units]
    named = [sample.umi == "name" for sample in chosen for _ in sample.units]
    with ThreadPoolExecutor(max_workers=16) as pool:
        per_unit = list(pool.map(lambda unit, umi: _unit_files(unit, umi, base), units, named))
    problems = [
        f"{source}, row {unit.row}: {problem}"
        for unit, found in zip(units, per_unit, strict=True)
        for problem in found
    ]
    return problems + [f"{source}, {problem}" for problem in _same_file(units, base)]


def longest_read(fastqs: Iterable[str], base: Path) -> int:
    """Length (nt) of the longest of the files' first reads; files that cannot be read give 0."""
    longest = 0
    for path in fastqs:
        try:
            longest = max(longest, _first_read(base / path).length)
        except FileError:
            continue  # check_fastq_files says why
    return longest


@dataclass(frozen=True)
class _Read:
    """The first read of a file.

    ``name`` is without mate suffix, ``mate`` "1", "2", … or ""; ``length`` in nt.
    """

    name: str
    mate: str
    length: int = 0


def _unit_files(unit: Unit, with_umi: bool, base: Path) -> list[str]:
    """Problems of a unit's files, without the row; ``with_umi``: the names end with a UMI."""
    problems: list[str] = []
    reads: list[_Read] = []
    for column, path in zip(("fq1", "fq2"), unit.fastqs, strict=False):
        try:
            reads.append(_first_read(base / path))
            if with_umi:
                check_umi(reads[-1].name)
        except FileError as error:
            problems.append(f"{column} {path!r} {error}")
    if len(reads) == 2 and (mismatch := _mate_problem(*reads)):
        problems.append(f"fq1 {unit.fq1!r} and fq2 {unit.fq2!r} {mismatch}")
    return problems


def _first_read(path: Path) -> _Read:
    """The first read of a FASTQ file, plain or gzip-compressed by its extension.

    Raises:
        FileError: if the file cannot be read or does not begin with a FASTQ record.
    """
    check_regular_file(path)
    try:
        with path.open("rb") as plain:
            start = plain.read(8)
            plain.seek(0)
            _check_compression(start, path.name)
            if path.suffix != ".gz":
                return _parse_first_record(plain)
            with gzip.GzipFile(fileobj=plain) as unpacked:
                read = _parse_first_record(unpacked)
                unpacked.read(_BLOCK)  # an early end shows only when it is reached
                return read
    except EOFError as error:
        raise FileError(
            "is truncated, its gzip data end early; copy or download it again."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FileError(f"has damaged gzip data ({error}); copy or download it again.") from error
    except PermissionError as error:
        raise FileError("cannot be read (permission denied); mend its permissions.") from error
    except OSError as error:
        raise FileError(f"cannot be read ({error.strerror}); check its disk.") from error


def _check_compression(start: bytes, name: str) -> None:
    packed = start.startswith(_GZIP)
    if packed and name.lower().endswith(".bam"):
        raise FileError("is a BAM file; name it in the column bam and empty fq1 and fq2.")
    if packed and not name.endswith(".gz"):
        raise FileError("is gzip-compressed but not named .gz; rename it.")
    if start.startswith(b"CRAM"):
        raise FileError("is a CRAM file; name it in the column bam and empty fq1 and fq2.")
    other = next((what for magic, what in _FIRST_BYTES.items() if start.startswith(magic)), None)
    if other:
        raise FileError(f"is {other}; convert it to gzip-compressed FASTQ (.fastq.gz).")
    if name.endswith(".gz") and not packed:
        raise FileError("is named .gz but is not gzip-compressed; rename or compress it.")


def _parse_first_record(reads: IO[bytes] | gzip.GzipFile) -> _Read:
    header, sequence, plus, quality = (reads.readline(_LONGEST_LINE) for _ in range(4))
    if not (header + sequence + plus + quality).strip():
        raise FileError("contains no read; remove the row or give the file with the reads.")
    if header.startswith(b"BAM\1"):
        raise FileError("is a BAM file; name it in the column bam and empty fq1 and fq2.")
    if header.startswith(b">"):
        raise FileError("is FASTA (it begins with '>'), without qualities; give the FASTQ.")
    if not header.startswith(b"@"):
        shown = header[:20].decode("ascii", "replace").rstrip()
        raise FileError(f"is not FASTQ, its first line is {shown!r} and not '@…'; give FASTQ.")
    if not quality and not plus.strip():
        raise FileError("ends within its first record; copy it again.")
    if not plus.startswith(b"+") or not re.fullmatch(rb"[A-Za-z.*]*", sequence.rstrip()):
        raise FileError("is not FASTQ, its first record is not @name, bases, +, qualities.")
    bases, qualities = len(sequence.rstrip()), len(quality.rstrip(b"\r\n"))
    if bases != qualities:
        raise FileError(
            f"has {bases} bases but {qualities} qualities in its first record; it is cut or "
            "damaged, copy it again."
        )
    return _read_name(header.decode("ascii", "replace"), bases)


def _read_name(header: str, length: int) -> _Read:
    name, _, comment = header[1:].rstrip().replace("\t", " ").partition(" ")
    if name.endswith(("/1", "/2")):
        return _Read(name[:-2], name[-1], length)
    casava = _CASAVA_MATE.match(comment)
    return _Read(name, casava[1] if casava else "", length)


def _mate_problem(first: _Read, second: _Read) -> str:
    """Why two files do not hold the two mates, as the rest of a sentence; "" if they do."""
    if first.name != second.name and not _sra_mates(first.name, second.name):
        return (
            f"do not pair, their first reads are {first.name!r} and {second.name!r}; give R1 and "
            "R2 of the same lane, in the same order."
        )
    if first.mate and first.mate == second.mate:
        return f"both hold mate {first.mate}; give R1 as fq1 and R2 as fq2."
    if first.mate and second.mate and first.mate > second.mate:
        return f"look swapped (mates {first.mate} and {second.mate}); give R1 as fq1, R2 as fq2."
    return ""


def _sra_mates(first: str, second: str) -> bool:
    """Whether the names are those of fastq-dump -I: SRR1.7.1 and SRR1.7.2."""
    one, two = _SRA_MATE.fullmatch(first), _SRA_MATE.fullmatch(second)
    return bool(one and two and one[1] == two[1] and (one[2], two[2]) == ("1", "2"))


def _same_file(units: Iterable[Unit], base: Path) -> Iterator[str]:
    """Files that are one through links, which the paths alone do not show."""
    first: dict[tuple[int, int], tuple[int, str]] = {}
    for unit in units:
        for column, path in unit.files:
            try:
                status = (base / path).stat()
            except OSError:
                continue  # reported as missing already
            here = (unit.row, column)
            earlier = first.setdefault((status.st_dev, status.st_ino), here)
            if earlier != here:
                yield repeated_file(unit.row, column, path, earlier)
