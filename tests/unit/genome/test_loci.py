"""What the junction caller asks of the annotation."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import Design, at, build, put

from ntrkoma.genome.loci import Loci, downstream
from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import Annotation, Transcript
from ntrkoma.model.junction import Breakpoint

TARGETS = ("NTRK1", "NTRK2", "NTRK3")


def test_spans_hold_every_transcript_of_a_gene(loci: Loci, models) -> None:
    for gene in TARGETS:
        own = [t for t in models if t.gene == gene]
        assert len(own) > 1
        expected = (own[0].chrom, min(t.start for t in own), max(t.end for t in own))
        assert expected in loci.spans
        chrom, start, end = expected
        for strand in "+-":
            assert loci.in_target(Breakpoint(chrom, start, strand))
            assert loci.in_target(Breakpoint(chrom, end, strand))
            assert not loci.in_target(Breakpoint(chrom, start - 1, strand))
            assert not loci.in_target(Breakpoint(chrom, end + 1, strand))
            assert not loci.in_target(Breakpoint("chrX", start, strand))


def test_near_target_takes_the_base_beside_the_gene(loci: Loci) -> None:
    """STAR names the intron's first base, so a break at the gene's end lies one base outside."""
    chrom, start, end = next(span for span in loci.spans if span[0] == "chr1")
    assert [loci.near_target(chrom, p) for p in (start - 2, start - 1, end + 1, end + 2)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("gene", TARGETS)
def test_exon_borders(loci: Loci, mane: dict[str, Transcript], gene: str) -> None:
    transcript = mane[gene]
    last = len(transcript.exons)
    for number in range(1, last + 1):
        end = Breakpoint(transcript.chrom, transcript.exon_end(number), transcript.strand)
        start = Breakpoint(transcript.chrom, transcript.exon_start(number), transcript.strand)
        # A transcript's own two ends are no splice borders.
        if number < last:
            assert loci.is_donor(end)
        if number > 1:
            assert loci.is_acceptor(start)
        assert not loci.is_donor(end.opposite())
        assert not loci.is_acceptor(start.opposite())
    ends = Breakpoint(transcript.chrom, transcript.exon_end(last), transcript.strand)
    assert not loci.is_donor(ends)


def test_borders_count_both_sides(loci: Loci, mane) -> None:
    five = at(f"chr1:{mane['KHDRBS1'].exon_end(8)}:+")
    three = at(f"chr1:{mane['NTRK1'].exon_start(12)}:+")
    assert loci.borders(five, three) == 2
    assert loci.borders(at(f"chr1:{five.pos - 1}:+"), three) == 1
    assert loci.borders(three, five) == 0


def test_distance_follows_the_transcript(loci: Loci, mane) -> None:
    transcript = mane["NTRK1"]
    one = Breakpoint("chr1", transcript.exon_end(12), "+")
    other = Breakpoint("chr1", transcript.exon_start(13) + 9, "+")
    assert other.pos - one.pos > 300
    assert loci.distance(one, other) == loci.distance(other, one) == 10
    intergenic = [Breakpoint("chr1", pos, "+") for pos in (100, 140)]
    assert loci.distance(*intergenic) == 40


def test_genes_and_strands(loci: Loci, mane) -> None:
    here = Breakpoint("chr15", mane["NTRK3"].exon_start(15), "-")
    assert loci.genes(here) == "NTRK3"
    assert loci.genes(here.opposite()) == "."
    assert loci.strand_of("NTRK3", here.chrom, here.pos) == "-"
    assert loci.strand_of("NTRK1", "chr1", mane["NTRK1"].start) == "+"


def test_downstream_is_signed_along_the_transcript() -> None:
    assert downstream(at("chr1:10:+"), at("chr1:14:+")) == 4
    assert downstream(at("chr1:10:-"), at("chr1:14:-")) == -4


def test_absent_target_genes_have_no_place(annotation: Annotation, genome: Genome) -> None:
    assert Loci(annotation, genome, ["NTRK4"]).spans == ()


def test_a_copy_on_a_patch_contig_does_not_stretch_the_gene(tmp_path: Path) -> None:
    """Ensembl's complete GTFs hold genes once more on patches and alternative haplotypes."""
    design = Design("ACGTACGTAC" * 5, ((5, 45),))
    primary = put(design, "+", "NTRK1", "1", "ENST00000524377.7").transcript
    shifted = Transcript(
        "ENST00000999999.1", "ENSG_2.1", "NTRK1", "CHR_HG2095_PATCH", "+", ((1005, 1045),)
    )
    contigs = {"1": "A" * 3000, "CHR_HG2095_PATCH": "C" * 3000}
    loci = build(tmp_path, contigs, [primary, shifted]).loci("NTRK1")
    assert loci.in_target(Breakpoint("1", 20, "+"))
    assert not loci.in_target(Breakpoint("1", 500, "+"))
    assert not loci.in_target(Breakpoint("1", 1020, "+"))
    assert loci.in_target(Breakpoint("CHR_HG2095_PATCH", 1020, "+"))
