"""What evidence and interpretation of a sample are told, and which other samples bear on it."""

from itertools import groupby
from operator import itemgetter

PEER_FILE = "results/evidence/{sample}/shared.json"


def group_samples(column):
    """Samples by their value in a column of the sheet; those without a value are in no group."""
    values = sorted(
        (value, name)
        for name, sample in SAMPLES.items()
        if (value := sample.metadata.get(column, ""))
    )
    return {
        value: [name for _, name in members]
        for value, members in groupby(values, key=itemgetter(0))
    }


PEER_GROUPS = {column: group_samples(column) for column in ("patient", "run")}


def get_peers(wildcards):
    """What the samples of the same patient, and those of the same run, found."""
    metadata = SAMPLES[wildcards.sample].metadata
    return {
        f"{column}_peers": [
            PEER_FILE.format(sample=name)
            for name in groups.get(metadata.get(column, ""), [])
            if name != wildcards.sample
        ]
        for column, groups in PEER_GROUPS.items()
    }


def get_assay(wildcards):
    """The sample's assay; whole transcriptome if the sheet does not say."""
    return SAMPLES[wildcards.sample].metadata.get("assay") or "transcriptome"


def get_interpretation_settings(wildcards):
    """The parts of the configuration that bear on a verdict."""
    names = ("mode", "callers", "target_genes", "companion_genes", "hotspot_genes")
    return {name: config[name] for name in (*names, "thresholds", "grading")}
