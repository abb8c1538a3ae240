"""The manifest of reference files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntrkoma.errors import InputError
from ntrkoma.references.manifest import KEYS, Reference, select
from ntrkoma.tables import read_rows

MD5 = "0123456789abcdef" * 2

GOOD_ROW = {
    "set": "mine",
    "name": "genome",
    "version": "1",
    "url": "https://example.org/genome.fa.gz",
    "size_bytes": "10",
    "disk_gb": "0.5",
    "checksum": f"md5:{MD5.upper()}",
    "checksum_source": "read from the publisher's page",
    "checksum_url": "https://example.org/MD5SUMS",
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


def test_row_is_read(tmp_path: Path) -> None:
    (reference,) = read_rows(written(tmp_path / "m.tsv", GOOD_ROW), Reference)
    assert reference.key == "mine/genome"
    assert str(reference.place) == "mine/1/genome"
    assert reference.file_name == "genome.fa.gz"
    assert reference.list_name == "MD5SUMS"
    assert reference.checksum == f"md5:{MD5}"
    assert reference.size_bytes == 10
    assert reference.provides == {"fasta": "genome.fa"}


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("set", "a/b", "'a/b'"),
        ("version", "..", "'..'"),
        ("url", "ftp://example.org/a.gz", "give an address that starts with https://"),
        ("url", "https://example.org/", "url names no file"),
        ("size_bytes", "3 GB", "'3 GB'"),
        ("disk_gb", "much", "'much'"),
        ("unpack", "unzip", "did you mean 'gunzip'?"),
        ("checksum", f"md5:{MD5 * 2}", "write algorithm:digest"),
        ("checksum", MD5, "write algorithm:digest"),
        ("checksum_source", "", "say where it was read"),
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
    with pytest.raises(InputError, match="the header lacks"):
        read_rows(tmp_path / "m.tsv", Reference)
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(tmp_path / "none.tsv", Reference)
