"""The exact place of a junction off the exon borders, and the bases inserted at it.

An aligner that meets a few bases of neither gene gives them to one side or the other as
mismatches, so one junction shows up as several, each a few bases off. The reads themselves tell:
what agrees with the 5′ gene from the left, with the 3′ gene from the right, and what is between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ntrkoma.genome.sequence import Genome, reverse_complement
from ntrkoma.model.junction import Breakpoint, Junction

# A read must show this many nt exactly on either side, this far away from the aligner's junction.
ANCHOR = 12
MARGIN = 12

# Most bases (nt) that may lie between the two sides.
LONGEST_INSERTION = 30

Place = tuple[Breakpoint, Breakpoint, str]


def needs_refinement(junction: Junction) -> bool:
    """Whether the aligner's place is in doubt: off the exon borders, or with a gap in the reads."""
    if not junction.exact or not junction.reads:
        return False
    return junction.borders < 2 or any(f.inserted for f in junction.reads.values())


def refine(
    junctions: Iterable[Junction], sequences: Mapping[str, list[str]], genome: Genome
) -> list[Junction]:
    """Move the doubtful junctions to where most of their reads put them; join those that meet.

    :param sequences: read sequences (either strand) by fragment.
    """
    placed: dict[Place, Junction] = {}
    for junction in sorted(junctions, key=lambda j: (-j.borders, j.donor, j.acceptor)):
        place: Place = (junction.donor, junction.acceptor, junction.inserted)
        if needs_refinement(junction):
            place = _consensus(junction, sequences, genome) or place
        home = placed.get(place)
        if home is None:
            junction.donor, junction.acceptor, junction.inserted = place
            placed[place] = junction
        else:
            for name, fragment in junction.reads.items():
                home.reads.setdefault(name, fragment)
            home.spanning.update(junction.spanning)
    return list(placed.values())


def _consensus(
    junction: Junction, sequences: Mapping[str, list[str]], genome: Genome
) -> Place | None:
    votes: Counter[Place] = Counter()
    for name in junction.reads:
        for sequence in sequences.get(name, ()):
            for strand in (sequence.upper(), reverse_complement(sequence)):
                place = place_in_read(strand, junction.donor, junction.acceptor, genome)
                if place is not None:
                    votes[place] += 1
    if not votes:
        return None
    return min(votes.items(), key=lambda item: (-item[1], item[0]))[0]


def place_in_read(
    read: str, donor: Breakpoint, acceptor: Breakpoint, genome: Genome
) -> Place | None:
    """Where one read (transcript orientation) changes from one gene to the other.

    :param donor: the aligner's last base of the 5′ part (1-based), right to within ``MARGIN`` nt.
    :param acceptor: the aligner's first base of the 3′ part, likewise.
    :return: last 5′ base, first 3′ base and the bases between; None when the read lacks an anchor.
    """
    reach = MARGIN + LONGEST_INSERTION
    left = _from(donor, -(MARGIN + ANCHOR - 1), reach, genome)
    right = _from(acceptor, -reach, MARGIN + ANCHOR - 1, genome)
    start = read.find(left[:ANCHOR])
    end = read.find(right[-ANCHOR:], max(0, start))
    if start < 0 or end < 0:
        return None
    middle = read[start + ANCHOR : end]
    if not middle or len(middle) > 2 * MARGIN + LONGEST_INSERTION:
        return None
    after, before = left[ANCHOR:], right[:-ANCHOR]
    agree_left = _common_prefix(middle, after)
    agree_right = _common_prefix(middle[::-1], before[::-1])
    # Bases that fit both sides stay with the 5′ part; equal placements are settled later.
    agree_right = min(agree_right, len(middle) - agree_left)
    inserted = middle[agree_left : len(middle) - agree_right]
    return (
        donor.along(agree_left - MARGIN),
        acceptor.along(MARGIN - agree_right),
        inserted,
    )


def _from(side: Breakpoint, first: int, last: int, genome: Genome) -> str:
    """Transcribed bases from ``first`` to ``last`` nt downstream of a position (both inclusive)."""
    return genome.transcribed(side.chrom, side.upstream(-first), side.upstream(-last), side.strand)


def _common_prefix(first: str, second: str) -> int:
    length = 0
    for a, b in zip(first, second, strict=False):
        if a != b:
            break
        length += 1
    return length
