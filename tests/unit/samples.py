"""Evidence and result of one sample on the test reference, without a workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pysam

from ntrkoma.context import Context
from ntrkoma.curated.exon_parts import Part, Parts
from ntrkoma.evidence import codons, imbalance
from ntrkoma.evidence.candidates import Candidate
from ntrkoma.evidence.imbalance import Imbalance
from ntrkoma.evidence.library import detection_limit
from ntrkoma.evidence.sample import Evidence
from ntrkoma.genome.transcripts import choose_reference_transcript
from ntrkoma.model.result import SampleResult
from ntrkoma.model.states import Caller
from ntrkoma.programs.star_log import AlignmentSummary
from ntrkoma.results.document import to_json
from ntrkoma.verdict.interpret import interpret
from ntrkoma.verdict.peers import Peer

TODAY = date(2026, 12, 1)
PROVENANCE = {
    "tools": {"STAR": "2.7.11b", "fastp": "1.3.6"},
    "reference": {"genome.fa": "sha256:" + "0" * 64},
    "parameters": {
        "target_genes": ["NTRK1", "NTRK2", "NTRK3"],
        "companion_genes": ["ALK"],
        "hotspot_genes": [],
        "thresholds": {"report_min_fragments": 5},
        "thresholds_changed": [],
        "grading_changed": [],
        "star_command": "STAR --runThreadN 4",
    },
}


def empty_bam(path: Path, contigs: Mapping[str, int]) -> Path:
    """A sorted and indexed BAM without a read."""
    names = [{"SN": name, "LN": length} for name, length in contigs.items()]
    header = {"HD": {"VN": "1.6", "SO": "coordinate"}, "SQ": names}
    with pysam.AlignmentFile(str(path), "wb", header=header):
        pass
    pysam.index(str(path))
    return path


@dataclass(frozen=True)
class Bench:
    """Makes evidence and results; ``bam`` holds no read, so that nothing at the loci is seen."""

    context: Context
    bam: Path

    def imbalances(self) -> dict[str, Imbalance]:
        """Every gene silent."""
        context = self.context
        return imbalance.measure(
            self.bam,
            context.annotation.genes_named(context.genes),
            context.knowledge,
            context.imbalance_parts,
            context.thresholds,
        )

    def uneven(self, gene: str, five: float, kinase: float) -> dict[str, Imbalance]:
        """One gene with these depths (fragments per coding base), the others silent."""
        found = self.imbalances()
        depths = {Part.FIVE_PRIME: five, Part.KINASE: kinase, Part.MIDDLE: five}
        profile = [
            exon if exon.depth is None else replace(exon, depth=depths[exon.part])
            for exon in found[gene].profile
        ]
        models = self.context.annotation.genes_named([gene])[gene]
        transcript, _ = choose_reference_transcript(models, self.context.knowledge.mane_ids)
        parts = Parts(found[gene].five_prime_exons, found[gene].kinase_exons)
        return {**found, gene: imbalance.compare(transcript, parts, profile)}

    def evidence(
        self,
        *candidates: Candidate,
        unique: int = 30_000_000,
        three_prime_bias: float | None = 0.6,
        imbalances: Mapping[str, Imbalance] | None = None,
        intragenic: Sequence[Mapping[str, Any]] = (),
        **metrics: float | None,
    ) -> Evidence:
        """Sound evidence but for what is changed."""
        context = self.context
        alignment = AlignmentSummary(unique + 1000, unique, 0.93, 0.02)
        spliced = dict.fromkeys(context.knowledge.control_genes, 300)
        return Evidence(
            candidates=candidates,
            drawn={},
            imbalance=imbalances or self.imbalances(),
            resistance=codons.to_json(
                codons.examine(self.bam, context.resistance_sites, context.thresholds)
            ),
            hotspots=codons.to_json(
                codons.examine(self.bam, context.hotspot_sites, context.thresholds)
            ),
            intragenic=intragenic,
            metrics={
                "usable_fragments": float(unique),
                "unique_share": alignment.unique_share,
                "too_short_share": alignment.too_short_share,
                "duplication_rate": 0.2,
                "insert_size": 180.0,
                "three_prime_bias": three_prime_bias,
                "control_genes_spliced": 1.0,
                "control_gene_depth": 300.0,
                **metrics,
            },
            detection_limit=detection_limit(float(unique)).to_json(),
            library={
                "fragments_sequenced": 40_000_000,
                "fragments_aligned": unique + 1000,
                "fragments_unique": unique,
                "unique_share": alignment.unique_share,
                "too_short_share": alignment.too_short_share,
                "control_gene_spliced_reads": spliced,
                "copies_known_by": "position",
                "duplication_rate": 0.2,
                "insert_size": 180.0,
                "three_prime_bias": three_prime_bias,
                "control_gene_depth": 300.0,
                "q30_share": 0.94,
                "read_length": 100.0,
            },
            provenance=PROVENANCE,
        )

    def result(
        self,
        *candidates: Candidate,
        evidence: Evidence | None = None,
        peers: Sequence[Peer] = (),
        shared: Sequence[Mapping[str, Any]] = (),
        assay: str = "transcriptome",
        today: date = TODAY,
        metadata: Mapping[str, str] | None = None,
        **changed: Any,
    ) -> SampleResult:
        """The interpreted sample; ``changed`` as of :meth:`evidence`."""
        return interpret(
            sample="S1",
            metadata={"patient": "P1", "tumour_type": "sarcoma", **(metadata or {})},
            assay=assay,
            evidence=evidence or self.evidence(*candidates, **changed),
            peers=peers,
            shared_junctions=shared,
            context=self.context,
            today=today,
        )

    def document(self, *candidates: Candidate, **changed: Any) -> dict[str, Any]:
        """The published JSON of :meth:`result`."""
        return to_json(self.result(*candidates, **changed))


def context_of(
    resources: Path,
    annotation,
    genome,
    knowledge,
    thresholds: Mapping[str, float],
    companions: Sequence[str] = ("ALK",),
    hotspots: Sequence[str] = (),
    callers: Iterable[Caller] = (Caller.JUNCTIONS, Caller.ARRIBA),
) -> Context:
    """A context on the test reference."""
    return Context(
        resources=resources,
        annotation=annotation,
        genome=genome,
        knowledge=knowledge,
        thresholds=thresholds,
        target_genes=("NTRK1", "NTRK2", "NTRK3"),
        companion_genes=tuple(companions),
        hotspot_genes=tuple(hotspots),
        mode="full",
        callers=tuple(callers),
    )
