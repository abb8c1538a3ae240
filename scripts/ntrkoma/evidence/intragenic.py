"""Events within one target gene: skipped exons, deletions and duplications.

They are no fusions (VICC excludes them) and of uncertain significance, so they stand apart and
bear on no verdict. STAR lists a skipped exon or a gap as a splice junction; a junction against the
order of the gene comes from our own candidates. RNA alone tells neither a deletion of DNA from
splicing nor a duplication from a circular transcript.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.annotation.placement import normalise
from ntrkoma.annotation.protein import fused_protein
from ntrkoma.curated.known_events import EventKind, KnownEvent
from ntrkoma.genome.carried import carried3, carried5, covered
from ntrkoma.genome.loci import Loci, downstream
from ntrkoma.genome.transcripts import Intron, Transcript, choose_reference_transcript
from ntrkoma.model.junction import Breakpoint, Place
from ntrkoma.model.states import Frame, Kinase
from ntrkoma.programs.splices import SpliceJunction

NOT_A_FUSION = "Not a fusion (VICC excludes intragenic events); uncertain significance."


@dataclass(frozen=True)
class IntragenicEvent:
    """One event; exon numbers are those of ``transcript``.

    ``wild_type_reads``: mean of the annotated splicing that the event replaces at either side,
    None where neither side can be counted. ``share``: reads over reads plus wild type (0-1).
    All reads are uniquely mapped, duplicates included.
    """

    gene: str
    transcript: str
    kind: EventKind
    name: str
    exon5: int
    exon3: int
    skipped_exons: tuple[int, ...]
    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    reads: int
    wild_type_reads: float | None
    share: float | None
    frame: Frame
    kinase: Kinase
    known: bool
    text: str

    def to_json(self) -> dict[str, Any]:
        """The event in the published form."""
        return {**asdict(self), "skipped_exons": list(self.skipped_exons)}


def intragenic_events(
    splice_junctions: Sequence[SpliceJunction],
    junctions: Sequence[tuple[Place, int]],
    annotator: Annotator,
    known_events: Sequence[KnownEvent],
    thresholds: Mapping[str, float],
) -> list[IntragenicEvent]:
    """Events of the annotator's genes, gene by gene, best supported first.

    :param junctions: those of the sample's candidates, with their junction reads. One may stand
        among the splices as well; either may have counted more of its reads.
    :param thresholds: ``intragenic_min_reads`` and ``intragenic_min_share`` are used.
    """
    found: list[IntragenicEvent] = []
    for gene in filter(annotator.loci.models.get, annotator.loci.genes):
        splicing = Splicing.of_gene(gene, splice_junctions, annotator)
        if not splicing.reference.coding:
            continue
        seen: dict[Place, int] = {}
        for sides, reads in (*splicing.unannotated().items(), *junctions):
            placed = splicing.placed(sides, annotator.loci)
            if placed is not None:
                seen[placed] = max(seen.get(placed, 0), reads)
        events = (
            _event(splicing, placed, reads, annotator, known_events)
            for placed, reads in seen.items()
            if reads >= thresholds["intragenic_min_reads"]
        )
        least = thresholds["intragenic_min_share"]
        shown = [e for e in events if e is not None and (e.share is None or e.share >= least)]
        found += sorted(shown, key=lambda e: (-e.reads, e.breakpoint5, e.breakpoint3))
    return found


@dataclass(frozen=True)
class Splicing:
    """A gene's reference transcript, and the splicing annotated and seen in the gene.

    ``span``: lowest and highest position (1-based) of the gene's transcripts there. ``annotated``:
    introns of any gene on its strand there. ``reads``: uniquely mapped ones by intron.
    """

    reference: Transcript
    span: tuple[int, int]
    annotated: frozenset[Intron]
    reads: Mapping[Intron, int]

    @classmethod
    def of_gene(cls, gene: str, rows: Iterable[SpliceJunction], annotator: Annotator) -> Splicing:
        """What a sample's splice junctions show of a gene."""
        transcripts = annotator.loci.models[gene]
        reference, _ = choose_reference_transcript(transcripts, annotator.knowledge.mane_ids)
        # A symbol may stand on several contigs, such as patches of the assembly.
        own = [
            t
            for t in transcripts
            if (t.chrom, t.strand) == (reference.chrom, reference.strand)
            and t.start <= reference.end
            and reference.start <= t.end
        ]
        low, high = min(t.start for t in own), max(t.end for t in own)
        overlapping = annotator.loci.annotation.overlapping(reference.chrom, low, high)
        return cls(
            reference,
            (low, high),
            frozenset(
                intron
                for transcript in overlapping
                if transcript.strand == reference.strand
                for intron in transcript.introns
            ),
            {
                row.intron: row.unique
                for row in rows
                if row.chrom == reference.chrom
                and low < row.first
                and row.last < high
                and row.strand in ("", reference.strand)
            },
        )

    def unannotated(self) -> dict[Place, int]:
        """Junctions that the annotation lacks, and their reads."""
        strand = self.reference.strand
        found: dict[Place, int] = {}
        for (chrom, first, last), reads in self.reads.items():
            if (chrom, first, last) not in self.annotated:
                low, high = (
                    Breakpoint(chrom, first - 1, strand),
                    Breakpoint(chrom, last + 1, strand),
                )
                found[Place(low, high) if strand == "+" else Place(high, low)] = reads
        return found

    def placed(self, junction: Place, loci: Loci) -> Place | None:
        """The junction on exon borders where equivalent; None when it is not of this gene or is
        annotated."""
        five, three, inserted = junction
        here = (self.reference.chrom, self.reference.strand)
        if any((side.chrom, side.strand) != here for side in (five, three)):
            return None
        if not inserted:
            five, three = normalise(five, three, loci)
        low, high = self.span
        if not all(low <= side.pos <= high for side in (five, three)):
            return None
        if not inserted and downstream(five, three) > 0 and _intron(five, three) in self.annotated:
            return None
        return Place(five, three, inserted)

    def wild_type(self, join: Join, reads: int) -> float | None:
        """Mean annotated splicing out of the 5′ and into the 3′ place of an event.

        A place inside an exon counts at that exon's own border: the event cuts the border off. In a
        gap within one exon both borders stay, so the event's own reads are among those counted.
        """
        counts = [
            found
            for side, exon, five in ((join.five, join.exon5, True), (join.three, join.exon3, False))
            if (found := self._wild_type_at(side, exon, five=five)) is not None
        ]
        if not counts:
            return None
        mean = sum(counts) / len(counts)
        within = join.exon5 == join.exon3 and not join.backwards
        return round(max(0.0, mean - reads) if within else mean, 1)

    def _wild_type_at(self, side: Breakpoint, exon: int, *, five: bool) -> int | None:
        on_border = any(_meets(intron, side, five=five) for intron in self.annotated)
        if not on_border and self.reference.exon_at(side.pos) is None:
            return None
        border = side if on_border else self.border(exon, five=five)
        introns = [intron for intron in self.annotated if _meets(intron, border, five=five)]
        return sum(self.reads.get(intron, 0) for intron in introns) if introns else None

    def border(self, exon: int, *, five: bool) -> Breakpoint:
        """Where a splice leaves (5′ side) or enters an exon of the reference."""
        reference = self.reference
        pos = reference.exon_end(exon) if five else reference.exon_start(exon)
        return Breakpoint(reference.chrom, pos, reference.strand)

    def between(self, exon5: int, exon3: int) -> int:
        """Reads spliced from one exon of the reference to another."""
        sides = self.border(exon5, five=True), self.border(exon3, five=False)
        return self.reads.get(_intron(*sides), 0)


@dataclass(frozen=True)
class Join:
    """A junction of a reference transcript with itself."""

    reference: Transcript
    five: Breakpoint
    three: Breakpoint
    inserted: str

    @cached_property
    def exon5(self) -> int:
        """The exon that the 5′ place lies in, else the last one before it."""
        pos = self.five.pos
        return self.reference.exon_at(pos) or max(1, self.reference.exons_before(pos))

    @cached_property
    def exon3(self) -> int:
        """The exon that the 3′ place lies in, else the first one behind it."""
        pos, last = self.three.pos, len(self.reference.exons)
        return self.reference.exon_at(pos) or min(self.reference.exons_before(pos) + 1, last)

    @property
    def backwards(self) -> bool:
        """Whether it goes against the order of the gene: what lies between is read twice."""
        return downstream(self.five, self.three) <= 0

    @cached_property
    def touched(self) -> list[int]:
        """c. positions (1-based) that are missing, or read twice."""
        low, high = sorted((self.five.pos, self.three.pos))
        if not self.backwards:
            low, high = low + 1, high - 1
        span = self.reference.cds_span
        if span is None:
            return []
        return [
            position - span[0] + 1
            for position in range(span[0], span[1] + 1)
            if low <= self.reference.to_genome(position) <= high
        ]

    @property
    def residues(self) -> tuple[int, int]:
        """First and last residue (1-based) of :attr:`touched`."""
        phase = self.reference.cds_phase
        return (min(self.touched) - 1 - phase) // 3 + 1, (max(self.touched) - 1 - phase) // 3 + 1

    @property
    def skipped(self) -> tuple[int, ...]:
        """Exons that lie between the two places."""
        return () if self.backwards else tuple(range(self.exon5 + 1, self.exon3))

    @property
    def kind(self) -> EventKind:
        """What happens to the transcript."""
        if self.backwards:
            return EventKind.DUPLICATION
        inside_exon = any(
            self.reference.exon_at(side.pos) is not None
            and self.reference.border_exon(side.pos, five=five) is None
            for side, five in ((self.five, True), (self.three, False))
        )
        if self.skipped and not inside_exon:
            return EventKind.EXON_SKIPPING
        return EventKind.DELETION

    @property
    def name(self) -> str:
        """The event by its exons."""
        if self.kind == EventKind.EXON_SKIPPING:
            return f"{_exons(self.skipped)} skipped"
        if self.kind == EventKind.DUPLICATION:
            return f"{_exons((self.exon3, self.exon5))} duplicated"
        return f"{_exons((self.exon5, self.exon3))} partly deleted"

    def is_known_as(self, event: KnownEvent) -> bool:
        """Whether it is a named event of its gene."""
        if event.gene != self.reference.gene or event.kind != self.kind:
            return False
        if self.reference.transcript_id.split(".")[0] not in event.transcript_ids:
            return False
        if event.removed_nt != len(self.touched):
            return False
        if self.kind == EventKind.EXON_SKIPPING and event.skipped != self.skipped:
            return False
        first, last = self.residues
        return event.within is None or event.within[0] <= first <= last <= event.within[1]


def _event(
    splicing: Splicing,
    placed: Place,
    reads: int,
    annotator: Annotator,
    known_events: Iterable[KnownEvent],
) -> IntragenicEvent | None:
    """The event of one junction; None when it leaves the coding sequence as it is."""
    join = Join(splicing.reference, *placed)
    if not join.touched:
        return None
    known = next(filter(join.is_known_as, known_events), None)
    if known is not None and known.normal:
        return None
    wild_type = splicing.wild_type(join, reads)
    share = None if wild_type is None else round(reads / (reads + wild_type), 4)
    name = known.name if known else join.name
    frame, note = _frame(join, annotator)
    kinase, kinase_words = _kinase(join, annotator)
    return IntragenicEvent(
        gene=join.reference.gene,
        transcript=join.reference.transcript_id,
        kind=join.kind,
        name=name,
        exon5=join.exon5,
        exon3=join.exon3,
        skipped_exons=join.skipped if join.kind == EventKind.EXON_SKIPPING else (),
        breakpoint5=join.five,
        breakpoint3=join.three,
        reads=reads,
        wild_type_reads=wild_type,
        share=share,
        frame=frame,
        kinase=kinase,
        known=known is not None,
        text=" ".join(
            [
                _what(join, name),
                _how_many(reads, wild_type, share),
                f"Reading frame: {frame.value.replace('_', ' ')} ({note}); {kinase_words}.",
                *_known_words(known, splicing),
                NOT_A_FUSION,
            ]
        ),
    )


def _frame(join: Join, annotator: Annotator) -> tuple[Frame, str]:
    reference = join.reference
    if any(reference.exon_at(side.pos) is None for side in (join.five, join.three)):
        return Frame.UNKNOWN, "a side lies outside the exons of the transcript"
    protein = fused_protein(
        (reference, carried5(reference, join.five)),
        (reference, carried3(reference, join.three)),
        join.inserted,
        annotator.loci.genome,
    )
    return protein.frame, protein.note


def _kinase(join: Join, annotator: Annotator) -> tuple[Kinase, str]:
    positions = annotator.kinase_positions(join.reference.gene)
    parts = [carried5(join.reference, join.five), carried3(join.reference, join.three)]
    share = covered(positions, parts)
    if not positions:
        return Kinase.ABSENT, "the kinase domain is not known"
    if share == 1.0:
        return Kinase.COMPLETE, "the kinase domain is complete"
    if share > 0:
        return Kinase.PARTIAL, f"{share:.0%} of the kinase domain is left"
    return Kinase.ABSENT, "nothing of the kinase domain is left"


def _what(join: Join, name: str) -> str:
    touched, (first, last) = join.touched, join.residues
    lost = "is read twice, or the RNA is circular" if join.backwards else "is missing"
    between = f", and {join.inserted} is inserted" if join.inserted else ""
    return (
        f"{join.reference.gene} {name}: c.{min(touched)}-{max(touched)} ({len(touched)} coding nt, "
        f"residues {first}-{last}) {lost}{between}."
    )


def _known_words(event: KnownEvent | None, splicing: Splicing) -> list[str]:
    if event is None:
        return []
    words = [f"{event.note[0].upper()}{event.note[1:]}."]
    for exon in event.also_skipped:
        if 1 < exon < len(splicing.reference.exons):
            kept = (splicing.between(exon - 1, exon) + splicing.between(exon, exon + 1)) / 2
            words.append(
                f"Exon {exon}, which {event.name} lacks as well, is skipped in "
                f"{splicing.between(exon - 1, exon + 1)} and kept in {kept:g} reads."
            )
    return words


def _meets(intron: Intron, side: Breakpoint, *, five: bool) -> bool:
    """Whether an intron begins (5′ side) or ends at a place."""
    left = (side.strand == "+") == five
    return intron[1] == side.pos + 1 if left else intron[2] == side.pos - 1


def _intron(five: Breakpoint, three: Breakpoint) -> Intron:
    low, high = sorted((five.pos, three.pos))
    return five.chrom, low + 1, high - 1


def _exons(numbers: Sequence[int]) -> str:
    """``exon 9``, ``exons 6-7``."""
    if len(set(numbers)) == 1:
        return f"exon {numbers[0]}"
    return f"exons {min(numbers)}-{max(numbers)}"


def _how_many(reads: int, wild_type: float | None, share: float | None) -> str:
    if wild_type is None or share is None:
        return f"{reads} uniquely mapped reads; the wild type cannot be counted here."
    return f"{reads} uniquely mapped reads against {wild_type:g} of the wild type ({share:.0%})."
