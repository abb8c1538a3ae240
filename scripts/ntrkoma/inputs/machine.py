"""Whether the machine has what a run needs: programs, memory, disk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntrkoma.errors import Findings
from ntrkoma.genome.contigs import contig_lengths
from ntrkoma.inputs.sheet import Sample

# Programs by rule; those of rules that run in Python are there with the workflow itself.
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "genome_fasta": ("samtools",),
    "star_index": ("STAR",),
    "mini_ctat_lib": ("prep_genome_lib.pl", "hmmbuild", "hmmpress"),
    "reads_from_bam_paired": ("samtools",),
    "reads_from_bam_single": ("samtools",),
    "fastp_paired": ("fastp",),
    "fastp_single": ("fastp",),
    "star_align": ("STAR",),
    "given_alignment": ("samtools",),
    "star_fusion": ("STAR-Fusion",),
    "arriba": ("arriba",),
}


# How to get a program without conda.
_INSTALL = {
    "STAR": "install it (Debian and Ubuntu: apt-get install rna-star)",
    "samtools": "install it (Debian and Ubuntu: apt-get install samtools)",
    "fastp": "install it (Debian and Ubuntu: apt-get install fastp)",
    "STAR-Fusion": "remove star_fusion from callers",
    "arriba": "remove arriba from callers",
}


# Bytes of an index per base, from STAR 2.7 and a human genome (Genome 1, SA 8.4, SAindex 0.5).
INDEX_BYTES = 10


# Bytes a base that building takes at its peak; the rules ask for as much.
BUILD_BYTES = 13


# STAR's buffers beside the index.
_BUFFERS = 500_000_000


# Bytes that a sample takes in the working directory at its peak, per byte of its reads: trimmed
# FASTQ 1.1 and unsorted BAM 1.6 (measured on test_data), both removed when the callers are done.
# From BAM come the FASTQ and samtools' sorting as well; a CRAM packs twice as dense.
DISK_PER_BYTE = {
    "fastq.gz": 3.0,
    "fastq": 1.0,
    "bam": 4.0,
    "cram": 8.0,
    "given bam": 0.1,
    "given cram": 2.5,
}


@dataclass(frozen=True)
class Machine:
    """What the machine has; memory and disk in bytes, ``has`` tells whether a program is there.

    ``disk_free`` is that of the working directory.
    """

    memory_total: int
    memory_available: int
    disk_free: int
    has: Callable[[str], bool]


@dataclass(frozen=True)
class Plan:
    """What a run is going to do on this machine.

    ``rules``: names of the rules with jobs to run. ``index``: bytes of the STAR index.
    ``bases``: of the genome. ``alignments``: how many STAR jobs may run at a time.
    ``disk``: bytes that each sample takes in the working directory at its peak.
    """

    rules: frozenset[str]
    index: int
    bases: int
    alignments: int
    disk: Mapping[str, int]
    builds_index: bool


def this_machine(base: Path) -> Machine:
    """Facts of the machine that this runs on; a container's memory limit counts."""
    text = _text(Path("/proc/meminfo"))
    kilobytes = {name: int(value) for name, value in re.findall(r"(\w+):\s+(\d+) kB", text)}
    total = kilobytes.get("MemTotal", 0) * 1024
    available = kilobytes.get("MemAvailable", 0) * 1024
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        value = _text(Path(limit)).strip()
        if value.isdigit() and 0 < int(value) < total:
            total, available = int(value), min(available, int(value))
    return Machine(
        memory_total=total,
        memory_available=available,
        disk_free=shutil.disk_usage(base).free,
        has=lambda program: shutil.which(program) is not None,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def plan(
    config: Mapping[str, Any],
    base: Path,
    samples: Collection[Sample],
    rules: Collection[str],
    alignments: int,
) -> Plan:
    """The plan of a run of ``rules`` on ``samples``."""
    given = config["reference"]["star_index"]
    builds_index = "star_index" in rules and not given
    bases = sum(contig_lengths(base / config["reference"]["fasta"]).values())
    index = sum(
        (base / given / name).stat().st_size
        for name in ("Genome", "SA", "SAindex")
        if given and (base / given / name).is_file()
    )
    kept = {name for name in rules if name in PROGRAMS}
    return Plan(
        rules=frozenset(kept if builds_index else kept - {"star_index"}),
        index=index or INDEX_BYTES * bases,
        bases=bases,
        alignments=alignments,
        disk={sample.name: _disk(sample, base) for sample in samples},
        builds_index=builds_index,
    )


def all_rules(config: Mapping[str, Any], samples: Collection[Sample]) -> set[str]:
    """Rules that a first run of the configuration needs, as far as they need programs."""
    rules = {"genome_fasta", *config["callers"]}
    if not config["reference"]["star_index"]:
        rules.add("star_index")
    if "star_fusion" in config["callers"] and not config["reference"]["ctat_lib"]:
        rules.add("mini_ctat_lib")
    for sample in samples:
        if sample.aligned:
            rules.add("given_alignment")
            continue
        rules |= {"fastp_paired", "star_align"}
        if sample.from_bam:
            rules.add("reads_from_bam_paired")
    return rules & PROGRAMS.keys()


def _disk(sample: Sample, base: Path) -> int:
    """Bytes that a sample takes in the working directory at its peak."""
    total = 0.0
    for unit in sample.units:
        for path in (unit.bam,) if unit.bam else unit.fastqs:
            if unit.bam:
                kind = "cram" if path.endswith(".cram") else "bam"
                kind = f"given {kind}" if sample.aligned else kind
            else:
                kind = "fastq.gz" if path.endswith(".gz") else "fastq"
            file = base / path
            total += DISK_PER_BYTE[kind] * (file.stat().st_size if file.is_file() else 0)
    return round(total)


def check_machine(
    todo: Plan, machine: Machine, *, deployed: bool = False, local: bool = True
) -> Findings:
    """Programs, memory and disk for a run; on a cluster only the disk, which is shared.

    :param deployed: whether conda, containers or environment modules bring the programs.
    :param local: whether the jobs run on this machine.
    """
    found = Findings()
    if local and not deployed:
        found.problems += _missing_programs(todo, machine)
    if local:
        found.add(_check_memory(todo, machine))
    found.add(_check_disk(todo, machine))
    return found


def _missing_programs(todo: Plan, machine: Machine) -> Iterator[str]:
    users: dict[str, list[str]] = {}
    for rule in sorted(todo.rules):
        for program in PROGRAMS[rule]:
            users.setdefault(program, []).append(rule)
    for program, rules in users.items():
        if not machine.has(program):
            remedy = _INSTALL.get(program, "install it (bioconda)")
            yield (
                f"the program {program!r} is not on PATH (rules that call it: {', '.join(rules)}); "
                f"{remedy}, or run with --use-conda."
            )


def _check_memory(todo: Plan, machine: Machine) -> Findings:
    """One index per STAR job: it is not shared between them."""
    if not machine.memory_total or not (todo.builds_index or "star_align" in todo.rules):
        return Findings()
    if todo.index > machine.memory_total:
        return Findings(
            [
                f"STAR's index of this genome takes {_size(todo.index)} of memory and this machine "
                f"has {_size(machine.memory_total)}; run on a larger machine or a cluster "
                "(--executor)."
            ]
        )
    one = todo.index + todo.index // 10 + _BUFFERS
    needs = [(one, "aligning")]
    if todo.builds_index:
        needs.append((BUILD_BYTES * todo.bases + _BUFFERS, "building the STAR index"))
    need, what = max(needs)
    if need > machine.memory_available:
        return Findings(
            warnings=[
                f"{what} takes about {_size(need)} of memory and "
                f"{_size(machine.memory_available)} are available; end other programs, or run on a "
                "larger machine."
            ]
        )
    together = one * todo.alignments
    if together > machine.memory_available:
        fitting = machine.memory_available // one
        return Findings(
            warnings=[
                f"{todo.alignments} alignments may run at a time and take about "
                f"{_size(together)} of memory, of which {_size(machine.memory_available)} are "
                f"available; give fewer --cores, or --resources mem_mb="
                f"{round(machine.memory_available / 1e6)} ({fitting} at a time)."
            ]
        )
    return Findings()


def _check_disk(todo: Plan, machine: Machine) -> Findings:
    index = todo.index if todo.builds_index else 0
    name, largest = max(todo.disk.items(), key=lambda item: item[1], default=("", 0))
    free = machine.disk_free
    if index + largest > free:
        what = f"sample {name!r} takes about {_size(largest)}" if name else ""
        parts = [part for part in (what, f"the index {_size(index)}" if index else "") if part]
        return Findings(
            [
                f"{' and '.join(parts)} of disk in the working directory, where {_size(free)} are "
                "free; make room or choose another --directory."
            ]
        )
    total = index + sum(todo.disk.values())
    if total > free:
        return Findings(
            warnings=[
                f"all samples at a time take up to {_size(total)} of disk in the working "
                f"directory, where {_size(free)} are free; make room, or run them in several parts."
            ]
        )
    return Findings()


def _size(count: float) -> str:
    """Bytes for people."""
    power = next((p for p in (3, 2, 1) if count >= 1000**p), 0)
    value = count / 1000**power
    number = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
    return f"{number} {('bytes', 'kB', 'MB', 'GB')[power]}"
