"""The curated tables of ``resources/``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from ntrkoma.curated.facts import Fact, Gene, OnTranscripts, Range, Sentence
from ntrkoma.errors import InputError
from ntrkoma.model.states import ArtefactClass, Heading, Status
from ntrkoma.tables import Row, matching


class Domain(Range):
    """A protein domain as an amino-acid range (1-based inclusive) on named transcripts."""

    TABLE = "protein_domains.tsv"
    KEY = ("gene", "domain")

    name: Annotated[
        str,
        matching(r"[A-Za-z0-9][A-Za-z0-9_ /-]*", "begin with a letter or digit, then also _ / -"),
    ] = Field(validation_alias="domain")


class ManeTranscript(OnTranscripts):
    """A MANE Select transcript whose RefSeq twin we name in reports."""

    TABLE = "mane_transcripts.tsv"
    KEY = ("gene",)


class ControlGene(Fact):
    """A gene that nearly every tissue expresses spliced."""

    TABLE = "control_genes.tsv"
    KEY = ("gene",)

    gene: Gene


class Partner(Fact):
    """A gene pair seen before, as a fusion or as an artefact."""

    TABLE = "partners.tsv"
    KEY = ("gene5", "gene3")

    gene5: Gene
    gene3: Gene
    artefact: Literal[ArtefactClass.NORMAL_TISSUE, ArtefactClass.RECURRENT_NOISE] | None = Field(
        None, validation_alias="artefact_class"
    )
    tumour_types: str = ""
    evidence: Literal["source_read", "expert_knowledge", "list_only"]
    note: str = ""

    @property
    def known_fusion(self) -> bool:
        """Whether more than a bare list names the pair as a fusion."""
        return self.artefact is None and self.evidence != "list_only"

    @model_validator(mode="after")
    def _joins_two_genes(self) -> Self:
        if self.gene5 == self.gene3:
            raise ValueError(f"both genes are {self.gene5}; correct gene5 or gene3")
        return self


class ArtefactGene(Fact):
    """Genes by symbol, biotype or contig whose chimeric reads are rarely fusions."""

    TABLE = "artefact_genes.tsv"
    KEY = ("artefact_class", "matches", "pattern")

    artefact_class: ArtefactClass
    matches: Literal["symbol", "biotype", "contig"]
    pattern: re.Pattern[str]
    note: str = ""

    def fits(self, symbol: str, biotype: str, contig: str) -> bool:
        """Whether a gene is meant."""
        value = {"symbol": symbol, "biotype": biotype, "contig": contig}[self.matches]
        return self.pattern.fullmatch(value) is not None

    @field_validator("pattern")
    @classmethod
    def _needs_a_gene(cls, pattern: re.Pattern[str]) -> re.Pattern[str]:
        # A gene without a biotype, and a side without a gene, are no artefact.
        if pattern.fullmatch(""):
            raise ValueError("write a regular expression that an empty text does not match")
        return pattern


class GradingRule(Row):
    """What a finding does to the grade of a junction, in words for people as well."""

    TABLE = "grading.tsv"
    KEY = ("code",)

    code: str
    heading: Heading
    effect: Literal[Status.REVIEW, Status.BELOW_THE_LINE]
    finding: str
    reason: Sentence
    change_when: Sentence


class Threshold(Row):
    """One threshold with its default, where it is used and why it is what it is."""

    TABLE = "thresholds.tsv"
    KEY = ("name",)

    name: str
    value: Annotated[float, Field(ge=0)]
    unit: str
    used_in: str
    reason: Sentence
    change_when: Sentence

    @model_validator(mode="after")
    def _is_a_share_if_it_says_so(self) -> Self:
        if self.unit == "share" and self.value > 1:
            raise ValueError(f"value is {self.value:g}; a share lies between 0 and 1")
        return self


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
            code: self.grading[code].model_copy(update={"effect": Status(effect)})
            for code, effect in overrides.items()
        }
        return replace(self, grading={**self.grading, **changed})


def load(folder: Path) -> Knowledge:
    """Read the curated tables.

    :param folder: ``resources/`` of the workflow.
    :raises InputError: for wrong cells.
    """
    return Knowledge(
        domains=tuple(Domain.read(folder)),
        mane={
            row.transcript_ensembl.split(".")[0]: row.transcript_refseq
            for row in ManeTranscript.read(folder)
        },
        partners={(pair.gene5, pair.gene3): pair for pair in Partner.read(folder)},
        control_genes=tuple(row.gene for row in ControlGene.read(folder)),
        thresholds={row.name: row for row in Threshold.read(folder)},
        artefact_genes=tuple(ArtefactGene.read(folder)),
        grading={rule.code: rule for rule in GradingRule.read(folder)},
    )
