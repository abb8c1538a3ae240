"""The pages of a real run, opened in Chromium without a network; Snakemake's own report as well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workflow_runs import SAMPLES, Workdir

from sample_page import assert_page_tells, overflow

PHONE = {"width": 390, "height": 844}


def url(path: Path) -> str:
    return path.resolve().as_uri()


@pytest.mark.browser
@pytest.mark.parametrize("sample", SAMPLES)
def test_report_tells_what_the_json_says(
    cohort: Workdir,
    sample: str,
    page: Any,
    axe: Callable[[Any], list[str]],
) -> None:
    """Verdict, exons, counts and the rest read from the page; no serious barrier."""
    page.goto(url(cohort.path / f"results/samples/{sample}/{sample}.report.html"))
    assert_page_tells(page, cohort.document(sample))
    assert axe(page) == []


@pytest.mark.browser
@pytest.mark.parametrize("sample", ["KHDRBS1_NTRK1", "HOP_SINK", "NEG_BACKGROUND", "DEGRADED"])
def test_report_fits_a_phone(
    cohort: Workdir,
    sample: str,
    open_page: Callable[..., Any],
) -> None:
    phone = open_page(viewport=PHONE)
    phone.goto(url(cohort.path / f"results/samples/{sample}/{sample}.report.html"))
    assert overflow(phone) <= 0


@pytest.mark.browser
def test_cohort_page_shows_every_sample_and_its_way(
    cohort: Workdir,
    page: Any,
    axe: Callable[[Any], list[str]],
) -> None:
    """Every sample is in the table, and its link leads to its report."""
    page.goto(url(cohort.path / "results/cohort/index.html"))
    for sample in SAMPLES:
        link = page.get_by_role("link", name=sample, exact=True).first
        target = (cohort.path / "results/cohort" / str(link.get_attribute("href"))).resolve()
        assert target.name == f"{sample}.report.html"
        assert target.is_file()
    assert axe(page) == []


def test_snakemake_report_holds_pages_and_captions(cohort: Workdir) -> None:
    """Made from what the run left; sorted into categories, with a caption each."""
    report = cohort.path / "snakemake_report.html"
    try:
        finished = cohort.run(f"--report={report}")
        assert finished.returncode == 0, finished.output
        text = report.read_text(encoding="utf-8")
    finally:
        report.unlink(missing_ok=True)
    for category in ("Samples", "Cohort", "Quality"):
        assert f'"{category}"' in text
    for words in ("The report of KHDRBS1_NTRK1", "The cohort at a glance"):
        assert words in text
    assert "ntrk.xlsx" in text
