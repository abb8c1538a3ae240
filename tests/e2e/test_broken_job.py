"""A sample whose reads turn out to be damaged fails alone, visibly, and can be repaired."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from workflow_runs import COHORT_TABLE, Workdir, findings, read_tsv, write_tsv

# Neither has a peer, of which a result would wait for the damaged one.
DAMAGED, SOUND = "MID_EXON", "DUPLICATES"


@pytest.mark.parametrize("mates", [(1,), (1, 2)], ids=["one mate", "both mates"])
def test_fastq_cut_in_the_middle(
    workdir: Callable[..., Workdir], cohort: Workdir, mates: tuple[int, ...]
) -> None:
    """A transfer that broke off: the start is valid, so that no check before the run sees it."""
    run_dir = workdir(DAMAGED, SOUND)
    rows = read_tsv(run_dir.path / "samples.tsv")
    originals: dict[Path, Path] = {}
    for row in rows:
        for mate in mates if row["sample"] == DAMAGED else ():
            original = Path(row[f"fq{mate}"])
            cut = run_dir.path / original.name
            cut.write_bytes(original.read_bytes()[: int(original.stat().st_size * 0.6)])
            originals[cut] = original
            row[f"fq{mate}"] = cut.name
    write_tsv(run_dir.path / "samples.tsv", rows)

    finished = run_dir.run()
    assert finished.returncode != 0, "reads that are cut short were taken for the whole sample"
    assert DAMAGED in finished.output
    results = run_dir.path / "results"
    assert not list((results / "samples").glob(f"{DAMAGED}/*.*"))
    assert not list((results / "trimmed").glob(f"*/{DAMAGED}/*.*"))
    assert not (run_dir.path / COHORT_TABLE).exists()
    assert findings(run_dir.document(SOUND)) == findings(cohort.document(SOUND))

    for cut, original in originals.items():
        shutil.copyfile(original, cut)
    run_dir.run(COHORT_TABLE).succeeded()
    for sample in (DAMAGED, SOUND):
        assert findings(run_dir.document(sample)) == findings(cohort.document(sample))
    assert [row["sample"] for row in run_dir.cohort()] == [row["sample"] for row in rows]
