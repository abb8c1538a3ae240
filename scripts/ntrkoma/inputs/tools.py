"""Programs that rules call from PATH: are they there, are they what they are called, and new enough.

What is known of each stands in ``resources/programs.tsv``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ntrkoma.tables import read_table

_SECONDS = 20  # to answer


@dataclass(frozen=True)
class Tool:
    """A program, the rules that call it, and the first release that will do, with the reason.

    ``ask``: its argument for the version. ``version``: where that stands in the answer.
    ``install``: how to get it without conda.
    """

    name: str
    rules: frozenset[str]
    ask: str
    version: re.Pattern[str]
    least: str
    reason: str
    install: str


def load_tools(resources: Path) -> tuple[Tool, ...]:
    """All programs of ``programs.tsv`` in a folder."""
    return tuple(
        Tool(
            name=row["program"],
            rules=frozenset(row["rules"].split()),
            ask=row["ask"],
            version=re.compile(row["version"], re.MULTILINE),
            least=row["least"],
            reason=row["reason"],
            install=row["install"],
        )
        for row in read_table(resources / "programs.tsv")
    )


def tool_problems(tools: Collection[Tool], rules: Collection[str]) -> Iterator[str]:
    """Why the programs on PATH cannot do the jobs of some rules, a sentence for each program."""
    for tool in tools:
        callers = sorted(tool.rules.intersection(rules))
        problem = _problem(tool, callers) if callers else ""
        if problem:
            yield f"{problem}, or run with --use-conda."


def _problem(tool: Tool, callers: list[str]) -> str:
    path = shutil.which(tool.name)
    if path is None:
        hidden = _not_executable(tool.name)
        if hidden:
            return f"the program {tool.name!r} on PATH ({hidden}) is not executable; chmod +x it"
        return (
            f"the program {tool.name!r} is not on PATH (rules that call it: {', '.join(callers)}); "
            f"{tool.install}"
        )
    found = answer(path, tool.ask)
    version = tool.version.search(found)
    if version is None:
        said = repr(found.split("\n")[0][:60]) if found else "nothing"
        return (
            f"the program {tool.name!r} on PATH ({path}) does not work or is another one: asked "
            f"for its version ({tool.name} {tool.ask}) it says {said}; put a working one before it"
        )
    if _order(version[1]) < _order(tool.least):
        return (
            f"{tool.name} {version[1]} on PATH ({path}) is older than {tool.least}: {tool.reason}; "
            f"{tool.install}"
        )
    return ""


def _not_executable(name: str) -> str:
    """A file of that name on PATH."""
    places = (Path(folder) / name for folder in os.environ.get("PATH", "").split(os.pathsep))
    return next((str(place) for place in places if place.is_file()), "")


@cache
def answer(*command: str) -> str:
    """What a program prints, on either stream; "" if it does not run or end in time."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _order(version: str) -> list[tuple[int, str]]:
    """A version as something that can be compared: 2.7.9a comes before 2.7.10a."""
    return [(int(number), letter) for number, letter in re.findall(r"(\d+)([a-z]?)", version)]
