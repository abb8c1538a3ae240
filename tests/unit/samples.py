"""Evidence and result of one sample on the test reference, without a workflow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pysam

from ntrkoma.context import Context
from ntrkoma.curated.exon_parts import Part, Parts
from ntrkoma.evidence import imbalance
from ntrkoma.evidence.candidates import Candidate, structures_of
from ntrkoma.evidence.imbalance import Imbalance
from ntrkoma.evidence.sample import Evidence, SampleFiles, gather_evidence
from ntrkoma.genome.transcripts import choose_reference_transcript
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.fusion import Fusion
from ntrkoma.model.junction import Junction, junctions_to_json
from ntrkoma.model.result import SampleResult
from ntrkoma.model.states import Viewpoint
from ntrkoma.results.document import to_json
from ntrkoma.verdict.criteria import criteria_of
from ntrkoma.verdict.grade import graded
from ntrkoma.verdict.interpret import SampleInfo, interpret
from ntrkoma.verdict.peers import Peer, Related

TODAY = date(2026, 12, 1)
SEQUENCED = 40_000_000
STAR_SUMMARY = """\
                          Number of input reads |\t{aligned}
                   Uniquely mapped reads number |\t{unique}
                        Uniquely mapped reads % |\t93.00%
                 % of reads unmapped: too short |\t2.00%
"""
STAR_LOG = "STAR version=2.7.11b\n##### Command Line:\n/usr/bin/STAR --runThreadN 4\n"


def empty_bam(path: Path, contigs: Mapping[str, int]) -> Path:
    """A sorted and indexed BAM without a read."""
    names = [{"SN": name, "LN": length} for name, length in contigs.items()]
    header = {"HD": {"VN": "1.6", "SO": "coordinate"}, "SQ": names}
    with pysam.AlignmentFile(str(path), "wb", header=header):
        pass
    pysam.index(str(path))
    return path


def fastp_report(fragments: int = SEQUENCED, insert: int = 180) -> dict[str, Any]:
    """fastp's report of a sound unit of paired reads."""
    before = {"total_reads": 2 * fragments, "q30_rate": 0.94, "read1_mean_length": 100}
    histogram = [int(size == insert) for size in range(512)]
    return {
        "summary": {
            "fastp_version": "1.3.6",
            "sequencing": "paired end (100 cycles + 100 cycles)",
            "before_filtering": before,
        },
        "duplication": {"rate": 0.2},
        "insert_size": {"unknown": 0, "histogram": histogram},
    }


def control_splices(context: Context, reads: int = 300) -> list[str]:
    """Lines of ``SJ.out.tab``: as many reads at every intron of the control genes."""
    knowledge = context.knowledge
    models = context.annotation.genes_named(knowledge.control_genes)
    introns = {
        intron
        for transcripts in models.values()
        for intron in choose_reference_transcript(transcripts, knowledge.mane_ids)[0].introns
    }
    return [
        f"{chrom}\t{first}\t{last}\t1\t1\t1\t{reads}\t0\t40"
        for chrom, first, last in sorted(introns)
    ]


def sample_files(
    folder: Path,
    context: Context,
    *,
    bam: Path | None = None,
    junctions: Iterable[Junction] = (),
    splices: Iterable[str] = (),
    unique: int = 30_000_000,
    units: Sequence[Mapping[str, Any]] | None = None,
    callers: Mapping[str, Path] = {},
) -> SampleFiles:
    """What a sound sample leaves for its evidence, without a read at the loci.

    :param unique: uniquely mapped fragments.
    :param units: reports of fastp; empty for given alignments.
    """
    texts = {
        "junctions.jsonl": junctions_to_json(junctions),
        "SJ.out.tab": "".join(f"{line}\n" for line in (*control_splices(context), *splices)),
        "Log.final.out": STAR_SUMMARY.format(aligned=unique + 1000, unique=unique),
        "Log.out": STAR_LOG,
        "checksums.sha256": f"{'0' * 64}  results/reference/genome.fa\n",
    }
    reports = [fastp_report()] if units is None else units
    fastp = {f"{number}.fastp.json": json.dumps(unit) for number, unit in enumerate(reports)}
    for name, text in {**texts, **fastp}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return SampleFiles(
        junctions=folder / "junctions.jsonl",
        bam=bam or empty_bam(folder / "S1.evidence.bam", context.genome.contigs),
        splice_junctions=folder / "SJ.out.tab",
        star_summary=folder / "Log.final.out",
        star_log=folder / "Log.out",
        fastp=tuple(folder / name for name in fastp),
        checksums=folder / "checksums.sha256",
        callers=callers,
    )


@dataclass(frozen=True)
class Bench:
    """Makes evidence and results of samples in a folder; nothing is seen at the loci."""

    context: Context
    folder: Path
    _sound: dict[tuple[int, str], Evidence] = field(default_factory=dict)

    def sound(self, unique: int = 30_000_000, assay: str = "transcriptome") -> Evidence:
        """The evidence of a sound sample without a candidate."""
        if (unique, assay) not in self._sound:
            files = sample_files(self.folder, self.context, unique=unique)
            found = gather_evidence(files, assay, Copies.POSITION, self.context)
            self._sound[unique, assay] = found
        return self._sound[unique, assay]

    def imbalances(self) -> dict[str, Imbalance]:
        """Every gene silent."""
        return dict(self.sound().imbalance)

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

    def annotated(self, *candidates: Candidate) -> tuple[Candidate, ...]:
        """Candidates as evidence holds them."""
        return tuple(
            replace(one, structures=structures_of(one.merged, self.context)) for one in candidates
        )

    def graded(
        self, *candidates: Candidate, viewpoint: Viewpoint = Viewpoint.TARGET
    ) -> list[Fusion]:
        """Candidates of a sample without peers, graded."""
        criteria = criteria_of(self.context, "transcriptome", SEQUENCED)
        return graded(self.annotated(*candidates), viewpoint, criteria)

    def evidence(
        self,
        *candidates: Candidate,
        unique: int = 30_000_000,
        imbalances: Mapping[str, Imbalance] | None = None,
        intragenic: Sequence[Mapping[str, Any]] = (),
        **metrics: float | None,
    ) -> Evidence:
        """Sound evidence but for what is changed."""
        sound = self.sound(unique)
        return replace(
            sound,
            candidates=self.annotated(*candidates),
            imbalance=imbalances or sound.imbalance,
            intragenic=intragenic,
            metrics={**sound.metrics, **metrics},
            library={**sound.library, **{n: v for n, v in metrics.items() if n in sound.library}},
        )

    def result(
        self,
        *candidates: Candidate,
        evidence: Evidence | None = None,
        related: Related | None = None,
        peers: Sequence[Peer] = (),
        shared: Sequence[Mapping[str, Any]] = (),
        assay: str = "transcriptome",
        today: date = TODAY,
        metadata: Mapping[str, str] | None = None,
        **changed: Any,
    ) -> SampleResult:
        """The interpreted sample; ``changed`` as of :meth:`evidence`."""
        about = {"patient": "P1", "tumour_type": "sarcoma", **(metadata or {})}
        return interpret(
            SampleInfo("S1", about, assay),
            evidence or self.evidence(*candidates, **changed),
            related or Related(peers, shared),
            self.context,
            today,
        )

    def document(self, *candidates: Candidate, **changed: Any) -> dict[str, Any]:
        """The published JSON of :meth:`result`."""
        return to_json(self.result(*candidates, **changed))
