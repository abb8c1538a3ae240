"""Rule evidence: junctions and reads of one sample to its evidence."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import RESOURCES, Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]):
    from ntrkoma.context import make_context
    from ntrkoma.evidence.sample import SampleFiles, gather_evidence, to_json
    from ntrkoma.model.duplicates import Copies
    from ntrkoma.verdict import peers
    from ntrkoma.verdict.provisional import provisional

    given, output, params = snakemake.input, snakemake.output, snakemake.params
    context = make_context(RESOURCES, Path(given.transcripts), Path(given.fasta), params.settings)
    files = SampleFiles.of(dict(given.items()))
    found = gather_evidence(files, params.assay, Copies(params.copies), context)
    Path(output.evidence).write_text(to_json(found), encoding="utf-8")
    shared = provisional(snakemake.wildcards.sample, params.assay, found, context)
    Path(output.shared).write_text(peers.to_json(shared), encoding="utf-8")
    print(f"{len(found.candidates)} candidates; gate {shared.gate}")
