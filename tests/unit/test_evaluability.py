"""May an absence of fusions be believed?"""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import Design, build_placed, put

from ntrkoma.errors import InputError
from ntrkoma.evaluability import (
    AlignmentSummary,
    GateRule,
    control_gene_fragments,
    evaluate,
    gate_metrics,
    parse_gate_rules,
    parse_star_log,
)
from ntrkoma.records import Evaluability

ELSEWHERE = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "callers"
LOG = """\
                                 Started job on |\tNov 22 13:18:12
                          Number of input reads |\t30030
                                    UNIQUE READS:
                   Uniquely mapped reads number |\t29919
                        Uniquely mapped reads % |\t99.63%
                 % of reads unmapped: too short |\t0.25%
"""
PASS, LIMITED, FAIL = Evaluability.PASS, Evaluability.LIMITED, Evaluability.FAIL


def summary(unique: int) -> AlignmentSummary:
    return AlignmentSummary(2 * unique, unique, 0.5, 0.1)


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
        if not files:
            pytest.skip(f"no recorded STAR output in {ELSEWHERE}: its log is NOT checked")
        for path in files:
            found = parse_star_log(path.read_text().splitlines(), str(path))
            assert 0 < found.unique_fragments <= found.input_fragments
            assert 0 <= found.unique_share <= 1


class TestControlGenes:
    def test_only_a_genes_own_introns_count(self, annotation, mane) -> None:
        gapdh, ntrk1 = mane["GAPDH"], mane["NTRK1"]

        def intron(transcript, number: int) -> tuple[int, int]:
            ends = sorted((transcript.exon_end(number), transcript.exon_start(number + 1)))
            return ends[0] + 1, ends[1] - 1

        def line(transcript, first: int, last: int, unique: int) -> str:
            strand = 1 if transcript.strand == "+" else 2
            fields = (transcript.chrom, first, last, strand, 1, 1, unique, 7, 40)
            return "\t".join(map(str, fields))

        one, two = intron(gapdh, 1), intron(gapdh, 2)
        lines = [
            line(gapdh, *one, 30),
            line(gapdh, *two, 12),
            line(gapdh, one[0], two[1], 500),  # skips an exon: not its own intron
            line(ntrk1, *intron(ntrk1, 3), 900),
        ]
        counts = control_gene_fragments(lines, annotation, ["GAPDH", "ACTB", "NO_SUCH_GENE"])
        assert counts == {"GAPDH": 42, "ACTB": 0}

    def test_minus_strand_gene(self, tmp_path: Path) -> None:
        gene = put(Design("ACGTACGTAC" * 4, ((3, 10), (21, 30))), "-", "ACTB", "chr7")
        world = build_placed(tmp_path, gene)
        low, high = gene.to_genome(20), gene.to_genome(11)
        line = f"chr7\t{low}\t{high}\t2\t2\t1\t25\t0\t30"
        assert control_gene_fragments([line], world.annotation, ["ACTB"]) == {"ACTB": 25}


class TestGate:
    @pytest.mark.parametrize(
        ("unique", "seen", "status"),
        [
            (20_000_000, 10, PASS),
            (20_000_000, 9, PASS),
            (19_999_999, 10, LIMITED),
            (5_000_000, 10, LIMITED),
            (4_999_999, 10, FAIL),
            (20_000_000, 8, LIMITED),
            (20_000_000, 6, LIMITED),
            (20_000_000, 5, FAIL),
            (0, 0, FAIL),
        ],
    )
    def test_at_the_thresholds(
        self, gate_rules, thresholds, unique: int, seen: int, status: Evaluability
    ) -> None:
        enough = int(thresholds["control_gene_min_spliced_reads"])
        controls = {f"G{i}": enough if i < seen else enough - 1 for i in range(10)}
        metrics = gate_metrics(summary(unique), controls, thresholds)
        assert metrics["control_genes_spliced"] == seen / 10
        gate = evaluate(metrics, gate_rules, thresholds)
        assert gate.status == status
        assert len(gate.checks) == len(gate_rules)

    def test_what_cannot_be_measured_is_missed(self, gate_rules, thresholds) -> None:
        """No control gene in the GTF: the sample cannot show that its RNA was intact."""
        metrics = gate_metrics(summary(50_000_000), {}, thresholds)
        assert metrics["control_genes_spliced"] is None
        gate = evaluate(metrics, gate_rules, thresholds)
        assert gate.status == FAIL
        missed = [check for check in gate.checks if check.status != PASS]
        assert {check.metric for check in missed} == {"control_genes_spliced"}
        assert all(check.value is None for check in missed)

    def test_upper_limits(self) -> None:
        rules = parse_gate_rules(
            [
                {
                    "metric": "duplicates",
                    "operator": "<=",
                    "threshold": "most",
                    "miss": "limited",
                    "reason": "many copies",
                }
            ]
        )
        assert rules == (GateRule("duplicates", "<=", "most", LIMITED, "many copies"),)
        for value, status in ((0.5, PASS), (0.51, LIMITED)):
            assert evaluate({"duplicates": value}, rules, {"most": 0.5}).status == status

    def test_no_rule_no_objection(self) -> None:
        assert evaluate({}, (), {}).status == PASS

    def test_thresholds_of_a_run(self, knowledge, gate_rules) -> None:
        low = knowledge.with_overrides({"min_usable_fragments": 100, "good_usable_fragments": 200})
        metrics = gate_metrics(summary(150), {"ACTB": 20}, low)
        assert evaluate(metrics, gate_rules, low).status == LIMITED

    def test_unknown_threshold(self, knowledge) -> None:
        with pytest.raises(InputError, match="unknown name min_reads"):
            knowledge.with_overrides({"min_reads": 1})
