"""The genes that are looked at, on a genome and its annotation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import Annotation, Transcript
from ntrkoma.model.junction import Breakpoint

Span = tuple[str, int, int]


class Loci:
    """Genes whose junctions are looked for, and what lies at a position."""

    def __init__(self, annotation: Annotation, genome: Genome, genes: Iterable[str]):
        self.annotation, self.genome = annotation, genome
        loci: dict[tuple[str, str], list[Transcript]] = defaultdict(list)
        named = annotation.genes_named(genes)
        # Every transcript of the genes.
        self.models: tuple[Transcript, ...] = tuple(
            transcript for transcripts in named.values() for transcript in transcripts
        )
        for gene, transcripts in named.items():
            for transcript in transcripts:
                # A symbol may stand on several contigs, such as patches of the assembly.
                loci[gene, transcript.chrom].append(transcript)
        self.spans: tuple[Span, ...] = tuple(
            (chrom, min(t.start for t in transcripts), max(t.end for t in transcripts))
            for (_, chrom), transcripts in loci.items()
        )

    @classmethod
    def of_files(cls, transcripts: Path, fasta: Path, genes: Iterable[str]) -> Loci:
        """As read from a table of :func:`ntrkoma.genome.transcripts.write_table` and a FASTA."""
        return cls(Annotation(transcripts), Genome(fasta), genes)

    def near_target(self, chrom: str, pos: int) -> bool:
        """Whether a position (1-based) lies in a target gene or right beside it."""
        return any(
            chrom == contig and start - 1 <= pos <= end + 1 for contig, start, end in self.spans
        )

    def in_target(self, side: Breakpoint) -> bool:
        """Whether a position lies in a target gene, on either strand."""
        return any(
            side.chrom == chrom and start <= side.pos <= end for chrom, start, end in self.spans
        )

    def transcripts(self, side: Breakpoint) -> list[Transcript]:
        """Transcripts over a position on its strand."""
        overlapping = self.annotation.overlapping(side.chrom, side.pos, side.pos)
        return [t for t in overlapping if t.strand == side.strand]

    def strand_of(self, gene: str, chrom: str, pos: int) -> str:
        """Strand of a gene by symbol at a position (1-based); "+" where it is not annotated."""
        named = [t for t in self.annotation.overlapping(chrom, pos, pos) if t.gene == gene]
        return named[0].strand if named else "+"

    def genes(self, side: Breakpoint) -> str:
        """Symbols of the genes over a position on its strand, comma-separated; "." if none."""
        return ",".join(sorted({t.gene for t in self.transcripts(side)})) or "."

    def is_donor(self, side: Breakpoint) -> bool:
        """Whether the position is the last base of an exon that is not a transcript's last."""
        return self._on_border(side, five=True)

    def is_acceptor(self, side: Breakpoint) -> bool:
        """Whether the position is the first base of an exon that is not a transcript's first."""
        return self._on_border(side, five=False)

    def _on_border(self, side: Breakpoint, *, five: bool) -> bool:
        borders = (t.border_exon(side.pos, five=five) for t in self.transcripts(side))
        return any(number is not None for number in borders)

    def borders(self, donor: Breakpoint, acceptor: Breakpoint) -> int:
        """How many of the two sides lie on an annotated exon border (0-2)."""
        return int(self.is_donor(donor)) + int(self.is_acceptor(acceptor))

    def distance(self, first: Breakpoint, second: Breakpoint) -> int:
        """Unsigned distance (nt) along the transcript that brings the positions closest."""
        shortest = abs(first.pos - second.pos)
        for transcript in self.transcripts(first):
            one, two = transcript.to_transcript(first.pos), transcript.to_transcript(second.pos)
            if one is not None and two is not None:
                shortest = min(shortest, abs(one - two))
        return shortest


def downstream(start: Breakpoint, end: Breakpoint) -> int:
    """Signed genomic distance from ``start`` to ``end`` in the direction of transcription."""
    return end.pos - start.pos if start.strand == "+" else start.pos - end.pos
