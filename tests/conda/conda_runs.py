"""What the fixtures of these tests hand over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Conda:
    """A real conda and what its channels hold."""

    condabin: Path
    channels: Path
    tools_python: Path  # with py-rattler
    versions: dict[str, str]  # by package


@dataclass(frozen=True)
class Run:
    """A finished run of the workflow on the core samples."""

    workflow: Path
    directory: Path
    prefix: Path  # of the environments
    output: str

    def environment(self, env_file: Path) -> Path:
        """Folder of the environment made from an environment file."""
        text = (self.workflow / "envs" / env_file.name).read_text()
        (copy,) = [path for path in self.prefix.glob("*.yaml") if path.read_text() == text]
        return copy.with_suffix("")
