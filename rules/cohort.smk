"""Tables and quality report over all samples."""


rule cohort_table:
    """One row per sample: the verdict and its leading fusion."""
    input:
        results=expand("results/samples/{sample}/{sample}.ntrk.json", sample=SAMPLES),
    output:
        tsv=report("results/cohort/ntrk.tsv", category="Cohort", caption="../report/cohort.rst"),
        multiqc="results/cohort/ntrk_mqc.json",
    log:
        "logs/cohort/cohort_table.log",
    benchmark:
        "benchmarks/cohort/cohort_table.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=growing(2000),
    params:
        sources=SOURCES,
    message:
        "Collecting the verdicts of the cohort"
    script:
        "../scripts/cohort_table.py"


rule multiqc:
    """Read, alignment and NTRK figures of all samples on one page."""
    input:
        quality=get_quality_files,
        ntrk="results/cohort/ntrk_mqc.json",
        config=workflow.source_path("../report/multiqc_config.yaml"),
    output:
        html=report(
            "results/qc/multiqc_report.html",
            category="Quality",
            caption="../report/multiqc.rst",
        ),
        data=directory("results/qc/multiqc_report_data"),
    log:
        "logs/cohort/multiqc.log",
    benchmark:
        "benchmarks/cohort/multiqc.tsv"
    conda:
        "../envs/multiqc.yaml"
    resources:
        mem_mb=growing(4000),
    message:
        "Collecting the quality figures of the cohort"
    script:
        "../scripts/run_multiqc.py"
