"""What a job's output hangs on beside its inputs: the code that runs and the files that it reads.

Snakemake looks at the text of an entry point, not at what it imports or opens. So every rule that
runs our code is given a digest over the modules that its entry point imports, directly or through
others, and over the tables and templates that it reads. An upgrade then remakes exactly what it
may change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

# An import of the package, at the top of a module or within a function. Read as text: the workflow
# is parsed anew in every job, and syntax trees of a hundred modules would cost each half a second.
_IMPORT = re.compile(
    r"^[ \t]*(?:from (ntrkoma[\w.]*) import (\([^)]*\)|[^\n]+)|import (ntrkoma[\w.]+))",
    re.MULTILINE,
)
_LENGTH = 16  # hex digits


def imported(script: Path, package: Path) -> frozenset[Path]:
    """The modules of the package that a script imports, directly or through others.

    :param package: the folder ``ntrkoma``.
    """
    found: set[Path] = set()
    ahead = [*_imports(script, package)]
    while ahead:
        module = ahead.pop()
        if module not in found:
            found.add(module)
            ahead += _imports(module, package)
    return frozenset(found)


def digest(script: Path, package: Path, read: Iterable[Path] = ()) -> str:
    """Digest of what a script imports and reads, by content and name.

    :param package: the folder ``ntrkoma``.
    :param read: tables and templates that the script opens besides its rule's inputs.
    """
    total = hashlib.sha256()
    modules = ((path.relative_to(package).as_posix(), path) for path in imported(script, package))
    others = ((path.name, path) for path in read)
    for name, path in sorted([*modules, *others]):
        total.update(f"{name}\0".encode() + hashlib.sha256(_content(path)).digest())
    return total.hexdigest()[:_LENGTH]


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _imports(path: Path, package: Path) -> frozenset[Path]:
    """Modules that one file imports.

    A package counts only for a name that it holds itself: else a new version, which stands at the
    top of all, would remake everything.
    """
    found: set[Path] = set()
    for origin, names, plain in _IMPORT.findall(_content(path).decode()):
        inner = re.findall(r"\w+", re.sub(r"\bas\s+\w+|#[^\n]*", "", names))
        for name in [f"{origin}.{one}" for one in inner] or [plain]:
            module = _module(name, package) or _module(name.rpartition(".")[0], package)
            if module is not None:
                found.add(module)
    return frozenset(found)


def _module(dotted: str, package: Path) -> Path | None:
    """The file of a module or package; None for a name that is neither."""
    place = package.joinpath(*dotted.split(".")[1:])
    return next((p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file()), None)
