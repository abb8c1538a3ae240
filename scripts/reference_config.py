"""Rule reference_config: the configuration's `reference` section for what was prepared."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]):
    from ntrkoma.references.manifest import Reference, select
    from ntrkoma.references.plan import config_block
    from ntrkoma.tables import read_rows

    known = read_rows(Path(snakemake.input.manifest), Reference)
    block = config_block(select(known, snakemake.params.sets), Path("references"))
    Path(snakemake.output.config).write_text(block, encoding="utf-8")
    for stream in (sys.stdout, sys.__stderr__):
        print(block, file=stream)
