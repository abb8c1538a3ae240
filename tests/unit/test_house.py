"""The rule of the house: which stage may import which, and how large a room may be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "scripts" / "ntrkoma"
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))

GROUND = {"errors", "wording", "tables"}  # everybody may import these
# Each may import what it names, and what those may.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "wording": set(),
    "tables": {"errors", "wording"},
    "digests": set(),
    "model": set(),
    "genome": {"model"},
    "curated": {"genome"},
    "programs": {"genome"},
    "inputs": {"curated", "programs"},
    "collecting": {"programs"},
    "calling": {"programs"},
    "annotation": {"curated"},
    "context": {"annotation"},
    "evidence": {"calling", "context"},
    "verdict": {"evidence"},
    "results": {"genome"},
    "report": {"results", "curated"},
    "cohort": {"report"},
    "references": set(),
}

MOST_LINES = 450
# Modules that are still to be split; none may join them.
STILL_TOO_LONG = {"inputs/sheet.py", "report/figures/fusion.py", "report/words.py"}
MOST_MODULES = 12
MOST_LINES_OF_AN_ENTRY_POINT = 40


def stage(path: Path) -> str:
    """Sub-package, or module at the top, that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def reach(name: str) -> set[str]:
    """All that a stage may import."""
    found = {name, *GROUND} if name not in GROUND else {name}
    for one in MAY_IMPORT[name]:
        found |= reach(one)
    return found


def imported(path: Path) -> set[str]:
    """Stages that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ntrkoma":
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {parts[1] for parts in names if parts[0] == "ntrkoma" and len(parts) > 1}
    return found - {"__version__"}


def test_every_stage_is_in_the_table() -> None:
    assert {stage(path) for path in MODULES} - {"__init__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_may_import(path: Path) -> None:
    if path.parent == PACKAGE and path.stem == "__init__":
        assert imported(path) == set()
        return
    assert imported(path) <= reach(stage(path))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_too_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    # The list shrinks with the modules.
    assert (lines > MOST_LINES) == (path.relative_to(PACKAGE).as_posix() in STILL_TOO_LONG)


def test_no_folder_is_too_full() -> None:
    folders = {path.parent for path in MODULES}
    full = {
        str(folder.relative_to(PACKAGE)): len(list(folder.glob("[!_]*.py"))) for folder in folders
    }
    assert {name: count for name, count in full.items() if count > MOST_MODULES} == {}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_entry_points_are_thin(path: Path) -> None:
    if path.stem == "entry":  # what they share
        return
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES_OF_AN_ENTRY_POINT


def test_unit_tests_follow_the_tree() -> None:
    stages = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] != "_"}
    folders = {path.name for path in (ROOT / "tests" / "unit").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == stages


def test_unit_tests_stay_in_the_repository() -> None:
    for path in (ROOT / "tests" / "unit").rglob("*.py"):
        if path != Path(__file__):
            assert 'shared"' not in path.read_text(encoding="utf-8"), path


def test_no_two_test_files_have_one_name() -> None:
    """pytest cannot collect them together, though each folder alone runs."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
