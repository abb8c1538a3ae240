"""What a junction means: genes, transcripts, exon numbers, reading frame, protein, kinase.

Always computed from the GTF and the genome that the run was given, for every caller alike.
"""

from __future__ import annotations

from collections.abc import Iterable

from ntrkoma.annotation.neighbours import neighbours
from ntrkoma.annotation.nomenclature import hgvs, vicc
from ntrkoma.annotation.placement import normalise
from ntrkoma.annotation.protein import FusedProtein, fused_protein
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
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.transcripts import Transcript, choose_reference_transcript
from ntrkoma.model.fusion import DomainRetention, ResidueRetention, Side, Structure
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Frame, Kinase, Retention

INTERGENIC = "?"

_NO_PLACE = "no read places the breakpoint"


class Annotator:
    """Annotates junctions from the point of view of the genes of some loci.

    :param key_residues: rows of ``key_residues.tsv``; without them no residue is named.
    :raises InputError: when a target gene's kinase domain cannot be placed.
    """

    def __init__(self, loci: Loci, knowledge: Knowledge, key_residues: Iterable[KeyResidue] = ()):
        self.loci, self.knowledge = loci, knowledge
        self._kinase: dict[str, frozenset[int]] = {}
        for gene, transcripts in loci.models.items():
            kinase = knowledge.domain(gene, "kinase")
            if kinase is not None:
                self._kinase[gene] = kinase.positions(transcripts)
        self._residues = [
            (residue, placed)
            for residue in key_residues
            if (placed := place_domain(residue, loci.models.get(residue.gene, ())))
        ]
        self._domains: dict[tuple[str, str], tuple[PlacedDomain, ...]] = {}

    def kinase_positions(self, gene: str) -> frozenset[int]:
        """Genomic positions (1-based) of a target gene's kinase domain; empty where unknown."""
        return self._kinase.get(gene, frozenset())

    def annotate(
        self,
        breakpoint5: Breakpoint,
        breakpoint3: Breakpoint,
        inserted: str = "",
        *,
        exact: bool = True,
    ) -> Structure:
        """Structure of the junction; breakpoints are placed on exon borders where equivalent.

        :param exact: whether a read places it; without one nothing is said of the reading frame.
        """
        if not inserted:
            breakpoint5, breakpoint3 = normalise(breakpoint5, breakpoint3, self.loci)
        five, three = self._joined(breakpoint5, five=True), self._joined(breakpoint3, five=False)
        genome = self.loci.genome
        protein = FusedProtein(Frame.UNKNOWN, None, _NO_PLACE)
        if exact:
            protein = fused_protein(five.part, three.part, inserted, genome)
        target, carried = self._target(five, three)
        fraction = carried.fraction_of(self.kinase_positions(target)) if carried else 0.0
        kind = structure_class(
            five,
            three,
            target,
            inserted,
            genome.splice_motif(breakpoint5, breakpoint3),
            truncated=three.side.gene == target and self._truncated(target, three.transcript),
        )
        domains = self._retained(five, three, target)
        membrane = [d.retained for d in domains if (d.gene, d.domain) == (target, "transmembrane")]
        residues, words = self._key_residues(target, carried, fraction)
        return Structure(
            name=f"{five.side.gene or INTERGENIC}::{three.side.gene or INTERGENIC}",
            vicc=vicc(five, three, inserted),
            hgvs=hgvs(five, three, inserted),
            breakpoint5=breakpoint5,
            breakpoint3=breakpoint3,
            side5=five.side,
            side3=three.side,
            target_gene=target,
            structure_class=kind,
            structure_text=structure_text(kind, five, three, target, inserted)
            if exact
            else _NO_PLACE,
            frame=protein.frame,
            frame_note=protein.note,
            protein_length=protein.length,
            kinase=_kinase(fraction),
            kinase_fraction=round(fraction, 4),
            kinase_text=words,
            transmembrane_retained=membrane[0] == Retention.COMPLETE
            if carried and membrane
            else None,
            domains=domains,
            key_residues=residues,
            neighbours=neighbours(five, three, self.loci.annotation),
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
        key = (gene, "" if gene in self.loci.models or not transcript else transcript.transcript_id)
        if key not in self._domains:
            transcripts = self.loci.models.get(gene, [])
            if transcript and not transcripts:
                near = self.loci.annotation.overlapping(
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

    def _target(self, five: JoinedSide, three: JoinedSide) -> tuple[str, Carried | None]:
        """The target gene of a fusion and what is carried of it; the 3′ partner comes first."""
        genes = self.loci.genes
        gene5, gene3 = five.side.gene, three.side.gene
        if gene3 in genes and (three.side.sense or gene5 not in genes):
            return gene3, three.carried
        if gene5 in genes:
            return gene5, five.carried
        return "", None

    def _joined(self, place: Breakpoint, *, five: bool) -> JoinedSide:
        side, transcript = self._side(place, five=five)
        carried = (carried5 if five else carried3)(transcript, place) if transcript else None
        return JoinedSide(side, place, transcript, carried, five)

    def _side(self, side: Breakpoint, *, five: bool) -> tuple[Side, Transcript | None]:
        overlapping = self.loci.annotation.overlapping(side.chrom, side.pos, side.pos)
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
                transcript.gene not in self.loci.genes,
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
