"""Copies of one molecule: how they are known, and which fragments they are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from enum import StrEnum

from ntrkoma.errors import InputError
from ntrkoma.model.junction import Fragment

# The end of a read's name, as fastp, BCL Convert and UMI-tools write it; two UMIs may be joined.
_UMI = re.compile(r"[:_]([ACGTN]+(?:[+_-][ACGTN]+)?)$")


class Copies(StrEnum):
    """How fragments are known to be copies of one molecule.

    ``POSITION``: both outer ends are the same. ``UMI``: their unique molecular identifiers agree as
    well. ``UNKNOWN``: they are not, and every fragment counts.
    """

    POSITION = "position"
    UMI = "umi"
    UNKNOWN = "unknown"


def copies_of(assay: str, umi: str) -> Copies:
    """How copies are known in a sample.

    Fragments of an amplicon share their ends by design, so positions say nothing there.

    :param umi: as in the sample sheet, "" for reads without one.
    """
    if umi:
        return Copies.UMI
    return Copies.UNKNOWN if assay == "amplicon" else Copies.POSITION


def umi_of(name: str) -> str:
    """The unique molecular identifier at the end of a read's name; "" when there is none."""
    found = _UMI.search(name)
    return found[1] if found else ""


def molecules(keys: Mapping[str, Hashable], copies: Copies) -> list[list[str]]:
    """Names of fragments, those of one molecule together; molecules and names in order.

    :param keys: of each fragment by its name: what all copies of a molecule share, the outer ends
        above all.
    :raises InputError: when a name carries no UMI though copies are to be known by it.
    """
    names = sorted(keys)
    if copies == Copies.UNKNOWN:
        return [[name] for name in names]
    together: dict[Hashable, list[str]] = defaultdict(list)
    for name in names:
        together[keys[name]].append(name)
    if copies == Copies.POSITION:
        return list(together.values())
    return sorted(molecule for group in together.values() for molecule in _by_umi(group))


def _by_umi(names: Iterable[str]) -> list[list[str]]:
    by_umi: dict[str, list[str]] = defaultdict(list)
    for name in names:
        umi = umi_of(name)
        if not umi:
            raise InputError(
                f"read {name!r} has no UMI at the end of its name, though the sample sheet says so "
                "in column umi; correct the column, or bring the UMI into the names "
                "(name:ACGTACGT)."
            )
        by_umi[umi].append(name)
    origin = directional(Counter({umi: len(found) for umi, found in by_umi.items()}))
    merged: dict[str, list[str]] = defaultdict(list)
    for umi, found in by_umi.items():
        merged[origin[umi]] += found
    return [sorted(found) for found in merged.values()]


def directional(counts: Mapping[str, int]) -> dict[str, str]:
    """The true UMI behind each one that was read at one position.

    One with a single other base than another, and so much rarer (2n - 1 reads at most stand against
    n) that it is likely a misreading of it, is taken for that one; and so on from there. The
    directional method of UMI-tools (Smith et al. 2017, doi 10.1101/gr.209601.116).
    """
    origin: dict[str, str] = {}
    for first in sorted(counts, key=lambda umi: (-counts[umi], umi)):
        if first in origin:
            continue
        origin[first] = first
        waiting = [first]
        while waiting:
            parent = waiting.pop()
            for near in _neighbours(parent):
                if near in counts and near not in origin and counts[parent] >= 2 * counts[near] - 1:
                    origin[near] = first
                    waiting.append(near)
    return origin


def _neighbours(umi: str) -> Iterable[str]:
    for place, here in enumerate(umi):
        if here in "ACGTN":
            yield from (umi[:place] + base + umi[place + 1 :] for base in "ACGTN" if base != here)


def unique(fragments: Iterable[Fragment], copies: Copies) -> list[Fragment]:
    """One fragment of each molecule, the first by name.

    :param copies: how copies of one molecule are known.
    """
    named = {fragment.name: fragment for fragment in fragments}
    found = molecules({name: fragment.key for name, fragment in named.items()}, copies)
    return [named[names[0]] for names in found]
