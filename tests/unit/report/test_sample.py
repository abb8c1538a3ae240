"""The sample's report: that it says what the JSON says, whole, to everybody, and does nothing."""

from __future__ import annotations

import base64
import copy
import hashlib
import html
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import report_inputs
from documents import (
    companion,
    document,
    four_verdicts,
    fusion,
    hotspot,
    intragenic,
    resistance,
    shared_junction,
    therapies,
)

from ntrkoma.inputs.sheet import METADATA_COLUMNS
from ntrkoma.model.states import (
    ArtefactClass,
    Caller,
    Evaluability,
    Frame,
    Heading,
    Relation,
    Retention,
    Status,
    StructureClass,
    Verdict,
)
from ntrkoma.report import sample as report
from ntrkoma.report import words as report_words
from ntrkoma.report.page import clean, css_string
from ntrkoma.report.sample import MOST_DRAWN, MOST_ROWS, render
from ntrkoma.wording import figure, listed, percent

Document = dict[str, Any]
ROOT = Path(__file__).resolve().parents[3]
SETTINGS = {"title": "NTRK report", "laboratory": "Molecular Pathology"}
MODELS = report_inputs.gene_models(ROOT / "test_data" / "gene_models.tsv")
LARGEST = 3_000_000
EMPTY_ELEMENTS = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """The page as text, headings, elements and tables; fails on tags that do not close."""

    def __init__(self, markup: str):
        super().__init__(convert_charrefs=True)
        self.markup = markup
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.feed(markup)
        self.close()
        assert not self.open, self.open
        self.text = re.sub(r"\s+", " ", "".join(self.words)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag in EMPTY_ELEMENTS:
            self.words.append(" ")
            return
        self.open.append(tag)
        if tag in {"p", "li", "td", "th", "dt", "dd", "div", "tr", "h1", "h2", "h3", "h4", "text"}:
            self.words.append(" ")
        if re.fullmatch(r"h\d", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in {"td", "th", "p", "li", "dt", "dd"}:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.words.append(data)
        if self.open and re.fullmatch(r"h\d", self.open[-1]) and self.headings:
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def section(self, identifier: str) -> str:
        """Text from the heading with this id to the next heading of its level."""
        pattern = rf'<h2 id="{identifier}">(.*?)(?=<h2 |</main>)'
        found = re.search(pattern, self.markup, re.DOTALL)
        assert found, identifier
        bare = re.sub(r"<style.*?</style>|<[^>]+>", " ", found[1], flags=re.DOTALL)
        return re.sub(r"\s+", " ", html.unescape(bare))


def fusions_of(found: Mapping[str, Any]) -> list[Document]:
    return [*found["fusions"], *(f for c in found["companions"] for f in c["fusions"])]


def page_of(found: Document, **settings: str) -> Page:
    reads = report_inputs.alignments(fusions_of(found))
    return Page(render(found, SETTINGS | settings, ROOT / "report", reads, MODELS))


@pytest.fixture(scope="module", params=range(4), ids=lambda n: four_verdicts()[n]["verdict"])
def made(request: pytest.FixtureRequest) -> tuple[Document, Page]:
    """A document of each verdict and its page."""
    found = four_verdicts()[request.param]
    return found, page_of(found)


SECTIONS = ("fusions", "resistance", "imbalance", "orthogonal", "further", "below", "gate")
SECTIONS += ("methods", "limits", "glossary", "signing")


class TestEveryVerdict:
    def test_head(self, made: tuple[Document, Page]) -> None:
        found, page = made
        assert f"Sample {found['sample']}" in page.text
        assert "NTRK report" in page.text
        assert "Molecular Pathology" in page.text
        assert f"Analysed {found['provenance']['analysed']}" in page.text
        for name in ("Patient", "Specimen", "Collected", "Tumour type", "Assay", "Sequencing run"):
            assert name in page.text

    def test_same_sections_whatever_was_found(self, made: tuple[Document, Page]) -> None:
        _, page = made
        for identifier in SECTIONS:
            assert len(page.section(identifier)) > 60, identifier

    def test_verdict_in_words_symbol_and_colour(self, made: tuple[Document, Page]) -> None:
        found, page = made
        shown = report_words.VERDICTS[found["verdict"]]
        banner = page.markup[page.markup.index('class="verdict') :]
        banner = banner[: banner.index("</section>")]
        assert f'class="verdict {found["verdict"]}"' in page.markup
        assert f'aria-hidden="true">{shown.symbol}</span>' in banner
        assert shown.words in html.unescape(banner)
        assert report_words.NEXT_STEPS[found["verdict"]] in html.unescape(banner)
        for reason in found["reasons"]:
            assert reason["text"] in html.unescape(banner)
            assert reason["code"] in banner
        # Gate and detection limit stand beside the verdict.
        assert report_words.GATES[found["evaluability"]["status"]].words in banner
        assert found["evaluability"]["detection_limit"]["text"] in banner

    def test_nothing_is_called_none(self, made: tuple[Document, Page]) -> None:
        _, page = made
        assert "None" not in page.text
        assert "null" not in page.text
        assert "nan" not in page.text.split()

    def test_notice_limits_and_signing(self, made: tuple[Document, Page]) -> None:
        _, page = made
        assert "Decision support, not a treatment recommendation" in page.text
        assert "not a companion diagnostic" in page.text
        assert page.section("signing").count("Signature") == 2

    def test_methods_are_complete(self, made: tuple[Document, Page]) -> None:
        found, page = made
        methods = page.section("methods")
        provenance = found["provenance"]
        for version in provenance["tools"].values():
            assert version in methods
        for name, checksum in provenance["reference"].items():
            assert name in methods
            assert checksum in methods
        for name in provenance["parameters"]["thresholds"]:
            assert name in methods
        assert provenance["parameters"]["star_command"] in methods

    def test_gate_table(self, made: tuple[Document, Page]) -> None:
        found, page = made
        gate = page.section("gate")
        for check in found["evaluability"]["checks"]:
            assert report_words.metric_name(check["metric"]) in gate
            assert report_words.measured(check["metric"], check["value"]) in gate
            assert report_words.measured(check["metric"], check["threshold"]) in gate
            assert check["reason"] in gate

    def test_imbalance_of_every_target(self, made: tuple[Document, Page]) -> None:
        found, page = made
        shown = page.section("imbalance")
        for gene, values in found["imbalance"].items():
            assert values["text"] in shown
            assert values["transcript"] in shown
            assert f"Exon depth of {gene}" in shown
            for exon in values["profile"]:
                assert f"{exon['start']:,}–{exon['end']:,}" in shown

    def test_every_codon(self, made: tuple[Document, Page]) -> None:
        found, page = made
        shown = page.section("resistance")
        for codon in found["resistance"]:
            assert f"{codon['gene']} {codon['reference']}{codon['codon']}" in shown
            assert report_words.ANSWERS[codon["answer"]].words in shown
            for variant in codon["variants"]:
                assert variant["change"] in shown
                assert percent(variant["fraction"]) in shown

    def test_small(self, made: tuple[Document, Page]) -> None:
        assert len(made[1].markup.encode()) < LARGEST / 10


class TestStructure:
    """What a screen reader and a keyboard need, apart from what axe-core looks at."""

    def test_one_title_and_no_level_is_skipped(self, made: tuple[Document, Page]) -> None:
        levels = [level for level, _ in made[1].headings]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))

    def test_ids_are_unique_and_references_resolve(self, made: tuple[Document, Page]) -> None:
        page = made[1]
        ids = [a["id"] for _, a in page.elements if "id" in a]
        assert len(ids) == len(set(ids))
        wanted = {
            identifier
            for _, a in page.elements
            for identifier in a.get("aria-labelledby", "").split()
        }
        wanted |= {a["href"].removeprefix("#") for a in page.all("a")}
        assert wanted <= set(ids)

    def test_landmarks_and_language(self, made: tuple[Document, Page]) -> None:
        page = made[1]
        assert page.all("html") == [{"lang": "en"}]
        for landmark in ("header", "main", "nav", "footer"):
            assert len(page.all(landmark)) == 1
        assert page.all("a")[0] == {"class": "skip", "href": "#verdict"}

    def test_tables_have_captions_and_scopes(self, made: tuple[Document, Page]) -> None:
        page = made[1]
        assert len(page.all("table")) == len(page.all("caption"))
        assert all(th.get("scope") in {"col", "row", "rowgroup"} for th in page.all("th"))

    def test_pictures_have_alternative_texts(self, made: tuple[Document, Page]) -> None:
        page = made[1]
        for picture in page.all("svg"):
            assert picture["role"] == "img"
            assert len(picture["aria-labelledby"].split()) == 2

    def test_what_scrolls_can_be_reached_by_keyboard(self, made: tuple[Document, Page]) -> None:
        scrolling = [a for _, a in made[1].elements if "scroll" in a.get("class", "").split()]
        assert scrolling
        assert all(a.get("tabindex") == "0" and a.get("aria-label") for a in scrolling)


class TestSelfContained:
    def test_nothing_is_loaded_or_run(self, made: tuple[Document, Page]) -> None:
        page = made[1]
        tags = {tag for tag, _ in page.elements}
        assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
        for _, attributes in page.elements:
            assert not any(name.startswith("on") or name == "style" for name in attributes)
            assert not set(attributes) & {"src", "srcset", "action", "data", "xlink:href"}
        assert not re.search(r"https?://|url\(|@import", page.markup)

    def test_policy_allows_exactly_this_style(self, made: tuple[Document, Page]) -> None:
        page = made[1]
        (policy,) = (
            meta["content"]
            for meta in page.all("meta")
            if meta.get("http-equiv") == "Content-Security-Policy"
        )
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        (style,) = re.findall(r"<style>(.*?)</style>", page.markup, re.DOTALL)
        checksum = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{checksum}'" in policy
        # It comes before anything that it governs.
        assert page.markup.index("Content-Security-Policy") < page.markup.index("<style>")

    def test_every_printed_page_says_whose_it_is(self) -> None:
        page = page_of(document("S 1/x", verdict="not_detected", patient="P-7"))
        (foot,) = re.findall(r"@bottom-left \{ content: (\".*?\"); \}", page.markup)
        shown = re.sub(r"\\([0-9a-f]+) ", lambda m: chr(int(m[1], 16)), foot.strip('"'))
        assert shown == "Sample S 1/x · patient P-7"


class TestPositive:
    def test_sentence(self) -> None:
        found = document("S", verdict="detected")
        assert report_words.sentence(found) == (
            "An in-frame KHDRBS1::NTRK1 fusion transcript that keeps the complete NTRK1 kinase "
            "domain was detected (35 junction reads, 15 spanning fragments)."
        )

    def test_card(self) -> None:
        found = four_verdicts()[0]
        page, shown = page_of(found), found["fusions"][0]
        card = page.section("fusions")
        for text in (
            shown["vicc"],
            shown["hgvs"],
            "chr1:32,039,573 (+)",
            "chr1:156,875,520 (+)",
            "KHDRBS1 exon 8 of NM_006559.3 = ENST00000327300.12",
            "NTRK1 exon 12 of NM_002529.4 = ENST00000524377.7",
            "in frame , protein of 756 amino acids",
            "NTRK1: complete (100%)",
            "35 junction reads, 15 spanning fragments",
            "32 start positions",
            "1.19 per million fragments (FFPM)",
            "K544 kept",
            "14.3% of KHDRBS1 reads over this border (210 wild type)",
        ):
            assert text in re.sub(r"\s+", " ", card), text
        for row in (*shown["assessment"], *shown["clingen"]):
            assert row["text"] in card
        assert "30 of 35 junction reads, one of each fragment" in card

    def test_own_start_codon_has_its_own_sentence(self) -> None:
        found = document("S", verdict="detected", fusions=[fusion(frame="utr5_start_retained")])
        assert "own start codon kept" in report_words.sentence(found)
        assert "in-frame" not in report_words.sentence(found)

    def test_failed_gate_beside_a_fusion(self) -> None:
        page = page_of(document("S", verdict="detected", gate="fail"))
        assert "NTRK fusion detected" in page.text
        assert "that nothing else was found must not be read as negative" in page.text

    def test_therapies_apart(self) -> None:
        page = page_of(document("S", verdict="detected"))
        shown = page.section("therapies")
        approvals, _, off_label = shown.partition("Off-label, not equivalent to")
        assert "larotrectinib" in approvals
        assert "crizotinib" not in approvals
        assert "crizotinib" in off_label
        assert "2025-04-10" in approvals
        assert "Oncogenic" not in page.text

    def test_outdated_therapies(self) -> None:
        stale = therapies() | {"stale": True, "rows": [], "text": "Not printed: of 2020-01-01."}
        shown = page_of(document("S", verdict="detected", therapies=stale)).section("therapies")
        assert "Out of date. Not printed: of 2020-01-01." in re.sub(r"\s+", " ", shown)
        assert "larotrectinib" not in shown

    def test_no_therapy_without_a_fusion(self) -> None:
        for verdict in ("indeterminate", "not_detected", "not_evaluable"):
            assert (
                "larotrectinib" not in page_of(document("S", verdict=verdict, resistance=[])).text
            )

    def test_callers_that_differ_are_marked(self) -> None:
        shown = fusion(disagreements=["frame: Arriba says out of frame"])
        shown["callers"]["arriba"] = shown["callers"]["arriba"] | {
            "breakpoint3": "chr1:156875522:+",
            "discarded_by": ["min_support"],
            "gene5": "",
        }
        found = document("S", verdict="detected", fusions=[shown])
        found["callers_run"] = ["junctions", "star_fusion", "arriba"]
        card = re.sub(r"\s+", " ", page_of(found).section("fusions"))
        assert "≠ chr1:156875522:+" in card
        assert "≠ ?::NTRK1" in card
        assert "≠ removed: min_support" in card
        assert "STAR-Fusion ≠ did not name this junction" in card
        assert "≠ frame: Arriba says out of frame" in card
        assert "≠ chr1:32039573:+" not in card

    def test_artefact_homology_and_elsewhere(self) -> None:
        shown = fusion(
            artefact_class="index_hopping",
            homology={"kind": "pseudogene", "text": "TPM3P6 fits as well"},
            elsewhere=[
                {
                    "sample": "OTHER",
                    "relation": "run",
                    "junction_reads": 900,
                    "spanning_fragments": 400,
                    "status": "reportable",
                }
            ],
            status="review",
        )
        page = page_of(document("S", verdict="indeterminate", fusions=[shown]))
        assert "index hopping from another sample of the run" in page.text
        assert "TPM3P6 fits as well" in page.text
        assert "OTHER same sequencing run 900 400 reportable" in re.sub(r"\s+", " ", page.text)


class TestOthers:
    def test_negative_sentence_names_the_limit(self) -> None:
        found = document("S", verdict="not_detected")
        assert report_words.sentence(found) == (
            "No NTRK1, NTRK2 or NTRK3 fusion transcript was detected above the assay's limit of "
            "detection (0.19 fusion fragments per million)."
        )

    def test_not_evaluable_names_what_failed(self) -> None:
        said = report_words.sentence(document("S", verdict="not_evaluable"))
        assert "uniquely mapped fragments" in said
        assert "control genes" in said
        page = page_of(document("S", verdict="not_evaluable"))
        assert "must not be read as negative" in page.text
        assert "fusion not detected" not in page.text

    @pytest.mark.parametrize(
        ("parts", "words"),
        [
            ({"frame": "out_of_frame"}, "it is out of frame"),
            ({"frame": "no_cds"}, "it has no joint reading frame"),
            ({"kinase": "absent"}, "the kinase domain is absent"),
            ({"kinase": "partial"}, "the kinase domain is incomplete"),
            ({"artefact_class": "read_through"}, "read-through"),
            ({"gene5": "NTRK1", "gene3": "PEAR1"}, "NTRK1 is the 5′ partner"),
        ],
    )
    def test_indeterminate_says_why(self, parts: dict[str, Any], words: str) -> None:
        found = document("S", verdict="indeterminate", fusions=[fusion(status="review", **parts)])
        assert words in report_words.sentence(found)
        assert "uncertain" in report_words.sentence(found)

    def test_indeterminate_without_a_fusion(self) -> None:
        found = document("S", verdict="indeterminate", fusions=[])
        assert "no fusion transcript could be shown" in report_words.sentence(found)
        assert page_of(found).section("fusions")

    def test_limited_gate(self) -> None:
        page = page_of(document("S", verdict="not_detected", gate="limited"))
        assert "An absence is less certain than usual (uniquely mapped fragments)." in page.text

    def test_empty_sections_say_what_was_looked_at(self) -> None:
        page = page_of(document("S", verdict="not_detected"))
        assert "36,100,250 uniquely mapped fragments of 42,000,000 sequenced" in page.section(
            "fusions"
        )
        assert "skipped exons (TrkAIII among them)" in page.section("further")
        assert "ntrkoma and Arriba named no other junction" in page.section("below")
        assert "Neither pan-TRK immunohistochemistry nor NTRK FISH" in page.section("orthogonal")
        assert "none asked for, so none looked at" in page.section("methods")

    def test_further_findings(self) -> None:
        shared = shared_junction(
            fusion(),
            {
                "sample": "PRIMARY",
                "relation": "patient",
                "junction_reads": 35,
                "spanning_fragments": 15,
                "status": "reportable",
            },
            reads=1,
        )
        found = document(
            "S",
            verdict="not_detected",
            intragenic=[intragenic() | {"share": None, "wild_type_reads": None, "exon5": None}],
            shared_junctions=[shared],
            companions=[companion("ALK", "seen"), companion("RET", "not_assessable")],
            hotspots=[hotspot("seen"), hotspot() | {"chrom": None, "positions": [], "exon": None}],
        )
        page = page_of(found)
        assert "NTRK1 exons 6-7 skipped" in page.section("further")
        assert "1 junction read, 0 spanning fragments here" in page.section("further")
        assert "PRIMARY same patient 35 15 reportable" in page.section("further")
        assert "EML4::ALK" in page.section("companions")
        assert "RET ✕ not assessable" in page.section("companions")
        assert "p.E545K (AAG): 30 reads, 34.1%" in page.section("hotspots")
        assert "not in this annotation" in page.section("hotspots")

    def test_discordant_result_is_in_the_overview(self) -> None:
        found = document(
            "S",
            verdict="not_detected",
            orthogonal=[
                {
                    "assay": "ntrk_fish",
                    "result": "break-apart 40 %",
                    "reading": "positive",
                    "concordance": "discordant",
                    "text": "FISH and RNA disagree.",
                }
            ],
        )
        (line,) = (g for g in report_words.glances(found) if g.question == "NTRK FISH")
        assert line == ("NTRK FISH", "break-apart 40 %: discordant", "caution")
        assert "≠ discordant" in page_of(found).section("orthogonal")

    def test_resistance_in_the_overview(self) -> None:
        def line(found: Document) -> report_words.Glance:
            return next(g for g in report_words.glances(found) if g.question == "Resistance codons")

        seen = resistance({("NTRK1", 595): ("p.G595R", 61)})
        found = line(document("S", verdict="detected", resistance=seen))
        assert found.answer.startswith("Changed: NTRK1 p.G595R (14.8% of 412 reads)")
        assert found.tone == "finding"
        # Too few reads at the gene of the fusion is a caution; at silent genes it is not.
        blind = line(document("S", verdict="detected", resistance=resistance(depth=3)))
        assert blind.tone == "caution"
        assert (
            "not assessable (too few reads): NTRK1, NTRK2 and NTRK3"
            in blind.answer.lower().replace("ntrk", "NTRK")
        )
        assert line(document("S", resistance=resistance(depth=3))).tone == "plain"

    def test_codons_that_matter_come_first(self) -> None:
        codons = resistance({("NTRK3", 623): ("p.G623R", 61)})
        codons[0]["site"] = "other"
        found = document(
            "S", verdict="detected", fusions=[fusion("ETV6::NTRK3")], resistance=codons
        )
        genes = [gene for gene, _ in report_words.by_gene(found)]
        assert genes == ["NTRK3", "NTRK1", "NTRK2"]
        order = {gene: [c["codon"] for c in own] for gene, own in report_words.by_gene(found)}
        assert order["NTRK3"] == [623, 617, 696]
        assert order["NTRK1"] == [595, 667, 589]

    def test_limit_of_a_failed_sample_is_not_to_be_relied_on(self) -> None:
        warning = "so this limit must not be relied on"
        assert warning in page_of(document("S", verdict="not_evaluable")).text
        assert warning not in page_of(document("S")).text

    def test_metric_that_could_not_be_measured_and_does_not_count(self) -> None:
        found = document("S")
        found["evaluability"]["checks"].append(
            {
                "metric": "insert_size",
                "value": None,
                "operator": ">=",
                "threshold": 50,
                "status": "pass",
                "reason": "short",
            }
        )
        assert "left aside" in page_of(found).section("gate")

    def test_changed_thresholds(self) -> None:
        found = document("S")
        parameters = found["provenance"]["parameters"]
        parameters["thresholds_changed"] = ["report_min_fragments"]
        parameters["grading_changed"] = ["read_through: review"]
        methods = page_of(found).section("methods")
        assert "Thresholds changed from default report_min_fragments = 5" in methods
        assert "Grading changed from default read_through: review" in methods

    def test_other_target_genes(self) -> None:
        found = document("S", verdict="not_detected")
        found["provenance"]["parameters"]["target_genes"] = ["ALK"]
        assert report_words.headline(found) == "ALK fusion not detected"


class TestManyAndBroken:
    def test_noisy_sample_stays_small_and_says_what_it_leaves_out(self) -> None:
        above = [
            fusion(junction_reads=60, spanning_fragments=40, status="review")
            | {"breakpoint5": {"chrom": "chr1", "pos": 32039573 + n, "strand": "+"}}
            for n in range(40)
        ]
        below = [fusion(status="below_the_line", junction_reads=1) for _ in range(2000)]
        found = document("S", verdict="indeterminate", fusions=above, below_the_line=below)
        page = page_of(found)
        assert len(page.markup.encode()) < LARGEST
        assert page.text.count(f"Figures are drawn for the first {MOST_DRAWN} junctions only") == (
            40 - MOST_DRAWN
        )
        assert "2,000 candidates that do not bear on the verdict" in page.text
        assert f"The first {MOST_ROWS} are shown" in page.text

    def test_figures_that_fail_do_not_stop_the_report(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = four_verdicts()[0]

        def broken(*_: object) -> None:
            raise ZeroDivisionError("<b>no depth</b>")

        monkeypatch.setattr(report, "coverage_figure", broken)
        damaged = {report_inputs.key(found["fusions"][0]): {"sequence": "AC", "left": 9}}
        page = Page(render(found, SETTINGS, ROOT / "report", damaged, {}))
        # Two fusions without models, one with damaged reads, three genes without depth.
        assert page.text.count("This figure could not be drawn") == 6
        assert "exon depth of NTRK2: ZeroDivisionError: <b>no depth</b>" in page.text
        assert "KHDRBS1::NTRK1" in caplog.text
        # What the figures would have shown stands in words.
        assert "35 junction reads, 15 spanning fragments" in page.text
        assert page.section("signing")

    def test_gene_without_exons_to_show(self) -> None:
        found = document("S")
        found["imbalance"]["NTRK1"]["profile"] = []
        page = page_of(found)
        assert "No exon of NTRK1 could be measured." in page.text
        assert "could not be drawn" not in page.text

    def test_no_reads_at_hand(self) -> None:
        found = document("S", verdict="detected")
        page = Page(render(found, SETTINGS, ROOT / "report", {}, MODELS))
        assert "No reads at this junction are at hand to be spelt out" in page.text
        assert "could not be drawn" not in page.text


# Values that the schema restricts; whatever else is text may hold anything.
CODED = {
    "verdict", "status", "frame", "kinase", "artefact_class", "structure_class", "strand",
    "retained", "heading", "outcome", "relation", "kind", "flag", "part", "answer", "concordance",
    "operator", "mode", "code", "counted_by", "inserted", "support_from", "schema_version",
}  # fmt: skip
CODED_LISTS = {"callers_run"}


def tainted(value: Any, hostile: str, key: str = "") -> Any:
    """``value`` with every free text replaced."""
    if isinstance(value, str):
        return value if key in CODED or (key == "domain" and value == "kinase") else hostile
    if isinstance(value, Mapping):
        if key == "callers":
            return {k: tainted(v, hostile, k) for k, v in value.items()}
        return {k: tainted(v, hostile, k) for k, v in value.items()}
    if isinstance(value, list):
        return value if key in CODED_LISTS else [tainted(v, hostile, key) for v in value]
    return value


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "{{ 7*7 }}{% raise %}",
    "</style><script>alert(1)</script>",
    "]]><!--",
    "&lt;b&gt;",
    "javascript:alert(1)",
)


class TestHostileText:
    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_is_text_and_nothing_else(self, hostile: str) -> None:
        clean_tags = {tag for tag, _ in page_of(four_verdicts()[0]).elements}
        found = tainted(four_verdicts()[0], hostile)
        # Keys are text from files, too.
        found["provenance"]["tools"] = {hostile: hostile}
        found["provenance"]["reference"] = {hostile: hostile}
        found["provenance"]["parameters"]["thresholds"] = {hostile: 1}
        found["library"]["control_gene_spliced_reads"] = {hostile: 1}
        found["provenance"]["parameters"]["target_genes"] = ["NTRK1", hostile]
        found["imbalance"][hostile] = found["imbalance"]["NTRK1"]
        for name in METADATA_COLUMNS:
            found["metadata"][name] = hostile
        page = page_of(found, title=hostile, laboratory=hostile)
        assert {tag for tag, _ in page.elements} <= clean_tags
        assert all(not name.startswith("on") for _, a in page.elements for name in a)
        assert all(a["href"].startswith("#") for a in page.all("a"))
        assert page.markup.count("<style>") == page.markup.count("</style>") == 1
        assert hostile in page.text
        assert " 49 " not in page.text

    @pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\u0000", "\x1b", "\ud800"])
    def test_marks_that_turn_or_break_text_are_taken_out(self, mark: str) -> None:
        found = tainted(four_verdicts()[0], f"abc{mark}def")
        page = page_of(found, title=f"abc{mark}def")
        assert mark not in page.markup
        assert "abcdef" in page.text
        page.markup.encode("utf-8")

    def test_letters_of_every_script_stay(self) -> None:
        names = "Jörg Müller, 김, Ελένη, שלום, فاطمة, NTRK1\u200dx, 𝒜"
        assert clean(names) == names
        page = page_of(document("S", metadata={"specimen": names}))
        assert f"<bdi>{names}</bdi>" in page.markup

    def test_lines_become_spaces(self) -> None:
        assert clean("a\nb\tc\u2028d") == "a b c d"

    def test_long_text(self) -> None:
        """It wraps by the style sheet, which the browser tests look at; figures cut it."""
        found = tainted(four_verdicts()[0], "N" * 5000)
        page = page_of(found)
        pictures = re.findall(r"<svg.*?</svg>", page.markup, re.DOTALL)
        assert all("N" * 130 not in picture for picture in pictures)
        (title,) = re.findall(r"<title>(.*?)</title>", page.markup[:30_000], re.DOTALL)[:1]
        assert len(title) < 260

    def test_css_string_cannot_be_left(self) -> None:
        written = css_string('"; } body { display: none } \\ </style>\n')
        assert re.fullmatch(r'"(?:[A-Za-z0-9]|\\[0-9a-f]+ )*"', written)


class TestWords:
    """Every value that a program can write has words here."""

    @pytest.mark.parametrize(
        ("words", "states"),
        [
            (report_words.VERDICTS, Verdict),
            (report_words.STATUSES, Status),
            (report_words.FRAMES, Frame),
            (report_words.GATES, Evaluability),
            (report_words.ARTEFACTS, ArtefactClass),
            (report_words.STRUCTURES, StructureClass),
            (report_words.ASSESSMENT, Heading),
            (report_words.RELATIONS, Relation),
            (report_words.RETAINED, Retention),
            (report_words.CALLERS, Caller),
        ],
    )
    def test_states(self, words: Mapping[str, Any], states: Any) -> None:
        assert set(words) == {state.value for state in states}

    def test_symbols_differ(self) -> None:
        for states in (report_words.VERDICTS, report_words.ANSWERS, report_words.GATES):
            assert len({shown.symbol for shown in states.values()}) == len(states)

    def test_columns_of_the_sheet(self) -> None:
        known = set(report_words.METADATA) | set(report_words.ORTHOGONAL)
        assert known == set(METADATA_COLUMNS)

    def test_metrics_of_the_gate(self, gate_rules: Any) -> None:
        assert {rule.metric for rule in gate_rules} <= set(report_words.METRICS)

    def test_lists_of_the_schema(self) -> None:
        schema = json.loads((ROOT / "resources/schemas/ntrk.schema.json").read_text())
        properties, definitions = schema["properties"], schema["$defs"]
        for words, enumeration in (
            (report_words.ANSWERS, definitions["answer"]),
            (
                report_words.FLAGS,
                properties["imbalance"]["additionalProperties"]["properties"]["flag"],
            ),
            (report_words.INTRAGENIC, properties["intragenic"]["items"]["properties"]["kind"]),
            (
                report_words.CONCORDANCE,
                properties["orthogonal"]["items"]["properties"]["concordance"],
            ),
            (report_words.ORTHOGONAL, properties["orthogonal"]["items"]["properties"]["assay"]),
            (
                report_words.CLINGEN,
                definitions["fusion"]["properties"]["clingen"]["items"]["properties"]["heading"],
            ),
        ):
            assert set(words) == set(enumeration["enum"])

    @pytest.mark.parametrize(
        ("items", "words"),
        [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (list("abc"), "a, b or c")],
    )
    def test_lists(self, items: list[str], words: str) -> None:
        assert listed(items) == words

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (None, "not measurable"),
            (0, "0"),
            (0.0714, "0.0714"),
            (12, "12"),
            (36100250, "36,100,250"),
        ],
    )
    def test_figures(self, value: float | None, words: str) -> None:
        assert figure(value) == words

    @pytest.mark.parametrize(
        ("share", "words"), [(None, "not measurable"), (0, "0%"), (1, "100%"), (0.148, "14.8%")]
    )
    def test_shares(self, share: float | None, words: str) -> None:
        assert percent(share) == words


def test_document_is_left_as_it_was() -> None:
    found = four_verdicts()[0]
    before = copy.deepcopy(found)
    page_of(found)
    assert found == before
