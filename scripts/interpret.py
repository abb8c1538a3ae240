"""Rule interpret: candidates and figures of one sample to its JSON, TSV and report."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import logged
from ntrkoma import arriba, provenance, report, results, star_fusion, vcf
from ntrkoma.calls_io import read_calls
from ntrkoma.evaluability import parse_gate_rules, parse_star_log
from ntrkoma.interpret import Context, interpret
from ntrkoma.knowledge import load
from ntrkoma.loci import Loci
from ntrkoma.records import Caller
from ntrkoma.sequence import Genome
from ntrkoma.tables import read_table
from ntrkoma.transcripts import Annotation

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"


def read_lines(path):
    """Lines of a text file."""
    return Path(path).read_text(encoding="utf-8").splitlines()


def collect_calls(given, loci, genome):
    """Candidates of every caller that ran."""
    # Membership of Snakemake's named lists asks for values, not names.
    names = set(given.keys())
    calls = []
    if "junctions" in names:
        calls += read_calls(Path(given.junctions))
    if "star_fusion" in names:
        calls += star_fusion.read_calls(
            Path(given.star_fusion),
            Path(given.star_fusion_preliminary),
            loci.in_target,
            loci.strand_of,
        )
    if "arriba" in names:
        for path, discarded in ((given.arriba, False), (given.arriba_discarded, True)):
            with Path(path).open(encoding="utf-8") as table:
                calls += arriba.parse(
                    table, path, loci.in_target, discarded=discarded, genome=genome
                )
    return calls


with logged(snakemake.log[0]):
    given, params = snakemake.input, snakemake.params
    knowledge = load(RESOURCES)
    annotation = Annotation(Path(given.transcripts))
    genome = Genome(Path(given.fasta))
    thresholds = knowledge.with_overrides(params.thresholds)
    loci = Loci(annotation, [*params.target_genes, *params.companion_genes])
    fastp = [provenance.parse_fastp(Path(path).read_text(encoding="utf-8")) for path in given.fastp]
    alignment = parse_star_log(read_lines(given.summary), given.summary)
    result = interpret(
        sample=snakemake.wildcards.sample,
        metadata=params.metadata,
        calls=collect_calls(given, loci, genome),
        alignment=alignment,
        splice_junctions=read_lines(given.splice_junctions),
        # Given alignments come without fastp; then what STAR was given is all that is known.
        library_fragments=sum(unit.fragments for unit in fastp) or alignment.input_fragments,
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
            changed=params.thresholds,
            target_genes=params.target_genes,
            companion_genes=params.companion_genes,
        ),
        context=Context(
            annotation=annotation,
            genome=genome,
            knowledge=knowledge,
            gate_rules=parse_gate_rules(read_table(RESOURCES / "gate.tsv")),
            thresholds=thresholds,
            target_genes=params.target_genes,
            companion_genes=params.companion_genes,
            mode=params.mode,
            callers=[Caller(name) for name in params.callers],
        ),
    )
    document = results.to_json(result)
    results.validate(document, RESOURCES / "schemas" / "ntrk.schema.json")
    Path(snakemake.output.json).write_text(
        json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    Path(snakemake.output.tsv).write_text(
        results.to_tsv(results.fusion_rows(document), results.FUSION_COLUMNS), encoding="utf-8"
    )
    vcf.write_vcf(document, genome, Path(snakemake.output.vcf))
    Path(snakemake.output.report).write_text(
        report.render(document, params.report, ROOT / "report"), encoding="utf-8"
    )
    print(f"{document['verdict']}")
