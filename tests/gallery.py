"""Screenshots of the reports of a finished run, for docs/gallery.md.

    python tests/gallery.py RESULTS docs/images

RESULTS is the folder ``results`` of a run on all samples of test_data. Needs the developers'
packages and Chromium, like the tests of pages. Figures, numbers and words are those of the run;
nothing is edited.
"""

import argparse
import io
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from chromium import CHROMIUM, NEEDED

COLOURS = 96


class Shot(NamedTuple):
    """One picture: of a page under results/, from its top or of one element, as high as given."""

    name: str
    page: str
    width: int = 1100
    height: int = 1000
    element: str = ""
    dark: bool = False


def report(sample: str) -> str:
    """The report of a sample, under results/."""
    return f"samples/{sample}/{sample}.report.html"


SHOTS = (
    Shot("detected", report("KHDRBS1_NTRK1")),
    Shot("indeterminate", report("LOW_3")),
    Shot("not_detected", report("NEG_BACKGROUND")),
    Shot("not_evaluable", report("DEGRADED")),
    Shot("figure", report("KHDRBS1_NTRK1"), element="article.card figure.keep svg"),
    Shot("reads", report("KHDRBS1_NTRK1"), element="article.card figure.reads"),
    Shot("imbalance", report("KHDRBS1_NTRK1"), element="figure.coverage"),
    Shot("resistance", report("RESISTANCE"), element="section:has(> #resistance)", height=700),
    Shot("phone", report("KHDRBS1_NTRK1"), width=390, height=844),
    Shot("dark", report("QKI_NTRK2"), dark=True),
    Shot("cohort", "cohort/index.html", width=1280, height=1100),
)


def take(browser: Browser, shot: Shot, results: Path) -> bytes:
    """The picture as PNG.

    :raises SystemExit: when the run has no such page, or the page no such element.
    """
    path = results / shot.page
    if not path.is_file():
        sys.exit(f"{path} does not exist; run the workflow on all samples of test_data first.")
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.dark else "light",
    )
    page.goto(path.resolve().as_uri())
    if not shot.element:
        picture = page.screenshot()
    else:
        # As much of it as is asked for: tables of the report can be long.
        element = page.locator(shot.element).first
        box = element.bounding_box() if element.count() else None
        if box is None:
            sys.exit(f"{path} shows no {shot.element}; name another element in tests/gallery.py.")
        clip = {**box, "height": min(box["height"], shot.height)}
        picture = page.screenshot(full_page=True, clip=clip)
    page.close()
    return picture


def small(picture: bytes) -> bytes:
    """The picture with few colours, a quarter of the size and hardly a difference to the eye."""
    out = io.BytesIO()
    few = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    if CHROMIUM is None:
        sys.exit(NEEDED)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for shot in SHOTS:
            path = arguments.out / f"{shot.name}.png"
            path.write_bytes(small(take(browser, shot, arguments.results)))
            print(f"{path} {path.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
