"""Starting from BAM and CRAM instead of FASTQ: the same verdict, from alignments or from reads.

One run makes the alignments out of FASTQ, a second one starts from them in every way.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pysam
import pytest
import yaml

from ntrkoma.programs.star_log import star_version

ROOT = Path(__file__).resolve().parents[2]
READS = ROOT / "test_data/reads"
MATES = [str(READS / f"KHDRBS1_NTRK1_L1_{mate}.fastq.gz") for mate in (1, 2)]
HEADER = "sample\tunit\tfq1\tfq2\tbam\tchimeric_junctions"
SINGLETONS = 7
# Metrics of the gate that come from fastp, which sees reads and no alignments.
BY_FASTP = {"duplication_rate", "insert_size"}

# Samples that are used as they are, and samples whose reads are aligned again.
AS_IS = ("AS_IS", "AS_IS_SORTED", "AS_IS_CRAM")
AGAIN = ("PLAIN", "CRAM", "SINGLETONS", "TWO_BAMS")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(map(shutil.which, ("STAR", "samtools", "fastp"))),
        reason="needs STAR, samtools and fastp",
    ),
]


def shell(command: str, folder: Path) -> str:
    """Run a command line in ``folder``; its output."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Run:
    """A working directory of the workflow."""

    def __init__(self, base: Path):
        self.base = base
        for name in ("genome.fa", "annotation.gtf"):
            packed = ROOT / "test_data/reference" / f"{name}.gz"
            (base / name).write_bytes(gzip.decompress(packed.read_bytes()))
        shell("samtools faidx genome.fa", base)
        self.configure()

    def configure(self, **reference: Any) -> None:
        files = {"fasta": "genome.fa", "gtf": "annotation.gtf", "sjdb_overhang": 99}
        small = yaml.safe_load((ROOT / "test_data/config.yaml").read_text("utf-8"))["thresholds"]
        settings = {"samples": "s.tsv", "reference": {**files, **reference}, "thresholds": small}
        (self.base / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")

    def snakemake(self, rows: list[str], *options: str) -> subprocess.CompletedProcess[str]:
        (self.base / "s.tsv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
        command += ["--directory", str(self.base), "--configfile", str(self.base / "config.yaml")]
        command += ["--workflow-profile", "none", "--cores", "2", *options]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)

    def result(self, sample: str) -> dict[str, Any]:
        path = self.base / f"results/samples/{sample}/{sample}.ntrk.json"
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document

    def fusion(self, sample: str) -> dict[str, Any]:
        leading: dict[str, Any] = self.result(sample)["fusions"][0]
        return leading


def what(fusion: dict[str, Any]) -> list[Any]:
    """What a junction is, without its counts."""
    names = ("name", "vicc", "breakpoint5", "breakpoint3", "exon5", "exon3", "frame", "kinase")
    return [fusion[name] for name in (*names, "status")]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The sample from FASTQ, then from everything that can be made of it."""
    run = Run(tmp_path_factory.mktemp("entry"))
    first = run.snakemake([f"FASTQ\tL1\t{MATES[0]}\t{MATES[1]}\t\t"], "--notemp")
    assert first.returncode == 0, first.stderr
    rows = give(run.base)
    rows.insert(0, f"FASTQ\tL1\t{MATES[0]}\t{MATES[1]}\t\t")
    shutil.copy(MATES[0], run.base / "given/single.fastq.gz")
    rows.insert(1, "FASTQ_SINGLE\tL1\tgiven/single.fastq.gz\t\t\t")
    second = run.snakemake(rows)
    assert second.returncode == 0, second.stderr
    return run


def give(base: Path) -> list[str]:
    """Alignments of the sample in ``given/``, and the rows of the sheet that start from them."""
    own = "results/align/FASTQ"
    for sample in AS_IS:
        shutil.copytree(base / own, base / "given" / sample)
    (base / "given/again").mkdir()
    star = (
        "STAR --runThreadN 2 --genomeDir results/reference/star_index --readFilesCommand gzip -cd "
        "--outSAMtype BAM Unsorted --outSAMunmapped Within "
        "--outSAMattrRGline ID:9 SM:other LB:lib7 PL:ELEMENT "
    )
    shell(
        f"""
        samtools sort -o given/AS_IS_SORTED/Aligned.out.bam {own}/Aligned.out.bam
        samtools view -C -T genome.fa -o given/AS_IS_CRAM/Aligned.out.cram {own}/Aligned.out.bam
        {star} --readFilesIn {" ".join(MATES)} --outFileNamePrefix given/plain. > /dev/null
        samtools sort -o given/again/plain.bam given/plain.Aligned.out.bam
        samtools view -C -T genome.fa -o given/again/plain.cram given/again/plain.bam
        {star} --readFilesIn {MATES[0]} --outFileNamePrefix given/single. > /dev/null
        samtools sort -o given/again/single.bam given/single.Aligned.out.bam
        """,
        base,
    )
    lose_mates(base / "given/again/plain.bam", base / "given/again/singletons.bam")
    halve(base / "given/again/plain.bam", base / "given/again")
    beside = "given/{0}/Chimeric.out.junction"
    return [
        *(f"{s}\tL1\t\t\tgiven/{s}/Aligned.out.bam\t{beside.format(s)}" for s in AS_IS[:2]),
        f"AS_IS_CRAM\tL1\t\t\tgiven/AS_IS_CRAM/Aligned.out.cram\t{beside.format('AS_IS_CRAM')}",
        "PLAIN\tL1\t\t\tgiven/again/plain.bam\t",
        "CRAM\tL1\t\t\tgiven/again/plain.cram\t",
        "SINGLETONS\tL1\t\t\tgiven/again/singletons.bam\t",
        "TWO_BAMS\tL1\t\t\tgiven/again/half0.bam\t",
        "TWO_BAMS\tL2\t\t\tgiven/again/half1.bam\t",
        "SINGLE\tL1\t\t\tgiven/again/single.bam\t",
    ]


def lose_mates(bam: Path, thinned: Path) -> None:
    """Leave out the second mates of the first fragments."""
    with (
        pysam.AlignmentFile(str(bam)) as source,
        pysam.AlignmentFile(str(thinned), "wb", template=source) as out,
    ):
        lost = 0
        for record in source.fetch(until_eof=True):
            primary = not (record.is_secondary or record.is_supplementary)
            if primary and record.is_read2 and lost < SINGLETONS:
                lost += 1
            else:
                out.write(record)


def halve(bam: Path, folder: Path) -> None:
    """Two BAMs with half of the fragments each."""
    with pysam.AlignmentFile(str(bam)) as source:
        halves = [
            pysam.AlignmentFile(str(folder / f"half{number}.bam"), "wb", template=source)
            for number in range(2)
        ]
        for record in source.fetch(until_eof=True):
            halves[sum(map(ord, record.query_name or "")) % 2].write(record)
        for half in halves:
            half.close()


@pytest.mark.parametrize("sample", [*AS_IS, *AGAIN])
def test_the_same_fusion(run: Run, sample: str) -> None:
    expected = run.result("FASTQ")
    found = run.result(sample)
    assert found["verdict"] == expected["verdict"] == "detected"
    assert what(run.fusion(sample)) == what(run.fusion("FASTQ"))
    assert (run.fusion(sample)["exon5"], run.fusion(sample)["exon3"]) == (8, 12)
    assert found["evaluability"]["status"] == expected["evaluability"]["status"]


@pytest.mark.parametrize("sample", AS_IS)
def test_alignments_as_they_are_give_the_very_counts(run: Run, sample: str) -> None:
    expected, found = run.result("FASTQ"), run.result(sample)
    assert found["fusions"] == expected["fusions"]
    assert found["below_the_line"] == expected["below_the_line"]
    for name in ("companions", "intragenic", "imbalance", "resistance"):
        assert found[name] == expected[name], name


@pytest.mark.parametrize("sample", AS_IS)
def test_the_gate_of_alignments_lacks_what_only_fastp_measures(run: Run, sample: str) -> None:
    """What cannot be measured is left open, and no copies are taken off the usable fragments."""

    def checks(result: dict[str, Any], *, by_fastp: bool) -> list[dict[str, Any]]:
        found = result["evaluability"]["checks"]
        return [check for check in found if (check["metric"] in BY_FASTP) is by_fastp]

    expected, found = run.result("FASTQ"), run.result(sample)
    assert checks(found, by_fastp=False) == checks(expected, by_fastp=False)
    assert {check["value"] for check in checks(found, by_fastp=True)} == {None}
    assert found["evaluability"]["status"] == expected["evaluability"]["status"]
    limits = [result["evaluability"]["detection_limit"] for result in (found, expected)]
    assert limits[0]["usable_fragments"] == found["library"]["fragments_unique"]
    assert limits[0]["usable_fragments"] >= limits[1]["usable_fragments"]


@pytest.mark.parametrize("sample", AGAIN)
def test_reads_aligned_again_give_about_the_counts(run: Run, sample: str) -> None:
    for name in ("junction_reads", "spanning_fragments"):
        expected = run.fusion("FASTQ")[name]
        assert run.fusion(sample)[name] == pytest.approx(expected, rel=0.1), name


def test_single_end(run: Run) -> None:
    found, expected = run.fusion("SINGLE"), run.fusion("FASTQ_SINGLE")
    assert what(found) == what(expected) == what(run.fusion("FASTQ"))
    assert found["junction_reads"] == pytest.approx(expected["junction_reads"], rel=0.1)
    assert found["spanning_fragments"] == expected["spanning_fragments"] == 0


def test_the_log_counts_reads_without_a_mate(run: Run) -> None:
    log = (run.base / "logs/reads/SINGLETONS/L1.reads_from_bam_paired.log").read_text()
    assert f"left out: {SINGLETONS} reads without their mate, 0 that are neither" in log
    star = (run.base / "results/align/SINGLETONS/Log.final.out").read_text().splitlines()
    (fragments,) = (line.split("|")[1] for line in star if "Number of input reads" in line)
    assert int(fragments) == run.result("FASTQ")["library"]["fragments_sequenced"] - SINGLETONS


def test_given_files_are_left_alone(run: Run) -> None:
    for sample in AS_IS[:2]:
        assert (run.base / "given" / sample / "Aligned.out.bam").is_file()
        assert not (run.base / "results/align" / sample / "Aligned.out.bam").is_symlink()
    assert not (run.base / "results/reads/paired/PLAIN/L1_1.fastq.gz").exists()


def test_provenance_is_that_of_the_given_run(run: Run) -> None:
    tools = run.result("AS_IS")["provenance"]["tools"]
    assert "fastp" not in tools
    assert tools["STAR"] == run.result("FASTQ")["provenance"]["tools"]["STAR"]
    command = run.result("AS_IS")["provenance"]["parameters"]["star_command"]
    assert "WithinBAM HardClip" in command
    assert "results/trimmed/paired/FASTQ/L1_1.fastq.gz" in command


def test_read_groups_are_kept(run: Run) -> None:
    log = (run.base / "results/align/TWO_BAMS/Log.out").read_text().splitlines()
    _, command = star_version(log)
    for unit in ("L1", "L2"):
        assert f"ID:{unit} SM:TWO_BAMS LB:lib7 PL:ELEMENT" in command


def test_a_second_run_has_nothing_to_do(run: Run) -> None:
    rows = (run.base / "s.tsv").read_text().splitlines()[1:]
    again = run.snakemake(rows, "--dry-run")
    assert "Nothing to be done" in again.stdout + again.stderr


def test_alignments_that_do_not_fit(run: Run) -> None:
    """All sentences come before any job, with the given index looked at as well."""
    run.configure(star_index="results/reference/star_index")
    rows = [
        "A\tL1\t\t\tgiven/again/plain.bam\tgiven/AS_IS/Chimeric.out.junction",
        "B\tL1\t\t\tgiven/again/single.bam\tgiven/gone/Chimeric.out.junction",
    ]
    sheet = (run.base / "s.tsv").read_text()
    failed = run.snakemake(rows, "--dry-run")
    run.configure()
    (run.base / "s.tsv").write_text(sheet)
    assert failed.returncode == 1
    output = failed.stdout + failed.stderr
    assert (
        "s.tsv, row 2: bam 'given/again/plain.bam' was made without --chimOutType WithinBAM"
    ) in output
    assert "s.tsv, row 3: chimeric_junctions 'given/gone/Chimeric.out.junction' does not" in output
    assert "Traceback" not in output


def test_check_says_the_same_without_snakemake(run: Run) -> None:
    command = [sys.executable, str(ROOT / "scripts/check.py"), "--directory", str(run.base)]
    command += ["--configfile", str(run.base / "config.yaml")]
    good = subprocess.run(command, capture_output=True, text=True)
    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.endswith("A run may begin.\n")
    sheet = run.base / "s.tsv"
    text = sheet.read_text()
    sheet.write_text(text.replace("given/again/plain.bam", "given/again/gone.bam"))
    bad = subprocess.run(command, capture_output=True, text=True)
    sheet.write_text(text)
    assert bad.returncode == 1
    assert "bam 'given/again/gone.bam' does not exist" in bad.stdout
    assert bad.stdout.endswith("1 to correct before a run.\n")
