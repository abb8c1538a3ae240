"""The FASTQ files of a sheet: the sentence for each way in which they are not what it says."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ntrkoma.inputs.fastqs import check_fastq_files
from ntrkoma.inputs.sheet import Sample, parse_sheet

RECORD = "@r1{}\nACGT\n+\nIIII\n"


def parse(*rows: str) -> list[Sample]:
    return parse_sheet(
        "\n".join(["sample\tunit\tfq1\tfq2", *rows]) + "\n", "samples.tsv", Path("/data")
    )


class TestFastqFiles:
    @staticmethod
    def check(tmp_path: Path, *names: str) -> list[str]:
        (sample,) = parse("A\t1\t" + "\t".join((*names, "")[:2]))
        return check_fastq_files([sample], tmp_path, "samples.tsv")

    @staticmethod
    def write(path: Path, text: str | bytes) -> None:
        content = text if isinstance(text, bytes) else text.encode()
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)

    @pytest.mark.parametrize("extension", [".fq", ".fastq.gz"])
    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ("/1", "/2"),
            ("", ""),
            (" 1:N:0:ACGT", " 2:N:0:ACGT"),
            (" 1:N:0:ACGT", " 3:N:0:ACGT"),
            (" 7 length=4", " 7 length=4"),
            (".9.1", ".9.2"),
            ("\t1", "\t2"),
        ],
    )
    def test_good_pair(self, tmp_path: Path, extension: str, one: str, two: str) -> None:
        names = f"a b'1{extension}", f"ü,2{extension}"
        self.write(tmp_path / names[0], RECORD.format(one))
        self.write(tmp_path / names[1], RECORD.format(two))
        assert self.check(tmp_path, *names) == []

    def test_good_files_of_other_kinds(self, tmp_path: Path) -> None:
        self.write(tmp_path / "crlf.fq", RECORD.format("").replace("\n", "\r\n"))
        self.write(tmp_path / "cut.fq", RECORD.format("").rstrip())
        (tmp_path / "members.fq.gz").write_bytes(
            gzip.compress(b"") + gzip.compress(RECORD.encode()) * 2
        )
        (tmp_path / "long.fq.gz").write_bytes(gzip.compress(RECORD.encode() * 50_000))
        for name in ("crlf.fq", "cut.fq", "members.fq.gz", "long.fq.gz"):
            assert self.check(tmp_path, name) == []

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("a.fq", b"", "has zero bytes"),
            ("a.fq.gz", b"", "has zero bytes"),
            ("a.fq.gz", gzip.compress(b"", mtime=0), "contains no read"),
            ("a.fq", b"\n\n", "contains no read"),
            ("a.fq.gz", RECORD.encode(), "is named .gz but is not gzip-compressed"),
            (
                "a.fq",
                gzip.compress(RECORD.encode(), mtime=0),
                "is gzip-compressed but not named .gz",
            ),
            ("a.fq.bz2", b"BZh91AY&SY", "is bzip2-compressed; convert it to gzip"),
            ("a.fq.gz", b"\x28\xb5\x2f\xfd....", "is zstd-compressed"),
            ("a.cram", b"CRAM....", "is a CRAM file"),
            ("a.bam.gz", gzip.compress(b"BAM\1....", mtime=0), "is a BAM file"),
            (
                "a.bam",
                gzip.compress(b"BAM\1....", mtime=0),
                "is a BAM file; name it in the column bam",
            ),
            ("a.fa", b">chr1\nACGT\n", "is FASTA (it begins with '>')"),
            ("a.tsv", b"read\tACGT\n", "is not FASTQ, its first line is 'read\\tACGT'"),
            ("a.sam", b"@HD\tVN:1.6\n@SQ\tSN:1\nr1\t4\nr2\t4\n", "is not FASTQ, its first record"),
            ("a.fq", b"@r1\nACGT\n", "ends within its first record"),
            ("a.fq", b"@r1\nACGT\n+\nII", "has 4 bases but 2 qualities"),
            ("a.fq", b"@r1\nACGT\n+\nIIIIII\n", "has 4 bases but 6 qualities"),
            (
                "a.fq.gz",
                gzip.compress(bytes(range(64)).hex().encode(), mtime=0)[:30],
                "is truncated",
            ),
            ("a.fq.gz", gzip.compress(RECORD.encode(), mtime=0)[:-6], "is truncated"),
            (
                "a.fq.gz",
                gzip.compress(RECORD.encode(), mtime=0)[:-8] + b"\0" * 8,
                "has damaged gzip data",
            ),
            ("a.fq.gz", gzip.compress(b"@", mtime=0)[:10] + b"\xff" * 20, "has damaged gzip data"),
        ],
    )
    def test_bad_file(self, tmp_path: Path, name: str, content: bytes, words: str) -> None:
        (tmp_path / name).write_bytes(content)
        (found,) = self.check(tmp_path, name)
        assert found.startswith(f"samples.tsv, row 2: fq1 {name!r} {words}")
        assert found.endswith(".")

    def test_truncated_within_the_first_block(self, tmp_path: Path) -> None:
        reads = b"".join(b"@%d\n%s\n+\n%s\n" % (i, b"A" * 80, b"I" * 80) for i in range(200))
        (tmp_path / "a.fq.gz").write_bytes(gzip.compress(reads)[:-50])
        assert "is truncated" in self.check(tmp_path, "a.fq.gz")[0]

    def test_missing(self, tmp_path: Path) -> None:
        (found,) = self.check(tmp_path, "a.fq")
        assert f"does not exist (looked for '{tmp_path}/a.fq')" in found

    def test_both_files_are_judged(self, tmp_path: Path) -> None:
        assert [("fq1" in p, "fq2" in p) for p in self.check(tmp_path, "a.fq", "b.fq")] == [
            (True, False),
            (False, True),
        ]

    def test_broken_link(self, tmp_path: Path) -> None:
        (tmp_path / "a.fq").symlink_to("gone.fq")
        assert "is a broken link to 'gone.fq'" in self.check(tmp_path, "a.fq")[0]

    def test_directory(self, tmp_path: Path) -> None:
        (tmp_path / "a.fq").mkdir()
        assert "is a directory" in self.check(tmp_path, "a.fq")[0]

    def test_named_pipe_does_not_block(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.fq")
        assert "is not a regular file" in self.check(tmp_path, "a.fq")[0]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_closed_folder(self, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir()
        (tmp_path / "closed/b.fq").write_text(RECORD)
        (tmp_path / "closed").chmod(0)
        try:
            assert "lies in a folder you may not enter" in self.check(tmp_path, "closed/b.fq")[0]
        finally:
            (tmp_path / "closed").chmod(0o700)  # so that pytest can remove it

    def test_permission_denied_on_open(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.write(tmp_path / "a.fq", RECORD)

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
        assert "cannot be read (permission denied)" in self.check(tmp_path, "a.fq")[0]

    @pytest.mark.parametrize(
        ("one", "two", "words"),
        [
            ("x/1", "y/2", "do not pair, their first reads are 'r1x' and 'r1y'"),
            ("/2", "/1", "look swapped"),
            (" 2:N:0:A", " 1:N:0:A", "look swapped"),
            (" 1:N:0:A", " 1:N:0:A", "both hold mate 1"),
            ("/2", "/2", "both hold mate 2"),
            (".9.1", ".10.2", "do not pair"),
            (".1", ".2", "do not pair"),
        ],
    )
    def test_mates(self, tmp_path: Path, one: str, two: str, words: str) -> None:
        names = "a.fq", "b.fq"
        record = RECORD.replace("@r1", "@SRR") if words == "do not pair" and one == ".1" else RECORD
        self.write(tmp_path / names[0], record.format(one))
        self.write(tmp_path / names[1], record.format(two))
        (found,) = self.check(tmp_path, *names)
        assert found.startswith(f"samples.tsv, row 2: fq1 'a.fq' and fq2 'b.fq' {words}")

    @pytest.mark.parametrize("umi", ["name", "read1:4", ""])
    @pytest.mark.parametrize("carried", [True, False])
    def test_umi_in_the_name(self, tmp_path: Path, umi: str, carried: bool) -> None:
        self.write(tmp_path / "a.fq", RECORD.format(":ACGT 1:N:0:AC" if carried else " 1:N:0:AC"))
        text = f"sample\tunit\tfq1\tfq2\tumi\nA\t1\ta.fq\t\t{umi}\n"
        found = check_fastq_files(parse_sheet(text, "s.tsv", tmp_path), tmp_path, "s.tsv")
        if umi == "name" and not carried:
            (sentence,) = found
            assert sentence.startswith("s.tsv, row 2: fq1 'a.fq' has a first read, 'r1', without")
            assert sentence.endswith("say where it stands, such as read1:8, or empty the cell.")
        else:
            assert found == []

    @pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
    def test_one_file_by_two_names(
        self, tmp_path: Path, link: Callable[[Path, Path], None]
    ) -> None:
        self.write(tmp_path / "a.fq", RECORD.format(""))
        link(tmp_path / "b.fq", tmp_path / "a.fq")
        samples = parse("A\t1\ta.fq\t", "B\t1\tb.fq\t")
        assert check_fastq_files(samples, tmp_path, "s.tsv") == [
            "s.tsv, row 3: fq1 'b.fq' is the same file as fq1 of row 2; its reads would count "
            "twice, so correct one of them."
        ]
