"""Software environments: exact pins, one for every rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ENVS = sorted((ROOT / "envs").glob("*.yaml"))
RULES = sorted((ROOT / "rules").rglob("*.smk"))


@pytest.mark.parametrize("path", ENVS, ids=lambda path: path.stem)
def test_channels_and_pins(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
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
    assert ((ROOT / file).parent / match[1]).resolve() in ENVS, f"{file}: rule {name}"


@pytest.mark.parametrize(("file", "name", "text"), rules(), ids=rule_id)
def test_every_rule_is_written_the_same_way(file: str, name: str, text: str) -> None:
    for part in ("log:", "benchmark:", "message:", '"""'):
        assert part in text, f"{file}: rule {name} lacks {part}"


def test_rules_were_found() -> None:
    assert {name for _, name, _ in rules()} >= {"star_align", "interpret", "evidence"}


@pytest.mark.parametrize("path", ENVS, ids=lambda path: path.stem)
def test_every_environment_is_used(path: Path) -> None:
    assert any(f"envs/{path.name}" in text for _, _, text in rules())


def test_the_librarys_environment_agrees_with_the_project() -> None:
    """conda's pins are what pip installs and the tests run with, within its ranges."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9-]+)==([\w.]+)", lock, flags=re.M))
    content = yaml.safe_load((ROOT / "envs" / "ntrkoma.yaml").read_text(encoding="utf-8"))
    pins = dict(dependency.split("=") for dependency in content["dependencies"])
    del pins["python"]
    assert {name: locked[name] for name in pins} == pins
    for name in pins:
        match = re.search(rf'"{name}>=([\d.]+),<(\d+)"', project)
        assert match is not None, name
