"""Rule transcript_table: GTF to an indexed table of transcripts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]):
    from ntrkoma.genome.transcripts import read_gtf, write_table

    transcripts = read_gtf(Path(snakemake.input.gtf))
    write_table(transcripts, Path(snakemake.output.table))
    print(f"{len(transcripts)} transcripts")
