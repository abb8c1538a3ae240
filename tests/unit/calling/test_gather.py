"""Junctions gathered from hand-made chimeric alignments."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from chimeras import ACCEPTOR, DONOR, ETV6, NTRK3, OTHER_MOTIF, other_strand, read, spanning
from helpers import at

from ntrkoma.calling.gather import gather, orient, snap
from ntrkoma.genome.loci import Loci
from ntrkoma.model.junction import Breakpoint, Junction
from ntrkoma.programs.chimeric import CT_AC, ENCOMPASSING, GT_AG, parse_chimeric_junctions

RECORDED = Path(__file__).resolve().parents[2] / "fixtures" / "programs"


def summary(junctions: list[Junction]) -> list[tuple]:
    """All that a call is made of."""
    return [
        (
            j.donor,
            j.acceptor,
            j.borders,
            j.exact,
            j.inserted,
            sorted(j.reads.items()),
            sorted(j.spanning.items()),
        )
        for j in junctions
    ]


class TestOrientation:
    @pytest.mark.parametrize(("donor", "acceptor"), [(DONOR, ACCEPTOR), (ETV6, NTRK3)])
    def test_exon_borders_decide(self, loci: Loci, donor: Breakpoint, acceptor: Breakpoint) -> None:
        forward = read("f", donor=donor, acceptor=acceptor)
        for given in (forward, forward.reverse()):
            found = orient(given, loci)
            assert (found.donor, found.acceptor) == (donor, acceptor)

    def test_exon_borders_outrank_the_motif(self, loci: Loci) -> None:
        """A motif that reads backwards at two annotated borders is chance."""
        found = orient(read("f", kind=CT_AC), loci)
        assert (found.donor, found.acceptor) == (DONOR, ACCEPTOR)

    @pytest.mark.parametrize(("kind", "turned"), [(GT_AG, False), (CT_AC, True)])
    def test_motif_decides_off_the_borders(self, loci: Loci, kind: int, turned: bool) -> None:
        inside = read("f", donor=at("chr1:6340:+"), acceptor=at("chr15:100640:+"), kind=kind)
        assert orient(inside, loci).flipped is turned

    @pytest.mark.parametrize("kind", [OTHER_MOTIF, ENCOMPASSING])
    def test_sense_of_the_genes_comes_last(self, loci: Loci, kind: int) -> None:
        inside = read("f", donor=at("chr1:6340:+"), acceptor=at("chr1:160460:+"), kind=kind)
        for given in (inside, inside.reverse()):
            found = orient(given, loci)
            assert (found.donor.strand, found.acceptor.strand) == ("+", "+")
            assert found.donor.pos == 6340


class TestSnap:
    @pytest.mark.parametrize("shift", range(-4, 5))
    def test_repeats_move_the_junction_to_the_borders(self, loci: Loci, shift: int) -> None:
        """STAR gives the leftmost or any placement; the repeat lengths tell the room."""
        room = (max(0, shift), max(0, -shift))
        for donor, acceptor in ((DONOR, ACCEPTOR), (ETV6, NTRK3)):
            moved = read(
                "f",
                donor=donor.along(shift),
                acceptor=acceptor.along(shift),
                shifts=room,
            )
            assert snap(moved, loci) == (donor, acceptor, 2)
            turned = moved.reverse().reverse()
            assert snap(turned, loci) == (donor, acceptor, 2)

    def test_no_room_no_move(self, loci: Loci) -> None:
        off = read("f", donor=at("chr1:6360:+"), acceptor=at("chr1:160445:+"))
        assert snap(off, loci) == (at("chr1:6360:+"), at("chr1:160445:+"), 0)

    def test_no_border_in_reach_keeps_the_aligners_place(self, loci: Loci) -> None:
        inside = read("f", donor=at("chr1:6340:+"), acceptor=at("chr1:160460:+"), shifts=(2, 3))
        assert snap(inside, loci) == (inside.donor, inside.acceptor, 0)


class TestGather:
    def test_reads_of_one_junction_from_either_strand(self, loci: Loci) -> None:
        (junction,) = gather([read("a"), other_strand(read("b", 40, 60)), read("c", 30, 70)], loci)
        assert (junction.donor, junction.acceptor, junction.borders) == (DONOR, ACCEPTOR, 2)
        assert set(junction.reads) == {"a", "b", "c"}
        assert junction.reads["b"].anchors == (40, 60)
        assert junction.reads["b"].key[2] != junction.reads["a"].key[2]

    def test_other_genes_are_left_out(self, loci: Loci) -> None:
        eml4_alk = read("a", donor=at("chr2:28810:+"), acceptor=at("chr2:7896:-"))
        assert gather([eml4_alk], loci) == []

    def test_one_fragment_gives_a_junction(self, loci: Loci) -> None:
        (junction,) = gather([read("only")], loci)
        assert list(junction.reads) == ["only"]

    def test_intergenic_partner(self, loci: Loci) -> None:
        (junction,) = gather([read("a", donor=at("chr2:21000:+"))], loci)
        assert (junction.donor, junction.acceptor) == (at("chr2:21000:+"), ACCEPTOR)
        assert junction.borders == 1

    def test_a_few_nt_off_belong_to_the_junction_on_the_borders(self, loci: Loci) -> None:
        """Sequencing errors beside the join move both sides by the same distance."""
        off = read("off", donor=at("chr1:6361:+"), acceptor=at("chr1:160446:+"))
        far = read("far", donor=at("chr1:6371:+"), acceptor=at("chr1:160456:+"))
        skewed = read("skew", donor=at("chr1:6361:+"), acceptor=at("chr1:160443:+"))
        junctions = gather([read("a"), read("b"), off, far, skewed], loci)
        assert set(junctions[0].reads) == {"a", "b", "off"}
        assert sorted(map(sorted, (j.reads for j in junctions[1:]))) == [["far"], ["skew"]]

    @pytest.mark.parametrize(
        ("gap5", "gap3", "fits"),
        [
            (0, 0, True),
            (40, 30, True),
            # a few nt past the border are chance
            (-10, 0, True),
            (0, -10, True),
            (-11, 0, False),
            (0, -11, False),
        ],
    )
    def test_spanning_pairs(self, loci: Loci, gap5: int, gap3: int, fits: bool) -> None:
        junctions = gather([read("a"), read("b", 40), spanning("s", gap5, gap3)], loci)
        assert ("s" in junctions[0].spanning) is fits
        if not fits:
            inexact = [j for j in junctions if not j.exact]
            assert [set(j.spanning) for j in inexact] == [{"s"}]

    def test_spanning_distance_is_spliced(self, loci: Loci, mane) -> None:
        """Introns do not count; more than an insert of transcript does."""
        transcript = mane["KHDRBS1"]
        two_exons_up = DONOR.pos - transcript.exon_end(6)
        assert two_exons_up > 1000
        near = spanning("near", two_exons_up, 0)
        end = mane["NTRK1"].exon_end(17)
        assert loci.distance(ACCEPTOR, at(f"chr1:{end - 200}:+")) > 1000
        far = spanning("far", 0, end - 200 - ACCEPTOR.pos)
        junctions = gather([read("a"), read("b", 40), near, far], loci)
        assert set(junctions[0].spanning) == {"near"}

    def test_a_fragment_that_crosses_does_not_also_span(self, loci: Loci) -> None:
        (junction,) = gather([read("a"), spanning("a", 5, 5), spanning("b", 9, 5)], loci)
        assert set(junction.reads) == {"a"}
        assert set(junction.spanning) == {"b"}

    def test_spanning_pairs_alone_give_an_inexact_junction(self, loci: Loci) -> None:
        (junction,) = gather([spanning("a", 30, 10), spanning("b", 5, 60)], loci)
        assert not junction.exact
        assert set(junction.spanning) == {"a", "b"}
        assert junction.reads == {}
        # Between the innermost mates of either side, whichever fragment they belong to.
        assert junction.donor.pos >= DONOR.pos - 30
        assert junction.acceptor.pos <= ACCEPTOR.pos + 60

    def test_spanning_pairs_go_to_the_best_supported_junction(self, loci: Loci, mane) -> None:
        e13 = at(f"chr1:{mane['NTRK1'].exon_start(13)}:+")
        rows = [read(f"a{i}", 20 + i) for i in range(4)]
        rows += [read("b", acceptor=e13), spanning("s", 10, e13.pos - ACCEPTOR.pos + 20)]
        first, second = gather(rows, loci)
        assert (first.acceptor, second.acceptor) == (ACCEPTOR, e13)
        assert set(first.spanning) == {"s"}
        assert second.spanning == {}

    @pytest.mark.parametrize("seed", range(12))
    def test_order_of_the_rows_does_not_matter(self, loci: Loci, mane, seed: int) -> None:
        e13 = at(f"chr1:{mane['NTRK1'].exon_start(13)}:+")
        rows = [
            *(read(f"r{i}", 20 + 5 * i, 80 - 5 * i) for i in range(8)),
            *(read(f"d{i}") for i in range(3)),
            *(read(f"t{i}", donor=ETV6, acceptor=NTRK3, five=30 + i).reverse() for i in range(5)),
            *(read(f"m{i}", acceptor=e13, loci=2) for i in range(2)),
            *(read(f"m{i}", loci=2) for i in range(2)),
            read("off", donor=at("chr1:6361:+"), acceptor=at("chr1:160446:+")),
            *(spanning(f"s{i}", 7 * i, 11 * i) for i in range(6)),
            *(spanning(f"s{i}", 7 * i, 11 * i).reverse() for i in range(6, 9)),
            *(spanning(f"h{i}", 10 * i, 9 * i, donor=at("chr5:14807:+")) for i in range(4)),
            read("x", donor=at("chr2:28810:+"), acceptor=at("chr2:7896:-")),
        ]
        expected = summary(gather(rows, loci))
        random.Random(seed).shuffle(rows)
        assert summary(gather(rows, loci)) == expected

    @pytest.mark.parametrize("seed", range(6))
    def test_two_alignments_of_one_spanning_pair(self, loci: Loci, seed: int) -> None:
        """A pair with two chimeric loci in reach is counted once, whichever row comes first."""
        rows = [read("a"), read("b", 40), spanning("s", 10, 10), spanning("s", 60, 10)]
        expected = summary(gather(rows, loci))
        random.Random(seed).shuffle(rows)
        assert summary(gather(rows, loci)) == expected


@pytest.mark.real
def test_recorded_junctions_are_symmetric(loci: Loci) -> None:
    """Read from its other strand, a recorded fragment still supports the same junction."""
    files = sorted(RECORDED.glob("*/Chimeric.out.junction"))
    assert files
    for path in files:
        with path.open(encoding="utf-8") as lines:
            rows = list(parse_chimeric_junctions(lines, str(path)))
        forward = gather(rows, loci)
        backward = gather([row.reverse() for row in rows], loci)

        def pairs(junctions: list[Junction]) -> list[tuple]:
            return [
                (j.donor, j.acceptor, sorted(j.reads), sorted(j.spanning))
                for j in junctions
                if j.borders == 2
            ]

        assert pairs(forward) == pairs(backward)
