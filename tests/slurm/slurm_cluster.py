"""A real Slurm for the tests: two nodes on this machine, gone when the tests are."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("slurm_local.sh")
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "munged")
PACKAGES = ("slurm-wlm", "munge")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def missing() -> list[str]:
    """Programs of Slurm that this machine lacks."""
    return [program for program in PROGRAMS if shutil.which(program, path=PATH) is None]


def give_up(reason: str) -> None:
    """Skip, and say why; fail where Slurm must be there (NTRKOMA_REQUIRE_SLURM=1)."""
    message = f"Slurm tests NOT RUN: {reason}"
    if os.environ.get("NTRKOMA_REQUIRE_SLURM"):
        pytest.fail(message)
    pytest.skip(message)


def install() -> None:
    """Slurm from the distribution, if it is missing and may be installed."""
    if not missing():
        return
    if os.environ.get("NTRKOMA_NO_APT") or shutil.which("apt-get") is None:
        give_up(f"not on PATH: {', '.join(missing())}; install {' and '.join(PACKAGES)}.")
    apt = ["timeout", "--kill-after=5", "240", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    done = None
    for words in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(
            [*apt, *words],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if missing():
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        give_up(f"apt-get could not install {' and '.join(PACKAGES)}: {said}")


def running_cluster(folder: Path) -> Iterator[Path]:
    """A running Slurm with the nodes n1 and n2; ``folder`` is its own, and yielded."""
    if os.getuid() != 0:
        give_up("only root can start the daemons.")
    install()
    # One at a time on a machine, also for tests that run in parallel.
    with Path("/run/lock/ntrkoma-slurm-tests").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            started = _control("start", folder)
            if started.returncode != 0:
                logs = sorted((folder / "log").glob("*.log"))
                last = [(log.read_text().splitlines() or [""])[-1] for log in logs]
                give_up(f"it did not start: {' / '.join(filter(None, [started.stderr, *last]))}")
            yield folder
        finally:
            _control("stop", folder)


def _control(action: str, folder: Path) -> subprocess.CompletedProcess[str]:
    # Through a file: daemons keep the streams that they inherit open.
    with (folder / f"{action}.log").open("w+") as log:
        done = subprocess.run(
            ["timeout", "--kill-after=5", "60", str(SCRIPT), action, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
        log.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, "", log.read())
