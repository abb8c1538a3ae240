"""How sentences for people are put together."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 read``, ``1,204 reads``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
