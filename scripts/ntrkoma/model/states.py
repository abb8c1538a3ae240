"""The states that things can be in: every enumeration that more than one stage uses."""

from __future__ import annotations

from enum import StrEnum

from ntrkoma.errors import InputError, hint

DEFAULT_ASSAY = "transcriptome"


def assay_of(value: str) -> str:
    """The assay of a sample by the word in the sheet; empty means transcriptome.

    :raises InputError: for a word that is no assay, as no rule would hold for it.
    """
    if value and value not in ASSAYS:
        raise InputError(f"assay {value!r} is unknown; {hint(value, ASSAYS)}")
    return value or DEFAULT_ASSAY


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


class Viewpoint(StrEnum):
    """Whose genes a junction is described and graded for."""

    TARGET = "target"
    COMPANION = "companion"


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


ASSAYS = ("transcriptome", "capture", "amplicon")
