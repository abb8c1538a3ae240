"""The Slurm profile without a Slurm: what a large cohort would submit, and what it asks for."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from slurm_runs import ROOT, TEST_DATA, Finished, make_workdir, run, submissions

from ntrkoma.inputs.configuration import CTAT_LIB_FILES

SAMPLES = 200
PROFILE = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text("utf-8"))
RULES = {
    name
    for path in (ROOT / "rules").glob("*.smk")
    if path.name != "references.smk"  # a workflow of its own, for a machine with network
    for name in re.findall(r"^rule (\w+):", path.read_text("utf-8"), re.MULTILINE)
}


@pytest.fixture(scope="module")
def programs_without_slurm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with what the machine has, but nothing of Slurm."""
    folder = tmp_path_factory.mktemp("bin")
    for directory in os.environ["PATH"].split(os.pathsep):
        for program in Path(directory).glob("*"):
            link = folder / program.name
            of_slurm = re.match(r"s(batch|queue|acct|info|cancel|control)", program.name)
            if not of_slurm and not link.is_symlink():
                link.symlink_to(program)
    assert shutil.which("sbatch", path=str(folder)) is None
    return str(folder)


def make_cohort(path: Path, lanes: int, samples: int) -> Path:
    """A sheet of samples with made-up reads, all callers, and databases that are only names."""
    reads = path / "reads"
    reads.mkdir(parents=True)
    rows = []
    for number in range(samples):
        for lane in range(1, lanes + 1):
            row = {"sample": f"S{number:03}", "unit": f"L{lane}"}
            for mate in (1, 2):
                fastq = reads / f"S{number:03}_L{lane}_{mate}.fastq.gz"
                record = f"@r{number}/{mate}\nACGT\n+\nIIII\n"
                fastq.write_bytes(gzip.compress(record.encode(), compresslevel=1, mtime=0))
                row[f"fq{mate}"] = str(fastq)
            rows.append(row)
    ctat_lib = path / "ctat_lib"
    ctat_lib.mkdir()
    for name in CTAT_LIB_FILES:
        (ctat_lib / name).write_text("not a database\n")
    genome = gzip.decompress((TEST_DATA / "reference" / "genome.fa.gz").read_bytes())
    (ctat_lib / "ref_genome.fa").write_bytes(genome)
    blacklist = path / "blacklist.tsv"
    blacklist.write_text("not a database\n")
    return make_workdir(
        path / "run",
        rows,
        callers=["junctions", "star_fusion", "arriba"],
        reference={
            "ctat_lib": str(ctat_lib),
            "arriba": {"blacklist": str(blacklist)},
        },
    )


def count_by_sample(planned: Finished) -> Counter[str]:
    """Submissions a sample; those of the whole cohort under ''."""
    counts: Counter[str] = Counter()
    for messages in submissions(planned.output):
        samples = {match[1] if (match := re.match(r"(S\d+): ", m)) else "" for m in messages}
        assert len(samples) == 1, f"one submission for several samples: {messages}"
        counts[samples.pop()] += 1
    return counts


@pytest.fixture(scope="module")
def cohort(
    tmp_path_factory: pytest.TempPathFactory, programs_without_slurm: str
) -> tuple[Finished, Counter[str]]:
    """A dry run of a large cohort, and its submissions."""
    workdir = make_cohort(tmp_path_factory.mktemp("cohort"), 1, SAMPLES)
    planned = run(workdir, "--dry-run", PATH=programs_without_slurm)
    assert planned.returncode == 0, planned.output[-3000:]
    return planned, count_by_sample(planned)


def test_a_sample_costs_few_submissions(cohort: tuple[Finished, Counter[str]]) -> None:
    """fastp, STAR, STAR-Fusion, Arriba, evidence and interpret."""
    _, counts = cohort
    everybody = counts.pop("")
    assert len(counts) == SAMPLES
    assert set(counts.values()) == {6}
    # Reference, index, cohort.
    assert everybody == 3


def test_every_job_is_submitted_once(cohort: tuple[Finished, Counter[str]]) -> None:
    """What is counted above are all jobs of Snakemake's own table."""
    planned, _ = cohort
    submitted = sum(len(messages) for messages in submissions(planned.output))
    assert submitted == sum(planned.started.values())
    assert planned.started["interpret"] == planned.started["evidence"] == SAMPLES


def test_a_lane_more_is_a_submission_more(tmp_path: Path) -> None:
    planned = run(make_cohort(tmp_path, 2, 1), "--dry-run")
    assert count_by_sample(planned)["S000"] == 7


def test_profile_names_only_rules_that_exist() -> None:
    """Snakemake ignores the others without a word."""
    assert set(PROFILE["groups"]) <= RULES
    assert set(PROFILE["set-resources"]) <= RULES


def test_profile_knows_the_time_of_every_rule_of_patients() -> None:
    assert RULES - {"given_star_index"} == set(PROFILE["set-resources"])


def test_later_attempts_have_more_time() -> None:
    for rule, resources in PROFILE["set-resources"].items():
        assert re.fullmatch(r"\d+ \* attempt", resources["runtime"]), rule


def test_retries_are_the_profiles_alone() -> None:
    """Under the Slurm executor the retries of a rule multiply with those of the profile."""
    assert PROFILE["retries"] >= 1
    for path in (ROOT / "rules").rglob("*.smk"):
        assert not re.search(r"^ +retries:", path.read_text("utf-8"), re.MULTILINE), path


def test_no_rule_asks_for_less_than_snakemake_itself_takes() -> None:
    assert PROFILE["default-resources"]["mem_mb"] >= 1000
    for path in (ROOT / "rules").rglob("*.smk"):
        for amount in re.findall(r"mem_mb=(?:growing\()?(\d+)", path.read_text("utf-8")):
            assert int(amount) >= 1000, path


def test_profile_names_no_site() -> None:
    assert not {"slurm_account", "slurm_partition", "qos"} & set(PROFILE["default-resources"])


# --- memory functions -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def functions() -> dict[str, Any]:
    """What rules/common/alignment.smk defines; it is Python throughout."""
    path = ROOT / "rules" / "common" / "alignment.smk"
    names: dict[str, Any] = {"Path": Path}
    exec(compile(path.read_text("utf-8"), path, "exec"), names)
    return names


def star_memory(functions: dict[str, Any], genome: Path, attempt: int) -> int:
    job = SimpleNamespace(fasta=str(genome), index="results/reference/star_index")
    return functions["get_star_memory"](wildcards=None, input=job, attempt=attempt)


@pytest.fixture
def human(tmp_path: Path) -> Path:
    """A file of the size of the human genome that takes no room."""
    genome = tmp_path / "genome.fa"
    with genome.open("wb") as handle:
        handle.truncate(3_150_000_000)
    return genome


def test_star_memory_is_right_for_a_human_genome(functions: dict[str, Any], human: Path) -> None:
    """An index takes about 31 GB in memory; half as much again for every further attempt."""
    asked = [star_memory(functions, human, attempt) for attempt in (1, 2, 3)]
    assert asked == [40950, 61425, 81900]


def test_star_memory_follows_links_and_has_a_floor(
    functions: dict[str, Any], human: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.fa"
    link.symlink_to(human)
    assert star_memory(functions, link, 1) == 40950
    small = tmp_path / "small.fa"
    small.write_text(">chr1\nACGT\n")
    assert star_memory(functions, small, 1) == 4000
    assert star_memory(functions, small, 2) == 6000


def test_star_memory_of_a_genome_that_is_still_to_be_made(tmp_path: Path) -> None:
    """A dry run of a new folder plans it without a size."""
    planned = run(make_cohort(tmp_path, 1, 1), "results/align/S000/Log.final.out", "--dry-run")
    assert planned.returncode == 0, planned.output


def test_other_rules_grow_too(functions: dict[str, Any]) -> None:
    ask = functions["growing"](2000)
    assert [ask(wildcards=None, attempt=attempt) for attempt in (1, 2, 3)] == [2000, 4000, 6000]
