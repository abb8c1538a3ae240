"""Junctions that sequence alike in two places may explain.

A read is brought to the wrong gene when another gene reads nearly the same there: a paralog, or a
pseudogene of the true partner. Both show in the sequence around the junction itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Protocol

from ntrkoma.calling.fused_reads import fused_transcript
from ntrkoma.evidence.candidates import Candidate
from ntrkoma.evidence.merge import MergedCalls
from ntrkoma.genome.carried import carried3, carried5
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.fusion import Homology
from ntrkoma.model.junction import Breakpoint, Junction
from ntrkoma.model.states import HomologyKind

# nt on either side of a junction that are compared. Unrelated sequence agrees in a quarter of
# them, give or take 0.06.
COMPARED = 60


# Pairs of candidates with less support than this are chance; there may be thousands.
FEWEST_FRAGMENTS = 2


# Two candidates that begin or end this close (nt) may show one junction of the same gene.
SAME_BORDER = 10


def identity(first: str, second: str) -> float:
    """Share (0-1) of equal bases of two sequences laid on each other without gaps."""
    length = min(len(first), len(second))
    if not length:
        return 0.0
    return sum(a == b for a, b in zip(first, second, strict=False)) / length


def with_homology(
    candidates: Sequence[Candidate],
    loci: Loci,
    least_identity: float,
    most_multimapping: float,
) -> list[Candidate]:
    """The candidates with the resemblance that may explain each, if there is one.

    :param least_identity: share (0-1) of equal bases from which sequences count as alike.
    :param most_multimapping: share (0-1) of junction reads with several places that is too much.
    """
    examined = [
        replace(
            candidate,
            homology=_of_partners(candidate.merged, loci, least_identity)
            or _pseudogene(candidate.merged, loci)
            or _multimapping(candidate.merged, most_multimapping),
        )
        for candidate in candidates
    ]
    ranked = sorted(
        (c for c in examined if c.merged.lead.exact and c.fragments >= FEWEST_FRAGMENTS),
        key=lambda c: -c.fragments,
    )
    flanks = {c.place: _flanks(c.merged, loci) for c in ranked}
    replaced: dict[object, Candidate] = {}
    for index, weaker in enumerate(ranked):
        for stronger in ranked[:index]:
            if stronger.fragments <= weaker.fragments:
                continue
            if _alike(weaker, stronger, flanks, least_identity):
                replaced[weaker.place] = replace(weaker, homology=_shadow(weaker, stronger, loci))
                break
    return [replaced.get(c.place, c) for c in examined]


def _flanks(merged: MergedCalls, loci: Loci) -> tuple[str, str]:
    lead = merged.lead
    bare = Junction(lead.breakpoint5, lead.breakpoint3, 0, inserted=lead.inserted)
    fused = fused_transcript(bare, loci)
    left = fused.sequence[max(0, fused.left - COMPARED) : fused.left]
    return left, fused.sequence[fused.right : fused.right + COMPARED]


def _alike(
    weaker: Candidate,
    stronger: Candidate,
    flanks: dict[tuple[Breakpoint, Breakpoint, str], tuple[str, str]],
    least: float,
) -> bool:
    """Whether one side is the same place, and the other reads nearly the same elsewhere."""
    mine, other = weaker.merged.lead, stronger.merged.lead
    if not shares_one_side(mine, other):
        return False
    left, right = flanks[weaker.place], flanks[stronger.place]
    if _near(mine.breakpoint3, other.breakpoint3):
        # Both end at the junction.
        return identity(left[0][::-1], right[0][::-1]) >= least
    return identity(left[1], right[1]) >= least


class _Joined(Protocol):
    @property
    def breakpoint5(self) -> Breakpoint: ...

    @property
    def breakpoint3(self) -> Breakpoint: ...


def shares_one_side(first: _Joined, second: _Joined) -> bool:
    """Whether two junctions have one side in common, give or take 10 nt, and not the other."""
    same5 = _near(first.breakpoint5, second.breakpoint5)
    same3 = _near(first.breakpoint3, second.breakpoint3)
    return same5 != same3


def _near(first: Breakpoint, second: Breakpoint) -> bool:
    return first.same_strand(second) and abs(first.pos - second.pos) <= SAME_BORDER


def _shadow(weaker: Candidate, stronger: Candidate, loci: Loci) -> Homology:
    def gene(side: Breakpoint) -> str:
        named = sorted(t.gene for t in loci.transcripts(side))
        return named[0] if named else str(side)

    mine, other = weaker.merged.lead, stronger.merged.lead
    five = _near(mine.breakpoint3, other.breakpoint3)
    here = gene(mine.breakpoint5 if five else mine.breakpoint3)
    there = gene(other.breakpoint5 if five else other.breakpoint3)
    text = (
        f"{here} reads like {there} here, whose junction has {stronger.fragments} fragments: "
        f"its reads may have been aligned to {here}"
    )
    return Homology(HomologyKind.OTHER_CANDIDATE, text)


def _of_partners(merged: MergedCalls, loci: Loci, least: float) -> Homology | None:
    """Whether a side of the junction reads like the other gene's own sequence there.

    Then the reads may be wild type of that gene, aligned in two pieces.
    """
    lead = merged.lead
    if not lead.exact or merged.support.support < FEWEST_FRAGMENTS:
        return None
    genome = loci.genome
    five = _transcripts(lead.breakpoint5, loci)
    three = _transcripts(lead.breakpoint3, loci)
    if {t.gene for t in five} & {t.gene for t in three}:
        return None
    lefts = {carried5(t, lead.breakpoint5).sequence(genome)[-COMPARED:][::-1] for t in five}
    rights = {carried3(t, lead.breakpoint3).sequence(genome)[:COMPARED] for t in three}
    before = {_before(t, lead.breakpoint3, genome)[::-1] for t in three}
    after = {_after(t, lead.breakpoint5, genome) for t in five}
    best = max(
        (
            identity(own, wild)
            for pairs in (product(lefts, before), product(rights, after))
            for own, wild in pairs
            # Fewer bases agree by chance too often.
            if min(len(own), len(wild)) >= COMPARED // 2
        ),
        default=0.0,
    )
    if best < least:
        return None
    text = (
        f"the two genes read alike at the junction ({best:.0%} of the bases): reads of one gene "
        "may have been aligned to both"
    )
    return Homology(HomologyKind.PARTNERS, text)


def _transcripts(side: Breakpoint, loci: Loci) -> list[Transcript]:
    """Transcripts with an exon at a breakpoint on its strand."""
    return [t for t in loci.transcripts(side) if t.exon_at(side.pos) is not None]


def _before(transcript: Transcript, side: Breakpoint, genome: Genome) -> str:
    """Up to ``COMPARED`` nt of a transcript that end right before a position of it."""
    position = transcript.to_transcript(side.pos)
    if position is None or position <= 1:
        return ""
    last = transcript.to_genome(position - 1)
    return carried5(transcript, Breakpoint(side.chrom, last, side.strand)).sequence(genome)[
        -COMPARED:
    ]


def _after(transcript: Transcript, side: Breakpoint, genome: Genome) -> str:
    """Up to ``COMPARED`` nt of a transcript that begin right after a position of it."""
    position = transcript.to_transcript(side.pos)
    if position is None or position >= transcript.length:
        return ""
    first = transcript.to_genome(position + 1)
    return carried3(transcript, Breakpoint(side.chrom, first, side.strand)).sequence(genome)[
        :COMPARED
    ]


def _pseudogene(merged: MergedCalls, loci: Loci) -> Homology | None:
    """A partner that is annotated as nothing but a pseudogene."""
    lead = merged.lead
    for side in (lead.breakpoint5, lead.breakpoint3):
        here = loci.transcripts(side)
        if here and all("pseudogene" in t.gene_biotype for t in here):
            gene = min(t.gene for t in here)
            text = f"{gene} is a pseudogene: the reads may come from the gene that it copies"
            return Homology(HomologyKind.PSEUDOGENE, text)
    return None


def _multimapping(merged: MergedCalls, most: float) -> Homology | None:
    evidence = merged.count.evidence if merged.count else None
    if evidence is None or not evidence.junction_reads_raw or evidence.multimapping_share < most:
        return None
    text = f"{evidence.multimapping_share:.0%} of the junction reads fit several places"
    return Homology(HomologyKind.MULTIMAPPING, text)
