"""Callers' candidates and our own junctions between two jobs, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ntrkoma.fragments import Fragment, Junction
from ntrkoma.records import Breakpoint, Caller, CallerCall, CountedBy, JunctionEvidence


def call_from_json(fields: Mapping[str, Any]) -> CallerCall:
    """A call from what ``dataclasses.asdict`` and ``json`` made of it."""
    evidence = fields["evidence"]
    return CallerCall(
        **{
            **fields,
            "caller": Caller(fields["caller"]),
            "breakpoint5": Breakpoint(**fields["breakpoint5"]),
            "breakpoint3": Breakpoint(**fields["breakpoint3"]),
            "discarded_by": tuple(fields["discarded_by"]),
            "evidence": _evidence(evidence) if evidence else None,
        }
    )


def _evidence(fields: Mapping[str, Any]) -> JunctionEvidence:
    return JunctionEvidence(**{**fields, "counted_by": CountedBy(fields["counted_by"])})


def junctions_to_json(junctions: Iterable[Junction]) -> str:
    """Junctions with their fragments, one JSON object per line."""
    return "".join(f"{json.dumps(asdict(junction))}\n" for junction in junctions)


def junctions_from_json(text: str) -> list[Junction]:
    """What :func:`junctions_to_json` wrote."""
    return [_junction(json.loads(line)) for line in text.splitlines()]


def _junction(fields: Mapping[str, Any]) -> Junction:
    return Junction(
        **{
            **fields,
            "donor": Breakpoint(**fields["donor"]),
            "acceptor": Breakpoint(**fields["acceptor"]),
            "reads": _fragments(fields["reads"]),
            "spanning": _fragments(fields["spanning"]),
        }
    )


def _fragments(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Fragment]:
    return {
        name: Fragment(**{**f, "key": tuple(f["key"]), "anchors": tuple(f["anchors"])})
        for name, f in fields.items()
    }
