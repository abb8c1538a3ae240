"""The pages that explain results, against the tables, the schema and the columns they explain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import raw_rows
from test_house import GROUND, MAY_IMPORT

from ntrkoma.cohort import sheets
from ntrkoma.cohort import summary as cohort
from ntrkoma.curated.codon_sites import Hotspot, Kind, load_sites
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.curated.orthogonal import Assay, Meaning, Result
from ntrkoma.evidence import library as library_quality
from ntrkoma.model.states import (
    ArtefactClass,
    Evaluability,
    Frame,
    Heading,
    HomologyKind,
    Status,
    StructureClass,
    Verdict,
)
from ntrkoma.results import vcf
from ntrkoma.results.rows import COHORT_COLUMNS, FUSION_COLUMNS
from ntrkoma.verdict import orthogonal

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = ROOT / "resources"
PAGES = sorted([ROOT / "README.md", ROOT / "config/README.md", *(ROOT / "docs").glob("*.md")])
_CODE = re.compile(r"`([^`]+)`")
Cells = tuple[str, ...]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(name: str) -> list[dict[str, str]]:
    return raw_rows(RESOURCES / f"{name}.tsv")


def sections(text: str) -> dict[str, str]:
    """Text under every heading, by heading, up to the next one of any level."""
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def body_rows(text: str) -> list[Cells]:
    """Cells of every row of the tables in a text, headings and rules left out."""
    lines = text.splitlines()
    return [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False)
        if line.startswith("| ") and not after.startswith("|---") and before != line
    ]


def codes(text: str) -> set[str]:
    return set(_CODE.findall(text))


def first_codes(text: str) -> set[str]:
    """What stands as code in the first cells of the tables in a text."""
    return {code for row in body_rows(text) for code in _CODE.findall(row[0])}


def to_paste(rows: Iterable[tuple[object, ...]]) -> str:
    """Rows as they should stand in the page."""
    lines = (
        [f"{cell:,.10g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows
    )
    return "the page should have\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def anchor(heading: str) -> str:
    """The identifier that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


INTERPRETATION = page("docs/interpretation.md")
PARTS = sections(INTERPRETATION)
OUTPUTS = page("docs/outputs.md")
OUTPUT_PARTS = sections(OUTPUTS)


class TestLinks:
    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
    def test_lead_somewhere(self, path: Path) -> None:
        text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith(("http:", "https:")):
                continue
            name, _, place = target.partition("#")
            found = (path.parent / name).resolve() if name else path
            assert found.exists(), target
            if place:
                headings = sections(found.read_text("utf-8"))
                assert place in {anchor(heading) for heading in headings}, target


class TestInterpretation:
    def test_verdicts(self) -> None:
        assert first_codes(PARTS["The four verdicts"]) >= {v.value for v in Verdict}
        wording = PARTS["Wording for your report"]
        assert all(f"> **{v.replace('_', ' ').capitalize()}.**" in wording for v in Verdict)

    def test_reasons_of_the_verdict(self) -> None:
        code = "".join(path.read_text("utf-8") for path in (ROOT / "scripts/ntrkoma").rglob("*.py"))
        given = set(re.findall(r'Reason\(\s*f?"([a-z0-9_]+)"', code))
        graded = {row["code"] for row in table("grading")}
        assert len(given & graded) > 10
        assert given - graded == first_codes(PARTS["The four verdicts"]) - {
            *(v.value for v in Verdict),
            "gate_<metric>",
        }

    def test_grades(self) -> None:
        assert first_codes(PARTS["The grade of a junction"]) == {s.value for s in Status}

    @pytest.mark.parametrize("heading", Heading)
    def test_findings(self, heading: Heading) -> None:
        """The rows are those of the table word for word."""
        expected = [
            (
                f"`{row['code']}`",
                row["finding"],
                f"`{row['effect']}`",
                row["reason"],
                row["change_when"],
            )
            for row in table("grading")
            if row["heading"] == heading
        ]
        assert body_rows(PARTS[f"Findings under {heading}"]) == expected, to_paste(expected)

    def test_classes(self) -> None:
        assert first_codes(PARTS["Structure"]) == {*StructureClass, *Frame}
        assert first_codes(PARTS["Artefacts"]) == {*ArtefactClass, *HomologyKind}

    def test_findings_that_classes_name_exist(self) -> None:
        graded = {row["code"] for row in table("grading")}
        kinds = body_rows(PARTS["Artefacts"])[-len(HomologyKind) :]
        assert {code for row in kinds for code in _CODE.findall(row[2])} <= graded
        named = codes(PARTS["Structure"])
        assert {f"frame_{f.value}" for f in Frame if f"frame_{f.value}" in graded} <= named

    def test_domains_and_key_residues(self) -> None:
        rows = {row[0]: row for row in body_rows(PARTS["Structure"]) if row[0].isupper()}
        kinases = {r["gene"]: r for r in table("protein_domains") if r["domain"] == "kinase"}
        assert set(rows) == set(kinases)
        residues = KeyResidue.read(RESOURCES)
        for gene, cells in rows.items():
            own = {r["domain"]: r for r in table("protein_domains") if r["gene"] == gene}
            name = kinases[gene]["transcript_refseq"] or kinases[gene]["transcript_ensembl"]
            assert cells[1] == f"{name} ({kinases[gene]['protein_length']})"
            for cell, domain in zip(
                cells[2:5], ("ligand_binding", "transmembrane", "kinase"), strict=True
            ):
                found = own.get(domain)
                assert cell == (f"{found['aa_start']}-{found['aa_end']}" if found else "-")
            words = [f"{r.residue} ({r.name})" for r in residues if r.gene == gene]
            assert cells[5] == (", ".join(words) or "-")

    def test_gate(self) -> None:
        """One row per metric and assay: thresholds by value and name, and what no figure means."""
        value = {row["name"]: float(row["value"]) for row in table("thresholds")}
        expected: dict[tuple[str, str], dict[str, object]] = {}
        for rule in table("gate"):
            every = ("transcriptome", "capture", "amplicon")
            for assay in every if rule["assay"] == "all" else rule["assay"].split(","):
                entry = expected.setdefault((rule["metric"], assay), {"missing": rule["missing"]})
                assert entry["missing"] == rule["missing"]
                sign = {">=": "<", "<=": ">"}[rule["operator"]]
                entry[rule["miss"]] = (sign, value[rule["threshold"]], rule["threshold"])
        found = {}
        for cells in body_rows(PARTS["The gate"]):
            if len(cells) != 5:
                continue
            metric, assay, missing = (cells[i].strip("`") for i in (0, 1, 4))
            entry = {"missing": missing}
            for state, cell in zip(("fail", "limited"), cells[2:4], strict=True):
                match = re.fullmatch(r"([<>]) ([\d.,]+) \(`(\w+)`\)", cell)
                assert match or cell == "-"
                if match:
                    entry[state] = (match[1], float(match[2].replace(",", "")), match[3])
            if set(entry) > {"missing"}:
                found[metric, assay] = entry
        assert found == expected
        metrics = {metric for metric, _ in expected}
        explained = {row[0].strip("`") for row in body_rows(PARTS["The gate"]) if len(row) == 2}
        assert explained == metrics
        assert all(f"`{state}`" in PARTS["The gate"] for state in list(Evaluability)[1:])

    def test_control_genes(self) -> None:
        assert ", ".join(row["gene"] for row in table("control_genes")) in re.sub(
            r"\s+", " ", PARTS["The gate"]
        )

    def test_detection_limit(self) -> None:
        text = re.sub(r"\s+", " ", PARTS["The detection limit"])
        mean = library_quality.expected_for(
            library_quality.LIMIT_FRAGMENTS, library_quality.LIMIT_PROBABILITY
        )
        assert f"when {mean:.1f} are expected" in text
        for million in (20, 5):
            limit = library_quality.detection_limit(1e6 * million).ffpm
            assert re.search(rf"\b{limit}\b[^.]* at {million} million", text)
        value = {
            row["name"]: int(row["value"]) for row in table("thresholds") if row["value"] == "5"
        }
        report = library_quality.expected_for(value["report_min_fragments"], 0.95)
        assert report / mean == pytest.approx(1.5, abs=0.05)
        assert "one and a half times the limit" in text

    def test_imbalance(self) -> None:
        exons = {
            (row["gene"], row["part"]): f"{row['exon_first']}-{row['exon_last']}"
            for row in table("imbalance_exons")
        }
        rows = [row for row in body_rows(PARTS["Imbalance"]) if len(row) == 4]
        shown = {
            key
            for gene, five, kinase, _ in rows
            for key in (((gene, "five_prime"), five), ((gene, "kinase"), kinase))
        }
        assert shown == set(exons.items())
        assert first_codes(PARTS["Imbalance"]) == {"raised", "none", "not_assessable"}

    def test_resistance_codons(self) -> None:
        shown = {
            (gene, codon, site.strip("`"), change)
            for gene, codon, site, changes in (
                row for row in body_rows(PARTS["Resistance codons and hotspots"]) if len(row) == 4
            )
            for change in changes.split(", ")
        }
        expected = {
            (
                row["gene"],
                f"{row['reference']}{row['codon']}",
                row["site"],
                row["change"] + (" (low)" if row["confidence"] == "low" else ""),
            )
            for row in table("resistance")
            if not row["together_with"]
        }
        assert shown == expected

    def test_hotspots(self) -> None:
        shown = {
            (gene, name)
            for gene, _, names in (
                row for row in body_rows(PARTS["Resistance codons and hotspots"]) if len(row) == 3
            )
            for name in names.split(", ")
        }
        assert shown == {
            (
                site.gene,
                site.label if site.kind == Kind.CODON else f"{site.label} ({site.changes[0].name})",
            )
            for site in load_sites(RESOURCES, Hotspot)
        }

    def test_intragenic_events(self) -> None:
        rows = body_rows(PARTS["Events within one gene"])
        assert [(row[0], row[1], row[2].strip("`"), row[4][:2]) for row in rows] == [
            (row["gene"], row["name"], row["kind"], "no" if row["normal"] == "yes" else "ye")
            for row in table("intragenic_events")
        ]
        for shown, known in zip(rows, table("intragenic_events"), strict=True):
            for number in (known["skipped_exons"] or known["removed_nt"]).split(","):
                assert number in re.findall(r"\d+", shown[3])

    def test_concordance(self) -> None:
        meanings = Meaning.read(RESOURCES)
        verdicts = ("detected", "indeterminate", "not_detected", "not_evaluable")
        words = {"positive": "positive", "negative": "negative", "equivocal": "borderline"}
        shown = {
            tuple(cell.strip("`") for cell in row) for row in body_rows(PARTS["Orthogonal results"])
        }
        expected = set()
        for assay in Assay:
            for reading in Result:
                entry = words.get(reading, "not done")
                cells = []
                for verdict in verdicts:
                    (row,) = orthogonal.compare({assay: entry}, verdict, (), meanings)
                    assert row["reading"] == reading
                    cells.append(row["concordance"])
                expected.add((assay.value, reading.value, *cells))
        assert shown == expected

    def test_thresholds(self) -> None:
        """The rows are those of the table word for word."""
        under = {
            "gate": "Gate",
            "grading": "Support",
            "merging": "Merging",
            "artefacts": "Artefact classes",
            "imbalance": "Imbalance rules",
            "codons": "Codon rules",
            "intragenic": "Intragenic",
            "therapies": "Age of the therapies",
        }
        rows = table("thresholds")
        assert {row["used_in"] for row in rows} == set(under)
        parts = sections(INTERPRETATION[INTERPRETATION.index("\n## Thresholds\n") :])
        for used_in, heading in under.items():
            shown = [
                (row[0], float(row[1].replace(",", "")), *row[2:])
                for row in body_rows(parts[heading])
            ]
            expected = [
                (
                    f"`{row['name']}`",
                    float(row["value"]),
                    row["unit"],
                    row["reason"],
                    row["change_when"],
                )
                for row in rows
                if row["used_in"] == used_in
            ]
            assert shown == expected, to_paste(expected)


class TestArchitecture:
    """The picture and the table of who may import whom are those that a test holds."""

    EDGES = frozenset(
        (stage, other)
        for stage, others in MAY_IMPORT.items()
        for other in others
        if stage not in GROUND
    )

    def test_table(self) -> None:
        rows = body_rows(sections(page("docs/architecture.md"))["The rule"])
        assert {name for row in rows for name in codes(row[0])} == set(MAY_IMPORT)
        shown = {(name, other) for row in rows for name in codes(row[0]) for other in codes(row[1])}
        assert shown == self.EDGES

    def test_picture(self) -> None:
        picture = page("docs/images/architecture.svg")
        assert set(re.findall(r'id="(\w+)-(\w+)"', picture)) == self.EDGES
        names = re.findall(r">([\w· ]+)</text>", picture)
        assert {word for name in names for word in name.split(" · ")} >= set(MAY_IMPORT)

    def test_chapters(self) -> None:
        """One for every sub-package, under its name."""
        folders = {path.parent.name for path in (ROOT / "scripts/ntrkoma").glob("*/__init__.py")}
        assert folders <= set(sections(page("docs/how-it-works.md")))


def schema_objects() -> Iterator[tuple[str, set[str]]]:
    """Every object of the published JSON with its fields; a shared one at its first place."""
    schema = json.loads((RESOURCES / "schemas/ntrk.schema.json").read_text(encoding="utf-8"))
    seen: set[str] = set()

    def walk(node: dict[str, Any], path: str) -> Iterator[tuple[str, set[str]]]:
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[-1]
            if name in seen:
                return
            seen.add(name)
            node = schema["$defs"][name]
        for choice in node.get("oneOf", ()):
            yield from walk(choice, path)
        if "items" in node:
            yield from walk(node["items"], f"{path}[]")
        if isinstance(node.get("additionalProperties"), dict):
            yield from walk(node["additionalProperties"], f"{path}.*")
        if "properties" in node:
            yield path or "Top level", set(node["properties"])
            for name, child in node["properties"].items():
                yield from walk(child, f"{path}.{name}" if path else name)

    return walk(schema, "")


class TestOutputs:
    def test_deliverables(self) -> None:
        shown = [row[0].strip("`") for row in body_rows(OUTPUT_PARTS["What a run writes"])]
        assert sorted(shown) == sorted(row["path"] for row in table("deliverables"))

    @pytest.mark.parametrize(("path", "fields"), list(schema_objects()))
    def test_fields_of_the_json(self, path: str, fields: set[str]) -> None:
        heading = path if path in OUTPUT_PARTS else f"`{path}`"
        assert first_codes(OUTPUT_PARTS[heading]) == fields

    def test_no_field_that_is_gone(self) -> None:
        objects = {f"`{path}`" for path, _ in schema_objects()}
        below = OUTPUTS[OUTPUTS.index("\n## Sample JSON\n") : OUTPUTS.index("\n## Sample table\n")]
        assert set(sections(below)) == {"Sample JSON", "Top level", *objects} - {"`Top level`"}

    def test_values_of_fixed_fields(self) -> None:
        named = codes(OUTPUTS)
        assert {*Verdict, *Status, *Frame, *HomologyKind, *Heading} <= named

    def test_columns_of_the_sample_table(self) -> None:
        assert first_codes(OUTPUT_PARTS["Sample table"]) == set(FUSION_COLUMNS)

    def test_columns_of_the_cohort_table(self) -> None:
        assert first_codes(OUTPUT_PARTS["Cohort table"]) == set(COHORT_COLUMNS)

    def test_cohort_json(self) -> None:
        text = OUTPUT_PARTS["Cohort JSON"]
        given = {
            *cohort.METADATA,
            "usable_fragments",
            "detection_limit_ffpm",
            "fusions",
            "below_the_line",
            "resistance_seen",
            "imbalance_raised",
        }
        assert first_codes(text) == given
        # As cohort.record writes them.
        junction = set(cohort.Junction.__dataclass_fields__) - {"breakpoints"}
        assert {*junction, "breakpoint5", "breakpoint3"} <= codes(text)
        source = (ROOT / "scripts/ntrkoma/cohort/summary.py").read_text("utf-8")
        record = source[source.index("def record(") : source.index("def to_json(")]
        assert set(re.findall(r'^        "(\w+)":', record, flags=re.M)) <= given

    def test_sheets_of_the_workbook(self) -> None:
        named = [h.removeprefix("Sheet ") for h in OUTPUT_PARTS if h.startswith("Sheet ")]
        assert named == [f"`{name}`" for name in sheets.COLUMNS]

    @pytest.mark.parametrize("name", sheets.COLUMNS)
    def test_columns_of_the_workbook(self, name: str) -> None:
        columns = set(sheets.COLUMNS[name])
        shared = {
            "Verdicts": set(COHORT_COLUMNS),
            "Fusions": set(FUSION_COLUMNS),
        }.get(name, set())
        text = OUTPUT_PARTS[f"Sheet `{name}`"]
        shown = first_codes(text) or codes(text)
        assert shown == columns - shared
        assert not shared or re.search(r"columns of the (cohort|sample) table", text)

    def test_vcf(self) -> None:
        shown = first_codes(OUTPUT_PARTS["VCF"])
        header = "\n".join(vcf._HEADER)
        fields = {
            f"{kind}/{name}" for kind, name in re.findall(r"##(INFO|FORMAT)=<ID=(\w+)", header)
        }
        assert shown == {*fields, "FILTER"}
        assert set(re.findall(r"##FILTER=<ID=(\w+)", header)) <= codes(OUTPUT_PARTS["VCF"])

    def test_multiqc_sections(self) -> None:
        source = (ROOT / "scripts/ntrkoma/cohort/multiqc.py").read_text("utf-8")
        named = re.findall(r'_section\(\s*"\w+",\s*"(\w+)"', source)
        assert len(named) == 4
        assert all(f"*{name}*" in OUTPUT_PARTS["MultiQC"] for name in named)


class TestSheetReadme:
    """What config/README.md says of entries for staining and FISH is how they are read."""

    ROWS = tuple(body_rows(sections(page("config/README.md"))["Staining and FISH"]))

    def test_every_reading_has_examples(self) -> None:
        assert [row[0].strip("`") for row in self.ROWS] == [r.value for r in Result]

    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
    def test_examples(self, row: Cells) -> None:
        for assay, cell in zip(Assay, row[1:], strict=True):
            examples = _CODE.findall(cell)
            assert examples
            for entry in examples:
                assert orthogonal.read_result(assay, entry) == row[0].strip("`"), entry


def test_grades_and_genes_of_the_configuration() -> None:
    text = page("config/README.md")
    assert {row["gene"] for row in table("hotspots")} <= set(re.findall(r"\b[A-Z0-9]{3,}\b", text))
    assert "`review`" in text
    assert "`below_the_line`" in text


def test_readme_names_what_a_run_writes() -> None:
    text = page("README.md")
    for row in table("deliverables"):
        if not row["path"].endswith((".tbi", ".bai")):
            assert f"`{row['path']}`" in text, row["path"]
