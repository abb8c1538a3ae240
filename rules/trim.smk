"""Read quality and adapter trimming, per unit."""


rule fastp_paired:
    """Adapters off, read quality counted: a unit with two mates.

    fastp ends well on a file that was cut short; the missing reads would be missing evidence, so
    the archive is tested first and fastp's complaints fail the job.
    """
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
    container:
        CONTAINERS["fastp"]
    envmodules:
        "fastp/1.3.6",
    threads: 4
    resources:
        mem_mb=growing(2000),
    params:
        options=get_fastp_options,
        damage=FASTP_DAMAGE,
    message:
        "{wildcards.sample}: trimming {wildcards.unit}"
    shell:
        "( for fastq in {input.mates:q}; do "
        'case $fastq in *.gz) gzip -t "$fastq";; esac; done; '
        "fastp --in1 {input.mates[0]:q} --in2 {input.mates[1]:q} "
        "--out1 {output.mate1} --out2 {output.mate2} {params.options} "
        "--json {output.json} --html {output.html} "
        '--report_title "{wildcards.sample} {wildcards.unit}" --thread {threads} ) > {log} 2>&1; '
        "if grep -q {params.damage:q} {log}; then exit 1; fi"


rule fastp_single:
    """Adapters off, read quality counted: a single-end unit; see fastp_paired."""
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
    container:
        CONTAINERS["fastp"]
    envmodules:
        "fastp/1.3.6",
    threads: 4
    resources:
        mem_mb=growing(2000),
    params:
        options=get_fastp_options,
        damage=FASTP_DAMAGE,
    message:
        "{wildcards.sample}: trimming {wildcards.unit}"
    shell:
        "( for fastq in {input.mates:q}; do "
        'case $fastq in *.gz) gzip -t "$fastq";; esac; done; '
        "fastp --in1 {input.mates[0]:q} --out1 {output.mate1} {params.options} "
        "--json {output.json} --html {output.html} "
        '--report_title "{wildcards.sample} {wildcards.unit}" --thread {threads} ) > {log} 2>&1; '
        "if grep -q {params.damage:q} {log}; then exit 1; fi"
