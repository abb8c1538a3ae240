"""Programs, packages, memory and disk, looked at when the jobs to run are known; images too.

Not in dry runs, and not with --no-hooks.
"""

import csv

# By environment, for --sdm apptainer.
with (WORKFLOW_ROOT / "envs" / "containers.tsv").open(encoding="utf-8") as table:
    CONTAINERS = {row["env"]: row["image"] for row in csv.DictReader(table, delimiter="\t")}


def count_alignments(jobs):
    """How many STAR jobs may run at a time."""
    threads = [job.threads for job in jobs if job.rule.name == "star_align"]
    if not threads or not workflow.local_exec or "mem_mb" in workflow.global_resources:
        return min(len(threads), 1)
    return max(1, min(len(threads), (workflow.cores or 1) // max(threads)))


def check_machine():
    """Warnings, or why the jobs cannot be done here, a sentence for each reason."""
    jobs = list(workflow.dag.needrun_jobs())
    aligned = {job.wildcards.sample for job in jobs if job.rule.name.endswith("_align")}
    aligned |= {job.wildcards.sample for job in jobs if job.rule.name == "given_alignment"}
    found = check.check_jobs(
        RUN,
        check.Jobs(
            rules={job.rule.name for job in jobs},
            aligned=[SAMPLES[name] for name in sorted(aligned)],
            alignments=count_alignments(jobs),
            local=workflow.local_exec,
        ),
    )
    for warning in found.warnings:
        logger.warning(warning)
    raise_if_any(found.problems)


onstart:
    # Jobs of a cluster start Snakemake again.
    if workflow.is_main_process:
        try:
            check_machine()
        except InputError as problem:
            raise WorkflowError(str(problem)) from None
