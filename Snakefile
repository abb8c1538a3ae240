"""ntrkoma: NTRK1/2/3 gene-fusion verdicts from tumour RNA-seq."""

from snakemake.utils import min_version

min_version("9.20")


configfile: "config/config.yaml"


include: "rules/common/configuration.smk"
include: "rules/common/sources.smk"
include: "rules/common/samples.smk"
include: "rules/common/machine.smk"
include: "rules/common/alignment.smk"
include: "rules/common/callers.smk"
include: "rules/common/interpretation.smk"
include: "rules/common/deliverables.smk"
include: "rules/genome.smk"
include: f"rules/star_index_{STAR_INDEX_SOURCE}.smk"
include: "rules/reads_from_bam.smk"
include: "rules/trim.smk"
include: "rules/align.smk"
include: "rules/collecting.smk"
include: "rules/calling.smk"
include: "rules/evidence.smk"
include: "rules/verdict.smk"
include: "rules/cohort.smk"


for source in OTHER_CALLER_RULES + MINI_DATABASE_RULES:

    include: f"rules/{source}.smk"


rule all:
    default_target: True
    input:
        get_deliverables(),
