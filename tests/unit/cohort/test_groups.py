"""Samples taken together: patients, partners and runs."""

from __future__ import annotations

from statistics import median, quantiles

import pytest
from cohorts import specimens
from documents import document, four_verdicts, fusion
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.cohort.groups import partners, patients, runs
from ntrkoma.cohort.summary import Summary, summarise

KHDRBS1 = ("chr1:32039573:+", "chr1:156875520:+")


class TestPatients:
    def test_specimens_by_date_and_then_as_listed(self) -> None:
        (patient,) = patients(list(map(summarise, specimens()[::-1])))
        assert [one.sample for one in patient.specimens] == [
            *("SCALP", "EAR", "NECK", "BACK", "BIOPSY", "ARCHIVE")
        ]

    def test_one_specimen_is_no_series(self) -> None:
        assert patients(list(map(summarise, four_verdicts()))) == []

    def test_a_junction_is_named_once_however_often_it_is_seen(self) -> None:
        (patient,) = patients(list(map(summarise, specimens())))
        assert [one.name for one in patient.junctions] == ["KHDRBS1::NTRK1", "TPM3::NTRK1"]
        series = [one.counts[KHDRBS1].fragments for one in patient.specimens]
        assert series == [50, 110, 0, 73, 0, 3]

    def test_the_codons_of_the_fused_gene(self) -> None:
        (patient,) = patients(list(map(summarise, specimens())))
        assert patient.codons == ("NTRK1 F589", "NTRK1 G595", "NTRK1 G667")

    def test_a_junction_below_the_line_elsewhere_keeps_its_count(self) -> None:
        low = fusion(junction_reads=1, spanning_fragments=0, status="below_the_line")
        first = document("A", verdict="detected", patient="P")
        second = document("B", patient="P", below_the_line=[low])
        (patient,) = patients(list(map(summarise, (first, second))))
        assert [one.counts[KHDRBS1].fragments for one in patient.specimens] == [50, 1]


class TestPartners:
    def test_pairs_by_number_of_samples(self) -> None:
        made = [
            document("A", verdict="detected", fusions=[fusion("ETV6::NTRK3")]),
            document("B", verdict="detected", fusions=[fusion(), fusion(junction_reads=3)]),
            document("C", verdict="indeterminate"),
            document("D", verdict="detected", fusions=[fusion("NEW1::NTRK1")]),
            document("E"),
        ]
        found = partners(map(summarise, made))
        assert [(one.name, one.reportable, one.review, one.known) for one in found] == [
            ("KHDRBS1::NTRK1", 1, 1, True),
            ("ETV6::NTRK3", 1, 0, True),
            ("NEW1::NTRK1", 1, 0, False),
        ]
        assert (found[0].fewest, found[0].most) == (3, 50)


class TestRuns:
    def test_verdicts_and_figures_by_run(self) -> None:
        first, second = runs([summarise(one) for one in four_verdicts()])
        assert (first.name, second.name) == ("R1", "R2")
        assert {name: count for name, count in first.verdicts.items() if count} == {
            "detected": 1,
            "indeterminate": 1,
        }
        assert second.gates == {"pass": 1, "fail": 1}
        found = second.metrics["three_prime_bias"]
        assert found is not None
        assert (found.median, found.missing) == (0.57, 1)

    def test_a_sample_of_two_runs_counts_in_both(self) -> None:
        found = runs([summarise(document(metadata={"run": "R1, R2"}))])
        assert [(one.name, one.samples) for one in found] == [("R1", 1), ("R2", 1)]

    def test_a_sample_of_no_run_counts_in_none(self) -> None:
        assert runs([summarise(document())]) == []

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["", "R1", "R2", "R1, R2"]),
                st.none() | st.floats(0, 1e9, allow_subnormal=False),
            ),
            min_size=1,
            max_size=30,
        )
    )
    def test_figures_are_those_of_the_samples_of_the_run(
        self, samples: list[tuple[str, float | None]]
    ) -> None:
        made = [_with_figure(run, value) for run, value in samples]
        found = {run.name: run.metrics["usable_fragments"] for run in runs(made)}
        assert set(found) == {run for names, _ in samples for run in names.split(", ") if run}
        for run, spread in found.items():
            values = [value for names, value in samples if run in names]
            measured = sorted(value for value in values if value is not None)
            if not measured:
                assert spread is None
                continue
            assert spread is not None
            # Python's own quantiles want two values.
            two = measured if len(measured) > 1 else 2 * measured
            low, *_, high = quantiles(two, n=10, method="inclusive")
            assert spread == pytest.approx(
                (
                    *(measured[0], low, median(measured), high, measured[-1]),
                    len(values) - len(measured),
                )
            )


def _with_figure(run: str, value: float | None) -> Summary:
    """A sample of a run, or of several, whose number of usable fragments is ``value``."""
    made = document(metadata={"run": run} if run else {})
    for check in made["evaluability"]["checks"]:
        if check["metric"] == "usable_fragments":
            check["value"] = value
    return summarise(made)
