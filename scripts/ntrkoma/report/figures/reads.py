"""Reads at a junction: drawn under the fusion, and spelt out base by base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ntrkoma.report.figures.canvas import Canvas

# Bases on either side of the junction: as text a line must fit on A4, as bars fragments must.
TEXT_FLANK = 50


DRAWN_FLANK = 160


MOST_TEXT_READS = 30


MOST_DRAWN_FRAGMENTS = 40


_ROW, _BAR = 6, 4


@dataclass(frozen=True)
class Read:
    """A read on the fused sequence, in the transcript's orientation.

    ``start``: 0-based on the fused sequence, negative when it begins before it. ``crosses``:
    it reads across the junction itself. ``fragment`` is shared by mates.
    """

    start: int
    sequence: str
    crosses: bool
    fragment: int

    @property
    def end(self) -> int:
        """Index (0-based) after the last base."""
        return self.start + len(self.sequence)


@dataclass(frozen=True)
class JunctionReads:
    """The fused sequence around a junction, 5′ to 3′, and reads placed on it.

    ``left``: number of bases from the 5′ partner. ``right``: index (0-based) of the first base of
    the 3′ partner; between the two lie inserted bases.
    """

    sequence: str
    left: int
    right: int
    reads: tuple[Read, ...]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> JunctionReads:
        """From the record that comes with a sample's result.

        :raises ValueError: when the junction does not lie in the sequence.
        """
        sequence, left, right = given["sequence"].upper(), int(given["left"]), int(given["right"])
        if not 0 < left <= right < len(sequence):
            raise ValueError(
                f"the junction at {left}-{right} lies outside the {len(sequence)} bases given"
            )
        reads = []
        for read in given["reads"]:
            start, bases = int(read["start"]), read["sequence"].upper()
            crosses = read["kind"] == "junction" and start < left and start + len(bases) > right
            reads.append(Read(start, bases, crosses, int(read["fragment"])))
        return cls(sequence, left, right, tuple(sorted(reads, key=lambda r: (r.start, r.end))))

    @property
    def crossing(self) -> tuple[Read, ...]:
        """One read of each fragment across the junction, by their start.

        Where both mates cross it, the one that reaches farther into both genes.
        """
        farthest: dict[int, Read] = {}
        for read in self.reads:
            known = farthest.get(read.fragment)
            if read.crosses and (known is None or self.reach(read) > self.reach(known)):
                farthest[read.fragment] = read
        return tuple(sorted(farthest.values(), key=lambda read: (read.start, read.end)))

    def reach(self, read: Read) -> int:
        """Bases of a read on the side of the junction where it has fewer."""
        return min(self.left - read.start, read.end - self.right)

    def mismatches(self, read: Read) -> set[int]:
        """Positions (0-based, fused sequence) at which a read differs; N differs from nothing."""
        return {
            position
            for position, base in enumerate(read.sequence, read.start)
            if 0 <= position < len(self.sequence)
            and base not in {"N", self.sequence[position]}
            and self.sequence[position] != "N"
        }

    def part(self, position: int) -> str:
        """Which part a position lies in: ``five``, ``inserted`` or ``three``."""
        if position < self.left:
            return "five"
        return "inserted" if position < self.right else "three"


def spelt_line(reads: JunctionReads, read: Read | None, first: int, last: int) -> Markup:
    """One line of the alignment from ``first`` to ``last`` (0-based, last excluded).

    The fused sequence itself when ``read`` is None; bars stand at the borders of the parts.
    """
    letters: list[Markup] = []
    differing = reads.mismatches(read) if read else set()
    run, run_kind = "", ""

    def close() -> None:
        nonlocal run
        if run:
            pattern = {"mismatch": "<mark>{}</mark>", "": "{}"}.get(
                run_kind, f'<span class="{run_kind}">{{}}</span>'
            )
            letters.append(Markup(pattern).format(run))
        run = ""

    for position in range(first, last):
        if position in {reads.left, reads.right}:
            close()
            letters.append(Markup("|"))
        if read is None:
            base, kind = reads.sequence[position], reads.part(position)
        elif read.start <= position < read.end:
            base = read.sequence[position - read.start]
            kind = "mismatch" if position in differing else reads.part(position)
        else:
            base, kind = " ", ""
        if kind != run_kind:
            close()
            run_kind = kind
        run += base
    close()
    return Markup("").join(letters)


def spelt_alignment(given: Mapping[str, Any]) -> Markup:
    """Lines of text: the fused sequence and under it a read of each fragment across the junction.

    At most 30, those that reach farthest to both sides; mismatches are marked.
    """
    reads = JunctionReads.of(given)
    first = max(0, reads.left - TEXT_FLANK)
    last = min(len(reads.sequence), reads.right + TEXT_FLANK)

    shown = sorted(reads.crossing, key=reads.reach, reverse=True)[:MOST_TEXT_READS]
    shown.sort(key=lambda read: (read.start, read.end))
    head = Markup('<span class="name">sequence </span>') + spelt_line(reads, None, first, last)
    lines = [
        Markup('<span class="name">read {:>3} </span>{}').format(
            number, spelt_line(reads, read, first, last)
        )
        for number, read in enumerate(shown, 1)
    ]
    return Markup("\n").join([head, *lines])


def alignment_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the alignment shows in figures: how many reads are spelt out, how well they agree."""
    reads = JunctionReads.of(given)
    compared = sum(
        max(0, min(read.end, len(reads.sequence)) - max(read.start, 0)) for read in reads.crossing
    )
    differing = sum(len(reads.mismatches(read)) for read in reads.crossing)
    return {
        "spelt": min(len(reads.crossing), MOST_TEXT_READS),
        "compared": compared,
        "differing": differing,
        "share": differing / compared if compared else 0.0,
        "inserted": reads.sequence[reads.left : reads.right],
    }


def draw_reads(
    canvas: Canvas, given: Mapping[str, Any], x: float, y: float, width: float
) -> tuple[float, str]:
    """Fragments as bars on a magnified junction, from ``y`` on.

    :returns: the height used and a sentence on what is drawn.
    """
    reads = JunctionReads.of(given)
    first = max(0, reads.left - DRAWN_FLANK)
    last = min(len(reads.sequence), reads.right + DRAWN_FLANK)
    scale = width / (last - first)

    def at(position: float) -> float:
        return x + (min(max(position, first), last) - first) * scale

    parts = ((first, reads.left, "five"), (reads.left, reads.right, "inserted"))
    for begin, end, css in (*parts, (reads.right, last, "three")):
        if end > begin:
            canvas.rect(at(begin), y, at(end) - at(begin), 9, f"fill-{css}")
    for label, position in (("−100 nt", reads.left - 100), ("+100 nt", reads.right + 100)):
        if first < position < last:
            canvas.line(at(position), y - 3, at(position), y + 9, "thin")
            canvas.text(at(position), y - 6, label, "tiny", "middle")
    by_fragment: dict[int, list[Read]] = {}
    for read in reads.reads:
        by_fragment.setdefault(read.fragment, []).append(read)
    fragments = sorted(by_fragment.values(), key=lambda mates: min(read.start for read in mates))
    shown = fragments[:MOST_DRAWN_FRAGMENTS]
    row = y + 16
    for mates in shown:
        begin, end = min(read.end for read in mates), max(read.start for read in mates)
        if begin < end:
            canvas.line(at(begin), row + _BAR / 2, at(end), row + _BAR / 2, "mate-link")
        pale = "" if any(read.crosses for read in mates) else " pale"
        for read in mates:
            pieces = (
                (read.start, min(read.end, reads.left), "five"),
                (max(read.start, reads.left), min(read.end, reads.right), "inserted"),
                (max(read.start, reads.right), read.end, "three"),
            )
            for piece_begin, piece_end, css in pieces:
                if at(piece_end) > at(piece_begin) and piece_end > piece_begin:
                    left, right = at(piece_begin), at(piece_end)
                    canvas.rect(left, row, right - left, _BAR, f"fill-{css}{pale}")
            for position in sorted(reads.mismatches(read)):
                if first <= position < last:
                    canvas.rect(at(position), row - 0.5, max(scale, 1.5), _BAR + 1, "differs")
        row += _ROW
    canvas.line(at(reads.left), y - 4, at(reads.left), row + 2, "junction")
    if reads.right > reads.left:
        canvas.line(at(reads.right), y - 4, at(reads.right), row + 2, "junction")
    drawn = f"{len(shown)} of {len(fragments)}" if len(shown) < len(fragments) else str(len(shown))
    crossing = sum(any(read.crosses for read in mates) for mates in shown)
    words = (
        f"{drawn} supporting fragments are drawn: {crossing} with a read across the junction, "
        f"{len(shown) - crossing} that span it between their mates"
    )
    return row + 4 - y, words


def window_nt(given: Mapping[str, Any]) -> tuple[int, int]:
    """Bases (nt) drawn left and right of the junction by :func:`draw_reads`."""
    reads = JunctionReads.of(given)
    return min(reads.left, DRAWN_FLANK), min(len(reads.sequence) - reads.right, DRAWN_FLANK)
