"""Databases of STAR-Fusion and Arriba for a small test reference.

They hold no curated artefacts and no real protein families: never use them for patients.
"""


rule mini_database_sources:
    """Kinase domains of the reference, as alignments for HMMER and as tables for Arriba."""
    input:
        transcripts="results/reference/transcripts.bed.gz",
        transcripts_index="results/reference/transcripts.bed.gz.tbi",
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
    output:
        pfam=f"{MINI_DATABASES}/pfam.sto",
        dfam=f"{MINI_DATABASES}/dfam.sto",
        blacklist=f"{MINI_DATABASES}/arriba/blacklist.tsv",
        known_fusions=f"{MINI_DATABASES}/arriba/known_fusions.tsv",
        protein_domains=f"{MINI_DATABASES}/arriba/protein_domains.gff3",
    log:
        "logs/reference/mini_database_sources.log",
    benchmark:
        "benchmarks/reference/mini_database_sources.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=growing(1000),
    params:
        sources=SOURCES["mini_database_sources"],
    message:
        "Collecting what the databases of the test reference are made of"
    script:
        "../scripts/mini_database_sources.py"


rule mini_ctat_lib:
    """CTAT genome library of the test reference, without a STAR index: kick-start needs none.

    The builder quotes no path, so it runs in a temporary folder on links.
    """
    input:
        fasta="results/reference/genome.fa",
        gtf="results/reference/annotation.gtf",
        pfam=f"{MINI_DATABASES}/pfam.sto",
        dfam=f"{MINI_DATABASES}/dfam.sto",
    output:
        ctat_lib=directory(f"{MINI_DATABASES}/ctat_lib"),
    log:
        "logs/reference/mini_ctat_lib.log",
    benchmark:
        "benchmarks/reference/mini_ctat_lib.tsv"
    conda:
        "../envs/star_fusion.yaml"
    envmodules:
        "star-fusion/1.15.1",
        "hmmer/3.4",
    threads: 2
    resources:
        mem_mb=growing(4000),
    params:
        max_read_length=150,
    message:
        "Building the CTAT genome library of the test reference"
    shell:
        "( work=$(mktemp --directory --tmpdir={resources.tmpdir:q} ctat_lib.XXXXXX); "
        "trap 'rm -rf \"$work\"' EXIT; "
        'cp --dereference {input.fasta} "$work/genome.fa"; '
        'cp --dereference {input.gtf} "$work/annotation.gtf"; '
        'hmmbuild --amino "$work/pfam.hmm" {input.pfam}; hmmpress "$work/pfam.hmm"; '
        'hmmbuild --dna "$work/dfam.hmm" {input.dfam}; hmmpress "$work/dfam.hmm"; '
        'cd "$work"; '
        "prep_genome_lib.pl --genome_fa genome.fa --gtf annotation.gtf --output_dir lib "
        "--CPU {threads} --max_readlength {params.max_read_length} "
        "--dfam_db dfam.hmm --pfam_db pfam.hmm --skip_star; "
        'cd "$OLDPWD"; cp --recursive "$work/lib" {output.ctat_lib} ) > {log} 2>&1'
