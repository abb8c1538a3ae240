"""The whole workflow in conda environments that are made from the shipped environment files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from bare_host import ROOT, Host, copy_workflow, verdicts
from conda_runs import Conda, Run
from env_files import ENV_FILES, SWAPPED, built_env_files, pins
from test_env_files import scripts_of, third_party

# With `--dist loadgroup` one worker does it all and conda is made once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("conda")]

ONE_ENVIRONMENT = "results/reference/genome.fa"  # what a target of one rule needs: samtools


def test_verdicts_of_the_core_samples(run: Run) -> None:
    """All of the workflow runs in its environments alone, to the right verdicts."""
    found = verdicts(run.directory / "results" / "cohort" / "ntrk.tsv")
    assert found == verdicts(ROOT / "test_data" / "truth.tsv")
    assert (run.directory / "results" / "qc" / "multiqc_report.html").stat().st_size > 100_000


@pytest.mark.parametrize("env_file", built_env_files(), ids=lambda path: path.stem)
def test_environment_holds_its_pins(run: Run, env_file: Path) -> None:
    """The environments hold the pinned versions; only the swapped ones are not those shipped."""
    environment = run.environment(env_file)
    installed = {
        package["name"]: package["version"]
        for package in (
            json.loads(path.read_text()) for path in environment.glob("conda-meta/*.json")
        )
    }
    used = pins(run.workflow / "envs" / env_file.name)
    assert used.items() <= installed.items()
    swapped = {name for name, version in pins(env_file).items() if used[name] != version}
    assert swapped <= set(SWAPPED)


def test_environment_of_the_scripts_imports_all_they_need(run: Run) -> None:
    """Each import comes from the environment itself.

    Snakemake puts its own packages behind those of the environment, so in a run a missing one
    can go unseen.
    """
    env_file = ROOT / "envs" / "ntrkoma.yaml"
    import_names = {"pyyaml": "yaml"}
    modules = sorted(import_names.get(name, name) for name in third_party(scripts_of(env_file)))
    assert {"pysam", "jinja2"} <= set(modules)
    environment = run.environment(env_file)
    code = (
        f"import {', '.join(modules)}\nfor module in ({', '.join(modules)}): print(module.__file__)"
    )
    done = subprocess.run(
        [environment / "bin" / "python", "-IB", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    for origin in done.stdout.splitlines():
        assert Path(origin).is_relative_to(environment)


@pytest.mark.parametrize(("name", "package"), [("ntrkoma", "pysam"), ("multiqc", "multiqc")])
def test_scripts_ran_with_the_python_of_their_environment(
    run: Run, name: str, package: str
) -> None:
    """Not with Snakemake's own: the run left bytecode in the environments."""
    environment = run.environment(ROOT / "envs" / f"{name}.yaml")
    assert list(environment.glob(f"lib/python3.*/site-packages/{package}/__pycache__"))


def test_pins_parse_as_conda_reads_them(conda: Conda) -> None:
    """Every dependency, those that cannot be had here included, is a match specification."""
    specs = [f"{name}={version}" for path in ENV_FILES for name, version in pins(path).items()]
    code = (
        "import sys\nfrom rattler import MatchSpec\n"
        "for text in sys.argv[1:]:\n"
        "    spec = MatchSpec(text, strict=True)\n"
        "    print(spec.name.normalized, spec.version)\n"
    )
    done = subprocess.run(
        [conda.tools_python, "-c", code, *specs], capture_output=True, text=True, check=True
    )
    read = [line.split() for line in done.stdout.splitlines()]
    assert [f"{name}={version.removesuffix('.*')}" for name, version in read] == specs


# What the user sees when conda cannot do it. docs/troubleshooting.md quotes these texts.


def test_message_without_conda(bare_host: Host, swapped_workflow: Path, tmp_path: Path) -> None:
    """No conda on PATH."""
    done = bare_host.snakemake(swapped_workflow, "--use-conda", ONE_ENVIRONMENT, run=tmp_path.name)
    assert done.returncode == 1
    assert "conda: command not found" in done.stdout
    assert "Error running conda info. Is conda installed and accessible?" in done.stdout


def test_message_when_a_channel_is_out_of_reach(
    conda_host: Host, swapped_workflow: Path, tmp_path: Path
) -> None:
    """Nobody answers where the channels are."""
    done = conda_host.snakemake(
        swapped_workflow,
        *("--use-conda", "--conda-create-envs-only", ONE_ENVIRONMENT),
        run=tmp_path.name,
        variables={"CONDA_CHANNEL_ALIAS": "http://127.0.0.1:9", "CONDA_REMOTE_MAX_RETRIES": "0"},
    )
    assert done.returncode == 1
    assert "CreateCondaEnvironmentException" in done.stdout
    assert "Could not create conda environment from" in done.stdout
    assert "CondaHTTPError: HTTP 000 CONNECTION FAILED for url" in done.stdout


def test_message_when_a_pin_is_not_in_the_channels(
    conda_host: Host, conda: Conda, tmp_path: Path
) -> None:
    """A version that no channel has."""
    workflow = copy_workflow(tmp_path / "workflow")
    env_file = workflow / "envs" / "samtools.yaml"
    local = conda.versions["samtools"]
    shipped = pins(env_file)["samtools"]
    env_file.write_text(env_file.read_text().replace(f"samtools={shipped}", f"samtools={local}.99"))
    done = conda_host.snakemake(
        workflow,
        *("--use-conda", "--conda-create-envs-only", ONE_ENVIRONMENT),
        run=tmp_path.name,
    )
    assert done.returncode == 1
    assert "Could not create conda environment from" in done.stdout
    assert "ResolvePackageNotFound" in done.stdout
    assert f"  - samtools={local}.99" in done.stdout
