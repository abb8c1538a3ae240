"""The samples: what is planted in each, and what the workflow is expected to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.fusions import CodonChange, Event, Side

WELL_SUPPORTED = 50
"""Crossing fragments of a well supported event."""
CLEAR_OVERHANG = 40
"""Overhang with which no aligner misses a junction read (nt)."""
CLEAREST_OVERHANG = 46
"""The same where the two sides resemble each other (nt)."""

# fmt: off
EXPRESSION = {
    # molecules per gene, relative; control genes high, kinases low
    "ACTB": 40, "GAPDH": 40, "B2M": 40, "RPLP0": 30, "RPL13A": 30, "PPIA": 25, "LDHA": 20,
    "PGK1": 12, "YWHAZ": 12, "SDHA": 8, "TFRC": 8, "MRPL24": 8, "HMBS": 6, "GUSB": 6, "HPRT1": 6,
    "G6PD": 6, "TBP": 5,
    "LMNA": 20, "TPM3": 15, "SQSTM1": 15, "KHDRBS1": 10, "TPR": 6, "QKI": 6, "ETV6": 5, "EML4": 5,
    "PRCC": 5, "NACC2": 3, "PEAR1": 1,
    "NTRK1": 0.5, "NTRK2": 0.5, "NTRK3": 0.5, "RET": 0.3, "ALK": 0.05, "ROS1": 0.05,
}
BRAIN_EXPRESSION = {
    # molecules per (gene, isoform) on top of the above: receptors without kinase prevail
    ("NTRK2", ""): 3.0, ("NTRK2", "TrkB-T1"): 12.0, ("NTRK2", "TrkB-T-Shc"): 1.5,
    ("NTRK3", ""): 3.0, ("NTRK3", "TrkC truncated"): 3.0,
    ("NTRK1", "TrkA-I"): 0.5,
}
# fmt: on


@dataclass(frozen=True)
class Library:
    """Fragment lengths (nt) and the faults of a library."""

    read_length: int = 100
    insert_mean: float = 250.0
    insert_sd: float = 50.0
    insert_min: int = 60
    paired: bool = True
    ligation_chimeras: float = 0.001
    """Share of fragments that join two random transcripts at random places."""
    unmappable: float = 0.0
    """Share of fragments of random sequence."""
    duplicates: float = 0.0
    """Share of the mappable fragments that copy another one."""
    three_prime_bias: float = 0.0
    """Mean distance of a fragment from the 3' end of its transcript (nt); 0: no bias."""


@dataclass(frozen=True)
class Sample:
    """A sample: ``fragments`` per unit, planted events and the expected verdict."""

    name: str
    patient: str
    specimen: str
    tumour_type: str
    verdict: str
    events: tuple[Event, ...] = ()
    reason: str = "no_candidate"
    """Reason code of a sample in which no junction of a target gene is planted."""
    collected: str = ""
    assay: str = "transcriptome"
    run: str = ""
    pan_trk_ihc: str = ""
    ntrk_fish: str = ""
    units: tuple[str, ...] = ("L1",)
    fragments: int = 10_000
    library: Library = Library()
    brain: bool = False
    expression: tuple[tuple[str, float], ...] = ()
    """Molecules per gene that differ from ``EXPRESSION``."""
    inner_start: tuple[str, int, float] | None = None
    """A transcript that begins with an inner exon: gene, exon (MANE), molecules."""
    core: bool = False
    note: str = ""


DEGRADED_LIBRARY = Library(
    insert_mean=75,
    insert_sd=12,
    insert_min=60,
    unmappable=0.55,
    duplicates=0.4,
    three_prime_bias=120,
)


SMALL = 8_000
"""Fragments of a sample that is good enough, and no larger."""


def _fusion(
    five: Side,
    three: Side,
    status: str = "reportable",
    note: str = "",
    *,
    kind: str = "fusion",
    crossing: int = WELL_SUPPORTED,
    **more: Any,
) -> Event:
    event_id = f"{five.copied_by or five.gene}_{three.gene}"
    return Event(event_id, kind, five, three, crossing, status, note, **more)


SAMPLES = (
    Sample(
        "KHDRBS1_NTRK1",
        "P01",
        "primary",
        "unclassified mesenchymal sarcoma",
        "detected",
        (_fusion(Side("KHDRBS1", 8), Side("NTRK1", 12), note="fusion of the case report"),),
        collected="2017-05-09",
        pan_trk_ihc="positive",
        core=True,
    ),
    Sample(
        "ETV6_NTRK3",
        "P02",
        "primary",
        "secretory carcinoma of the breast",
        "detected",
        (_fusion(Side("ETV6", 5), Side("NTRK3", 15)),),
        collected="2019-06-04",
        pan_trk_ihc="equivocal",
        ntrk_fish="positive",
        core=True,
    ),
    Sample(
        "TPM3_NTRK1",
        "P03",
        "primary",
        "colorectal adenocarcinoma",
        "detected",
        (
            _fusion(
                Side("TPM3", 8),
                Side("NTRK1", 10),
                note="minus-strand partner with a processed pseudogene (TPM3P6)",
            ),
        ),
    ),
    Sample(
        "QKI_NTRK2",
        "P04",
        "primary",
        "pilocytic astrocytoma",
        "detected",
        (_fusion(Side("QKI", 6), Side("NTRK2", 14)),),
        brain=True,
        note="wild-type TrkB-T1 and truncated TrkC beside the fusion",
    ),
    Sample(
        "LOW_3",
        "P01",
        "relapse",
        "unclassified mesenchymal sarcoma",
        "indeterminate",
        (
            _fusion(
                Side("KHDRBS1", 8),
                Side("NTRK1", 12),
                "review",
                "support below threshold",
                crossing=3,
                junction_overhang=CLEAR_OVERHANG,
                reason="support_below_threshold",
            ),
        ),
        collected="2018-11-20",
    ),
    Sample(
        "LOW_2",
        "P02",
        "lymph node",
        "secretory carcinoma of the breast",
        "indeterminate",
        (
            _fusion(
                Side("ETV6", 5),
                Side("NTRK3", 15),
                "review",
                "support below threshold",
                crossing=2,
                junction_overhang=CLEAR_OVERHANG,
                reason="support_below_threshold",
            ),
        ),
        collected="2021-01-18",
    ),
    Sample(
        "OUT_OF_FRAME",
        "P05",
        "primary",
        "soft-tissue sarcoma",
        "indeterminate",
        (
            _fusion(
                Side("KHDRBS1", 8),
                Side("NTRK1", 11),
                "review",
                "KHDRBS1 e8 ends in phase 1, NTRK1 e11 starts in phase 0",
                reason="frame_out_of_frame",
            ),
        ),
        ntrk_fish="positive",
    ),
    Sample(
        "KINASE_LOST",
        "P06",
        "primary",
        "soft-tissue sarcoma",
        "indeterminate",
        (
            _fusion(
                Side("KHDRBS1", 6),
                Side("NTRK1", 14),
                "review",
                "NTRK1 e14 starts past the glycine loop and the ATP lysine",
                reason="kinase_partial",
            ),
        ),
    ),
    Sample(
        "RECIPROCAL_ONLY",
        "P07",
        "primary",
        "soft-tissue sarcoma",
        "indeterminate",
        (
            _fusion(
                Side("NTRK1", 11),
                Side("KHDRBS1", 9),
                "review",
                "NTRK1 is the 5' partner only",
                kind="reciprocal",
                expected_class="target_5prime",
                reason="target_5prime_only",
            ),
        ),
    ),
    Sample(
        "BALANCED",
        "P08",
        "primary",
        "infantile fibrosarcoma",
        "detected",
        (
            _fusion(Side("ETV6", 5), Side("NTRK3", 15), note="with its reciprocal transcript"),
            _fusion(
                Side("NTRK3", 14),
                Side("ETV6", 6),
                "review",
                "reciprocal transcript",
                kind="reciprocal",
                crossing=25,
                expected_class="reciprocal",
                reason="reciprocal",
            ),
        ),
    ),
    Sample(
        "TRUNCATED_ACCEPTOR",
        "P09",
        "primary",
        "acute myeloid leukaemia",
        "indeterminate",
        (
            _fusion(
                Side("ETV6", 4),
                Side("NTRK3", 15, "TrkC truncated"),
                "review",
                "3' part begins in the first exon of truncated TrkC: no kinase",
                expected_class="truncated_isoform",
                reason="truncated_isoform",
            ),
        ),
    ),
    Sample(
        "MID_EXON",
        "P10",
        "primary",
        "glioblastoma",
        "detected",
        (
            _fusion(
                Side("NACC2", 2, place="middle"),
                Side("NTRK2", 14, place="middle"),
                note="breakpoints inside exons, inserted bases, no splice site",
                expected_class="mid_exon",
            ),
        ),
    ),
    Sample(
        "READ_THROUGH",
        "P11",
        "primary",
        "papillary renal cell carcinoma",
        "indeterminate",
        (
            _fusion(
                Side("PRCC", 6),
                Side("NTRK1", 2),
                "review",
                "ordinary splice between neighbours; PRCC e6 ends in phase 0, NTRK1 e2 starts in "
                "phase 2",
                kind="read_through",
                expected_class="read_through",
                reason="read_through",
            ),
        ),
    ),
    Sample(
        "EML4_ALK",
        "P12",
        "primary",
        "lung adenocarcinoma",
        "not_detected",
        (
            _fusion(
                Side("EML4", 13),
                Side("ALK", 20),
                "none",
                "a kinase fusion, but not NTRK",
                reason="",
            ),
        ),
        pan_trk_ihc="negative",
    ),
    Sample(
        "NEG_BACKGROUND",
        "P13",
        "primary",
        "glioma",
        "not_detected",
        brain=True,
        core=True,
        note="wild-type NTRK expression of brain, random ligation chimeras",
    ),
    Sample(
        "NEG_CLEAN",
        "P14",
        "primary",
        "lung adenocarcinoma",
        "not_detected",
        library=Library(ligation_chimeras=0.0),
        run="R2",
        ntrk_fish="negative",
        note="not a single chimeric fragment",
    ),
    Sample(
        "DEGRADED",
        "P15",
        "FFPE block",
        "soft-tissue sarcoma",
        "not_evaluable",
        reason="gate_usable_fragments",
        pan_trk_ihc="positive",
        fragments=1_500,
        library=DEGRADED_LIBRARY,
        core=True,
        note="low input, short inserts, 3' bias, duplicates, mostly unmappable",
    ),
    Sample(
        "TWO_LANES",
        "P16",
        "primary",
        "spitzoid melanoma",
        "detected",
        (_fusion(Side("LMNA", 2), Side("NTRK1", 11)),),
        units=("L1", "L2"),
        fragments=5_000,
        run="R2",
    ),
    Sample(
        "SINGLE_END",
        "P17",
        "primary",
        "lung adenocarcinoma",
        "detected",
        (_fusion(Side("SQSTM1", 5), Side("NTRK1", 10)),),
        library=Library(paired=False),
        run="R2",
    ),
    Sample(
        "UTR5_JOIN",
        "P18",
        "primary",
        "glioblastoma",
        "detected",
        (
            _fusion(
                Side("NACC2", 1),
                Side("NTRK3", 3),
                note="NACC2 e1 is not coding, NTRK3 e3 holds the start codon of NTRK3",
                expected_class="utr5_join",
            ),
        ),
        fragments=SMALL,
    ),
    Sample(
        "INTRONIC",
        "P19",
        "primary",
        "lung adenocarcinoma",
        "detected",
        (
            _fusion(
                Side("SQSTM1", 5),
                Side("NTRK3", 13, place="intron"),
                note="cryptic acceptor in NTRK3 intron 12; the intron is read through, in frame",
                expected_class="novel_exon",
            ),
        ),
        fragments=SMALL,
    ),
    Sample(
        "TRUNCATED_TRKB",
        "P20",
        "primary",
        "pilocytic astrocytoma",
        "indeterminate",
        (
            _fusion(
                Side("QKI", 6),
                Side("NTRK2", 13, "TrkB-T1"),
                "review",
                "3' part is the last exon of TrkB-T1: no kinase",
                expected_class="truncated_isoform",
                reason="truncated_isoform",
            ),
        ),
        fragments=SMALL,
        brain=True,
    ),
    Sample(
        "TRKAIII",
        "P21",
        "primary",
        "neuroblastoma",
        "not_detected",
        (
            _fusion(
                Side("NTRK1", 5),
                Side("NTRK1", 8, "TrkA-I"),
                "none",
                "TrkAIII: exons 6, 7 and 9 skipped, beside wild-type NTRK1",
                kind="exon_skipping",
                expected_class="intragenic",
                reason="",
            ),
        ),
        fragments=SMALL,
        expression=(("NTRK1", 6.0),),
    ),
    Sample(
        "TEMPLATE_SWITCH",
        "P22",
        "primary",
        "soft-tissue sarcoma",
        "indeterminate",
        (
            _fusion(
                Side("ACTB", 4, place="middle"),
                Side("NTRK1", 12, place="middle"),
                "review",
                "in frame by chance; inside exons, no splice site, two start positions, partner of "
                "very high expression",
                kind="artefact",
                crossing=8,
                starts=2,
                inserted=0,
                expected_class="template_switching",
                reason="template_switching",
            ),
        ),
        fragments=SMALL,
    ),
    Sample(
        "RIBOSOMAL_PARTNER",
        "P23",
        "primary",
        "soft-tissue sarcoma",
        "indeterminate",
        (
            _fusion(
                Side("RPL13A", 4),
                Side("NTRK3", 15),
                "review",
                "in frame; ribosomal partner",
                kind="artefact",
                crossing=10,
                junction_overhang=CLEAR_OVERHANG,
                expected_class="ribosomal",
                reason="ribosomal",
            ),
        ),
        fragments=SMALL,
    ),
    Sample(
        "NORMAL_TISSUE",
        "P24",
        "primary",
        "salivary gland, no tumour",
        "indeterminate",
        (
            _fusion(
                Side("SMR3B", 2),
                Side("NTRK2", 12),
                "review",
                "in frame; pair seen in healthy salivary tissue (the exons are made up)",
                kind="artefact",
                crossing=12,
                junction_overhang=CLEAR_OVERHANG,
                expected_class="normal_tissue",
                reason="normal_tissue",
            ),
        ),
        fragments=SMALL,
        expression=(("SMR3B", 30.0),),
    ),
    Sample(
        "PSEUDOGENE_ONLY",
        "P25",
        "primary",
        "colorectal adenocarcinoma",
        "indeterminate",
        (
            _fusion(
                Side("TPM3", 8, place="copy", copied_by="TPM3P6"),
                Side("NTRK1", 10),
                "review",
                "as TPM3 e8::NTRK1 e10, but all fragments have the sequence of the pseudogene",
                kind="artefact",
                crossing=20,
                junction_overhang=CLEAR_OVERHANG,
                expected_class="homology",
                reason="homology",
            ),
        ),
        fragments=SMALL,
    ),
    Sample(
        "PARALOG_ONLY",
        "P26",
        "primary",
        "glioma",
        "indeterminate",
        (
            _fusion(
                Side("NTRK2", 14, place="alike"),
                Side("NTRK3", 14, place="alike"),
                "review",
                "in frame, kinase complete; both exons have one ancestor and are joined at the "
                "same place of it",
                kind="artefact",
                crossing=12,
                junction_overhang=CLEAREST_OVERHANG,
                expected_class="homology",
                reason="homology",
            ),
        ),
        fragments=SMALL,
        brain=True,
    ),
    Sample(
        "DUPLICATES",
        "P27",
        "primary",
        "unclassified mesenchymal sarcoma",
        "indeterminate",
        (
            _fusion(
                Side("KHDRBS1", 8),
                Side("NTRK1", 12),
                "review",
                "two fragments, each written ten times",
                crossing=2,
                junction_overhang=CLEAR_OVERHANG,
                copies=10,
                reason="support_below_threshold",
            ),
        ),
        fragments=SMALL,
    ),
    Sample(
        "HOP_SOURCE",
        "P28",
        "primary",
        "infantile fibrosarcoma",
        "detected",
        (_fusion(Side("ETV6", 4), Side("NTRK3", 14), crossing=350),),
        run="R1",
        fragments=SMALL,
    ),
    Sample(
        "HOP_SINK",
        "P29",
        "primary",
        "lung adenocarcinoma",
        "indeterminate",
        (
            _fusion(
                Side("ETV6", 4),
                Side("NTRK3", 14),
                "review",
                "as in HOP_SOURCE, another patient of the same run: 1.7 % of its fragments",
                kind="artefact",
                crossing=6,
                junction_overhang=CLEAR_OVERHANG,
                expected_class="index_hopping",
                reason="index_hopping",
            ),
        ),
        run="R1",
        fragments=SMALL,
    ),
    Sample(
        "FOLLOW_UP",
        "P01",
        "metastasis",
        "unclassified mesenchymal sarcoma",
        "indeterminate",
        (
            _fusion(
                Side("KHDRBS1", 8),
                Side("NTRK1", 12),
                "review",
                "one fragment of the junction of KHDRBS1_NTRK1, same patient",
                crossing=1,
                junction_overhang=CLEAR_OVERHANG,
                reason="seen_in_patient",
            ),
        ),
        collected="2020-02-11",
        fragments=SMALL,
    ),
    Sample(
        "RESISTANCE",
        "P30",
        "relapse",
        "secretory carcinoma of the breast",
        "detected",
        (
            _fusion(
                Side("ETV6", 4),
                Side("NTRK3", 15),
                note="resistance in 40 % of the fragments that show the codon",
                crossing=80,
                codon_change=CodonChange(623, "G", "R", 0.4),
            ),
        ),
        fragments=SMALL,
    ),
    Sample(
        "SILENT_HEALTHY",
        "P31",
        "adjacent tissue",
        "no tumour",
        "not_detected",
        fragments=SMALL,
        expression=(("NTRK1", 0.0), ("NTRK2", 0.0), ("NTRK3", 0.0)),
        pan_trk_ihc="negative",
        note="good library, not one fragment of NTRK1, NTRK2 or NTRK3",
    ),
    Sample(
        "LIMITED",
        "P32",
        "primary",
        "soft-tissue sarcoma",
        "not_detected",
        reason="gate_usable_fragments",
        fragments=6_000,
        note="sound, but shallow: the gate is limited where good_usable_fragments is 7000",
    ),
    Sample(
        "IMBALANCE_ONLY",
        "P33",
        "primary",
        "soft-tissue sarcoma",
        "indeterminate",
        reason="imbalance_without_fusion",
        fragments=SMALL,
        expression=(("NTRK1", 0.0),),
        inner_start=("NTRK1", 12, 12.0),
        note="transcripts of NTRK1 exons 12-17 alone, no junction",
    ),
)
