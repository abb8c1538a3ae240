"""An upgrade remakes exactly what it may change: dry runs on finished results, one edit each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from workflow_runs import ROOT, Finished, Workdir, environment, make_workdir

SAMPLES = ("LOW_2", "NEG_CLEAN")
PARTS = ("Snakefile", "config", "envs", "profiles", "report", "resources", "rules", "scripts")

COHORT = {"cohort", "multiqc"}
SIGNED = {"interpret", *COHORT}
COUNTED = {"evidence", *SIGNED}
CALLED = {"call_junctions", *COUNTED}
# The alignments are temporary, so what chooses the reads that are kept needs them again.
ALIGNED = {"fastp_paired", "star_align", "collect_reads", *CALLED}

PACKAGE = "scripts/ntrkoma"
CASES = [
    # What is printed, dated or styled.
    ("resources/therapies.tsv", SIGNED),
    ("resources/orthogonal.tsv", SIGNED),
    ("report/sample/findings.html.j2", SIGNED),
    ("report/sample.html.j2", SIGNED),
    ("report/style.css", SIGNED),
    ("report/cohort.css", COHORT),
    ("report/cohort.html.j2", COHORT),
    ("report/cohort.js", COHORT),
    ("report/multiqc_config.yaml", {"multiqc"}),
    # What is counted with.
    ("resources/partners.tsv", COUNTED),
    ("resources/resistance.tsv", COUNTED),
    ("resources/hotspots.tsv", COUNTED),
    ("resources/thresholds.tsv", COUNTED),
    ("resources/gate.tsv", COUNTED),
    # A file of every floor.
    (f"{PACKAGE}/errors.py", {"transcript_table", *ALIGNED}),
    (f"{PACKAGE}/model/junction.py", ALIGNED),
    (f"{PACKAGE}/genome/gtf.py", {"transcript_table", *ALIGNED}),
    (f"{PACKAGE}/genome/loci.py", ALIGNED),
    (f"{PACKAGE}/programs/fastp.py", COUNTED),
    (f"{PACKAGE}/programs/chimeric.py", ALIGNED),
    (f"{PACKAGE}/curated/knowledge.py", COUNTED),
    (f"{PACKAGE}/curated/therapies.py", SIGNED),
    (f"{PACKAGE}/collecting/wanted.py", ALIGNED),
    (f"{PACKAGE}/calling/gather.py", CALLED),
    (f"{PACKAGE}/calling/refine.py", CALLED),
    (f"{PACKAGE}/annotation/annotate.py", COUNTED),
    (f"{PACKAGE}/evidence/merge.py", COUNTED),
    (f"{PACKAGE}/verdict/grade.py", COUNTED),
    (f"{PACKAGE}/verdict/interpret.py", SIGNED),
    (f"{PACKAGE}/verdict/therapies.py", SIGNED),
    (f"{PACKAGE}/results/vcf.py", SIGNED),
    (f"{PACKAGE}/report/sample.py", SIGNED),
    (f"{PACKAGE}/report/figures/fusion.py", SIGNED),
    (f"{PACKAGE}/cohort/workbook.py", COHORT),
    # What stops bad input at the start makes no result.
    (f"{PACKAGE}/inputs/sheet.py", set()),
    (f"{PACKAGE}/inputs/configuration.py", set()),
    (f"{PACKAGE}/references/manifest.py", set()),
    ("resources/references.tsv", set()),
    ("resources/schemas/ntrk.schema.json", set()),
    ("config/config.yaml", set()),
]


def run(workflow: Path, workdir: Workdir, *arguments: str) -> str:
    """What a run of the copied workflow prints."""
    command = [
        *(sys.executable, "-m", "snakemake", *arguments),
        *("--snakefile", str(workflow / "Snakefile"), "--directory", str(workdir.path)),
        *("--workflow-profile", str(workflow / "profiles" / "default"), "--cores", "2"),
        *("--configfile", str(workdir.path / "config.yaml")),
    ]
    finished = subprocess.run(
        command,
        cwd=workdir.path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    output = finished.stdout + finished.stderr
    assert finished.returncode == 0, output
    return output


@pytest.fixture(scope="module")
def workflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow that may be edited."""
    copy = tmp_path_factory.mktemp("workflow")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=ignored)
        else:
            shutil.copy(source, copy / part)
    return copy


@pytest.fixture(scope="module")
def finished(
    workflow: Path, data: Path, star_index: str, tmp_path_factory: pytest.TempPathFactory
) -> Workdir:
    """Finished results of the copy."""
    path = tmp_path_factory.mktemp("upgrades") / "run"
    workdir = make_workdir(path, data, SAMPLES, reference={"star_index": star_index})
    run(workflow, workdir)
    return workdir


def planned(workflow: Path, workdir: Workdir) -> dict[str, int]:
    """Jobs of a dry run, by rule."""
    return Finished(0, run(workflow, workdir, "--dry-run")).jobs


def test_nothing_is_left_to_do(workflow: Path, finished: Workdir) -> None:
    assert planned(workflow, finished) == {}


@pytest.mark.parametrize(("edited", "remade"), CASES, ids=[edited for edited, _ in CASES])
def test_one_file_edited(workflow: Path, finished: Workdir, edited: str, remade: set[str]) -> None:
    path = workflow / edited
    before, when = path.read_bytes(), path.stat()
    try:
        # Blank lines: every digest sees them, and every reader passes over them.
        path.write_bytes(before + b"\n")
        assert set(planned(workflow, finished)) == remade
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(when.st_atime_ns, when.st_mtime_ns))


def test_a_new_version_prints_itself_and_counts_nothing(workflow: Path, finished: Workdir) -> None:
    path = workflow / PACKAGE / "__init__.py"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace('__version__ = "', '__version__ = "9.'), encoding="utf-8")
        assert set(planned(workflow, finished)) == SIGNED
    finally:
        path.write_text(before, encoding="utf-8")


def test_every_table_and_template_is_somebodys(workflow: Path) -> None:
    """A file that no rule's digest holds would stay without effect after an upgrade."""
    elsewhere = {"references", "deliverables", "programs"}  # read at the start; they make no result
    sources = (workflow / "rules" / "common" / "sources.smk").read_text(encoding="utf-8")
    for table in (workflow / "resources").glob("*.tsv"):
        assert f'"{table.stem}"' in sources or table.stem in elsewhere, table.name
