"""From alignments and callers' tables to the evidence of one sample, small enough to keep."""


rule evidence:
    """Run our own caller, count every caller's candidates on the reads, measure the loci.

    Our own caller always runs: its counts stand beside every candidate. Whether what it finds by
    itself counts as a candidate is the configuration's to say.
    """
    input:
        unpack(get_caller_outputs),
        bam="results/align/{sample}/Aligned.out.bam",
        chimeric="results/align/{sample}/Chimeric.out.junction",
        splice_junctions="results/align/{sample}/SJ.out.tab",
        summary="results/align/{sample}/Log.final.out",
        star_log="results/align/{sample}/Log.out",
        fastp=get_fastp_input,
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
        transcripts="results/reference/transcripts.bed.gz",
        transcripts_index="results/reference/transcripts.bed.gz.tbi",
        checksums="results/reference/checksums.sha256",
    output:
        evidence="results/evidence/{sample}/evidence.json",
        shared="results/evidence/{sample}/shared.json",
        bam="results/samples/{sample}/{sample}.evidence.bam",
        bai="results/samples/{sample}/{sample}.evidence.bam.bai",
        flagstat="results/align/{sample}/{sample}.flagstat",
    log:
        "logs/evidence/{sample}.evidence.log",
    benchmark:
        "benchmarks/evidence/{sample}.evidence.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000),
    params:
        sources=SOURCES,
        settings=get_interpretation_settings,
        assay=get_assay,
    message:
        "{wildcards.sample}: counting the evidence"
    script:
        "../scripts/evidence.py"
