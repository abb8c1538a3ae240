"""STAR index that the user has."""


rule star_index:
    """The given STAR index, linked to a path without spaces."""
    input:
        index=lookup(dpath="reference/star_index", within=config),
    output:
        index=directory("results/reference/star_index"),
    log:
        "logs/reference/star_index.log",
    benchmark:
        "benchmarks/reference/star_index.tsv"
    localrule: True
    conda:
        "../envs/star.yaml"
    resources:
        mem_mb=growing(1000),
    message:
        "Linking the given STAR index"
    shell:
        'ln --symbolic --no-target-directory "$(realpath {input.index:q})" {output.index} > {log} 2>&1'
