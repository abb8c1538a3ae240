"""What MultiQC is given, and what it makes of it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cohorts import many, specimens
from documents import Document, document, four_verdicts, fusion

from ntrkoma.cohort.multiqc import COLOURS, contents
from ntrkoma.cohort.multiqc_run import run_multiqc
from ntrkoma.cohort.summary import summarise

Run = Callable[..., Path]


def made(*documents: Document) -> dict[str, dict[str, Any]]:
    return contents([summarise(one) for one in documents])


class TestContents:
    def test_parts(self) -> None:
        assert list(made(document())) == ["verdicts", "gate", "fusions", "imbalance", "general"]

    def test_verdicts_by_run(self) -> None:
        data = made(*four_verdicts(), document("E"))["verdicts"]["data"]
        assert data["R1"] == {
            "detected": 1,
            "indeterminate": 1,
            "not_evaluable": 0,
            "not_detected": 0,
        }
        assert data["no run named"]["not_detected"] == 1

    def test_gate(self) -> None:
        data = made(*four_verdicts())["gate"]["data"]
        assert data["DETECTED"]["gate"] == "pass"
        assert data["DETECTED"]["usable_fragments"] == 36_100_250
        assert data["DETECTED"]["unique_share"] == pytest.approx(93)
        assert "three_prime_bias" not in data["NOT_EVALUABLE"]  # could not be measured

    def test_one_row_a_junction(self) -> None:
        data = made(*specimens())["fusions"]["data"]
        assert [row["sample"] for row in data.values()].count("EAR") == 2
        assert data["SCALP #1"] == {
            "sample": "SCALP",
            "fusion": "KHDRBS1::NTRK1",
            "status": "reportable",
            "exons": "e8::e12",
            "frame": "in frame",
            "kinase": "complete",
            "junction_reads": 35,
            "spanning_fragments": 15,
            "ffpm": pytest.approx(50 / 42, abs=1e-4),
        }

    def test_no_fusion_at_all_is_said(self) -> None:
        section = made(document("A"), document("B", verdict="not_evaluable"))["fusions"]
        assert section["plot_type"] == "html"
        assert "No sample has a junction above the line." in section["data"]

    def test_imbalance(self) -> None:
        data = made(*four_verdicts())["imbalance"]["data"]
        assert data["DETECTED"]["NTRK1_flag"] == "raised"
        assert data["DETECTED"]["NTRK1_ratio"] > 8
        assert data["NOT_EVALUABLE"] == dict.fromkeys(
            ("NTRK1_flag", "NTRK2_flag", "NTRK3_flag"), "not assessable"
        )

    def test_general_statistics(self) -> None:
        data = made(*four_verdicts())["general"]["data"]
        assert data["DETECTED"] == {
            "verdict": "detected",
            "gate": "pass",
            "fusion": "KHDRBS1::NTRK1",
            "junction_reads": 35,
            "usable_fragments": 36_100_250,
        }
        assert data["NOT_EVALUABLE"]["verdict"] == "not evaluable"

    def test_hostile_names(self) -> None:
        text = "<img src=x onerror=alert(1)>"
        found = made(
            document(
                text, verdict="detected", metadata={"run": text}, fusions=[fusion(text + "::B")]
            )
        )
        assert "<img" not in json.dumps([section["data"] for section in found.values()])


@pytest.fixture
def multiqc(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run MultiQC as the rule does, but strict, on the content of some documents; its data."""
    monkeypatch.setenv("MULTIQC_STRICT", "true")

    def run(*documents: Document) -> Path:
        files = []
        for part, content in made(*documents).items():
            files.append(tmp_path / f"{part}_mqc.json")
            files[-1].write_text(json.dumps(content), encoding="utf-8")
        star = tmp_path / "align" / documents[0]["sample"] / "Log.final.out"
        star.parent.mkdir(parents=True)
        star.write_text(STAR_LOG, encoding="utf-8")
        config = root / "report" / "multiqc_config.yaml"
        with (tmp_path / "log").open("w") as log:
            run_multiqc([*files, star], config, tmp_path / "out.html", log)
        return tmp_path / "out_data"

    return run


# As much of STAR's summary as MultiQC looks for.
STAR_LOG = """\
                          Number of input reads |	1000
                      Average input read length |	200
                   Uniquely mapped reads number |	930
                        Uniquely mapped reads % |	93.00%
                          Average mapped length |	198.00
                       Number of splices: Total |	300
        Number of reads mapped to multiple loci |	20
             % of reads mapped to multiple loci |	2.00%
        Number of reads mapped to too many loci |	0
             % of reads mapped to too many loci |	0.00%
       % of reads unmapped: too many mismatches |	0.00%
                 % of reads unmapped: too short |	5.00%
                     % of reads unmapped: other |	0.00%
"""


@pytest.mark.slow
class TestReport:
    def test_the_sections_and_their_order(self, multiqc: Run) -> None:
        html = (multiqc(*four_verdicts()).parent / "out.html").read_text(encoding="utf-8")
        anchors = [
            html.index(f'id="{name}"')
            for name in (
                *("ntrkoma_verdicts", "ntrkoma_gate", "ntrkoma_fusions", "ntrkoma_imbalance"),
                "star",
            )
        ]
        assert anchors == sorted(anchors)

    def test_general_statistics_stand_beside_star_s(self, multiqc: Run) -> None:
        table = (multiqc(*four_verdicts()) / "multiqc_general_stats.txt").read_text()
        head, first, *_ = (line.split("\t") for line in table.splitlines())
        row = dict(zip(head, first, strict=True))
        assert row["Sample"] == "DETECTED"
        assert "detected" in row.values()
        assert [
            value for name, value in row.items() if name.endswith("uniquely_mapped_percent")
        ] == ["93.0"]

    def test_one_negative_sample(self, multiqc: Run) -> None:
        html = (multiqc(document("ALONE")).parent / "out.html").read_text(encoding="utf-8")
        assert "No sample has a junction above the line." in html

    def test_no_other_file_is_looked_at(self, multiqc: Run, tmp_path: Path) -> None:
        """A sample that has left the sheet."""
        left = tmp_path / "align" / "LEFT" / "Log.final.out"
        left.parent.mkdir(parents=True)
        left.write_text(STAR_LOG, encoding="utf-8")
        folder = multiqc(document("ALONE"))
        assert "LEFT" not in (folder / "multiqc_general_stats.txt").read_text()

    def test_failures_are_not_hidden(self, tmp_path: Path) -> None:
        with (tmp_path / "log").open("w") as log, pytest.raises(subprocess.CalledProcessError):
            run_multiqc([], tmp_path / "none.yaml", tmp_path / "out.html", log)
        assert "--config" in (tmp_path / "log").read_text()

    def test_five_hundred_samples_are_a_table(self, multiqc: Run) -> None:
        folder = multiqc(*many(500))
        html = (folder.parent / "out.html").read_text(encoding="utf-8")
        for table in ("general_stats_table", "ntrkoma_gate_table", "ntrkoma_imbalance_table"):
            assert f'id="{table}_table"' in html
        rows = (folder / "multiqc_ntrkoma_gate_table.txt").read_text().splitlines()
        assert len(rows) == 501


def test_verdicts_have_the_colours_of_our_reports(root: Path) -> None:
    style = (root / "report" / "style.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--(\w+): light-dark\((#\w+),", style))
    assert {verdict: light[verdict] for verdict in COLOURS} == COLOURS
