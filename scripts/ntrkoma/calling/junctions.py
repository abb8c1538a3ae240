"""ntrkoma's own fusion caller: target-gene junctions from the alignments that STAR calls chimeric.

It reports everything with at least one read; grading comes later. Chimeric alignments come from
``Chimeric.out.junction``; joins that STAR takes for an ordinary splice, because both sides lie
within its longest intron on one strand, come from ``SJ.out.tab``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from ntrkoma.calling.fused_reads import FEWEST_READS, FusedTranscripts, TargetSeeds
from ntrkoma.calling.refine import needs_refinement, refine
from ntrkoma.calling.target_reads import TargetReads
from ntrkoma.genome.loci import Loci, downstream
from ntrkoma.model.duplicates import Copies, unique
from ntrkoma.model.junction import (
    LONGEST_INSERT,
    Breakpoint,
    CallerCall,
    Fragment,
    Junction,
    JunctionEvidence,
)
from ntrkoma.model.states import Caller, CountedBy
from ntrkoma.programs.chimeric import CT_AC, GT_AG, ChimericAlignment
from ntrkoma.programs.splices import SpliceJunction

# A read base or two that fit both sides by chance shift a junction by a few nt, and let a mate of
# a spanning fragment run past the border by as much. 10 nt is STAR's smallest chimeric segment.
ALIGNMENT_SLACK = 10


def snap(alignment: ChimericAlignment, loci: Loci) -> tuple[Breakpoint, Breakpoint, int]:
    """The equivalent placement of a junction that hits most exon borders, and how many it hits.

    Bases repeated at both sides leave the junction undetermined within
    ``shift_left``…``shift_right``; biology splices at exon borders.
    """
    best = (alignment.donor, alignment.acceptor)
    hits = loci.borders(*best)
    shifts = range(-alignment.shift_left, alignment.shift_right + 1)
    for shift in sorted(shifts, key=abs):
        if hits == 2:
            break
        moved = alignment.donor.along(shift), alignment.acceptor.along(shift)
        borders = loci.borders(*moved)
        if borders > hits:
            best, hits = moved, borders
    return (*best, hits)


def orient(alignment: ChimericAlignment, loci: Loci) -> ChimericAlignment:
    """Turn an alignment 5′→3′ along the transcript it came from.

    Exon borders decide, then the splice motif, then the strand of the annotated genes.
    """

    def evidence(candidate: ChimericAlignment) -> tuple[int, int, int]:
        borders = 0 if candidate.encompassing else snap(candidate, loci)[2]
        motif = {GT_AG: 1, CT_AC: -1}.get(candidate.junction_type, 0)
        sense = sum(bool(loci.transcripts(s)) for s in (candidate.donor, candidate.acceptor))
        return borders, motif, sense

    turned = alignment.reverse()
    return turned if evidence(turned) > evidence(alignment) else alignment


def _fragment(alignment: ChimericAlignment) -> Fragment:
    return Fragment(
        name=alignment.fragment,
        key=(*alignment.outer_ends(), alignment.flipped),
        anchors=alignment.anchors(),
        loci=alignment.loci,
        inserted=alignment.inserted_length(),
    )


def _fits(alignment: ChimericAlignment, junction: Junction, loci: Loci) -> bool:
    """Whether a spanning fragment can have come from a transcript with this junction."""
    donor, acceptor = alignment.donor, alignment.acceptor
    if not (donor.same_strand(junction.donor) and acceptor.same_strand(junction.acceptor)):
        return False
    if downstream(donor, junction.donor) < -ALIGNMENT_SLACK:
        return False
    if downstream(junction.acceptor, acceptor) < -ALIGNMENT_SLACK:
        return False
    unread = loci.distance(donor, junction.donor) + loci.distance(junction.acceptor, acceptor)
    return unread <= LONGEST_INSERT


def _absorb_misplaced(junctions: dict[tuple[Breakpoint, Breakpoint], Junction]) -> None:
    """Give reads whose junction is off by a collinear few nt to the junction on exon borders.

    Sequencing errors beside the junction move it by the same distance on both sides.
    """
    anchored = sorted(
        (j for j in junctions.values() if j.borders == 2),
        key=lambda j: (-len(j.reads), j.donor, j.acceptor),
    )
    for key, junction in sorted(junctions.items()):
        if junction.borders == 2:
            continue
        for home in anchored:
            same_donor = junction.donor.same_strand(home.donor)
            if not (same_donor and junction.acceptor.same_strand(home.acceptor)):
                continue
            slip = downstream(home.donor, junction.donor)
            if abs(slip) <= ALIGNMENT_SLACK and slip == downstream(
                home.acceptor, junction.acceptor
            ):
                for fragment in junction.reads.values():
                    _keep(home.reads, fragment)
                del junctions[key]
                break


def _place_spanning(
    spanning: list[ChimericAlignment],
    junctions: dict[tuple[Breakpoint, Breakpoint], Junction],
    loci: Loci,
) -> None:
    """Assign each spanning fragment to the best supported junction that it fits.

    Fragments that fit none are gathered per pair of genes into a junction of inexact place.
    """
    ranked = sorted(junctions.values(), key=lambda j: (-len(j.reads), j.donor, j.acceptor))
    crossing = {name for j in ranked for name in j.reads}
    placed: set[str] = set()
    homeless: dict[tuple[str, ...], list[ChimericAlignment]] = defaultdict(list)
    for alignment in spanning:
        if alignment.fragment in crossing:
            continue
        for home in ranked:
            fitting = next(
                (a for a in (alignment, alignment.reverse()) if _fits(a, home, loci)), None
            )
            if fitting is not None:
                _keep(home.spanning, _fragment(fitting))
                placed.add(alignment.fragment)
                break
        else:
            pair = (
                alignment.donor.chrom,
                alignment.donor.strand,
                loci.genes(alignment.donor),
                alignment.acceptor.chrom,
                alignment.acceptor.strand,
                loci.genes(alignment.acceptor),
            )
            homeless[pair].append(alignment)
    for alignments in homeless.values():
        rest = [a for a in alignments if a.fragment not in placed]
        while rest:
            near = [
                a
                for a in rest
                if loci.distance(a.donor, rest[0].donor) <= LONGEST_INSERT
                and loci.distance(a.acceptor, rest[0].acceptor) <= LONGEST_INSERT
            ]
            # The junction lies between the innermost ends of all pairs.
            donor = max((a.donor for a in near), key=lambda side: downstream(rest[0].donor, side))
            acceptor = min(
                (a.acceptor for a in near), key=lambda side: downstream(rest[0].acceptor, side)
            )
            junction = junctions.setdefault(
                (donor, acceptor), Junction(donor, acceptor, borders=0, exact=False)
            )
            for alignment in near:
                _keep(junction.spanning, _fragment(alignment))
            placed.update(junction.spanning)
            rest = [a for a in rest if a.fragment not in placed]


def _keep(fragments: dict[str, Fragment], fragment: Fragment) -> None:
    """Keep one alignment of a fragment, the same whatever the order they come in."""
    held = fragments.get(fragment.name)
    if held is None or fragment.key < held.key:
        fragments[fragment.name] = fragment


def gather(alignments: Iterable[ChimericAlignment], loci: Loci) -> list[Junction]:
    """Group the chimeric alignments of the target genes by junction, in a fixed order."""
    junctions: dict[tuple[Breakpoint, Breakpoint], Junction] = {}
    spanning: list[ChimericAlignment] = []
    for raw in alignments:
        if not (loci.in_target(raw.donor) or loci.in_target(raw.acceptor)):
            continue
        alignment = orient(raw, loci)
        if alignment.encompassing:
            spanning.append(alignment)
            continue
        donor, acceptor, borders = snap(alignment, loci)
        junction = junctions.setdefault((donor, acceptor), Junction(donor, acceptor, borders))
        _keep(junction.reads, _fragment(alignment))
    _absorb_misplaced(junctions)
    spanning.sort(key=lambda a: (a.fragment, a.donor, a.acceptor))
    _place_spanning(spanning, junctions, loci)
    return sorted(
        junctions.values(),
        key=lambda j: (-len(j.reads), -len(j.spanning), j.donor, j.acceptor),
    )


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


def find_junctions(
    chimeric: Iterable[Junction],
    joins: Iterable[tuple[Breakpoint, Breakpoint]],
    reads: TargetReads,
    loci: Loci,
) -> list[Junction]:
    """All junctions of the target genes with at least one fragment, best supported first.

    :param chimeric: what :func:`gather` made of the chimeric alignments.
    :param joins: joins from :func:`spliced_to_other_genes`.
    :param reads: the sample's reads at the target genes and at all these junctions.
    """
    gathered = list(chimeric)
    # Of a chimeric read the part at a target gene may be a hard-clipped supplementary record.
    reads.complete_pairs(name for j in gathered for name in (*j.reads, *j.spanning))
    doubtful = {name for j in gathered if needs_refinement(j) for name in j.reads}
    junctions = refine(gathered, reads.sequences(doubtful), loci.genome)
    fused = FusedTranscripts(junctions, loci)
    fused.add(reads.clipped())
    fused.add(reads.unmapped(TargetSeeds(loci)))
    junctions += reads.spliced(joins, loci)
    supported = [j for j in junctions if j.reads or j.spanning]
    return sorted(
        supported,
        key=lambda j: (-len(j.reads), -len(j.spanning), j.donor, j.acceptor),
    )


def places(chimeric: Iterable[Junction]) -> list[Breakpoint]:
    """Breakpoints whose reads :func:`find_junctions` needs.

    Single fragments join the most abundant genes of all by chance; the reads there would be
    millions, and nothing is laid on such junctions.
    """
    return [
        side
        for junction in chimeric
        if junction.exact and len(junction.reads) >= FEWEST_READS
        for side in (junction.donor, junction.acceptor)
    ]


def find_own(
    alignments: Iterable[ChimericAlignment],
    joins: Sequence[tuple[Breakpoint, Breakpoint]],
    claims: Iterable[CallerCall],
    bam: Path,
    folder: Path,
    regions: Iterable[tuple[str, int, int]],
    loci: Loci,
    threads: int = 1,
) -> tuple[list[Junction], TargetReads]:
    """The junctions of our own caller, and the reads that a verdict may rest on.

    The only step that needs the alignments of the whole sample, and no threshold bears on it.

    :param alignments: rows of ``Chimeric.out.junction``, any order.
    :param joins: joins of target genes to others that the aligner took for ordinary splices.
    :param claims: what the callers beside our own say; reads at their breakpoints are kept.
    :param bam: the sample's alignments, any order.
    :param folder: an existing folder for intermediate files.
    :param regions: further places to keep reads of, contig and 0-based half-open range.
    """
    chimeric = gather(alignments, loci)
    claimed = [
        side
        for call in claims
        if call.support >= FEWEST_READS
        for side in (call.breakpoint5, call.breakpoint3)
    ]
    reads = TargetReads(bam, folder, loci, [*places(chimeric), *claimed], regions, threads)
    return find_junctions(chimeric, joins, reads, loci), reads
