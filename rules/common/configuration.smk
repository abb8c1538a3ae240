"""What a run begins with: the configuration with its defaults and the sheet, looked at once."""

from snakemake.exceptions import WorkflowError

RESOURCES = WORKFLOW_ROOT / "resources"

try:
    from ntrkoma.curated.deliverables import Deliverable
    from ntrkoma.inputs import check
    from ntrkoma.errors import InputError
    from ntrkoma.errors import raise_if_any
except ImportError as missing:
    from ntrkoma.inputs.packages import import_problem

    raise WorkflowError(import_problem(missing) or missing) from None

# What brings the programs, such as conda; nothing if they are on PATH.
DEPLOYED = {str(method) for method in workflow.deployment_settings.deployment_method}


def begin():
    """Configuration and samples, or why a run cannot begin, a sentence for each reason."""
    if not workflow.is_main_process:
        return check.start_again(config, WORKFLOW_ROOT)
    run = check.start(config, WORKFLOW_ROOT, DEPLOYED)
    for warning in run.found.warnings:
        logger.warning(warning)
    raise_if_any(run.found.problems)
    return run


try:
    RUN = begin()
except InputError as problem:
    raise WorkflowError(str(problem)) from None


config.update(RUN.config)
SAMPLES = {sample.name: sample for sample in RUN.samples}


wildcard_constraints:
    sample=r"[A-Za-z0-9][A-Za-z0-9_.-]*",
    unit=r"[A-Za-z0-9][A-Za-z0-9_.-]*",
    mate="[12]",
