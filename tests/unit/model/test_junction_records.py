"""Junctions between two jobs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.model.junction import (
    Breakpoint,
    Fragment,
    Junction,
    junctions_from_json,
    junctions_to_json,
)

COUNTS = st.integers(0, 10**6)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._,-]{0,20}", fullmatch=True)
SIDES = st.builds(Breakpoint, NAMES, st.integers(1, 3 * 10**8), st.sampled_from("+-"))
FRAGMENTS = st.builds(
    Fragment,
    NAMES,
    st.tuples(COUNTS, COUNTS, st.booleans()),
    st.tuples(COUNTS, COUNTS),
    st.integers(1, 9),
    st.integers(0, 30),
)
BY_NAME = st.lists(FRAGMENTS, max_size=3).map(lambda found: {f.name: f for f in found})
JUNCTIONS = st.builds(
    Junction,
    SIDES,
    SIDES,
    st.integers(0, 2),
    exact=st.booleans(),
    inserted=st.text("ACGTN", max_size=9),
    reads=BY_NAME,
    spanning=BY_NAME,
)


@given(st.lists(JUNCTIONS, max_size=4))
def test_junctions_keep_their_fragments(junctions: list[Junction]) -> None:
    text = junctions_to_json(junctions)
    found = junctions_from_json(text)
    assert found == junctions
    assert text.count("\n") == len(junctions)
    for junction in found:
        # Keys are compared and put into sets: copies of one molecule share theirs.
        keys = {f.key for f in (*junction.reads.values(), *junction.spanning.values())}
        assert all(isinstance(key, tuple) for key in keys)


def test_no_junctions() -> None:
    assert junctions_to_json([]) == ""
    assert junctions_from_json("") == []
