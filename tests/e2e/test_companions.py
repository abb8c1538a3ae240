"""Genes beside NTRK that are asked for: answered for each, and nothing else changes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest
from workflow_runs import (
    COHORT_TABLE,
    RECORDINGS,
    RESOURCES,
    Document,
    Workdir,
    findings,
    given_databases,
    junction,
    make_workdir,
    read_tsv,
    truth_rows,
)

FUSION, POSITIVE, DEGRADED = SAMPLES = ("EML4_ALK", "RESISTANCE", "DEGRADED")
COMPANIONS = ("ALK", "ROS1", "RET")
HOTSPOTS = ("PIK3CA", "KRAS")
# What companions and hotspots add to; everything else has to stay.
ADDED = {"companions", "hotspots", "imbalance", "provenance"}

every_sample = pytest.mark.parametrize("sample", SAMPLES)


@pytest.fixture(scope="module")
def asked(data: Path, star_index: str, tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """Three samples with companion genes and hotspots. Tests only read it."""
    workdir = make_workdir(
        tmp_path_factory.mktemp("companions") / "run",
        data,
        SAMPLES,
        reference={"star_index": star_index},
        companion_genes=list(COMPANIONS),
        hotspot_genes=list(HOTSPOTS),
    )
    workdir.run(COHORT_TABLE, "--notemp").succeeded()
    return workdir


@pytest.fixture(scope="module")
def by_arriba(asked: Workdir, tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """The same with Arriba alone, as it was recorded, in place of our own caller."""
    workdir = asked.copy(tmp_path_factory.mktemp("by_arriba") / "run", "trimmed")
    workdir.change_config(callers=["arriba"], **given_databases(workdir))
    for sample in SAMPLES:
        target = workdir.path / "results" / "callers" / "arriba" / sample
        shutil.copytree(RECORDINGS / sample / "arriba", target, copy_function=shutil.copyfile)
    options = ("--notemp", "--rerun-triggers", "mtime", "--forcerun", "evidence")
    finished = workdir.run(COHORT_TABLE, *options).succeeded()
    assert set(finished.jobs) == {
        "collect_reads",
        "call_junctions",
        "evidence",
        "interpret",
        "cohort",
    }
    return workdir


@pytest.fixture(params=["junctions", "arriba"])
def document(request: pytest.FixtureRequest) -> Callable[[str], Document]:
    """The JSON of a sample, by our own caller and by another."""
    name = {"junctions": "asked", "arriba": "by_arriba"}[request.param]
    return request.getfixturevalue(name).document


def answers(document: Document) -> dict[str, str]:
    return {companion["gene"]: companion["answer"] for companion in document["companions"]}


class TestAnswers:
    def test_seen_and_not_seen(self, document: Callable[[str], Document], data: Path) -> None:
        given = document(FUSION)
        assert answers(given) == {"ALK": "seen", "ROS1": "not_seen", "RET": "not_seen"}
        limit = given["evaluability"]["detection_limit"]["text"]
        alk, *others = given["companions"]
        assert all(limit in other["text"] and other["fusions"] == [] for other in others)
        (event,) = truth_rows(data, FUSION)
        (fusion,) = [f for f in alk["fusions"] if f["status"] != "below_the_line"]
        assert fusion["vicc"] in alk["text"]
        assert junction(fusion) == (event["breakpoint5"], event["breakpoint3"])
        for name in ("gene5", "gene3", "frame", "kinase"):
            assert fusion[name] == event[name], name
        assert (fusion["exon5"], fusion["exon3"]) == (int(event["exon5"]), int(event["exon3"]))
        assert fusion["protein_length"] == int(event["protein_aa"])
        assert fusion["structure_class"] == event["expected_class"]
        assert fusion["status"] == "reportable"
        for name, column in (
            ("junction_reads", "junction_fragments"),
            ("spanning_fragments", "spanning_fragments"),
        ):
            assert fusion[name] == pytest.approx(int(event[column]), abs=4), name

    def test_never_an_ntrk_verdict(self, document: Callable[[str], Document]) -> None:
        given = document(FUSION)
        assert given["verdict"] == "not_detected"
        assert given["fusions"] == []
        assert given["therapies"] is None

    def test_not_assessable_where_the_gate_failed(
        self, document: Callable[[str], Document]
    ) -> None:
        given = document(DEGRADED)
        assert answers(given) == dict.fromkeys(COMPANIONS, "not_assessable")
        assert all("gate" in companion["text"] for companion in given["companions"])
        assert given["verdict"] == "not_evaluable"

    def test_not_seen_beside_an_ntrk_fusion(self, document: Callable[[str], Document]) -> None:
        given = document(POSITIVE)
        assert answers(given) == dict.fromkeys(COMPANIONS, "not_seen")
        assert given["verdict"] == "detected"

    @every_sample
    def test_hotspots_of_genes_that_the_annotation_lacks(
        self, document: Callable[[str], Document], sample: str
    ) -> None:
        """No gene of the test genome has one: an absence may not be read as one."""
        rows = read_tsv(RESOURCES / "hotspots.tsv")
        known = {
            (row["gene"], int(row["codon"]))
            for row in rows
            if row["gene"] in HOTSPOTS and row["kind"] == "codon"
        }
        sites = document(sample)["hotspots"]
        assert {(site["gene"], site["codon"]) for site in sites} == known
        for site in sites:
            assert site["answer"] == "not_assessable"
            assert f"the annotation holds no gene {site['gene']}" in site["text"]


class TestNothingElseChanges:
    @every_sample
    def test_findings(self, asked: Workdir, cohort: Workdir, sample: str) -> None:
        with_companions, alone = asked.document(sample), cohort.document(sample)
        changed = {name for name, value in alone.items() if with_companions[name] != value}
        assert changed <= ADDED
        imbalance = with_companions["imbalance"]
        assert {gene: imbalance[gene] for gene in alone["imbalance"]} == alone["imbalance"]
        assert set(imbalance) - set(alone["imbalance"]) == set(COMPANIONS)

    def test_reads_of_the_companions_are_kept_as_well(
        self, asked: Workdir, cohort: Workdir, data: Path
    ) -> None:
        (event,) = truth_rows(data, FUSION)
        chrom, pos, _ = event["breakpoint3"].split(":")
        counts = []
        for run in (asked, cohort):
            with pysam.AlignmentFile(str(run.result(FUSION, "evidence.bam"))) as bam:
                counts.append(bam.count(chrom, int(pos) - 1, int(pos)))
        assert counts[0] >= int(event["junction_fragments"])
        assert counts[1] == 0

    @every_sample
    def test_caller_does_not_matter(self, asked: Workdir, by_arriba: Workdir, sample: str) -> None:
        ours, theirs = (findings(run.document(sample)) for run in (asked, by_arriba))
        for name in ("verdict", "evaluability", "imbalance", "resistance", "hotspots", "library"):
            assert theirs[name] == ours[name], name
        assert answers(theirs) == answers(ours)
