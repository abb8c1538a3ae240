"""Results that are kept to compare against: how they are made, read and compared.

    python tests/e2e/frozen.py NAME RUN    keep the results below RUN as tests/fixtures/frozen/NAME

Record anew only when a verdict, count or sentence changes on purpose, and say so in the commit.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "frozen"

# What may differ between two runs of the same science: versions, days, and what hangs on them.
MAY_DIFFER = re.compile(
    r"workflow_version|provenance(\..*)?|therapies\.(stale|text)|schema_version"
)


def path_of(name: str) -> Path:
    """Where the results of a set are kept."""
    return FOLDER / f"{name}.json.xz"


def documents(run: Path) -> dict[str, Any]:
    """The JSON of every sample below a working directory."""
    files = sorted(run.glob("results/samples/*/*.ntrk.json"))
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in files}


def read(name: str) -> dict[str, Any]:
    """The kept results of a set, by sample."""
    return json.loads(lzma.decompress(path_of(name).read_bytes()))


def keep(name: str, run: Path) -> None:
    """Keep the results below a working directory, without what may differ."""
    found = documents(run)
    for document in found.values():
        document.pop("provenance")
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    FOLDER.mkdir(exist_ok=True)
    path_of(name).write_bytes(lzma.compress(text.encode()))


def differences(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Every field that differs, one line each; nothing is rounded and no order forgiven."""
    if MAY_DIFFER.fullmatch(place):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            inner = f"{place}.{key}" if place else key
            absent = "<absent>"
            yield from differences(before.get(key, absent), after.get(key, absent), inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif type(before) is not type(after) or before != after:
        yield f"{place}: {before!r:.200} became {after!r:.200}"


if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]))
