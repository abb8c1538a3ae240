"""One cohort on a real Slurm: killed, resumed, with a bad sample, out of memory, and right.

The runs build on each other, as those of a user do; every test reads what they left.
"""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from slurm_runs import (
    OVERLAY,
    TEST_DATA,
    Finished,
    SlurmJob,
    ask,
    copy_reads,
    make_workdir,
    run,
    slurm_jobs,
    start,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("slurm")]

VERDICTS = {
    "KHDRBS1_NTRK1": "detected",
    "NEG_BACKGROUND": "not_detected",
    "DEGRADED": "not_evaluable",
    "ETV6_NTRK3": "detected",
}
BAD = "ETV6_NTRK3"
BAD_LOG = f"logs/trim/{BAD}/L1.fastp_paired.log"

# Far too little for the first attempt, even of Snakemake itself; enough for the second.
TOO_LITTLE = "100 if attempt == 1 else 1500"
MEMORY_KILL = (
    "--set-resources",
    *(f"{rule}:mem_mb={TOO_LITTLE}" for rule in ("cohort", "multiqc")),
)


@dataclass(frozen=True)
class Story:
    """What the runs left."""

    workdir: Path
    killed_log: str
    locked: Finished
    before: dict[str, int]
    resumed: Finished
    bad_log: str
    after: dict[str, int]
    finished: Finished
    jobs: list[SlurmJob]


def finished_work(workdir: Path) -> dict[str, int]:
    """Results that stay, by path, with the time when they were made."""
    found = {}
    for pattern in ("align/*/Log.final.out", "reference/checksums.sha256", "qc/fastp/*/*/*.json"):
        for path in (workdir / "results").glob(pattern):
            found[str(path.relative_to(workdir))] = path.stat().st_mtime_ns
    return found


def damage(path: Path) -> bytes:
    """Spoil the middle of a gzip file, as a bad disk does; returns what it was."""
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[:half] + b"\xff" * 2000 + whole[half + 2000 :])
    return whole


@pytest.fixture(scope="module")
def story(slurm: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:  # noqa: ARG001
    """Start, kill the master, resume with one bad sample, repair it, finish."""
    folder = tmp_path_factory.mktemp("story")
    rows = copy_reads(VERDICTS, folder / "reads")
    workdir = make_workdir(folder / "run", rows)
    bad_reads = Path(next(row["fq1"] for row in rows if row["sample"] == BAD))
    whole = damage(bad_reads)

    # The machine that Snakemake runs on goes down when the first alignment is there.
    master = start(workdir, *OVERLAY, "--retries=0")
    try:
        wait_for_alignment(workdir, master)
    finally:
        os.killpg(master.pid, signal.SIGKILL)
        master.wait()
    killed_log = (workdir / "run.log").read_text(encoding="utf-8")

    # What is still in the queue is cancelled by the name that Snakemake has told.
    ask("scancel", f"--name={run_id(killed_log)}")
    wait_until_queue_is_empty()
    before = finished_work(workdir)
    locked = run(workdir, *OVERLAY)
    run(workdir, "--unlock")
    resumed = run(workdir, *OVERLAY, "--retries=0")
    after = finished_work(workdir)
    bad_log = (workdir / BAD_LOG).read_text(encoding="utf-8")

    bad_reads.write_bytes(whole)
    finished = run(workdir, *OVERLAY, "--retries=1", *MEMORY_KILL)
    return Story(
        workdir, killed_log, locked, before, resumed, bad_log, after, finished, slurm_jobs()
    )


def wait_for_alignment(workdir: Path, master: subprocess.Popen[bytes]) -> None:
    """Until Snakemake knows of a finished alignment."""
    log = workdir / "run.log"
    for _ in range(600):
        text = log.read_text(encoding="utf-8")
        if "(Rule: star_align)" in text:
            return
        assert master.poll() is None, text
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))


def run_id(log: str) -> str:
    """The name that all jobs of a run have in the queue."""
    found = re.search(r"SLURM run ID: (\S+)", log)
    assert found, log
    return found[1]


def wait_until_queue_is_empty() -> None:
    for _ in range(100):
        if not ask("squeue", "--noheader", "--states=PD,R,CG").strip():
            return
        time.sleep(0.2)
    raise AssertionError(ask("squeue"))


def verdicts(workdir: Path) -> dict[str, str]:
    with (workdir / "results" / "cohort" / "ntrk.tsv").open(encoding="utf-8") as rows:
        lines = [line for line in rows if not line.startswith("#")]
    return {row["sample"]: row["verdict"] for row in csv.DictReader(lines, delimiter="\t")}


def test_all_verdicts_are_right(story: Story) -> None:
    assert story.finished.returncode == 0, story.finished.output
    assert verdicts(story.workdir) == VERDICTS
    assert "KHDRBS1::NTRK1" in (story.workdir / "results/cohort/ntrk.tsv").read_text("utf-8")


def test_jobs_run_on_both_nodes(story: Story) -> None:
    assert {job.node for job in story.jobs if job.state == "COMPLETED"} == {"n1", "n2"}


def test_resuming_repeats_nothing_that_is_done(story: Story) -> None:
    """The results of the killed run are still those that it made."""
    assert any(path.endswith("Log.final.out") for path in story.before)
    assert story.before.items() <= story.after.items()
    aligned = sum(path.endswith("Log.final.out") for path in story.before)
    assert story.resumed.started.get("star_align", 0) == len(VERDICTS) - aligned
    assert not {"genome_fasta", "transcript_table", "star_index"} & set(story.resumed.started)


def test_a_killed_master_leaves_a_lock_that_says_so(story: Story) -> None:
    assert story.locked.returncode != 0
    assert story.locked.lines("LockException"), story.locked.output
    assert story.locked.lines("--unlock"), story.locked.output


def test_temporary_files_are_gone_in_the_end(story: Story) -> None:
    """Those of jobs that ended while no Snakemake looked on as well, if it is told to."""
    results = story.workdir / "results"
    assert not list(results.glob("align/*/Aligned.out.bam"))
    run(story.workdir, "--delete-temp-output")
    assert not list(results.glob("trimmed/*/*/*.fastq.gz"))
    again = run(story.workdir, "--dry-run")
    assert again.lines("Nothing to be done"), again.output


def test_a_bad_sample_stops_only_itself(story: Story) -> None:
    """keep-going: the samples beside it have their results, and Snakemake says it failed."""
    assert story.resumed.returncode != 0
    for sample in VERDICTS:
        made = story.workdir / f"results/samples/{sample}/{sample}.ntrk.json"
        assert made.exists()
        resumed_first = f"{sample}: interpreting" in story.resumed.output
        assert resumed_first == (sample != BAD)


def test_a_failing_job_is_named_with_its_log(story: Story) -> None:
    """Once, with the tool's own log, which says why, and Slurm's."""
    assert len(story.resumed.lines("Error in rule fastp_paired")) == 1, story.resumed.output
    lines = story.resumed.lines(BAD_LOG)
    (named,) = [line for line in lines if line.strip().startswith("log: ")]
    assert ".snakemake/slurm_logs/rule_fastp_paired/" in named
    assert "gzip: " in story.bad_log
    assert story.resumed.lines("SLURM status is: 'FAILED'")


def test_out_of_memory_is_retried_with_more(story: Story) -> None:
    """Slurm kills the first attempt of the cohort group, the second asks for more and passes."""
    attempts = [job for job in story.jobs if job.name.startswith("rule_cohort_")]
    assert [(job.memory, job.state) for job in attempts] == [(100, "FAILED"), (1500, "COMPLETED")]
    assert story.finished.lines("Error in group cohort")
    assert story.finished.lines("slurm_logs/group_cohort_cohort_multiqc/")
    assert story.finished.lines("Trying to restart")
    logs = (story.workdir / ".snakemake/slurm_logs").rglob("*.log")
    assert any("exceeded memory limit" in log.read_text("utf-8", "replace") for log in logs)


def test_groups_have_the_memory_of_their_largest_job(story: Story) -> None:
    asked = {job.name: job.memory for job in story.jobs}
    assert asked["rule_evidence_call_junctions_collect_reads_evidence"] == 2000
    reference = [memory for name, memory in asked.items() if name.startswith("rule_reference_")]
    # transcript_table and, beside it, checksums and index parameters.
    assert reference == [4000 + 1000 + 1000]


def test_a_partition_that_does_not_exist_is_named(slurm: Path, tmp_path: Path) -> None:  # noqa: ARG001
    rows = copy_reads(["DEGRADED"], tmp_path / "reads")
    workdir = make_workdir(tmp_path / "run", rows)
    partition = ("--default-resources", "slurm_partition=nosuch", "mem_mb=1000", "runtime=5")
    target = "results/qc/fastp/paired/DEGRADED/DEGRADED.L1.fastp.json"
    failed = run(workdir, target, *partition, *OVERLAY, "--retries=0")
    assert failed.returncode != 0
    assert failed.lines("invalid partition specified: nosuch"), failed.output


def test_the_demo_is_what_these_tests_run() -> None:
    with (TEST_DATA / "samples.tsv").open(encoding="utf-8") as rows:
        assert {row["sample"] for row in csv.DictReader(rows, delimiter="\t")} == set(VERDICTS)
