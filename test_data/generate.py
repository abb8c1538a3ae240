#!/usr/bin/env python3
"""Write the mini reference, the simulated reads and the truth table of the ntrkoma test data.

    python test_data/generate.py --out DIR [--set core|all] [--samples A,B] [--reference-only]

The same call writes the same bytes on every run.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

from generator.catalogue import SAMPLES, Sample
from generator.models import Gene
from generator.reads import SimulatedSample, sample_rng, simulate, write_unit
from generator.reference import TARGET_GENES, build_reference, write_fasta, write_gtf

GENE_MODELS = Path(__file__).parent / "gene_models.tsv"
FIRST_RUN = 101
"""Number of the sequencing run in the read names of the first sample."""
SHARED_RUNS = {"R1": 51, "R2": 52}
"""Number of the sequencing run in the read names of samples that share one."""

Row = dict[str, str | int]

METADATA_COLUMNS = (
    "patient",
    "specimen",
    "collected",
    "tumour_type",
    "assay",
    "run",
    "pan_trk_ihc",
    "ntrk_fish",
)
SHEET_COLUMNS = ("sample", "unit", "fq1", "fq2", *METADATA_COLUMNS)
TRUTH_COLUMNS = (
    "sample",
    "event_id",
    "kind",
    "gene5",
    "exon5",
    "gene3",
    "exon3",
    "breakpoint5",
    "breakpoint3",
    "inserted",
    "frame",
    "kinase",
    "protein_aa",
    "crossing_fragments",
    "junction_fragments",
    "spanning_fragments",
    "expected_verdict",
    "expected_status",
    "expected_class",
    "expected_reason",
    "codon_change",
    "codon_change_fragments",
    "codon_fragments",
    "note",
)


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="directory to write to")
    parser.add_argument(
        "--set",
        choices=("core", "all"),
        default="all",
        dest="sample_set",
        help="which samples to simulate (default: all)",
    )
    parser.add_argument(
        "--samples",
        type=lambda text: text.split(","),
        default=None,
        help="comma-separated sample names, instead of --set",
    )
    parser.add_argument("--reference-only", action="store_true", help="write no reads")
    parser.add_argument(
        "--path-prefix",
        default="reads/",
        help="put before the file names in samples.tsv (default: reads/)",
    )
    options = parser.parse_args(arguments)
    unknown = set(options.samples or ()) - {sample.name for sample in SAMPLES}
    if unknown:
        parser.error(f"unknown sample: {', '.join(sorted(unknown))}")
    return options


def select_samples(sample_set: str, names: list[str] | None) -> list[Sample]:
    """Samples by name, or else by set; always in the order of the catalogue."""
    if names is not None:
        return [sample for sample in SAMPLES if sample.name in names]
    return [sample for sample in SAMPLES if sample.core or sample_set == "all"]


def write_reads(sample: Sample, genes: dict[str, Gene], directory: Path) -> SimulatedSample:
    """Simulate one sample and write the FASTQ files of its units."""
    rng = sample_rng(sample.name)
    simulated = simulate(sample, genes, rng)
    run = SHARED_RUNS.get(sample.run, FIRST_RUN + SAMPLES.index(sample))
    for index, unit in enumerate(sample.units):
        fragments = simulated.fragments[index * sample.fragments :][: sample.fragments]
        write_unit(sample, fragments, index + 1, run, directory / f"{sample.name}_{unit}", rng)
    return simulated


def sheet_rows(sample: Sample, prefix: str) -> list[Row]:
    """The sample sheet rows of a sample, one per unit."""
    rows: list[Row] = []
    for unit in sample.units:
        stem = f"{prefix}{sample.name}_{unit}"
        rows.append(
            {
                "sample": sample.name,
                "unit": unit,
                "fq1": f"{stem}_1.fastq.gz",
                "fq2": f"{stem}_2.fastq.gz" if sample.library.paired else "",
                **{column: getattr(sample, column) for column in METADATA_COLUMNS},
            }
        )
    return rows


def truth_rows(sample: Sample, simulated: SimulatedSample) -> list[Row]:
    """The truth of a sample, one row per planted event (one row without event if none)."""
    common = {"sample": sample.name, "expected_verdict": sample.verdict}
    rows: list[Row] = []
    for fusion, support, codon_depth in zip(
        simulated.fusions, simulated.support, simulated.codon_depth, strict=True
    ):
        in_frame = fusion.frame == "in_frame"
        change = fusion.event.codon_change
        rows.append(
            {
                **common,
                "event_id": fusion.event.event_id,
                "kind": fusion.event.kind,
                "gene5": fusion.gene5.name,
                "exon5": fusion.exon5,
                "gene3": fusion.gene3.name,
                "exon3": fusion.exon3,
                "breakpoint5": fusion.breakpoint5,
                "breakpoint3": fusion.breakpoint3,
                "inserted": fusion.inserted.decode(),
                "frame": fusion.frame,
                "kinase": fusion.kinase,
                "protein_aa": len(fusion.protein) if in_frame else "",
                "crossing_fragments": support.total(),
                "junction_fragments": support["junction"],
                "spanning_fragments": support["spanning"],
                "expected_status": fusion.event.status,
                "expected_class": fusion.event.expected_class,
                "expected_reason": fusion.event.reason or sample.reason,
                "codon_change": (
                    f"{fusion.gene3.name} p.{change.reference}{change.residue}{change.change}"
                    if change
                    else ""
                ),
                "codon_change_fragments": codon_depth[0] if change else "",
                "codon_fragments": codon_depth[1] if change else "",
                "note": _note(fusion.event.note, sample, simulated),
            }
        )
    if not rows:
        rows.append(
            {
                **common,
                "expected_status": "none",
                "expected_reason": sample.reason,
                "note": _note("", sample, simulated),
            }
        )
    return rows


def _note(event_note: str, sample: Sample, simulated: SimulatedSample) -> str:
    """Notes of event and sample, and any random ligation that hit a target gene."""
    chance = ["::".join(pair) for pair in simulated.ligation_pairs if set(pair) & set(TARGET_GENES)]
    ligation = f"random ligation (1 fragment each): {', '.join(chance)}" if chance else ""
    return "; ".join(note for note in (event_note, sample.note, ligation) if note)


def write_tsv(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, columns, delimiter="\t", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse_arguments(arguments)
    genes, contigs = build_reference(GENE_MODELS)
    write_fasta(contigs, options.out / "reference" / "genome.fa.gz")
    write_gtf(genes, options.out / "reference" / "annotation.gtf.gz")
    if options.reference_only:
        return
    sheet: list[Row] = []
    truth: list[Row] = []
    for sample in select_samples(options.sample_set, options.samples):
        simulated = write_reads(sample, genes, options.out / "reads")
        sheet += sheet_rows(sample, options.path_prefix)
        truth += truth_rows(sample, simulated)
    write_tsv(options.out / "samples.tsv", SHEET_COLUMNS, sheet)
    write_tsv(options.out / "truth.tsv", TRUTH_COLUMNS, truth)


if __name__ == "__main__":
    main()
