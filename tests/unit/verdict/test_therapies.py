"""Therapies: dated facts, approvals apart from off-label evidence, nothing outdated."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.curated.therapies import Therapy
from ntrkoma.verdict.therapies import therapies

KEYS = {
    *("drug", "gene_scope", "jurisdiction", "status", "date", "indication", "evidence_level"),
    *("off_label", "source"),
}


@pytest.fixture(scope="module")
def table(resources: Path) -> Path:
    return resources / "therapies.tsv"


@pytest.fixture(scope="module")
def rows(resources: Path) -> list[Therapy]:
    return Therapy.read(resources)


def as_of(rows: list[Therapy]) -> date:
    return min(row.as_of for row in rows)


class TestTable:
    def test_off_label_is_no_approval(self, rows: list[Therapy]) -> None:
        for row in rows:
            assert row.off_label is (row.jurisdiction == "none")
            assert row.off_label is row.status.startswith("off-label")
            assert row.off_label is row.evidence_level.startswith("case report")
            assert row.genes <= {"NTRK1", "NTRK2", "NTRK3"}
        assert {row.drug for row in rows if row.off_label} == {"crizotinib"}

    @pytest.mark.parametrize(
        ("drug", "jurisdiction", "when"),
        [
            ("larotrectinib", "FDA", "2025-04-09"),
            ("larotrectinib", "EMA", "2019-09-19"),
            ("entrectinib", "FDA", "2023-10-20"),
            ("repotrectinib", "FDA", "2024-06-13"),
            ("repotrectinib", "EMA", "2025-01-13"),
        ],
    )
    def test_approvals(self, rows: list[Therapy], drug: str, jurisdiction: str, when: str) -> None:
        found = [r for r in rows if (r.drug, r.jurisdiction) == (drug, jurisdiction)]
        assert [(r.date, r.off_label) for r in found] == [(when, False)]

    @pytest.mark.parametrize("drug", ["taletrectinib", "lorlatinib", "selitrectinib", "foretinib"])
    def test_drugs_without_an_ntrk_status_are_left_out(
        self, rows: list[Therapy], drug: str
    ) -> None:
        assert drug not in {row.drug for row in rows}

    def test_nothing_licensed_is_quoted(self, table: Path) -> None:
        assert not re.search("oncokb|nccn|cosmic", table.read_text(encoding="utf-8"), re.IGNORECASE)


class TestAnswer:
    def test_shape(self, rows: list[Therapy]) -> None:
        found = therapies({"NTRK1"}, as_of(rows), 365, rows)
        assert set(found) == {"as_of", "stale", "text", "rows"}
        assert all(set(row) == KEYS for row in found["rows"])
        assert (found["as_of"], found["stale"]) == (as_of(rows).isoformat(), False)
        assert "not a recommendation" in found["text"]

    def test_approvals_come_first(self, rows: list[Therapy]) -> None:
        marks = [r["off_label"] for r in therapies({"NTRK1"}, as_of(rows), 365, rows)["rows"]]
        assert marks == sorted(marks)
        assert any(marks)

    @pytest.mark.parametrize("gene", ["NTRK2", "NTRK3"])
    def test_cases_of_another_gene_are_not_shown(self, rows: list[Therapy], gene: str) -> None:
        found = therapies({gene}, as_of(rows), 365, rows)
        assert found["rows"]
        assert not any(row["off_label"] for row in found["rows"])
        assert "Off-label" not in found["text"]

    def test_any_of_the_genes(self, rows: list[Therapy]) -> None:
        both = therapies(["NTRK1", "NTRK3"], as_of(rows), 365, rows)
        assert both == therapies(["NTRK1"], as_of(rows), 365, rows)

    def test_gene_without_facts(self, rows: list[Therapy]) -> None:
        found = therapies({"RET"}, as_of(rows), 365, rows)
        assert found["rows"] == []
        assert found["as_of"] is None
        assert "no fact on RET" in found["text"]

    @pytest.mark.parametrize(("days", "stale"), [(0, False), (365, False), (366, True)])
    def test_age(self, rows: list[Therapy], days: int, stale: bool) -> None:
        found = therapies({"NTRK1"}, as_of(rows) + timedelta(days), 365, rows)
        assert found["stale"] is stale
        assert bool(found["rows"]) is not stale
        if stale:
            assert "366 days before this run" in found["text"]
            assert "therapies_max_age_days" in found["text"]

    @given(ages=st.lists(st.integers(0, 900), min_size=1, max_size=5), limit=st.integers(0, 900))
    def test_the_oldest_fact_decides(
        self, rows: list[Therapy], ages: list[int], limit: int
    ) -> None:
        today = date(2027, 1, 1)
        aged = [rows[0].model_copy(update={"as_of": today - timedelta(age)}) for age in ages]
        found = therapies({"NTRK1"}, today, limit, aged)
        assert found["stale"] is (max(ages) > limit)
        assert found["as_of"] == (today - timedelta(max(ages))).isoformat()
        assert len(found["rows"]) == (0 if found["stale"] else len(ages))
