"""Whether the machine has the memory and the disk that a run needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ntrkoma.errors import Findings
from ntrkoma.inputs.sheet import Sample
from ntrkoma.wording import size

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
    "gz": 3.0,
    "fastq": 1.0,
    "bam": 4.0,
    "cram": 8.0,
    "given bam": 0.1,
    "given cram": 2.5,
}


@dataclass(frozen=True)
class Machine:
    """What the machine has, in bytes; ``disk_free`` is that of the working directory."""

    memory_total: int
    memory_available: int
    disk_free: int


@dataclass(frozen=True)
class Plan:
    """What a run is going to do on this machine.

    ``rules``: names of the rules with jobs to run. ``index``: bytes of the STAR index, built or
    given. ``bases``: of the genome. ``alignments``: how many STAR jobs may run at a time.
    ``disk``: bytes that each sample takes in the working directory at its peak.
    """

    rules: frozenset[str]
    index: int
    bases: int
    alignments: int
    disk: Mapping[str, int]

    @property
    def builds_index(self) -> bool:
        """Whether the STAR index is built; it is linked if given."""
        return "star_index" in self.rules


def this_machine(base: Path) -> Machine:
    """Facts of the machine that this runs on; a container's memory limit counts."""
    memory = psutil.virtual_memory()
    total = min([memory.total, *_container_limits()])
    return Machine(total, min(memory.available, total), psutil.disk_usage(str(base)).free)


def _container_limits() -> Iterator[int]:
    """Memory (bytes) that a container may use, which psutil does not look at."""
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            yield int(Path(path).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue  # no such limit, or "max"


def plan(
    config: Mapping[str, Any],
    base: Path,
    samples: Collection[Sample],
    rules: Collection[str],
    bases: int,
    alignments: int,
) -> Plan:
    """The plan of a run of ``rules`` that aligns ``samples``, on a genome of so many ``bases``."""
    given = config["reference"]["star_index"]
    files = [base / given / name for name in ("Genome", "SA", "SAindex")] if given else []
    return Plan(
        rules=frozenset(rules) - ({"star_index"} if given else set()),
        index=sum(map(_bytes, files)) or INDEX_BYTES * bases,
        bases=bases,
        alignments=alignments,
        disk={sample.name: _disk(sample, base) for sample in samples},
    )


def all_rules(config: Mapping[str, Any], samples: Collection[Sample]) -> set[str]:
    """Rules that a first run of the configuration needs, as far as a check here asks for them."""
    rules = {"genome_fasta", "annotation_gtf", "star_index", "multiqc", *config["callers"]}
    for sample in samples:
        if sample.aligned:
            rules.add("given_alignment")
        else:
            rules |= {"fastp_paired", "star_align"}
        if sample.from_bam and not sample.aligned:
            rules.add("reads_from_bam_paired")
    return rules


def _disk(sample: Sample, base: Path) -> int:
    """Bytes that a sample takes in the working directory at its peak."""
    total = 0.0
    for unit in sample.units:
        for path in (unit.bam,) if unit.bam else unit.fastqs:
            kind = path.rpartition(".")[2]
            if unit.bam:
                kind = f"{'given ' if sample.aligned else ''}{'cram' if kind == 'cram' else 'bam'}"
            total += DISK_PER_BYTE.get(kind, DISK_PER_BYTE["fastq"]) * _bytes(base / path)
    return round(total)


def _bytes(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def check_machine(todo: Plan, machine: Machine, *, local: bool = True) -> Findings:
    """Memory and disk for a run; on a cluster only the disk, which is shared.

    :param local: whether the jobs run on this machine.
    """
    found = _check_memory(todo, machine) if local else Findings()
    found.add(_check_disk(todo, machine))
    return found


def _check_memory(todo: Plan, machine: Machine) -> Findings:
    """One index per STAR job: it is not shared between them."""
    if not (todo.builds_index or "star_align" in todo.rules):
        return Findings()
    if todo.index > machine.memory_total:
        return Findings(
            [
                f"STAR's index of this genome takes {size(todo.index)} of memory and this machine "
                f"has {size(machine.memory_total)}; run on a larger machine or a cluster "
                "(--executor)."
            ]
        )
    available = machine.memory_available
    one = todo.index + todo.index // 10 + _BUFFERS
    needs = [(one, "aligning")]
    if todo.builds_index:
        needs.append((BUILD_BYTES * todo.bases + _BUFFERS, "building the STAR index"))
    need, what = max(needs)
    together = one * todo.alignments
    warnings = []
    if need > available:
        warnings.append(
            f"{what} takes about {size(need)} of memory and {size(available)} are available; end "
            "other programs, or run on a larger machine."
        )
    elif together > available:
        warnings.append(
            f"{todo.alignments} alignments may run at a time and take about {size(together)} of "
            f"memory, of which {size(available)} are available; give fewer --cores, or "
            f"--resources mem_mb={round(available / 1e6)} ({available // one} at a time)."
        )
    return Findings(warnings=warnings)


def _check_disk(todo: Plan, machine: Machine) -> Findings:
    index, free = todo.index if todo.builds_index else 0, machine.disk_free
    name, largest = max(todo.disk.items(), key=lambda item: item[1], default=("", 0))
    if index + largest > free:
        what = [f"sample {name!r} takes about {size(largest)}"] if name else []
        what += [f"the index {size(index)}"] if index else []
        return Findings(
            [
                f"{' and '.join(what)} of disk in the working directory, where {size(free)} are "
                "free; make room or choose another --directory."
            ]
        )
    total = index + sum(todo.disk.values())
    if total > free:
        return Findings(
            warnings=[
                f"all samples at a time take up to {size(total)} of disk in the working "
                f"directory, where {size(free)} are free; make room, or run them in several parts."
            ]
        )
    return Findings()
