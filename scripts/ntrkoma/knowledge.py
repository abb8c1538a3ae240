"""The curated tables of ``resources/``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ntrkoma.errors import InputError
from ntrkoma.tables import read_table
from ntrkoma.transcripts import Transcript


@dataclass(frozen=True)
class Domain:
    """A protein domain as an amino-acid range (1-based inclusive) on named transcripts."""

    gene: str
    name: str
    transcript_ids: frozenset[str]
    first: int
    last: int
    protein_length: int

    def positions(self, transcripts: Iterable[Transcript]) -> frozenset[int]:
        """Genomic positions (1-based) of the domain's codons.

        The named transcript is used; without it, one that codes for as many residues.

        :raises InputError: when the annotation holds neither.
        """
        candidates = list(transcripts)
        for transcript in candidates:
            if transcript.transcript_id.split(".")[0] in self.transcript_ids and transcript.coding:
                return frozenset(transcript.residues_to_genome(self.first, self.last))
        for transcript in candidates:
            coding = transcript.cds_length - transcript.cds_phase
            if transcript.coding and coding in (
                3 * self.protein_length,
                3 * self.protein_length + 3,
            ):
                return frozenset(transcript.residues_to_genome(self.first, self.last))
        raise InputError(
            f"the GTF holds neither {' nor '.join(sorted(self.transcript_ids))} of {self.gene} nor "
            f"a transcript that codes for {self.protein_length} residues, so the {self.name} "
            "domain cannot be placed; use a complete GENCODE, Ensembl or RefSeq annotation."
        )


@dataclass(frozen=True)
class Partner:
    """A gene pair seen before, as a fusion or as an artefact."""

    gene5: str
    gene3: str
    artefact: bool
    evidence: str
    note: str

    @property
    def known_fusion(self) -> bool:
        """Whether more than a bare list names the pair as a fusion."""
        return not self.artefact and self.evidence != "list_only"


@dataclass(frozen=True)
class Threshold:
    """One threshold with its default and its reason."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Knowledge:
    """All curated tables."""

    domains: tuple[Domain, ...]
    mane: Mapping[str, str]
    partners: Mapping[tuple[str, str], Partner]
    control_genes: tuple[str, ...]
    thresholds: Mapping[str, Threshold]

    def domain(self, gene: str, name: str) -> Domain | None:
        """The named domain of a gene, or None."""
        return next((d for d in self.domains if d.gene == gene and d.name == name), None)

    @property
    def mane_ids(self) -> frozenset[str]:
        """Unversioned transcript ids (Ensembl and RefSeq) known to be MANE Select."""
        refseq = {identifier.split(".")[0] for identifier in self.mane.values()}
        return frozenset(self.mane) | refseq

    def refseq(self, transcript_id: str) -> str | None:
        """The RefSeq MANE Select id that equals a transcript, or None where we do not know it."""
        if transcript_id.startswith(("NM_", "NR_")):
            return transcript_id
        return self.mane.get(transcript_id.split(".")[0])

    def with_overrides(self, overrides: Mapping[str, float]) -> dict[str, float]:
        """Threshold values by name, a run's own values in place of the defaults.

        :raises InputError: for a name that is no threshold.
        """
        unknown = sorted(set(overrides) - set(self.thresholds))
        if unknown:
            raise InputError(
                f"thresholds: unknown name {', '.join(unknown)}; the known ones are "
                f"{', '.join(sorted(self.thresholds))}."
            )
        return {name: overrides.get(name, t.value) for name, t in self.thresholds.items()}


def load(folder: Path) -> Knowledge:
    """Read the curated tables.

    :param folder: ``resources/`` of the workflow.
    """
    domains = tuple(
        Domain(
            gene=row["gene"],
            name=row["domain"],
            transcript_ids=frozenset(
                identifier.split(".")[0]
                for identifier in (row["transcript_ensembl"], row["transcript_refseq"])
                if identifier
            ),
            first=int(row["aa_start"]),
            last=int(row["aa_end"]),
            protein_length=int(row["protein_length"]),
        )
        for row in read_table(folder / "protein_domains.tsv")
    )
    mane = {
        row["transcript_ensembl"].split(".")[0]: row["transcript_refseq"]
        for row in read_table(folder / "mane_transcripts.tsv")
    }
    partners = {
        (row["gene5"], row["gene3"]): Partner(
            row["gene5"], row["gene3"], row["artefact"] == "yes", row["evidence"], row["note"]
        )
        for row in read_table(folder / "partners.tsv")
    }
    controls = tuple(row["gene"] for row in read_table(folder / "control_genes.tsv"))
    thresholds = {
        row["name"]: Threshold(row["name"], float(row["value"]), row["unit"])
        for row in read_table(folder / "thresholds.tsv")
    }
    return Knowledge(domains, mane, partners, controls, thresholds)
