"""Other assays' results: a closed vocabulary, and what each reading means beside a verdict."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.curated.orthogonal import Assay, Concordance, Meaning, Result
from ntrkoma.model.states import Verdict
from ntrkoma.verdict.orthogonal import compare, read_result

IHC, FISH = Assay.IHC, Assay.FISH
GENES = ("NTRK1", "NTRK2", "NTRK3")
# Genes behind a verdict: one, several, or none.
BEHIND = ((), *((gene,) for gene in GENES), ("NTRK1", "NTRK3"))
# An entry of the sheet for every reading.
ENTRIES = {
    Result.POSITIVE: "positive",
    Result.NEGATIVE: "negative",
    Result.EQUIVOCAL: "equivocal",
    Result.NOT_INTERPRETABLE: "not done",
}


@pytest.fixture(scope="module")
def meanings(resources: Path) -> list[Meaning]:
    return Meaning.read(resources)


class TestVocabulary:
    @pytest.mark.parametrize("assay", list(Assay))
    @pytest.mark.parametrize(
        ("entry", "expected"),
        [
            ("positive", Result.POSITIVE),
            ("  Positive ", Result.POSITIVE),
            ("POS", Result.POSITIVE),
            ("pos.", Result.POSITIVE),
            ("+", Result.POSITIVE),
            ("negative", Result.NEGATIVE),
            ("neg", Result.NEGATIVE),
            ("not detected", Result.NEGATIVE),
            ("equivocal", Result.EQUIVOCAL),
            ("borderline", Result.EQUIVOCAL),
            ("not done", Result.NOT_INTERPRETABLE),
            ("n/a", Result.NOT_INTERPRETABLE),
            ("-", Result.NOT_INTERPRETABLE),
            ("pending", Result.NOT_INTERPRETABLE),
            ("not positive", Result.NOT_INTERPRETABLE),
            ("false positive", Result.NOT_INTERPRETABLE),
            ("positive?", Result.NOT_INTERPRETABLE),
            ("positive / negative", Result.NOT_INTERPRETABLE),
            ("positive, negative", Result.NOT_INTERPRETABLE),
            ("control positive, tumour negative", Result.NOT_INTERPRETABLE),
            ("=1+1", Result.NOT_INTERPRETABLE),
        ],
    )
    def test_both(self, assay: Assay, entry: str, expected: Result) -> None:
        assert read_result(assay, entry) == expected

    @pytest.mark.parametrize(
        ("entry", "expected"),
        [
            ("3+", Result.POSITIVE),
            ("2+", Result.POSITIVE),
            ("pan-TRK 2+", Result.POSITIVE),
            ("positive (80 %)", Result.POSITIVE),
            ("positive, cytoplasmic and nuclear", Result.POSITIVE),
            ("weakly positive", Result.POSITIVE),
            ("strong diffuse staining", Result.POSITIVE),
            ("1+", Result.EQUIVOCAL),
            ("+/-", Result.EQUIVOCAL),
            ("weak cytoplasmic", Result.EQUIVOCAL),
            ("0", Result.NEGATIVE),
            ("no staining", Result.NEGATIVE),
            ("no staining seen", Result.NEGATIVE),
            ("80 %", Result.NOT_INTERPRETABLE),
            ("cytoplasmic", Result.NOT_INTERPRETABLE),
            ("rearranged", Result.NOT_INTERPRETABLE),
        ],
    )
    def test_staining(self, entry: str, expected: Result) -> None:
        assert read_result(IHC, entry) == expected

    @pytest.mark.parametrize(
        ("entry", "expected"),
        [
            ("break-apart 25%", Result.POSITIVE),
            ("break apart 15 %", Result.POSITIVE),
            ("break-apart 14.9 %", Result.EQUIVOCAL),
            ("break-apart 5%", Result.EQUIVOCAL),
            ("break-apart 4,9 %", Result.NEGATIVE),
            ("break-apart 250 %", Result.NOT_INTERPRETABLE),
            ("break-apart 5 % 25 %", Result.NOT_INTERPRETABLE),
            ("negative (8 %)", Result.NEGATIVE),
            ("positive (8 %)", Result.POSITIVE),
            ("break-apart", Result.NOT_INTERPRETABLE),
            ("NTRK1 break-apart positive", Result.POSITIVE),
            ("NTRK1/2/3 negative", Result.NEGATIVE),
            ("rearranged", Result.POSITIVE),
            ("rearrangement detected", Result.POSITIVE),
            ("not rearranged", Result.NEGATIVE),
            ("no NTRK1 rearrangement", Result.NEGATIVE),
            ("no rearrangement detected", Result.NEGATIVE),
            ("rearrangement not detected", Result.NEGATIVE),
            ("NTRK1 negative, NTRK3 positive", Result.NOT_INTERPRETABLE),
            ("2+", Result.NOT_INTERPRETABLE),
        ],
    )
    def test_fish(self, entry: str, expected: Result) -> None:
        assert read_result(FISH, entry) == expected

    @given(entry=st.text(max_size=40), assay=st.sampled_from(Assay))
    def test_anything_is_read(self, entry: str, assay: Assay) -> None:
        assert read_result(assay, entry) in Result

    @given(
        word=st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=8),
        assay=st.sampled_from(Assay),
    )
    def test_an_unknown_word_spoils_a_result(self, word: str, assay: Assay) -> None:
        if read_result(assay, word) != Result.NOT_INTERPRETABLE:
            return
        alone = read_result(assay, f"{word} positive")
        # Words that only qualify a result leave it; all others make the entry unreadable.
        assert alone in {Result.POSITIVE, Result.NOT_INTERPRETABLE}
        if alone == Result.POSITIVE:
            assert read_result(assay, f"{word} negative") == Result.NEGATIVE


class TestTable:
    def test_genes(self, meanings: list[Meaning]) -> None:
        assert {meaning.gene for meaning in meanings} <= {"any", "other", *GENES}

    @pytest.mark.parametrize("figure", ["87.9 %", "81.1 %", "79.4 %", "74.4 %", "20.8 %", "52 %"])
    def test_published_performance_is_told(self, meanings: list[Meaning], figure: str) -> None:
        assert any(figure in m.text for m in meanings if m.assay == IHC)

    def test_limits_of_fish_are_told(self, meanings: list[Meaning]) -> None:
        texts = " ".join(m.text for m in meanings if m.assay == FISH)
        assert "false negatives may exceed 30 %" in texts
        assert "one gene only" in texts
        assert "non-productive" in texts


class TestMeaning:
    @pytest.mark.parametrize(
        ("assay", "reading", "verdict", "genes"),
        list(product(Assay, Result, Verdict, BEHIND)),
    )
    def test_every_combination_has_a_meaning(
        self,
        meanings: list[Meaning],
        assay: Assay,
        reading: Result,
        verdict: Verdict,
        genes: tuple[str, ...],
    ) -> None:
        (found,) = compare({assay: ENTRIES[reading]}, verdict, genes, meanings)
        assert found["assay"] == assay
        assert found["result"] == ENTRIES[reading]
        assert found["reading"] == reading
        assert found["text"]
        firm = verdict in {Verdict.DETECTED, Verdict.NOT_DETECTED} and reading in {
            Result.POSITIVE,
            Result.NEGATIVE,
        }
        agree = (verdict == Verdict.DETECTED) is (reading == Result.POSITIVE)
        expected = Concordance.CONCORDANT if agree else Concordance.DISCORDANT
        assert found["concordance"] == (expected if firm else Concordance.NOT_COMPARABLE)

    def test_no_row_of_the_table_is_out_of_reach(self, meanings: list[Meaning]) -> None:
        reached = set()
        for assay, reading, verdict, genes in product(Assay, Result, Verdict, BEHIND):
            for prefix in ("", "NTRK2 ") if assay == FISH else ("",):
                entry = prefix + ENTRIES[reading]
                (found,) = compare({assay: entry}, verdict, genes, meanings)
                reached.add((assay, found["text"]))
        assert reached == {(m.assay, m.text) for m in meanings}

    @pytest.mark.parametrize(
        ("gene", "figure"), [("NTRK1", "96.2 %"), ("NTRK2", "5 of 5"), ("NTRK3", "79.4 %")]
    )
    def test_negative_staining_is_weighed_by_gene(
        self, meanings: list[Meaning], gene: str, figure: str
    ) -> None:
        (found,) = compare({"pan_trk_ihc": "neg"}, "detected", [gene], meanings)
        assert figure in found["text"]

    @pytest.mark.parametrize(
        ("entry", "genes", "expected"),
        [
            ("NTRK3 negative", ["NTRK1"], Concordance.NOT_COMPARABLE),
            ("NTRK3 positive", ["NTRK1"], Concordance.DISCORDANT),
            ("NTRK1 positive", ["NTRK1"], Concordance.CONCORDANT),
            ("NTRK1 negative", ["NTRK1"], Concordance.DISCORDANT),
            ("NTRK1/2/3 negative", ["NTRK1"], Concordance.DISCORDANT),
            ("NTRK1 and NTRK3 positive", ["NTRK1"], Concordance.CONCORDANT),
            ("NTRK3 positive", ["NTRK1", "NTRK3"], Concordance.CONCORDANT),
            ("NTRK3 break-apart 30 %", ["NTRK1"], Concordance.DISCORDANT),
        ],
    )
    def test_a_probe_covers_one_gene(
        self, meanings: list[Meaning], entry: str, genes: list[str], expected: Concordance
    ) -> None:
        (found,) = compare({"ntrk_fish": entry}, "detected", genes, meanings)
        assert found["concordance"] == expected

    def test_empty_entries_and_other_columns_are_left_out(self, meanings: list[Meaning]) -> None:
        results = {"pan_trk_ihc": " ", "patient": "positive"}
        assert compare(results, "detected", ["NTRK1"], meanings) == []

    def test_both_assays_in_their_order(self, meanings: list[Meaning]) -> None:
        results = {"ntrk_fish": "neg", "pan_trk_ihc": "pos"}
        found = compare(results, "not_detected", [], meanings)
        assert [entry["assay"] for entry in found] == ["pan_trk_ihc", "ntrk_fish"]

    def test_entries_are_shown_as_given(self, meanings: list[Meaning]) -> None:
        (found,) = compare({"pan_trk_ihc": " Weird 7b "}, "detected", ["NTRK1"], meanings)
        assert found["result"] == "Weird 7b"
        assert (found["reading"], found["concordance"]) == ("not_interpretable", "not_comparable")

    def test_a_table_with_a_hole_is_an_error(self, meanings: list[Meaning]) -> None:
        rows = [m for m in meanings if m.reading != Result.POSITIVE]
        with pytest.raises(ValueError, match="no meaning of pan_trk_ihc positive beside detected"):
            compare({"pan_trk_ihc": "pos"}, "detected", ["NTRK1"], rows)

    def test_no_text_promises_or_recommends_treatment(self, meanings: list[Meaning]) -> None:
        for meaning in meanings:
            assert not re.search(r"treat|inhibitor|therapy", meaning.text), meaning
