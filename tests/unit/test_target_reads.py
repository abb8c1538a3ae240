"""Reads at the target genes, out of a small BAM."""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest

from ntrkoma.loci import Loci
from ntrkoma.records import Breakpoint
from ntrkoma.sequence import Genome, reverse_complement
from ntrkoma.target_reads import TargetReads, unmapped_pairs

PAIRED, PROPER, UNMAPPED, MATE_UNMAPPED, REVERSE, MATE_REVERSE = 1, 2, 4, 8, 16, 32
READ1, READ2 = 64, 128


class Bam:
    """A BAM in the order in which STAR writes it: mates follow each other."""

    def __init__(self, path: Path, genome: Genome):
        self.path, self._genome = path, genome
        names = [{"SN": name, "LN": length} for name, length in genome.contigs.items()]
        self._header = pysam.AlignmentHeader.from_dict({"HD": {"VN": "1.6"}, "SQ": names})
        self._records: list[pysam.AlignedSegment] = []

    def add(
        self,
        name: str,
        flag: int,
        place: tuple[str, int] | None,
        cigar: str,
        bases: str,
        mate: tuple[str, int] | None = None,
        length: int = 0,
    ) -> None:
        record = pysam.AlignedSegment(self._header)
        record.query_name, record.flag, record.query_sequence = name, flag, bases
        if place:
            record.reference_name, record.reference_start = place[0], place[1] - 1
            record.cigarstring, record.mapping_quality = cigar, 255
        if mate:
            record.next_reference_name, record.next_reference_start = mate[0], mate[1] - 1
        record.template_length = length
        record.set_tag("NH", 1)
        self._records.append(record)

    def spliced(self, name: str, five: int, three: int, left: int, flag: int = 0) -> None:
        """A single read on chr1's plus strand over the intron between two positions."""
        start = five - left + 1
        cigar = f"{left}M{three - five - 1}N{100 - left}M"
        bases = self._genome.transcribed("chr1", start, five, "+")
        bases += self._genome.transcribed("chr1", three, three + 99 - left, "+")
        self.add(name, flag, ("chr1", start), cigar, bases)

    def write(self) -> Path:
        with pysam.AlignmentFile(str(self.path), "wb", header=self._header) as out:
            for record in self._records:
                out.write(record)
        return self.path


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


def reads_of(bam: Bam, loci: Loci, *places: Breakpoint) -> TargetReads:
    return TargetReads(bam.write(), bam.path.with_name("subset.bam"), loci, places)


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
        reads.complete_pairs()
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
        reads.complete_pairs()
        (pair,) = reads.clipped()
        assert (pair.mate1, pair.mate2) == (reverse_complement(bases), mate)
        assert reads.sequences({"c", "unknown"}) == {"c": sorted([bases, mate])}

    def test_other_genes_are_left_out(self, bam, loci, genome) -> None:
        bam.add("x", 0, ("chr2", 9000), "30S70M", genome.transcribed("chr2", 9000, 9099, "+"))
        assert list(reads_of(bam, loci).clipped()) == []


def test_unmapped_pairs(bam: Bam, genome: Genome, mane) -> None:
    one, two = "ACGT" * 25, "GGCA" * 25
    start = mane["NTRK1"].exon_start(12)
    mapped = genome.transcribed("chr1", start, start + 99, "+")
    lost = PAIRED | UNMAPPED
    bam.add("pair", lost | MATE_UNMAPPED | READ1, None, "", one)
    bam.add("pair", lost | MATE_UNMAPPED | READ2, None, "", two)
    bam.add("half", PAIRED | READ1 | MATE_UNMAPPED, ("chr1", start), "100M", mapped)
    bam.add("half", lost | READ2, ("chr1", start), "100M", two)
    bam.add("single", UNMAPPED, None, "", one)
    path = bam.write()
    found = {
        pair.name: (pair.mate1, pair.mate2)
        for pair in unmapped_pairs(path, path.with_name("unmapped.bam"))
    }
    assert found == {"pair": (one, two), "single": (one, None)}
