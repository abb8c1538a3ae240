"""Every sample of the test data against its truth."""

from __future__ import annotations

import re
from math import comb
from pathlib import Path
from typing import Any

import pytest
from workflow_runs import (
    RESOURCES,
    SAMPLES,
    Finished,
    Workdir,
    all_junctions,
    expected,
    junction,
    ntrk_events,
    read_tsv,
    truth_rows,
)

WELL_SUPPORTED = 25  # crossing fragments from which on counts have to be within 10 %
MANE_NTRK3 = "ENST00000629765"
GATES = {"DEGRADED": "fail", "LIMITED": "limited"}  # of all others: pass
NEGATIVES = ("EML4_ALK", "NEG_BACKGROUND", "NEG_CLEAN", "DEGRADED", "SILENT_HEALTHY", "LIMITED")

# Genes whose kinase exons stand out over their 5′ exons. Not where the wild type or the reciprocal
# transcript brings the 5′ exons as well (QKI_NTRK2, BALANCED, PARALOG_ONLY), where the fusion holds
# the whole gene (UTR5_JOIN, READ_THROUGH), where it holds no kinase, or where it is rare.
RAISED = {
    "KHDRBS1_NTRK1": "NTRK1",
    "ETV6_NTRK3": "NTRK3",
    "TPM3_NTRK1": "NTRK1",
    "OUT_OF_FRAME": "NTRK1",
    "KINASE_LOST": "NTRK1",
    "MID_EXON": "NTRK2",
    "TWO_LANES": "NTRK1",
    "SINGLE_END": "NTRK1",
    "INTRONIC": "NTRK3",
    "RIBOSOMAL_PARTNER": "NTRK3",
    "NORMAL_TISSUE": "NTRK2",
    "PSEUDOGENE_ONLY": "NTRK1",
    "HOP_SOURCE": "NTRK3",
    "RESISTANCE": "NTRK3",
    "IMBALANCE_ONLY": "NTRK1",
}

# Other tests of the sheet against the verdict: a test that is no yes or no, or a verdict that is
# none, compares with nothing.
CONCORDANCE = {
    "KHDRBS1_NTRK1": [("pan_trk_ihc", "positive", "concordant")],
    "ETV6_NTRK3": [
        ("pan_trk_ihc", "equivocal", "not_comparable"),
        ("ntrk_fish", "positive", "concordant"),
    ],
    "OUT_OF_FRAME": [("ntrk_fish", "positive", "not_comparable")],
    "EML4_ALK": [("pan_trk_ihc", "negative", "concordant")],
    "NEG_CLEAN": [("ntrk_fish", "negative", "concordant")],
    "DEGRADED": [("pan_trk_ihc", "positive", "not_comparable")],
    "SILENT_HEALTHY": [("pan_trk_ihc", "negative", "concordant")],
}

# Specimens of one patient and samples of one run that share a junction.
ELSEWHERE = {
    "KHDRBS1_NTRK1": {"LOW_3": "patient", "FOLLOW_UP": "patient"},
    "LOW_3": {"KHDRBS1_NTRK1": "patient", "FOLLOW_UP": "patient"},
    "FOLLOW_UP": {"KHDRBS1_NTRK1": "patient", "LOW_3": "patient"},
    "ETV6_NTRK3": {"LOW_2": "patient"},
    "LOW_2": {"ETV6_NTRK3": "patient"},
    "HOP_SOURCE": {"HOP_SINK": "run"},
    "HOP_SINK": {"HOP_SOURCE": "run"},
}

FEWEST_FOR_CODON = 20  # codon_min_depth of resources/thresholds.tsv
LIMIT_FRAGMENTS = 6.296  # mean of a Poisson of which 95 % are 3 or more

every_sample = pytest.mark.parametrize("sample", SAMPLES)


def found(document: dict[str, Any], event: dict[str, str]) -> dict[str, Any]:
    """The one junction at exactly the planted breakpoints."""
    wanted = (event["breakpoint5"], event["breakpoint3"])
    hits = [fusion for fusion in all_junctions(document) if junction(fusion) == wanted]
    assert len(hits) == 1, [junction(fusion) for fusion in all_junctions(document)]
    return hits[0]


def test_run_ends_well(cohort_run: tuple[Workdir, Finished]) -> None:
    _, finished = cohort_run
    finished.succeeded()


def test_truth_table_has_the_samples_that_are_tested(data: Path) -> None:
    assert tuple(dict.fromkeys(row["sample"] for row in read_tsv(data / "truth.tsv"))) == SAMPLES


class TestScience:
    @every_sample
    def test_verdict(self, cohort: Workdir, data: Path, sample: str) -> None:
        document = cohort.document(sample)
        assert document["verdict"] == expected(data, sample, "expected_verdict")
        assert document["reasons"]

    @every_sample
    def test_reason(self, cohort: Workdir, data: Path, sample: str) -> None:
        document = cohort.document(sample)
        of_sample = {reason["code"] for reason in document["reasons"]}
        events = ntrk_events(data, sample)
        if not events:
            assert expected(data, sample, "expected_reason") in of_sample
        for event in events:
            fusion = found(document, event)
            assert event["expected_reason"] in {reason["code"] for reason in fusion["reasons"]}
            # What keeps a sample from being signed is said of the sample as well.
            if fusion["status"] == "review" and document["verdict"] == "indeterminate":
                assert event["expected_reason"] in of_sample

    @every_sample
    def test_class(self, cohort: Workdir, data: Path, sample: str) -> None:
        """The artefact that a junction is, else how it is built."""
        document = cohort.document(sample)
        for event in ntrk_events(data, sample):
            fusion = found(document, event)
            assert (fusion["artefact_class"] or fusion["structure_class"]) == event[
                "expected_class"
            ]

    @every_sample
    def test_planted_events(self, cohort: Workdir, data: Path, sample: str) -> None:
        document = cohort.document(sample)
        for event in ntrk_events(data, sample):
            fusion = found(document, event)
            assert fusion["name"] == f"{event['gene5']}::{event['gene3']}"
            assert (fusion["gene5"], fusion["gene3"]) == (event["gene5"], event["gene3"])
            assert fusion["breakpoint_exact"] is True
            assert fusion["inserted"] == event["inserted"]
            assert fusion["frame"] == event["frame"]
            assert fusion["kinase"] == event["kinase"]
            length = event["protein_aa"]
            assert fusion["protein_length"] == (int(length) if length else None)
            assert fusion["status"] == event["expected_status"]
            for side in ("exon5", "exon3"):
                if event[side]:
                    assert fusion[side] == int(event[side]), side

    @every_sample
    def test_counts(self, cohort: Workdir, data: Path, sample: str) -> None:
        document = cohort.document(sample)
        for event in ntrk_events(data, sample):
            fusion = found(document, event)
            planted = {
                "junction_reads": int(event["junction_fragments"]),
                "spanning_fragments": int(event["spanning_fragments"]),
            }
            counted = {name: fusion[name] for name in planted}
            if int(event["crossing_fragments"]) < WELL_SUPPORTED:
                assert counted == planted  # these reads are planted where no aligner misses them
                continue
            for name, truth in planted.items():
                assert counted[name] == pytest.approx(truth, abs=max(1, 0.1 * truth)), name

    @every_sample
    def test_nothing_reportable_that_was_not_planted(
        self, cohort: Workdir, data: Path, sample: str
    ) -> None:
        planted = {
            (event["breakpoint5"], event["breakpoint3"])
            for event in truth_rows(data, sample)
            if event["expected_status"] == "reportable"
        }
        document = cohort.document(sample)
        reported = [f for f in all_junctions(document) if f["status"] == "reportable"]
        assert {junction(fusion) for fusion in reported} == planted
        assert len(reported) == len(planted)

    def test_acceptor_in_a_truncated_isoform_is_numbered_on_that_isoform(
        self, cohort: Workdir
    ) -> None:
        (fusion,) = cohort.document("TRUNCATED_ACCEPTOR")["fusions"]
        assert fusion["transcript3"]
        assert not fusion["transcript3"].startswith(MANE_NTRK3)
        assert fusion["kinase_fraction"] == 0

    @pytest.mark.parametrize("sample", NEGATIVES)
    def test_negatives_have_nothing_above_the_line(self, cohort: Workdir, sample: str) -> None:
        assert cohort.document(sample)["fusions"] == []

    @every_sample
    def test_gate(self, cohort: Workdir, sample: str) -> None:
        document = cohort.document(sample)
        evaluability = document["evaluability"]
        assert evaluability["status"] == GATES.get(sample, "pass")
        missed = {c["metric"] for c in evaluability["checks"] if c["status"] != "pass"}
        codes = {reason["code"] for reason in document["reasons"]}
        assert {code for code in codes if code.startswith("gate_")} == {
            f"gate_{metric}" for metric in missed
        }

    @every_sample
    def test_detection_limit(self, cohort: Workdir, sample: str) -> None:
        """Three fragments with 95 % probability, of as many as are usable."""
        limit = cohort.document(sample)["evaluability"]["detection_limit"]
        assert (limit["fragments"], limit["probability"]) == (3, 0.95)
        exact = LIMIT_FRAGMENTS / limit["usable_fragments"] * 1e6
        assert exact <= limit["ffpm"] <= 1.1 * exact
        assert f"{limit['ffpm']:,.0f} or more fragments per million" in limit["text"]

    def test_detection_limit_grows_as_the_library_shrinks(self, cohort: Workdir) -> None:
        limits = {
            sample: cohort.document(sample)["evaluability"]["detection_limit"]["ffpm"]
            for sample in SAMPLES
        }
        degraded, limited = limits.pop("DEGRADED"), limits.pop("LIMITED")
        assert degraded > limited > max(limits.values())

    def test_silent_genes_of_a_sound_library_are_a_negative(self, cohort: Workdir) -> None:
        """Not one fragment of an NTRK gene: the control genes say that it would have shown."""
        document = cohort.document("SILENT_HEALTHY")
        assert document["verdict"] == "not_detected"
        assert document["evaluability"]["status"] == "pass"
        assert document["below_the_line"] == []
        depths = [
            found[part]
            for found in document["imbalance"].values()
            for part in ("five_prime_depth", "kinase_depth")
        ]
        assert depths == [0] * len(depths)
        assert len(depths) == 6

    def test_genes_that_were_not_asked_for_are_not_reported(self, cohort: Workdir) -> None:
        assert cohort.document("EML4_ALK")["companions"] == []

    def test_reciprocal_transcript_stands_beside_its_fusion(self, cohort: Workdir) -> None:
        fusions = cohort.document("BALANCED")["fusions"]
        assert [(fusion["name"], fusion["status"]) for fusion in fusions] == [
            ("ETV6::NTRK3", "reportable"),
            ("NTRK3::ETV6", "review"),
        ]
        reciprocal = fusions[1]
        assert (reciprocal["structure_class"], reciprocal["exon3"]) == ("reciprocal", 6)

    def test_copies_count_once(self, cohort: Workdir) -> None:
        (fusion,) = cohort.document("DUPLICATES")["fusions"]
        evidence = fusion["evidence"]
        assert (fusion["junction_reads"], evidence["start_positions"]) == (2, 2)
        assert evidence["junction_reads_raw"] == 20

    @every_sample
    def test_therapies_stand_beside_detected_fusions_only(
        self, cohort: Workdir, sample: str
    ) -> None:
        document = cohort.document(sample)
        assert (document["therapies"] is not None) == (document["verdict"] == "detected")


class TestWithinOneGene:
    def test_trkaiii(self, cohort: Workdir, data: Path) -> None:
        """Listed apart from fusions, with its share beside the wild type."""
        document = cohort.document("TRKAIII")
        (planted,) = truth_rows(data, "TRKAIII")
        (event,) = document["intragenic"]
        assert (event["gene"], event["name"], event["known"]) == ("NTRK1", "TrkAIII", True)
        assert event["kind"] == planted["kind"]
        assert planted["expected_class"] == "intragenic"
        assert junction(event) == (planted["breakpoint5"], planted["breakpoint3"])
        assert (event["exon5"], event["exon3"], event["skipped_exons"]) == (5, 8, [6, 7])
        assert (event["frame"], event["kinase"]) == (planted["frame"], planted["kinase"])
        assert event["reads"] == int(planted["junction_fragments"])
        wild_type = event["wild_type_reads"]
        assert wild_type > 0
        assert event["share"] == pytest.approx(event["reads"] / (event["reads"] + wild_type), 1e-3)
        assert "intragenic_event" in {reason["code"] for reason in document["reasons"]}
        assert document["fusions"] == []

    @every_sample
    def test_nowhere_else(self, cohort: Workdir, sample: str) -> None:
        """Neither truncated isoforms nor alternative exons are taken for one."""
        assert bool(cohort.document(sample)["intragenic"]) == (sample == "TRKAIII")


class TestOtherSamples:
    @every_sample
    def test_elsewhere(self, cohort: Workdir, sample: str) -> None:
        """Every junction names the peers that have it, with their counts."""
        shared = ELSEWHERE.get(sample, {})
        for fusion in all_junctions(cohort.document(sample)):
            others = fusion["elsewhere"]
            if fusion["status"] != "below_the_line":
                assert {other["sample"]: other["relation"] for other in others} == shared
            for other in others:
                (same,) = [
                    f
                    for f in all_junctions(cohort.document(other["sample"]))
                    if junction(f) == junction(fusion)
                ]
                for name in ("junction_reads", "spanning_fragments"):
                    assert other[name] == same[name], (other["sample"], name)

    def test_one_read_counts_where_the_patient_is_known_to_have_the_junction(
        self, cohort: Workdir
    ) -> None:
        document = cohort.document("FOLLOW_UP")
        (fusion,) = document["fusions"]
        assert (fusion["junction_reads"], fusion["spanning_fragments"]) == (1, 0)
        assert {o["sample"] for o in fusion["elsewhere"] if o["status"] == "reportable"} == {
            "KHDRBS1_NTRK1"
        }
        assert "KHDRBS1_NTRK1 of the same patient" in fusion["reasons"][0]["text"]

    def test_index_hopping_bears_on_the_sink_alone(self, cohort: Workdir) -> None:
        (sink,), (source,) = (
            cohort.document(sample)["fusions"] for sample in ("HOP_SINK", "HOP_SOURCE")
        )
        assert (sink["artefact_class"], source["artefact_class"]) == ("index_hopping", None)
        assert (sink["status"], source["status"]) == ("review", "reportable")
        assert "HOP_SOURCE of the same sequencing run" in sink["reasons"][0]["text"]

    @every_sample
    def test_junctions_of_peers_that_the_caller_sees_itself_are_not_listed_twice(
        self, cohort: Workdir, sample: str
    ) -> None:
        assert cohort.document(sample)["shared_junctions"] == []

    @every_sample
    def test_orthogonal_tests(self, cohort: Workdir, sample: str) -> None:
        given = cohort.document(sample)["orthogonal"]
        answers = [(test["assay"], test["reading"], test["concordance"]) for test in given]
        assert answers == CONCORDANCE.get(sample, [])


class TestImbalance:
    @every_sample
    def test_raised_where_the_kinase_stands_out(self, cohort: Workdir, sample: str) -> None:
        imbalance = cohort.document(sample)["imbalance"]
        assert set(imbalance) == {"NTRK1", "NTRK2", "NTRK3"}
        raised = {gene for gene, found in imbalance.items() if found["flag"] == "raised"}
        assert raised == ({RAISED[sample]} if sample in RAISED else set())

    def test_without_a_junction_it_is_a_question_and_no_answer(self, cohort: Workdir) -> None:
        document = cohort.document("IMBALANCE_ONLY")
        assert document["fusions"] == document["below_the_line"] == []
        (reason,) = document["reasons"]
        assert reason["code"] == "imbalance_without_fusion"
        assert "NTRK1" in reason["text"]

    @every_sample
    def test_ratio_is_that_of_the_depths(self, cohort: Workdir, sample: str) -> None:
        for gene, found in cohort.document(sample)["imbalance"].items():
            if found["ratio"] is None:
                assert found["flag"] == "not_assessable", gene
            if max(found["five_prime_depth"], found["kinase_depth"]) < 10:
                assert found["flag"] == "not_assessable", gene


def tail(reads: int, depth: int, share: float) -> float:
    """Probability of a binomial count as far on its side of the mean as this one, or further."""

    def chance(k: int) -> float:
        return comb(depth, k) * share**k * (1 - share) ** (depth - k)

    return min(
        sum(chance(k) for k in range(reads + 1)), sum(chance(k) for k in range(reads, depth + 1))
    )


class TestResistance:
    @every_sample
    def test_every_known_codon_is_answered(self, cohort: Workdir, sample: str) -> None:
        rows = read_tsv(RESOURCES / "resistance.tsv")
        known = {(row["gene"], int(row["codon"])): row["reference"] for row in rows}
        answers = cohort.document(sample)["resistance"]
        assert {(site["gene"], site["codon"]): site["reference"] for site in answers} == known
        for site in answers:
            assert len(site["positions"]) == 3
            assert f"{site['reference']}{site['codon']}" in site["text"]
            if site["answer"] != "seen":
                enough = site["depth"] >= FEWEST_FOR_CODON
                assert site["answer"] == ("not_seen" if enough else "not_assessable"), site["text"]

    @every_sample
    def test_changes_are_seen_where_they_were_planted_and_nowhere_else(
        self, cohort: Workdir, data: Path, sample: str
    ) -> None:
        planted = {row["codon_change"] for row in truth_rows(data, sample) if row["codon_change"]}
        answers = cohort.document(sample)["resistance"]
        seen = {
            f"{site['gene']} {variant['change']}"
            for site in answers
            for variant in site["variants"]
        }
        assert seen == planted
        assert {site["codon"] for site in answers if site["answer"] == "seen"} == {
            int(re.findall(r"\d+", change)[-1]) for change in planted
        }

    def test_share_of_the_change(self, cohort: Workdir, data: Path) -> None:
        (event,) = truth_rows(data, "RESISTANCE")
        (site,) = [s for s in cohort.document("RESISTANCE")["resistance"] if s["answer"] == "seen"]
        (variant,) = site["variants"]
        assert (site["gene"], site["codon"], variant["change"]) == ("NTRK3", 623, "p.G623R")
        assert variant["known"] is True
        assert "larotrectinib" in variant["drugs_resistant"]
        planted, covering = int(event["codon_change_fragments"]), int(event["codon_fragments"])
        assert variant["reads"] <= planted
        assert 0.8 * covering <= site["depth"] <= 1.1 * covering
        assert variant["fraction"] == pytest.approx(variant["reads"] / site["depth"], abs=1e-4)
        assert tail(variant["reads"], site["depth"], planted / covering) > 0.025

    def test_other_codons_of_the_gene_are_looked_at_as_well(self, cohort: Workdir) -> None:
        answers = {
            (site["gene"], site["codon"]): site["answer"]
            for site in cohort.document("RESISTANCE")["resistance"]
        }
        assert answers["NTRK3", 617] == answers["NTRK3", 696] == "not_seen"
        # Wild-type NTRK1 and NTRK2 are hardly expressed: their codons cannot be judged.
        others = {answer for (gene, _), answer in answers.items() if gene != "NTRK3"}
        assert others == {"not_assessable"}
