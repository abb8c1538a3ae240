"""Which lists of packages the set-up installs and when; a double of uv takes them down."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ("pyproject.toml", "requirements.lock", "requirements-slurm.lock", "requirements-dev.lock")

# Makes an environment whose Python has Snakemake, and takes down what is installed.
UV = """#!/bin/sh
echo "$*" >> {log}
if [ "$1" = venv ]; then
    for folder; do :; done
    mkdir -p "$folder/bin"
    printf '#!/bin/sh\\nexec {python} "$@"\\n' > "$folder/bin/python"
    chmod +x "$folder/bin/python"
fi
"""


class Checkout:
    """A checkout to set up."""

    def __init__(self, base: Path):
        self.folder = base / "checkout"
        (self.folder / "scripts").mkdir(parents=True)
        shutil.copy2(ROOT / "scripts" / "setup_env.sh", self.folder / "scripts")
        for name in FILES:
            shutil.copy2(ROOT / name, self.folder)
        self.log = base / "uv.log"
        self.programs = base / "bin"
        self.programs.mkdir()
        uv = self.programs / "uv"
        uv.write_text(UV.format(log=self.log, python=sys.executable))
        uv.chmod(0o755)

    def setup(self, *words: str) -> list[str]:
        """Set up; what was done, in order: "venv", and the lists that were installed."""
        self.log.write_text("")
        done = subprocess.run(
            [self.folder / "scripts" / "setup_env.sh", *words],
            env={**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}"}
            | {"NTRKOMA_PYTHON": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return re.findall(r"^venv|[a-z-]+\.lock|--editable", self.log.read_text(), flags=re.M)

    def change(self, name: str) -> None:
        """Another version of a list."""
        with (self.folder / name).open("a") as handle:
            handle.write("# changed\n")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_users(checkout: Checkout) -> None:
    assert checkout.setup("venv") == ["venv", "requirements.lock", "--editable"]
    assert checkout.setup("venv") == []


def test_slurm_comes_without_the_developers_tools(checkout: Checkout) -> None:
    both = ["requirements.lock", "requirements-slurm.lock"]
    assert checkout.setup("slurm") == ["venv", *both, "--editable"]
    assert checkout.setup("venv", "slurm") == []


def test_slurm_is_added_to_what_is_there(checkout: Checkout) -> None:
    checkout.setup("venv")
    assert checkout.setup("venv", "slurm") == ["requirements.lock", "requirements-slurm.lock"]


def test_slurm_stays_when_lists_change(checkout: Checkout) -> None:
    checkout.setup("slurm")
    checkout.change("requirements.lock")
    both = ["requirements.lock", "requirements-slurm.lock"]
    assert checkout.setup("venv") == ["venv", *both, "--editable"]
    checkout.change("requirements-slurm.lock")
    assert checkout.setup("venv") == ["venv", *both, "--editable"]


def test_developers_have_slurm(checkout: Checkout) -> None:
    assert checkout.setup("dev") == ["venv", "requirements-dev.lock", "--editable"]
    assert checkout.setup("venv", "slurm", "dev") == []


def test_make_setup_takes_extras() -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "setup", "EXTRAS=slurm"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "scripts/setup_env.sh venv slurm"


def test_an_unknown_word_is_refused(checkout: Checkout) -> None:
    with pytest.raises(AssertionError, match="unknown word 'slurmm': say venv, slurm, dev"):
        checkout.setup("slurmm")
