"""The evidence of a sample: gathered once, kept as JSON and as a small BAM."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from helpers import ETV6, KHDRBS1, Bam, called, candidate, kept_reads
from hypothesis import given
from hypothesis import strategies as st
from samples import SEQUENCED, sample_files

from ntrkoma.calling.fused_reads import fused_transcript
from ntrkoma.calling.junctions import call_junctions
from ntrkoma.curated.exon_parts import Part
from ntrkoma.evidence.candidates import Candidate, FoundJunctions, SampleReads
from ntrkoma.evidence.drawn import figure_key
from ntrkoma.evidence.exon_depths import ExonDepth
from ntrkoma.evidence.imbalance import Flag, Imbalance
from ntrkoma.evidence.merge import MergedCalls
from ntrkoma.evidence.sample import (
    Evidence,
    find_candidates,
    from_json,
    gather_evidence,
    to_json,
)
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.fusion import (
    DomainRetention,
    FusionFraction,
    Homology,
    Neighbours,
    Side,
    Structure,
)
from ntrkoma.model.junction import Breakpoint, CallerCall, Junction, JunctionEvidence
from ntrkoma.model.states import Caller, CountedBy, HomologyKind, Viewpoint
from ntrkoma.programs.chimeric import ChimericAlignment
from ntrkoma.programs.splices import SpliceJunction, SpliceJunctions

J, S, A = Caller.JUNCTIONS, Caller.STAR_FUSION, Caller.ARRIBA
COUNTS = st.integers(0, 10**6)
WORDS = st.text(min_size=1, max_size=9)
SIDES = st.builds(
    Breakpoint, st.sampled_from(["chr1", "chrX"]), st.integers(1, 10**8), st.sampled_from("+-")
)
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
    gene5=WORDS,
    gene3=WORDS,
    breakpoint5=SIDES,
    breakpoint3=SIDES,
    junction_reads=COUNTS,
    spanning_fragments=COUNTS,
    inserted=st.text("ACGTN", max_size=9),
    exact=st.booleans(),
    confidence=st.sampled_from(["", "low", "high"]),
    frame=st.sampled_from(["", "in-frame"]),
    discarded_by=st.lists(WORDS, max_size=3).map(tuple),
    words=st.dictionaries(WORDS, WORDS, max_size=3),
    evidence=st.none() | EVIDENCE,
)
FRACTIONS = st.integers(0, 10_000).map(lambda n: n / 10_000)
SHARES = st.none() | FRACTIONS
POSITIONS = st.integers(1, 10**6)
GENE_SIDES = st.builds(Side, exon=st.none() | POSITIONS, cds_position=st.none() | POSITIONS)
STRUCTURES = st.builds(
    Structure,
    breakpoint5=SIDES,
    breakpoint3=SIDES,
    side5=GENE_SIDES,
    side3=GENE_SIDES,
    protein_length=st.none() | POSITIONS,
    kinase_fraction=FRACTIONS,
    domains=st.lists(
        st.builds(DomainRetention, first=POSITIONS, last=POSITIONS, fraction=FRACTIONS),
        max_size=2,
    ).map(tuple),
    neighbours=st.none() | st.builds(Neighbours, distance=COUNTS),
)
CANDIDATES = st.builds(
    Candidate,
    st.builds(
        MergedCalls,
        st.lists(CALLS, min_size=1, max_size=3).map(tuple),
        st.sets(st.sampled_from(Caller)).map(lambda callers: tuple(sorted(callers))),
        st.none() | CALLS,
    ),
    st.dictionaries(st.sampled_from(Viewpoint), STRUCTURES, max_size=2),
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
def find(bam: Bam, loci, context_of):
    def run(
        rows: Sequence[ChimericAlignment] = (), *calls, splices: Sequence[SpliceJunction] = ()
    ) -> FoundJunctions:
        kept = kept_reads(bam.write(), loci, rows, calls)
        reads = SampleReads(kept, SpliceJunctions(splices), 1_000_000)
        context = context_of(callers=list(Caller), companion_genes=[])
        return find_candidates(call_junctions(rows, splices, kept, loci), calls, reads, context)

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

    def test_both_are_annotated(self, bam, find, loci, annotator) -> None:
        for one in find(simulate(bam, loci)).candidates:
            assert one.structures == {Viewpoint.TARGET: annotator.annotate(*one.place)}

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


class TestGathered:
    """From the files of a sample."""

    @pytest.fixture
    def gather(self, bam, loci, context_of, tmp_path: Path):
        def run(rows: Sequence[ChimericAlignment] = (), copies=Copies.POSITION, **files):
            kept = kept_reads(bam.write(), loci, rows)
            given_files = sample_files(
                tmp_path,
                context_of(),
                bam=bam.path.with_suffix(".evidence.bam"),
                junctions=call_junctions(rows, [], kept, loci),
                **files,
            )
            context = context_of(hotspot_genes=["KRAS"])
            return gather_evidence(given_files, "transcriptome", copies, context)

        return run

    def test_candidates_come_with_their_figures(self, bam, gather, loci) -> None:
        found = gather(simulate(bam, loci))
        assert {c.place[:2] for c in found.candidates} == {KHDRBS1, ETV6}
        assert set(found.drawn) == {figure_key(c) for c in found.candidates}
        for figure in found.drawn.values():
            # the pair that STAR mapped nowhere is drawn as well
            assert len({read["fragment"] for read in figure["reads"]}) == 6

    def test_what_is_counted_of_the_library(self, gather) -> None:
        found = gather(unique=20_000_000)
        assert found.fragments_sequenced == SEQUENCED
        assert found.library["fragments_aligned"] == 20_001_000
        assert found.metrics["usable_fragments"] == 20_000_000
        assert found.metrics["control_genes_spliced"] == 1.0
        assert found.metrics["control_gene_depth"] == found.library["control_gene_depth"] == 300
        assert found.detection_limit["usable_fragments"] < 20_000_000
        assert found.provenance["tools"] == {"fastp": "1.3.6", "STAR": "2.7.11b"}

    def test_of_given_alignments_what_star_was_given_is_all_that_is_known(self, gather) -> None:
        found = gather(units=())
        assert found.fragments_sequenced == found.library["fragments_aligned"] == 30_001_000
        assert found.metrics["duplication_rate"] is None
        assert found.provenance["tools"] == {"STAR": "2.7.11b"}

    def test_versions_of_the_callers(self, gather, tmp_path: Path) -> None:
        version = tmp_path / "version.txt"
        version.write_text("Version: 2.5.1", encoding="utf-8")
        found = gather(callers={"arriba_version": version})
        assert found.provenance["tools"]["arriba"] == "2.5.1"

    def test_every_gene_and_site_that_is_asked_for(self, gather, context_of) -> None:
        found = gather()
        assert set(found.imbalance) == {"NTRK1", "NTRK2", "NTRK3", "ALK"}
        assert {one["gene"] for one in found.resistance} == {"NTRK1", "NTRK2", "NTRK3"}
        assert {one["gene"] for one in found.hotspots} == {"KRAS"}
        assert {one["answer"] for one in found.hotspots} == {"not_assessable"}
        assert len(found.resistance) == len(context_of().resistance_sites)

    def test_a_skipped_exon_is_an_event(self, gather, mane) -> None:
        ntrk1 = mane["NTRK1"]
        intron = ntrk1.exon_end(5) + 1, ntrk1.exon_start(8) - 1
        found = gather(splices=["\t".join(map(str, ("chr1", *intron, 1, 1, 0, 40, 0, 40)))])
        assert [event["name"] for event in found.intragenic] == ["TrkAIII"]

    def test_it_survives_being_written(self, bam, gather, loci) -> None:
        found = gather(simulate(bam, loci), copies=Copies.UNKNOWN)
        assert from_json(to_json(found)).candidates == found.candidates
        assert found.library["copies_known_by"] == "unknown"
