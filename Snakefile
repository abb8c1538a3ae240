"""ntrkoma: NTRK1/2/3 gene-fusion verdicts from tumour RNA-seq."""

from snakemake.utils import min_version

min_version("9.20")


configfile: "config/config.yaml"


for topic in ("configuration", "samples", "machine", "alignment", "callers", "deliverables"):

    include: f"rules/common/{topic}.smk"


include: "rules/reference.smk"
include: f"rules/star_index_{STAR_INDEX_SOURCE}.smk"
include: "rules/reads_from_bam.smk"
include: "rules/trim.smk"
include: "rules/align.smk"


for source in [f"call_{caller}" for caller in config["callers"]] + MINI_DATABASE_RULES:

    include: f"rules/{source}.smk"


include: "rules/interpret.smk"
include: "rules/cohort.smk"


rule all:
    default_target: True
    input:
        get_deliverables(),
