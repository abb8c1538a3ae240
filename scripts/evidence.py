"""Rule evidence: candidates and reads of one sample to its evidence."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import RESOURCES, logged
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.context import make_context
from ntrkoma.evidence import codons, imbalance, intragenic, provenance
from ntrkoma.evidence import sample as evidence
from ntrkoma.evidence.library import (
    detection_limit,
    distinct_fragments,
    gate_metrics,
    library_json,
    measure_control_genes,
    pool_units,
)
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.junction import junctions_from_json
from ntrkoma.programs import other_callers
from ntrkoma.programs.fastp import parse_fastp
from ntrkoma.programs.splices import SpliceJunctions, parse_splice_junctions
from ntrkoma.programs.star_log import parse_star_log
from ntrkoma.verdict import peers
from ntrkoma.verdict.interpret import gate_of, graded, starts_tell_in


def read_lines(path):
    """Lines of a text file."""
    return Path(path).read_text(encoding="utf-8").splitlines()


def intragenic_events(candidates, splice_junctions, context):
    """Events within the target genes, in the published form."""
    own = [
        intragenic.Candidate(c.place[0], c.place[1], c.place[2], c.merged.support.junction_reads)
        for c in candidates
        if c.merged.lead.exact
    ]
    events = intragenic.intragenic_events(
        splice_junctions,
        own,
        context.annotator(context.target_genes),
        context.known_events,
        context.thresholds,
    )
    return [event.to_json() for event in events]


with logged(snakemake.log[0]):
    given, output, params = snakemake.input, snakemake.output, snakemake.params
    context = make_context(RESOURCES, Path(given.transcripts), Path(given.fasta), params.settings)
    thresholds, annotation = context.thresholds, context.annotation
    with Path(given.splice_junctions).open(encoding="utf-8") as lines:
        splice_junctions = list(parse_splice_junctions(lines, given.splice_junctions))
    splices = SpliceJunctions(splice_junctions)
    alignment = parse_star_log(read_lines(given.summary), given.summary)
    fastp = [parse_fastp(Path(path).read_text(encoding="utf-8"), path) for path in given.fastp]
    # Given alignments come without fastp; then what STAR was given is all that is known.
    sequenced = sum(unit.fragments for unit in fastp) or alignment.input_fragments
    reads = pool_units(fastp)
    controls = measure_control_genes(
        splice_junctions,
        annotation,
        context.knowledge.control_genes,
        context.knowledge.mane_ids,
    )
    metrics = gate_metrics(alignment, reads, controls, thresholds)
    copies = Copies(params.copies)
    bam = Path(given.bam)
    found = evidence.find_candidates(
        junctions_from_json(Path(given.junctions).read_text(encoding="utf-8")),
        other_callers.read_calls(
            {name: Path(path) for name, path in given.items() if isinstance(path, str)},
            context.loci,
        ),
        context.callers,
        splices,
        alignment.unique_fragments,
        KeptReads(bam),
        context.loci,
        context.annotator(context.genes),
        thresholds,
        copies=copies,
    )
    on_fusion = {
        name
        for candidate in found.candidates
        if candidate.place in found.fragments
        for name in (
            *found.fragments[candidate.place].reads,
            *found.fragments[candidate.place].spanning,
        )
    }
    limit = detection_limit(distinct_fragments(alignment, reads.duplication_rate), params.assay)
    result = evidence.Evidence(
        candidates=found.candidates,
        drawn=evidence.draw(
            found.candidates, found.fragments, found.reads, context.loci, copies=copies
        ),
        imbalance=imbalance.measure(
            bam,
            annotation.genes_named(context.genes),
            context.knowledge,
            context.imbalance_parts,
            thresholds,
            assay=params.assay,
            three_prime_bias=metrics["three_prime_bias"],
        ),
        resistance=codons.to_json(
            codons.examine(
                bam,
                context.resistance_sites,
                thresholds,
                copies=copies,
                fusion_fragments=on_fusion,
            )
        ),
        hotspots=codons.to_json(
            codons.examine(bam, context.hotspot_sites, thresholds, copies=copies)
        ),
        intragenic=intragenic_events(found.candidates, splice_junctions, context),
        metrics=metrics,
        detection_limit=limit.to_json(),
        library={
            "fragments_sequenced": sequenced,
            "fragments_aligned": alignment.input_fragments,
            "fragments_unique": alignment.unique_fragments,
            "unique_share": round(alignment.unique_share, 4),
            "too_short_share": round(alignment.too_short_share, 4),
            "control_gene_spliced_reads": dict(sorted(controls.spliced_reads.items())),
            **library_json(controls, reads, copies, thresholds),
        },
        provenance=provenance.collect(
            fastp=fastp,
            star_log=read_lines(given.star_log),
            versions={
                name: Path(path).read_text(encoding="utf-8")
                for name, path in given.items()
                if name.endswith("_version")
            },
            checksums=read_lines(given.checksums),
            thresholds=thresholds,
            settings=params.settings,
        ),
    )
    Path(output.evidence).write_text(evidence.to_json(result), encoding="utf-8")
    fusions = graded(
        result.candidates,
        context.target_genes,
        context,
        sequenced,
        starts_tell=starts_tell_in(params.assay),
    )
    gate = gate_of(result, context, params.assay)
    shared = peers.share(snakemake.wildcards.sample, gate.status, fusions, result.imbalance)
    Path(output.shared).write_text(peers.to_json(shared), encoding="utf-8")
    print(f"{len(result.candidates)} candidates; gate {gate.status}")
