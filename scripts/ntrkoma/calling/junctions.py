"""ntrkoma's own fusion caller: target-gene junctions from the alignments that STAR calls chimeric.

It reports everything with at least one read; grading comes later. Chimeric alignments come from
``Chimeric.out.junction``; joins that STAR takes for an ordinary splice, because both sides lie
within its longest intron on one strand, come from ``SJ.out.tab``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ntrkoma.calling.fused_reads import FusedTranscripts
from ntrkoma.calling.gather import gather
from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.calling.refine import needs_refinement, refine
from ntrkoma.genome.loci import Loci
from ntrkoma.model.duplicates import Copies, unique
from ntrkoma.model.junction import Breakpoint, CallerCall, Junction, JunctionEvidence
from ntrkoma.model.states import Caller, CountedBy
from ntrkoma.programs.chimeric import ChimericAlignment, parse_chimeric_junctions
from ntrkoma.programs.splices import SpliceJunction, parse_splice_junctions


def call_sample(evidence: Path, chimeric: Path, splices: Path, loci: Loci) -> list[Junction]:
    """The junctions of a sample, see :func:`call_junctions`.

    :param evidence: its kept reads.
    :param chimeric: STAR's ``Chimeric.out.junction``.
    :param splices: STAR's ``SJ.out.tab``.
    """
    with chimeric.open(encoding="utf-8") as chimeric_lines, splices.open(encoding="utf-8") as lines:
        return call_junctions(
            parse_chimeric_junctions(chimeric_lines, str(chimeric), loci.near_target),
            parse_splice_junctions(lines, str(splices)),
            KeptReads(evidence),
            loci,
        )


def call_junctions(
    alignments: Iterable[ChimericAlignment],
    splices: Iterable[SpliceJunction],
    reads: KeptReads,
    loci: Loci,
) -> list[Junction]:
    """All junctions of the genes with at least one fragment, best supported first.

    :param alignments: rows of ``Chimeric.out.junction``, any order.
    :param splices: rows of ``SJ.out.tab``.
    :param reads: what was kept of the sample.
    """
    gathered = gather(alignments, loci)
    doubtful = {name for j in gathered if needs_refinement(j) for name in j.reads}
    junctions = refine(gathered, reads.sequences(doubtful), loci.genome)
    fused = FusedTranscripts(junctions, loci)
    fused.add(reads.clipped())
    fused.add(reads.unmapped())
    junctions += reads.spliced(spliced_to_other_genes(splices, loci), loci)
    supported = [j for j in junctions if j.reads or j.spanning]
    return sorted(
        supported,
        key=lambda j: (-len(j.reads), -len(j.spanning), j.donor, j.acceptor),
    )


def spliced_to_other_genes(
    rows: Iterable[SpliceJunction], loci: Loci
) -> list[tuple[Breakpoint, Breakpoint]]:
    """Splice junctions that join a target gene to something outside it.

    Such a join on one strand and within STAR's longest intron is no chimera to STAR. Annotated
    junctions are part of a gene's own models and left out.
    """
    found = []
    for row in rows:
        if row.annotated or not row.strand:
            continue
        low = Breakpoint(row.chrom, row.first - 1, row.strand)
        high = Breakpoint(row.chrom, row.last + 1, row.strand)
        if any(
            (start <= low.pos <= end) != (start <= high.pos <= end)
            for contig, start, end in loci.spans
            if contig == row.chrom
        ):
            found.append((low, high) if row.strand == "+" else (high, low))
    return found


def to_call(
    junction: Junction,
    loci: Loci,
    counted_by: CountedBy = CountedBy.CHIMERIC,
    *,
    copies: Copies = Copies.POSITION,
) -> CallerCall:
    """A junction with its fragments counted.

    :param copies: how copies of one molecule are known.
    """
    reads, spanning = list(junction.reads.values()), list(junction.spanning.values())
    evidence = JunctionEvidence(
        junction_reads_raw=len(reads),
        spanning_fragments_raw=len(spanning),
        start_positions=len({fragment.key[0] for fragment in reads}),
        anchor5=max((fragment.anchors[0] for fragment in reads), default=0),
        anchor3=max((fragment.anchors[1] for fragment in reads), default=0),
        splice_motif=loci.genome.splice_motif(junction.donor, junction.acceptor)
        if junction.exact
        else "",
        multimapping_share=(
            round(sum(fragment.loci > 1 for fragment in reads) / len(reads), 3) if reads else 0.0
        ),
        counted_by=counted_by,
    )
    return CallerCall(
        caller=Caller.JUNCTIONS,
        gene5=loci.genes(junction.donor),
        gene3=loci.genes(junction.acceptor),
        breakpoint5=junction.donor,
        breakpoint3=junction.acceptor,
        junction_reads=len(unique(reads, copies)),
        spanning_fragments=len(unique(spanning, copies)),
        inserted=junction.inserted,
        exact=junction.exact,
        evidence=evidence,
    )
