"""The same science whichever callers ran: recorded real STAR-Fusion and Arriba outputs, merged.

The recordings are laid into copies of the run of all samples, where the two callers would have
written them, and the workflow goes on from there: every candidate is counted on the sample's reads.
"""

from __future__ import annotations

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
    expected,
    junction,
    lay_recordings,
    ntrk_events,
    read_text,
    truth_rows,
)

pytestmark = pytest.mark.real

ALL = ("junctions", "star_fusion", "arriba")
STAR_FUSION, ARRIBA, PAIR = ("star_fusion",), ("arriba",), ("star_fusion", "arriba")

# Where the two callers differ from ours or from each other in more than their counts; the pair of
# them is tried on these alone. HOP_SINK and those of FOLLOW_UP's patient are peers of some.
OF_PAIR = (
    "QKI_NTRK2",
    "MID_EXON",
    "READ_THROUGH",
    "BALANCED",
    "PARALOG_ONLY",
    "HOP_SOURCE",
    "FOLLOW_UP",
)
CASES = [
    *((sample, callers) for callers in (ALL, STAR_FUSION, ARRIBA) for sample in SAMPLES),
    *((sample, PAIR) for sample in OF_PAIR),
]

# Verdicts that differ from the truth without our own caller; all of them to the careful side or
# for lack of a candidate.
OTHER_VERDICT = {
    # Removed by STAR-Fusion's own filter (no splice site), and counted on the reads: for review.
    ("MID_EXON", STAR_FUSION): "indeterminate",
    # STAR-Fusion does not name it at all, not among what it removed either: an ordinary splice.
    ("READ_THROUGH", STAR_FUSION): "not_detected",
}
ENOUGH = 5  # report_min_fragments of resources/thresholds.tsv
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
    "structure_class",
    "hgvs",
    "domains",
    "key_residues",
    "known_partner",
)
# What is counted on the reads; none of it may hang on who asked for it.
COUNTED = (
    "junction_reads",
    "spanning_fragments",
    "evidence",
    "support_from",
    "ffpm",
    "fusion_fraction",
    "homology",
    "artefact_class",
)
PRELIMINARY = "star-fusion.fusion_candidates.preliminary"

Interpret = Callable[[str, Sequence[str]], Document]

every_sample = pytest.mark.parametrize("sample", SAMPLES)
every_case = pytest.mark.parametrize(
    ("sample", "callers"), CASES, ids=[f"{'+'.join(callers)}-{sample}" for sample, callers in CASES]
)


@pytest.fixture(scope="module")
def interpret(cohort: Workdir, tmp_path_factory: pytest.TempPathFactory) -> Interpret:
    """The JSON of a sample for some callers."""
    runs: dict[tuple[str, ...], tuple[Workdir, Finished]] = {}

    def document(sample: str, callers: Sequence[str]) -> Document:
        key = tuple(callers)
        if key not in runs:
            folder = tmp_path_factory.mktemp("callers")
            runs[key] = _interpret_recordings(cohort.copy(folder / "run", "trimmed"), key)
        workdir, finished = runs[key]
        assert set(finished.succeeded().jobs) - {"cohort"} == {
            "collect_reads",
            "call_junctions",
            "evidence",
            "interpret",
        }
        return workdir.document(sample)

    return document


def _interpret_recordings(workdir: Workdir, callers: tuple[str, ...]) -> tuple[Workdir, Finished]:
    """Count and interpret all samples anew, with what the callers have recorded."""
    lay_recordings(workdir, callers)
    results = [str(workdir.result(s, "ntrk.json").relative_to(workdir.path)) for s in OF_PAIR]
    wanted = results if callers == PAIR else [COHORT_TABLE]
    options = ("--notemp", "--rerun-triggers", "mtime", "--forcerun", "evidence")
    return workdir, workdir.run(*wanted, *options, timeout=900)


def by_junction(document: Document) -> dict[tuple[str, str], Document]:
    """Junctions by their breakpoints; those that a read places."""
    exact = [fusion for fusion in all_junctions(document) if fusion["breakpoint_exact"]]
    places = [junction(fusion) for fusion in exact]
    assert len(set(places)) == len(places), "one junction twice"
    return dict(zip(places, exact, strict=True))


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
        document = interpret(sample, ALL)
        assert document["verdict"] == expected(data, sample, "expected_verdict")
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
    def test_other_callers_change_nothing_of_what_ours_sees(
        self, cohort: Workdir, interpret: Interpret, sample: str
    ) -> None:
        """Their words stand beside it; grade and reasons stay."""
        alone, together = by_junction(cohort.document(sample)), by_junction(interpret(sample, ALL))
        assert set(alone) <= set(together)
        for place, fusion in alone.items():
            for name in (*ANNOTATION, *COUNTED, "status", "reasons", "elsewhere"):
                assert together[place][name] == fusion[name], (place, name)

    @every_sample
    def test_what_is_measured_on_the_sample_stays(
        self, cohort: Workdir, interpret: Interpret, sample: str
    ) -> None:
        alone, together = cohort.document(sample), interpret(sample, ALL)
        for name in ("evaluability", "library", "imbalance", "resistance", "intragenic"):
            assert together[name] == alone[name], name

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


@every_case
class TestAnySet:
    def test_verdict(
        self, interpret: Interpret, data: Path, sample: str, callers: tuple[str, ...]
    ) -> None:
        wanted = OTHER_VERDICT.get((sample, callers), expected(data, sample, "expected_verdict"))
        assert interpret(sample, callers)["verdict"] == wanted

    def test_annotation_and_counts_never_change(
        self, interpret: Interpret, sample: str, callers: tuple[str, ...]
    ) -> None:
        """Not by one read: whoever names a junction, it is counted on the same reads.

        Only junctions of which our own count finds nothing show the figures of a caller; a caller
        names none such here that its own filters did not remove.
        """
        reference = by_junction(interpret(sample, ALL))
        for place, fusion in by_junction(interpret(sample, callers)).items():
            same = reference[place]
            assert {n: fusion[n] for n in ANNOTATION} == {n: same[n] for n in ANNOTATION}, place
            if fusion["support_from"] == "junctions":
                assert {n: fusion[n] for n in COUNTED} == {n: same[n] for n in COUNTED}, place
                continue
            evidence = fusion["evidence"]
            assert evidence["junction_reads_raw"] == evidence["spanning_fragments_raw"] == 0
            assert fusion["status"] == "below_the_line"
            assert all(call["discarded_by"] for call in fusion["callers"].values())

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
                continue
            assert call["discarded_by"], places
            assert set(call["discarded_by"]) <= filters
            codes = {reason["code"] for reason in fusion["reasons"]}
            fragments = fusion["junction_reads"] + fusion["spanning_fragments"]
            if "seen_in_patient" in codes:
                assert fusion["status"] == "review", "a filter outweighs the patient's own history"
            elif fusion["support_from"] == "junctions" and fragments >= ENOUGH:
                assert "discarded_yet_counted" in codes
            else:
                assert "discarded_by_caller" in codes
                assert fusion["status"] == "below_the_line"

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
        self, interpret: Interpret, data: Path, sample: str
    ) -> None:
        folder, spans = RECORDINGS / sample / "star_fusion", _target_spans(data)
        candidates = _star_fusion_rows(folder / "preliminary" / PRELIMINARY, spans)
        reported = _star_fusion_rows(folder / "predictions.tsv", spans)
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


def _target_spans(data: Path) -> list[tuple[str, int, int]]:
    """Contig, start and end (1-based, inclusive) of the NTRK genes in the annotation."""
    rows = read_text(data / "reference" / "annotation.gtf.gz").splitlines()
    genes = [row.split("\t") for row in rows if "\tgene\t" in row]
    return [
        (fields[0], int(fields[3]), int(fields[4]))
        for fields in genes
        if any(f'gene_name "{gene}"' in fields[8] for gene in TARGETS)
    ]


def _star_fusion_rows(
    path: Path, spans: Sequence[tuple[str, int, int]]
) -> set[tuple[str, str, str]]:
    """Candidates with a breakpoint in an NTRK gene, by name and breakpoints.

    STAR-Fusion also names genes that begin a little past the breakpoint; there is none in those.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].lstrip("#").split("\t")
    rows = [dict(zip(header, line.split("\t"), strict=False)) for line in lines[1:]]

    def in_target(place: str) -> bool:
        chrom, pos = place.split(":")[:2]
        return any(chrom == contig and start <= int(pos) <= end for contig, start, end in spans)

    return {
        (row["FusionName"], row["LeftBreakpoint"], row["RightBreakpoint"])
        for row in rows
        if in_target(row["LeftBreakpoint"]) or in_target(row["RightBreakpoint"])
    }
