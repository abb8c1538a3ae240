"""What evidence and interpretation of a sample are told, and which other samples bear on it."""

from itertools import groupby
from operator import itemgetter

from ntrkoma.curated.codon_sites import Hotspot
from ntrkoma.model.duplicates import copies_of

PEER_FILE = "results/evidence/{sample}/shared.json"


def get_values(sample, column):
    """What the rows of a sample say in a column: only its runs may differ from lane to lane."""
    if column == "run":
        return sample.runs
    return tuple(filter(None, [sample.metadata.get(column, "")]))


def group_samples(column):
    """Samples by their value in a column of the sheet; those without a value are in no group.

    A sample whose lanes are of several runs, as "A, B", is in the group of each.
    """
    values = sorted(
        (value, name) for name, sample in SAMPLES.items() for value in get_values(sample, column)
    )
    return {
        value: [name for _, name in members]
        for value, members in groupby(values, key=itemgetter(0))
    }


PEER_GROUPS = {column: group_samples(column) for column in ("patient", "run")}


def get_peers(wildcards):
    """What the samples of the same patient, and those of the same run, found."""
    sample = SAMPLES[wildcards.sample]
    return {
        f"{column}_peers": sorted(
            {
                PEER_FILE.format(sample=name)
                for value in get_values(sample, column)
                for name in groups[value]
                if name != wildcards.sample
            }
        )
        for column, groups in PEER_GROUPS.items()
    }


def get_assay(wildcards):
    """The sample's assay; whole transcriptome if the sheet does not say."""
    return SAMPLES[wildcards.sample].metadata.get("assay") or "transcriptome"


def get_copies(wildcards):
    """How copies of one molecule are known in the sample."""
    return copies_of(get_assay(wildcards), SAMPLES[wildcards.sample].umi).value


# Genes whose junctions are looked for.
GENES = [*config["target_genes"], *config["companion_genes"]]

# What places the hotspots that were asked for: their reads are kept, so that another site needs the
# alignments again, and another note does not.
HOTSPOT_SITES = sorted(
    {
        f"{row.gene} {row.transcript_ensembl} {row.reference}{row.codon}-{row.last}"
        for row in Hotspot.read(RESOURCES)
        if row.gene in config["hotspot_genes"]
    }
)

INTERPRETATION_SETTINGS = (
    "mode",
    "callers",
    "target_genes",
    "target_domains",
    "companion_genes",
    "hotspot_genes",
    "thresholds",
    "grading",
)


def get_interpretation_settings(wildcards):
    """The parts of the configuration that bear on a verdict."""
    return {name: config[name] for name in INTERPRETATION_SETTINGS}


def get_target_domains(wildcards):
    """The run's own table of domains, if it has one; what it says bears on every verdict."""
    return [path for path in [config["target_domains"]] if path]
