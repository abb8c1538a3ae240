"""3′/5′ imbalance: does a gene express more of its kinase than of its 5′ part?

A fusion that keeps the kinase adds kinase exons to the transcripts and no 5′ exons. The signal is
support for a fusion, or a reason to look again when no caller shows one; it is never a finding by
itself: 3′ bias, alternative starts and isoforms do the same, and no RNA-seq cut-off for NTRK
transfers between laboratories.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Any

import pysam

from ntrkoma.curated.exon_parts import CuratedParts, Part, Parts
from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.evidence.exon_depths import ExonDepth, choose_parts, exon_depths
from ntrkoma.genome.transcripts import Transcript, choose_reference_transcript
from ntrkoma.model.junction import Reason

TRANSCRIPTOME = "transcriptome"

# Fragments per base. Depths below one are counting noise: logarithms take them as one.
DEPTH_FLOOR = 1.0

# Factor that makes the median absolute deviation estimate a standard deviation (normal law).
MAD_TO_SD = 1.4826

# Least spread of log2 ratios that negatives are believed to have: two parts at 10 fragments per
# base hold about 50 independent fragments each, and log2 of their ratio then varies by about 0.3.
MIN_SPREAD = 0.3


class Flag(StrEnum):
    """What the imbalance of a gene says."""

    NONE = "none"
    RAISED = "raised"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True)
class Library:
    """What makes depths uneven without a fusion.

    ``three_prime_bias``: higher is worse; None where it is not known.
    """

    assay: str = TRANSCRIPTOME
    three_prime_bias: float | None = None


SOUND = Library()


@dataclass(frozen=True)
class Imbalance:
    """Imbalance of one gene on its reference transcript.

    Depths are mean fragments per coding base, None where a part cannot be placed. ``ratio`` is
    kinase over 5′ depth as measured, None when the 5′ depth is zero or a part is missing. ``z``:
    robust, against ``negatives`` samples; None when these are too few.
    """

    gene: str
    transcript: str
    five_prime_exons: tuple[int, ...]
    kinase_exons: tuple[int, ...]
    five_prime_depth: float | None
    kinase_depth: float | None
    ratio: float | None
    z: float | None
    negatives: int
    flag: Flag
    text: str
    profile: tuple[ExonDepth, ...]

    def to_json(self) -> dict[str, Any]:
        """The gene's entry in ``imbalance`` of the published JSON."""
        fields = asdict(self)
        del fields["gene"]
        fields["five_prime_exons"] = list(self.five_prime_exons)
        fields["kinase_exons"] = list(self.kinase_exons)
        fields["flag"] = self.flag.value
        fields["profile"] = [{**asdict(e), "part": e.part.value} for e in self.profile]
        return fields

    @classmethod
    def from_json(cls, gene: str, fields: Mapping[str, Any]) -> Imbalance:
        """The gene's entry read back."""
        profile = (ExonDepth(**{**e, "part": Part(e["part"])}) for e in fields["profile"])
        return cls(
            **{
                **fields,
                "gene": gene,
                "five_prime_exons": tuple(fields["five_prime_exons"]),
                "kinase_exons": tuple(fields["kinase_exons"]),
                "flag": Flag(fields["flag"]),
                "profile": tuple(profile),
            }
        )


def measure(
    bam: Path,
    genes: Mapping[str, Sequence[Transcript]],
    knowledge: Knowledge,
    curated: Mapping[str, CuratedParts],
    thresholds: Mapping[str, float],
    library: Library = SOUND,
) -> dict[str, Imbalance]:
    """Imbalance by gene, not yet held against negatives.

    :param bam: sorted and indexed alignments; all reads at the genes.
    :param genes: transcripts by gene symbol, as ``Annotation.genes_named`` gives them.
    :param thresholds: see :func:`with_background`.
    :raises InputError: when a contig, the index or a place for a known domain is missing.
    """
    found = {}
    with pysam.AlignmentFile(str(bam)) as alignments:
        for gene, transcripts in genes.items():
            transcript, _ = choose_reference_transcript(transcripts, knowledge.mane_ids)
            parts = choose_parts(transcript, transcripts, knowledge, curated)
            own = compare(transcript, parts, exon_depths(alignments, transcript, parts))
            found[gene] = with_background(own, (), thresholds, curated, library)
    return found


def compare(transcript: Transcript, parts: Parts, profile: Iterable[ExonDepth]) -> Imbalance:
    """Depths of the two parts and their ratio, not yet judged.

    Zero 5′ depth leaves the ratio None: it is unbounded, not large by a number that could be
    given. The flag takes depths below ``DEPTH_FLOOR`` as that instead, so that such a gene, the
    commonest picture of a fusion in a silent gene, is still judged.
    """
    exons = tuple(profile)
    five, kinase = (_mean_depth(exons, part) for part in (Part.FIVE_PRIME, Part.KINASE))
    return Imbalance(
        gene=transcript.gene,
        transcript=transcript.transcript_id,
        five_prime_exons=parts.five_prime,
        kinase_exons=parts.kinase,
        five_prime_depth=_rounded(five),
        kinase_depth=_rounded(kinase),
        ratio=round(kinase / five, 3) if five and kinase is not None else None,
        z=None,
        negatives=0,
        flag=Flag.NOT_ASSESSABLE,
        text="",
        profile=tuple(replace(exon, depth=_rounded(exon.depth)) for exon in exons),
    )


def _mean_depth(profile: Iterable[ExonDepth], part: Part) -> float | None:
    """Mean depth over all coding bases of a part: long exons weigh more; None without any."""
    exons = [(e.depth, e.coding_nt) for e in profile if e.part == part and e.depth is not None]
    nt = sum(coding_nt for _, coding_nt in exons)
    return sum(depth * coding_nt for depth, coding_nt in exons) / nt if nt else None


def _rounded(depth: float | None) -> float | None:
    return None if depth is None else round(depth, 3)


def _floored_ratio(kinase: float, five_prime: float) -> float:
    return max(kinase, DEPTH_FLOOR) / max(five_prime, DEPTH_FLOOR)


def log2_ratio(imbalance: Imbalance, thresholds: Mapping[str, float]) -> float | None:
    """log2 of kinase over 5′ depth, depths below ``DEPTH_FLOOR`` taken as that.

    None where a part is missing or neither reaches ``imbalance_min_depth``: a silent gene says
    nothing about how its exons compare.
    """
    kinase, five_prime = imbalance.kinase_depth, imbalance.five_prime_depth
    if kinase is None or five_prime is None:
        return None
    if max(kinase, five_prime) < thresholds["imbalance_min_depth"]:
        return None
    return math.log2(_floored_ratio(kinase, five_prime))


def background(negatives: Iterable[Imbalance], thresholds: Mapping[str, float]) -> list[float]:
    """log2 ratios of one gene in negative samples, those left out in which it is silent."""
    ratios = (log2_ratio(negative, thresholds) for negative in negatives)
    return [ratio for ratio in ratios if ratio is not None]


def with_background(
    own: Imbalance,
    negatives: Sequence[float],
    thresholds: Mapping[str, float],
    curated: Mapping[str, CuratedParts],
    library: Library = SOUND,
) -> Imbalance:
    """The imbalance with z, flag and words, held against negatives of the same gene.

    With ``imbalance_min_negatives`` or more of them z decides: distance from their median in
    robust standard deviations (1.4826 × median absolute deviation, so that an unrecognised fusion
    among them does little harm; never less than ``MIN_SPREAD``). With fewer the fixed ratio does,
    but only for transcriptomes, since the depth of a capture or amplicon design is uneven by
    itself, and only in a library whose own 3′ bias does not explain the ratio.

    :param negatives: log2 ratios of samples without a fusion of the gene, as :func:`background`
        gives them: same sequencing run and design, this sample not among them.
    :param thresholds: ``imbalance_min_depth`` (fragments per base), ``imbalance_min_ratio``,
        ``imbalance_min_z``, ``imbalance_min_negatives``, ``imbalance_max_three_prime_bias``.
    """
    bias = library.three_prime_bias
    biased = bias is not None and bias > thresholds["imbalance_max_three_prime_bias"]
    log_ratio = log2_ratio(own, thresholds)
    z = None
    if log_ratio is not None and len(negatives) >= thresholds["imbalance_min_negatives"]:
        z = _robust_z(log_ratio, negatives)
    if log_ratio is None:
        flag, rule = Flag.NOT_ASSESSABLE, _why_not_measured(own, thresholds)
    elif z is not None:
        flag = Flag.RAISED if z >= thresholds["imbalance_min_z"] else Flag.NONE
        rule = (
            f"z {z:.1f} against {len(negatives)} negatives, raised from "
            f"{thresholds['imbalance_min_z']:g}."
        )
    else:
        flag, rule = _by_fixed_ratio(log_ratio, len(negatives), thresholds, library.assay, biased)
    sentences = [rule, _MEANING[flag]]
    if log_ratio is not None:
        caveat = curated[own.gene].caveat if own.gene in curated else ""
        sentences = [_measured(own), *sentences, _bias_words(bias, biased), caveat]
    text = f"{own.gene}: " + " ".join(sentence for sentence in sentences if sentence)
    return replace(own, z=z, negatives=len(negatives), flag=flag, text=text)


_MEANING = {
    Flag.RAISED: (
        "Raised, as by a fusion that keeps the kinase: support for one that is seen, else a reason "
        "to look again; never a finding by itself."
    ),
    Flag.NONE: "Not raised, which does not exclude a fusion.",
    Flag.NOT_ASSESSABLE: "Not assessable.",
}


def _robust_z(value: float, negatives: Sequence[float]) -> float:
    middle = median(negatives)
    spread = MAD_TO_SD * median(abs(negative - middle) for negative in negatives)
    return round((value - middle) / max(spread, MIN_SPREAD), 2)


def _by_fixed_ratio(
    log_ratio: float,
    negatives: int,
    thresholds: Mapping[str, float],
    assay: str,
    biased: bool,
) -> tuple[Flag, str]:
    """Flag and words where there are too few negatives for a z."""
    limit, wanted = thresholds["imbalance_min_ratio"], thresholds["imbalance_min_negatives"]
    few = f"{negatives} negatives of the run, {wanted:g} are needed for a z"
    if assay != TRANSCRIPTOME:
        return Flag.NOT_ASSESSABLE, f"{few}, and in {assay} data depth is uneven by design."
    rule = f"{few}; held against a fixed ratio of {limit:g}, as no RNA-seq cut-off is transferable."
    if log_ratio < math.log2(limit):
        return Flag.NONE, rule
    if biased:
        return Flag.NOT_ASSESSABLE, f"{rule} The library's own 3′ bias explains the ratio as well."
    return Flag.RAISED, rule


def _why_not_measured(own: Imbalance, thresholds: Mapping[str, float]) -> str:
    if own.kinase_depth is None or own.five_prime_depth is None:
        return f"{own.transcript} has no coding exons in both the 5′ and the kinase part."
    return (
        f"Kinase exons at {own.kinase_depth:.1f}× and 5′ exons at {own.five_prime_depth:.1f}×, "
        f"both under {thresholds['imbalance_min_depth']:g}×: too little expressed to compare."
    )


def _measured(own: Imbalance) -> str:
    depths = (
        f"kinase exons {_numbers(own.kinase_exons)} at {own.kinase_depth:.1f}×, 5′ exons "
        f"{_numbers(own.five_prime_exons)} at {own.five_prime_depth:.1f}×"
    )
    if own.ratio is None:
        return (
            f"{depths}: no ratio, as nothing covers the 5′ part; taken as {DEPTH_FLOOR:g}× there."
        )
    return f"{depths}: ratio {own.ratio:.2f}."


def _bias_words(three_prime_bias: float | None, biased: bool) -> str:
    if three_prime_bias is None:
        return "The library's 3′ bias, which raises every ratio in degraded poly-A RNA, is unknown."
    if biased:
        return f"The library is 3′-biased ({three_prime_bias:g}), which raises every ratio."
    return ""


def _numbers(exons: Sequence[int]) -> str:
    """Exon numbers in words: runs as ranges."""
    runs: list[list[int]] = []
    for exon in exons:
        if runs and exon == runs[-1][-1] + 1:
            runs[-1].append(exon)
        else:
            runs.append([exon])
    return ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)


def imbalance_reason(
    imbalances: Mapping[str, Imbalance], fusions_seen: Collection[str], targets: Iterable[str]
) -> Reason | None:
    """Why a sample without a fusion above the line should be looked at again, or None.

    Alternative starts, isoforms and 3′ bias make it too, so it is never positive alone; but where
    it stands without a junction, an absence cannot be signed before a second look.

    :param fusions_seen: target genes with a fusion graded reportable or review.
    :param targets: the target genes; companion genes are reported apart.
    """
    raised = [
        found
        for gene in targets
        if gene not in fusions_seen
        and (found := imbalances.get(gene)) is not None
        and found.flag == Flag.RAISED
    ]
    if not raised:
        return None
    figures = "; ".join(
        f"{i.gene} kinase exons at {i.kinase_depth:.1f}×, 5′ exons at {i.five_prime_depth:.1f}×"
        for i in raised
    )
    return Reason(
        "imbalance_without_fusion",
        f"{figures}, and no fusion above the line: a fusion that no read shows would do this, and "
        "so would an alternative start or isoform; review the reads and test by another method",
    )
