"""Another workflow takes ntrkoma in as a module, with a configuration of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bare_host import ROOT, verdicts
from host_workflow import TRACE, Host

pytestmark = pytest.mark.e2e

SNAKEFILE = """
configfile: "config.yaml"


module ntrkoma:
    snakefile:
        {source}
    config:
        config["ntrkoma"]
{more}

use rule * from ntrkoma as ntrkoma_*


rule all:
    input:
        "detected.txt",
    default_target: True


rule detected:
    input:
        "{table}",
    output:
        "detected.txt",
    shell:
        "grep -w detected {{input}} | cut -f 1 > {{output}}"
"""
TABLE = "results/cohort/ntrk.tsv"
NOTHING_LEFT = "Nothing to be done"

# What `snakedeploy deploy-workflow` 0.17 writes as workflow/Snakefile for a repository and a tag.
DEPLOYED = """
from snakemake.utils import min_version


min_version("6.10.0")


configfile: "config/config.yaml"


# declare https://github.com/laboratory/ntrkoma as a module
module ntrkoma:
    snakefile:
        github("laboratory/ntrkoma", path="Snakefile", tag="v1")
    config:
        config


# use all rules from https://github.com/laboratory/ntrkoma
use rule * from ntrkoma
"""


def test_a_folder(host: Host, configuration: dict[str, Any]) -> None:
    """The host's own configuration stays its own, and its rules see ntrkoma's results."""
    source = f'"{ROOT / "Snakefile"}"'
    host.write(SNAKEFILE.format(source=source, more="", table=TABLE), {"ntrkoma": configuration})
    host.snakemake()
    assert (host.folder / "detected.txt").read_text().split() == ["KHDRBS1_NTRK1"]


def test_a_commit_of_a_local_repository(
    host: Host, configuration: dict[str, Any], repository: Path, git: Callable[..., str]
) -> None:
    """gitfile(), results in a folder of their own; nothing is read from the working tree."""
    commit = git(repository, "rev-parse", "v1")
    snakefile = SNAKEFILE.format(
        source=f'gitfile("{repository}", path="Snakefile", commit="{commit}")',
        more='    prefix:\n        "fusions"\n',
        table=f"fusions/{TABLE}",
    )
    host.write(snakefile, {"ntrkoma": configuration})
    host.snakemake()
    assert (host.folder / "detected.txt").read_text().split() == ["KHDRBS1_NTRK1"]
    assert (host.folder / TRACE).exists()
    assert not (host.folder / "results").exists()
    assert NOTHING_LEFT in host.snakemake()


def test_a_release_on_github(
    host: Host, configuration: dict[str, Any], repository: Path, tmp_path: Path
) -> None:
    """github() in the Snakefile that snakedeploy writes; git fetches from a folder instead."""
    elsewhere = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/laboratory/ntrkoma",
    }
    host.write(DEPLOYED, configuration, path="workflow/Snakefile")
    (tmp_path / "config").mkdir()
    (tmp_path / "config.yaml").rename(tmp_path / "config" / "config.yaml")
    host.snakemake(**elsewhere)
    found = verdicts(host.folder / TABLE)
    assert found == {"KHDRBS1_NTRK1": "detected", "NEG_BACKGROUND": "not_detected"}
    assert (host.folder / "results" / "qc" / "multiqc_report.html").is_file()
    assert (host.folder / TRACE).exists()
    # What has been fetched is used again without a network.
    nowhere = elsewhere | {"GIT_CONFIG_KEY_0": f"url.{tmp_path / 'nowhere'}.insteadOf"}
    assert NOTHING_LEFT in host.snakemake(**nowhere)
