"""Reading tab-separated tables by header name: our own and the callers'."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from ntrkoma.errors import InputError


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated table with a header; lines that start with ``#`` are comments."""
    with path.open(encoding="utf-8", newline="") as handle:
        lines = (line for line in handle if not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t"))


def rows_by_name(
    lines: Iterable[str], source: str, required: Iterable[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number (1-based) and fields by column name of each row.

    The header may start with ``#``. An empty file and a header-only file give no rows. Columns
    beyond ``required`` may be absent: callers leave some out on empty input.

    :raises InputError: when a required column is absent or a row has too few fields.
    """
    header: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        fields = line.rstrip("\n").split("\t")
        if not header:
            header = [fields[0].lstrip("#"), *fields[1:]]
            missing = [name for name in required if name not in header]
            if missing:
                raise InputError(
                    f"{source}, line {number}: the header lacks {', '.join(missing)}; the file is "
                    "not what this caller writes in the supported version, run the caller again."
                )
            continue
        if len(fields) < len(header):
            raise InputError(
                f"{source}, line {number}: {len(fields)} fields where the header has "
                f"{len(header)}; the file is truncated, delete it and run the caller again."
            )
        yield number, dict(zip(header, fields, strict=False))
