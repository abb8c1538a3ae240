"""The shipped environment files, and what of them cannot be had on this machine."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml
from bare_host import ROOT

ENV_FILES = sorted((ROOT / "envs").glob("*.yaml"))
# What Snakemake itself runs in; all others are those of rules.
SNAKEMAKE, SLURM = ROOT / "envs" / "snakemake.yaml", ROOT / "envs" / "slurm.yaml"

# Pins that local channels cannot have, since these packages come from this machine in the version
# it has: replaced in a copy of the environment file, and said so. All other pins stay as shipped.
SWAPPED = ("python", "star", "samtools", "fastp")

# Packages that neither PyPI nor this machine has, so that their environments cannot be built,
# and curl, which only the preparation of the reference files runs.
NOT_HERE = ("star-fusion", "arriba", "curl")


def pins(env_file: Path) -> dict[str, str]:
    """Versions by package of an environment file."""
    dependencies = yaml.safe_load(env_file.read_text())["dependencies"]
    return dict(dependency.split("=", 1) for dependency in dependencies)


def built_env_files() -> list[Path]:
    """Environment files of rules whose environments can be built here."""
    of_rules = [path for path in ENV_FILES if path not in (SNAKEMAKE, SLURM)]
    return [path for path in of_rules if not set(NOT_HERE) & set(pins(path))]


def containers() -> dict[str, str]:
    """Image by the stem of the environment file whose programs it holds."""
    return {row["env"]: row["image"] for row in container_rows()}


def container_rows() -> list[dict[str, str]]:
    """The table of images."""
    with (ROOT / "envs" / "containers.tsv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))
