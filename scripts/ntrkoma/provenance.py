"""Where a result comes from: tool versions, reference checksums, parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntrkoma.errors import InputError

_VERSION = re.compile(r"(\d+\.\d+[\w.]*)")


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


def collect(
    fastp: Sequence[FastpSummary],
    star_log: Iterable[str],
    versions: Mapping[str, str],
    checksums: Iterable[str],
    thresholds: Mapping[str, float],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """The provenance block of the sample's JSON.

    :param versions: what each caller's version command printed, by ``<caller>_version``.
    :param checksums: lines of ``sha256sum``.
    :param thresholds: all of them, a run's own values in place of the defaults.
    :param settings: ``target_genes``, ``companion_genes``, ``hotspot_genes``, ``thresholds`` and
        ``grading`` of the configuration; the last two hold what differs from the defaults.
    """
    star, command = star_version(star_log)
    tools = {"fastp": ", ".join(sorted({unit.version for unit in fastp}))} if fastp else {}
    tools["STAR"] = star
    for name, printed in versions.items():
        match = _VERSION.search(printed)
        tools[name.removesuffix("_version")] = match[1] if match else printed.strip()
    reference = {}
    for line in checksums:
        digest, _, path = line.partition("  ")
        if path:
            reference[path.rsplit("/", 1)[-1]] = f"sha256:{digest}"
    return {
        "tools": tools,
        "reference": reference,
        "parameters": {
            "target_genes": list(settings["target_genes"]),
            "companion_genes": list(settings["companion_genes"]),
            "hotspot_genes": list(settings["hotspot_genes"]),
            "thresholds": dict(thresholds),
            "thresholds_changed": sorted(settings["thresholds"]),
            "grading_changed": [
                f"{code}: {effect}" for code, effect in sorted(settings["grading"].items())
            ],
            "star_command": command,
        },
    }
