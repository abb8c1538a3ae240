"""Transcript models: positions back and forth, GTF and table, the frame rules of the domain."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from helpers import STRANDS, Design, designs, exon_borders, gtf_lines, put
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.genome.gtf import read_gtf
from ntrkoma.genome.transcripts import (
    Annotation,
    Transcript,
    choose_reference_transcript,
    write_table,
)

GENES = designs(coding=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("transcripts")


@given(GENES, STRANDS)
def test_genome_and_transcript_positions_are_inverse(design: Design, strand: str) -> None:
    gene = put(design, strand, "NTRK1", "chr1")
    transcript = gene.transcript
    genomic = [gene.to_genome(p) for p in design.spliced_positions]
    assert transcript.length == len(genomic)
    assert [transcript.to_genome(p) for p in range(1, transcript.length + 1)] == genomic
    assert [transcript.to_transcript(p) for p in genomic] == list(range(1, len(genomic) + 1))
    outside = set(range(len(gene.contig) + 2)) - set(genomic)
    assert all(transcript.to_transcript(p) is None for p in outside)
    assert all(transcript.exon_at(p) is None for p in outside)


@given(GENES, STRANDS)
def test_positions_outside_the_transcript_are_refused(design: Design, strand: str) -> None:
    transcript = put(design, strand, "NTRK1", "chr1").transcript
    for position in (0, -1, transcript.length + 1):
        with pytest.raises(ValueError, match="outside"):
            transcript.to_genome(position)


@given(GENES, STRANDS)
def test_exon_borders(design: Design, strand: str) -> None:
    gene = put(design, strand, "NTRK1", "chr1")
    transcript = gene.transcript
    for number, (first, last) in enumerate(design.exons, 1):
        assert transcript.exon_start(number) == gene.to_genome(first)
        assert transcript.exon_end(number) == gene.to_genome(last)
        assert transcript.exon_at(gene.to_genome(first)) == number
        assert transcript.exons_before(gene.to_genome(first)) == number - 1
        # One base past the exon it lies wholly upstream.
        assert transcript.exons_before(gene.to_genome(last + 1)) == number
    ends = [transcript.to_transcript(transcript.exon_end(n + 1)) for n in range(len(design.exons))]
    assert ends == exon_borders(design)


@given(designs(coding=True), STRANDS)
def test_coding_positions_count_from_the_first_coding_base(design: Design, strand: str) -> None:
    gene = put(design, strand, "NTRK1", "chr1")
    assert design.cds is not None
    first, last = design.cds
    assert gene.transcript.cds_span == design.cds
    assert gene.transcript.cds_length == last - first + 1
    for position, primary in enumerate(design.spliced_positions, 1):
        expected = position - first + 1 if first <= position <= last else None
        assert gene.transcript.coding_position(gene.to_genome(primary)) == expected


@given(designs(coding=False), STRANDS)
def test_a_non_coding_transcript_has_no_coding_position(design: Design, strand: str) -> None:
    transcript = put(design, strand, "NTRK3-AS1", "chr15").transcript
    assert not transcript.coding
    assert transcript.cds_length == 0
    assert transcript.coding_position(transcript.exon_start(1)) is None
    with pytest.raises(ValueError, match="no coding sequence"):
        transcript.residues_to_genome(1, 1)


@given(designs(coding=True), STRANDS, st.data())
def test_residues_lie_on_their_codons(design: Design, strand: str, data: st.DataObject) -> None:
    gene = put(design, strand, "NTRK1", "chr1")
    assert design.cds is not None
    codons = (design.cds[1] - design.cds[0] + 1 - design.phase) // 3
    first = data.draw(st.integers(1, codons))
    last = data.draw(st.integers(first, codons))
    positions = gene.transcript.residues_to_genome(first, last)
    begin = design.cds[0] + design.phase + 3 * (first - 1)
    expected = design.spliced_positions[begin - 1 : begin - 1 + 3 * (last - first + 1)]
    assert positions == [gene.to_genome(p) for p in expected]
    assert positions == sorted(positions, reverse=strand == "-")
    with pytest.raises(ValueError, match=f"no residue {codons + 1}"):
        gene.transcript.residues_to_genome(1, codons + 1)


@given(
    st.lists(
        st.tuples(GENES, STRANDS, st.sampled_from([(), ("basic",), ("MANE_Select", "basic")]))
    ),
    st.booleans(),
    st.booleans(),
)
def test_gtf_to_table_to_transcript(
    folder: Path,
    genes: list[tuple[Design, str, tuple[str, ...]]],
    stop_in_cds: bool,
    packed: bool,
) -> None:
    """Read, written and read again, every model is the one that the GTF describes."""
    genes = genes or [(Design("ACGTACGT", ((2, 5),)), "+", ())]
    expected = [
        put(design, strand, f"GENE{i}", f"chr{i % 2}", f"ENST{i:011}.{i + 1}", tags).transcript
        for i, (design, strand, tags) in enumerate(genes)
    ]
    text = "\n".join(line for t in expected for line in gtf_lines(t, stop_in_cds=stop_in_cds))
    path = folder / ("genes.gtf.gz" if packed else "genes.gtf")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    read = read_gtf(path)
    assert read == expected
    table = folder / "transcripts.bed.gz"
    write_table(reversed(read), table)
    annotation = Annotation(table)
    by_name = annotation.genes_named(t.gene for t in expected)
    assert by_name == {t.gene: [t] for t in expected}
    for transcript in expected:
        for position in (transcript.start, transcript.end):
            found = annotation.overlapping(transcript.chrom, position, position)
            assert transcript in found
            assert all(t.start <= position <= t.end for t in found)


def test_the_table_of_the_test_reference_is_its_gtf(
    annotation: Annotation, models: list[Transcript]
) -> None:
    found = annotation.genes_named(t.gene for t in models)
    kept = {t.transcript_id: t for transcripts in found.values() for t in transcripts}
    assert kept == {t.transcript_id: t for t in models}
    assert len(models) > 30
    assert all(t.gene == gene for gene, transcripts in found.items() for t in transcripts)
    assert annotation.genes_named(["NTRK4"]) == {}


def test_an_unknown_contig_overlaps_nothing(annotation: Annotation) -> None:
    assert annotation.overlapping("chrUn_KI270742v1", 1, 10**6) == []


class TestChoice:
    def model(self, name: str, length: int, tags: tuple[str, ...] = (), *, coding: bool = True):
        exons = ((1, length),)
        cds = (1, length - length % 3) if coding else None
        return Transcript(name, "G", "NTRK1", "chr1", "+", exons, cds, tags=frozenset(tags))

    def test_order_of_preference(self) -> None:
        tagged = self.model("ENST01.1", 90, ("MANE_Select",))
        known = self.model("ENST02.9", 120)
        longest = self.model("ENST03.1", 300)
        long_rna = self.model("ENST04.1", 900, coding=False)
        everything = [long_rna, longest, known, tagged]
        ids = frozenset({"ENST02"})
        assert choose_reference_transcript(everything, ids) == (tagged, "MANE Select by tag")
        assert choose_reference_transcript(everything[:3], ids) == (known, "MANE Select by id")
        chosen = choose_reference_transcript(everything[:2], ids)
        assert chosen == (longest, "longest coding sequence")
        assert choose_reference_transcript(everything[:1], ids) == (long_rna, "longest transcript")

    def test_ties_do_not_depend_on_order(self) -> None:
        twins = [self.model("ENST02.1", 99), self.model("ENST01.1", 99)]
        for order in (twins, twins[::-1]):
            assert choose_reference_transcript(order, frozenset())[0].transcript_id == "ENST01.1"

    def test_nothing_to_choose_from(self) -> None:
        with pytest.raises(ValueError, match="no transcript"):
            choose_reference_transcript([], frozenset())


# Start phase of each exon: coding bases before it, modulo 3 (GENCODE v44, MANE Select).
START_PHASES = {
    "NTRK1": {8: 1, 9: 1, 10: 1, 11: 0, 12: 1, 13: 1, 14: 0},
    "NTRK2": {11: 1, 12: 0, 13: 1, 14: 1, 15: 1, 16: 0},
    "NTRK3": {11: 1, 12: 1, 13: 0, 14: 1, 15: 1, 16: 0},
}
# Exons, residues, first and last exon of the kinase domain.
STRUCTURE = {
    "NTRK1": (17, 796, 13, 17),
    "NTRK2": (19, 838, 15, 19),
    "NTRK3": (20, 839, 15, 20),
}


@pytest.mark.parametrize("gene", START_PHASES)
def test_start_phases_of_the_kinase_genes(gene: str, mane: dict[str, Transcript]) -> None:
    transcript = mane[gene]
    for exon, phase in START_PHASES[gene].items():
        first = transcript.coding_position(transcript.exon_start(exon))
        assert first is not None
        assert (first - 1) % 3 == phase, exon


@pytest.mark.parametrize("gene", STRUCTURE)
def test_kinase_exons(gene: str, mane: dict[str, Transcript], knowledge) -> None:
    exons, residues, first, last = STRUCTURE[gene]
    transcript = mane[gene]
    assert len(transcript.exons) == exons
    assert transcript.cds_length == 3 * residues + 3
    kinase = knowledge.domain(gene, "kinase")
    positions = transcript.residues_to_genome(kinase.first, kinase.last)
    assert len(positions) == 3 * (kinase.last - kinase.first + 1)
    assert {transcript.exon_at(p) for p in positions} == set(range(first, last + 1))
    # The kinase-start exon is 131 nt long in all three genes.
    start, end = transcript.exons[first - 1]
    assert end - start + 1 == 131


@pytest.mark.parametrize(("gene", "exon"), [("NTRK1", 12), ("NTRK2", 14), ("NTRK3", 14)])
def test_exon_equivalence_of_the_kinase_genes(
    gene: str, exon: int, mane: dict[str, Transcript]
) -> None:
    """NTRK1 e12, NTRK2 e14 and NTRK3 e14 precede the same kinase-start exon."""
    transcript = mane[gene]
    following = [transcript.exons[n][1] - transcript.exons[n][0] + 1 for n in (exon, exon + 1)]
    assert following[0] == 131
    assert transcript.coding_position(transcript.exon_start(exon)) % 3 == 2


def test_khdrbs1_exon_8_ends_in_phase_1(mane: dict[str, Transcript]) -> None:
    transcript = mane["KHDRBS1"]
    assert len(transcript.exons) == 9
    assert transcript.coding_position(transcript.exon_end(8)) == 1234
    assert 1234 % 3 == 1
