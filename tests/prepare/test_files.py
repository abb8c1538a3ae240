"""Checksums, locks and unpacking."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from ntrkoma.errors import InputError
from ntrkoma.references.download import checksum, exclusive, human, listed_checksum, parse_checksum
from ntrkoma.references.unpack import unpack_gzip, unpack_tar

HOLD_LOCK = """
import sys, time
from pathlib import Path
from ntrkoma.references.download import exclusive
with exclusive(Path(sys.argv[1]), "set/file"):
    print("held", flush=True)
    time.sleep(60)
"""


def tar(path: Path, *members: tarfile.TarInfo | tuple[str, bytes]) -> Path:
    """An archive of files (name and content) and other members."""
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return path


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """A link as a member of an archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


# --- checksums ------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_checksum(tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "a").write_bytes(b"ACGT")
    wanted = f"{algorithm}:{hashlib.new(algorithm, b'ACGT').hexdigest()}"
    assert checksum(tmp_path / "a", algorithm) == wanted
    assert ":".join(parse_checksum(wanted.upper())) == wanted


@pytest.mark.parametrize("text", ["", "crc32:00000000", "md5:12", "sha256:" + "g" * 64, "a" * 32])
def test_no_checksum(text: str) -> None:
    with pytest.raises(ValueError, match=r"starts with|digits"):
        parse_checksum(text)


@pytest.mark.parametrize(
    "line", ["{md5}  {name}", "{md5} *{name}", "{md5}  ./{name}", "{md5}\t{name}"]
)
def test_listed_checksum(line: str) -> None:
    md5 = "0123456789abcdef" * 2
    text = f"{'f' * 32}  other.gz\n{line.format(md5=md5, name='genome.fa.gz')}\n"
    assert listed_checksum(text, "genome.fa.gz") == f"md5:{md5}"
    assert listed_checksum(text, "fa.gz") == ""


# --- locks ----------------------------------------------------------------------------------


def test_lock_of_another_process_then_of_a_dead_one(tmp_path: Path) -> None:
    lock = tmp_path / "locks" / "a"
    command = [sys.executable, "-c", HOLD_LOCK, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InputError) as problem, exclusive(lock, "set/file"):
            pass
        other.kill()
        other.wait()
    assert len(problem.value.problems) == 1
    assert f"set/file: another run is preparing it already (process {other.pid} on" in str(
        problem.value
    )
    assert lock.exists(), "what a killed process leaves"
    with exclusive(lock, "set/file"):
        pass


# --- unpacking ------------------------------------------------------------------------------


def test_unpack_gzip_of_several_members(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b">chr1\n") + gzip.compress(b"ACGT\n"))
    unpack_gzip(tmp_path / "a.gz", tmp_path / "a", "set/file")
    assert (tmp_path / "a").read_bytes() == b">chr1\nACGT\n"


@pytest.mark.parametrize("spoilt", ["cut", "flipped", "page"])
def test_broken_gzip(tmp_path: Path, spoilt: str) -> None:
    whole = gzip.compress(bytes(range(256)) * 50)
    bad = {
        "cut": whole[:-20],
        "flipped": whole[:60] + bytes([whole[60] ^ 255]) + whole[61:],
        "page": b"<html>Please log in</html>",
    }
    (tmp_path / "a.gz").write_bytes(bad[spoilt])
    with pytest.raises(InputError, match=r"^set/file: .*a\.gz cannot be unpacked .*damaged"):
        unpack_gzip(tmp_path / "a.gz", tmp_path / "a", "set/file")


def test_unpack_tar(tmp_path: Path) -> None:
    archive = tar(
        tmp_path / "a.tar.gz",
        ("lib/genome.fa", b"ACGT"),
        ("lib/index/SA", b"index"),
        link("lib/again.fa", "genome.fa"),
        link("lib/hard.fa", "lib/genome.fa", tarfile.LNKTYPE),
    )
    assert unpack_tar(archive, tmp_path / "out", "set/file") == 4
    assert (tmp_path / "out/lib/index/SA").read_bytes() == b"index"
    assert (tmp_path / "out/lib/again.fa").read_bytes() == b"ACGT"
    assert (tmp_path / "out/lib/hard.fa").read_bytes() == b"ACGT"


def test_unpack_only_what_is_wanted(tmp_path: Path) -> None:
    archive = tar(
        tmp_path / "a.tar.gz",
        ("arriba/database/blacklist_hg38.tsv.gz", b"1"),
        ("arriba/database/blacklist_hg19.tsv.gz", b"2"),
        ("arriba/source/arriba.cpp", b"3"),
    )
    unpack_tar(archive, tmp_path / "out", "set/file", ["arriba/database/*_hg38*"])
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert files == [tmp_path / "out/arriba/database/blacklist_hg38.tsv.gz"]
    with pytest.raises(InputError, match=r"holds none of the wanted files \(\*_mm39\*\)"):
        unpack_tar(archive, tmp_path / "out", "set/file", ["*_mm39*"])


@pytest.mark.parametrize(
    "members",
    [
        [("../evil", b"1")],
        [("/etc/evil", b"1")],
        [("a/../../evil", b"1")],
        [link("a", "/etc/passwd")],
        [link("a", "../evil")],
        [link("a", "../evil", tarfile.LNKTYPE)],
        [link("p/a", "../q"), ("q/file", b"1"), link("p/b", "a/../.."), ("p/b/evil", b"1")],
        [link("pipe", "", tarfile.FIFOTYPE)],
    ],
)
def test_archive_that_leads_outside(
    tmp_path: Path, members: list[tarfile.TarInfo | tuple[str, bytes]]
) -> None:
    archive = tar(tmp_path / "a.tar.gz", *members)
    (tmp_path / "deep").mkdir()
    with pytest.raises(InputError, match="leads outside the archive"):
        unpack_tar(archive, tmp_path / "deep" / "out", "set/file")
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "deep" / "evil").exists()


@pytest.mark.parametrize("spoilt", ["cut", "page"])
def test_broken_tar(tmp_path: Path, spoilt: str) -> None:
    archive = tar(tmp_path / "a.tar.gz", ("lib/genome.fa", bytes(range(256)) * 50))
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2] if spoilt == "cut" else b"<html>log in</html>")
    with pytest.raises(InputError, match="cannot be unpacked"):
        unpack_tar(archive, tmp_path / "out", "set/file")


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "an unknown size"), (999, "999 bytes"), (30e9, "30.0 GB"), (2e15, "2000.0 TB")],
)
def test_human(size: int | None, text: str) -> None:
    assert human(size) == text
