"""Rule call_junctions: our own caller on STAR's output, and the reads that are kept."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pysam

from entry import RESOURCES, logged
from ntrkoma.calling.junctions import find_own, spliced_to_other_genes
from ntrkoma.context import make_context
from ntrkoma.evidence import codons
from ntrkoma.model.junction import junctions_to_json
from ntrkoma.programs.chimeric import parse_chimeric_junctions
from ntrkoma.programs.splices import parse_splice_junctions
from other_callers import read_other_calls

with logged(snakemake.log[0]):
    given, output, threads = snakemake.input, snakemake.output, snakemake.threads
    context = make_context(
        RESOURCES, Path(given.transcripts), Path(given.fasta), snakemake.params.settings
    )
    loci = context.loci
    with (
        tempfile.TemporaryDirectory() as folder,
        Path(given.chimeric).open(encoding="utf-8") as chimeric,
        Path(given.splice_junctions).open(encoding="utf-8") as splices,
    ):
        junctions, reads = find_own(
            parse_chimeric_junctions(chimeric, given.chimeric, loci.near_target),
            spliced_to_other_genes(parse_splice_junctions(splices, given.splice_junctions), loci),
            read_other_calls(given, loci),
            Path(given.bam),
            Path(folder),
            codons.regions([*context.resistance_sites, *context.hotspot_sites]),
            loci,
            threads,
        )
        reads.write(Path(output.bam))
    Path(output.junctions).write_text(junctions_to_json(junctions), encoding="utf-8")
    # The BAM of all reads goes when this job is done; MultiQC shows its figures.
    Path(output.flagstat).write_text(
        pysam.flagstat("-@", str(threads - 1), given.bam), encoding="utf-8"
    )
    print(f"{len(junctions)} junctions")
