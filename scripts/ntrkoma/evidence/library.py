"""What a library can show: copies, inserts, splicing and 3′ bias; from them the detection limit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Context
from functools import cache
from statistics import fmean, median
from typing import Any

from ntrkoma.genome.transcripts import Annotation, choose_reference_transcript
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.states import assay_of
from ntrkoma.programs.fastp import FastpSummary
from ntrkoma.programs.splices import SpliceJunction
from ntrkoma.programs.star_log import AlignmentSummary

# A third of the introns of a shorter gene is one intron, and one acceptor's quirk is no bias.
MIN_INTRONS = 6


# Fewer genes make no median: one alternative promoter would decide.
MIN_GENES = 3


# The limit speaks of fragments that no chance ligation gives: what a reviewer would believe.
LIMIT_FRAGMENTS = 3


LIMIT_PROBABILITY = 0.95


MILLION = 1e6


@dataclass(frozen=True)
class ControlGenes:
    """Uniquely mapped spliced reads at the introns of the control genes in the GTF.

    ``spliced_reads``: by gene, over the introns of all its transcripts. ``depth``: mean per intron
    of the reference transcripts; None without any. ``thirds``: by gene of at least
    ``MIN_INTRONS`` introns, reads at the first and at the last third of them, in order of
    transcription.
    """

    spliced_reads: Mapping[str, int]
    depth: float | None
    thirds: Mapping[str, tuple[int, int]]

    def three_prime_bias(self, enough: float) -> float | None:
        """Reads at the last third, as a share (0-1) of those at first and last; median of genes.

        0.5 is even, 1 means 3′ ends only; whole transcripts give 0.5 to 0.65, as fragments rarely
        reach the very 5′ end. A median, since a few genes have most of the reads.

        :param enough: least reads in both thirds for a gene to count.
        :returns: None when fewer than ``MIN_GENES`` genes count.
        """
        shares = [
            last / (first + last)
            for first, last in self.thirds.values()
            if first + last >= max(enough, 1)
        ]
        return round(median(shares), 3) if len(shares) >= MIN_GENES else None


def measure_control_genes(
    splice_junctions: Iterable[SpliceJunction],
    annotation: Annotation,
    control_genes: Iterable[str],
    mane_ids: frozenset[str],
) -> ControlGenes:
    """Count the spliced reads of the control genes that the GTF holds.

    Spliced reads prove transcripts: contaminating DNA and degraded RNA give few.

    :param mane_ids: transcripts known to be MANE Select, as in ``Knowledge.mane_ids``.
    """
    genes = annotation.genes_named(control_genes)
    owner = {
        intron: gene
        for gene, transcripts in genes.items()
        for transcript in transcripts
        for intron in transcript.introns
    }
    reads = {row.intron: row.unique for row in splice_junctions if row.intron in owner}
    spliced = dict.fromkeys(genes, 0)
    for intron, count in reads.items():
        spliced[owner[intron]] += count
    counts = {
        gene: [
            reads.get(intron, 0)
            for intron in choose_reference_transcript(transcripts, mane_ids)[0].introns
        ]
        for gene, transcripts in genes.items()
    }
    every = [count for of_gene in counts.values() for count in of_gene]
    return ControlGenes(
        spliced_reads=spliced,
        depth=round(fmean(every), 2) if every else None,
        thirds={
            gene: (sum(found[: len(found) // 3]), sum(found[-(len(found) // 3) :]))
            for gene, found in counts.items()
            if len(found) >= MIN_INTRONS
        },
    )


@dataclass(frozen=True)
class ReadQuality:
    """fastp's figures of all units of a sample; None where no unit has one.

    ``duplication_rate`` and ``q30_share`` are 0-1, ``insert_size`` and ``read_length`` in nt.
    """

    duplication_rate: float | None
    insert_size: float | None
    q30_share: float | None
    read_length: float | None


def pool_units(units: Sequence[FastpSummary]) -> ReadQuality:
    """The figures of a sample: means of its units, by fragments; of inserts their median.

    :param units: empty for alignments that were given.
    """

    def mean(figure: Callable[[FastpSummary], float | None], digits: int) -> float | None:
        known = [(value, u.fragments) for u in units if (value := figure(u)) is not None]
        total = sum(weight for _, weight in known)
        if not total:
            return None
        return round(sum(value * weight for value, weight in known) / total, digits)

    return ReadQuality(
        duplication_rate=mean(lambda unit: unit.duplication_rate, 4),
        insert_size=_median_insert(units),
        q30_share=mean(lambda unit: unit.q30_share, 4),
        read_length=mean(lambda unit: unit.read_length, 1),
    )


def _median_insert(units: Sequence[FastpSummary]) -> float | None:
    """Median of the units' inserts by fragments; a unit without one has longer inserts."""
    ordered = sorted(
        (math.inf if unit.insert_size is None else unit.insert_size, unit.fragments)
        for unit in units
    )
    half, seen = sum(weight for _, weight in ordered) / 2, 0
    for size, weight in ordered:
        seen += weight
        if seen >= half:
            return None if math.isinf(size) else size
    return None


def library_json(
    controls: ControlGenes, reads: ReadQuality, copies: Copies, thresholds: Mapping[str, float]
) -> dict[str, float | str | None]:
    """The library's quality figures for the sample's JSON.

    :param copies: how copies of one molecule are known.
    """
    return {
        "copies_known_by": copies.value,
        "duplication_rate": reads.duplication_rate,
        "insert_size": reads.insert_size,
        "three_prime_bias": controls.three_prime_bias(thresholds["control_gene_min_spliced_reads"]),
        "control_gene_depth": controls.depth,
        "q30_share": reads.q30_share,
        "read_length": reads.read_length,
    }


def gate_metrics(
    alignment: AlignmentSummary,
    reads: ReadQuality,
    controls: ControlGenes,
    thresholds: Mapping[str, float],
) -> dict[str, float | None]:
    """The figures that the gate looks at, by metric name; None where one cannot be measured.

    No figure of a target gene is among them: healthy tissue is silent there, and its negative is
    as good as any. ``control_genes_spliced`` is the share (0-1) of the control genes in the GTF
    with enough spliced reads; None when the GTF holds none of them.
    """
    enough = thresholds["control_gene_min_spliced_reads"]
    spliced = controls.spliced_reads.values()
    seen = sum(count >= enough for count in spliced)
    return {
        "usable_fragments": float(alignment.unique_fragments),
        "unique_share": round(alignment.unique_share, 4),
        "too_short_share": round(alignment.too_short_share, 4),
        "duplication_rate": reads.duplication_rate,
        "insert_size": reads.insert_size,
        "three_prime_bias": controls.three_prime_bias(enough),
        "control_genes_spliced": round(seen / len(spliced), 3) if spliced else None,
        "control_gene_depth": controls.depth,
    }


def distinct_fragments(alignment: AlignmentSummary, duplication_rate: float | None) -> float:
    """Uniquely mapped fragments without copies, on average.

    The copies that fastp counts among all fragments are taken to lie among those that map: junk
    does not repeat itself. Without a rate (given alignments) none are taken off.
    """
    mapped_share = 1 - alignment.too_short_share
    if mapped_share <= 0:
        return 0.0
    copies = min(1.0, (duplication_rate or 0.0) / mapped_share)
    return alignment.unique_fragments * (1 - copies)


@cache
def expected_for(fragments: int, probability: float) -> float:
    """Mean of the Poisson distribution that gives at least ``fragments`` with ``probability``."""

    def chance(mean: float) -> float:
        fewer = sum(mean**k / math.factorial(k) for k in range(fragments))
        return 1 - math.exp(-mean) * fewer

    low, high = 0.0, 1.0
    while chance(high) < probability:
        high *= 2
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (low, middle) if chance(middle) >= probability else (middle, high)
    return high


@dataclass(frozen=True)
class DetectionLimit:
    """The lowest expression of a fusion that would have been seen.

    ``ffpm``: fragments of the fusion (junction reads and spanning fragments) per million fragments
    of the library's RNA, rounded up to two digits; None when no limit can be stated. A fusion at
    the limit would have shown ``fragments`` or more unique ones with ``probability``.
    ``usable_fragments``: uniquely mapped fragments without copies.
    """

    ffpm: float | None
    usable_fragments: int
    text: str
    fragments: int = LIMIT_FRAGMENTS
    probability: float = LIMIT_PROBABILITY

    def to_json(self) -> dict[str, Any]:
        """``evaluability.detection_limit`` of the sample's JSON."""
        return asdict(self)


def detection_limit(usable_fragments: float, assay: str = "") -> DetectionLimit:
    """The detection limit of a library, by the Poisson distribution.

    Expression and the ``ffpm`` of a fusion that was found are equal where every fragment is usable;
    where fragments are lost to mapping or are copies, a fusion's ``ffpm`` is lower than its
    expression in the same proportion.

    :param usable_fragments: as :func:`distinct_fragments` gives them.
    :param assay: as in the sheet. An amplicon's fragments share their ends whether they are copies
        or not, and fastp does not count UMIs, so no number of unique ones can be promised.
    """
    usable = math.floor(usable_fragments)
    if assay_of(assay) == "amplicon":
        return DetectionLimit(
            None,
            usable,
            "No detection limit can be stated for an amplicon library: how many of its fragments "
            "are distinct molecules is not known.",
        )
    exact = (
        MILLION * expected_for(LIMIT_FRAGMENTS, LIMIT_PROBABILITY) / usable if usable else math.inf
    )
    if exact > MILLION:
        return DetectionLimit(
            None,
            usable,
            "No detection limit can be stated: there are too few usable fragments to show any "
            "fusion dependably.",
        )
    rounded = Context(prec=2, rounding=ROUND_CEILING).create_decimal_from_float(exact)
    return DetectionLimit(
        float(rounded),
        usable,
        f"A fusion of {float(rounded):,.7g} or more fragments per million would have shown at "
        f"least {LIMIT_FRAGMENTS} unique fragments with {LIMIT_PROBABILITY:.0%} probability.",
    )
