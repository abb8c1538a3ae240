"""Rule star_index_parameters: what STAR needs to know of the genome's size."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]):
    from ntrkoma.genome.contigs import read_lengths
    from ntrkoma.genome.star_index import index_parameters

    lengths = list(read_lengths(Path(snakemake.input.fai)).values())
    parameters = index_parameters(lengths, snakemake.params.sjdb_overhang)
    text = "".join(f"{name} {value}\n" for name, value in parameters.items())
    Path(snakemake.output.parameters).write_text(text, encoding="utf-8")
    print(text)
