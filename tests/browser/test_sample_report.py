"""The sample's report in a browser: what a person sees, on every screen and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import report_inputs
from documents import document, four_verdicts, fusion

from ntrkoma.report.sample import render
from sample_page import assert_page_tells, overflow

ROOT = Path(__file__).resolve().parents[2]
MODELS = report_inputs.gene_models(ROOT / "test_data" / "gene_models.tsv")
SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "dark phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
# What A4 leaves between the margins of the style sheet, in px of 1/96 inch.
PAPER_WIDTH, PAPER_HEIGHT = (210 - 28) / 25.4 * 96, (297 - 30) / 25.4 * 96
VERDICT_DOCUMENTS = {found["verdict"]: found for found in four_verdicts()}
# Rows as wide as real ones, and cells that hold nothing: both have pushed the page aside.
for _row in VERDICT_DOCUMENTS["detected"]["therapies"]["rows"]:
    _row |= {"evidence_level": "", "indication": "adults and children, solid tumour " * 12}


def write(found: dict[str, Any], folder: Path, **settings: str) -> Path:
    """The report of a document as a file."""
    fusions = [*found["fusions"], *(f for c in found["companions"] for f in c["fusions"])]
    text = render(
        found,
        {"title": "NTRK report", "laboratory": "Molecular Pathology"} | settings,
        ROOT / "report",
        report_inputs.alignments(fusions),
        MODELS,
    )
    path = folder / "report.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(params=sorted(VERDICT_DOCUMENTS))
def found(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A document of each verdict."""
    return VERDICT_DOCUMENTS[request.param]


class TestWhatIsRead:
    def test_page_tells_what_the_json_says(
        self, page: Any, found: dict[str, Any], tmp_path: Path
    ) -> None:
        page.goto(write(found, tmp_path).as_uri())
        assert_page_tells(page, found)

    def test_without_script(
        self, open_page: Callable[..., Any], found: dict[str, Any], tmp_path: Path
    ) -> None:
        page = open_page(java_script_enabled=False)
        page.goto(write(found, tmp_path).as_uri())
        assert page.get_by_role("heading", name="Sign-off").is_visible()


class TestEverybody:
    @pytest.mark.parametrize("screen", SCREENS)
    def test_no_serious_violation_and_no_sideways_scroll(
        self,
        open_page: Callable[..., Any],
        axe: Callable[[Any], list[str]],
        found: dict[str, Any],
        screen: str,
        tmp_path: Path,
    ) -> None:
        page = open_page(**SCREENS[screen])
        page.goto(write(found, tmp_path).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert axe(page) == []
        assert overflow(page) <= 0

    def test_keyboard(self, page: Any, tmp_path: Path) -> None:
        page.goto(write(VERDICT_DOCUMENTS["detected"], tmp_path).as_uri())
        page.keyboard.press("Tab")
        skip = page.locator("a.skip")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert skip.bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        assert page.url.endswith("#verdict")
        # Everything that scrolls or opens is reached, and where one is can be seen.
        reached = set()
        for _ in range(120):
            page.keyboard.press("Tab")
            name = page.evaluate(
                "[document.activeElement.tagName,"
                " document.activeElement.getAttribute('aria-label'),"
                " getComputedStyle(document.activeElement).outlineStyle].join('|')"
            )
            if name.startswith("BODY"):
                break
            assert not name.endswith("none"), name
            reached.add(name.rsplit("|", 1)[0])
        assert "PRE|Reads across the junction of KHDRBS1::NTRK1, base by base" in reached
        assert "DIV|Figure of KHDRBS1::NTRK1" in reached
        assert "SUMMARY|" in reached

    def test_details_open_with_the_keyboard(self, page: Any, tmp_path: Path) -> None:
        page.goto(write(VERDICT_DOCUMENTS["not_detected"], tmp_path).as_uri())
        page.get_by_text("Words of this report").focus()
        page.keyboard.press("Enter")
        assert page.get_by_text("The two bases at which a chimeric transcript").is_visible()

    def test_not_by_colour_alone(self, page: Any, tmp_path: Path) -> None:
        """Without any colour the verdicts still differ: in symbol, words and border."""
        seen = set()
        for name, found in VERDICT_DOCUMENTS.items():
            page.goto(write(found, tmp_path).as_uri())
            title = page.locator("#verdict-title .symbol").inner_text()
            border = page.locator("#verdict").evaluate("e => getComputedStyle(e).borderImageSource")
            seen.add(title)
            assert (border != "none") == (name == "not_evaluable")
        assert len(seen) == 4


class TestPaper:
    def test_no_figure_is_cut(self, page: Any, found: dict[str, Any], tmp_path: Path) -> None:
        page.set_viewport_size({"width": int(PAPER_WIDTH), "height": int(PAPER_HEIGHT)})
        page.goto(write(found, tmp_path).as_uri())
        page.emulate_media(media="print")
        boxes = page.evaluate(
            "[...document.querySelectorAll('svg, figure.keep, .reads pre, .verdict')].map(e => {"
            " const box = e.getBoundingClientRect(), style = getComputedStyle(e.closest('figure')"
            " || e); return [e.className.baseVal ?? e.className, box.width, box.height, box.right,"
            " e.scrollWidth, style.breakInside, getComputedStyle(e).breakInside]; })"
        )
        assert boxes
        for name, width, height, right, inner, around, own in boxes:
            assert height < PAPER_HEIGHT, name
            assert max(width, right, inner) <= PAPER_WIDTH + 1, name
            # Either it or the figure around it stays in one piece.
            assert "avoid" in (around, own), name
        assert overflow(page) <= 0

    def test_black_on_white_with_symbol(
        self, open_page: Callable[..., Any], found: dict[str, Any], tmp_path: Path
    ) -> None:
        """Printed from a dark screen, too."""
        page = open_page(color_scheme="dark")
        page.goto(write(found, tmp_path).as_uri())
        page.emulate_media(media="print", color_scheme="dark")
        colours = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body)"
            ".backgroundColor]"
        )
        assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert page.locator("#verdict-title .symbol").is_visible()

    def test_pdf(self, page: Any, found: dict[str, Any], tmp_path: Path) -> None:
        page.goto(write(found, tmp_path).as_uri())
        pdf = page.pdf(prefer_css_page_size=True)
        assert pdf.startswith(b"%PDF")
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        assert 3 <= pages <= 12
        # A4, upright.
        assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45]\S* 84[12]\S*\s*\]", pdf)

    def test_closed_details_are_printed(self, page: Any, tmp_path: Path) -> None:
        page.goto(write(VERDICT_DOCUMENTS["not_detected"], tmp_path).as_uri())
        glossary = page.get_by_text("The two bases at which a chimeric transcript")
        assert glossary.bounding_box() is None or not glossary.is_visible()
        page.emulate_media(media="print")
        assert glossary.bounding_box()["height"] > 5
        assert page.get_by_text("Signature").first.is_visible()


HOSTILE = (
    "<script>window.owned=1</script>",
    '"><img src=x onerror="window.owned=1">',
    "=cmd()",
    "../..",
    "\u202egnp.exe",
    "N" * 5000,
    "</style><style>body{display:none}</style>",
)


class TestHostile:
    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    @pytest.mark.parametrize("screen", ["desktop", "phone"])
    def test_text_is_only_shown(
        self, open_page: Callable[..., Any], text: str, screen: str, tmp_path: Path
    ) -> None:
        shown = fusion() | {"name": f"{text}::NTRK1", "gene5": text, "vicc": text, "hgvs": text}
        shown["reasons"] = [{"code": "x", "text": text}]
        shown["callers"]["junctions"] |= {"gene5": text, "confidence": text}
        columns = ("patient", "specimen", "collected", "tumour_type", "run", "tumour_fraction")
        found = document(
            text,
            verdict="detected",
            patient=text,
            metadata=dict.fromkeys(columns, text),
            fusions=[shown],
            below_the_line=[shown | {"status": "below_the_line"}],
            orthogonal=[
                {
                    "assay": "pan_trk_ihc",
                    "result": text,
                    "reading": "positive",
                    "concordance": "concordant",
                    "text": text,
                }
            ],
        )
        page = open_page(**SCREENS[screen])
        page.goto(write(found, tmp_path, title=text, laboratory=text).as_uri())
        assert page.evaluate("window.owned") is None
        assert page.locator("img, script, form").count() == 0
        assert page.locator("body").is_visible()
        bare = text.replace("\u202e", "")
        assert bare in page.locator(".facts").text_content()
        assert overflow(page) <= 0

    @pytest.mark.parametrize("text", ["שלום עולם", "\u202egnp.exe"])
    def test_direction_does_not_spill(self, page: Any, text: str, tmp_path: Path) -> None:
        """What stands around a name written from right to left keeps its order."""
        found = document("S", verdict="detected", metadata={"specimen": text, "run": "R1"})
        page.goto(write(found, tmp_path).as_uri())
        assert page.locator(".facts dd", has_text="R1").first.inner_text() == "R1"
        assert "\u202e" not in page.content()
        isolated = page.locator(".facts bdi").first.evaluate("e => getComputedStyle(e).unicodeBidi")
        assert isolated == "isolate"
