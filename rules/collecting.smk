"""The reads that a verdict may rest on."""


rule collect_reads:
    """Reads of the target and companion genes, of hotspots and of junctions; small enough to keep.

    The last reader of the alignments. No threshold bears on it, nor how junctions are called, so
    that neither a changed threshold nor a better caller costs an alignment.
    """
    input:
        unpack(get_caller_outputs),
        bam="results/align/{sample}/Aligned.out.bam",
        chimeric="results/align/{sample}/Chimeric.out.junction",
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
        transcripts="results/reference/transcripts.bed.gz",
        transcripts_index="results/reference/transcripts.bed.gz.tbi",
    output:
        bam="results/samples/{sample}/{sample}.evidence.bam",
        bai="results/samples/{sample}/{sample}.evidence.bam.bai",
        flagstat="results/align/{sample}/{sample}.flagstat",
    log:
        "logs/align/{sample}.collect_reads.log",
    benchmark:
        "benchmarks/align/{sample}.collect_reads.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000),
    params:
        sources=SOURCES["collect_reads"],
        genes=GENES,
        hotspot_genes=lookup(dpath="hotspot_genes", within=config),
    message:
        "{wildcards.sample}: collecting the reads that matter"
    script:
        "../scripts/collect_reads.py"
