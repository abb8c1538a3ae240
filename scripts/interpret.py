"""Rule interpret: a sample's evidence, and that of its peers, to JSON, TSV, VCF and report."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import RESOURCES, TEMPLATES, logged
from ntrkoma.context import make_context
from ntrkoma.evidence.sample import from_json
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.states import Relation
from ntrkoma.report import sample as report
from ntrkoma.report.gene_models import gene_models
from ntrkoma.results import document as results
from ntrkoma.results import vcf
from ntrkoma.results.rows import FUSION_COLUMNS, fusion_rows, to_tsv
from ntrkoma.verdict.interpret import Sample, interpret
from ntrkoma.verdict.peers import ReadFiles, look_for, read_peers

with logged(snakemake.log[0]):
    given, output, params = snakemake.input, snakemake.output, snakemake.params
    context = make_context(RESOURCES, Path(given.transcripts), Path(given.fasta), params.settings)
    reads = ReadFiles(Path(given.bam), Path(given.splice_junctions), Copies(params.copies))
    peers = read_peers({relation: given.get(f"{relation}_peers", []) for relation in Relation})
    evidence, related = look_for(
        from_json(Path(given.evidence).read_text(encoding="utf-8")), peers, reads, context
    )
    sample = Sample(snakemake.wildcards.sample, params.metadata, params.assay)
    result = interpret(sample, evidence, related, context, datetime.now(UTC).date())
    document = results.to_json(result)
    results.validate(document, RESOURCES / "schemas" / "ntrk.schema.json")
    Path(output.json).write_text(
        json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    Path(output.tsv).write_text(to_tsv(fusion_rows(document), FUSION_COLUMNS), encoding="utf-8")
    vcf.write_vcf(document, context.genome, Path(output.vcf))
    shown = [*document["fusions"], *(f for c in document["companions"] for f in c["fusions"])]
    models = gene_models(shown, context.annotation, context.knowledge)
    Path(output.report).write_text(
        report.render(document, params.report, TEMPLATES, dict(evidence.drawn), models),
        encoding="utf-8",
    )
    print(f"{document['verdict']}")
