"""The shipped environment files, and what of them cannot be had on this machine."""

from __future__ import annotations

from pathlib import Path

import yaml
from bare_host import ROOT

ENV_FILES = sorted((ROOT / "envs").glob("*.yaml"))

# Pins that local channels cannot have, since these packages come from this machine in the version
# it has: replaced in a copy of the environment file, and said so. All other pins stay as shipped.
SWAPPED = ("python", "star", "samtools", "fastp")

# Packages that exist neither on PyPI nor on this machine, so that their environments cannot be built,
# and curl, which only the preparation of the reference files runs.
NOT_HERE = ("star-fusion", "arriba", "curl")


def pins(env_file: Path) -> dict[str, str]:
    """Versions by package of an environment file."""
    dependencies = yaml.safe_load(env_file.read_text())["dependencies"]
    return dict(dependency.split("=", 1) for dependency in dependencies)


def built_env_files() -> list[Path]:
    """Environment files whose environments can be built here."""
    return [path for path in ENV_FILES if not set(NOT_HERE) & set(pins(path))]
