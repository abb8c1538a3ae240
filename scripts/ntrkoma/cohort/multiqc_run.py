"""Running MultiQC. Standard library only: with conda the environment is MultiQC's own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO


def run_multiqc(files: Iterable[str | Path], config: Path, report: Path, log: TextIO) -> None:
    """Write ``report`` and, beside it, the folder of its data, of just these files.

    A list in a file, since thousands of samples overflow a command line, and scanning the results
    folder would bring in samples that have left the sheet.

    :param log: where MultiQC's own words go; a file with a descriptor.
    :raises ModuleNotFoundError: when this Python has no MultiQC.
    :raises subprocess.CalledProcessError: when MultiQC fails.
    """
    if find_spec("multiqc") is None:
        raise ModuleNotFoundError(name="multiqc")
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "files.txt"
        listed.write_text("".join(f"{file}\n" for file in files), encoding="utf-8")
        options: dict[str, str | Path] = {
            "--file-list": listed,
            "--config": config,
            "--outdir": report.parent,
            "--filename": report.name,
        }
        subprocess.run(
            [
                # The one beside this Python: .venv/bin need not be on PATH.
                *(sys.executable, "-m", "multiqc", "--force", "--no-version-check"),
                *(str(word) for option in options.items() for word in option),
            ],
            check=True,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
