"""Rule cohort: results of all samples to tables, workbook, cohort page and MultiQC content."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import TEMPLATES, logged
from ntrkoma.cohort import multiqc
from ntrkoma.cohort import page as cohort_page
from ntrkoma.cohort import summary as cohort
from ntrkoma.cohort.workbook import cohort_workbook
from ntrkoma.results.rows import COHORT_COLUMNS, to_tsv


def write(path, text):
    """Write a text file."""
    Path(path).write_text(text, encoding="utf-8")


with logged(snakemake.log[0]):
    output = snakemake.output
    summaries = []
    with cohort_workbook(Path(output.xlsx)) as book:
        # One document at a time: those of thousands of samples would fill the memory.
        for path in snakemake.input.results:
            document = json.loads(Path(path).read_text(encoding="utf-8"))
            book.add(document)
            summaries.append(cohort.summarise(document))
    write(output.tsv, to_tsv([summary.row for summary in summaries], COHORT_COLUMNS))
    write(output.json, cohort.to_json(summaries))
    write(output.page, cohort_page.render(summaries, snakemake.params.report, TEMPLATES))
    for part, content in multiqc.contents(summaries).items():
        write(output[f"multiqc_{part}"], json.dumps(content, indent=1) + "\n")
    print(f"{len(summaries)} samples")
