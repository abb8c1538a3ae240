"""Rule interpret: a sample's evidence, and that of its peers, to JSON, TSV, VCF and report."""

import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import RESOURCES, TEMPLATES, Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]):
    from ntrkoma.context import make_context
    from ntrkoma.evidence.sample import from_json
    from ntrkoma.model.duplicates import Copies
    from ntrkoma.report.gene_models import gene_models
    from ntrkoma.report.sample import render
    from ntrkoma.results.document import publish
    from ntrkoma.results.rows import FUSION_COLUMNS, fusion_rows, to_tsv
    from ntrkoma.results.vcf import write_vcf
    from ntrkoma.verdict.interpret import SampleInfo, interpret
    from ntrkoma.verdict.peers import ReadFiles, look_for, read_peers

    given, output, params = snakemake.input, snakemake.output, snakemake.params
    context = make_context(RESOURCES, Path(given.transcripts), Path(given.fasta), params.settings)
    reads = ReadFiles(Path(given.bam), Path(given.splice_junctions), Copies(params.copies))
    own = from_json(Path(given.evidence).read_text("utf-8"))
    evidence, related = look_for(own, read_peers(dict(given.items())), reads, context)
    sample = SampleInfo(snakemake.wildcards.sample, params.metadata, params.assay)
    result = interpret(sample, evidence, related, context, datetime.now(UTC).date())
    document = publish(result, RESOURCES / "schemas" / "ntrk.schema.json", Path(output.json))
    Path(output.tsv).write_text(to_tsv(fusion_rows(document), FUSION_COLUMNS), encoding="utf-8")
    write_vcf(document, context.genome, Path(output.vcf))
    shown = [*document["fusions"], *(f for c in document["companions"] for f in c["fusions"])]
    models = gene_models(shown, context.annotation, context.knowledge)
    page = render(document, params.report, TEMPLATES, dict(evidence.drawn), models)
    Path(output.report).write_text(page, encoding="utf-8")
    print(document["verdict"])
