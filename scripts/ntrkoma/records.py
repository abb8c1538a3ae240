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

    @property
    def words(self) -> str:
        """The caller's name in sentences."""
        return {
            Caller.JUNCTIONS: "ntrkoma",
            Caller.STAR_FUSION: "STAR-Fusion",
            Caller.ARRIBA: "Arriba",
        }[self]


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
    NORMAL_TISSUE = "normal_tissue"
    RECURRENT_NOISE = "recurrent_noise"
    TEMPLATE_SWITCHING = "template_switching"
    HOMOLOGY = "homology"
    RIBOSOMAL = "ribosomal"
    MITOCHONDRIAL = "mitochondrial"
    HAEMOGLOBIN = "haemoglobin"
    IMMUNOGLOBULIN = "immunoglobulin"
    INDEX_HOPPING = "index_hopping"


class Heading(StrEnum):
    """What a rule of the grading looks at."""

    STRUCTURE = "structure"
    SUPPORT = "support"
    ARTEFACT = "artefact"
    AGREEMENT = "agreement"


class CountedBy(StrEnum):
    """How the fragments of a junction were found among the sample's reads."""

    CHIMERIC = "chimeric"
    FUSED_TRANSCRIPT = "fused_transcript"


class Relation(StrEnum):
    """What another sample shares with this one."""

    PATIENT = "patient"
    RUN = "run"


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
    """What ntrkoma itself counted at one junction; all counts are of fragments.

    ``*_raw`` counts include PCR duplicates; the others count fragments with distinct outer
    positions and orientation once. ``start_positions`` is the number of distinct outermost 5′
    positions among the junction reads. Anchors are the longest aligned stretches (nt) on either
    side. ``multimapping_share`` is the share of junction reads with more than one chimeric locus.
    ``counted_by``: by the aligner's chimeric alignments, completed by reads it left clipped or
    unmapped, or by laying such reads on the fused transcript alone.
    """

    junction_reads_raw: int = 0
    spanning_fragments_raw: int = 0
    start_positions: int = 0
    anchor5: int = 0
    anchor3: int = 0
    splice_motif: str = ""
    multimapping_share: float = 0.0
    counted_by: CountedBy = CountedBy.CHIMERIC


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


class StructureClass(StrEnum):
    """Kind of a junction; ``RECIPROCAL`` is given where the other half of the exchange is seen."""

    EXON_JUNCTION = "exon_junction"
    UTR5_JOIN = "utr5_join"
    MID_EXON = "mid_exon"
    INTRONIC = "intronic"
    NOVEL_EXON = "novel_exon"
    TRUNCATED_ISOFORM = "truncated_isoform"
    TARGET_5PRIME = "target_5prime"
    RECIPROCAL = "reciprocal"
    INTRAGENIC = "intragenic"
    ANTISENSE = "antisense"
    INTERGENIC = "intergenic"


class Retention(StrEnum):
    """How much of a domain is carried."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    ABSENT = "absent"


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


class Answer(StrEnum):
    """What the reads say of a change or a fusion."""

    SEEN = "seen"
    NOT_SEEN = "not_seen"
    NOT_ASSESSABLE = "not_assessable"


class HomologyKind(StrEnum):
    """Where sequence that looks alike may have brought reads to the wrong gene."""

    PARTNERS = "partners"
    OTHER_CANDIDATE = "other_candidate"
    PSEUDOGENE = "pseudogene"
    MULTIMAPPING = "multimapping"


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
    structure_class: StructureClass
    structure_text: str
    frame: Frame
    frame_note: str
    protein_length: int | None
    kinase: Kinase
    kinase_fraction: float
    transmembrane_retained: bool | None
    domains: tuple[DomainRetention, ...]
    key_residues: tuple[ResidueRetention, ...]
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
    def support(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments
