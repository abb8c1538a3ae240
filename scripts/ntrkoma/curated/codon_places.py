"""Sites where single codons matter: read from the curated tables and put on the genome.

A site is placed through the coding sequence of its transcript and only used if the reference
genome holds the residues that the table expects there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ntrkoma.curated.codon_sites import Site
from ntrkoma.genome.sequence import Genome, translate
from ntrkoma.genome.transcripts import MANE_SELECT, Annotation, Transcript

Span = tuple[int, int]


@dataclass(frozen=True)
class PlacedSite:
    """A site on the genome, or the reason why it has no place.

    ``positions``: genomic, 1-based, in codon order. ``before``/``after``: the residues beside an
    indel region, "" at a protein's end. ``introns``: annotated introns of the gene, 0-based
    half-open. ``exon_span``: the exon of the first position, 1-based. ``problem``: why the site
    could not be placed, "" if it was; then the positions are empty.
    """

    site: Site
    transcript_id: str
    chrom: str = ""
    strand: str = ""
    positions: tuple[int, ...] = ()
    bases: str = ""
    before: str = ""
    after: str = ""
    exon: int | None = None
    exon_span: Span = (0, 0)
    introns: frozenset[Span] = frozenset()
    problem: str = ""


def place_sites(sites: Iterable[Site], annotation: Annotation, genome: Genome) -> list[PlacedSite]:
    """Put sites on the genome; a site that does not fit annotation or genome says why."""
    wanted = list(sites)
    genes = annotation.genes_named(site.gene for site in wanted)
    return [_place(site, genes.get(site.gene, []), genome) for site in wanted]


def _place(site: Site, transcripts: Sequence[Transcript], genome: Genome) -> PlacedSite:
    def without(problem: str) -> PlacedSite:
        return PlacedSite(site, site.transcript_id, problem=problem)

    if not transcripts:
        return without(f"the annotation holds no gene {site.gene}")
    fitting = [t for t in transcripts if _codes_for(t, site.protein_length)]
    named = [t for t in fitting if t.transcript_id.split(".")[0] in site.transcript_ids]
    # Another transcript of the same length may number its residues alike; the residue decides.
    ordered = named or sorted(
        fitting, key=lambda t: (MANE_SELECT not in t.tags, t.transcript_id, t.chrom)
    )
    if not ordered:
        return without(
            f"the annotation holds neither {' nor '.join(site.transcript_ids)} of {site.gene} "
            f"with {site.protein_length} residues nor another transcript of that length"
        )
    problems = []
    for transcript in ordered:
        if transcript.chrom not in genome.contigs:
            problems.append(f"the genome has no contig {transcript.chrom}")
            continue
        found = _codons(transcript, genome, site.first, site.last)
        if found == site.reference:
            return _placed(site, transcript, transcripts, genome)
        where = f"codon {site.first}" if site.first == site.last else f"codons {site.label}"
        problems.append(
            f"{where} of {transcript.transcript_id} codes for {found} in the reference genome and "
            f"not for {site.reference}, which the table expects"
        )
    return without(problems[0])


def _codes_for(transcript: Transcript, residues: int) -> bool:
    """Whether a transcript codes for so many residues; annotations may count the stop codon."""
    length = transcript.cds_length - transcript.cds_phase
    return transcript.coding and length in (3 * residues, 3 * residues + 3)


def _codons(transcript: Transcript, genome: Genome, first: int, last: int) -> str:
    """Residues ``first``-``last``, with ``*`` for a stop codon."""
    return protein(_bases(transcript, genome, transcript.residues_to_genome(first, last)))


def protein(bases: str) -> str:
    """Residues of whole codons, beyond stop codons too."""
    return "".join(translate(bases[n : n + 3]) for n in range(0, len(bases) - 2, 3))


def _bases(transcript: Transcript, genome: Genome, positions: Iterable[int]) -> str:
    return "".join(
        genome.transcribed(transcript.chrom, position, position, transcript.strand)
        for position in positions
    )


def _placed(
    site: Site, transcript: Transcript, transcripts: Iterable[Transcript], genome: Genome
) -> PlacedSite:
    positions = tuple(transcript.residues_to_genome(site.first, site.last))
    exon = transcript.exon_at(positions[0])
    assert exon is not None
    before = _codons(transcript, genome, site.first - 1, site.first - 1) if site.first > 1 else ""
    after = ""
    if site.last < site.protein_length:
        after = _codons(transcript, genome, site.last + 1, site.last + 1)
    return PlacedSite(
        site=site,
        transcript_id=transcript.transcript_id,
        chrom=transcript.chrom,
        strand=transcript.strand,
        positions=positions,
        bases=_bases(transcript, genome, positions),
        before=before,
        after=after,
        exon=exon,
        exon_span=transcript.exons[exon - 1],
        introns=frozenset(
            (first - 1, last)
            for t in transcripts
            for chrom, first, last in t.introns
            if chrom == transcript.chrom
        ),
    )


def regions(placed: Iterable[PlacedSite]) -> list[tuple[str, int, int]]:
    """Where reads are needed: (contig, start, end), 0-based half-open, a span per exon touched."""
    found: set[tuple[str, int, int]] = set()
    for one in placed:
        ordered = sorted(one.positions)
        start = 0
        for index in range(1, len(ordered) + 1):
            if index == len(ordered) or ordered[index] != ordered[index - 1] + 1:
                found.add((one.chrom, ordered[start] - 1, ordered[index - 1]))
                start = index
    return sorted(found)
