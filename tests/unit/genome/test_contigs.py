"""Contigs of a genome, and how two sets of them differ."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest

from ntrkoma.errors import InputError
from ntrkoma.genome.contigs import contig_lengths, difference


class TestContigs:
    @pytest.mark.parametrize("packed", [False, True])
    def test_scan(self, tmp_path: Path, packed: bool) -> None:
        text = b">a rest > of it\nACGT\nAC\n>b\nACG\r\nA\r\n>empty\n>c\nAC>GT\nN"
        fasta = tmp_path / "g.fa"
        fasta.write_bytes(gzip.compress(text) if packed else text)
        assert contig_lengths(fasta) == {"a": 6, "b": 4, "empty": 0, "c": 6}

    def test_index_spares_the_scan_unless_it_is_older(self, tmp_path: Path) -> None:
        fasta, index = tmp_path / "g.fa", tmp_path / "g.fa.fai"
        fasta.write_text(">a\nACGT\n")
        index.write_text("a\t5\t3\t60\t61\n")
        assert contig_lengths(fasta) == {"a": 5}
        fasta.write_text(">a\nACGTAA\n")
        index.write_text("a\n")  # damaged
        assert contig_lengths(fasta) == {"a": 6}

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"b": 2, "a": 1}, ""),
            ({"a": 1, "b": 3}, "contig 'b' has 3 bases there and 2 here"),
            ({"a": 1}, "it lacks contig 'b'"),
            ({"a": 1, "b": 2, "c": 1, "d": 1}, "it has in addition contig 'c' and 1 more"),
            ({"x": 1}, "it lacks contig 'a' and 1 more and it has in addition contig 'x'"),
        ],
    )
    def test_difference(self, given: Mapping[str, int], words: str) -> None:
        assert difference(given, {"a": 1, "b": 2}) == words

    def test_no_names(self, tmp_path: Path) -> None:
        (tmp_path / "g.fa").write_text(">\nACGT\n")
        with pytest.raises(InputError, match="is not a FASTA file"):
            contig_lengths(tmp_path / "g.fa")

    def test_folder(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="is a directory"):
            contig_lengths(tmp_path)
