"""Rule reference_config: the configuration's `reference` section for what was prepared."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import logged

with logged(snakemake.log[0]):
    from ntrkoma.references.manifest import read_manifest, select
    from ntrkoma.references.plan import config_block

    references = select(read_manifest(Path(snakemake.input.manifest)), snakemake.params.sets)
    block = config_block(references, Path("references"))
    Path(snakemake.output.config).write_text(block, encoding="utf-8")
    for stream in (sys.stdout, sys.__stderr__):
        print(block, file=stream)
