"""Fixtures of the end-to-end tests: one set of reads and one run of it all serve many tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workflow_runs import SAMPLES, Finished, Workdir, generate, make_workdir

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is an end-to-end test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reference, reads, sheet and truth of all samples."""
    return generate(tmp_path_factory.mktemp("data"), "--set", "all")


@pytest.fixture(scope="session")
def cohort_run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workdir, Finished]:
    """All samples with our own caller, the STAR index built, however the run ended.

    Alignments are kept: other callers' tables are laid beside copies of them.
    """
    workdir = make_workdir(tmp_path_factory.mktemp("cohort"), data, SAMPLES)
    return workdir, workdir.run("--notemp", timeout=900)


@pytest.fixture(scope="session")
def cohort(cohort_run: tuple[Workdir, Finished]) -> Workdir:
    """The finished run of all samples. Tests only read it."""
    workdir, finished = cohort_run
    finished.succeeded()
    return workdir


@pytest.fixture(scope="session")
def star_index(cohort: Workdir) -> str:
    """STAR index of the test reference, for ``reference.star_index``."""
    return str(cohort.path / "results" / "reference" / "star_index")


@pytest.fixture
def workdir(data: Path, star_index: str, tmp_path: Path) -> Callable[..., Workdir]:
    """Make a working directory for some samples, with the index that is there already."""

    def make(*samples: str, reference: dict[str, Any] | None = None, **settings: Any) -> Workdir:
        given = {"star_index": star_index, **(reference or {})}
        return make_workdir(tmp_path / "run", data, samples, reference=given, **settings)

    return make
