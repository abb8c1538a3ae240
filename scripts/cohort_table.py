"""Rule cohort_table: results of all samples to one table, and to MultiQC."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import logged
from ntrkoma import results
from ntrkoma.multiqc import ntrk_table

with logged(snakemake.log[0]):
    documents = [
        json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.results
    ]
    rows = [results.cohort_row(document) for document in documents]
    Path(snakemake.output.tsv).write_text(
        results.to_tsv(rows, results.COHORT_COLUMNS), encoding="utf-8"
    )
    Path(snakemake.output.multiqc).write_text(
        json.dumps(ntrk_table(documents), indent=1) + "\n", encoding="utf-8"
    )
    print(f"{len(rows)} samples")
