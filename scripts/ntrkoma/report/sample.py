"""The sample's report: one self-contained HTML page from the published JSON.

The page asks for nothing from outside, runs no script, and treats every text as hostile.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ntrkoma.report import words
from ntrkoma.report.figures.canvas import clipped, guarded
from ntrkoma.report.figures.coverage import coverage_figure
from ntrkoma.report.figures.fusion import fusion_figure
from ntrkoma.report.figures.reads import alignment_facts, spelt_alignment
from ntrkoma.report.page import clean, content_security_policy, page_style
from ntrkoma.results.rows import place_key
from ntrkoma.wording import counted, figure, listed, percent

# Rows that a page holds; the tables beside the report hold all.
MOST_ROWS = 300


# Junctions that are drawn; a page of every figure of a very noisy sample could not be opened.
MOST_DRAWN = 15


class Figures:
    """The figures of one sample, drawn on request; one that fails leaves a sentence instead."""

    def __init__(
        self,
        document: Mapping[str, Any],
        alignments: Mapping[str, Any],
        models: Mapping[str, Any],
    ):
        self._document = document
        self._alignments = alignments
        self._models = models

    def _alignment(self, fusion: Mapping[str, Any]) -> Mapping[str, Any] | None:
        key = "|".join(place_key(fusion[f"breakpoint{side}"]) for side in "53")
        found: Mapping[str, Any] | None = self._alignments.get(key)
        return found

    def fusion(self, fusion: Mapping[str, Any], identifier: str) -> Markup:
        """Genes, transcript, protein and reads."""
        what = f"structure of {clipped(fusion['name'], 60)}"
        alignment = self._alignment(fusion)
        return guarded(what, fusion_figure, fusion, self._models, alignment, identifier)

    def alignment(self, fusion: Mapping[str, Any]) -> Markup | None:
        """The junction reads spelt out, or None when there are none."""
        given = self._alignment(fusion)
        if given is None:
            return None
        return guarded(f"reads of {clipped(fusion['name'], 60)}", _alignment_block, given, fusion)

    def coverage(self, gene: str, identifier: str) -> Markup:
        """Exon depth of one target gene."""
        values = self._document["imbalance"][gene]
        fused = [
            fusion["exon3"]
            for fusion in self._document["fusions"]
            if fusion["gene3"] == gene and fusion["transcript3"] == values["transcript"]
        ]
        first = fused[0] if fused else None
        return guarded(f"exon depth of {gene}", coverage_figure, gene, values, first, identifier)


def _alignment_block(given: Mapping[str, Any], fusion: Mapping[str, Any]) -> Markup:
    facts = alignment_facts(given)
    text = (
        f"{facts['spelt']} of {counted(fusion['junction_reads'], 'junction read')}, one of "
        "each fragment. "
        f"{facts['differing']:,} of {facts['compared']:,} bases "
        f"({percent(facts['share'])}) differ from the joined sequence; they are marked."
    )
    if facts["inserted"]:
        text += f" {counted(len(facts['inserted']), 'base')} between the bars in neither gene."
    label = f"Reads across the junction of {clipped(fusion['name'], 80)}, base by base"
    return Markup(
        '<figure class="reads"><figcaption>{}</figcaption>'
        '<pre class="scroll" tabindex="0" role="group" aria-label="{}">{}</pre></figure>'
    ).format(text, label, spelt_alignment(given))


def render(
    document: Mapping[str, Any],
    settings: Mapping[str, str],
    templates: Path,
    alignments: Mapping[str, Any],
    models: Mapping[str, Any],
) -> str:
    """HTML of a sample's report.

    :param document: the sample's JSON document.
    :param settings: ``report`` of the configuration: title and laboratory.
    :param templates: folder that holds ``sample.html.j2``, ``sample/`` and ``style.css``.
    :param alignments: reads at each junction by ``breakpoint5|breakpoint3``, see
        :class:`ntrkoma.figures_reads.JunctionReads`.
    :param models: gene models by transcript id, see :func:`ntrkoma.figures_fusion.model_of`.
    """
    document, settings, alignments, models = map(clean, (document, settings, alignments, models))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=figure,
        percent=percent,
        place=words.place,
        place_key=place_key,
        counted=counted,
        listed=listed,
        clipped=clipped,
    )
    style = page_style((templates / "style.css").read_text(encoding="utf-8"), document, settings)
    return environment.get_template("sample.html.j2").render(
        result=document,
        settings=settings,
        words=words,
        verdict=words.VERDICTS[document["verdict"]],
        headline=words.headline(document),
        figures=Figures(document, alignments, models),
        most_rows=MOST_ROWS,
        most_drawn=MOST_DRAWN,
        style=Markup(style),
        policy=content_security_policy(style),
    )
