"""Check a configuration, its sample sheet and references, and this machine, without running a job.

Exit status: 0 if a run may begin, 1 if not; every problem is one sentence. Paths in the
configuration are relative to --directory, as in the run.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from ntrkoma.curated import knowledge  # noqa: E402
from ntrkoma.errors import Findings, InputError  # noqa: E402
from ntrkoma.genome.contigs import contig_lengths  # noqa: E402
from ntrkoma.inputs import alignments as given_alignments  # noqa: E402
from ntrkoma.inputs import machine  # noqa: E402
from ntrkoma.inputs import reference_fit as preflight  # noqa: E402
from ntrkoma.inputs.configuration import load_and_check  # noqa: E402
from ntrkoma.inputs.fastqs import check_fastq_files, longest_read  # noqa: E402
from ntrkoma.inputs.genome_files import check_reference  # noqa: E402
from ntrkoma.inputs.sheet import read_sheet  # noqa: E402

RESOURCES = ROOT / "resources"
STAR_THREADS = 8  # of the rule star_align


def read_config(path: Path) -> dict[str, object]:
    """The configuration file.

    :raises InputError: when it cannot be read or is no YAML of keys.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: does not exist; correct --configfile.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: cannot be read as YAML ({reason}); mend it.") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: holds no keys; take config/config.yaml as model.")
    return content


def check(arguments: argparse.Namespace) -> Findings:
    """Everything that the workflow checks before and when it starts.

    :raises InputError: when a step cannot be done without the one before.
    """
    curated, found = knowledge.load(RESOURCES), Findings()
    config = load_and_check(
        read_config(arguments.configfile),
        Path.cwd(),
        kinase_genes={domain.gene for domain in curated.domains if domain.name == "kinase"},
        threshold_names=curated.thresholds.keys(),
    )
    fasta, gtf = Path(config["reference"]["fasta"]), Path(config["reference"]["gtf"])
    genes = [*config["target_genes"], *config["companion_genes"]]
    reference = check_reference(fasta, gtf, genes)
    found.add(Findings(reference.problems, reference.warnings))
    if not reference.problems:
        star = preflight.star_release(ROOT / "envs" / "star.yaml", deployed=arguments.deployed)
        found.add(
            preflight.check_references(config, Path.cwd(), reference.gene_lines, curated, star)
        )
    try:
        samples = read_sheet(Path(config["samples"]), Path.cwd())
    except InputError as error:
        found.problems += error.problems
        return found
    found.problems += check_fastq_files(samples, Path.cwd(), config["samples"])
    genome = {} if reference.problems else contig_lengths(fasta)
    found.add(
        given_alignments.check_given_alignments(samples, Path.cwd(), genome, config["samples"])
    )
    length = longest_read(preflight.sampled_fastqs(samples), Path.cwd())
    overhang = preflight.index_overhang(config, Path.cwd())
    found.warnings += preflight.check_read_length(length, *overhang)
    if not reference.problems:
        at_once = max(1, min(len(samples), arguments.cores // STAR_THREADS))
        rules = machine.all_rules(config, samples)
        todo = machine.plan(config, Path.cwd(), samples, rules, at_once)
        found.add(
            machine.check_machine(
                todo,
                machine.this_machine(Path.cwd()),
                deployed=arguments.deployed,
                local=not arguments.cluster,
            )
        )
    return found


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line; the names are Snakemake's where Snakemake has them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--configfile", type=Path, default=Path("config/config.yaml"))
    parser.add_argument("--directory", type=Path, default=Path(), help="working directory")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--use-conda",
        "--use-apptainer",
        "--use-envmodules",
        dest="deployed",
        action="store_true",
        help="the programs will not come from PATH",
    )
    parser.add_argument(
        "--cluster", action="store_true", help="the jobs will not run on this machine"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Print warnings and problems; 1 if there is a problem."""
    given = parse(arguments)
    given.configfile = given.configfile.absolute()
    if not given.directory.is_dir():
        print(f"check: --directory {given.directory} is no folder; make it.", file=sys.stderr)
        return 1
    os.chdir(given.directory)
    try:
        found = check(given)
    except InputError as error:
        found = Findings(list(error.problems))
    for warning in found.warnings:
        print(f"warning: {warning}")
    for problem in found.problems:
        print(f"problem: {problem}")
    if found.problems:
        print(f"{len(found.problems)} to mend before a run.")
        return 1
    print("A run may begin.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
