"""ntrkoma's own caller; it needs nothing but STAR's output and so always runs."""


rule call_junctions:
    """Junctions of the target and companion genes, with the fragments that support them."""
    input:
        bam="results/align/{sample}/Aligned.out.bam",
        chimeric="results/align/{sample}/Chimeric.out.junction",
        splice_junctions="results/align/{sample}/SJ.out.tab",
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
        transcripts="results/reference/transcripts.bed.gz",
        transcripts_index="results/reference/transcripts.bed.gz.tbi",
    output:
        calls="results/callers/junctions/{sample}/calls.jsonl",
        reads="results/callers/junctions/{sample}/target_reads.bam",
    log:
        "logs/callers/{sample}.call_junctions.log",
    benchmark:
        "benchmarks/callers/{sample}.call_junctions.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000),
    params:
        sources=SOURCES,
        genes=GENES,
    message:
        "{wildcards.sample}: calling junctions of {params.genes}"
    script:
        "../scripts/call_junctions.py"
