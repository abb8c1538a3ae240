"""Sites where single codons matter: read from the curated tables and put on the genome.

A site is placed through the coding sequence of its transcript and only used if the reference
genome holds the residues that the table expects there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from ntrkoma.errors import InputError
from ntrkoma.sequence import Genome, translate
from ntrkoma.tables import read_table
from ntrkoma.transcripts import MANE_SELECT, Annotation, Transcript

Span = tuple[int, int]


class Kind(StrEnum):
    """What a site asks for."""

    RESISTANCE = "resistance"
    CODON = "codon"
    INDEL_REGION = "indel_region"


@dataclass(frozen=True)
class Change:
    """What a table says about one change.

    ``name``: as ``G595R``, or the class of in-frame change of an indel region. ``together_with``:
    a second change of the same gene, if the row tells of both in one tumour.
    """

    name: str
    together_with: str
    drugs_resistant: tuple[str, ...]
    drugs_active: tuple[str, ...]
    setting: str
    source: str
    confidence: str
    as_of: str
    note: str


@dataclass(frozen=True)
class Site:
    """A codon, or the codons ``first``-``last`` of an indel region, on a named transcript.

    ``transcript_ids``: unversioned, the same transcript in Ensembl and RefSeq. ``reference``: the
    residues expected. ``other_codon``: the number in ``other_numbering``, None without one.
    ``exon``/``exon_legacy``: MANE and older exon number, None where the table has none.
    """

    kind: Kind
    gene: str
    transcript_id: str
    transcript_ids: tuple[str, ...]
    protein_length: int
    first: int
    last: int
    reference: str
    site_class: str
    other_codon: int | None
    other_numbering: str
    exon: int | None
    exon_legacy: int | None
    changes: tuple[Change, ...]

    @property
    def label(self) -> str:
        """The site without its gene, as ``G595``, or ``745-753`` for a region."""
        if self.kind == Kind.INDEL_REGION:
            return f"{self.first}-{self.last}"
        return f"{self.reference}{self.first}"

    def known(self, name: str) -> Change | None:
        """The table's row on a single change, or None."""
        return next((c for c in self.changes if c.name == name and not c.together_with), None)


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


def load_sites(path: Path, genes: Collection[str] | None = None) -> list[Site]:
    """Sites of ``resistance.tsv`` or ``hotspots.tsv``, one per codon or region.

    :param genes: only these; None for all.
    :raises InputError: when rows of one site contradict each other.
    """
    grouped: dict[tuple[str, str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in read_table(path):
        if genes is None or row["gene"] in genes:
            kind = row.get("kind") or Kind.RESISTANCE
            last = row.get("codon_last") or row["codon"]
            grouped[kind, row["gene"], row["codon"], last].append(row)
    return [_site(rows, Kind(key[0]), int(key[3]), path) for key, rows in grouped.items()]


def _site(rows: Sequence[Mapping[str, str]], kind: Kind, last: int, path: Path) -> Site:
    head = rows[0]
    shared = (
        *("transcript_ensembl", "transcript_refseq", "protein_length", "reference"),
        *("site", "other_codon", "other_numbering", "exon", "exon_legacy"),
    )
    for row in rows:
        differing = [name for name in shared if row.get(name) != head.get(name)]
        if differing:
            raise InputError(
                f"{path}: the rows of {head['gene']} codon {head['codon']} differ in "
                f"{', '.join(differing)}; give all rows of a codon the same."
            )
    return Site(
        kind=kind,
        gene=head["gene"],
        transcript_id=head["transcript_ensembl"],
        transcript_ids=(
            _plain_id(head["transcript_ensembl"]),
            _plain_id(head["transcript_refseq"]),
        ),
        protein_length=int(head["protein_length"]),
        first=int(head["codon"]),
        last=last,
        reference=head["reference"],
        site_class=head.get("site", ""),
        other_codon=_number(head.get("other_codon")),
        other_numbering=head.get("other_numbering", ""),
        exon=_number(head.get("exon")),
        exon_legacy=_number(head.get("exon_legacy")),
        changes=tuple(
            Change(
                name=row["change"],
                together_with=row.get("together_with", ""),
                drugs_resistant=_listed(row.get("drugs_resistant", "")),
                drugs_active=_listed(row.get("drugs_active", "")),
                setting=row.get("setting", ""),
                source=row["source"],
                confidence=row["confidence"],
                as_of=row["as_of"],
                note=row["note"],
            )
            for row in rows
        ),
    )


def _plain_id(identifier: str) -> str:
    return identifier.split(".")[0]


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


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
    named = [t for t in fitting if _plain_id(t.transcript_id) in site.transcript_ids]
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
            intron for t in transcripts if t.chrom == transcript.chrom for intron in _introns(t)
        ),
    )


def _introns(transcript: Transcript) -> list[Span]:
    """Introns as 0-based half-open spans."""
    exons = sorted(transcript.exons)
    return [(left[1], right[0] - 1) for left, right in pairwise(exons)]


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
