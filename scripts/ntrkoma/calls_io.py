"""Callers' candidates between two jobs, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
