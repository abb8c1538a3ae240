"""Events within one target gene: skipped exons, deletions and duplications.

They are no fusions (VICC excludes them) and of uncertain significance, so they stand apart and
bear on no verdict. STAR lists a skipped exon or a gap as a splice junction; a junction against the
order of the gene comes from our own candidates. RNA alone tells neither a deletion of DNA from
splicing nor a duplication from a circular transcript.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.annotation.protein import fused_protein
from ntrkoma.curated.known_events import EventKind, KnownEvent
from ntrkoma.genome.carried import carried3, carried5, covered
from ntrkoma.genome.loci import downstream
from ntrkoma.genome.transcripts import Intron, Transcript, choose_reference_transcript
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Frame, Kinase
from ntrkoma.programs.splices import SpliceJunction

NOT_A_FUSION = "Not a fusion (VICC excludes intragenic events); uncertain significance."


class Candidate(NamedTuple):
    """A junction of our own caller with both sides in one gene, and its junction reads."""

    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    inserted: str
    reads: int


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
    splice_junctions: Iterable[SpliceJunction],
    candidates: Iterable[Candidate],
    annotator: Annotator,
    known_events: Iterable[KnownEvent],
    thresholds: Mapping[str, float],
) -> list[IntragenicEvent]:
    """Events of the annotator's target genes, gene by gene, best supported first.

    :param thresholds: ``intragenic_min_reads`` and ``intragenic_min_share`` are used.
    """
    introns = {row.intron: (row.strand, row.unique) for row in splice_junctions}
    junctions = list(candidates)
    known = list(known_events)
    found: list[IntragenicEvent] = []
    for gene in annotator.target_genes:
        transcripts = annotator.models.get(gene)
        if transcripts:
            reader = _Gene(gene, transcripts, introns, annotator, known)
            events = reader.events(junctions, thresholds)
            found += sorted(events, key=lambda e: (-e.reads, e.breakpoint5, e.breakpoint3))
    return found


class _Gene:
    """One target gene: its reference transcript and the splicing seen in it."""

    def __init__(
        self,
        gene: str,
        transcripts: Sequence[Transcript],
        introns: Mapping[Intron, tuple[str, int]],
        annotator: Annotator,
        known: Iterable[KnownEvent],
    ):
        reference, _ = choose_reference_transcript(transcripts, annotator.knowledge.mane_ids)
        # A symbol may stand on several contigs, such as patches of the assembly.
        own = [
            t
            for t in transcripts
            if (t.chrom, t.strand) == (reference.chrom, reference.strand)
            and t.start <= reference.end
            and reference.start <= t.end
        ]
        self.gene, self.reference, self.annotator = gene, reference, annotator
        self.low, self.high = min(t.start for t in own), max(t.end for t in own)
        overlapping = annotator.annotation.overlapping(reference.chrom, self.low, self.high)
        self.annotated = {
            intron
            for transcript in overlapping
            if transcript.strand == reference.strand
            for intron in transcript.introns
        }
        self.reads = {
            intron: reads
            for intron, (strand, reads) in introns.items()
            if intron[0] == reference.chrom
            and self.low < intron[1]
            and intron[2] < self.high
            and strand in ("", reference.strand)
        }
        identifier = reference.transcript_id.split(".")[0]
        self.known = [e for e in known if e.gene == gene and identifier in e.transcript_ids]

    def events(
        self, candidates: Iterable[Candidate], thresholds: Mapping[str, float]
    ) -> list[IntragenicEvent]:
        """All events above the thresholds."""
        if not self.reference.coding:
            return []
        # One junction may stand in both sources; either may have counted more of its reads.
        seen: dict[tuple[Breakpoint, Breakpoint, str], int] = {}
        for candidate in (*self._spliced(), *candidates):
            key = self._placed(candidate)
            if key is not None:
                seen[key] = max(seen.get(key, 0), candidate.reads)
        events = (
            self._event(five, three, inserted, reads)
            for (five, three, inserted), reads in seen.items()
            if reads >= thresholds["intragenic_min_reads"]
        )
        return [
            event
            for event in events
            if event is not None
            and (event.share is None or event.share >= thresholds["intragenic_min_share"])
        ]

    def _spliced(self) -> list[Candidate]:
        strand = self.reference.strand
        found = []
        for (chrom, first, last), reads in self.reads.items():
            if (chrom, first, last) not in self.annotated:
                low = Breakpoint(chrom, first - 1, strand)
                high = Breakpoint(chrom, last + 1, strand)
                five, three = (low, high) if strand == "+" else (high, low)
                found.append(Candidate(five, three, "", reads))
        return found

    def _placed(self, candidate: Candidate) -> tuple[Breakpoint, Breakpoint, str] | None:
        """The junction on exon borders where equivalent; None when it is not of this gene or is
        annotated."""
        five, three, inserted, _ = candidate
        place = (self.reference.chrom, self.reference.strand)
        if any((side.chrom, side.strand) != place for side in (five, three)):
            return None
        if not inserted:
            five, three = self.annotator.place(five, three)
        if not all(self.low <= side.pos <= self.high for side in (five, three)):
            return None
        if not inserted and downstream(five, three) > 0 and _intron(five, three) in self.annotated:
            return None
        return five, three, inserted

    def _event(
        self, five: Breakpoint, three: Breakpoint, inserted: str, reads: int
    ) -> IntragenicEvent | None:
        """The event of one junction; None when it leaves the coding sequence as it is."""
        reference = self.reference
        exon5, exon3 = reference.exon_at(five.pos), reference.exon_at(three.pos)
        number5 = exon5 or max(1, reference.exons_before(five.pos))
        number3 = exon3 or min(reference.exons_before(three.pos) + 1, len(reference.exons))
        backwards = downstream(five, three) <= 0
        touched = self._coding_between(*((three, five) if backwards else (five, three)), backwards)
        if not touched:
            return None
        skipped = () if backwards else tuple(range(number5 + 1, number3))
        kind = self._kind(five, three, backwards, skipped)
        event = self._known(kind, skipped, touched)
        if event is not None and event.normal:
            return None
        wild_type = self._wild_type(five, three, number5, number3, reads)
        share = None if wild_type is None else round(reads / (reads + wild_type), 4)
        frame, note = self._frame(five, three, inserted)
        name = event.name if event else _name(kind, skipped, number5, number3)
        kinase, kinase_words = self._kinase(five, three)
        return IntragenicEvent(
            gene=self.gene,
            transcript=reference.transcript_id,
            kind=kind,
            name=name,
            exon5=number5,
            exon3=number3,
            skipped_exons=skipped if kind == EventKind.EXON_SKIPPING else (),
            breakpoint5=five,
            breakpoint3=three,
            reads=reads,
            wild_type_reads=wild_type,
            share=share,
            frame=frame,
            kinase=kinase,
            known=event is not None,
            text=" ".join(
                [
                    self._what(kind, name, touched, inserted),
                    _how_many(reads, wild_type, share),
                    f"Reading frame: {frame.value.replace('_', ' ')} ({note}); {kinase_words}.",
                    *self._known_words(event),
                    NOT_A_FUSION,
                ]
            ),
        )

    def _kind(
        self, five: Breakpoint, three: Breakpoint, backwards: bool, skipped: Sequence[int]
    ) -> EventKind:
        if backwards:
            return EventKind.DUPLICATION
        inside_exon = any(
            self.reference.exon_at(side.pos) is not None
            and self.reference.border_exon(side.pos, five=is_five) is None
            for side, is_five in ((five, True), (three, False))
        )
        return EventKind.EXON_SKIPPING if skipped and not inside_exon else EventKind.DELETION

    def _coding_between(self, first: Breakpoint, last: Breakpoint, inclusive: bool) -> list[int]:
        """c. positions (1-based) of the reference between two places in order of transcription."""
        low, high = sorted((first.pos, last.pos))
        if not inclusive:
            low, high = low + 1, high - 1
        span = self.reference.cds_span
        if span is None:
            return []
        return [
            position - span[0] + 1
            for position in range(span[0], span[1] + 1)
            if low <= self.reference.to_genome(position) <= high
        ]

    def _known(
        self, kind: EventKind, skipped: tuple[int, ...], touched: Sequence[int]
    ) -> KnownEvent | None:
        first, last = self._residues(touched)
        for event in self.known:
            if event.kind != kind or event.removed_nt != len(touched):
                continue
            if kind == EventKind.EXON_SKIPPING and event.skipped != skipped:
                continue
            if event.within is None or event.within[0] <= first <= last <= event.within[1]:
                return event
        return None

    def _residues(self, touched: Sequence[int]) -> tuple[int, int]:
        """First and last residue (1-based) that coding positions belong to."""
        phase = self.reference.cds_phase
        return (min(touched) - 1 - phase) // 3 + 1, (max(touched) - 1 - phase) // 3 + 1

    def _wild_type(
        self, five: Breakpoint, three: Breakpoint, exon5: int, exon3: int, reads: int
    ) -> float | None:
        """Mean annotated splicing out of the 5′ and into the 3′ place.

        A place inside an exon counts at that exon's own border: the event cuts the border off. In a
        gap within one exon both borders stay, so the event's own reads are among those counted.
        """
        found: list[int | None] = []
        if self.reference.exon_at(five.pos) is not None or self._is_border(five, five=True):
            out = five if self._is_border(five, five=True) else self._border(exon5, five=True)
            found.append(self._annotated_reads(out, five=True))
        if self.reference.exon_at(three.pos) is not None or self._is_border(three, five=False):
            into = three if self._is_border(three, five=False) else self._border(exon3, five=False)
            found.append(self._annotated_reads(into, five=False))
        counts = [count for count in found if count is not None]
        if not counts:
            return None
        mean = sum(counts) / len(counts)
        within = exon5 == exon3 and downstream(five, three) > 0
        return round(max(0.0, mean - reads) if within else mean, 1)

    def _is_border(self, side: Breakpoint, *, five: bool) -> bool:
        """Whether any annotated intron of the gene's strand begins or ends here."""
        return any(self._meets(intron, side, five=five) for intron in self.annotated)

    def _meets(self, intron: Intron, side: Breakpoint, *, five: bool) -> bool:
        left = (side.strand == "+") == five
        return intron[1] == side.pos + 1 if left else intron[2] == side.pos - 1

    def _border(self, exon: int, *, five: bool) -> Breakpoint:
        pos = self.reference.exon_end(exon) if five else self.reference.exon_start(exon)
        return Breakpoint(self.reference.chrom, pos, self.reference.strand)

    def _annotated_reads(self, side: Breakpoint, *, five: bool) -> int | None:
        """Reads of the annotated introns that leave or reach a place; None where there is none."""
        introns = [i for i in self.annotated if self._meets(i, side, five=five)]
        return sum(self.reads.get(intron, 0) for intron in introns) if introns else None

    def _frame(self, five: Breakpoint, three: Breakpoint, inserted: str) -> tuple[Frame, str]:
        if any(self.reference.exon_at(side.pos) is None for side in (five, three)):
            return Frame.UNKNOWN, "a side lies outside the exons of the transcript"
        protein = fused_protein(
            (self.reference, carried5(self.reference, five)),
            (self.reference, carried3(self.reference, three)),
            inserted,
            self.annotator.genome,
        )
        return protein.frame, protein.note

    def _kinase(self, five: Breakpoint, three: Breakpoint) -> tuple[Kinase, str]:
        positions = self.annotator.kinase_positions(self.gene)
        parts = [carried5(self.reference, five), carried3(self.reference, three)]
        share = covered(positions, parts)
        if not positions:
            return Kinase.ABSENT, "the kinase domain is not known"
        if share == 1.0:
            return Kinase.COMPLETE, "the kinase domain is complete"
        if share > 0:
            return Kinase.PARTIAL, f"{share:.0%} of the kinase domain is left"
        return Kinase.ABSENT, "nothing of the kinase domain is left"

    def _what(self, kind: EventKind, name: str, touched: Sequence[int], inserted: str) -> str:
        first, last = self._residues(touched)
        lost = (
            "is read twice, or the RNA is circular"
            if kind == EventKind.DUPLICATION
            else "is missing"
        )
        between = f", and {inserted} is inserted" if inserted else ""
        return (
            f"{self.gene} {name}: c.{min(touched)}-{max(touched)} ({len(touched)} coding nt, "
            f"residues {first}-{last}) {lost}{between}."
        )

    def _known_words(self, event: KnownEvent | None) -> list[str]:
        if event is None:
            return []
        words = [f"{event.note[0].upper()}{event.note[1:]}."]
        for exon in event.also_skipped:
            if 1 < exon < len(self.reference.exons):
                without, into, out = (
                    self.reads.get(_intron(self._border(a, five=True), self._border(b, five=False)))
                    for a, b in ((exon - 1, exon + 1), (exon - 1, exon), (exon, exon + 1))
                )
                kept = ((into or 0) + (out or 0)) / 2
                words.append(
                    f"Exon {exon}, which {event.name} lacks as well, is skipped in {without or 0} "
                    f"and kept in {kept:g} reads."
                )
        return words


def _intron(five: Breakpoint, three: Breakpoint) -> Intron:
    low, high = sorted((five.pos, three.pos))
    return five.chrom, low + 1, high - 1


def _exons(numbers: Sequence[int]) -> str:
    """``exon 9``, ``exons 6-7``."""
    if len(set(numbers)) == 1:
        return f"exon {numbers[0]}"
    return f"exons {min(numbers)}-{max(numbers)}"


def _name(kind: EventKind, skipped: Sequence[int], exon5: int, exon3: int) -> str:
    if kind == EventKind.EXON_SKIPPING:
        return f"{_exons(skipped)} skipped"
    if kind == EventKind.DUPLICATION:
        return f"{_exons((exon3, exon5))} duplicated"
    return f"{_exons((exon5, exon3))} partly deleted"


def _how_many(reads: int, wild_type: float | None, share: float | None) -> str:
    if wild_type is None or share is None:
        return f"{reads} uniquely mapped reads; the wild type cannot be counted here."
    return f"{reads} uniquely mapped reads against {wild_type:g} of the wild type ({share:.0%})."
