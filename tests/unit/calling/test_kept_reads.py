"""What the reads that were kept of a small BAM say."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import (
    MATE_REVERSE,
    MATE_UNMAPPED,
    PAIRED,
    PROPER,
    READ1,
    READ2,
    REVERSE,
    UNMAPPED,
    Bam,
    kept_reads,
)

from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome, reverse_complement
from ntrkoma.model.junction import Breakpoint


@pytest.fixture
def bam(tmp_path: Path, genome: Genome) -> Bam:
    return Bam(tmp_path / "sample.bam", genome)


@pytest.fixture
def prcc_ntrk1(mane) -> tuple[Breakpoint, Breakpoint]:
    """A read-through that STAR aligns as an ordinary splice."""
    return (
        Breakpoint("chr1", mane["PRCC"].exon_end(6), "+"),
        Breakpoint("chr1", mane["NTRK1"].exon_start(2), "+"),
    )


def reads_of(bam: Bam, loci: Loci, *places: Breakpoint) -> KeptReads:
    around = ((side.chrom, side.pos - 11, side.pos + 10) for side in places)
    return kept_reads(bam.write(), loci, regions=around)


class TestSpliced:
    def test_reads_over_the_join(self, bam: Bam, loci: Loci, prcc_ntrk1) -> None:
        five, three = prcc_ntrk1
        bam.spliced("a", five.pos, three.pos, 40)
        bam.spliced("b", five.pos, three.pos, 70, REVERSE)
        bam.spliced("shifted", five.pos - 3, three.pos, 40)
        reads = reads_of(bam, loci, five, three)
        (junction,) = reads.spliced([prcc_ntrk1], loci)
        assert (junction.donor, junction.acceptor, junction.borders) == (five, three, 2)
        assert set(junction.reads) == {"a", "b"}
        assert junction.reads["a"].anchors == (40, 60)
        assert junction.reads["a"].key == (five.pos - 39, three.pos + 59, False)
        assert junction.reads["b"].key[2] is True

    def test_pairs_on_either_side_span(self, bam: Bam, loci: Loci, prcc_ntrk1, genome) -> None:
        five, three = prcc_ntrk1
        bam.spliced("a", five.pos, three.pos, 40)
        first, second = ("chr1", five.pos - 109), ("chr1", three.pos + 10)
        length = second[1] + 99 - first[1] + 1
        left = genome.transcribed("chr1", first[1], first[1] + 99, "+")
        right = genome.transcribed("chr1", second[1], second[1] + 99, "+")
        flags = PAIRED | PROPER
        bam.add("s", flags | READ1 | MATE_REVERSE, first, "100M", left, second, length)
        bam.add("s", flags | READ2 | REVERSE, second, "100M", right, first, -length)
        reads = reads_of(bam, loci, five, three)
        (junction,) = reads.spliced([prcc_ntrk1], loci)
        assert set(junction.spanning) == {"s"}
        assert junction.spanning["s"].key == (first[1], second[1] + 99, False)

    def test_no_joins_no_junctions(self, bam: Bam, loci: Loci) -> None:
        assert reads_of(bam, loci).spliced([], loci) == []

    def test_a_join_without_reads_is_none(self, bam: Bam, loci: Loci, prcc_ntrk1) -> None:
        assert reads_of(bam, loci, *prcc_ntrk1).spliced([prcc_ntrk1], loci) == []


class TestClipped:
    @pytest.mark.parametrize(("clip", "taken"), [(2, False), (3, True), (30, True)])
    def test_only_clipped_reads(self, bam, loci, genome, mane, clip: int, taken: bool) -> None:
        start = mane["NTRK1"].exon_start(12)
        bases = genome.transcribed("chr1", start - clip, start + 99 - clip, "+")
        bam.add("c", 0, ("chr1", start), f"{clip}S{100 - clip}M", bases)
        found = list(reads_of(bam, loci).clipped())
        assert [pair.name for pair in found] == (["c"] if taken else [])

    def test_reads_come_as_sequenced(self, bam, loci, genome, mane) -> None:
        start = mane["NTRK1"].exon_start(12)
        bases = genome.transcribed("chr1", start - 30, start + 69, "+")
        bam.add("c", REVERSE, ("chr1", start), "30S70M", bases)
        (pair,) = reads_of(bam, loci).clipped()
        assert pair.mate1 == reverse_complement(bases)
        assert pair.mate2 is None

    def test_mates_elsewhere_are_fetched(self, bam, loci, genome, mane) -> None:
        start, far = mane["NTRK1"].exon_start(12), 3000
        bases = genome.transcribed("chr1", start - 30, start + 69, "+")
        mate = genome.transcribed("chr1", far, far + 99, "+")
        here, there = ("chr1", start), ("chr1", far)
        bam.add("c", PAIRED | READ1 | REVERSE, here, "30S70M", bases, there)
        bam.add("c", PAIRED | READ2 | MATE_REVERSE, there, "100M", mate, here)
        reads = reads_of(bam, loci)
        (pair,) = reads.clipped()
        assert (pair.mate1, pair.mate2) == (reverse_complement(bases), mate)
        assert reads.sequences({"c", "unknown"}) == {"c": sorted([bases, mate])}

    def test_other_genes_are_left_out(self, bam, loci, genome) -> None:
        bam.add("x", 0, ("chr2", 9000), "30S70M", genome.transcribed("chr2", 9000, 9099, "+"))
        assert list(reads_of(bam, loci).clipped()) == []


def test_unmapped_pairs(bam: Bam, loci: Loci, genome: Genome, mane) -> None:
    start = mane["NTRK1"].exon_start(13)
    one, two = genome.transcribed("chr1", start, start + 99, "+"), "GGCA" * 25
    lost = PAIRED | UNMAPPED
    bam.add("pair", lost | MATE_UNMAPPED | READ1, None, "", one)
    bam.add("pair", lost | MATE_UNMAPPED | READ2, None, "", two)
    bam.add("half", PAIRED | READ1 | MATE_UNMAPPED, ("chr1", start), "100M", one)
    bam.add("half", lost | READ2, ("chr1", start), "100M", two)
    bam.add("single", UNMAPPED, None, "", one)
    found = {pair.name: (pair.mate1, pair.mate2) for pair in reads_of(bam, loci).unmapped()}
    assert found == {"pair": (one, two), "single": (one, None)}


class TestUnexplained:
    """What may be laid on a fused transcript because it does not fit the genome as one piece."""

    def test_clipped_unmapped_and_far_apart(self, bam: Bam, loci, genome, mane) -> None:
        start = mane["NTRK1"].exon_start(12)
        here, far = ("chr1", start), ("chr12", 9000)
        bases = genome.transcribed("chr1", start, start + 99, "+")
        other = genome.transcribed("chr12", 9000, 9099, "+")
        mates = PAIRED | READ1, PAIRED | READ2
        bam.add("clipped", 0, here, "30S70M", bases)
        bam.add("half", mates[0] | MATE_UNMAPPED, here, "100M", bases, here)
        bam.add("half", mates[1] | UNMAPPED, here, "", "ACGT" * 25, here)
        bam.add("far", mates[0], here, "100M", bases, far)
        bam.add("far", mates[1], far, "100M", other, here)
        proper = ("chr1", start + 60)
        bam.add("whole", mates[0] | PROPER | MATE_REVERSE, here, "100M", bases, proper, 160)
        bam.add("whole", mates[1] | PROPER | REVERSE, proper, "100M", bases, here, -160)
        reads = reads_of(bam, loci)
        assert [pair.name for pair in reads.unexplained()] == ["clipped", "far", "half"]

    def test_wholly_unmapped_pairs_of_the_target_genes(self, bam: Bam, loci, genome, mane) -> None:
        """STAR leaves most reads of a fusion unmapped when neither part is long enough."""
        start = mane["NTRK1"].exon_start(13)
        lost = PAIRED | UNMAPPED | MATE_UNMAPPED
        for name, bases in (
            ("ours", genome.transcribed("chr1", start, start + 99, "+")),
            ("other", "ACGTTGCA" * 12),
        ):
            bam.add(name, lost | READ1, None, "", bases)
            bam.add(name, lost | READ2, None, "", "GGCA" * 25)
        reads = reads_of(bam, loci)
        assert [pair.name for pair in reads.unexplained()] == ["ours"]


class TestUnspliced:
    """Wild type where a breakpoint lies on no exon border: what is read on without a gap."""

    @pytest.mark.parametrize("strand", ["+", "-"])
    @pytest.mark.parametrize("five", [True, False])
    @pytest.mark.parametrize(
        ("retained", "beyond", "counts"),
        [(50, 50, True), (8, 92, True), (92, 8, True), (7, 93, False), (93, 7, False)],
    )
    def test_as_many_bases_as_a_junction_read_shows(
        self, bam: Bam, loci, mane, strand, five, retained, beyond, counts
    ) -> None:
        """``retained`` bases on the side that the fusion keeps, ``beyond`` on the one it loses."""
        side = Breakpoint("chr1", mane["NTRK1"].exon_start(14) + 60, strand)
        keeps_left = (strand == "+") == five
        # the last base left of the border between the two
        border = side if keeps_left else Breakpoint("chr1", side.pos - 1, strand)
        before, after = (retained, beyond) if keeps_left else (beyond, retained)
        bam.wild("w", border, before, after)
        assert reads_of(bam, loci).unspliced_over(side, five=five) == int(counts)

    def test_a_gap_at_the_breakpoint_is_no_wild_type(self, bam: Bam, loci, prcc_ntrk1) -> None:
        five, three = prcc_ntrk1
        bam.spliced("a", five.pos, three.pos, 40)
        reads = reads_of(bam, loci)
        assert reads.unspliced_over(three, five=False) == 0

    def test_both_mates_of_a_fragment_count_once(self, bam: Bam, loci, genome, mane) -> None:
        start = mane["NTRK1"].exon_start(14)
        first, second = ("chr1", start), ("chr1", start + 20)
        flags = PAIRED | PROPER
        for flag, here, there in (
            (flags | READ1 | MATE_REVERSE, first, second),
            (flags | READ2 | REVERSE, second, first),
        ):
            bases = genome.transcribed("chr1", here[1], here[1] + 99, "+")
            bam.add("p", flag, here, "100M", bases, there, 120)
        side = Breakpoint("chr1", start + 60, "+")
        assert reads_of(bam, loci).unspliced_over(side, five=True) == 1
