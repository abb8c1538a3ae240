"""What evidence and interpretation of every sample of a run share: reference, tables, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.curated.codon_places import PlacedSite, place_sites
from ntrkoma.curated.codon_sites import Change, Hotspot, Resistance, load_sites
from ntrkoma.curated.exon_parts import CuratedParts, load_parts
from ntrkoma.curated.gate_rules import GateRule
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.curated.knowledge import Knowledge, load
from ntrkoma.curated.known_events import KnownEvent
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import Annotation
from ntrkoma.model.states import Caller, Viewpoint


@dataclass(frozen=True)
class Context:
    """Reference, curated tables and the settings of a run.

    ``settings``: ``mode``, ``callers``, ``target_genes``, ``companion_genes``, ``hotspot_genes``,
    ``thresholds`` and ``grading`` of the configuration; ``knowledge`` and ``thresholds`` have the
    run's own values in them.
    """

    resources: Path
    annotation: Annotation
    genome: Genome
    knowledge: Knowledge
    thresholds: Mapping[str, float]
    settings: Mapping[str, Any]

    @property
    def mode(self) -> str:
        """Mode of the run."""
        return str(self.settings["mode"])

    @cached_property
    def callers(self) -> tuple[Caller, ...]:
        """Callers whose candidates count."""
        return tuple(Caller(name) for name in self.settings["callers"])

    @property
    def target_genes(self) -> Sequence[str]:
        """Genes that the verdict is about."""
        return tuple(self.settings["target_genes"])

    @property
    def companion_genes(self) -> Sequence[str]:
        """Genes that are answered for beside it."""
        return tuple(self.settings["companion_genes"])

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

    @cached_property
    def annotators(self) -> dict[Viewpoint, Annotator]:
        """Annotation of junctions for the genes of each viewpoint; none without genes."""
        genes = {
            Viewpoint.TARGET: self.target_genes,
            Viewpoint.COMPANION: self.companion_genes,
        }
        return {
            viewpoint: Annotator(
                Loci(self.annotation, self.genome, wanted), self.knowledge, self.key_residues
            )
            for viewpoint, wanted in genes.items()
            if wanted
        }

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
        return self._sites(Hotspot, self.settings["hotspot_genes"])

    def _sites(self, table: type[Change], genes: Sequence[str]) -> list[PlacedSite]:
        wanted = load_sites(self.resources, table, genes)
        return list(place_sites(wanted, self.annotation, self.genome))


def make_context(
    resources: Path, transcripts: Path, fasta: Path, settings: Mapping[str, Any]
) -> Context:
    """The context of a job.

    :param transcripts: table written by :func:`ntrkoma.genome.transcripts.write_table`.
    :param settings: as of :class:`Context`.
    :raises InputError: for thresholds or findings that do not exist.
    """
    knowledge = load(resources)
    if settings["target_domains"]:
        knowledge = knowledge.with_domains(Path(settings["target_domains"]))
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
        settings=settings,
    )
