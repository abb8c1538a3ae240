"""What evidence and interpretation of every sample of a run share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ntrkoma.annotation.annotate import Annotator
<<<<<<< HEAD
from ntrkoma.curated.codon_sites import Change, Hotspot, Resistance, load_sites
=======
from ntrkoma.curated.codon_places import PlacedSite, place_sites
from ntrkoma.curated.codon_sites import load_sites
>>>>>>> annotate
from ntrkoma.curated.exon_parts import CuratedParts, load_parts
from ntrkoma.curated.gate_rules import GateRule
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.curated.knowledge import Knowledge, load
<<<<<<< HEAD
from ntrkoma.curated.known_events import KnownEvent
from ntrkoma.evidence.codon_places import PlacedSite
from ntrkoma.evidence.codons import place_sites
=======
from ntrkoma.curated.known_events import KnownEvent, load_known_events
>>>>>>> annotate
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import Annotation
from ntrkoma.model.states import Caller


@dataclass(frozen=True)
class Context:
    """Reference, curated tables and the settings of a run."""

    resources: Path
    annotation: Annotation
    genome: Genome
    knowledge: Knowledge
    thresholds: Mapping[str, float]
    target_genes: Sequence[str]
    companion_genes: Sequence[str]
    hotspot_genes: Sequence[str]
    mode: str
    callers: Sequence[Caller]

    @property
    def genes(self) -> list[str]:
        """Genes whose junctions are looked for."""
        return [*self.target_genes, *self.companion_genes]

    @cached_property
    def loci(self) -> Loci:
        """The loci of all these genes."""
        return Loci(self.annotation, self.genome, self.genes)

    @cached_property
    def key_residues(self) -> tuple[KeyResidue, ...]:
        """Residues that a kinase cannot do without."""
        return tuple(KeyResidue.read(self.resources))

    def annotator(self, genes: Sequence[str]) -> Annotator:
        """Annotation of junctions from the point of view of some genes."""
        return Annotator(self.annotation, self.genome, self.knowledge, genes, self.key_residues)

    @cached_property
    def gate_rules(self) -> tuple[GateRule, ...]:
        """The evaluability gate."""
        return tuple(GateRule.read(self.resources))

    @cached_property
    def imbalance_parts(self) -> dict[str, CuratedParts]:
        """Exons whose depths are compared."""
        return load_parts(self.resources)

    @cached_property
    def known_events(self) -> tuple[KnownEvent, ...]:
        """Intragenic events with a name."""
        return tuple(KnownEvent.read(self.resources))

    @cached_property
    def resistance_sites(self) -> list[PlacedSite]:
        """Resistance codons of the target genes."""
        return self._sites(Resistance, self.target_genes)

    @cached_property
    def hotspot_sites(self) -> list[PlacedSite]:
        """Hotspots that were asked for."""
        return self._sites(Hotspot, self.hotspot_genes)

    def _sites(self, table: type[Change], genes: Sequence[str]) -> list[PlacedSite]:
        wanted = load_sites(self.resources, table, genes)
        return list(place_sites(wanted, self.annotation, self.genome))


def make_context(
    resources: Path, transcripts: Path, fasta: Path, settings: Mapping[str, Any]
) -> Context:
    """The context of a job.

    :param transcripts: table written by :func:`ntrkoma.transcripts.write_table`.
    :param settings: ``mode``, ``callers``, ``target_genes``, ``companion_genes``,
        ``hotspot_genes``, ``thresholds`` and ``grading`` of the configuration.
    :raises InputError: for thresholds or findings that do not exist.
    """
    knowledge = load(resources)
    annotation = Annotation(transcripts)
    # One look through the table for all genes that a job will ask for.
    annotation.genes_named(
        [
            *settings["target_genes"],
            *settings["companion_genes"],
            *settings["hotspot_genes"],
            *knowledge.control_genes,
        ]
    )
    return Context(
        resources=resources,
        annotation=annotation,
        genome=Genome(fasta),
        knowledge=knowledge.regraded(settings["grading"]),
        thresholds=knowledge.with_overrides(settings["thresholds"]),
        target_genes=settings["target_genes"],
        companion_genes=settings["companion_genes"],
        hotspot_genes=settings["hotspot_genes"],
        mode=settings["mode"],
        callers=[Caller(name) for name in settings["callers"]],
    )
