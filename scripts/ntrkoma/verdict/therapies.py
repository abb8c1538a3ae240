"""Dated facts on drugs for NTRK fusions: approvals first, off-label evidence behind them.

Nothing here recommends a treatment. Approvals change, so a table that is too old is not printed.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from ntrkoma.curated.therapies import Therapy


def therapies(
    genes: Collection[str], today: datetime.date, max_age_days: float, rows: Iterable[Therapy]
) -> dict[str, Any]:
    """The therapies of a sample with fusions of ``genes``, for its document.

    :param today: the day of the run.
    :param max_age_days: facts older than this are not printed.
    """
    used = [row for row in rows if row.genes & set(genes)]
    if not used:
        return {
            "as_of": None,
            "stale": False,
            "text": f"The table holds no fact on {' or '.join(sorted(genes))}.",
            "rows": [],
        }
    as_of = min(row.as_of for row in used)
    age = (today - as_of).days
    if age > max_age_days:
        text = (
            f"Not printed: the table of therapies is of {as_of}, {age} days before this run, and "
            f"may be outdated (limit {max_age_days:g} days). Check it against the current labels "
            "and renew its dates, or raise therapies_max_age_days."
        )
        return {"as_of": as_of.isoformat(), "stale": True, "text": text, "rows": []}
    text = (
        f"Facts as of {as_of}, not a recommendation: read the current label. Approvals name their "
        "jurisdiction and date."
    )
    if any(row.off_label for row in used):
        text += " Off-label rows are single cases, not equivalent to an approved TRK inhibitor."
    ordered = sorted(used, key=lambda row: row.off_label)  # stable: the table's order within each
    return {
        "as_of": as_of.isoformat(),
        "stale": False,
        "text": text,
        "rows": [row.to_json() for row in ordered],
    }
