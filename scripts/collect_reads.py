"""Rule collect_reads: the reads that a verdict may rest on, out of a sample's alignments."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import RESOURCES, Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]):
    from ntrkoma.collecting.collect import AlignedSample, collect_sample, write_flagstat
    from ntrkoma.curated.codon_places import place_sites, regions
    from ntrkoma.curated.codon_sites import Hotspot, load_sites
    from ntrkoma.genome.loci import Loci

    given, output, params = snakemake.input, snakemake.output, snakemake.params
    threads = snakemake.threads
    callers = {name: Path(path) for name, path in given.items()}
    sample = AlignedSample(Path(given.bam), Path(given.chimeric), callers)
    loci = Loci.of_files(Path(given.transcripts), Path(given.fasta), params.genes)
    sites = load_sites(RESOURCES, Hotspot, params.hotspot_genes)
    hotspots = regions(place_sites(sites, loci.annotation, loci.genome))
    collect_sample(sample, loci, hotspots, Path(output.bam), threads)
    write_flagstat(sample.bam, Path(output.flagstat), threads)
