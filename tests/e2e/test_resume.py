"""A run that is repeated, killed or robbed of a file ends with the same bytes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from workflow_runs import COHORT_TABLE, Finished, Workdir, make_workdir

# Samples of different patients and runs: with peers the others of the sheet do matter.
TWO = ("DUPLICATES", "MID_EXON")
PATIENCE = 120  # s, until the moment of the kill has come

# A file that shows that the moment has come, and what of the run it is.
MOMENTS = {
    "making the STAR index": "results/reference/star_index*/*",
    "trimming": "results/trimmed/paired/*/*",
    "aligning": "results/align/*/Log.out",
    "between samples": "results/samples/*/*.ntrk.json",
}


def files(workdir: Workdir) -> dict[str, bytes]:
    """JSON and TSV of the samples and the cohort table."""
    found = [workdir.path / COHORT_TABLE]
    for sample in TWO:
        found += [workdir.result(sample, "ntrk.json"), workdir.result(sample, "ntrk.tsv")]
    return {str(path.relative_to(workdir.path)): path.read_bytes() for path in found}


def kill_when(workdir: Workdir, pattern: str) -> None:
    """Start a run and kill all of it with SIGKILL as soon as a file of that name is there."""
    process = workdir.start(COHORT_TABLE)
    try:
        deadline = time.monotonic() + PATIENCE
        while not any(workdir.path.glob(pattern)):
            assert process.poll() is None, (workdir.path / "run.log").read_text("utf-8")
            assert time.monotonic() < deadline, "the moment never came"
            time.sleep(0.002)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """Two samples, run to the end with all deliverables. Tests only read it."""
    workdir = make_workdir(tmp_path_factory.mktemp("undisturbed"), data, TWO)
    workdir.run().succeeded()
    return workdir


@pytest.fixture
def finished_copy(undisturbed: Workdir, tmp_path: Path) -> Workdir:
    return undisturbed.copy(tmp_path / "copy")


def nothing_done(finished: Finished) -> bool:
    return finished.returncode == 0 and "Nothing to be done" in finished.output


def test_samples_do_not_depend_on_the_others_of_the_sheet(
    undisturbed: Workdir, cohort: Workdir
) -> None:
    for sample in TWO:
        for ending in ("ntrk.json", "ntrk.tsv"):
            one, many = (run.result(sample, ending) for run in (undisturbed, cohort))
            assert one.read_bytes() == many.read_bytes(), ending


def test_second_run_does_nothing(finished_copy: Workdir) -> None:
    finished = finished_copy.run()
    assert nothing_done(finished), finished.output
    assert finished.jobs == {}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_run_goes_on_to_the_same_bytes(
    undisturbed: Workdir, data: Path, tmp_path: Path, moment: str
) -> None:
    workdir = make_workdir(tmp_path / "killed", data, TWO)
    kill_when(workdir, MOMENTS[moment])
    # SIGKILL leaves Snakemake's lock behind; this is its way to take it off.
    workdir.run("--unlock").succeeded()
    workdir.run(COHORT_TABLE).succeeded()
    assert files(workdir) == files(undisturbed)


def test_deleted_result_is_made_again_and_nothing_else(
    undisturbed: Workdir, finished_copy: Workdir
) -> None:
    finished_copy.result(TWO[0], "ntrk.json").unlink()
    finished = finished_copy.run().succeeded()
    assert finished.jobs.pop("interpret") == 1
    assert set(finished.jobs) == {"interpret", "cohort", "multiqc"}
    assert TWO[1] + ": " not in finished.output
    assert files(finished_copy) == files(undisturbed)
    assert nothing_done(finished_copy.run())


def test_changed_threshold_interprets_again_without_aligning(finished_copy: Workdir) -> None:
    assert finished_copy.document(TWO[0])["verdict"] == "indeterminate"
    thresholds = finished_copy.config()["thresholds"]
    lower = {"report_min_fragments": 2, "report_min_junction_reads": 2}
    finished_copy.change_config(thresholds=thresholds | lower)
    finished = finished_copy.run(COHORT_TABLE).succeeded()
    assert finished.jobs == {"evidence": 2, "interpret": 2, "cohort": 1}
    assert finished_copy.document(TWO[0])["verdict"] == "detected"
