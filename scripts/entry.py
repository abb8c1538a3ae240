"""What every entry point shares: output goes to the rule's log, failures end on one sentence.

An entry point imports what it needs within :func:`logged`, so that a package that is missing is
said in the log that Snakemake names.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import ItemsView, Iterator, KeysView
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Protocol, TextIO

from ntrkoma.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"
TEMPLATES = ROOT / "report"


class Named(Protocol):
    """Files or parameters of a job, by the names that its rule gives them or by place."""

    def __getattr__(self, name: str) -> Any: ...
    def __getitem__(self, key: int | str) -> Any: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def keys(self) -> KeysView[str]: ...
    def items(self) -> ItemsView[str, Any]: ...
    def get(self, key: str, default_value: Any = None) -> Any: ...


class Snakemake(Protocol):
    """What Snakemake hands to a script as its global ``snakemake``; Snakemake has no types."""

    input: Named
    output: Named
    params: Named
    wildcards: Named
    log: Named
    threads: int


@contextmanager
def logged(log: str) -> Iterator[TextIO]:
    """Send output to ``log``; on bad input or a missing package, end with a sentence.

    :raises SystemExit: with status 1, after an :class:`InputError` or an :class:`ImportError`.
    """
    with Path(log).open("w", encoding="utf-8") as handle:
        try:
            with redirect_stdout(handle), redirect_stderr(handle):
                yield handle
        except (InputError, ImportError) as problem:
            sentence = _sentence(problem)
            if not sentence:
                traceback.print_exc(file=handle)
                raise
            for stream in (handle, sys.stderr):
                print(sentence, file=stream)
            raise SystemExit(1) from None
        except Exception:
            traceback.print_exc(file=handle)
            raise


def _sentence(problem: InputError | ImportError) -> str:
    """The problem in words; "" for an import that is a bug of our own."""
    if isinstance(problem, InputError):
        return str(problem)
    from ntrkoma.inputs.packages import import_problem

    return import_problem(problem)
