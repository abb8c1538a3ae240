"""The configuration: defaults filled in, schema and plain-language checks before any job."""

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

WORKFLOW_ROOT = Path(workflow.current_basedir).resolve().parents[1]
RESOURCES = WORKFLOW_ROOT / "resources"
sys.path.insert(0, str(WORKFLOW_ROOT / "scripts"))

try:
    from ntrkoma.curated import knowledge
    from ntrkoma.curated.codon_sites import Hotspot
    from ntrkoma.curated.deliverables import Deliverable
    from ntrkoma.inputs import reference_fit as preflight
    from ntrkoma.inputs.genome_files import check_reference
    from ntrkoma.inputs.configuration import load_and_check
    from ntrkoma.errors import InputError
    from ntrkoma.errors import raise_if_any
except ImportError as missing:
    raise WorkflowError(
        f"the Python that runs Snakemake lacks {missing.name}; install what "
        "docs/installation.md names beside Snakemake, or use the checkout's own .venv."
    ) from None

# Whether conda, containers or environment modules bring the programs; else they are on PATH.
DEPLOYED = bool(workflow.deployment_settings.deployment_method)


def load_configuration(given):
    """The completed configuration, or the reasons why it cannot be used, one sentence each."""
    curated = knowledge.load(RESOURCES)
    # Jobs parse this file again; the files were looked at when the run began.
    started_by_user = workflow.is_main_process
    complete = load_and_check(
        given,
        Path.cwd(),
        kinase_genes={domain.gene for domain in curated.domains if domain.name == "kinase"},
        hotspot_genes={row.gene for row in Hotspot.read(RESOURCES)},
        threshold_names=set(curated.thresholds),
        findings=set(curated.grading),
        files=started_by_user,
    )
    if started_by_user:
        genes = [*complete["target_genes"], *complete["companion_genes"]]
        found = check_reference(
            Path(complete["reference"]["fasta"]), Path(complete["reference"]["gtf"]), genes
        )
        raise_if_any(found.problems)
        star = preflight.star_release(WORKFLOW_ROOT / "envs" / "star.yaml", deployed=DEPLOYED)
        fitting = preflight.check_references(complete, Path.cwd(), found.gene_lines, curated, star)
        raise_if_any(fitting.problems)
        for warning in [*found.warnings, *fitting.warnings]:
            logger.warning(warning)
    return complete


try:
    config.update(load_configuration(config))
except InputError as problem:
    raise WorkflowError(str(problem)) from None


MINI_DATABASE_RULES = ["mini_databases"] if config["reference"]["build_mini_databases"] else []
STAR_INDEX_SOURCE = "given" if config["reference"]["star_index"] else "build"


wildcard_constraints:
    sample=r"[A-Za-z0-9][A-Za-z0-9_.-]*",
    unit=r"[A-Za-z0-9][A-Za-z0-9_.-]*",
    mate="[12]",
