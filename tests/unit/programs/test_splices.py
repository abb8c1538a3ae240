"""Wild-type splicing out of SJ.out.tab."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from helpers import at
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.errors import InputError
from ntrkoma.model.junction import Breakpoint
from ntrkoma.programs.splices import SpliceJunctions, parse_splice_junctions

# exons 100-200, 301-400, 501-600 and 701-800 of a contig, either strand
ROWS = (
    "chrA\t201\t300\t1\t1\t1\t10\t5\t40",
    "chrA\t201\t500\t1\t1\t0\t3\t0\t40",
    "chrA\t401\t500\t1\t1\t1\t20\t0\t40",
    "chrA\t601\t700\t0\t0\t0\t7\t0\t40",
    "chrB\t201\t300\t1\t1\t1\t99\t0\t40",
)


def junctions(rows: Iterable[str] = ROWS) -> SpliceJunctions:
    return SpliceJunctions(parse_splice_junctions(rows, "SJ.out.tab"))


class TestPlus:
    def test_leaving_an_exon_to_anywhere(self) -> None:
        assert junctions().leaving(at("chrA:200:+")) == 13
        assert junctions().leaving(at("chrA:400:+")) == 20
        assert junctions().leaving(at("chrA:199:+")) == 0
        assert junctions().leaving(at("chrB:200:+")) == 99

    def test_arriving_from_anywhere(self) -> None:
        assert junctions().arriving(at("chrA:501:+")) == 23
        assert junctions().arriving(at("chrA:301:+")) == 10
        assert junctions().arriving(at("chrA:300:+")) == 0

    def test_joining_two_exons(self) -> None:
        assert junctions().joining(at("chrA:200:+"), at("chrA:501:+")) == 3
        assert junctions().joining(at("chrA:200:+"), at("chrA:701:+")) == 0


class TestMinus:
    """The same introns read from the other strand: an exon ends at its lowest base."""

    def test_leaving(self) -> None:
        assert junctions().leaving(at("chrA:501:-")) == 23
        assert junctions().leaving(at("chrA:701:-")) == 7
        assert junctions().leaving(at("chrA:200:-")) == 0

    def test_arriving(self) -> None:
        assert junctions().arriving(at("chrA:200:-")) == 13
        assert junctions().arriving(at("chrA:600:-")) == 7
        assert junctions().arriving(at("chrA:501:-")) == 0

    def test_joining(self) -> None:
        assert junctions().joining(at("chrA:501:-"), at("chrA:200:-")) == 3
        assert junctions().joining(at("chrA:501:-"), at("chrA:400:-")) == 20


@pytest.mark.parametrize(
    ("donor", "acceptor"),
    [("chrA:200:+", "chrA:501:-"), ("chrA:200:+", "chrB:501:+"), ("chrB:200:+", "chrA:501:+")],
)
def test_nothing_joins_two_strands_or_contigs(donor: str, acceptor: str) -> None:
    assert junctions().joining(at(donor), at(acceptor)) == 0


@given(st.integers(1, 10**6), st.integers(2, 10**5), st.integers(0, 10**6))
def test_strands_mirror_each_other(first: int, length: int, unique: int) -> None:
    """What leaves one side on plus arrives there on minus."""
    last = first + length - 1
    found = junctions([f"chrA\t{first + 1}\t{last + 1}\t1\t1\t1\t{unique}\t0\t40"])
    low, high = (Breakpoint("chrA", pos, "+") for pos in (first, last + 2))
    assert found.leaving(low) == found.arriving(low.opposite()) == unique
    assert found.arriving(high) == found.leaving(high.opposite()) == unique
    assert found.joining(low, high) == found.joining(high.opposite(), low.opposite()) == unique


def test_multimapped_fragments_do_not_count() -> None:
    assert junctions().leaving(at("chrB:200:+")) == 99
    assert junctions(["chrA\t201\t300\t1\t1\t1\t0\t50\t40"]).leaving(at("chrA:200:+")) == 0


def test_busiest() -> None:
    found = junctions()
    assert found.busiest([("chrA", 201, 300), ("chrA", 401, 500), ("chrA", 9, 99)]) == 20
    assert found.busiest([]) == 0


def test_an_empty_file() -> None:
    assert junctions([]).leaving(at("chrA:200:+")) == 0


@pytest.mark.parametrize(
    "row",
    ["", "chrA\t201", "chrA\t201\t300\t1\t1\t1\tten\t0\t40", "chrA\tx\t300\t1\t1\t1\t3\t0\t40"],
)
def test_damage_gets_one_sentence(row: str) -> None:
    expected = r"^S1/SJ\.out\.tab, line 2: not a splice junction \(.*\); the file is damaged"
    with pytest.raises(InputError, match=expected):
        list(parse_splice_junctions([ROWS[0], row], "S1/SJ.out.tab"))


def test_rows() -> None:
    first, *_, unknown, _ = parse_splice_junctions(ROWS, "SJ.out.tab")
    assert first == ("chrA", 201, 300, "+", True, 10)
    assert first.intron == ("chrA", 201, 300)
    assert (unknown.strand, unknown.annotated) == ("", False)
    (minus,) = parse_splice_junctions(["chrA\t201\t300\t2\t1\t0\t1\t0\t9"], "SJ.out.tab")
    assert (minus.strand, minus.annotated) == ("-", False)
