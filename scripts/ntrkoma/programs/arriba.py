"""Arriba's ``fusions.tsv`` and ``fusions.discarded.tsv``, as candidates (columns of 2.5.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ntrkoma.errors import InputError
from ntrkoma.genome.sequence import Genome
from ntrkoma.model.junction import Breakpoint, CallerCall
from ntrkoma.model.states import Caller
from ntrkoma.tables import rows_by_name

_REQUIRED = (
    "gene1",
    "gene2",
    "breakpoint1",
    "breakpoint2",
    "type",
    "split_reads1",
    "split_reads2",
    "discordant_mates",
    "confidence",
    "reading_frame",
    "direction1",
    "direction2",
    "filters",
)


_SHOWN = (
    "type",
    "site1",
    "site2",
    "split_reads1",
    "split_reads2",
    "discordant_mates",
    "coverage1",
    "coverage2",
    "confidence",
    "reading_frame",
    "tags",
    "retained_protein_domains",
    "filters",
)


_INSERTED = re.compile(r"\|([acgtn]+)\|")


# Bases on either side of inserted ones that tell where they lie.
_FLANK = 8


_DONOR_STRAND = {"downstream": "+", "upstream": "-"}


_ACCEPTOR_STRAND = {"upstream": "+", "downstream": "-"}


def parse(
    lines: Iterable[str],
    source: str,
    wanted: Callable[[Breakpoint], bool],
    *,
    discarded: bool,
    genome: Genome | None = None,
) -> list[CallerCall]:
    """Rows with a breakpoint that ``wanted`` accepts; no rows for an empty table.

    Arriba lists the 5′ gene first; a breakpoint's direction tells which way its transcript runs.

    :param discarded: whether the table holds what Arriba removed; its filters are then named.
    :param genome: settles breakpoints beside inserted bases, see :func:`beside_insertion`.
    :raises InputError: when the table is not Arriba's.
    """
    calls = []
    for number, row in rows_by_name(lines, source, _REQUIRED):
        where = f"{source}, line {number}"
        try:
            five = _breakpoint(row["breakpoint1"], _DONOR_STRAND[row["direction1"]])
            three = _breakpoint(row["breakpoint2"], _ACCEPTOR_STRAND[row["direction2"]])
            split_reads = int(row["split_reads1"]) + int(row["split_reads2"])
            discordant_mates = int(row["discordant_mates"])
        except (KeyError, ValueError) as error:
            raise InputError(
                f"{where}: breakpoints, directions or counts are not readable ({error}); the file "
                "is damaged, run Arriba again."
            ) from error
        if not (wanted(five) or wanted(three)):
            continue
        inserted = _INSERTED.search(row.get("fusion_transcript", ""))
        if inserted and genome:
            five, three = beside_insertion(five, three, row["fusion_transcript"], genome)
        calls.append(
            CallerCall(
                caller=Caller.ARRIBA,
                gene5=row["gene1"],
                gene3=row["gene2"],
                breakpoint5=five,
                breakpoint3=three,
                junction_reads=split_reads,
                spanning_fragments=discordant_mates,
                inserted=inserted[1].upper() if inserted else "",
                exact=split_reads > 0,
                confidence=row["confidence"],
                frame=row["reading_frame"],
                discarded_by=_filters(row["filters"]) if discarded else (),
                words={name: row[name] for name in _SHOWN if row.get(name, ".") != "."},
            )
        )
    return calls


def beside_insertion(
    five: Breakpoint, three: Breakpoint, transcript: str, genome: Genome
) -> tuple[Breakpoint, Breakpoint]:
    """Breakpoints that fit the transcript which Arriba spells, as ``…ACGT|aac|ACGT…``.

    Where the aligner gave the inserted bases to one gene as mismatches, Arriba keeps its breakpoint
    and names the bases as inserted: taken together they would count twice.
    """
    before, inserted, after = transcript.upper().split("|")[:3]
    left, right = before[-_FLANK:], after[:_FLANK]
    shifts = range(len(inserted) + 1)
    ends = [five.along(-shift) for shift in shifts]
    starts = [three.along(shift) for shift in shifts]

    def ends_so(side: Breakpoint) -> bool:
        first = side.upstream(_FLANK - 1)
        return genome.transcribed(side.chrom, first, side.pos, side.strand) == left

    def begins_so(side: Breakpoint) -> bool:
        last = side.upstream(1 - _FLANK)
        return genome.transcribed(side.chrom, side.pos, last, side.strand) == right

    return next(filter(ends_so, ends), five), next(filter(begins_so, starts), three)


def _breakpoint(text: str, strand: str) -> Breakpoint:
    chrom, _, pos = text.rpartition(":")
    return Breakpoint(chrom, int(pos), strand)


def _filters(text: str) -> tuple[str, ...]:
    """Names out of ``read_through(1),in_vitro``."""
    return tuple(name.split("(")[0] for name in text.split(",") if name not in {"", "."})
