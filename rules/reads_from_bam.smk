"""BAM and CRAM of the sheet: a source of reads, or alignments in the place of STAR's run."""


rule reads_from_bam_paired:
    """Pairs of a unit, in an order of their own; the log counts the reads without a mate.

    Without -s samtools writes those among the pairs, which then no longer match.
    """
    input:
        unpack(get_given_bam),
    output:
        mate1=temp("results/reads/paired/{sample}/{unit}_1.fastq.gz"),
        mate2=temp("results/reads/paired/{sample}/{unit}_2.fastq.gz"),
    log:
        "logs/reads/{sample}/{unit}.reads_from_bam_paired.log",
    benchmark:
        "benchmarks/reads/{sample}/{unit}.reads_from_bam_paired.tsv"
    conda:
        "../envs/samtools.yaml"
    container:
        CONTAINERS["samtools"]
    envmodules:
        "samtools/1.22.1",
    threads: 4
    resources:
        mem_mb=growing(2000),
    params:
        reference=get_cram_reference,
        folder=subpath(output.mate1, parent=True),
    message:
        "{wildcards.sample}: taking the reads of {wildcards.unit} out of {input.bam}"
    shell:
        "( export REF_PATH=/dev/null; work=$(mktemp -d {params.folder}/collate.XXXXXX); "
        "trap 'rm -rf \"$work\"' EXIT; "
        "samtools collate -f -u -O --threads {threads} {params.reference} {input.bam:q} "
        '"$work/reads" | samtools fastq -n -1 {output.mate1} -2 {output.mate2} '
        '-s "$work/alone.fastq" -0 "$work/other.fastq" -; '
        'echo "left out: $(( $(wc -l < "$work/alone.fastq") / 4 )) reads without their mate, '
        '$(( $(wc -l < "$work/other.fastq") / 4 )) that are neither mate 1 nor mate 2" '
        ") > {log} 2>&1"


rule reads_from_bam_single:
    """Reads of a single-end unit."""
    input:
        unpack(get_given_bam),
    output:
        mate1=temp("results/reads/single/{sample}/{unit}.fastq.gz"),
    log:
        "logs/reads/{sample}/{unit}.reads_from_bam_single.log",
    benchmark:
        "benchmarks/reads/{sample}/{unit}.reads_from_bam_single.tsv"
    conda:
        "../envs/samtools.yaml"
    container:
        CONTAINERS["samtools"]
    envmodules:
        "samtools/1.22.1",
    threads: 4
    resources:
        mem_mb=growing(2000),
    params:
        reference=get_cram_reference,
    message:
        "{wildcards.sample}: taking the reads of {wildcards.unit} out of {input.bam}"
    shell:
        "REF_PATH=/dev/null samtools fastq -n -0 {output.mate1} --threads {threads} "
        "{params.reference} {input.bam:q} > {log} 2>&1"


rule given_alignment:
    """The given BAM and what the same run of STAR wrote beside it.

    A BAM is linked, in whatever order it is; a CRAM is unpacked. The head of STAR's log is made
    from the BAM's header: the version and the command that made the alignments.
    """
    input:
        unpack(get_given_bam),
        unpack(get_given_star_files),
    output:
        bam=temp("results/align/{sample}/Aligned.out.bam"),
        chimeric="results/align/{sample}/Chimeric.out.junction",
        splice_junctions="results/align/{sample}/SJ.out.tab",
        summary="results/align/{sample}/Log.final.out",
        star_log="results/align/{sample}/Log.out",
    log:
        "logs/align/{sample}.given_alignment.log",
    benchmark:
        "benchmarks/align/{sample}.given_alignment.tsv"
    wildcard_constraints:
        sample=GIVEN_ALIGNMENTS,
    conda:
        "../envs/samtools.yaml"
    container:
        CONTAINERS["samtools"]
    envmodules:
        "samtools/1.22.1",
    threads: 4
    resources:
        mem_mb=growing(1000),
    params:
        reference=get_cram_reference,
        head="/^@PG\\tID:STAR\\t/ s/.*\\tVN:\\([^\\t]*\\).*\\tCL:\\([^\\t]*\\).*/"
        "STAR version=\\1\\n##### Command Line:\\n\\2/p",
    message:
        "{wildcards.sample}: taking over the alignments of {input.bam}"
    shell:
        "( export REF_PATH=/dev/null; "
        "if [[ -n '{params.reference}' ]]; then "
        "samtools view --bam --threads {threads} {params.reference} --output {output.bam} {input.bam:q}; "
        'else ln -sf "$(realpath {input.bam:q})" {output.bam}; fi; '
        "cp -L {input.chimeric:q} {output.chimeric}; "
        "cp -L {input.splice_junctions:q} {output.splice_junctions}; "
        "cp -L {input.summary:q} {output.summary}; "
        "samtools view --header-only {output.bam} | sed -n {params.head:q} "
        "> {output.star_log} ) > {log} 2>&1"
