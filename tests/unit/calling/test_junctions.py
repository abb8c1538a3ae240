"""Our own caller: from hand-made chimeric alignments to calls."""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest
from chimeras import ACCEPTOR, DONOR, ETV6, NTRK3, other_strand, read, spanning
from helpers import at, kept_reads

from ntrkoma.calling.junctions import call_junctions, spliced_to_other_genes, to_call
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome
from ntrkoma.model.junction import Breakpoint, CallerCall
from ntrkoma.model.states import CountedBy
from ntrkoma.programs.chimeric import ChimericAlignment
from ntrkoma.programs.splices import parse_splice_junctions


@pytest.fixture
def empty_bam(tmp_path: Path, genome: Genome) -> Path:
    path = tmp_path / "empty.bam"
    names = [{"SN": name, "LN": length} for name, length in genome.contigs.items()]
    with pysam.AlignmentFile(str(path), "wb", header={"HD": {"VN": "1.6"}, "SQ": names}):
        pass
    return path


def calls_of(alignments: list[ChimericAlignment], bam: Path, loci: Loci) -> list[CallerCall]:
    found = call_junctions(alignments, [], kept_reads(bam, loci, alignments), loci)
    return [to_call(junction, loci) for junction in found]


class TestCalls:
    def test_duplicates_count_once(self, empty_bam: Path, loci: Loci) -> None:
        rows = [read("a"), read("copy"), read("b", 40, 60), read("copy2")]
        rows += [spanning("s", 30, 30), spanning("s-copy", 30, 30), spanning("u", 31, 30)]
        (call,) = calls_of(rows, empty_bam, loci)
        assert (call.junction_reads, call.spanning_fragments) == (2, 2)
        assert call.evidence is not None
        assert (call.evidence.junction_reads_raw, call.evidence.spanning_fragments_raw) == (4, 3)
        assert call.evidence.start_positions == 2
        assert (call.evidence.anchor5, call.evidence.anchor3) == (50, 60)
        assert call.evidence.splice_motif == "GT-AG"
        assert call.evidence.counted_by == CountedBy.CHIMERIC

    def test_opposite_mate_order_is_no_duplicate(self, empty_bam: Path, loci: Loci) -> None:
        (call,) = calls_of([read("a"), other_strand(read("b"))], empty_bam, loci)
        assert call.junction_reads == 2

    def test_one_fragment_gives_a_call(self, empty_bam: Path, loci: Loci) -> None:
        (call,) = calls_of([read("only", loci=4)], empty_bam, loci)
        assert (call.gene5, call.gene3) == ("KHDRBS1", "NTRK1")
        assert (call.breakpoint5, call.breakpoint3) == (DONOR, ACCEPTOR)
        assert (call.junction_reads, call.spanning_fragments, call.exact) == (1, 0, True)
        assert call.evidence is not None
        assert call.evidence.multimapping_share == 1.0

    def test_intergenic_partner_has_no_name(self, empty_bam: Path, loci: Loci) -> None:
        (call,) = calls_of([read("a", donor=at("chr2:21000:+"))], empty_bam, loci)
        assert (call.gene5, call.gene3) == (".", "NTRK1")

    def test_spanning_only(self, empty_bam: Path, loci: Loci) -> None:
        (call,) = calls_of([spanning("a", 3, 3), spanning("b", 9, 3)], empty_bam, loci)
        assert not call.exact
        assert (call.junction_reads, call.spanning_fragments) == (0, 2)
        assert call.evidence is not None
        assert call.evidence.splice_motif == ""

    def test_nothing_in_nothing_out(self, empty_bam: Path, loci: Loci) -> None:
        assert calls_of([], empty_bam, loci) == []

    def test_best_supported_first(self, empty_bam: Path, loci: Loci) -> None:
        rows = [read("a", donor=ETV6, acceptor=NTRK3), read("b"), read("c", 30)]
        found = calls_of(rows, empty_bam, loci)
        assert [c.gene3 for c in found] == ["NTRK1", "NTRK3"]


class TestSplicedToOtherGenes:
    def line(self, *fields: object) -> str:
        return "\t".join(map(str, fields))

    def found(self, lines: list[str], loci: Loci) -> list[tuple[Breakpoint, Breakpoint]]:
        return spliced_to_other_genes(parse_splice_junctions(lines, "SJ.out.tab"), loci)

    def test_joins_across_the_edge_of_a_target_gene(self, loci: Loci, mane) -> None:
        """PRCC e6 to NTRK1 e2: an ordinary splice to STAR."""
        five, three = mane["PRCC"].exon_end(6), mane["NTRK1"].exon_start(2)
        row = self.line("chr1", five + 1, three - 1, 1, 1, 0, 39, 0, 48)
        assert self.found([row], loci) == [
            (Breakpoint("chr1", five, "+"), Breakpoint("chr1", three, "+"))
        ]

    def test_minus_strand_joins_run_backwards(self, loci: Loci, mane) -> None:
        low, high = mane["NTRK3"].exon_start(15), 112_000
        row = self.line("chr15", low + 1, high - 1, 2, 1, 0, 9, 0, 40)
        assert self.found([row], loci) == [
            (Breakpoint("chr15", high, "-"), Breakpoint("chr15", low, "-"))
        ]

    def test_what_is_left_out(self, loci: Loci, mane) -> None:
        five, three = mane["PRCC"].exon_end(6), mane["NTRK1"].exon_start(2)
        ntrk1 = mane["NTRK1"]
        rows = [
            self.line("chr1", five + 1, three - 1, 1, 1, 1, 39, 0, 48),  # annotated
            self.line("chr1", five + 1, three - 1, 0, 0, 0, 39, 0, 48),  # strand unknown
            self.line("chr1", ntrk1.exon_end(3) + 1, ntrk1.exon_start(6) - 1, 1, 1, 0, 5, 0, 9),
            self.line("chr2", five + 1, three - 1, 1, 1, 0, 39, 0, 48),
        ]
        assert self.found(rows, loci) == []
        assert self.found([], loci) == []
