"""One STAR pass per sample; every caller reads what it wrote."""


rule star_align:
    """Align all units of a sample at once, chimeric alignments included.

    The options are those of STAR-Fusion and Arriba together, as far as they agree.
    alignSJDBoverhangMin 10 matters most: with less, a read whose partner shares a few bases with
    the next wild-type exon is spliced there and lost for the fusion.
    """
    input:
        unpack(get_alignment_input),
        index=get_star_index,
        fasta="results/reference/genome.fa",
    output:
        bam=temp("results/align/{sample}/Aligned.out.bam"),
        chimeric="results/align/{sample}/Chimeric.out.junction",
        splice_junctions="results/align/{sample}/SJ.out.tab",
        summary="results/align/{sample}/Log.final.out",
        star_log="results/align/{sample}/Log.out",
    log:
        "logs/align/{sample}.star_align.log",
    benchmark:
        "benchmarks/align/{sample}.star_align.tsv"
    wildcard_constraints:
        sample=ALIGNED_HERE,
    conda:
        "../envs/star.yaml"
    container:
        CONTAINERS["star"]
    envmodules:
        "star/2.7.11b",
    threads: 8
    resources:
        mem_mb=get_star_memory,
    params:
        reads=get_star_reads,
        read_groups=get_read_groups,
        longest_intron=LONGEST_INTRON,
        prefix=subpath(output.bam, parent=True),
    message:
        "{wildcards.sample}: aligning"
    shell:
        "STAR --runThreadN {threads} --genomeDir {input.index} --genomeLoad NoSharedMemory "
        "--readFilesIn {params.reads} --readFilesCommand gzip -cd "
        "--outFileNamePrefix {params.prefix}/ --outReadsUnmapped None "
        "--outSAMtype BAM Unsorted --outSAMunmapped Within --outSAMstrandField intronMotif "
        "--outSAMattrRGline {params.read_groups} --twopassMode None "
        "--chimOutType Junctions WithinBAM HardClip --chimOutJunctionFormat 1 "
        "--chimSegmentMin 10 --chimJunctionOverhangMin 8 "
        "--chimMultimapNmax 50 --chimMultimapScoreRange 3 --chimNonchimScoreDropMin 10 "
        "--chimScoreJunctionNonGTAG -4 --chimScoreDropMax 30 --chimScoreSeparation 1 "
        "--chimSegmentReadGapMax 3 --outFilterMultimapNmax 50 "
        "--peOverlapNbasesMin 10 --peOverlapMMp 0.1 --alignSplicedMateMapLminOverLmate 0.5 "
        "--alignSJDBoverhangMin 10 --alignSJstitchMismatchNmax 5 -1 5 5 "
        "--alignIntronMax {params.longest_intron} --alignMatesGapMax {params.longest_intron} "
        "--alignInsertionFlush Right > {log} 2>&1"
