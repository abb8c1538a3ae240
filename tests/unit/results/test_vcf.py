"""Breakends: brackets for every strand combination, real bases, readable by other programs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import pysam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.genome.sequence import Genome, reverse_complement
from ntrkoma.model.junction import Breakpoint
from ntrkoma.results.vcf import breakend_alts, write_vcf

CONTIGS = {
    "chr1": "ACGTTGCAAGCTTAGGCATCGATTACGCGTACCTGAAGCT" * 5,
    "chr9": "TTGACCATGCGCATTAGCCGATATCGGCTAAGCTTGGACC" * 5,
}


@pytest.fixture(scope="module")
def genome(tmp_path_factory: pytest.TempPathFactory) -> Genome:
    path = tmp_path_factory.mktemp("genome") / "genome.fa"
    path.write_text("".join(f">{name}\n{bases}\n" for name, bases in CONTIGS.items()))
    pysam.faidx(str(path))
    return Genome(path)


@pytest.mark.parametrize(
    ("strand5", "strand3", "alt5", "alt3"),
    [
        ("+", "+", "N[chr2:20[", "]chr1:10]N"),
        ("+", "-", "N]chr2:20]", "N]chr1:10]"),
        ("-", "+", "[chr2:20[N", "[chr1:10[N"),
        ("-", "-", "]chr2:20]N", "N[chr1:10["),
    ],
)
def test_brackets(strand5: str, strand3: str, alt5: str, alt3: str) -> None:
    donor, acceptor = Breakpoint("chr1", 10, strand5), Breakpoint("chr2", 20, strand3)
    assert breakend_alts(donor, acceptor, "", "N", "N") == (alt5, alt3)


def _rebuild(ref_pos: Breakpoint, alt: str, flank: int) -> str:
    """Sequence over a junction as a reader of the VCF builds it from one record."""
    for bracket in "[]":
        if bracket in alt:
            before, place, after = alt.split(bracket)
            chrom, pos = place.rsplit(":", 1)
            mate, index = CONTIGS[chrom], int(pos) - 1
            # "[" : the mate's piece extends right of it; "]" : it extends left.
            piece = (
                mate[index : index + flank]
                if bracket == "["
                else mate[index + 1 - flank : index + 1]
            )
            own = CONTIGS[ref_pos.chrom]
            here = ref_pos.pos - 1
            if before:
                joined = piece if bracket == "[" else reverse_complement(piece)
                return own[here + 1 - flank : here] + before + joined
            joined = piece if bracket == "]" else reverse_complement(piece)
            return joined + after + own[here + 1 : here + flank]
    raise AssertionError(alt)


@given(
    pos5=st.integers(30, 170),
    pos3=st.integers(30, 170),
    strand5=st.sampled_from("+-"),
    strand3=st.sampled_from("+-"),
    inserted=st.text("ACGT", max_size=6),
)
def test_both_records_spell_the_fused_transcript(
    pos5: int, pos3: int, strand5: str, strand3: str, inserted: str
) -> None:
    donor, acceptor = Breakpoint("chr1", pos5, strand5), Breakpoint("chr9", pos3, strand3)
    flank = 8

    def transcribed(side: Breakpoint, first: int, last: int) -> str:
        low, high = sorted((first, last))
        bases = CONTIGS[side.chrom][low - 1 : high]
        return bases if side.strand == "+" else reverse_complement(bases)

    transcript = (
        transcribed(donor, donor.upstream(flank - 1), donor.pos)
        + inserted
        + transcribed(acceptor, acceptor.pos, acceptor.upstream(1 - flank))
    )
    ref5, ref3 = CONTIGS["chr1"][pos5 - 1], CONTIGS["chr9"][pos3 - 1]
    alt5, alt3 = breakend_alts(donor, acceptor, inserted, ref5, ref3)
    assert _rebuild(donor, alt5, flank) in (transcript, reverse_complement(transcript))
    assert _rebuild(acceptor, alt3, flank) in (transcript, reverse_complement(transcript))


def _document(fusions: list[dict[str, object]]) -> dict[str, object]:
    return {
        "sample": "S1",
        "workflow_version": "0.1.0",
        "verdict": "detected" if fusions else "not_detected",
        "fusions": fusions,
    }


FUSION = {
    "name": "TPM3::NTRK1",
    "vicc": "NM_1.1(TPM3):e.8::AC::NM_2.2(NTRK1):e.10+2",
    "gene5": "TPM3",
    "gene3": "NTRK1",
    "transcript5": "ENST1.1",
    "transcript3": "ENST2.2",
    "exon5": 8,
    "exon3": 10,
    "breakpoint5": {"chrom": "chr9", "pos": 50, "strand": "-"},
    "breakpoint3": {"chrom": "chr1", "pos": 70, "strand": "+"},
    "breakpoint_exact": True,
    "inserted": "AC",
    "frame": "in_frame",
    "kinase": "complete",
    "junction_reads": 12,
    "spanning_fragments": 3,
    "status": "reportable",
    "reasons": [{"code": "actionable_structure", "text": "…"}],
}


@pytest.mark.parametrize("fusions", [[], [FUSION], [FUSION, {**FUSION, "status": "review"}]])
def test_other_programs_read_it(
    fusions: list[dict[str, object]], genome: Genome, tmp_path: Path
) -> None:
    path = tmp_path / "S1.ntrk.vcf.gz"
    write_vcf(_document(fusions), genome, path)
    with pysam.VariantFile(str(path)) as variants:
        records = list(variants)
        assert list(variants.header.samples) == ["S1"]
        assert list(variants.header.contigs) == list(CONTIGS)
    assert len(records) == 2 * len(fusions)
    mates = {record.id: record.info["MATEID"] for record in records}
    assert all(mates[mate] == name for name, mate in mates.items())
    for record in records:
        assert record.ref == CONTIGS[record.contig][record.pos - 1]
        assert record.samples["S1"]["JR"] == 12
        assert list(record.filter) == ["PASS" if record.id.startswith("F1") else "REVIEW"]
    if which("bcftools"):
        subprocess.run(["bcftools", "view", str(path)], check=True, capture_output=True)
        fasta = tmp_path / "genome.fa"
        fasta.write_text("".join(f">{name}\n{bases}\n" for name, bases in CONTIGS.items()))
        norm = ["bcftools", "norm", "--check-ref", "e", "--fasta-ref", str(fasta), str(path)]
        subprocess.run(norm, check=True, capture_output=True)
