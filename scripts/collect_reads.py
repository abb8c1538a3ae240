"""Rule collect_reads: the reads that a verdict may rest on, out of a sample's alignments."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pysam

from entry import RESOURCES, logged
from ntrkoma.collecting.collect import AlignedSample, collect_sample
from ntrkoma.curated.codon_places import place_sites, regions
from ntrkoma.curated.codon_sites import load_sites
from ntrkoma.genome.loci import Loci

with logged(snakemake.log[0]):
    given, output, params = snakemake.input, snakemake.output, snakemake.params
    loci = Loci.of_files(Path(given.transcripts), Path(given.fasta), params.genes)
    sites = load_sites(RESOURCES / "hotspots.tsv", params.hotspot_genes)
    sample = AlignedSample(
        Path(given.bam), Path(given.chimeric), {name: Path(path) for name, path in given.items()}
    )
    collect_sample(
        sample,
        loci,
        regions(place_sites(sites, loci.annotation, loci.genome)),
        Path(output.bam),
        snakemake.threads,
    )
    # The BAM of all reads goes when this job is done; MultiQC shows its figures.
    Path(output.flagstat).write_text(
        pysam.flagstat("-@", str(snakemake.threads - 1), given.bam), encoding="utf-8"
    )
