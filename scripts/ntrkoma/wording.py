"""How sentences for people are put together."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 read``, ``1,204 reads``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(items: Sequence[str], last: str = "or") -> str:
    """``a, b or c``."""
    return (
        items[0]
        if len(items) == 1
        else f"{', '.join(items[:-1])} {last} {items[-1]}"
        if items
        else ""
    )


def figure(value: float | None) -> str:
    """A measured value with three significant digits, whole from a thousand on."""
    if value is None:
        return "not measurable"
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percent(share: float | None) -> str:
    """A share (0-1) as per cent."""
    if share is None:
        return "not measurable"
    points = 100 * share
    return f"{points:.0f}%" if points in (0, 100) or points >= 99.95 else f"{points:.1f}%"


def size(count: float) -> str:
    """A number of bytes in decimal units: ``1.5 GB``."""
    power = next((p for p in (3, 2, 1) if count >= 1000**p), 0)
    value = count / 1000**power
    number = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
    return f"{number} {('bytes', 'kB', 'MB', 'GB')[power]}"
