"""Another workflow takes ntrkoma in as a module, with a configuration of its own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SNAKEFILE = """
configfile: "config.yaml"


module ntrkoma:
    snakefile:
        config["workflow"]
    config:
        config["ntrkoma"]


use rule * from ntrkoma as ntrkoma_*


rule all:
    input:
        "detected.txt",
    default_target: True


rule detected:
    input:
        "results/cohort/ntrk.tsv",
    output:
        "detected.txt",
    shell:
        "grep -w detected {input} | cut -f 1 > {output}"
"""


@pytest.mark.e2e
def test_other_workflow_uses_the_verdicts(tmp_path: Path) -> None:
    """The host's own configuration stays its own, and its rules see ntrkoma's results."""
    reads = ROOT / "test_data" / "reads"
    rows = [["sample", "unit", "fq1", "fq2"]]
    rows += [
        [name, "L1", str(reads / f"{name}_L1_1.fastq.gz"), str(reads / f"{name}_L1_2.fastq.gz")]
        for name in ("KHDRBS1_NTRK1", "NEG_BACKGROUND")
    ]
    with (tmp_path / "samples.tsv").open("w", newline="") as handle:
        csv.writer(handle, delimiter="\t").writerows(rows)
    reference = ROOT / "test_data" / "reference"
    config = {
        "workflow": str(ROOT / "Snakefile"),
        "ntrkoma": {
            "samples": "samples.tsv",
            "reference": {
                "fasta": str(reference / "genome.fa.gz"),
                "gtf": str(reference / "annotation.gtf.gz"),
            },
            "thresholds": {
                "min_usable_fragments": 5000,
                "good_usable_fragments": 5000,
                "control_gene_min_spliced_reads": 5,
            },
        },
    }
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "detected.txt").read_text().split() == ["KHDRBS1_NTRK1"]
