"""The same science whichever callers ran: recorded real STAR-Fusion and Arriba outputs, merged.

The recordings are laid into copies of the run of all samples, where the two callers would have
written them, and the workflow goes on from there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from workflow_runs import (
    COHORT_TABLE,
    RECORDINGS,
    SAMPLES,
    Document,
    Finished,
    Workdir,
    all_junctions,
    given_databases,
    junction,
    read_tsv,
    truth_rows,
)

pytestmark = pytest.mark.real

ALL = ("junctions", "star_fusion", "arriba")
CALLER_SETS = (
    ALL,
    ("star_fusion",),
    ("arriba",),
    ("star_fusion", "arriba"),
)
TARGETS = ["NTRK1", "NTRK2", "NTRK3"]
# What the annotation says of a junction; none of it may hang on who called it.
ANNOTATION = (
    "name",
    "vicc",
    "gene5",
    "gene3",
    "transcript5",
    "transcript3",
    "exon5",
    "exon3",
    "frame",
    "kinase",
    "kinase_fraction",
    "protein_length",
    "transmembrane_retained",
)
PRELIMINARY = "star-fusion.fusion_candidates.preliminary"

Interpret = Callable[[str, Sequence[str]], Document]

every_sample = pytest.mark.parametrize("sample", SAMPLES)
every_set = pytest.mark.parametrize("callers", CALLER_SETS, ids="+".join)


@pytest.fixture(scope="module")
def interpret(cohort: Workdir, tmp_path_factory: pytest.TempPathFactory) -> Interpret:
    """The JSON of a sample for some callers."""
    runs: dict[tuple[str, ...], tuple[Workdir, Finished]] = {}

    def document(sample: str, callers: Sequence[str]) -> Document:
        key = tuple(callers)
        if key not in runs:
            folder = tmp_path_factory.mktemp("callers")
            runs[key] = _interpret_recordings(cohort.copy(folder / "run"), key)
        workdir, finished = runs[key]
        assert set(finished.succeeded().jobs) == {"interpret", "cohort_table"}, finished.output
        return workdir.document(sample)

    return document


def _interpret_recordings(workdir: Workdir, callers: tuple[str, ...]) -> tuple[Workdir, Finished]:
    """Interpret all samples anew, with what the callers have recorded."""
    workdir.change_config(callers=list(callers), **given_databases(workdir))
    for sample in SAMPLES:
        for caller in {*callers} - {"junctions"}:
            target = workdir.path / "results" / "callers" / caller / sample
            # New files, newer than the alignment: what is up to date is not called again.
            shutil.copytree(RECORDINGS / sample / caller, target, copy_function=shutil.copyfile)
            for folder in target.glob("*/"):
                folder.touch()
    options = ("--rerun-triggers", "mtime", "--forcerun", "interpret")
    return workdir, workdir.run(COHORT_TABLE, *options)


def by_junction(document: Document) -> dict[tuple[str, str], Document]:
    """Junctions by their breakpoints; those that a read places."""
    exact = [fusion for fusion in all_junctions(document) if fusion["breakpoint_exact"]]
    places = [junction(fusion) for fusion in exact]
    assert len(set(places)) == len(places), "one junction twice"
    return dict(zip(places, exact, strict=True))


def ntrk_events(data: Path, sample: str) -> list[dict[str, str]]:
    events = truth_rows(data, sample)
    return [event for event in events if "NTRK" in event["gene5"] + event["gene3"]]


def is_planted(places: tuple[str, str], event: dict[str, str]) -> bool:
    """Whether a junction is the planted one: callers may count inserted bases to either side."""
    planted = (event["breakpoint5"], event["breakpoint3"])
    for found, truth in zip(places, planted, strict=True):
        (chrom, pos, strand), (true_chrom, true_pos, true_strand) = (
            text.rsplit(":", 2) for text in (found, truth)
        )
        if (chrom, strand) != (true_chrom, true_strand):
            return False
        if abs(int(pos) - int(true_pos)) > len(event["inserted"]):
            return False
    return True


def test_every_sample_is_recorded() -> None:
    assert {path.name for path in RECORDINGS.iterdir() if path.is_dir()} == set(SAMPLES)


class TestAllCallers:
    @every_sample
    def test_verdict(self, interpret: Interpret, data: Path, sample: str) -> None:
        expected = {
            row["expected_verdict"]
            for row in read_tsv(data / "truth.tsv")
            if row["sample"] == sample
        }
        document = interpret(sample, ALL)
        assert {document["verdict"]} == expected
        assert document["callers_run"] == list(ALL)

    @every_sample
    def test_planted_events(self, interpret: Interpret, data: Path, sample: str) -> None:
        junctions = by_junction(interpret(sample, ALL))
        for event in ntrk_events(data, sample):
            fusion = junctions[event["breakpoint5"], event["breakpoint3"]]
            assert fusion["name"] == f"{event['gene5']}::{event['gene3']}"
            assert fusion["frame"] == event["frame"]
            assert fusion["kinase"] == event["kinase"]
            assert fusion["inserted"] == event["inserted"]
            assert fusion["status"] == event["expected_status"]
            for side in ("exon5", "exon3"):
                if event[side]:
                    assert fusion[side] == int(event[side]), side

    @every_sample
    def test_nothing_reportable_that_was_not_planted(
        self, interpret: Interpret, data: Path, sample: str
    ) -> None:
        planted = {
            (event["breakpoint5"], event["breakpoint3"])
            for event in truth_rows(data, sample)
            if event["expected_status"] == "reportable"
        }
        fusions = all_junctions(interpret(sample, ALL))
        assert {junction(f) for f in fusions if f["status"] == "reportable"} == planted

    @every_sample
    def test_counts_stay_those_of_our_own_caller(
        self, cohort: Workdir, interpret: Interpret, sample: str
    ) -> None:
        alone, together = by_junction(cohort.document(sample)), by_junction(interpret(sample, ALL))
        for place, fusion in alone.items():
            for name in ("junction_reads", "spanning_fragments", "evidence", "support_from"):
                assert together[place][name] == fusion[name], (place, name)

    @pytest.mark.parametrize("sample", ["KHDRBS1_NTRK1", "ETV6_NTRK3", "QKI_NTRK2", "TWO_LANES"])
    def test_callers_stand_side_by_side(self, interpret: Interpret, sample: str) -> None:
        fusion = interpret(sample, ALL)["fusions"][0]
        assert set(fusion["callers"]) == set(ALL)
        assert all(call["junction_reads"] > 0 for call in fusion["callers"].values())
        assert not any(call["discarded_by"] for call in fusion["callers"].values())
        assert fusion["disagreements"] == []

    def test_versions_are_recorded(self, interpret: Interpret) -> None:
        tools = interpret("KHDRBS1_NTRK1", ALL)["provenance"]["tools"]
        assert tools["arriba"] == "2.5.1"
        assert tools["star_fusion"] == "1.15.0"


@every_set
@every_sample
class TestAnySet:
    def test_annotation_never_changes(
        self, interpret: Interpret, sample: str, callers: tuple[str, ...]
    ) -> None:
        reference = by_junction(interpret(sample, ALL))
        for place, fusion in by_junction(interpret(sample, callers)).items():
            if place not in reference:
                continue  # placed elsewhere by a caller that is not in this set
            same = reference[place]
            if fusion["inserted"] != same["inserted"]:
                continue  # another transcript
            differing = {n: (fusion[n], same[n]) for n in ANNOTATION if fusion[n] != same[n]}
            assert not differing, place

    def test_planted_event_is_annotated_right_by_whoever_sees_it(
        self, interpret: Interpret, data: Path, sample: str, callers: tuple[str, ...]
    ) -> None:
        junctions = by_junction(interpret(sample, callers))
        for event in ntrk_events(data, sample):
            hits = [f for places, f in junctions.items() if is_planted(places, event)]
            fusion = hits[0] if hits else None
            if fusion is None:
                assert "junctions" not in callers, "our own caller has to see every planted event"
                continue
            assert (fusion["frame"], fusion["kinase"]) == (event["frame"], event["kinase"])
            assert str(fusion["protein_length"] or "") == event["protein_aa"]
            for side in ("exon5", "exon3"):
                if event[side]:
                    assert fusion[side] == int(event[side]), side

    def test_nothing_reportable_that_was_not_planted(
        self, interpret: Interpret, data: Path, sample: str, callers: tuple[str, ...]
    ) -> None:
        events = truth_rows(data, sample)
        planted = [event for event in events if event["expected_status"] == "reportable"]
        for fusion in all_junctions(interpret(sample, callers)):
            if fusion["status"] == "reportable":
                assert any(is_planted(junction(fusion), event) for event in planted)


class TestDiscarded:
    @every_sample
    def test_arriba_filters_are_named(self, interpret: Interpret, sample: str) -> None:
        discarded = _arriba_rows(sample, "fusions.discarded.tsv")
        filters = {name.split("(")[0] for row in discarded for name in row["filters"].split(",")}
        reported = [
            (row["breakpoint1"], row["breakpoint2"]) for row in _arriba_rows(sample, "fusions.tsv")
        ]

        def near(one: str, two: str) -> bool:
            """Beside inserted bases ntrkoma settles the place, within their length."""
            (chrom, pos), (contig, base) = one.rsplit(":", 1), two.rsplit(":", 1)
            return chrom == contig and abs(int(pos) - int(base)) <= 3

        for fusion in all_junctions(interpret(sample, ["arriba"])):
            call = fusion["callers"]["arriba"]
            places = tuple(call[side].rpartition(":")[0] for side in ("breakpoint5", "breakpoint3"))
            if any(near(places[0], five) and near(places[1], three) for five, three in reported):
                assert call["discarded_by"] == []
            else:
                assert call["discarded_by"], places
                assert set(call["discarded_by"]) <= filters
                assert fusion["status"] == "below_the_line"
                assert any(reason["code"] == "discarded_by_caller" for reason in fusion["reasons"])

    @every_sample
    def test_nothing_that_arriba_discarded_is_lost(self, interpret: Interpret, sample: str) -> None:
        """Every row with a breakpoint in an NTRK gene is counted in some junction."""
        rows = [
            row
            for name in ("fusions.tsv", "fusions.discarded.tsv")
            for row in _arriba_rows(sample, name)
            if any(
                row[f"gene{side}"] in TARGETS and row[f"site{side}"] != "intergenic"
                for side in (1, 2)
            )
        ]
        shown = all_junctions(interpret(sample, ["arriba"]))
        assert sum(fusion["callers"]["arriba"]["rows"] for fusion in shown) >= len(rows)

    @every_sample
    def test_nothing_that_star_fusion_discarded_is_lost(
        self, interpret: Interpret, sample: str
    ) -> None:
        folder = RECORDINGS / sample / "star_fusion"
        candidates = _star_fusion_rows(folder / "preliminary" / PRELIMINARY)
        reported = _star_fusion_rows(folder / "predictions.tsv")
        shown = all_junctions(interpret(sample, ["star_fusion"]))
        assert sum(f["callers"]["star_fusion"]["rows"] for f in shown) == len(candidates | reported)
        if not reported:
            assert all(f["callers"]["star_fusion"]["discarded_by"] for f in shown)

    def test_read_through_that_arriba_discards_is_still_for_review(
        self, interpret: Interpret
    ) -> None:
        document = interpret("READ_THROUGH", ALL)
        fusion = document["fusions"][0]
        assert fusion["name"] == "PRCC::NTRK1"
        assert fusion["callers"]["arriba"]["discarded_by"]
        assert fusion["status"] == "review"
        assert fusion["artefact_class"] == "read_through"
        assert document["verdict"] == "indeterminate"


def _arriba_rows(sample: str, name: str) -> list[dict[str, str]]:
    lines = (RECORDINGS / sample / "arriba" / name).read_text(encoding="utf-8").splitlines()
    header = lines[0].lstrip("#").split("\t") if lines else []
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]


def _star_fusion_rows(path: Path) -> set[tuple[str, str, str]]:
    """Candidates with a breakpoint in an NTRK gene, by name and breakpoints."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].lstrip("#").split("\t")
    rows = [dict(zip(header, line.split("\t"), strict=False)) for line in lines[1:]]
    return {
        (row["FusionName"], row["LeftBreakpoint"], row["RightBreakpoint"])
        for row in rows
        if any(row[side].split("^")[0] in TARGETS for side in ("LeftGene", "RightGene"))
    }
