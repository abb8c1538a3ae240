"""Resistance codons (``resistance.tsv``) and hotspots (``hotspots.tsv``)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ntrkoma.curated.facts import OnTranscripts
from ntrkoma.errors import InputError
from ntrkoma.tables import matching, separated

Drugs = Annotated[tuple[str, ...], separated(";")]
# What all rows of a site tell alike.
_SHARED = (
    *("transcript_ensembl", "transcript_refseq", "protein_length", "reference"),
    *("site", "other_codon", "other_numbering", "exon", "exon_legacy"),
)


class Kind(StrEnum):
    """What a site asks for."""

    RESISTANCE = "resistance"
    CODON = "codon"
    INDEL_REGION = "indel_region"


class Change(OnTranscripts):
    """What a table says about one change of a codon, or of the codons of an indel region.

    ``name``: as ``G595R``, or the class of in-frame change of an indel region. ``together_with``:
    a second change of the same gene, if the row tells of both in one tumour. ``reference``: the
    residues expected from ``codon`` to ``codon_last``, or at ``codon`` where that is None.
    """

    kind: Kind = Kind.RESISTANCE
    protein_length: int
    codon: Annotated[int, Field(ge=1)]
    codon_last: int | None = None
    reference: Annotated[str, matching("[A-Z]+", "write residues in one-letter code")]
    name: str = Field(validation_alias="change")
    together_with: str = ""
    site: str = ""
    other_codon: int | None = None
    other_numbering: str = ""
    exon: int | None = None
    exon_legacy: int | None = None
    drugs_resistant: Drugs = ()
    drugs_active: Drugs = ()
    setting: str = ""
    note: str = ""

    @property
    def last(self) -> int:
        """The last codon."""
        return self.codon_last or self.codon

    @model_validator(mode="after")
    def _names_its_codon(self) -> Self:
        if self.last > self.protein_length or len(self.reference) != self.last - self.codon + 1:
            raise ValueError(
                f"{self.reference} are not the residues {self.codon} to {self.last} of a protein "
                f"of {self.protein_length}; correct codon, codon_last or reference"
            )
        if self.kind == Kind.INDEL_REGION:
            known = "in-frame deletion|in-frame insertion"
        else:
            known = f"{self.reference}{self.codon}(?!{self.reference})[A-Z]"
        if not re.fullmatch(known, self.name):
            raise ValueError(f"change is {self.name!r}; write what fits {known}")
        return self


class Resistance(Change):
    """A row of ``resistance.tsv``."""

    TABLE = "resistance.tsv"
    KEY = ("gene", "codon", "change", "together_with")
    LACKS = frozenset({"kind", "codon_last", "exon", "exon_legacy"})

    site: Literal["gatekeeper", "solvent_front", "xDFG", "other"]


class Hotspot(Change):
    """A row of ``hotspots.tsv``."""

    TABLE = "hotspots.tsv"
    KEY = ("gene", "codon", "codon_last", "change")
    LACKS = frozenset(
        {"together_with", "site", "other_codon", "other_numbering"}
        | {"drugs_resistant", "drugs_active", "setting"}
    )


@dataclass(frozen=True)
class Site:
    """A codon, or the codons ``first``-``last`` of an indel region, on a named transcript.

    ``transcript_ids``: unversioned, the same transcript in Ensembl and RefSeq. ``reference``: the
    residues expected. ``other_codon``: the number in ``other_numbering``, None without one.
    ``exon``/``exon_legacy``: MANE and older exon number, None where the table has none.
    """

    kind: Kind
    gene: str
    transcript_id: str
    transcript_ids: tuple[str, ...]
    protein_length: int
    first: int
    last: int
    reference: str
    site_class: str
    other_codon: int | None
    other_numbering: str
    exon: int | None
    exon_legacy: int | None
    changes: tuple[Change, ...]

    @property
    def label(self) -> str:
        """The site without its gene, as ``G595``, or ``745-753`` for a region."""
        if self.kind == Kind.INDEL_REGION:
            return f"{self.first}-{self.last}"
        return f"{self.reference}{self.first}"

    def known(self, name: str) -> Change | None:
        """The table's row on a single change, or None."""
        return next((c for c in self.changes if c.name == name and not c.together_with), None)


def load_sites(
    folder: Path, table: type[Change], genes: Collection[str] | None = None
) -> list[Site]:
    """Sites of one of the two tables, one per codon or region.

    :param folder: ``resources/`` of the workflow.
    :param genes: only these; None for all.
    :raises InputError: for a wrong row, and when rows of one site contradict each other.
    """
    grouped: dict[tuple[str, str, int, int], list[Change]] = defaultdict(list)
    for row in table.read(folder):
        if genes is None or row.gene in genes:
            grouped[row.kind, row.gene, row.codon, row.last].append(row)
    return [_site(rows, folder / table.TABLE) for rows in grouped.values()]


def _site(rows: Sequence[Change], path: Path) -> Site:
    head = rows[0]
    differing = [name for name in _SHARED if len({getattr(row, name) for row in rows}) > 1]
    if differing:
        raise InputError(
            f"{path}: the rows of {head.gene} codon {head.codon} differ in "
            f"{', '.join(differing)}; give all rows of a codon the same."
        )
    return Site(
        kind=head.kind,
        gene=head.gene,
        transcript_id=head.transcript_ensembl,
        transcript_ids=head.transcript_ids,
        protein_length=head.protein_length,
        first=head.codon,
        last=head.last,
        reference=head.reference,
        site_class=head.site,
        other_codon=head.other_codon,
        other_numbering=head.other_numbering,
        exon=head.exon,
        exon_legacy=head.exon_legacy,
        changes=tuple(rows),
    )
