"""Fragments and the junctions that they support, while they are being gathered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ntrkoma.copies import Copies, molecules
from ntrkoma.records import Breakpoint

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


def unique(fragments: Iterable[Fragment], copies: Copies) -> list[Fragment]:
    """One fragment of each molecule, the first by name.

    :param copies: how copies of one molecule are known.
    """
    named = {fragment.name: fragment for fragment in fragments}
    found = molecules({name: fragment.key for name, fragment in named.items()}, copies)
    return [named[names[0]] for names in found]
