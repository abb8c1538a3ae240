"""Rule reference_config: the configuration's `reference` section for what was prepared."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import logged
from ntrkoma.references.manifest import Reference, select
from ntrkoma.references.store import Store, config_block
from ntrkoma.tables import read_rows

with logged(snakemake.log[0]):
    known = read_rows(Path(snakemake.params.manifest), Reference)
    references = select(known, snakemake.params.sets)
    block = config_block(references, Store(Path("references").absolute()))
    Path(snakemake.output.config).write_text(block, encoding="utf-8")
    for stream in (sys.stdout, sys.__stderr__):
        print(block, file=stream)
