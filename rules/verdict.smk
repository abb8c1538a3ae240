"""From evidence to the signed-off files of one sample."""


rule interpret:
    """Annotate, gate, grade, decide; write the sample's files.

    Other specimens of the patient and other samples of the sequencing run bear on the grade, so
    their evidence is read as well.
    """
    input:
        unpack(get_peers),
        evidence="results/evidence/{sample}/evidence.json",
        bam="results/samples/{sample}/{sample}.evidence.bam",
        bai="results/samples/{sample}/{sample}.evidence.bam.bai",
        splice_junctions="results/align/{sample}/SJ.out.tab",
        fasta="results/reference/genome.fa",
        fai="results/reference/genome.fa.fai",
        transcripts="results/reference/transcripts.bed.gz",
        transcripts_index="results/reference/transcripts.bed.gz.tbi",
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
        sources=SOURCES["interpret"],
        settings=get_interpretation_settings,
        metadata=get_sample_metadata,
        assay=get_assay,
        copies=get_copies,
        report=lookup(dpath="report", within=config),
    message:
        "{wildcards.sample}: interpreting"
    script:
        "../scripts/interpret.py"
