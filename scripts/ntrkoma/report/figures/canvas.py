"""Drawing for the reports: SVG elements, and figures that fail without taking the page along.

Colours come from classes of the style sheet, so that figures follow light, dark and print.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

log = logging.getLogger(__name__)


# Widest mean advance of the usual sans-serif fonts, in em: labels are placed as if this wide.
_ADVANCE = 0.62


def text_width(text: str, size: float) -> float:
    """Room (px) to keep for ``text`` at font size ``size`` (px), whatever the font."""
    return len(text) * size * _ADVANCE


def clipped(text: str, length: int) -> str:
    """``text`` cut to ``length`` characters, the cut shown."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _number(value: float) -> str:
    """A coordinate with a tenth of a pixel, as short as it gets."""
    return f"{value:.1f}".removesuffix(".0")


class Canvas:
    """Collects SVG elements in a coordinate system of pixels, y downwards."""

    def __init__(self, width: float):
        self.width = width
        self._parts: list[Markup] = []

    def _add(self, name: str, attributes: dict[str, str | float], content: Markup | None) -> None:
        written = Markup(" ").join(
            Markup('{}="{}"').format(key, _number(v) if isinstance(v, int | float) else v)
            for key, v in attributes.items()
        )
        pattern = "<{0} {1}/>" if content is None else "<{0} {1}>{2}</{0}>"
        self._parts.append(Markup(pattern).format(name, written, content))

    def rect(self, x: float, y: float, width: float, height: float, css: str) -> None:
        """A rectangle by its upper left corner."""
        box: dict[str, str | float] = {"x": x, "y": y, "width": max(width, 0), "height": height}
        self._add("rect", {**box, "class": css}, None)

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        """A straight line."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": css}, None)

    def polygon(self, points: list[tuple[float, float]], css: str) -> None:
        """A filled polygon."""
        written = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add("polygon", {"points": written, "class": css}, None)

    def text(self, x: float, y: float, text: str, css: str, anchor: str = "start") -> None:
        """A line of text; ``anchor``: start, middle or end at ``x``."""
        attributes: dict[str, str | float] = {"x": x, "y": y, "class": css}
        if anchor != "start":
            attributes["text-anchor"] = anchor
        self._add("text", attributes, escape(text))

    def svg(self, height: float, identifier: str, title: str, description: str) -> Markup:
        """The picture with its alternative text; ``identifier`` is unique on the page."""
        return Markup(
            '<svg class="drawing" viewBox="0 0 {0} {1}" role="img" '
            'aria-labelledby="{2}-title {2}-desc">'
            '<title id="{2}-title">{3}</title><desc id="{2}-desc">{4}</desc>{5}</svg>'
        ).format(
            _number(self.width),
            _number(height),
            identifier,
            title,
            description,
            Markup("").join(self._parts),
        )


def guarded(what: str, draw: Callable[..., Markup], *given: Any) -> Markup:
    """What ``draw`` draws of ``given``; if it fails, a sentence in its place that says so.

    A report without one figure is worth more than no report.
    """
    try:
        return draw(*given)
    except Exception as error:  # whatever the data hold, the page must be written
        log.warning("%s could not be drawn: %s: %s", what, type(error).__name__, error)
        return Markup(
            '<p class="failed" role="note">This figure could not be drawn ({}: {}: {}). The values '
            "in words and tables do not depend on it.</p>"
        ).format(what, type(error).__name__, clipped(str(error), 200))
