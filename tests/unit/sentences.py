"""The one sentence that a check gives."""

from __future__ import annotations

from ntrkoma.errors import Findings


def only(found: Findings) -> str:
    """The one sentence of what was found."""
    (sentence,) = found.problems + found.warnings
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def problem(found: Findings) -> str:
    """The one problem; there is no warning."""
    assert found.warnings == []
    return only(found)


def warning(found: Findings) -> str:
    """The one warning; there is no problem."""
    assert found.problems == []
    return only(found)
