"""What a preparation says before it begins and after it has ended."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ntrkoma.errors import InputError
from ntrkoma.references.manifest import Reference
from ntrkoma.references.plan import (
    Settings,
    archive_of,
    check_room,
    config_block,
    local_file,
    make_plan,
    record_of,
)

SHA256 = "0123456789abcdef" * 4
URL = "https://example.org/genome.fa.gz"


def row(**cells: Any) -> Reference:
    """A row of a manifest."""
    plain = Reference(
        set="mini",
        name="genome",
        version="1",
        url=URL,
        unpack="gunzip",
        provides={"fasta": "genome.fa"},
        licence="none",
    )
    return plain.model_copy(update=cells)


def prepare(reference: Reference, folder: Path, ground: str = "NOT VERIFIED") -> None:
    """Leave behind what the rules leave behind."""
    record = record_of(reference, folder)
    for path in reference.provides.values():
        (record.parent / path).parent.mkdir(parents=True, exist_ok=True)
        (record.parent / path).write_bytes(b"x")
    line = f"{SHA256}  {reference.file_name}"
    record.write_text(f"# {reference.key}: {ground}\n{line}\n", encoding="utf-8")


# --- settings -------------------------------------------------------------------------------


def test_settings_have_defaults(tmp_path: Path) -> None:
    settings = Settings.read({"local_dir": "", "retries": "3"}, tmp_path / "m.tsv")
    assert settings.manifest == tmp_path / "m.tsv"
    assert settings.local_dir is None
    assert (settings.timeout, settings.retries, settings.pause) == (60, 3, 15)


def test_settings_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(InputError) as found:
        Settings.read({"timeout": 0, "retries": "many", "retrys": 3}, tmp_path)
    timeout, retries, unknown = found.value.problems
    assert timeout.startswith("--config timeout: is 0; ")
    assert retries.startswith("--config retries: is 'many'; ")
    assert unknown == "--config retrys: is unknown; did you mean 'retries'?"
    with pytest.raises(InputError, match=r"local_dir: /nowhere is not a folder; give one"):
        Settings.read({"local_dir": "/nowhere"}, tmp_path)


# --- plan -----------------------------------------------------------------------------------


def test_plan_names_sizes_checks_and_licences(tmp_path: Path) -> None:
    rows = [
        row(size_bytes=2_000_000_000),
        row(name="lib", disk_gb=110.0, unpack="tar", checksum=f"sha256:{SHA256}", licence="MIT"),
        row(name="list", checksum_url="https://example.org/MD5SUMS"),
    ]
    plan = make_plan(rows, tmp_path / "references", None)
    text = "\n".join(plan.lines)
    assert "  mini/genome  1        2 GB      10 GB    nothing, no checksum is known\n" in text
    assert "  mini/lib     1        unknown   110 GB   checksum in the manifest\n" in text
    assert "  mini/list    1        unknown   unknown  publisher's list of checksums\n" in text
    assert "  mini/lib: MIT" in text
    assert "Room: about 120 GB needed" in text
    assert plan.needed == 120_000_000_000
    assert plan.missing == tuple(rows)


def test_disk_too_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=40e9))
    with pytest.raises(InputError) as problem:
        check_room(make_plan([row(disk_gb=110.0)], tmp_path, None), tmp_path)
    assert str(problem.value) == (
        f"{tmp_path}: about 110 GB are needed and 40 GB are free; choose fewer sets, make room, or "
        "prepare elsewhere with --directory."
    )


def test_what_is_here_needs_no_room(tmp_path: Path) -> None:
    reference = row(disk_gb=5.0)
    archive = archive_of(reference, tmp_path)
    part = archive.with_name("genome.fa.gz.part") / "data"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(1000))
    assert make_plan([reference], tmp_path, None).needed == 5_000_000_000 - 1000
    part.replace(archive)
    assert make_plan([reference], tmp_path, None).needed == 5_000_000_000 - 1000
    prepare(reference, tmp_path)
    plan = make_plan([reference], tmp_path, None)
    assert (plan.needed, plan.missing) == (0, ())
    assert plan.lines[2].split()[-1] == "ready"


@pytest.mark.parametrize(("unpack", "needed"), [("none", 1000), ("gunzip", 4000)])
def test_local_file_is_not_copied_before_it_is_unpacked(
    tmp_path: Path, unpack: str, needed: int
) -> None:
    (tmp_path / "genome.fa.gz").touch()
    reference = row(size_bytes=1000, unpack=unpack)
    assert make_plan([reference], tmp_path, tmp_path).needed == needed


def test_checksum_that_is_pinned_later(tmp_path: Path) -> None:
    """It may be the file's own, as recorded; another one is not replaced without being asked."""
    prepare(row(), tmp_path)
    assert make_plan([row(checksum=f"sha256:{SHA256}")], tmp_path, None).missing == ()
    with pytest.raises(InputError) as found:
        make_plan([row(checksum=f"sha256:{SHA256[::-1]}")], tmp_path, None)
    assert str(found.value) == (
        f"{tmp_path}/mini/1/genome: came from another file than the manifest asks for "
        f"(sha256:{SHA256[::-1]}); delete this folder to have it prepared again, or give the new "
        "file another version."
    )


def test_deleted_file_is_missed(tmp_path: Path) -> None:
    prepare(row(), tmp_path)
    (tmp_path / "mini/1/genome/genome.fa").unlink()
    with pytest.raises(InputError) as found:
        make_plan([row()], tmp_path, None)
    assert str(found.value) == (
        f"{tmp_path}/mini/1/genome: lacks genome.fa (reference.fasta); delete this folder and run "
        "the same command again."
    )


def test_new_release_stands_beside_the_old(tmp_path: Path) -> None:
    prepare(row(), tmp_path)
    assert make_plan([row(version="2")], tmp_path, None).missing == (row(version="2"),)


# --- local folder ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["genome.fa.gz", "mini/genome.fa.gz"])
def test_local_file(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).touch()
    assert local_file(row(), "genome.fa.gz", tmp_path) == tmp_path / place
    assert local_file(row(), "MD5SUMS", tmp_path) is None
    assert local_file(row(), "genome.fa.gz", None) is None


def test_local_files_that_are_missing(tmp_path: Path) -> None:
    (tmp_path / "genome.fa.gz").touch()
    listed = row(checksum_url="https://example.org/MD5SUMS")
    plan = make_plan([listed], tmp_path / "references", tmp_path)
    assert plan.lines[0] == f"References for {tmp_path}/references, from {tmp_path}:"
    assert plan.lines[2].endswith(f"nothing, MD5SUMS is not in {tmp_path}")
    (tmp_path / "genome.fa.gz").unlink()
    with pytest.raises(InputError) as problem:
        make_plan([listed, row(name="b")], tmp_path / "references", tmp_path)
    assert problem.value.problems[0] == (
        f"mini/genome: genome.fa.gz is not in {tmp_path} (nor in its folder mini); put it there, "
        f"it is {URL}."
    )
    assert len(problem.value.problems) == 2, "all in one go"


# --- configuration --------------------------------------------------------------------------


def test_config_block(tmp_path: Path) -> None:
    genome = row()
    lists = row(name="lists", provides={"arriba.blacklist": "db/blacklist.tsv"}, licence="MIT")
    prepare(genome, tmp_path)
    prepare(lists, tmp_path, "checked against the manifest")
    block = config_block([genome, lists], tmp_path)
    assert yaml.safe_load(block) == {
        "reference": {
            "fasta": str(tmp_path / "mini/1/genome/genome.fa"),
            "arriba": {"blacklist": str(tmp_path / "mini/1/lists/db/blacklist.tsv")},
        }
    }
    assert "# mini/genome: NOT VERIFIED\n" in block
    assert f"# mini/lists: checked against the manifest\n#   sha256:{SHA256}; licence: MIT" in block
