"""Rule reference: one file of the manifest to its place."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import logged
from ntrkoma.references.download import Patience
from ntrkoma.references.manifest import Reference
from ntrkoma.references.store import Store, prepare
from ntrkoma.tables import read_rows


def say(text: str) -> None:
    """Tell the log and, since downloads take hours, the terminal as well."""
    for stream in (sys.stdout, sys.__stderr__):
        print(text, file=stream, flush=True)


with logged(snakemake.log[0]):
    params = snakemake.params
    wanted = (snakemake.wildcards.set, snakemake.wildcards.name)
    references = read_rows(Path(params.manifest), Reference)
    known = prepare(
        next(row for row in references if (row.set, row.name) == wanted),
        Store(Path("references").absolute()),
        local_dir=Path(params.local_dir) if params.local_dir else None,
        keep_archive=str(params.keep_archives).lower() == "true",
        patience=Patience(float(params.timeout), int(params.retries), float(params.pause)),
        say=say,
    )
    Path(snakemake.output.receipt).write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
