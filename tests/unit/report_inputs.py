"""What a report is drawn from besides the JSON: gene models and reads at junctions, for tests."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Models = dict[str, dict[str, Any]]


def gene_models(table: Path) -> Models:
    """Models of every transcript of ``test_data/gene_models.tsv`` (GRCh38) by id."""
    models: Models = {}
    with table.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            model = models.setdefault(
                row["transcript_enst"],
                {
                    "gene": row["gene"],
                    "chrom": row["chrom"],
                    "strand": row["strand"],
                    "exons": [],
                    "cds": None,
                    "domains": [],
                },
            )
            model["exons"].append([int(row["exon_start"]), int(row["exon_end"])])
            if row["cds_start"]:
                coding = [int(row["cds_start"]), int(row["cds_end"])]
                known = model["cds"] or coding
                model["cds"] = [min(*known, *coding), max(*known, *coding)]
    for model in models.values():
        model["exons"].sort(reverse=model["strand"] == "-")
        if model["cds"] and model["strand"] == "-":
            model["cds"].reverse()
    return models


def key(fusion: Mapping[str, Any]) -> str:
    """The key of a fusion's reads."""
    return "|".join("{chrom}:{pos}:{strand}".format(**fusion[f"breakpoint{side}"]) for side in "53")


def alignment(
    fusion: Mapping[str, Any], *, flank: int = 240, length: int = 100, most: int = 60
) -> dict[str, Any]:
    """Made-up reads for a fusion: as many as it counts, with a mismatch now and then."""
    dice = random.Random(repr((fusion["name"], fusion["junction_reads"])))

    def bases(count: int) -> str:
        return "".join(dice.choices("ACGT", k=count))

    inserted = fusion["inserted"]
    sequence = bases(flank) + inserted + bases(flank)
    left, right = flank, flank + len(inserted)
    reads: list[dict[str, Any]] = []

    def add(start: int, kind: str, fragment: int) -> None:
        first, last = max(start, 0), min(start + length, len(sequence))
        text = list(sequence[first:last])
        for index in range(len(text)):
            if dice.random() < 0.004:
                text[index] = dice.choice("ACGT")
        reads.append(
            {"start": first, "sequence": "".join(text), "kind": kind, "fragment": fragment}
        )

    for fragment in range(fusion["junction_reads"]):
        start = dice.randint(right - length + 12, left - 12)
        add(start, "junction", fragment)
        add(start + dice.choice((-1, 1)) * dice.randint(40, 120), "junction", fragment)
    for number in range(fusion["spanning_fragments"]):
        fragment = fusion["junction_reads"] + number
        add(left - length - dice.randint(0, 60), "spanning", fragment)
        add(right + dice.randint(0, 60), "spanning", fragment)
    return {"sequence": sequence, "left": left, "right": right, "reads": reads[:most]}


def alignments(fusions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Reads of all ``fusions`` by key."""
    return {key(fusion): alignment(fusion) for fusion in fusions}
