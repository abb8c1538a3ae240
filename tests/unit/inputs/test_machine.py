"""Memory and disk for a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from sentences import problem, warning

from ntrkoma.errors import Findings
from ntrkoma.inputs import machine
from ntrkoma.inputs.configuration import with_defaults
from ntrkoma.inputs.machine import Machine, Plan, check_machine
from ntrkoma.inputs.sheet import parse_sheet

GB = 10**9
LARGE = Machine(128 * GB, 100 * GB, 1000 * GB)
HUMAN = Plan(
    rules=frozenset({"genome_fasta", "star_index", "fastp_paired", "star_align"}),
    index=31 * GB,
    bases=31 * GB // 10,
    alignments=1,
    disk={"A": 20 * GB, "B": 30 * GB},
)
ALIGNING = replace(HUMAN, rules=HUMAN.rules - {"star_index"})


class TestMachine:
    def test_silence(self) -> None:
        assert check_machine(HUMAN, LARGE) == Findings()

    def test_too_small(self) -> None:
        assert problem(check_machine(HUMAN, replace(LARGE, memory_total=16 * GB))) == (
            "STAR's index of this genome takes 31 GB of memory and this machine has 16 GB; run on "
            "a larger machine or a cluster (--executor)."
        )

    def test_memory_taken(self) -> None:
        busy = replace(LARGE, memory_available=32 * GB)
        found = warning(check_machine(HUMAN, busy))
        assert found.startswith("building the STAR index takes about 40.8 GB of memory and 32 GB ")
        assert warning(check_machine(ALIGNING, busy)).startswith("aligning takes about 34.6 GB")

    def test_several_alignments(self) -> None:
        found = warning(check_machine(replace(HUMAN, alignments=4), LARGE))
        assert found.startswith("4 alignments may run at a time and take about 138 GB of memory")
        assert "--resources mem_mb=100000 (2 at a time)" in found

    @pytest.mark.parametrize("rules", [frozenset({"given_alignment"}), frozenset()])
    def test_memory_matters_to_star_alone(self, rules: frozenset[str]) -> None:
        todo = replace(HUMAN, rules=rules)
        assert check_machine(todo, replace(LARGE, memory_total=GB)) == Findings()

    def test_memory_on_a_cluster(self) -> None:
        assert check_machine(HUMAN, replace(LARGE, memory_total=GB), local=False) == Findings()

    def test_no_room(self) -> None:
        full = replace(LARGE, disk_free=60 * GB)
        for local in (True, False):
            assert problem(check_machine(HUMAN, full, local=local)) == (
                "sample 'B' takes about 30 GB and the index 31 GB of disk in the working "
                "directory, where 60 GB are free; make room or choose another --directory."
            )

    def test_little_room(self) -> None:
        found = warning(check_machine(HUMAN, replace(LARGE, disk_free=70 * GB)))
        assert found.startswith("all samples at a time take up to 81 GB of disk in the working")

    def test_nothing_to_align(self) -> None:
        todo = Plan(frozenset(), 0, 0, 0, {})
        assert check_machine(todo, replace(LARGE, disk_free=0)) == Findings()

    def test_this_machine(self, tmp_path: Path) -> None:
        here = machine.this_machine(tmp_path)
        assert 0 < here.memory_available <= here.memory_total
        assert here.disk_free > 0

    def test_memory_limit_of_a_container(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        total = psutil.virtual_memory().total
        monkeypatch.setattr(machine, "_container_limits", lambda: iter([GB, 2 * total]))
        assert machine.this_machine(tmp_path).memory_total == GB
        assert machine.this_machine(tmp_path).memory_available <= GB

    def test_plan(self, tmp_path: Path) -> None:
        for name, size in (("a.fq.gz", 100), ("b.fq", 100), ("c.bam", 100), ("d.cram", 100)):
            (tmp_path / name).write_bytes(b"x" * size)
        header = "sample\tunit\tfq1\tfq2\tbam\tchimeric_junctions"
        rows = ["A\t1\ta.fq.gz\tgone.fq.gz\t\t", "B\t1\tb.fq\t\t\t", "C\t1\t\t\tc.bam\t"]
        rows += ["D\t1\t\t\td.cram\t", "E\t1\t\t\te.bam\te.junction"]
        samples = parse_sheet("\n".join([header, *rows]), "s", tmp_path)
        built, given = (
            with_defaults({"reference": {"fasta": "g.fa", "gtf": "g.gtf", "star_index": index}})
            for index in ("", "index")
        )
        rules = machine.all_rules(built, samples)
        assert rules == {
            "genome_fasta",
            "annotation_gtf",
            "star_index",
            "fastp_paired",
            "star_align",
            "reads_from_bam_paired",
            "given_alignment",
            "junctions",
            "multiqc",
        }
        todo = machine.plan(built, tmp_path, samples, rules, 1000, 2)
        assert todo.disk == {"A": 300, "B": 100, "C": 400, "D": 800, "E": 0}
        assert todo.builds_index
        assert todo.index == 10_000
        (tmp_path / "index").mkdir()
        for name, size in (("Genome", 30), ("SA", 50), ("SAindex", 9)):
            (tmp_path / "index" / name).write_bytes(b"x" * size)
        todo = machine.plan(given, tmp_path, samples, rules, 1000, 2)
        assert todo.index == 89
        assert not todo.builds_index  # it is linked, which takes no STAR
