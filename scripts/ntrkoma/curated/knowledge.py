"""The curated tables of ``resources/``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ntrkoma.errors import InputError
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.states import ArtefactClass, Heading, Status
from ntrkoma.tables import read_table


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


def domain_of_row(row: Mapping[str, str], name: str) -> Domain:
    """The range that a row of ``protein_domains.tsv`` or ``key_residues.tsv`` gives."""
    return Domain(
        gene=row["gene"],
        name=name,
        transcript_ids=frozenset(
            identifier.split(".")[0]
            for identifier in (row["transcript_ensembl"], row["transcript_refseq"])
            if identifier
        ),
        first=int(row["aa_start"]),
        last=int(row["aa_end"]),
        protein_length=int(row["protein_length"]),
    )


@dataclass(frozen=True)
class Partner:
    """A gene pair seen before, as a fusion or as an artefact."""

    gene5: str
    gene3: str
    artefact: ArtefactClass | None
    tumour_types: str
    evidence: str
    note: str

    @property
    def known_fusion(self) -> bool:
        """Whether more than a bare list names the pair as a fusion."""
        return self.artefact is None and self.evidence != "list_only"


@dataclass(frozen=True)
class ArtefactGene:
    """Genes by symbol, biotype or contig whose chimeric reads are rarely fusions."""

    artefact_class: ArtefactClass
    matches: str
    pattern: re.Pattern[str]

    def fits(self, symbol: str, biotype: str, contig: str) -> bool:
        """Whether a gene is meant."""
        value = {"symbol": symbol, "biotype": biotype, "contig": contig}[self.matches]
        return self.pattern.fullmatch(value) is not None


@dataclass(frozen=True)
class GradingRule:
    """What a finding does to the grade of a junction; see ``resources/grading.tsv``."""

    code: str
    heading: Heading
    effect: Status


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
    artefact_genes: tuple[ArtefactGene, ...]
    grading: Mapping[str, GradingRule]

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

    def regraded(self, overrides: Mapping[str, str]) -> Knowledge:
        """This knowledge with a run's own effects in the grading table.

        :raises InputError: for a finding or an effect that does not exist.
        """
        effects = (Status.REVIEW.value, Status.BELOW_THE_LINE.value)
        for code, effect in overrides.items():
            if code not in self.grading:
                raise InputError(
                    f"grading: unknown finding {code}; the known ones are "
                    f"{', '.join(self.grading)}."
                )
            if effect not in effects:
                raise InputError(f"grading.{code} is {effect}; it can be {' or '.join(effects)}.")
        changed = {
            code: replace(self.grading[code], effect=Status(effect))
            for code, effect in overrides.items()
        }
        return replace(self, grading={**self.grading, **changed})


def load(folder: Path) -> Knowledge:
    """Read the curated tables.

    :param folder: ``resources/`` of the workflow.
    """
    domains = tuple(
        domain_of_row(row, row["domain"]) for row in read_table(folder / "protein_domains.tsv")
    )
    mane = {
        row["transcript_ensembl"].split(".")[0]: row["transcript_refseq"]
        for row in read_table(folder / "mane_transcripts.tsv")
    }
    partners = {
        (row["gene5"], row["gene3"]): Partner(
            row["gene5"],
            row["gene3"],
            ArtefactClass(row["artefact_class"]) if row["artefact_class"] else None,
            row["tumour_types"],
            row["evidence"],
            row["note"],
        )
        for row in read_table(folder / "partners.tsv")
    }
    controls = tuple(row["gene"] for row in read_table(folder / "control_genes.tsv"))
    thresholds = {
        row["name"]: Threshold(row["name"], float(row["value"]), row["unit"])
        for row in read_table(folder / "thresholds.tsv")
    }
    artefact_genes = tuple(
        ArtefactGene(
            ArtefactClass(row["artefact_class"]), row["matches"], re.compile(row["pattern"])
        )
        for row in read_table(folder / "artefact_genes.tsv")
    )
    grading = {
        row["code"]: GradingRule(row["code"], Heading(row["heading"]), Status(row["effect"]))
        for row in read_table(folder / "grading.tsv")
    }
    return Knowledge(domains, mane, partners, controls, thresholds, artefact_genes, grading)
