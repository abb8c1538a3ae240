"""The core samples with a stand-in for apptainer.

What is proved: every rule that calls a program runs in the image of its environment and needs
nothing there but that program, bash and BusyBox, which is all that a BioContainer has besides. The
images themselves are not pulled.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from bare_host import ROOT, Host, copy_workflow, verdicts
from env_files import containers

pytestmark = pytest.mark.slow

# Programs of each image that this run needs.
PROGRAMS = {"star": ["STAR"], "samtools": ["samtools"], "fastp": ["fastp"], "multiqc": ["python"]}

APPTAINER = """#!{python}
import json, os, pathlib, sys

words = sys.argv[1:]
if words == ["--version"]:
    print("apptainer version 1.3.4")
elif words[0] == "pull":  # pull --name FILE URL
    pathlib.Path(words[2]).write_text(words[3])
else:  # exec [OPTION VALUE]... IMAGE SHELL -c COMMAND
    image, shell, _, command = words[-4:]
    url = pathlib.Path(image).read_text()
    with open("{log}", "a") as log:
        print(json.dumps([url, command]), file=log)
    programs = json.loads(pathlib.Path("{images}/images.json").read_text())[url]
    environment = {{"PATH": programs, "HOME": os.getcwd(), "LANG": "C.UTF-8"}}
    os.execve(programs + "/" + shell, [shell, "-c", command], environment)
"""


def need_busybox() -> str:
    """BusyBox, from the distribution if it may be installed."""
    may_install = os.getuid() == 0 and not os.environ.get("NTRKOMA_NO_APT")
    if shutil.which("busybox") is None and may_install and shutil.which("apt-get"):
        get = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
        for words in (["update"], ["install", "--yes", "busybox"]):
            subprocess.run([*get, *words], capture_output=True, check=False)
    program = shutil.which("busybox")
    if program is None:
        pytest.skip("no stand-ins for images: busybox is missing; install it")
    return program


def make_image(folder: Path, busybox: str, programs: list[str]) -> None:
    """A folder for PATH: BusyBox, bash and the programs of one image."""
    folder.mkdir(parents=True)
    subprocess.run([busybox, "--install", "-s", folder], check=True)
    for name in ("bash", *programs):
        (folder / name).unlink(missing_ok=True)
        if name == "python":
            (folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
            (folder / name).chmod(0o755)
        else:
            program = shutil.which(name)
            assert program is not None, f"{name} is not on PATH"
            (folder / name).symlink_to(program)


@dataclass(frozen=True)
class Run:
    """What a run said, and which command ran in which image."""

    directory: Path
    output: str
    calls: list[tuple[str, str]]


@pytest.fixture(scope="module")
def run(bare_host: Host, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The core samples with ``--sdm apptainer``; no program of the workflow is on PATH."""
    busybox = need_busybox()
    folder = tmp_path_factory.mktemp("containers")
    images = {}
    for env, image in containers().items():
        if env in PROGRAMS:
            make_image(folder / env, busybox, PROGRAMS[env])
            images[image] = str(folder / env)
    (folder / "images.json").write_text(json.dumps(images))
    (folder / "bin").mkdir()
    apptainer = folder / "bin" / "apptainer"
    log = folder / "calls.jsonl"
    apptainer.write_text(APPTAINER.format(python=sys.executable, log=log, images=folder))
    apptainer.chmod(0o755)
    host = Host(path=f"{folder / 'bin'}:{bare_host.path}", home=bare_host.home)
    workflow = copy_workflow(folder / "workflow")
    done = host.snakemake(workflow, "--sdm", "apptainer")
    assert done.returncode == 0, done.stdout
    calls = [tuple(json.loads(line)) for line in log.read_text().splitlines()]
    return Run(workflow / "demo", done.stdout, calls)


def test_verdicts_of_the_core_samples(run: Run) -> None:
    """Programs come out of the images, our own scripts run with Snakemake's Python."""
    found = verdicts(run.directory / "results" / "cohort" / "ntrk.tsv")
    assert found == verdicts(ROOT / "test_data" / "truth.tsv")
    assert (run.directory / "results" / "qc" / "multiqc_report.html").stat().st_size > 100_000


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ("star", "STAR --runMode genomeGenerate"),
        ("star", "STAR --runThreadN"),
        ("samtools", "samtools faidx"),
        ("fastp", "fastp --in1"),
        ("multiqc", "python"),
    ],
)
def test_commands_run_in_the_image_of_their_environment(run: Run, env: str, words: str) -> None:
    """Each program in its own image and in no other."""
    assert {image for image, command in run.calls if words in command} == {containers()[env]}
