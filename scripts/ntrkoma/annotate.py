"""What a junction means: genes, transcripts, exon numbers, reading frame, protein, kinase.

Always computed from the GTF and the genome that the run was given, for every caller alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ntrkoma.carried import Carried, carried3, carried5, covered
from ntrkoma.knowledge import Knowledge
from ntrkoma.loci import downstream
from ntrkoma.records import (
    Breakpoint,
    DomainRetention,
    Frame,
    Kinase,
    ResidueRetention,
    Retention,
    Side,
    StructureClass,
)
from ntrkoma.sequence import Genome, translate
from ntrkoma.structure import (
    JoinedSide,
    KeyResidue,
    PlacedDomain,
    border_exon,
    kinase_text,
    place_domain,
    structure_class,
    structure_text,
)
from ntrkoma.transcripts import Annotation, Transcript, choose_reference_transcript

INTERGENIC = "?"
# Longest stretch (nt) of repeated bases at a junction that is searched for exon borders.
LONGEST_REPEAT = 10


@dataclass(frozen=True)
class FusedProtein:
    """Reading frame across the junction and what it is translated to.

    ``length``: residues from the 5′ partner's start to the first stop, only for in-frame joins.
    ``note`` tells in words what was found.
    """

    frame: Frame
    length: int | None
    note: str


def fused_protein(
    five: tuple[Transcript, Carried] | None,
    three: tuple[Transcript, Carried] | None,
    inserted: str,
    genome: Genome,
) -> FusedProtein:
    """Reading frame from the coding phases, confirmed by translating the joined sequence.

    :param five: 5′ transcript and what is carried of it; None when the side is not transcribed
        from a known gene.
    :param three: the same for the 3′ side.
    :param inserted: bases between the two, transcript orientation.
    """
    if three is None or not three[0].coding:
        return FusedProtein(Frame.NO_CDS, None, "the 3′ side has no coding sequence")
    transcript3, part3 = three
    entry = _first_coding_base(transcript3, part3)
    if entry is None:
        return FusedProtein(Frame.NO_CDS, None, "the breakpoint lies in the 3′ UTR of the 3′ gene")
    coding_base, leading = entry
    start_retained = coding_base == 1 and transcript3.cds_phase == 0
    upstream = _coding_part(five)
    if upstream is None:
        if start_retained:
            return FusedProtein(
                Frame.UTR5_START_RETAINED,
                None,
                "no coding sequence comes from the 5′ side; the 3′ gene keeps its own start codon",
            )
        why = "the 5′ side has no start codon before the breakpoint"
        return FusedProtein(Frame.NO_CDS, None, why)
    transcript5, part5, first_codon = upstream
    coding5 = part5.sequence(genome)[first_codon:]
    stop5 = _stop_index(transcript5, part5)
    if stop5 is not None:
        return FusedProtein(
            Frame.NO_CDS, None, "the breakpoint lies in the 3′ UTR of the 5′ gene, after its stop"
        )
    before_entry = len(coding5) + len(inserted) + leading
    in_phase = before_entry % 3 == (coding_base - 1 - transcript3.cds_phase) % 3
    joined = coding5 + inserted + part3.sequence(genome)
    protein = translate(joined)
    stopped_early = protein.endswith("*") and 3 * (len(protein) - 1) < before_entry
    if in_phase and not stopped_early:
        residues = protein.rstrip("*")
        length = len(residues) if protein.endswith("*") else None
        return FusedProtein(Frame.IN_FRAME, length, "coding phases match and the join translates")
    if start_retained and leading > 0:
        return FusedProtein(
            Frame.UTR5_START_RETAINED,
            None,
            "the 5′ reading frame does not enter the 3′ one; the 3′ gene keeps its start codon",
        )
    note = (
        "coding phases match but a stop codon arises at the junction"
        if in_phase
        else "the coding phases of the two sides differ"
    )
    return FusedProtein(Frame.OUT_OF_FRAME, None, note)


def _first_coding_base(transcript: Transcript, carried: Carried) -> tuple[int, int] | None:
    """Lowest c. position (1-based) carried, and the bases carried before it."""
    span = transcript.cds_span
    if span is None:
        return None
    for position in range(span[0], span[1] + 1):
        index = carried.index_of(transcript.to_genome(position))
        if index is not None:
            return position - span[0] + 1, index
    return None


def _coding_part(
    five: tuple[Transcript, Carried] | None,
) -> tuple[Transcript, Carried, int] | None:
    """5′ transcript, what is carried, and the 0-based index of its first full codon there."""
    if five is None or five[0].cds_span is None:
        return None
    transcript, carried = five
    first = transcript.to_genome(five[0].cds_span[0] + transcript.cds_phase)
    index = carried.index_of(first)
    return None if index is None else (transcript, carried, index)


def _stop_index(transcript: Transcript, carried: Carried) -> int | None:
    """0-based index of the last coding base where the 5′ part carries it, else None."""
    if transcript.cds_span is None:
        return None
    return carried.index_of(transcript.to_genome(transcript.cds_span[1]))


@dataclass(frozen=True)
class Structure:
    """A junction, annotated; see :class:`ntrkoma.records.Fusion` for the fields.

    ``structure_text`` and ``kinase_text`` say class and kinase in words, without a full stop.
    ``domains``: those of both partners, the 5′ one's first. ``key_residues``: of the target gene.
    """

    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    side5: Side
    side3: Side
    name: str
    vicc: str
    hgvs: str
    target_gene: str
    frame: Frame
    frame_note: str
    protein_length: int | None
    kinase: Kinase
    kinase_fraction: float
    kinase_text: str
    transmembrane_retained: bool | None
    structure_class: StructureClass
    structure_text: str
    domains: tuple[DomainRetention, ...]
    key_residues: tuple[ResidueRetention, ...]


class Annotator:
    """Annotates junctions against one genome and annotation.

    ``models``: the transcripts of the target genes, by symbol.

    :param key_residues: from :func:`ntrkoma.structure.load_key_residues`; without them no residue
        is named.
    :raises InputError: when a target gene's kinase domain cannot be placed.
    """

    def __init__(
        self,
        annotation: Annotation,
        genome: Genome,
        knowledge: Knowledge,
        target_genes: Iterable[str],
        key_residues: Iterable[KeyResidue] = (),
    ):
        self.annotation = annotation
        self.genome = genome
        self.knowledge = knowledge
        self.target_genes = tuple(target_genes)
        self.models = annotation.genes_named(self.target_genes)
        self._kinase: dict[str, frozenset[int]] = {}
        for gene, transcripts in self.models.items():
            kinase = knowledge.domain(gene, "kinase")
            if kinase is not None:
                self._kinase[gene] = kinase.positions(transcripts)
        self._residues = [
            (residue, placed)
            for residue in key_residues
            if (placed := place_domain(residue.site, self.models.get(residue.site.gene, ())))
        ]
        self._domains: dict[tuple[str, str], tuple[PlacedDomain, ...]] = {}

    def kinase_positions(self, gene: str) -> frozenset[int]:
        """Genomic positions (1-based) of a target gene's kinase domain; empty where unknown."""
        return self._kinase.get(gene, frozenset())

    def place(
        self, breakpoint5: Breakpoint, breakpoint3: Breakpoint
    ) -> tuple[Breakpoint, Breakpoint]:
        """The equivalent placement of a junction that lies on most exon borders.

        Bases that are the same on both sides leave a breakpoint undetermined; all placements that
        give the same transcript sequence are equal, so exon borders are preferred, and off them
        the most 3′ place (the 3′ rule of HGVS). No side leaves its gene for a border of the other.
        """
        placements = [(breakpoint5, breakpoint3), *self._equivalent(breakpoint5, breakpoint3)]

        def rank(place: tuple[Breakpoint, Breakpoint]) -> tuple[int, int, int]:
            in_gene = sum(bool(self._sense(side)) for side in place)
            return in_gene, self._border_hits(*place), downstream(breakpoint5, place[0])

        return max(placements, key=rank)

    def _border_hits(self, breakpoint5: Breakpoint, breakpoint3: Breakpoint) -> int:
        return int(bool(self._on_border(breakpoint5, five=True))) + int(
            bool(self._on_border(breakpoint3, five=False))
        )

    def _on_border(self, side: Breakpoint, *, five: bool) -> list[Transcript]:
        return [t for t in self._sense(side) if border_exon(t, side.pos, five=five) is not None]

    def _sense(self, side: Breakpoint) -> list[Transcript]:
        overlapping = self.annotation.overlapping(side.chrom, side.pos, side.pos)
        return [t for t in overlapping if t.strand == side.strand]

    def _equivalent(
        self, breakpoint5: Breakpoint, breakpoint3: Breakpoint
    ) -> list[tuple[Breakpoint, Breakpoint]]:
        """Other placements with the same joined sequence."""
        placements = []
        for direction in (-1, 1):
            for step in range(1, LONGEST_REPEAT + 1):
                # Moving 3′ takes the next base of the 5′ gene in place of the 3′ part's first.
                offset5 = step if direction > 0 else 1 - step
                offset3 = step - 1 if direction > 0 else -step
                base5 = _shifted(breakpoint5, offset5)
                base3 = _shifted(breakpoint3, offset3)
                if self._base(base5) != self._base(base3) or not self._base(base5):
                    break
                moved = (
                    _shifted(breakpoint5, direction * step),
                    _shifted(breakpoint3, direction * step),
                )
                if not (
                    self._within_exon(breakpoint5, moved[0], direction * step, carried5)
                    and self._within_exon(breakpoint3, moved[1], -direction * step, carried3)
                ):
                    break
                placements.append(moved)
        return placements

    def _within_exon(
        self,
        side: Breakpoint,
        moved: Breakpoint,
        longer: int,
        carried: Callable[[Transcript, Breakpoint], Carried],
    ) -> bool:
        """Whether a move only takes bases from a side, or gives it some, by the number it moves.

        Over the far border of an exon a whole intron would come along.

        :param longer: nt by which the side is to carry more than before.
        """
        transcripts = self._sense(side)
        return not transcripts or any(
            carried(t, moved).length - carried(t, side).length == longer for t in transcripts
        )

    def _base(self, side: Breakpoint) -> str:
        return self.genome.transcribed(side.chrom, side.pos, side.pos, side.strand)

    def orientation(self, breakpoint5: Breakpoint, breakpoint3: Breakpoint) -> tuple[int, int]:
        """How well a reading direction fits the annotation: exon borders hit, sides in sense."""
        placed = self.place(breakpoint5, breakpoint3)
        sense = sum(bool(self._sense(side)) for side in placed)
        return self._border_hits(*placed), sense

    def annotate(
        self, breakpoint5: Breakpoint, breakpoint3: Breakpoint, inserted: str = ""
    ) -> Structure:
        """Structure of the junction; breakpoints are placed on exon borders where equivalent."""
        if not inserted:
            breakpoint5, breakpoint3 = self.place(breakpoint5, breakpoint3)
        side5, transcript5 = self._side(breakpoint5, five=True)
        side3, transcript3 = self._side(breakpoint3, five=False)
        five = (transcript5, carried5(transcript5, breakpoint5)) if transcript5 else None
        three = (transcript3, carried3(transcript3, breakpoint3)) if transcript3 else None
        protein = fused_protein(five, three, inserted, self.genome)
        target, carried = self._target(side5, side3, five, three)
        fraction = carried.fraction_of(self.kinase_positions(target)) if carried else 0.0
        joined5 = JoinedSide(side5, breakpoint5, transcript5, five[1] if five else None, True)
        joined3 = JoinedSide(side3, breakpoint3, transcript3, three[1] if three else None, False)
        kind = structure_class(
            joined5,
            joined3,
            target,
            inserted,
            self.genome.splice_motif(breakpoint5, breakpoint3),
            truncated=side3.gene == target and self._truncated(target, transcript3),
        )
        domains = self._retained(joined5, joined3, target)
        membrane = [d.retained for d in domains if (d.gene, d.domain) == (target, "transmembrane")]
        residues, words = self._key_residues(target, carried, fraction)
        return Structure(
            breakpoint5=breakpoint5,
            breakpoint3=breakpoint3,
            side5=side5,
            side3=side3,
            name=f"{side5.gene or INTERGENIC}::{side3.gene or INTERGENIC}",
            vicc=vicc(side5, side3, inserted),
            hgvs=hgvs(side5, side3, transcript5, transcript3, breakpoint5, breakpoint3, inserted),
            target_gene=target,
            frame=protein.frame,
            frame_note=protein.note,
            protein_length=protein.length,
            kinase=_kinase(fraction),
            kinase_fraction=round(fraction, 4),
            kinase_text=words,
            transmembrane_retained=membrane[0] == Retention.COMPLETE
            if carried and membrane
            else None,
            structure_class=kind,
            structure_text=structure_text(kind, joined5, joined3, target, inserted),
            domains=domains,
            key_residues=residues,
        )

    def _truncated(self, gene: str, transcript: Transcript | None) -> bool:
        """Whether a target gene's transcript is an isoform that ends or starts without its kinase.

        Isoforms that splice a few residues of the domain in or out are whole kinases, so the key
        residues decide; where none is known, any coding base of the domain counts.
        """
        if transcript is None or gene not in self._kinase:
            return False
        whole = [Carried(transcript.chrom, transcript.strand, transcript.exons)]
        own = [placed.positions for residue, placed in self._residues if residue.site.gene == gene]
        if own:
            return any(covered(positions, whole) < 1.0 for positions in own)
        return covered(self._kinase[gene], whole) == 0.0

    def _retained(
        self, five: JoinedSide, three: JoinedSide, target: str
    ) -> tuple[DomainRetention, ...]:
        """Domains of both partners. The target's are always described; those of a partner only
        where it takes part in sense and the annotation has the transcript they stand on."""
        carried: dict[str, list[Carried]] = {}
        placed: dict[str, tuple[PlacedDomain, ...]] = {}
        for joined in (five, three):
            gene = joined.side.gene
            if gene and (joined.carried or gene == target):
                held = carried.setdefault(gene, [])
                held += [joined.carried] if joined.carried else []
                placed[gene] = placed.get(gene) or self._placed(gene, joined.transcript)
        return tuple(domain.retention(carried[gene]) for gene in placed for domain in placed[gene])

    def _placed(self, gene: str, transcript: Transcript | None) -> tuple[PlacedDomain, ...]:
        """A gene's domains; a partner's on its transcripts beside the one at the breakpoint."""
        key = (gene, "" if gene in self.models or not transcript else transcript.transcript_id)
        if key not in self._domains:
            transcripts = self.models.get(gene, [])
            if transcript and not transcripts:
                near = self.annotation.overlapping(
                    transcript.chrom, transcript.start, transcript.end
                )
                transcripts = [other for other in near if other.gene == gene]
            self._domains[key] = tuple(
                placed
                for domain in self.knowledge.domains
                if domain.gene == gene and (placed := place_domain(domain, transcripts))
            )
        return self._domains[key]

    def _key_residues(
        self, target: str, carried: Carried | None, fraction: float
    ) -> tuple[tuple[ResidueRetention, ...], str]:
        """The target gene's key residues, and what is kept of its kinase in words."""
        if not target:
            return (), ""
        parts = [carried] if carried else []
        own = [(r, placed) for r, placed in self._residues if r.site.gene == target]
        kept = {r.residue: covered(placed.positions, parts) == 1.0 for r, placed in own}
        retained = tuple(ResidueRetention(r.residue, r.site.name, kept[r.residue]) for r, _ in own)
        return retained, kinase_text(target, fraction, [r for r, _ in own], kept)

    def _target(
        self,
        side5: Side,
        side3: Side,
        five: tuple[Transcript, Carried] | None,
        three: tuple[Transcript, Carried] | None,
    ) -> tuple[str, Carried | None]:
        """The target gene of a fusion and what is carried of it; the 3′ partner comes first."""
        if side3.gene in self.target_genes and (side3.sense or side5.gene not in self.target_genes):
            return side3.gene, three[1] if three else None
        if side5.gene in self.target_genes:
            return side5.gene, five[1] if five else None
        return "", None

    def _side(self, side: Breakpoint, *, five: bool) -> tuple[Side, Transcript | None]:
        overlapping = self.annotation.overlapping(side.chrom, side.pos, side.pos)
        sense = [t for t in overlapping if t.strand == side.strand]
        candidates = sense or overlapping
        if not candidates:
            nothing = Side(None, None, None, None, None, None, 0, None, "intergenic", False, "")
            return nothing, None
        gene = self._gene(candidates, side, five=five)
        transcripts = [t for t in candidates if t.gene == gene]
        if not sense:
            reference, choice = choose_reference_transcript(transcripts, self.knowledge.mane_ids)
            antisense = Side(
                gene,
                reference.gene_id,
                reference.gene_biotype,
                reference.transcript_id,
                self.knowledge.refseq(reference.transcript_id),
                None,
                0,
                None,
                "antisense",
                False,
                choice,
            )
            return antisense, None
        transcript, choice = self._transcript(transcripts, side, five=five)
        exon, offset = _exon_and_offset(transcript, side.pos, five=five)
        placed = Side(
            gene=gene,
            gene_id=transcript.gene_id,
            biotype=transcript.gene_biotype,
            transcript=transcript.transcript_id,
            refseq=self.knowledge.refseq(transcript.transcript_id),
            exon=exon,
            offset=offset,
            cds_position=transcript.coding_position(side.pos),
            region=_region(transcript, side.pos),
            sense=True,
            choice=choice,
        )
        return placed, transcript

    def _gene(self, candidates: list[Transcript], side: Breakpoint, *, five: bool) -> str:
        """Target genes first, then genes with an exon border here, then coding ones."""

        def rank(transcript: Transcript) -> tuple[bool, bool, bool, bool, int, str]:
            return (
                transcript.gene not in self.target_genes,
                border_exon(transcript, side.pos, five=five) is None,
                transcript.gene_biotype not in {"protein_coding", ""},
                transcript.exon_at(side.pos) is None,
                -transcript.cds_length,
                transcript.gene,
            )

        return min(candidates, key=rank).gene

    def _transcript(
        self, transcripts: list[Transcript], side: Breakpoint, *, five: bool
    ) -> tuple[Transcript, str]:
        """The transcript to number exons on.

        The gene's reference transcript, unless the breakpoint is no exon border of it but of
        another coding one: then the fusion is spliced from that isoform.
        """
        reference, choice = choose_reference_transcript(transcripts, self.knowledge.mane_ids)
        if border_exon(reference, side.pos, five=five) is not None:
            return reference, choice
        on_border = [
            t for t in transcripts if t.coding and border_exon(t, side.pos, five=five) is not None
        ]
        if on_border:
            isoform, _ = choose_reference_transcript(on_border, self.knowledge.mane_ids)
            return isoform, f"isoform with an exon border here; {reference.transcript_id} has none"
        return reference, choice


def _shifted(side: Breakpoint, nt: int) -> Breakpoint:
    return Breakpoint(side.chrom, side.upstream(-nt), side.strand)


def _exon_and_offset(transcript: Transcript, pos: int, *, five: bool) -> tuple[int, int]:
    """Exon number and signed distance (nt, transcription direction) from its junction border."""
    number = transcript.exon_at(pos)
    if number is None:
        before = transcript.exons_before(pos)
        number = max(1, before) if five else min(before + 1, len(transcript.exons))
    border = transcript.exon_end(number) if five else transcript.exon_start(number)
    return number, pos - border if transcript.strand == "+" else border - pos


def _region(transcript: Transcript, pos: int) -> str:
    position = transcript.to_transcript(pos)
    if position is None:
        return "intron"
    if transcript.cds_span is None:
        return "noncoding_exon"
    first, last = transcript.cds_span
    if position < first:
        return "5UTR"
    return "3UTR" if position > last else "CDS"


def _kinase(fraction: float) -> Kinase:
    if fraction >= 1.0:
        return Kinase.COMPLETE
    return Kinase.PARTIAL if fraction > 0 else Kinase.ABSENT


def vicc(side5: Side, side3: Side, inserted: str) -> str:
    """Junction in the syntax of the VICC Gene Fusion Specification, exon-level.

    Source: cancervariants/fusions, nomenclature: ``transcript(gene):e.exon±offset`` joined by
    ``::``, inserted bases as an element of their own, an unknown partner as ``?``.
    """
    return "::".join(filter(None, (_vicc_side(side5), inserted, _vicc_side(side3))))


def _vicc_side(side: Side) -> str:
    if side.transcript is None or side.exon is None:
        return side.gene or "?"
    offset = f"{side.offset:+d}" if side.offset else ""
    return f"{side.refseq or side.transcript}({side.gene}):e.{side.exon}{offset}"


def hgvs(
    side5: Side,
    side3: Side,
    transcript5: Transcript | None,
    transcript3: Transcript | None,
    breakpoint5: Breakpoint,
    breakpoint3: Breakpoint,
    inserted: str,
) -> str:
    """Adjoined-transcript description (HGVS SVD-WG007) with unknown outer ends; empty when a side
    has no transcript position."""
    five = _r_position(transcript5, breakpoint5.pos)
    three = _r_position(transcript3, breakpoint3.pos)
    if five is None or three is None:
        return ""
    linker = inserted.lower().replace("t", "u")
    parts = [
        f"{side5.refseq or side5.transcript}:r.?_{five}",
        *([linker] if linker else []),
        f"{side3.refseq or side3.transcript}:r.{three}_?",
    ]
    return "::".join(parts)


def _r_position(transcript: Transcript | None, pos: int) -> str | None:
    """r. position of a genomic position: numbered like c., introns relative to the exon border."""
    if transcript is None:
        return None
    position = transcript.to_transcript(pos)
    suffix = ""
    if position is None:
        before = transcript.exons_before(pos)
        if not 0 < before < len(transcript.exons):
            return None
        left, right = transcript.exon_end(before), transcript.exon_start(before + 1)
        if abs(pos - left) <= abs(right - pos):
            anchor, suffix = left, f"+{abs(pos - left)}"
        else:
            anchor, suffix = right, f"-{abs(right - pos)}"
        position = transcript.to_transcript(anchor)
    if position is None:
        return None
    if transcript.cds_span is None:
        return f"{position}{suffix}"
    first, last = transcript.cds_span
    if position < first:
        return f"{position - first}{suffix}"
    if position > last:
        return f"*{position - last}{suffix}"
    return f"{position - first + 1}{suffix}"
