"""Resistance codons and hotspots: what the reads show at single codons of named transcripts.

Reads are taken one fragment at a time, a whole codon per reading; see :func:`examine`. RNA tells
which alleles are expressed: a fraction is no tumour fraction, and reads at a codon are not phased
to a fusion.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pysam

<<<<<<< HEAD
from ntrkoma.curated.codon_sites import Change, Kind, Site
from ntrkoma.evidence.codon_places import PlacedSite, place_sites, regions
=======
from ntrkoma.curated.codon_places import PlacedSite
from ntrkoma.curated.codon_sites import Change, Kind, Site
>>>>>>> annotate
from ntrkoma.evidence.codon_reads import Reader, Reading
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.states import Answer

<<<<<<< HEAD
__all__ = [
    "CodonAnswer",
    "Variant",
    "examine",
    "place_sites",
    "regions",
    "to_json",
]


=======
>>>>>>> annotate
# STAR's mapping quality of reads with one locus.
UNIQUE_QUALITY = 255


# Probability that an allele at the stated fraction would have been seen.
_POWER = 0.95


@dataclass(frozen=True)
class Variant:
    """A change that the reads show.

    ``change``: ``p.G595R``. ``codon``: the bases read, in codon order. ``reads``: fragments.
    ``known``: the table's row. ``on_fusion``: of those fragments, the ones known to cross a fusion
    junction.
    """

    change: str
    codon: str
    reads: int
    fraction: float
    known: Change | None
    on_fusion: int


@dataclass(frozen=True)
class CodonAnswer:
    """What the reads say about one site. ``depth``: fragments read over the whole site."""

    placed: PlacedSite
    answer: Answer
    depth: int
    variants: tuple[Variant, ...]
    text: str

    def to_json(self) -> dict[str, Any]:
        """The entry of the sample's document; ``positions`` is empty and ``chrom`` and ``strand``
        are None if the site could not be placed."""
        site = self.placed.site
        common: dict[str, Any] = {
            "gene": site.gene,
            "transcript": self.placed.transcript_id,
            "codon": site.first,
        }
        if site.kind == Kind.RESISTANCE:
            common["site"] = site.site_class
        else:
            common["name"] = f"{site.gene} {site.label}"
            common["exon"] = self.placed.exon if self.placed.exon is not None else site.exon
        return common | {
            "reference": site.reference,
            "chrom": self.placed.chrom or None,
            "positions": list(self.placed.positions),
            "strand": self.placed.strand or None,
            "answer": str(self.answer),
            "depth": self.depth,
            "variants": [_variant_json(site, variant) for variant in self.variants],
            "text": self.text,
        }


def examine(
    bam_path: Path,
    placed: Iterable[PlacedSite],
    thresholds: Mapping[str, float],
    *,
    copies: Copies = Copies.POSITION,
    unique_quality: int = UNIQUE_QUALITY,
    fusion_fragments: Collection[str] = (),
) -> list[CodonAnswer]:
    """Answer every site from the reads of a sorted and indexed BAM.

    Reads: primary, passing the vendor's filter, aligned to one place (``NH`` 1; without that tag a
    mapping quality of ``unique_quality`` or more). A read counts if it holds the whole codon, all
    three bases at ``codon_min_base_quality`` or better, on one unbroken stretch of alignment that
    goes on for ``codon_edge_trim`` nt on both sides. Read ends, clips, insertions, deletions and
    splices that are not annotated break a stretch, because aligners leave mismatches beside them;
    annotated introns do not. Both mates of a fragment count once, and not at all if they differ.
    Fragments with the same start, end and orientation (and UMI in ``RX``) are copies of one and
    count once, by their majority; without a majority they are dropped.

    An indel region counts reads that span all of it and looks for insertions and deletions, whose
    sum is a multiple of three, within it. Gaps in the exon that the aligner took for an intron are
    deletions. Reads in which the aligner clipped a long indel are not seen: the fraction is low.

    ``codon_min_variant_reads`` and ``codon_min_variant_fraction`` must both be met for ``seen``;
    ``not_seen`` takes ``codon_min_depth`` fragments.

    :param copies: how copies of one molecule are known.
    :param fusion_fragments: names of fragments that cross a fusion junction: of all reads, only
        theirs are known to come from the fusion's allele.
    """
    reader = Reader(thresholds, copies, unique_quality)
    on_fusion = frozenset(fusion_fragments)
    with pysam.AlignmentFile(str(bam_path)) as bam:
        answers = [_answer(bam, site, reader, thresholds, on_fusion) for site in placed]
    return _with_compounds(answers)


def to_json(answers: Iterable[CodonAnswer]) -> list[dict[str, Any]]:
    """Entries of the sample's document, in the order of the tables."""
    return [answer.to_json() for answer in answers]


def _answer(
    bam: pysam.AlignmentFile,
    placed: PlacedSite,
    reader: Reader,
    thresholds: Mapping[str, float],
    on_fusion: frozenset[str],
) -> CodonAnswer:
    problem = placed.problem
    if not problem and bam.get_tid(placed.chrom) < 0:
        problem = f"the alignments have no contig {placed.chrom}"
    if problem:
        text = f"{_title(placed.site)} not assessable: {problem}."
        return CodonAnswer(placed, Answer.NOT_ASSESSABLE, 0, (), text)
    fragments = reader.read(bam, placed)
    depth = len(fragments)
    shown = _variants(fragments, placed.site, on_fusion)
    needed = thresholds["codon_min_variant_reads"]
    share = thresholds["codon_min_variant_fraction"]
    seen = [v for v in shown if v.reads >= needed and v.fraction >= share]
    weak = [v for v in shown if v not in seen]
    if seen:
        return CodonAnswer(placed, Answer.SEEN, depth, tuple(seen), _seen_text(placed, seen, depth))
    least = int(thresholds["codon_min_depth"])
    faint = "".join(
        f" {v.change} in {_fragments(v.reads)}, too few to count as seen "
        f"({needed:g} and {_percent(share)} are needed)."
        for v in weak
    )
    title = _title(placed.site)
    if depth < least:
        what = "codon" if placed.site.kind != Kind.INDEL_REGION else "region"
        verb = "covers" if depth == 1 else "cover"
        text = f"{title} not assessable: {_fragments(depth)} {verb} the {what}, {least} needed."
        return CodonAnswer(placed, Answer.NOT_ASSESSABLE, depth, (), text + faint)
    unchanged = depth - sum(v.reads for v in weak)
    fewest = max(math.ceil(needed), math.ceil(share * depth))
    what = "reference" if placed.site.kind != Kind.INDEL_REGION else "without an in-frame indel"
    text = (
        f"{title} {what} in {unchanged} of {_fragments(depth)}; no change seen at {depth}×, where "
        f"an allele in {_percent(least_visible(depth, fewest))} of the transcripts would have "
        "shown with 95 % probability."
    )
    return CodonAnswer(placed, Answer.NOT_SEEN, depth, (), text + faint)


def _variants(
    fragments: Iterable[tuple[Reading, set[str]]], site: Site, on_fusion: frozenset[str]
) -> list[Variant]:
    depth = 0
    bases: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, str] = {}
    phased: Counter[str] = Counter()
    for reading, names in fragments:
        depth += 1
        if reading.change:
            bases[reading.change][reading.bases] += 1
            kinds[reading.change] = reading.kind
            phased[reading.change] += bool(names & on_fusion)
    variants = []
    for change, counter in bases.items():
        reads = counter.total()
        known = site.known(kinds[change] or change.removeprefix("p."))
        codon = min(counter, key=lambda read: (-counter[read], read))
        fraction = reads / depth
        variants.append(Variant(change, codon, reads, fraction, known, phased[change]))
    return sorted(variants, key=lambda variant: (-variant.reads, variant.change))


def least_visible(depth: int, fewest: int) -> float:
    """Lowest allele fraction, in whole percent, that ``depth`` fragments show at least ``fewest``
    times with 95 % probability; 1.0 if none does."""
    for percent in range(1, 100):
        fraction = percent / 100
        missed = sum(
            math.exp(
                math.lgamma(depth + 1)
                - math.lgamma(count + 1)
                - math.lgamma(depth - count + 1)
                + count * math.log(fraction)
                + (depth - count) * math.log1p(-fraction)
            )
            for count in range(min(fewest, depth + 1))
        )
        if missed <= 1 - _POWER:
            return fraction
    return 1.0


def _title(site: Site) -> str:
    """Gene and site in words, with the number in the other numbering where that differs."""
    if site.kind == Kind.INDEL_REGION:
        return f"{site.gene} codons {site.label}{_exon_words(site)}"
    return f"{site.gene} p.{site.label}{_other_words(site)}{_exon_words(site)}"


def _other_words(site: Site) -> str:
    """The number in another numbering, where it differs."""
    if site.other_codon in (None, site.first):
        return ""
    return f" ({site.reference}{site.other_codon} in {site.other_numbering})"


def _exon_words(site: Site) -> str:
    if site.exon is None:
        return ""
    if site.exon_legacy in (None, site.exon):
        return f" (exon {site.exon})"
    return f" (exon {site.exon}, in older numbering {site.exon_legacy})"


def _fragments(number: int) -> str:
    return f"{number} fragment{'' if number == 1 else 's'}"


def _percent(fraction: float) -> str:
    percent = 100 * fraction
    return f"{percent:.1f} %" if percent < 1 else f"{percent:.0f} %"


def _seen_text(placed: PlacedSite, seen: Sequence[Variant], depth: int) -> str:
    site = placed.site
    sentences = []
    for variant in seen:
        sentences.append(
            f"{site.gene} {variant.change}{_other_words(site)}{_exon_words(site)} seen in "
            f"{variant.reads} of {_fragments(depth)} ({_percent(variant.fraction)}): RNA fraction "
            "is allele expression, not tumour fraction."
        )
        if variant.known is None:
            sentences.append("The table does not list this change; its significance is unknown.")
        elif site.kind == Kind.RESISTANCE and variant.known.confidence == "low":
            sentences.append(
                f"Known with low confidence ({variant.known.setting}): uncertain significance."
            )
        if _may_be_edited(placed, variant):
            sentences.append("The change is A>G, as RNA editing makes it: confirm it in DNA.")
        if site.kind == Kind.RESISTANCE and variant.on_fusion:
            sentences.append(
                f"{_fragments(variant.on_fusion)} with it also cross a fusion junction."
            )
        elif site.kind == Kind.RESISTANCE:
            sentences.append("Reads are not phased to the fusion's allele.")
    return " ".join(sentences)


def _may_be_edited(placed: PlacedSite, variant: Variant) -> bool:
    if len(variant.codon) != len(placed.bases):
        return False
    pairs = zip(placed.bases, variant.codon, strict=True)
    return {pair for pair in pairs if pair[0] != pair[1]} == {("A", "G")}


def _with_compounds(answers: Sequence[CodonAnswer]) -> list[CodonAnswer]:
    """Add a sentence to both sites where two changes known together were both seen."""
    seen = {
        (answer.placed.site.gene, variant.change.removeprefix("p."))
        for answer in answers
        for variant in answer.variants
    }
    pairs = {
        (site.gene, change.name, change.together_with, change.setting)
        for answer in answers
        for site in (answer.placed.site,)
        for change in site.changes
        if change.together_with
        and {(site.gene, change.name), (site.gene, change.together_with)} <= seen
    }
    found = []
    for answer in answers:
        own = {variant.change.removeprefix("p.") for variant in answer.variants}
        added = [
            f" {one} and {two} are both seen and known together ({setting}); whether one "
            "transcript carries both is not known."
            for gene, one, two, setting in sorted(pairs)
            if gene == answer.placed.site.gene and own & {one, two}
        ]
        found.append(replace(answer, text=answer.text + "".join(added)))
    return found


def _variant_json(site: Site, variant: Variant) -> dict[str, Any]:
    known = variant.known
    entry: dict[str, Any] = {
        "change": variant.change,
        "codon": variant.codon,
        "reads": variant.reads,
        "fraction": round(variant.fraction, 4),
        "known": known is not None,
    }
    source = f"{known.source} (confidence {known.confidence}, {known.as_of})" if known else ""
    if site.kind == Kind.RESISTANCE:
        return entry | {
            "drugs_resistant": list(known.drugs_resistant) if known else [],
            "drugs_active": list(known.drugs_active) if known else [],
            "source": source,
        }
    notes = [known.note, source] if known else []
    return entry | {"note": "; ".join(note for note in notes if note)}
