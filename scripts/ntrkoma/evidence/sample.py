"""The evidence of one sample: candidates with their counts, and what is measured at the loci.

Two steps. The first reads the alignments, which are large and temporary, and keeps the reads of the
loci in the small evidence BAM; the second counts on those, and everything after it, grading and
report included, needs no more than that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.calling.junctions import to_call
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.evidence.candidates import (
    Candidate,
    by_place,
    counted,
    drawn_reads,
    fusion_fraction,
    on_one_place,
    partner_expression,
    place_of,
)
from ntrkoma.evidence.homology import with_homology
from ntrkoma.evidence.imbalance import Imbalance
from ntrkoma.evidence.merge import MergedCalls, merge
from ntrkoma.genome.loci import Loci
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.fusion import FusionFraction, Homology
from ntrkoma.model.junction import Breakpoint, CallerCall, Junction, call_from_json
from ntrkoma.model.states import Caller, HomologyKind
from ntrkoma.programs.splices import SpliceJunctions

# Junctions beyond these are single chance fragments, of which there may be thousands.
DRAWN_JUNCTIONS = 100


@dataclass(frozen=True)
class Evidence:
    """What later steps know of a sample.

    ``drawn``: reads of a junction for its figure, by ``breakpoint5|breakpoint3``. ``metrics``: the
    gate's figures by name. ``library``, ``resistance``, ``hotspots``, ``intragenic``,
    ``provenance``: as in the published JSON, the last one without the day.
    """

    candidates: tuple[Candidate, ...]
    drawn: Mapping[str, Any]
    imbalance: Mapping[str, Imbalance]
    resistance: Sequence[Mapping[str, Any]]
    hotspots: Sequence[Mapping[str, Any]]
    intragenic: Sequence[Mapping[str, Any]]
    metrics: Mapping[str, float | None]
    detection_limit: Mapping[str, Any]
    library: Mapping[str, Any]
    provenance: Mapping[str, Any]

    @property
    def fragments_sequenced(self) -> int:
        """Fragments before trimming."""
        return int(self.library["fragments_sequenced"])


@dataclass(frozen=True)
class FoundJunctions:
    """Candidates of a sample, and the reads they were found in."""

    candidates: tuple[Candidate, ...]
    fragments: Mapping[tuple[Breakpoint, Breakpoint, str], Junction]
    reads: KeptReads


def find_candidates(
    own: Iterable[Junction],
    other_calls: Sequence[CallerCall],
    callers: Sequence[Caller],
    splices: SpliceJunctions,
    unique_fragments: int,
    reads: KeptReads,
    loci: Loci,
    annotator: Annotator,
    thresholds: Mapping[str, float],
    *,
    copies: Copies = Copies.POSITION,
) -> FoundJunctions:
    """Every candidate of the callers that were asked, counted on the sample's own reads.

    :param own: the junctions of our own caller, whether it was asked or not.
    :param other_calls: what the callers beside our own say.
    :param reads: the sample's reads that were kept.
    :param copies: how copies of one molecule are known.
    """
    junctions = on_one_place(own, annotator, loci)
    calls = [to_call(junction, loci, copies=copies) for junction in junctions]
    calls.sort(key=lambda call: (-call.support, call.breakpoint5, call.breakpoint3))
    merged = merge([*calls, *other_calls], annotator, int(thresholds["merge_tolerance"]))
    with_counts, fragments = counted(
        merged, by_place(junctions), callers, reads, loci, copies=copies
    )
    targets = {transcript.gene for transcript in loci.models}
    candidates = [
        Candidate(
            junction,
            fusion_fraction(junction, splices, reads, loci),
            partner_expression(junction, splices, loci.annotation, targets, unique_fragments),
        )
        for junction in with_counts
    ]
    candidates = with_homology(
        candidates,
        loci,
        thresholds["homology_min_identity"],
        thresholds["homology_min_multimapping_share"],
    )
    return FoundJunctions(tuple(candidates), fragments, reads)


def draw(
    candidates: Iterable[Candidate],
    fragments: Mapping[tuple[Breakpoint, Breakpoint, str], Junction],
    reads: KeptReads,
    loci: Loci,
    *,
    copies: Copies = Copies.POSITION,
) -> dict[str, Any]:
    """The reads of the best supported junctions, see :class:`Evidence`.

    :param fragments: the fragments of each exact junction, by its place.
    :param copies: how copies of one molecule are known.
    """
    known = [c for c in candidates if c.place in fragments and c.merged.lead.exact]
    known.sort(key=lambda c: -c.fragments)
    return {
        figure_key(c.merged): drawn_reads(c.merged, fragments[c.place], reads, loci, copies=copies)
        for c in known[:DRAWN_JUNCTIONS]
    }


def figure_key(merged: MergedCalls) -> str:
    """Name of a junction among the drawn reads."""
    five, three, _ = place_of(merged)
    return f"{five}|{three}"


def to_json(evidence: Evidence) -> str:
    """The evidence as text."""
    fields = {
        name: getattr(evidence, name)
        for name in Evidence.__dataclass_fields__
        if name not in ("candidates", "imbalance")
    }
    fields["candidates"] = [asdict(candidate) for candidate in evidence.candidates]
    fields["imbalance"] = {gene: i.to_json() for gene, i in evidence.imbalance.items()}
    return json.dumps(fields, ensure_ascii=False) + "\n"


def from_json(text: str) -> Evidence:
    """What :func:`to_json` wrote."""
    fields = json.loads(text)
    fields["candidates"] = tuple(_candidate(candidate) for candidate in fields["candidates"])
    fields["imbalance"] = {
        gene: Imbalance.from_json(gene, values) for gene, values in fields["imbalance"].items()
    }
    return Evidence(**fields)


def _candidate(fields: Mapping[str, Any]) -> Candidate:
    merged, homology = fields["merged"], fields["homology"]
    count = merged["count"]
    return Candidate(
        merged=MergedCalls(
            calls=tuple(call_from_json(call) for call in merged["calls"]),
            reversed_by=tuple(Caller(name) for name in merged["reversed_by"]),
            count=call_from_json(count) if count else None,
        ),
        fraction=FusionFraction(**fields["fraction"]),
        partner_spliced_per_million=fields["partner_spliced_per_million"],
        homology=Homology(HomologyKind(homology[0]), homology[1]) if homology else None,
    )
