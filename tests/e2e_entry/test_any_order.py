"""Alignments in whatever order: the caller's look at unmapped fragments."""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest

from ntrkoma.calling.fused_reads import ReadPair, TargetSeeds
from ntrkoma.calling.target_reads import TargetReads
from ntrkoma.genome.loci import Loci
from ntrkoma.genome.sequence import Genome

# Name, flag and sequence: unmapped pairs and a single-end read, fragments half and fully mapped.
RECORDS = [
    ("a", 77, "AAAA"),
    ("a", 141, "AACC"),
    ("b", 77, "CCCC"),
    ("b", 141, "CCGG"),
    ("s", 4, "GGGG"),
    ("half", 73, "TTTT"),
    ("half", 133, "TTAA"),
    ("both", 99, "ACGT"),
    ("both", 147, "ACGA"),
]


@pytest.mark.parametrize("order", [range(9), (8, 1, 3, 6, 2, 7, 0, 5, 4), range(8, -1, -1)])
def test_unmapped_pairs(
    tmp_path: Path, loci: Loci, genome: Genome, order: range | tuple[int, ...]
) -> None:
    contigs = [{"SN": name, "LN": length} for name, length in genome.contigs.items()]
    header = pysam.AlignmentHeader.from_dict({"SQ": contigs})
    with pysam.AlignmentFile(str(tmp_path / "a.bam"), "wb", header=header) as out:
        for name, flag, sequence in (RECORDS[index] for index in order):
            record = pysam.AlignedSegment(header)
            record.query_name, record.flag, record.query_sequence = name, flag, sequence
            if not flag & 4:
                record.reference_id, record.reference_start, record.cigarstring = 0, 5, "4M"
            out.write(record)
    reads = TargetReads(tmp_path / "a.bam", tmp_path, loci, ())
    found = reads.unmapped(TargetSeeds(loci))
    assert sorted(found, key=lambda pair: pair.name) == [
        ReadPair("a", "AAAA", "AACC"),
        ReadPair("b", "CCCC", "CCGG"),
        ReadPair("s", "GGGG", None),
    ]
