"""What the page of a sample must tell: read from the page, held against the JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ntrkoma.report.sample import MOST_DRAWN
from ntrkoma.report.words import NEXT_STEPS, VERDICTS, counted, place


def words(text: str) -> str:
    """``text`` with single spaces."""
    return re.sub(r"\s+", " ", text).strip()


def section(page: Any, identifier: str) -> Any:
    """The section whose heading has this id."""
    return page.locator("section", has=page.locator(f"h2#{identifier}"))


def overflow(page: Any) -> float:
    """Pixels by which the page is wider than the window."""
    return float(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def assert_verdict(page: Any, found: Mapping[str, Any]) -> None:
    """Verdict, next step, reasons, gate and detection limit, in sight without scrolling."""
    verdict = page.get_by_role("region", name="Verdict")
    assert verdict.get_attribute("class") == f"verdict {found['verdict']}"
    shown = words(verdict.inner_text())
    assert VERDICTS[found["verdict"]].symbol in shown
    assert VERDICTS[found["verdict"]].words.lower() in shown.lower()
    assert NEXT_STEPS[found["verdict"]] in shown
    assert words(found["evaluability"]["detection_limit"]["text"]) in shown
    for reason in found["reasons"]:
        assert words(reason["text"]) in shown
    assert verdict.bounding_box()["y"] < 400


def assert_fusions(page: Any, found: Mapping[str, Any]) -> None:
    """A card per junction above the line, with exons, places, counts and a figure that agrees."""
    cards = section(page, "fusions").locator("article.card")
    assert cards.count() == len(found["fusions"])
    for number, (card, shown) in enumerate(zip(cards.all(), found["fusions"], strict=True)):
        text = words(card.inner_text())
        assert card.get_by_role("heading", level=3).inner_text().startswith(shown["name"])
        for side in "53":
            if shown[f"exon{side}"] is not None:
                assert f"{shown[f'gene{side}']} exon {shown[f'exon{side}']} " in text
            assert place(shown[f"breakpoint{side}"]) in text
        assert shown["vicc"] in text
        reads = counted(shown["junction_reads"], "junction read")
        assert f"{reads}, {counted(shown['spanning_fragments'], 'spanning fragment')}" in text
        if number < MOST_DRAWN:
            figure = card.locator("figure.keep svg")
            description = figure.locator("desc").text_content() or ""
            assert all(str(shown[f"gene{side}"] or "no gene") in description for side in "53")
            assert figure.bounding_box()["height"] > 150


def assert_tables(page: Any, found: Mapping[str, Any]) -> None:
    """Every codon, every check of the gate, every candidate below the line."""
    rows = section(page, "resistance").locator("tbody tr")
    assert rows.count() == len(found["resistance"])
    shown = [words(row.inner_text()) for row in rows.all()]
    for codon in found["resistance"]:
        name = f"{codon['gene']} {codon['reference']}{codon['codon']} "
        (row,) = (text for text in shown if text.startswith(name))
        assert codon["answer"].replace("_", " ") in row
        assert f" {codon['depth']:,} " in row
    checks = section(page, "gate").locator("tbody tr")
    assert checks.count() == len(found["evaluability"]["checks"])
    below = section(page, "below").locator("tbody tr")
    assert below.count() == len(found["below_the_line"])


def assert_page_tells(page: Any, found: Mapping[str, Any]) -> None:
    """All of it; and that no figure failed."""
    assert_verdict(page, found)
    assert_fusions(page, found)
    assert_tables(page, found)
    assert page.locator(".failed").count() == 0
    assert overflow(page) <= 0
