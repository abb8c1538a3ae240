"""Resistance codons and hotspots: placed by translation, read fragment by fragment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from math import comb
from pathlib import Path
from random import Random
from typing import Any

import pysam
import pytest
from helpers import STRANDS, Design, Placed, build, build_placed, designs, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntrkoma.curated.codon_places import place_sites, protein, regions
from ntrkoma.curated.codon_sites import Change, Hotspot, Kind, Resistance, Site, load_sites
from ntrkoma.curated.knowledge import Domain, ManeTranscript
from ntrkoma.errors import InputError
from ntrkoma.evidence.codon_reads import protein_indel
from ntrkoma.evidence.codons import (
    CodonAnswer,
    examine,
    least_visible,
    to_json,
)
from ntrkoma.genome.sequence import Genome, reverse_complement, translate
from ntrkoma.genome.transcripts import Annotation, Transcript
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.states import Answer

THRESHOLDS = {
    "codon_min_base_quality": 20,
    "codon_edge_trim": 5,
    "codon_min_depth": 20,
    "codon_min_variant_reads": 3,
    "codon_min_variant_fraction": 0.02,
}
READ = 50


# ------------------------------------------------------------------ a small gene and its reads


def gene_design(exons: Sequence[int] = (100, 91, 109), seed: int = 1) -> Design:
    """A gene of three coding exons: ATG, codons without T, TAA. Exon borders cut codons."""
    random = Random(seed)
    total = sum(exons)
    assert total % 3 == 0
    spliced = (
        "ATG"
        + "".join("".join(random.choice("ACG") for _ in range(3)) for _ in range(total // 3 - 2))
        + "TAA"
    )
    pieces, placed, done = ["C" * 60], [], 0
    for length in exons:
        begin = sum(map(len, pieces)) + 1
        placed.append((begin, begin + length - 1))
        pieces += [spliced[done : done + length], "GT" + "C" * 46 + "AG"]
        done += length
    return Design("".join(pieces), tuple(placed), (1, total))


def site_of(design: Design, codon: int, **changes: Any) -> Site:
    """A resistance site at a residue of a design's gene."""
    bases = design.spliced
    plain = Site(
        kind=Kind.RESISTANCE,
        gene="NTRK1",
        transcript_id="ENST_NTRK1.1",
        transcript_ids=("ENST_NTRK1", "NM_1"),
        protein_length=len(bases) // 3 - 1,
        first=codon,
        last=codon,
        reference=protein(bases[3 * codon - 3 : 3 * codon]),
        site_class="solvent_front",
        other_codon=None,
        other_numbering="",
        exon=None,
        exon_legacy=None,
        changes=(),
    )
    return replace(plain, **changes)


def known(name: str, together: str = "", confidence: str = "high") -> Change:
    return Change.model_construct(
        name=name,
        together_with=together,
        drugs_resistant=("a drug",),
        drugs_active=("another",),
        setting="clinical",
        source="a paper",
        confidence=confidence,
        as_of=date(2026, 1, 1),
    )


@dataclass(frozen=True)
class Read:
    """Alignment of a stretch of the transcript: ``start`` is spliced, 0-based.

    ``edits``: base by spliced position; ``deleted``: spliced positions left out; ``inserted``:
    bases put before a spliced position. All in the direction of transcription.
    """

    start: int
    length: int = READ
    edits: Mapping[int, str] = field(default_factory=dict)
    deleted: Iterable[int] = ()
    inserted: Mapping[int, str] = field(default_factory=dict)
    gap: str = "D"
    quality: int = 37
    poor: Iterable[int] = ()
    clip: int = 0


def record(
    header: pysam.AlignmentHeader, gene: Placed, read: Read, name: str, flag: int = 0, **tags: Any
) -> pysam.AlignedSegment:
    """A BAM record on the gene's contig, whichever strand the gene is on."""
    bases = gene.design.spliced
    left_out, poor = set(read.deleted), set(read.poor)
    tokens: list[tuple[str, int, str, int]] = []
    for index in range(read.start, read.start + read.length):
        position = gene.to_genome(gene.design.spliced_positions[index]) - 1
        for base in read.inserted.get(index, ""):
            tokens.append(("I", position, base, read.quality))
        if index in left_out:
            tokens.append((read.gap, position, "", 0))
        else:
            quality = 10 if index in poor else read.quality
            tokens.append(("M", position, read.edits.get(index, bases[index]), quality))
    if gene.strand == "-":
        tokens = [(op, at, reverse_complement(b) if b else "", q) for op, at, b, q in tokens[::-1]]
    operations: list[tuple[str, int]] = []

    def add(operation: str, length: int) -> None:
        if operations and operations[-1][0] == operation:
            length += operations.pop()[1]
        operations.append((operation, length))

    expected = None
    for operation, position, _, _ in tokens:
        if operation != "I":
            if expected is not None and position > expected:
                add("N", position - expected)
            expected = position + 1
        add(operation, 1)
    clipped = "T" * read.clip
    found = pysam.AlignedSegment(header)
    found.query_name = name
    found.flag = flag
    found.reference_id = header.get_tid(gene.transcript.chrom)
    found.reference_start = next(at for op, at, _, _ in tokens if op == "M")
    found.mapping_quality = 255
    found.cigarstring = (f"{read.clip}S" if read.clip else "") + "".join(
        f"{n}{op}" for op, n in operations
    )
    found.query_sequence = clipped + "".join(base for _, _, base, _ in tokens)
    found.query_qualities = pysam.qualitystring_to_array(
        "".join(chr(33 + q) for q in [37] * read.clip + [q for _, _, base, q in tokens if base])
    )
    for tag, value in ({"NH": 1} | tags).items():
        if value is not None:
            found.set_tag(tag, value)
    return found


def pair(first: pysam.AlignedSegment, second: pysam.AlignedSegment) -> list[pysam.AlignedSegment]:
    """Two records as mates of one fragment, forward and reverse."""
    low, high = sorted((first, second), key=lambda r: r.reference_start)
    size = max(low.reference_end or 0, high.reference_end or 0) - low.reference_start
    for mate, other, flag in ((low, high, 0x63), (high, low, 0x93)):
        mate.flag = flag
        mate.next_reference_id = other.reference_id
        mate.next_reference_start = other.reference_start
        mate.template_length = size if mate is low else -size
        mate.query_name = low.query_name
    return [low, high]


class Bench:
    """A gene on a strand, its site and a BAM of the reads that a test lays on it."""

    def __init__(self, folder: Path, strand: str, codon: int, chrom: str = "chr1", **changes: Any):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.codon = folder, codon
        self.gene = put(gene_design(), strand, "NTRK1", chrom)
        self.world = build_placed(folder, self.gene)
        self.site = site_of(self.gene.design, codon, **changes)
        self.placed = place_sites([self.site], self.world.annotation, self.world.genome)
        self.header = pysam.AlignmentHeader.from_references(
            list(self.world.contigs), [len(c) for c in self.world.contigs.values()]
        )
        self.first = 3 * (codon - 1)
        self.records: list[pysam.AlignedSegment] = []

    def changed(self, bases: str) -> dict[int, str]:
        """Edits that make the site's codon read ``bases``."""
        return {self.first + n: base for n, base in enumerate(bases)}

    def lay(self, read: Read, name: str | None = None, flag: int = 0, **tags: Any) -> None:
        label = name or f"r{len(self.records)}"
        self.records.append(record(self.header, self.gene, read, label, flag, **tags))

    def spread(self, number: int, bases: str = "", **options: Any) -> None:
        """Fragments that differ in their ends and hold the codon far from them."""
        done = len(self.records)
        for index in range(done, done + number):
            start = self.first - 10 - index % 25
            edits = self.changed(bases) if bases else {}
            self.lay(Read(start, READ + index // 25, edits, **options))

    def answer(self, **options: Any) -> CodonAnswer:
        return self.answers(**options)[0]

    def answers(
        self, thresholds: Mapping[str, float] = THRESHOLDS, **options: Any
    ) -> list[CodonAnswer]:
        path = self.folder / "reads.bam"
        ordered = sorted(self.records, key=lambda r: r.reference_start)
        with pysam.AlignmentFile(str(path), "wb", header=self.header) as out:
            for one in ordered:
                out.write(one)
        pysam.index(str(path))
        return examine(path, self.placed, thresholds, **options)


def other_codon(reference: str) -> str:
    """A codon of another residue that differs in its second base."""
    return next(
        codon
        for base in "CAGT"
        if translate(codon := reference[0] + base + reference[2]) not in ("*", translate(reference))
    )


STRAND = pytest.mark.parametrize("strand", ["+", "-"])
# In gene_design() exon 1 ends within codon 34 (base 100) and exon 2 within codon 64 (base 191).
INSIDE, BORDER1, BORDER2 = 50, 34, 64


# ------------------------------------------------------------------ placement


class TestPlacement:
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(design=designs(), strand=STRANDS, data=st.data())
    def test_placement_is_translation(
        self, tmp_path_factory: pytest.TempPathFactory, design: Design, strand: str, data
    ) -> None:
        """Any gene model, strand and phase: the placed bases are the codon of the protein."""
        assert design.cds is not None
        bases = design.spliced[design.cds[0] - 1 + design.phase : design.cds[1]]
        codons = len(bases) // 3 - 1
        codon = data.draw(st.integers(1, codons))
        gene = put(design, strand, "NTRK1", "chr1")
        world = build_placed(tmp_path_factory.mktemp("w"), gene)
        expected = protein(bases[3 * codon - 3 : 3 * codon])
        plain = site_of(gene_design(), 1)
        site = replace(plain, protein_length=codons, first=codon, last=codon, reference=expected)
        (placed,) = place_sites([site], world.annotation, world.genome)
        assert placed.problem == ""
        assert placed.bases == bases[3 * codon - 3 : 3 * codon]
        assert placed.strand == strand
        read = "".join(gene.contig[p - 1] for p in placed.positions)
        assert (read if strand == "+" else reverse_complement(read)[::-1]) == placed.bases
        step = 1 if strand == "+" else -1
        assert all((b - a) * step >= 1 for a, b in pairwise(placed.positions))
        covered = {p for _, start, end in regions([placed]) for p in range(start + 1, end + 1)}
        assert covered == set(placed.positions)

    @STRAND
    @pytest.mark.parametrize("codon", [BORDER1, BORDER2])
    def test_a_codon_may_span_an_intron(self, tmp_path: Path, strand: str, codon: int) -> None:
        bench = Bench(tmp_path, strand, codon)
        (placed,) = bench.placed
        assert placed.problem == ""
        assert max(placed.positions) - min(placed.positions) > 2
        assert len(regions(bench.placed)) == 2

    def test_contigs_without_chr(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE, chrom="1")
        bench.spread(30)
        assert bench.answer().answer == Answer.NOT_SEEN
        assert bench.answer().to_json()["chrom"] == "1"

    def test_absent_gene(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE, gene="NTRK3")
        answer = bench.answer()
        assert (answer.answer, answer.depth) == (Answer.NOT_ASSESSABLE, 0)
        assert "the annotation holds no gene NTRK3" in answer.text
        entry = answer.to_json()
        assert (entry["chrom"], entry["strand"], entry["positions"]) == (None, None, [])
        assert entry["transcript"] == "ENST_NTRK1.1"
        assert regions(bench.placed) == []

    def test_other_residue_in_the_reference(self, tmp_path: Path) -> None:
        own = site_of(gene_design(), INSIDE).reference
        bench = Bench(tmp_path, "+", INSIDE, reference="W")
        bench.spread(30)
        answer = bench.answer()
        assert answer.answer == Answer.NOT_ASSESSABLE
        assert f"codes for {own} in the reference genome and not for W" in answer.text

    def test_another_transcript_of_the_same_length_stands_in(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "-", INSIDE, transcript_ids=("ENST_X", "NM_X"))
        assert bench.placed[0].transcript_id == "ENST_NTRK1.1"
        assert bench.placed[0].problem == ""

    def test_the_residue_decides_between_transcripts_of_the_same_length(
        self, tmp_path: Path
    ) -> None:
        gene = put(gene_design(), "+", "NTRK1", "chr1")
        # Ends 3 nt earlier and begins 3 nt earlier: same length, numbers shifted by one.
        plain = gene.transcript
        shifted = replace(
            plain,
            transcript_id="ENST_A.1",
            exons=((plain.exons[0][0] - 3, plain.exons[0][1]), *plain.exons[1:]),
            cds=(plain.exons[0][0] - 3, plain.cds[1] - 3),
        )
        world = build(tmp_path, {"chr1": gene.contig}, [plain, shifted])
        design = gene.design
        codon = next(
            c
            for c in range(10, 40)
            if site_of(design, c).reference != site_of(design, c - 1).reference
        )
        site = site_of(design, codon, transcript_ids=("ENST_X", "NM_X"))
        (placed,) = place_sites([site], world.annotation, world.genome)
        assert placed.transcript_id == "ENST_NTRK1.1"

    def test_the_named_transcript_goes_before_its_equals(self, tmp_path: Path) -> None:
        gene = put(gene_design(), "+", "NTRK1", "chr1")
        twin = replace(gene.transcript, transcript_id="ENST_A.1", tags=frozenset({"MANE_Select"}))
        world = build(tmp_path, {"chr1": gene.contig}, [gene.transcript, twin])
        site = site_of(gene.design, INSIDE)
        (placed,) = place_sites([site], world.annotation, world.genome)
        assert placed.transcript_id == "ENST_NTRK1.1"

    @STRAND
    def test_annotations_that_leave_the_stop_codon_out(self, tmp_path: Path, strand: str) -> None:
        gene = put(gene_design(), strand, "NTRK1", "chr1")
        low, high = gene.transcript.cds
        short = replace(gene.transcript, cds=(low, high - 3) if strand == "+" else (low + 3, high))
        world = build(tmp_path, {"chr1": gene.contig}, [short])
        (placed,) = place_sites([site_of(gene.design, INSIDE)], world.annotation, world.genome)
        assert placed.problem == ""

    def test_no_transcript_of_that_length(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE, protein_length=796)
        assert "nor another transcript of that length" in bench.answer().text
        assert "ENST_NTRK1 nor NM_1" in bench.answer().text

    def test_contig_that_the_genome_lacks(self, tmp_path: Path) -> None:
        gene = put(gene_design(), "+", "NTRK1", "chr1")
        world = build(tmp_path, {"chr2": gene.contig}, [gene.transcript])
        site = site_of(gene.design, INSIDE)
        (placed,) = place_sites([site], world.annotation, world.genome)
        assert placed.problem == "the genome has no contig chr1"

    def test_contig_that_the_alignments_lack(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE)
        bench.placed = [replace(bench.placed[0], chrom="chrUn")]
        assert "the alignments have no contig chrUn" in bench.answer().text

    def test_real_transcript_structures_of_the_test_reference(
        self,
        resources: Path,
        mane: Mapping[str, Transcript],
        annotation: Annotation,
        genome: Genome,
    ) -> None:
        """The reference's residues are made up, its exons are not: each codon of the table lies in
        a coding exon of the MANE transcript, and a site is refused in words."""
        sites = load_sites(resources, Resistance)
        for site, placed in zip(sites, place_sites(sites, annotation, genome), strict=True):
            transcript = mane[site.gene]
            residue = [
                genome.transcribed(transcript.chrom, p, p, transcript.strand)
                for p in transcript.residues_to_genome(site.first, site.last)
            ]
            fits = protein("".join(residue)) == site.reference
            assert (placed.problem == "") is fits
            assert fits or f"not for {site.reference}" in placed.problem


# ------------------------------------------------------------------ reads


@STRAND
class TestReads:
    @pytest.mark.parametrize("codon", [INSIDE, BORDER1, BORDER2])
    def test_a_change_at_30_percent(self, tmp_path: Path, strand: str, codon: int) -> None:
        reference = site_of(gene_design(), codon).reference
        bench = Bench(tmp_path, strand, codon)
        changed = other_codon(bench.placed[0].bases)
        name = f"{reference}{codon}{translate(changed)}"
        bench.placed = [replace(bench.placed[0], site=replace(bench.site, changes=(known(name),)))]
        bench.spread(12, changed)
        bench.spread(28)
        answer = bench.answer()
        assert (answer.answer, answer.depth) == (Answer.SEEN, 40)
        (variant,) = answer.variants
        assert (variant.change, variant.codon, variant.reads) == (f"p.{name}", changed, 12)
        assert variant.fraction == pytest.approx(0.3)
        assert f"p.{name} seen in 12 of 40 fragments (30 %)" in answer.text
        assert "allele expression, not tumour fraction" in answer.text
        assert "not phased to the fusion's allele" in answer.text
        entry = to_json([answer])[0]
        assert entry["variants"][0]["drugs_resistant"] == ["a drug"]
        assert entry["variants"][0]["known"] is True
        assert "confidence high" in entry["variants"][0]["source"]
        assert len(entry["positions"]) == 3

    def test_a_change_that_the_table_lacks(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(10, other_codon(bench.placed[0].bases))
        bench.spread(20)
        answer = bench.answer()
        assert answer.variants[0].known is None
        assert answer.to_json()["variants"][0]["known"] is False
        assert "does not list this change" in answer.text

    def test_reference(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(48)
        answer = bench.answer()
        assert (answer.answer, answer.depth, answer.variants) == (Answer.NOT_SEEN, 48, ())
        assert "reference in 48 of 48 fragments; no change seen at 48×" in answer.text

    def test_a_synonymous_codon_is_the_reference(self, tmp_path: Path, strand: str) -> None:
        codon = next(
            c for c in range(40, 58) if site_of(gene_design(), c).reference in {"G", "A", "P", "T"}
        )
        bench = Bench(tmp_path, strand, codon)
        bases = bench.placed[0].bases
        bench.spread(30, bases[:2] + ("A" if bases[2] != "A" else "C"))
        answer = bench.answer()
        assert (answer.answer, answer.depth) == (Answer.NOT_SEEN, 30)

    def test_too_few_fragments(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(3)
        answer = bench.answer()
        assert (answer.answer, answer.depth) == (Answer.NOT_ASSESSABLE, 3)
        assert "not assessable: 3 fragments cover the codon, 20 needed" in answer.text

    def test_a_change_needs_no_depth(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(3, other_codon(bench.placed[0].bases))
        assert bench.answer().answer == Answer.SEEN

    @pytest.mark.parametrize(("changed", "depth"), [(2, 30), (3, 200)])
    def test_a_faint_change_is_named_but_not_seen(
        self, tmp_path: Path, strand: str, changed: int, depth: int
    ) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(changed, other_codon(bench.placed[0].bases))
        bench.spread(depth - changed)
        answer = bench.answer()
        assert (answer.answer, answer.depth, answer.variants) == (Answer.NOT_SEEN, depth, ())
        assert f"in {changed} fragments, too few to count as seen" in answer.text

    def test_mates_that_overlap_count_once(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        edits = bench.changed(other_codon(bench.placed[0].bases))
        for index in range(10):
            bench.lay(Read(bench.first - 15 - index, edits=edits), f"f{index}")
            bench.lay(Read(bench.first - 8 - index, edits=edits), f"f{index}")
            bench.records += pair(bench.records.pop(), bench.records.pop())
        answer = bench.answer()
        assert (answer.depth, answer.variants[0].reads) == (10, 10)

    def test_mates_that_differ_are_dropped(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        edits = bench.changed(other_codon(bench.placed[0].bases))
        for index in range(10):
            bench.lay(Read(bench.first - 15 - index, edits=edits), f"f{index}")
            bench.lay(Read(bench.first - 8 - index), f"f{index}")
            bench.records += pair(bench.records.pop(), bench.records.pop())
        assert bench.answer().depth == 0

    def test_a_mate_of_poor_quality_leaves_the_other(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        for index in range(20):
            bench.lay(Read(bench.first - 15 - index), f"f{index}")
            bench.lay(Read(bench.first - 8 - index, quality=5), f"f{index}")
            bench.records += pair(bench.records.pop(), bench.records.pop())
        assert bench.answer().depth == 20

    @pytest.mark.parametrize("base", [0, 1, 2])
    def test_one_poor_base_spoils_the_codon(self, tmp_path: Path, strand: str, base: int) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(30, other_codon(bench.placed[0].bases), poor={bench.first + base})
        assert bench.answer().depth == 0

    def test_tenfold_copies_count_once(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(5, other_codon(bench.placed[0].bases))
        bench.spread(20)
        once = bench.answer()
        for copy in range(9):
            for one in bench.records[:25]:
                twin = pysam.AlignedSegment.from_dict(one.to_dict(), bench.header)
                twin.query_name = f"{one.query_name}_{copy}"
                bench.records.append(twin)
        tenfold = bench.answer()
        assert tenfold == once
        assert bench.answer(copies=Copies.UNKNOWN).depth == 250

    def test_umis_tell_molecules_of_one_place_apart(self, tmp_path: Path, strand: str) -> None:
        """Three molecules of one amplicon, ten copies each, of one of them one copy misread."""
        bench = Bench(tmp_path, strand, INSIDE)
        changed = bench.changed(other_codon(bench.placed[0].bases))
        for number, umi in enumerate(("AAAA", "CCCC", "GGGG")):
            edits = changed if umi == "CCCC" else {}
            for copy in range(10):
                read = "GGGT" if (umi, copy) == ("GGGG", 9) else umi
                bench.lay(Read(bench.first - 20, edits=edits), f"f{number}.{copy}:{read}")
        assert bench.answer(copies=Copies.POSITION).depth == 1
        assert bench.answer(copies=Copies.UNKNOWN).depth == 30
        assert bench.answer(copies=Copies.UMI).depth == 3

    def test_copies_of_pairs_count_once(self, tmp_path: Path, strand: str) -> None:
        """One mate holds the codon; copies are known by both ends of the fragment."""
        bench = Bench(tmp_path, strand, INSIDE)
        for copy in range(10):
            for end in range(3):
                bench.lay(Read(bench.first - 20), f"f{end}_{copy}")
                bench.lay(Read(bench.first + 40 + end), f"f{end}_{copy}")
                bench.records += pair(bench.records.pop(), bench.records.pop())
        assert bench.answer().depth == 3

    def test_one_bad_copy_is_outvoted_and_a_tie_is_dropped(
        self, tmp_path: Path, strand: str
    ) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        edits = bench.changed(other_codon(bench.placed[0].bases))
        for changes in ({}, {}, edits):
            bench.lay(Read(bench.first - 20, edits=changes))
        for changes in ({}, edits):
            bench.lay(Read(bench.first - 25, edits=changes))
        answer = bench.answer()
        assert (answer.depth, answer.variants) == (1, ())

    def test_umis_part_copies(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        for umi in ("AAAA", "AAAA", "CCCC"):
            bench.lay(Read(bench.first - 20), RX=umi)
        assert bench.answer().depth == 2

    @pytest.mark.parametrize(
        ("away", "depth"), [(0, 0), (4, 0), (5, 1)], ids=["at the end", "too near", "far enough"]
    )
    @pytest.mark.parametrize("side", ["start", "end", "clip"])
    def test_read_ends(self, tmp_path: Path, strand: str, away: int, depth: int, side: str) -> None:
        """``away`` aligned bases between the codon and a read's end or a clip."""
        bench = Bench(tmp_path, strand, INSIDE)
        # A clip stands at the genomic start: before the codon, or behind it on the minus strand.
        at_start = side == "start" or (side == "clip" and strand == "+")
        start = bench.first - away if at_start else bench.first + 3 + away - READ
        bench.lay(Read(start, clip=10 if side == "clip" else 0))
        assert bench.answer().depth == depth

    @pytest.mark.parametrize(("overhang", "depth"), [(3, 0), (5, 1)])
    def test_a_short_overhang_over_an_intron(
        self, tmp_path: Path, strand: str, overhang: int, depth: int
    ) -> None:
        """Codon 34 takes one base of exon 1 and two of exon 2: bases count, not genomic nt."""
        bench = Bench(tmp_path, strand, BORDER1)
        bench.lay(Read(bench.first - 40, 40 + 3 + overhang))
        assert bench.answer().depth == depth

    def test_an_annotated_intron_is_no_edge_and_another_is(
        self, tmp_path: Path, strand: str
    ) -> None:
        last_in_exon1 = BORDER1 - 1
        bench = Bench(tmp_path, strand, last_in_exon1)
        bench.spread(20)
        assert bench.answer().depth == 20
        bench.placed = [replace(bench.placed[0], introns=frozenset())]
        assert bench.answer().depth == 0

    def test_a_small_exon_of_another_transcript_parts_a_codon(
        self, tmp_path: Path, strand: str
    ) -> None:
        """All introns of the gene are annotated; three bases that are not neighbours are no codon,
        and the codon before them is not at an edge."""
        for codon, depth in ((BORDER1, 0), (BORDER1 - 1, 1)):
            bench = Bench(tmp_path / str(codon), strand, codon)
            gene, design = bench.gene, bench.gene.design
            extra = (design.exons[0][1] + 11, design.exons[0][1] + 22)
            other = put(
                Design(design.primary, (design.exons[0], extra, *design.exons[1:])),
                strand,
                "NTRK1",
                "chr1",
                "ENST_OTHER.1",
            )
            world = build(
                tmp_path / str(codon), {"chr1": gene.contig}, [gene.transcript, other.transcript]
            )
            bench.placed = place_sites([bench.site], world.annotation, world.genome)
            label = "spliced by the other transcript"
            bench.records.append(record(bench.header, other, Read(75, 12 + READ), label))
            assert "12M" in bench.records[0].cigarstring
            assert bench.answer().depth == depth

    def test_unspliced_reads_hold_no_codon_over_a_border(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, BORDER1)
        gene, design = bench.gene, bench.gene.design
        start = design.exons[0][1] - 30
        positions = [gene.to_genome(p) for p in range(start, start + READ)]
        found = pysam.AlignedSegment(bench.header)
        found.query_name, found.flag, found.reference_id = "pre-mRNA", 0, 0
        found.reference_start, found.mapping_quality = min(positions) - 1, 255
        found.cigarstring = f"{READ}M"
        found.query_sequence = gene.contig[min(positions) - 1 : max(positions)]
        found.query_qualities = pysam.qualitystring_to_array("F" * READ)
        found.set_tag("NH", 1)
        bench.records.append(found)
        assert bench.answer().depth == 0

    @pytest.mark.parametrize(("gap", "depth"), [(2, 0), (8, 1)])
    def test_an_indel_nearby_is_an_edge(
        self, tmp_path: Path, strand: str, gap: int, depth: int
    ) -> None:
        for kind in ("deleted", "inserted"):
            bench = Bench(tmp_path / kind, strand, INSIDE)
            at = bench.first - gap - 1
            changes = {"deleted": {at}} if kind == "deleted" else {"inserted": {at + 1: "A"}}
            bench.lay(Read(bench.first - 25, **changes))
            assert bench.answer().depth == depth

    @pytest.mark.parametrize(
        ("flag", "tags"),
        [
            (0x100, {}),
            (0x800, {}),
            (0x200, {}),
            (0x400, {}),
            (0, {"NH": 2}),
        ],
        ids=["secondary", "supplementary", "failed", "duplicate", "multimapping"],
    )
    def test_records_that_do_not_count(
        self, tmp_path: Path, strand: str, flag: int, tags: dict[str, Any]
    ) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.lay(Read(bench.first - 20), flag=flag, **tags)
        assert bench.answer().depth == 0

    def test_mapping_quality_without_the_tag(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.lay(Read(bench.first - 20), NH=None)
        bench.lay(Read(bench.first - 21), NH=None)
        bench.records[1].mapping_quality = 60
        assert bench.answer().depth == 1
        assert bench.answer(unique_quality=60).depth == 2

    def test_a_base_not_called(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(3, "NNN")
        assert bench.answer().depth == 0

    def test_a_stop_codon(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(5, "TAA")
        assert bench.answer().variants[0].change.endswith("50*")

    def test_thresholds_are_those_given(self, tmp_path: Path, strand: str) -> None:
        bench = Bench(tmp_path, strand, INSIDE)
        bench.spread(2, other_codon(bench.placed[0].bases))
        bench.spread(8)
        lower = THRESHOLDS | {"codon_min_variant_reads": 2}
        assert bench.answers(lower)[0].answer == Answer.SEEN
        shallow = THRESHOLDS | {"codon_min_depth": 10}
        assert bench.answers(shallow)[0].answer == Answer.NOT_SEEN


class TestWords:
    def test_editing_is_named_on_the_transcript(self, tmp_path: Path) -> None:
        for strand in "+-":
            codon = next(
                c
                for c in range(40, 58)
                if gene_design().spliced[3 * c - 2] == "A"
                and translate(_edit(gene_design().spliced[3 * c - 3 : 3 * c]))
                != site_of(gene_design(), c).reference
            )
            bench = Bench(tmp_path / strand.replace("+", "p").replace("-", "m"), strand, codon)
            bench.spread(10, _edit(bench.placed[0].bases))
            assert "RNA editing" in bench.answer().text

    def test_other_changes_are_not_called_edited(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE)
        bases = bench.placed[0].bases
        changed = next(
            c
            for n in range(3)
            for b in "CT"
            if translate(c := bases[:n] + b + bases[n + 1 :]) not in ("*", translate(bases))
        )
        bench.spread(10, changed)
        assert "editing" not in bench.answer().text

    def test_fragments_that_cross_the_fusion_are_phased(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE)
        bench.spread(6, other_codon(bench.placed[0].bases))
        answer = bench.answer(fusion_fragments={"r0", "r2", "elsewhere"})
        assert answer.variants[0].on_fusion == 2
        assert "2 fragments with it also cross a fusion junction" in answer.text
        assert "not phased" not in answer.text

    def test_the_other_number_is_told(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE, other_codon=34, other_numbering="a short isoform")
        bench.spread(30)
        assert f"({bench.site.reference}34 in a short isoform)" in bench.answer().text

    def test_low_confidence_is_told(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE)
        changed = other_codon(bench.placed[0].bases)
        name = f"{bench.site.label}{translate(changed)}"
        site = replace(bench.site, changes=(known(name, confidence="low"),))
        bench.placed = [replace(bench.placed[0], site=site)]
        bench.spread(5, changed)
        assert "low confidence (clinical): uncertain significance" in bench.answer().text

    def test_two_changes_known_together(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, "+", INSIDE)
        second = 53
        placed = place_sites(
            [bench.site, site_of(bench.gene.design, second)],
            bench.world.annotation,
            bench.world.genome,
        )
        names = [f"{p.site.label}{translate(other_codon(p.bases))}" for p in placed]
        rows = (known(names[0]), known(names[0], together=names[1]))
        bench.placed = [replace(placed[0], site=replace(placed[0].site, changes=rows)), placed[1]]
        edits = {
            3 * (p.site.first - 1) + n: base
            for p in placed
            for n, base in enumerate(other_codon(p.bases))
        }
        for index in range(5):
            bench.lay(Read(bench.first - 15 - index, edits=edits))
        one, two = bench.answers()
        sentence = f"{names[0]} and {names[1]} are both seen and known together"
        assert sentence in one.text
        assert sentence in two.text
        assert one.variants[0].known == rows[0]


def _edit(codon: str) -> str:
    return codon[0] + "G" + codon[2]


@pytest.mark.parametrize(
    ("depth", "fewest", "expected"), [(20, 3, 0.29), (48, 3, 0.13), (1000, 20, 0.03), (2, 3, 1.0)]
)
def test_least_visible(depth: int, fewest: int, expected: float) -> None:
    """Against the binomial summed with exact integers."""
    found = least_visible(depth, fewest)
    assert found == pytest.approx(expected)

    def missed(percent: int) -> float:
        total = sum(
            comb(depth, k) * percent**k * (100 - percent) ** (depth - k) for k in range(fewest)
        )
        return total / 100**depth

    if found < 1:
        assert missed(round(100 * found)) <= 0.05 < missed(round(100 * found) - 1)


# ------------------------------------------------------------------ indel regions

REGION = {"kind": Kind.INDEL_REGION, "last": 53, "site_class": "", "exon": 2, "exon_legacy": 1}


def region_bench(folder: Path, strand: str) -> Bench:
    """Codons 45-53 of exon 2, with the class that is known there."""
    reference = protein(gene_design().spliced[3 * 44 : 3 * 53])
    return Bench(
        folder,
        strand,
        45,
        reference=reference,
        changes=(known("in-frame deletion"),),
        **REGION,
    )


@STRAND
class TestIndelRegion:
    def lay(self, bench: Bench, number: int, **changes: Any) -> None:
        done = len(bench.records)
        for index in range(done, done + number):
            bench.lay(Read(bench.first - 10 - index % 20, 90 + index // 20, **changes))

    def test_deletion_of_whole_codons(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        gone = range(3 * 45, 3 * 48)  # codons 46-48
        self.lay(bench, 8, deleted=gone)
        self.lay(bench, 24)
        answer = bench.answer()
        assert (answer.answer, answer.depth) == (Answer.SEEN, 32)
        (variant,) = answer.variants
        assert re.fullmatch(r"p\.[A-Z]4\d_[A-Z](48|49|50)del", variant.change)
        assert variant.reads == 8
        assert variant.known is not None
        read = gene_design().spliced
        assert variant.codon == read[132:135] + read[144:159]
        assert "exon 2, in older numbering 1" in answer.text
        entry = answer.to_json()
        assert entry["name"] == "NTRK1 45-53"
        assert entry["exon"] == 2
        assert len(entry["positions"]) == 27

    def test_deletion_across_codon_borders(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        bases = gene_design().spliced
        gone = range(3 * 45 + 1, 3 * 48 + 1)
        self.lay(bench, 8, deleted=gone)
        kept = "".join(b for n, b in enumerate(bases[132:159], 132) if n not in gone)
        answer = bench.answer()
        assert answer.variants[0].codon == kept
        assert answer.variants[0].change == protein_indel(
            bench.site.reference, protein(kept), 45, "?", "?"
        )

    def test_a_long_gap_taken_for_an_intron(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        self.lay(bench, 8, deleted=range(3 * 45, 3 * 52), gap="N")
        (variant,) = bench.answer().variants
        assert len(variant.codon) == 27 - 21

    def test_insertion(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        self.lay(bench, 8, inserted={3 * 48: "TGGTGG"})
        (variant,) = bench.answer().variants
        before, after = bench.site.reference[3], bench.site.reference[4]
        assert variant.change == f"p.{before}48_{after}49insWW"
        assert variant.known is None

    @pytest.mark.parametrize("where", ["before", "behind"])
    def test_insertion_at_the_edge(self, tmp_path: Path, strand: str, where: str) -> None:
        bench = region_bench(tmp_path, strand)
        first = 44 if where == "before" else 53
        self.lay(bench, 8, inserted={3 * first: "TGG"})
        residues = protein(gene_design().spliced)
        (variant,) = bench.answer().variants
        assert variant.change == f"p.{residues[first - 1]}{first}_{residues[first]}{first + 1}insW"

    def test_duplication(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        twice = gene_design().spliced[3 * 46 : 3 * 48]
        self.lay(bench, 8, inserted={3 * 48: twice})
        (variant,) = bench.answer().variants
        assert re.fullmatch(r"p\.[A-Z]\d\d_[A-Z]\d\ddup", variant.change)

    def test_deletion_over_the_edge(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        self.lay(bench, 8, deleted=range(3 * 51, 3 * 55))
        (variant,) = bench.answer().variants
        assert variant.change == "in-frame deletion of 12 nt across the edge of codons 45-53"
        assert variant.known is not None

    @pytest.mark.parametrize("size", [1, 2, 4])
    def test_out_of_frame_is_no_hotspot(self, tmp_path: Path, strand: str, size: int) -> None:
        bench = region_bench(tmp_path, strand)
        self.lay(bench, 24, deleted=range(3 * 46, 3 * 46 + size))
        answer = bench.answer()
        assert (answer.answer, answer.depth) == (Answer.NOT_SEEN, 24)

    def test_substitutions_are_no_indel(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        self.lay(bench, 24, edits={3 * 46: "T"})
        assert bench.answer().answer == Answer.NOT_SEEN
        assert "without an in-frame indel in 24 of 24 fragments" in bench.answer().text

    def test_reads_must_span_the_region(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        bench.lay(Read(bench.first - 5, 27 + 10))
        bench.lay(Read(bench.first - 4, 27 + 9))
        bench.lay(Read(bench.first - 20, 27 + 20 + 4))
        assert bench.answer().depth == 1

    def test_an_exon_that_is_skipped_covers_nothing(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        gene = bench.gene
        lower, upper = sorted((gene.transcript.exons[0], gene.transcript.exons[2]))
        bench.placed = [
            replace(
                bench.placed[0],
                introns=bench.placed[0].introns | {(lower[1], upper[0] - 1)},
            )
        ]
        bench.lay(Read(60, 91 + 80, deleted=range(100, 191), gap="N"))
        assert bench.records[0].cigarstring == "40M191N40M"
        assert bench.answer().depth == 0

    def test_a_base_not_called_leaves_no_name(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        self.lay(bench, 8, deleted=range(3 * 46, 3 * 47), edits={3 * 50: "N"})
        assert bench.answer().depth == 0

    def test_poor_bases_beside_a_deletion(self, tmp_path: Path, strand: str) -> None:
        bench = region_bench(tmp_path, strand)
        self.lay(bench, 8, deleted=range(3 * 46, 3 * 47), poor={3 * 46 - 1})
        assert bench.answer().depth == 0


@pytest.mark.parametrize(
    ("reference", "read", "first", "expected"),
    [
        # EGFR exon 19 and 20, ERBB2 exon 20: names as in the literature.
        ("KELREATSP", "KTSP", 745, "p.E746_A750del"),
        ("KELREATSP", "KES", 745, "p.L747_P753delinsS"),
        ("KELREATSP", "KEPTSP", 745, "p.L747_A750delinsP"),
        ("AYVMASVDNPHV", "AFQEAYVMASVDNPHV", 763, "p.A763_Y764insFQEA"),
        ("AYVMASVDNPHV", "AYVMASVASVDNPHV", 763, "p.A767_V769dup"),
        ("EAYVMAGVGSPYVS", "EAYVMAYVMAGVGSPYVS", 770, "p.Y772_A775dup"),
        ("EAYVMAGVGSPYVS", "EAYVMAGVGSPGSPYVS", 770, "p.G778_P780dup"),
        ("EAYVMAGVGSPYVS", "EAYVMAVCVGSPYVS", 770, "p.G776delinsVC"),
        ("KELREATSP", "KELREATSP", 745, ""),
        ("KELREATSP", "KELREATS", 745, "p.P753del"),
        ("KELREATSP", "WKELREATSP", 745, "p.Q744_K745insW"),
        ("KELREATSP", "KELREATSPW", 745, "p.P753_Q754insW"),
    ],
)
def test_names_of_indels(reference: str, read: str, first: int, expected: str) -> None:
    assert protein_indel(reference, read, first, "Q", "Q") == expected


@given(
    reference=st.text("AGV", min_size=1, max_size=8), read=st.text("AGV", min_size=1, max_size=10)
)
def test_names_of_indels_can_be_undone(reference: str, read: str) -> None:
    """Applied to the reference, a name gives the read again."""
    name = protein_indel(reference, read, 1, "M", "M")
    found = re.fullmatch(r"p\.[A-Z](\d+)(?:_[A-Z](\d+))?(delins|del|ins|dup)([A-Z]*)", name)
    if found is None:
        assert name == ""
        assert read == reference
        return
    first, last = int(found[1]), int(found[2] or found[1])
    if found[3] == "ins":
        undone = reference[:first] + found[4] + reference[last - 1 :]
    elif found[3] == "dup":
        undone = reference[:last] + reference[first - 1 : last] + reference[last:]
    else:
        undone = reference[: first - 1] + found[4] + reference[last:]
    assert undone == read


# ------------------------------------------------------------------ the curated tables


@pytest.fixture(params=[Resistance, Hotspot])
def table(request: pytest.FixtureRequest) -> type[Change]:
    return request.param


class TestTables:
    def test_facts_that_were_not_checked_are_not_sure(
        self, table: type[Change], resources: Path
    ) -> None:
        order = ["low", "medium", "high"]
        for row in table.read(resources):
            if "not checked against a source" in row.source:
                known_as = "high" if "read" in row.source else "medium"
                assert order.index(row.confidence) <= order.index(known_as), row

    def test_sites_load(self, table: type[Change], resources: Path) -> None:
        sites = load_sites(resources, table)
        assert sum(len(site.changes) for site in sites) == len(table.read(resources))
        assert len({(site.gene, site.first, site.kind) for site in sites}) == len(sites)
        for site in sites:
            assert all(identifier.count(".") == 0 for identifier in site.transcript_ids)

    def test_transcripts_are_those_of_the_other_tables(
        self, table: type[Change], resources: Path
    ) -> None:
        mane = {row.gene: row for row in ManeTranscript.read(resources)}
        lengths = {row.gene: row.protein_length for row in Domain.read(resources)}
        for row in table.read(resources):
            named = (row.transcript_ensembl, row.transcript_refseq)
            assert all(re.search(r"\.\d+$", identifier) for identifier in named), row
            if row.gene in mane:
                known = mane[row.gene]
                assert named == (known.transcript_ensembl, known.transcript_refseq), row
            assert row.protein_length == lengths.get(row.gene, row.protein_length), row

    @pytest.mark.parametrize(
        ("gene", "sites"),
        [
            ("NTRK1", {"gatekeeper": "F589", "solvent_front": "G595", "xDFG": "G667"}),
            ("NTRK2", {"gatekeeper": "F633", "solvent_front": "G639", "xDFG": "G709"}),
            ("NTRK3", {"gatekeeper": "F617", "solvent_front": "G623", "xDFG": "G696"}),
        ],
    )
    def test_the_three_sites_of_each_kinase(
        self, resources: Path, gene: str, sites: dict[str, str]
    ) -> None:
        loaded = load_sites(resources, Resistance, {gene})
        found = {site.site_class: site.label for site in loaded if site.site_class != "other"}
        assert found == sites

    def test_paralogues_lie_equally_far_apart(self, resources: Path) -> None:
        sites = load_sites(resources, Resistance)
        by = {(s.gene, s.site_class): s.first for s in sites if s.site_class != "other"}
        for gene in ("NTRK1", "NTRK2", "NTRK3"):
            assert by[gene, "solvent_front"] - by[gene, "gatekeeper"] == 6

    def test_other_numberings(self, resources: Path) -> None:
        """NTRK2 is numbered on 838 residues and carries its number of 822; NTRK3 G623R and NTRK2
        G639R, G623R of 822, must never be taken for one another."""
        shift = {"NTRK1": -6, "NTRK2": -16, "NTRK3": 0}
        for site in load_sites(resources, Resistance):
            if site.other_codon is not None:
                assert site.other_codon - site.first == shift[site.gene]
                assert site.other_numbering
            if site.gene == "NTRK2":
                assert site.protein_length == 838
                assert "822" in site.other_numbering
        by = {(s.gene, s.first) for s in load_sites(resources, Resistance)}
        assert ("NTRK2", 623) not in by
        assert {("NTRK2", 639), ("NTRK3", 623)} <= by

    def test_screening_hits_stay_uncertain(self, resources: Path) -> None:
        for row in Resistance.read(resources):
            if row.site == "other":
                assert row.confidence == "low", row

    def test_xdfg_resists_the_next_generation_too(self, resources: Path) -> None:
        for row in Resistance.read(resources):
            if row.site == "xDFG":
                assert "repotrectinib" in "; ".join(row.drugs_resistant), row
                assert "repotrectinib" not in "; ".join(row.drugs_active), row

    def test_work_up_of_the_case_report(self, resources: Path) -> None:
        """PIK3CA "exons 9 and 20" are MANE exons 10 and 21."""
        sites = load_sites(resources, Hotspot)
        assert {s.gene for s in sites} == {"EGFR", "KRAS", "NRAS", "BRAF", "PIK3CA", "ERBB2"}
        by = {(s.gene, s.first): s for s in sites}
        for codon, exon, legacy in ((542, 10, 9), (545, 10, 9), (1047, 21, 20)):
            site = by["PIK3CA", codon]
            assert (site.exon, site.exon_legacy) == (exon, legacy)
        exons = {gene: {s.exon_legacy for s in sites if s.gene == gene} for gene, _ in by}
        assert exons == {
            "EGFR": {18, 19, 20, 21},
            "KRAS": {2},
            "NRAS": {2, 3},
            "BRAF": {15},
            "PIK3CA": {9, 20},
            "ERBB2": {20},
        }

    def test_genes_can_be_chosen(self, resources: Path) -> None:
        assert {s.gene for s in load_sites(resources, Hotspot, {"BRAF"})} == {"BRAF"}
        assert load_sites(resources, Hotspot, []) == []

    def test_rows_of_a_codon_must_agree(self, tmp_path: Path, resources: Path) -> None:
        lines = (resources / "resistance.tsv").read_text(encoding="utf-8").splitlines()
        wrong = [line for line in lines if not line.startswith("#")]
        rows = [n for n, line in enumerate(wrong) if "\tG595" in line]
        wrong[rows[1]] = wrong[rows[1]].replace("solvent_front", "gatekeeper")
        path = tmp_path / "resistance.tsv"
        path.write_text("\n".join(wrong) + "\n", encoding="utf-8")
        with pytest.raises(InputError, match="NTRK1 codon 595 differ in site"):
            load_sites(tmp_path, Resistance)
