"""Samples taken together: by patient, by gene pair and by sequencing run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd

from ntrkoma.cohort.summary import Breakpoints, Junction, Summary
from ntrkoma.model.states import Status


@dataclass(frozen=True)
class Patient:
    """A patient with several specimens: those with a date by date, then the others as listed."""

    name: str
    specimens: tuple[Summary, ...]

    @property
    def junctions(self) -> tuple[Junction, ...]:
        """Every junction above the line in any specimen, once, in the order of the specimens."""
        found: dict[Breakpoints, Junction] = {}
        for specimen in self.specimens:
            for junction in specimen.fusions:
                found.setdefault(junction.breakpoints, junction)
        return tuple(found.values())

    @property
    def codons(self) -> tuple[str, ...]:
        """Resistance codons that matter here: those of the fused genes, and any that was seen."""
        genes = {junction.target_gene for junction in self.junctions}
        return tuple(
            dict.fromkeys(
                codon.name
                for specimen in self.specimens
                for codon in specimen.codons
                if codon.gene in genes or codon.seen
            )
        )


def patients(summaries: Sequence[Summary]) -> list[Patient]:
    """Patients with at least two specimens, in the order of the sheet."""
    listed = pd.DataFrame(
        [(one.patient, one.collected or date.max) for one in summaries],
        columns=["patient", "collected"],
    )
    several = listed[(listed["patient"] != "") & listed.duplicated("patient", keep=False)]
    return [
        Patient(
            str(name),
            tuple(summaries[n] for n in found.sort_values("collected", kind="stable").index),
        )
        for name, found in several.groupby("patient", sort=False)
    ]


class Partner(NamedTuple):
    """A gene pair and the samples above the line that have it.

    ``fewest``, ``most``: fragments in one of them. ``artefact_class``: what one of these samples
    may have instead of a fusion.
    """

    name: str
    partner: str
    target_gene: str
    reportable: int
    review: int
    fewest: int
    most: int
    known: bool
    artefact_class: str | None
    target_5prime: bool


def partners(summaries: Iterable[Summary]) -> list[Partner]:
    """Gene pairs by the number of samples, the most frequent first.

    A sample counts once a pair, by its best junction.
    """
    junctions = pd.DataFrame(
        [
            {
                "sample": number,
                "name": junction.name,
                "partner": junction.partner,
                "target_gene": junction.target_gene,
                "reportable": junction.status == Status.REPORTABLE,
                "review": junction.status == Status.REVIEW,
                "fragments": junction.fragments,
                "known": junction.known_partner,
                "artefact_class": junction.artefact_class,
                "target_5prime": junction.gene5 == junction.target_gene,
            }
            for number, summary in enumerate(summaries)
            for junction in summary.fusions
        ]
    )
    if junctions.empty:
        return []
    pairs = (
        # The best stands first.
        junctions.drop_duplicates(["sample", "name"])
        .groupby("name", as_index=False)
        .agg(
            partner=("partner", "first"),
            target_gene=("target_gene", "first"),
            reportable=("reportable", "sum"),
            review=("review", "sum"),
            fewest=("fragments", "min"),
            most=("fragments", "max"),
            known=("known", "first"),
            artefact_class=("artefact_class", "first"),
            target_5prime=("target_5prime", "first"),
        )
        .sort_values(["reportable", "review", "name"], ascending=[False, False, True])
    )
    return [Partner(*row) for row in pairs.itertuples(index=False)]


class Spread(NamedTuple):
    """Distribution of a figure over the samples of a run that have it.

    ``low``, ``high``: tenth and ninetieth percentile. ``missing``: samples that do not have it.
    """

    minimum: float
    low: float
    median: float
    high: float
    maximum: float
    missing: int


_SHARES = [0.0, 0.1, 0.5, 0.9, 1.0]


@dataclass(frozen=True)
class Run:
    """A sequencing run: how many samples came out how, and its figures of the gate.

    ``metrics``: None where no sample has the figure.
    """

    name: str
    samples: int
    verdicts: Mapping[str, int]
    gates: Mapping[str, int]
    metrics: Mapping[str, Spread | None]


def by_run(summaries: Iterable[Summary]) -> pd.DataFrame:
    """Run, verdict and gate of every sample by its number; a sample of two runs has two rows, one
    of none has a run that is missing."""
    return pd.DataFrame(
        [(list(one.runs), one.verdict, one.gate) for one in summaries],
        columns=["run", "verdict", "gate"],
    ).explode("run")


def runs(summaries: Sequence[Summary]) -> list[Run]:
    """Sequencing runs by name; a sample of two runs counts in both, one of none in no run."""
    samples = by_run(summaries).dropna()
    if samples.empty:
        return []
    verdicts = pd.crosstab(samples["run"], samples["verdict"]).to_dict("index")
    gates = pd.crosstab(samples["run"], samples["gate"]).to_dict("index")
    figures = pd.DataFrame(
        [{name: found.value for name, found in one.metrics.items()} for one in summaries],
        dtype=float,
    )
    return [
        Run(
            name=str(run),
            samples=len(found),
            verdicts={str(verdict): count for verdict, count in verdicts[run].items()},
            gates={str(gate): count for gate, count in gates[run].items()},
            metrics={str(name): _spread(found[name]) for name in figures},
        )
        for run, found in figures.loc[samples.index].groupby(samples["run"].to_numpy())
    ]


def _spread(values: pd.Series[float]) -> Spread | None:
    if not values.count():
        return None
    minimum, low, median, high, maximum = values.quantile(_SHARES)
    return Spread(minimum, low, median, high, maximum, missing=int(values.isna().sum()))
