"""The one start-up sequence: what is looked at before any job, by the rules and by ``make check``.

Configuration, reference, sheet and reads when the workflow is read (:func:`start`); programs,
Python packages, memory and disk when the jobs are known (:func:`check_jobs`).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml
from snakemake.utils import update_config

from ntrkoma.curated.codon_sites import Hotspot
from ntrkoma.curated.knowledge import Knowledge, load
from ntrkoma.errors import Findings, InputError
from ntrkoma.inputs.alignments import check_given_alignments
from ntrkoma.inputs.configuration import Known, check_config, validate_schema, with_defaults
from ntrkoma.inputs.fastqs import check_fastq_files, longest_read
from ntrkoma.inputs.genome_files import check_reference
from ntrkoma.inputs.machine import all_rules, check_machine, plan, this_machine
from ntrkoma.inputs.packages import missing_packages
from ntrkoma.inputs.reference_fit import (
    check_read_length,
    check_references,
    index_overhang,
    sampled_fastqs,
    star_release,
)
from ntrkoma.inputs.sheet import Sample, read_sheet
from ntrkoma.inputs.tools import Tool, tool_problems

STAR_THREADS = 8  # of the rule star_align


@dataclass
class Start:
    """A run about to begin in the working directory.

    ``config``: as given, with all defaults; ``sound``: whether it meets the schema. ``home``: the
    workflow's top folder. ``deployed``: Snakemake's names of what brings the software, such as
    conda; none if it is on PATH. ``contigs``: of the genome, lengths (nt) by name; none if it
    cannot be read.
    """

    config: dict[str, Any]
    home: Path
    deployed: frozenset[str] = frozenset()
    sound: bool = True
    samples: list[Sample] = field(default_factory=list)
    contigs: Mapping[str, int] = field(default_factory=dict)
    found: Findings = field(default_factory=Findings)


@dataclass(frozen=True)
class Jobs:
    """What is going to run.

    ``aligned``: samples that are aligned. ``alignments``: how many of them at a time. ``local``:
    whether on this machine.
    """

    rules: Collection[str]
    aligned: Collection[Sample]
    alignments: int
    local: bool = True


def start(given: Mapping[str, Any], home: Path, deployed: Collection[str] = ()) -> Start:
    """Configuration, reference, sheet and reads, looked at in this order.

    What is found wrong in one does not keep the others from being looked at, as far as they do not
    rest on it. Nothing is raised.
    """
    problems = validate_schema(given)
    run = Start(with_defaults(given), home, frozenset(deployed), sound=not problems)
    run.found.problems += problems
    if run.sound:
        _check_settings(run)
    sheet = run.config["samples"]
    try:
        run.samples = (
            read_sheet(Path(sheet), Path.cwd()) if sheet and isinstance(sheet, str) else []
        )
    except InputError as error:
        run.found.problems += error.problems
    _check_reads(run)
    return run


def start_again(given: Mapping[str, Any], home: Path) -> Start:
    """As :func:`start`, for a job: what was looked at when the run began is not looked at again.

    :raises InputError: when the sheet was broken since.
    """
    config = with_defaults(given)
    return Start(config, home, samples=read_sheet(Path(config["samples"]), Path.cwd()))


def _check_settings(run: Start) -> None:
    """What a configuration that meets the schema names: genes, thresholds, reference files."""
    config, base, resources = run.config, Path.cwd(), run.home / "resources"
    try:
        knowledge = load(resources)
        if config["target_domains"]:
            knowledge = knowledge.with_domains(base / config["target_domains"])
    except InputError as error:
        run.found.problems += error.problems
        return
    problems = check_config(config, base, _known(knowledge, resources))
    if problems:
        run.found.problems += problems
        return
    genes = [*config["target_genes"], *config["companion_genes"]]
    fasta, gtf = (Path(config["reference"][name]) for name in ("fasta", "gtf"))
    reference = check_reference(fasta, gtf, genes)
    run.contigs = reference.contigs
    run.found.add(reference.found)
    if not reference.found.problems:
        star = star_release(run.home / "envs" / "star.yaml", deployed=bool(run.deployed))
        run.found.add(check_references(config, base, reference, knowledge, star))


def _known(knowledge: Knowledge, resources: Path) -> Known:
    return Known(
        kinase_genes={domain.gene for domain in knowledge.domains if domain.name == "kinase"},
        hotspot_genes={row.gene for row in Hotspot.read(resources)},
        thresholds=knowledge.thresholds,
        findings=knowledge.grading,
    )


def _check_reads(run: Start) -> None:
    """The files that the sheet names."""
    base, sheet = Path.cwd(), str(run.config["samples"])
    run.found.problems += check_fastq_files(run.samples, base, sheet)
    run.found.add(check_given_alignments(run.samples, base, run.contigs, sheet))
    if run.sound:
        length = longest_read(sampled_fastqs(run.samples), base)
        run.found.warnings += check_read_length(length, *index_overhang(run.config, base))


def check_jobs(run: Start, jobs: Jobs) -> Findings:
    """Programs, Python packages, memory and disk for what is going to run."""
    found, base = Findings(), Path.cwd()
    if jobs.local and not run.deployed:
        found.problems += tool_problems(Tool.read(run.home / "resources"), jobs.rules)
    if "conda" not in run.deployed:
        found.problems += missing_packages(multiqc="multiqc" in jobs.rules)
    bases = sum(run.contigs.values())
    todo = plan(run.config, base, jobs.aligned, jobs.rules, bases, jobs.alignments)
    found.add(check_machine(todo, this_machine(base), local=jobs.local))
    return found


def read_config(path: Path) -> dict[str, Any]:
    """What Snakemake takes for the configuration when it is given a file.

    :raises InputError: when the file cannot be read or does not hold keys.
    """
    config: dict[str, Any] = {}
    default = Path("config/config.yaml")  # of the working directory, as the Snakefile has it
    for file in [*([default] if default.is_file() else []), path]:
        update_config(config, _read_yaml(file))
    return config


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: does not exist; correct --configfile.") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"{path}{line}: is not YAML ({error.problem}); correct it.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: cannot be read as YAML ({reason}); correct it.") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: holds no keys; take config/config.yaml as a model.")
    return content


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line of ``make check``; the names are Snakemake's where Snakemake has them."""
    parser = argparse.ArgumentParser(
        prog="check.py",
        description="Check a configuration, its sample sheet and references, and this machine, "
        "without running a job. Exit status: 0 if a run may begin, 1 if not.",
    )
    parser.add_argument("--configfile", type=Path, default=Path("config/config.yaml"))
    parser.add_argument("--directory", type=Path, default=Path(), help="working directory")
    parser.add_argument("--cores", type=int, default=psutil.cpu_count() or 1)
    for method in ("conda", "apptainer", "env-modules"):
        parser.add_argument(
            f"--use-{method.replace('env-', 'env')}",
            dest="deployed",
            default=[],
            action="append_const",
            const=method,
            help="the programs will not come from PATH",
        )
    parser.add_argument(
        "--cluster", action="store_true", help="the jobs will not run on this machine"
    )
    return parser.parse_args(arguments)


def check(
    configfile: Path, cores: int, home: Path, deployed: Sequence[str], local: bool
) -> Findings:
    """Everything, as for a first run that does all its jobs."""
    try:
        run = start(read_config(configfile), home, deployed)
    except InputError as error:
        return Findings(list(error.problems))
    if run.sound:
        at_once = max(1, min(len(run.samples), cores // STAR_THREADS))
        jobs = Jobs(all_rules(run.config, run.samples), run.samples, at_once, local)
        run.found.add(check_jobs(run, jobs))
    return run.found


def main(arguments: Sequence[str], home: Path) -> int:
    """Print warnings and problems; 1 if there is a problem.

    :param home: the workflow's top folder.
    """
    given = parse(arguments)
    configfile = given.configfile.absolute()
    if not given.directory.is_dir():
        print(f"check: --directory {given.directory} is not a folder; make it.", file=sys.stderr)
        return 1
    os.chdir(given.directory)
    found = check(configfile, given.cores, home, given.deployed, not given.cluster)
    for kind, sentences in (("warning", found.warnings), ("problem", found.problems)):
        for sentence in sentences:
            print(f"{kind}: {sentence}")
    if found.problems:
        print(f"{len(found.problems)} to correct before a run.")
        return 1
    print("A run may begin.")
    return 0
