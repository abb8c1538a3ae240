"""What the tests of ntrkoma as a module share: a host workflow's inputs, and ntrkoma in git."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bare_host import ROOT, copy_workflow
from host_workflow import TRACE, Host


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """An empty folder, and a cache of Snakemake's that holds nothing yet."""
    return Host(tmp_path, {"XDG_CACHE_HOME": str(tmp_path / "cache")})


@pytest.fixture
def configuration(tmp_path: Path) -> dict[str, Any]:
    """ntrkoma's own part of the configuration, and a sheet of two samples beside it."""
    reads = ROOT / "test_data" / "reads"
    rows = [["sample", "unit", "fq1", "fq2"]]
    rows += [
        [name, "L1", str(reads / f"{name}_L1_1.fastq.gz"), str(reads / f"{name}_L1_2.fastq.gz")]
        for name in ("KHDRBS1_NTRK1", "NEG_BACKGROUND")
    ]
    with (tmp_path / "samples.tsv").open("w", newline="") as handle:
        csv.writer(handle, delimiter="\t").writerows(rows)
    reference = ROOT / "test_data" / "reference"
    return {
        "samples": "samples.tsv",
        "reference": {
            "fasta": str(reference / "genome.fa.gz"),
            "gtf": str(reference / "annotation.gtf.gz"),
        },
        "thresholds": {
            "min_usable_fragments": 5000,
            "good_usable_fragments": 5000,
            "control_gene_min_spliced_reads": 5,
        },
    }


@pytest.fixture(scope="session")
def git(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """The git command in a folder, with nobody's settings."""
    if shutil.which("git") is None:
        pytest.skip("git is not on PATH; install it")
    home = tmp_path_factory.mktemp("git_home")
    nobody = {"NAME": "nobody", "EMAIL": "nobody@example.org"}
    names = {f"GIT_{who}_{key}": nobody[key] for who in ("AUTHOR", "COMMITTER") for key in nobody}

    def run(folder: Path, *words: str) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(home), **names},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    return run


@pytest.fixture(scope="session")
def repository(git: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with ntrkoma at the tag v1; its working tree is of no use."""
    folder = copy_workflow(tmp_path_factory.mktemp("repository") / "ntrkoma")
    with (folder / "scripts" / "ntrkoma" / "__init__.py").open("a") as package:
        package.write(f'\n__import__("pathlib").Path("{TRACE}").touch()\n')
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "ntrkoma")
    git(folder, "tag", "v1")
    for name in ("Snakefile", "rules", "scripts", "resources", "report", "envs"):
        git(folder, "rm", "--quiet", "-r", name)
    return folder
