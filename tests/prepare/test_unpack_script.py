"""scripts/unpack_reference.sh on archives that are broken, lead outside or lack something."""

from __future__ import annotations

import gzip
import os
import subprocess
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

Members = list[tarfile.TarInfo | tuple[str, bytes]]


def tar(*members: tarfile.TarInfo | tuple[str, bytes]) -> bytes:
    """A compressed archive of files (name and content) and other members."""
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, BytesIO(member[1]))
    return packed.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """A link as a member of an archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@dataclass
class Unpack:
    """The script, for a file in a folder with a space in its name."""

    script: Path
    home: Path

    @property
    def folder(self) -> Path:
        """Where the content goes."""
        return self.home / "mini" / "1" / "genome"

    def run(self, content: bytes, file: str, how: str, keep: str, provides: str) -> tuple[int, str]:
        """Status and sentences."""
        (self.home / file).write_bytes(content)
        (self.home / f"{file}.sha256").write_text("about the file\n", encoding="utf-8")
        settings = {"name": "set/file", "how": how, "keep": keep, "provides": provides}
        done = subprocess.run(
            ["bash", self.script, self.home / file, self.folder],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def __call__(
        self, content: bytes, file: str, how: str, keep: str = "", provides: str = ""
    ) -> list[str]:
        """What is in the folder afterwards."""
        status, said = self.run(content, file, how, keep, provides)
        assert (status, said) == (0, "")
        assert not self.folder.with_name("genome.unpacking").exists()
        record = self.folder / "checksums.sha256"
        assert record.read_text(encoding="utf-8") == "about the file\n"
        record.unlink()
        found = (path for path in self.folder.rglob("*") if not path.is_dir())
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def refused(
        self, content: bytes, file: str, how: str, keep: str = "", provides: str = ""
    ) -> str:
        """It fails with one sentence, and nothing stands under the folder's name."""
        status, said = self.run(content, file, how, keep, provides)
        assert status == 1
        assert said.startswith("set/file: ")
        assert said.endswith(".\n")
        assert said.count("\n") == 1
        assert not self.folder.exists()
        assert not self.folder.with_name("genome.unpacking").exists()
        return said


@pytest.fixture
def unpack(root: Path, tmp_path: Path) -> Unpack:
    """The script."""
    home = tmp_path / "some where"
    home.mkdir()
    return Unpack(root / "scripts" / "unpack_reference.sh", home)


def test_gzip_of_several_members(unpack: Unpack) -> None:
    content = gzip.compress(b">chr1\n") + gzip.compress(b"ACGT\n")
    assert unpack(content, "genome.fa.gz", "gunzip", provides="genome.fa") == ["genome.fa"]
    assert (unpack.folder / "genome.fa").read_bytes() == b">chr1\nACGT\n"


def test_file_as_it_is(unpack: Unpack) -> None:
    assert unpack(b"ACGT", "genome.fa", "none") == ["genome.fa"]
    assert (unpack.folder / "genome.fa").samefile(unpack.home / "genome.fa"), "no second copy"


def test_local_file_as_it_is(unpack: Unpack) -> None:
    """A file of a local folder comes as a link to it: its content counts."""
    (unpack.home / "site").write_bytes(b"")
    (unpack.home / "genome.fa").symlink_to(unpack.home / "site")
    assert unpack(b"ACGT", "genome.fa", "none") == ["genome.fa"]
    assert not (unpack.folder / "genome.fa").is_symlink()
    assert (unpack.folder / "genome.fa").samefile(unpack.home / "site")


def test_local_file_on_another_disk_is_copied(unpack: Unpack) -> None:
    elsewhere = Path("/dev/shm", f"ntrkoma-{os.getpid()}")
    if elsewhere.parent.stat().st_dev == unpack.home.stat().st_dev:
        pytest.skip("needs a second file system")
    elsewhere.touch()
    try:
        (unpack.home / "genome.fa").symlink_to(elsewhere)
        assert unpack(b"ACGT", "genome.fa", "none") == ["genome.fa"]
        assert not (unpack.folder / "genome.fa").is_symlink()
        assert (unpack.folder / "genome.fa").read_bytes() == b"ACGT"
    finally:
        elsewhere.unlink()


@pytest.mark.parametrize("spoilt", ["cut", "flipped", "page"])
@pytest.mark.parametrize("how", ["gunzip", "tar"])
def test_broken_file(unpack: Unpack, how: str, spoilt: str) -> None:
    plain = bytes(range(256)) * 50
    whole = gzip.compress(plain) if how == "gunzip" else tar(("lib/genome.fa", plain))
    bad = {
        "cut": whole[: len(whole) // 2],
        "flipped": whole[:60] + bytes([whole[60] ^ 255]) + whole[61:],
        "page": b"<html>Please log in</html>",
    }
    said = unpack.refused(bad[spoilt], "a.gz", how)
    assert f"{unpack.home / 'a.gz'} cannot be unpacked (" in said
    assert "unpacked ()" not in said
    assert "log-in page of a proxy" in said
    assert (unpack.home / "a.gz").exists(), "to look at"


def test_tar(unpack: Unpack) -> None:
    archive = tar(
        ("lib/genome.fa", b"ACGT"),
        ("lib/index/SA", b"index"),
        link("lib/again.fa", "genome.fa"),
        link("lib/up.fa", "index/../genome.fa"),
        link("lib/hard.fa", "lib/genome.fa", tarfile.LNKTYPE),
    )
    found = unpack(archive, "a.tar.gz", "tar", provides="lib lib/index/SA")
    assert found == [
        f"lib/{name}" for name in ("again.fa", "genome.fa", "hard.fa", "index/SA", "up.fa")
    ]
    for name in ("again.fa", "hard.fa", "up.fa"):
        assert (unpack.folder / "lib" / name).read_bytes() == b"ACGT"


def test_only_what_is_wanted(unpack: Unpack) -> None:
    archive = tar(
        ("arriba/database/blacklist_hg38.tsv.gz", b"1"),
        ("arriba/database/blacklist_hg19.tsv.gz", b"2"),
        ("arriba/LICENSE", b"MIT"),
        ("arriba/source/arriba.cpp", b"3"),
    )
    keep = "arriba/database/*_hg38* arriba/LICENSE"
    assert unpack(archive, "a.tar.gz", "tar", keep=keep) == [
        "arriba/LICENSE",
        "arriba/database/blacklist_hg38.tsv.gz",
    ]


def test_wanted_file_that_is_not_in_the_archive(unpack: Unpack) -> None:
    said = unpack.refused(tar(("a/b", b"1")), "a.tar.gz", "tar", keep="a/* *_mm39*")
    assert "*_mm39*: Not found in archive" in said


def test_archive_without_what_the_row_promises(unpack: Unpack) -> None:
    said = unpack.refused(tar(("other/a", b"1")), "a.tar.gz", "tar", provides="other/a lib/ref.fa")
    assert "has brought no lib/ref.fa" in said
    assert "correct provides of its row" in said


@pytest.mark.parametrize(
    "members",
    [
        [("../evil", b"1")],
        [("a/../../evil", b"1")],
        [link("a", "/etc/passwd")],
        [link("a", "../evil")],
        [link("a", "."), link("b", "a/../..")],
        [link("a", "../evil", tarfile.LNKTYPE)],
        [link("a", "/etc/passwd", tarfile.LNKTYPE)],
        [link("p/a", "../q"), ("q/file", b"1"), link("p/b", "a/../.."), ("p/b/evil", b"1")],
        [link("up", ".."), ("up/evil", b"1")],
        [link("pipe", "", tarfile.FIFOTYPE)],
    ],
)
def test_archive_that_leads_outside(unpack: Unpack, members: Members) -> None:
    unpack.refused(tar(*members), "a.tar.gz", "tar")
    assert not list(unpack.home.rglob("evil"))


def test_absolute_path_stays_inside(unpack: Unpack) -> None:
    assert unpack(tar(("/etc/evil", b"1")), "a.tar.gz", "tar") == ["etc/evil"]


def test_owner_and_rights_of_the_archive_do_not_count(unpack: Unpack) -> None:
    member = tarfile.TarInfo("lib/tool")
    member.mode, member.uid = 0o4777, 12345
    unpack(tar(member), "a.tar.gz", "tar")
    found = (unpack.folder / "lib" / "tool").stat()
    assert found.st_uid == os.getuid()
    assert not found.st_mode & 0o7022


def test_new_content_replaces_the_old(unpack: Unpack) -> None:
    """Leftovers too, of a run that was killed."""
    unpack(tar(("old", b"1")), "a.tar.gz", "tar")
    half = unpack.folder.with_name("genome.unpacking")
    half.mkdir()
    (half / "half").write_bytes(b"1")
    assert unpack(tar(("new", b"2")), "a.tar.gz", "tar") == ["new"]


def test_full_disk(unpack: Unpack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """gzip as a disk without room makes it end."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "gzip").write_text("#!/bin/sh\nexec cat > /dev/full\n", encoding="utf-8")
    (programs / "gzip").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    said = unpack.refused(gzip.compress(b"ACGT"), "a.gz", "gunzip")
    assert f"no space left for {unpack.folder}; make room and run the same command again" in said
