"""Where a result comes from."""

from __future__ import annotations

import json

import pytest

from ntrkoma.provenance import FastpSummary, collect, parse_fastp, star_version

STAR_LOG = [
    "STAR version=2.7.11b",
    "STAR compilation time,server,dir=2024-01-25T16:12:02-05:00 :/home/x",
    "##### Command Line:",
    "/opt/conda/bin/STAR --runThreadN 4   --genomeDir index",
    "##### Initial USER parameters from Command Line:",
]


@pytest.mark.parametrize(
    ("sequencing", "fragments"),
    [("paired end (100 cycles + 100 cycles)", 500), ("single end (100 cycles)", 1000)],
)
def test_fastp(sequencing: str, fragments: int) -> None:
    text = json.dumps(
        {
            "summary": {
                "fastp_version": "1.3.6",
                "sequencing": sequencing,
                "before_filtering": {"total_reads": 1000},
                "after_filtering": {"total_reads": 10},
            }
        }
    )
    assert parse_fastp(text) == FastpSummary("1.3.6", fragments)


def test_star_version_and_command_without_a_machines_paths() -> None:
    assert star_version(STAR_LOG) == ("2.7.11b", "STAR --runThreadN 4 --genomeDir index")


@pytest.mark.parametrize(
    ("log", "expected"), [([], ("", "")), (STAR_LOG[:1], ("2.7.11b", "")), (["x"], ("", ""))]
)
def test_a_log_that_says_nothing(log: list[str], expected: tuple[str, str]) -> None:
    assert star_version(log) == expected


def test_collect() -> None:
    found = collect(
        fastp=[FastpSummary("1.3.6", 5), FastpSummary("1.3.6", 7)],
        star_log=STAR_LOG,
        versions={
            "star_fusion_version": "STAR-Fusion version: 1.15.1\n",
            "arriba_version": "Version: 2.5.1",
            "odd_version": "unknown build\n",
        },
        checksums=[f"{'a' * 64}  results/reference/genome.fa", ""],
        thresholds={"report_min_fragments": 7.0},
        changed={"report_min_fragments": 7},
        target_genes=["NTRK1"],
        companion_genes=[],
    )
    assert found["tools"] == {
        "fastp": "1.3.6",
        "STAR": "2.7.11b",
        "star_fusion": "1.15.1",
        "arriba": "2.5.1",
        "odd": "unknown build",
    }
    assert found["reference"] == {"genome.fa": "sha256:" + "a" * 64}
    assert found["parameters"]["thresholds_changed"] == ["report_min_fragments"]
    assert found["parameters"]["star_command"].startswith("STAR --runThreadN")
