"""Resistance codons and hotspots as the tables have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ntrkoma.errors import InputError
from ntrkoma.tables import read_table


class Kind(StrEnum):
    """What a site asks for."""

    RESISTANCE = "resistance"
    CODON = "codon"
    INDEL_REGION = "indel_region"


@dataclass(frozen=True)
class Change:
    """What a table says about one change.

    ``name``: as ``G595R``, or the class of in-frame change of an indel region. ``together_with``:
    a second change of the same gene, if the row tells of both in one tumour.
    """

    name: str
    together_with: str
    drugs_resistant: tuple[str, ...]
    drugs_active: tuple[str, ...]
    setting: str
    source: str
    confidence: str
    as_of: str
    note: str


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


def load_sites(path: Path, genes: Collection[str] | None = None) -> list[Site]:
    """Sites of ``resistance.tsv`` or ``hotspots.tsv``, one per codon or region.

    :param genes: only these; None for all.
    :raises InputError: when rows of one site contradict each other.
    """
    grouped: dict[tuple[str, str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in read_table(path):
        if genes is None or row["gene"] in genes:
            kind = row.get("kind") or Kind.RESISTANCE
            last = row.get("codon_last") or row["codon"]
            grouped[kind, row["gene"], row["codon"], last].append(row)
    return [_site(rows, Kind(key[0]), int(key[3]), path) for key, rows in grouped.items()]


def _site(rows: Sequence[Mapping[str, str]], kind: Kind, last: int, path: Path) -> Site:
    head = rows[0]
    shared = (
        *("transcript_ensembl", "transcript_refseq", "protein_length", "reference"),
        *("site", "other_codon", "other_numbering", "exon", "exon_legacy"),
    )
    for row in rows:
        differing = [name for name in shared if row.get(name) != head.get(name)]
        if differing:
            raise InputError(
                f"{path}: the rows of {head['gene']} codon {head['codon']} differ in "
                f"{', '.join(differing)}; give all rows of a codon the same."
            )
    return Site(
        kind=kind,
        gene=head["gene"],
        transcript_id=head["transcript_ensembl"],
        transcript_ids=(
            plain_id(head["transcript_ensembl"]),
            plain_id(head["transcript_refseq"]),
        ),
        protein_length=int(head["protein_length"]),
        first=int(head["codon"]),
        last=last,
        reference=head["reference"],
        site_class=head.get("site", ""),
        other_codon=_number(head.get("other_codon")),
        other_numbering=head.get("other_numbering", ""),
        exon=_number(head.get("exon")),
        exon_legacy=_number(head.get("exon_legacy")),
        changes=tuple(
            Change(
                name=row["change"],
                together_with=row.get("together_with", ""),
                drugs_resistant=_listed(row.get("drugs_resistant", "")),
                drugs_active=_listed(row.get("drugs_active", "")),
                setting=row.get("setting", ""),
                source=row["source"],
                confidence=row["confidence"],
                as_of=row["as_of"],
                note=row["note"],
            )
            for row in rows
        ),
    )


def plain_id(identifier: str) -> str:
    return identifier.split(".")[0]


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())
