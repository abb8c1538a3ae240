"""Parameters of a STAR index that depend on the genome."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2


def index_parameters(lengths: Sequence[int], sjdb_overhang: int) -> dict[str, int]:
    """genomeSAindexNbases, genomeChrBinNbits and sjdbOverhang.

    Source: STAR manual, "Very small genome" and "Genome with a large number of references".

    :param lengths: contig lengths in nt, at least one.
    :param sjdb_overhang: read length minus 1.
    """
    total = sum(lengths)
    return {
        "genomeSAindexNbases": max(1, min(14, int(log2(total) / 2 - 1))),
        "genomeChrBinNbits": min(18, int(log2(max(total / len(lengths), sjdb_overhang + 1)))),
        "sjdbOverhang": sjdb_overhang,
    }
