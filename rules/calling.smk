"""ntrkoma's own caller."""


rule call_junctions:
    """Junctions of the target and companion genes, from the reads that were kept.

    Always runs: its counts stand beside every caller's candidates. Whether what it finds by itself
    counts as a candidate is the configuration's to say.
    """
    input:
        bam="results/samples/{sample}/{sample}.evidence.bam",
        bai="results/samples/{sample}/{sample}.evidence.bam.bai",
        chimeric="results/align/{sample}/Chimeric.out.junction",
        splice_junctions="results/align/{sample}/SJ.out.tab",
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
        transcripts="results/reference/transcripts.bed.gz",
        transcripts_index="results/reference/transcripts.bed.gz.tbi",
    output:
        junctions="results/callers/junctions/{sample}/junctions.jsonl",
    log:
        "logs/callers/{sample}.call_junctions.log",
    benchmark:
        "benchmarks/callers/{sample}.call_junctions.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=growing(2000),
    params:
        sources=SOURCES["call_junctions"],
        genes=GENES,
    message:
        "{wildcards.sample}: calling junctions"
    script:
        "../scripts/call_junctions.py"
