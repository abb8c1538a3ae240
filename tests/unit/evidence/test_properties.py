"""Random genes and random junctions against naive re-implementations.

Nothing here asks the library where a base lies or what it codes for: each gene is a list of bases
in the order of transcription, and every expectation is counted on that list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from helpers import STRANDS, Design, Placed, World, build_placed, domain_of, put
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from ntrkoma.annotation.annotate import Annotator, Structure
from ntrkoma.curated import knowledge as curated
from ntrkoma.curated.knowledge import Domain
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Frame, Kinase
from ntrkoma.results.vcf import vcf_lines

KNOWLEDGE = replace(
    curated.load(Path(__file__).resolve().parents[3] / "resources"),
    domains=(),
    mane={},
    partners={},
)
STOPS = {"TAA", "TAG", "TGA"}
PAIR = {"A": "T", "C": "G", "G": "C", "T": "A"}
EXAMPLES = settings(max_examples=120)


@st.composite
def genes(draw: st.DrawFn, *, coding: bool = True) -> Design:
    """A gene of 1 to 8 exons in a random genome: any coding range, any phase, stop codons
    wherever chance puts them."""
    bases = draw(st.randoms(use_true_random=False))
    number = draw(st.integers(1, 8))
    lengths = [draw(st.integers(1, 30)) for _ in range(number)]
    phase = draw(st.integers(0, 2)) if coding else 0
    if sum(lengths) < phase + 9:
        lengths[draw(st.integers(0, number - 1))] += phase + 9
    exons, position = [], draw(st.integers(4, 20))
    for length in lengths:
        exons.append((position, position + length - 1))
        position += length + draw(st.integers(1, 25))
    size = exons[-1][1] + draw(st.integers(4, 20))
    cds = None
    if coding:
        total = sum(lengths)
        codons = draw(st.integers(3, (total - phase) // 3))
        first = draw(st.integers(1, total - phase - 3 * codons + 1))
        cds = (first, first + phase + 3 * codons - 1)
    primary = "".join(bases.choice("ACGT") for _ in range(size))
    return Design(primary, tuple(exons), cds, phase)


@dataclass(frozen=True)
class Junction:
    """A random gene pair with its annotation, and a random junction annotated in it."""

    five: Placed
    three: Placed
    world: World
    inserted: str
    found: Structure

    def place(self, side: Breakpoint, gene: Placed) -> int:
        """Position of a breakpoint in the gene's own list of bases (1-based)."""
        if gene.strand == "+":
            return side.pos
        return len(gene.contig) + 1 - side.pos

    @property
    def last(self) -> int:
        """Last base of the 5′ part."""
        return self.place(self.found.breakpoint5, self.five)

    @property
    def first(self) -> int:
        """First base of the 3′ part."""
        return self.place(self.found.breakpoint3, self.three)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("properties")


def junction(
    data: st.DataObject,
    folder: Path,
    *,
    coding: tuple[bool, bool] = (True, True),
    inserted: bool = True,
    kinase: bool = False,
) -> Junction:
    """Draw genes, strands, breakpoints anywhere between the genes' ends, and inserted bases."""
    five = put(data.draw(genes(coding=coding[0])), data.draw(STRANDS), "KHDRBS1", "chrA")
    three = put(data.draw(genes(coding=coding[1])), data.draw(STRANDS), "NTRK1", "chrB")
    domains: tuple[Domain, ...] = ()
    design = three.design
    if kinase and design.cds:
        codons = (design.cds[1] - design.cds[0] + 1 - design.phase) // 3
        begin = data.draw(st.integers(1, codons))
        end = data.draw(st.integers(begin, codons))
        domains = (domain_of(begin, end, codons),)
    world = build_placed(folder, five, three)
    own = replace(KNOWLEDGE, domains=domains)
    annotator = Annotator(world.annotation, world.genome, own, ["NTRK1"])
    last = data.draw(st.integers(five.design.exons[0][0], five.design.exons[-1][1]))
    first = data.draw(st.integers(design.exons[0][0], design.exons[-1][1]))
    if data.draw(st.booleans()):
        last = data.draw(st.sampled_from(five.design.exons))[1]
    if data.draw(st.booleans()):
        first = data.draw(st.sampled_from(design.exons))[0]
    between = data.draw(st.text("ACGT", max_size=5)) if inserted else ""
    found = annotator.annotate(five.at(last), three.at(first), between)
    return Junction(five, three, world, between, found)


def carried_by_5(design: Design, last: int) -> list[int]:
    """Positions that a 5′ partner carries: exons up to the break, and the unspliced bases between
    the last exon begun and a break in the intron behind it."""
    kept = []
    for number, (begin, end) in enumerate(design.exons):
        if begin > last:
            break
        following = design.exons[number + 1 :]
        stop = end if following and following[0][0] <= last else last
        kept += range(begin, min(stop, last) + 1)
    return kept


def carried_by_3(design: Design, first: int) -> list[int]:
    """Positions that a 3′ partner carries: unspliced bases before an exon, then exons."""
    kept: list[int] = []
    for begin, end in design.exons:
        if end < first:
            continue
        start = max(begin, first) if kept or begin < first else first
        kept += range(start, end + 1)
    return kept


def naive_frame(j: Junction) -> Frame:
    """The reading frame by reading: codon after codon from the 5′ gene's start."""
    five, three = j.five.design, j.three.design
    if three.cds is None:
        return Frame.NO_CDS
    tail, coding3 = carried_by_3(three, j.first), three.spliced_positions
    coding3 = coding3[three.cds[0] - 1 : three.cds[1]]
    left = [p for p in tail if p in coding3]
    if not left:
        return Frame.NO_CDS
    own_start = left[0] == coding3[0] and three.phase == 0
    leader = tail.index(left[0])
    head = carried_by_5(five, j.last)
    coding5 = five.spliced_positions[five.cds[0] - 1 : five.cds[1]] if five.cds else []
    if not coding5 or coding5[five.phase] not in head:
        return Frame.UTR5_START_RETAINED if own_start else Frame.NO_CDS
    if coding5[-1] in head:
        return Frame.NO_CDS
    # Each base of the transcript with its place in the 3′ gene's own codons, None elsewhere.
    mrna: list[tuple[str, int | None]] = [
        (five.primary[p - 1], None) for p in head[head.index(coding5[five.phase]) :]
    ]
    mrna += [(base, None) for base in j.inserted]
    mrna += [
        (three.primary[p - 1], (coding3.index(p) - three.phase) % 3 if p in coding3 else None)
        for p in tail
    ]
    entry = len(mrna) - len(tail) + leader
    in_frame = None
    for start in range(0, len(mrna), 3):
        codon = "".join(base for base, _ in mrna[start : start + 3])
        if start >= entry:
            in_frame = mrna[start][1] == 0
            break
        if codon in STOPS:
            in_frame = False
            break
    if in_frame is None:
        # The transcript ends within the codon that holds the first coding base.
        in_frame = mrna[entry][1] == entry % 3
    if in_frame:
        return Frame.IN_FRAME
    return Frame.UTR5_START_RETAINED if own_start and leader > 0 else Frame.OUT_OF_FRAME


def read_protein(bases: str) -> int | None:
    """Codons before the first stop; None without one."""
    for start in range(0, len(bases) - 2, 3):
        if bases[start : start + 3] in STOPS:
            return start // 3
    return None


@given(st.data())
@EXAMPLES
def test_frame_is_what_reading_the_joined_transcript_gives(
    folder: Path, data: st.DataObject
) -> None:
    j = junction(data, folder)
    three = j.three.design
    assert three.cds is not None
    coding3 = three.spliced_positions[three.cds[0] - 1 : three.cds[1]]
    tail = carried_by_3(three, j.first)
    left = [p for p in tail if p in coding3]
    # With less than a codon of the gene left, nothing can be read of it.
    assume(not left or len(left) >= 3)
    expected = naive_frame(j)
    event(expected.value)
    assert j.found.frame == expected
    if expected == Frame.IN_FRAME:
        five = j.five.design
        assert five.cds is not None
        head = carried_by_5(five, j.last)
        begin = head.index(five.spliced_positions[five.cds[0] - 1 + five.phase])
        bases = "".join(five.primary[p - 1] for p in head[begin:]) + j.inserted
        bases += "".join(three.primary[p - 1] for p in tail)
        assert j.found.protein_length == read_protein(bases)


@given(st.data())
def test_without_coding_sequence_nothing_is_read(folder: Path, data: st.DataObject) -> None:
    coding = data.draw(st.sampled_from([(False, True), (True, False), (False, False)]))
    j = junction(data, folder, coding=coding)
    assert j.found.frame == naive_frame(j)
    assert j.found.frame in {Frame.NO_CDS, Frame.UTR5_START_RETAINED}
    assert j.found.protein_length is None


@given(st.data())
@EXAMPLES
def test_an_equivalent_place_spells_the_same_bases(folder: Path, data: st.DataObject) -> None:
    """Wherever the annotation puts a junction, the bases around it are those of the reads."""
    five = put(data.draw(genes()), data.draw(STRANDS), "KHDRBS1", "chrA")
    three = put(data.draw(genes()), data.draw(STRANDS), "NTRK1", "chrB")
    world = build_placed(folder, five, three)
    annotator = Annotator(world.annotation, world.genome, KNOWLEDGE, ["NTRK1"])
    last = data.draw(st.integers(five.design.exons[0][0], five.design.exons[-1][1]))
    first = data.draw(st.integers(three.design.exons[0][0], three.design.exons[-1][1]))
    found = annotator.annotate(five.at(last), three.at(first))
    j = Junction(five, three, world, "", found)
    assert j.last - last == j.first - first
    moved = five.design.primary[: j.last] + three.design.primary[j.first - 1 :]
    assert moved == five.design.primary[:last] + three.design.primary[first - 1 :]


def exon_and_offset(design: Design, position: int, *, five: bool) -> tuple[int, int]:
    """The exon a base lies in, else the nearest one that is kept, and the way from its border."""
    for number, (begin, end) in enumerate(design.exons, 1):
        if begin <= position <= end:
            return number, position - (end if five else begin)
    before = [n for n, (_, end) in enumerate(design.exons, 1) if end < position]
    number = max(before) if five else max(before) + 1
    border = design.exons[number - 1]
    return number, position - (border[1] if five else border[0])


ELEMENT = re.compile(r"^(\S+?)\((\w+)\):e\.([1-9]\d*)(?:([+-])([1-9]\d*))?$")
R_SIDE = re.compile(r"^(\S+?):r\.(.+)$")
R_NUMBER = re.compile(r"^(?P<sign>[-*]?)(?P<number>[1-9]\d*)(?:(?P<way>[+-])(?P<nt>[1-9]\d*))?$")


@given(st.data())
@EXAMPLES
def test_exon_numbers_and_names_lead_back_to_the_breakpoints(
    folder: Path, data: st.DataObject
) -> None:
    """Exon and offset are counted on the gene; VICC and HGVS strings are read by their grammar."""
    coding = data.draw(st.sampled_from([(True, True), (False, True), (True, False)]))
    j = junction(data, folder, coding=coding)
    elements = j.found.vicc.split("::")
    adjoined = j.found.hgvs.split("::")
    assert elements[1:-1] == ([j.inserted] if j.inserted else [])
    assert adjoined[1:-1] == ([j.inserted.lower().replace("t", "u")] if j.inserted else [])
    for gene, side, position, index, is_five in (
        (j.five, j.found.side5, j.last, 0, True),
        (j.three, j.found.side3, j.first, -1, False),
    ):
        design = gene.design
        exon, offset = exon_and_offset(design, position, five=is_five)
        assert (side.exon, side.offset) == (exon, offset)
        element = ELEMENT.match(elements[index])
        assert element is not None, elements[index]
        transcript, symbol, number, sign, nt = element.groups()
        assert (transcript, symbol) == (f"ENST_{symbol}.1", gene.transcript.gene)
        signed = int(f"{sign}{nt}") if nt else 0
        border = design.exons[int(number) - 1][1 if is_five else 0]
        assert border + signed == position

        described = R_SIDE.match(adjoined[index])
        assert described is not None, adjoined[index]
        assert described[1] == transcript
        outer, inner = described[2].split("_")[:: 1 if is_five else -1]
        assert outer == "?"
        assert position_of(inner, design) == position


def position_of(text: str, design: Design) -> int:
    """What a reader of an r. position finds: c. numbers, with UTRs and introns."""
    match = R_NUMBER.match(text)
    assert match is not None, text
    number = int(match["number"])
    spliced = design.spliced_positions
    if design.cds is None:
        index = number - 1
    else:
        start, stop = design.cds[0] - 1, design.cds[1] - 1
        index = {"": start + number - 1, "-": start - number, "*": stop + number}[match["sign"]]
    nt = int(match["nt"] or 0)
    return spliced[index] + (nt if match["way"] == "+" else -nt)


@given(st.data())
@EXAMPLES
def test_kinase_fraction_is_that_of_the_bases_carried(folder: Path, data: st.DataObject) -> None:
    j = junction(data, folder, kinase=True)
    design = j.three.design
    assert design.cds is not None
    retained = next(d for d in j.found.domains if d.domain == "kinase")
    start = design.cds[0] - 1 + design.phase
    bases = design.spliced_positions[start + 3 * (retained.first - 1) : start + 3 * retained.last]
    carried = set(carried_by_3(design, j.first))
    share = sum(base in carried for base in bases) / len(bases)
    assert j.found.kinase_fraction == pytest.approx(share, abs=1e-4)
    assert retained.fraction == j.found.kinase_fraction
    expected = Kinase.PARTIAL if share > 0 else Kinase.ABSENT
    assert j.found.kinase == (Kinase.COMPLETE if share == 1 else expected)
    assert retained.retained.value == j.found.kinase.value


BREAKEND = re.compile(r"^([ACGT]*)([\[\]])(.+):(\d+)([\[\]])([ACGT]*)$")


def complement(bases: str) -> str:
    """The other strand, read in its own direction."""
    return "".join(PAIR[base] for base in reversed(bases))


def spelled(contigs: dict[str, str], chrom: str, pos: int, alt: str, flank: int) -> str:
    """Sequence across one breakend, after the four cases of the VCF specification.

    ``t[p[``: p and what lies right of it follows t; ``t]p]``: what lies left of p, reversed,
    follows t; ``]p]t``: what lies left of p, then t; ``[p[t``: what lies right of p, reversed, t.
    """
    match = BREAKEND.match(alt)
    assert match is not None, alt
    before, bracket, mate, place, closing, after = match.groups()
    assert bracket == closing
    assert bool(before) != bool(after)
    here, there = contigs[chrom], contigs[mate]
    index = int(place) - 1
    piece = (
        there[index : index + flank]
        if bracket == "["
        else there[max(0, index + 1 - flank) : index + 1]
    )
    if before:
        own = here[max(0, pos - flank) : pos - 1]
        return own + before + (piece if bracket == "[" else complement(piece))
    own = here[pos : pos - 1 + flank]
    return (piece if bracket == "]" else complement(piece)) + after + own


@pytest.mark.parametrize("strand5", "+-")
@pytest.mark.parametrize("strand3", "+-")
@given(data=st.data())
@settings(max_examples=25)
def test_breakends_spell_the_transcript_from_the_fasta(
    folder: Path, strand5: str, strand3: str, data: st.DataObject
) -> None:
    five = put(data.draw(genes()), strand5, "KHDRBS1", "chrA")
    three = put(data.draw(genes()), strand3, "NTRK1", "chrB")
    world = build_placed(folder, five, three)
    last = data.draw(st.integers(five.design.exons[0][0], five.design.exons[-1][1]))
    first = data.draw(st.integers(three.design.exons[0][0], three.design.exons[-1][1]))
    inserted = data.draw(st.text("ACGT", max_size=5))
    fusion = {
        "name": "KHDRBS1::NTRK1",
        "vicc": "x",
        "gene5": "KHDRBS1",
        "gene3": "NTRK1",
        "transcript5": "a",
        "transcript3": "b",
        "exon5": 1,
        "exon3": 1,
        "breakpoint5": five.at(last).__dict__,
        "breakpoint3": three.at(first).__dict__,
        "breakpoint_exact": True,
        "inserted": inserted,
        "frame": "in_frame",
        "kinase": "complete",
        "junction_reads": 5,
        "spanning_fragments": 1,
        "status": "reportable",
        "reasons": [],
    }
    document = {
        "sample": "S",
        "workflow_version": "0",
        "verdict": "detected",
        "fusions": [fusion],
    }
    contigs = dict(
        zip(
            *(world.fasta.read_text().splitlines()[start::2] for start in (0, 1)),
            strict=True,
        )
    )
    contigs = {name.removeprefix(">"): bases for name, bases in contigs.items()}
    flank = 4
    transcript = (
        five.design.primary[last - flank : last]
        + inserted
        + three.design.primary[first - 1 : first - 1 + flank]
    )
    records = [line.split("\t") for line in vcf_lines(document, world.genome) if line[0] != "#"]
    assert len(records) == 2
    for chrom, pos, _, ref, alt, *_ in records:
        assert ref == contigs[chrom][int(pos) - 1]
        sequence = spelled(contigs, chrom, int(pos), alt, flank)
        assert transcript in (sequence, complement(sequence))
