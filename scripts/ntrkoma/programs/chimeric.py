"""STAR's ``Chimeric.out.junction`` (multi-mapping format, STAR >= 2.7.2): one row, one alignment.

Source of the column meanings: STAR manual, "Chimeric alignments in Chimeric.out.junction". STAR
gives the first base of the *intron* on either side; here the first base inside the exon is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ntrkoma.errors import InputError
from ntrkoma.model.junction import Breakpoint

_CIGAR = re.compile(r"(-?\d+)([MIDNSHp=X])")


_REQUIRED = (
    "chr_donorA",
    "brkpt_donorA",
    "strand_donorA",
    "chr_acceptorB",
    "brkpt_acceptorB",
    "strand_acceptorB",
    "junction_type",
    "repeat_left_lenA",
    "repeat_right_lenB",
    "read_name",
    "start_alnA",
    "cigar_alnA",
    "start_alnB",
    "cigar_alnB",
    "num_chim_aln",
)


_SIDES = (("chr_donorA", "brkpt_donorA"), ("chr_acceptorB", "brkpt_acceptorB"))


# STAR's codes of what lies inside the junction; 0 is any other motif.
ENCOMPASSING = -1
GT_AG = 1
CT_AC = 2


@dataclass(frozen=True)
class Segment:
    """One aligned part of a fragment on the genome.

    ``blocks``: gapless aligned stretches, (start, end) 1-based inclusive, ascending.
    ``clip_left``/``clip_right``: soft-clipped nt at the genomic left and right end.
    ``mates``: per mate in genomic order, read bases (left clip, used by the alignment, right clip).
    """

    blocks: tuple[tuple[int, int], ...]
    clip_left: int
    clip_right: int
    mates: tuple[tuple[int, int, int], ...]

    @property
    def start(self) -> int:
        """Lowest aligned position (1-based)."""
        return self.blocks[0][0]

    @property
    def end(self) -> int:
        """Highest aligned position (1-based)."""
        return self.blocks[-1][1]

    @property
    def aligned(self) -> int:
        """Aligned bases in nt."""
        return sum(end - start + 1 for start, end in self.blocks)


def parse_segment(start: int, cigar: str) -> Segment:
    """Place a CIGAR of STAR on the genome; ``start`` is the 1-based first aligned base.

    STAR's ``p`` is the gap between the mates and may be negative when they overlap.

    :raises ValueError: when no base is aligned.
    """
    blocks: list[tuple[int, int]] = []
    mates: list[tuple[int, int, int]] = []
    position = start
    left = used = right = 0
    for length_text, operation in _CIGAR.findall(cigar):
        length = int(length_text)
        if operation in "M=X":
            blocks.append((position, position + length - 1))
            position += length
            used += length
        elif operation == "I":
            used += length
        elif operation in "DN":
            position += length
        elif operation == "p":
            position += length
            mates.append((left, used, right))
            left = used = right = 0
        elif used:
            right += length
        else:
            left += length
    mates.append((left, used, right))
    if not blocks:
        raise ValueError(f"CIGAR {cigar!r} aligns nothing")
    merged: list[tuple[int, int]] = []
    for block in sorted(blocks):
        if merged and block[0] <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], block[1]))
        else:
            merged.append(block)
    return Segment(tuple(merged), mates[0][0], mates[-1][2], tuple(mates))


@dataclass(frozen=True)
class ChimericAlignment:
    """One chimeric alignment of a fragment, read 5′→3′ along the fragment.

    ``donor``/``acceptor``: last base before and first base after the junction (1-based), for
    encompassing rows the innermost aligned bases. ``shift_left``/``shift_right``: how far (nt)
    the junction can move 5′ and 3′ along the fragment without changing the alignment.
    ``flipped`` tells that the row was turned round; with ``read_strand`` it keeps duplicates of
    opposite mate order apart.
    """

    donor: Breakpoint
    acceptor: Breakpoint
    junction_type: int
    shift_left: int
    shift_right: int
    fragment: str
    donor_segment: Segment
    acceptor_segment: Segment
    loci: int
    flipped: bool = False

    @property
    def encompassing(self) -> bool:
        """Whether the junction lies between the mates, unread."""
        return self.junction_type == ENCOMPASSING

    def reverse(self) -> ChimericAlignment:
        """The same fragment read from its other strand."""
        motif = {GT_AG: CT_AC, CT_AC: GT_AG}.get(self.junction_type, self.junction_type)
        return replace(
            self,
            donor=self.acceptor.opposite(),
            acceptor=self.donor.opposite(),
            junction_type=motif,
            shift_left=self.shift_right,
            shift_right=self.shift_left,
            donor_segment=self.acceptor_segment,
            acceptor_segment=self.donor_segment,
            flipped=not self.flipped,
        )

    def outer_ends(self) -> tuple[int, int]:
        """Unclipped outermost positions (1-based) at the 5′ and 3′ end of the fragment."""
        donor, acceptor = self.donor_segment, self.acceptor_segment
        five = (
            donor.start - donor.clip_left
            if self.donor.strand == "+"
            else donor.end + donor.clip_right
        )
        three = (
            acceptor.end + acceptor.clip_right
            if self.acceptor.strand == "+"
            else acceptor.start - acceptor.clip_left
        )
        return five, three

    def inserted_length(self) -> int:
        """Read bases (nt) between the two parts that align to neither; 0 in encompassing rows."""
        if self.encompassing:
            return 0
        if self.donor.strand == "+":
            left, used, _ = self.donor_segment.mates[-1]
            before = left + used
        else:
            _, used, right = self.donor_segment.mates[0]
            before = used + right
        if self.acceptor.strand == "+":
            skipped = self.acceptor_segment.mates[0][0]
        else:
            skipped = self.acceptor_segment.mates[-1][2]
        return max(0, skipped - before)

    def anchors(self) -> tuple[int, int]:
        """Aligned nt on the 5′ and the 3′ side of the junction."""
        return self.donor_segment.aligned, self.acceptor_segment.aligned


def parse_chimeric_junctions(
    lines: Iterable[str], source: str, wanted: Callable[[str, int], bool] | None = None
) -> Iterator[ChimericAlignment]:
    """Rows of a ``Chimeric.out.junction``; a file with a header only, or none, yields nothing.

    :param source: name of the file, for messages.
    :param wanted: contig and position (1-based) of a side that is asked for; rows without one are
        not parsed further, which spares minutes on a deep sample. None takes all rows.
    :raises InputError: when the header or a row is not of the multi-mapping format.
    """
    columns: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or not line.strip():
            continue
        fields = line.rstrip("\n").split("\t")
        if not columns:
            columns = {name: index for index, name in enumerate(fields)}
            missing = [name for name in _REQUIRED if name not in columns]
            if missing:
                raise InputError(
                    f"{source}, line {number}: the header lacks {', '.join(missing)}; run STAR "
                    ">= 2.7.2 with --chimMultimapNmax above 0 and --chimOutType Junctions."
                )
            continue
        try:
            if wanted is None or any(
                wanted(fields[columns[chrom]], int(fields[columns[pos]])) for chrom, pos in _SIDES
            ):
                yield _row(fields, columns)
        except (IndexError, ValueError) as error:
            raise InputError(
                f"{source}, line {number}: not a chimeric junction ({error}); the file is damaged "
                "or truncated, delete it and run the alignment again."
            ) from error


def _row(fields: list[str], columns: dict[str, int]) -> ChimericAlignment:
    def text(name: str) -> str:
        return fields[columns[name]]

    def number(name: str) -> int:
        return int(fields[columns[name]])

    donor_strand, acceptor_strand = text("strand_donorA"), text("strand_acceptorB")
    if not {donor_strand, acceptor_strand} <= {"+", "-"}:
        raise ValueError(f"strands {donor_strand!r} and {acceptor_strand!r}")
    donor_pos, acceptor_pos = number("brkpt_donorA"), number("brkpt_acceptorB")
    return ChimericAlignment(
        donor=Breakpoint(
            text("chr_donorA"), donor_pos + (-1 if donor_strand == "+" else 1), donor_strand
        ),
        acceptor=Breakpoint(
            text("chr_acceptorB"),
            acceptor_pos + (1 if acceptor_strand == "+" else -1),
            acceptor_strand,
        ),
        junction_type=number("junction_type"),
        shift_left=number("repeat_left_lenA"),
        shift_right=number("repeat_right_lenB"),
        fragment=text("read_name"),
        donor_segment=parse_segment(number("start_alnA"), text("cigar_alnA")),
        acceptor_segment=parse_segment(number("start_alnB"), text("cigar_alnB")),
        loci=number("num_chim_aln"),
    )
