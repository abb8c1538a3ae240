"""Genes beside each other, and what lies between them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from helpers import acceptor, at, donor

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.model.fusion import Neighbours
from ntrkoma.model.junction import Breakpoint

Find = Callable[..., Neighbours | None]


@pytest.fixture
def between(annotator: Annotator) -> Find:
    def found(five: str | Breakpoint, three: str | Breakpoint) -> Neighbours | None:
        sides = (at(side) if isinstance(side, str) else side for side in (five, three))
        return annotator.annotate(*sides).neighbours

    return found


def test_the_next_gene_of_the_strand(between: Find, mane) -> None:
    prcc, ntrk1 = mane["PRCC"], mane["NTRK1"]
    found = between(donor(prcc, 6), acceptor(ntrk1, 2))
    assert found is not None
    assert not found.coding_between
    # Transcripts of the genes beside MANE's may end later.
    assert 0 < found.distance <= ntrk1.start - prcc.end


def test_with_a_coding_gene_between(between: Find, mane) -> None:
    found = between(donor(mane["KHDRBS1"], 8), acceptor(mane["NTRK1"], 12))
    assert found is not None
    assert found.coding_between


def test_a_side_outside_any_gene_counts_from_its_breakpoint(between: Find, mane) -> None:
    ntrk1 = mane["NTRK1"]
    places = [Breakpoint("chr1", ntrk1.start - nt, "+") for nt in (1500, 1000)]
    far, near = (between(place, acceptor(ntrk1, 2)) for place in places)
    assert far is not None
    assert near is not None
    assert far.distance - near.distance == 500


def test_what_is_none(between: Find, mane) -> None:
    khdrbs1, ntrk1, ntrk3 = mane["KHDRBS1"], mane["NTRK1"], mane["NTRK3"]
    assert between(donor(mane["ETV6"], 5), acceptor(ntrk3, 15)) is None, "two chromosomes"
    assert between(donor(ntrk1, 11), acceptor(khdrbs1, 9)) is None, "against the order"
    assert between(donor(ntrk1, 4), acceptor(ntrk1, 9)) is None, "one gene"
    against = at(acceptor(ntrk1, 12)).opposite()
    assert between(at(donor(khdrbs1, 8)).opposite(), against) is None, "against their sense"
