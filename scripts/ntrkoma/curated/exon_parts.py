"""Exons whose depths are compared (``imbalance_exons.tsv``)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from ntrkoma.curated.facts import OnTranscripts, Sentence
from ntrkoma.errors import InputError


class Part(StrEnum):
    """What an exon is compared as; ``MIDDLE`` is an exon of neither part, non-coding or not."""

    FIVE_PRIME = "five_prime"
    MIDDLE = "middle"
    KINASE = "kinase"


class ExonRange(OnTranscripts):
    """One part of a gene: its exons (1-based, inclusive), and what isoforms do to its depth."""

    TABLE = "imbalance_exons.tsv"
    KEY = ("gene", "part")

    part: Literal[Part.FIVE_PRIME, Part.KINASE]
    exon_first: int
    exon_last: int
    caveat: Sentence = ""

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if not 1 <= self.exon_first <= self.exon_last:
            raise ValueError("exon_first is not a number from 1 to exon_last; correct one of them")
        return self


@dataclass(frozen=True)
class Parts:
    """Exon numbers (1-based) of the 5′ and of the kinase part; both empty where unknown."""

    five_prime: tuple[int, ...] = ()
    kinase: tuple[int, ...] = ()

    def of(self, exon: int) -> Part:
        """The part that an exon belongs to."""
        if exon in self.kinase:
            return Part.KINASE
        return Part.FIVE_PRIME if exon in self.five_prime else Part.MIDDLE


@dataclass(frozen=True)
class CuratedParts:
    """The parts of one gene as curated, valid on the named transcripts (ids without version), and
    what isoforms do to its ratio (sentences, or empty)."""

    transcript_ids: frozenset[str]
    parts: Parts
    caveat: str


def load_parts(folder: Path) -> dict[str, CuratedParts]:
    """Curated parts by gene.

    :param folder: ``resources/`` of the workflow.
    :raises InputError: for a wrong row, and when a gene lacks one of its two parts.
    """
    ranges: dict[str, list[ExonRange]] = defaultdict(list)
    for row in ExonRange.read(folder):
        ranges[row.gene].append(row)
    return {gene: _parts(gene, rows) for gene, rows in ranges.items()}


def _parts(gene: str, rows: list[ExonRange]) -> CuratedParts:
    exons = {row.part: tuple(range(row.exon_first, row.exon_last + 1)) for row in rows}
    if len(exons) == 1:
        raise InputError(
            f"{ExonRange.TABLE}: {gene} has a row for {rows[0].part} alone; give it one for "
            f"{Part.FIVE_PRIME} and one for {Part.KINASE}."
        )
    return CuratedParts(
        frozenset(identifier for row in rows for identifier in row.transcript_ids),
        Parts(exons[Part.FIVE_PRIME], exons[Part.KINASE]),
        " ".join(row.caveat for row in rows if row.caveat),
    )
