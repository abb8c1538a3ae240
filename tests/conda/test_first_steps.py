"""The first steps of config/README.md, typed as they stand by somebody who has conda alone."""

from __future__ import annotations

import re
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from bare_host import ROOT, Host, verdicts
from conda_runs import Conda, Run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("conda")]

READS = ROOT / "test_data" / "reads" / "KHDRBS1_NTRK1_L1"
REFERENCE = ROOT / "test_data" / "reference"
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)

# What `conda init` writes into a user's shell.
CONDA_INIT = """
conda() {
    if [[ $1 == activate ]]; then eval "$(command conda shell.posix "$@")"
    else command conda "$@"; fi
}
"""
Shell = Callable[..., str]


def steps(**yours: str) -> list[tuple[str, str]]:
    """Language and text of the blocks of the steps, with what is in angle brackets filled in."""
    text = (ROOT / "config" / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
    for name, value in yours.items():
        gap = f"<{name.replace('_', ' ')}>"
        assert gap in text
        text = text.replace(gap, value)
    blocks = [(language, textwrap.dedent(body)) for language, body in BLOCK.findall(text)]
    assert not any("<" in body for _, body in blocks)
    return blocks


def write_keys(config: Path, lines: str) -> None:
    """Put lines of YAML in the place of those with the same keys."""
    text = config.read_text(encoding="utf-8")
    for line in lines.splitlines():
        key, value = line.strip().split(": ")
        text, count = re.subn(rf"^( +{key}: ).*$", rf"\g<1>{value}", text, flags=re.MULTILINE)
        assert count == 1, key
    config.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def blocks(swapped_workflow: Path) -> list[str]:
    """What is typed at each step, with the test data."""
    found = steps(
        folder_of_the_checkout=str(swapped_workflow),
        genome=str(REFERENCE / "genome"),
        annotation=str(REFERENCE / "annotation"),
        read_1=f"{READS}_1",
        read_2=f"{READS}_2",
    )
    assert [language for language, _ in found] == ["sh", "yaml", "tsv", "sh", "sh"]
    return [body for _, body in found]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder."""
    return tmp_path_factory.mktemp("first_steps")


@pytest.fixture(scope="module")
def shell(
    conda: Conda,  # noqa: ARG001
    conda_host: Host,
    run: Run,
    blocks: list[str],
    folder: Path,
) -> Shell:
    """A shell in the folder after the first step, with the environment active.

    Nothing but conda and twenty basic commands is on PATH. The environments of the rules are those
    of the other tests.
    """

    def type_in(*commands: str) -> str:
        done = subprocess.run(
            ["/bin/bash", "-c", "\n".join(["set -euo pipefail", CONDA_INIT, *commands])],
            cwd=folder,
            env={"PATH": conda_host.path, "HOME": str(conda_host.home), "LANG": "C.UTF-8"}
            | {"SNAKEMAKE_CONDA_PREFIX": str(run.prefix)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    type_in(blocks[0])
    kept = [line for line in blocks[0].splitlines() if re.match("ntrkoma=|conda activate", line)]
    return lambda *commands: type_in(*kept, *commands)


def test_five_steps(shell: Shell, blocks: list[str], folder: Path) -> None:
    """From an empty folder to a report."""
    _, keys, sheet, check, run = blocks
    write_keys(folder / "config" / "config.yaml", keys)
    (folder / "config" / "samples.tsv").write_text(sheet)
    assert "This was a dry-run" in shell(check)
    shell(run)
    assert verdicts(folder / "results" / "cohort" / "ntrk.tsv") == {"sarcoma1": "detected"}
    assert (folder / "results" / "samples" / "sarcoma1" / "sarcoma1.report.html").is_file()


def test_slurm_is_added(shell: Shell) -> None:
    """The one command more that a cluster takes."""
    command = 'conda env update --file "$ntrkoma/envs/slurm.yaml"'
    assert command in (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    shell(command)
    assert "--executor {slurm," in shell("snakemake --help")
