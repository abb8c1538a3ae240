"""What the models of the curated tables refuse, and how the sentence reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import raw_rows

from ntrkoma.curated.codon_sites import Hotspot, Resistance
from ntrkoma.curated.deliverables import Deliverable
from ntrkoma.curated.exon_parts import ExonRange, load_parts
from ntrkoma.curated.gate_rules import GateRule
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.curated.knowledge import ArtefactGene, Domain, GradingRule, Partner, Threshold
from ntrkoma.curated.known_events import KnownEvent
from ntrkoma.curated.orthogonal import Meaning
from ntrkoma.curated.therapies import Therapy
from ntrkoma.errors import InputError
from ntrkoma.model.states import ASSAYS, Evaluability
from ntrkoma.tables import Row


def write(folder: Path, model: type[Row], *rows: dict[str, str]) -> Path:
    lines = ["# a comment", "\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    path = folder / model.TABLE
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("model", "cells", "sentence"),
    [
        (Domain, {"aa_start": "782"}, "residues 782 to 365 are no range of a protein of 796; corr"),
        (Domain, {"aa_end": "797"}, "residues 299 to 797 are no range of a protein of 796; corre"),
        (Domain, {"transcript_ensembl": "NM_1"}, "transcript_ensembl is 'NM_1'; write an id as E"),
        (
            Domain,
            {"transcript_ensembl": "", "transcript_refseq": ""},
            "no transcript is named; fill in transcript_ensembl.",
        ),
        (Domain, {"gene": "ntrk1"}, "gene is 'ntrk1'; write a gene symbol, as NTRK1."),
        (Domain, {"source": ""}, "source is ''; fill it in."),
        (Domain, {"confidence": "hihg"}, "confidence is 'hihg'; did you mean 'high'?"),
        (Domain, {"as_of": "today"}, "as_of is 'today'; write YYYY-MM-DD."),
        (KeyResidue, {"residue": "516"}, "residue is '516', aa_start and aa_end say 516-524."),
        (Partner, {"gene3": "NTRK 1"}, "gene3 is 'NTRK 1'; write a gene symbol, as NTRK1."),
        (Partner, {"gene5": "NTRK1"}, "both genes are NTRK1; correct gene5 or gene3."),
        (Partner, {"artefact_class": "ribosomal"}, "artefact_class is 'ribosomal'; use one of n"),
        (ArtefactGene, {"pattern": "("}, "pattern is '('; write a regular expression."),
        (ArtefactGene, {"pattern": ".*"}, "pattern is '.*'; write a regular expression that an e"),
        (GradingRule, {"effect": "reportable"}, "effect is 'reportable'; use one of review, bel"),
        (GradingRule, {"reason": "None"}, "reason is 'None'; end the sentence with a full stop."),
        (Threshold, {"value": "-1"}, "value is '-1'; it should be greater than or equal to 0."),
        (Threshold, {"unit": "share"}, "value is 5e+06; a share lies between 0 and 1."),
        (GateRule, {"assay": "all,amplicn"}, "assay is 'all,amplicn'; did you mean 'amplicon'?"),
        (GateRule, {"miss": "pass"}, "miss is 'pass'; use one of fail, limited."),
        (ExonRange, {"part": "middle"}, "part is 'middle'; use one of five_prime, kinase."),
        (ExonRange, {"exon_last": "1"}, "exon_first is not a number from 1 to exon_last; corre"),
        (KnownEvent, {"skipped_exons": "6-7"}, "skipped_exons is '6-7'; write a whole number."),
        (KnownEvent, {"normal": "rarely"}, "normal is 'rarely'; write yes or no."),
        (Meaning, {"verdict": "detcted"}, "verdict is 'detcted'; write a verdict or any."),
        (Therapy, {"off_label": "maybe"}, "off_label is 'maybe'; write yes or no."),
        (Therapy, {"date": "9.4.2025"}, "date is '9.4.2025'; write YYYY-MM-DD, YYYY-MM or YYYY."),
        (Therapy, {"date": "2027"}, "date 2027 lies after as_of 2026-11-22; correct one of them."),
        (Therapy, {"gene_scope": "NTRK1; x"}, "gene_scope is 'NTRK1; x'; write a gene symbol, a"),
        (Resistance, {"change": "G517G"}, "change is 'G517G'; write what fits G517(?!G)[A-Z]."),
        (Resistance, {"change": "G518R"}, "change is 'G518R'; write what fits G517(?!G)[A-Z]."),
        (Resistance, {"codon": "799"}, "G are not the residues 799 to 799 of a protein of 796;"),
        (Hotspot, {"codon_last": "720"}, "G are not the residues 719 to 720 of a protein of 121"),
        (Hotspot, {"kind": "indel_region"}, "change is 'G719A'; write what fits in-frame deleti"),
        (Deliverable, {"path": "results/../x"}, "path is 'results/../x'; write a path below resu"),
        (Deliverable, {"scope": "cohort"}, "scope is cohort, which results/samples/{sample}/{s"),
    ],
)
def test_wrong_cells(
    tmp_path: Path, resources: Path, model: type[Row], cells: dict[str, str], sentence: str
) -> None:
    path = write(tmp_path, model, raw_rows(resources / model.TABLE)[0] | cells)
    with pytest.raises(InputError) as found:
        model.read(tmp_path)
    (problem,) = found.value.problems
    assert problem.startswith(f"{path}, line 3: {sentence}")


@pytest.mark.parametrize(
    ("assay", "assays"),
    [("all", set(ASSAYS)), ("capture, amplicon", {"capture", "amplicon"})],
)
def test_assays_of_the_gate(tmp_path: Path, resources: Path, assay: str, assays: set[str]) -> None:
    cells = raw_rows(resources / GateRule.TABLE)[0] | {"assay": assay, "missing": "ignore"}
    write(tmp_path, GateRule, cells)
    (rule,) = GateRule.read(tmp_path)
    assert rule.assays == assays
    assert rule.missing == Evaluability.PASS


def test_a_gene_with_one_part(tmp_path: Path, resources: Path) -> None:
    write(tmp_path, ExonRange, raw_rows(resources / ExonRange.TABLE)[0])
    with pytest.raises(InputError, match="NTRK1 has a row for five_prime alone; give it one for"):
        load_parts(tmp_path)
