"""What all tests share: the test reference, unpacked and indexed once, and its truth."""

from __future__ import annotations

import gzip
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ntrkoma.annotation.annotate import Annotator
from ntrkoma.curated import knowledge as curated
from ntrkoma.curated.gate_rules import GateRule
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome
from ntrkoma.genome.transcripts import MANE_SELECT, Annotation, Transcript, read_gtf, write_table

# Pages are opened in two folders.
pytest_plugins = ("chromium",)

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ("NTRK1", "NTRK2", "NTRK3")

# Examples build small genomes on disk: the time of one says nothing, and every run tries the same.
settings.register_profile(
    "ntrkoma",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("ntrkoma")


@pytest.fixture(scope="session")
def root() -> Path:
    """The workflow's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def resources() -> Path:
    """The curated tables."""
    return ROOT / "resources"


@pytest.fixture(scope="session")
def gtf() -> Path:
    """Annotation of the test reference, compressed."""
    return ROOT / "test_data" / "reference" / "annotation.gtf.gz"


@pytest.fixture(scope="session")
def models(gtf: Path) -> list[Transcript]:
    """Transcripts of the test reference, straight from its GTF."""
    return read_gtf(gtf)


@pytest.fixture(scope="session")
def annotation(models: list[Transcript], tmp_path_factory: pytest.TempPathFactory) -> Annotation:
    """The transcript table of the test reference."""
    table = tmp_path_factory.mktemp("annotation") / "transcripts.bed.gz"
    write_table(models, table)
    return Annotation(table)


@pytest.fixture(scope="session")
def genome(tmp_path_factory: pytest.TempPathFactory) -> Genome:
    """The genome of the test reference, unpacked."""
    fasta = tmp_path_factory.mktemp("genome") / "genome.fa"
    with (
        gzip.open(ROOT / "test_data" / "reference" / "genome.fa.gz", "rb") as packed,
        fasta.open("wb") as plain,
    ):
        shutil.copyfileobj(packed, plain)
    return Genome(fasta)


@pytest.fixture(scope="session")
def knowledge() -> curated.Knowledge:
    """The curated tables, read."""
    return curated.load(ROOT / "resources")


@pytest.fixture(scope="session")
def thresholds(knowledge: curated.Knowledge) -> dict[str, float]:
    """Thresholds at their defaults."""
    return knowledge.with_overrides({})


@pytest.fixture(scope="session")
def gate_rules() -> tuple[GateRule, ...]:
    """The rules of the evaluability gate."""
    return tuple(GateRule.read(ROOT / "resources"))


@pytest.fixture(scope="session")
def loci(annotation: Annotation, genome: Genome) -> Loci:
    """The junction caller's view of the test reference."""
    return Loci(annotation, genome, TARGETS)


@pytest.fixture(scope="session")
def annotator(annotation: Annotation, genome: Genome, knowledge: curated.Knowledge) -> Annotator:
    """Annotator of the three target genes on the test reference, with their key residues."""
    residues = KeyResidue.read(ROOT / "resources")
    return Annotator(annotation, genome, knowledge, TARGETS, residues)


@pytest.fixture(scope="session")
def mane(models: list[Transcript]) -> dict[str, Transcript]:
    """MANE Select transcripts of the test reference by gene."""
    return {t.gene: t for t in models if MANE_SELECT in t.tags}


@pytest.fixture(scope="session")
def truth() -> list[dict[str, str]]:
    """The events that the test data are made to hold; frame and protein come from the generator's
    own translation. Nothing is simulated, so that the figures of reads are 0."""
    # A package of its own beside the workflow, with NumPy: only tests that ask for it load it.
    sys.path.insert(0, str(ROOT / "test_data"))
    import generate
    from generator.catalogue import SAMPLES
    from generator.fusions import join
    from generator.reads import SimulatedSample
    from generator.reference import build_reference

    genes, _ = build_reference(ROOT / "test_data" / "gene_models.tsv")
    rows: list[dict[str, str]] = []
    for sample in SAMPLES:
        fusions = [join(event, genes) for event in sample.events]
        nothing = [Counter() for _ in fusions], [(0, 0) for _ in fusions]
        rows += [
            {name: str(value) for name, value in row.items()}
            for row in generate.truth_rows(sample, SimulatedSample([], fusions, *nothing))
        ]
    return rows
