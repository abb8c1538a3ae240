"""The demo on a real Slurm, every job in its own conda environment."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bare_host import ROOT, Host, verdicts
from conda_runs import Run
from slurm_cluster import running_cluster
from slurm_runs import OVERLAY, slurm_jobs

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("conda")]

CLUSTER_PROGRAMS = ("sbatch", "squeue", "sinfo", "scancel", "scontrol", "srun", "sacct")
HOST_PROGRAMS = ("hostname", "timeout")


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Slurm that is gone again before other tests start theirs."""
    yield from running_cluster(tmp_path_factory.mktemp("conda_slurm"))


def test_conda_and_slurm_together(
    slurm: Path,  # noqa: ARG001
    conda_host: Host,
    run: Run,
    tmp_path: Path,
) -> None:
    """Jobs on both nodes find their programs in the environments alone, to the right verdicts."""
    for name in (*CLUSTER_PROGRAMS, *HOST_PROGRAMS):
        program = shutil.which(name)
        assert program is not None, name
        (tmp_path / name).symlink_to(program)
    login_node = Host(path=f"{conda_host.path}:{tmp_path}", home=conda_host.home)
    done = login_node.snakemake(
        run.workflow,
        *("--workflow-profile", run.workflow / "profiles" / "slurm", *OVERLAY),
        *("--use-conda", "--conda-prefix", run.prefix),
        run="on_slurm",
    )
    assert done.returncode == 0, done.stdout
    found = verdicts(run.workflow / "on_slurm" / "results" / "cohort" / "ntrk.tsv")
    assert found == verdicts(ROOT / "test_data" / "truth.tsv")
    assert {job.node for job in slurm_jobs()} == {"n1", "n2"}
