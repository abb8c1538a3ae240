"""STAR's own account of a run: ``Log.final.out`` and ``Log.out``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ntrkoma.errors import InputError

_LOG_LINE = re.compile(r"\s*(.+?)\s*\|\s*(.+?)%?\s*$")


@dataclass(frozen=True)
class AlignmentSummary:
    """Fragment counts of STAR's ``Log.final.out``."""

    input_fragments: int
    unique_fragments: int
    unique_share: float
    too_short_share: float


def parse_star_log(lines: Iterable[str], source: str) -> AlignmentSummary:
    """Read ``Log.final.out``; shares are 0-1.

    :raises InputError: when a figure is absent.
    """
    values = {m[1]: m[2] for line in lines if (m := _LOG_LINE.match(line))}

    def figure(name: str) -> float:
        try:
            return float(values[name])
        except (KeyError, ValueError) as error:
            raise InputError(
                f"{source}: no figure for {name!r}; STAR did not finish, delete the file and run "
                "the alignment again."
            ) from error

    return AlignmentSummary(
        input_fragments=int(figure("Number of input reads")),
        unique_fragments=int(figure("Uniquely mapped reads number")),
        unique_share=figure("Uniquely mapped reads %") / 100,
        too_short_share=figure("% of reads unmapped: too short") / 100,
    )


VERSION = re.compile(r"(\d+\.\d+[\w.]*)")


def star_version(log: Iterable[str]) -> tuple[str, str]:
    """STAR's version and options from the head of its ``Log.out``."""
    version = ""
    lines = iter(log)
    for line in lines:
        if line.startswith("STAR version="):
            version = line.partition("=")[2].strip()
        elif line.startswith("##### Command Line:"):
            # The program's own path belongs to one machine.
            return version, " ".join(["STAR", *next(lines, "").split()[1:]])
    return version, ""
