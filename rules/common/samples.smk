"""Where the reads of the sheet's samples are."""

import re

from ntrkoma.inputs import alignments as given_alignments
from ntrkoma.inputs.sheet import UMI_PATTERN

UNITS = {(sample.name, unit.unit): unit for sample in SAMPLES.values() for unit in sample.units}

# Samples whose alignments are used as they are, and all others, for the wildcards of two rules.
GIVEN_ALIGNMENTS = "|".join(re.escape(s.name) for s in SAMPLES.values() if s.aligned) or "(?!)"
ALIGNED_HERE = rf"(?!(?:{GIVEN_ALIGNMENTS})(?:/|$))[A-Za-z0-9][A-Za-z0-9_.-]*"


def get_raw_mates(wildcards):
    """FASTQ files of a unit: one, or two in mate order; those of the sheet, or out of its BAM."""
    unit = UNITS[wildcards.sample, wildcards.unit]
    if not unit.bam:
        return unit.fastqs
    layout = get_layout(unit.sample)
    ends = ["_1", "_2"] if layout == "paired" else [""]
    return [f"results/reads/{layout}/{unit.sample}/{unit.unit}{end}.fastq.gz" for end in ends]


def get_given_bam(wildcards):
    """BAM or CRAM of a unit, or of the one unit of a sample; a CRAM comes with its genome."""
    sample = SAMPLES[wildcards.sample]
    unit = UNITS[sample.name, wildcards.get("unit", sample.units[0].unit)]
    genome = {"fasta": "results/reference/genome.fa", "fai": "results/reference/genome.fa.fai"}
    return {"bam": unit.bam, **(genome if given_alignments.is_cram(Path(unit.bam)) else {})}


def get_cram_reference(wildcards, input):
    """samtools' option for the genome of a CRAM; nothing for a BAM."""
    return f"--reference {input.fasta}" if "fasta" in input.keys() else ""


def get_given_star_files(wildcards):
    """What STAR wrote beside the alignments that are used as they are."""
    junctions = SAMPLES[wildcards.sample].units[0].chimeric_junctions
    return {
        "chimeric": junctions,
        "splice_junctions": given_alignments.beside(
            junctions, given_alignments.SPLICE_JUNCTIONS_NAME
        ),
        "summary": given_alignments.beside(junctions, given_alignments.SUMMARY_NAME),
    }


def get_layout(sample):
    """Folder name of a sample's library layout."""
    if SAMPLES[sample].from_bam:
        paired = given_alignments.is_paired(Path(SAMPLES[sample].units[0].bam))
    else:
        paired = SAMPLES[sample].paired
    return "paired" if paired else "single"


def get_trimmed_mates(sample, mate):
    """Trimmed FASTQ files of one mate of a sample, in the order of its units; none for mate 2 of a
    single-end sample."""
    if get_layout(sample) == "paired":
        names = [f"paired/{sample}/{unit.unit}_{mate}" for unit in SAMPLES[sample].units]
    elif mate == 1:
        names = [f"single/{sample}/{unit.unit}" for unit in SAMPLES[sample].units]
    else:
        names = []
    return [f"results/trimmed/{name}.fastq.gz" for name in names]


def get_fastp_reports(sample):
    """fastp's JSON reports of a sample's units; none if its alignments were given."""
    if SAMPLES[sample].aligned:
        return []
    return [
        f"results/qc/fastp/{get_layout(sample)}/{sample}/{sample}.{unit.unit}.fastp.json"
        for unit in SAMPLES[sample].units
    ]


def get_sample_metadata(wildcards):
    """Optional columns of the sheet for a sample."""
    return dict(SAMPLES[wildcards.sample].metadata)


def get_fastp_input(wildcards):
    """fastp's JSON reports of the sample of a job."""
    return get_fastp_reports(wildcards.sample)


# What fastp says of a file that was cut short, and then ends well.
FASTP_DAMAGE = ["-e", "different read numbers", "-e", "sequence and quality have different length"]


def get_fastp_options(wildcards):
    """fastp's options: with trimming off it still counts and reports, but cuts nothing but UMIs."""
    off = "--disable_adapter_trimming --disable_quality_filtering --disable_length_filtering"
    switched = "--length_required 20" if config["trimming"]["enabled"] else off
    return f"{switched} {get_umi_options(wildcards)} {config['trimming']['extra']}"


def get_umi_options(wildcards):
    """fastp's options that move a UMI from the reads to the end of their names, if it is there."""
    umi = UMI_PATTERN.fullmatch(SAMPLES[wildcards.sample].umi)
    if not umi or not umi["place"]:
        return ""
    return f"--umi --umi_loc {umi['place']} --umi_len {umi['length']} --umi_skip {umi['skip'] or 0}"


def get_quality_files(wildcards):
    """What MultiQC reads: fastp, STAR and samtools of every sample."""
    fastp = [path for sample in SAMPLES for path in get_fastp_reports(sample)]
    aligned = ["results/align/{sample}/Log.final.out", "results/align/{sample}/{sample}.flagstat"]
    return fastp + expand(aligned, sample=SAMPLES)
