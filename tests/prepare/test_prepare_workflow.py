"""The preparation through Snakemake, with a tiny manifest and a server on this machine."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tarfile
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from web_server import Server

from ntrkoma.inputs.configuration import load_and_check
from ntrkoma.inputs.genome_files import check_reference
from ntrkoma.references.manifest import Reference

pytestmark = pytest.mark.e2e


def snakemake_command(root: Path, folder: Path, *settings: str) -> list[str]:
    """The command that docs/references.md gives."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(root / "rules/references.smk")]
    command += ["--directory", str(folder), "--cores", "2", "--workflow-profile", "none"]
    command += ["--nolock", "--config", "sets=mini", "pause=0.01", *settings]
    return command


def run(root: Path, folder: Path, *settings: str) -> tuple[int, str]:
    """Run it; status and all that it said."""
    command = snakemake_command(root, folder, *settings)
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def manifest(root: Path, server: Server, tmp_path: Path) -> Path:
    """Genome, annotation and databases; the test reference on the server."""
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("db/blacklist.tsv.gz")
        content = gzip.compress(b"# none\n")
        info.size = len(content)
        archive.addfile(info, BytesIO(content))
    reference = root / "test_data" / "reference"
    files = {
        "genome": ("genome.fa.gz", (reference / "genome.fa.gz").read_bytes(), "gunzip"),
        "annotation": ("annotation.gtf.gz", (reference / "annotation.gtf.gz").read_bytes(), "none"),
        "databases": ("db.tar.gz", packed.getvalue(), "tar"),
    }
    provides = {
        "genome": "fasta=genome.fa",
        "annotation": "gtf=annotation.gtf.gz",
        "databases": "arriba.blacklist=db/blacklist.tsv.gz",
    }
    rows = ["\t".join(Reference.columns())]
    for name, (file, content, unpack) in files.items():
        row = dict.fromkeys(Reference.columns(), "") | {
            "set": "mini",
            "name": name,
            "version": "1",
            "url": server.add(file, content),
            "status": "unverified",
            "unpack": unpack,
            "provides": provides[name],
            "licence": "none",
        }
        rows.append("\t".join(row[column] for column in Reference.columns()))
    path = tmp_path / "manifest.tsv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_interrupted_then_finished_then_left_alone(
    root: Path, tmp_path: Path, manifest: Path, server: Server
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    server.files["/genome.fa.gz"].cuts = [50_000, 0]
    status, said = run(root, folder, f"manifest={manifest}", "retries=0")
    assert status == 1
    assert f"References for {folder}/references, from the network:" in said
    assert "mini/genome: could not be downloaded" in said
    assert "run the same command again, it goes on after 50.0 kB." in said
    assert not (folder / "references/config.yaml").exists()
    assert not (folder / "references/mini/1/genome.fa").exists()

    status, said = run(root, folder, f"manifest={manifest}")
    assert status == 0, said
    assert "mini/genome: going on after 50.0 kB" in said
    assert ("/genome.fa.gz", "bytes=50000-", '"one"') in server.requests
    assert said.count("NOT VERIFIED. Nobody's checksum") >= 1
    config = folder / "references/config.yaml"
    assert config.read_text(encoding="utf-8") in said, "shown as well as written"

    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    complete = load_and_check(settings | {"callers": ["junctions", "arriba"]}, folder)
    fasta, gtf = (Path(complete["reference"][name]) for name in ("fasta", "gtf"))
    assert check_reference(fasta, gtf, ["NTRK1", "NTRK2", "NTRK3"]).problems == []

    asked = len(server.requests)
    status, said = run(root, folder, f"manifest={manifest}")
    assert status == 0
    assert "Nothing to be done" in said
    fasta.unlink()
    status, said = run(root, folder, f"manifest={manifest}")
    assert status == 0, said
    assert fasta.exists()
    assert [path for path, _, _ in server.requests[asked:]] == ["/genome.fa.gz"]


def test_two_runs_at_once(root: Path, tmp_path: Path, manifest: Path, server: Server) -> None:
    gate = server.files["/genome.fa.gz"].gate = threading.Event()
    first = subprocess.Popen(
        snakemake_command(root, tmp_path, f"manifest={manifest}", "timeout=60"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while "/genome.fa.gz" not in [path for path, _, _ in server.requests]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        status, said = run(root, tmp_path, f"manifest={manifest}")
    finally:
        gate.set()
        assert first.wait(60) == 0, "the first run is not disturbed"
    assert status == 1
    assert "mini/genome: another run is preparing it already (process" in said


def test_local_folder(root: Path, tmp_path: Path, manifest: Path, server: Server) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for path, file in server.files.items():
        (site / path.lstrip("/")).write_bytes(file.content)
    status, said = run(root, tmp_path, f"manifest={manifest}", f"local_dir={site}")
    assert status == 0, said
    assert f"from {site}:" in said
    assert server.requests == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (["sets=minni"], "sets: 'minni' is not in the manifest; did you mean 'mini'?"),
        (["local_dir=nowhere"], "local_dir: nowhere is no folder; give one that holds the files."),
        (["manifest=none.tsv"], "none.tsv: cannot be read"),
    ],
)
def test_setting_that_cannot_be(
    root: Path, tmp_path: Path, manifest: Path, settings: list[str], sentence: str
) -> None:
    status, said = run(root, tmp_path, f"manifest={manifest}", *settings)
    assert status == 1
    assert sentence in said
