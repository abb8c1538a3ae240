"""What either side of a fusion carries of its gene."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import STRANDS, Design, at, build_placed, designs, put
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.genome.carried import Carried, carried3, carried5, covered

GENES = designs(coding=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("carried")


@given(GENES, STRANDS, st.data())
def test_the_two_parts_cover_the_transcript_at_every_border(
    design: Design, strand: str, data: st.DataObject
) -> None:
    gene = put(design, strand, "NTRK1", "chr1")
    spliced = [gene.to_genome(p) for p in design.spliced_positions]
    cut = data.draw(st.integers(1, max(1, len(spliced) - 1)))
    five = carried5(gene.transcript, gene.at(design.spliced_positions[cut - 1]))
    assert five.positions() == spliced[:cut]
    if cut < len(spliced):
        three = carried3(gene.transcript, gene.at(design.spliced_positions[cut]))
        assert five.positions() + three.positions() == spliced
        assert five.length + three.length == gene.transcript.length


@given(GENES, STRANDS, st.data())
def test_unspliced_bases_up_to_the_breakpoint_come_along(
    folder: Path, design: Design, strand: str, data: st.DataObject
) -> None:
    gene = put(design, strand, "NTRK1", "chr1")
    world = build_placed(folder, gene)
    first, last = design.exons[0][0], design.exons[-1][1]
    position = data.draw(st.integers(first, last))
    five = carried5(gene.transcript, gene.at(position))
    three = carried3(gene.transcript, gene.at(position))
    assert five.sequence(world.genome) == design.up_to(position)
    assert three.sequence(world.genome) == design.from_position(position)
    for part in (five, three):
        assert part.length == len(part.sequence(world.genome)) == len(part.positions())
        indices = [part.index_of(pos) for pos in part.positions()]
        assert indices == list(range(part.length))
    outside = set(range(len(gene.contig) + 2)) - set(five.positions())
    assert all(five.index_of(pos) is None for pos in outside)


@given(designs(coding=True, phases=(0,)), STRANDS, st.data())
def test_the_carried_share_of_a_domain_is_monotone(
    design: Design, strand: str, data: st.DataObject
) -> None:
    """The further 5′ a 3′ partner begins, the more of its domain it carries."""
    gene = put(design, strand, "NTRK1", "chr1")
    assert design.cds is not None
    codons = (design.cds[1] - design.cds[0] + 1) // 3
    first = data.draw(st.integers(1, codons))
    domain = frozenset(
        gene.transcript.residues_to_genome(first, data.draw(st.integers(first, codons)))
    )
    begin, end = design.exons[0][0], design.exons[-1][1]
    shares3 = [
        carried3(gene.transcript, gene.at(p)).fraction_of(domain) for p in range(begin, end + 1)
    ]
    shares5 = [
        carried5(gene.transcript, gene.at(p)).fraction_of(domain) for p in range(begin, end + 1)
    ]
    assert all(0 <= share <= 1 for share in shares3 + shares5)
    assert shares3 == sorted(shares3, reverse=True)
    assert shares5 == sorted(shares5)
    assert shares3[0] == shares5[-1] == 1.0
    # What one part carries the other does not.
    for five, three in zip(shares5, shares3[1:], strict=False):
        assert five + three == pytest.approx(1.0)


def test_a_domain_without_positions_is_not_carried() -> None:
    assert Carried("chr1", "+", ((1, 9),)).fraction_of(frozenset()) == 0.0


def test_blocks_run_in_the_direction_of_transcription(mane) -> None:
    transcript = mane["TPM3"]
    assert transcript.strand == "-"
    cut = transcript.exon_end(3)
    five = carried5(transcript, at(f"{transcript.chrom}:{cut}:-"))
    assert len(five.blocks) == 3
    assert all(first >= last for first, last in five.blocks)
    assert five.blocks[-1][1] == cut


def test_parts_count_together_and_once() -> None:
    """A duplication carries the same exons in both of its parts."""
    first, second = Carried("chr1", "-", ((9, 5),)), Carried("chr1", "-", ((6, 1),))
    assert covered(frozenset(range(1, 11)), [first, second]) == 0.9
    assert covered(frozenset({10}), [first, second]) == 0.0
    assert covered(frozenset({5}), []) == 0.0
