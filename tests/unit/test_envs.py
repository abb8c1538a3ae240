"""Software environments: exact pins, one for every rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ENVS = sorted((ROOT / "envs").glob("*.yaml"))
# What Snakemake itself runs in; all others are those of rules.
OF_SNAKEMAKE = {ROOT / "envs" / "snakemake.yaml", ROOT / "envs" / "slurm.yaml"}
OF_RULES = sorted(set(ENVS) - OF_SNAKEMAKE)
RULES = sorted((ROOT / "rules").rglob("*.smk"))


@pytest.mark.parametrize("path", ENVS, ids=lambda path: path.stem)
def test_channels_and_pins(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content.pop("name", None) == ("ntrkoma" if path in OF_SNAKEMAKE else None)
    assert set(content) == {"channels", "dependencies"}
    assert content["channels"] == ["conda-forge", "bioconda", "nodefaults"]
    assert content["dependencies"]
    for dependency in content["dependencies"]:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*=\d[\w.]*", dependency), dependency
    names = [dependency.split("=")[0] for dependency in content["dependencies"]]
    assert len(names) == len(set(names))


def rule_id(value: str) -> str:
    """A short name in pytest's output: the file and the rule, not its text."""
    return "" if "\n" in value else value


def rules() -> list[tuple[str, str, str]]:
    """File, name and text of every rule that runs something."""
    found = []
    for path in RULES:
        parts = re.split(
            r"^[ ]*(?:rule|checkpoint) (\w+):\n", path.read_text(encoding="utf-8"), flags=re.M
        )
        pairs = zip(parts[1::2], parts[2::2], strict=True)
        found += [(str(path.relative_to(ROOT)), name, text) for name, text in pairs]
    return [rule for rule in found if re.search(r"^\s+(shell|script|run):", rule[2], flags=re.M)]


@pytest.mark.parametrize(("file", "name", "text"), rules(), ids=rule_id)
def test_every_rule_has_an_environment(file: str, name: str, text: str) -> None:
    match = re.search(r'^\s+conda:\s+"([^"]+)"', text, flags=re.M)
    assert match is not None, f"{file}: rule {name} has no conda environment"
    assert ((ROOT / file).parent / match[1]).resolve() in OF_RULES, f"{file}: rule {name}"


@pytest.mark.parametrize(("file", "name", "text"), rules(), ids=rule_id)
def test_every_rule_is_written_the_same_way(file: str, name: str, text: str) -> None:
    for part in ("log:", "benchmark:", "message:", '"""'):
        assert part in text, f"{file}: rule {name} lacks {part}"


def test_rules_were_found() -> None:
    assert {name for _, name, _ in rules()} >= {"star_align", "interpret", "evidence"}


@pytest.mark.parametrize("path", OF_RULES, ids=lambda path: path.stem)
def test_every_environment_is_used(path: Path) -> None:
    assert any(f"envs/{path.name}" in text for _, _, text in rules())


def pins(name: str) -> dict[str, str]:
    """Versions by package of an environment file."""
    content = yaml.safe_load((ROOT / "envs" / f"{name}.yaml").read_text(encoding="utf-8"))
    return dict(dependency.split("=") for dependency in content["dependencies"])


def locked(name: str) -> dict[str, str]:
    """Versions by package of a lock file."""
    lock = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([\w.]+)", lock, flags=re.M))


@pytest.mark.parametrize("name", ["ntrkoma", "snakemake", "slurm"])
def test_environments_of_python_agree_with_the_project(name: str) -> None:
    """conda's pins are what pip installs and the tests run with, within its ranges."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pinned = pins(name)
    pinned.pop("python", None)
    lock = locked("requirements.lock") | locked("requirements-slurm.lock")
    assert {package: lock.get(package) for package in pinned} == pinned
    for package in pinned:
        assert re.search(rf'"{package}>=([\d.]+),<(\d+)"', project), package


def test_snakemake_has_what_scripts_import() -> None:
    """Without conda for the rules, as with containers, scripts run with Snakemake's Python."""
    assert pins("ntrkoma").items() <= pins("snakemake").items()


def test_lists_of_packages_agree() -> None:
    """Developers have the versions of users; Slurm's list holds what it adds to those of users."""
    users, slurm, dev = map(
        locked, ("requirements.lock", "requirements-slurm.lock", "requirements-dev.lock")
    )
    assert (users | slurm).items() <= dev.items()
    assert not users.keys() & slurm.keys()
    assert "snakemake-executor-plugin-slurm" in slurm
