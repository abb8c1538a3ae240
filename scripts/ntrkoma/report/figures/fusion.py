"""The figure of a fusion: both genes, the fused transcript, its protein and the reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from ntrkoma.genome.transcripts import Transcript
from ntrkoma.report.figures.canvas import Canvas, clipped, text_width
from ntrkoma.report.figures.reads import draw_reads, window_nt

WIDTH, LEFT, RIGHT, MIDDLE = 960.0, 96.0, 6.0, 48.0


# Stretches of one kind in one exon that are longer (nt) are drawn this long and marked as cut:
# the 17 kb 3′ UTR of NTRK3 would leave no room for its 20 exons.
LONGEST_CODING, LONGEST_UNTRANSLATED = 900, 160


# Unspliced bases of an intron that a junction takes along.
LONGEST_INTRONIC = 160


_TALL, _FLAT = 24.0, 12.0


_LABEL, _TINY = 13.0, 11.0


def model_of(identifier: str, given: Mapping[str, Any]) -> Transcript:
    """A transcript from the record that comes with a sample's result.

    :raises ValueError: when it has no exon.
    """
    exons = tuple((min(exon), max(exon)) for exon in given["exons"])
    if not exons:
        raise ValueError(f"{identifier} has no exon")
    cds = given["cds"]
    return Transcript(
        transcript_id=identifier,
        gene_id="",
        gene=given["gene"],
        chrom=given["chrom"],
        strand=given["strand"],
        exons=exons,
        cds=(min(cds), max(cds)) if cds else None,
    )


@dataclass(frozen=True)
class Segment:
    """A stretch of one exon that is all coding or all untranslated.

    ``first``, ``last``: genomic, 1-based, first transcribed base first. ``exon`` is None for
    unspliced bases of an intron.
    """

    exon: int | None
    first: int
    last: int
    coding: bool

    @property
    def length(self) -> int:
        """Length in nt."""
        return abs(self.last - self.first) + 1

    @property
    def drawn(self) -> int:
        """Length (nt) it is drawn with."""
        longest = LONGEST_CODING if self.coding else LONGEST_UNTRANSLATED
        return min(self.length, LONGEST_INTRONIC if self.exon is None else longest)

    def holds(self, pos: int) -> bool:
        """Whether genomic ``pos`` lies in it."""
        return min(self.first, self.last) <= pos <= max(self.first, self.last)

    def share_before(self, pos: int) -> float:
        """Share (0-1) of it that lies 5′ of genomic ``pos``, which it holds."""
        return abs(pos - self.first) / self.length


def segments(transcript: Transcript) -> list[Segment]:
    """All exons, split where the coding sequence begins and ends, in order of transcription."""
    found = []
    forward = transcript.strand == "+"
    for number, (start, end) in enumerate(transcript.exons, 1):
        pieces: list[tuple[int, int, bool]] = []
        low, high = transcript.cds or (end + 1, end)
        if start < low:
            pieces.append((start, min(end, low - 1), False))
        if max(start, low) <= min(end, high):
            pieces.append((max(start, low), min(end, high), True))
        if end > high and low <= end and transcript.cds:
            pieces.append((max(start, high + 1), end, False))
        for piece_start, piece_end, coding in pieces if forward else reversed(pieces):
            ends = (piece_start, piece_end) if forward else (piece_end, piece_start)
            found.append(Segment(number, *ends, coding))
    return found


def carried(transcript: Transcript, pos: int, *, five: bool) -> list[Segment]:
    """What the fused transcript takes of a gene, up to (5′) or from (3′) genomic ``pos``."""
    sign = 1 if transcript.strand == "+" else -1
    kept = []
    for segment in segments(transcript):
        before, after = sign * segment.last < sign * pos, sign * segment.first > sign * pos
        if segment.holds(pos):
            first, last = (segment.first, pos) if five else (pos, segment.last)
            kept.append(Segment(segment.exon, first, last, segment.coding))
        elif (before and five) or (after and not five):
            kept.append(segment)
    if transcript.exon_at(pos) is None and kept:
        if five:
            kept.append(Segment(None, kept[-1].last + sign, pos, False))
        else:
            kept.insert(0, Segment(None, pos, kept[0].first - sign, False))
    return kept


@dataclass(frozen=True)
class Partner:
    """One side of the fusion, ready to draw; ``model`` is None outside known transcripts."""

    five: bool
    gene: str
    transcript: str
    exon: int | None
    place: str
    pos: int
    model: Transcript | None

    @property
    def css(self) -> str:
        """Class of its colour."""
        return "five" if self.five else "three"

    @property
    def kept(self) -> list[Segment]:
        """Its stretches of the fused transcript."""
        return carried(self.model, self.pos, five=self.five) if self.model else []


def partners(fusion: Mapping[str, Any], models: Mapping[str, Any]) -> tuple[Partner, Partner]:
    """Both sides of a published fusion; antisense and intergenic sides have no model."""

    def partner(side: str) -> Partner:
        breakpoint_, details = fusion[f"breakpoint{side}"], fusion[f"side{side}"]
        transcript = fusion[f"transcript{side}"]
        model = None
        if transcript and details["sense"]:
            model = model_of(transcript, models[transcript])
        return Partner(
            five=side == "5",
            gene=fusion[f"gene{side}"] or "no gene",
            transcript=details["refseq"] or transcript or "",
            exon=fusion[f"exon{side}"],
            place=f"{breakpoint_['chrom']}:{breakpoint_['pos']:,} ({breakpoint_['strand']})",
            pos=breakpoint_["pos"],
            model=model,
        )

    return partner("5"), partner("3")


@dataclass(frozen=True)
class Track:
    """Stretches laid out along x: (segment, left, right)."""

    placed: tuple[tuple[Segment, float, float], ...]

    @classmethod
    def lay(cls, stretches: Iterable[Segment], x: float, width: float, gap: float) -> Track:
        """To scale from ``x`` over ``width`` px; exons ``gap`` px apart."""
        items = list(stretches)
        breaks = sum(a.exon != b.exon for a, b in pairwise(items))
        scale = (width - gap * breaks) / max(1, sum(item.drawn for item in items))
        placed = []
        previous: Segment | None = None
        for item in items:
            if previous and previous.exon != item.exon:
                x += gap
            placed.append((item, x, x + item.drawn * scale))
            x += item.drawn * scale
            previous = item
        return cls(tuple(placed))

    @property
    def scale(self) -> float:
        """Pixels per nt."""
        segment, left, right = self.placed[0]
        return (right - left) / segment.drawn

    def ends(self) -> tuple[float, float]:
        """Left and right end."""
        return self.placed[0][1], self.placed[-1][2]

    def x_of(self, pos: int, *, after: bool = False) -> float | None:
        """x of a genomic position's left edge, or of its right edge; None where not drawn."""
        for segment, left, right in self.placed:
            if segment.holds(pos):
                share = segment.share_before(pos) + (1 / segment.length if after else 0)
                return left + share * (right - left)
        return None


def _exon_numbers(track: Track, bold: int | None) -> Iterator[tuple[float, int]]:
    """(x, number) of the exon numbers for which there is room, the junction's exon first."""
    spans: dict[int, tuple[float, float]] = {}
    for segment, left, right in track.placed:
        if segment.exon is not None:
            spans[segment.exon] = (spans.get(segment.exon, (left, right))[0], right)
    ends = [min(spans), max(spans)] if spans else []
    first = [bold] if bold in spans and bold is not None else []
    taken: list[tuple[float, float]] = []
    for number in dict.fromkeys([*first, *ends, *spans]):
        centre = sum(spans[number]) / 2
        half = text_width(str(number), _TINY) / 2 + 2
        if all(centre + half <= low or centre - half >= high for low, high in taken):
            taken.append((centre - half, centre + half))
            yield centre, number


def _draw_exons(canvas: Canvas, track: Track, middle: float, css: str) -> None:
    """Coding stretches tall, the others flat; those that are cut carry two strokes."""
    for segment, left, right in track.placed:
        height = _TALL if segment.coding else _FLAT
        canvas.rect(left, middle - height / 2, max(right - left, 0.8), height, css)
        if segment.drawn < segment.length:
            centre = (left + right) / 2
            for shift in (-2, 2):
                canvas.line(
                    centre + shift - 2, middle + 8, centre + shift + 2, middle - 8, "cut-mark"
                )


def _draw_gene(
    canvas: Canvas, partner: Partner, x: float, width: float, y: float
) -> tuple[tuple[float, float], float]:
    """One gene; returns the x range of what the fusion carries and x of the breakpoint."""
    where = "5′" if partner.five else "3′"
    canvas.text(x, y, f"{where}  {clipped(partner.gene, 24)}", f"strong text-{partner.css}")
    middle = y + 46
    if partner.model is None:
        canvas.rect(x, middle - _FLAT / 2, width, _FLAT, "hollow")
        canvas.text(
            x + width / 2, middle - 12, "no transcript is read here in sense", "soft", "middle"
        )
        canvas.text(x + width / 2, middle + 38, clipped(partner.place, 48), "soft", "middle")
        edge = x + width if partner.five else x
        return (x, x + width), edge
    count = len(partner.model.exons)
    name = f"{clipped(partner.transcript, 24)} · {count} exon{'s' if count > 1 else ''}"
    canvas.text(x + width, y, name, "soft", "end")
    stretches = segments(partner.model)
    gap = max(2.0, min(12.0, 0.3 * width / max(1, count - 1)))
    track = Track.lay(stretches, x, width, gap)
    canvas.line(x, middle, x + width, middle, "intron")
    _draw_exons(canvas, track, middle, "hollow")
    sign = 1 if partner.model.strand == "+" else -1
    inner: list[tuple[Segment, float, float]] = []
    for segment, left, right in track.placed:
        if segment.holds(partner.pos):
            inside = segment.share_before(partner.pos) + (1 / segment.length if partner.five else 0)
            cut = left + inside * (right - left)
            inner.append((segment, *((left, cut) if partner.five else (cut, right))))
        elif (sign * segment.last < sign * partner.pos) == partner.five:
            inner.append((segment, left, right))
    _draw_exons(canvas, Track(tuple(inner)), middle, f"fill-{partner.css}")
    for centre, number in _exon_numbers(track, partner.exon):
        css = "tiny strong" if number == partner.exon else "tiny"
        canvas.text(centre, middle + 27, str(number), css, "middle")
    if inner:
        span = (inner[0][1], inner[-1][2])
    else:
        edge = x if partner.five else x + width
        span = (edge, edge)
    edge = span[1] if partner.five else span[0]
    if partner.model.exon_at(partner.pos) is None:
        edge += gap / 2 if partner.five else -gap / 2
    canvas.line(edge, middle - 20, edge, middle + 16, "junction")
    low, high = x + text_width(partner.place, _TINY) / 2, x + width
    high -= text_width(partner.place, _TINY) / 2
    canvas.text(
        min(max(edge, low), high), middle + 43, clipped(partner.place, 48), "tiny", "middle"
    )
    return span, edge


@dataclass(frozen=True)
class _Block:
    """A domain on the fused transcript: its x range and how it is labelled."""

    left: float
    right: float
    label: str
    css: str


def _domain_css(name: str) -> str:
    return {"kinase": "domain kinase", "transmembrane": "domain membrane"}.get(name, "domain other")


def _domain_blocks(
    fusion: Mapping[str, Any],
    models: Mapping[str, Any],
    sides: tuple[Partner, Partner],
    tracks: tuple[Track | None, Track | None],
) -> list[_Block]:
    """Domains that the fused transcript encodes, placed through their codons."""
    blocks = []
    for domain in fusion["domains"]:
        for side, track in zip(sides, tracks, strict=True):
            if track is None or domain["gene"] != side.gene or domain["retained"] == "absent":
                continue
            given = models.get(domain["transcript"])
            if given is None:
                continue
            transcript = model_of(domain["transcript"], given)
            codons = transcript.residues_to_genome(domain["first"], domain["last"])
            drawn = [pos for pos in codons if track.x_of(pos) is not None]
            if not drawn:
                continue
            left, right = track.x_of(drawn[0]), track.x_of(drawn[-1], after=True)
            if left is None or right is None:
                continue
            name = domain["domain"].replace("_", " ")
            if domain["retained"] == "partial":
                name += f" ({100 * domain['fraction']:.0f}%)"
            blocks.append(_Block(left, right, name, _domain_css(domain["domain"])))
    return sorted(blocks, key=lambda block: block.left)


def _residue_marks(
    fusion: Mapping[str, Any], models: Mapping[str, Any], track: Track | None, target: str
) -> list[float]:
    """x of the key residues that the fused transcript encodes."""
    transcripts = {
        domain["transcript"]
        for domain in fusion["domains"]
        if domain["gene"] == target and domain["domain"] == "kinase"
    }
    marks: list[float] = []
    for identifier in transcripts & set(models):
        transcript = model_of(identifier, models[identifier])
        for residue in fusion["key_residues"]:
            # One residue (K544) or a stretch (516-524), of which the middle is marked.
            numbers = [int(digits) for digits in re.findall(r"\d+", residue["residue"])]
            if not (residue["retained"] and numbers and track):
                continue
            middle = (numbers[0] + numbers[-1]) // 2
            x = track.x_of(transcript.residues_to_genome(middle, middle)[1])
            if x is not None:
                marks.append(x)
    return marks


def _draw_domains(
    canvas: Canvas, blocks: list[_Block], y: float, height: float, *, read: bool
) -> float:
    """Blocks on the protein; labels inside where there is room, else below on up to three lines.

    :returns: the y under everything drawn.
    """
    ends = [float("-inf")] * 3
    lowest = y + height
    for block in blocks:
        css = block.css if read else "unread"
        canvas.rect(block.left, y, max(block.right - block.left, 1.5), height, css)
        label = clipped(block.label, 32)
        room = text_width(label, _TINY)
        centre = (block.left + block.right) / 2
        if read and block.right - block.left > room + 4:
            canvas.text(centre, y + height / 2 + 4, label, "tiny inside", "middle")
            continue
        centre = min(max(centre, LEFT + room / 2), WIDTH - RIGHT - room / 2)
        level = next((n for n, end in enumerate(ends) if centre - room / 2 > end + 4), 2)
        ends[level] = centre + room / 2
        base = y + height + 13 + 13 * level
        canvas.line((block.left + block.right) / 2, y + height, centre, base - 9, "thin")
        canvas.text(centre, base, label, "tiny", "middle")
        lowest = max(lowest, base + 3)
    return lowest


def _coding_start(track: Track) -> float | None:
    return next((left for segment, left, _ in track.placed if segment.coding), None)


def _coding_end(track: Track) -> float | None:
    return next((right for segment, _, right in reversed(track.placed) if segment.coding), None)


def _draw_protein(
    canvas: Canvas,
    fusion: Mapping[str, Any],
    tracks: tuple[Track | None, Track | None],
    blocks: list[_Block],
    y: float,
) -> tuple[float, str]:
    """The predicted protein under the transcript, in register with it.

    :returns: the y below it, and a sentence about it.
    """
    height = 20.0
    five, three = tracks
    start5 = _coding_start(five) if five else None
    end3 = _coding_end(three) if three else None
    join5 = five.ends()[1] if five else LEFT
    join3 = three.ends()[0] if three else WIDTH - RIGHT
    frame = fusion["frame"]
    if frame == "in_frame" and start5 is not None and end3 is not None:
        canvas.rect(start5, y + 4, join5 - start5, height - 8, "fill-five")
        canvas.rect(join5, y + 4, join3 - join5, height - 8, "fill-inserted")
        canvas.rect(join3, y + 4, end3 - join3, height - 8, "fill-three")
        length = fusion["protein_length"]
        words = "one reading frame across the junction"
        if length is not None:
            words += f", predicted protein of {length} amino acids"
            label = f"{length} aa"
            end = min(end3 + 6, WIDTH - RIGHT - text_width(label, _TINY))
            beside = end3 + 6 <= end
            canvas.text(end, y + (14 if beside else -4), label, "tiny")
        return _draw_domains(canvas, blocks, y, height, read=True), words
    if frame == "utr5_start_retained" and three and end3 is not None:
        start3 = _coding_start(three) or join3
        canvas.rect(start3, y + 4, end3 - start3, height - 8, "fill-three")
        words = "the 3′ gene keeps its own start codon and reading frame"
        return _draw_domains(canvas, blocks, y, height, read=True), words
    if frame == "out_of_frame" and start5 is not None:
        canvas.rect(start5, y + 4, join5 - start5, height - 8, "fill-five")
        canvas.polygon([(join5, y), (join5 + 12, y + height / 2), (join5, y + height)], "broken")
        words = "the reading frame is lost at the junction"
    else:
        words = {
            "no_cds": "no joint reading frame, so no protein is predicted",
            "unknown": "the reading frame is not known, so no protein is predicted",
        }.get(frame, "no protein can be drawn")
    encoded = [block for block in blocks if "kinase" in block.css or block.right > join5]
    lowest = _draw_domains(canvas, encoded, y, height, read=False)
    canvas.text(LEFT, lowest + 13, words[0].upper() + words[1:] + ".", "tiny strong")
    return lowest + 17, words


def _exon_words(partner: Partner) -> str:
    """Such as ``ETV6 exons 1 to 5 of 8``."""
    if partner.model is None:
        return f"{partner.gene} at {partner.place}, outside any transcript"
    numbers = [segment.exon for segment in partner.kept if segment.exon is not None]
    total = len(partner.model.exons)
    if not numbers:
        return f"{partner.gene}, none of its {total} exons whole"
    first, last = min(numbers), max(numbers)
    exons = f"exon {first}" if first == last else f"exons {first} to {last}"
    return f"{partner.gene} {exons} of {total}"


def fusion_figure(
    fusion: Mapping[str, Any],
    models: Mapping[str, Any],
    alignment: Mapping[str, Any] | None,
    identifier: str,
) -> Markup:
    """Genes, fused transcript, protein and reads of one published fusion as SVG.

    :param models: gene models by transcript id.
    :param alignment: the junction's reads, or None when there are none.
    :param identifier: unique on the page.
    """
    canvas = Canvas(WIDTH)
    five, three = sides = partners(fusion, models)
    plot = WIDTH - LEFT - RIGHT
    half = (plot - MIDDLE) / 2
    for label, y in (("Genes", 66.0), ("Fused", 168.0)):
        canvas.text(0, y, label, "row")
    canvas.text(0, 184, "transcript", "row")
    span5, edge5 = _draw_gene(canvas, five, LEFT, half, 18)
    span3, edge3 = _draw_gene(canvas, three, LEFT + half + MIDDLE, half, 18)

    # The fused transcript: both parts on one scale.
    kept5, kept3, inserted = five.kept, three.kept, fusion["inserted"]
    drawn = sum(segment.drawn for segment in (*kept5, *kept3)) + len(inserted)
    unknown = 60.0
    room = plot - unknown * (not kept5) - unknown * (not kept3)
    scale = room / max(drawn, 1)
    width5 = sum(segment.drawn for segment in kept5) * scale if kept5 else unknown
    width3 = sum(segment.drawn for segment in kept3) * scale if kept3 else unknown
    join5, join3 = LEFT + width5, WIDTH - RIGHT - width3
    top, middle = 150.0, 172.0
    canvas.polygon([(span5[0], 112), (edge5, 112), (join5, top), (LEFT, top)], "ribbon-five")
    canvas.polygon(
        [(edge3, 112), (span3[1], 112), (WIDTH - RIGHT, top), (join3, top)], "ribbon-three"
    )
    tracks: list[Track | None] = []
    for side, kept, x, width in ((five, kept5, LEFT, width5), (three, kept3, join3, width3)):
        if not kept:
            canvas.rect(x, middle - _FLAT / 2, width, _FLAT, "hollow")
            canvas.text(x + width / 2, middle + 4, "?", "tiny", "middle")
            tracks.append(None)
            continue
        track = Track.lay(kept, x, width, 0)
        tracks.append(track)
        _draw_exons(canvas, track, middle, f"fill-{side.css} seam")
        for centre, number in _exon_numbers(track, side.exon):
            css = "tiny strong" if number == side.exon else "tiny"
            canvas.text(centre, middle + 25, str(number), css, "middle")
    if inserted:
        canvas.rect(join5, middle - _TALL / 2, max(join3 - join5, 2), _TALL, "fill-inserted")

    both = (tracks[0], tracks[1])
    canvas.text(0, 224, "Protein", "row")
    blocks = _domain_blocks(fusion, models, sides, both)
    y, protein_words = _draw_protein(canvas, fusion, both, blocks, 210)
    if fusion["frame"] in {"in_frame", "utr5_start_retained"}:
        target = fusion["target_gene"]
        target_track = both[1] if target == three.gene else both[0]
        for x in _residue_marks(fusion, models, target_track, target):
            canvas.line(x, 206, x, 212, "residue")
    for x in {join5, join3}:
        canvas.line(x, 154, x, 234, "junction")

    # The reads, on a magnified stretch around the junction.
    y = max(y, 234.0)
    if alignment is not None:
        before, after = window_nt(alignment)
        left = max(LEFT, join5 - before * scale)
        right = min(WIDTH - RIGHT, join3 + after * scale)
        top = y + 44
        canvas.polygon(
            [(left, y + 8), (right, y + 8), (WIDTH - RIGHT, top - 16), (LEFT, top - 16)], "zoom"
        )
        canvas.text(0, top + 10, "Reads", "row")
        used, read_words = draw_reads(canvas, alignment, LEFT, top, plot)
        height = top + used + 6
    else:
        read_words = "no reads are drawn"
        canvas.text(0, y + 30, "Reads", "row")
        canvas.text(LEFT, y + 30, "No reads at this junction are at hand to be drawn.", "soft")
        height = y + 40
    title = f"Structure of {clipped(fusion['name'], 80)}"
    description = (
        f"{_exon_words(five)} joined to {_exon_words(three)}; {protein_words}. "
        f"{read_words[0].upper()}{read_words[1:]}."
    )
    return canvas.svg(height, identifier, title, description)
