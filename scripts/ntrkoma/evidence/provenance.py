"""Where a result comes from: tool versions, reference checksums, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ntrkoma.programs.fastp import FastpSummary
from ntrkoma.programs.star_log import VERSION, star_version


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
        match = VERSION.search(printed)
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
