"""What kind of join a junction is, and which domains and key residues the fusion transcript keeps.

Retention is a matter of bases carried; whether they are read is the reading frame's answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ntrkoma.curated.facts import Range
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.errors import InputError
from ntrkoma.genome.carried import Carried, covered
from ntrkoma.genome.sequence import SPLICE_MOTIFS
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.fusion import DomainRetention, Side
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Retention, StructureClass
from ntrkoma.wording import counted


@dataclass(frozen=True)
class PlacedDomain:
    """A domain on the transcript that its residues are numbered on."""

    domain: Range
    transcript: str
    positions: frozenset[int]

    def retention(self, carried: Iterable[Carried]) -> DomainRetention:
        """What the carried parts of the gene, taken together, hold of the domain."""
        share = covered(self.positions, carried)
        retained = Retention.PARTIAL if share > 0 else Retention.ABSENT
        return DomainRetention(
            gene=self.domain.gene,
            domain=self.domain.name,
            first=self.domain.first,
            last=self.domain.last,
            transcript=self.transcript,
            retained=Retention.COMPLETE if share == 1.0 else retained,
            fraction=round(share, 4),
        )


def place_domain(domain: Range, transcripts: Iterable[Transcript]) -> PlacedDomain | None:
    """The domain on its named transcript, else on one that codes for as many residues.

    None when the annotation holds neither: a partner's domain is then simply not described.
    """
    named_first = sorted(
        transcripts, key=lambda t: t.transcript_id.split(".")[0] not in domain.transcript_ids
    )
    for transcript in named_first:
        try:
            positions = domain.positions([transcript])
        except (InputError, ValueError):
            continue
        return PlacedDomain(domain, transcript.transcript_id, positions)
    return None


@dataclass(frozen=True)
class JoinedSide:
    """One side of a junction with all that its description needs.

    ``transcript`` and ``carried`` are None where the side is no transcript of a known gene.
    """

    side: Side
    breakpoint: Breakpoint
    transcript: Transcript | None
    carried: Carried | None
    five: bool

    @property
    def on_border(self) -> bool:
        """Whether the breakpoint is an annotated exon border of the transcript."""
        return (
            self.transcript is not None
            and self.transcript.border_exon(self.breakpoint.pos, five=self.five) is not None
        )

    @property
    def in_intron(self) -> bool:
        """Whether the breakpoint lies in an intron of the transcript."""
        return self.transcript is not None and self.side.region == "intron"

    @property
    def keeps_start(self) -> bool:
        """Whether the gene's own start codon is carried whole."""
        if self.transcript is None or self.carried is None or self.transcript.cds_span is None:
            return False
        if self.transcript.cds_phase:
            return False
        first = self.transcript.cds_span[0]
        codon = frozenset(self.transcript.to_genome(p) for p in range(first, first + 3))
        return covered(codon, [self.carried]) == 1.0

    @property
    def words(self) -> str:
        """Where the side lies, for a sentence."""
        gene, exon, offset = self.side.gene, self.side.exon, self.side.offset
        if gene is None:
            return f"sequence outside annotated genes ({self.breakpoint})"
        if not self.side.sense or exon is None:
            return f"the strand opposite to {gene} ({self.breakpoint})"
        edge = f"the {'end' if self.five else 'start'} of exon {exon} of {gene}"
        if offset == 0:
            return edge
        distance, direction = abs(offset), "before" if offset < 0 else "behind"
        if self.in_intron:
            return f"the intron base {distance} nt {direction} exon {exon} of {gene}"
        return f"the base {distance} nt {direction} {edge}"


def structure_class(
    five: JoinedSide, three: JoinedSide, target: str, inserted: str, motif: str, *, truncated: bool
) -> StructureClass:
    """The first class that fits, from what says most about the join to what says least.

    :param motif: dinucleotides inside the join, such as ``GT-AG``.
    :param truncated: whether the 3′ transcript is an isoform without the complete kinase.
    """
    if five.side.gene is not None and five.side.gene == three.side.gene:
        return StructureClass.INTRAGENIC
    if any(side.side.gene is not None and not side.side.sense for side in (five, three)):
        return StructureClass.ANTISENSE
    if five.side.gene == target and three.side.gene != target:
        return StructureClass.TARGET_5PRIME
    if truncated:
        return StructureClass.TRUNCATED_ISOFORM
    if five.side.gene is None or three.side.gene is None:
        return StructureClass.INTERGENIC
    if three.keeps_start:
        return StructureClass.UTR5_JOIN
    if five.in_intron or three.in_intron:
        spliced = not inserted and motif in SPLICE_MOTIFS
        return StructureClass.NOVEL_EXON if spliced else StructureClass.INTRONIC
    if five.on_border and three.on_border:
        return StructureClass.EXON_JUNCTION
    return StructureClass.MID_EXON


def structure_text(
    kind: StructureClass, five: JoinedSide, three: JoinedSide, target: str, inserted: str
) -> str:
    """The join in one sentence, without its full stop."""
    bases = counted(len(inserted), "inserted base")
    between = f" with {bases} ({inserted})" if inserted else ""
    isoform = three.transcript.transcript_id if three.transcript else "an isoform"
    meaning = {
        StructureClass.EXON_JUNCTION: "both are annotated exon borders",
        StructureClass.UTR5_JOIN: f"{three.side.gene} keeps its own start codon",
        StructureClass.MID_EXON: "at least one side lies inside an exon",
        StructureClass.INTRONIC: "at least one side lies in an intron, off any splice site",
        StructureClass.NOVEL_EXON: "spliced at a place where the GTF has no exon border",
        StructureClass.TRUNCATED_ISOFORM: (
            f"this exon belongs to {isoform}, an isoform without the complete kinase domain"
        ),
        StructureClass.TARGET_5PRIME: f"{target} is the 5′ partner",
        StructureClass.INTRAGENIC: f"both sides lie in {five.side.gene}",
        StructureClass.ANTISENSE: "one side is read against its gene",
        StructureClass.INTERGENIC: "one side lies in no annotated gene",
    }[kind]
    first = five.words
    return f"{first[0].upper()}{first[1:]} is joined to {three.words}{between}: {meaning}"


def kinase_text(
    gene: str, fraction: float, residues: Iterable[KeyResidue], kept: Mapping[str, bool]
) -> str:
    """What is kept of the kinase domain, the lost key residues by name; no full stop.

    :param kept: whether each residue, by its name, is carried.
    """
    if fraction >= 1.0:
        return f"the kinase domain of {gene} is complete"
    if fraction <= 0:
        return f"nothing of the kinase domain of {gene} is retained"
    known = list(residues)
    lost = [residue.words for residue in known if not kept[residue.residue]]
    share = f"{fraction:.0%} of the kinase domain of {gene} is retained"
    if lost:
        return f"{share}; the transcript loses {listed(lost)}"
    return f"{share}; no key residue is lost" if known else share


def listed(words: list[str]) -> str:
    """Words as an enumeration: ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
