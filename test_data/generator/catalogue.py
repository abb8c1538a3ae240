"""The samples: what is planted in each, and what the workflow is expected to answer."""

from __future__ import annotations

from dataclasses import dataclass

from generator.fusions import Event, Side

WELL_SUPPORTED = 50
"""Crossing fragments of a well supported event."""
CLEAR_OVERHANG = 40
"""Overhang with which no aligner misses a junction read (nt)."""

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
    units: tuple[str, ...] = ("L1",)
    fragments: int = 10_000
    library: Library = Library()
    brain: bool = False
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


def _fusion(
    five: Side,
    three: Side,
    status: str = "reportable",
    note: str = "",
    *,
    kind: str = "fusion",
    crossing: int = WELL_SUPPORTED,
    junction_overhang: int = 0,
) -> Event:
    event_id = f"{five.gene}_{three.gene}"
    return Event(event_id, kind, five, three, crossing, status, note, junction_overhang)


SAMPLES = (
    Sample(
        "KHDRBS1_NTRK1",
        "P01",
        "primary",
        "unclassified mesenchymal sarcoma",
        "detected",
        (_fusion(Side("KHDRBS1", 8), Side("NTRK1", 12), note="fusion of the case report"),),
        core=True,
    ),
    Sample(
        "ETV6_NTRK3",
        "P02",
        "primary",
        "secretory carcinoma of the breast",
        "detected",
        (_fusion(Side("ETV6", 5), Side("NTRK3", 15)),),
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
            ),
        ),
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
            ),
        ),
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
            ),
        ),
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
                Side("NACC2", 2, mid_exon=True),
                Side("NTRK2", 14, mid_exon=True),
                note="breakpoints inside exons, inserted bases, no splice site",
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
            ),
        ),
    ),
    Sample(
        "EML4_ALK",
        "P12",
        "primary",
        "lung adenocarcinoma",
        "not_detected",
        (_fusion(Side("EML4", 13), Side("ALK", 20), "none", "a kinase fusion, but not NTRK"),),
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
        note="not a single chimeric fragment",
    ),
    Sample(
        "DEGRADED",
        "P15",
        "FFPE block",
        "soft-tissue sarcoma",
        "not_evaluable",
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
    ),
    Sample(
        "SINGLE_END",
        "P17",
        "primary",
        "lung adenocarcinoma",
        "detected",
        (_fusion(Side("SQSTM1", 5), Side("NTRK1", 10)),),
        library=Library(paired=False),
    ),
)
