"""fastp's JSON reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ntrkoma.errors import InputError


@dataclass(frozen=True)
class FastpSummary:
    """What fastp says of one unit, before trimming.

    ``fragments``: read pairs, or reads if single-end, sequenced. ``duplication_rate`` and
    ``q30_share``: 0-1. ``insert_size``: median in nt; None for single-end reads and where most
    mates do not overlap, so that inserts are longer than the reads can show. ``read_length``:
    mean in nt. All are None for a unit without reads, ``duplication_rate`` also when fastp was told
    not to look for copies.
    """

    version: str
    fragments: int
    duplication_rate: float | None = None
    insert_size: float | None = None
    q30_share: float | None = None
    read_length: float | None = None


def parse_fastp(text: str, source: str) -> FastpSummary:
    """Summary out of fastp's JSON report.

    :param source: name of the report, for messages.
    :raises InputError: when the report is cut short or lacks a figure.
    """
    try:
        report = json.loads(text)
        summary = report["summary"]
        before = summary["before_filtering"]
        mates = 2 if summary["sequencing"].startswith("paired") else 1
        version = str(summary.get("fastp_version", ""))
        reads = int(before["total_reads"])
        copies = report.get("duplication")
        if reads == 0:
            return FastpSummary(version, 0)
        return FastpSummary(
            version=version,
            fragments=reads // mates,
            # fastp leaves the section out when told not to look for copies.
            duplication_rate=float(copies["rate"]) if copies is not None else None,
            insert_size=_median_insert(report["insert_size"]) if mates == 2 else None,
            q30_share=float(before["q30_rate"]),
            read_length=float(before["read1_mean_length"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        lacking = f" (no {error})" if isinstance(error, KeyError) else ""
        raise InputError(
            f"{source}: this is no complete report of fastp{lacking}; delete the file and run the "
            "trimming again."
        ) from error


def _median_insert(sizes: Mapping[str, Any]) -> float | None:
    """Median insert (nt) of fastp's histogram, where the count of n nt has index n.

    The histogram ends where mates cease to overlap, so its peak says more of the read length than
    of the inserts. ``unknown`` counts the pairs without overlap: longer ones.
    """
    counts = [int(count) for count in sizes["histogram"]]
    half = (sum(counts) + int(sizes["unknown"])) / 2
    seen = 0
    for size, count in enumerate(counts):
        seen += count
        if count and seen >= half:
            return float(size)
    return None
