"""The curated tables: one row one fact, with source, date and confidence."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.model.states import ASSAYS, ArtefactClass, Evaluability, Heading
from ntrkoma.tables import read_table
from ntrkoma.verdict.gate import SEVERITY

FOLDER = Path(__file__).resolve().parents[2] / "resources"
TABLES = sorted(path.name for path in FOLDER.glob("*.tsv"))
KEYS = {
    "artefact_genes.tsv": ("artefact_class", "matches", "pattern"),
    "control_genes.tsv": ("gene",),
    "deliverables.tsv": ("path",),
    "gate.tsv": ("assay", "metric", "operator", "threshold", "miss"),
    "grading.tsv": ("code",),
    "hotspots.tsv": ("gene", "codon", "codon_last", "change"),
    "imbalance_exons.tsv": ("gene", "part"),
    "intragenic_events.tsv": ("gene", "name"),
    "key_residues.tsv": ("gene", "residue"),
    "mane_transcripts.tsv": ("gene",),
    "orthogonal.tsv": ("assay", "reading", "verdict", "gene"),
    "partners.tsv": ("gene5", "gene3"),
    "protein_domains.tsv": ("gene", "domain"),
    "references.tsv": ("set", "name"),
    "resistance.tsv": ("gene", "codon", "change", "together_with"),
    "therapies.tsv": ("drug", "jurisdiction", "date", "indication"),
    "thresholds.tsv": ("name",),
}
# Columns of a key that may be empty.
OPTIONAL = {"together_with", "codon_last", "date"}
# Tables of the project's own choices and files; all others state facts.
CHOICES = {"deliverables.tsv", "gate.tsv", "grading.tsv", "references.tsv", "thresholds.tsv"}
FACTS = tuple(name for name in TABLES if name not in CHOICES)


def rows(name: str) -> list[dict[str, str]]:
    return read_table(FOLDER / name)


@pytest.mark.parametrize("name", TABLES)
class TestShape:
    def test_every_row_has_every_field(self, name: str) -> None:
        found = rows(name)
        assert found
        for row in found:
            assert None not in row, row
            assert None not in row.values(), row
            assert all(value == value.strip() for value in row.values()), row

    def test_text(self, name: str) -> None:
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert "\r" not in text


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_unique(name: str) -> None:
    keys = [tuple(row[column] for column in KEYS[name]) for row in rows(name)]
    assert len(keys) == len(set(keys))
    for key in keys:
        assert all(
            value or column in OPTIONAL for column, value in zip(KEYS[name], key, strict=True)
        ), key


def test_every_table_has_a_key() -> None:
    assert set(KEYS) == set(TABLES)


@pytest.mark.parametrize("name", FACTS)
def test_source_date_and_confidence(name: str) -> None:
    for row in rows(name):
        assert row["source"], row
        assert row["confidence"] in {"high", "medium", "low"}, row
        assert date.fromisoformat(row["as_of"]).isoformat() == row["as_of"], row


def test_ids_have_the_form_of_their_database() -> None:
    for row in rows("mane_transcripts.tsv"):
        assert re.fullmatch(r"ENST\d{11}\.\d+", row["transcript_ensembl"]), row
        assert re.fullmatch(r"NM_\d+\.\d+", row["transcript_refseq"]), row
    ids = [row["transcript_ensembl"].split(".")[0] for row in rows("mane_transcripts.tsv")]
    assert len(ids) == len(set(ids))


def test_domains_lie_within_their_protein() -> None:
    for row in rows("protein_domains.tsv"):
        first, last, length = (int(row[n]) for n in ("aa_start", "aa_end", "protein_length"))
        assert 1 <= first <= last <= length, row
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_ /-]*", row["domain"]), row
    for gene in ("NTRK1", "NTRK2", "NTRK3"):
        known = {row["domain"] for row in rows("protein_domains.tsv") if row["gene"] == gene}
        assert known == {"ligand_binding", "transmembrane", "kinase"}


@pytest.mark.parametrize(
    ("gene", "kinase", "membrane", "length"),
    [
        ("NTRK1", (510, 781), (424, 439), 796),
        ("NTRK2", (554, 823), (431, 454), 838),
        ("NTRK3", (538, 839), (430, 453), 839),
    ],
)
def test_domains_of_the_target_genes(
    knowledge: Knowledge, gene: str, kinase, membrane, length: int
) -> None:
    for name, expected in (("kinase", kinase), ("transmembrane", membrane)):
        domain = knowledge.domain(gene, name)
        assert domain is not None
        assert (domain.first, domain.last, domain.protein_length) == (*expected, length)


def test_mane_pairs_of_the_domains_agree() -> None:
    mane = {row["gene"]: row for row in rows("mane_transcripts.tsv")}
    for row in rows("protein_domains.tsv"):
        if row["gene"] in mane:
            known = mane[row["gene"]]
            assert row["transcript_ensembl"].split(".")[0] == known["transcript_ensembl"][:15]
            if row["transcript_refseq"]:
                assert row["transcript_refseq"] == known["transcript_refseq"]


def test_gate_rules_use_known_thresholds(knowledge: Knowledge) -> None:
    used = {row["name"] for row in rows("thresholds.tsv") if row["used_in"] == "gate"}
    for row in rows("gate.tsv"):
        assert row["threshold"] in knowledge.thresholds, row
        assert row["threshold"] in used, row
        assert row["operator"] in {">=", "<="}, row
        assert row["miss"] in {state.value for state in SEVERITY[1:]}, row
        assert row["reason"], row
        assert row["missing"] in {"fail", "limited", "ignore"}, row
        assays = set(row["assay"].split(","))
        assert assays == {"all"} or assays <= set(ASSAYS), row
        # NTRK is silent in most healthy tissue: its depth says nothing about a sample.
        assert "ntrk" not in row["metric"].lower(), row


@pytest.mark.parametrize("assay", ASSAYS)
def test_gate_of_every_assay(gate_rules, assay: str) -> None:
    """Depth is asked for of every assay, at two levels, and is never taken as given."""
    depth = [r for r in gate_rules if assay in r.assays and r.metric == "usable_fragments"]
    assert {rule.miss for rule in depth} == {Evaluability.FAIL, Evaluability.LIMITED}
    assert {rule.missing for rule in depth} == {Evaluability.FAIL}


def test_grading_is_complete(knowledge: Knowledge) -> None:
    """Every finding that the code makes stands in the table, and the other way round."""
    library = (FOLDER.parent / "scripts" / "ntrkoma").rglob("*.py")
    code = "".join(path.read_text(encoding="utf-8") for path in library)
    made = set(re.findall(r'Reason\(\s*"([a-z0-9_]+)"', code))
    made |= set(re.findall(r'code = "([a-z0-9_]+)" if shadow else "([a-z0-9_]+)"', code)[0])
    made |= {f"kinase_{state}" for state in ("partial", "absent")}
    made |= {f"frame_{state}" for state in ("out_of_frame", "no_cds", "unknown")}
    made |= {row["artefact_class"] for row in rows("artefact_genes.tsv")}
    made |= {row["artefact_class"] for row in rows("partners.tsv") if row["artefact_class"]}
    # These are reasons of a verdict or of a grade without findings.
    made -= {"actionable_structure", "fusion_reportable", "no_candidate"}
    made -= {"imbalance_without_fusion", "intragenic_event"}
    assert made == set(knowledge.grading)
    for row in rows("grading.tsv"):
        assert row["heading"] in {heading.value for heading in Heading}, row
        assert row["effect"] in {"review", "below_the_line"}, row
        assert row["finding"], row
        assert row["reason"].endswith("."), row
        assert row["change_when"].endswith("."), row


def test_artefact_genes_fit_their_genes(knowledge: Knowledge) -> None:
    def kinds(symbol: str, biotype: str = "protein_coding", contig: str = "chr1") -> set[str]:
        return {
            genes.artefact_class.value
            for genes in knowledge.artefact_genes
            if genes.fits(symbol, biotype, contig)
        }

    for symbol in ("RPL13A", "RPS4X", "RPLP0", "RPL7L1", "RPSA", "RPL3"):
        assert kinds(symbol) == {"ribosomal"}, symbol
    for symbol in ("HBA1", "HBB", "HBG2"):
        assert kinds(symbol) == {"haemoglobin"}, symbol
    assert kinds("MT-CO1", contig="chrM") == {"mitochondrial"}
    assert kinds("", contig="MT") == {"mitochondrial"}
    assert kinds("IGHG1", "IG_C_gene", "chr14") == {"immunoglobulin"}
    assert kinds("TRBV2", "TR_V_gene", "chr7") == {"immunoglobulin"}
    # Genes of fusions whose symbols begin alike.
    for symbol in (
        "RPS6KC1",
        "HBP1",
        "IGHMBP2",
        "IGF1R",
        "TRIM24",
        "TRAF2",
        "TPM3",
        "MTMR2",
        "RPN1",
    ):
        assert kinds(symbol) == set(), symbol


def test_thresholds_say_why(knowledge: Knowledge) -> None:
    for row in rows("thresholds.tsv"):
        assert float(row["value"]) >= 0, row
        assert row["unit"], row
        assert row["reason"].endswith("."), row
        assert row["change_when"].endswith("."), row
        if row["unit"] == "share":
            assert 0 <= float(row["value"]) <= 1, row
    assert set(knowledge.with_overrides({})) == {row["name"] for row in rows("thresholds.tsv")}


def test_every_threshold_is_used_and_every_used_one_exists(knowledge: Knowledge) -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (FOLDER.parent / "scripts" / "ntrkoma").rglob("*.py")
    )
    read = set(re.findall(r'thresholds\["([a-z0-9_]+)"\]', code))
    assert read <= set(knowledge.thresholds)
    gate = {row["threshold"] for row in rows("gate.tsv")}
    assert set(knowledge.thresholds) <= read | gate


def test_good_is_stricter_than_just_enough(knowledge: Knowledge) -> None:
    value = knowledge.with_overrides({})
    metrics = [name.removeprefix("good_") for name in value if name.startswith("good_")]
    assert len(metrics) >= 10
    for metric in metrics:
        if f"min_{metric}" in value:
            assert value[f"good_{metric}"] > value[f"min_{metric}"], metric
        else:
            assert value[f"good_{metric}"] < value[f"max_{metric}"], metric
    assert value["report_min_fragments"] >= value["review_min_fragments"]
    assert value["report_min_fragments"] >= value["report_min_junction_reads"]


@pytest.mark.parametrize("name", ["imbalance_exons.tsv", "key_residues.tsv", "resistance.tsv"])
def test_every_target_gene_is_covered(name: str) -> None:
    assert {row["gene"] for row in rows(name)} >= {"NTRK1", "NTRK2", "NTRK3"}


def test_artefact_genes() -> None:
    for row in rows("artefact_genes.tsv"):
        assert row["artefact_class"] in {artefact.value for artefact in ArtefactClass}, row
        assert row["matches"] in {"symbol", "biotype", "contig"}, row
        # A gene without a biotype, and a side without a gene, are no artefact.
        assert re.compile(row["pattern"]).fullmatch("") is None, row


def test_hardly_any_true_partner_is_an_artefact_gene(knowledge: Knowledge) -> None:
    """A pair that was seen before is exempt; patterns that catch many would be too wide."""
    caught = {
        pair.gene5
        for pair in knowledge.partners.values()
        for genes in knowledge.artefact_genes
        if pair.known_fusion and genes.matches == "symbol" and genes.fits(pair.gene5, "", "")
    }
    assert len(caught) <= 2, caught


def test_deliverables() -> None:
    for row in rows("deliverables.tsv"):
        path, scope = row["path"], row["scope"]
        assert path.startswith("results/"), row
        assert ".." not in path, row
        assert scope in {"sample", "cohort"}, row
        assert ("{sample}" in path) is (scope == "sample"), row
        assert set(re.findall(r"\{(\w+)\}", path)) <= {"sample"}, row
        assert row["description"], row
    paths = {row["path"] for row in rows("deliverables.tsv")}
    stem = "results/samples/{sample}/{sample}"
    assert {f"{stem}.ntrk.json", f"{stem}.ntrk.tsv", f"{stem}.report.html"} <= paths
    assert {"results/cohort/ntrk.tsv", "results/qc/multiqc_report.html"} <= paths


def test_partners() -> None:
    for row in rows("partners.tsv"):
        assert row["artefact_class"] in {"", "normal_tissue", "recurrent_noise"}, row
        assert row["evidence"] in {"source_read", "expert_knowledge", "list_only"}, row
        for gene in (row["gene5"], row["gene3"]):
            assert re.fullmatch(r"[A-Z][A-Za-z0-9.-]*", gene), row
        assert row["gene5"] != row["gene3"], row


@pytest.mark.parametrize(
    "pair", [("KHDRBS1", "NTRK1"), ("ETV6", "NTRK3"), ("TPM3", "NTRK1"), ("LMNA", "NTRK1")]
)
def test_well_known_pairs(knowledge: Knowledge, pair: tuple[str, str]) -> None:
    assert knowledge.partners[pair].known_fusion


def test_a_bare_list_is_no_evidence(knowledge: Knowledge) -> None:
    listed = [p for p in knowledge.partners.values() if p.evidence == "list_only"]
    assert not any(p.known_fusion for p in listed)


def test_control_genes_have_introns_on_the_test_reference(knowledge: Knowledge, mane) -> None:
    assert len(knowledge.control_genes) >= 10
    assert not {"NTRK1", "NTRK2", "NTRK3"} & set(knowledge.control_genes)
    for gene in knowledge.control_genes:
        assert len(mane[gene].exons) > 2, gene


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("ENST00000524377.7", "NM_002529.4"),
        ("ENST00000524377.9", "NM_002529.4"),
        ("ENST00000524377", "NM_002529.4"),
        ("NM_002529.4", "NM_002529.4"),
        ("ENST00000000001.1", None),
    ],
)
def test_refseq_twins(knowledge: Knowledge, identifier: str, expected: str | None) -> None:
    assert knowledge.refseq(identifier) == expected
