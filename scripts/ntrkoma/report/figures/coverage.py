"""Read depth of a gene's exons from 5′ to 3′, with the parts whose ratio is the imbalance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ntrkoma.report.figures.canvas import Canvas, clipped, text_width

WIDTH, HEIGHT = 760.0, 222.0


_LEFT, _RIGHT, _TOP, _BASE = 48.0, 8.0, 46.0, 166.0


PART_WORDS = {"five_prime": "5′ exons", "middle": "between", "kinase": "kinase exons"}


def nice_top(value: float) -> float:
    """The end of an axis that holds ``value``: 1, 2 or 5 times a power of ten, at least 1."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def short_depth(depth: float) -> str:
    """A depth in few characters: ``0``, ``3.4``, ``120``, ``1.2k``."""
    if depth >= 10_000:
        return f"{depth / 1000:.0f}k"
    if depth >= 1000:
        return f"{depth / 1000:.1f}k"
    if depth >= 10 or depth == 0:
        return f"{depth:.0f}"
    return f"{depth:.1f}"


def coverage_figure(
    gene: str, imbalance: Mapping[str, Any], first_fused: int | None, identifier: str
) -> Markup:
    """Bars of mean depth per coding base, one per exon.

    :param imbalance: the gene's published profile.
    :param first_fused: first exon that a fusion above the line carries of it, if one does.
    :raises ValueError: when the profile is empty.
    """
    profile = imbalance["profile"]
    if not profile:
        raise ValueError(f"{gene} has no exon profile")
    canvas = Canvas(WIDTH)
    slot = (WIDTH - _LEFT - _RIGHT) / len(profile)
    top = nice_top(max((exon["depth"] or 0.0 for exon in profile), default=0.0))
    span = _BASE - _TOP

    def x(index: float) -> float:
        return _LEFT + index * slot

    def y(depth: float) -> float:
        return _BASE - depth / top * span

    for depth in (0.0, top / 2, top):
        canvas.line(_LEFT, y(depth), WIDTH - _RIGHT, y(depth), "grid")
        canvas.text(_LEFT - 6, y(depth) + 4, short_depth(depth), "tiny", "end")
    canvas.text(0, 14, "mean depth per coding base", "tiny")
    labelled = slot > text_width("999", 10)
    every = math.ceil(text_width("99", 11) / slot)
    for index, exon in enumerate(profile):
        depth = exon["depth"]
        centre = x(index + 0.5)
        if depth is None:
            canvas.line(centre - slot * 0.3, _BASE - 3, centre + slot * 0.3, _BASE - 3, "intron")
        else:
            height = max(_BASE - y(depth), 0.8 if depth else 0.0)
            css = f"part-{exon['part'].replace('_', '-')}"
            canvas.rect(x(index + 0.14), _BASE - height, slot * 0.72, height, css)
            if labelled:
                canvas.text(centre, _BASE - height - 4, short_depth(depth), "mini", "middle")
        if index % every == 0:
            canvas.text(centre, _BASE + 15, str(exon["exon"]), "tiny", "middle")
    for part, mean in (
        ("five_prime", imbalance["five_prime_depth"]),
        ("kinase", imbalance["kinase_depth"]),
    ):
        held = [index for index, exon in enumerate(profile) if exon["part"] == part]
        if not held:
            continue
        left, right = x(min(held)), x(max(held) + 1)
        if mean is not None and mean <= top:
            canvas.line(left, y(mean), right, y(mean), "mean")
        canvas.line(left + 3, _BASE + 24, right - 3, _BASE + 24, f"bracket-{part.split('_')[0]}")
        words = PART_WORDS[part]
        if mean is not None:
            words += f": mean {short_depth(mean)}×"
        room = text_width(words, 11) / 2
        centre = min(max((left + right) / 2, room), WIDTH - room)
        canvas.text(centre, _BASE + 40, words, "tiny strong", "middle")
    junction_words = ""
    fused = [index for index, exon in enumerate(profile) if exon["exon"] == first_fused]
    if fused:
        at = x(fused[0])
        canvas.line(at, _TOP - 18, at, _BASE + 4, "junction")
        label = f"junction at exon {first_fused}"
        left_side = at + 5 + text_width(label, 11) > WIDTH
        canvas.text(
            at + (-5 if left_side else 5), _TOP - 14, label, "tiny", "end" if left_side else "start"
        )
        junction_words = f" The fusion's junction lies at exon {first_fused}."
    deepest = max(
        (e for e in profile if e["depth"] is not None), key=lambda e: e["depth"], default=None
    )
    description = f"{len(profile)} exons of {clipped(gene, 40)} from 5′ to 3′."
    if deepest is not None:
        description += f" Deepest: exon {deepest['exon']} at {short_depth(deepest['depth'])}×."
    for part in ("five_prime", "kinase"):
        mean = imbalance[f"{part}_depth"]
        if mean is not None:
            description += f" Mean of the {PART_WORDS[part]}: {short_depth(mean)}×."
    title = f"Exon depth of {clipped(gene, 40)}"
    return canvas.svg(HEIGHT, identifier, title, description + junction_words)
