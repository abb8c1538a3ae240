"""Genome and annotation before any job: the sentence for each way to get them wrong."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ntrkoma.errors import Findings
from ntrkoma.inputs.genome_files import check_reference, read_annotation

GENES = [("chr1", "NTRK1", "CDS"), ("chr9", "NTRK2", "CDS"), ("chr15", "NTRK3", "CDS")]


def feature(contig: str, gene: str, kind: str = "CDS", key: str = "gene_name") -> str:
    names = f'gene_id "ENSG1"; transcript_id "T{gene}"; {key} "{gene}"; havana_gene "OTT1";'
    attributes = f'{names} tag "MANE_Select";'
    return f"{contig}\thavana\t{kind}\t1\t90\t.\t+\t0\t{attributes}"


class TestReference:
    @staticmethod
    def check(
        tmp_path: Path,
        gtf: list[str] | bytes,
        fasta: list[str] | bytes = ("chr1", "chr9", "chr15"),  # type: ignore[assignment]
        suffix: str = "",
        genes: tuple[str, ...] = ("NTRK1", "NTRK2", "NTRK3"),
    ) -> Findings:
        if not isinstance(gtf, bytes):
            gtf = "\n".join(["#!genome-build x", *gtf, ""]).encode()
        if not isinstance(fasta, bytes):
            fasta = "".join(f">{name} rest > of it\nACGT\nAC\n" for name in fasta).encode()
        paths = tmp_path / f"genome.fa{suffix}", tmp_path / f"genes.gtf{suffix}"
        for path, content in zip(paths, (fasta, gtf), strict=True):
            path.write_bytes(gzip.compress(content) if suffix else content)
        return check_reference(*paths, genes).found

    def problem(self, tmp_path: Path, *args: Any, **kwargs: Any) -> str:
        (found,) = self.check(tmp_path, *args, **kwargs).problems
        assert found.endswith(".")
        return found

    good = tuple(feature(*gene) for gene in GENES)

    @pytest.mark.parametrize("suffix", ["", ".gz"])
    def test_good(self, tmp_path: Path, suffix: str) -> None:
        assert self.check(tmp_path, self.good, suffix=suffix) == Findings()

    def test_good_ncbi(self, tmp_path: Path) -> None:
        rows = [feature(*gene, key="gene") for gene in GENES]
        assert self.check(tmp_path, rows) == Findings()

    def test_good_without_quotes(self, tmp_path: Path) -> None:
        rows = [feature(*gene).replace(f'"{gene[1]}"', gene[1]) for gene in GENES]
        assert self.check(tmp_path, rows) == Findings()

    def test_contigs_that_the_genome_lacks(self, tmp_path: Path) -> None:
        rows = [*self.good, feature("chr9", "X"), feature("chrUn", "Y"), feature("chr9", "Z")]
        found = self.check(tmp_path, rows)
        assert found.problems == []
        assert "1 of its 4 contigs are not in" in found.warnings[0]
        assert "(chrUn)" in found.warnings[0]

    def test_lines_of_the_genes_asked_for(self, tmp_path: Path) -> None:
        rows = [feature(f"chr{i % 7}", "X") for i in range(50)] + [*self.good]
        path = tmp_path / "a.gtf"
        path.write_text("\n".join(["#!comment", "", *rows]))
        facts = read_annotation(path, ["NTRK1", "NTRK3"])
        assert facts.contigs == {*(f"chr{i}" for i in range(7)), "chr9", "chr15"}
        assert facts.coding == {"NTRK1", "NTRK3"}
        assert [number for number, _ in facts.features] == [53, 55]

    @pytest.mark.parametrize(
        ("genes", "words"),
        [
            (("TRKA",), "no gene with gene_name 'TRKA'; did you mean 'NTRK1'? If not, correct"),
            (("Ntrk2",), "no gene with gene_name 'Ntrk2'; did you mean 'NTRK2'?"),
            (("ALK",), "no gene with gene_name 'ALK'; correct the genes"),
            (("NTRK",), "no gene with gene_name 'NTRK'; did you mean 'NTRK"),
        ],
    )
    def test_gene_missing(self, tmp_path: Path, genes: tuple[str, ...], words: str) -> None:
        assert words in self.problem(tmp_path, self.good, genes=genes)

    def test_annotation_of_a_mouse(self, tmp_path: Path) -> None:
        rows = [feature(contig, gene.capitalize()) for contig, gene, _ in GENES]
        found = self.check(tmp_path, rows).problems
        assert len(found) == 3
        assert "has 'Ntrk1' and no 'NTRK1', so that it is of mouse or rat; only human" in found[0]

    def test_other_attributes_do_not_count(self, tmp_path: Path) -> None:
        rows = [feature(*gene) for gene in GENES[:2]] + [feature("chr15", "NTRK3", key="my_gene")]
        assert "no gene with gene_name 'NTRK3'" in self.problem(tmp_path, rows)

    def test_no_gene_names(self, tmp_path: Path) -> None:
        rows = [feature(*gene, key="gene_symbol") for gene in GENES]
        assert "names no gene" in self.problem(tmp_path, rows)

    def test_gene_without_cds(self, tmp_path: Path) -> None:
        rows = [*self.good[:2], feature("chr15", "NTRK3", "exon")]
        assert "gene 'NTRK3' has no CDS" in self.problem(tmp_path, rows)

    @pytest.mark.parametrize(
        ("names", "words"),
        [
            (["1", "9", "15"], "names its contigs like 'chr1', the genome like '1'"),
            (["NC_000001.11"], "names its contigs like 'chr1', the genome like 'NC_000001.11'"),
        ],
    )
    def test_no_common_contig(self, tmp_path: Path, names: list[str], words: str) -> None:
        found = self.problem(tmp_path, self.good, names)
        assert "none of its contigs is in" in found
        assert words in found

    def test_genome_with_prefix(self, tmp_path: Path) -> None:
        rows = [feature(gene[0][3:], *gene[1:]) for gene in GENES]
        assert "like '1', the genome like 'chr1'" in self.problem(tmp_path, rows)

    def test_contig_of_a_target(self, tmp_path: Path) -> None:
        found = self.problem(tmp_path, self.good, ["chr1", "9", "chr15"])
        assert "gene 'NTRK2' lies on contig 'chr9', which is not in" in found
        assert "like 'chr9', the genome like '9'" in found

    def test_alternative_locus_is_no_problem(self, tmp_path: Path) -> None:
        rows = [*self.good, feature("chr1_alt", "NTRK1")]
        assert self.check(tmp_path, rows).problems == []

    @pytest.mark.parametrize(
        ("gtf", "words"),
        [
            (b"", "has no features, it is empty"),
            (b"#!only\n# comments\n\n", "has no features"),
            (b"chr1\t1\t90\tNTRK1\n", "line 1: has 4 tab-separated fields where a GTF has 9"),
            (b"##gff-version 3\nchr1\tx\tgene\t1\t9\t.\t+\t.\tID=g;Name=NTRK1\n", "like GFF3"),
        ],
    )
    @pytest.mark.parametrize("suffix", ["", ".gz"])
    def test_no_gtf(self, tmp_path: Path, gtf: bytes, words: str, suffix: str) -> None:
        found = self.problem(tmp_path, gtf, suffix=suffix)
        assert words in found
        assert found.startswith(str(tmp_path / "genes.gtf"))

    @pytest.mark.parametrize("fasta", [b"", b"ACGT\n", b"@r1\nA>CGT\n+\nI>III\n"])
    def test_no_fasta(self, tmp_path: Path, fasta: bytes) -> None:
        assert "is not a FASTA file, it has no line" in self.problem(tmp_path, self.good, fasta)

    def test_a_byte_that_is_not_utf8(self, tmp_path: Path) -> None:
        gtf = "\n".join(["# Universität", *self.good, ""]).encode("latin-1")
        assert self.check(tmp_path, gtf) == Findings()

    def test_line_of_another_width(self, tmp_path: Path) -> None:
        rows = [*self.good, "chr1\thavana\texon\t1"]
        assert (
            "genes.gtf, line 5: has 4 tab-separated fields where a GTF has 9; give"
            in self.problem(tmp_path, rows)
        )

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("\t90\t", "\tend\t", "line 2: start '1' and end 'end' are not both numbers"),
            ("\t1\t", "\t-1\t", "line 2: start '-1' and end '90' are not both numbers"),
            ("transcript_id", "transcript", "line 2: the CDS has no transcript_id"),
        ],
    )
    def test_damaged_line_of_a_target(self, tmp_path: Path, old: str, new: str, words: str) -> None:
        rows = [self.good[0].replace(old, new), *self.good[1:]]
        assert words in self.problem(tmp_path, rows)

    @pytest.mark.parametrize("name", ["genome.fa", "genes.gtf"])
    @pytest.mark.parametrize("damage", ["cut", "flip"])
    def test_damaged_gzip(self, tmp_path: Path, name: str, damage: str) -> None:
        self.check(tmp_path, self.good, suffix=".gz")
        path = tmp_path / f"{name}.gz"
        content = path.read_bytes()
        path.write_bytes(content[:-9] if damage == "cut" else content[:20] + b"\xff" * 60)
        (found,) = check_reference(
            tmp_path / "genome.fa.gz", tmp_path / "genes.gtf.gz", ["NTRK1"]
        ).found.problems
        what = (
            "is damaged or cut short, or not a FASTA file" if name == "genome.fa" else ".*cannot be"
        )
        assert re.match(f"{re.escape(str(path))}: {what}.*; copy or download it again", found)

    def test_missing_files(self, tmp_path: Path) -> None:
        found = check_reference(tmp_path / "a.fa", tmp_path / "b.gtf", ["NTRK1"]).found
        assert len(found.problems) == 2
        assert all("cannot be read" in sentence for sentence in found.problems)

    def test_index_is_used_unless_outdated(self, tmp_path: Path) -> None:
        index = tmp_path / "genome.fa.fai"
        index.write_text("chr1\t4\t6\t4\t5\n")
        os.utime(index, (1, 1))
        assert self.check(tmp_path, self.good).problems == []
        os.utime(index)
        os.utime(tmp_path / "genome.fa", (1, 1))
        found = check_reference(tmp_path / "genome.fa", tmp_path / "genes.gtf", ["NTRK2"]).found
        assert "gene 'NTRK2' lies on contig 'chr9'" in found.problems[0]
