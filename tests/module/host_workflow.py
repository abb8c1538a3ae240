"""Another workflow that uses ntrkoma."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Made wherever the package of the commit is imported, so that no other one can take its place.
TRACE = "imported_from_the_commit"


@dataclass(frozen=True)
class Host:
    """The working directory of another workflow that uses ntrkoma."""

    folder: Path
    environment: Mapping[str, str]

    def write(self, snakefile: str, config: Mapping[str, Any], path: str = "Snakefile") -> None:
        """The host's Snakefile, and its configuration in config.yaml."""
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(snakefile, encoding="utf-8")
        (self.folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")

    def snakemake(self, *options: str, **variables: str) -> str:
        """Run Snakemake as a user would; what it says."""
        run = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2", *options],
            cwd=self.folder,
            env={**os.environ, **self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout
        return run.stdout
