"""Junctions that sequence alike in two places may explain."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import (
    Design,
    Placed,
    World,
    acceptor,
    build,
    called,
    candidate,
    donor,
    put,
)
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.evidence.candidates import Candidate
from ntrkoma.evidence.homology import identity, with_homology
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Caller, HomologyKind

J, S, A = Caller.JUNCTIONS, Caller.STAR_FUSION, Caller.ARRIBA
NEXT = {"A": "C", "C": "G", "G": "T", "T": "A"}
STRANDS = ("+", "-")


def bases(dice: random.Random, count: int) -> str:
    return "".join(dice.choices("ACGT", k=count))


def changed(sequence: str, differing: int) -> str:
    """The sequence with that many in every 60 bases exchanged, spread evenly."""
    found = list(sequence)
    for start in range(0, len(found), 60):
        for number in range(differing):
            place = start + number * 60 // differing
            if place < len(found):
                found[place] = NEXT[found[place]]
    return "".join(found)


class Family:
    """NTRK1, its true partner, a copy of either and a stranger; two exons of 120 nt each.

    ``differing``: how many of 60 bases of the copies are exchanged.
    """

    def __init__(self, folder: Path, strand: str = "+", differing: int = 6):
        self._dice = random.Random(7)
        self.exons = {
            "PARTNER": self._pair(),
            "STRANGER": self._pair(),
            "NTRK1": self._pair(),
        }
        self.exons["PARALOG"] = tuple(changed(e, differing) for e in self.exons["PARTNER"])
        self.exons["NTRK1L"] = tuple(changed(e, differing) for e in self.exons["NTRK1"])
        # Its first exon ends as the one before NTRK1's second does.
        self.exons["TWIN"] = (changed(self.exons["NTRK1"][0], differing), bases(self._dice, 120))
        # Its second exon begins as the one behind the partner's first does.
        self.exons["NTRK2"] = (
            bases(self._dice, 120),
            changed(self.exons["PARTNER"][1], differing),
        )
        self.placed: dict[str, Placed] = {
            gene: self._put(gene, exons, strand) for gene, exons in self.exons.items()
        }
        models = [placed.transcript for placed in self.placed.values()]
        pseudogene = replace(
            self._put("PSEUDO", self._pair(), strand).transcript,
            gene_biotype="processed_pseudogene",
        )
        self.placed["PSEUDO"] = replace(
            self._put("PSEUDO", self._pair(), strand), transcript=pseudogene
        )
        contigs = {p.transcript.chrom: p.contig for p in self.placed.values()}
        self.world: World = build(folder, contigs, [*models, pseudogene])
        self.loci = self.world.loci("NTRK1", "NTRK2", "NTRK1L")

    def _pair(self) -> tuple[str, str]:
        return bases(self._dice, 120), bases(self._dice, 120)

    def _put(self, gene: str, exons: Sequence[str], strand: str) -> Placed:
        one, two, three = (bases(self._dice, 80) for _ in range(3))
        primary = one + exons[0] + two + exons[1] + three
        return put(Design(primary, ((81, 200), (281, 400))), strand, gene, f"chr{gene}")

    def joined(
        self, gene5: str, gene3: str, reads: int = 12, caller: Caller = J, **rest
    ) -> Candidate:
        """Exon 1 of one gene joined to exon 2 of another."""
        five = donor(self.placed[gene5].transcript, 1)
        three = acceptor(self.placed[gene3].transcript, 2)
        return candidate(called(five, three, caller, reads, 0, gene5=gene5, gene3=gene3, **rest))

    def examined(
        self, *candidates: Candidate, least: float = 0.7, most: float = 0.5
    ) -> list[HomologyKind | None]:
        found = with_homology(candidates, self.loci, least, most)
        assert [c.place for c in found] == [c.place for c in candidates]
        return [c.homology.kind if c.homology else None for c in found]

    def words(self, *candidates: Candidate) -> list[str]:
        found = with_homology(candidates, self.loci, 0.7, 0.5)
        return [c.homology.text if c.homology else "" for c in found]


@pytest.fixture(scope="module", params=STRANDS)
def family(request, tmp_path_factory: pytest.TempPathFactory) -> Family:
    return Family(tmp_path_factory.mktemp("family"), request.param)


class TestIdentity:
    def test_share_of_the_shorter(self) -> None:
        assert identity("ACGT", "ACGT") == 1.0
        assert identity("ACGT", "ACGA") == 0.75
        assert identity("ACGTAAAA", "ACGT") == 1.0
        assert identity("", "ACGT") == 0.0

    @given(st.integers(0, 2**32))
    def test_unrelated_sequence_stays_well_below_the_limit(self, seed: int) -> None:
        """A quarter agrees by chance; of 60 bases hardly ever half."""
        dice = random.Random(seed)
        assert identity(bases(dice, 60), bases(dice, 60)) < 0.6


class TestPartners:
    def test_unrelated_genes(self, family: Family) -> None:
        assert family.examined(
            family.joined("PARTNER", "NTRK1"), family.joined("STRANGER", "NTRK2")
        ) == [None, None]

    def test_5_prime_part_reads_like_what_precedes_the_acceptor(self, family: Family) -> None:
        """Wild-type NTRK1, whose first part was aligned to the twin."""
        assert family.examined(family.joined("TWIN", "NTRK1")) == [HomologyKind.PARTNERS]
        (text,) = family.words(family.joined("TWIN", "NTRK1"))
        assert "90% of the bases" in text

    def test_3_prime_part_reads_like_what_follows_the_donor(self, family: Family) -> None:
        assert family.examined(family.joined("PARTNER", "NTRK2")) == [HomologyKind.PARTNERS]

    @pytest.mark.parametrize(("differing", "alike"), [(18, True), (19, False)])
    def test_at_the_limit(self, tmp_path: Path, differing: int, alike: bool) -> None:
        """42 of 60 bases are 0.7."""
        family = Family(tmp_path, differing=differing)
        (found,) = family.examined(family.joined("TWIN", "NTRK1"))
        assert (found == HomologyKind.PARTNERS) is alike

    def test_single_fragments_are_not_looked_at(self, family: Family) -> None:
        """There may be thousands, and they are below the line as they are."""
        assert family.examined(family.joined("TWIN", "NTRK1", reads=1)) == [None]

    def test_one_gene_is_no_pair(self, family: Family) -> None:
        assert family.examined(family.joined("NTRK1", "NTRK1")) == [None]

    def test_real_kinases_of_one_family(self, loci) -> None:
        """Inside the first kinase exons of TrkB and TrkC three bases of four agree."""
        one = candidate(called("chr9:70848:+", "chr15:103351:-", gene5="NTRK2", gene3="NTRK3"))
        for least, kind in ((0.7, HomologyKind.PARTNERS), (0.8, None)):
            (found,) = with_homology([one], loci, least, 0.5)
            assert (found.homology and found.homology.kind) == kind

    @pytest.mark.parametrize(
        ("gene5", "exon5", "gene3", "exon3"),
        [
            ("KHDRBS1", 8, "NTRK1", 12),
            ("ETV6", 5, "NTRK3", 15),
            ("TPM3", 8, "NTRK1", 10),
            ("QKI", 6, "NTRK2", 14),
            ("LMNA", 2, "NTRK1", 11),
        ],
    )
    def test_real_fusions(self, loci, mane, gene5: str, exon5: int, gene3: str, exon3: int) -> None:
        true = candidate(called(donor(mane[gene5], exon5), acceptor(mane[gene3], exon3)))
        (found,) = with_homology([true], loci, 0.7, 0.5)
        assert found.homology is None


class TestPseudogene:
    def test_a_partner_that_is_nothing_else(self, family: Family) -> None:
        pseudo = family.joined("PSEUDO", "NTRK1")
        assert family.examined(pseudo) == [HomologyKind.PSEUDOGENE]
        assert family.words(pseudo) == [
            "PSEUDO is a pseudogene: the reads may come from the gene that it copies"
        ]

    def test_on_the_other_strand_it_is_no_partner(self, family: Family) -> None:
        pseudo = family.joined("PSEUDO", "NTRK1").merged.lead
        turned = candidate(replace(pseudo, breakpoint5=pseudo.breakpoint5.opposite()))
        assert family.examined(turned) == [None]

    def test_of_the_real_reference(self, loci, models, mane) -> None:
        pseudogene = next(t for t in models if t.gene == "TPM3P6")
        five = f"chr19:{pseudogene.end - 200}:+"
        one = candidate(called(five, acceptor(mane["NTRK1"], 10)))
        (found,) = with_homology([one], loci, 0.7, 0.5)
        assert found.homology is not None
        assert found.homology.kind == HomologyKind.PSEUDOGENE


class TestMultimapping:
    @pytest.mark.parametrize(("share", "found"), [(0.49, None), (0.5, HomologyKind.MULTIMAPPING)])
    def test_from_half_of_the_reads_on(self, family: Family, share: float, found) -> None:
        one = family.joined("PARTNER", "NTRK1")
        call = one.merged.lead
        many = replace(call, evidence=replace(call.evidence, multimapping_share=share))
        assert family.examined(candidate(many)) == [found]

    def test_without_our_count_nothing_is_known(self, family: Family) -> None:
        assert family.examined(family.joined("PARTNER", "NTRK1", caller=A)) == [None]


class TestShadow:
    """A paralog of the true partner draws some of its reads."""

    @pytest.mark.parametrize(
        ("stronger", "weaker"),
        [
            (("PARTNER", "NTRK1"), ("PARALOG", "NTRK1")),
            (("PARTNER", "NTRK1"), ("PARTNER", "NTRK1L")),
        ],
    )
    def test_the_weaker_one(self, family: Family, stronger, weaker) -> None:
        strong, weak = family.joined(*stronger, 40), family.joined(*weaker, 6)
        shadow = [None, HomologyKind.OTHER_CANDIDATE]
        assert family.examined(strong, weak) == shadow
        assert family.examined(weak, strong) == shadow[::-1]

    def test_words(self, family: Family) -> None:
        _, text = family.words(
            family.joined("PARTNER", "NTRK1", 40), family.joined("PARALOG", "NTRK1", 6)
        )
        assert text == (
            "PARALOG reads like PARTNER here, whose junction has 40 fragments: its reads may have "
            "been aligned to PARALOG"
        )

    def test_equals_leave_each_other_alone(self, family: Family) -> None:
        one, other = family.joined("PARTNER", "NTRK1", 9), family.joined("PARALOG", "NTRK1", 9)
        assert family.examined(one, other) == [None, None]

    def test_an_unrelated_partner_is_no_shadow(self, family: Family) -> None:
        found = family.examined(
            family.joined("PARTNER", "NTRK1", 40), family.joined("STRANGER", "NTRK1", 6)
        )
        assert found == [None, None]

    def test_two_acceptors_of_one_gene_are_isoforms(self, loci, mane) -> None:
        five = donor(mane["KHDRBS1"], 8)
        both = [
            candidate(called(five, acceptor(mane["NTRK1"], exon), reads=reads))
            for exon, reads in ((12, 40), (13, 6))
        ]
        found = with_homology(both, loci, 0.7, 0.5)
        assert [c.homology for c in found] == [None, None]

    def test_a_shadow_with_the_copys_pseudogene(self, family: Family) -> None:
        """The shadow is the better explanation."""
        copy = replace(family.placed["PARALOG"].transcript, gene_biotype="unprocessed_pseudogene")
        models = [
            copy if gene == "PARALOG" else placed.transcript
            for gene, placed in family.placed.items()
        ]
        world = build(family.world.fasta.parent, family.world.contigs, models)
        candidates = [family.joined("PARTNER", "NTRK1", 40), family.joined("PARALOG", "NTRK1", 6)]
        loci = world.loci("NTRK1")
        found = with_homology(candidates, loci, 0.7, 0.5)
        assert found[1].homology.kind == HomologyKind.OTHER_CANDIDATE
        (alone,) = with_homology(candidates[1:], loci, 0.7, 0.5)
        assert alone.homology.kind == HomologyKind.PSEUDOGENE

    def test_an_inexact_candidate_casts_none_and_is_none(self, family: Family) -> None:
        strong = family.joined("PARTNER", "NTRK1", 40, exact=False)
        assert family.examined(strong, family.joined("PARALOG", "NTRK1", 6)) == [None, None]

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(
                    [
                        (five, three)
                        for five in ("PARTNER", "PARALOG", "STRANGER")
                        for three in ("NTRK1", "NTRK1L")
                    ]
                ),
                st.integers(1, 5),
            ),
            min_size=1,
            max_size=6,
            unique_by=lambda item: item[0],
        ),
        st.randoms(use_true_random=False),
    )
    def test_whatever_is_seen(self, family: Family, seen, dice) -> None:
        """The best supported is never shadowed, no two shadow each other, order plays no part."""
        candidates = [family.joined(*pair, reads) for pair, reads in seen]
        found = dict(zip((pair for pair, _ in seen), family.examined(*candidates), strict=True))
        support = dict(seen)
        top = max(support.values())
        for pair, kind in found.items():
            if support[pair] == top or support[pair] < 2:
                assert kind != HomologyKind.OTHER_CANDIDATE
        # A shadow needs something stronger: so the relation has no circle.
        for pair, kind in found.items():
            if kind == HomologyKind.OTHER_CANDIDATE:
                assert any(n > support[pair] for other, n in support.items() if other != pair)
        shuffled = dice.sample(seen, len(seen))
        again = family.examined(*(family.joined(*pair, reads) for pair, reads in shuffled))
        assert dict(zip((pair for pair, _ in shuffled), again, strict=True)) == found


def test_a_long_way_off_is_another_place(family: Family) -> None:
    """Within ten bases two borders show one place of a gene; beyond, they are two junctions."""
    strong = family.joined("PARTNER", "NTRK1", 40)
    call = family.joined("PARALOG", "NTRK1", 6).merged.lead
    for off, kind in ((10, HomologyKind.OTHER_CANDIDATE), (11, None)):
        side = call.breakpoint3
        three = Breakpoint(side.chrom, side.upstream(-off), side.strand)
        weak = candidate(replace(call, breakpoint3=three))
        assert family.examined(strong, weak) == [None, kind]


def test_one_junction_in_two_ways_is_no_shadow(family: Family) -> None:
    """The same two places with and without an inserted base: no other gene is involved."""
    strong = family.joined("PARTNER", "NTRK1", 40)
    weak = family.joined("PARTNER", "NTRK1", 6, inserted="A")
    assert family.examined(strong, weak) == [None, None]
