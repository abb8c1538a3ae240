"""What other specimens of a patient and other samples of a run bear on: with and without them."""

from __future__ import annotations

from pathlib import Path

import pytest
from workflow_runs import COHORT_TABLE, Workdir, make_workdir, read_tsv, truth_rows, write_tsv

FOLLOW_UP, SINK, FUSION, OTHER = SAMPLES = (
    "FOLLOW_UP",
    "HOP_SINK",
    "KHDRBS1_NTRK1",
    "NEG_BACKGROUND",
)


@pytest.fixture(scope="module")
def run(data: Path, star_index: str, tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """Two samples without their peers, and two that are made specimens of one patient."""
    workdir = make_workdir(
        tmp_path_factory.mktemp("peers") / "run",
        data,
        SAMPLES,
        reference={"star_index": star_index},
    )
    rows = read_tsv(workdir.path / "samples.tsv")
    for row in rows:
        row["patient"] = "P99" if row["sample"] in (FUSION, OTHER) else row["patient"]
    write_tsv(workdir.path / "samples.tsv", rows)
    workdir.run(COHORT_TABLE).succeeded()
    return workdir


def test_one_read_of_an_unknown_patient_is_noise(run: Workdir) -> None:
    """Beside the patient's other specimens the same read is for review, see test_truth.py."""
    document = run.document(FOLLOW_UP)
    assert document["verdict"] == "not_detected"
    (fusion,) = document["below_the_line"]
    assert fusion["name"] == "KHDRBS1::NTRK1"
    assert fusion["elsewhere"] == []
    assert {reason["code"] for reason in fusion["reasons"]} == {"support_noise_level"}


def test_without_its_run_a_sample_is_taken_at_its_word(run: Workdir) -> None:
    """Index hopping cannot be told from one library alone."""
    document = run.document(SINK)
    assert document["verdict"] == "detected"
    (fusion,) = document["fusions"]
    assert (fusion["artefact_class"], fusion["elsewhere"]) == (None, [])


def test_junction_of_the_patient_is_looked_for_where_no_caller_saw_it(
    run: Workdir, cohort: Workdir, data: Path
) -> None:
    (event,) = truth_rows(data, FUSION)
    document = run.document(OTHER)
    (shared,) = document["shared_junctions"]
    assert shared["name"] == event["event_id"].replace("_", "::")
    places = [
        "{chrom}:{pos}:{strand}".format(**shared[side]) for side in ("breakpoint5", "breakpoint3")
    ]
    assert places == [event["breakpoint5"], event["breakpoint3"]]
    assert (shared["junction_reads"], shared["spanning_fragments"], shared["ffpm"]) == (0, 0, 0)
    (seen,) = shared["seen_in"]
    assert (seen["sample"], seen["relation"], seen["status"]) == (FUSION, "patient", "reportable")
    # Not one read: it is said that it was looked for, and no more.
    assert document["verdict"] == cohort.document(OTHER)["verdict"] == "not_detected"
    assert document["fusions"] == []
    assert run.document(FUSION)["shared_junctions"] == []


def test_report_says_what_was_looked_for(run: Workdir) -> None:
    page = run.result(OTHER, "report.html").read_text(encoding="utf-8")
    assert "KHDRBS1::NTRK1" in page
    assert FUSION in page
