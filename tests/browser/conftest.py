"""Pages in Chromium: made-up documents, rendered by the project's own code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The made-up documents that the unit tests use too.
sys.path.insert(0, str(ROOT / "tests" / "unit"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder is marked."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
