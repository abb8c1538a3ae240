"""GTF: its flavours, and the sentence for a file that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntrkoma.errors import InputError
from ntrkoma.genome.gtf import read_features, read_gtf
from ntrkoma.genome.transcripts import Transcript, choose_reference_transcript


class TestFlavours:
    def read(self, folder: Path, *lines: str) -> Transcript:
        path = folder / "flavour.gtf"
        path.write_text("#!genome-build GRCh38\n\n" + "\n".join(lines) + "\n")
        (transcript,) = read_gtf(path)
        return transcript

    def test_ensembl_versions_and_biotypes(self, tmp_path: Path) -> None:
        common = (
            'gene_id "ENSG00000198400"; gene_version "14"; transcript_id "ENST00000524377"; '
            'transcript_version "7"; gene_name "NTRK1"; gene_biotype "protein_coding"; '
            'transcript_biotype "protein_coding"; tag "MANE_Select";'
        )
        transcript = self.read(
            tmp_path,
            f"1\tensembl\texon\t101\t200\t.\t+\t.\t{common}",
            f"1\tensembl\tCDS\t111\t194\t.\t+\t0\t{common}",
            f"1\tensembl\tstop_codon\t195\t197\t.\t+\t0\t{common}",
        )
        assert transcript.transcript_id == "ENST00000524377.7"
        assert transcript.gene_id == "ENSG00000198400.14"
        assert transcript.gene_biotype == "protein_coding"
        assert transcript.cds == (111, 197)

    def test_refseq_names_and_tags(self, tmp_path: Path) -> None:
        common = (
            'gene_id "NTRK1"; transcript_id "NM_002529.4"; gene "NTRK1"; '
            'transcript_biotype "mRNA"; tag "MANE Select";'
        )
        transcript = self.read(
            tmp_path,
            f"NC_000001.11\tBestRefSeq\texon\t101\t200\t.\t+\t.\t{common}",
            f"NC_000001.11\tBestRefSeq\tCDS\t111\t197\t.\t+\t0\t{common}",
        )
        assert transcript.gene == "NTRK1"
        assert transcript.tags == {"MANE_Select"}
        assert choose_reference_transcript([transcript], frozenset())[1] == "MANE Select by tag"

    def test_a_stop_codon_split_over_two_exons_on_the_minus_strand(self, tmp_path: Path) -> None:
        common = 'gene_id "G"; transcript_id "T";'
        transcript = self.read(
            tmp_path,
            f"1\tx\texon\t201\t230\t.\t-\t.\t{common}",
            f"1\tx\texon\t101\t130\t.\t-\t.\t{common}",
            f"1\tx\tCDS\t203\t224\t.\t-\t1\t{common}",
            f"1\tx\tstop_codon\t201\t202\t.\t-\t0\t{common}",
            f"1\tx\tstop_codon\t130\t130\t.\t-\t1\t{common}",
        )
        assert transcript.exons == ((201, 230), (101, 130))
        assert transcript.cds == (130, 224)
        assert transcript.cds_phase == 1
        assert transcript.cds_length == 25

    def test_one_id_on_two_contigs_stays_two(self, tmp_path: Path) -> None:
        path = tmp_path / "par.gtf"
        common = 'gene_id "ASMT"; transcript_id "NM_001171038.2"; gene "ASMT";'
        path.write_text(
            f"chrX\tx\texon\t101\t200\t.\t+\t.\t{common}\n"
            f"chrY\tx\texon\t901\t990\t.\t+\t.\t{common}\n"
        )
        assert [t.exons for t in read_gtf(path)] == [((101, 200),), ((901, 990),)]


class TestBadGtf:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "has no features, it is empty"),
            ("# only a comment\n", "has no features, it is empty"),
            ('chr1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "G";\n', "holds no exon"),
            ("chr1\tx\texon\t1\t9\n", "line 1: has 5 tab-separated fields where a GTF has 9"),
            ("chr1\tx\texon\t1\t9\t.\t+\t.\tID=exon1;Parent=t1\n", "line 1: looks like GFF3"),
            ('chr1\tx\texon\t1\t9\t.\t+\t.\tgene_id "G";\n', "the exon has no transcript_id"),
        ],
    )
    def test_one_sentence_names_the_file(self, tmp_path: Path, text: str, sentence: str) -> None:
        path = tmp_path / "broken.gtf"
        path.write_text(text)
        with pytest.raises(InputError, match=sentence) as caught:
            read_gtf(path)
        assert len(caught.value.problems) == 1
        assert str(path) in str(caught.value)

    def test_a_position_that_is_no_number(self, tmp_path: Path) -> None:
        path = tmp_path / "broken.gtf"
        path.write_text('chr1\tx\texon\tone\t9\t.\t+\t.\ttranscript_id "T";\n')
        with pytest.raises(InputError, match="line 1"):
            read_gtf(path)

    def test_numbers_are_those_of_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "numbers.gtf"
        path.write_text("#!x\n\nchr1\tx\tgene\t1\t9\t.\t+\t.\tgene_id 1;\nchr1\tx\texon\t1\n")
        lines = read_features(path)
        assert next(lines)[0] == 3
        with pytest.raises(InputError, match="line 4: has 4 tab-separated fields"):
            next(lines)

    def test_bytes_that_are_not_utf8(self, tmp_path: Path) -> None:
        path = tmp_path / "latin1.gtf"
        path.write_bytes(
            b"# Universit\xe4t\n"
            b'chr1\tx\texon\t1\t9\t.\t+\t.\tgene_name "G\xe9ne"; transcript_id "T";\n'
        )
        (transcript,) = read_gtf(path)
        assert transcript.gene == "G\ufffdne"
