"""Arriba's tables: every recorded one, and every way to bend one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ntrkoma.errors import InputError
from ntrkoma.genome.loci import Loci
from ntrkoma.model.junction import Breakpoint, CallerCall
from ntrkoma.model.states import Caller
from ntrkoma.programs.arriba import parse

RECORDED = Path(__file__).resolve().parents[2] / "fixtures" / "callers"
ELSEWHERE = Path(__file__).resolve().parents[2] / "fixtures" / "programs"
TABLES = sorted(
    path.relative_to(RECORDED).as_posix() for path in RECORDED.glob("*/arriba/fusions*.tsv")
)
COLUMNS = {
    "#gene1": "KHDRBS1",
    "gene2": "NTRK1",
    "strand1(gene/fusion)": "+/+",
    "strand2(gene/fusion)": "+/+",
    "breakpoint1": "chr1:6358",
    "breakpoint2": "chr1:160443",
    "site1": "CDS/splice-site",
    "type": "deletion/read-through",
    "split_reads1": "14",
    "split_reads2": "13",
    "discordant_mates": "12",
    "confidence": "high",
    "reading_frame": "in-frame",
    "direction1": "downstream",
    "direction2": "upstream",
    "filters": ".",
    "fusion_transcript": "TGTTCC___ATCAGCCC|CTCTATCC",
}


def everything(_: Breakpoint) -> bool:
    return True


def calls(*, discarded: bool = False, order=tuple(COLUMNS), **changes: str) -> list[CallerCall]:
    fields = {**COLUMNS, **changes}
    lines = ["\t".join(order) + "\n", "\t".join(fields[name] for name in order) + "\n"]
    return parse(lines, "fusions.tsv", everything, discarded=discarded)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def check(path: Path) -> int:
    discarded = "discarded" in path.name
    with path.open(encoding="utf-8") as lines:
        found = parse(lines, str(path), everything, discarded=discarded)
    rows = rows_of(path)
    assert len(found) == len(rows)
    for call, row in zip(found, rows, strict=True):
        assert call.caller == Caller.ARRIBA
        assert (call.gene5, call.gene3) == (row["#gene1"], row["gene2"])
        assert call.junction_reads == int(row["split_reads1"]) + int(row["split_reads2"])
        assert call.spanning_fragments == int(row["discordant_mates"])
        assert f"{call.breakpoint5.chrom}:{call.breakpoint5.pos}" == row["breakpoint1"]
        assert f"{call.breakpoint3.chrom}:{call.breakpoint3.pos}" == row["breakpoint2"]
        assert call.exact == (call.junction_reads > 0)
        # Where Arriba tells the strand of the fusion from reads, it is the one of the directions.
        for column, side in (
            ("strand1(gene/fusion)", call.breakpoint5),
            ("strand2(gene/fusion)", call.breakpoint3),
        ):
            strand = row[column].split("/")[1]
            if strand in "+-" and call.support:
                assert side.strand == strand
        assert bool(call.discarded_by) == discarded
        assert all("(" not in name for name in call.discarded_by)
    return len(found)


@pytest.mark.real
@pytest.mark.parametrize("path", TABLES)
def test_recorded(path: str) -> None:
    check(RECORDED / path)


@pytest.mark.real
def test_recordings_hold_rows() -> None:
    assert sum(check(RECORDED / path) for path in TABLES) > 100


@pytest.mark.real
def test_the_other_recording() -> None:
    files = sorted(ELSEWHERE.glob("*/fusions*.tsv"))
    assert files
    assert sum(check(path) for path in files) > 50


@pytest.mark.real
def test_inserted_bases_of_the_mid_exon_sample(loci: Loci) -> None:
    path = RECORDED / "MID_EXON" / "arriba" / "fusions.tsv"
    with path.open(encoding="utf-8") as lines:
        found = parse(lines, str(path), loci.in_target, discarded=False)
    assert "AAC" in {call.inserted for call in found}


@pytest.mark.parametrize(
    ("direction1", "direction2", "strands"),
    [
        ("downstream", "upstream", "++"),
        ("downstream", "downstream", "+-"),
        ("upstream", "upstream", "-+"),
        ("upstream", "downstream", "--"),
    ],
)
def test_directions(direction1: str, direction2: str, strands: str) -> None:
    """The partner follows downstream of a plus-strand donor, upstream of a plus-strand acceptor."""
    (call,) = calls(direction1=direction1, direction2=direction2)
    assert call.breakpoint5.strand + call.breakpoint3.strand == strands


@pytest.mark.parametrize(
    ("transcript", "inserted"),
    [
        ("ACGT|ACGT", ""),
        ("ACGT|aac|ACGT", "AAC"),
        ("ACgT___AC|t|AC", "T"),
        ("ACGT|AC[ga]GT", ""),
        (".", ""),
    ],
)
def test_inserted_bases(transcript: str, inserted: str) -> None:
    assert calls(fusion_transcript=transcript)[0].inserted == inserted


def test_filters_of_what_arriba_removed() -> None:
    (call,) = calls(discarded=True, filters="read_through(1),in_vitro,mismatches(12)")
    assert call.discarded_by == ("read_through", "in_vitro", "mismatches")


def test_filters_of_a_reported_fusion_only_thinned_its_reads() -> None:
    (call,) = calls(filters="duplicates(3)")
    assert call.discarded_by == ()
    assert call.words["filters"] == "duplicates(3)"


def test_discordant_mates_alone_are_inexact() -> None:
    assert not calls(split_reads1="0", split_reads2="0")[0].exact


def test_reordered_columns() -> None:
    order = ("gene2", *sorted(set(COLUMNS) - {"gene2", "#gene1"}))
    fields = {name: COLUMNS[name] for name in order}
    lines = [
        "#" + "\t".join([*order, "gene1"]) + "\n",
        "\t".join([*fields.values(), "KHDRBS1"]) + "\n",
    ]
    assert parse(lines, "fusions.tsv", everything, discarded=False) == calls()


@pytest.mark.parametrize("lines", [[], ["\n"], ["\t".join(COLUMNS) + "\n"]])
def test_empty_tables(lines: list[str]) -> None:
    assert parse(lines, "fusions.tsv", everything, discarded=False) == []


def test_unwanted_rows() -> None:
    lines = ["\t".join(COLUMNS) + "\n", "\t".join(COLUMNS.values()) + "\n"]
    assert parse(lines, "fusions.tsv", lambda _: False, discarded=False) == []


@pytest.mark.parametrize("name", ["direction1", "breakpoint2", "split_reads1", "filters"])
def test_missing_column(name: str) -> None:
    with pytest.raises(InputError, match=f"the header lacks {name}"):
        calls(order=tuple(column for column in COLUMNS if column != name))


@pytest.mark.parametrize(
    "changes",
    [
        {"direction1": "sideways"},
        {"breakpoint1": "chr1"},
        {"breakpoint2": "chr1:x"},
        {"split_reads1": "many"},
        {"discordant_mates": ""},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_damage_gets_one_sentence(changes: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"fusions\.tsv, line 2") as caught:
        calls(**changes)
    assert len(caught.value.problems) == 1
