"""The figures of the report: that what they show is what the data say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import report_inputs
from documents import fusion, imbalance
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.genome.carried import carried3, carried5
from ntrkoma.model.junction import Breakpoint
from ntrkoma.report.figures.canvas import guarded, text_width
from ntrkoma.report.figures.coverage import coverage_figure, nice_top, short_depth
from ntrkoma.report.figures.fusion import (
    LONGEST_UNTRANSLATED,
    carried,
    fusion_figure,
    model_of,
    segments,
)
from ntrkoma.report.figures.reads import JunctionReads, alignment_facts, spelt_alignment

SVG = "{http://www.w3.org/2000/svg}"
Picture = ElementTree.Element
TABLE = Path(__file__).resolve().parents[3] / "test_data" / "gene_models.tsv"
MODELS = report_inputs.gene_models(TABLE)


def parsed(markup: str) -> Picture:
    """The picture as a tree; the page's HTML parser needs no namespace, this one does."""
    return ElementTree.fromstring(
        str(markup).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    )


def having(picture: Picture, css: str) -> list[Picture]:
    """Elements that carry all classes of ``css``."""
    wanted = set(css.split())
    return [e for e in picture.iter() if wanted <= set(e.get("class", "").split())]


def texts(picture: Picture, css: str = "") -> list[str]:
    return [e.text or "" for e in having(picture, css) if e.tag == f"{SVG}text"]


def span(element: Picture) -> tuple[float, float]:
    """Left and right edge of a rectangle."""
    left = float(element.get("x", "nan"))
    return left, left + float(element.get("width", "nan"))


def extent(picture: Picture) -> tuple[float, float, float, float]:
    """Least and greatest x and y of everything drawn, labels at their widest."""
    xs: list[float] = []
    ys: list[float] = []
    for e in picture.iter():
        if e.tag == f"{SVG}rect":
            xs += span(e)
            ys += [float(e.get("y", 0)), float(e.get("y", 0)) + float(e.get("height", 0))]
        elif e.tag == f"{SVG}line":
            xs += [float(e.get("x1", 0)), float(e.get("x2", 0))]
            ys += [float(e.get("y1", 0)), float(e.get("y2", 0))]
        elif e.tag == f"{SVG}polygon":
            points = [point.split(",") for point in e.get("points", "").split()]
            xs += [float(x) for x, _ in points]
            ys += [float(y) for _, y in points]
        elif e.tag == f"{SVG}text":
            css = e.get("class", "").split()
            size = 11 if "tiny" in css else 10 if "mini" in css else 13
            size = 16 if {"text-five", "text-three"} & set(css) else size
            room = text_width(e.text or "", size)
            x = float(e.get("x", 0))
            shift = {"start": 0.0, "middle": room / 2, "end": room}[e.get("text-anchor", "start")]
            xs += [x - shift, x - shift + room]
            ys.append(float(e.get("y", 0)))
    return min(xs), max(xs), min(ys), max(ys)


def assert_inside(picture: Picture) -> None:
    """Nothing of a picture lies outside of it."""
    width, height = map(float, picture.get("viewBox", "").split()[2:])
    left, right, top, bottom = extent(picture)
    assert left >= -1
    assert right <= width + 1
    assert top >= 0
    assert bottom <= height


def picture_of(found: Mapping[str, Any], models: Mapping[str, Any] = MODELS) -> Picture:
    reads = report_inputs.alignment(found)
    return parsed(fusion_figure(found, models, reads, "figure"))


PAIRS = ("KHDRBS1::NTRK1", "ETV6::NTRK3", "TPM3::NTRK1", "QKI::NTRK2", "EML4::ALK")


class TestSegments:
    @pytest.mark.parametrize("identifier", sorted(MODELS))
    def test_hold_every_base_once_in_order(self, identifier: str) -> None:
        transcript = model_of(identifier, MODELS[identifier])
        pieces = segments(transcript)
        assert sum(piece.length for piece in pieces) == transcript.length
        assert sum(piece.length for piece in pieces if piece.coding) == transcript.cds_length or (
            transcript.cds is None
        )
        positions = [transcript.to_transcript(piece.first) or 0 for piece in pieces]
        assert positions == sorted(positions)
        assert [piece.exon for piece in pieces] == sorted(piece.exon or 0 for piece in pieces)

    @given(st.data())
    def test_carried_agrees_with_the_annotation(self, data: st.DataObject) -> None:
        """The figure's own reckoning against the one that the reading frame rests on."""
        identifier = data.draw(st.sampled_from(sorted(MODELS)))
        transcript = model_of(identifier, MODELS[identifier])
        pos = data.draw(st.integers(transcript.start, transcript.end))
        side = Breakpoint(transcript.chrom, pos, transcript.strand)
        for five, reference in ((True, carried5), (False, carried3)):
            kept = carried(transcript, pos, five=five)
            assert sum(piece.length for piece in kept) == reference(transcript, side).length

    def test_long_untranslated_ends_are_cut(self) -> None:
        ntrk3 = segments(model_of("x", MODELS["ENST00000629765.3"]))
        assert ntrk3[-1].length > 10_000
        assert ntrk3[-1].drawn == LONGEST_UNTRANSLATED


class TestFusionFigure:
    def test_case_report(self) -> None:
        """KHDRBS1 exons 1-8 joined to NTRK1 exons 12-17, 756 residues."""
        picture = picture_of(fusion("KHDRBS1::NTRK1"))
        description = picture.findtext(f"{SVG}desc") or ""
        assert "KHDRBS1 exons 1 to 8 of 9 joined to NTRK1 exons 12 to 17 of 17" in description
        assert "predicted protein of 756 amino acids" in description
        assert "756 aa" in texts(picture)
        # Exon numbers of the junction stand out, on the gene and on the transcript.
        assert texts(picture, "tiny strong").count("8") == 2
        assert texts(picture, "tiny strong").count("12") == 2
        assert {"chr1:32,039,573 (+)", "chr1:156,875,520 (+)"} <= set(texts(picture))

    def test_protein_is_in_register_with_the_transcript(self) -> None:
        """One residue is three bases wide, and the kinase has its 272 of 756 residues."""
        picture = picture_of(fusion("KHDRBS1::NTRK1"))
        (kinase,) = having(picture, "domain kinase")
        protein = [
            e
            for e in having(picture, "fill-five") + having(picture, "fill-three")
            if e.get("y") == "214"
        ]
        width = sum(span(e)[1] - span(e)[0] for e in protein)
        left, right = span(kinase)
        # The stop codon is drawn too.
        assert (right - left) / width == pytest.approx(272 / 757, rel=0.01)
        ends = [edge for e in protein for edge in span(e)]
        assert max(ends) - right == pytest.approx((796 - 781 + 1) / 757 * width, abs=1.5)

    @pytest.mark.parametrize("name", PAIRS)
    def test_joins_meet_at_the_junction(self, name: str) -> None:
        picture = picture_of(fusion(name))
        five = [span(e) for e in having(picture, "fill-five seam")]
        three = [span(e) for e in having(picture, "fill-three seam")]
        assert five[-1][1] == pytest.approx(three[0][0], abs=0.2)
        for (_, end), (start, _) in pairwise(five + three):
            assert end == pytest.approx(start, abs=1)

    @pytest.mark.parametrize("name", PAIRS)
    def test_nothing_leaves_the_picture(self, name: str) -> None:
        picture = picture_of(fusion(name))
        assert_inside(picture)

    def test_many_exons(self) -> None:
        """ROS1 with 44 exons: labels thin out, nothing overlaps."""
        ros1 = next(i for i, m in MODELS.items() if m["gene"] == "ROS1")
        model = model_of(ros1, MODELS[ros1])
        found = fusion("KHDRBS1::NTRK1") | {
            "gene3": "ROS1",
            "transcript3": ros1,
            "exon3": 34,
            "breakpoint3": {"chrom": model.chrom, "pos": model.exon_start(34), "strand": "-"},
        }
        picture = picture_of(found)
        numbers = [e for e in having(picture, "tiny") if (e.text or "").isdigit()]
        by_row: dict[str, list[tuple[float, float]]] = {}
        for e in numbers:
            half = text_width(e.text or "", 11) / 2
            x = float(e.get("x", 0))
            by_row.setdefault(e.get("y", ""), []).append((x - half, x + half))
        for row in by_row.values():
            for (_, end), (start, _) in pairwise(sorted(row)):
                assert end <= start
        assert "ROS1 exons 34 to 44 of 44" in (picture.findtext(f"{SVG}desc") or "")

    def test_lost_frame_draws_no_kinase(self) -> None:
        picture = picture_of(fusion("KHDRBS1::NTRK1", frame="out_of_frame"))
        assert not having(picture, "domain")
        assert len(having(picture, "unread")) == 1
        assert "The reading frame is lost at the junction." in texts(picture)

    def test_own_start_codon(self) -> None:
        """A join in the 5′ UTR reads the 3′ gene alone."""
        nacc2 = next(i for i, m in MODELS.items() if m["gene"] == "NACC2")
        ntrk3 = model_of("x", MODELS["ENST00000629765.3"])
        model = model_of(nacc2, MODELS[nacc2])
        found = fusion("ETV6::NTRK3", frame="utr5_start_retained") | {
            "gene5": "NACC2",
            "transcript5": nacc2,
            "exon5": 1,
            "breakpoint5": {"chrom": "chr9", "pos": model.exon_end(1), "strand": "-"},
            "exon3": 3,
            "breakpoint3": {"chrom": "chr15", "pos": ntrk3.exon_start(3), "strand": "-"},
        }
        picture = picture_of(found)
        assert "keeps its own start codon" in (picture.findtext(f"{SVG}desc") or "")
        assert len(having(picture, "domain kinase")) == 1

    @pytest.mark.parametrize("missing", ["intergenic", "antisense"])
    def test_side_without_transcript(self, missing: str) -> None:
        found = fusion("KHDRBS1::NTRK1", frame="no_cds")
        found["side5"]["sense"] = False
        if missing == "intergenic":
            found |= {"gene5": None, "transcript5": None, "exon5": None}
        picture = picture_of(found)
        assert "no transcript is read here in sense" in texts(picture)

    def test_intron_and_inserted_bases(self) -> None:
        """62 bases before NTRK3 exon 13 come along; inserted bases show on transcript and reads."""
        ntrk3 = model_of("x", MODELS["ENST00000629765.3"])
        found = fusion("ETV6::NTRK3", inserted="ACGTAC") | {
            "breakpoint3": {"chrom": "chr15", "pos": ntrk3.exon_start(13) + 62, "strand": "-"},
            "exon3": 13,
        }
        picture = picture_of(found)
        first = carried(ntrk3, ntrk3.exon_start(13) + 62, five=False)[0]
        assert (first.exon, first.length) == (None, 62)
        # On the transcript, in the protein and on the reads' ruler at least.
        assert len(having(picture, "fill-inserted")) >= 3

    def test_partial_domain_says_how_much(self) -> None:
        found = fusion("KHDRBS1::NTRK1", kinase="partial")
        ntrk1 = model_of("x", MODELS["ENST00000524377.7"])
        found["breakpoint3"]["pos"] = ntrk1.exon_start(14)
        found["exon3"] = 14
        assert "kinase (61%)" in texts(picture_of(found))

    def test_residues_that_are_stretches(self) -> None:
        found = fusion("KHDRBS1::NTRK1")
        found["key_residues"] = [
            {"residue": "516-524", "role": "glycine loop", "retained": True},
            {"residue": "K544", "role": "ATP lysine", "retained": True},
            {"residue": "G667", "role": "xDFG residue", "retained": False},
        ]
        picture = picture_of(found)
        marks = sorted(float(e.get("x1", 0)) for e in having(picture, "residue"))
        (kinase,) = having(picture, "domain kinase")
        left, right = span(kinase)
        places = [(mark - left) / (right - left) * 272 + 510 for mark in marks]
        assert places == pytest.approx([520, 544], abs=1)

    def test_without_reads(self) -> None:
        picture = parsed(fusion_figure(fusion("KHDRBS1::NTRK1"), MODELS, None, "figure"))
        assert any("No reads at this junction" in text for text in texts(picture))

    def test_alternative_text_belongs_to_the_picture(self) -> None:
        picture = picture_of(fusion("KHDRBS1::NTRK1"))
        assert picture.get("role") == "img"
        own = {e.get("id") for e in picture.iter() if e.get("id")}
        assert set(picture.get("aria-labelledby", "").split()) == own

    def test_hostile_gene_is_text(self) -> None:
        hostile = '"><img src=x onerror=alert(1)>'
        found = fusion() | {"name": f"{hostile}::NTRK1", "gene5": hostile}
        markup = str(fusion_figure(found, MODELS, None, "figure"))
        assert "<img" not in markup
        assert "&lt;img" in markup

    @pytest.mark.parametrize(
        "damage",
        [
            {"transcript5": "ENST_UNKNOWN"},
            {"breakpoint3": {"chrom": "chr1", "pos": None, "strand": "+"}},
            {"domains": [{"gene": "NTRK1"}]},
        ],
    )
    def test_broken_data_leave_a_sentence(self, damage: dict[str, Any]) -> None:
        found = fusion("KHDRBS1::NTRK1") | damage
        with pytest.raises((KeyError, TypeError, ValueError)):
            fusion_figure(found, MODELS, None, "figure")
        said = guarded("structure", fusion_figure, found, MODELS, None, "figure")
        assert "This figure could not be drawn" in said


ALIGNED = {
    "sequence": "AAAACCCCGGGGTTTT",
    "left": 8,
    "right": 8,
    "reads": [
        {"start": 2, "sequence": "AACCCCGGGG", "kind": "junction", "fragment": 0},
        {"start": 4, "sequence": "CCTCGGGNTT", "kind": "junction", "fragment": 1},
        {"start": -2, "sequence": "GGAAAA", "kind": "spanning", "fragment": 2},
        {"start": 12, "sequence": "TTTTAC", "kind": "spanning", "fragment": 2},
    ],
}


class TestReads:
    def bare(self, given: Mapping[str, Any]) -> list[str]:
        return [re.sub(r"<[^>]+>", "", line) for line in spelt_alignment(given).split("\n")]

    def test_columns_line_up(self) -> None:
        lines = self.bare(ALIGNED)
        assert lines == [
            "sequence AAAACCCC|GGGGTTTT",
            "read   1   AACCCC|GGGG    ",
            "read   2     CCTC|GGGNTT  ",
        ]

    def test_mismatches_are_marked_and_n_is_none(self) -> None:
        marked = re.findall(r"<mark>(.*?)</mark>", spelt_alignment(ALIGNED))
        assert marked == ["T"]
        facts = alignment_facts(ALIGNED)
        assert (facts["spelt"], facts["compared"], facts["differing"]) == (2, 20, 1)

    def test_inserted_bases_stand_between_two_bars(self) -> None:
        given = ALIGNED | {
            "sequence": "AAAACCCCATGGGGTTTT",
            "right": 10,
            "reads": [
                {"start": 0, "sequence": "AAAACCCCATGGGG", "kind": "junction", "fragment": 0}
            ],
        }
        assert self.bare(given)[0] == "sequence AAAACCCC|AT|GGGGTTTT"
        assert '<span class="inserted">AT</span>' in spelt_alignment(given)
        assert alignment_facts(given)["inserted"] == "AT"

    def test_at_most_thirty_reads_the_farthest_reaching(self) -> None:
        reads = [
            {"start": start, "sequence": "A" * 60, "kind": "junction", "fragment": start}
            for start in range(41, 99)
        ]
        given = {"sequence": "A" * 200, "left": 100, "right": 100, "reads": reads}
        lines = self.bare(given)
        assert len(lines) == 31
        assert alignment_facts(given)["spelt"] == 30
        # Reads that begin or end a base from the junction are the ones left out.
        shown = [len(line.partition("|")[0].split()[-1]) for line in lines[1:]]
        assert min(shown) > 10

    def test_where_both_mates_cross_the_farther_reaching_stands(self) -> None:
        given = ALIGNED | {
            "reads": [
                {"start": 2, "sequence": "AACCCCGGGG", "kind": "junction", "fragment": 0},
                {"start": 7, "sequence": "CGGGGTTTT", "kind": "junction", "fragment": 0},
            ]
        }
        assert self.bare(given)[1:] == ["read   1   AACCCC|GGGG    "]
        assert alignment_facts(given)["spelt"] == 1

    def test_a_mate_that_does_not_cross_is_not_spelt_out(self) -> None:
        given = ALIGNED | {
            "reads": [
                {"start": 0, "sequence": "AAAA", "kind": "junction", "fragment": 0},
                {"start": 4, "sequence": "CCCCGG", "kind": "junction", "fragment": 0},
            ]
        }
        assert len(self.bare(given)) == 2

    @pytest.mark.parametrize(("left", "right"), [(0, 0), (16, 16), (9, 8), (3, 99)])
    def test_junction_outside_the_sequence(self, left: int, right: int) -> None:
        with pytest.raises(ValueError, match="lies outside the 16 bases"):
            JunctionReads.of(ALIGNED | {"left": left, "right": right})

    def test_fragments_are_drawn_once(self) -> None:
        found = fusion("KHDRBS1::NTRK1", junction_reads=7, spanning_fragments=4)
        picture = picture_of(found)
        assert "11 supporting fragments are drawn: 7 with a read across the junction, 4" in (
            picture.findtext(f"{SVG}desc") or ""
        )


class TestCoverage:
    def test_bars_are_as_high_as_deep(self) -> None:
        values = imbalance(["NTRK1"])["NTRK1"]
        picture = parsed(coverage_figure("NTRK1", values, 12, "figure"))
        drawn = {
            part: [float(e.get("height", 0)) for e in having(picture, f"part-{part}")]
            for part in ("five-prime", "middle", "kinase")
        }
        depths = {
            part: [e["depth"] for e in values["profile"] if e["part"] == part.replace("-", "_")]
            for part in drawn
        }
        assert [len(bars) for bars in drawn.values()] == [7, 4, 5]
        scale = drawn["kinase"][0] / depths["kinase"][0]
        for part, bars in drawn.items():
            known_depths = [depth for depth in depths[part] if depth is not None]
            assert bars == pytest.approx([depth * scale for depth in known_depths], abs=0.2)

    def test_says_where_the_junction_is(self) -> None:
        values = imbalance(["NTRK1"])["NTRK1"]
        picture = parsed(coverage_figure("NTRK1", values, 12, "figure"))
        assert "junction at exon 12" in texts(picture)
        assert not having(parsed(coverage_figure("NTRK1", values, None, "figure")), "junction")

    @pytest.mark.parametrize("gene", ["NTRK1", "NTRK2", "NTRK3"])
    @pytest.mark.parametrize("assessable", [True, False])
    def test_nothing_leaves_the_picture(self, gene: str, assessable: bool) -> None:
        values = imbalance([gene] if assessable else [], assessable=assessable)[gene]
        picture = parsed(coverage_figure(gene, values, 15, "figure"))
        assert_inside(picture)

    def test_empty_profile_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="no exon profile"):
            coverage_figure("NTRK1", imbalance()["NTRK1"] | {"profile": []}, None, "figure")

    @given(st.floats(0, 1e9))
    def test_axis_holds_the_deepest_exon(self, depth: float) -> None:
        top = nice_top(depth)
        assert top >= depth
        assert top <= max(1, 2.5 * depth)

    @pytest.mark.parametrize(
        ("depth", "words"),
        [(0, "0"), (0.04, "0.0"), (3.44, "3.4"), (120.2, "120"), (1234, "1.2k"), (98765, "99k")],
    )
    def test_short_depths(self, depth: float, words: str) -> None:
        assert short_depth(depth) == words
