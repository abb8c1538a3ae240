"""What remakes a result beside its inputs: code, tables and templates, rule by rule."""

from ntrkoma.digests import digest

# Tables that counting and grading read; the others are of one rule each.
COUNTING_TABLES = [
    "artefact_genes",
    "control_genes",
    "gate",
    "grading",
    "hotspots",
    "imbalance_exons",
    "intragenic_events",
    "key_residues",
    "mane_transcripts",
    "partners",
    "protein_domains",
    "resistance",
    "thresholds",
]
# By entry point: tables in resources/, and patterns below report/.
READ_BY = {
    "transcript_table": ([], []),
    "star_index_parameters": ([], []),
    "collect_reads": (["hotspots"], []),
    "call_junctions": ([], []),
    "evidence": (COUNTING_TABLES, []),
    "interpret": (
        [*COUNTING_TABLES, "orthogonal", "therapies"],
        ["sample.html.j2", "sample/**/*", "style.css"],
    ),
    "cohort": ([], ["cohort.*"]),
    "mini_database_sources": (["mane_transcripts", "partners", "protein_domains"], []),
}


def get_files_read(tables, templates):
    """Paths of tables and templates; a pattern that matches nothing is an error."""
    files = [RESOURCES / f"{table}.tsv" for table in tables]
    for pattern in templates:
        found = [path for path in (WORKFLOW_ROOT / "report").glob(pattern) if path.is_file()]
        if not found:
            raise WorkflowError(f"report/{pattern} is missing; restore it from the release.")
        files += found
    return files


SOURCES = {
    script: digest(
        WORKFLOW_ROOT / "scripts" / f"{script}.py",
        WORKFLOW_ROOT / "scripts" / "ntrkoma",
        get_files_read(*read),
    )
    for script, read in READ_BY.items()
}
