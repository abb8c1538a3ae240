"""Breakpoints: which way the transcript runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.model.junction import Breakpoint

SIDES = st.builds(
    Breakpoint, st.sampled_from(["chr1", "15"]), st.integers(1, 10**8), st.sampled_from("+-")
)


@pytest.mark.parametrize(("strand", "expected"), [("+", 90), ("-", 110)])
def test_upstream_runs_against_transcription(strand: str, expected: int) -> None:
    assert Breakpoint("chr1", 100, strand).upstream(10) == expected


@given(SIDES, st.integers(-500, 500))
def test_upstream_and_back(side: Breakpoint, nt: int) -> None:
    moved = Breakpoint(side.chrom, side.upstream(nt), side.strand)
    assert moved.upstream(-nt) == side.pos


@given(SIDES)
def test_opposite_is_an_involution(side: Breakpoint) -> None:
    assert side.opposite() != side
    assert side.opposite().opposite() == side
    assert str(side) == f"{side.chrom}:{side.pos}:{side.strand}"
