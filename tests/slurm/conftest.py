"""A real Slurm for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from slurm_cluster import running_cluster


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running Slurm with the nodes n1 and n2; its folder."""
    yield from running_cluster(tmp_path_factory.mktemp("slurm"))
