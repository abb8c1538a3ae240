"""Entry points: what becomes of output, of bad input and of a package that is missing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENTRY_POINTS = [
    path
    for path in sorted((ROOT / "scripts").glob("*.py"))
    if "snakemake: Snakemake" in path.read_text("utf-8")
]


def run(tmp_path: Path, body: str, *flags: str) -> tuple[int, str, str]:
    """Exit status, log and standard error of a script with ``body`` within ``logged``."""
    script, log = tmp_path / "script.py", tmp_path / "job.log"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT / 'scripts')!r})\n"
        f"from entry import logged\nwith logged({str(log)!r}):\n{lines}\n"
    )
    done = subprocess.run(
        [sys.executable, *flags, str(script)], capture_output=True, text=True, check=False
    )
    return done.returncode, log.read_text("utf-8"), done.stderr


def test_output_goes_to_the_log(tmp_path: Path) -> None:
    status, log, shown = run(tmp_path, "print('done')\nprint('beside', file=sys.stderr)")
    assert (status, log, shown) == (0, "done\nbeside\n", "")


def test_bad_input_ends_on_its_sentence(tmp_path: Path) -> None:
    body = "from ntrkoma.errors import InputError\nraise InputError('a.tsv: is cut; copy it.')"
    assert run(tmp_path, body) == (1, "a.tsv: is cut; copy it.\n", "a.tsv: is cut; copy it.\n")


def test_missing_package_ends_on_a_sentence(tmp_path: Path) -> None:
    """-S and -I: a Python with the standard library alone."""
    status, log, shown = run(tmp_path, "import pysam", "-S", "-I")
    assert status == 1
    assert log == shown
    assert log == (
        f"the Python {sys.executable} lacks the package 'pysam'; install it with "
        f"\"{sys.executable} -m pip install 'pysam>=0.23,<1'\", or run with --use-conda.\n"
    )


def test_package_that_does_not_load(tmp_path: Path) -> None:
    status, log, _ = run(tmp_path, "raise ImportError('libhts.so.3: no such\\nfile')")
    assert status == 1
    assert log.endswith(
        "cannot load a package (libhts.so.3: no such file); install it again, or run with "
        "--use-conda.\n"
    )


@pytest.mark.parametrize("body", ["1 / 0", "from ntrkoma.errors import no_such_name"])
def test_a_bug_leaves_its_traceback(tmp_path: Path, body: str) -> None:
    status, log, shown = run(tmp_path, body)
    assert status == 1
    assert "Traceback" in log
    assert "Traceback" in shown


@pytest.mark.parametrize("path", ENTRY_POINTS, ids=lambda path: path.stem)
def test_entry_points_import_packages_within_logged(path: Path) -> None:
    """Outside they import the standard library and entry, which needs nothing else."""
    imported = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
    assert imported - sys.stdlib_module_names == {"entry"}
