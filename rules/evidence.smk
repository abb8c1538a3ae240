"""From candidates and the reads at the loci to the evidence of one sample."""


rule evidence:
    """Count every caller's candidates on the sample's own reads; measure the loci and the library."""
    input:
        unpack(get_caller_outputs),
        junctions="results/callers/junctions/{sample}/junctions.jsonl",
        bam="results/samples/{sample}/{sample}.evidence.bam",
        bai="results/samples/{sample}/{sample}.evidence.bam.bai",
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
    log:
        "logs/evidence/{sample}.evidence.log",
    benchmark:
        "benchmarks/evidence/{sample}.evidence.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=growing(2000),
    params:
        sources=SOURCES["evidence"],
        settings=get_interpretation_settings,
        assay=get_assay,
        copies=get_copies,
    message:
        "{wildcards.sample}: counting the evidence"
    script:
        "../scripts/evidence.py"
