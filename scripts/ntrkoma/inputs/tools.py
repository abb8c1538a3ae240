"""Programs that rules call from PATH: there, what they are called, and new enough.

What is known of each is in ``resources/programs.tsv``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ntrkoma.tables import Row, matching, separated

_SECONDS = 20  # to answer


class Tool(Row):
    """A program, the rules that call it, and the first release that will do, with the reason.

    ``ask``: its argument for the version. ``version``: where that stands in the answer.
    ``install``: how to get it without conda.
    """

    TABLE = "programs.tsv"
    KEY = ("program",)

    name: str = Field(validation_alias="program")
    rules: Annotated[tuple[str, ...], separated(" ")]
    ask: str
    version: re.Pattern[str]
    least: Annotated[str, matching(r"\d+(\.\d+)*[a-z]?", "write a version, as 2.7.6a")]
    reason: str
    install: str


def tool_problems(tools: Collection[Tool], rules: Collection[str]) -> Iterator[str]:
    """Why the programs on PATH cannot do the jobs of some rules, a sentence for each program."""
    for tool in tools:
        callers = [rule for rule in tool.rules if rule in rules]
        problem = _problem(tool, callers) if callers else ""
        if problem:
            yield f"{problem}, or run with --use-conda."


def _problem(tool: Tool, callers: Sequence[str]) -> str:
    """What is wrong with a program and what to do; "" if nothing."""
    path = shutil.which(tool.name)
    install = f"install {tool.least} or later ({tool.install})"
    if path is None and (hidden := _not_executable(tool.name)):
        return f"the program {tool.name!r} on PATH ({hidden}) is not executable; chmod +x it"
    if path is None:
        return (
            f"the program {tool.name!r} is not on PATH (rules that call it: {', '.join(callers)}); "
            f"{install}"
        )
    said = answer(path, tool.ask)
    version = tool.version.search(said)
    if version is None:
        shown = repr(said.partition("\n")[0][:60]) if said else "nothing"
        return (
            f"the program {tool.name!r} on PATH ({path}) does not work or is another one: asked "
            f"for its version ({tool.name} {tool.ask}) it says {shown}; put a working one before it"
        )
    if _order(version[1]) < _order(tool.least):
        return (
            f"{tool.name} {version[1]} on PATH ({path}) is too old: releases before {tool.least} "
            f"{tool.reason}; {install}"
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
