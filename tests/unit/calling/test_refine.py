"""The exact place of a junction, and the bases inserted at it, out of the reads themselves."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.calling.refine import MARGIN, needs_refinement, place_in_read, refine
from ntrkoma.genome.sequence import Genome, reverse_complement
from ntrkoma.model.junction import Breakpoint, Fragment, Junction

STRANDS = st.sampled_from("+-")
SIZE, HERE = 400, 200


@pytest.fixture(scope="module")
def two_genes(tmp_path_factory: pytest.TempPathFactory) -> Genome:
    """Two random contigs, and their reverse complements under the same numbers from the end."""
    dice = random.Random(7)
    five, three = ("".join(dice.choice("ACGT") for _ in range(SIZE)) for _ in range(2))
    contigs = {
        "five+": five,
        "five-": reverse_complement(five),
        "three+": three,
        "three-": reverse_complement(three),
    }
    fasta = tmp_path_factory.mktemp("refine") / "two_genes.fa"
    fasta.write_text("".join(f">{name}\n{bases}\n" for name, bases in contigs.items()))
    return Genome(fasta)


def side(name: str, strand: str, position: int) -> Breakpoint:
    """A transcribed position on either strand."""
    pos = position if strand == "+" else SIZE + 1 - position
    return Breakpoint(f"{name}{strand}", pos, strand)


def joined(genome: Genome, last: int, inserted: str, first: int, flank: int = 60) -> str:
    left = genome.transcribed("five+", last - flank + 1, last, "+")
    return left + inserted + genome.transcribed("three+", first, first + flank - 1, "+")


def spelled(genome: Genome, place: tuple[Breakpoint, Breakpoint, str]) -> str:
    """Sequence around a place: equal for equivalent placements."""
    five, three, inserted = place
    left = genome.transcribed(five.chrom, five.upstream(59), five.pos, five.strand)
    right = genome.transcribed(three.chrom, three.pos, three.upstream(-59), three.strand)
    return left + inserted + right


@given(
    STRANDS,
    STRANDS,
    st.text("ACGT", max_size=12),
    st.integers(-MARGIN + 1, MARGIN - 1),
    st.integers(-MARGIN + 1, MARGIN - 1),
)
def test_breakpoints_and_inserted_bases_are_recovered(
    two_genes: Genome, strand5: str, strand3: str, inserted: str, off5: int, off3: int
) -> None:
    """From the aligner's place, up to MARGIN nt off on either side."""
    read = joined(two_genes, HERE, inserted, HERE)
    place = place_in_read(
        read, side("five", strand5, HERE + off5), side("three", strand3, HERE + off3), two_genes
    )
    assert place is not None
    five, three, found = place
    moved5 = five.pos - HERE if strand5 == "+" else SIZE + 1 - five.pos - HERE
    moved3 = three.pos - HERE if strand3 == "+" else SIZE + 1 - three.pos - HERE
    # Inserted bases that happen to go on like a gene are that gene's; the read stays the same.
    assert moved5 >= 0
    assert moved5 + len(found) - moved3 == len(inserted)
    assert read.find(spelled(two_genes, place)[20:-20]) >= 0
    assert len(found) <= len(inserted)


def test_inserted_bases_of_the_mid_exon_sample(genome: Genome) -> None:
    """NACC2 e2, AAC, NTRK2 e14: both breaks inside exons."""
    donor, acceptor = Breakpoint("chr9", 81682, "-"), Breakpoint("chr9", 70839, "+")
    left = genome.transcribed("chr9", 81682 + 49, 81682, "-")
    right = genome.transcribed("chr9", 70839, 70839 + 49, "+")
    read = f"{left}AAC{right}"
    for off in range(-6, 7):
        place = place_in_read(
            read,
            Breakpoint("chr9", donor.upstream(off), "-"),
            Breakpoint("chr9", acceptor.upstream(off), "+"),
            genome,
        )
        assert place == (donor, acceptor, "AAC")


@pytest.mark.parametrize(
    ("start", "stop"), [(50, 120), (0, 70)], ids=["no 5′ anchor", "no 3′ anchor"]
)
def test_a_read_without_an_anchor_places_nothing(two_genes: Genome, start: int, stop: int) -> None:
    read = joined(two_genes, HERE, "", HERE)[start:stop]
    place = place_in_read(read, side("five", "+", HERE), side("three", "+", HERE), two_genes)
    assert place is None


def test_a_read_of_something_else_places_nothing(two_genes: Genome) -> None:
    read = two_genes.transcribed("five+", 1, 100, "-")
    assert place_in_read(read, side("five", "+", HERE), side("three", "+", HERE), two_genes) is None


def fragment(name: str, inserted: int = 0) -> Fragment:
    return Fragment(name, (1, 2, False), (50, 50), 1, inserted)


class TestRefine:
    def junction(self, off: int, *names: str, borders: int = 0, inserted: int = 0) -> Junction:
        return Junction(
            side("five", "+", HERE + off),
            side("three", "+", HERE + off),
            borders,
            reads={name: fragment(name, inserted) for name in names},
        )

    @pytest.mark.parametrize(
        ("borders", "inserted", "exact", "needed"),
        [(2, 0, True, False), (2, 3, True, True), (1, 0, True, True), (0, 0, False, False)],
    )
    def test_when(self, borders: int, inserted: int, exact: bool, needed: bool) -> None:
        junction = self.junction(0, "a", borders=borders, inserted=inserted)
        junction.exact = exact
        assert needs_refinement(junction) is needed

    def test_scattered_junctions_of_one_join_meet(self, two_genes: Genome) -> None:
        read = joined(two_genes, HERE, "TTGCA", HERE)
        names = ["a", "b", "c", "d"]
        sequences = {
            name: [read if i % 2 else reverse_complement(read), "ACGT"]
            for i, name in enumerate(names)
        }
        scattered = [self.junction(-3, "a", "b"), self.junction(2, "c"), self.junction(4, "d")]
        (junction,) = refine(scattered, sequences, two_genes)
        place = (junction.donor, junction.acceptor, junction.inserted)
        assert set(junction.reads) == set(names)
        assert read.find(spelled(two_genes, place)[20:-20]) >= 0

    def test_most_reads_decide(self, two_genes: Genome) -> None:
        good = joined(two_genes, HERE, "", HERE)
        base = "A" if good[58] != "A" else "C"
        sequences = {
            "a": [good],
            "b": [good],
            "c": [good[:58] + base + good[59:]],
        }
        (junction,) = refine([self.junction(0, "a", "b", "c")], sequences, two_genes)
        expected = place_in_read(good, junction.donor, junction.acceptor, two_genes)
        assert (junction.donor, junction.acceptor, junction.inserted) == expected

    def test_without_reads_the_aligners_place_stays(self, two_genes: Genome) -> None:
        (junction,) = refine([self.junction(3, "a")], {}, two_genes)
        assert junction.donor == side("five", "+", HERE + 3)
