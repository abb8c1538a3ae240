"""What unit tests share: contexts on the test reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ntrkoma.context import Context
from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import Annotation

SETTINGS = {
    "mode": "full",
    "callers": ["junctions", "arriba"],
    "target_genes": ["NTRK1", "NTRK2", "NTRK3"],
    "companion_genes": ["ALK"],
    "hotspot_genes": [],
    "thresholds": {},
    "grading": {},
}


@pytest.fixture(scope="session")
def context_of(
    resources: Path,
    annotation: Annotation,
    genome: Genome,
    knowledge: Knowledge,
    thresholds: dict[str, float],
) -> Callable[..., Context]:
    """Contexts on the test reference, with the settings that differ from ``SETTINGS``."""

    def make(**settings: Any) -> Context:
        return Context(
            resources, annotation, genome, knowledge, thresholds, {**SETTINGS, **settings}
        )

    return make
