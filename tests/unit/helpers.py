"""Small genomes with known genes, and records written in one line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pysam
from hypothesis import strategies as st

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.calling.fused_reads import FusedTranscript
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.collecting.collect import collect
from ntrkoma.collecting.wanted import Region, want
from ntrkoma.curated.knowledge import Domain, Knowledge, Partner, load
from ntrkoma.evidence.candidates import Candidate
from ntrkoma.evidence.merge import MergedCalls
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome, reverse_complement
from ntrkoma.genome.transcripts import Annotation, Transcript, write_table
from ntrkoma.model.fusion import Elsewhere, Fusion, FusionFraction, Homology
from ntrkoma.model.junction import Breakpoint, CallerCall, JunctionEvidence, best_call
from ntrkoma.model.result import Check, Gate
from ntrkoma.model.states import Caller, Evaluability
from ntrkoma.programs.chimeric import ENCOMPASSING, GT_AG, ChimericAlignment, parse_segment
from ntrkoma.verdict.grade import grade

STRANDS = st.sampled_from("+-")
RESOURCES = Path(__file__).resolve().parents[2] / "resources"
NO_FRACTION = FusionFraction(None, None, None, None)
PAIRED, PROPER, UNMAPPED, MATE_UNMAPPED, REVERSE, MATE_REVERSE = 1, 2, 4, 8, 16, 32
READ1, READ2 = 64, 128
# Shortest part (nt) of a read that our STAR settings take for a chimeric segment.
SHORTEST_SEGMENT = 10
# Without T there is no stop codon in any frame.
NO_STOP = "ACG"


def at(text: str) -> Breakpoint:
    """A breakpoint written as ``chrom:pos:strand``."""
    chrom, pos, strand = text.rsplit(":", 2)
    return Breakpoint(chrom, int(pos), strand)


# The breakpoints of two fusions of the test reference.
KHDRBS1 = at("chr1:6358:+"), at("chr1:160443:+")
ETV6 = at("chr12:11545:+"), at("chr15:100619:-")


def called(
    five: str,
    three: str,
    caller: Caller = Caller.JUNCTIONS,
    reads: int = 12,
    spanning: int = 4,
    starts: int | None = None,
    **rest: Any,
) -> CallerCall:
    """One caller's candidate; our own caller's comes with its evidence."""
    evidence = None
    if caller == Caller.JUNCTIONS:
        evidence = JunctionEvidence(
            reads, spanning, min(reads, 8) if starts is None else starts, 60, 55, "GT-AG", 0.0
        )
    return CallerCall(
        caller=caller,
        gene5=rest.pop("gene5", "KHDRBS1"),
        gene3=rest.pop("gene3", "NTRK1"),
        breakpoint5=at(five),
        breakpoint3=at(three),
        junction_reads=reads,
        spanning_fragments=spanning,
        exact=rest.pop("exact", reads > 0),
        evidence=evidence,
        **rest,
    )


def together(*calls: CallerCall) -> MergedCalls:
    """Calls of one junction as merging leaves them: our own one is the count."""
    return MergedCalls(calls, count=best_call(calls, Caller.JUNCTIONS))


def candidate(
    *calls: CallerCall,
    count: CallerCall | None = None,
    fraction: FusionFraction = NO_FRACTION,
    spliced: float | None = None,
    homology: Homology | None = None,
) -> Candidate:
    """Calls of one junction as a candidate; ``count``: ours, where our caller was not asked."""
    merged = MergedCalls(calls, count=count) if count else together(*calls)
    return Candidate(merged, fraction, spliced, homology)


@dataclass(frozen=True)
class Grader:
    """Annotates and grades single candidates on one reference."""

    annotator: Annotator
    knowledge: Knowledge
    thresholds: Mapping[str, float]

    def __call__(
        self,
        *calls: CallerCall,
        fragments: int = 40_000_000,
        callers: Iterable[Caller] = tuple(Caller),
        elsewhere: Iterable[Elsewhere] = (),
        count: CallerCall | None = None,
        fraction: FusionFraction = NO_FRACTION,
        spliced: float | None = None,
        homology: Homology | None = None,
        knowledge: Knowledge | None = None,
        starts_tell: bool = True,
        **changed: float,
    ) -> Fusion:
        """The graded junction; ``changed``: thresholds with another value than the default."""
        fusion = grade(
            candidate(*calls, count=count, fraction=fraction, spliced=spliced, homology=homology),
            self.annotator,
            self.annotator.annotation,
            knowledge or self.knowledge,
            {**self.thresholds, **changed},
            fragments,
            tuple(callers),
            tuple(elsewhere),
            starts_tell=starts_tell,
        )
        assert fusion is not None
        return fusion


def codes(fusion: Fusion) -> list[str]:
    """Reason codes of a graded junction."""
    return [reason.code for reason in fusion.reasons]


def gate_of(*checks: tuple[str, Evaluability]) -> Gate:
    """A gate with these checks and their worst state."""
    rows = tuple(
        Check(metric, 1.0, ">=", 2.0, status, f"why {metric}") for metric, status in checks
    )
    order = list(Evaluability)
    worst = max((s for _, s in checks), key=order.index, default=Evaluability.PASS)
    return Gate(worst, rows)


def donor(transcript: Transcript, exon: int) -> str:
    """Breakpoint at the end of an exon, as text."""
    return f"{transcript.chrom}:{transcript.exon_end(exon)}:{transcript.strand}"


def acceptor(transcript: Transcript, exon: int) -> str:
    """Breakpoint at the start of an exon, as text."""
    return f"{transcript.chrom}:{transcript.exon_start(exon)}:{transcript.strand}"


def raw_rows(path: Path) -> list[dict[str, str]]:
    """Cells of a curated table as they stand, by column: what a page or a model should show."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def domain_of(
    first: int, last: int, length: int, gene: str = "NTRK1", name: str = "kinase"
) -> Domain:
    """A domain on the transcript that :func:`put` makes of a gene."""
    return Domain.model_construct(
        gene=gene,
        name=name,
        transcript_ensembl=f"ENST_{gene}",
        first=first,
        last=last,
        protein_length=length,
    )


def knowledge_of(
    kinase: Domain | None = None, partners: Iterable[Partner] = (), mane: Mapping[str, str] = {}
) -> Knowledge:
    """Curated tables with one kinase domain; artefact genes and grading are the real ones."""
    real = load(RESOURCES)
    return Knowledge(
        domains=(kinase,) if kinase else (),
        mane=mane,
        partners={(p.gene5, p.gene3): p for p in partners},
        control_genes=(),
        thresholds={},
        artefact_genes=real.artefact_genes,
        grading=real.grading,
    )


@dataclass(frozen=True)
class Design:
    """One gene in transcription coordinates, to be put on either strand.

    ``primary``: bases of flank, exons, introns and flank, 5′→3′. ``exons``: (first, last), 1-based
    in ``primary``. ``cds``: spliced (first, last), 1-based; ``phase``: bases before a full codon.
    """

    primary: str
    exons: tuple[tuple[int, int], ...]
    cds: tuple[int, int] | None = None
    phase: int = 0

    @property
    def spliced_positions(self) -> list[int]:
        """Position in ``primary`` of every spliced base, in order."""
        return [p for first, last in self.exons for p in range(first, last + 1)]

    @property
    def spliced(self) -> str:
        """Spliced sequence."""
        return "".join(self.primary[first - 1 : last] for first, last in self.exons)

    def up_to(self, position: int) -> str:
        """What a 5′ partner carries when it breaks after ``position`` of ``primary``: spliced
        exons, and unspliced bases behind the last exon begun."""
        begun = [exon for exon in self.exons if exon[0] <= position]
        whole = "".join(self.primary[first - 1 : last] for first, last in begun[:-1])
        return whole + self.primary[begun[-1][0] - 1 : position]

    def from_position(self, position: int) -> str:
        """What a 3′ partner carries when it begins at ``position`` of ``primary``."""
        left = [exon for exon in self.exons if exon[1] >= position]
        whole = "".join(self.primary[first - 1 : last] for first, last in left[1:])
        return self.primary[position - 1 : left[0][1]] + whole


@dataclass(frozen=True)
class Placed:
    """A design on a contig of its own."""

    design: Design
    strand: str
    transcript: Transcript
    contig: str

    def at(self, position: int) -> Breakpoint:
        """Breakpoint at a position of ``design.primary``."""
        return Breakpoint(self.transcript.chrom, self.to_genome(position), self.strand)

    def to_genome(self, position: int) -> int:
        """Genomic position (1-based) of a position of ``design.primary``."""
        return position if self.strand == "+" else len(self.contig) + 1 - position

    def from_genome(self, pos: int) -> int:
        """Position of ``design.primary`` at a genomic one; either way it is the same reckoning."""
        return self.to_genome(pos)


def put(
    design: Design,
    strand: str,
    gene: str,
    chrom: str,
    transcript_id: str = "",
    tags: Iterable[str] = (),
) -> Placed:
    """Put a design on one strand of a contig of its own."""
    size = len(design.primary)

    def genomic(first: int, last: int) -> tuple[int, int]:
        return (first, last) if strand == "+" else (size + 1 - last, size + 1 - first)

    cds = None
    if design.cds:
        spliced = design.spliced_positions
        cds = genomic(spliced[design.cds[0] - 1], spliced[design.cds[1] - 1])
    transcript = Transcript(
        transcript_id=transcript_id or f"ENST_{gene}.1",
        gene_id=f"ENSG_{gene}.1",
        gene=gene,
        chrom=chrom,
        strand=strand,
        exons=tuple(genomic(*exon) for exon in design.exons),
        cds=cds,
        cds_phase=design.phase,
        biotype="protein_coding" if cds else "lncRNA",
        gene_biotype="protein_coding" if cds else "lncRNA",
        tags=frozenset(tags),
    )
    contig = design.primary if strand == "+" else reverse_complement(design.primary)
    return Placed(design, strand, transcript, contig)


@dataclass(frozen=True)
class World:
    """A genome and its annotation on disk."""

    genome: Genome
    annotation: Annotation
    fasta: Path
    table: Path
    contigs: Mapping[str, str] = field(default_factory=dict)

    def loci(self, *targets: str) -> Loci:
        return Loci(self.annotation, self.genome, targets)

    def annotator(self, knowledge: Knowledge, *targets: str) -> Annotator:
        return Annotator(self.annotation, self.genome, knowledge, targets)


def build(folder: Path, contigs: Mapping[str, str], transcripts: Iterable[Transcript]) -> World:
    """Write a genome and a transcript table, and open both."""
    name = uuid4().hex
    fasta, table = folder / f"{name}.fa", folder / f"{name}.bed.gz"
    fasta.write_text("".join(f">{chrom}\n{bases}\n" for chrom, bases in contigs.items()))
    write_table(transcripts, table)
    return World(Genome(fasta), Annotation(table), fasta, table, dict(contigs))


def build_placed(folder: Path, *genes: Placed) -> World:
    """A genome of genes that each have a contig of their own."""
    contigs = {gene.transcript.chrom: gene.contig for gene in genes}
    return build(folder, contigs, [gene.transcript for gene in genes])


@st.composite
def designs(
    draw: st.DrawFn,
    *,
    coding: bool | None = True,
    exons: tuple[int, int] = (1, 5),
    phases: tuple[int, ...] = (0, 1, 2),
    longest_exon: int = 40,
) -> Design:
    """Random genes: any number of exons, UTRs, phase. Coding ones hold exactly one stop codon in
    their frame, the last three coding bases, and no other T but in a complete one's ATG."""
    seed = draw(st.randoms(use_true_random=False))
    number = draw(st.integers(*exons))
    lengths = [draw(st.integers(1, longest_exon)) for _ in range(number)]
    introns = [draw(st.integers(1, 25)) for _ in range(number - 1)]
    is_coding = draw(st.booleans()) if coding is None else coding
    cds, phase = None, 0
    if is_coding:
        phase = draw(st.sampled_from(phases))
        if sum(lengths) < phase + 12:
            lengths[draw(st.integers(0, number - 1))] += phase + 12
        total = sum(lengths)
        codons = draw(st.integers(4, (total - phase) // 3))
        first = draw(st.integers(1, total - phase - 3 * codons + 1))
        cds = (first, first + phase + 3 * codons - 1)
    spliced = [seed.choice(NO_STOP) for _ in range(sum(lengths))]
    if cds:
        spliced[cds[1] - 3 : cds[1]] = "TAA"
        if phase == 0:
            # The base behind ATG keeps TGA out of the other frames.
            spliced[cds[0] - 1 : cds[0] + 3] = "ATGC"
    flank = draw(st.integers(1, 30))
    pieces = ["".join(seed.choice(NO_STOP) for _ in range(flank))]
    placed, done = [], 0
    for length, intron in zip(lengths, [*introns, flank], strict=True):
        begin = sum(map(len, pieces)) + 1
        placed.append((begin, begin + length - 1))
        pieces.append("".join(spliced[done : done + length]))
        pieces.append("".join(seed.choice(NO_STOP) for _ in range(intron)))
        done += length
    return Design("".join(pieces), tuple(placed), cds, phase)


def exon_borders(design: Design) -> list[int]:
    """Spliced position (1-based) of the last base of every exon."""
    return list(accumulate(last - first + 1 for first, last in design.exons))


def gtf_lines(transcript: Transcript, *, stop_in_cds: bool = True) -> list[str]:
    """A transcript as GTF, GENCODE style.

    ``stop_in_cds``: whether CDS lines hold the stop codon (NCBI's older files) or not (GENCODE).
    """
    attributes = (
        f'gene_id "{transcript.gene_id}"; transcript_id "{transcript.transcript_id}"; '
        f'gene_type "{transcript.gene_biotype}"; gene_name "{transcript.gene}"; '
        f'transcript_type "{transcript.biotype}";'
    ) + "".join(f' tag "{tag}";' for tag in sorted(transcript.tags))

    def line(feature: str, start: int, end: int, phase: str) -> str:
        fields = (transcript.chrom, "HAVANA", feature, start, end, ".", transcript.strand, phase)
        return "\t".join(map(str, (*fields, attributes)))

    lines = [line("transcript", transcript.start, transcript.end, ".")]
    coding: list[int] = []
    if transcript.cds:
        span = transcript.cds_span
        assert span is not None
        coding = [transcript.to_genome(p) for p in range(span[0], span[1] + 1)]
    stop = set() if stop_in_cds else set(coding[-3:])
    done = 0
    for start, end in transcript.exons:
        lines.append(line("exon", start, end, "."))
        here = [p for p in coding if start <= p <= end]
        body, last = [p for p in here if p not in stop], [p for p in here if p in stop]
        if body:
            phase = (transcript.cds_phase - done) % 3
            lines.append(line("CDS", min(body), max(body), str(phase)))
        if last:
            lines.append(line("stop_codon", min(last), max(last), "0"))
        done += len(here)
    return lines


class Bam:
    """A BAM in the order in which STAR writes it: mates follow each other."""

    def __init__(self, path: Path, genome: Genome):
        self.path, self._genome = path, genome
        names = [{"SN": name, "LN": length} for name, length in genome.contigs.items()]
        self._header = pysam.AlignmentHeader.from_dict({"HD": {"VN": "1.6"}, "SQ": names})
        self._records: list[pysam.AlignedSegment] = []

    def add(
        self,
        name: str,
        flag: int,
        place: tuple[str, int] | None,
        cigar: str,
        bases: str,
        mate: tuple[str, int] | None = None,
        length: int = 0,
    ) -> None:
        record = pysam.AlignedSegment(self._header)
        record.query_name, record.flag, record.query_sequence = name, flag, bases
        if place:
            record.reference_name, record.reference_start = place[0], place[1] - 1
            record.cigarstring, record.mapping_quality = cigar, 255
        if mate:
            record.next_reference_name, record.next_reference_start = mate[0], mate[1] - 1
        record.template_length = length
        record.set_tag("NH", 1)
        self._records.append(record)

    def spliced(self, name: str, five: int, three: int, left: int, flag: int = 0) -> None:
        """A single read on chr1's plus strand over the intron between two positions."""
        start = five - left + 1
        cigar = f"{left}M{three - five - 1}N{100 - left}M"
        bases = self._genome.transcribed("chr1", start, five, "+")
        bases += self._genome.transcribed("chr1", three, three + 99 - left, "+")
        self.add(name, flag, ("chr1", start), cigar, bases)

    def write(self) -> Path:
        with pysam.AlignmentFile(str(self.path), "wb", header=self._header) as out:
            for record in self._records:
                out.write(record)
        return self.path

    def fused(
        self,
        name: str,
        fused: FusedTranscript,
        junction: tuple[Breakpoint, Breakpoint],
        left: int,
        right: int,
        *,
        turned: bool = False,
        chimeric: bool = True,
    ) -> list[ChimericAlignment]:
        """A single read across a junction, ``left`` and ``right`` bases off it, as STAR leaves it.

        The longer part is aligned, the rest clipped. STAR calls it chimeric when both parts are
        long enough.

        :param turned: whether the fragment was sequenced from its other strand.
        :return: the row of ``Chimeric.out.junction``, if there is one.
        """
        begin, end = fused.left - left, fused.right + right
        five = _segment(fused, junction[0], begin, end, begin, fused.left)
        three = _segment(fused, junction[1], begin, end, fused.right, end)
        start, cigar, bases, reverse = five if left >= right else three
        chrom = junction[0 if left >= right else 1].chrom
        self.add(name, REVERSE if reverse != turned else 0, (chrom, start), cigar, bases)
        if not chimeric or min(left, right) < SHORTEST_SEGMENT:
            return []
        row = ChimericAlignment(
            *junction, GT_AG, 0, 0, name, parse_segment(*five[:2]), parse_segment(*three[:2]), 1
        )
        return [replace(row.reverse(), flipped=False) if turned else row]

    def astride(
        self,
        name: str,
        fused: FusedTranscript,
        junction: tuple[Breakpoint, Breakpoint],
        gap5: int,
        gap3: int,
        *,
        length: int = 100,
    ) -> list[ChimericAlignment]:
        """A pair with one mate on either side of a junction, ``gap5`` and ``gap3`` bases off it.

        :return: its row of ``Chimeric.out.junction``.
        """
        last, first = fused.left - gap5, fused.right + gap3
        five = _segment(fused, junction[0], last - length, last, last - length, last)
        three = _segment(fused, junction[1], first, first + length, first, first + length)
        (donor, acceptor), flags = junction, []
        for (_, _, _, reverse), which in ((five, READ1), (three, READ2)):
            flags.append(PAIRED | which | (REVERSE if reverse != (which == READ2) else 0))
        places = [(donor.chrom, five[0]), (acceptor.chrom, three[0])]
        self.add(name, flags[0], places[0], five[1], five[2], places[1])
        self.add(name, flags[1], places[1], three[1], three[2], places[0])
        return [
            ChimericAlignment(
                Breakpoint(donor.chrom, fused.positions[last - 1], donor.strand),
                Breakpoint(acceptor.chrom, fused.positions[first], acceptor.strand),
                ENCOMPASSING,
                0,
                0,
                name,
                parse_segment(*five[:2]),
                parse_segment(*three[:2]),
                1,
            )
        ]

    def unmapped(
        self, name: str, fused: FusedTranscript, left: int, *, length: int = 100, insert: int = 180
    ) -> None:
        """A pair over a junction of which STAR mapped neither read; ``left``: bases before it."""
        begin = fused.left - left
        one = fused.sequence[begin : begin + length]
        two = reverse_complement(fused.sequence[begin + insert - length : begin + insert])
        for which, bases in ((READ1, one), (READ2, two)):
            self.add(name, PAIRED | UNMAPPED | MATE_UNMAPPED | which, None, "", bases)

    def wild(self, name: str, side: Breakpoint, before: int, after: int) -> None:
        """A read without a gap: ``before`` and ``after`` nt of the genome around a base's end."""
        start = side.pos - before + 1
        bases = self._genome.transcribed(side.chrom, start, side.pos + after, "+")
        self.add(name, 0, (side.chrom, start), f"{before + after}M", bases)


def kept_reads(
    bam: Path,
    loci: Loci,
    alignments: Iterable[ChimericAlignment] = (),
    claims: Iterable[CallerCall] = (),
    regions: Iterable[Region] = (),
) -> KeptReads:
    """What is kept of a sample, as later steps find it: in the evidence BAM beside its BAM."""
    evidence = bam.with_suffix(".evidence.bam")
    collect(bam, want(alignments, claims, loci, regions), evidence)
    return KeptReads(evidence)


def _segment(
    fused: FusedTranscript, side: Breakpoint, begin: int, end: int, first: int, last: int
) -> tuple[int, str, str, bool]:
    """A read ``begin``-``end`` of a fused transcript with ``first``-``last`` of it aligned.

    :return: lowest position (1-based), CIGAR, bases of the genome's plus strand, and whether the
        read that has the transcript's orientation is reversed there.
    """
    bases, positions = fused.sequence[begin:end], list(fused.positions[first:last])
    clips = (first - begin, end - last)
    reverse = side.strand == "-"
    if reverse:
        bases, positions, clips = reverse_complement(bases), positions[::-1], clips[::-1]
    cigar, run = f"{clips[0]}S" if clips[0] else "", 1
    for one, other in pairwise(positions):
        if other == one + 1:
            run += 1
        else:
            cigar += f"{run}M{other - one - 1}N"
            run = 1
    cigar += f"{run}M" + (f"{clips[1]}S" if clips[1] else "")
    return positions[0], cigar, bases, reverse
