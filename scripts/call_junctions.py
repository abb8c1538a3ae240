"""Rule call_junctions: our own caller on STAR's output."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import logged
from ntrkoma.calls_io import write_calls
from ntrkoma.chimeric import parse_chimeric_junctions
from ntrkoma.junctions import call_junctions, spliced_to_other_genes
from ntrkoma.loci import Loci
from ntrkoma.sequence import Genome
from ntrkoma.transcripts import Annotation

with (
    logged(snakemake.log[0]),
    Path(snakemake.input.chimeric).open(encoding="utf-8") as chimeric,
    Path(snakemake.input.splice_junctions).open(encoding="utf-8") as splice_junctions,
):
    loci = Loci(Annotation(Path(snakemake.input.transcripts)), snakemake.params.genes)
    calls = call_junctions(
        parse_chimeric_junctions(chimeric, snakemake.input.chimeric, loci.near_target),
        spliced_to_other_genes(splice_junctions, loci, snakemake.input.splice_junctions),
        Path(snakemake.input.bam),
        Path(snakemake.output.reads),
        loci,
        Genome(Path(snakemake.input.fasta)),
        snakemake.threads,
    )
    write_calls(calls, Path(snakemake.output.calls))
    print(f"{len(calls)} junctions")
