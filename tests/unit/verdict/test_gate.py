"""May an absence of fusions be believed?"""

from __future__ import annotations

from pathlib import Path

import pytest

from ntrkoma.curated.gate_rules import GateRule
from ntrkoma.errors import InputError
from ntrkoma.evidence.library import ControlGenes, ReadQuality, gate_metrics
from ntrkoma.model.result import Gate
from ntrkoma.model.states import ASSAYS, Evaluability
from ntrkoma.programs.star_log import AlignmentSummary, parse_star_log
from ntrkoma.verdict.gate import SEVERITY, evaluate

ELSEWHERE = Path(__file__).resolve().parents[2] / "fixtures" / "programs"
LOG = """\
                                 Started job on |\tNov 22 13:18:12
                          Number of input reads |\t30030
                                    UNIQUE READS:
                   Uniquely mapped reads number |\t29919
                        Uniquely mapped reads % |\t99.63%
                 % of reads unmapped: too short |\t0.25%
"""
PASS, LIMITED, FAIL = Evaluability.PASS, Evaluability.LIMITED, Evaluability.FAIL


GOOD_READS = ReadQuality(duplication_rate=0.2, insert_size=180, q30_share=0.93, read_length=100)
NO_READS = ReadQuality(None, None, None, None)


def summary(unique: int, share: float = 0.85, too_short: float = 0.05) -> AlignmentSummary:
    return AlignmentSummary(round(unique / share), unique, share, too_short)


def controls(
    seen: int = 16, genes: int = 16, depth: float = 400.0, outer: tuple[int, int] = (300, 400)
) -> ControlGenes:
    """Control genes of which ``seen`` have reads; ``outer``: reads at the outer thirds."""
    return ControlGenes(
        {f"G{i}": 900 if i < seen else 0 for i in range(genes)},
        depth,
        {f"G{i}": outer for i in range(min(seen, 10))},
    )


def failing(gate: Gate, status: Evaluability) -> set[str]:
    return {check.metric for check in gate.checks if check.status == status}


class TestStarLog:
    def test_figures(self) -> None:
        found = parse_star_log(LOG.splitlines(), "Log.final.out")
        assert (found.input_fragments, found.unique_fragments) == (30030, 29919)
        assert found.unique_share == pytest.approx(0.9963)
        assert found.too_short_share == pytest.approx(0.0025)

    @pytest.mark.parametrize(
        "name",
        [
            "Number of input reads",
            "Uniquely mapped reads number",
            "Uniquely mapped reads %",
            "% of reads unmapped: too short",
        ],
    )
    @pytest.mark.parametrize("damage", ["absent", "empty", "words"])
    def test_a_figure_that_is_not_there(self, name: str, damage: str) -> None:
        lines = []
        for line in LOG.splitlines():
            if line.strip().startswith(f"{name} |"):
                if damage == "absent":
                    continue
                line = line.split("\t")[0] + ("\t" if damage == "empty" else "\tmany")
            lines.append(line)
        with pytest.raises(InputError, match="STAR did not finish") as caught:
            parse_star_log(lines, "results/S1/Log.final.out")
        assert str(caught.value).startswith("results/S1/Log.final.out")
        assert name in str(caught.value)

    @pytest.mark.real
    def test_recorded(self) -> None:
        files = sorted(ELSEWHERE.glob("*/Log.final.out"))
        assert files
        for path in files:
            found = parse_star_log(path.read_text().splitlines(), str(path))
            assert 0 < found.unique_fragments <= found.input_fragments
            assert 0 <= found.unique_share <= 1


class TestGate:
    @pytest.fixture
    def healthy(self, thresholds) -> dict[str, float | None]:
        return gate_metrics(summary(40_000_000), GOOD_READS, controls(), thresholds)

    @pytest.mark.parametrize("assay", ["", *ASSAYS])
    def test_healthy(self, healthy, gate_rules, thresholds, assay: str) -> None:
        gate = evaluate(healthy, gate_rules, thresholds, assay)
        assert gate.status == PASS
        assert {check.status for check in gate.checks} == {PASS}

    @pytest.mark.parametrize(
        ("metric", "value", "status"),
        [
            ("usable_fragments", 20_000_000, PASS),
            ("usable_fragments", 19_999_999, LIMITED),
            ("usable_fragments", 5_000_000, LIMITED),
            ("usable_fragments", 4_999_999, FAIL),
            ("usable_fragments", 0, FAIL),
            ("unique_share", 0.6, PASS),
            ("unique_share", 0.59, LIMITED),
            ("unique_share", 0.29, FAIL),
            ("too_short_share", 0.3, PASS),
            ("too_short_share", 0.31, LIMITED),
            ("too_short_share", 0.61, FAIL),
            ("insert_size", 80, PASS),
            ("insert_size", 79, LIMITED),
            ("insert_size", 49, FAIL),
            ("duplication_rate", 0.7, PASS),
            ("duplication_rate", 0.71, LIMITED),
            ("duplication_rate", 0.91, FAIL),
            ("three_prime_bias", 0.8, PASS),
            ("three_prime_bias", 0.81, LIMITED),
            ("three_prime_bias", 0.96, FAIL),
            ("control_genes_spliced", 0.9, PASS),
            ("control_genes_spliced", 0.8, LIMITED),
            ("control_genes_spliced", 0.6, LIMITED),
            ("control_genes_spliced", 0.5, FAIL),
            ("control_gene_depth", 10, PASS),
            ("control_gene_depth", 9.9, LIMITED),
            ("control_gene_depth", 1.9, FAIL),
        ],
    )
    def test_at_the_thresholds(
        self, healthy, gate_rules, thresholds, metric: str, value: float, status: Evaluability
    ) -> None:
        """One fault alone, in a transcriptome: it decides, and its own check says so."""
        gate = evaluate(healthy | {metric: value}, gate_rules, thresholds)
        assert gate.status == status
        assert failing(gate, FAIL) | failing(gate, LIMITED) == (
            set() if status == PASS else {metric}
        )

    @pytest.mark.parametrize(
        ("metric", "status"),
        [
            ("control_genes_spliced", FAIL),
            ("control_gene_depth", FAIL),
            ("three_prime_bias", LIMITED),
            ("insert_size", PASS),
            ("duplication_rate", PASS),
        ],
    )
    def test_what_cannot_be_measured(
        self, healthy, gate_rules, thresholds, metric: str, status: Evaluability
    ) -> None:
        gate = evaluate(healthy | {metric: None}, gate_rules, thresholds)
        assert gate.status == status
        nothing = [check for check in gate.checks if check.value is None]
        assert {check.metric for check in nothing} == {metric}
        assert {check.status for check in nothing} == {status}

    def test_given_alignments_come_without_fastp(self, gate_rules, thresholds) -> None:
        metrics = gate_metrics(summary(40_000_000), NO_READS, controls(), thresholds)
        assert evaluate(metrics, gate_rules, thresholds).status == PASS

    def test_no_control_gene_in_the_gtf(self, gate_rules, thresholds) -> None:
        """Such a sample cannot show that its RNA was intact, whatever the assay."""
        nothing = ControlGenes({}, None, {})
        metrics = gate_metrics(summary(50_000_000), GOOD_READS, nothing, thresholds)
        assert metrics["control_genes_spliced"] is None
        for assay in ASSAYS:
            assert evaluate(metrics, gate_rules, thresholds, assay).status == FAIL, assay

    def test_a_degraded_sample_shows_each_of_its_faults(self, gate_rules, thresholds) -> None:
        """Few and short fragments, mostly unmappable, copies, gathered at the 3′ ends."""
        reads = ReadQuality(duplication_rate=0.78, insert_size=62, q30_share=0.9, read_length=100)
        figures = controls(seen=5, depth=1.5, outer=(9, 140))
        metrics = gate_metrics(summary(2_000_000, 0.41, 0.55), reads, figures, thresholds)
        gate = evaluate(metrics, gate_rules, thresholds)
        assert gate.status == FAIL
        assert failing(gate, FAIL) == {
            "usable_fragments",
            "control_genes_spliced",
            "control_gene_depth",
        }
        assert failing(gate, FAIL) | failing(gate, LIMITED) == set(metrics)

    def test_every_metric_has_a_rule_and_every_rule_a_metric(self, healthy, gate_rules) -> None:
        assert {rule.metric for rule in gate_rules} == set(healthy)

    def test_no_figure_of_a_target_gene(self, healthy) -> None:
        """Healthy tissue is silent there; nothing that it lacks may fail a sample."""
        assert not any(
            word in name for name in healthy for word in ("ntrk", "target", "kinase", "imbalance")
        )

    def test_each_assay_has_its_own_depth(self, healthy, gate_rules, thresholds) -> None:
        for usable, expected in (
            (19_999, (FAIL, FAIL, FAIL)),
            (20_000, (FAIL, FAIL, LIMITED)),
            (100_000, (FAIL, FAIL, PASS)),
            (1_000_000, (FAIL, LIMITED, PASS)),
            (5_000_000, (LIMITED, PASS, PASS)),
            (20_000_000, (PASS, PASS, PASS)),
        ):
            metrics = healthy | {"usable_fragments": float(usable)}
            found = tuple(evaluate(metrics, gate_rules, thresholds, a).status for a in ASSAYS)
            assert found == expected, usable

    def test_rules_that_make_no_sense_for_an_assay(self, healthy, gate_rules, thresholds) -> None:
        """Amplicons are copies of fixed length at fixed places by design."""
        metrics = healthy | {
            "duplication_rate": 0.99,
            "three_prime_bias": 1.0,
            "insert_size": 45.0,
            "control_gene_depth": 0.5,
            "control_genes_spliced": 1 / 16,
        }
        amplicon = evaluate(metrics, gate_rules, thresholds, "amplicon")
        assert amplicon.status == PASS
        assert {check.metric for check in amplicon.checks} == {
            "usable_fragments",
            "unique_share",
            "too_short_share",
            "control_genes_spliced",
        }
        capture = evaluate(metrics, gate_rules, thresholds, "capture")
        assert failing(capture, FAIL) == {"insert_size", "control_genes_spliced"}
        none = evaluate(
            metrics | {"control_genes_spliced": 0.0}, gate_rules, thresholds, "amplicon"
        )
        assert none.status == FAIL

    def test_an_unknown_assay_does_not_pass_unchecked(
        self, healthy, gate_rules, thresholds
    ) -> None:
        with pytest.raises(
            InputError, match="assay 'amplikon' is unknown; did you mean 'amplicon'"
        ):
            evaluate(healthy, gate_rules, thresholds, "amplikon")

    def test_rules_as_data(self) -> None:
        row = {
            "assay": "capture,amplicon",
            "metric": "duplicates",
            "operator": "<=",
            "threshold": "most",
            "miss": "limited",
            "missing": "ignore",
            "reason": "many copies",
        }
        rules = (GateRule.model_validate(row),)
        both = frozenset({"capture", "amplicon"})
        assert (rules[0].assays, rules[0].miss, rules[0].missing) == (both, LIMITED, PASS)
        for value, status in ((0.5, PASS), (0.51, LIMITED), (None, PASS)):
            gate = evaluate({"duplicates": value}, rules, {"most": 0.5}, "capture")
            assert [check.status for check in gate.checks] == [status]
        assert evaluate({"duplicates": 0.9}, rules, {"most": 0.5}).checks == ()
        everywhere = GateRule.model_validate(row | {"assay": "all", "missing": "fail"})
        assert everywhere.assays == set(ASSAYS)
        assert everywhere.missing == FAIL

    def test_no_rule_no_objection(self) -> None:
        assert evaluate({}, (), {}).status == PASS

    def test_thresholds_of_a_run(self, knowledge, gate_rules) -> None:
        low = knowledge.with_overrides({"min_usable_fragments": 100, "good_usable_fragments": 200})
        metrics = gate_metrics(summary(150), GOOD_READS, controls(), low)
        assert evaluate(metrics, gate_rules, low).status == LIMITED

    def test_unknown_threshold(self, knowledge) -> None:
        with pytest.raises(InputError, match="unknown name min_reads"):
            knowledge.with_overrides({"min_reads": 1})


class TestGateTable:
    def test_a_rule_that_fails_is_wider_than_the_one_that_limits(
        self, gate_rules, thresholds
    ) -> None:
        for assay in ASSAYS:
            pairs: dict[str, dict[Evaluability, GateRule]] = {}
            for rule in gate_rules:
                if assay in rule.assays:
                    of_metric = pairs.setdefault(rule.metric, {})
                    assert rule.miss not in of_metric, (assay, rule)
                    of_metric[rule.miss] = rule
            for metric, rules in pairs.items():
                if len(rules) == 2:
                    fail, limited = (thresholds[rules[s].threshold_name] for s in (FAIL, LIMITED))
                    ordered = fail <= limited if rules[FAIL].operator == ">=" else fail >= limited
                    assert ordered, (assay, metric)

    def test_what_no_assay_can_do_without(self, gate_rules) -> None:
        for assay in ASSAYS:
            fatal = {r.metric for r in gate_rules if assay in r.assays and r.missing == FAIL}
            assert fatal >= {"usable_fragments", "unique_share", "control_genes_spliced"}, assay

    def test_reasons_are_one_sentence_each(self, gate_rules) -> None:
        for rule in gate_rules:
            assert rule.assays <= set(ASSAYS), rule
            assert rule.missing in SEVERITY, rule
            assert rule.reason[0].islower(), rule
            assert not rule.reason.endswith("."), rule
