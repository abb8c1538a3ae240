"""Exons whose depths are compared (``imbalance_exons.tsv``)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ntrkoma.tables import read_table


class Part(StrEnum):
    """What an exon is compared as; ``MIDDLE`` is an exon of neither part, non-coding or not."""

    FIVE_PRIME = "five_prime"
    MIDDLE = "middle"
    KINASE = "kinase"


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


def load_parts(path: Path) -> dict[str, CuratedParts]:
    """Curated parts by gene, from ``resources/imbalance_exons.tsv``."""
    exons: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    ids: dict[str, set[str]] = defaultdict(set)
    caveats: dict[str, list[str]] = defaultdict(list)
    for row in read_table(path):
        gene = row["gene"]
        exons[gene][row["part"]] = tuple(range(int(row["exon_first"]), int(row["exon_last"]) + 1))
        named = (row["transcript_ensembl"], row["transcript_refseq"])
        ids[gene] |= {identifier.split(".")[0] for identifier in named if identifier}
        caveats[gene] += [row["caveat"]] if row["caveat"] else []
    return {
        gene: CuratedParts(
            frozenset(ids[gene]),
            Parts(parts[Part.FIVE_PRIME], parts[Part.KINASE]),
            " ".join(caveats[gene]),
        )
        for gene, parts in exons.items()
    }
