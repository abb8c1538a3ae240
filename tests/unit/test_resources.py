"""The curated tables: one row one fact, with source, date and confidence."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import ntrkoma
from ntrkoma.curated.codon_sites import Resistance
from ntrkoma.curated.deliverables import Deliverable
from ntrkoma.curated.exon_parts import ExonRange
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.curated.knowledge import Knowledge, ManeTranscript
from ntrkoma.model.states import ASSAYS, Evaluability
from ntrkoma.tables import Row

FOLDER = Path(__file__).resolve().parents[2] / "resources"


for module in walk_packages(ntrkoma.__path__, "ntrkoma."):
    import_module(module.name)


def models(model: type[Row] = Row) -> list[type[Row]]:
    """Every model in the package of the rows of a table."""
    own = model.TABLE and model.__module__.startswith("ntrkoma.")  # tests have models as well
    found = [model] if own else []
    return [*found, *(one for child in model.__subclasses__() for one in models(child))]


MODELS = {model.TABLE: model for model in models()}


def test_every_table_has_one_model() -> None:
    assert sorted(model.TABLE for model in models()) == sorted(p.name for p in FOLDER.glob("*.tsv"))


@pytest.mark.parametrize("name", MODELS)
def test_every_table_is_read(name: str) -> None:
    model = MODELS[name].__name__
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("scripts", "rules")
        for path in (FOLDER.parent / folder).rglob("*.*")
        if path.suffix in {".py", ".smk"}
    )
    assert re.search(rf"\b{model}\.read\(|(read_rows|_sites)\(.*\b{model}\b", code)


@pytest.mark.parametrize("name", MODELS)
def test_every_row_fits_its_model(name: str) -> None:
    """Cells that are wrong, keys that are empty or there twice, columns too many or too few."""
    assert MODELS[name].KEY
    assert set(MODELS[name].KEY) <= set(MODELS[name].columns())
    assert MODELS[name].read(FOLDER)


@pytest.mark.parametrize("name", MODELS)
def test_text(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert not re.search(r"\r|(^|\t) | (\t|$)", text, flags=re.MULTILINE)


def test_mane_transcripts_have_versions() -> None:
    rows = ManeTranscript.read(FOLDER)
    assert all("." in row.transcript_ensembl and "." in row.transcript_refseq for row in rows)
    assert len({row.transcript_ids for row in rows}) == len(rows)


@pytest.mark.parametrize("gene", ["NTRK1", "NTRK2", "NTRK3"])
def test_target_genes_have_three_domains(knowledge: Knowledge, gene: str) -> None:
    known = {domain.name for domain in knowledge.domains if domain.gene == gene}
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


def test_mane_pairs_of_the_domains_agree(knowledge: Knowledge) -> None:
    mane = {row.gene: row for row in ManeTranscript.read(FOLDER)}
    for domain in knowledge.domains:
        if domain.gene in mane:
            assert set(domain.transcript_ids) <= set(mane[domain.gene].transcript_ids), domain


def test_gate_rules_use_known_thresholds(knowledge: Knowledge, gate_rules) -> None:
    for rule in gate_rules:
        assert knowledge.thresholds[rule.threshold_name].used_in == "gate", rule
        # NTRK is silent in most healthy tissue: its depth says nothing about a sample.
        assert "ntrk" not in rule.metric.lower(), rule


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
    made |= {genes.artefact_class.value for genes in knowledge.artefact_genes}
    made |= {pair.artefact.value for pair in knowledge.partners.values() if pair.artefact}
    # These are reasons of a verdict or of a grade without findings.
    made -= {"actionable_structure", "fusion_reportable", "no_candidate"}
    made -= {"imbalance_without_fusion", "intragenic_event"}
    assert made == set(knowledge.grading)


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


def test_every_threshold_is_used_and_every_used_one_exists(
    knowledge: Knowledge, gate_rules
) -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (FOLDER.parent / "scripts" / "ntrkoma").rglob("*.py")
    )
    read = set(re.findall(r'thresholds\["([a-z0-9_]+)"\]', code))
    assert read <= set(knowledge.thresholds)
    gate = {rule.threshold_name for rule in gate_rules}
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


@pytest.mark.parametrize("model", [ExonRange, KeyResidue, Resistance])
def test_every_target_gene_is_covered(model: type[ExonRange | KeyResidue | Resistance]) -> None:
    assert {row.gene for row in model.read(FOLDER)} >= {"NTRK1", "NTRK2", "NTRK3"}


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
    paths = {row.path for row in Deliverable.read(FOLDER)}
    stem = "results/samples/{sample}/{sample}"
    assert {f"{stem}.ntrk.json", f"{stem}.ntrk.tsv", f"{stem}.report.html"} <= paths
    assert {"results/cohort/ntrk.tsv", "results/qc/multiqc_report.html"} <= paths


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
