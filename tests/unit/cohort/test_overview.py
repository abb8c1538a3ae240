"""The verdicts of a finished run on a terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from documents import document, four_verdicts

from ntrkoma.cohort.overview import COHORT_REPORTS, COHORT_TABLE, overview
from ntrkoma.errors import InputError
from ntrkoma.results.rows import COHORT_COLUMNS, cohort_row, to_tsv

SAMPLES = ("DETECTED", "INDETERMINATE", "NOT_DETECTED", "NOT_EVALUABLE")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a finished run of four samples."""
    write_table(tmp_path, to_tsv(map(cohort_row, four_verdicts()), COHORT_COLUMNS))
    for path in (*(f"results/samples/{s}/{s}.report.html" for s in SAMPLES), *COHORT_REPORTS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def write_table(run: Path, text: str) -> None:
    (run / COHORT_TABLE).parent.mkdir(parents=True, exist_ok=True)
    (run / COHORT_TABLE).write_text(text, encoding="utf-8")


def test_verdicts_and_reports(run: Path) -> None:
    first, head, line, *body = overview(run, 160).splitlines()
    assert first == ""
    assert head.split() == [
        *("sample", "verdict", "fusion", "exons", "frame", "kinase", "aa", "junction", "spanning"),
        "reasons",
    ]
    assert set(line) == {"-", " "}
    assert body[0].split() == [
        *("DETECTED", "detected", "KHDRBS1::NTRK1", "8::12", "in_frame", "complete", "756"),
        *("35", "15", "fusion_reportable"),
    ]
    assert body[2].split() == ["NOT_DETECTED", "not_detected", *("-" * 7), "no_fusion"]
    assert body[4:6] == ["", "Reports:"]
    assert body[6] == f"  {run}/results/samples/DETECTED/DETECTED.report.html"
    assert body[-1] == f"  {run}/results/qc/multiqc_report.html"


def test_reasons_wrap_at_the_end_of_the_line(run: Path) -> None:
    made = document("A")
    made["reasons"] = [{"code": f"reason_number_{n}", "text": "why"} for n in range(9)]
    write_table(run, to_tsv([cohort_row(made)], COHORT_COLUMNS))
    (run / "results/samples/A").mkdir()
    (run / "results/samples/A/A.report.html").touch()
    lines = overview(run, 130).split("\n\n")[0].splitlines()
    assert max(map(len, lines)) <= 130
    start = lines[1].index("reasons")
    assert " ".join(line[start:] for line in lines[3:]) == ", ".join(
        f"reason_number_{n}" for n in range(9)
    )


class TestWhatIsMissing:
    def test_no_run(self, tmp_path: Path) -> None:
        with pytest.raises(
            InputError, match=r"ntrk\.tsv does not exist: the workflow has not fini"
        ):
            overview(tmp_path, 80)

    def test_a_column(self, run: Path) -> None:
        write_table(run, "sample\tverdict\nA\tdetected\n")
        with pytest.raises(InputError, match=r"lacks the column\(s\) fusion, exon5, .*; run the"):
            overview(run, 80)

    def test_all_samples(self, run: Path) -> None:
        write_table(run, to_tsv([], COHORT_COLUMNS))
        with pytest.raises(InputError, match=r"ntrk\.tsv names no sample; run the workflow again"):
            overview(run, 80)

    def test_reports(self, run: Path) -> None:
        for path in (COHORT_REPORTS[0], "results/samples/DETECTED/DETECTED.report.html"):
            (run / path).unlink()
        with pytest.raises(
            InputError, match=r"left no .*DETECTED\.report\.html, .*index\.html; run"
        ):
            overview(run, 80)


def test_any_python_shows_the_results(run: Path, root: Path) -> None:
    """-S and -E: the standard library alone."""
    command = [sys.executable, "-S", "-E", str(root / "scripts" / "show_results.py")]
    done = subprocess.run([*command, str(run)], capture_output=True, text=True, check=True)
    assert "KHDRBS1::NTRK1" in done.stdout
    none = subprocess.run(
        [*command, str(run / "none")], capture_output=True, text=True, check=False
    )
    assert none.returncode == 1
    assert none.stderr.startswith(f"show_results: {run}/none/results/cohort/ntrk.tsv does not exis")
