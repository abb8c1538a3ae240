"""Intragenic events with a name (``intragenic_events.tsv``)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ntrkoma.tables import read_table


class EventKind(StrEnum):
    """What happens to the gene's transcript."""

    EXON_SKIPPING = "exon_skipping"
    DELETION = "deletion"
    DUPLICATION = "duplication"


@dataclass(frozen=True)
class KnownEvent:
    """A named event. ``skipped``: exons of the named transcripts; ``also_skipped``: exons skipped
    at another junction of the same transcript. ``removed_nt``: coding bases that are missing, all
    of them in residues ``within`` (1-based inclusive; None: anywhere). ``normal``: an isoform of
    healthy tissue, which is no event."""

    gene: str
    name: str
    kind: EventKind
    transcript_ids: frozenset[str]
    skipped: tuple[int, ...]
    also_skipped: tuple[int, ...]
    removed_nt: int
    within: tuple[int, int] | None
    normal: bool
    note: str


def load_known_events(folder: Path) -> tuple[KnownEvent, ...]:
    """Read ``intragenic_events.tsv``.

    :param folder: ``resources/`` of the workflow.
    """

    def numbers(text: str) -> tuple[int, ...]:
        return tuple(int(number) for number in text.split(",") if number)

    def residues(text: str) -> tuple[int, int] | None:
        first, dash, last = text.partition("-")
        return (int(first), int(last)) if dash else None

    return tuple(
        KnownEvent(
            gene=row["gene"],
            name=row["name"],
            kind=EventKind(row["kind"]),
            transcript_ids=frozenset(
                row[column].split(".")[0]
                for column in ("transcript_ensembl", "transcript_refseq")
                if row[column]
            ),
            skipped=numbers(row["skipped_exons"]),
            also_skipped=numbers(row["also_skipped"]),
            removed_nt=int(row["removed_nt"]),
            within=residues(row["within"]),
            normal=row["normal"] == "yes",
            note=row["note"],
        )
        for row in read_table(folder / "intragenic_events.tsv")
    )
