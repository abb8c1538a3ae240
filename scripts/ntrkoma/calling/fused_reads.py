"""Reads that STAR left unmapped or clipped, laid on the fused transcripts.

STAR calls a fragment chimeric only when both parts are long and clearly better than one alignment.
Once chimeric reads have placed a junction, the other reads of the same transcript are known by
their sequence: they fit the fused transcript end to end, without gaps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from ntrkoma.genome.carried import Carried, carried3, carried5
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import reverse_complement
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.junction import Breakpoint, Fragment, Junction

# nt of either partner in a fused transcript: longer than any RNA-seq insert.
FLANK = 800

# Seeds (nt) that bring a read to its place; exact matches.
SEED = 16

# Fewest nt on either side of a junction that make a read cross it: STAR's chimJunctionOverhangMin.
OVERHANG = 8

# The bases next to the junction decide; over this many nt one mismatch in ten is allowed.
DECISIVE = 20

# Share of mismatches allowed over a read; next to none over one that is to prove the junction,
# since the aligner did not think so.
MISMATCHES = 0.06
MISMATCHES_ACROSS = 0.01

# A junction needs this many chimeric reads before others are laid on it.
FEWEST_READS = 2


@dataclass(frozen=True)
class ReadPair:
    """Read sequences of one fragment as sequenced; ``mate2`` is None for single-end reads."""

    name: str
    mate1: str
    mate2: str | None


@dataclass(frozen=True)
class FusedTranscript:
    """Sequence around a junction, 5′→3′.

    ``positions``: genomic position (1-based) of every base, 0 for inserted ones. ``left``: number
    of 5′ bases; ``right``: 0-based index of the first 3′ base.
    """

    sequence: str
    positions: tuple[int, ...]
    left: int
    right: int


def fused_transcript(junction: Junction, loci: Loci) -> FusedTranscript:
    """The fused transcript over ``FLANK`` nt on either side of a junction."""
    five = _side(junction.donor, loci, five=True)
    three = _side(junction.acceptor, loci, five=False)
    left, left_positions = five.sequence(loci.genome)[-FLANK:], five.positions()[-FLANK:]
    right, right_positions = three.sequence(loci.genome)[:FLANK], three.positions()[:FLANK]
    return FusedTranscript(
        left + junction.inserted + right,
        (*left_positions, *(0 for _ in junction.inserted), *right_positions),
        len(left),
        len(left) + len(junction.inserted),
    )


def _side(side: Breakpoint, loci: Loci, *, five: bool) -> Carried:
    """What a side contributes: by its longest transcript with an exon here, else plain genome."""

    def rank(transcript: Transcript) -> tuple[bool, int, str]:
        border = transcript.border_exon(side.pos, five=five)
        return border is None, -transcript.length, transcript.transcript_id

    exonic = [t for t in loci.transcripts(side) if t.exon_at(side.pos) is not None]
    if exonic:
        transcript = min(exonic, key=rank)
        return carried5(transcript, side) if five else carried3(transcript, side)
    far = max(1, side.upstream(FLANK - 1 if five else 1 - FLANK))
    block = (far, side.pos) if five else (side.pos, far)
    return Carried(side.chrom, side.strand, (block,))


@dataclass(frozen=True)
class _Placement:
    """Half-open range of a read on a fused transcript."""

    start: int
    end: int

    def crosses(self, fused: FusedTranscript) -> bool:
        return self.start <= fused.left - OVERHANG and self.end >= fused.right + OVERHANG

    def before(self, fused: FusedTranscript) -> bool:
        return self.end <= fused.left + OVERHANG and self.start < fused.left

    def after(self, fused: FusedTranscript) -> bool:
        return self.start >= fused.right - OVERHANG and self.end > fused.right


class FusedTranscripts:
    """Places reads on the fused transcripts of well-seen junctions.

    :param fewest: chimeric reads that a junction needs before others are laid on it; 0 for
        junctions that something else vouches for.
    """

    def __init__(
        self,
        junctions: Iterable[Junction],
        loci: Loci,
        fewest: int = FEWEST_READS,
    ):
        # Best supported first: it takes the fragments that fit several.
        self._junctions = sorted(
            junctions, key=lambda j: (not j.exact, -len(j.reads), j.donor, j.acceptor)
        )
        self._fused = [
            fused_transcript(junction, loci)
            for junction in self._junctions
            if junction.exact and len(junction.reads) >= fewest
        ]
        self._seeds: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for index, fused in enumerate(self._fused):
            for start in range(len(fused.sequence) - SEED + 1):
                self._seeds[fused.sequence[start : start + SEED]].append((index, start))

    def __bool__(self) -> bool:
        return bool(self._fused)

    def add(self, pairs: Iterable[ReadPair]) -> None:
        """Count each fragment for the best supported junction that it crosses or spans.

        A fragment is taken from a junction with less support: there a few bases fit by chance.
        """
        for pair in pairs:
            best = min(self._fits(pair), key=itemgetter(0, 1), default=None)
            if best is None:
                continue
            index, spanning, fragment = best
            held = self._held(fragment.name)
            if held is not None and held <= (index, spanning):
                continue
            for junction in self._junctions:
                junction.reads.pop(fragment.name, None)
                junction.spanning.pop(fragment.name, None)
            home = self._junctions[index]
            (home.spanning if spanning else home.reads)[fragment.name] = fragment

    def lay(self, pair: ReadPair) -> list[tuple[int, str]]:
        """Reads of a fragment on the best supported fused transcript that they fit.

        :return: 0-based start on the transcript and the read in its orientation, per read that
            fits; empty if none does.
        """
        for upstream, downstream in _orientations(pair):
            reads = [upstream, reverse_complement(downstream)] if downstream else [upstream]
            places = [(self._places(read).get(0), read) for read in reads]
            laid = [(place.start, read) for place, read in places if place is not None]
            if len(laid) == len(reads):
                return laid
        return []

    @property
    def best(self) -> FusedTranscript:
        """The fused transcript of the best supported junction."""
        return self._fused[0]

    def _held(self, name: str) -> tuple[int, bool] | None:
        """Best supported junction that has the fragment already, and whether as spanning."""
        for index, junction in enumerate(self._junctions):
            if name in junction.reads:
                return index, False
            if name in junction.spanning:
                return index, True
        return None

    def _fits(self, pair: ReadPair) -> Iterator[tuple[int, bool, Fragment]]:
        """Ways the fragment supports a junction: its index, and whether it only spans it."""
        for flipped, (upstream, downstream) in enumerate(_orientations(pair)):
            first = self._places(upstream)
            second = self._places(reverse_complement(downstream)) if downstream else {}
            for index in sorted({*first, *second}):
                placements = [p for p in (first.get(index), second.get(index)) if p is not None]
                fused = self._fused[index]
                crosses = any(p.crosses(fused) for p in placements)
                spans = (
                    len(placements) == 2
                    and placements[0].before(fused)
                    and placements[1].after(fused)
                )
                if crosses or spans:
                    fragment = _fragment(pair.name, placements, fused, bool(flipped))
                    yield index, not crosses, fragment

    def _places(self, read: str) -> dict[int, _Placement]:
        """Where a read (transcript orientation) fits, by index of the fused transcript."""
        votes: Counter[tuple[int, int]] = Counter()
        for offset in range(0, len(read) - SEED + 1, SEED // 2):
            for index, position in self._seeds.get(read[offset : offset + SEED], ()):
                votes[index, position - offset] += 1
        places: dict[int, _Placement] = {}
        for (index, start), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
            if index not in places and _agrees(read, start, self._fused[index]):
                places[index] = _Placement(start, start + len(read))
        return places


def _orientations(pair: ReadPair) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    """The read that may begin the transcript and the one that may end it, both ways round."""
    if pair.mate2 is None:
        return (pair.mate1, None), (reverse_complement(pair.mate1), None)
    return (pair.mate1, pair.mate2), (pair.mate2, pair.mate1)


def _agrees(read: str, start: int, fused: FusedTranscript) -> bool:
    """Whether a read fits at ``start`` end to end, and beyond doubt next to the junction."""
    end = start + len(read)
    if start < 0 or end > len(fused.sequence):
        return False
    wrong = [a != b for a, b in zip(read, fused.sequence[start:end], strict=True)]
    across = start < fused.left < end and start < fused.right < end
    if sum(wrong) > (MISMATCHES_ACROSS if across else MISMATCHES) * len(read):
        return False
    if not across:
        return True
    left = wrong[max(0, fused.left - start - DECISIVE) : fused.left - start]
    right = wrong[fused.right - start : fused.right - start + DECISIVE]
    return all(sum(side) <= len(side) // 10 for side in (left, right))


def _fragment(
    name: str, placements: Sequence[_Placement], fused: FusedTranscript, flipped: bool
) -> Fragment:
    start = min(p.start for p in placements)
    end = max(p.end for p in placements)
    covered5 = sum(max(0, min(p.end, fused.left) - p.start) for p in placements)
    covered3 = sum(max(0, p.end - max(p.start, fused.right)) for p in placements)
    return Fragment(
        name=name,
        key=(fused.positions[start], fused.positions[end - 1], flipped),
        anchors=(covered5, covered3),
        loci=1,
        inserted=fused.right - fused.left,
    )
