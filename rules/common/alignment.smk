"""What STAR is told about a sample, and how much memory it gets."""

# STAR-Fusion's limit; a longer one hides fusions of neighbours as ordinary splices.
LONGEST_INTRON = 100_000


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
    return " , ".join(
        f"ID:{unit.unit} SM:{sample.name} LB:{sample.name} PL:ILLUMINA" for unit in sample.units
    )


def get_star_memory(wildcards, input, attempt):
    """Memory (MB) for STAR: about 11 bytes of index a base, more at every attempt."""
    return max(4000, round(13 * input.size_mb)) * attempt
