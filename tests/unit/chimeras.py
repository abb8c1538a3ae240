"""Chimeric alignments of two fusions of the test reference, written in one line each."""

from __future__ import annotations

from dataclasses import replace

from helpers import at

from ntrkoma.model.junction import Breakpoint
from ntrkoma.programs.chimeric import ENCOMPASSING, GT_AG, ChimericAlignment, parse_segment

# STAR's code of a junction without a known splice motif.
OTHER_MOTIF = 0
# KHDRBS1 e8 (last base) and NTRK1 e12 (first base) of the test reference; both on plus.
DONOR, ACCEPTOR = at("chr1:6358:+"), at("chr1:160443:+")
ETV6, NTRK3 = at("chr12:11545:+"), at("chr15:100619:-")


def read(
    name: str,
    five: int = 50,
    three: int = 50,
    donor: Breakpoint = DONOR,
    acceptor: Breakpoint = ACCEPTOR,
    kind: int = GT_AG,
    shifts: tuple[int, int] = (0, 0),
    loci: int = 1,
    inserted: int = 0,
) -> ChimericAlignment:
    """A single read across a junction with ``five`` and ``three`` aligned nt on either side."""

    def segment(side: Breakpoint, length: int, rest: int, *, is_five: bool):
        ends_right = (side.strand == "+") == is_five
        start = side.pos - length + 1 if ends_right else side.pos
        return parse_segment(start, f"{length}M{rest}S" if ends_right else f"{rest}S{length}M")

    return ChimericAlignment(
        donor,
        acceptor,
        kind,
        *shifts,
        name,
        segment(donor, five, three + inserted, is_five=True),
        segment(acceptor, three, five + inserted, is_five=False),
        loci,
    )


def other_strand(alignment: ChimericAlignment) -> ChimericAlignment:
    """A fragment that was sequenced from its other strand, as STAR writes it."""
    return replace(alignment.reverse(), flipped=False)


def spanning(name: str, gap5: int, gap3: int, donor=DONOR, acceptor=ACCEPTOR) -> ChimericAlignment:
    """A pair with 100 nt on either side, ``gap5`` and ``gap3`` genomic nt off the junction."""
    five = donor.along(-gap5)
    three = acceptor.along(gap3)

    def segment(side: Breakpoint, *, is_five: bool):
        ends_right = (side.strand == "+") == is_five
        return parse_segment(side.pos - 99 if ends_right else side.pos, "100M")

    return ChimericAlignment(
        five,
        three,
        ENCOMPASSING,
        0,
        0,
        name,
        segment(five, is_five=True),
        segment(three, is_five=False),
        1,
    )
