"""Intragenic events with a name (``intragenic_events.tsv``)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ntrkoma.curated.facts import OnTranscripts
from ntrkoma.tables import separated

Exons = Annotated[tuple[int, ...], separated(",")]


class EventKind(StrEnum):
    """What happens to the gene's transcript."""

    EXON_SKIPPING = "exon_skipping"
    DELETION = "deletion"
    DUPLICATION = "duplication"


class KnownEvent(OnTranscripts):
    """A named event. ``skipped``: exons of the named transcripts; ``also_skipped``: exons skipped
    at another junction of the same transcript. ``removed_nt``: coding bases that are missing, all
    of them in residues ``within`` (1-based inclusive; None: anywhere). ``normal``: an isoform of
    healthy tissue, which is no event."""

    TABLE = "intragenic_events.tsv"
    KEY = ("gene", "name")

    name: str
    kind: EventKind
    skipped: Exons = Field((), validation_alias="skipped_exons")
    also_skipped: Exons = ()
    removed_nt: int
    within: Annotated[tuple[int, int] | None, separated("-")] = None
    normal: bool
    note: str
