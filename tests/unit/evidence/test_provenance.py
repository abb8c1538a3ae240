"""Where a result comes from."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from statistics import median_low
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.errors import InputError
from ntrkoma.evidence.provenance import collect
from ntrkoma.programs.fastp import FastpSummary, parse_fastp
from ntrkoma.programs.star_log import star_version

STAR_LOG = [
    "STAR version=2.7.11b",
    "STAR compilation time,server,dir=2024-01-25T16:12:02-05:00 :/home/x",
    "##### Command Line:",
    "/opt/conda/bin/STAR --runThreadN 4   --genomeDir index",
    "##### Initial USER parameters from Command Line:",
]


def fastp_report(
    sequencing: str = "paired end (100 cycles + 100 cycles)",
    reads: int = 1000,
    sizes: Sequence[int] = (),
    unknown: int = 0,
) -> dict[str, Any]:
    """A report of fastp with ``sizes`` as measured inserts; single-end ones have none."""
    report = {
        "summary": {
            "fastp_version": "1.3.6",
            "sequencing": sequencing,
            "before_filtering": {"total_reads": reads, "q30_rate": 0.93, "read1_mean_length": 101},
            "after_filtering": {"total_reads": 10, "q30_rate": 0.99, "read1_mean_length": 74},
        },
        "duplication": {"rate": 0.25},
    }
    if sequencing.startswith("paired"):
        histogram = [sizes.count(size) for size in range(512)]
        report["insert_size"] = {"peak": 0, "unknown": unknown, "histogram": histogram}
    return report


class TestFastp:
    def test_paired(self) -> None:
        text = json.dumps(fastp_report(sizes=[60, 70, 80, 90], unknown=3))
        assert parse_fastp(text, "r.json") == FastpSummary("1.3.6", 500, 0.25, 90, 0.93, 101)

    def test_single_end_has_no_insert_size(self) -> None:
        text = json.dumps(fastp_report("single end (100 cycles)"))
        assert parse_fastp(text, "r.json") == FastpSummary("1.3.6", 1000, 0.25, None, 0.93, 101)

    def test_a_unit_without_reads_has_no_figures(self) -> None:
        assert parse_fastp(json.dumps(fastp_report(reads=0)), "r.json") == FastpSummary("1.3.6", 0)

    def test_copies_not_looked_for(self) -> None:
        report = fastp_report()
        del report["duplication"]
        assert parse_fastp(json.dumps(report), "r.json").duplication_rate is None

    def test_inserts_longer_than_the_reads_can_show(self) -> None:
        """The peak of what overlaps would be 65 nt here and call a sound library degraded."""
        text = json.dumps(fastp_report(sizes=[65] * 10, unknown=490))
        assert parse_fastp(text, "r.json").insert_size is None

    @given(
        sizes=st.lists(st.integers(1, 511), max_size=30),
        unknown=st.integers(0, 30),
    )
    def test_median_insert(self, sizes: list[int], unknown: int) -> None:
        """As a plain median of all pairs, the ones without overlap being longest."""
        text = json.dumps(fastp_report(sizes=sizes, unknown=unknown))
        everything = sorted(sizes) + [math.inf] * unknown
        expected = median_low(everything) if everything else math.inf
        found = parse_fastp(text, "r.json").insert_size
        assert found == (None if math.isinf(expected) else expected)

    @given(share=st.floats(0, 0.999))
    def test_cut_short(self, share: float) -> None:
        text = json.dumps(fastp_report())
        with pytest.raises(InputError, match="run the trimming again") as caught:
            parse_fastp(text[: int(share * len(text))], "results/qc/S1.L1.fastp.json")
        assert str(caught.value).startswith("results/qc/S1.L1.fastp.json: ")
        assert len(caught.value.problems) == 1

    @pytest.mark.parametrize(
        "path",
        [
            ("summary",),
            ("summary", "sequencing"),
            ("summary", "before_filtering"),
            ("summary", "before_filtering", "total_reads"),
            ("summary", "before_filtering", "q30_rate"),
            ("summary", "before_filtering", "read1_mean_length"),
            ("duplication", "rate"),
            ("insert_size",),
            ("insert_size", "histogram"),
            ("insert_size", "unknown"),
        ],
    )
    @pytest.mark.parametrize("damage", ["absent", "null", "no figure"])
    def test_damaged(self, path: tuple[str, ...], damage: str) -> None:
        report = fastp_report()
        place = report
        for name in path[:-1]:
            place = place[name]
        if damage == "absent":
            del place[path[-1]]
        else:
            place[path[-1]] = None if damage == "null" else ["many"]
        with pytest.raises(InputError, match=r"^r\.json: this is no complete report of fastp"):
            parse_fastp(json.dumps(report), "r.json")

    @pytest.mark.parametrize("text", ["", "[]", "null", "{}", '"text"', "<html>"])
    def test_something_else(self, text: str) -> None:
        with pytest.raises(InputError, match="no complete report"):
            parse_fastp(text, "r.json")


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
        settings={
            "target_genes": ["NTRK1"],
            "companion_genes": [],
            "hotspot_genes": ["KRAS"],
            "thresholds": {"report_min_fragments": 7},
            "grading": {"read_through": "below_the_line"},
        },
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
