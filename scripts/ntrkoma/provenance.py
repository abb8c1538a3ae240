"""Where a result comes from: tool versions, reference checksums, parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_VERSION = re.compile(r"(\d+\.\d+[\w.]*)")


@dataclass(frozen=True)
class FastpSummary:
    """What fastp says of one unit. ``fragments``: read pairs, or reads if single-end, sequenced."""

    version: str
    fragments: int


def parse_fastp(text: str) -> FastpSummary:
    """Summary out of fastp's JSON report."""
    summary = json.loads(text)["summary"]
    mates = 2 if summary["sequencing"].startswith("paired") else 1
    fragments = summary["before_filtering"]["total_reads"] // mates
    return FastpSummary(str(summary.get("fastp_version", "")), int(fragments))


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
    changed: Mapping[str, float],
    target_genes: Sequence[str],
    companion_genes: Sequence[str],
) -> dict[str, Any]:
    """The provenance block of the sample's JSON.

    :param versions: what each caller's version command printed, by ``<caller>_version``.
    :param checksums: lines of ``sha256sum``.
    :param changed: thresholds that differ from their defaults.
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
            "target_genes": list(target_genes),
            "companion_genes": list(companion_genes),
            "thresholds": dict(thresholds),
            "thresholds_changed": sorted(changed),
            "star_command": command,
        },
    }
