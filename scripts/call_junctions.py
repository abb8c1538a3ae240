"""Rule call_junctions: our own caller on the reads that were kept."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import logged
from ntrkoma.calling.junctions import call_sample
from ntrkoma.genome.loci import Loci
from ntrkoma.model.junction import junctions_to_json

with logged(snakemake.log[0]):
    given = snakemake.input
    junctions = call_sample(
        Path(given.bam),
        Path(given.chimeric),
        Path(given.splice_junctions),
        Loci.of_files(Path(given.transcripts), Path(given.fasta), snakemake.params.genes),
    )
    Path(snakemake.output.junctions).write_text(junctions_to_json(junctions), encoding="utf-8")
    print(f"{len(junctions)} junctions")
