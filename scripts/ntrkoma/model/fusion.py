"""One junction, annotated and graded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ntrkoma.model.junction import Breakpoint, CallerCall, JunctionEvidence, Place, Reason
from ntrkoma.model.states import (
    ArtefactClass,
    Caller,
    Frame,
    Heading,
    HomologyKind,
    Kinase,
    Relation,
    Retention,
    Status,
    StructureClass,
)


@dataclass(frozen=True)
class Side:
    """One side of a fusion on the transcript chosen for it.

    ``exon`` is the 1-based number on ``transcript`` of the exon that the breakpoint lies in, or of
    the nearest retained exon when it lies in an intron; None outside any transcript.
    ``offset`` is the distance (nt, transcript direction) of the breakpoint from that exon's
    junction border: 0 on the border, positive beyond it in transcription direction.
    ``cds_position`` is the 1-based coding position (c.) of the breakpoint base, None outside
    coding sequence. ``choice`` says why this transcript was taken.
    """

    gene: str | None
    gene_id: str | None
    biotype: str | None
    transcript: str | None
    refseq: str | None
    exon: int | None
    offset: int
    cds_position: int | None
    region: str
    sense: bool
    choice: str


@dataclass(frozen=True)
class DomainRetention:
    """One domain of one partner. ``first``-``last``: residues (1-based inclusive) on
    ``transcript``; ``fraction``: share (0-1) of its coding bases that are carried."""

    gene: str
    domain: str
    first: int
    last: int
    transcript: str
    retained: Retention
    fraction: float


@dataclass(frozen=True)
class ResidueRetention:
    """One key residue (or short motif) of the target gene; kept only with all its bases."""

    residue: str
    role: str
    retained: bool


@dataclass(frozen=True)
class Neighbours:
    """Two genes on one strand in the order of the fusion.

    ``distance``: nt between them, an unannotated side from its breakpoint. ``coding_between``:
    whether a coding gene of that strand lies wholly between the breakpoints.
    """

    distance: int
    coding_between: bool


@dataclass(frozen=True)
class Structure:
    """A junction, annotated from the point of view of some target genes.

    Field names follow the published JSON schema (``resources/schemas/ntrk.schema.json``).
    ``structure_text`` and ``kinase_text`` say class and kinase in words, without a full stop.
    ``domains``: those of both partners, the 5′ one's first. ``key_residues``: of the target gene.
    ``neighbours``: None where the genes are none.
    """

    name: str
    vicc: str
    hgvs: str
    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    side5: Side
    side3: Side
    target_gene: str
    structure_class: StructureClass
    structure_text: str
    frame: Frame
    frame_note: str
    protein_length: int | None
    kinase: Kinase
    kinase_fraction: float
    kinase_text: str
    transmembrane_retained: bool | None
    domains: tuple[DomainRetention, ...]
    key_residues: tuple[ResidueRetention, ...]
    neighbours: Neighbours | None


@dataclass(frozen=True)
class FusionFraction:
    """The fusion's share of the splicing at both its borders.

    ``wild_type5``/``wild_type3``: fragments that go on from, or come to, the same border within
    the gene itself; None where that cannot be counted. ``five``/``three``: junction reads over
    junction plus wild-type reads (0-1), duplicates included on both sides.
    """

    five: float | None
    three: float | None
    wild_type5: int | None
    wild_type3: int | None


class Homology(NamedTuple):
    """A resemblance that may explain a junction, with a sentence for people."""

    kind: HomologyKind
    text: str


@dataclass(frozen=True)
class Elsewhere:
    """A junction in another sample of the same patient or sequencing run."""

    sample: str
    relation: Relation
    junction_reads: int
    spanning_fragments: int
    status: str


class Assessment(NamedTuple):
    """Outcome of all rules under one heading, with their reasons in words."""

    heading: Heading
    outcome: Status
    text: str


@dataclass(frozen=True)
class Fusion:
    """One junction, merged over callers, annotated and graded."""

    structure: Structure
    exact: bool
    inserted: str
    junction_reads: int
    spanning_fragments: int
    ffpm: float | None
    support_from: Caller
    evidence: JunctionEvidence
    fusion_fraction: FusionFraction
    homology: Homology | None
    calls: tuple[CallerCall, ...]
    disagreements: tuple[str, ...]
    known_partner: bool
    artefact_class: ArtefactClass | None
    elsewhere: tuple[Elsewhere, ...]
    assessment: tuple[Assessment, ...]
    clingen: tuple[tuple[str, str], ...]
    status: Status
    reasons: tuple[Reason, ...]

    @property
    def name(self) -> str:
        """5′ and 3′ gene, ``KHDRBS1::NTRK1``."""
        return self.structure.name

    @property
    def vicc(self) -> str:
        """Name of the junction after VICC."""
        return self.structure.vicc

    @property
    def target_gene(self) -> str:
        """The gene that the fusion is told for."""
        return self.structure.target_gene

    @property
    def breakpoint5(self) -> Breakpoint:
        """Last base of the 5′ part."""
        return self.structure.breakpoint5

    @property
    def breakpoint3(self) -> Breakpoint:
        """First base of the 3′ part."""
        return self.structure.breakpoint3

    @property
    def place(self) -> Place:
        """What makes it the same junction in another sample."""
        return Place(self.breakpoint5, self.breakpoint3, self.inserted)

    @property
    def gene5(self) -> str | None:
        """5′ gene; None outside any."""
        return self.structure.side5.gene

    @property
    def gene3(self) -> str | None:
        """3′ gene; None outside any."""
        return self.structure.side3.gene

    @property
    def support(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments
