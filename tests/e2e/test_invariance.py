"""What must not change a result: threads, contig names, order of reads, paths, lanes."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workflow_runs import (
    COHORT_TABLE,
    Document,
    Workdir,
    findings,
    make_workdir,
    read_text,
    read_tsv,
    write_gzip,
    write_tsv,
)

# A well supported fusion on the minus strand beside random ligation, one of two reads (a specimen
# of the same patient), and one with bases between its parts.
SAMPLES = ("ETV6_NTRK3", "LOW_2", "MID_EXON")


def assert_same(workdir: Workdir, cohort: Workdir, *samples: str) -> None:
    for sample in samples:
        assert findings(workdir.document(sample)) == findings(cohort.document(sample)), sample


@pytest.mark.parametrize("cores", [1, 2])
def test_threads(workdir: Callable[..., Workdir], cohort: Workdir, cores: int) -> None:
    run_dir = workdir(*SAMPLES)
    run_dir.run(COHORT_TABLE, cores=cores).succeeded()
    assert_same(run_dir, cohort, *SAMPLES)


def test_given_star_index_is_used_and_left_alone(
    workdir: Callable[..., Workdir], cohort: Workdir, star_index: str, tmp_path: Path
) -> None:
    """It is shared, often read-only: nothing may be built, written into it or deleted in it."""
    given = tmp_path / "shared index"
    shutil.copytree(star_index, given)
    (given / ".snakemake_timestamp").unlink(missing_ok=True)
    before = {path.name: path.stat().st_mtime_ns for path in given.iterdir()}
    run_dir = workdir("MID_EXON", reference={"star_index": str(given)})
    finished = run_dir.run(COHORT_TABLE).succeeded()
    assert "star_index_parameters" not in finished.jobs
    assert_same(run_dir, cohort, "MID_EXON")
    run_dir.run("results/reference/star_index", "--forcerun", "star_index").succeeded()
    assert {path.name: path.stat().st_mtime_ns for path in given.iterdir()} == before


def with_prefix(value: Any) -> Any:
    """A document as if its contigs were named with ``chr``."""
    if isinstance(value, dict):
        return {
            name: f"chr{item}" if name == "chrom" else with_prefix(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [with_prefix(item) for item in value]
    if isinstance(value, str):
        return re.sub(r"\b(?=(?:\d+|X):\d+:[+-])", "chr", value)
    return value


def test_contigs_without_chr(data: Path, cohort: Workdir, tmp_path: Path) -> None:
    fasta = read_text(data / "reference" / "genome.fa.gz").replace(">chr", ">")
    gtf = re.sub(
        r"^chr", "", read_text(data / "reference" / "annotation.gtf.gz"), flags=re.MULTILINE
    )
    write_gzip(tmp_path / "genome.fa.gz", fasta)
    write_gzip(tmp_path / "annotation.gtf.gz", gtf)
    files = {"fasta": "../genome.fa.gz", "gtf": "../annotation.gtf.gz"}
    run_dir = make_workdir(tmp_path / "run", data, SAMPLES, reference=files)
    run_dir.run(COHORT_TABLE).succeeded()
    for sample in SAMPLES:
        bare: Document = findings(run_dir.document(sample))
        assert not re.search(r'"chr[0-9X]', str(bare).replace("'", '"'))
        assert with_prefix(bare) == findings(cohort.document(sample)), sample


def shuffled(source: Path, target: Path, seed: int) -> None:
    """The records of a FASTQ in an order that hangs on the seed and their number alone."""
    lines = read_text(source).splitlines(keepends=True)
    records = ["".join(lines[at : at + 4]) for at in range(0, len(lines), 4)]
    random.Random(seed).shuffle(records)
    write_gzip(target, "".join(records))


def test_order_of_reads(workdir: Callable[..., Workdir], cohort: Workdir) -> None:
    run_dir = workdir(*SAMPLES)
    rows = read_tsv(run_dir.path / "samples.tsv")
    for row in rows:
        for column in ("fq1", "fq2"):
            source = Path(row[column])
            shuffled(source, run_dir.path / source.name, seed=1)
            row[column] = source.name
    write_tsv(run_dir.path / "samples.tsv", rows)
    run_dir.run(COHORT_TABLE).succeeded()
    assert_same(run_dir, cohort, *SAMPLES)


def test_spaces_and_quotes_in_paths(data: Path, cohort: Workdir, tmp_path: Path) -> None:
    folder = tmp_path / "Müller's lab $HOME"
    reads = folder / "raw reads; (2024)"
    reads.mkdir(parents=True)
    for name in ("genome.fa.gz", "annotation.gtf.gz"):
        shutil.copyfile(data / "reference" / name, folder / f"my {name}")
    files = {"fasta": "../my genome.fa.gz", "gtf": "../my annotation.gtf.gz"}
    run_dir = make_workdir(folder / "run of today", data, SAMPLES, reference=files)
    rows = read_tsv(run_dir.path / "samples.tsv")
    for row in rows:
        for column in ("fq1", "fq2"):
            source = Path(row[column])
            shutil.copyfile(source, reads / f"patient's & {source.name}")
            row[column] = f"../{reads.name}/patient's & {source.name}"
    write_tsv(run_dir.path / "samples.tsv", rows)
    run_dir.run().succeeded()
    assert (run_dir.path / "results/qc/multiqc_report.html").stat().st_size > 0
    assert_same(run_dir, cohort, *SAMPLES)


def test_plain_reference(data: Path, cohort: Workdir, tmp_path: Path) -> None:
    files = {}
    for key, name in (("fasta", "genome.fa"), ("gtf", "annotation.gtf")):
        (tmp_path / name).write_text(read_text(data / "reference" / f"{name}.gz"), "utf-8")
        files[key] = f"../{name}"
    run_dir = make_workdir(tmp_path / "run", data, SAMPLES, reference=files)
    run_dir.run(COHORT_TABLE).succeeded()
    assert_same(run_dir, cohort, *SAMPLES)
    for sample in SAMPLES:  # packed or not, it is the same genome
        checksums = [run.document(sample)["provenance"]["reference"] for run in (run_dir, cohort)]
        assert checksums[0] == checksums[1]


def test_lanes(workdir: Callable[..., Workdir], cohort: Workdir) -> None:
    """Two lanes of a library are one sample, as if they had been concatenated.

    The other samples of its run share nothing with it, so that it is the same without them. Only
    fastp, which looks for copies within a lane, sees a few more in one file.
    """
    run_dir = workdir("TWO_LANES")
    rows = read_tsv(run_dir.path / "samples.tsv")
    assert len(rows) == 2
    for column in ("fq1", "fq2"):
        joined = b"".join(Path(row[column]).read_bytes() for row in rows)
        (run_dir.path / f"{column}.fastq.gz").write_bytes(joined)
        rows[0][column] = f"{column}.fastq.gz"
    write_tsv(run_dir.path / "samples.tsv", rows[:1])
    run_dir.run(COHORT_TABLE).succeeded()
    one, two = (findings(run.document("TWO_LANES")) for run in (run_dir, cohort))
    rates = [document["library"].pop("duplication_rate") for document in (one, two)]
    assert rates[1] <= rates[0] <= rates[1] + 0.001
    usable = []
    for document in (one, two):
        evaluability = document["evaluability"]
        usable.append(evaluability["detection_limit"].pop("usable_fragments"))
        for check in evaluability["checks"]:
            if check["metric"] == "duplication_rate":
                del check["value"]
    assert usable[0] == pytest.approx(usable[1], rel=0.001)
    assert one == two
