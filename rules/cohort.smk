"""Tables, cohort page and quality report over all samples."""


rule cohort:
    """Tables, workbook and page of all samples, and what MultiQC says of NTRK."""
    input:
        results=expand("results/samples/{sample}/{sample}.ntrk.json", sample=SAMPLES),
    output:
        tsv=report(
            "results/cohort/ntrk.tsv",
            category="Cohort",
            labels={"file": "table"},
            caption="../report/cohort_table.rst",
        ),
        xlsx=report(
            "results/cohort/ntrk.xlsx",
            category="Cohort",
            labels={"file": "workbook"},
            caption="../report/cohort_workbook.rst",
        ),
        json="results/cohort/ntrk.json",
        page=report(
            "results/cohort/index.html",
            category="Cohort",
            labels={"file": "cohort page"},
            caption="../report/cohort_page.rst",
        ),
        multiqc_verdicts="results/cohort/multiqc/verdicts_mqc.json",
        multiqc_gate="results/cohort/multiqc/gate_mqc.json",
        multiqc_fusions="results/cohort/multiqc/fusions_mqc.json",
        multiqc_imbalance="results/cohort/multiqc/imbalance_mqc.json",
        multiqc_general="results/cohort/multiqc/general_mqc.json",
    log:
        "logs/cohort/cohort.log",
    benchmark:
        "benchmarks/cohort/cohort.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=growing(2000),
    params:
        sources=SOURCES["cohort"],
        report=lookup(dpath="report", within=config),
    message:
        "Collecting the verdicts of the cohort"
    script:
        "../scripts/cohort.py"


rule multiqc:
    """Read, alignment and NTRK figures of all samples on one page."""
    input:
        quality=get_quality_files,
        ntrk=expand(
            "results/cohort/multiqc/{part}_mqc.json",
            part=["verdicts", "gate", "fusions", "imbalance", "general"],
        ),
        config=workflow.source_path("../report/multiqc_config.yaml"),
    output:
        html=report(
            "results/qc/multiqc_report.html",
            category="Quality",
            labels={"file": "MultiQC"},
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
