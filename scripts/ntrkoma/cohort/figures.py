"""Figures of the cohort page: a patient's specimens in time, and the figures of the gate by run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from markupsafe import Markup

from ntrkoma.cohort.groups import Patient, Run
from ntrkoma.cohort.summary import VERDICT_ORDER, Breakpoints, Junction, Summary
from ntrkoma.report import words
from ntrkoma.report.figures.canvas import Canvas, clipped
from ntrkoma.wording import counted, figure

_Height = Callable[[float], float]


# Junctions that are drawn; the table below the figure holds all.
MOST_LINES = 5


_NARROWEST = 720.0


_LEFT, _RIGHT = 70.0, 60.0


# Room (px) that the words of a specimen need.
_STEP = 128.0


_TOP, _PLOT_TOP, _PLOT_HEIGHT = 16.0, 84.0, 150.0


_FLOOR = _PLOT_TOP + _PLOT_HEIGHT


def _marker(canvas: Canvas, x: float, y: float, kind: int) -> None:
    """A mark of its own form for each junction, so that colour is not needed."""
    forms: tuple[tuple[tuple[float, float], ...], ...] = (
        ((-5, -5), (5, -5), (5, 5), (-5, 5)),
        ((0, -7), (7, 0), (0, 7), (-7, 0)),
        ((0, -7), (6.5, 5), (-6.5, 5)),
        ((0, 7), (6.5, -5), (-6.5, -5)),
        ((-7, -3), (7, -3), (7, 3), (-7, 3)),
    )
    form = forms[kind % len(forms)]
    canvas.polygon([(x + dx, y + dy) for dx, dy in form], f"mark series{kind}")


def _positions(specimens: Sequence[Summary], width: float) -> list[float]:
    """Where specimens stand: by date as far as their words have room, then those without one."""
    dates = [one.collected for one in specimens]
    dated = [day for day in dates if day is not None]
    undated = len(dates) - len(dated)
    first, room = _LEFT + _STEP / 2, width - _LEFT - _RIGHT - _STEP * (undated + 1)
    span = (dated[-1] - dated[0]).days if dated else 0
    found: list[float] = []
    for day in dated:
        ideal = first + (room * (day - dated[0]).days / span if span else 0)
        found.append(max(ideal, found[-1] + _STEP) if found else ideal)
    # Pushed over the end: back again from there.
    end = first + room
    for index in reversed(range(len(found))):
        found[index] = min(found[index], end - _STEP * (len(found) - 1 - index))
    behind = end if dated else first - _STEP
    return found + [behind + _STEP * (number + 1) for number in range(undated)]


def specimen_name(specimen: Summary) -> str:
    """What the sheet calls the specimen, or the sample's name."""
    return specimen.row["specimen"] or specimen.sample


def support(specimen: Summary, breakpoints: Breakpoints) -> str:
    """The support of a junction in a specimen, in words: nothing found is 0, not a blank."""
    count = specimen.counts.get(breakpoints)
    if count is None:
        return "not counted"
    ffpm = "" if count.ffpm is None or not count.fragments else f", {figure(count.ffpm)} FFPM"
    found = (
        f"{count.fragments} ({count.junction_reads} + {count.spanning_fragments}){ffpm}"
        if count.fragments
        else "0"
    )
    return f"{found} ✕ not evaluable" if specimen.gate == "fail" and not count.fragments else found


def _when(day: date | None) -> str:
    return "no date" if day is None else day.isoformat()


def _description(patient: Patient, drawn: Sequence[Junction]) -> str:
    parts = []
    for specimen in patient.specimens:
        counts = [f"{one.name} {support(specimen, one.breakpoints)}" for one in drawn]
        parts.append(
            f"{_when(specimen.collected)}, {specimen_name(specimen)}: "
            f"{'; '.join([words.VERDICTS[specimen.verdict].words, *counts])}"
        )
    return ". ".join(parts) + "."


def _values(
    patient: Patient, drawn: Sequence[Junction]
) -> tuple[str, dict[int, list[float | None]]]:
    """Unit and value of each junction in each specimen: FFPM, or fragments if one has none."""
    counts = {
        index: [one.counts.get(junction.breakpoints) for one in patient.specimens]
        for index, junction in enumerate(drawn)
    }
    known = all(c is None or c.ffpm is not None for line in counts.values() for c in line)
    return ("FFPM" if known else "fragments"), {
        index: [
            None if c is None else c.ffpm if known and c.ffpm is not None else float(c.fragments)
            for c in line
        ]
        for index, line in counts.items()
    }


def patient_figure(patient: Patient, identifier: str) -> Markup:
    """Verdicts, support of every junction and resistance codons of a patient's specimens in time.

    :param identifier: unique on the page.
    """
    drawn = patient.junctions[:MOST_LINES]
    specimens = patient.specimens
    width = max(_NARROWEST, _LEFT + _RIGHT + _STEP * (len(specimens) + 1))
    canvas = Canvas(width)
    places = _positions(specimens, width)
    unit, values = _values(patient, drawn)
    top = max((v for line in values.values() for v in line if v is not None), default=0) or 1.0

    def height(value: float) -> float:
        return _FLOOR - (_PLOT_HEIGHT - 12) * value / top

    for value in (0.0, top / 2, top) if drawn else (0.0,):
        canvas.line(_LEFT - 6, height(value), width - _RIGHT / 2, height(value), "grid")
        if drawn:
            canvas.text(_LEFT - 12, height(value) + 4, figure(value), "row", "end")
    if drawn:
        canvas.text(_LEFT - 12, _PLOT_TOP - 8, unit, "row", "end")
    else:
        middle = (_PLOT_TOP + _FLOOR) / 2
        canvas.text(
            width / 2, middle, "no junction above the line in any specimen", "row", "middle"
        )
    for specimen, x in zip(specimens, places, strict=True):
        _draw_specimen(canvas, specimen, x)
    _draw_time(canvas, specimens, places, width)
    for index in range(len(drawn)):
        _draw_line(canvas, index, specimens, places, values[index], height)
    _draw_labels(canvas, drawn, specimens, places, values, height)
    bottom = _FLOOR + 44
    for index, junction in enumerate(drawn):
        bottom += 20
        _marker(canvas, _LEFT, bottom - 4, index)
        name = f"{junction.short}  ·  {junction.vicc}"
        canvas.text(_LEFT + 14, bottom, clipped(name, 110), "row")
    more = len(patient.junctions) - len(drawn)
    if more:
        bottom += 20
        text = f"{counted(more, 'further junction')} in the table below"
        canvas.text(_LEFT + 14, bottom, text, "row")
    title = f"Specimens of patient {clipped(patient.name, 60)} in time"
    return canvas.svg(bottom + 12, identifier, title, _description(patient, drawn))


def _draw_specimen(canvas: Canvas, specimen: Summary, x: float) -> None:
    shown = words.VERDICTS[specimen.verdict]
    if specimen.gate == "fail":
        canvas.rect(x - _STEP / 2 + 4, _PLOT_TOP, _STEP - 8, _PLOT_HEIGHT, "blind")
    canvas.text(x, _TOP, clipped(specimen_name(specimen), 15), "strong", "middle")
    canvas.text(x, _TOP + 22, shown.symbol, f"big {specimen.verdict}", "middle")
    canvas.text(x, _TOP + 38, _SHORT[specimen.verdict], f"small {specimen.verdict}", "middle")
    for number, change in enumerate(specimen.resistance_seen[:2]):
        canvas.text(x, _FLOOR + 38 + 14 * number, f"▲ {change}", "small resistance", "middle")


_SHORT = {
    "detected": "detected",
    "indeterminate": "indeterminate",
    "not_detected": "not detected",
    "not_evaluable": "not evaluable",
}


def _draw_time(
    canvas: Canvas, specimens: Sequence[Summary], places: Sequence[float], width: float
) -> None:
    undated = [x for one, x in zip(specimens, places, strict=True) if one.collected is None]
    if undated and len(undated) < len(specimens):
        border = undated[0] - _STEP / 2
        canvas.line(border, _TOP - 10, border, _FLOOR + 24, "border")
    for specimen, x in zip(specimens, places, strict=True):
        canvas.line(x, _FLOOR, x, _FLOOR + 6, "tick")
        canvas.text(x, _FLOOR + 20, _when(specimen.collected), "row", "middle")
    canvas.line(_LEFT - 6, _FLOOR, width - _RIGHT / 2, _FLOOR, "axis")


def _draw_line(
    canvas: Canvas,
    index: int,
    specimens: Sequence[Summary],
    places: Sequence[float],
    values: Sequence[float | None],
    height: _Height,
) -> None:
    """The line of a junction through the specimens where it could be seen."""
    points = [
        (x, height(value))
        for one, x, value in zip(specimens, places, values, strict=True)
        if value is not None and one.collected is not None and (one.gate != "fail" or value)
    ]
    for (x1, y1), (x2, y2) in pairwise(points):
        canvas.line(x1, y1, x2, y2, f"trend series{index}")
    for one, x, value in zip(specimens, places, values, strict=True):
        if value is not None and (one.gate != "fail" or value):
            _marker(canvas, x, height(value), index)


def _draw_labels(
    canvas: Canvas,
    drawn: Sequence[Junction],
    specimens: Sequence[Summary],
    places: Sequence[float],
    values: Mapping[int, Sequence[float | None]],
    height: _Height,
) -> None:
    """The fragments at every mark, moved apart where they would overlap."""
    for number, (specimen, x) in enumerate(zip(specimens, places, strict=True)):
        labels = []
        for index, junction in enumerate(drawn):
            value = values[index][number]
            count = specimen.counts.get(junction.breakpoints)
            if value is None or count is None:
                continue
            blind = specimen.gate == "fail" and not count.fragments
            labels.append((height(value) + 4, f"{count.fragments}{' ✕' if blind else ''}"))
        lowest = _FLOOR - 4.0
        for y, text in sorted(labels, reverse=True):
            lowest = min(y, lowest)
            canvas.text(x + 11, lowest, text, "small")
            lowest -= 14
        if not labels and drawn:
            canvas.text(x, _FLOOR - 8, "not counted", "small soft", "middle")


_CHART_LEFT, _CHART_TOP, _CHART_HEIGHT = 58.0, 12.0, 130.0


def run_figure(
    metric: str, runs: Sequence[Run], thresholds: Sequence[float], identifier: str
) -> Markup:
    """A figure of the gate over the runs: minimum to maximum, the middle 80 %, and the median.

    :param thresholds: values that the gate asks for.
    :param identifier: unique on the page.
    """
    width = max(340.0, _CHART_LEFT + 20 + 14.0 * len(runs))
    canvas = Canvas(width)
    step = (width - _CHART_LEFT - 10) / len(runs)
    spreads = [run.metrics.get(metric) for run in runs]
    top = max([s.maximum for s in spreads if s] + list(thresholds), default=0) * 1.05 or 1.0
    if words.is_share(metric):
        top = 1.0
    floor = _CHART_TOP + _CHART_HEIGHT

    def height(value: float) -> float:
        return floor - _CHART_HEIGHT * value / top

    for value in (0.0, top / 2, top):
        canvas.line(_CHART_LEFT, height(value), width - 4, height(value), "grid")
        canvas.text(_CHART_LEFT - 6, height(value) + 4, compact(metric, value), "row", "end")
    for value in thresholds:
        canvas.line(_CHART_LEFT, height(value), width - 4, height(value), "threshold")
    bar = min(step * 0.5, 22.0)
    for number, (run, found) in enumerate(zip(runs, spreads, strict=True)):
        x = _CHART_LEFT + step * (number + 0.5)
        if found is None:
            canvas.text(x, floor - 6, "–", "row", "middle")
            continue
        canvas.line(x, height(found.minimum), x, height(found.maximum), "whisker")
        tall = max(height(found.low) - height(found.high), 2.0)
        canvas.rect(x - bar / 2, height(found.high), bar, tall, "middle80")
        canvas.line(
            x - bar / 2 - 2, height(found.median), x + bar / 2 + 2, height(found.median), "median"
        )
        if len(runs) <= 5:
            canvas.text(x, floor + 16, clipped(run.name, int(step / 8)), "row", "middle")
    if len(runs) > 5:
        canvas.text(_CHART_LEFT, floor + 16, clipped(runs[0].name, 18), "row")
        canvas.text(width - 4, floor + 16, clipped(runs[-1].name, 18), "row", "end")
    name = words.metric_name(metric)
    medians = [
        f"{clipped(run.name, 40)} {words.measured(metric, s.median if s else None)}"
        for run, s in zip(runs[:_DESCRIBED], spreads, strict=False)
    ]
    more = len(runs) - len(medians)
    rest = f"; and {counted(more, 'further run')}, all in the table below" if more else ""
    return canvas.svg(
        floor + 26, identifier, f"{name} by run", f"Median by run: {'; '.join(medians)}{rest}."
    )


_DESCRIBED = 12


def compact(metric: str, value: float) -> str:
    """A value at an axis: short, with thousands and millions as k and M."""
    if words.is_share(metric):
        return f"{100 * value:.0f}%"
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def verdict_figure(runs: Sequence[Run], identifier: str) -> Markup:
    """The verdicts of every run, each bar as long as the run has samples."""
    longest = max(run.samples for run in runs)
    left, width = 150.0, 720.0
    canvas = Canvas(width)
    room = width - left - 60
    y = 4.0
    for run in runs:
        canvas.text(left - 10, y + 15, clipped(run.name, 18), "row", "end")
        x = left
        for verdict in VERDICT_ORDER:
            samples = run.verdicts.get(verdict, 0)
            if not samples:
                continue
            long = room * samples / longest
            canvas.rect(x, y, long, 20, f"bar {verdict}")
            label = f"{words.VERDICTS[verdict].symbol} {samples}"
            if long > 9.0 * len(label):
                canvas.text(x + long / 2, y + 15, label, "on-bar", "middle")
            x += long
        canvas.text(x + 8, y + 15, str(run.samples), "row")
        y += 26
    parts = [
        f"{clipped(run.name, 40)}: "
        + ", ".join(f"{run.verdicts[v]} {_SHORT[v]}" for v in VERDICT_ORDER if run.verdicts.get(v))
        for run in runs[:_DESCRIBED]
    ]
    return canvas.svg(y + 4, identifier, "Verdicts by run", "; ".join(parts) + ".")
