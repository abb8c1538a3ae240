"""STAR-Fusion's tables, as candidates.

Columns as STAR-Fusion 1.15.1 writes them. Its Pfam columns are not used: they compare nucleotide
with amino-acid positions and miss the kinase domain of every NTRK fusion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from ntrkoma.errors import InputError
from ntrkoma.model.junction import Breakpoint, CallerCall
from ntrkoma.model.states import Caller
from ntrkoma.tables import rows_by_name

_REQUIRED = (
    "FusionName",
    "JunctionReadCount",
    "SpanningFragCount",
    "LeftGene",
    "LeftBreakpoint",
    "RightGene",
    "RightBreakpoint",
)

_SHOWN = (
    "SpliceType",
    "LargeAnchorSupport",
    "FFPM",
    "LeftBreakDinuc",
    "RightBreakDinuc",
    "annots",
    "PROT_FUSION_TYPE",
)

# Candidates without a junction read come without a strand.
_BREAKPOINT = re.compile(r"(.+?):(\d+)(?::([+-]))?")

_CANDIDATES = "star-fusion.fusion_candidates.preliminary"

_INTERMEDIATES = "star-fusion.filter.intermediates_dir"

# What survives each step of STAR-Fusion 1.15.1, in its order, and the filter that the step applies.
_STEPS = (
    (f"{_INTERMEDIATES}/star-fusion.pre_blast_filter", "evidence"),
    (f"{_INTERMEDIATES}/star-fusion.pre_blast_filter.post_blast_filter", "sequence_similarity"),
    (
        f"{_INTERMEDIATES}/star-fusion.pre_blast_filter.post_blast_filter.post_promisc_filter",
        "promiscuous_gene",
    ),
    (f"{_CANDIDATES}.wSpliceInfo.wAnnot.annot_filter.pass", "annotation"),
    (f"{_CANDIDATES}.wSpliceInfo.wAnnot.annot_filter.pass.RTartifact.pass", "rt_artifact"),
)

Wanted = Callable[[Breakpoint], bool]

StrandOf = Callable[[str, str, int], str]


def _breakpoint(text: str, gene: str, strand_of: StrandOf, where: str) -> Breakpoint:
    match = _BREAKPOINT.fullmatch(text)
    if match is None:
        raise InputError(
            f"{where}: breakpoint {text!r} is not chrom:position:strand; the file is damaged, "
            "run STAR-Fusion again."
        )
    chrom, pos = match[1], int(match[2])
    return Breakpoint(chrom, pos, match[3] or strand_of(gene, chrom, pos))


def parse(
    lines: Iterable[str], source: str, wanted: Wanted, strand_of: StrandOf
) -> list[CallerCall]:
    """Rows with a breakpoint that ``wanted`` accepts; no rows for an empty table.

    :param source: name of the file, for messages.
    :param strand_of: strand of a gene by symbol, contig and position, for candidates without a
        junction read.
    :raises InputError: when the table is not STAR-Fusion's.
    """
    calls = []
    for number, row in rows_by_name(lines, source, _REQUIRED):
        where = f"{source}, line {number}"
        gene5, gene3 = row["LeftGene"].split("^")[0], row["RightGene"].split("^")[0]
        five = _breakpoint(row["LeftBreakpoint"], gene5, strand_of, where)
        three = _breakpoint(row["RightBreakpoint"], gene3, strand_of, where)
        if not (wanted(five) or wanted(three)):
            continue
        try:
            junction_reads = int(row["JunctionReadCount"])
            spanning_fragments = int(row["SpanningFragCount"])
        except ValueError as error:
            raise InputError(
                f"{where}: the counts are not numbers ({error}); the file is damaged, run "
                "STAR-Fusion again."
            ) from error
        calls.append(
            CallerCall(
                caller=Caller.STAR_FUSION,
                gene5=gene5,
                gene3=gene3,
                breakpoint5=five,
                breakpoint3=three,
                junction_reads=junction_reads,
                spanning_fragments=spanning_fragments,
                exact=junction_reads > 0,
                frame=row.get("PROT_FUSION_TYPE", ""),
                words={name: row[name] for name in _SHOWN if row.get(name)},
            )
        )
    return calls


def read_calls(
    predictions: Path, preliminary: Path, wanted: Wanted, strand_of: StrandOf
) -> list[CallerCall]:
    """What STAR-Fusion reported, then what it removed, with the name of the filter.

    :param predictions: ``star-fusion.fusion_predictions.abridged.coding_effect.tsv``.
    :param preliminary: its ``star-fusion.preliminary`` folder.
    """

    def table(path: Path) -> list[CallerCall]:
        if not path.exists():
            return []
        with path.open(encoding="utf-8") as lines:
            return parse(lines, str(path), wanted, strand_of)

    reported = table(predictions)
    known = {_identity(call) for call in reported}
    survivors = [
        ({_identity(call) for call in table(preliminary / name)}, reason)
        for name, reason in _STEPS
        if (preliminary / name).exists()
    ]
    removed = []
    for call in table(preliminary / _CANDIDATES):
        if _identity(call) in known:
            continue
        # The last step of all is the expression floor (--min_FFPM).
        reason = next((r for left, r in survivors if _identity(call) not in left), "min_FFPM")
        removed.append(replace(call, discarded_by=(reason,)))
    return reported + removed


def _identity(call: CallerCall) -> tuple[str, str, Breakpoint, Breakpoint]:
    return call.gene5, call.gene3, call.breakpoint5, call.breakpoint3
