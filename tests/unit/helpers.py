"""Small genomes with known genes, and records written in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from ntrkoma.annotate import Annotator
from ntrkoma.knowledge import Domain, Knowledge, Partner
from ntrkoma.loci import Loci
from ntrkoma.records import Breakpoint, Caller, CallerCall, JunctionEvidence
from ntrkoma.sequence import Genome, reverse_complement
from ntrkoma.transcripts import Annotation, Transcript, write_table

STRANDS = st.sampled_from("+-")
# Without T there is no stop codon in any frame.
NO_STOP = "ACG"


def at(text: str) -> Breakpoint:
    """A breakpoint written as ``chrom:pos:strand``."""
    chrom, pos, strand = text.rsplit(":", 2)
    return Breakpoint(chrom, int(pos), strand)


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


def donor(transcript: Transcript, exon: int) -> str:
    """Breakpoint at the end of an exon, as text."""
    return f"{transcript.chrom}:{transcript.exon_end(exon)}:{transcript.strand}"


def acceptor(transcript: Transcript, exon: int) -> str:
    """Breakpoint at the start of an exon, as text."""
    return f"{transcript.chrom}:{transcript.exon_start(exon)}:{transcript.strand}"


def knowledge_of(
    kinase: Domain | None = None, partners: Iterable[Partner] = (), mane: Mapping[str, str] = {}
) -> Knowledge:
    """Curated tables with one kinase domain."""
    return Knowledge(
        domains=(kinase,) if kinase else (),
        mane=mane,
        partners={(p.gene5, p.gene3): p for p in partners},
        control_genes=(),
        thresholds={},
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
        return Loci(self.annotation, targets)

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
