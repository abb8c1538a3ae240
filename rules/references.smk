"""Reference files, from the network or a local folder: the one part that needs the network.

A workflow of its own, since the other one asks for files that this one brings:

    snakemake --snakefile rules/references.smk --directory DIR --cores 2 --config sets=ctat,arriba

Settings (--config): sets, local_dir, manifest, timeout, retries, pause. Results go to references/
in DIR. See docs/references.md.
"""

import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.20")

WORKFLOW_ROOT = Path(workflow.current_basedir).resolve().parent
sys.path.insert(0, str(WORKFLOW_ROOT / "scripts"))

from ntrkoma.errors import InputError
from ntrkoma.references.manifest import Reference, select
from ntrkoma.references.plan import Settings, check_room, local_file, make_plan
from ntrkoma.tables import read_rows

FETCH = WORKFLOW_ROOT / "scripts" / "fetch_reference.sh"
UNPACK = WORKFLOW_ROOT / "scripts" / "unpack_reference.sh"
FOLDER = Path("references").absolute()

try:
    SETTINGS = Settings.read(config, WORKFLOW_ROOT / "resources" / "references.tsv")
    CHOSEN = select(read_rows(SETTINGS.manifest, Reference), SETTINGS.sets)
    PLAN = make_plan(CHOSEN, FOLDER, SETTINGS.local_dir)
    if workflow.is_main_process:
        for line in PLAN.lines:
            logger.info(line)
        check_room(PLAN, FOLDER)
except InputError as problem:
    raise WorkflowError(str(problem)) from None

BY_PLACE = {str(reference.place): reference for reference in CHOSEN}


def get_source(wildcards):
    """Where the file of a row comes from and what it is checked against, as the script wants it."""
    reference = BY_PLACE[wildcards.place]
    listing = reference.checksum_url
    if SETTINGS.local_dir:
        listing = local_file(reference, reference.list_name, SETTINGS.local_dir)
    return {
        "name": reference.key,
        "url": reference.url,
        "local": local_file(reference, reference.file_name, SETTINGS.local_dir) or "",
        "checksum": reference.checksum,
        "listing": listing or "",
        "size": reference.size_bytes or "",
    }


def get_download(wildcards):
    """The checked file of a row and its checksum, not yet unpacked."""
    file = f"references/downloads/{wildcards.place}/{BY_PLACE[wildcards.place].file_name}"
    return {"file": file, "checksums": f"{file}.sha256"}


def get_content(wildcards):
    """How the file of a row is unpacked, as the script wants it."""
    reference = BY_PLACE[wildcards.place]
    return {
        "name": reference.key,
        "how": reference.unpack,
        "keep": " ".join(reference.keep),
        "provides": " ".join(reference.provides.values()),
    }


def get_records():
    """What tells that a row is ready, of all rows."""
    return [f"references/{place}/checksums.sha256" for place in BY_PLACE]


wildcard_constraints:
    # What is ready can be made by no rule: changed code or settings must not fetch 30 GB again.
    place="|".join(re.escape(str(reference.place)) for reference in PLAN.missing) or "(?!)",
    file="[^/]+",


localrules:
    reference_download,
    reference_content,
    reference_config,


rule prepare:
    """Everything that the chosen sets bring, and the configuration that names it."""
    default_target: True
    input:
        get_records(),
        config="references/config.yaml",


rule reference_download:
    """One file of the manifest by curl, or a link to it in the local folder; sha256sum checks it.

    What has arrived is kept beside the output, since Snakemake deletes outputs before a job and
    after a failure. ensure(sha256=…) would look at a file that has its name already, and throw
    away 30 GB without saying which checksum it has.
    """
    output:
        file=temp(ensure("references/downloads/{place}/{file}", non_empty=True)),
        checksums=temp("references/downloads/{place}/{file}.sha256"),
    log:
        "logs/prepare/{place}/{file}.log",
    benchmark:
        "benchmarks/prepare/{place}/{file}.tsv"
    conda:
        "../envs/curl.yaml"
    resources:
        mem_mb=1000,
        # How long to try is not a parameter: with a changed one a file would be fetched anew.
        timeout=SETTINGS.timeout,
        retries=SETTINGS.retries,
        pause=SETTINGS.pause,
    params:
        source=get_source,
        script=str(FETCH),
    message:
        "{params.source[name]}: bringing {wildcards.file}; follow it in {log}"
    shell:
        "name={params.source[name]:q} url={params.source[url]:q} local={params.source[local]:q} "
        "checksum={params.source[checksum]:q} listing={params.source[listing]:q} "
        "size={params.source[size]:q} "
        "timeout={resources.timeout} retries={resources.retries} pause={resources.pause} "
        "bash {params.script:q} {output.file:q} 2>> {log:q} | tee --append {log:q} >&2"


rule reference_content:
    """The content of a checked file in a folder of its own, all of it or nothing."""
    input:
        unpack(get_download),
    output:
        checksums=ensure("references/{place}/checksums.sha256", non_empty=True),
    log:
        "logs/prepare/{place}/unpack.log",
    benchmark:
        "benchmarks/prepare/{place}/unpack.tsv"
    conda:
        "../envs/curl.yaml"
    resources:
        mem_mb=1000,
    params:
        content=get_content,
        folder=subpath(output.checksums, parent=True),
        script=str(UNPACK),
    message:
        "{params.content[name]}: unpacking into {params.folder}"
    shell:
        "name={params.content[name]:q} how={params.content[how]:q} keep={params.content[keep]:q} "
        "provides={params.content[provides]:q} "
        "bash {params.script:q} {input.file:q} {params.folder:q} 2>> {log:q} | tee --append {log:q} >&2"


rule reference_config:
    """The `reference` section of the configuration, to paste or to give as a second file."""
    input:
        get_records(),
        manifest=SETTINGS.manifest,
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
        sets=SETTINGS.sets,
    message:
        "Writing {output.config}"
    script:
        "../scripts/reference_config.py"
