"""The gate: may an absence of fusions in this sample be believed?"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ntrkoma.errors import InputError
from ntrkoma.records import Evaluability
from ntrkoma.transcripts import Annotation

_LOG_LINE = re.compile(r"\s*(.+?)\s*\|\s*(.+?)%?\s*$")
SEVERITY = (Evaluability.PASS, Evaluability.LIMITED, Evaluability.FAIL)
_COMPARE: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True)
class AlignmentSummary:
    """Fragment counts of STAR's ``Log.final.out``."""

    input_fragments: int
    unique_fragments: int
    unique_share: float
    too_short_share: float


def parse_star_log(lines: Iterable[str], source: str) -> AlignmentSummary:
    """Read ``Log.final.out``; shares are 0-1.

    :raises InputError: when a figure is absent.
    """
    values = {m[1]: m[2] for line in lines if (m := _LOG_LINE.match(line))}

    def figure(name: str) -> float:
        try:
            return float(values[name])
        except (KeyError, ValueError) as error:
            raise InputError(
                f"{source}: no figure for {name!r}; STAR did not finish, delete the file and run "
                "the alignment again."
            ) from error

    return AlignmentSummary(
        input_fragments=int(figure("Number of input reads")),
        unique_fragments=int(figure("Uniquely mapped reads number")),
        unique_share=figure("Uniquely mapped reads %") / 100,
        too_short_share=figure("% of reads unmapped: too short") / 100,
    )


def control_gene_fragments(
    splice_junctions: Iterable[str], annotation: Annotation, control_genes: Iterable[str]
) -> dict[str, int]:
    """Uniquely mapped spliced reads at the control genes' own introns, per gene in the GTF.

    Spliced reads prove transcripts: contaminating DNA and degraded RNA give few.

    :param splice_junctions: lines of STAR's ``SJ.out.tab``.
    """
    introns: dict[tuple[str, int, int], str] = {}
    counts: dict[str, int] = {}
    for gene, transcripts in annotation.genes_named(control_genes).items():
        counts[gene] = 0
        for transcript in transcripts:
            exons = sorted(transcript.exons)
            for (_, left), (right, _) in pairwise(exons):
                introns[transcript.chrom, left + 1, right - 1] = gene
    for line in splice_junctions:
        fields = line.split()
        owner = introns.get((fields[0], int(fields[1]), int(fields[2])))
        if owner is not None:
            counts[owner] += int(fields[6])
    return counts


@dataclass(frozen=True)
class Check:
    """One line of the gate."""

    metric: str
    value: float | None
    operator: str
    threshold: float
    status: Evaluability
    reason: str


@dataclass(frozen=True)
class Gate:
    """All checks and what they amount to: the worst of them."""

    status: Evaluability
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class GateRule:
    """One rule of the gate as data; ``miss`` is the state of a sample that does not meet it."""

    metric: str
    operator: str
    threshold_name: str
    miss: Evaluability
    reason: str


def parse_gate_rules(rows: Iterable[Mapping[str, str]]) -> tuple[GateRule, ...]:
    """Gate rules from the rows of ``resources/gate.tsv``."""
    return tuple(
        GateRule(
            metric=row["metric"],
            operator=row["operator"],
            threshold_name=row["threshold"],
            miss=Evaluability(row["miss"]),
            reason=row["reason"],
        )
        for row in rows
    )


def evaluate(
    metrics: Mapping[str, float | None],
    rules: Iterable[GateRule],
    thresholds: Mapping[str, float],
) -> Gate:
    """Apply the gate. A metric that could not be measured misses its rule."""
    checks = []
    for rule in rules:
        value, threshold = metrics[rule.metric], thresholds[rule.threshold_name]
        met = value is not None and _COMPARE[rule.operator](value, threshold)
        status = Evaluability.PASS if met else rule.miss
        checks.append(Check(rule.metric, value, rule.operator, threshold, status, rule.reason))
    worst = max((c.status for c in checks), key=SEVERITY.index, default=Evaluability.PASS)
    return Gate(worst, tuple(checks))


def gate_metrics(
    summary: AlignmentSummary, controls: Mapping[str, int], thresholds: Mapping[str, float]
) -> dict[str, float | None]:
    """The figures that the gate looks at, by metric name.

    ``control_genes_spliced`` is the share (0-1) of the control genes in the GTF with enough
    spliced reads; None when the GTF holds none of them.
    """
    enough = thresholds["control_gene_min_spliced_reads"]
    seen = sum(count >= enough for count in controls.values())
    return {
        "usable_fragments": float(summary.unique_fragments),
        "control_genes_spliced": round(seen / len(controls), 3) if controls else None,
    }
