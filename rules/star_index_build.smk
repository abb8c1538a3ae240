"""STAR index, built from genome and annotation."""


rule star_index_parameters:
    """Parameters of the STAR index, fitted to the size of the genome."""
    input:
        fai="results/reference/genome.fa.fai",
    output:
        parameters="results/reference/star_index.parameters",
    log:
        "logs/reference/star_index_parameters.log",
    benchmark:
        "benchmarks/reference/star_index_parameters.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=growing(1000),
    params:
        sources=SOURCES["star_index_parameters"],
        sjdb_overhang=lookup(dpath="reference/sjdb_overhang", within=config),
    message:
        "Fitting the STAR index to the genome"
    script:
        "../scripts/star_index_parameters.py"


rule star_index:
    """STAR index of genome and annotation.

    STAR refuses the temporary folder of a run that was killed, so it is removed first. It may use
    the job's memory less a tenth.
    """
    input:
        fasta="results/reference/genome.fa",
        gtf="results/reference/annotation.gtf",
        parameters="results/reference/star_index.parameters",
    output:
        index=directory("results/reference/star_index"),
    log:
        "logs/reference/star_index.log",
    benchmark:
        "benchmarks/reference/star_index.tsv"
    conda:
        "../envs/star.yaml"
    envmodules:
        "star/2.7.11b",
    threads: 8
    resources:
        mem_mb=get_star_memory,
    message:
        "Building the STAR index"
    shell:
        "rm -rf {output.index}_STARtmp; "
        "STAR --runMode genomeGenerate --runThreadN {threads} --genomeDir {output.index} "
        "--limitGenomeGenerateRAM $(( {resources.mem_mb} * 900000 )) "
        "--genomeFastaFiles {input.fasta} --sjdbGTFfile {input.gtf} "
        "--parametersFiles {input.parameters} --outFileNamePrefix {output.index}/ "
        "--outTmpDir {output.index}_STARtmp > {log} 2>&1"
