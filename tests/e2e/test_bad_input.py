"""What a user gets wrong is said before any job runs: one sentence, no traceback, no results."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workflow_runs import Finished, Workdir, read_text, read_tsv, write_gzip, write_tsv

SAMPLE = "LOW_2"


@pytest.fixture
def run_dir(workdir: Callable[..., Workdir]) -> Workdir:
    return workdir(SAMPLE)


def sheet(run_dir: Workdir, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    path = run_dir.path / "samples.tsv"
    write_tsv(path, change(read_tsv(path)))


def reference(run_dir: Workdir, **changes: Any) -> None:
    run_dir.change_config(reference=run_dir.config()["reference"] | changes)


def refused(run_dir: Workdir, *words: str) -> Finished:
    """The run ends before any job, with one line that has all the words."""
    finished = run_dir.run()
    assert finished.returncode != 0, finished.output
    assert "Traceback" not in finished.output, finished.output
    assert not (run_dir.path / "results").exists()
    problems = [
        line
        for line in finished.output.splitlines()
        if re.match(r"(configuration|samples\.tsv|\S*\.(gtf|fa)(\.gz)?)(,| ?:)", line)
    ]
    assert len(problems) == 1, finished.output
    missing = [word for word in words if word not in problems[0]]
    assert not missing, problems[0]
    assert problems[0].rstrip().endswith((".", "?")), problems[0]
    return finished


def test_missing_fastq(run_dir: Workdir) -> None:
    sheet(run_dir, lambda rows: [row | {"fq2": "reads/gone_2.fastq.gz"} for row in rows])
    refused(
        run_dir, "row 2", "fq2", "'reads/gone_2.fastq.gz'", "does not exist", "correct the path"
    )


def test_sample_with_and_without_second_mates(run_dir: Workdir, data: Path) -> None:
    other = {
        "unit": "L2",
        "fq1": str(data / "reads" / "LOW_3_L1_1.fastq.gz"),
        "fq2": "",
    }
    sheet(run_dir, lambda rows: [*rows, rows[0] | other])
    refused(run_dir, "row 2", SAMPLE, "paired-end", "single-end", "row 3", "fq2")


def test_sample_and_unit_twice(run_dir: Workdir, data: Path) -> None:
    files = {f"fq{mate}": str(data / f"reads/LOW_3_L1_{mate}.fastq.gz") for mate in (1, 2)}
    sheet(run_dir, lambda rows: [*rows, rows[0] | files])
    refused(run_dir, "row 3", f"'{SAMPLE}'", "'L1'", "row 2", "unit name of its own")


def test_unknown_column(run_dir: Workdir) -> None:
    sheet(run_dir, lambda rows: [row | {"tumor_type": "sarcoma"} for row in rows])
    refused(run_dir, "row 1", "unknown column 'tumor_type'", "did you mean 'tumour_type'?")


def test_sheet_without_rows(run_dir: Workdir) -> None:
    path = run_dir.path / "samples.tsv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", encoding="utf-8")
    refused(run_dir, "has no rows", "add one row")


@pytest.mark.parametrize("key", ["fasta", "gtf"])
def test_missing_reference(run_dir: Workdir, key: str) -> None:
    reference(run_dir, **{key: f"refs/gone.{key}"})
    refused(run_dir, f"reference.{key}", f"'refs/gone.{key}'", "does not exist", "correct the path")


def test_annotation_without_a_target_gene(run_dir: Workdir, data: Path) -> None:
    lines = read_text(data / "reference" / "annotation.gtf.gz").splitlines(keepends=True)
    path = run_dir.path / "without.gtf.gz"
    write_gzip(path, "".join(line for line in lines if '"NTRK2"' not in line))
    reference(run_dir, gtf="without.gtf.gz")
    refused(run_dir, "without.gtf.gz", "'NTRK2'", "use the annotation that has it")


def test_genome_and_annotation_with_other_contig_names(run_dir: Workdir, data: Path) -> None:
    text = read_text(data / "reference" / "annotation.gtf.gz")
    write_gzip(run_dir.path / "bare.gtf.gz", re.sub(r"^chr", "", text, flags=re.MULTILINE))
    reference(run_dir, gtf="bare.gtf.gz")
    refused(run_dir, "bare.gtf.gz", "contigs", "like '1'", "like 'chr1'", "one source")


def test_star_fusion_without_its_library(run_dir: Workdir) -> None:
    run_dir.change_config(callers=["junctions", "star_fusion"])
    refused(run_dir, "star_fusion", "reference.ctat_lib", "not set", "remove star_fusion")


def test_arriba_without_its_blacklist(run_dir: Workdir) -> None:
    run_dir.change_config(callers=["junctions", "arriba"])
    refused(run_dir, "arriba", "reference.arriba.blacklist", "not set", "remove arriba")


def test_incomplete_star_index(run_dir: Workdir) -> None:
    (run_dir.path / "index").mkdir()
    reference(run_dir, star_index="index")
    refused(run_dir, "reference.star_index", "'index'", "lacks", "SAindex", "complete STAR index")


def test_unknown_key(run_dir: Workdir) -> None:
    run_dir.change_config(target_gene=["NTRK1"])
    refused(run_dir, "target_gene is unknown", "did you mean 'target_genes'?")


def test_unknown_threshold(run_dir: Workdir) -> None:
    run_dir.change_config(thresholds={"report_min_fragment": 3})
    refused(run_dir, "report_min_fragment is unknown", "did you mean 'report_min_fragments'?")


def test_mode_that_is_not_there_yet(run_dir: Workdir) -> None:
    run_dir.change_config(mode="screen")
    refused(run_dir, "'screen'", "not available in this version", "'full'")


def test_unknown_gene(run_dir: Workdir) -> None:
    run_dir.change_config(target_genes=["TRKA"])
    refused(run_dir, "'TRKA'", "did you mean 'NTRK1'?")


def test_all_problems_of_a_sheet_are_named_at_once(run_dir: Workdir) -> None:
    changes = {"unit": "L 1", "specimen": "block", "fq2": ""}
    sheet(run_dir, lambda rows: [rows[0] | changes, rows[0] | {"unit": ""}])
    finished = run_dir.run()
    assert finished.returncode != 0
    rows = set(re.findall(r"^samples\.tsv, row (\d+)", finished.output, re.MULTILINE))
    assert rows == {"2", "3"}, finished.output
    assert not (run_dir.path / "results").exists()
