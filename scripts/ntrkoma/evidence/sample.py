"""The evidence of one sample: candidates with their counts, and what is measured at the loci.

All of it is counted on the reads that were kept; everything after it, grading and report included,
needs no more than the evidence and those reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ntrkoma.calling.junctions import to_call
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.context import Context
from ntrkoma.evidence import codons, imbalance, provenance
from ntrkoma.evidence.candidates import (
    Candidate,
    FoundJunctions,
    SampleReads,
    fusion_fraction,
    on_one_place,
    partner_expression,
    structures_of,
    with_counts,
)
from ntrkoma.evidence.drawn import draw
from ntrkoma.evidence.homology import with_homology
from ntrkoma.evidence.imbalance import Imbalance
from ntrkoma.evidence.intragenic import IntragenicEvent, intragenic_events
from ntrkoma.evidence.library import (
    detection_limit,
    distinct_fragments,
    gate_metrics,
    library_json,
    measure_control_genes,
    pool_units,
)
from ntrkoma.evidence.merge import merge
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.junction import CallerCall, Junction, junctions_from_json
from ntrkoma.model.states import Viewpoint
from ntrkoma.programs.fastp import FastpSummary, parse_fastp
from ntrkoma.programs.other_callers import read_calls
from ntrkoma.programs.splices import SpliceJunction, SpliceJunctions, read_splice_junctions
from ntrkoma.programs.star_log import parse_star_log

_CANDIDATES = TypeAdapter(tuple[Candidate, ...])


@dataclass(frozen=True)
class SampleFiles:
    """What the evidence of a sample is made of.

    ``junctions``: those of our own caller. ``bam``: the reads that were kept. ``fastp``: empty for
    given alignments. ``checksums``: of the reference files. ``callers``: as of
    :func:`ntrkoma.programs.other_callers.read_calls`, and what each says of its version by
    ``<caller>_version``.
    """

    junctions: Path
    bam: Path
    splice_junctions: Path
    star_summary: Path
    star_log: Path
    fastp: tuple[Path, ...]
    checksums: Path
    callers: Mapping[str, Path]

    @classmethod
    def of(cls, named: Mapping[str, Any]) -> SampleFiles:
        """The files of a job by the names that its rule gives them."""
        return cls(
            junctions=Path(named["junctions"]),
            bam=Path(named["bam"]),
            splice_junctions=Path(named["splice_junctions"]),
            star_summary=Path(named["summary"]),
            star_log=Path(named["star_log"]),
            fastp=tuple(Path(path) for path in named["fastp"]),
            checksums=Path(named["checksums"]),
            callers={name: Path(path) for name, path in named.items() if isinstance(path, str)},
        )


@dataclass(frozen=True)
class Evidence:
    """What later steps know of a sample.

    ``drawn``: reads of a junction for its figure, by ``breakpoint5|breakpoint3``. ``metrics``: the
    gate's figures by name. ``library``, ``resistance``, ``hotspots``, ``intragenic``,
    ``provenance``: as in the published JSON, the last one without the day.
    """

    candidates: tuple[Candidate, ...]
    drawn: Mapping[str, Any]
    imbalance: Mapping[str, Imbalance]
    resistance: Sequence[Mapping[str, Any]]
    hotspots: Sequence[Mapping[str, Any]]
    intragenic: Sequence[Mapping[str, Any]]
    metrics: Mapping[str, float | None]
    detection_limit: Mapping[str, Any]
    library: Mapping[str, Any]
    provenance: Mapping[str, Any]

    @property
    def fragments_sequenced(self) -> int:
        """Fragments before trimming."""
        return int(self.library["fragments_sequenced"])


def gather_evidence(files: SampleFiles, assay: str, copies: Copies, context: Context) -> Evidence:
    """Count every caller's candidates, measure the loci and the library.

    :param copies: how copies of one molecule are known.
    """
    thresholds, annotation, knowledge = context.thresholds, context.annotation, context.knowledge
    splices = read_splice_junctions(files.splice_junctions)
    alignment = parse_star_log(_lines(files.star_summary), str(files.star_summary))
    units = [parse_fastp(path.read_text(encoding="utf-8"), str(path)) for path in files.fastp]
    quality = pool_units(units)
    controls = measure_control_genes(
        splices, annotation, knowledge.control_genes, knowledge.mane_ids
    )
    metrics = gate_metrics(alignment, quality, controls, thresholds)
    reads = SampleReads(
        KeptReads(files.bam), SpliceJunctions(splices), alignment.unique_fragments, copies
    )
    own = junctions_from_json(files.junctions.read_text(encoding="utf-8"))
    found = find_candidates(own, read_calls(files.callers, context.loci), reads, context)
    return Evidence(
        candidates=found.candidates,
        drawn=draw(found, reads, context.loci),
        imbalance=imbalance.measure(
            files.bam,
            annotation.genes_named(context.genes),
            knowledge,
            context.imbalance_parts,
            thresholds,
            imbalance.Library(assay, metrics["three_prime_bias"]),
        ),
        resistance=codons.to_json(
            codons.examine(
                files.bam,
                context.resistance_sites,
                thresholds,
                copies=copies,
                fusion_fragments=found.names,
            )
        ),
        hotspots=codons.to_json(
            codons.examine(files.bam, context.hotspot_sites, thresholds, copies=copies)
        ),
        intragenic=[event.to_json() for event in _intragenic(splices, found, context)],
        metrics=metrics,
        detection_limit=detection_limit(
            distinct_fragments(alignment, quality.duplication_rate), assay
        ).to_json(),
        library={
            # Given alignments come without fastp; then what STAR was given is all that is known.
            "fragments_sequenced": sum(u.fragments for u in units) or alignment.input_fragments,
            "fragments_aligned": alignment.input_fragments,
            "fragments_unique": alignment.unique_fragments,
            "unique_share": round(alignment.unique_share, 4),
            "too_short_share": round(alignment.too_short_share, 4),
            "control_gene_spliced_reads": dict(sorted(controls.spliced_reads.items())),
            **library_json(controls, quality, copies, thresholds),
        },
        provenance=_provenance(files, units, context),
    )


def _provenance(
    files: SampleFiles, units: Sequence[FastpSummary], context: Context
) -> dict[str, Any]:
    return provenance.collect(
        fastp=units,
        star_log=_lines(files.star_log),
        versions={
            name: path.read_text(encoding="utf-8")
            for name, path in files.callers.items()
            if name.endswith("_version")
        },
        checksums=_lines(files.checksums),
        thresholds=context.thresholds,
        settings=context.settings,
    )


def _intragenic(
    splices: Sequence[SpliceJunction], found: FoundJunctions, context: Context
) -> list[IntragenicEvent]:
    exact = [c for c in found.candidates if c.merged.lead.exact]
    return intragenic_events(
        splices,
        [(candidate.place, candidate.merged.support.junction_reads) for candidate in exact],
        context.annotators[Viewpoint.TARGET],
        context.known_events,
        context.thresholds,
    )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def find_candidates(
    own: Iterable[Junction], claims: Sequence[CallerCall], reads: SampleReads, context: Context
) -> FoundJunctions:
    """Every candidate of the callers that were asked, counted, examined and annotated.

    :param own: the junctions of our own caller, whether it was asked or not.
    :param claims: what the callers beside our own say.
    """
    loci, thresholds = context.loci, context.thresholds
    junctions = on_one_place(own, loci)
    calls = [to_call(junction, loci, copies=reads.copies) for junction in junctions]
    calls.sort(key=lambda call: (-call.support, call.breakpoint5, call.breakpoint3))
    merged = merge([*calls, *claims], loci, int(thresholds["merge_tolerance"]))
    known = {junction.place: junction for junction in junctions}
    counted, fragments = with_counts(merged, known, context.callers, reads, loci)
    candidates = [
        Candidate(
            junction,
            structures_of(junction, context),
            fusion_fraction(junction, reads, loci),
            partner_expression(junction, reads, loci),
        )
        for junction in counted
    ]
    examined = with_homology(
        candidates,
        loci,
        thresholds["homology_min_identity"],
        thresholds["homology_min_multimapping_share"],
    )
    return FoundJunctions(tuple(examined), fragments)


def to_json(evidence: Evidence) -> str:
    """The evidence as text."""
    fields = {name: getattr(evidence, name) for name in Evidence.__dataclass_fields__}
    fields["candidates"] = _CANDIDATES.dump_python(evidence.candidates, mode="json")
    fields["imbalance"] = {gene: i.to_json() for gene, i in evidence.imbalance.items()}
    return json.dumps(fields, ensure_ascii=False) + "\n"


def from_json(text: str) -> Evidence:
    """What :func:`to_json` wrote."""
    fields = json.loads(text)
    fields["candidates"] = _CANDIDATES.validate_python(fields["candidates"])
    fields["imbalance"] = {
        gene: Imbalance.from_json(gene, values) for gene, values in fields["imbalance"].items()
    }
    return Evidence(**fields)
