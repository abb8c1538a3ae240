"""The sample sheet, and where a sample's reads are."""

from ntrkoma.sheet import check_fastq_files, read_sheet


def load_samples(sheet):
    """Samples by name, or the reasons why the sheet cannot be used, one sentence each."""
    samples = read_sheet(Path(sheet), Path.cwd())
    if workflow.is_main_process:
        raise_if_any(check_fastq_files(samples, Path.cwd(), sheet))
    return {sample.name: sample for sample in samples}


try:
    SAMPLES = load_samples(config["samples"])
except InputError as problem:
    raise WorkflowError(str(problem)) from None

UNITS = {(sample.name, unit.unit): unit for sample in SAMPLES.values() for unit in sample.units}


def get_raw_mates(wildcards):
    """FASTQ files of a unit as the sheet names them: one, or two in mate order."""
    return UNITS[wildcards.sample, wildcards.unit].fastqs


def get_layout(sample):
    """Folder name of a sample's library layout."""
    return "paired" if SAMPLES[sample].paired else "single"


def get_trimmed_mates(sample, mate):
    """Trimmed FASTQ files of one mate of a sample, in the order of its units; none for mate 2 of a
    single-end sample."""
    if SAMPLES[sample].paired:
        names = [f"paired/{sample}/{unit.unit}_{mate}" for unit in SAMPLES[sample].units]
    elif mate == 1:
        names = [f"single/{sample}/{unit.unit}" for unit in SAMPLES[sample].units]
    else:
        names = []
    return [f"results/trimmed/{name}.fastq.gz" for name in names]


def get_fastp_reports(sample):
    """fastp's JSON reports of a sample's units."""
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


def get_fastp_options(wildcards):
    """fastp's options: with trimming off it still counts and reports, but changes no read."""
    off = "--disable_adapter_trimming --disable_quality_filtering --disable_length_filtering"
    switched = "--length_required 20" if config["trimming"]["enabled"] else off
    return f"{switched} {config['trimming']['extra']}"


def get_quality_files(wildcards):
    """What MultiQC reads: fastp and STAR of every sample."""
    fastp = [path for sample in SAMPLES for path in get_fastp_reports(sample)]
    return fastp + expand("results/align/{sample}/Log.final.out", sample=SAMPLES)
