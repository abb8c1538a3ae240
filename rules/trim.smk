"""Read quality and adapter trimming, per unit."""


rule fastp_paired:
    """Adapters off, read quality counted: a unit with two mates."""
    input:
        mates=get_raw_mates,
    output:
        mate1=temp("results/trimmed/paired/{sample}/{unit}_1.fastq.gz"),
        mate2=temp("results/trimmed/paired/{sample}/{unit}_2.fastq.gz"),
        json="results/qc/fastp/paired/{sample}/{sample}.{unit}.fastp.json",
        html="results/qc/fastp/paired/{sample}/{sample}.{unit}.fastp.html",
    log:
        "logs/trim/{sample}/{unit}.fastp_paired.log",
    benchmark:
        "benchmarks/trim/{sample}/{unit}.fastp_paired.tsv"
    conda:
        "../envs/fastp.yaml"
    threads: 4
    resources:
        mem_mb=2000,
    params:
        options=get_fastp_options,
    message:
        "{wildcards.sample}: trimming {wildcards.unit}"
    shell:
        "fastp --in1 {input.mates[0]:q} --in2 {input.mates[1]:q} "
        "--out1 {output.mate1} --out2 {output.mate2} {params.options} "
        "--json {output.json} --html {output.html} "
        '--report_title "{wildcards.sample} {wildcards.unit}" --thread {threads} > {log} 2>&1'


rule fastp_single:
    """Adapters off, read quality counted: a single-end unit."""
    input:
        mates=get_raw_mates,
    output:
        mate1=temp("results/trimmed/single/{sample}/{unit}.fastq.gz"),
        json="results/qc/fastp/single/{sample}/{sample}.{unit}.fastp.json",
        html="results/qc/fastp/single/{sample}/{sample}.{unit}.fastp.html",
    log:
        "logs/trim/{sample}/{unit}.fastp_single.log",
    benchmark:
        "benchmarks/trim/{sample}/{unit}.fastp_single.tsv"
    conda:
        "../envs/fastp.yaml"
    threads: 4
    resources:
        mem_mb=2000,
    params:
        options=get_fastp_options,
    message:
        "{wildcards.sample}: trimming {wildcards.unit}"
    shell:
        "fastp --in1 {input.mates[0]:q} --out1 {output.mate1} {params.options} "
        "--json {output.json} --html {output.html} "
        '--report_title "{wildcards.sample} {wildcards.unit}" --thread {threads} > {log} 2>&1'
