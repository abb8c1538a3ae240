"""Running the workflow on the local Slurm, and reading what it and Slurm say."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
TEST_DATA = ROOT / "test_data"
RESULTS = "results/samples"

# What differs from a real cluster: no accounting database, small nodes, and nobody to wait for.
OVERLAY = (
    "--slurm-status-command=squeue",
    "--slurm-no-account",
    "--slurm-init-seconds-before-status-checks=2",
    "--seconds-between-status-checks=2",
    "--max-threads=2",
    "--latency-wait=10",
)


@dataclass(frozen=True)
class Finished:
    """A run that has ended, with all that it printed."""

    returncode: int
    output: str

    def lines(self, part: str) -> list[str]:
        """Lines that hold a text."""
        return [line for line in self.output.splitlines() if part in line]

    @property
    def started(self) -> dict[str, int]:
        """Planned jobs by rule, from Snakemake's table."""
        table = re.search(r"Job stats:\njob +count\n-+ +-+\n(.*?)\n\n", self.output, re.DOTALL)
        rows = (line.split() for line in table[1].splitlines()) if table else ()
        return {rule: int(count) for rule, count in rows if rule not in {"total", "all"}}


@dataclass(frozen=True)
class SlurmJob:
    """A job as squeue shows it; ``name`` is what Snakemake's executor says of it."""

    number: int
    name: str
    state: str
    node: str
    memory: int


def environment(**changes: str) -> dict[str, str]:
    """The environment of a run: the programs of the Python environment are on PATH."""
    dropped = ("SNAKEMAKE_PROFILE", "SLURM_CONF")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return kept | changes


def command(workdir: Path, *arguments: str) -> list[str]:
    """The command line of a run with the profile as it is shipped."""
    return [
        *(sys.executable, "-m", "snakemake", *arguments),
        *("--snakefile", "Snakefile", "--directory", str(workdir)),
        *("--configfile", str(workdir / "config.yaml")),
        *("--workflow-profile", "profiles/slurm"),
    ]


def run(workdir: Path, *arguments: str, seconds: int = 150, **variables: str) -> Finished:
    """Run to the end. A run on SIGTERM waits for its jobs, so it is killed when time is up.

    :param arguments: targets, and options in the form ``--name=value``.
    :param variables: changes of the environment.
    """
    finished = subprocess.run(
        ["timeout", "--kill-after=5", str(seconds), *command(workdir, *arguments)],
        cwd=ROOT,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds + 30,
        check=False,
    )
    return Finished(finished.returncode, finished.stdout)


def start(workdir: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own; it writes run.log."""
    with (workdir / "run.log").open("wb") as log:
        return subprocess.Popen(
            command(workdir, *arguments),
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def ask(*words: str) -> str:
    """What a command of Slurm answers."""
    asked = ["timeout", "--kill-after=2", "20", *words]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout


def slurm_jobs() -> list[SlurmJob]:
    """All jobs so far, oldest first, ended ones included."""
    rows = ask("squeue", "--states=all", "--noheader", "--sort=i", "--format=%i|%k|%T|%N|%m")
    fields = (row.split("|") for row in rows.splitlines())
    return [
        SlurmJob(int(number), name, state, node, int(memory.rstrip("M") or 0))
        for number, name, state, node, memory in fields
    ]


def make_workdir(path: Path, rows: Sequence[dict[str, str]], **settings: Any) -> Path:
    """A working directory with sheet and configuration of the demo, changed by ``settings``."""
    path.mkdir(parents=True, exist_ok=True)
    with (path / "samples.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    config = yaml.safe_load((TEST_DATA / "config.yaml").read_text(encoding="utf-8"))
    config["samples"] = "samples.tsv"
    for name in ("fasta", "gtf"):
        config["reference"][name] = str(TEST_DATA.parent / config["reference"][name][3:])
    config["reference"] |= settings.pop("reference", {})
    text = yaml.safe_dump(config | settings, allow_unicode=True)
    (path / "config.yaml").write_text(text, encoding="utf-8")
    return path


def copy_reads(samples: Iterable[str], folder: Path) -> list[dict[str, str]]:
    """Rows of the demo's sheet for some samples, with copies of their reads in ``folder``."""
    folder.mkdir(parents=True)
    wanted = set(samples)
    with (TEST_DATA / "samples.tsv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle, delimiter="\t") if row["sample"] in wanted]
    for row in rows:
        for column in ("fq1", "fq2"):
            name = Path(row[column]).name
            row[column] = shutil.copy(TEST_DATA / "reads" / name, folder / name)
    return rows


def submissions(dry_run: str) -> list[tuple[str, ...]]:
    """What a dry run with groups would submit: the messages of the jobs of each submission."""
    found: list[tuple[str, ...]] = []
    for line in dry_run.splitlines():
        if re.match(r"\[.*\] Group job \w+ ", line):
            found.append(())
        elif match := re.match(r"Job \d+: (.*)", line):
            found.append((match[1],))
        elif match := re.match(r" +Job \d+: (.*)", line):
            found[-1] += (match[1],)
    return found
