"""Candidates between two jobs."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.calls_io import read_calls, write_calls
from ntrkoma.records import Breakpoint, Caller, CallerCall, JunctionEvidence

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


@given(st.lists(CALLS, max_size=5))
def test_what_is_written_is_read(tmp_path: Path, calls: list[CallerCall]) -> None:
    path = tmp_path / "calls.jsonl"
    write_calls(calls, path)
    assert read_calls(path) == calls
    assert path.read_text(encoding="utf-8").count("\n") == len(calls)


def test_no_calls_give_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    write_calls([], path)
    assert path.read_bytes() == b""
    assert read_calls(path) == []
