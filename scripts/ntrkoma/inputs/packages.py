"""Python packages that rules need, looked for before any job.

Standard library only, for it has to run where packages are missing.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROJECT = ROOT / "pyproject.toml"
# What a copy of the workflow without the project's own file has to go by.
ENVIRONMENTS = (ROOT / "envs" / "ntrkoma.yaml", ROOT / "envs" / "multiqc.yaml")

# Packages by the name to import, where that is another.
_PACKAGES = {"yaml": "pyyaml"}


@cache
def requirements() -> dict[str, str]:
    """What ``pyproject.toml`` asks for, by package: ``pysam>=0.23,<1``; else conda's pins."""
    if not PROJECT.is_file():
        pins = "".join(path.read_text("utf-8") for path in ENVIRONMENTS)
        found = re.findall(r"^  - ([\w.-]+)=([\w.]+)$", pins, flags=re.MULTILINE)
        return {name: f"{name}=={number}" for name, number in found if name != "python"}
    texts: list[str] = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["dependencies"]
    return {re.split("[<>=]", text, maxsplit=1)[0]: text for text in texts}


def missing_packages(*, multiqc: bool = True) -> Iterator[str]:
    """A sentence for every package that the Python of this process lacks.

    :param multiqc: whether MultiQC, which only one rule needs, is asked for as well.
    """
    for package in requirements():
        if package == "multiqc" and not multiqc:
            continue
        try:
            version(package)
        except PackageNotFoundError:
            yield _lacks(package)


def import_problem(error: ImportError) -> str:
    """The sentence for an import that failed; "" if it is of our own code and thus a bug."""
    module = (error.name or "").partition(".")[0]
    if module == "ntrkoma":
        return ""
    package = _PACKAGES.get(module, module)
    if isinstance(error, ModuleNotFoundError):
        return _lacks(package)
    reason = " ".join(str(error).split())
    return (
        f"the Python {sys.executable} cannot load a package ({reason}); install it again, "
        "or run with --use-conda."
    )


def _lacks(package: str) -> str:
    wanted = requirements().get(package, package)
    return (
        f"the Python {sys.executable} lacks the package {package!r}; install it with "
        f"\"{sys.executable} -m pip install '{wanted}'\", or run with --use-conda."
    )
