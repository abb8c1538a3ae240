"""Which reads are kept, from hand-made chimeric alignments."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from chimeras import ACCEPTOR, DONOR, ETV6, NTRK3, other_strand, read, spanning
from helpers import at, called
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.calling.fused_reads import FusedTranscripts, ReadPair, fused_transcript
from ntrkoma.calling.gather import gather
from ntrkoma.collecting.wanted import FEWEST_FRAGMENTS, Wanted, seen_twice, want
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome, reverse_complement
from ntrkoma.model.junction import Breakpoint, Junction
from ntrkoma.model.states import Caller
from ntrkoma.programs.chimeric import ChimericAlignment

JUNCTIONS = [(DONOR, ACCEPTOR), (ETV6, NTRK3)]
UNRELATED = "ACGTTGCA" * 12


def covered(side: Breakpoint, wanted: Wanted) -> bool:
    """Whether reads over a base are kept."""
    return any(c == side.chrom and start < side.pos <= end for c, start, end in wanted.regions)


def names(alignments: Iterable[ChimericAlignment]) -> set[str]:
    return {alignment.fragment for alignment in seen_twice(alignments)}


class TestSeenTwice:
    @pytest.mark.parametrize(("donor", "acceptor"), JUNCTIONS)
    def test_from_either_strand(self, donor: Breakpoint, acceptor: Breakpoint) -> None:
        one, two = (read(name, donor=donor, acceptor=acceptor) for name in "ab")
        assert names([one, other_strand(two)]) == {"a", "b"}
        assert names([one]) == set()

    def test_two_rows_of_one_fragment_are_one(self) -> None:
        assert names([read("a", loci=2), read("a", 40, 60, loci=2)]) == set()

    @pytest.mark.parametrize(("donor", "acceptor"), JUNCTIONS)
    @pytest.mark.parametrize(("slip", "same"), [(10, True), (-10, True), (11, False), (-11, False)])
    def test_off_by_the_same_on_both_sides(self, donor, acceptor, slip: int, same: bool) -> None:
        one = read("a", donor=donor, acceptor=acceptor)
        two = read("b", donor=donor.along(slip), acceptor=acceptor.along(slip))
        assert bool(names([one, two])) is same
        assert bool(names([one, two.reverse()])) is same

    def test_repeated_bases_add_to_the_slip(self) -> None:
        one = read("a", shifts=(0, 3))
        two = read("b", donor=DONOR.along(15), acceptor=ACCEPTOR.along(15), shifts=(2, 0))
        assert names([one, two]) == {"a", "b"}
        assert names([read("a"), two]) == set()

    def test_off_on_one_side_is_another_junction(self) -> None:
        assert names([read("a"), read("b", acceptor=ACCEPTOR.along(1))]) == set()

    def test_pairs_without_a_read_across_place_nothing(self) -> None:
        assert names([spanning("a", 3, 3), spanning("b", 3, 3)]) == set()


class TestRegions:
    def test_the_genes_and_what_is_asked_for(self, loci: Loci) -> None:
        wanted = want([], [], loci, [("chr2", 8999, 9002)])
        genes = {(chrom, start - 1, end) for chrom, start, end in loci.spans}
        assert wanted.regions == {*genes, ("chr2", 8999, 9002)}
        assert wanted.fragments == frozenset()

    def test_both_sides_of_a_junction_of_two_fragments(self, loci: Loci) -> None:
        single = read("t", donor=ETV6, acceptor=NTRK3)
        wanted = want([read("a"), read("b", 40), single], [], loci)
        assert covered(DONOR.along(-10), wanted)
        assert covered(DONOR.along(10), wanted)
        assert not covered(DONOR.along(11), wanted)
        # Reads at the partner of a single chimeric fragment may be millions.
        assert not covered(ETV6, wanted)
        assert wanted.fragments == {"a", "b", "t"}

    def test_other_genes_are_left_out(self, loci: Loci) -> None:
        rows = [read(n, donor=at("chr2:28810:+"), acceptor=at("chr2:7896:-")) for n in "ab"]
        wanted = want(rows, [], loci)
        assert wanted.fragments == frozenset()
        assert not covered(at("chr2:28810:+"), wanted)

    @pytest.mark.parametrize(("reads", "kept"), [(1, False), (2, True)])
    def test_what_other_callers_say(self, loci: Loci, reads: int, kept: bool) -> None:
        claim = called(str(ETV6), str(NTRK3), Caller.ARRIBA, reads, 0)
        assert covered(ETV6, want([], [claim], loci)) is kept

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(JUNCTIONS),
                st.integers(-14, 14),
                st.integers(0, 30),
                st.integers(0, 30),
                st.booleans(),
            ),
            max_size=6,
        )
    )
    def test_all_that_the_caller_may_lay_reads_on(self, loci: Loci, rows) -> None:
        """Wherever the caller puts a junction of two fragments, reads are kept there."""
        alignments = []
        for number, ((donor, acceptor), slip, left, right, turned) in enumerate(rows):
            sides = {"donor": donor.along(slip), "acceptor": acceptor.along(slip)}
            one = read(f"r{number}", shifts=(left, right), **sides)
            alignments.append(other_strand(one) if turned else one)
        wanted = want(alignments, [], loci)
        for junction in gather(alignments, loci):
            assert wanted.fragments >= junction.reads.keys()
            if len(junction.reads) >= FEWEST_FRAGMENTS:
                assert covered(junction.donor, wanted)
                assert covered(junction.acceptor, wanted)


class TestUnmapped:
    """Fragments without a mapped read: those that may come from the genes or their junctions."""

    def test_exons_of_the_genes_on_either_strand(self, loci: Loci, genome: Genome, mane) -> None:
        sources = want([], [], loci).sources
        for gene, chrom in (("NTRK1", "chr1"), ("NTRK3", "chr15")):
            start, end = mane[gene].exons[-1]
            read_ = genome.transcribed(chrom, start, min(end, start + 99), "+")
            assert sources.touch(read_)
            assert sources.touch(reverse_complement(read_))
        assert not sources.touch(UNRELATED)
        assert not sources.touch(genome.transcribed("chr12", ETV6.pos - 99, ETV6.pos, "+"))

    @pytest.mark.parametrize(("donor", "acceptor"), JUNCTIONS)
    @pytest.mark.parametrize("inside", [0, 37])
    def test_whatever_fits_a_junction(self, loci: Loci, donor, acceptor, inside: int) -> None:
        """Of a read pair over the partner's exons, or over an intron of the gene, as well."""
        sides = {"donor": donor, "acceptor": acceptor.along(-inside)}
        alignments = [read(name, **sides) for name in "ab"]
        sources = want(alignments, [], loci).sources
        (junction,) = gather(alignments, loci)
        fused = fused_transcript(junction, loci)
        tool = FusedTranscripts([junction], loci)
        for left in range(40, 700, 30):
            begin = fused.left - left
            for insert in (100, 160, 400):
                mates = (
                    fused.sequence[begin : begin + 100],
                    reverse_complement(fused.sequence[begin + insert - 100 : begin + insert]),
                )
                name = f"{left}.{insert}"
                tool.add([ReadPair(name, *mates)])
                if name in junction.reads or name in junction.spanning:
                    assert any(map(sources.touch, mates)), name
        assert len(junction.reads) > 5
        assert len(junction.spanning) > 5


def test_a_claim_alone_brings_the_partners_reads(loci: Loci, genome: Genome) -> None:
    partner = genome.transcribed(ETV6.chrom, ETV6.upstream(120), ETV6.upstream(20), "+")
    claim = called(str(ETV6), str(NTRK3), Caller.ARRIBA, 5, 0)
    assert want([], [claim], loci).sources.touch(partner)
    assert not want([], [], loci).sources.touch(partner)
    assert Junction(ETV6, NTRK3, 2).exact
