"""Gene models for the figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import Grader, acceptor, called, donor

from ntrkoma.genome.transcripts import Annotation, write_table
from ntrkoma.report.gene_models import gene_models
from ntrkoma.results.document import fusion_json


@pytest.fixture(scope="module")
def published(annotator, knowledge, thresholds, mane):
    """A fusion as the JSON has it."""
    graded = Grader(annotator, knowledge, thresholds)

    def run(gene5: str, exon5: int, gene3: str, exon3: int) -> dict[str, Any]:
        place = donor(mane[gene5], exon5), acceptor(mane[gene3], exon3)
        return fusion_json(graded(called(*place, gene5=gene5, gene3=gene3)))

    return run


@pytest.fixture(scope="module")
def etv6(published, annotation, knowledge) -> dict[str, dict[str, Any]]:
    return gene_models([published("ETV6", 5, "NTRK3", 15)], annotation, knowledge)


def by_gene(models: dict[str, dict[str, Any]], gene: str) -> dict[str, Any]:
    (found,) = [model for model in models.values() if model["gene"] == gene]
    return found


def test_both_partners_by_transcript(etv6, published) -> None:
    fusion = published("ETV6", 5, "NTRK3", 15)
    assert set(etv6) == {fusion["transcript5"], fusion["transcript3"]}
    assert all(domain["transcript"] in etv6 for domain in fusion["domains"])


@pytest.mark.parametrize(("gene", "strand"), [("ETV6", "+"), ("NTRK3", "-")])
def test_in_order_of_transcription(etv6, mane, gene: str, strand: str) -> None:
    """Exons as ranges of the genome, first exon first; the coding ends likewise."""
    model, transcript = by_gene(etv6, gene), mane[gene]
    assert (model["chrom"], model["strand"]) == (transcript.chrom, strand)
    assert [start <= end for start, end in model["exons"]] == [True] * len(transcript.exons)
    firsts = [start for start, _ in model["exons"]]
    assert firsts == sorted(firsts, reverse=strand == "-")
    for number, exon in enumerate(model["exons"], 1):
        assert {transcript.exon_start(number), transcript.exon_end(number)} == set(exon)
    begin, end = model["cds"]
    assert transcript.coding_position(begin) == 1
    assert transcript.coding_position(end) == transcript.cds_length


def test_domains_of_the_curated_table(etv6, knowledge) -> None:
    kinase = knowledge.domain("NTRK3", "kinase")
    named = {d["name"]: (d["first"], d["last"]) for d in by_gene(etv6, "NTRK3")["domains"]}
    assert named["kinase"] == (kinase.first, kinase.last)
    own = {d.name for d in knowledge.domains if d.gene == "ETV6"}
    assert {d["name"] for d in by_gene(etv6, "ETV6")["domains"]} == own


def test_domains_that_stand_on_a_sister_transcript(
    published, annotation, knowledge, models, mane
) -> None:
    """Truncated TrkC: the kinase is drawn on the isoform that has it, where that one lies."""
    isoform = next(t for t in models if t.transcript_id.startswith("ENST00000317501"))
    fusion = dict(published("ETV6", 4, "NTRK3", 15))
    fusion["transcript3"] = isoform.transcript_id
    last = isoform.exon_start(len(isoform.exons))
    fusion["breakpoint3"] = {"chrom": isoform.chrom, "pos": last, "strand": isoform.strand}
    found = gene_models([fusion], annotation, knowledge)
    assert {isoform.transcript_id, mane["NTRK3"].transcript_id} <= set(found)
    assert not [d for d in found[isoform.transcript_id]["domains"] if d["name"] == "kinase"]


def test_a_side_without_a_transcript(published, annotation, knowledge) -> None:
    fusion = dict(published("KHDRBS1", 8, "NTRK1", 12))
    fusion["transcript5"] = None
    fusion["breakpoint5"] = {"chrom": "chr2", "pos": 21_000, "strand": "+"}
    found = gene_models([fusion], annotation, knowledge)
    assert {model["gene"] for model in found.values()} == {"NTRK1"}


def test_a_gene_without_coding_sequence(published, knowledge, models, tmp_path: Path) -> None:
    silent = [replace(t, cds=None) if t.gene == "KHDRBS1" else t for t in models]
    table = tmp_path / "transcripts.bed.gz"
    write_table(silent, table)
    fusion = published("KHDRBS1", 8, "NTRK1", 12)
    found = gene_models([fusion], Annotation(table), knowledge)
    assert by_gene(found, "KHDRBS1")["cds"] is None
    assert by_gene(found, "NTRK1")["cds"] is not None


def test_many_fusions_share_their_models(published, annotation, knowledge) -> None:
    fusions = [published("KHDRBS1", 8, "NTRK1", exon) for exon in (11, 12)]
    assert len(gene_models(fusions, annotation, knowledge)) == 2
    assert gene_models([], annotation, knowledge) == {}
