"""Every field of every result is what it was when it was last changed on purpose.

The truth table says what is right; this says what moved. ``frozen.py`` keeps and compares.
"""

from __future__ import annotations

from pathlib import Path

import frozen
import pytest
from workflow_runs import SAMPLES, Document, Workdir, lay_recordings

CALLERS = ("junctions", "star_fusion", "arriba")
COMPANIONS = ("ALK", "ROS1", "RET")
HOTSPOTS = ("BRAF", "KRAS", "EGFR")


@pytest.fixture(scope="module")
def own() -> dict[str, Document]:
    """The kept results of our own caller alone."""
    return frozen.read("own")


@pytest.fixture(scope="module")
def all_callers() -> dict[str, Document]:
    """The kept results of all callers, with companion genes and hotspots."""
    return frozen.read("all_callers")


@pytest.fixture(scope="module")
def with_all(cohort: Workdir, tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """The run of all samples again, with what the other callers recorded."""
    workdir = cohort.copy(tmp_path_factory.mktemp("frozen") / "run", "trimmed")
    workdir.change_config(companion_genes=list(COMPANIONS), hotspot_genes=list(HOTSPOTS))
    lay_recordings(workdir, CALLERS)
    options = ("--notemp", "--rerun-triggers", "mtime", "--forcerun", "call_junctions", "evidence")
    workdir.run(*options, timeout=900).succeeded()
    return workdir


@pytest.mark.parametrize("sample", SAMPLES)
def test_our_own_caller(cohort: Workdir, own: dict[str, Document], sample: str) -> None:
    assert list(frozen.differences(own[sample], cohort.document(sample))) == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_all_callers(with_all: Workdir, all_callers: dict[str, Document], sample: str) -> None:
    assert list(frozen.differences(all_callers[sample], with_all.document(sample))) == []


def test_every_sample_is_kept(own: dict[str, Document], all_callers: dict[str, Document]) -> None:
    assert set(own) == set(all_callers) == set(SAMPLES)


class TestComparison:
    """The comparison sees what it is there for."""

    def test_equal(self, own: dict[str, Document]) -> None:
        assert list(frozen.differences(own, own)) == []

    @pytest.mark.parametrize(
        ("before", "after", "words"),
        [
            ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[0].b: 1 became 2"),
            ({"a": 1}, {"a": 1.0}, "a: 1 became 1.0"),
            ({"a": [1, 2]}, {"a": [1]}, "a: [1, 2] became [1]"),
            ({"a": None}, {}, "a: None became '<absent>'"),
            ({}, {"a": 0}, "a: '<absent>' became 0"),
        ],
    )
    def test_difference(self, before: Document, after: Document, words: str) -> None:
        assert list(frozen.differences(before, after)) == [words]

    def test_named_fields_may_differ(self) -> None:
        before = {"provenance": {"analysed": "2026-01-01"}, "workflow_version": "0.1.0"}
        assert list(frozen.differences(before, {"workflow_version": "0.2.0"})) == []


def test_path_is_in_the_repository() -> None:
    assert Path(frozen.path_of("own")).is_relative_to(Path(__file__).resolve().parents[1])
