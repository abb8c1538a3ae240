"""Large sheets: what is planned for hundreds of samples."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from workflow_runs import Finished, given_databases, make_workdir, write_tsv

ROWS = 300
MOST_JOBS = 7  # of a sample, beside the trimming of its units
PER_COHORT = frozenset(
    {
        "annotation_gtf",
        "cohort",
        "genome_fasta",
        "multiqc",
        "reference_checksums",
        "star_index",
        "star_index_parameters",
        "transcript_table",
    }
)


def plan(data: Path, path: Path, callers: list[str], units: int) -> Finished:
    """Dry run on a sheet of ``ROWS`` rows with reads of one record."""
    workdir = make_workdir(path, data, ["LOW_2"])
    workdir.change_config(callers=callers, **given_databases(workdir))
    rows = []
    for number in range(ROWS):
        row = {"sample": f"S{number // units}", "unit": f"L{number % units}"}
        for mate in (1, 2):
            name = f"reads_{number}_{mate}.fastq.gz"
            record = f"@read{number} {mate}:N:0:A\nACGT\n+\nIIII\n"
            (path / name).write_bytes(gzip.compress(record.encode()))
            row[f"fq{mate}"] = name
        rows.append(row)
    write_tsv(path / "samples.tsv", rows)
    return workdir.run("--dry-run", "--quiet", "rules", timeout=120)


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize(
    "callers", [["junctions"], ["junctions", "star_fusion", "arriba"]], ids="+".join
)
def test_few_jobs_a_sample(data: Path, tmp_path: Path, callers: list[str], units: int) -> None:
    finished = plan(data, tmp_path / "run", callers, units).succeeded()
    samples = ROWS // units
    jobs = finished.jobs
    assert jobs.pop("fastp_paired") == ROWS
    per_sample = {rule: count for rule, count in jobs.items() if rule not in PER_COHORT}
    assert set(per_sample.values()) == {samples}
    assert sum(per_sample.values()) <= MOST_JOBS * samples
    assert {"star_align", "interpret", "evidence"} <= set(per_sample)
    per_cohort = {rule: count for rule, count in jobs.items() if rule in PER_COHORT}
    assert set(per_cohort.values()) == {1}
    assert not (tmp_path / "run" / "results").exists()
