"""What reads and control genes say of a library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import Design, Placed, build_placed, put
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.evidence.library import (
    LIMIT_PROBABILITY,
    ControlGenes,
    ReadQuality,
    detection_limit,
    distinct_fragments,
    expected_for,
    gate_metrics,
    library_json,
    measure_control_genes,
    pool_units,
)
from ntrkoma.genome.transcripts import Annotation, Transcript
from ntrkoma.model.duplicates import Copies
from ntrkoma.programs.fastp import FastpSummary
from ntrkoma.programs.splices import parse_splice_junctions
from ntrkoma.programs.star_log import AlignmentSummary

NO_IDS: frozenset[str] = frozenset()


def intron(transcript: Transcript, number: int) -> tuple[int, int]:
    """First and last base (1-based) of the intron behind an exon."""
    ends = sorted((transcript.exon_end(number), transcript.exon_start(number + 1)))
    return ends[0] + 1, ends[1] - 1


def line(transcript: Transcript, first: int, last: int, unique: int) -> str:
    """A row of ``SJ.out.tab`` with 7 multimapping reads, which never count."""
    strand = 1 if transcript.strand == "+" else 2
    return "\t".join(map(str, (transcript.chrom, first, last, strand, 1, 1, unique, 7, 40)))


def lines(transcript: Transcript, counts: list[int]) -> list[str]:
    """Reads at introns 1, 2, … in order of transcription."""
    return [line(transcript, *intron(transcript, n), c) for n, c in enumerate(counts, 1)]


def gene(name: str, strand: str, introns: int) -> Placed:
    """A gene of 20-nt exons and 10-nt introns on a contig of its own."""
    exons = tuple((11 + 30 * i, 30 + 30 * i) for i in range(introns + 1))
    return put(Design("A" * (exons[-1][1] + 10), exons), strand, name, f"chr_{name}")


def control_genes(lines: Iterable[str], *others: Any) -> ControlGenes:
    return measure_control_genes(parse_splice_junctions(lines, "SJ.out.tab"), *others)


class TestControlGenes:
    def test_only_a_genes_own_introns_count(self, annotation: Annotation, mane) -> None:
        gapdh, ntrk1 = mane["GAPDH"], mane["NTRK1"]
        one, two = intron(gapdh, 1), intron(gapdh, 2)
        rows = [
            line(gapdh, *one, 30),
            line(gapdh, *two, 12),
            line(gapdh, one[0], two[1], 500),  # skips an exon: not its own intron
            line(ntrk1, *intron(ntrk1, 3), 900),
        ]
        names = ["GAPDH", "ACTB", "NO_SUCH_GENE"]
        found = control_genes(rows, annotation, names, NO_IDS)
        assert found.spliced_reads == {"GAPDH": 42, "ACTB": 0}
        introns = len(gapdh.exons) + len(mane["ACTB"].exons) - 2
        assert found.depth == pytest.approx(42 / introns, abs=0.01)

    def test_a_silent_target_gene_is_as_good_as_a_loud_one(
        self, annotation: Annotation, mane, knowledge
    ) -> None:
        silent = lines(mane["GAPDH"], [40] * 8) + lines(mane["TFRC"], [30] * 18)
        loud = [
            row for name in ("NTRK1", "NTRK2", "NTRK3") for row in lines(mane[name], [900] * 10)
        ]
        measured = [
            control_genes(rows, annotation, knowledge.control_genes, knowledge.mane_ids)
            for rows in (silent, silent + loud)
        ]
        assert measured[0] == measured[1]

    @pytest.mark.parametrize("strand", ["+", "-"])
    def test_thirds_in_order_of_transcription(self, tmp_path: Path, strand: str) -> None:
        placed = gene("ACTB", strand, 7)
        rows = lines(placed.transcript, [1, 2, 10, 20, 30, 100, 200])
        world = build_placed(tmp_path, placed)
        found = control_genes(rows, world.annotation, ["ACTB"], NO_IDS)
        assert found.thirds == {"ACTB": (3, 300)}
        assert found.spliced_reads == {"ACTB": 363}
        assert found.depth == pytest.approx(363 / 7, abs=0.01)

    def test_short_genes_tell_no_bias(self, tmp_path: Path) -> None:
        placed = gene("B2M", "+", 5)
        world = build_placed(tmp_path, placed)
        rows = lines(placed.transcript, [9] * 5)
        found = control_genes(rows, world.annotation, ["B2M"], NO_IDS)
        assert found.thirds == {}
        assert found.depth == 9

    def test_isoforms_count_as_spliced_but_depth_is_of_the_reference(self, tmp_path: Path) -> None:
        """Hundreds of rare isoforms in a full annotation must not dilute the mean."""
        mane = put(
            Design("A" * 300, ((11, 30), (101, 130), (201, 230)), cds=(1, 60)),
            "+",
            "PPIA",
            "chr7",
            "ENST1.1",
            ["MANE_Select"],
        )
        other = put(Design("A" * 300, ((11, 30), (151, 160))), "+", "PPIA", "chr7", "ENST2.1")
        world = build_placed(tmp_path, mane, other)
        rows = lines(mane.transcript, [10, 20]) + lines(other.transcript, [5])
        found = control_genes(rows, world.annotation, ["PPIA"], NO_IDS)
        assert found.spliced_reads == {"PPIA": 35}
        assert found.depth == 15

    def test_no_control_gene_in_the_gtf(self, annotation: Annotation) -> None:
        assert control_genes([], annotation, ["NO_SUCH_GENE"], NO_IDS) == ControlGenes({}, None, {})


class TestThreePrimeBias:
    def bias(self, *thirds: tuple[int, int], enough: float = 20) -> float | None:
        named = {f"G{i}": pair for i, pair in enumerate(thirds)}
        return ControlGenes({}, None, named).three_prime_bias(enough)

    def test_even(self) -> None:
        assert self.bias((50, 50), (10, 10), (400, 400)) == 0.5

    def test_degraded(self) -> None:
        assert self.bias((1, 99), (0, 40), (5, 95)) == 0.99

    def test_one_gene_of_many_reads_does_not_decide(self) -> None:
        assert self.bias((10, 90_000), (50, 50), (30, 30)) == 0.5

    def test_too_few_reads_say_nothing(self) -> None:
        assert self.bias((0, 19), (0, 19), (0, 19), (50, 50), (50, 50)) is None
        assert self.bias((0, 20), (50, 50), (50, 50)) == 0.5
        assert self.bias((0, 0), (0, 0), (0, 0), enough=0) is None

    @given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=16))
    def test_mirrored_genes_have_mirrored_bias(self, thirds: list[tuple[int, int]]) -> None:
        one, other = self.bias(*thirds), self.bias(*(pair[::-1] for pair in thirds))
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert 0 <= one <= 1
            assert one + other == pytest.approx(1, abs=0.002)


def unit(
    fragments: int,
    copies: float | None = 0.1,
    insert: float | None = 150,
    q30: float | None = 0.9,
    length: float | None = 100,
) -> FastpSummary:
    return FastpSummary("1.3.6", fragments, copies, insert, q30, length)


class TestUnits:
    def test_one(self) -> None:
        assert pool_units([unit(10)]) == ReadQuality(0.1, 150, 0.9, 100)

    def test_means_by_fragments(self) -> None:
        units = [unit(300, 0.1, 100, 0.9, 100), unit(100, 0.5, 200, 0.7, 60)]
        assert pool_units(units) == ReadQuality(0.2, 100, 0.85, 90)

    def test_given_alignments(self) -> None:
        assert pool_units([]) == ReadQuality(None, None, None, None)

    def test_an_empty_lane_says_nothing(self) -> None:
        empty = FastpSummary("1.3.6", 0)
        assert pool_units([empty, unit(10)]) == pool_units([unit(10)])
        assert pool_units([empty]) == ReadQuality(None, None, None, None)

    @pytest.mark.parametrize(
        ("units", "expected"),
        [
            ([(10, 60), (10, 80), (10, 300)], 80),
            ([(10, 60), (100, 300)], 300),
            ([(10, None)], None),  # single-end, or longer than the reads can show
            ([(10, 60), (100, None)], None),
            ([(100, 60), (10, None)], 60),
        ],
    )
    def test_median_of_inserts(self, units, expected: float | None) -> None:
        pooled = pool_units([unit(fragments, insert=size) for fragments, size in units])
        assert pooled.insert_size == expected


def test_library_json(thresholds) -> None:
    thirds = {f"G{i}": (40, 60) for i in range(3)}
    found = library_json(
        ControlGenes({}, 12.5, thirds), ReadQuality(0.1, 150, 0.9, 100), Copies.UMI, thresholds
    )
    assert found == {
        "copies_known_by": "umi",
        "duplication_rate": 0.1,
        "insert_size": 150,
        "three_prime_bias": 0.6,
        "control_gene_depth": 12.5,
        "q30_share": 0.9,
        "read_length": 100,
    }


def summary(unique: int, share: float = 0.85, too_short: float = 0.05) -> AlignmentSummary:
    return AlignmentSummary(round(unique / share), unique, share, too_short)


def test_gate_metrics(thresholds) -> None:
    spliced = {"ACTB": 900, "GAPDH": 20, "TBP": 19}
    thirds = {f"G{i}": (40, 60) for i in range(3)}
    found = gate_metrics(
        summary(40_000_000),
        ReadQuality(0.1, 150, 0.9, 100),
        ControlGenes(spliced, 12.5, thirds),
        thresholds,
    )
    assert found == {
        "usable_fragments": 40_000_000,
        "unique_share": 0.85,
        "too_short_share": 0.05,
        "duplication_rate": 0.1,
        "insert_size": 150,
        "three_prime_bias": 0.6,
        "control_genes_spliced": 0.667,
        "control_gene_depth": 12.5,
    }


class TestDistinctFragments:
    @pytest.mark.parametrize(
        ("alignment", "rate", "expected"),
        [
            (AlignmentSummary(100, 80, 0.8, 0.0), 0.0, 80),
            (AlignmentSummary(100, 80, 0.8, 0.0), None, 80),
            (AlignmentSummary(100, 80, 0.8, 0.0), 0.25, 60),
            # Half is junk, so the 25 copies lie among the 50 that map.
            (AlignmentSummary(100, 40, 0.4, 0.5), 0.25, 20),
            (AlignmentSummary(100, 10, 0.1, 0.9), 0.5, 0),
            (AlignmentSummary(100, 0, 0.0, 1.0), 0.1, 0),
            (AlignmentSummary(0, 0, 0.0, 0.0), None, 0),
        ],
    )
    def test_arithmetic(
        self, alignment: AlignmentSummary, rate: float | None, expected: float
    ) -> None:
        assert distinct_fragments(alignment, rate) == pytest.approx(expected)

    @given(
        unique=st.integers(0, 10**9),
        too_short=st.floats(0, 1),
        rates=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    )
    def test_copies_only_take_away(self, unique: int, too_short: float, rates) -> None:
        alignment = AlignmentSummary(2 * 10**9, unique, unique / 2e9, too_short)
        few, many = (distinct_fragments(alignment, rate) for rate in sorted(rates))
        assert 0 <= many <= few <= unique


@pytest.mark.parametrize(
    ("fragments", "probability", "mean"),
    # -log(0.05); the other two by tables of the Poisson distribution.
    [(1, 0.95, 2.9957), (3, 0.95, 6.2958), (3, 0.5, 2.6741), (5, 0.95, 9.1535)],
)
def test_poisson_mean(fragments: int, probability: float, mean: float) -> None:
    assert expected_for(fragments, probability) == pytest.approx(mean, abs=1e-4)


def simulated(
    sequenced: int,
    molecules: int,
    junk: float,
    multimapping: float,
    ffpm: float,
    libraries: int,
    seed: int,
) -> tuple[AlignmentSummary, float, float]:
    """Sequence libraries of ``molecules`` that were copied in PCR, among junk.

    A fusion gives ``ffpm`` of a million molecules; a share of all molecules maps to many places.

    :returns: STAR's figures and fastp's rate of copies of the last library, and the share of the
        libraries that show three or more unique fragments of the fusion.
    """
    rng = np.random.default_rng(seed)
    enough = 0
    for _ in range(libraries):
        fusions = rng.poisson(ffpm / 1e6 * molecules)
        of_rna = int(rng.binomial(sequenced, 1 - junk))
        drawn = rng.integers(0, molecules, of_rna)
        # Molecules are numbered at random: the first are the fusion's, of which some map uniquely.
        of_fusion = np.unique(drawn[drawn < fusions])
        enough += int(rng.binomial(len(of_fusion), 1 - multimapping)) >= 3
    unique = int(rng.binomial(of_rna, 1 - multimapping))
    copies = (of_rna - len(np.unique(drawn))) / sequenced
    alignment = AlignmentSummary(
        sequenced, unique, unique / sequenced, (sequenced - of_rna) / sequenced
    )
    return alignment, copies, enough / libraries


class TestDetectionLimit:
    @pytest.mark.parametrize(
        ("molecules", "junk", "multimapping"),
        [
            pytest.param(10**7, 0.0, 0.0, id="every fragment counts"),
            pytest.param(10**7, 0.05, 0.1, id="usual losses"),
            pytest.param(12_000, 0.05, 0.1, id="copies"),
            pytest.param(5_000, 0.55, 0.1, id="degraded: junk and copies"),
            pytest.param(2_000, 0.0, 0.4, id="mostly copies and ribosomal RNA"),
        ],
    )
    def test_agrees_with_simulation(self, molecules: int, junk: float, multimapping: float) -> None:
        def sequence(ffpm: float, libraries: int) -> tuple[AlignmentSummary, float, float]:
            return simulated(20_000, molecules, junk, multimapping, ffpm, libraries, seed=20)

        alignment, copies, _ = sequence(0, 1)
        limit = detection_limit(distinct_fragments(alignment, copies)).ffpm
        assert limit is not None
        shown = sequence(limit, 4000)[2]
        assert LIMIT_PROBABILITY - 0.007 <= shown <= 0.98  # two standard errors; rounding up
        assert sequence(limit / 2, 1000)[2] < 0.75

    def test_copies_do_not_lower_it(self) -> None:
        """The same molecules sequenced ten times over: more fragments, no lower limit."""
        once = detection_limit(distinct_fragments(summary(4_000_000), 0.0)).ffpm
        tenfold = replace(summary(40_000_000), too_short_share=0.0)
        again = detection_limit(distinct_fragments(tenfold, 0.9)).ffpm
        assert once == again

    @given(depths=st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)))
    def test_more_depth_never_raises_it(self, depths) -> None:
        shallow, deep = (detection_limit(depth).ffpm for depth in sorted(depths))
        assert shallow is None or (deep is not None and deep <= shallow)

    @given(depth=st.integers(7, 10**9))
    def test_rounded_up_by_less_than_a_tenth(self, depth: int) -> None:
        limit = detection_limit(depth)
        assert limit.ffpm is not None
        expected = limit.ffpm * limit.usable_fragments / 1e6
        exact = expected_for(3, 0.95)
        assert exact * (1 - 1e-9) <= expected <= exact * 1.1

    def test_unit_is_that_of_ffpm(self) -> None:
        """Without losses, the fragments expected at the limit give just its FFPM."""
        limit = detection_limit(10_000_000)
        assert limit.ffpm == pytest.approx(1e6 * 6.3 / 10_000_000)

    @pytest.mark.parametrize(
        ("usable", "written"),
        [(5e6, "1.3"), (20e6, "0.32"), (100e6, "0.063"), (9931, "640"), (578, "11,000")],
    )
    def test_sentence(self, usable: float, written: str) -> None:
        assert detection_limit(usable).text == (
            f"A fusion of {written} or more fragments per million would have shown at least 3 "
            "unique fragments with 95% probability."
        )

    @pytest.mark.parametrize("usable", [0, 0.9, 1, 6])
    def test_no_limit_of_an_empty_library(self, usable: float) -> None:
        limit = detection_limit(usable)
        assert limit.ffpm is None
        assert limit.text.startswith("No detection limit can be stated: there are too few")

    def test_no_limit_of_amplicons(self) -> None:
        limit = detection_limit(10_000_000, "amplicon")
        assert limit.ffpm is None
        assert "No detection limit can be stated for an amplicon library" in limit.text
        assert detection_limit(10_000_000, "capture") == detection_limit(10_000_000, "")

    def test_json(self) -> None:
        document: Mapping[str, object] = detection_limit(5_000_000.7).to_json()
        assert document == {
            "ffpm": 1.3,
            "fragments": 3,
            "probability": 0.95,
            "usable_fragments": 5_000_000,
            "text": document["text"],
        }
