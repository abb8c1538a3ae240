"""Does a gene express more of its kinase than of its 5′ part?"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count, pairwise
from pathlib import Path

import pysam
import pytest
from helpers import domain_of
from hypothesis import given, settings
from hypothesis import strategies as st

from ntrkoma.curated.exon_parts import CuratedParts, Part, Parts, load_parts
from ntrkoma.curated.knowledge import Domain, Knowledge, load
from ntrkoma.errors import InputError
from ntrkoma.evidence.imbalance import (
    Flag,
    Imbalance,
    background,
    choose_parts,
    exon_depths,
    imbalance_reason,
    log2_ratio,
    measure,
    with_background,
)
from ntrkoma.genome.transcripts import Transcript

FOLDER = Path(__file__).resolve().parents[3] / "resources"
LIMITS = {
    "imbalance_min_depth": 10.0,
    "imbalance_min_ratio": 8.0,
    "imbalance_min_z": 3.5,
    "imbalance_min_negatives": 10.0,
    "imbalance_max_three_prime_bias": 3.0,
}
# Eight exons of 100 nt with introns of 200, coding from base 51 to 752 of 800: residues 118-150
# are exon 5's, 151 and later ones exons 6 to 8's.
EXONS, EXON, INTRON, FLANK = 8, 100, 200, 1000
CONTIG = 2 * FLANK + EXONS * EXON + (EXONS - 1) * INTRON
WHOLE, KINASE_SIDE, TRUNCATED = (1, 800), (501, 800), (1, 500)
TABLE = {"KIN": CuratedParts(frozenset({"ENST_KIN"}), Parts((2, 3, 4), (6, 7, 8)), "A caveat.")}
DUPLICATE, SECONDARY, SUPPLEMENTARY, UNMAPPED = 1024, 256, 2048, 4


def gene(strand: str = "+", chrom: str = "chr1") -> Transcript:
    starts = [FLANK + 1 + index * (EXON + INTRON) for index in range(EXONS)]
    exons = [(start, start + EXON - 1) for start in starts]
    cds = (exons[0][0] + 50, exons[-1][1] - 48)
    if strand == "-":
        exons.reverse()
        cds = (exons[-1][0] + 48, exons[0][1] - 50)
    return Transcript(
        "ENST_KIN.1", "ENSG_KIN.1", "KIN", chrom, strand, tuple(exons), cds, 0, "protein_coding"
    )


def domain(name: str, first: int, last: int) -> Domain:
    return domain_of(first, last, 233, "KIN", name)


KINASE, MEMBRANE = domain("kinase", 153, 230), domain("transmembrane", 120, 140)


CURATED = load(FOLDER)


def knowing(*domains: Domain) -> Knowledge:
    return replace(CURATED, domains=domains)


@dataclass(frozen=True)
class Read:
    """A read over spliced bases ``first`` to ``last`` (1-based) of a transcript."""

    first: int
    last: int
    name: str = ""
    flag: int = 0
    mate: int = 0


def blocks(transcript: Transcript, first: int, last: int) -> list[tuple[int, int]]:
    """Genomic stretches (1-based inclusive, ascending) of spliced bases ``first`` to ``last``."""
    positions = sorted(transcript.to_genome(p) for p in range(first, last + 1))
    borders = [0, *(i for i in range(1, len(positions)) if positions[i] - positions[i - 1] > 1)]
    ends = [*borders[1:], len(positions)]
    return [(positions[b], positions[e - 1]) for b, e in zip(borders, ends, strict=True)]


def write_bam(path: Path, transcript: Transcript, reads: Iterable[Read], copies: int = 1) -> Path:
    """A sorted and indexed BAM; mate 2 and every second single read lie on the other strand."""
    header = pysam.AlignmentHeader.from_references([transcript.chrom], [CONTIG])
    records, number = [], count()
    for read in [read for read in reads for _ in range(copies)]:
        index = next(number)
        pieces = blocks(transcript, read.first, read.last)
        record = pysam.AlignedSegment(header)
        record.query_name = read.name or f"r{index}"
        record.query_sequence = "A" * (read.last - read.first + 1)
        record.flag = read.flag | (16 if read.mate == 2 or index % 2 else 0)
        if read.mate:
            record.flag |= 1 | (64 if read.mate == 1 else 128)
        record.reference_id, record.reference_start = 0, pieces[0][0] - 1
        record.mapping_quality = 255
        cigar = [(0, pieces[0][1] - pieces[0][0] + 1)]
        for (_, left), (start, end) in pairwise(pieces):
            cigar += [(3, start - left - 1), (0, end - start + 1)]
        record.cigartuples = cigar
        records.append(record)
    with pysam.AlignmentFile(str(path), "wb", header=header) as out:
        for record in sorted(records, key=lambda r: r.reference_start):
            out.write(record)
    pysam.index(str(path))
    return path


Measured = Callable[..., Imbalance]


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    """Imbalance of the gene under given reads, from a BAM."""

    def run(
        *reads: Read | tuple[int, int],
        strand: str = "+",
        chrom: str = "chr1",
        copies: int = 1,
        **rest: object,
    ) -> Imbalance:
        transcript = gene(strand, chrom)
        given = [read if isinstance(read, Read) else Read(*read) for read in reads]
        bam = write_bam(tmp_path / "evidence.bam", transcript, given, copies)
        genes = {"KIN": [transcript]}
        return measure(bam, genes, knowing(KINASE, MEMBRANE), TABLE, LIMITS, **rest)["KIN"]  # type: ignore[arg-type]

    return run


def depths(found: Imbalance) -> list[float | None]:
    return [exon.depth for exon in found.profile]


@pytest.mark.parametrize("strand", ["+", "-"])
@pytest.mark.parametrize("chrom", ["chr1", "1"])
class TestDepth:
    def test_wild_type_is_flat(self, measured: Measured, strand: str, chrom: str) -> None:
        found = measured(WHOLE, strand=strand, chrom=chrom, copies=20)
        assert depths(found) == [20.0] * EXONS
        assert (found.five_prime_depth, found.kinase_depth, found.ratio) == (20.0, 20.0, 1.0)
        assert found.flag == Flag.NONE

    def test_fusion_that_keeps_the_kinase(
        self, measured: Measured, strand: str, chrom: str
    ) -> None:
        reads = [WHOLE] * 2 + [KINASE_SIDE] * 18
        found = measured(*reads, strand=strand, chrom=chrom)
        assert depths(found) == [2.0] * 5 + [20.0] * 3
        assert found.ratio == 10.0
        assert found.flag == Flag.RAISED

    def test_truncated_isoform(self, measured: Measured, strand: str, chrom: str) -> None:
        reads = [WHOLE] * 5 + [TRUNCATED] * 45
        found = measured(*reads, strand=strand, chrom=chrom)
        assert depths(found) == [50.0] * 5 + [5.0] * 3
        assert found.ratio == 0.1
        assert found.flag == Flag.NONE

    def test_only_coding_bases_count(self, measured: Measured, strand: str, chrom: str) -> None:
        found = measured((1, 50), (753, 800), strand=strand, chrom=chrom, copies=500)
        assert depths(found) == [0.0] * EXONS
        found = measured((41, 60), (751, 800), strand=strand, chrom=chrom, copies=50)
        assert depths(found) == [50 * 10 / 50, *[0.0] * 6, round(50 * 2 / 52, 3)]
        assert [exon.coding_nt for exon in found.profile] == [50, *[100] * 6, 52]

    def test_introns_of_spliced_reads_do_not_count(
        self, measured: Measured, strand: str, chrom: str
    ) -> None:
        # Bases 91 to 210 lie on exons 1 (10 nt), 2 (all) and 3 (10 nt).
        found = measured((91, 210), strand=strand, chrom=chrom, copies=10)
        assert depths(found)[:4] == [10 * 10 / 50, 10.0, 1.0, 0.0]

    def test_order_and_place_of_exons(self, measured: Measured, strand: str, chrom: str) -> None:
        found = measured(WHOLE, strand=strand, chrom=chrom)
        assert [e.exon for e in found.profile] == list(range(1, EXONS + 1))
        assert tuple((e.start, e.end) for e in found.profile) == gene(strand).exons
        assert [e.part for e in found.profile] == [
            Part.MIDDLE,
            *[Part.FIVE_PRIME] * 3,
            Part.MIDDLE,
            *[Part.KINASE] * 3,
        ]


class TestCounting:
    def test_long_exons_weigh_more(self, measured: Measured) -> None:
        # Exon 8 holds 52 coding bases of the part's 252.
        found = measured((701, 800), copies=63)
        assert depths(found)[5:] == [0.0, 0.0, 63.0]
        assert found.kinase_depth == 63 * 52 / 252

    def test_overlapping_mates_count_once(self, measured: Measured) -> None:
        pair = (Read(101, 180, "f", mate=1), Read(121, 200, "f", mate=2))
        assert depths(measured(*pair))[1] == 1.0
        apart = (Read(101, 140, "f", mate=1), Read(161, 200, "f", mate=2))
        assert depths(measured(*apart))[1] == 0.8
        two = (Read(101, 180, "f", mate=1), Read(121, 200, "g", mate=2))
        assert depths(measured(*two))[1] == 1.6

    @pytest.mark.parametrize("flag", [DUPLICATE, SECONDARY, SUPPLEMENTARY, UNMAPPED])
    def test_other_alignments_do_not_count(self, measured: Measured, flag: int) -> None:
        found = measured(Read(101, 200), Read(101, 200, flag=flag))
        assert depths(found)[1] == 1.0

    def test_deletions_do_not_count(self, tmp_path: Path) -> None:
        transcript = gene()
        header = pysam.AlignmentHeader.from_references(["chr1"], [CONTIG])
        record = pysam.AlignedSegment(header)
        record.query_name, record.query_sequence = "r", "A" * 95
        record.flag, record.reference_id, record.mapping_quality = 0, 0, 255
        record.reference_start = transcript.exons[1][0] - 1
        # 5 nt clipped, 40 nt, 20 deleted, 10 inserted, 40 nt: all 100 reference bases of exon 2.
        record.cigartuples = [(4, 5), (0, 40), (2, 20), (1, 10), (0, 40)]
        bam = tmp_path / "evidence.bam"
        with pysam.AlignmentFile(str(bam), "wb", header=header) as out:
            out.write(record)
        pysam.index(str(bam))
        with pysam.AlignmentFile(str(bam)) as alignments:
            assert exon_depths(alignments, transcript, Parts())[1].depth == 0.8

    def test_non_coding_exons_are_listed_without_depth(self, tmp_path: Path) -> None:
        transcript = replace(gene(), cds=(gene().exons[1][0], gene().exons[6][1]))
        bam = write_bam(tmp_path / "evidence.bam", transcript, [Read(*WHOLE)])
        with pysam.AlignmentFile(str(bam)) as alignments:
            found = exon_depths(alignments, transcript, Parts((2,), (7,)))
        assert [e.depth for e in found] == [None, *[1.0] * 6, None]
        assert [e.coding_nt for e in found] == [0, *[100] * 6, 0]

    def test_unknown_contig(self, tmp_path: Path) -> None:
        bam = write_bam(tmp_path / "evidence.bam", gene(chrom="1"), [Read(*WHOLE)])
        with pytest.raises(InputError, match=r"evidence\.bam: it has no contig 'chr1'.*KIN"):
            measure(bam, {"KIN": [gene()]}, knowing(KINASE), TABLE, LIMITS)

    def test_no_index(self, tmp_path: Path) -> None:
        bam = write_bam(tmp_path / "evidence.bam", gene(), [Read(*WHOLE)])
        bam.with_suffix(".bam.bai").unlink()
        with pytest.raises(InputError, match=r"evidence\.bam: it has no index"):
            measure(bam, {"KIN": [gene()]}, knowing(KINASE), TABLE, LIMITS)


READS = st.lists(
    st.tuples(st.integers(1, 800), st.integers(0, 250)).map(
        lambda r: Read(r[0], min(800, r[0] + r[1]))
    ),
    min_size=1,
    max_size=12,
)


any_reads = given(reads=READS, copies=st.integers(2, 6))


class TestAnyReads:
    """Properties of the depth under any single-end reads."""

    @staticmethod
    def found(folder: Path, reads: list[Read], strand: str, copies: int = 1) -> Imbalance:
        bam = write_bam(folder / "any.bam", gene(strand), reads, copies)
        return measure(bam, {"KIN": [gene(strand)]}, knowing(KINASE), TABLE, LIMITS)["KIN"]

    @settings(max_examples=25)
    @any_reads
    def test_more_of_the_same_leaves_the_ratio(
        self, tmp_path: Path, reads: list[Read], copies: int
    ) -> None:
        once = self.found(tmp_path, reads, "+")
        more = self.found(tmp_path, reads, "+", copies)
        assert more.ratio == once.ratio
        for scaled, single in zip(depths(more), depths(once), strict=True):
            assert scaled == pytest.approx(copies * (single or 0.0), abs=0.004)

    @settings(max_examples=25)
    @any_reads
    def test_mirror_image(self, tmp_path: Path, reads: list[Read], copies: int) -> None:
        forward = self.found(tmp_path, reads, "+", copies)
        reverse = self.found(tmp_path, reads, "-", copies)
        assert depths(forward) == depths(reverse)
        assert replace(forward, profile=()) == replace(reverse, profile=())

    @settings(max_examples=25)
    @any_reads
    def test_agrees_with_htslib(self, tmp_path: Path, reads: list[Read], copies: int) -> None:
        transcript = gene("-")
        found = self.found(tmp_path, reads, "-", copies)
        low, high = transcript.cds or (0, 0)
        with pysam.AlignmentFile(str(tmp_path / "any.bam")) as alignments:
            for exon in found.profile:
                first, last = max(exon.start, low), min(exon.end, high)
                bases = alignments.count_coverage("chr1", first - 1, last, quality_threshold=0)
                total = sum(map(sum, bases))
                assert exon.depth == round(total / (last - first + 1), 3)


class TestParts:
    def test_table_on_its_transcript(self) -> None:
        found = choose_parts(gene(), [gene()], knowing(KINASE, MEMBRANE), TABLE)
        assert found == TABLE["KIN"].parts

    @pytest.mark.parametrize("strand", ["+", "-"])
    @pytest.mark.parametrize(
        ("domains", "five_prime"),
        [((KINASE, MEMBRANE), (1, 2, 3, 4)), ((KINASE,), (1, 2, 3, 4, 5))],
    )
    def test_computed_elsewhere(
        self, strand: str, domains: tuple[Domain, ...], five_prime: tuple[int, ...]
    ) -> None:
        other = replace(gene(strand), transcript_id="NM_9.1")
        found = choose_parts(other, [other], knowing(*domains), TABLE)
        assert found == Parts(five_prime, (6, 7, 8))

    def test_an_exon_with_one_kinase_base_is_a_kinase_exon(self) -> None:
        # Exon 5 ends with codon 150.
        for first, expected in ((150, (5, 6, 7, 8)), (151, (6, 7, 8))):
            found = choose_parts(gene(), [gene()], knowing(domain("kinase", first, 230)), {})
            assert found.kinase == expected

    def test_renumbered_exons_are_not_taken_from_the_table(self) -> None:
        exons = gene().exons
        # The same id with exon 2 gone: all later numbers are one lower.
        newer = replace(gene(), transcript_id="ENST_KIN.2", exons=(exons[0], *exons[2:]))
        shorter = (domain("kinase", 120, 190), domain("transmembrane", 87, 100))
        found = choose_parts(newer, [newer], knowing(*shorter), TABLE)
        assert found == Parts((1, 2, 3), (5, 6, 7))

    def test_an_exon_more_is_noticed(self) -> None:
        # The same id with exon 2 in two pieces: the table's numbers exist but mean other exons.
        (start, end), exons = gene().exons[1], gene().exons
        pieces = ((start, start + 49), (start + 50, end))
        newer = replace(gene(), exons=(exons[0], *pieces, *exons[2:]))
        found = choose_parts(newer, [newer], knowing(KINASE, MEMBRANE), TABLE)
        assert found == Parts((1, 2, 3, 4, 5), (7, 8, 9))

    def test_unknown_kinase(self) -> None:
        assert choose_parts(gene(), [gene()], knowing(), {}) == Parts()

    def test_no_exon_upstream(self, tmp_path: Path) -> None:
        bam = write_bam(tmp_path / "evidence.bam", gene(), [Read(*WHOLE)], 50)
        known = knowing(domain("kinase", 1, 230))
        found = measure(bam, {"KIN": [gene()]}, known, {}, LIMITS)["KIN"]
        assert (found.five_prime_exons, found.kinase_exons) == ((), tuple(range(1, 9)))
        assert (found.five_prime_depth, found.ratio) == (None, None)
        assert found.flag == Flag.NOT_ASSESSABLE
        assert "no coding exons in both" in found.text

    def test_domains_of_another_contig_are_left_alone(self) -> None:
        patch = replace(gene("-", "chr1_patch"), transcript_id="ENST_KIN.1")
        other = replace(gene(), transcript_id="NM_9.1")
        found = choose_parts(other, [patch, other], knowing(KINASE, MEMBRANE), {})
        assert found == Parts((1, 2, 3, 4), (6, 7, 8))


class TestFlag:
    def test_silent_gene(self, measured: Measured) -> None:
        found = measured((501, 800), copies=9)
        assert found.flag == Flag.NOT_ASSESSABLE
        assert "9.0×" in found.text
        assert "too little expressed" in found.text

    def test_nothing_at_all(self, measured: Measured) -> None:
        found = measured()
        assert (found.five_prime_depth, found.kinase_depth) == (0.0, 0.0)
        assert (found.ratio, found.flag) == (None, Flag.NOT_ASSESSABLE)

    def test_one_part_is_enough_to_assess(self, measured: Measured) -> None:
        assert measured(KINASE_SIDE, copies=10).flag == Flag.RAISED
        assert measured(TRUNCATED, copies=10).flag == Flag.NONE

    def test_zero_five_prime_depth(self, measured: Measured) -> None:
        found = measured(KINASE_SIDE, copies=40)
        assert found.ratio is None
        assert log2_ratio(found, LIMITS) == math.log2(40)
        assert found.flag == Flag.RAISED
        assert "no ratio" in found.text

    def test_fixed_ratio_says_that_it_is_one(self, measured: Measured) -> None:
        reads = [WHOLE] * 5
        assert measured(*reads, *[KINASE_SIDE] * 34).flag == Flag.NONE
        found = measured(*reads, *[KINASE_SIDE] * 35)
        assert (found.ratio, found.flag) == (8.0, Flag.RAISED)
        assert "fixed ratio of 8" in found.text
        assert "no RNA-seq cut-off is transferable" in found.text
        assert "never a finding by itself" in found.text

    @pytest.mark.parametrize("assay", ["capture", "amplicon"])
    def test_targeted_designs_need_negatives(self, measured: Measured, assay: str) -> None:
        found = measured(KINASE_SIDE, copies=40, assay=assay)
        assert found.flag == Flag.NOT_ASSESSABLE
        assert assay in found.text
        judged = with_background(found, [0.0] * 10, LIMITS, TABLE, assay=assay)
        assert judged.flag == Flag.RAISED

    def test_biased_library_does_not_raise_by_the_fixed_ratio(self, measured: Measured) -> None:
        found = measured(KINASE_SIDE, copies=40, three_prime_bias=5.0)
        assert found.flag == Flag.NOT_ASSESSABLE
        assert "3′-biased (5)" in found.text
        assert measured(WHOLE, copies=40, three_prime_bias=5.0).flag == Flag.NONE
        even = measured(KINASE_SIDE, copies=40, three_prime_bias=1.1)
        assert even.flag == Flag.RAISED
        assert "biased" not in even.text

    def test_unknown_bias_is_said(self, measured: Measured) -> None:
        assert "3′ bias" in measured(WHOLE, copies=40).text

    def test_isoform_caveat(self, measured: Measured) -> None:
        assert measured(WHOLE, copies=40).text.endswith("A caveat.")
        assert "caveat" not in measured().text


NEGATIVES = [0.1, -0.2, 0.3, 0.0, 0.5, -0.4, 0.2, -0.1, 0.6, -0.5]


class TestBackground:
    def test_z_by_median_and_mad(self, measured: Measured) -> None:
        own = measured(*[WHOLE] * 10, *[KINASE_SIDE] * 30)
        found = with_background(own, NEGATIVES, LIMITS, TABLE)
        # Median 0.05; absolute deviations 0.05 (twice), 0.15, 0.25 … 0.55: their median is 0.25.
        expected = (2 - 0.05) / (1.4826 * 0.25)
        assert own.ratio == 4.0
        assert found.z == pytest.approx(expected, abs=0.006)
        assert (found.flag, found.negatives) == (Flag.RAISED, 10)
        assert "10 negatives" in found.text

    def test_negatives_overrule_the_fixed_ratio(self, measured: Measured) -> None:
        own = measured(*[WHOLE] * 2, *[KINASE_SIDE] * 38)
        assert own.flag == Flag.RAISED
        high = [negative + 4 for negative in NEGATIVES]
        found = with_background(own, high, LIMITS, TABLE)
        assert found.flag == Flag.NONE
        assert "fixed ratio" not in found.text

    def test_too_few_negatives(self, measured: Measured) -> None:
        own = measured(*[WHOLE] * 10, *[KINASE_SIDE] * 30)
        found = with_background(own, NEGATIVES[:9], LIMITS, TABLE)
        assert (found.z, found.negatives, found.flag) == (None, 9, Flag.NONE)
        assert "9 negatives of the run, 10 are needed" in found.text

    def test_one_unrecognised_fusion_among_the_negatives(self, measured: Measured) -> None:
        own = measured(*[WHOLE] * 10, *[KINASE_SIDE] * 70)
        clean = with_background(own, [*NEGATIVES, 0.05], LIMITS, TABLE)
        spoilt = with_background(own, [*NEGATIVES, 7.0], LIMITS, TABLE)
        assert clean.flag == spoilt.flag == Flag.RAISED

    def test_equal_negatives_do_not_make_noise_significant(self, measured: Measured) -> None:
        own = measured(*[WHOLE] * 10, *[KINASE_SIDE] * 10)
        found = with_background(own, [0.0] * 30, LIMITS, TABLE)
        assert found.z == pytest.approx(1 / 0.3, abs=0.01)
        assert found.flag == Flag.NONE

    def test_silent_gene_has_no_z(self, measured: Measured) -> None:
        found = with_background(measured(), NEGATIVES, LIMITS, TABLE)
        assert (found.z, found.negatives, found.flag) == (None, 10, Flag.NOT_ASSESSABLE)

    def test_below_the_negatives_is_not_raised(self, measured: Measured) -> None:
        found = with_background(measured(TRUNCATED, copies=90), NEGATIVES, LIMITS, TABLE)
        assert found.z is not None
        assert found.z < -10
        assert found.flag == Flag.NONE

    def test_silent_samples_are_no_background(self, measured: Measured) -> None:
        flat, silent = measured(WHOLE, copies=20), measured(WHOLE, copies=3)
        assert background([flat, silent, flat], LIMITS) == [0.0, 0.0]


class TestJson:
    def test_there_and_back(self, measured: Measured) -> None:
        for own in (measured(), measured(*[WHOLE] * 3, *[(511, 760)] * 31)):
            text = json.dumps(own.to_json())
            assert Imbalance.from_json("KIN", json.loads(text)) == own

    def test_fields(self, measured: Measured) -> None:
        found = measured(WHOLE, copies=20).to_json()
        assert set(found) == {
            "transcript",
            "five_prime_exons",
            "kinase_exons",
            "five_prime_depth",
            "kinase_depth",
            "ratio",
            "z",
            "negatives",
            "flag",
            "text",
            "profile",
        }
        assert found["five_prime_exons"] == [2, 3, 4]
        assert found["profile"][0] == {
            "exon": 1,
            "start": 1001,
            "end": 1100,
            "coding_nt": 50,
            "depth": 20.0,
            "part": "middle",
        }

    def test_judged_alike_after_reading_back(self, measured: Measured) -> None:
        own = measured(*[WHOLE] * 10, *[KINASE_SIDE] * 30)
        stored = Imbalance.from_json("KIN", json.loads(json.dumps(own.to_json())))
        assert with_background(stored, NEGATIVES, LIMITS, TABLE) == with_background(
            own, NEGATIVES, LIMITS, TABLE
        )


class TestReason:
    def test_only_where_no_fusion_speaks(self, measured: Measured) -> None:
        raised, flat = measured(KINASE_SIDE, copies=40), measured(WHOLE, copies=40)
        assert raised.flag == Flag.RAISED
        reason = imbalance_reason({"KIN": raised}, set(), ["KIN"])
        assert reason is not None
        assert reason.code == "imbalance_without_fusion"
        assert "KIN kinase exons at 40.0×" in reason.text
        assert "another method" in reason.text
        assert imbalance_reason({"KIN": raised}, {"KIN"}, ["KIN"]) is None
        assert imbalance_reason({"KIN": raised}, set(), ["NTRK1"]) is None
        assert imbalance_reason({"KIN": flat}, set(), ["KIN"]) is None
        assert imbalance_reason({"KIN": measured()}, set(), ["KIN"]) is None

    def test_all_genes_are_named(self, measured: Measured) -> None:
        raised = measured(KINASE_SIDE, copies=40)
        both = {"A": replace(raised, gene="A"), "B": replace(raised, gene="B")}
        reason = imbalance_reason(both, set(), ["A", "B", "C"])
        assert reason is not None
        assert re.search(r"A kinase exons.*; B kinase exons", reason.text)


class TestTable:
    """The curated parts against the real gene structures."""

    @pytest.mark.parametrize(
        ("name", "five_prime", "kinase"),
        [
            ("NTRK1", (2, 8), (13, 17)),
            ("NTRK2", (2, 9), (15, 19)),
            ("NTRK3", (3, 10), (15, 20)),
            ("ALK", (2, 16), (20, 29)),
            ("ROS1", (2, 31), (37, 43)),
            ("RET", (2, 7), (12, 19)),
        ],
    )
    def test_on_real_exons(
        self,
        name: str,
        five_prime: tuple[int, int],
        kinase: tuple[int, int],
        knowledge: Knowledge,
        models: list[Transcript],
        mane: dict[str, Transcript],
    ) -> None:
        curated = load_parts(FOLDER)
        transcripts = [t for t in models if t.gene == name]
        found = choose_parts(mane[name], transcripts, knowledge, curated)
        assert found == curated[name].parts
        assert (found.five_prime[0], found.five_prime[-1]) == five_prime
        assert (found.kinase[0], found.kinase[-1]) == kinase
        computed = choose_parts(mane[name], transcripts, knowledge, {})
        assert computed.kinase == found.kinase
        assert set(found.five_prime) <= set(computed.five_prime)

    def test_truncated_isoforms_are_told(self) -> None:
        curated = load_parts(FOLDER)
        assert "TrkB-T1" in curated["NTRK2"].caveat
        assert "Truncated TrkC" in curated["NTRK3"].caveat
