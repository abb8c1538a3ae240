"""The evidence BAM of a small BAM."""

from __future__ import annotations

import random
from pathlib import Path

import pysam
import pytest
from helpers import (
    ETV6,
    KHDRBS1,
    MATE_REVERSE,
    MATE_UNMAPPED,
    PAIRED,
    READ1,
    READ2,
    REVERSE,
    UNMAPPED,
    Bam,
)

from ntrkoma.calling.fused_reads import fused_transcript
from ntrkoma.collecting.collect import AlignedSample, collect, collect_sample
from ntrkoma.collecting.wanted import want
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome
from ntrkoma.model.junction import Breakpoint, Junction

CALLERS = Path(__file__).resolve().parents[2] / "fixtures" / "callers"
LOST = PAIRED | UNMAPPED | MATE_UNMAPPED


@pytest.fixture
def bam(tmp_path: Path, genome: Genome) -> Bam:
    return Bam(tmp_path / "sample.bam", genome)


def names(path: Path) -> list[tuple[str, bool]]:
    """Records of a BAM by name and mate."""
    with pysam.AlignmentFile(str(path)) as kept:
        return sorted((r.query_name or "", r.is_read2) for r in kept.fetch(until_eof=True))


@pytest.fixture
def filled(bam: Bam, loci: Loci, genome: Genome, mane) -> Bam:
    """A clipped read with its mate elsewhere, wild type, and pairs that are mapped nowhere."""
    start, far = mane["NTRK1"].exon_start(12), ("chr1", 3000)
    here = ("chr1", start)
    bases = genome.transcribed("chr1", start - 30, start + 69, "+")
    mate = genome.transcribed("chr1", far[1], far[1] + 99, "+")
    bam.add("c", PAIRED | READ1 | REVERSE, here, "30S70M", bases, far)
    bam.add("c", PAIRED | READ2 | MATE_REVERSE, far, "100M", mate, here)
    bam.wild("x", Breakpoint("chr2", 9000, "+"), 50, 50)
    bam.unmapped("lost", fused_transcript(Junction(*KHDRBS1, 2), loci), 60)
    bam.add("junk", LOST | READ1, None, "", "ACGTTGCA" * 12)
    bam.add("junk", LOST | READ2, None, "", "GGCA" * 25)
    for name, shift in (("w2", 90), ("w1", 60)):
        bam.wild(name, Breakpoint("chr1", start + shift, "+"), 50, 50)
    return bam


KEPT = [*((name, mate) for name in ("c", "lost") for mate in (False, True))]
KEPT += [("w1", False), ("w2", False)]


def test_mates_and_unmapped_pairs_of_the_genes_once_each(
    filled: Bam, loci: Loci, tmp_path: Path
) -> None:
    collect(filled.write(), want([], [], loci), tmp_path / "kept.bam")
    assert names(tmp_path / "kept.bam") == KEPT


@pytest.mark.parametrize("seed", range(3))
def test_whatever_order_the_alignments_are_in(
    filled: Bam, loci: Loci, tmp_path: Path, seed: int
) -> None:
    """Given alignments may be sorted: then mates do not follow each other."""
    with pysam.AlignmentFile(str(filled.write())) as given:
        header, records = given.header, list(given.fetch(until_eof=True))
    random.Random(seed).shuffle(records)
    with pysam.AlignmentFile(str(tmp_path / "other.bam"), "wb", header=header) as out:
        for record in records:
            out.write(record)
    collect(tmp_path / "other.bam", want([], [], loci), tmp_path / "kept.bam")
    assert names(tmp_path / "kept.bam") == KEPT


def test_sorted_and_indexed(filled: Bam, loci: Loci, tmp_path: Path) -> None:
    path = tmp_path / "kept.bam"
    collect(filled.write(), want([], [], loci), path)
    assert Path(f"{path}.bai").stat().st_size
    with pysam.AlignmentFile(str(path)) as kept:
        assert kept.header.to_dict()["HD"]["SO"] == "coordinate"
        starts = [r.reference_start for r in kept.fetch("chr1")]
    assert starts == sorted(starts)
    assert len(starts) == 4


def test_without_any_read(bam: Bam, loci: Loci, tmp_path: Path) -> None:
    collect(bam.write(), want([], [], loci), tmp_path / "empty.bam")
    assert names(tmp_path / "empty.bam") == []
    assert Path(f"{tmp_path / 'empty.bam'}.bai").is_file()


def test_named_places(bam: Bam, loci: Loci, tmp_path: Path) -> None:
    """Hotspot codons lie outside the target genes."""
    bam.wild("k", Breakpoint("chr2", 9000, "+"), 50, 50)
    bam.wild("off", Breakpoint("chr2", 9200, "+"), 50, 50)
    collect(bam.write(), want([], [], loci, [("chr2", 8999, 9002)]), tmp_path / "kept.bam")
    assert names(tmp_path / "kept.bam") == [("k", False)]


def test_what_a_verdict_rests_on(bam: Bam, loci: Loci, tmp_path: Path) -> None:
    """Two fusions, one seen by the aligner and one by another caller only."""
    rows = []
    for prefix, place in (("k", KHDRBS1), ("e", ETV6)):
        fused = fused_transcript(Junction(*place, 2), loci)
        for number, left in enumerate((25, 40, 60, 75)):
            rows += bam.fused(f"{prefix}{number}", fused, place, left, 100 - left)
        rows += bam.astride(f"{prefix}s", fused, place, 10, 30)
        bam.unmapped(f"{prefix}u", fused, 55)
    bam.wild("elsewhere", Breakpoint("chr2", 12_000, "+"), 50, 50)
    collect(bam.write(), want(rows, [], loci), tmp_path / "kept.bam")
    single = [(f"{p}{n}", False) for p in "ke" for n in range(4)]
    paired = [(f"{p}{kind}", mate) for p in "ke" for kind in "su" for mate in (False, True)]
    assert names(tmp_path / "kept.bam") == sorted([*single, *paired])


CHIMERIC = (
    "chr_donorA\tbrkpt_donorA\tstrand_donorA\tchr_acceptorB\tbrkpt_acceptorB\tstrand_acceptorB\t"
    "junction_type\trepeat_left_lenA\trepeat_right_lenB\tread_name\tstart_alnA\tcigar_alnA\t"
    "start_alnB\tcigar_alnB\tnum_chim_aln\n"
    "chr1\t6359\t+\tchr1\t160442\t+\t1\t0\t0\tnamed\t6309\t50M50S\t160443\t50S50M\t1\n"
)


def test_a_sample_of_files(bam: Bam, loci: Loci, tmp_path: Path) -> None:
    """Fragments that STAR's table names, and reads where another caller sees a junction."""
    (tmp_path / "Chimeric.out.junction").write_text(CHIMERIC, encoding="utf-8")
    bam.wild("named", Breakpoint("chr2", 12_000, "+"), 50, 50)
    bam.wild("partner", Breakpoint("chr1", 11_787, "+"), 50, 50)
    bam.wild("x", Breakpoint("chr2", 9000, "+"), 50, 50)
    calls = CALLERS / "TPM3_NTRK1" / "arriba"
    callers = {
        "arriba": calls / "fusions.tsv",
        "arriba_discarded": calls / "fusions.discarded.tsv",
    }
    for names_of, expected in ((callers, ["named", "partner"]), ({}, ["named"])):
        sample = AlignedSample(bam.write(), tmp_path / "Chimeric.out.junction", names_of)
        collect_sample(sample, loci, [], tmp_path / "kept.bam")
        assert [name for name, _ in names(tmp_path / "kept.bam")] == expected
