"""Rule multiqc: run MultiQC on just the files of this run.

A list in a file, since thousands of samples overflow a command line, and scanning the results
folder would bring in samples that have left the sheet. Standard library only: the environment is
MultiQC's.
"""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from entry import Snakemake, logged

snakemake: Snakemake

with logged(snakemake.log[0]) as log, tempfile.TemporaryDirectory() as folder:
    if find_spec("multiqc") is None:
        raise ModuleNotFoundError(name="multiqc")
    files = Path(folder) / "files.txt"
    files.write_text(
        "".join(f"{path}\n" for path in [*snakemake.input.ntrk, *snakemake.input.quality])
    )
    report = Path(snakemake.output.html)
    subprocess.run(
        [
            # The one beside this Python: .venv/bin need not be on PATH.
            sys.executable,
            "-m",
            "multiqc",
            "--force",
            "--no-version-check",
            "--file-list",
            str(files),
            "--config",
            snakemake.input.config,
            "--outdir",
            str(report.parent),
            "--filename",
            report.name,
        ],
        check=True,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
