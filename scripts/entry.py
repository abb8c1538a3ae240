"""What every entry point shares: output goes to the rule's log, failures end on one sentence."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from ntrkoma.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"
TEMPLATES = ROOT / "report"


@contextmanager
def logged(log: str) -> Iterator[None]:
    """Send output to ``log``; on bad input, end with its sentence instead of a traceback.

    :raises SystemExit: with status 1, after an :class:`InputError`.
    """
    with Path(log).open("w", encoding="utf-8") as handle:
        try:
            with redirect_stdout(handle), redirect_stderr(handle):
                yield
        except InputError as problem:
            for stream in (handle, sys.stderr):
                print(problem, file=stream)
            raise SystemExit(1) from None
        except Exception:
            traceback.print_exc(file=handle)
            raise
