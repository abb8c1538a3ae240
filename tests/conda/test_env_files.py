"""Environment files and module names against the code that needs them; nothing is built here."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from bare_host import ROOT
from env_files import ENV_FILES, container_rows, containers, pins

SCRIPTS = ROOT / "scripts"
OURS = ROOT / "envs" / "ntrkoma.yaml"
RULE = re.compile(r"^(?:rule|checkpoint) (\w+):\n((?:    .*\n|\n)+)", re.MULTILINE)

# Import names that differ from the package's.
PACKAGES = {"yaml": "pyyaml", "pydantic_core": "pydantic"}

# Programs that rules call, and the package that brings each.
PROGRAMS = {
    "STAR": "star",
    "samtools": "samtools",
    "fastp": "fastp",
    "arriba": "arriba",
    "STAR-Fusion": "star-fusion",
    "prep_genome_lib.pl": "star-fusion",
    "hmmbuild": "hmmer",
    "hmmpress": "hmmer",
}


@dataclass(frozen=True)
class Rule:
    """A rule as its file has it."""

    name: str
    directives: dict[str, str]

    def texts(self, directive: str) -> list[str]:
        """String literals of a directive."""
        return re.findall(r"""^\s*(?:\w+=)?["'](.*)["'],?$""", self.directives[directive], re.M)

    @property
    def env_file(self) -> Path:
        """Environment file of the rule."""
        return ROOT / "rules" / self.texts("conda")[0]

    @property
    def script(self) -> Path | None:
        """Script of the rule, if it runs one."""
        return ROOT / "rules" / self.texts("script")[0] if "script" in self.directives else None


def read_rules() -> list[Rule]:
    """All rules that make something."""
    rules = []
    for path in [ROOT / "Snakefile", *sorted((ROOT / "rules").rglob("*.smk"))]:
        text = path.read_text()
        for name, body in re.findall(
            r"^(?:rule|checkpoint) (\w+):\n((?:    .*\n|\n)+)", text, re.M
        ):
            parts = re.split(r"^    (\w+):", body, flags=re.M)
            directives = dict(zip(parts[1::2], parts[2::2], strict=True))
            if "output" in directives:
                rules.append(Rule(f"{path.name}:{name}", directives))
    return rules


RULES = read_rules()


def local_modules(name: str) -> list[Path]:
    """Files of the project that an import of ``name`` runs."""
    path = SCRIPTS.joinpath(*name.split("."))
    return [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]


def third_party(scripts: set[Path]) -> set[str]:
    """Packages that scripts import, themselves or through the project's modules."""
    found, seen, ahead = set(), set(), sorted(scripts)
    while ahead:
        path = ahead.pop()
        if path in seen:
            continue
        seen.add(path)
        names = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: imports are absolute in this project"
                names |= {str(node.module), *(f"{node.module}.{each.name}" for each in node.names)}
        for name in names:
            top = name.split(".")[0]
            if local_modules(top):
                ahead += local_modules(name)
            elif top not in sys.stdlib_module_names:
                found.add(PACKAGES.get(top, top))
    return found


def complaints(named: set[str], imported: set[str]) -> set[str]:
    """What is wrong with an environment that names some packages for scripts that import some."""
    missing = {f"{name} is imported and not named" for name in imported - named}
    return missing | {f"{name} is named and not imported" for name in named - imported}


def scripts_of(env_file: Path) -> set[Path]:
    """Scripts that run in an environment."""
    return {rule.script for rule in RULES if rule.script and rule.env_file.samefile(env_file)}


COMMAND = re.compile(
    r"(?:^|[;(|] ?|\bif !? ?|\bthen |\belse )(?:\w+=\S* )*([A-Za-z][\w.-]*)(?![\w.=-])"
)


def commands(rule: Rule) -> set[str]:
    """First words of the commands that a rule runs."""
    if rule.script is None:
        return set(COMMAND.findall("".join(rule.texts("shell"))))
    return {
        ast.unparse(node.args[0].elts[0]).strip("'")
        for node in ast.walk(ast.parse(rule.script.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "subprocess.run"
        if isinstance(node.args[0], ast.List)
    }


def test_rules_are_read() -> None:
    """The reader of this file finds the rules."""
    assert {"align.smk:star_align", "cohort.smk:multiqc"} <= {rule.name for rule in RULES}
    assert len(RULES) > 12


def test_every_import_is_named_and_every_name_imported() -> None:
    """The environment of our scripts names what they import, and nothing else."""
    named = set(pins(OURS)) - {"python"}
    assert not complaints(named, third_party(scripts_of(OURS)))


@pytest.mark.parametrize("name", sorted(set(pins(OURS)) - {"python"}))
def test_a_deleted_dependency_is_found(name: str) -> None:
    """The check above fails when any one dependency is taken out, or one more is put in."""
    imported = third_party(scripts_of(OURS))
    named = set(pins(OURS)) - {"python"}
    assert complaints(named - {name}, imported) == {f"{name} is imported and not named"}
    assert complaints({*named, "pandas"}, imported) == {"pandas is named and not imported"}


@pytest.mark.parametrize(
    "env_file", [path for path in ENV_FILES if path != OURS], ids=lambda path: path.stem
)
def test_scripts_in_other_environments_need_only_python(env_file: Path) -> None:
    """A script beside a program uses the standard library alone."""
    assert not third_party(scripts_of(env_file))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_modules_are_the_pins_of_the_programs(rule: Rule) -> None:
    """A rule that calls programs names their modules, in the versions of its environment file."""
    versions = pins(rule.env_file)
    packages = {PROGRAMS[name] for name in commands(rule) & PROGRAMS.keys()}
    expected = {f"{package}/{versions[package]}" for package in packages}
    given = rule.texts("envmodules") if "envmodules" in rule.directives else []
    assert set(given) == expected


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_name_the_image_of_their_environment(rule: Rule) -> None:
    """A rule with an environment that an image holds names that image, any other rule none."""
    env = rule.env_file.stem
    given = rule.directives.get("container", "").strip()
    assert given == (f'CONTAINERS["{env}"]' if env in containers() else "")


def test_every_environment_of_programs_has_an_image() -> None:
    """None holds the packages of our scripts; curl, for reference files, is not run in an image."""
    of_rules = {rule.env_file.stem for rule in RULES}
    assert set(containers()) == of_rules - {OURS.stem, "curl"}


@pytest.mark.parametrize("row", container_rows(), ids=lambda row: row["env"])
def test_images_hold_the_pins(row: dict[str, str]) -> None:
    """An image holds the versions of its environment file; where its tag names one, that one."""
    wanted = pins(ROOT / "envs" / f"{row['env']}.yaml")
    held = dict(each.split("=") for each in row["holds"].split())
    assert wanted.items() <= held.items()
    image = re.fullmatch(r"docker://[a-z.]+/[a-z]+/([a-z0-9_-]+):([\w.-]+)", row["image"])
    assert image is not None, row["image"]
    version, _, build = image[2].partition("--")
    if build:
        assert {image[1]: version} == wanted
    assert re.match(r"[\w-]+/[\w-]+ \S+/(main\.nf|environment\.linux-64\.pin\.txt)", row["read_in"])


def test_the_page_lists_environments_and_images() -> None:
    """docs/environments.md has the pins of every file, and every image with its source."""
    page = (ROOT / "docs" / "environments.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+\.yaml)` \| ([^|]+) \|", page, flags=re.MULTILINE))
    assert rows.keys() == {path.name for path in ENV_FILES}
    for path in ENV_FILES:
        expected = {f"{name} {version}" for name, version in pins(path).items()}
        assert set(rows[path.name].split(", ")) == expected, path.name
    for row in container_rows():
        assert f"| `{row['env']}` | `{row['image']}` | {row['read_in']} |" in page
