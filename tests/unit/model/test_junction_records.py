"""Candidates between two jobs."""

from __future__ import annotations

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.model.junction import (
    Breakpoint,
    CallerCall,
    Fragment,
    Junction,
    JunctionEvidence,
    call_from_json,
    junctions_from_json,
    junctions_to_json,
)
from ntrkoma.model.states import Caller, CountedBy

COUNTS = st.integers(0, 10**6)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._,-]{0,20}", fullmatch=True)
SIDES = st.builds(Breakpoint, NAMES, st.integers(1, 3 * 10**8), st.sampled_from("+-"))
EVIDENCE = st.builds(
    JunctionEvidence,
    COUNTS,
    COUNTS,
    COUNTS,
    COUNTS,
    COUNTS,
    st.sampled_from(["", "GT-AG", "AT-AC"]),
    st.floats(0, 1).map(lambda share: round(share, 3)),
    st.sampled_from(CountedBy),
)
CALLS = st.builds(
    CallerCall,
    caller=st.sampled_from(Caller),
    gene5=NAMES,
    gene3=NAMES,
    breakpoint5=SIDES,
    breakpoint3=SIDES,
    junction_reads=COUNTS,
    spanning_fragments=COUNTS,
    inserted=st.text("ACGTN", max_size=9),
    exact=st.booleans(),
    confidence=st.sampled_from(["", "low", "high"]),
    frame=st.sampled_from(["", "in-frame"]),
    discarded_by=st.lists(NAMES, max_size=3).map(tuple),
    words=st.dictionaries(NAMES, NAMES, max_size=3),
    evidence=st.none() | EVIDENCE,
)


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


@given(CALLS)
def test_what_is_written_is_read(call: CallerCall) -> None:
    text = json.dumps(asdict(call), ensure_ascii=False)
    found = call_from_json(json.loads(text))
    assert found == call
    assert isinstance(found.caller, Caller)
    assert isinstance(found.breakpoint5, Breakpoint)
    assert isinstance(found.discarded_by, tuple)
    if found.evidence is not None:
        assert isinstance(found.evidence.counted_by, CountedBy)
