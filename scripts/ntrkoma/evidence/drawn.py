"""The reads of a junction laid on its fused transcript, for a figure."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ntrkoma.calling.fused_reads import FusedTranscripts
from ntrkoma.evidence.candidates import Candidate, FoundJunctions, SampleReads, bare_junction
from ntrkoma.genome.loci import Loci
from ntrkoma.model.duplicates import unique
from ntrkoma.model.junction import Junction

# Junctions beyond these are single chance fragments, of which there may be thousands.
DRAWN_JUNCTIONS = 100

# Fragments that a report draws for one junction at most, with so much of the transcript (nt) on
# either side of it.
DRAWN_FRAGMENTS = {"junction": 30, "spanning": 10}
DRAWN_FLANK = 160


def draw(found: FoundJunctions, reads: SampleReads, loci: Loci) -> dict[str, Any]:
    """The reads of the best supported junctions, by ``breakpoint5|breakpoint3``."""
    known = [c for c in found.candidates if c.place in found.fragments and c.merged.lead.exact]
    known.sort(key=lambda c: -c.fragments)
    return {
        figure_key(c): drawn_reads(found.fragments[c.place], reads, loci)
        for c in known[:DRAWN_JUNCTIONS]
    }


def figure_key(candidate: Candidate) -> str:
    """Name of a junction among the drawn reads."""
    five, three, _ = candidate.place
    return f"{five}|{three}"


def drawn_reads(junction: Junction, reads: SampleReads, loci: Loci) -> dict[str, Any]:
    """The reads of a junction laid on its fused transcript.

    :return: ``sequence`` around the junction, ``left`` bases of the 5′ part in it, ``right`` index
        of the first 3′ base, ``reads`` with 0-based ``start`` and bases in transcript orientation.
    """
    fused = FusedTranscripts([bare_junction(junction.place, loci)], loci, fewest=0)
    transcript = fused.best
    begin = max(0, transcript.left - DRAWN_FLANK)
    end = min(len(transcript.sequence), transcript.right + DRAWN_FLANK)
    shown: list[dict[str, object]] = []
    number = 0
    for kind, fragments in (("junction", junction.reads), ("spanning", junction.spanning)):
        names = [one.name for one in unique(fragments.values(), reads.copies)]
        laid_out = filter(None, map(fused.lay, reads.kept.pairs(names)))
        for laid in islice(laid_out, DRAWN_FRAGMENTS[kind]):
            shown += [
                {"start": start - begin, "sequence": read, "kind": kind, "fragment": number}
                for start, read in laid
            ]
            number += 1
    return {
        "sequence": transcript.sequence[begin:end],
        "left": transcript.left - begin,
        "right": transcript.right - begin,
        "reads": shown,
    }
