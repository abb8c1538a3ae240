"""ntrkoma: NTRK1/2/3 gene-fusion verdicts from tumour RNA-seq."""

from snakemake.utils import min_version

min_version("9.20")


configfile: "config/config.yaml"


COMMON = "configuration samples machine alignment callers interpretation deliverables".split()


for topic in COMMON:

    include: f"rules/common/{topic}.smk"


include: "rules/reference.smk"
include: f"rules/star_index_{STAR_INDEX_SOURCE}.smk"
include: "rules/reads_from_bam.smk"
include: "rules/trim.smk"
include: "rules/align.smk"


for source in OTHER_CALLER_RULES + MINI_DATABASE_RULES:

    include: f"rules/{source}.smk"


for stage in "junctions evidence interpret cohort".split():

    include: f"rules/{stage}.smk"


rule all:
    default_target: True
    input:
        get_deliverables(),
