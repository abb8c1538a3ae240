"""Our caller's candidates between two jobs, as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from ntrkoma.records import Breakpoint, Caller, CallerCall, JunctionEvidence


def write_calls(calls: Iterable[CallerCall], path: Path) -> None:
    """Write one JSON object per line; no calls give an empty file."""
    lines = [json.dumps(asdict(call), ensure_ascii=False) for call in calls]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_calls(path: Path) -> list[CallerCall]:
    """Read what :func:`write_calls` wrote."""
    calls = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        fields = json.loads(line)
        fields["caller"] = Caller(fields["caller"])
        fields["breakpoint5"] = Breakpoint(**fields["breakpoint5"])
        fields["breakpoint3"] = Breakpoint(**fields["breakpoint3"])
        fields["discarded_by"] = tuple(fields["discarded_by"])
        evidence = fields["evidence"]
        fields["evidence"] = JunctionEvidence(**evidence) if evidence else None
        calls.append(CallerCall(**fields))
    return calls
