"""Candidates between two jobs."""

from __future__ import annotations

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.calls_io import call_from_json
from ntrkoma.records import Breakpoint, Caller, CallerCall, CountedBy, JunctionEvidence

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
