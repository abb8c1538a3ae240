"""The configuration: defaults filled in, schema and plain-language checks before any job."""

import hashlib

from snakemake.exceptions import WorkflowError

RESOURCES = WORKFLOW_ROOT / "resources"

try:
    from ntrkoma.curated import knowledge
    from ntrkoma.inputs import reference_fit as preflight
    from ntrkoma.inputs.genome_files import check_reference
    from ntrkoma.inputs.configuration import load_and_check
    from ntrkoma.errors import InputError
    from ntrkoma.errors import raise_if_any
    from ntrkoma.tables import read_table
except ImportError as missing:
    raise WorkflowError(
        f"the Python that runs Snakemake lacks {missing.name}; install what "
        "docs/installation.md names beside Snakemake, or use the checkout's own .venv."
    ) from None

# Whether conda, containers or environment modules bring the programs; else they are on PATH.
DEPLOYED = bool(workflow.deployment_settings.deployment_method)


def load_configuration(given):
    """The completed configuration, or the reasons why it cannot be used, one sentence each."""
    thresholds = {row["name"] for row in read_table(RESOURCES / "thresholds.tsv")}
    domains = read_table(RESOURCES / "protein_domains.tsv")
    kinase_genes = {row["gene"] for row in domains if row["domain"] == "kinase"}
    hotspot_genes = {row["gene"] for row in read_table(RESOURCES / "hotspots.tsv")}
    findings = {row["code"] for row in read_table(RESOURCES / "grading.tsv")}
    # Jobs parse this file again; the files were looked at when the run began.
    started_by_user = workflow.is_main_process
    complete = load_and_check(
        given,
        Path.cwd(),
        kinase_genes=kinase_genes,
        hotspot_genes=hotspot_genes,
        threshold_names=thresholds,
        findings=findings,
        files=started_by_user,
    )
    if started_by_user:
        genes = [*complete["target_genes"], *complete["companion_genes"]]
        found = check_reference(
            Path(complete["reference"]["fasta"]), Path(complete["reference"]["gtf"]), genes
        )
        raise_if_any(found.problems)
        star = preflight.star_release(WORKFLOW_ROOT / "envs" / "star.yaml", deployed=DEPLOYED)
        fitting = preflight.check_references(
            complete, Path.cwd(), found.gene_lines, knowledge.load(RESOURCES), star
        )
        raise_if_any(fitting.problems)
        for warning in [*found.warnings, *fitting.warnings]:
            logger.warning(warning)
    return complete


try:
    config.update(load_configuration(config))
except InputError as problem:
    raise WorkflowError(str(problem)) from None


def digest_sources():
    """Digest of the library and the curated tables.

    Given to all jobs that use them, so that an upgrade remakes what they made: Snakemake looks at
    the code of entry points, not at what they import.
    """
    digest = hashlib.sha256()
    bring_references = {"references.tsv"}
    for folder, pattern in (
        ("scripts/ntrkoma", "**/*.py"),
        ("resources", "**/*.*"),
        ("report", "*.*"),
    ):
        for path in sorted((WORKFLOW_ROOT / folder).glob(pattern)):
            if path.name not in bring_references:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


SOURCES = digest_sources()


wildcard_constraints:
    sample=r"[A-Za-z0-9][A-Za-z0-9_.-]*",
    unit=r"[A-Za-z0-9][A-Za-z0-9_.-]*",
    mate="[12]",
