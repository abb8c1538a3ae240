"""The commands of README.md for one's own data, typed as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bare_host import ROOT, copy_workflow, verdicts

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# Types what the comments of the block ask for.
EDITOR = """#!{python}
import pathlib, re, sys

path = pathlib.Path(sys.argv[1])
if path.name == "samples.tsv":
    reads = "../test_data/reads/ETV6_NTRK3_L1_"
    row = ["S1", "L1", reads + "1.fastq.gz", reads + "2.fastq.gz"]
    path.write_text("sample\\tunit\\tfq1\\tfq2\\n" + "\\t".join(row) + "\\n")
else:
    text = path.read_text()
    reference = "../test_data/reference/"
    for key, value in {{
        "samples": "samples.tsv",
        "  fasta": reference + "genome.fa.gz",
        "  gtf": reference + "annotation.gtf.gz",
        "callers": "[junctions]",
    }}.items():
        text = re.sub(f"^{{key}}: .*$", f"{{key}}: {{value}}", text, flags=re.MULTILINE)
    path.write_text(text)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the environment that runs this test."""
    folder = copy_workflow(tmp_path / "ntrkoma")
    shutil.copy2(ROOT / "Makefile", folder)
    (folder / ".venv").symlink_to(sys.prefix)
    editor = tmp_path / "editor"
    editor.write_text(EDITOR.format(python=sys.executable))
    editor.chmod(0o755)
    return folder


def typed(command: str, checkout: Path) -> str:
    """Output of a command line in the checkout."""
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", command],
        cwd=checkout,
        env={**os.environ, "EDITOR": str(checkout.parent / "editor")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_own_data_in_five_lines(checkout: Path) -> None:
    """From the five lines to a verdict; `make check` says before that a run may begin."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^## Your own data, in five lines\n\n```\n(.*?)```", readme, re.M | re.S)
    assert block is not None
    *preparing, dry_run, run = block[1].splitlines()
    assert len(preparing) == 3
    typed("\n".join(preparing), checkout)
    check = re.search(r"`(make check .*?)`", readme)
    assert check is not None
    shown = typed(check[1].replace("make", "make --dry-run", 1), checkout).splitlines()
    set_up, *recipe = shown
    assert set_up == "scripts/setup_env.sh venv"  # what this environment stands for
    assert typed("\n".join(recipe), checkout).endswith("A run may begin.\n")
    assert "This was a dry-run" in typed(dry_run, checkout)
    typed(run, checkout)
    assert verdicts(checkout / "run" / "results" / "cohort" / "ntrk.tsv") == {"S1": "detected"}
