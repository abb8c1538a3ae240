"""Real reads of known fusions on real sequence (the test set of FusionCatcher)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import frozen
import pysam
import pytest
from workflow_runs import (
    COHORT_TABLE,
    REAL_READS,
    Document,
    Workdir,
    complement,
    fragments_with,
    joined_bases,
    junction,
    read_genome,
    write_tsv,
    write_yaml,
)

from sample_page import assert_page_tells, overflow

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (REAL_READS / "etv6_ntrk3_1.fastq.gz").exists(),
        reason=(
            f"REAL READS NOT TESTED: {REAL_READS} is absent; it holds etv6_ntrk3_[12].fastq.gz and "
            "grch38_slices.{fa,gtf}.gz"
        ),
    ),
]

SAMPLE = "REAL"
FASTQ = [REAL_READS / f"etv6_ntrk3_{mate}.fastq.gz" for mate in (1, 2)]
BREAKPOINTS = ("ETV6_exon5:1400:+", "15:95736:-")
# The codons of NTRK3 that resistance hangs on, with every codon that stands for the residue.
CODONS = {617: ("F", {"TTT", "TTC"}), 623: ("G", {"GGA", "GGC", "GGG", "GGT"})}
CODONS[696] = CODONS[623]
FEWEST_FOR_CODON = 20  # codon_min_depth of resources/thresholds.tsv


@pytest.fixture(scope="module")
def workdir(tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """A folder with sheet and configuration; the documents below come from runs in it."""
    path = tmp_path_factory.mktemp("real")
    mates = {f"fq{mate}": str(fastq) for mate, fastq in enumerate(FASTQ, 1)}
    write_tsv(path / "samples.tsv", [{"sample": SAMPLE, "unit": "L1", **mates}])
    write_yaml(
        path / "config.yaml",
        {
            "samples": "samples.tsv",
            "reference": {
                "fasta": str(REAL_READS / "grch38_slices.fa.gz"),
                "gtf": str(REAL_READS / "grch38_slices.gtf.gz"),
            },
            "target_genes": ["NTRK3"],
        },
    )
    return Workdir(path)


@pytest.fixture(scope="module")
def documents(workdir: Workdir) -> dict[str, Document]:
    """The JSON without and with companion genes."""
    workdir.run(COHORT_TABLE, "--notemp").succeeded()
    alone = workdir.document(SAMPLE)
    workdir.change_config(companion_genes=["ROS1", "RET"])
    finished = workdir.run(COHORT_TABLE, "--notemp").succeeded()
    assert "star_align" not in finished.jobs, "a gene that is asked for later is no new alignment"
    return {"alone": alone, "companions": workdir.document(SAMPLE)}


def test_every_field_is_what_it_was(documents: dict[str, Document]) -> None:
    before = frozen.read("real")[SAMPLE]
    assert list(frozen.differences(before, documents["companions"])) == []


@pytest.mark.parametrize("which", ["alone", "companions"])
class TestFusion:
    def test_one_fusion_above_the_line(self, documents: dict[str, Document], which: str) -> None:
        (fusion,) = documents[which]["fusions"]
        assert fusion["name"] == "ETV6::NTRK3"
        assert junction(fusion) == BREAKPOINTS
        assert fusion["transcript3"].split(".")[0] == "ENST00000629765"
        assert (fusion["exon5"], fusion["exon3"]) == (1, 15)  # exon 5 is the model's only whole one
        assert fusion["frame"] == "in_frame"
        assert fusion["kinase"] == "complete"
        assert fusion["status"] == "reportable"
        assert 10 <= fusion["junction_reads"] <= 14
        assert 1 <= fusion["spanning_fragments"] <= 4
        assert fusion["evidence"]["start_positions"] >= 10
        assert fusion["evidence"]["splice_motif"] == "GT-AG"
        assert fusion["inserted"] == ""
        retained = {(d["gene"], d["domain"]): d["retained"] for d in fusion["domains"]}
        assert retained["NTRK3", "kinase"] == "complete"
        assert retained["NTRK3", "transmembrane"] == "absent"
        assert all(residue["retained"] for residue in fusion["key_residues"])

    def test_detected_with_the_failed_gate_beside_it(
        self, documents: dict[str, Document], which: str
    ) -> None:
        document = documents[which]
        assert document["verdict"] == "detected"
        assert document["evaluability"]["status"] == "fail"
        codes = {reason["code"] for reason in document["reasons"]}
        assert {"fusion_reportable", "gate_usable_fragments"} <= codes


@pytest.mark.parametrize("which", ["alone", "companions"])
class TestLocus:
    def test_kinase_exons_stand_out(self, documents: dict[str, Document], which: str) -> None:
        """The reads are those of fusions alone: nothing of the 5′ exons, so no ratio either."""
        found = documents[which]["imbalance"]["NTRK3"]
        assert (found["ratio"], found["flag"]) == (None, "raised")
        assert found["kinase_exons"][0] == 15
        assert found["five_prime_depth"] == 0
        depth = found["kinase_depth"]
        assert 10 <= depth <= 16
        assert f"kinase exons 15–20 at {depth:.1f}×, 5′ exons 3–10 at 0.0×" in found["text"]

    def test_resistance_codons_on_real_sequence(
        self, documents: dict[str, Document], which: str
    ) -> None:
        """The residues that the table names stand at the positions that were looked at."""
        genome = read_genome(REAL_READS / "grch38_slices.fa.gz")
        sites = documents[which]["resistance"]
        assert [(site["gene"], site["codon"]) for site in sites] == [("NTRK3", c) for c in CODONS]
        for site in sites:
            residue, spelled = CODONS[site["codon"]]
            assert (site["reference"], site["strand"]) == (residue, "-")
            codon = "".join(complement(genome[site["chrom"]][pos - 1]) for pos in site["positions"])
            assert codon in spelled
            assert 0 < site["depth"] < FEWEST_FOR_CODON
            assert site["answer"] == "not_assessable"
            assert site["variants"] == []
            assert re.search(rf"\b{site['depth']} fragments cover the codon", site["text"])


class TestEvidenceBam:
    def test_holds_every_read_that_spells_the_junction(
        self,
        documents: dict[str, Document],  # noqa: ARG002 - the run
        workdir: Workdir,
    ) -> None:
        genome = read_genome(REAL_READS / "grch38_slices.fa.gz")
        # Of those that fastp keeps.
        trimmed = sorted((workdir.path / "results/trimmed/paired" / SAMPLE).glob("*.fastq.gz"))
        spelling = fragments_with(trimmed, joined_bases(genome, *BREAKPOINTS))
        assert len(spelling) >= 10
        with pysam.AlignmentFile(str(workdir.result(SAMPLE, "evidence.bam"))) as bam:
            assert bam.has_index()
            kept = {record.query_name for record in bam.fetch(until_eof=True)}
        assert spelling <= kept


class TestCompanions:
    def test_none_unless_asked_for(self, documents: dict[str, Document]) -> None:
        assert documents["alone"]["companions"] == []

    def test_stand_apart(self, documents: dict[str, Document]) -> None:
        document = documents["companions"]
        answers = {c["gene"]: (c["answer"], c["fusions"]) for c in document["companions"]}
        assert {gene: answer for gene, (answer, _) in answers.items()} == dict.fromkeys(
            ("ROS1", "RET"), "seen"
        )
        above = {
            f["name"]: (f["exon5"], f["exon3"], f["frame"], f["kinase"])
            for _, fusions in answers.values()
            for f in fusions
            if f["status"] == "reportable"
        }
        assert above == {
            "CD74::ROS1": (6, 35, "in_frame", "complete"),
            "HOOK3::RET": (11, 12, "in_frame", "complete"),
        }
        assert {f["name"] for f in document["fusions"]} == {"ETV6::NTRK3"}

    def test_change_nothing_else(self, documents: dict[str, Document]) -> None:
        alone, companions = documents["alone"], documents["companions"]
        for part in ("verdict", "reasons", "fusions", "below_the_line", "evaluability", "library"):
            assert companions[part] == alone[part], part


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_report_in_a_browser(
    workdir: Workdir,
    documents: dict[str, Document],
    open_page: Callable[..., Any],
    axe: Callable[[Any], list[str]],
    width: int,
) -> None:
    """The page says what the JSON says, without network, console message or serious barrier."""
    page = open_page(viewport={"width": width, "height": 900})
    page.goto(workdir.result(SAMPLE, "report.html").resolve().as_uri())
    assert_page_tells(page, documents["companions"])
    assert axe(page) == []
    assert overflow(page) <= 0
