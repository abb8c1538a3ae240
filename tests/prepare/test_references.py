"""Manifest, plan, and the preparation of single files."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from web_server import Server, noise

from ntrkoma.errors import InputError
from ntrkoma.references.download import Patience, checksum
from ntrkoma.references.manifest import KEYS, Reference, select
from ntrkoma.references.store import (
    Store,
    check_room,
    config_block,
    is_prepared,
    plan,
    prepare,
    read_lock,
)
from ntrkoma.tables import read_rows

FASTA = b">chr1\nACGT\n"
MD5 = "0123456789abcdef" * 2
SHA256 = MD5 * 2

RowMaker = Callable[..., Reference]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty references folder."""
    return Store(tmp_path / "references")


@pytest.fixture
def row(server: Server) -> RowMaker:
    """A row of a manifest for a file of the server, which is made with it."""

    def make(content: bytes = gzip.compress(FASTA), **cells: object) -> Reference:
        url = server.add(str(cells.pop("file", "genome.fa.gz")), content)
        plain = Reference(
            set="mini",
            name="genome",
            version="1",
            url=url,
            status="unverified",
            unpack="gunzip",
            provides={"fasta": "genome.fa"},
            licence="none",
        )
        return plain.model_copy(update=cells)

    return make


def sha256(content: bytes, folder: Path) -> str:
    """Checksum of ``content``."""
    (folder / "content").write_bytes(content)
    return checksum(folder / "content")


def lib_archive(*names: str) -> bytes:
    """A compressed archive of small files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(name)
            archive.addfile(info, io.BytesIO(name.encode()))
    return packed.getvalue()


def left_behind(store: Store) -> list[str]:
    """All that could be taken for a finished file of a set."""
    return [
        path.relative_to(store.folder).as_posix()
        for path in store.folder.rglob("*")
        if path.is_file() and path.relative_to(store.folder).parts[0] not in (".locks", "downloads")
    ]


# --- the manifest that is shipped -----------------------------------------------------------


def test_shipped_manifest(resources: Path) -> None:
    rows = Reference.read(resources)
    assert {row.set for row in rows} == {"gencode", "ctat", "arriba"}
    for row in rows:
        assert row.url.startswith("https://")
        assert row.licence
        assert row.disk_gb
    full = select(rows, "ctat,arriba")
    provided = {key for row in full for key in row.provides}
    assert provided == set(KEYS), "one choice of sets serves every caller"


def test_two_sets_that_bring_a_genome(resources: Path) -> None:
    rows = Reference.read(resources)
    with pytest.raises(InputError, match=r"gencode and ctat both bring reference\.fasta"):
        select(rows, ["gencode", "ctat"])


def test_unknown_and_no_set(resources: Path) -> None:
    rows = Reference.read(resources)
    with pytest.raises(InputError, match=r"^sets: 'gencod' .* did you mean 'gencode'"):
        select(rows, "gencod, arriba")
    with pytest.raises(InputError, match="sets: is empty; choose from gencode, ctat, arriba"):
        select(rows, "")


# --- a manifest of the user -----------------------------------------------------------------

GOOD_ROW = {
    "set": "mine",
    "name": "genome",
    "version": "1",
    "url": "https://example.org/genome.fa.gz",
    "size_bytes": "10",
    "disk_gb": "0.5",
    "status": "pinned",
    "checksum": f"md5:{MD5}",
    "checksum_source": "read from the publisher's page",
    "checksum_url": "",
    "unpack": "gunzip",
    "keep": "",
    "provides": "fasta=genome.fa",
    "licence": "free",
    "note": "",
}


def written(path: Path, *rows: dict[str, str]) -> Path:
    """A manifest with ``rows``."""
    columns = Reference.columns()
    lines = ["\t".join(columns), *("\t".join(row[name] for name in columns) for row in rows)]
    path.write_text("# comment\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_row_is_read(tmp_path: Path) -> None:
    (reference,) = read_rows(written(tmp_path / "m.tsv", GOOD_ROW), Reference)
    assert reference.key == "mine/genome"
    assert reference.file_name == "genome.fa.gz"
    assert reference.size_bytes == 10
    assert reference.provides == {"fasta": "genome.fa"}


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("set", "a/b", "set is 'a/b'"),
        ("version", "", "version is ''"),
        ("url", "ftp://example.org/a.gz", "give an address that starts with https://"),
        ("url", "https://example.org/", "url names no file"),
        ("size_bytes", "3 GB", "size_bytes is '3 GB'"),
        ("disk_gb", "much", "disk_gb is 'much'"),
        ("unpack", "unzip", "did you mean 'gunzip'?"),
        ("checksum", f"md5:{SHA256}", "is not followed by 32 hexadecimal digits"),
        ("checksum_source", "", "say where it was read"),
        ("status", "unverified", "its checksum columns make it 'pinned'"),
        ("provides", "fsta=a.fa", "did you mean 'fasta'?"),
        ("provides", "fasta=../a.fa", "inside the archive"),
        ("provides", "fasta=/a.fa", "inside the archive"),
    ],
)
def test_cell_that_cannot_be(tmp_path: Path, column: str, value: str, problem: str) -> None:
    with pytest.raises(InputError) as found:
        read_rows(written(tmp_path / "m.tsv", GOOD_ROW | {column: value}), Reference)
    assert len(found.value.problems) == 1
    assert str(found.value).startswith(f"{tmp_path / 'm.tsv'}, line 3: ")
    assert problem in str(found.value)


def test_manifest_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lines 3 and 4: .* set and name \(mine, genome\)"):
        read_rows(written(tmp_path / "m.tsv", GOOD_ROW, GOOD_ROW), Reference)
    (tmp_path / "m.tsv").write_text("set\tname\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1: the header lacks version, url"):
        read_rows(tmp_path / "m.tsv", Reference)
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(tmp_path / "none.tsv", Reference)


# --- plan -----------------------------------------------------------------------------------


def test_plan_names_sizes_and_checks(store: Store, row: RowMaker) -> None:
    ahead = plan(
        [
            row(size_bytes=2_000_000_000),
            row(name="lib", disk_gb=110.0, unpack="tar", status="pinned", checksum=f"md5:{MD5}"),
        ],
        store,
        None,
    )
    text = "\n".join(ahead.lines)
    assert "mini/genome  1        2.0 GB           10.0 GB   no checksum known" in text
    assert "mini/lib     1        an unknown size  110.0 GB  checksum pinned" in text
    assert "Room: about 120.0 GB needed" in text
    assert ahead.needed == 120_000_000_000


def test_disk_too_small(store: Store, row: RowMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=40e9))
    with pytest.raises(InputError) as problem:
        check_room(plan([row(disk_gb=110.0)], store, None), store)
    assert str(problem.value) == (
        f"{store.folder}: about 110.0 GB are needed and 40.0 GB are free; choose fewer sets, make "
        "room, or prepare elsewhere with --directory."
    )


def test_what_is_here_needs_no_room(store: Store, row: RowMaker, hasty: Patience) -> None:
    reference = row(disk_gb=5.0)
    part = store.part(reference)
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(1000))
    assert plan([reference], store, None).needed == 5_000_000_000 - 1000
    part.unlink()
    prepare(reference, store, patience=hasty, say=lambda _: None)
    ahead = plan([reference], store, None)
    assert ahead.needed == 0
    assert ahead.lines[2].split()[-2:] == ["checksums.lock", "ready"]


# --- preparation ----------------------------------------------------------------------------


def test_gunzip(store: Store, row: RowMaker, hasty: Patience, tmp_path: Path) -> None:
    content = gzip.compress(FASTA)
    digest = sha256(content, tmp_path)
    known = prepare(row(content, checksum=digest, status="pinned"), store, patience=hasty)
    assert (store.folder / "mini/1/genome.fa").read_bytes() == FASTA
    assert known["checksum"] == digest
    assert known["basis"] == "pinned"
    assert not [path for path in (store.folder / "downloads").rglob("*") if path.is_file()]


def test_tar_with_chosen_files(store: Store, row: RowMaker, hasty: Patience) -> None:
    content = lib_archive("lib/ref_genome.fa", "lib/ref_annot.gtf", "lib/notes.txt")
    reference = row(
        content,
        file="lib.tar.gz",
        unpack="tar",
        keep=("lib/ref_*",),
        provides={"ctat_lib": "lib", "gtf": "lib/ref_annot.gtf"},
    )
    prepare(reference, store, keep_archive=True, patience=hasty)
    lib = store.folder / "mini/1/lib"
    assert sorted(path.name for path in lib.iterdir()) == ["ref_annot.gtf", "ref_genome.fa"]
    assert store.archive(reference).read_bytes() == content, "kept on request"


def test_ready_files_are_left_alone(
    store: Store, row: RowMaker, hasty: Patience, server: Server
) -> None:
    reference = row()
    prepare(reference, store, patience=hasty)
    before = (store.folder / "mini/1/genome.fa").stat().st_mtime_ns
    said: list[str] = []
    prepare(reference, store, patience=hasty, say=said.append)
    assert said == ["mini/genome: ready already, nothing to do"]
    assert (store.folder / "mini/1/genome.fa").stat().st_mtime_ns == before
    assert len(server.requests) == 1


@pytest.mark.parametrize("harm", ["deleted", "truncated"])
def test_harmed_file_is_prepared_again(
    store: Store, row: RowMaker, hasty: Patience, harm: str
) -> None:
    reference = row()
    prepare(reference, store, patience=hasty)
    fasta = store.folder / "mini/1/genome.fa"
    if harm == "deleted":
        fasta.unlink()
    else:
        fasta.write_bytes(b">chr1")
    assert not is_prepared(reference, store)
    prepare(reference, store, patience=hasty)
    assert fasta.read_bytes() == FASTA


def test_corrupt_file_is_never_in_place(
    store: Store, row: RowMaker, hasty: Patience, server: Server
) -> None:
    reference = row(checksum=f"md5:{MD5}", status="pinned")
    with pytest.raises(InputError) as problem:
        prepare(reference, store, patience=hasty)
    assert len(problem.value.problems) == 1
    for part in (
        "mini/genome: genome.fa.gz.part is not the expected file",
        f"md5:{MD5} was demanded (pinned)",
        "not used",
        "run the same command again",
    ):
        assert part in str(problem.value)
    assert left_behind(store) == []
    assert not store.part(reference).exists(), "the next run starts clean"
    assert len(server.requests) == 1


def test_pieces_that_do_not_fit_are_fetched_anew_once(
    store: Store, row: RowMaker, tmp_path: Path, hasty: Patience, server: Server
) -> None:
    """A server without ETag or date whose file changed between two runs."""
    content = gzip.compress(noise(300_000))
    reference = row(content, checksum=sha256(content, tmp_path), status="pinned")
    server.add("genome.fa.gz", bytes(100_000) + content[100_000:], etag="", cuts=[100_000, 0])
    with pytest.raises(InputError, match="the connection was cut"):
        prepare(reference, store, patience=Patience(2, 0, 0))
    server.add("genome.fa.gz", content, etag="")
    said: list[str] = []
    prepare(reference, store, patience=hasty, say=said.append)
    assert (store.folder / "mini/1/genome.fa").read_bytes() == noise(300_000)
    assert any("what was collected over several runs is wrong; starting over" in s for s in said)


def test_trust_on_first_use(
    store: Store, row: RowMaker, hasty: Patience, tmp_path: Path, server: Server
) -> None:
    reference = row()
    digest = sha256(gzip.compress(FASTA), tmp_path)
    said: list[str] = []
    prepare(reference, store, patience=hasty, say=said.append)
    notice = next(text for text in said if "NOT VERIFIED" in text)
    assert digest in notice
    assert str(store.lock_file) in notice
    recorded = read_lock(store.lock_file)[reference.url]
    assert (recorded["checksum"], recorded["basis"]) == (digest, "trust on first use")

    shutil.rmtree(store.folder / "mini")
    server.add("genome.fa.gz", gzip.compress(b">chr1\nTTTT\n"))
    with pytest.raises(InputError, match=r"was demanded \(recorded before\).*checksums\.lock"):
        prepare(reference, store, patience=hasty)
    assert not (store.folder / "mini/1/genome.fa").exists()
    assert read_lock(store.lock_file)[reference.url] == recorded

    server.add("genome.fa.gz", gzip.compress(FASTA))
    prepare(reference, store, patience=hasty)
    assert "NOT VERIFIED, trusted on first use (20" in config_block([reference], store)


def test_lock_of_another_machine(
    store: Store, row: RowMaker, hasty: Patience, tmp_path: Path
) -> None:
    reference = row()
    other = Store(tmp_path / "other")
    prepare(reference, other, patience=hasty)
    store.folder.mkdir()
    shutil.copy(other.lock_file, store.lock_file)
    said: list[str] = []
    prepare(reference, store, patience=hasty, say=said.append)
    assert not any("NOT VERIFIED" in text for text in said)


def test_damaged_lock(store: Store, row: RowMaker, hasty: Patience) -> None:
    store.folder.mkdir()
    store.lock_file.write_text(
        "file\tversion\turl\tchecksum\tsize_bytes\tbasis\trecorded\na/b\t1\thttps://x/y\tsha256:1\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=r"lock, line 2: has 4 cells .* delete that row"):
        prepare(row(), store, patience=hasty)


def test_page_instead_of_the_file_is_never_trusted(
    store: Store, row: RowMaker, hasty: Patience
) -> None:
    with pytest.raises(InputError, match="log-in page of a proxy"):
        prepare(row(b"<html>Please log in</html>"), store, patience=hasty)
    assert left_behind(store) == [], "nothing is recorded either"


def test_list_of_the_publisher(
    store: Store, row: RowMaker, hasty: Patience, tmp_path: Path, server: Server
) -> None:
    content = gzip.compress(FASTA)
    (tmp_path / "c").write_bytes(content)
    md5 = checksum(tmp_path / "c", "md5").removeprefix("md5:")
    url = server.add("MD5SUMS", f"{MD5}  other.gz\n{md5}  genome.fa.gz\n".encode(), refusals=[503])
    reference = row(content, checksum_url=url, status="published")
    assert prepare(reference, store, patience=hasty)["compared_with"] == f"md5:{md5}"
    assert read_lock(store.lock_file)[reference.url]["basis"] == "published"
    assert f"checked against the publisher's list (md5:{md5})" in config_block([reference], store)


def test_list_that_says_otherwise_or_nothing(
    store: Store, row: RowMaker, hasty: Patience, server: Server
) -> None:
    url = server.add("MD5SUMS", f"{MD5}  genome.fa.gz\n".encode())
    reference = row(checksum_url=url, status="published")
    with pytest.raises(InputError, match=rf"md5:{MD5} was demanded \(published\)"):
        prepare(reference, store, patience=hasty)
    server.add("MD5SUMS", f"{MD5}  other.fa.gz\n".encode())
    with pytest.raises(InputError, match=r"does not name genome\.fa\.gz"):
        prepare(reference, store, patience=hasty)
    assert left_behind(store) == []


def test_archive_without_what_the_row_promises(
    store: Store, row: RowMaker, hasty: Patience
) -> None:
    reference = row(
        lib_archive("other/ref_genome.fa"),
        file="lib.tar.gz",
        unpack="tar",
        provides={"fasta": "lib/ref_genome.fa"},
    )
    with pytest.raises(InputError, match=r"no lib/ref_genome\.fa \(reference\.fasta\)"):
        prepare(reference, store, patience=hasty)
    assert not is_prepared(reference, store)
    assert not store.lock_file.exists()


def test_leftovers_of_a_killed_run(store: Store, row: RowMaker, hasty: Patience) -> None:
    reference = row()
    half = store.content(reference) / ".genome.unpacking"
    half.mkdir(parents=True)
    (half / "genome.fa").write_bytes(b">chr1\nAC")
    store.guard(reference).parent.mkdir(parents=True)
    store.guard(reference).write_text("process 1 on elsewhere\n", encoding="utf-8")
    prepare(reference, store, patience=hasty)
    assert (store.folder / "mini/1/genome.fa").read_bytes() == FASTA
    assert not half.exists()


def test_new_release_stands_beside_the_old(store: Store, row: RowMaker, hasty: Patience) -> None:
    prepare(row(), store, patience=hasty)
    new = row(gzip.compress(b">chr1\nTTTT\n"), file="2/genome.fa.gz", version="2")
    prepare(new, store, patience=hasty)
    assert (store.folder / "mini/1/genome.fa").read_bytes() == FASTA
    assert (store.folder / "mini/2/genome.fa").read_bytes() == b">chr1\nTTTT\n"
    assert len(read_lock(store.lock_file)) == 2


# --- local folder ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["genome.fa.gz", "mini/genome.fa.gz"])
def test_local_folder_needs_no_network(
    store: Store, row: RowMaker, tmp_path: Path, server: Server, place: str
) -> None:
    content = gzip.compress(FASTA)
    local = tmp_path / "site"
    (local / place).parent.mkdir(parents=True, exist_ok=True)
    (local / place).write_bytes(content)
    (local / place).with_name("MD5SUMS").write_text(
        f"{checksum(local / place, 'md5').removeprefix('md5:')}  genome.fa.gz\n", encoding="utf-8"
    )
    reference = row(content, checksum_url="https://references.invalid/MD5SUMS", status="published")
    assert prepare(reference, store, local_dir=local)["basis"] == "published"
    assert (store.folder / "mini/1/genome.fa").read_bytes() == FASTA
    assert (local / place).read_bytes() == content
    assert server.requests == []


def test_local_file_is_linked_and_checked(store: Store, row: RowMaker, tmp_path: Path) -> None:
    local = tmp_path / "site"
    local.mkdir()
    (local / "genome.fa").write_bytes(FASTA)
    reference = row(FASTA, file="genome.fa", unpack="none")
    prepare(reference, store, local_dir=local)
    there = store.folder / "mini/1/genome.fa"
    assert there.samefile(local / "genome.fa"), "no second copy on one disk"

    damaged = row(FASTA, file="genome.fa", unpack="none", checksum=f"md5:{MD5}", status="pinned")
    with pytest.raises(InputError, match=r"genome\.fa is not the expected file"):
        prepare(damaged, store, local_dir=local)
    assert (local / "genome.fa").read_bytes() == FASTA, "the site's own file is never touched"


def test_local_file_on_another_disk_is_copied(
    store: Store, row: RowMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_disk(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    (tmp_path / "genome.fa").write_bytes(FASTA)
    monkeypatch.setattr(Path, "hardlink_to", other_disk)
    prepare(row(FASTA, file="genome.fa", unpack="none"), store, local_dir=tmp_path)
    assert (store.folder / "mini/1/genome.fa").read_bytes() == FASTA


def test_local_file_that_is_missing(store: Store, row: RowMaker, tmp_path: Path) -> None:
    reference = row()
    with pytest.raises(InputError) as problem:
        prepare(reference, store, local_dir=tmp_path)
    assert str(problem.value) == (
        f"mini/genome: genome.fa.gz is not in {tmp_path} (nor in its folder mini); put it there, "
        f"it is {reference.url}."
    )


# --- configuration --------------------------------------------------------------------------


def test_config_block(store: Store, row: RowMaker, hasty: Patience) -> None:
    genome = row()
    lists = row(
        lib_archive("db/blacklist.tsv"),
        file="db.tar.gz",
        name="lists",
        unpack="tar",
        provides={"arriba.blacklist": "db/blacklist.tsv"},
        licence="MIT",
    )
    for reference in (genome, lists):
        prepare(reference, store, patience=hasty)
    block = config_block([genome, lists], store)
    assert yaml.safe_load(block) == {
        "reference": {
            "fasta": str(store.folder / "mini/1/genome.fa"),
            "arriba": {"blacklist": str(store.folder / "mini/1/db/blacklist.tsv")},
        }
    }
    assert "# mini/lists 1: sha256:" in block
    assert "licence: MIT" in block
