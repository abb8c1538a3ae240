"""Real reads of known fusions on real sequence (the test set of FusionCatcher)."""

from __future__ import annotations

import pytest
from workflow_runs import (
    COHORT_TABLE,
    REAL_READS,
    Document,
    Workdir,
    junction,
    write_tsv,
    write_yaml,
)

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


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """The JSON without and with companion genes."""
    path = tmp_path_factory.mktemp("real")
    mates = {f"fq{mate}": str(REAL_READS / f"etv6_ntrk3_{mate}.fastq.gz") for mate in (1, 2)}
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
    workdir = Workdir(path)
    workdir.run(COHORT_TABLE, "--notemp").succeeded()
    alone = workdir.document(SAMPLE)
    workdir.change_config(companion_genes=["ROS1", "RET"])
    finished = workdir.run(COHORT_TABLE, "--notemp").succeeded()
    assert "star_align" not in finished.jobs, "a gene that is asked for later is no new alignment"
    return {"alone": alone, "companions": workdir.document(SAMPLE)}


@pytest.mark.parametrize("which", ["alone", "companions"])
class TestFusion:
    def test_one_fusion_above_the_line(self, documents: dict[str, Document], which: str) -> None:
        (fusion,) = documents[which]["fusions"]
        assert fusion["name"] == "ETV6::NTRK3"
        assert junction(fusion) == ("ETV6_exon5:1400:+", "15:95736:-")
        assert fusion["transcript3"].split(".")[0] == "ENST00000629765"
        assert (fusion["exon5"], fusion["exon3"]) == (1, 15)  # exon 5 is the model's only whole one
        assert fusion["frame"] == "in_frame"
        assert fusion["kinase"] == "complete"
        assert fusion["status"] == "reportable"
        assert 10 <= fusion["junction_reads"] <= 14
        assert fusion["inserted"] == ""

    def test_detected_with_the_failed_gate_beside_it(
        self, documents: dict[str, Document], which: str
    ) -> None:
        document = documents[which]
        assert document["verdict"] == "detected"
        assert document["evaluability"]["status"] == "fail"
        codes = {reason["code"] for reason in document["reasons"]}
        assert {"fusion_reportable", "gate_usable_fragments"} <= codes


class TestCompanions:
    def test_none_unless_asked_for(self, documents: dict[str, Document]) -> None:
        assert documents["alone"]["companions"] == []

    def test_stand_apart(self, documents: dict[str, Document]) -> None:
        document = documents["companions"]
        above = {f["name"] for f in document["companions"] if f["status"] == "reportable"}
        assert above == {"CD74::ROS1", "HOOK3::RET"}
        assert {f["name"] for f in document["fusions"]} == {"ETV6::NTRK3"}

    def test_change_nothing_else(self, documents: dict[str, Document]) -> None:
        alone, companions = documents["alone"], documents["companions"]
        for part in ("verdict", "reasons", "fusions", "below_the_line", "evaluability", "library"):
            assert companions[part] == alone[part], part
