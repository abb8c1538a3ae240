"""Parameters of a STAR index, after STAR's manual."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.genome.star_index import index_parameters


@pytest.mark.parametrize(
    ("lengths", "bases", "bits"),
    [
        # min(14, log2(length)/2 - 1) and min(18, log2(length / references))
        ([600_000], 8, 18),
        ([43_000] * 14, 8, 15),
        ([3_100_000_000], 14, 18),
        ([124_000_000] * 25, 14, 18),
        # many short contigs
        ([31_000] * 100_000, 14, 14),
        ([50] * 100_000, 10, 6),
        ([10], 1, 6),
    ],
)
def test_small_large_and_many(lengths: list[int], bases: int, bits: int) -> None:
    assert index_parameters(lengths, 99) == {
        "genomeSAindexNbases": bases,
        "genomeChrBinNbits": bits,
        "sjdbOverhang": 99,
    }


@given(st.lists(st.integers(1, 3 * 10**8), min_size=1, max_size=50), st.integers(30, 300))
def test_always_within_what_star_takes(lengths: list[int], overhang: int) -> None:
    found = index_parameters(lengths, overhang)
    assert 1 <= found["genomeSAindexNbases"] <= 14
    assert 4 <= found["genomeChrBinNbits"] <= 18
    # a bin never holds less than a read
    assert 2 ** (found["genomeChrBinNbits"] + 1) > min(overhang + 1, 2**18)
