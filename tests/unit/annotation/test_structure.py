"""What kind of join a junction is, and which domains and key residues it keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from helpers import Design, acceptor, at, build_placed, domain_of, donor, put

from ntrkoma.annotation.annotate import Annotator, Structure
from ntrkoma.annotation.structure import place_domain
from ntrkoma.curated.key_residues import KeyResidue
from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Frame, Kinase, Retention, StructureClass

TARGETS = ("NTRK1", "NTRK2", "NTRK3")


@pytest.fixture(scope="module")
def residues(resources: Path) -> tuple[KeyResidue, ...]:
    return tuple(KeyResidue.read(resources))


@pytest.fixture(scope="module")
def annotator(annotation, genome, knowledge: Knowledge, residues) -> Annotator:
    return Annotator(annotation, genome, knowledge, TARGETS, residues)


def retained(structure: Structure, gene: str) -> dict[str, Retention]:
    return {d.domain: d.retained for d in structure.domains if d.gene == gene}


def lost(structure: Structure) -> list[str]:
    return [residue.residue for residue in structure.key_residues if not residue.retained]


def inside(side: str, nt: int) -> Breakpoint:
    """A place ``nt`` bases upstream of another."""
    place = at(side)
    return Breakpoint(place.chrom, place.upstream(nt), place.strand)


class TestClass:
    @pytest.mark.parametrize(
        ("gene5", "exon5", "gene3", "exon3"),
        [("KHDRBS1", 8, "NTRK1", 12), ("ETV6", 5, "NTRK3", 15), ("QKI", 6, "NTRK2", 16)],
    )
    def test_exon_borders(
        self, annotator: Annotator, mane, gene5: str, exon5: int, gene3: str, exon3: int
    ) -> None:
        found = annotator.annotate(at(donor(mane[gene5], exon5)), at(acceptor(mane[gene3], exon3)))
        assert found.structure_class == StructureClass.EXON_JUNCTION
        assert found.structure_text == (
            f"The end of exon {exon5} of {gene5} is joined to the start of exon {exon3} of "
            f"{gene3}: both are annotated exon borders"
        )

    @pytest.mark.parametrize(("gene", "exon"), [("NTRK2", 2), ("NTRK3", 2), ("NTRK3", 3)])
    def test_joins_of_the_5_prime_utr(
        self, annotator: Annotator, mane, gene: str, exon: int
    ) -> None:
        """Exons of these genes that begin before the start codon, whatever comes before them."""
        found = annotator.annotate(at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane[gene], exon)))
        assert found.structure_class == StructureClass.UTR5_JOIN
        assert f"{gene} keeps its own start codon" in found.structure_text
        assert found.frame in {Frame.IN_FRAME, Frame.UTR5_START_RETAINED}

    def test_an_exon_behind_the_start_codon_is_no_utr_join(
        self, annotator: Annotator, mane
    ) -> None:
        found = annotator.annotate(at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane["NTRK2"], 3)))
        assert found.structure_class == StructureClass.EXON_JUNCTION

    def test_inside_exons(self, annotator: Annotator, mane) -> None:
        five, three = inside(donor(mane["KHDRBS1"], 8), 7), inside(acceptor(mane["NTRK1"], 12), -20)
        found = annotator.annotate(five, three, "N")
        assert found.structure_class == StructureClass.MID_EXON
        assert found.structure_text == (
            "The base 7 nt before the end of exon 8 of KHDRBS1 is joined to the base 20 nt behind "
            "the start of exon 12 of NTRK1 with 1 inserted base (N): at least one side lies "
            "inside an exon"
        )
        one_side = annotator.annotate(at(donor(mane["KHDRBS1"], 8)), three, "N")
        assert one_side.structure_class == StructureClass.MID_EXON

    def test_introns(self, annotator: Annotator, mane) -> None:
        five = inside(donor(mane["KHDRBS1"], 8), -9)
        three = inside(acceptor(mane["NTRK1"], 12), 30)
        found = annotator.annotate(five, three, "N")
        assert found.structure_class == StructureClass.INTRONIC
        assert "the intron base 30 nt before exon 12 of NTRK1" in found.structure_text

    def test_a_splice_site_that_the_annotation_lacks(self, annotator: Annotator, mane) -> None:
        """Bases GT…AG inside the join mark an intron: the new border is one of splicing."""
        five = at(donor(mane["KHDRBS1"], 8))
        transcript, genome = mane["NTRK1"], annotator.genome
        spliced, other = set(), set()
        for nt in range(15, 400):
            three = inside(acceptor(transcript, 12), nt)
            if transcript.exon_at(three.pos) is not None:
                break
            found = annotator.annotate(five, three)
            if found.breakpoint3 != three:
                continue
            motif = genome.splice_motif(found.breakpoint5, found.breakpoint3)
            (spliced if motif in {"GT-AG", "GC-AG", "AT-AC"} else other).add(found.structure_class)
        assert spliced == {StructureClass.NOVEL_EXON}
        assert other == {StructureClass.INTRONIC}

    def test_truncated_trkc(self, annotator: Annotator, mane, models) -> None:
        truncated = next(t for t in models if t.transcript_id.startswith("ENST00000317501"))
        for exon in (15, 16):
            found = annotator.annotate(at(donor(mane["ETV6"], 4)), at(acceptor(truncated, exon)))
            assert found.structure_class == StructureClass.TRUNCATED_ISOFORM
            assert "ENST00000317501" in found.structure_text
            assert found.kinase == Kinase.ABSENT
        shared = annotator.annotate(at(donor(mane["ETV6"], 4)), at(acceptor(truncated, 14)))
        assert shared.structure_class == StructureClass.EXON_JUNCTION

    @pytest.mark.parametrize("name", ["ENST00000304053", "ENST00000359847"])
    def test_truncated_trkb(self, annotator: Annotator, mane, models, name: str) -> None:
        """TrkB-T1 and TrkB-T-Shc end in exons of their own."""
        truncated = next(t for t in models if t.transcript_id.startswith(name))
        found = annotator.annotate(
            at(donor(mane["QKI"], 6)), at(acceptor(truncated, len(truncated.exons)))
        )
        assert found.structure_class == StructureClass.TRUNCATED_ISOFORM
        assert retained(found, "NTRK2")["kinase"] == Retention.ABSENT

    def test_target_on_the_5_prime_side(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(at(donor(mane["NTRK1"], 11)), at(acceptor(mane["TPM3"], 9)))
        assert found.structure_class == StructureClass.TARGET_5PRIME
        whole = annotator.annotate(at(donor(mane["NTRK1"], 16)), at(acceptor(mane["TPM3"], 9)))
        assert whole.structure_class == StructureClass.TARGET_5PRIME
        assert whole.kinase == Kinase.PARTIAL

    def test_within_one_gene(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(at(donor(mane["NTRK1"], 5)), at(acceptor(mane["NTRK1"], 8)))
        assert found.structure_class == StructureClass.INTRAGENIC
        # Both parts together hold the kinase once and the ligand-binding domain whole.
        assert retained(found, "NTRK1") == dict.fromkeys(
            ("ligand_binding", "transmembrane", "kinase"), Retention.COMPLETE
        )

    def test_antisense(self, annotator: Annotator, mane) -> None:
        against = at(donor(mane["NTRK1"], 12)).opposite()
        found = annotator.annotate(at(donor(mane["KHDRBS1"], 8)), against)
        assert found.structure_class == StructureClass.ANTISENSE
        assert retained(found, "NTRK1")["kinase"] == Retention.ABSENT
        partner = annotator.annotate(
            at(acceptor(mane["KHDRBS1"], 4)).opposite(), at(acceptor(mane["NTRK1"], 12))
        )
        assert partner.structure_class == StructureClass.ANTISENSE
        assert not retained(partner, "KHDRBS1")
        assert partner.structure_text.startswith("The strand opposite to KHDRBS1")

    def test_no_gene_on_one_side(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(Breakpoint("chr2", 21_000, "+"), at(acceptor(mane["NTRK1"], 12)))
        assert found.structure_class == StructureClass.INTERGENIC
        assert found.structure_text.startswith("Sequence outside annotated genes (chr2:")

    def test_every_junction_has_a_class_and_a_sentence(self, annotator: Annotator, mane) -> None:
        five = mane["TPM3"]
        for gene in TARGETS:
            three = mane[gene]
            for exon in range(2, len(three.exons) + 1):
                for shift in (-5, 0, 5):
                    place = inside(acceptor(three, exon), shift)
                    found = annotator.annotate(at(donor(five, 8)), place, "N" if shift else "")
                    assert found.structure_class in StructureClass
                    assert not found.structure_text.endswith((".", ","))
                    assert found.kinase_text


class TestKeyResidues:
    @pytest.mark.parametrize(
        ("gene", "exon", "words"),
        [
            ("NTRK1", 14, "the glycine loop and the ATP-binding lysine K544"),
            ("NTRK2", 16, "the glycine loop and the ATP-binding lysine K588"),
            ("NTRK3", 16, "the glycine loop and the ATP-binding lysine K572"),
            (
                "NTRK1",
                15,
                "the glycine loop, the ATP-binding lysine K544, the gatekeeper F589 and the "
                "solvent-front residue G595",
            ),
        ],
    )
    def test_what_a_partial_kinase_loses(
        self, annotator: Annotator, mane, gene: str, exon: int, words: str
    ) -> None:
        """One exon further than the last that keeps the kinase, its start is lost."""
        found = annotator.annotate(at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane[gene], exon)))
        assert found.kinase == Kinase.PARTIAL
        assert found.kinase_text.endswith(f"the transcript loses {words}")
        assert f"{found.kinase_fraction:.0%}" in found.kinase_text

    @pytest.mark.parametrize(("gene", "exon"), [("NTRK1", 13), ("NTRK2", 15), ("NTRK3", 15)])
    def test_a_complete_kinase_loses_none(
        self, annotator: Annotator, mane, gene: str, exon: int
    ) -> None:
        found = annotator.annotate(at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane[gene], exon)))
        assert len(found.key_residues) == 5
        assert lost(found) == []
        assert found.kinase_text == f"the kinase domain of {gene} is complete"

    def test_only_those_of_the_target_gene(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(at(donor(mane["NTRK2"], 4)), at(acceptor(mane["NTRK1"], 12)))
        assert [r.residue for r in found.key_residues] == [
            "516-524",
            "K544",
            "F589",
            "G595",
            "G667",
        ]

    def test_a_kinase_cut_behind_its_last_key_residue(
        self, annotation, genome, knowledge: Knowledge, mane, residues
    ) -> None:
        annotator = Annotator(annotation, genome, knowledge, ["ALK"], residues)
        found = annotator.annotate(at(donor(mane["ALK"], 26)), at(acceptor(mane["EML4"], 7)))
        assert found.kinase == Kinase.PARTIAL
        assert lost(found) == []
        assert found.kinase_text.endswith("no key residue is lost")

    def test_without_residues_nothing_is_named(
        self, annotation, genome, knowledge: Knowledge, mane
    ) -> None:
        bare = Annotator(annotation, genome, knowledge, TARGETS)
        found = bare.annotate(at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane["NTRK1"], 14)))
        assert found.key_residues == ()
        assert "loses" not in found.kinase_text

    def test_residues_lie_in_the_kinase_in_their_order(
        self, residues: tuple[KeyResidue, ...], knowledge: Knowledge
    ) -> None:
        for gene in (*TARGETS, "ALK", "RET"):
            kinase = knowledge.domain(gene, "kinase")
            assert kinase is not None
            own = [r for r in residues if r.gene == gene]
            roles = ["glycine loop", "ATP lysine", "gatekeeper", "solvent front", "xDFG residue"]
            assert [r.name for r in own] == roles[-len(own) :]
            starts = [r.first for r in own]
            assert starts == sorted(starts)
            for residue in own:
                assert kinase.first <= residue.first <= residue.last <= kinase.last
                assert residue.protein_length == kinase.protein_length
                assert residue.transcript_ids == kinase.transcript_ids

    def test_gatekeepers_of_the_family_align(self, residues: tuple[KeyResidue, ...]) -> None:
        """NTRK1, 2 and 3 differ in length before the kinase, not between its landmarks."""
        by_gene = {gene: {r.name: r.first for r in residues if r.gene == gene} for gene in TARGETS}
        for first, second in (("NTRK1", "NTRK2"), ("NTRK1", "NTRK3")):
            shifts = {
                by_gene[second][role] - by_gene[first][role]
                for role in ("glycine loop", "ATP lysine", "gatekeeper", "solvent front")
            }
            assert shifts == {44} if second == "NTRK2" else {28}


class TestDomains:
    def test_case_report(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane["NTRK1"], 12)))
        assert retained(found, "KHDRBS1") == {
            "QUA1": Retention.COMPLETE,
            "KH": Retention.COMPLETE,
        }
        assert retained(found, "NTRK1") == {
            "ligand_binding": Retention.ABSENT,
            "transmembrane": Retention.ABSENT,
            "kinase": Retention.COMPLETE,
        }
        kinase = next(d for d in found.domains if d.domain == "kinase")
        assert (kinase.first, kinase.last, kinase.fraction) == (510, 781, 1.0)
        assert kinase.transcript == mane["NTRK1"].transcript_id
        assert found.domains[0].gene == "KHDRBS1"

    def test_a_partner_that_loses_its_domain(self, annotator: Annotator, mane) -> None:
        for exon, expected in ((2, Retention.PARTIAL), (5, Retention.COMPLETE)):
            found = annotator.annotate(
                at(donor(mane["ETV6"], exon)), at(acceptor(mane["NTRK3"], 15))
            )
            assert retained(found, "ETV6") == {"PNT": expected}

    @pytest.mark.parametrize(
        ("gene", "keeps", "loses"), [("NTRK1", 8, 9), ("NTRK2", 9, 10), ("NTRK3", 10, 11)]
    )
    def test_ligand_binding_domain(
        self, annotator: Annotator, mane, gene: str, keeps: int, loses: int
    ) -> None:
        """The immunoglobulin-like domain that binds the neurotrophin lies in one exon."""
        five = at(donor(mane["KHDRBS1"], 8))
        kept = annotator.annotate(five, at(acceptor(mane[gene], keeps)))
        gone = annotator.annotate(five, at(acceptor(mane[gene], loses)))
        assert retained(kept, gene)["ligand_binding"] == Retention.COMPLETE
        assert retained(gone, gene)["ligand_binding"] == Retention.ABSENT

    def test_transmembrane_flag_is_that_of_the_domain(self, annotator: Annotator, mane) -> None:
        five = at(donor(mane["KHDRBS1"], 8))
        for gene in TARGETS:
            for exon in range(8, len(mane[gene].exons) + 1):
                found = annotator.annotate(five, at(acceptor(mane[gene], exon)))
                state = retained(found, gene)["transmembrane"]
                assert found.transmembrane_retained == (state == Retention.COMPLETE)

    def test_a_partner_on_another_transcript_is_left_out(
        self, tmp_path: Path, knowledge: Knowledge
    ) -> None:
        """An ETV6 that codes for something else has no domain, and no error."""
        kinase = domain_of(2, 5, 20)
        five = put(Design("ACC" * 30, ((2, 40), (50, 80)), (1, 60)), "+", "ETV6", "chrA")
        three = put(Design("ACC" * 30, ((2, 30), (40, 80)), (1, 60)), "-", "NTRK1", "chrB")
        partner_domains = tuple(d for d in knowledge.domains if d.gene == "ETV6")
        own = replace(knowledge, domains=(kinase, *partner_domains), mane={})
        annotator = build_placed(tmp_path, five, three).annotator(own, "NTRK1")
        found = annotator.annotate(five.at(40), three.at(40))
        assert {d.gene for d in found.domains} == {"NTRK1"}
        assert place_domain(partner_domains[0], [five.transcript]) is None

    def test_companions_have_a_transmembrane_domain(
        self, annotation, genome, knowledge: Knowledge, residues, mane
    ) -> None:
        annotator = Annotator(annotation, genome, knowledge, ["ALK", "ROS1", "RET"], residues)
        found = annotator.annotate(at(donor(mane["EML4"], 13)), at(acceptor(mane["ALK"], 20)))
        # The classic junction leaves the last two of the 21 residues in the membrane.
        assert retained(found, "ALK") == {
            "transmembrane": Retention.PARTIAL,
            "kinase": Retention.COMPLETE,
        }
        membrane = next(d for d in found.domains if d.domain == "transmembrane")
        assert membrane.fraction < 0.15
        assert retained(found, "EML4") == {"trimerisation": Retention.COMPLETE}
        assert lost(found) == []
        for gene in ("ROS1", "RET"):
            membrane, kinase = (knowledge.domain(gene, n) for n in ("transmembrane", "kinase"))
            assert membrane is not None
            assert kinase is not None
            assert membrane.last < kinase.first

    def test_all_domains_can_be_placed_on_the_test_reference(
        self, knowledge: Knowledge, mane
    ) -> None:
        placed = [d for d in knowledge.domains if d.gene in mane]
        assert len(placed) > 20
        for domain in placed:
            assert place_domain(domain, [mane[domain.gene]]) is not None, domain
