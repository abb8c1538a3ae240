"""The workflow with the programs of environment modules, as clusters have them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bare_host import ROOT, Host, copy_workflow, verdicts
from env_files import pins

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("env_modules")]

# Where Debian's environment-modules and lmod define `module`.
INITS = (Path("/usr/share/modules/init/bash"), Path("/usr/share/lmod/lmod/init/bash"))

# What prints a program's version as its last word.
VERSIONS = {
    "star": "STAR --version",
    "samtools": "samtools --version | head -n 1",
    "fastp": "fastp --version 2>&1",
}
PROGRAMS = {"star": "STAR", "samtools": "samtools", "fastp": "fastp"}


def install_modules() -> None:
    """Install environment-modules, or skip and say why."""
    if os.environ.get("NTRKOMA_NO_APT") or shutil.which("apt-get") is None or os.getuid() != 0:
        pytest.skip("environment-modules is not installed, and apt-get may not be used here")
    apt_get = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    install = [*apt_get, "install", "--yes", "--no-install-recommends", "environment-modules"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ([*apt_get, "update"], install):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"environment-modules could not be installed:\n{done.stdout}{done.stderr}")


@pytest.fixture(scope="module")
def modules_init() -> Path:
    """Shell code that defines ``module``."""
    if not any(path.is_file() for path in INITS):
        install_modules()
    return next(path for path in INITS if path.is_file())


def write_module(folder: Path, name: str, program: Path) -> None:
    """A module that puts one program on PATH."""
    programs = folder / "programs" / name
    programs.mkdir(parents=True)
    (programs / program.name).symlink_to(program)
    module = folder / "modulefiles" / name
    module.parent.mkdir(parents=True, exist_ok=True)
    module.write_text(f"#%Module1.0\nprepend-path PATH {{{programs}}}\n")


@pytest.fixture(scope="module")
def module_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Modules of a site with names of its own; before them the names of the rules as aliases.

    A module has the version that its program reports, as on any site.
    """
    folder = tmp_path_factory.mktemp("modules")
    aliases = []
    for name, program in PROGRAMS.items():
        path = shutil.which(program)
        if path is None:
            pytest.skip(f"no module of {name}: {program} is not on PATH; try 'make tools'")
        shown = subprocess.run(
            ["bash", "-c", VERSIONS[name]], capture_output=True, text=True, check=True
        )
        module = f"site/{name}/{shown.stdout.split()[-1]}"
        write_module(folder, module, Path(path))
        (release,) = pins(ROOT / "envs" / f"{name}.yaml").values()
        aliases.append(f"module-alias {name}/{release} {module}\n")
    (folder / "aliases").mkdir()
    (folder / "aliases" / ".modulerc").write_text("#%Module1.0\n" + "".join(aliases))
    return f"{folder / 'aliases'}:{folder / 'modulefiles'}"


@pytest.fixture(scope="module")
def setup(modules_init: Path, bare_host: Host) -> str:
    """What a user's shell has done before Snakemake starts; Debian's puts /usr/bin first."""
    return f"source '{modules_init}'\nPATH='{bare_host.path}' MODULEPATH="


def test_verdicts_of_the_core_samples(
    bare_host: Host, setup: str, module_path: str, tmp_path: Path
) -> None:
    """Every program comes from a module; scripts run with Snakemake's own Python."""
    workflow = copy_workflow(tmp_path / "workflow")
    done = bare_host.snakemake(workflow, "--sdm", "env-modules", setup=f"{setup}'{module_path}'")
    assert done.returncode == 0, done.stdout
    found = verdicts(workflow / "demo" / "results" / "cohort" / "ntrk.tsv")
    assert found == verdicts(ROOT / "test_data" / "truth.tsv")
    for name in PROGRAMS:
        (release,) = pins(ROOT / "envs" / f"{name}.yaml").values()
        assert f"Activating environment modules: {name}/{release}" in done.stdout


def test_programs_are_hidden_without_modules(
    bare_host: Host, setup: str, module_path: str, tmp_path: Path
) -> None:
    """The same host without ``--sdm env-modules`` has no program, so the run above proves much."""
    workflow = copy_workflow(tmp_path / "workflow")
    done = bare_host.snakemake(
        workflow, "results/reference/genome.fa", setup=f"{setup}'{module_path}'"
    )
    assert done.returncode == 1
    assert re.search("'samtools' is not on PATH|samtools: command not found", done.stdout)


def test_message_when_a_module_is_missing(bare_host: Host, setup: str, tmp_path: Path) -> None:
    """A site without the module of a rule."""
    workflow = copy_workflow(tmp_path / "workflow")
    done = bare_host.snakemake(
        workflow,
        *("results/reference/genome.fa", "--sdm", "env-modules"),
        setup=setup,
    )
    assert done.returncode == 1
    (release,) = pins(ROOT / "envs" / "samtools.yaml").values()
    assert f"Unable to locate a modulefile for 'samtools/{release}'" in done.stdout
