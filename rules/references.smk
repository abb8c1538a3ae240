"""Reference files, from the network or a local folder: the one part that needs the network.

A workflow of its own, since the other one asks for files that this one brings:

    snakemake --snakefile rules/references.smk --directory DIR --cores 2 --nolock --config sets=ctat,arriba

Settings (--config): sets, local_dir, manifest, keep_archives, timeout, retries, pause. Results go
to references/ in DIR. See docs/references.md.
"""

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.20")

WORKFLOW_ROOT = Path(workflow.current_basedir).resolve().parent
sys.path.insert(0, str(WORKFLOW_ROOT / "scripts"))

from ntrkoma.references.manifest import Reference
from ntrkoma.references.manifest import select
from ntrkoma.references import store as references
from ntrkoma.errors import InputError
from ntrkoma.tables import read_rows

MANIFEST = Path(config.get("manifest", WORKFLOW_ROOT / "resources" / "references.tsv"))
STORE = references.Store(Path("references").absolute())
LOCAL_DIR = config.get("local_dir", "")


def choose_references():
    """The rows of the chosen sets by file; says what lies ahead, and stops if there is no room."""
    known = read_rows(MANIFEST, Reference)
    chosen = select(known, config.get("sets", "ctat,arriba"))
    if workflow.is_main_process:
        if LOCAL_DIR and not Path(LOCAL_DIR).is_dir():
            raise InputError(f"local_dir: {LOCAL_DIR} is no folder; give one that holds the files.")
        ahead = references.plan(chosen, STORE, Path(LOCAL_DIR) if LOCAL_DIR else None)
        for line in ahead.lines:
            logger.info(line)
        references.check_room(ahead, STORE)
    return {(reference.set, reference.name): reference for reference in chosen}


try:
    CHOSEN = choose_references()
except InputError as problem:
    raise WorkflowError(str(problem)) from None


def get_receipt(reference):
    """Path of the receipt of a file."""
    return f"references/receipts/{reference.set}/{reference.name}.json"


def get_receipts():
    """Receipts of all files of the chosen sets."""
    return [get_receipt(reference) for reference in CHOSEN.values()]


def get_url(wildcards):
    """Where a file comes from; a new address makes a new file."""
    return CHOSEN[wildcards.set, wildcards.name].url


if workflow.is_main_process:
    # What somebody has deleted or updated in the manifest since is prepared again.
    for reference in CHOSEN.values():
        if not references.is_prepared(reference, STORE):
            Path(get_receipt(reference)).unlink(missing_ok=True)


wildcard_constraints:
    set="[^/]+",
    name="[^/]+",


localrules:
    reference,
    reference_config,


rule prepare:
    """Everything that the chosen sets bring, and the configuration that names it."""
    default_target: True
    input:
        config="references/config.yaml",
        receipts=get_receipts(),


rule reference:
    """One file of the manifest: downloaded, checked, unpacked.

    The receipt is the only output, because Snakemake deletes outputs before a job and after a
    failure: downloads go on where they ended and nothing of 30 GB is fetched twice. Snakemake's
    own ensure(sha256=…) looks when all is done; here a file is checked before it is in place.
    """
    output:
        receipt="references/receipts/{set}/{name}.json",
    log:
        "logs/prepare/{set}/{name}.log",
    benchmark:
        "benchmarks/prepare/{set}/{name}.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=1000,
    params:
        manifest=str(MANIFEST.resolve()),
        url=get_url,
        local_dir=LOCAL_DIR,
        keep_archives=config.get("keep_archives", False),
        timeout=config.get("timeout", 60),
        retries=config.get("retries", 6),
        pause=config.get("pause", 2),
    message:
        "{wildcards.set}/{wildcards.name}: preparing; follow it in {log}"
    script:
        "../scripts/fetch_reference.py"


rule reference_config:
    """The `reference` section of the configuration, to paste or to give as a second file."""
    input:
        receipts=get_receipts(),
    output:
        config="references/config.yaml",
    log:
        "logs/prepare/config.log",
    benchmark:
        "benchmarks/prepare/config.tsv"
    conda:
        "../envs/ntrkoma.yaml"
    resources:
        mem_mb=1000,
    params:
        manifest=str(MANIFEST.resolve()),
        sets=sorted({reference.set for reference in CHOSEN.values()}),
    message:
        "Writing {output.config}"
    script:
        "../scripts/reference_config.py"
