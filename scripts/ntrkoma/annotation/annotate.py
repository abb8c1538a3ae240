"""What a junction means: genes, transcripts, exon numbers, reading frame, protein, kinase.

Always computed from the GTF and the genome that the run was given, for every caller alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ntrkoma.annotation.nomenclature import hgvs, vicc
from ntrkoma.annotation.protein import fused_protein
from ntrkoma.annotation.structure import (
    JoinedSide,
    PlacedDomain,
    kinase_text,
    place_domain,
    structure_class,
    structure_text,
)
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.genome.carried import Carried, carried3, carried5, covered
from ntrkoma.genome.loci import downstream
from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import Annotation, Transcript, choose_reference_transcript
from ntrkoma.model.fusion import DomainRetention, ResidueRetention, Side
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Frame, Kinase, Retention, StructureClass

INTERGENIC = "?"


# Longest stretch (nt) of repeated bases at a junction that is searched for exon borders.
LONGEST_REPEAT = 10


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

    :param key_residues: rows of ``key_residues.tsv``; without them no residue is named.
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
            if (placed := place_domain(residue, self.models.get(residue.gene, ())))
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
        return [t for t in self._sense(side) if t.border_exon(side.pos, five=five) is not None]

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
                base5 = breakpoint5.along(offset5)
                base3 = breakpoint3.along(offset3)
                if self._base(base5) != self._base(base3) or not self._base(base5):
                    break
                moved = (
                    breakpoint5.along(direction * step),
                    breakpoint3.along(direction * step),
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
        own = [placed.positions for residue, placed in self._residues if residue.gene == gene]
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
        own = [(r, placed) for r, placed in self._residues if r.gene == target]
        kept = {r.residue: covered(placed.positions, parts) == 1.0 for r, placed in own}
        retained = tuple(ResidueRetention(r.residue, r.name, kept[r.residue]) for r, _ in own)
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
                transcript.border_exon(side.pos, five=five) is None,
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
        if reference.border_exon(side.pos, five=five) is not None:
            return reference, choice
        on_border = [
            t for t in transcripts if t.coding and t.border_exon(side.pos, five=five) is not None
        ]
        if on_border:
            isoform, _ = choose_reference_transcript(on_border, self.knowledge.mane_ids)
            return isoform, f"isoform with an exon border here; {reference.transcript_id} has none"
        return reference, choice


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
