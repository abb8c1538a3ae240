"""What STAR is told about a sample, and how much memory it gets."""

from ntrkoma.inputs.alignments import read_group

# STAR-Fusion's limit; a longer one hides fusions of neighbours as ordinary splices.
LONGEST_INTRON = 100_000


def get_given_star_index(wildcards):
    """Folder of the STAR index that the user has."""
    return config["reference"]["star_index"]


def get_star_index(wildcards):
    """STAR index of the run: the user's, or the one that is built."""
    name = "given_star_index" if config["reference"]["star_index"] else "star_index"
    return f"results/reference/{name}"


def get_alignment_input(wildcards):
    """Trimmed reads of all units of a sample."""
    return {
        "mate1": get_trimmed_mates(wildcards.sample, 1),
        "mate2": get_trimmed_mates(wildcards.sample, 2),
    }


def get_star_reads(wildcards, input):
    """STAR's readFilesIn: units joined by commas, mates by a space."""
    return [",".join(mates) for mates in (input.mate1, input.mate2) if mates]


def get_read_groups(wildcards):
    """STAR's outSAMattrRGline: one read group a unit, in the order of the files."""
    sample = SAMPLES[wildcards.sample]
    if sample.from_bam:
        return " , ".join(read_group(unit, sample.name, Path(unit.bam)) for unit in sample.units)
    return " , ".join(
        f"ID:{unit.unit} SM:{sample.name} LB:{sample.name} PL:ILLUMINA" for unit in sample.units
    )


def growing(mem_mb):
    """Memory (MB) of a rule: the given amount, and as much again at every further attempt."""

    def get_memory(wildcards, attempt):
        return mem_mb * attempt

    return get_memory


def get_star_memory(wildcards, input, attempt):
    """Memory (MB) for STAR: 13 bytes a base, and half as much again at every further attempt.

    The index holds about 10 bytes a base (human: 31 GB), the rest is for threads and for making it.
    Only the genome counts: Snakemake knows no size of a folder, and reads need no memory.
    """
    megabases = Path(input.fasta).stat().st_size / 1e6
    return round(max(4000, 13 * megabases) * (1 + attempt) / 2)
