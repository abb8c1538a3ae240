"""The fragments behind a junction: whose count stands, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ntrkoma.evidence.merge import MergedCalls
from ntrkoma.genome.sequence import SPLICE_MOTIFS
from ntrkoma.model.fusion import Elsewhere
from ntrkoma.model.junction import Reason
from ntrkoma.model.states import Caller, Relation, Status
from ntrkoma.wording import counted


@dataclass(frozen=True)
class Support:
    """Fragments behind a junction and where the figures come from.

    ``spliced``: whether the genome has a splice motif there, or that cannot be told.
    """

    junction_reads: int
    spanning_fragments: int
    start_positions: int | None
    source: Caller
    exact: bool
    spliced: bool = True

    @property
    def fragments(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments

    def __str__(self) -> str:
        return (
            f"{counted(self.junction_reads, 'junction read')} and "
            f"{counted(self.spanning_fragments, 'spanning fragment')}"
        )


def support_of(merged: MergedCalls, *, starts_tell: bool = True) -> Support:
    """Our own count where it finds the junction, else the best caller's.

    :param starts_tell: whether many start positions speak for many molecules. In amplicons they do
        not: fragments of all molecules begin alike.
    """
    call = merged.support
    return Support(
        junction_reads=call.junction_reads,
        spanning_fragments=call.spanning_fragments,
        start_positions=call.evidence.start_positions if call.evidence and starts_tell else None,
        source=call.caller,
        exact=call.exact,
        spliced=call.evidence is None or call.evidence.splice_motif in (*SPLICE_MOTIFS, ""),
    )


def reportable_in_patient(elsewhere: Iterable[Elsewhere]) -> list[str]:
    """Other specimens of the patient in which the junction is reportable."""
    return [
        other.sample
        for other in elsewhere
        if other.relation == Relation.PATIENT and other.status == Status.REPORTABLE
    ]


def support_findings(
    support: Support, thresholds: Mapping[str, float], elsewhere: Iterable[Elsewhere] = ()
) -> list[Reason]:
    """What the support lacks, against the reporting and the review thresholds."""
    known = reportable_in_patient(elsewhere)
    in_patient = Reason(
        "seen_in_patient",
        f"{support}: too few by themselves, but the junction is reportable in "
        f"{', '.join(known)} of the same patient",
    )
    if not support.exact or support.junction_reads == 0:
        text = f"{support}: no read crosses the join"
        if support.fragments >= thresholds["review_min_spanning_only"]:
            return [Reason("no_junction_read", text)]
        return [in_patient if known else Reason("no_junction_read_few", text)]
    if support.fragments < thresholds["review_min_fragments"]:
        text = f"{support}: fewer than needed to tell it from noise"
        return [in_patient if known else Reason("support_noise_level", text)]
    alone = support.junction_reads < thresholds["review_min_unspliced_junction_reads"]
    few = support.fragments < thresholds["review_min_spanning_only"]
    if not support.spliced and alone and few:
        text = f"{support}, at a place without a splice motif: as random ligation makes them"
        return [in_patient if known else Reason("support_noise_level", text)]
    starts = support.start_positions
    if (
        support.fragments < thresholds["report_min_fragments"]
        or support.junction_reads < thresholds["report_min_junction_reads"]
    ):
        below = Reason("support_below_threshold", f"{support}: below the reporting threshold")
        return [below, in_patient] if known else [below]
    if starts is not None and starts < thresholds["report_min_start_positions"]:
        places = counted(starts, "position")
        text = f"all junction reads begin at {places}: possibly one molecule"
        return [Reason("few_start_positions", text)]
    return []
