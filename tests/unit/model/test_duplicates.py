"""Copies of one molecule, by position and by unique molecular identifier."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.errors import InputError
from ntrkoma.model.duplicates import Copies, copies_of, directional, molecules, umi_of

UMIS = st.text("ACGT", min_size=4, max_size=4)


@pytest.mark.parametrize(
    ("name", "umi"),
    [
        ("A00721:1:HN:1:1101:1000:2000:ACGTACGT", "ACGTACGT"),
        ("A00721:1:HN:1:1101:1000:2000:ACGTNCGT+TTGA", "ACGTNCGT+TTGA"),
        ("A00721:1:HN:1:1101:1000:2000:ACGT_TTGA", "ACGT_TTGA"),
        ("A00721:1:HN:1:1101:1000:2000_ACGTACGT", "ACGTACGT"),
        ("SRR1.7_AC-GT", "AC-GT"),
        ("A00721:1:HN:1:1101:1000:2000", ""),
        ("A00721:1:HACG:1:1101:1000:2000", ""),
        ("read1", ""),
        ("name:ACGTX", ""),
        ("name:", ""),
        ("ACGT", ""),
    ],
)
def test_umi_of_a_name(name: str, umi: str) -> None:
    assert umi_of(name) == umi


@pytest.mark.parametrize(
    ("assay", "umi", "copies"),
    [
        ("transcriptome", "", Copies.POSITION),
        ("", "", Copies.POSITION),
        ("capture", "", Copies.POSITION),
        ("amplicon", "", Copies.UNKNOWN),
        ("amplicon", "name", Copies.UMI),
        ("capture", "read1:8", Copies.UMI),
    ],
)
def test_how_copies_are_known(assay: str, umi: str, copies: Copies) -> None:
    assert copies_of(assay, umi) == copies


class TestMolecules:
    @pytest.mark.parametrize(
        ("copies", "found"),
        [
            (Copies.POSITION, [["a:AAAA", "b:AAAA", "c:CCCC"], ["d:AAAA"]]),
            (Copies.UMI, [["a:AAAA", "b:AAAA"], ["c:CCCC"], ["d:AAAA"]]),
            (Copies.UNKNOWN, [["a:AAAA"], ["b:AAAA"], ["c:CCCC"], ["d:AAAA"]]),
        ],
    )
    def test_ends_and_umi(self, copies: Copies, found: list[list[str]]) -> None:
        assert molecules({"a:AAAA": 1, "b:AAAA": 1, "c:CCCC": 1, "d:AAAA": 2}, copies) == found

    def test_a_name_without_umi(self) -> None:
        with pytest.raises(InputError, match=r"read 'b' has no UMI at the end of its name"):
            molecules({"a:AAAA": 1, "b": 1}, Copies.UMI)

    @given(
        st.dictionaries(
            st.tuples(st.integers(0, 99), UMIS).map(lambda pair: f"r{pair[0]}:{pair[1]}"),
            st.integers(0, 3),
        )
    )
    def test_every_fragment_once_and_never_more_molecules_than_told(self, keys) -> None:
        found = {copies: molecules(keys, copies) for copies in Copies}
        for groups in found.values():
            assert sorted(name for group in groups for name in group) == sorted(keys)
            assert groups == sorted(groups)
        # A UMI parts what lies at one place, never joins what lies at two.
        sizes = [len(found[c]) for c in (Copies.POSITION, Copies.UMI, Copies.UNKNOWN)]
        assert sizes == sorted(sizes)
        for group in found[Copies.UMI]:
            assert len({keys[name] for name in group}) == 1


class TestDirectional:
    @pytest.mark.parametrize(
        ("counts", "true"),
        [
            ({"AAAA": 10, "AAAT": 1, "CCCC": 3}, {"AAAA": "AAAA", "AAAT": "AAAA", "CCCC": "CCCC"}),
            # As frequent as that, both are real.
            ({"AAAA": 10, "AAAT": 6}, {"AAAA": "AAAA", "AAAT": "AAAT"}),
            # A misreading of a misreading.
            ({"AAAA": 10, "AAAT": 3, "AATT": 1}, dict.fromkeys(("AAAA", "AAAT", "AATT"), "AAAA")),
            # Two bases apart without the step between.
            ({"AAAA": 10, "AATT": 1}, {"AAAA": "AAAA", "AATT": "AATT"}),
            ({"AAAN": 1, "AAAA": 1}, dict.fromkeys(("AAAN", "AAAA"), "AAAA")),
            ({"AC+GT": 5, "AC+GA": 1}, dict.fromkeys(("AC+GT", "AC+GA"), "AC+GT")),
            ({"AAAA": 5, "AAA": 1}, {"AAAA": "AAAA", "AAA": "AAA"}),
        ],
    )
    def test_what_was_misread(self, counts: dict[str, int], true: dict[str, str]) -> None:
        assert directional(counts) == true

    @given(st.lists(UMIS, max_size=30).map(Counter))
    def test_a_true_umi_stands_for_itself_and_is_the_most_frequent(self, counts) -> None:
        true = directional(counts)
        assert set(true) == set(counts)
        for umi, origin in true.items():
            assert true[origin] == origin
            assert counts[origin] >= counts[umi]

    def test_duplication_changes_no_number_of_molecules(self) -> None:
        counts = {"AAAA": 1, "CCCC": 2, "GGTT": 1}
        many = {umi: 10 * count for umi, count in counts.items()}
        assert len(set(directional(counts).values())) == len(set(directional(many).values())) == 3
