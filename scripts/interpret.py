"""Rule interpret: a sample's evidence, and that of its peers, to JSON, TSV, VCF and report."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import RESOURCES, TEMPLATES, logged
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.context import make_context
from ntrkoma.evidence import sample as evidence
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.states import Relation
from ntrkoma.programs.splices import SpliceJunctions, parse_splice_junctions
from ntrkoma.report import sample as report
from ntrkoma.report.gene_models import gene_models
from ntrkoma.results import document as results
from ntrkoma.results import vcf
from ntrkoma.results.rows import FUSION_COLUMNS, fusion_rows, to_tsv
from ntrkoma.verdict import peers
from ntrkoma.verdict.interpret import interpret, with_candidates


def look_for_shared(found, sample_peers, context, given, copies):
    """The peers' junctions in this sample's reads: candidates, drawn reads, published rows."""
    loci = context.loci
    reads = KeptReads(Path(given.bam))
    own = [candidate.place for candidate in found.candidates]
    searched = peers.search(sample_peers, own, reads, loci)
    if not searched:
        return [], {}, []
    with Path(given.splice_junctions).open(encoding="utf-8") as lines:
        splices = SpliceJunctions(parse_splice_junctions(lines, given.splice_junctions))
    candidates = peers.as_candidates(searched, splices, reads, loci, copies=copies)
    fragments = {item.junction.key: item.found for item in searched}
    return (
        candidates,
        evidence.draw(candidates, fragments, reads, loci, copies=copies),
        peers.shared_junctions(
            searched,
            sample_peers,
            loci,
            found.fragments_sequenced,
            copies=copies,
        ),
    )


with logged(snakemake.log[0]):
    given, output, params = snakemake.input, snakemake.output, snakemake.params
    context = make_context(RESOURCES, Path(given.transcripts), Path(given.fasta), params.settings)
    found = evidence.from_json(Path(given.evidence).read_text(encoding="utf-8"))
    groups = {relation: given.get(f"{relation}_peers", []) for relation in Relation}
    sample_peers = peers.read_peers(groups)
    more, drawn, shared = look_for_shared(
        found, sample_peers, context, given, Copies(params.copies)
    )
    result = interpret(
        sample=snakemake.wildcards.sample,
        metadata=params.metadata,
        assay=params.assay,
        evidence=with_candidates(found, more),
        peers=sample_peers,
        shared_junctions=shared,
        context=context,
        today=datetime.now(UTC).date(),
    )
    document = results.to_json(result)
    results.validate(document, RESOURCES / "schemas" / "ntrk.schema.json")
    Path(output.json).write_text(
        json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    Path(output.tsv).write_text(to_tsv(fusion_rows(document), FUSION_COLUMNS), encoding="utf-8")
    vcf.write_vcf(document, context.genome, Path(output.vcf))
    shown = [*document["fusions"], *(f for c in document["companions"] for f in c["fusions"])]
    Path(output.report).write_text(
        report.render(
            document,
            params.report,
            TEMPLATES,
            {**found.drawn, **drawn},
            gene_models(shown, context.annotation, context.knowledge),
        ),
        encoding="utf-8",
    )
    print(f"{document['verdict']}")
