"""Databases of STAR-Fusion and Arriba for the test reference."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ntrkoma.genome.sequence import Genome

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test_data"))

import databases


@pytest.fixture(scope="module")
def by_gene(annotation, knowledge):
    return annotation.genes_named(
        {d.gene for d in knowledge.domains} | {g for pair in knowledge.partners for g in pair}
    )


def test_kinase_alignments_hold_the_kinase_residues(knowledge, by_gene, genome: Genome) -> None:
    text = databases.kinase_alignments(knowledge, by_gene, genome)
    entries = text.split("//\n")[:-1]
    kinases = {d.gene: d for d in knowledge.domains if d.name == "kinase"}
    seen = {}
    for entry in entries:
        assert entry.startswith("# STOCKHOLM 1.0\n")
        gene, protein = entry.splitlines()[-1].split()
        seen[gene] = protein
    assert {"NTRK1", "NTRK2", "NTRK3"} <= set(seen)
    for gene, protein in seen.items():
        assert len(protein) == kinases[gene].last - kinases[gene].first + 1
        assert "*" not in protein
    accessions = [line for line in text.splitlines() if line.startswith("#=GF AC")]
    assert len(accessions) == len(set(accessions))


def test_protein_domains_are_gff3_on_exons(knowledge, by_gene, mane) -> None:
    covered: dict[tuple[str, str], int] = {}
    for line in databases.protein_domains(knowledge, by_gene).splitlines():
        chrom, _, feature, low, high, _, strand, _, attributes = line.split("\t")
        assert feature == "protein_domain"
        values = dict(part.split("=") for part in attributes.split(";"))
        transcript = mane[values["gene_name"]]
        assert (chrom, strand) == (transcript.chrom, transcript.strand)
        assert any(s <= int(low) <= int(high) <= e for s, e in transcript.exons)
        key = values["gene_name"], values["Name"]
        covered[key] = covered.get(key, 0) + int(high) - int(low) + 1
    for (gene, name), length in covered.items():
        domain = knowledge.domain(gene, name)
        assert length == 3 * (domain.last - domain.first + 1)


def test_known_fusions_are_pairs_of_the_reference(knowledge, by_gene) -> None:
    rows = [line.split("\t") for line in databases.known_fusions(knowledge, by_gene).splitlines()]
    pairs = {(five, three) for five, three, _ in rows}
    assert ("KHDRBS1", "NTRK1") in pairs
    assert ("ETV6", "NTRK3") in pairs
    assert all(knowledge.partners[pair].known_fusion for pair in pairs)
    assert all(gene in by_gene for pair in pairs for gene in pair)


def test_placeholders() -> None:
    assert databases.empty_blacklist().startswith("#")
    assert databases.unmatched_repeat().endswith("//\n")
