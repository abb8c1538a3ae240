"""The cohort page as text: what it says, what it lets in, and what it lets out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cohorts import SETTINGS, many, specimens
from documents import Document, document, four_verdicts, fusion, orthogonal

from ntrkoma.cohort import figures as cohort_figures
from ntrkoma.cohort.groups import patients
from ntrkoma.cohort.page import codon_cell, patient_anchor, render, report_link
from ntrkoma.cohort.summary import summarise

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "=cmd()",
    "../..",
    "\u202eevil\u202c",
    "x" * 3000,
    "{{ 7 * 7 }}",
    "&lt;b&gt;",
)


@pytest.fixture
def page(root: Path):
    """HTML of the page of some documents."""

    def build(*documents: Document) -> str:
        return render([summarise(one) for one in documents], SETTINGS, root / "report")

    return build


class Elements(HTMLParser):
    """Collects every element with its attributes, and the text of scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.words: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag in self.raw:
            self._in = tag
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.raw[self._in][-1] += data
        else:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def parsed(html: str) -> Elements:
    elements = Elements()
    elements.feed(html)
    return elements


def data_of(elements: Elements) -> dict[str, Any]:
    return json.loads(elements.raw["script"][0])


def checksum(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


class TestContents:
    def test_counts_of_every_verdict(self, page) -> None:
        text = parsed(page(*four_verdicts(), document("MORE"))).text
        for words in (
            "● Fusion detected 1 20.0% of all",
            "◐ Indeterminate 1 20.0% of all",
            "✕ Not evaluable 1 20.0% of all",
            "○ Fusion not detected 2 40.0% of all",
        ):
            assert words in text

    def test_a_row_says_what_the_document_says(self, page) -> None:
        elements = parsed(page(*four_verdicts()))
        columns = data_of(elements)["columns"]
        row = columns["sample"].index("DETECTED")
        assert columns["fusion"][row] == "KHDRBS1::NTRK1"
        assert columns["exons"][row] == "e8::e12"
        assert columns["structure"][row] == "in frame, kinase complete"
        assert (columns["junction_reads"][row], columns["spanning_fragments"][row]) == (35, 15)
        assert columns["notes"][row] == (
            "resistance NTRK1 p.G595R; NTRK1 imbalance raised; "
            "NTRK1 exons 6-7 skipped (within one gene); EML4::ALK (companion gene)"
        )
        assert (columns["genes"][row], columns["partners"][row]) == (["NTRK1"], ["KHDRBS1"])

    def test_an_orthogonal_result_that_contradicts_is_named(self, page) -> None:
        against = [orthogonal()[0] | {"concordance": "discordant"}]
        columns = data_of(parsed(page(document(orthogonal=against))))["columns"]
        assert columns["notes"] == ["pan-TRK immunohistochemistry discordant"]

    def test_what_is_said_of_pairs_that_are_not_listed(self, page) -> None:
        other = fusion() | {"gene5": "NTRK1", "gene3": "KHDRBS1", "name": "NTRK1::KHDRBS1"}
        made = (
            document("A", verdict="detected", fusions=[fusion()]),
            document("B", verdict="detected", fusions=[fusion("NEW1::NTRK1")]),
            document("C", fusions=[fusion("NEW2::NTRK1", status="review")]),
            document(
                "D",
                fusions=[
                    fusion("NEW2::NTRK1", status="review", artefact_class="template_switching")
                ],
            ),
            document("E", fusions=[other | {"known_partner": False, "status": "review"}]),
        )
        text = parsed(page(*made)).text
        for words in (
            "KHDRBS1::NTRK1 KHDRBS1 NTRK1 1 0 50 yes",
            "NEW1::NTRK1 NEW1 NTRK1 1 0 50 no; a new partner does not count against a fusion",
            "NEW2::NTRK1 NEW2 NTRK1 0 2 50 no; template switching of reverse transcriptase",
            "NTRK1::KHDRBS1 KHDRBS1 NTRK1 0 1 50 no; NTRK1 is the 5′ partner, without its kinase",
        ):
            assert words in text

    def test_what_needs_a_reader_comes_first(self, page) -> None:
        columns = data_of(parsed(page(*four_verdicts()[::-1])))["columns"]
        assert columns["verdict"] == ["detected", "indeterminate", "not_evaluable", "not_detected"]

    def test_links_lead_to_the_reports(self, page) -> None:
        links = [one.get("href") for one in parsed(page(*four_verdicts())).all("a")]
        assert "../samples/DETECTED/DETECTED.report.html" in links
        assert {"ntrk.tsv", "ntrk.xlsx", "ntrk.json"} <= set(links)
        assert report_link("a b/c") == "../samples/a%20b%2Fc/a%20b%2Fc.report.html"

    def test_the_first_rows_stand_in_the_page_itself(self, page) -> None:
        elements = parsed(page(*many(120)))
        rows = [one for one in elements.all("th") if one.get("scope") == "row"]
        assert len(rows) > 50
        assert "shows the first 50 of 120 samples" in elements.text
        assert data_of(elements)["count"] == 120

    def test_a_negative_cohort(self, page) -> None:
        text = parsed(page(document("A"), document("B"))).text
        assert "No sample has a junction above the line." in text
        assert "The sample sheet names no sequencing run." in text
        assert "No patient of the sample sheet has more than one specimen here." in text

    def test_it_says_that_it_is_decision_support(self, page) -> None:
        text = parsed(page(document())).text
        assert "Decision support, not a treatment recommendation." in text
        assert "not a companion diagnostic" in text

    def test_figures_of_the_gate_by_run(self, page) -> None:
        html = page(*four_verdicts())
        assert "Uniquely mapped fragments by run" in html
        assert "Median by run: R1 36,100,250; R2 18,205,236." in html


class TestPatients:
    @pytest.fixture
    def html(self, page) -> str:
        return page(*specimens())

    def test_the_same_junction_in_every_specimen(self, html: str) -> None:
        text = parsed(html).text
        start = text.index(
            "KHDRBS1::NTRK1 e8::e12 NM_006559.3(KHDRBS1):e.8::NM_002529.4(NTRK1):e.12 in frame"
        )
        cells = text[start:]
        for words in (
            "50 (35 + 15), 1.19 FFPM 110 (80 + 30), 2.62 FFPM 0 73 (51 + 22), 1.74 FFPM",
            "0 ✕ not evaluable",
            "3 (2 + 1), 0.0714 FFPM",
        ):
            assert words in cells

    def test_resistance_over_time(self, html: str) -> None:
        text = parsed(html).text
        start = text.index("NTRK1 G595 resistance codon")
        assert text[start:].startswith(
            "NTRK1 G595 resistance codon ○ not seen at 412× ○ not seen at 412× ○ not seen at 412× "
            "● p.G595R 61 of 412 (14.8%) ✕ not assessable at 4× ○ not seen at 412×"
        )

    def test_the_figure_is_told_in_words(self, html: str) -> None:
        assert "Specimens of patient P1 in time" in html
        assert (
            "2018-01-10, neck metastasis: fusion not detected; KHDRBS1::NTRK1 0; TPM3::NTRK1 0."
            in html
        )
        assert "2020-08-01, biopsy: Not evaluable; KHDRBS1::NTRK1 0 ✕ not evaluable" in html
        assert "no date, archive block: Indeterminate" in html

    def test_specimens_stand_in_the_order_of_their_dates_and_apart(self) -> None:
        (patient,) = patients(list(map(summarise, specimens())))
        places = cohort_figures._positions(patient.specimens, 1000.0)
        gaps = [after - before for before, after in pairwise(places)]
        assert all(gap >= cohort_figures._STEP - 0.01 for gap in gaps), places
        # 20 months lie before the second one and 2 before the third.
        assert gaps[0] > gaps[1]

    @pytest.mark.parametrize("count", [2, 3, 12, 40])
    @pytest.mark.parametrize("dated", ["all", "none", "one day"])
    def test_any_number_of_specimens_fits_the_figure(self, count: int, dated: str) -> None:
        days = {"all": "2020-01-{:02d}", "none": "", "one day": "2020-01-01"}[dated]
        made = [
            document(f"S{n}", patient="P", metadata={"collected": days.format(1 + n % 28)})
            for n in range(count)
        ]
        (patient,) = patients(list(map(summarise, made)))
        svg = str(cohort_figures.patient_figure(patient, "figure"))
        width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
        places = [float(x) for x in re.findall(r'<text x="([\d.-]+)"', svg)]
        assert min(places) >= 0
        assert max(places) <= width

    def test_a_junction_that_was_not_counted_is_not_called_zero(self, page) -> None:
        first = document("A", verdict="detected", patient="P")
        text = parsed(page(first, document("B", patient="P"))).text
        assert "50 (35 + 15), 1.19 FFPM not counted" in text

    def test_without_ffpm_the_figure_counts_fragments(self) -> None:
        made = [
            document(name, verdict="detected", patient="P", fusions=[fusion(ffpm=None)])
            for name in "AB"
        ]
        (patient,) = patients(list(map(summarise, made)))
        assert ">fragments</text>" in cohort_figures.patient_figure(patient, "figure")

    def test_anchors_and_their_links_agree(self, page) -> None:
        names = ("P 1", "Ö/2", 'x" onclick="y', "a#b=c")
        made = [document(f"S{n}{i}", patient=p) for n, p in enumerate(names) for i in "ab"]
        elements = parsed(page(*made))
        anchors = {one.get("id") for one in elements.all("article")}
        assert anchors == {patient_anchor(name) for name in names}
        assert {unquote(str(one)) for one in anchors} == {f"patient-{name}" for name in names}
        links = {str(one.get("href"))[1:] for one in elements.all("a")}
        assert anchors <= links

    def test_a_codon_that_was_not_looked_at(self) -> None:
        assert codon_cell(summarise(document(resistance=[])), "NTRK1 G595") == "not looked at"


class TestNothingGetsIn:
    def test_only_the_own_script_and_style_may_run(self, page) -> None:
        elements = parsed(page(*four_verdicts()))
        policy = next(
            str(one["content"])
            for one in elements.all("meta")
            if one.get("http-equiv") == "Content-Security-Policy"
        )
        data, script = elements.raw["script"]
        assert elements.all("script")[0] == {"type": "application/json", "id": "data"}
        assert f"script-src {checksum(script)};" in policy
        assert f"style-src {checksum(elements.raw['style'][0])};" in policy
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "<" not in data

    def test_nothing_is_loaded(self, page) -> None:
        for tag, attributes in parsed(page(*specimens())).found:
            assert tag not in {"img", "link", "iframe", "object", "embed", "base"}, tag
            assert "src" not in attributes, attributes
            assert "style" not in attributes, attributes
            assert not [name for name in attributes if name.startswith("on")], attributes

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_texts_stay_texts(self, page, text: str) -> None:
        found = fusion(f"{text}::NTRK1") | {"vicc": text, "gene5": text}
        metadata = dict.fromkeys(
            ("specimen", "collected", "tumour_type", "run", "pan_trk_ihc", "ntrk_fish"), text
        )
        made = [
            document(
                f"{text}{n}", verdict="detected", patient=text, metadata=metadata, fusions=[found]
            )
            for n in range(2)
        ]
        plain = parsed(page(*specimens()[:2]))
        elements = parsed(page(*made))
        assert len(elements.all("script")) == 2
        assert len(elements.all("style")) == 1
        assert {tag for tag, _ in elements.found} <= {tag for tag, _ in plain.found}
        for _, attributes in elements.found:
            assert not [name for name in attributes if name.startswith("on")], attributes
        assert not re.search("[\u202a-\u202e]", elements.text)

    def test_a_very_long_text_is_cut(self, page) -> None:
        html = page(*(document(f"S{n}", metadata={"tumour_type": "y" * 5000}) for n in range(3)))
        assert "y" * 200 not in html


def test_high_expression_is_written_out() -> None:
    """Small test libraries have thousands of fusion fragments per million: 5,000, not 5e+03."""
    made = [
        document(name, verdict="detected", patient="P", fusions=[fusion(ffpm=5000.0)])
        for name in "AB"
    ]
    (patient,) = patients(list(map(summarise, made)))
    svg = cohort_figures.patient_figure(patient, "figure")
    assert ">5,000</text>" in svg
    assert "e+0" not in svg
