"""Bases along the transcript, and their translation."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import at
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.genome.sequence import Genome, reverse_complement, translate

DNA = st.text("ACGTN", max_size=60)


@given(DNA)
def test_reverse_complement_is_an_involution(bases: str) -> None:
    assert reverse_complement(reverse_complement(bases)) == bases


def test_reverse_complement_and_case() -> None:
    assert reverse_complement("aacgtN") == "NACGTT"


@pytest.mark.parametrize(
    ("bases", "protein"),
    [
        ("ATGAAATAA", "MK*"),
        ("ATGTAGAAA", "M*"),
        ("atgtggtga", "MW*"),
        ("ATGAA", "M"),
        ("ATGNNN", "MX"),
        ("", ""),
        ("AT", ""),
        # one codon of each residue, in NCBI's order of the standard code
        ("TTTTTATCTTATTGTTGGCTTCCTCATCAACGT", "FLSYCWLPHQR"),
        ("ATTATGACTAATAAAAGTGTTGCTGATGAAGGT", "IMTNKSVADEG"),
    ],
)
def test_translate(bases: str, protein: str) -> None:
    assert translate(bases) == protein


@pytest.fixture
def small(tmp_path: Path) -> Genome:
    fasta = tmp_path / "small.fa"
    fasta.write_text(">one\nAACCGgttnn\n>two\nGTACAG\n")
    return Genome(fasta)


class TestGenome:
    def test_contigs_in_order(self, small: Genome) -> None:
        assert list(small.contigs.items()) == [("one", 10), ("two", 6)]

    @pytest.mark.parametrize(
        ("first", "last", "strand", "bases"),
        [
            (1, 4, "+", "AACC"),
            (4, 1, "-", "GGTT"),
            (1, 4, "-", "GGTT"),
            (5, 8, "+", "GGTT"),
            (10, 10, "+", "N"),
            (-3, 2, "+", "AA"),
            (9, 99, "-", "NN"),
            (0, 0, "+", ""),
            (11, 20, "+", ""),
        ],
    )
    def test_transcribed(
        self, small: Genome, first: int, last: int, strand: str, bases: str
    ) -> None:
        assert small.transcribed("one", first, last, strand) == bases

    def test_splice_motif_lies_just_inside_the_introns(self, tmp_path: Path) -> None:
        # exon AAAA, intron GTcccAG, exon TTTT
        forward = "AAAAGTCCCAGTTTT"
        fasta = tmp_path / "motif.fa"
        fasta.write_text(f">plus\n{forward}\n>minus\n{reverse_complement(forward)}\n")
        genome = Genome(fasta)
        assert genome.splice_motif(at("plus:4:+"), at("plus:12:+")) == "GT-AG"
        assert genome.splice_motif(at("minus:12:-"), at("minus:4:-")) == "GT-AG"
        assert genome.splice_motif(at("plus:4:+"), at("minus:4:-")) == "GT-AG"
        assert genome.splice_motif(at("minus:4:+"), at("minus:12:+")) == "CT-AC"

    def test_every_intron_of_the_test_reference_is_gt_ag(self, models, genome: Genome) -> None:
        for transcript in models:
            for number in range(1, len(transcript.exons)):
                five = f"{transcript.chrom}:{transcript.exon_end(number)}:{transcript.strand}"
                three = (
                    f"{transcript.chrom}:{transcript.exon_start(number + 1)}:{transcript.strand}"
                )
                assert genome.splice_motif(at(five), at(three)) == "GT-AG"

    def test_every_coding_sequence_of_the_test_reference_translates(
        self, mane, genome: Genome
    ) -> None:
        for transcript in mane.values():
            positions = transcript.residues_to_genome(1, transcript.cds_length // 3)
            protein = translate(
                "".join(
                    genome.transcribed(transcript.chrom, p, p, transcript.strand) for p in positions
                )
            )
            assert protein.startswith("M")
            assert protein.index("*") == len(protein) - 1 == transcript.cds_length // 3 - 1
