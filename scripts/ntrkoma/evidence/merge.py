"""Callers' candidates, merged at junction level.

Callers differ by a base or two, in orientation and in what they call the partner. Candidates
within a tolerance become one junction; their disagreements are kept as words, never voted on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.genome.sequence import reverse_complement
from ntrkoma.model.junction import PRECEDENCE, Breakpoint, CallerCall, best_call
from ntrkoma.model.states import Caller, Frame

# Without split reads a candidate only brackets its junction, from as far (nt) as mates may lie.
INEXACT_REACH = 100_000


_FRAME_WORDS = {
    "INFRAME": Frame.IN_FRAME,
    "FRAMESHIFT": Frame.OUT_OF_FRAME,
    "in-frame": Frame.IN_FRAME,
    "out-of-frame": Frame.OUT_OF_FRAME,
    "stop-codon": Frame.OUT_OF_FRAME,
}


@dataclass(frozen=True)
class MergedCalls:
    """Calls of one junction, the one that places it first.

    ``reversed_by``: callers that named the partners in the opposite order. ``count``: what
    ntrkoma itself counts there, whether or not its caller is among those that were asked.
    """

    calls: tuple[CallerCall, ...]
    reversed_by: tuple[Caller, ...] = ()
    count: CallerCall | None = None

    @property
    def lead(self) -> CallerCall:
        """The call whose breakpoints and bases stand for the junction."""
        if self.count is not None and self.count.exact:
            return self.count
        return self.calls[0]

    def by_caller(self, caller: Caller) -> CallerCall | None:
        """See :func:`best_call`."""
        return best_call(self.calls, caller)

    @property
    def support(self) -> CallerCall:
        """The call whose counts are taken as support: ours, else the best reported one."""
        if self.count is not None and self.count.support:
            return self.count
        return min(self.calls, key=lambda c: (bool(c.discarded_by), -c.junction_reads, -c.support))


def turn_round(call: CallerCall) -> CallerCall:
    """The same junction read from its other strand."""
    return replace(
        call,
        gene5=call.gene3,
        gene3=call.gene5,
        breakpoint5=call.breakpoint3.opposite(),
        breakpoint3=call.breakpoint5.opposite(),
        inserted=reverse_complement(call.inserted),
    )


def merge(calls: Iterable[CallerCall], annotator: Annotator, tolerance: int) -> list[MergedCalls]:
    """Group calls by junction.

    :param tolerance: most nt by which either breakpoint of one junction may differ between callers.
    """
    groups: list[list[CallerCall]] = []
    turned: list[set[Caller]] = []
    ordered = sorted(
        calls,
        key=lambda c: (
            not c.exact,
            PRECEDENCE.index(c.caller),
            bool(c.discarded_by),
            -c.support,
            c.breakpoint5,
            c.breakpoint3,
            c.inserted,
        ),
    )
    for call in ordered:
        oriented, was_reversed = _orient(call, annotator)
        index = _home(oriented, groups, annotator, tolerance)
        if index is None:
            back = turn_round(oriented)
            index = _home(back, groups, annotator, tolerance)
            if index is not None:
                oriented, was_reversed = back, not was_reversed
        if index is None:
            groups.append([oriented])
            turned.append(set())
            index = len(groups) - 1
        else:
            groups[index].append(oriented)
        if was_reversed:
            turned[index].add(call.caller)
    return [
        MergedCalls(tuple(group), tuple(sorted(callers)), best_call(group, Caller.JUNCTIONS))
        for group, callers in zip(groups, turned, strict=True)
    ]


def _orient(call: CallerCall, annotator: Annotator) -> tuple[CallerCall, bool]:
    """Place a caller's call on exon borders, reading it the way that fits the annotation best."""
    if call.caller == Caller.JUNCTIONS:
        return call, False
    back = turn_round(call)
    forward_fit = annotator.orientation(call.breakpoint5, call.breakpoint3)
    was_reversed = annotator.orientation(back.breakpoint5, back.breakpoint3) > forward_fit
    chosen = back if was_reversed else call
    if chosen.exact and not chosen.inserted:
        five, three = annotator.place(chosen.breakpoint5, chosen.breakpoint3)
        chosen = replace(chosen, breakpoint5=five, breakpoint3=three)
    return chosen, was_reversed


def _home(
    call: CallerCall, groups: list[list[CallerCall]], annotator: Annotator, tolerance: int
) -> int | None:
    """Index of the group that a call belongs to: the closest one, exact matches first."""
    best: tuple[int, int] | None = None
    for index, group in enumerate(groups):
        lead = group[0]
        if not _same_strands(call, lead):
            continue
        distance = _distance(call.breakpoint5, lead.breakpoint5) + _distance(
            call.breakpoint3, lead.breakpoint3
        )
        if call.exact and lead.exact:
            near = all(
                _distance(a, b) <= tolerance
                for a, b in (
                    (call.breakpoint5, lead.breakpoint5),
                    (call.breakpoint3, lead.breakpoint3),
                )
            )
            if not near or (distance > 0 and _distinct(call, lead, group, annotator)):
                continue
        elif distance > 2 * INEXACT_REACH or not (distance == 0 or _same_genes(call, lead)):
            continue
        if best is None or distance < best[0]:
            best = (distance, index)
    return None if best is None else best[1]


def _distinct(
    call: CallerCall, lead: CallerCall, group: list[CallerCall], annotator: Annotator
) -> bool:
    """Whether two near junctions are two: one caller tells them apart, both on exon borders."""
    if not any(other.caller == call.caller and other.exact for other in group):
        return False
    return all(annotator.orientation(c.breakpoint5, c.breakpoint3)[0] == 2 for c in (call, lead))


def _same_strands(call: CallerCall, lead: CallerCall) -> bool:
    same5 = call.breakpoint5.same_strand(lead.breakpoint5)
    return same5 and call.breakpoint3.same_strand(lead.breakpoint3)


def _names(genes: str) -> set[str]:
    """Symbols out of a caller's words, such as ``MRPL24(84783),NTRK1(29718)``."""
    return {name.split("(")[0] for name in genes.split(",")}


def _same_genes(call: CallerCall, lead: CallerCall) -> bool:
    return bool(_names(call.gene5) & _names(lead.gene5)) and bool(
        _names(call.gene3) & _names(lead.gene3)
    )


def _distance(first: Breakpoint, second: Breakpoint) -> int:
    return abs(first.pos - second.pos)


def disagreements(
    merged: MergedCalls, frame: Frame, gene5: str | None, gene3: str | None
) -> tuple[str, ...]:
    """Where a caller's own words differ from the annotation, one sentence each."""
    found = [
        f"orientation: {caller.words} names the partners in the opposite order"
        for caller in merged.reversed_by
    ]
    for caller in PRECEDENCE:
        call = merged.by_caller(caller)
        if call is None or caller == Caller.JUNCTIONS:
            continue
        said = _FRAME_WORDS.get(call.frame)
        if said is not None and frame not in (said, Frame.UNKNOWN):
            found.append(
                f"frame: {caller.words} says {call.frame}, the sequence gives {frame.value}"
            )
        for theirs, ours in ((call.gene5, gene5), (call.gene3, gene3)):
            if ours and ours not in _names(theirs):
                found.append(f"partner: {caller.words} names {theirs} where the GTF has {ours}")
        inserted = merged.lead.inserted
        if call.inserted and call.inserted != inserted:
            found.append(
                f"inserted bases: {caller.words} says {call.inserted}, "
                f"the reads show {inserted or 'none'}"
            )
    return tuple(found)
