"""Rule mini_database_sources: what STAR-Fusion's and Arriba's test databases are made of."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import RESOURCES, Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]):
    from ntrkoma.curated.knowledge import load
    from ntrkoma.genome.sequence import Genome
    from ntrkoma.genome.transcripts import Annotation
    from ntrkoma.references import mini_databases

    knowledge = load(RESOURCES)
    models = Annotation(Path(snakemake.input.transcripts)).genes_named(
        {d.gene for d in knowledge.domains} | {g for pair in knowledge.partners for g in pair}
    )
    genome = Genome(Path(snakemake.input.fasta))
    contents = {
        "pfam": mini_databases.kinase_alignments(knowledge, models, genome),
        "dfam": mini_databases.unmatched_repeat(),
        "blacklist": mini_databases.empty_blacklist(),
        "known_fusions": mini_databases.known_fusions(knowledge, models),
        "protein_domains": mini_databases.protein_domains(knowledge, models),
    }
    for name, text in contents.items():
        Path(snakemake.output[name]).write_text(text, encoding="utf-8")
