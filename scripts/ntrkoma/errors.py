"""The error that a user can fix: every problem found, one sentence each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# A wrong folder makes every FASTQ of a sheet "missing"; nobody reads the thousandth sentence.
MAX_SHOWN = 50


class InputError(Exception):
    """Something the user gave (configuration, sample sheet, reference, reads) cannot be used.

    ``problems`` holds every sentence. ``str()`` gives one per line, the first ``MAX_SHOWN`` of
    them and then the number left out. A sentence names the file, the row or key, the value, what
    is wrong with it and how to fix it.
    """

    def __init__(self, problems: str | Iterable[str]):
        found = [problems] if isinstance(problems, str) else list(problems)
        super().__init__(found)  # args equal the constructor's, so that the error can be pickled
        self.problems: tuple[str, ...] = tuple(found)

    def __str__(self) -> str:
        lines = list(self.problems[:MAX_SHOWN])
        left_out = len(self.problems) - len(lines)
        if left_out:
            lines.append(f"… and {left_out} more problems.")
        return "\n".join(lines)


@dataclass
class Findings:
    """What a check found, in sentences: ``problems`` forbid a run, ``warnings`` are for the log."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Take over what another check found."""
        self.problems += other.problems
        self.warnings += other.warnings


def raise_if_any(problems: Iterable[str]) -> None:
    """Raise InputError with all ``problems``, unless there are none."""
    found = list(problems)
    if found:
        raise InputError(found)


def closest(
    word: str,
    known: Iterable[str],
    aliases: Mapping[str, str] | None = None,
    cutoff: float = 0.6,
) -> str:
    """The known name that ``word`` most likely stands for, "" if none comes near.

    Case, spaces and hyphens are disregarded. ``aliases``: known names by lower-case other names,
    for what spelling alone does not show. ``cutoff``: least similarity, 0 to 1, as in difflib.
    """
    names = {_plain(name): name for name in known}
    alias = (aliases or {}).get(_plain(word), "")
    if _plain(alias) in names:
        return alias
    near = difflib.get_close_matches(_plain(word), names, n=1, cutoff=cutoff)
    return names[near[0]] if near else ""


def hint(word: str, known: Iterable[str], aliases: Mapping[str, str] | None = None) -> str:
    """The end of a sentence about the unknown name ``word``: a guess, or all that is known."""
    names = list(known)
    guess = closest(word, names, aliases)
    return f"did you mean {guess!r}?" if guess else f"use one of {', '.join(names)}."


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "_").replace("-", "_")
