"""ntrkoma's own caller, and the reads that a verdict may rest on."""


rule call_junctions:
    """Junctions of the target and companion genes; the reads there, small enough to keep.

    Always runs: its counts stand beside every caller's candidates. Whether what it finds by itself
    counts as a candidate is the configuration's to say. The last reader of the alignments, and no
    threshold bears on it, so that a changed one costs no alignment.
    """
    input:
        unpack(get_caller_outputs),
        bam="results/align/{sample}/Aligned.out.bam",
        chimeric="results/align/{sample}/Chimeric.out.junction",
        splice_junctions="results/align/{sample}/SJ.out.tab",
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
        transcripts="results/reference/transcripts.bed.gz",
        transcripts_index="results/reference/transcripts.bed.gz.tbi",
    output:
        junctions="results/callers/junctions/{sample}/junctions.jsonl",
        bam="results/samples/{sample}/{sample}.evidence.bam",
        bai="results/samples/{sample}/{sample}.evidence.bam.bai",
        flagstat="results/align/{sample}/{sample}.flagstat",
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
        sources=SOURCES["call_junctions"],
        settings=get_calling_settings,
    message:
        "{wildcards.sample}: calling junctions"
    script:
        "../scripts/call_junctions.py"
