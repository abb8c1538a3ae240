"""Candidates of the callers beside our own, from recorded files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ntrkoma.genome.loci import Loci
from ntrkoma.model.states import Caller
from ntrkoma.programs.other_callers import read_calls

RECORDED = Path(__file__).resolve().parents[2] / "fixtures" / "callers" / "KHDRBS1_NTRK1"
ARRIBA = {
    "arriba": RECORDED / "arriba" / "fusions.tsv",
    "arriba_discarded": RECORDED / "arriba" / "fusions.discarded.tsv",
}
STAR_FUSION = {
    "star_fusion": RECORDED / "star_fusion" / "predictions.tsv",
    "star_fusion_preliminary": RECORDED / "star_fusion" / "preliminary",
}


def test_each_caller_that_ran(loci: Loci) -> None:
    for outputs, callers in (
        ({}, set()),
        (ARRIBA, {Caller.ARRIBA}),
        (STAR_FUSION, {Caller.STAR_FUSION}),
        (
            {**ARRIBA, **STAR_FUSION, "junctions": Path("no such file")},
            {Caller.ARRIBA, Caller.STAR_FUSION},
        ),
    ):
        found = read_calls(outputs, loci)
        assert {call.caller for call in found} == callers
        assert all(
            loci.in_target(call.breakpoint5) or loci.in_target(call.breakpoint3) for call in found
        )


def test_what_was_discarded_comes_with_the_filter(loci: Loci) -> None:
    kinds = Counter(
        (call.caller, bool(call.discarded_by))
        for call in read_calls({**ARRIBA, **STAR_FUSION}, loci)
    )
    assert kinds[Caller.ARRIBA, False] == kinds[Caller.STAR_FUSION, False] == 1
    assert kinds[Caller.ARRIBA, True] + kinds[Caller.STAR_FUSION, True] > 0
