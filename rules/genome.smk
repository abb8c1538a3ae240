"""Reference files in the one form that all tools take: plain, indexed, at paths without spaces."""


rule genome_fasta:
    """Genome as plain FASTA with its index; a plain file is linked, a compressed one unpacked."""
    input:
        fasta=lookup(dpath="reference/fasta", within=config),
    output:
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
    log:
        "logs/reference/genome_fasta.log",
    benchmark:
        "benchmarks/reference/genome_fasta.tsv"
    conda:
        "../envs/samtools.yaml"
    envmodules:
        "samtools/1.22.1",
    resources:
        mem_mb=growing(1000),
    message:
        "Preparing the genome"
    shell:
        "( if gzip --test {input.fasta:q} 2> /dev/null; "
        "then gzip --decompress --stdout {input.fasta:q} > {output.fasta}; "
        'else ln --symbolic --force "$(realpath {input.fasta:q})" {output.fasta}; fi; '
        "samtools faidx --fai-idx {output.fai} {output.fasta} ) > {log} 2>&1"


rule annotation_gtf:
    """Gene annotation as plain GTF; a plain file is linked, a compressed one unpacked."""
    input:
        gtf=lookup(dpath="reference/gtf", within=config),
    output:
        gtf="results/reference/annotation.gtf",
    log:
        "logs/reference/annotation_gtf.log",
    benchmark:
        "benchmarks/reference/annotation_gtf.tsv"
    conda:
        "../envs/samtools.yaml"
    resources:
        mem_mb=growing(1000),
    message:
        "Preparing the gene annotation"
    shell:
        "( if gzip --test {input.gtf:q} 2> /dev/null; "
        "then gzip --decompress --stdout {input.gtf:q} > {output.gtf}; "
        'else ln --symbolic --force "$(realpath {input.gtf:q})" {output.gtf}; fi ) > {log} 2>&1'


rule transcript_table:
    """Transcripts of the GTF as an indexed table, so that jobs read only the loci they need."""
    input:
        gtf="results/reference/annotation.gtf",
    output:
        table="results/reference/transcripts.bed.gz",
        index="results/reference/transcripts.bed.gz.tbi",
    log:
        "logs/reference/transcript_table.log",
    benchmark:
        "benchmarks/reference/transcript_table.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=growing(4000),
    params:
        sources=SOURCES["transcript_table"],
    message:
        "Indexing the transcripts"
    script:
        "../scripts/transcript_table.py"


rule reference_checksums:
    """SHA-256 of genome and annotation, for the provenance of every result."""
    input:
        fasta="results/reference/genome.fa",
        gtf="results/reference/annotation.gtf",
    output:
        checksums="results/reference/checksums.sha256",
    log:
        "logs/reference/reference_checksums.log",
    benchmark:
        "benchmarks/reference/reference_checksums.tsv"
    conda:
        "../envs/samtools.yaml"
    resources:
        mem_mb=growing(1000),
    message:
        "Computing the checksums of the reference"
    shell:
        "sha256sum {input.fasta} {input.gtf} > {output.checksums} 2> {log}"
