"""Reads laid on the fused transcript of a known junction."""

from __future__ import annotations

import pytest
from helpers import at

from ntrkoma.calling.fused_reads import (
    FLANK,
    OVERHANG,
    FusedTranscript,
    FusedTranscripts,
    ReadPair,
    fused_transcript,
)
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome, reverse_complement
from ntrkoma.model.junction import Fragment, Junction

KHDRBS1, NTRK1 = at("chr1:6358:+"), at("chr1:160443:+")
ETV6, NTRK3 = at("chr12:11545:+"), at("chr15:100619:-")
NEXT = {"A": "C", "C": "G", "G": "T", "T": "A"}


def junction(donor=KHDRBS1, acceptor=NTRK1, reads: int = 2, inserted: str = "") -> Junction:
    seen = {f"seen{i}": Fragment(f"seen{i}", (i, 9, False), (50, 50), 1, 0) for i in range(reads)}
    return Junction(donor, acceptor, 2, inserted=inserted, reads=seen)


@pytest.fixture
def known() -> Junction:
    return junction()


@pytest.fixture
def fused(known: Junction, loci: Loci) -> FusedTranscript:
    return fused_transcript(known, loci)


def wrong(read: str, *positions: int) -> str:
    bases = list(read)
    for position in positions:
        bases[position] = NEXT[bases[position]]
    return "".join(bases)


def add(target: Junction, loci: Loci, *pairs: ReadPair) -> None:
    FusedTranscripts([target], loci).add(pairs)


class TestSequence:
    @pytest.mark.parametrize("inserted", ["", "AAC"])
    def test_spliced_flanks_and_positions(self, loci: Loci, genome: Genome, inserted: str) -> None:
        for donor, acceptor in ((KHDRBS1, NTRK1), (ETV6, NTRK3)):
            fused = fused_transcript(junction(donor, acceptor, inserted=inserted), loci)
            assert fused.left <= FLANK
            assert fused.right == fused.left + len(inserted)
            assert fused.sequence[fused.left : fused.right] == inserted
            assert fused.positions[fused.left - 1] == donor.pos
            assert fused.positions[fused.right] == acceptor.pos
            assert fused.positions[fused.left : fused.right] == (0,) * len(inserted)
            assert len(fused.positions) == len(fused.sequence)
            for index in range(fused.left):
                base = genome.transcribed(
                    donor.chrom, fused.positions[index], fused.positions[index], donor.strand
                )
                assert base == fused.sequence[index]

    def test_introns_are_spliced_out(self, fused: FusedTranscript, mane) -> None:
        exons = {mane["NTRK1"].exon_at(p) for p in fused.positions[fused.right :]}
        assert None not in exons
        assert len(exons) > 1

    def test_intergenic_sides_are_plain_genome(self, loci: Loci) -> None:
        fused = fused_transcript(junction(at("chr2:21000:+")), loci)
        assert fused.positions[: fused.left] == tuple(range(21000 - FLANK + 1, 21001))


class TestCrossing:
    @pytest.mark.parametrize(
        ("five", "crosses"),
        [(OVERHANG - 1, False), (OVERHANG, True), (50, True), (92, True), (93, False)],
    )
    def test_overhang(
        self, known: Junction, fused: FusedTranscript, loci, five: int, crosses: bool
    ) -> None:
        read = fused.sequence[fused.left - five : fused.left - five + 100]
        add(known, loci, ReadPair("new", read, None))
        assert ("new" in known.reads) is crosses

    def test_either_strand_and_either_mate(
        self, known: Junction, fused: FusedTranscript, loci
    ) -> None:
        read = fused.sequence[fused.left - 40 : fused.left + 60]
        far = fused.sequence[fused.left + 80 : fused.left + 180]
        add(
            known,
            loci,
            ReadPair("single", read, None),
            ReadPair("single-", reverse_complement(read), None),
            ReadPair("pair", read, reverse_complement(far)),
            ReadPair("pair-", reverse_complement(far), read),
        )
        assert {"single", "single-", "pair", "pair-"} <= set(known.reads)
        start = fused.positions[fused.left - 40]
        assert known.reads["single"].key == (start, fused.positions[fused.left + 59], False)
        assert known.reads["single-"].key[2] is True
        assert known.reads["pair"].key == (start, fused.positions[fused.left + 179], False)
        assert known.reads["pair-"].key == (*known.reads["pair"].key[:2], True)
        assert known.reads["single"].anchors == (40, 60)

    @pytest.mark.parametrize(
        ("errors", "counted"),
        [
            ((), True),
            ((5,), True),
            ((95,), True),
            # next to none over a read that is to prove the junction
            ((5, 95), False),
            ((45, 55), False),
        ],
    )
    def test_mismatches_of_a_crossing_read(
        self, known: Junction, fused: FusedTranscript, loci, errors, counted: bool
    ) -> None:
        read = fused.sequence[fused.left - 50 : fused.left + 50]
        add(known, loci, ReadPair("new", wrong(read, *errors), None))
        assert ("new" in known.reads) is counted

    def test_a_mismatch_in_a_short_overhang_decides(
        self, known: Junction, fused: FusedTranscript, loci
    ) -> None:
        read = fused.sequence[fused.left - 91 : fused.left + 9]
        add(known, loci, ReadPair("new", wrong(read, 95), None))
        assert "new" not in known.reads

    def test_wild_type_reads_do_not_count(self, known: Junction, loci, genome, mane) -> None:
        transcript = mane["NTRK1"]
        border = transcript.to_transcript(transcript.exon_start(12))
        bases = "".join(
            genome.transcribed("chr1", p, p, "+")
            for p in map(transcript.to_genome, range(border - 50, border + 50))
        )
        add(known, loci, ReadPair("wild", bases, None))
        assert "wild" not in known.reads


class TestSpanning:
    @pytest.mark.parametrize(
        ("gap5", "gap3", "kind"),
        [(10, 30, "spanning"), (0, 0, "spanning"), (-7, 0, "spanning"), (-8, 0, "reads")],
    )
    def test_pairs(self, known: Junction, fused: FusedTranscript, loci, gap5, gap3, kind) -> None:
        left = fused.sequence[fused.left - gap5 - 90 : fused.left - gap5]
        right = fused.sequence[fused.right + gap3 : fused.right + gap3 + 90]
        add(known, loci, ReadPair("new", left, reverse_complement(right)))
        assert ("new" in getattr(known, kind)) is True
        other = known.reads if kind == "spanning" else known.spanning
        assert "new" not in other

    def test_six_in_a_hundred_mismatches_off_the_junction(
        self, known: Junction, fused: FusedTranscript, loci
    ) -> None:
        left = fused.sequence[fused.left - 120 : fused.left - 20]
        right = reverse_complement(fused.sequence[fused.right + 20 : fused.right + 120])
        for name, errors in (("six", range(20, 26)), ("seven", range(20, 27))):
            add(known, loci, ReadPair(name, wrong(left, *errors), right))
        assert "six" in known.spanning
        assert "seven" not in known.spanning

    def test_mates_on_one_side_span_nothing(
        self, known: Junction, fused: FusedTranscript, loci
    ) -> None:
        one = fused.sequence[fused.left - 300 : fused.left - 200]
        two = fused.sequence[fused.left - 150 : fused.left - 50]
        add(known, loci, ReadPair("new", one, reverse_complement(two)))
        assert "new" not in {**known.reads, **known.spanning}

    def test_mates_in_the_same_direction_span_nothing(
        self, known: Junction, fused: FusedTranscript, loci
    ) -> None:
        left = fused.sequence[fused.left - 120 : fused.left - 20]
        right = fused.sequence[fused.right + 20 : fused.right + 120]
        add(known, loci, ReadPair("new", left, right))
        assert "new" not in {**known.reads, **known.spanning}


class TestAmbiguous:
    def test_the_best_supported_junction_takes_the_fragment(self, loci: Loci, mane) -> None:
        """The same 5′ exon joined to e12 and to e13: a pair that only spans fits both."""
        e13 = at(f"chr1:{mane['NTRK1'].exon_start(13)}:+")
        weak, strong = junction(acceptor=e13, reads=2), junction(reads=5)
        fused = fused_transcript(weak, loci)
        left = fused.sequence[fused.left - 120 : fused.left - 20]
        right = fused.sequence[fused.right + 20 : fused.right + 120]
        tool = FusedTranscripts([weak, strong], loci)
        tool.add([ReadPair("pair", left, reverse_complement(right))])
        assert "pair" in strong.spanning
        assert "pair" not in weak.spanning

    def test_crossing_outranks_spanning_at_one_junction(
        self, known: Junction, fused: FusedTranscript, loci
    ) -> None:
        known.spanning["pair"] = Fragment("pair", (1, 2, False), (0, 0), 1, 0)
        left = fused.sequence[fused.left - 60 : fused.left + 40]
        right = fused.sequence[fused.right + 60 : fused.right + 160]
        add(known, loci, ReadPair("pair", left, reverse_complement(right)))
        assert "pair" in known.reads
        assert "pair" not in known.spanning

    def test_a_fragment_is_taken_from_a_weaker_junction(self, loci: Loci) -> None:
        weak, strong = junction(ETV6, NTRK3, reads=2), junction(reads=5)
        weak.reads["lost"] = Fragment("lost", (1, 2, False), (9, 90), 1, 0)
        fused = fused_transcript(strong, loci)
        read = fused.sequence[fused.left - 50 : fused.left + 50]
        FusedTranscripts([weak, strong], loci).add([ReadPair("lost", read, None)])
        assert "lost" in strong.reads
        assert "lost" not in weak.reads

    @pytest.mark.parametrize(("reads", "usable"), [(1, False), (2, True)])
    def test_one_read_is_no_base_for_others(self, loci, reads: int, usable: bool) -> None:
        assert bool(FusedTranscripts([junction(reads=reads)], loci)) is usable

    def test_inexact_junctions_take_no_reads(self, loci) -> None:
        inexact = junction()
        inexact.exact = False
        assert not FusedTranscripts([inexact], loci)

    def test_a_junction_that_a_caller_vouches_for_needs_no_read(self, loci) -> None:
        claimed = junction(reads=0)
        fused = fused_transcript(claimed, loci)
        read = fused.sequence[fused.left - 50 : fused.left + 50]
        FusedTranscripts([claimed], loci, fewest=0).add([ReadPair("new", read, None)])
        assert set(claimed.reads) == {"new"}


class TestLay:
    """Reads as a figure draws them: in the transcript's orientation, whatever strand they show."""

    @pytest.mark.parametrize("turned", [False, True])
    @pytest.mark.parametrize(("donor", "acceptor"), [(KHDRBS1, NTRK1), (ETV6, NTRK3)])
    def test_both_mates(self, loci, donor, acceptor, turned: bool) -> None:
        tool = FusedTranscripts([junction(donor, acceptor, reads=0)], loci, fewest=0)
        fused = tool.best
        first, second = fused.left - 40, fused.left + 80
        one = fused.sequence[first : first + 100]
        two = fused.sequence[second : second + 100]
        mates = (reverse_complement(two), one) if turned else (one, reverse_complement(two))
        assert sorted(tool.lay(ReadPair("p", *mates))) == [(first, one), (second, two)]

    def test_what_fits_with_one_mate_only_is_not_drawn(self, loci) -> None:
        tool = FusedTranscripts([junction(reads=0)], loci, fewest=0)
        fused = tool.best
        read = fused.sequence[fused.left - 40 : fused.left + 60]
        assert tool.lay(ReadPair("p", read, "ACGTTGCA" * 12)) == []
        assert tool.lay(ReadPair("s", read, None)) == [(fused.left - 40, read)]
