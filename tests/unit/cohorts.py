"""Cohorts made of sample documents: a patient over years, and thousands of samples."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from documents import Document, document, fusion, resistance, shared_junction

SETTINGS = {"title": "NTRK fusion report", "laboratory": "Molecular pathology, test laboratory"}

PAIRS = ("KHDRBS1::NTRK1", "ETV6::NTRK3", "TPM3::NTRK1", "QKI::NTRK2", "EML4::ALK")


def specimens() -> list[Document]:
    """Six specimens of one patient, as in the case report: a scalp tumour, then metastases.

    KHDRBS1::NTRK1 comes, is gone under treatment and comes back with a resistance codon; one
    specimen is not evaluable and one has no date. TPM3::NTRK1 is seen in one of them.
    """
    main = fusion("KHDRBS1::NTRK1")
    second = fusion("TPM3::NTRK1", junction_reads=6, spanning_fragments=4, status="review")

    def made(
        sample: str,
        specimen: str,
        collected: str,
        verdict: str,
        fusions: list[Document],
        shared: list[Document],
        **parts: Any,
    ) -> Document:
        metadata = {"specimen": specimen, "tumour_type": "sarcoma", "run": "R1"}
        if collected:
            metadata["collected"] = collected
        return document(
            sample,
            verdict=verdict,
            patient="P1",
            metadata=metadata,
            fusions=fusions,
            shared_junctions=shared,
            **parts,
        )

    none, other = shared_junction(main), shared_junction(second)
    strong = fusion(junction_reads=80, spanning_fragments=30)
    back = fusion(junction_reads=51, spanning_fragments=22)
    weak = fusion(junction_reads=2, spanning_fragments=1, status="review")
    changed = resistance({("NTRK1", 595): ("p.G595R", 61)})
    return [
        made("SCALP", "scalp tumour", "2016-03-01", "detected", [main], [other]),
        made("EAR", "ear metastasis", "2017-11-20", "detected", [strong, second], []),
        made("NECK", "neck metastasis", "2018-01-10", "not_detected", [], [none, other]),
        made(
            *("BACK", "back metastasis", "2020-06-30", "detected"),
            *([back], [other]),
            resistance=changed,
        ),
        made("BIOPSY", "biopsy", "2020-08-01", "not_evaluable", [], [none, other]),
        made("ARCHIVE", "archive block", "", "indeterminate", [weak], [other]),
    ]


def many(count: int, *, seed: int = 1) -> Iterator[Document]:
    """A large cohort with runs of 96, every verdict, and some patients with two specimens."""
    chance = random.Random(seed)
    partners = [*PAIRS[:4], *(f"GENE{n}::NTRK1" for n in range(40))]
    for number in range(count):
        drawn = chance.random()
        verdict, status = (
            ("detected", "reportable")
            if drawn < 0.03
            else ("indeterminate", "review")
            if drawn < 0.06
            else ("not_evaluable", "")
            if drawn < 0.12
            else ("not_detected", "")
        )
        parts: Mapping[str, Any] = {}
        if status:
            found = fusion(
                chance.choice(partners),
                junction_reads=chance.randint(1, 90),
                spanning_fragments=chance.randint(0, 40),
                status=status,
            )
            parts = {"fusions": [found]}
        made = document(
            f"S{number:05d}",
            verdict=verdict,
            patient=f"P{number // 2 if number % 10 < 2 else number:05d}",
            gate="limited" if drawn > 0.85 else None,
            metadata={
                "run": f"run_{number // 96:03d}",
                "specimen": chance.choice(["primary", "lymph node", "lung metastasis"]),
                "collected": f"20{10 + number % 15}-{1 + number % 12:02d}-{1 + number % 28:02d}",
                "tumour_type": chance.choice(["sarcoma", "secretory carcinoma", "glioma"]),
            },
            **parts,
        )
        for check in made["evaluability"]["checks"]:
            if check["value"]:
                check["value"] = round(check["value"] * chance.uniform(0.7, 1.0), 4)
        yield made
