"""STAR-Fusion's tables: every recorded one, and every way to bend one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from helpers import at

from ntrkoma.errors import InputError
from ntrkoma.genome.loci import Loci
from ntrkoma.model.junction import Breakpoint, CallerCall
from ntrkoma.model.states import Caller
from ntrkoma.programs.star_fusion import parse, read_calls

RECORDED = Path(__file__).resolve().parents[2] / "fixtures" / "callers"
ELSEWHERE = Path(__file__).resolve().parents[2] / "fixtures" / "programs"
SAMPLES = sorted(path.parent.name for path in RECORDED.glob("*/star_fusion"))
HEADER = (
    "#FusionName\tJunctionReadCount\tSpanningFragCount\tSpliceType\tLeftGene\tLeftBreakpoint\t"
    "RightGene\tRightBreakpoint\tLargeAnchorSupport\tFFPM\tPROT_FUSION_TYPE"
)
ROW = (
    "TPM3--NTRK1\t25\t18\tONLY_REF_SPLICE\tTPM3^ENSG00000143549.22\tchr1:11787:-\t"
    "NTRK1^ENSG00000198400.14\tchr1:159343:+\tYES_LDAS\t4300.5\tINFRAME"
)


def everything(_: Breakpoint) -> bool:
    return True


def no_strand(gene: str, chrom: str, pos: int) -> str:
    raise AssertionError(f"asked for the strand of {gene} at {chrom}:{pos}")


def calls(*lines: str, wanted=everything, strand_of=no_strand) -> list[CallerCall]:
    return parse([f"{line}\n" for line in lines], "predictions.tsv", wanted, strand_of)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, delimiter="\t")
        return [{k.lstrip("#"): v for k, v in row.items()} for row in reader]


def key(call: CallerCall) -> tuple[str, str, int, int]:
    return (
        str(call.breakpoint5),
        str(call.breakpoint3),
        call.junction_reads,
        call.spanning_fragments,
    )


@pytest.mark.real
@pytest.mark.parametrize("sample", SAMPLES)
class TestRecorded:
    def test_counts_are_the_tables_own(self, sample: str, loci: Loci) -> None:
        path = RECORDED / sample / "star_fusion" / "predictions.tsv"
        with path.open(encoding="utf-8") as lines:
            found = parse(lines, str(path), everything, loci.strand_of)
        rows = table(path)
        assert [key(c) for c in found] == [
            (
                row["LeftBreakpoint"],
                row["RightBreakpoint"],
                int(row["JunctionReadCount"]),
                int(row["SpanningFragCount"]),
            )
            for row in rows
        ]
        for call, row in zip(found, rows, strict=True):
            assert f"{call.gene5}--{call.gene3}" == row["FusionName"]
            assert call.frame == row["PROT_FUSION_TYPE"]
            assert call.words["FFPM"] == row["FFPM"]
            assert call.exact
            assert call.caller == Caller.STAR_FUSION

    def test_everything_removed_names_its_filter(self, sample: str, loci: Loci) -> None:
        folder = RECORDED / sample / "star_fusion"
        found = read_calls(
            folder / "predictions.tsv", folder / "preliminary", everything, loci.strand_of
        )
        candidates = table(folder / "preliminary" / "star-fusion.fusion_candidates.preliminary")
        reported = [c for c in found if not c.discarded_by]
        removed = [c for c in found if c.discarded_by]
        assert len(reported) == len(table(folder / "predictions.tsv"))
        assert len(found) == len(candidates)
        assert all(len(c.discarded_by) == 1 for c in removed)
        known = {"evidence", "sequence_similarity", "promiscuous_gene", "annotation"}
        known |= {"rt_artifact", "min_FFPM"}
        assert {c.discarded_by[0] for c in removed} <= known
        assert all(c.breakpoint5.strand in "+-" for c in found)

    def test_only_what_is_asked_for(self, sample: str, loci: Loci) -> None:
        folder = RECORDED / sample / "star_fusion"
        asked = read_calls(
            folder / "predictions.tsv", folder / "preliminary", loci.in_target, loci.strand_of
        )
        assert all(loci.in_target(c.breakpoint5) or loci.in_target(c.breakpoint3) for c in asked)
        nobody = read_calls(
            folder / "predictions.tsv", folder / "preliminary", lambda _: False, loci.strand_of
        )
        assert nobody == []


@pytest.mark.real
def test_the_other_recording(loci: Loci) -> None:
    files = sorted(ELSEWHERE.glob("*/star-fusion.fusion_predictions*.tsv"))
    assert files
    total = 0
    for path in files:
        with path.open(encoding="utf-8") as lines:
            found = parse(lines, str(path), everything, loci.strand_of)
        rows = table(path)
        total += len(rows)
        assert [(c.junction_reads, c.spanning_fragments) for c in found] == [
            (int(row["JunctionReadCount"]), int(row["SpanningFragCount"])) for row in rows
        ]
    assert total > 0


class TestShapes:
    def test_one_row(self) -> None:
        (call,) = calls(HEADER, ROW)
        assert (call.gene5, call.gene3) == ("TPM3", "NTRK1")
        assert (call.breakpoint5, call.breakpoint3) == (at("chr1:11787:-"), at("chr1:159343:+"))
        assert (call.junction_reads, call.spanning_fragments) == (25, 18)
        assert call.frame == "INFRAME"
        assert call.words["FFPM"] == "4300.5"
        assert call.discarded_by == ()

    @pytest.mark.parametrize("lines", [(), ("",), (HEADER,)])
    def test_empty_tables(self, lines: tuple[str, ...]) -> None:
        assert calls(*lines) == []

    def test_reordered_columns(self) -> None:
        fields = dict(zip(HEADER.lstrip("#").split("\t"), ROW.split("\t"), strict=True))
        names = sorted(fields)
        (call,) = calls("#" + "\t".join(names), "\t".join(fields[n] for n in names))
        assert call == calls(HEADER, ROW)[0]

    def test_without_ffpm_and_coding_effect(self) -> None:
        """STAR-Fusion leaves columns out on little input (and with --no_FFPM)."""
        header, row = (line.rsplit("\t", 2)[0] for line in (HEADER, ROW))
        (call,) = calls(header, row)
        assert call.frame == ""
        assert "FFPM" not in call.words

    @pytest.mark.parametrize("name", ["LeftBreakpoint", "JunctionReadCount", "RightGene"])
    def test_missing_column(self, name: str) -> None:
        with pytest.raises(InputError, match=f"the header lacks {name}"):
            calls(HEADER.replace(name, "renamed"), ROW)

    def test_breakpoint_without_strand(self, loci: Loci) -> None:
        row = (
            ROW.replace("\t25\t", "\t0\t").replace("11787:-", "11787").replace("159343:+", "159343")
        )
        (call,) = calls(HEADER, row, strand_of=loci.strand_of)
        assert (call.breakpoint5.strand, call.breakpoint3.strand) == ("-", "+")
        assert not call.exact

    def test_contig_names_with_colons(self) -> None:
        (call,) = calls(HEADER, ROW.replace("chr1:11787:-", "HLA-A*01:01:01:77:-"))
        assert call.breakpoint5 == Breakpoint("HLA-A*01:01:01", 77, "-")

    @pytest.mark.parametrize(
        ("old", "new"),
        [("chr1:11787:-", "chr1"), ("chr1:11787:-", "chr1:x:-"), ("\t25\t", "\tNA\t")],
    )
    def test_damage_gets_one_sentence(self, old: str, new: str) -> None:
        with pytest.raises(InputError, match=r"predictions\.tsv, line 2") as caught:
            calls(HEADER, ROW.replace(old, new))
        assert len(caught.value.problems) == 1

    def test_no_folder_no_calls(self, tmp_path: Path) -> None:
        """A sample without any candidate: STAR-Fusion stops early and writes nothing."""
        assert read_calls(tmp_path / "no.tsv", tmp_path / "none", everything, no_strand) == []
