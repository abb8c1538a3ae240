"""What single fragments show at a codon or over an indel region."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pysam

from ntrkoma.curated.codon_places import PlacedSite, Span, protein
from ntrkoma.curated.codon_sites import Kind
from ntrkoma.genome.sequence import reverse_complement, translate
from ntrkoma.model.duplicates import Copies, molecules

_MATCH, _INSERTION, _DELETION, _SKIP, _EQUAL, _MISMATCH = 0, 1, 2, 3, 7, 8


_PASSED_OVER = frozenset({5, 6})  # hard clips and padding use up neither read nor reference


class Reading(NamedTuple):
    """One reading of a site: the bases in codon order; ``change`` is "" for the reference
    residue, ``kind`` the class of an in-frame indel."""

    change: str
    bases: str
    kind: str = ""


class _Stretch:
    """A run of a read's alignment without a break.

    ``blocks``: (query offset, reference start, length). ``inserted``: (query offset, length,
    reference base before which they stand). ``deleted``: (reference start, length).
    """

    def __init__(self) -> None:
        self.blocks: list[tuple[int, int, int]] = []
        self.inserted: list[tuple[int, int, int]] = []
        self.deleted: list[Span] = []

    @property
    def first(self) -> int:
        return self.blocks[0][0]

    @property
    def last(self) -> int:
        return self.blocks[-1][0] + self.blocks[-1][2] - 1

    def query(self, position: int) -> int | None:
        """Query offset of a 0-based reference position, None where none is aligned."""
        for offset, start, length in self.blocks:
            if start <= position < start + length:
                return offset + position - start
        return None


class Reader:
    """Readings of single fragments at a site."""

    def __init__(self, thresholds: Mapping[str, float], copies: Copies, unique_quality: int):
        self._quality = thresholds["codon_min_base_quality"]
        self._trim = int(thresholds["codon_edge_trim"])
        self._copies, self._unique_quality = copies, unique_quality

    def read(self, bam: pysam.AlignmentFile, placed: PlacedSite) -> list[tuple[Reading, set[str]]]:
        """One reading per original fragment, with the names of all its copies that show it."""
        first = min(placed.positions) - 1
        fragments: dict[str, set[Reading]] = defaultdict(set)
        keys: dict[str, tuple[Any, ...]] = {}
        for record in bam.fetch(placed.chrom, first, first + 1):
            if not self._usable(record):
                continue
            reading = self._reading(record, placed)
            if reading is not None:
                name = record.query_name or ""
                fragments[name].add(reading)
                keys[name] = _fragment_key(record)
        # Mates that contradict each other say nothing.
        sure = {
            name: next(iter(readings)) for name, readings in fragments.items() if len(readings) == 1
        }
        found = []
        for names in molecules({name: keys[name] for name in sure}, self._copies):
            ranked = Counter(sure[name] for name in names).most_common(2)
            if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
                best = ranked[0][0]
                found.append((best, {name for name in names if sure[name] == best}))
        return found

    def _usable(self, record: pysam.AlignedSegment) -> bool:
        if record.is_unmapped or record.is_secondary or record.is_supplementary:
            return False
        # Who marked duplicates knew positions alone.
        if record.is_qcfail or (self._copies == Copies.POSITION and record.is_duplicate):
            return False
        if record.query_sequence is None or record.query_qualities is None:
            return False
        if record.has_tag("NH"):
            return record.get_tag("NH") == 1
        return record.mapping_quality >= self._unique_quality

    def _reading(self, record: pysam.AlignedSegment, placed: PlacedSite) -> Reading | None:
        region = placed.site.kind == Kind.INDEL_REGION
        for stretch in _stretches(record, placed, region):
            reading = (
                self._indel(record, stretch, placed)
                if region
                else self._codon(record, stretch, placed)
            )
            if reading is not None:
                return reading
        return None

    def _codon(
        self, record: pysam.AlignedSegment, stretch: _Stretch, placed: PlacedSite
    ) -> Reading | None:
        offsets = [stretch.query(position - 1) for position in placed.positions]
        present = [offset for offset in offsets if offset is not None]
        # Another annotated intron may part the codon's bases: then they are not one codon.
        if len(present) < 3 or max(present) - min(present) != 2:
            return None
        if (
            min(present) - stretch.first < self._trim
            or stretch.last - max(present) < self._trim
            or not self._good(record, present)
        ):
            return None
        bases = "".join(_read_base(record, offset, placed.strand) for offset in present)
        residue = translate(bases)
        if residue == "X":
            return None
        site = placed.site
        change = "" if residue == site.reference else f"p.{site.label}{residue}"
        return Reading(change, bases)

    def _indel(
        self, record: pysam.AlignedSegment, stretch: _Stretch, placed: PlacedSite
    ) -> Reading | None:
        low, high = min(placed.positions) - 1, max(placed.positions) - 1
        before = sum(max(0, min(n, low - start)) for _, start, n in stretch.blocks)
        after = sum(max(0, min(n, start + n - 1 - high)) for _, start, n in stretch.blocks)
        if before < self._trim or after < self._trim:
            return None
        region = range(low, high + 1)
        aligned = [q for p in region if (q := stretch.query(p)) is not None]
        gone = sum(
            max(0, min(start + n, high + 1) - max(start, low)) for start, n in stretch.deleted
        )
        if len(aligned) + gone < len(region):
            return None  # an intron of another transcript skips part of the region
        if not (stretch.inserted or stretch.deleted):
            return Reading("", "")
        aligned += [q for start, n, _ in stretch.inserted for q in range(start, start + n)]
        if not self._good(record, aligned):
            return None
        net = sum(n for _, n, _ in stretch.inserted) - sum(n for _, n in stretch.deleted)
        return _in_frame(record, stretch, placed, net) if net % 3 == 0 else Reading("", "")

    def _good(self, record: pysam.AlignedSegment, offsets: Iterable[int]) -> bool:
        qualities = record.query_qualities
        assert qualities is not None
        return all(qualities[offset] >= self._quality for offset in offsets)


def _read_base(record: pysam.AlignedSegment, offset: int, strand: str) -> str:
    sequence = record.query_sequence
    assert sequence is not None
    base = sequence[offset].upper()
    return base if strand == "+" else reverse_complement(base)


def _in_frame(
    record: pysam.AlignedSegment, stretch: _Stretch, placed: PlacedSite, net: int
) -> Reading | None:
    """An in-frame indel, named by the residues that the read codes for over the region; None if
    a base of it was not read."""
    site = placed.site
    kind = f"in-frame {'deletion' if net < 0 else 'insertion' if net > 0 else 'exchange'}"
    low, high = min(placed.positions) - 1, max(placed.positions) - 1
    begin, end = stretch.query(low), stretch.query(high)
    if begin is None or end is None:
        return Reading(f"{kind} of {abs(net)} nt across the edge of codons {site.label}", "", kind)
    # Bases inserted right before or behind the region belong to it.
    for start, length, position in stretch.inserted:
        if position == low:
            begin = start
        elif position == high + 1:
            end = start + length - 1
    assert record.query_sequence is not None
    bases = record.query_sequence[begin : end + 1].upper()
    if placed.strand == "-":
        bases = reverse_complement(bases)
    read = protein(bases)
    if "X" in read:
        return None
    name = protein_indel(site.reference, read, site.first, placed.before, placed.after)
    return Reading(name, bases if name else "", kind)


def protein_indel(reference: str, read: str, first: int, before: str, after: str) -> str:
    """HGVS name of the change from ``reference`` to ``read`` residues, "" if they are the same.

    The change is put as far towards the C-terminus as it goes, as HGVS asks.

    :param first: number of the first residue of ``reference``.
    :param before: the residue before ``reference``; ``after``: the one behind it.
    """
    if read == reference:
        return ""
    head = 0
    while head < min(len(reference), len(read)) and reference[head] == read[head]:
        head += 1
    tail = 0
    while (
        tail < min(len(reference), len(read)) - head
        and reference[len(reference) - 1 - tail] == read[len(read) - 1 - tail]
    ):
        tail += 1
    gone = reference[head : len(reference) - tail]
    came = read[head : len(read) - tail]

    def named(index: int) -> str:
        residue = (before + reference + after)[index + len(before)]
        return f"{residue}{first + index}"

    def span(start: int, length: int) -> str:
        return named(start) if length == 1 else f"{named(start)}_{named(start + length - 1)}"

    if gone and came:
        return f"p.{span(head, len(gone))}delins{came}"
    if gone:
        return f"p.{span(head, len(gone))}del"
    if came == reference[head - len(came) : head] and head >= len(came):
        return f"p.{span(head - len(came), len(came))}dup"
    if (head == 0 and not before) or (head == len(reference) and not after):
        return f"p.{first + head - 1}_{first + head}ins{came}"
    return f"p.{named(head - 1)}_{named(head)}ins{came}"


def _stretches(
    record: pysam.AlignedSegment, placed: PlacedSite, region: bool
) -> Iterable[_Stretch]:
    """Unbroken parts of an alignment; in a region, indels that touch it do not break."""
    low, high = min(placed.positions) - 1, max(placed.positions) - 1
    offset, position = 0, record.reference_start
    stretch = _Stretch()
    for operation, length in record.cigartuples or []:
        broken = False
        if operation in (_MATCH, _EQUAL, _MISMATCH):
            stretch.blocks.append((offset, position, length))
            offset += length
            position += length
        elif operation == _INSERTION:
            if region and stretch.blocks and low <= position <= high + 1:
                stretch.inserted.append((offset, length, position))
            else:
                broken = True
            offset += length
        elif operation in (_DELETION, _SKIP):
            gap = (position, position + length)
            if operation == _SKIP and gap in placed.introns:
                pass
            elif region and stretch.blocks and _is_deletion(gap, operation, placed, low, high):
                stretch.deleted.append((position, length))
            else:
                broken = True
            position += length
        elif operation not in _PASSED_OVER:
            broken = True
            offset += length
        if broken and stretch.blocks:
            yield stretch
            stretch = _Stretch()
        elif broken:
            stretch = _Stretch()
    if stretch.blocks:
        yield stretch


def _is_deletion(gap: Span, operation: int, placed: PlacedSite, low: int, high: int) -> bool:
    """Whether a gap (0-based half-open) takes bases of the region and stays in its exon."""
    if gap[0] > high or gap[1] <= low:
        return False
    # Aligners call a long gap an intron; an exon's inside has none.
    inside = placed.exon_span[0] - 1 < gap[0] and gap[1] < placed.exon_span[1]
    return operation == _DELETION or inside


def _fragment_key(record: pysam.AlignedSegment) -> tuple[Any, ...]:
    """What copies of one fragment share: start, end, orientation and UMI; the same for mates."""
    umi = record.get_tag("RX") if record.has_tag("RX") else ""
    if not record.is_paired:
        return (record.reference_start, record.reference_end, record.is_reverse, umi)
    first_reverse = record.is_reverse if record.is_read1 else record.mate_is_reverse
    if record.template_length and record.next_reference_id == record.reference_id:
        start = min(record.reference_start, record.next_reference_start)
        return (start, start + abs(record.template_length), first_reverse, umi)
    mate = (record.next_reference_id, record.next_reference_start)
    own = (record.reference_start, record.reference_end)
    return (own, mate, record.is_read1, record.is_reverse, umi)
