"""The evidence of a sample: gathered once, kept as JSON and as a small BAM."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import ETV6, KHDRBS1, Bam, called, candidate, kept_reads
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.calling.fused_reads import fused_transcript
from ntrkoma.calling.junctions import call_junctions
from ntrkoma.curated.exon_parts import Part
from ntrkoma.evidence.imbalance import ExonDepth, Flag, Imbalance
from ntrkoma.evidence.sample import (
    Evidence,
    FoundJunctions,
    draw,
    figure_key,
    find_candidates,
    from_json,
    to_json,
)
from ntrkoma.model.fusion import FusionFraction, Homology
from ntrkoma.model.junction import Breakpoint, Junction
from ntrkoma.model.states import Caller, CountedBy, HomologyKind
from ntrkoma.programs.chimeric import ChimericAlignment
from ntrkoma.programs.splices import SpliceJunction, SpliceJunctions

J, S, A = Caller.JUNCTIONS, Caller.STAR_FUSION, Caller.ARRIBA
HOTSPOT = ("chr2", 8999, 9002)

COUNTS = st.integers(0, 10**6)
SHARES = st.none() | st.integers(0, 10_000).map(lambda n: n / 10_000)
SIDES = st.builds(
    Breakpoint, st.sampled_from(["chr1", "chrX"]), st.integers(1, 10**8), st.sampled_from("+-")
)
CALLS = st.builds(
    lambda five, three, caller, reads, spanning, words: called(
        str(five), str(three), caller, reads, spanning, words=words
    ),
    SIDES,
    SIDES,
    st.sampled_from(Caller),
    COUNTS,
    COUNTS,
    st.dictionaries(st.sampled_from(["split_reads1", "tags"]), st.text(max_size=9), max_size=2),
)
CANDIDATES = st.builds(
    lambda calls, count, reversed_by, fraction, spliced, homology: replace(
        candidate(*calls, fraction=fraction, spliced=spliced, homology=homology),
        merged=replace(
            candidate(*calls, count=count).merged, reversed_by=tuple(sorted(reversed_by))
        ),
    ),
    st.lists(CALLS, min_size=1, max_size=3),
    st.none() | CALLS,
    st.sets(st.sampled_from(Caller)),
    st.builds(FusionFraction, SHARES, SHARES, st.none() | COUNTS, st.none() | COUNTS),
    st.none() | COUNTS.map(float),
    st.none() | st.builds(Homology, st.sampled_from(HomologyKind), st.text(max_size=20)),
)


def evidence(candidates: Sequence = ()) -> Evidence:
    own = Imbalance(
        gene="NTRK1",
        transcript="ENST1",
        five_prime_exons=(2, 3),
        kinase_exons=(13,),
        five_prime_depth=None,
        kinase_depth=4.5,
        ratio=None,
        z=None,
        negatives=0,
        flag=Flag.NOT_ASSESSABLE,
        text="NTRK1: too little.",
        profile=(ExonDepth(1, 5, 9, 0, None, Part.MIDDLE),),
    )
    return Evidence(
        candidates=tuple(candidates),
        drawn={"chr1:1:+|chr2:2:-": {"sequence": "ACGT", "left": 2, "right": 2, "reads": []}},
        imbalance={"NTRK1": own},
        resistance=[{"gene": "NTRK1", "codon": 595, "answer": "not_assessable"}],
        hotspots=[],
        intragenic=[],
        metrics={"usable_fragments": 12.0, "insert_size": None},
        detection_limit={"ffpm": None, "fragments": 3},
        library={"fragments_sequenced": 40, "unique_share": 0.9},
        provenance={"tools": {"STAR": "2.7.11b"}},
    )


class TestJson:
    @given(st.lists(CANDIDATES, max_size=3))
    def test_what_is_written_is_read(self, candidates) -> None:
        given_evidence = evidence(candidates)
        assert from_json(to_json(given_evidence)) == given_evidence

    def test_words_come_back_as_records(self) -> None:
        shadow = Homology(HomologyKind.OTHER_CANDIDATE, "reads like another")
        one = candidate(called(*map(str, KHDRBS1)), homology=shadow)
        (found,) = from_json(to_json(evidence([one]))).candidates
        assert found.homology is not None
        assert isinstance(found.homology.kind, HomologyKind)
        assert isinstance(found.place[0], Breakpoint)
        assert isinstance(found.merged.count.evidence.counted_by, CountedBy)

    def test_it_is_plain_json(self) -> None:
        assert json.loads(to_json(evidence()))["library"]["fragments_sequenced"] == 40


@pytest.fixture
def bam(tmp_path: Path, genome) -> Bam:
    return Bam(tmp_path / "sample.bam", genome)


@pytest.fixture
def find(bam: Bam, loci, annotator, thresholds):
    def run(
        rows: Sequence[ChimericAlignment] = (),
        *calls,
        callers=tuple(Caller),
        splices: Sequence[SpliceJunction] = (),
    ) -> FoundJunctions:
        reads = kept_reads(bam.write(), loci, rows, calls, [HOTSPOT])
        return find_candidates(
            call_junctions(rows, splices, reads, loci),
            calls,
            callers,
            SpliceJunctions(splices),
            1_000_000,
            reads,
            loci,
            annotator,
            thresholds,
        )

    return run


def simulate(bam: Bam, loci) -> list[ChimericAlignment]:
    """Two fusions and what lies around them."""
    rows: list[ChimericAlignment] = []
    for prefix, place in (("k", KHDRBS1), ("e", ETV6)):
        fused = fused_transcript(Junction(*place, 2), loci)
        for number, left in enumerate((25, 40, 60, 75)):
            rows += bam.fused(f"{prefix}{number}", fused, place, left, 100 - left)
        rows += bam.astride(f"{prefix}s", fused, place, 10, 30)
        bam.unmapped(f"{prefix}u", fused, 55)
    bam.wild("hotspot", Breakpoint("chr2", 9000, "+"), 50, 50)
    bam.wild("elsewhere", Breakpoint("chr2", 12_000, "+"), 50, 50)
    return rows


class TestFound:
    def test_both_fusions_with_their_reads(self, bam, find, loci) -> None:
        found = find(simulate(bam, loci))
        assert {c.place[:2] for c in found.candidates} == {KHDRBS1, ETV6}
        for one in found.candidates:
            assert (one.merged.support.junction_reads, one.fragments) == (5, 6)
        fragments = {name for j in found.fragments.values() for name in j.reads}
        assert fragments == {f"{p}{n}" for p in "ke" for n in (*range(4), "u")}

    def test_every_figure_has_its_junction(self, bam, find, loci) -> None:
        found = find(simulate(bam, loci))
        drawn = draw(found.candidates, found.fragments, found.reads, loci)
        assert set(drawn) == {figure_key(c.merged) for c in found.candidates}
        for figure in drawn.values():
            # the pair that STAR mapped nowhere is drawn as well
            assert len({read["fragment"] for read in figure["reads"]}) == 6

    @pytest.mark.parametrize("seed", range(4))
    def test_order_of_rows_and_callers_does_not_matter(self, bam, find, loci, seed: int) -> None:
        rows = simulate(bam, loci)
        calls = [called(*map(str, KHDRBS1), c, 9, 2) for c in (A, S)]
        calls += [called(*map(str, ETV6), A, 3, 0, discarded_by=("min_support",))]
        expected = find(rows, *calls).candidates
        dice = random.Random(seed)
        dice.shuffle(rows)
        dice.shuffle(calls)
        assert find(rows, *calls).candidates == expected

    def test_a_read_through_that_star_splices(self, bam, find, mane) -> None:
        five, three = mane["PRCC"].exon_end(6), mane["NTRK1"].exon_start(2)
        for name, left in (("a", 40), ("b", 60), ("c", 70)):
            bam.spliced(name, five, three, left)
        join = SpliceJunction("chr1", five + 1, three - 1, "+", False, 3)
        (found,) = find([], splices=[join]).candidates
        assert found.place == (Breakpoint("chr1", five, "+"), Breakpoint("chr1", three, "+"), "")
        assert found.merged.support.junction_reads == 3
