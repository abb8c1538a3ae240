"""Callers' candidates, merged at junction level."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import Design, acceptor, at, build, called, donor, put, together

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.evidence.merge import MergedCalls, disagreements, merge, turn_round
from ntrkoma.genome.loci import Loci
from ntrkoma.model.fusion import Structure
from ntrkoma.model.junction import Breakpoint, CallerCall, best_call
from ntrkoma.model.states import Caller, Frame

TOLERANCE = 5
J, S, A = Caller.JUNCTIONS, Caller.STAR_FUSION, Caller.ARRIBA


@pytest.fixture(scope="session")
def five(mane) -> str:
    return donor(mane["KHDRBS1"], 8)


@pytest.fixture(scope="session")
def three(mane) -> str:
    return acceptor(mane["NTRK1"], 12)


@pytest.fixture(scope="session")
def known(annotator: Annotator, five: str, three: str) -> Structure:
    """What the annotation says of the junction: in frame, KHDRBS1 and NTRK1."""
    return annotator.annotate(at(five), at(three))


def moved(text: str, nt: int) -> str:
    chrom, pos, strand = text.split(":")
    return f"{chrom}:{int(pos) + nt}:{strand}"


def groups(calls: list[CallerCall], loci: Loci) -> list[set[Caller]]:
    return [{c.caller for c in m.calls} for m in merge(calls, loci, TOLERANCE)]


class TestTolerance:
    @pytest.mark.parametrize(
        ("off5", "off3", "together"),
        [(0, 0, True), (5, 5, True), (-5, 0, True), (6, 0, False), (0, -6, False)],
    )
    def test_either_side(self, loci, mane, off5: int, off3: int, together: bool) -> None:
        """Inside exons no placement is better than another."""
        place5 = f"chr9:{mane['NACC2'].exon_start(2) - 90}:-"
        place3 = f"chr9:{mane['NTRK2'].exon_start(14) + 40}:+"
        calls = [
            called(place5, place3, J, inserted="AAC", gene5="NACC2", gene3="NTRK2"),
            called(
                moved(place5, off5),
                moved(place3, off3),
                A,
                inserted="AAC",
                gene5="NACC2",
                gene3="NTRK2",
            ),
        ]
        assert groups(calls, loci) == ([{J, A}] if together else [{J}, {A}])

    def test_acceptors_3_nt_apart_stay_two_isoforms(self, tmp_path: Path) -> None:
        """A NAGNAG acceptor: one caller sees both, each on an exon border."""
        bases = "GATTACAGGC" * 12
        partner = put(Design(bases, ((11, 40), (61, 90))), "+", "KHDRBS1", "chrA")
        kept = put(Design(bases, ((11, 40), (61, 90))), "+", "NTRK1", "chrB", "ENST1.1")
        other = put(Design(bases, ((11, 40), (64, 90))), "+", "NTRK1", "chrB", "ENST2.1")
        contigs = {"chrA": bases, "chrB": "CTGACCTTGA" * 12}
        models = [gene.transcript for gene in (partner, kept, other)]
        loci = build(tmp_path, contigs, models).loci("NTRK1")
        calls = [
            called("chrA:40:+", f"chrB:{pos}:+", caller) for pos in (61, 64) for caller in (J, S)
        ]
        merged = merge(calls, loci, TOLERANCE)
        assert [m.lead.breakpoint3.pos for m in merged] == [61, 64]
        assert all({c.caller for c in m.calls} == {J, S} for m in merged)

    def test_two_acceptor_exons_stay_two(self, loci, mane, five) -> None:
        e12, e13 = (acceptor(mane["NTRK1"], n) for n in (12, 13))
        calls = [called(five, place, caller) for place in (e12, e13) for caller in (J, S, A)]
        merged = merge(calls, loci, TOLERANCE)
        assert sorted(m.lead.breakpoint3.pos for m in merged) == sorted(
            int(place.split(":")[1]) for place in (e12, e13)
        )
        assert all({c.caller for c in m.calls} == {J, S, A} for m in merged)

    def test_strands_tell_junctions_apart(self, loci, five, three) -> None:
        antisense = three.replace("+", "-")
        merged = merge([called(five, three, J), called(five, antisense, J)], loci, TOLERANCE)
        assert len(merged) == 2

    def test_a_shifted_call_is_put_on_the_exon_borders(self, loci, five, three) -> None:
        """The placement of the caller that is most trusted stands for the junction."""
        for shift in (-2, -1, 1, 2):
            found = merge(
                [called(five, three, J), called(moved(five, shift), moved(three, shift), S)],
                loci,
                TOLERANCE,
            )
            assert len(found) == 1
            assert str(found[0].lead.breakpoint5) == five


class TestOrientation:
    def test_a_caller_that_reads_backwards(self, loci, known, five, three) -> None:
        backwards = turn_round(called(five, three, A, confidence="high"))
        (found,) = merge([called(five, three, J), backwards], loci, TOLERANCE)
        assert found.reversed_by == (A,)
        assert found.by_caller(A).breakpoint5 == found.lead.breakpoint5
        assert (found.by_caller(A).gene5, found.by_caller(A).gene3) == ("KHDRBS1", "NTRK1")
        assert disagreements(found, known) == (
            "orientation: Arriba names the partners in the opposite order",
        )

    def test_alone_it_is_turned_too(self, loci, five, three) -> None:
        (found,) = merge([turn_round(called(five, three, S))], loci, TOLERANCE)
        assert str(found.lead.breakpoint5) == five
        assert str(found.lead.breakpoint3) == three
        assert found.reversed_by == (S,)

    def test_a_reciprocal_junction_is_another(self, loci, mane, five, three) -> None:
        reciprocal = called(
            donor(mane["NTRK1"], 11),
            acceptor(mane["KHDRBS1"], 9),
            S,
            gene5="NTRK1",
            gene3="KHDRBS1",
        )
        found = merge([called(five, three, S), reciprocal], loci, TOLERANCE)
        assert [m.reversed_by for m in found] == [(), ()]

    def test_turning_round_twice(self, five, three) -> None:
        call = called(five, three, A, inserted="AAC")
        assert turn_round(turn_round(call)) == call
        assert turn_round(call).inserted == "GTT"


class TestInexact:
    def test_joins_the_same_gene_pair(self, loci, five, three) -> None:
        inexact = called(moved(five, -300), moved(three, 250), A, reads=0, spanning=6)
        assert not inexact.exact
        (found,) = merge([called(five, three, J), inexact], loci, TOLERANCE)
        assert {c.caller for c in found.calls} == {J, A}
        assert str(found.lead.breakpoint5) == five

    def test_not_another_pair(self, loci, mane, five, three) -> None:
        """TPM3 lies within reach of KHDRBS1 on the test reference."""
        other = called(
            donor(mane["LMNA"], 3), moved(three, 50), A, reads=0, gene5="LMNA", gene3="NTRK1"
        )
        found = merge([called(five, three, J), other], loci, TOLERANCE)
        assert len(found) == 2

    def test_the_very_same_place_is_one_whatever_the_names(self, loci, five, three) -> None:
        """Two callers bracket a junction alike, and one of them knows no gene there."""
        calls = [
            called(five, three, J, reads=0, exact=False),
            called(five, three, A, reads=0, gene5="LINC01234", gene3="NTRK1"),
        ]
        assert groups(calls, loci) == [{J, A}]

    def test_either_of_several_names_will_do(self, loci, five, three) -> None:
        inexact = called(
            moved(five, -20), three, A, reads=0, gene5="TPM3(2000),KHDRBS1(20)", gene3="NTRK1"
        )
        assert len(merge([called(five, three, J), inexact], loci, TOLERANCE)) == 1


@pytest.mark.parametrize("seed", range(8))
def test_order_of_the_callers_does_not_matter(loci, mane, five, three, seed: int) -> None:
    e13 = acceptor(mane["NTRK1"], 13)
    calls = [
        called(five, three, J, 20, 5),
        called(moved(five, 1), moved(three, 1), S, 18, 5),
        turn_round(called(five, three, A, 15, 6, confidence="high")),
        called(five, e13, J, 3, 0),
        called(five, e13, A, 2, 0, discarded_by=("min_support",)),
        called(moved(five, -40), moved(three, 90), A, 0, 4),
        called(five, three, A, 1, 0, discarded_by=("duplicates",)),
        called(donor(mane["ETV6"], 5), acceptor(mane["NTRK3"], 15), S, gene5="ETV6", gene3="NTRK3"),
    ]
    expected = merge(calls, loci, TOLERANCE)
    random.Random(seed).shuffle(calls)
    assert merge(calls, loci, TOLERANCE) == expected


class TestBest:
    def test_reported_before_discarded_before_inexact(self, five, three) -> None:
        weak = called(five, three, A, 2, 0)
        strong_discarded = called(five, three, A, 50, 9, discarded_by=("blacklist",))
        inexact = called(five, three, A, 0, 40)
        calls = [strong_discarded, inexact, weak]
        assert best_call(calls, A) == weak
        assert best_call([strong_discarded, inexact], A) == inexact
        assert best_call(calls, S) is None

    def test_support_is_ours_else_the_best_reported(self, five, three) -> None:
        ours = called(five, three, J, 4, 1)
        star = called(five, three, S, 9, 1)
        arriba = called(five, three, A, 30, 1, discarded_by=("blacklist",))
        assert together(star, arriba, ours).support == ours
        assert together(arriba, star).support == star

    def test_our_count_stands_where_our_caller_was_not_asked(self, five, three) -> None:
        star, ours = called(five, three, S, 9, 1), called(five, three, J, 4, 1)
        merged = MergedCalls((star,), count=ours)
        assert merged.support == merged.lead == ours
        assert merged.by_caller(J) is None

    def test_a_count_of_nothing_is_no_support(self, five, three) -> None:
        """The caller's claim stays, to be looked at; that we do not find it is another finding."""
        star, ours = called(five, three, S, 9, 1), called(five, three, J, 0, 0, exact=True)
        assert MergedCalls((star,), count=ours).support == star

    def test_an_inexact_count_places_nothing(self, five, three) -> None:
        star = called(five, three, S, 9, 1)
        inexact = called(moved(five, -40), moved(three, 60), J, 0, 6)
        merged = MergedCalls((star,), count=inexact)
        assert str(merged.lead.breakpoint5) == five
        assert merged.support == inexact

    def test_merging_takes_our_best_call_as_the_count(self, loci, five, three) -> None:
        ours = called(five, three, J, 4, 1)
        (both,) = merge([called(five, three, S, 9, 1), ours], loci, TOLERANCE)
        assert both.count == ours
        (alone,) = merge([called(five, three, S, 9, 1)], loci, TOLERANCE)
        assert alone.count is None


class TestDisagreements:
    @pytest.fixture
    def check(self, known: Structure) -> Callable[..., tuple[str, ...]]:
        def found(*calls: CallerCall, frame: Frame = Frame.IN_FRAME) -> tuple[str, ...]:
            return disagreements(MergedCalls(calls), replace(known, frame=frame))

        return found

    @pytest.mark.parametrize(
        ("words", "frame", "differ"),
        [
            ("INFRAME", Frame.IN_FRAME, False),
            ("in-frame", Frame.IN_FRAME, False),
            ("FRAMESHIFT", Frame.IN_FRAME, True),
            ("out-of-frame", Frame.OUT_OF_FRAME, False),
            ("stop-codon", Frame.OUT_OF_FRAME, False),
            ("stop-codon", Frame.IN_FRAME, True),
            # no opinion
            (".", Frame.IN_FRAME, False),
            ("", Frame.OUT_OF_FRAME, False),
        ],
    )
    def test_frame(self, check, five, three, words: str, frame: Frame, differ: bool) -> None:
        found = check(called(five, three, A, frame=words), frame=frame)
        assert bool(found) is differ
        if differ:
            assert found == (f"frame: Arriba says {words}, the sequence gives {frame.value}",)

    def test_partner(self, check, five, three) -> None:
        found = check(called(five, three, S, gene5="TPM3P6"))
        assert found == ("partner: STAR-Fusion names TPM3P6 where the GTF has KHDRBS1",)

    def test_arribas_neighbours_name_the_partner(self, check, five, three) -> None:
        assert check(called(five, three, A, gene5="LMNA(40),KHDRBS1(2)")) == ()

    def test_inserted_bases(self, check, five, three) -> None:
        found = check(called(five, three, J), called(five, three, A, inserted="AAC"))
        assert found == ("inserted bases: Arriba says AAC, the reads show none",)

    def test_our_own_call_never_disagrees(self, check, five, three) -> None:
        assert check(called(five, three, J, gene5="X", frame="FRAMESHIFT")) == ()


def test_callers_of_one_sample_meet(loci: Loci, known: Structure, five: str, three: str) -> None:
    calls = [
        called(five, three, J, 27, 12),
        called(five, three, S, 27, 12, frame="INFRAME"),
        called(five, three, A, 27, 12, frame="in-frame", confidence="high"),
    ]
    (found,) = merge(calls, loci, TOLERANCE)
    assert [c.caller for c in found.calls] == [J, S, A]
    assert disagreements(found, known) == ()
    assert found.lead.breakpoint5 == Breakpoint("chr1", 6358, "+")
