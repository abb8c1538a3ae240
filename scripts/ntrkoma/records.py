"""The records every part of ntrkoma shares: breakpoints, callers' claims and fusions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Caller(StrEnum):
    """A fusion caller, by the name used in the configuration."""

    JUNCTIONS = "junctions"
    STAR_FUSION = "star_fusion"
    ARRIBA = "arriba"


class Frame(StrEnum):
    """Reading frame of a fusion transcript across its junction."""

    IN_FRAME = "in_frame"
    OUT_OF_FRAME = "out_of_frame"
    UTR5_START_RETAINED = "utr5_start_retained"
    NO_CDS = "no_cds"
    UNKNOWN = "unknown"


class Kinase(StrEnum):
    """How much of the target gene's kinase domain the fusion transcript carries."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    ABSENT = "absent"


class Status(StrEnum):
    """Grade of one fusion."""

    REPORTABLE = "reportable"
    REVIEW = "review"
    BELOW_THE_LINE = "below_the_line"


class Verdict(StrEnum):
    """The answer for one sample."""

    DETECTED = "detected"
    INDETERMINATE = "indeterminate"
    NOT_DETECTED = "not_detected"
    NOT_EVALUABLE = "not_evaluable"


class Evaluability(StrEnum):
    """Whether an absence of fusions may be believed."""

    PASS = "pass"
    LIMITED = "limited"
    FAIL = "fail"


class ArtefactClass(StrEnum):
    """A named explanation of a chimeric transcript other than a gene fusion."""

    READ_THROUGH = "read_through"
    KNOWN_ARTEFACT_PAIR = "known_artefact_pair"


class Reason(NamedTuple):
    """Why something was graded as it was: a stable code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, order=True)
class Breakpoint:
    """One side of a junction.

    ``pos`` is 1-based: the last transcribed base of the 5′ part, or the first transcribed base of
    the 3′ part. ``strand`` is the strand that the fusion transcript is read from at this side.
    """

    chrom: str
    pos: int
    strand: str

    def __str__(self) -> str:
        return f"{self.chrom}:{self.pos}:{self.strand}"

    def upstream(self, nt: int) -> int:
        """Position ``nt`` bases 5′ of this one in the direction of transcription (1-based)."""
        return self.pos - nt if self.strand == "+" else self.pos + nt

    def opposite(self) -> Breakpoint:
        """The same base read from the other strand."""
        return Breakpoint(self.chrom, self.pos, "-" if self.strand == "+" else "+")


@dataclass(frozen=True)
class JunctionEvidence:
    """What ntrkoma's own caller counted at one junction; all counts are of fragments.

    ``*_raw`` counts include PCR duplicates; the others count fragments with distinct outer
    positions and orientation once. ``start_positions`` is the number of distinct outermost 5′
    positions among the junction reads. Anchors are the longest aligned stretches (nt) on either
    side. ``multimapping_share`` is the share of junction reads with more than one chimeric locus.
    """

    junction_reads_raw: int = 0
    spanning_fragments_raw: int = 0
    start_positions: int = 0
    anchor5: int = 0
    anchor3: int = 0
    splice_motif: str = ""
    multimapping_share: float = 0.0


@dataclass(frozen=True)
class CallerCall:
    """One candidate fusion as one caller sees it, already oriented 5′→3′.

    ``gene5``/``gene3`` are the caller's own words and only shown; annotation is always ours.
    ``exact`` is False where no split read placed the breakpoint. ``discarded_by`` names the
    filters with which the caller itself removed the candidate (empty: it reported it).
    ``words`` holds the caller's other figures, by its own column names.
    """

    caller: Caller
    gene5: str
    gene3: str
    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    junction_reads: int
    spanning_fragments: int
    inserted: str = ""
    exact: bool = True
    confidence: str = ""
    frame: str = ""
    discarded_by: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    evidence: JunctionEvidence | None = None

    @property
    def support(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments


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
class Fusion:
    """One junction, merged over callers, annotated and graded.

    Field names follow the published JSON schema (``resources/schemas/ntrk.schema.json``).
    """

    name: str
    vicc: str
    hgvs: str
    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    exact: bool
    side5: Side
    side3: Side
    target_gene: str
    inserted: str
    frame: Frame
    frame_note: str
    protein_length: int | None
    kinase: Kinase
    kinase_fraction: float
    transmembrane_retained: bool | None
    junction_reads: int
    spanning_fragments: int
    ffpm: float | None
    support_from: Caller
    evidence: JunctionEvidence | None
    calls: tuple[CallerCall, ...]
    disagreements: tuple[str, ...]
    known_partner: bool
    artefact_class: ArtefactClass | None
    status: Status
    reasons: tuple[Reason, ...]

    @property
    def support(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments
