"""Contigs of a genome with their lengths, and how two sets of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pysam

from ntrkoma.errors import InputError


def contig_lengths(fasta: Path) -> dict[str, int]:
    """Length (nt) of every contig by name, in the order of the file.

    An index beside the genome (.fai) spares reading it, if it is not older. A human genome takes
    seconds, compressed a quarter of a minute, and as much memory as thrice its longest contig; it
    is read once per process.

    :raises InputError: when the file cannot be read or is not a FASTA file.
    """
    try:
        if fasta.is_dir():  # htslib breaks down on it
            raise InputError(f"{fasta}: is a directory; name the FASTA file itself.")
        status = fasta.stat()
        return dict(_lengths(fasta, status.st_mtime_ns, status.st_size))
    except OSError as error:
        raise InputError(
            f"{fasta}: cannot be read ({error.strerror or error}); copy or download it again."
        ) from error


@cache
def _lengths(fasta: Path, _changed: int, _size: int) -> Mapping[str, int]:
    return _indexed(fasta) or _scanned(fasta)


def _indexed(fasta: Path) -> dict[str, int]:
    """Contigs in the genome's .fai; none if there is no index, an outdated or a damaged one."""
    index = fasta.with_name(fasta.name + ".fai")
    if not index.exists() or index.stat().st_mtime < fasta.stat().st_mtime:
        return {}
    return read_lengths(index)


def read_lengths(table: Path) -> dict[str, int]:
    """Contigs by the first two columns of a .fai or of STAR's ``chrNameLength.txt``.

    :raises OSError: when the table cannot be read.
    """
    rows = table.read_text(encoding="utf-8", errors="replace").splitlines()
    cells = [row.split("\t") for row in rows if row.strip()]
    if any(len(row) < 2 or not row[1].isdigit() for row in cells):
        return {}
    return {row[0]: int(row[1]) for row in cells}


def _scanned(fasta: Path) -> dict[str, int]:
    """Contigs by reading the sequence; plain or compressed, which an index of samtools is not for.

    :raises InputError: when it is not a FASTA file or is damaged.
    """
    verbosity = pysam.set_verbosity(0)
    try:
        with pysam.FastxFile(str(fasta), persist=False) as records:
            lengths = {
                record.name: len(record.sequence or "")
                for record in records
                if record.name and record.quality is None
            }
    except ValueError as error:
        raise InputError(
            f"{fasta}: is damaged or cut short, or not a FASTA file; copy or download it again."
        ) from error
    finally:
        pysam.set_verbosity(verbosity)
    if not lengths:
        raise InputError(
            f"{fasta}: is not a FASTA file, it has no line that begins with '>'; give the genome."
        )
    return lengths


def difference(given: Mapping[str, int], genome: Mapping[str, int]) -> str:
    """How ``given`` contigs differ from those of the genome in use, as the part of a sentence.

    The order is disregarded; "" if names and lengths are the same.
    """
    other = [name for name, length in given.items() if genome.get(name, length) != length]
    if other:
        name = other[0]
        return f"contig {name!r} has {given[name]} bases there and {genome[name]} here"
    shown = []
    for label, names in (
        ("lacks", [name for name in genome if name not in given]),
        ("has in addition", [name for name in given if name not in genome]),
    ):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            shown.append(f"it {label} contig {names[0]!r}{more}")
    return " and ".join(shown)
