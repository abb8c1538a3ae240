"""What curated tables have in common: facts with a source, and numbers on named transcripts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ntrkoma.errors import InputError
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.tables import Row, matching

Gene = Annotated[str, matching(r"[A-Z][A-Za-z0-9.-]*", "write a gene symbol, as NTRK1")]
Sentence = Annotated[str, matching(r".*\.", "end the sentence with a full stop")]
EnsemblId = Annotated[str, matching(r"ENST\d{11}(\.\d+)?", "write an id as ENST00000524377.7")]
RefseqId = Annotated[str, matching(r"[NX][MR]_\d+(\.\d+)?", "write an id as NM_002529.4")]


class Fact(Row):
    """A row that says where its fact was read, how sure it is and when it was looked up."""

    source: str
    confidence: Literal["high", "medium", "low"]
    as_of: datetime.date


class OnTranscripts(Fact):
    """A fact whose numbers hold on one transcript, named as in Ensembl, as in RefSeq or both."""

    gene: Gene
    transcript_ensembl: EnsemblId = ""
    transcript_refseq: RefseqId = ""

    @model_validator(mode="after")
    def _names_a_transcript(self) -> Self:
        if not self.transcript_ids:
            raise ValueError("no transcript is named; fill in transcript_ensembl")
        return self

    @property
    def transcript_ids(self) -> tuple[str, ...]:
        """The ids without version."""
        named = (self.transcript_ensembl, self.transcript_refseq)
        return tuple(identifier.split(".")[0] for identifier in named if identifier)


class Range(OnTranscripts):
    """Residues ``first`` to ``last`` (1-based, inclusive) of a protein of ``protein_length``."""

    name: str
    first: int = Field(validation_alias="aa_start")
    last: int = Field(validation_alias="aa_end")
    protein_length: int

    @model_validator(mode="after")
    def _lies_in_the_protein(self) -> Self:
        if not 1 <= self.first <= self.last <= self.protein_length:
            raise ValueError(
                f"residues {self.first} to {self.last} are no range of a protein of "
                f"{self.protein_length}; correct aa_start, aa_end or protein_length"
            )
        return self

    def positions(self, transcripts: Iterable[Transcript]) -> frozenset[int]:
        """Genomic positions (1-based) of the residues' codons.

        The named transcript is used; without it, one that codes for as many residues.

        :raises InputError: when the annotation holds neither.
        """
        coding = [transcript for transcript in transcripts if transcript.coding]
        named = [t for t in coding if t.transcript_id.split(".")[0] in self.transcript_ids]
        # Annotations may count the stop codon.
        lengths = (3 * self.protein_length, 3 * self.protein_length + 3)
        alike = [t for t in coding if t.cds_length - t.cds_phase in lengths]
        if usable := [*named, *alike]:
            return frozenset(usable[0].residues_to_genome(self.first, self.last))
        raise InputError(
            f"the GTF holds neither {' nor '.join(sorted(self.transcript_ids))} of {self.gene} nor "
            f"a transcript that codes for {self.protein_length} residues, so the {self.name} "
            "domain cannot be placed; use a complete GENCODE, Ensembl or RefSeq annotation."
        )
