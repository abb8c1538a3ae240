"""Unique molecular identifiers: in the reads, in their names, and what they make of the counts."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest
from workflow_runs import (
    COHORT_TABLE,
    Document,
    Workdir,
    fragments_with,
    joined_bases,
    make_workdir,
    read_genome,
    read_text,
    read_tsv,
    truth_rows,
    write_gzip,
    write_tsv,
)

# Two fragments of a fusion, each written ten times.
SOURCE = "DUPLICATES"
LINKER = "TCA"
# The copies of either fragment: one molecule, of which two copies were misread, and two molecules.
GIVEN = (
    ("ACGTACGT",) * 8 + ("ACGTACGA",) * 2,
    ("TTGGCCAA",) * 5 + ("GGTTAACC",) * 5,
)
# Assay, column umi, and the junction reads that are to be counted.
LIBRARIES = {
    "NO_UMI": ("transcriptome", "", 2),
    "IN_NAME": ("transcriptome", "name", 3),
    "IN_READ": ("transcriptome", f"read1:8+{len(LINKER)}", 3),
    "AMPLICON": ("amplicon", "", 20),
    "AMPLICON_UMI": ("amplicon", "name", 3),
}

Records = list[list[str]]


def records(fastq: Path) -> Records:
    lines = read_text(fastq).splitlines()
    return [lines[index : index + 4] for index in range(0, len(lines), 4)]


def differing(first: str, second: str) -> int:
    return sum(a != b for a, b in zip(first, second, strict=False))


def umis(mates: tuple[Records, Records], crossing: set[str]) -> list[str]:
    """The UMI of each fragment: those of the two fusion fragments as given, others of their own.

    :param crossing: names of some fragments across the junction, at least one copy of either.
    """
    starts = [(one[1][:30], two[1][:30]) for one, two in zip(*mates, strict=True)]
    names = [head.split()[0][1:] for head, *_ in mates[0]]
    origins: list[tuple[str, str]] = []
    for name, start in zip(names, starts, strict=True):
        if name in crossing and not any(differing("".join(start), "".join(o)) < 6 for o in origins):
            origins.append(start)
    assert len(origins) == len(GIVEN)
    waiting = [list(umi) for umi in GIVEN]
    found = []
    for name, start in zip(names, starts, strict=True):
        kind = [differing("".join(start), "".join(origin)) < 6 for origin in origins]
        if any(kind):
            found.append(waiting[kind.index(True)].pop())
        else:
            number = zlib.crc32(name.encode())
            found.append("".join("ACGT"[number >> 2 * place & 3] for place in range(8)))
    assert waiting == [[], []]
    return found


def carried(records: Records, umi: list[str], column: str, mate: int) -> str:
    """The FASTQ with the UMIs where the sheet says they are."""
    lines = []
    for (head, bases, plus, qualities), one in zip(records, umi, strict=True):
        name, _, comment = head.partition(" ")
        if column == "name":
            name += f":{one}"
        elif column and mate == 1:
            bases, qualities = one + LINKER + bases, "I" * 11 + qualities
        lines += [f"{name} {comment}", bases, plus, qualities]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """One library, five times over: with the same UMIs at different places, and without."""
    workdir = make_workdir(tmp_path_factory.mktemp("umi"), data, [SOURCE])
    (row,) = read_tsv(workdir.path / "samples.tsv")
    fastqs = [Path(row["fq1"]), Path(row["fq2"])]
    (event,) = truth_rows(data, SOURCE)
    joined = joined_bases(
        read_genome(data / "reference" / "genome.fa.gz"), event["breakpoint5"], event["breakpoint3"]
    )
    mates = records(fastqs[0]), records(fastqs[1])
    umi = umis(mates, fragments_with(fastqs, joined))
    rows = []
    for sample, (assay, column, _) in LIBRARIES.items():
        paths = [workdir.path / f"{sample}_{mate}.fastq.gz" for mate in (1, 2)]
        for mate, path in enumerate(paths, 1):
            write_gzip(path, carried(mates[mate - 1], umi, column, mate))
        given = {"sample": sample, "fq1": str(paths[0]), "fq2": str(paths[1]), "assay": assay}
        rows.append(row | given | {"umi": column, "patient": sample})
    write_tsv(workdir.path / "samples.tsv", rows)
    workdir.run(COHORT_TABLE, "--notemp").succeeded()
    return workdir


@pytest.mark.parametrize("sample", LIBRARIES)
def test_junction_reads(run: Workdir, sample: str) -> None:
    (fusion,) = run.document(sample)["fusions"]
    assert fusion["name"] == "KHDRBS1::NTRK1"
    assert (fusion["exon5"], fusion["exon3"], fusion["frame"]) == (8, 12, "in_frame")
    assert fusion["junction_reads"] == LIBRARIES[sample][2]
    assert fusion["evidence"]["junction_reads_raw"] == 20


def test_copies_alone_make_no_fusion_of_an_amplicon(run: Workdir) -> None:
    """Without a UMI twenty fragments count; with one they are three molecules."""
    verdicts = {name: run.document(name)["verdict"] for name in ("AMPLICON", "AMPLICON_UMI")}
    assert verdicts == {"AMPLICON": "detected", "AMPLICON_UMI": "indeterminate"}


def known_by(document: Document) -> str:
    found: str = document["library"]["copies_known_by"]
    return found


def test_result_and_report_say_how_copies_are_known(run: Workdir) -> None:
    for sample, words in (
        ("NO_UMI", "duplicates (same ends) removed (20 and 0 with them)"),
        ("IN_READ", "duplicates (same ends and UMI) removed (20 and 0 with them)"),
        ("AMPLICON", "duplicates counted: amplicons share their ends and these carry no UMI"),
        ("AMPLICON", "one molecule copied often looks like many"),
    ):
        assert words in run.result(sample, "report.html").read_text(encoding="utf-8")
    found = {sample: known_by(run.document(sample)) for sample in LIBRARIES}
    assert found == {
        "NO_UMI": "position",
        "IN_NAME": "umi",
        "IN_READ": "umi",
        "AMPLICON": "unknown",
        "AMPLICON_UMI": "umi",
    }


def test_fastp_moves_the_umi_and_its_linker_out_of_the_reads(run: Workdir) -> None:
    trimmed = run.path / "results/trimmed/paired/IN_READ"
    (one,) = trimmed.glob("*_1.fastq.gz")
    with gzip.open(one, "rt", encoding="utf-8") as lines:
        head, bases = next(lines).split(), next(lines).strip()
    assert head[0].rpartition(":")[2].strip("ACGT") == ""
    assert len(head[0].rpartition(":")[2]) == 8
    assert len(bases) <= 100


def test_what_was_drawn_is_what_was_counted(run: Workdir) -> None:
    for sample, reads in (("NO_UMI", 2), ("IN_NAME", 3)):
        page = run.result(sample, "report.html").read_text(encoding="utf-8")
        assert f"{reads} of {reads} junction reads, one of each fragment" in page
