"""From candidates to the signed-off files of one sample."""


rule interpret:
    """Merge the callers, annotate, gate, grade, decide; write the sample's files."""
    input:
        unpack(get_caller_outputs),
        fastp=get_fastp_input,
        star_log="results/align/{sample}/Log.out",
        splice_junctions="results/align/{sample}/SJ.out.tab",
        summary="results/align/{sample}/Log.final.out",
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
        transcripts="results/reference/transcripts.bed.gz",
        transcripts_index="results/reference/transcripts.bed.gz.tbi",
        checksums="results/reference/checksums.sha256",
    output:
        json="results/samples/{sample}/{sample}.ntrk.json",
        tsv="results/samples/{sample}/{sample}.ntrk.tsv",
        vcf="results/samples/{sample}/{sample}.ntrk.vcf.gz",
        vcf_index="results/samples/{sample}/{sample}.ntrk.vcf.gz.tbi",
        report=report(
            "results/samples/{sample}/{sample}.report.html",
            category="Samples",
            labels={"sample": "{sample}"},
            caption="../report/sample.rst",
        ),
    log:
        "logs/interpret/{sample}.interpret.log",
    benchmark:
        "benchmarks/interpret/{sample}.interpret.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=growing(2000),
    params:
        sources=SOURCES,
        metadata=get_sample_metadata,
        mode=lookup(dpath="mode", within=config),
        callers=lookup(dpath="callers", within=config),
        target_genes=lookup(dpath="target_genes", within=config),
        companion_genes=lookup(dpath="companion_genes", within=config),
        thresholds=lookup(dpath="thresholds", within=config),
        report=lookup(dpath="report", within=config),
    message:
        "{wildcards.sample}: interpreting"
    script:
        "../scripts/interpret.py"
