"""Databases of STAR-Fusion and Arriba for the test reference: a workflow of its own.

    snakemake --snakefile test_data/databases.smk --directory DIR --cores 2 --use-conda

They go to DIR/databases, for reference.ctat_lib and reference.arriba of a configuration. They hold
no curated artefacts and no real protein families: for tests alone.
"""

from pathlib import Path

HERE = Path(workflow.basedir)
ARRIBA = expand(
    "databases/arriba/{name}",
    name=["blacklist.tsv", "known_fusions.tsv", "protein_domains.gff3"],
)


rule databases:
    """All of them."""
    default_target: True
    input:
        "databases/ctat_lib",
        ARRIBA,


rule test_reference:
    """Genome and annotation of the test reference, unpacked and indexed."""
    input:
        fasta=HERE / "reference" / "genome.fa.gz",
        gtf=HERE / "reference" / "annotation.gtf.gz",
    output:
        fasta="databases/genome.fa",
        fai="databases/genome.fa.fai",
        gtf="databases/annotation.gtf",
    log:
        "logs/test_reference.log",
    conda:
        "../envs/samtools.yaml"
    message:
        "Unpacking the test reference"
    shell:
        "( gzip --decompress --stdout {input.fasta:q} > {output.fasta}; "
        "gzip --decompress --stdout {input.gtf:q} > {output.gtf}; "
        "samtools faidx {output.fasta} ) > {log} 2>&1"


rule database_sources:
    """Kinase domains of the reference, as alignments for HMMER and as tables for Arriba."""
    input:
        fasta="databases/genome.fa",
        fai="databases/genome.fa.fai",
        gtf="databases/annotation.gtf",
    output:
        ARRIBA,
        pfam="databases/pfam.sto",
        dfam="databases/dfam.sto",
    log:
        "logs/database_sources.log",
    conda:
        "../envs/ntrkoma.yaml"
    message:
        "Collecting what the databases are made of"
    script:
        "databases.py"


rule ctat_lib:
    """CTAT genome library, without a STAR index: kick-start needs none.

    The builder quotes no path, so it runs in a temporary folder on links.
    """
    input:
        fasta="databases/genome.fa",
        gtf="databases/annotation.gtf",
        pfam="databases/pfam.sto",
        dfam="databases/dfam.sto",
    output:
        ctat_lib=directory("databases/ctat_lib"),
    log:
        "logs/ctat_lib.log",
    conda:
        "../envs/star_fusion.yaml"
    threads: 2
    params:
        max_read_length=150,
    message:
        "Building the CTAT genome library"
    shell:
        "( work=$(mktemp --directory --tmpdir={resources.tmpdir:q} ctat_lib.XXXXXX); "
        "trap 'rm -rf \"$work\"' EXIT; "
        'cp {input.fasta} "$work/genome.fa"; cp {input.gtf} "$work/annotation.gtf"; '
        'hmmbuild --amino "$work/pfam.hmm" {input.pfam}; hmmpress "$work/pfam.hmm"; '
        'hmmbuild --dna "$work/dfam.hmm" {input.dfam}; hmmpress "$work/dfam.hmm"; '
        'cd "$work"; '
        "prep_genome_lib.pl --genome_fa genome.fa --gtf annotation.gtf --output_dir lib "
        "--CPU {threads} --max_readlength {params.max_read_length} "
        "--dfam_db dfam.hmm --pfam_db pfam.hmm --skip_star; "
        'cd "$OLDPWD"; cp --recursive "$work/lib" {output.ctat_lib} ) > {log} 2>&1'
