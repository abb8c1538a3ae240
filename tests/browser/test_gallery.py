"""The pictures of docs/gallery.md: pages and elements that they show are there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import report_inputs
from cohorts import SETTINGS
from documents import Document, four_verdicts
from PIL import Image

import gallery
from ntrkoma.cohort.page import render as render_cohort
from ntrkoma.cohort.summary import summarise
from ntrkoma.report.sample import render as render_sample

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "report"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of a run; the report of every sample that is shown is that of the positive."""
    folder = tmp_path_factory.mktemp("results")
    sample, cohort = pages(four_verdicts())
    for shot in gallery.SHOTS:
        (folder / shot.page).parent.mkdir(parents=True, exist_ok=True)
        text = sample if shot.page.startswith("samples/") else cohort
        (folder / shot.page).write_text(text, encoding="utf-8")
    return folder


def pages(documents: list[Document]) -> tuple[str, str]:
    """The report of the first sample, and the cohort page."""
    first = documents[0]
    fusions = [*first["fusions"], *(f for c in first["companions"] for f in c["fusions"])]
    reads = report_inputs.alignments(fusions)
    models = report_inputs.gene_models(ROOT / "test_data" / "gene_models.tsv")
    return (
        render_sample(first, SETTINGS, TEMPLATES, reads, models),
        render_cohort([summarise(one) for one in documents], SETTINGS, TEMPLATES),
    )


@pytest.mark.parametrize("shot", gallery.SHOTS, ids=lambda shot: shot.name)
def test_every_picture_can_be_taken(browser: Any, results: Path, shot: gallery.Shot) -> None:
    full = gallery.take(browser, shot, results)
    picture = Image.open(io.BytesIO(full))
    if shot.element:
        assert picture.width <= shot.width
        assert 0 < picture.height <= shot.height
    else:
        assert picture.size == (shot.width, shot.height)
    assert len(picture.getcolors(picture.width * picture.height) or ()) > 2, "nothing is shown"
    small = gallery.small(full)
    assert len(small) < len(full)
    assert Image.open(io.BytesIO(small)).size == picture.size


def test_every_picture_is_shown(root: Path) -> None:
    text = (root / "docs" / "gallery.md").read_text(encoding="utf-8")
    for shot in gallery.SHOTS:
        assert f"(images/{shot.name}.png)" in text
    assert text.count(".png)") == len(gallery.SHOTS)


def test_a_run_that_lacks_the_page(browser: Any, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"DEGRADED\.report\.html does not exist; run the work"):
        gallery.take(browser, gallery.Shot("a", gallery.report("DEGRADED")), tmp_path)


def test_a_page_that_lacks_the_element(browser: Any, results: Path) -> None:
    with pytest.raises(SystemExit, match=r"shows no \.no-such; name another element"):
        gallery.take(
            browser, gallery.Shot("a", gallery.report("DEGRADED"), element=".no-such"), results
        )
