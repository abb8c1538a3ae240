"""Rule multiqc: MultiQC's report of this run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]) as log:
    from ntrkoma.cohort.multiqc_run import run_multiqc

    files = [*snakemake.input.ntrk, *snakemake.input.quality]
    run_multiqc(files, Path(snakemake.input.config), Path(snakemake.output.html), log)
