"""STAR-Fusion, kick-started from the shared alignment."""


rule star_fusion:
    """Fusions by STAR-Fusion with coding effect, and its preliminary candidates for rescue.

    STAR-Fusion breaks on spaces in any path and silently keeps the results of an old output
    folder, so it runs in a fresh temporary folder on links.
    """
    input:
        chimeric="results/align/{sample}/Chimeric.out.junction",
        ctat_lib=get_ctat_lib,
    output:
        predictions="results/callers/star_fusion/{sample}/predictions.tsv",
        preliminary=directory("results/callers/star_fusion/{sample}/preliminary"),
        version="results/callers/star_fusion/{sample}/version.txt",
    log:
        "logs/callers/{sample}.star_fusion.log",
    benchmark:
        "benchmarks/callers/{sample}.star_fusion.tsv"
    conda:
        "../envs/star_fusion.yaml"
    container:
        CONTAINERS["star_fusion"]
    envmodules:
        "star-fusion/1.15.1",
    threads: 2
    resources:
        mem_mb=growing(8000),
    message:
        "{wildcards.sample}: calling fusions with STAR-Fusion"
    shell:
        "( work=$(mktemp -d {resources.tmpdir:q}/star_fusion.XXXXXX); "
        "trap 'rm -rf \"$work\"' EXIT; "
        'ln -s "$(realpath {input.ctat_lib:q})" "$work/ctat_lib"; '
        'ln -s "$(realpath {input.chimeric})" "$work/Chimeric.out.junction"; '
        'STAR-Fusion --genome_lib_dir "$work/ctat_lib" -J "$work/Chimeric.out.junction" '
        '--output_dir "$work/out" --CPU {threads} --examine_coding_effect; '
        'cp "$work/out/star-fusion.fusion_predictions.abridged.coding_effect.tsv" '
        "{output.predictions}; "
        'cp -rL "$work/out/star-fusion.preliminary" {output.preliminary}; '
        "STAR-Fusion --version > {output.version} ) > {log} 2>&1"
