"""Breakpoints, what callers claim of a junction, and the fragments behind it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from ntrkoma.model.states import Caller, CountedBy


class Reason(NamedTuple):
    """Why something was graded as it was: a stable code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, order=True)
class Breakpoint:
    """One side of a junction.

    ``pos`` is 1-based: the last transcribed base of the 5′ part, or the first transcribed base of
    the 3′ part. ``strand`` is the strand that the fusion transcript is read from at this side.
    """

    chrom: str
    pos: int
    strand: str

    def __str__(self) -> str:
        return f"{self.chrom}:{self.pos}:{self.strand}"

    def upstream(self, nt: int) -> int:
        """Position ``nt`` bases 5′ of this one in the direction of transcription (1-based)."""
        return self.pos - nt if self.strand == "+" else self.pos + nt

    def along(self, nt: int) -> Breakpoint:
        """The base ``nt`` bases 3′ of this one in the direction of transcription."""
        return Breakpoint(self.chrom, self.upstream(-nt), self.strand)

    def same_strand(self, other: Breakpoint) -> bool:
        """Whether both are read from the same strand of the same contig."""
        return (self.chrom, self.strand) == (other.chrom, other.strand)

    def opposite(self) -> Breakpoint:
        """The same base read from the other strand."""
        return Breakpoint(self.chrom, self.pos, "-" if self.strand == "+" else "+")


@dataclass(frozen=True)
class JunctionEvidence:
    """What ntrkoma itself counted at one junction; all counts are of fragments.

    ``*_raw`` counts include PCR duplicates; the others count fragments with distinct outer
    positions and orientation once. ``start_positions`` is the number of distinct outermost 5′
    positions among the junction reads. Anchors are the longest aligned stretches (nt) on either
    side. ``multimapping_share`` is the share of junction reads with more than one chimeric locus.
    ``counted_by``: by the aligner's chimeric alignments, completed by reads it left clipped or
    unmapped, or by laying such reads on the fused transcript alone.
    """

    junction_reads_raw: int = 0
    spanning_fragments_raw: int = 0
    start_positions: int = 0
    anchor5: int = 0
    anchor3: int = 0
    splice_motif: str = ""
    multimapping_share: float = 0.0
    counted_by: CountedBy = CountedBy.CHIMERIC


@dataclass(frozen=True)
class CallerCall:
    """One candidate fusion as one caller sees it, already oriented 5′→3′.

    ``gene5``/``gene3`` are the caller's own words and only shown; annotation is always ours.
    ``exact`` is False where no split read placed the breakpoint. ``discarded_by`` names the
    filters with which the caller itself removed the candidate (empty: it reported it).
    ``words`` holds the caller's other figures, by its own column names.
    """

    caller: Caller
    gene5: str
    gene3: str
    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    junction_reads: int
    spanning_fragments: int
    inserted: str = ""
    exact: bool = True
    confidence: str = ""
    frame: str = ""
    discarded_by: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    evidence: JunctionEvidence | None = None

    @property
    def support(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments


# Most trusted placement first: ours is on exon borders and counted on fragments.
PRECEDENCE = (Caller.JUNCTIONS, Caller.STAR_FUSION, Caller.ARRIBA)


def best_call(calls: Iterable[CallerCall], caller: Caller) -> CallerCall | None:
    """A caller's best supported call: reported before discarded, exact before inexact."""
    own = [call for call in calls if call.caller == caller]
    return min(own, key=lambda c: (bool(c.discarded_by), not c.exact, -c.support), default=None)


# Longest stretch of transcript (nt) that a fragment is taken to span: far above any RNA-seq insert.
LONGEST_INSERT = 1000


@dataclass(frozen=True)
class Fragment:
    """One sequenced fragment at one junction.

    ``key``: outermost 5′ and 3′ position (1-based, unclipped) and mate order; PCR copies share it.
    ``anchors``: aligned nt on the 5′ and the 3′ side. ``loci``: places it aligns to equally well.
    ``inserted``: read bases (nt) between the two sides that belong to neither.
    """

    name: str
    key: tuple[int, int, bool]
    anchors: tuple[int, int]
    loci: int
    inserted: int


@dataclass
class Junction:
    """Fragments gathered at one junction; ``borders``: sides on an annotated exon border (0-2).

    ``inserted``: bases between the two sides that belong to neither, in transcript orientation.
    ``reads`` cross the junction, ``spanning`` have it between their mates; both by fragment name.
    ``exact`` is False where no read places the junction.
    """

    donor: Breakpoint
    acceptor: Breakpoint
    borders: int
    exact: bool = True
    inserted: str = ""
    reads: dict[str, Fragment] = field(default_factory=dict)
    spanning: dict[str, Fragment] = field(default_factory=dict)


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
