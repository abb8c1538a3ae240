"""The preparation through Snakemake, with a tiny manifest and a server on this machine."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from web_server import Server, noise

from ntrkoma.inputs.configuration import Known, check_config, validate_schema, with_defaults
from ntrkoma.inputs.genome_files import check_reference
from ntrkoma.references.manifest import Reference

pytestmark = pytest.mark.e2e

MD5 = "0123456789abcdef" * 2


def command_of(root: Path, folder: Path, *words: str) -> list[str]:
    """The command that docs/references.md gives, with settings and options of Snakemake."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(root / "rules/references.smk")]
    command += ["--directory", str(folder), "--cores", "2", "--workflow-profile", "none"]
    command += [word for word in words if word.startswith("--")]
    command += ["--config", "sets=mini", "pause=0"]
    return command + [word for word in words if not word.startswith("--")]


def run(root: Path, folder: Path, *words: str) -> tuple[int, str]:
    """Run it; status and all that it said."""
    command = command_of(root, folder, *words)
    done = subprocess.run(command, text=True, capture_output=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def row(url: str, **cells: str) -> dict[str, str]:
    """A row of a manifest."""
    plain = {"set": "mini", "version": "1", "url": url, "unpack": "none", "licence": "none"}
    return dict.fromkeys(Reference.columns(), "") | plain | cells


def write(path: Path, *rows: dict[str, str]) -> str:
    """A manifest with ``rows``; the setting that names it."""
    lines = [
        "\t".join(Reference.columns()),
        *("\t".join(row[name] for name in Reference.columns()) for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"manifest={path}"


@pytest.fixture
def manifest(root: Path, server: Server, tmp_path: Path) -> str:
    """Genome, annotation and databases; the test reference on the server."""
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("db/blacklist.tsv.gz")
        content = gzip.compress(b"# none\n")
        info.size = len(content)
        archive.addfile(info, BytesIO(content))
    reference = root / "test_data" / "reference"
    genome = (reference / "genome.fa.gz").read_bytes()
    annotation = (reference / "annotation.gtf.gz").read_bytes()
    databases = packed.getvalue()
    md5 = hashlib.md5(genome, usedforsecurity=False).hexdigest()
    return write(
        tmp_path / "manifest.tsv",
        row(
            server.add("genome.fa.gz", genome),
            name="genome",
            checksum_url=server.add("MD5SUMS", f"{md5}  genome.fa.gz\n".encode()),
            unpack="gunzip",
            provides="fasta=genome.fa",
        ),
        row(
            server.add("annotation.gtf.gz", annotation),
            name="annotation",
            provides="gtf=annotation.gtf.gz",
        ),
        row(
            server.add("db.tar.gz", databases),
            name="databases",
            checksum=f"sha256:{hashlib.sha256(databases).hexdigest()}",
            checksum_source="the test",
            unpack="tar",
            provides="arriba.blacklist=db/blacklist.tsv.gz",
        ),
    )


def test_interrupted_then_finished_then_left_alone(
    root: Path, tmp_path: Path, manifest: str, server: Server
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    server.files["/genome.fa.gz"].cuts = [50_000, 0]
    status, said = run(root, folder, manifest, "retries=0")
    assert status == 1
    assert f"References for {folder}/references, from the network:" in said
    assert "  mini/genome: none\n" in said, "licences"
    assert "mini/genome: could not be downloaded" in said
    assert "run the same command again, it goes on after 50.0 kB." in said
    assert "mini/annotation: NOT VERIFIED. Nobody's checksum of this file is known" in said
    (log,) = folder.glob("logs/prepare/mini/1/genome/*.log")
    assert "it goes on after 50.0 kB." in log.read_text(encoding="utf-8")
    assert not (folder / "references/config.yaml").exists()
    assert not (folder / "references/mini/1/genome/genome.fa").exists()

    asked = len(server.requests)
    status, said = run(root, folder, manifest, "--dry-run")
    assert status == 0, said
    assert f"References for {folder}/references, from the network:" in said
    assert len(server.requests) == asked, "a plan asks nothing of the network"

    status, said = run(root, folder, manifest)
    assert status == 0, said
    assert "genome.fa.gz, going on after 50.0 kB" in said
    assert ("/genome.fa.gz", "bytes=50000-", '"one"') in server.requests
    config = folder / "references/config.yaml"
    assert config.read_text(encoding="utf-8") in said, "shown as well as written"

    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings |= {"callers": ["junctions", "arriba"]}
    assert validate_schema(settings) == []
    complete = with_defaults(settings)
    known = Known(("NTRK1", "NTRK2", "NTRK3"), (), (), ())
    assert check_config(complete, folder, known) == []
    fasta, gtf = (Path(complete["reference"][name]) for name in ("fasta", "gtf"))
    assert check_reference(fasta, gtf, ["NTRK1", "NTRK2", "NTRK3"]).found.problems == []
    assert not list(folder.glob("references/downloads/**/*.gz")), "archives make room"

    asked = len(server.requests)
    status, said = run(root, folder, manifest, "timeout=7")
    assert status == 0
    assert "Nothing to be done" in said
    fasta.unlink()
    status, said = run(root, folder, manifest)
    assert status == 1
    assert "mini/1/genome: lacks genome.fa (reference.fasta); delete this folder" in said
    shutil.rmtree(fasta.parent)
    status, said = run(root, folder, manifest)
    assert status == 0, said
    assert fasta.exists()
    assert [path for path, _, _ in server.requests[asked:]] == ["/MD5SUMS", "/genome.fa.gz"]


def test_files_that_misbehave(root: Path, tmp_path: Path, server: Server) -> None:
    """One run for all of them: what can be mended is, each of the others has its sentence."""
    content, old = noise(300_000), bytes(100_000) + noise(300_000)[100_000:]
    sha256 = hashlib.sha256(content).hexdigest()
    pinned = {"checksum": f"sha256:{sha256}", "checksum_source": "the test"}
    served = {
        "cut": server.add("cut", content, cuts=[100_000, 50_000]),
        "busy": server.add("busy", content, refusals=[503, 503]),
        "changed": server.add("changed", old, cuts=[100_000, 0, 0, 0]),
        "joined": server.add("joined", old, etag="", cuts=[100_000, 0, 0, 0]),
        "corrupt": server.add("corrupt", old),
        "gone": f"{server.base}/gone",
        "silent": server.add("silent", content, hangs=9),
        "page": server.add("page", b"<html>Please log in</html>"),
    }
    rows = {name: row(url, name=name, **pinned) for name, url in served.items()}
    rows["page"] |= {"unpack": "gunzip", "checksum": ""}
    manifest = write(tmp_path / "manifest.tsv", *rows.values())
    settings = ("--keep-going", "timeout=1", "retries=2")
    status, said = run(root, tmp_path, manifest, *settings)
    assert status == 1
    for sentence in (
        "mini/changed: could not be downloaded from",
        f"mini/corrupt: {served['corrupt']} is not the expected file: its checksum is sha256:",
        f"mini/gone: the server refused {served['gone']} with 404; "
        "it wants a log-in, or the publisher",
        f"mini/silent: could not be downloaded from {served['silent']}, the last connection ended",
        "gzip: stdin: not in gzip format); it is not what the manifest says or is damaged",
    ):
        assert sentence in said
    there = sorted(path.parent.name for path in tmp_path.glob("references/mini/1/*/checksums.*"))
    assert there == ["busy", "cut"]
    for name in there:
        assert (tmp_path / f"references/mini/1/{name}/{name}").read_bytes() == content
    assert not list(tmp_path.glob("references/mini/1/*/*orrupt*"))
    assert server.files["/cut"].cuts == []
    cut = [wanted for path, wanted, _ in server.requests if path == "/cut"]
    assert cut == ["", "bytes=100000-", "bytes=150000-"]

    for name, tag in {"changed": '"two"', "joined": "", "corrupt": '"two"'}.items():
        server.add(name, content, etag=tag)
    for name in ("gone", "silent", "page"):
        server.add(name, content)
    rows["page"] |= {"unpack": "none"}
    write(tmp_path / "manifest.tsv", *rows.values())
    (tmp_path / "references/downloads/mini/1/page/page").unlink()
    status, said = run(root, tmp_path, manifest, *settings)
    assert status == 0, said
    assert "mini/changed: what is here does not belong to what the server has now" in said
    assert "mini/joined: what was collected over several runs is wrong" in said
    for name in rows:
        assert (tmp_path / f"references/mini/1/{name}/{name}").read_bytes() == content


def test_two_runs_and_a_power_cut(
    root: Path, tmp_path: Path, manifest: str, server: Server
) -> None:
    """Snakemake's lock keeps a second run out; after a kill it has to be taken away."""
    genome = server.files["/genome.fa.gz"]
    genome.pauses = [50_000]
    first = subprocess.Popen(
        command_of(root, tmp_path, manifest),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        data = tmp_path / "references/downloads/mini/1/genome/genome.fa.gz.part/data"
        deadline = time.monotonic() + 60
        while not data.exists() or not data.stat().st_size:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        status, said = run(root, tmp_path, manifest)
        assert status == 1
        assert "Directory cannot be locked" in said
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    status, said = run(root, tmp_path, manifest)
    assert status == 1
    assert "--unlock" in said
    assert run(root, tmp_path, manifest, "--unlock")[0] == 0
    here = data.stat().st_size
    status, said = run(root, tmp_path, manifest)
    assert status == 0, said
    assert ("/genome.fa.gz", f"bytes={here}-", '"one"') in server.requests


def test_local_folder(root: Path, tmp_path: Path, manifest: str, server: Server) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for path, file in server.files.items():
        (site / path.lstrip("/")).write_bytes(file.content)
    status, said = run(root, tmp_path, manifest, f"local_dir={site}")
    assert status == 0, said
    assert f"from {site}:" in said
    assert server.requests == []
    settings = yaml.safe_load((tmp_path / "references/config.yaml").read_text(encoding="utf-8"))
    assert Path(settings["reference"]["gtf"]).samefile(site / "annotation.gtf.gz"), "no copy"
    assert Path(settings["reference"]["arriba"]["blacklist"]).is_file()
    for path, file in server.files.items():
        assert (site / path.lstrip("/")).read_bytes() == file.content


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("sets=minni", "sets: 'minni' is not in the manifest; did you mean 'mini'?"),
        ("local_dir=nowhere", "local_dir: nowhere is not a folder; give one that holds the files."),
        ("manifest=none.tsv", "none.tsv: cannot be read"),
        ("retrys=3", "--config retrys: is unknown; did you mean 'retries'?"),
    ],
)
def test_setting_that_cannot_be(
    root: Path, tmp_path: Path, manifest: str, setting: str, sentence: str
) -> None:
    status, said = run(root, tmp_path, manifest, setting)
    assert status == 1
    assert sentence in said


def test_make_shows_the_plan(root: Path, tmp_path: Path) -> None:
    """make keeps --dry-run for itself."""
    command = ["make", "--just-print", "prepare", f"DIR={tmp_path / 'refs'}"]

    def printed(*more: str) -> str:
        done = subprocess.run(
            [*command, *more], cwd=root, text=True, capture_output=True, check=True
        )
        return done.stdout

    assert "--dry-run" not in printed()
    assert "--dry-run" not in printed("DRY_RUN=0")
    assert "--dry-run" in printed("DRY_RUN=1", "SETS=gencode")
    assert "setup_env.sh venv curl" in printed()
    assert "curl" not in printed("LOCAL=/mnt/carried"), "a site without a network needs none"
