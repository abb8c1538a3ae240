"""Arriba on the shared alignment."""


rule arriba:
    """Fusions by Arriba, and what it discarded.

    On a sample without a chimeric or a normal read Arriba exits 1 with one of two messages and
    writes nothing: that is no call, and leaves two empty tables. Every other failure fails.
    """
    input:
        unpack(get_arriba_databases),
        bam="results/align/{sample}/Aligned.out.bam",
        fasta="results/reference/genome.fa",
        gtf="results/reference/annotation.gtf",
    output:
        fusions="results/callers/arriba/{sample}/fusions.tsv",
        discarded="results/callers/arriba/{sample}/fusions.discarded.tsv",
        version="results/callers/arriba/{sample}/version.txt",
    log:
        "logs/callers/{sample}.arriba.log",
    benchmark:
        "benchmarks/callers/{sample}.arriba.tsv"
    conda:
        "../envs/arriba.yaml"
    container:
        CONTAINERS["arriba"]
    envmodules:
        "arriba/2.5.1",
    resources:
        mem_mb=growing(12000),
    params:
        options=get_arriba_options,
    message:
        "{wildcards.sample}: calling fusions with Arriba"
    shell:
        "arriba -h | grep '^Version' > {output.version}; "
        "if ! arriba -x {input.bam} -a {input.fasta} -g {input.gtf} {params.options:q} "
        "-o {output.fusions} -O {output.discarded} > {log} 2>&1; then "
        "grep -qF "
        "-e 'ERROR: no split reads or discordant mates found' "
        "-e 'ERROR: no normal reads found' {log}; "
        ": > {output.fusions}; : > {output.discarded}; fi"
