"""Runs of the workflow on a host that has none of its programs."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = ("Snakefile", "config", "envs", "profiles", "report", "resources", "rules", "scripts")

# What the rules and Snakemake may take for granted: nothing but this is on PATH.
HOST_PROGRAMS = (
    *("bash", "sh", "env", "which"),
    *(
        "basename",
        "cat",
        "cp",
        "ln",
        "mkdir",
        "mktemp",
        "mv",
        "readlink",
        "realpath",
        "rm",
        "sha256sum",
    ),
    *("grep", "gzip"),
)
# What it must not have.
WORKFLOW_PROGRAMS = ("STAR", "samtools", "fastp", "multiqc", "python", "python3", "conda")


def make_path(folder: Path) -> Path:
    """A folder for PATH with the programs of any Linux host and none of the workflow's."""
    folder.mkdir()
    for name in HOST_PROGRAMS:
        program = shutil.which(name)
        assert program is not None, f"{name} is not on PATH"
        (folder / name).symlink_to(Path(program).resolve())
    for name in WORKFLOW_PROGRAMS:
        assert shutil.which(name, path=str(folder)) is None
    return folder


def copy_workflow(folder: Path) -> Path:
    """A checkout to change: the workflow and its test data."""
    folder.mkdir(exist_ok=True)
    for name in WORKFLOW:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
            )
        else:
            shutil.copy2(source, folder / name)
    shutil.copytree(
        ROOT / "test_data",
        folder / "test_data",
        ignore=shutil.ignore_patterns("generated", "generator", "__pycache__"),
    )
    return folder


@dataclass(frozen=True)
class Host:
    """A bare host: what is on PATH, and a home folder of its own."""

    path: str
    home: Path

    def snakemake(
        self,
        workflow: Path,
        *options: str | Path,
        run: str = "demo",
        variables: Mapping[str, str] | None = None,
        setup: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run Snakemake on the test data in folder ``run``; ``setup`` is shell code before it."""
        directory = workflow / run
        directory.mkdir(exist_ok=True)
        command = [
            *(sys.executable, "-m", "snakemake"),
            *("--snakefile", str(workflow / "Snakefile"), "--directory", str(directory)),
            *("--configfile", str(workflow / "test_data" / "config.yaml"), "--cores", "2"),
            *map(str, options),
        ]
        environment = {"PATH": self.path, "HOME": str(self.home), "LANG": "C.UTF-8"}
        if "TMPDIR" in os.environ:
            environment["TMPDIR"] = os.environ["TMPDIR"]
        return subprocess.run(
            ["/bin/bash", "-c", f'{setup}\nexec "$@"', "bash", *command],
            cwd=workflow,
            env=environment | dict(variables or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )


def verdicts(table: Path) -> dict[str, str]:
    """Verdict of every sample in a cohort table or a truth table."""
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            row["sample"]: row.get("verdict") or row["expected_verdict"]
            for row in csv.DictReader(handle, delimiter="\t")
        }
