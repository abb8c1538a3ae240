"""What a junction means: exons, frame, protein, kinase, names."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import pytest
from helpers import (
    NO_STOP,
    STRANDS,
    Design,
    acceptor,
    at,
    build_placed,
    designs,
    domain_of,
    donor,
    knowledge_of,
    put,
)
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from ntrkoma.annotation.annotate import Annotator, Structure
from ntrkoma.curated.knowledge import Domain, Knowledge
from ntrkoma.errors import InputError
from ntrkoma.genome.carried import carried3, carried5
from ntrkoma.genome.sequence import Genome, translate
from ntrkoma.genome.transcripts import Transcript
from ntrkoma.model.junction import Breakpoint
from ntrkoma.model.states import Frame, Kinase

INSERTED = st.text(NO_STOP, max_size=5)
SIDE = re.compile(
    r"(?P<transcript>[^():]+)\((?P<gene>[^()]+)\):e\.(?P<exon>\d+)(?P<offset>[+-]\d+)?"
)
R_POSITION = r"(?:[*-]?\d+)(?:[+-]\d+)?"
HGVS = re.compile(
    rf"(?P<five>[^:]+):r\.\?_(?P<last>{R_POSITION})::(?:(?P<linker>[acgu]+)::)?"
    rf"(?P<three>[^:]+):r\.(?P<first>{R_POSITION})_\?"
)
COMPLETE = designs(coding=True, phases=(0,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("annotate")


def kinase_of(design: Design, first: int, last: int) -> Domain:
    """A kinase domain on the 3′ gene of the random pairs."""
    assert design.cds is not None
    length = (design.cds[1] - design.cds[0] + 1 - design.phase) // 3
    return domain_of(first, last, length)


def pair(
    folder: Path,
    five: Design,
    three: Design,
    strands: tuple[str, str] = ("+", "+"),
    kinase: tuple[int, int] | None = None,
):
    """Annotator of a random gene pair and the two genes."""
    gene5 = put(five, strands[0], "KHDRBS1", "chrA")
    gene3 = put(three, strands[1], "NTRK1", "chrB")
    world = build_placed(folder, gene5, gene3)
    domain = kinase_of(three, *kinase) if kinase else None
    return world.annotator(knowledge_of(domain), "NTRK1"), gene5, gene3


def described(structure: Structure) -> dict[str, object]:
    """All that does not depend on where the genes lie."""
    fields = asdict(structure)
    del fields["breakpoint5"], fields["breakpoint3"]
    return fields


class TestFrame:
    @given(designs(), designs(), STRANDS, STRANDS, INSERTED, st.data())
    @settings(max_examples=250)
    def test_phases_agree_with_the_translation_of_the_join(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        inserted: str,
        data: st.DataObject,
    ) -> None:
        """The 3′ gene's stop codon is the only one, and is read in its own frame alone."""
        assert five.cds is not None
        assert three.cds is not None
        annotator, gene5, gene3 = pair(folder, five, three, (strand5, strand3))
        cut5 = data.draw(st.integers(five.cds[0] + five.phase + 2, five.cds[1] - 3))
        cut3 = data.draw(st.integers(three.cds[0], three.cds[1] - 2))
        last, first = five.spliced_positions[cut5 - 1], three.spliced_positions[cut3 - 1]
        found = annotator.annotate(gene5.at(last), gene3.at(first), inserted)

        joined = five.up_to(last) + inserted + three.from_position(first)
        protein = translate(joined[five.cds[0] - 1 + five.phase :])
        in_frame = protein.endswith("*")
        event(f"in frame: {in_frame}")
        assert (found.frame == Frame.IN_FRAME) == in_frame
        if in_frame:
            assert found.protein_length == len(protein) - 1
        else:
            assert found.protein_length is None
            assert found.frame in {Frame.OUT_OF_FRAME, Frame.UTR5_START_RETAINED}

    @given(designs(), designs(), STRANDS, STRANDS, st.data())
    def test_breaks_inside_introns(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        data: st.DataObject,
    ) -> None:
        """Unspliced bases at the join count as bases of the join."""
        assert five.cds is not None
        assert three.cds is not None
        begin = five.spliced_positions[five.cds[0] + five.phase + 1]
        end = five.spliced_positions[five.cds[1] - 1 - 3]
        last = data.draw(st.integers(begin, end))
        first = data.draw(
            st.integers(
                three.spliced_positions[three.cds[0] - 1], three.spliced_positions[three.cds[1] - 3]
            )
        )
        annotator, gene5, gene3 = pair(folder, five, three, (strand5, strand3))
        found = annotator.annotate(gene5.at(last), gene3.at(first))
        joined = five.up_to(last) + three.from_position(first)
        protein = translate(joined[five.cds[0] - 1 + five.phase :])
        assert (found.frame == Frame.IN_FRAME) == protein.endswith("*")
        if found.frame == Frame.IN_FRAME:
            assert found.protein_length == len(protein) - 1

    @given(COMPLETE, COMPLETE, STRANDS, STRANDS, st.data())
    def test_joins_of_untranslated_regions(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        data: st.DataObject,
    ) -> None:
        """5′ UTR to 5′ UTR keeps the 3′ gene's start; after a stop codon nothing is read."""
        assert five.cds is not None
        assert three.cds is not None
        assume(five.cds[0] > 1)
        assume(three.cds[0] > 1)
        annotator, gene5, gene3 = pair(folder, five, three, (strand5, strand3))
        utr5 = gene5.at(five.spliced_positions[data.draw(st.integers(1, five.cds[0] - 1)) - 1])
        behind_stop = gene5.at(
            five.spliced_positions[data.draw(st.integers(five.cds[1], len(five.spliced))) - 1]
        )
        leader = gene3.at(three.spliced_positions[data.draw(st.integers(1, three.cds[0] - 1)) - 1])
        body = gene3.at(
            three.spliced_positions[data.draw(st.integers(three.cds[0] + 3, three.cds[1])) - 1]
        )
        # N between the parts pins the breakpoints: it repeats neither side.
        assert annotator.annotate(utr5, leader, "N").frame == Frame.UTR5_START_RETAINED
        assert annotator.annotate(utr5, body, "N").frame == Frame.NO_CDS
        assert annotator.annotate(behind_stop, body, "N").frame == Frame.NO_CDS

    @given(COMPLETE, designs(coding=False), STRANDS, STRANDS, st.data())
    def test_a_non_coding_3_prime_partner(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        data: st.DataObject,
    ) -> None:
        gene5 = put(five, strand5, "NTRK1", "chrA")
        gene3 = put(three, strand3, "MALAT1", "chrB")
        world = build_placed(folder, gene5, gene3)
        annotator = world.annotator(knowledge_of(), "NTRK1")
        first = data.draw(st.sampled_from(three.spliced_positions))
        found = annotator.annotate(gene5.at(five.spliced_positions[0]), gene3.at(first), "N")
        assert found.frame == Frame.NO_CDS
        assert found.protein_length is None
        assert found.side3.region == "noncoding_exon"
        assert found.side3.biotype == "lncRNA"

    @pytest.mark.parametrize(
        ("inserted", "frame", "length"),
        [
            ("", Frame.IN_FRAME, 756),
            ("A", Frame.OUT_OF_FRAME, None),
            ("AC", Frame.OUT_OF_FRAME, None),
            ("ACG", Frame.IN_FRAME, 757),
            ("ACGACG", Frame.IN_FRAME, 758),
            # a stop codon in every frame
            ("CTAGCTAGCTAG", Frame.OUT_OF_FRAME, None),
            ("TGACTGACTGAC", Frame.OUT_OF_FRAME, None),
        ],
    )
    def test_inserted_bases_in_the_case_report_fusion(
        self, annotator: Annotator, mane, inserted: str, frame: Frame, length: int | None
    ) -> None:
        found = annotator.annotate(
            at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane["NTRK1"], 12)), inserted
        )
        assert (found.frame, found.protein_length) == (frame, length)
        if len(inserted) == 12:
            assert "stop" in found.frame_note


class TestKinase:
    @given(COMPLETE, COMPLETE, STRANDS, STRANDS, st.data())
    def test_share_is_monotone_and_complete_only_before_the_domain(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        data: st.DataObject,
    ) -> None:
        assert three.cds is not None
        codons = (three.cds[1] - three.cds[0] + 1) // 3
        first = data.draw(st.integers(1, codons - 1))
        last = data.draw(st.integers(first, codons - 1))
        annotator, gene5, gene3 = pair(folder, five, three, (strand5, strand3), (first, last))
        begin = three.cds[0] + 3 * (first - 1)
        end = three.cds[0] + 3 * last - 1
        five_end = gene5.at(five.exons[0][1])
        fractions = []
        for cut in range(1, len(three.spliced) + 1):
            found = annotator.annotate(five_end, gene3.at(three.spliced_positions[cut - 1]), "N")
            fractions.append(found.kinase_fraction)
            expected = max(0, end - max(begin, cut) + 1) / (end - begin + 1)
            assert found.kinase_fraction == pytest.approx(expected, abs=1e-4)
            if cut <= begin:
                assert found.kinase == Kinase.COMPLETE
            elif cut > end:
                assert found.kinase == Kinase.ABSENT
            else:
                assert found.kinase == Kinase.PARTIAL
        assert fractions == sorted(fractions, reverse=True)

    @pytest.mark.parametrize(
        ("gene", "last_complete"), [("NTRK1", 13), ("NTRK2", 15), ("NTRK3", 15)]
    )
    def test_last_exon_that_keeps_the_kinase(
        self, annotator: Annotator, mane, gene: str, last_complete: int
    ) -> None:
        partner = at(donor(mane["KHDRBS1"], 8))
        transcript = mane[gene]
        for exon in range(2, len(transcript.exons) + 1):
            found = annotator.annotate(partner, at(acceptor(transcript, exon)))
            assert found.target_gene == gene
            assert found.side3.exon == exon
            if exon <= last_complete:
                assert (found.kinase, found.kinase_fraction) == (Kinase.COMPLETE, 1.0)
            else:
                assert found.kinase == Kinase.PARTIAL
                assert 0 < found.kinase_fraction < 1

    @pytest.mark.parametrize(("gene", "lost_from"), [("NTRK1", 12), ("NTRK2", 13), ("NTRK3", 14)])
    def test_transmembrane_domain(
        self, annotator: Annotator, mane, gene: str, lost_from: int
    ) -> None:
        partner = at(donor(mane["KHDRBS1"], 8))
        for exon in range(2, len(mane[gene].exons) + 1):
            found = annotator.annotate(partner, at(acceptor(mane[gene], exon)))
            # Where the domain begins in the exon before, that exon's tail is lost with it.
            tail = {"NTRK2": 12, "NTRK3": 13}.get(gene)
            assert found.transmembrane_retained == (exon < lost_from and exon != tail)


class TestStrand:
    @given(designs(coding=None), designs(), STRANDS, STRANDS, INSERTED, st.data())
    def test_nothing_depends_on_the_strand(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        inserted: str,
        data: st.DataObject,
    ) -> None:
        assert three.cds is not None
        codons = (three.cds[1] - three.cds[0] + 1 - three.phase) // 3
        kinase = (1, data.draw(st.integers(1, codons)))
        last = data.draw(st.integers(five.exons[0][0], five.exons[-1][1]))
        first = data.draw(st.integers(three.exons[0][0], three.exons[-1][1]))
        found = []
        for strands in (("+", "+"), (strand5, strand3), ("-", "-")):
            annotator, gene5, gene3 = pair(folder, five, three, strands, kinase)
            structure = annotator.annotate(gene5.at(last), gene3.at(first), inserted)
            found.append(described(structure))
        assert found[0] == found[1] == found[2]


class TestNames:
    @given(designs(coding=None), designs(), STRANDS, STRANDS, INSERTED, st.data())
    @settings(max_examples=150)
    def test_vicc_and_hgvs_round_trip(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        inserted: str,
        data: st.DataObject,
    ) -> None:
        annotator, gene5, gene3 = pair(folder, five, three, (strand5, strand3))
        last = data.draw(st.integers(five.exons[0][0], five.exons[-1][1]))
        first = data.draw(st.integers(three.exons[0][0], three.exons[-1][1]))
        found = annotator.annotate(gene5.at(last), gene3.at(first), inserted)

        parts = found.vicc.split("::")
        assert parts[1:-1] == ([inserted] if inserted else [])
        for text, side, place, transcript, is_five in (
            (parts[0], found.side5, found.breakpoint5, gene5.transcript, True),
            (parts[-1], found.side3, found.breakpoint3, gene3.transcript, False),
        ):
            match = SIDE.fullmatch(text)
            assert match is not None, text
            assert (match["transcript"], match["gene"]) == (side.transcript, side.gene)
            exon, offset = int(match["exon"]), int(match["offset"] or 0)
            assert (exon, offset) == (side.exon, side.offset)
            border = transcript.exon_end(exon) if is_five else transcript.exon_start(exon)
            downstream = 1 if transcript.strand == "+" else -1
            assert border + downstream * offset == place.pos

        match = HGVS.fullmatch(found.hgvs)
        assert match is not None, found.hgvs
        assert (match["five"], match["three"]) == (found.side5.transcript, found.side3.transcript)
        assert (match["linker"] or "") == inserted.lower()
        for text, transcript, place in (
            (match["last"], gene5.transcript, found.breakpoint5),
            (match["first"], gene3.transcript, found.breakpoint3),
        ):
            assert genomic(text, transcript) == place.pos

    def test_linker_is_rna(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(
            at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane["NTRK1"], 12)), "AGGCTT"
        )
        assert found.hgvs == "NM_006559.3:r.?_1234::aggcuu::NM_002529.4:r.1355_?"
        assert found.vicc == ("NM_006559.3(KHDRBS1):e.8::AGGCTT::NM_002529.4(NTRK1):e.12")

    def test_intergenic_partner(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(Breakpoint("chr2", 21_000, "+"), at(acceptor(mane["NTRK1"], 12)))
        assert found.name == "?::NTRK1"
        assert found.vicc == "?::NM_002529.4(NTRK1):e.12"
        assert found.hgvs == ""
        assert found.frame == Frame.NO_CDS
        assert (found.side5.region, found.side5.sense) == ("intergenic", False)
        assert found.kinase == Kinase.COMPLETE

    def test_antisense_partner_is_named_without_exon(self, annotator: Annotator, mane) -> None:
        five = at(acceptor(mane["KHDRBS1"], 4)).opposite()
        found = annotator.annotate(five, at(acceptor(mane["NTRK1"], 12)))
        assert found.side5.gene == "KHDRBS1"
        assert found.side5.region == "antisense"
        assert not found.side5.sense
        assert found.side5.exon is None
        assert found.vicc.startswith("KHDRBS1::")


def genomic(text: str, transcript: Transcript) -> int:
    """Genomic position of an r. position: what a reader of the description would find."""
    match = re.fullmatch(r"([*-]?)(\d+)([+-]\d+)?", text)
    assert match is not None, text
    number = int(match[2])
    if transcript.cds_span is None:
        spliced = number
    else:
        first, last = transcript.cds_span
        spliced = {"": first + number - 1, "-": first - number, "*": last + number}[match[1]]
    downstream = 1 if transcript.strand == "+" else -1
    return transcript.to_genome(spliced) + downstream * int(match[3] or 0)


class TestEquivalentPlacements:
    @given(COMPLETE, COMPLETE, STRANDS, STRANDS, st.integers(1, 6), st.data())
    def test_repeats_at_a_splice_junction(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        repeat: int,
        data: st.DataObject,
    ) -> None:
        """However an aligner shares out repeated bases, exon borders are found again."""
        assume(len(five.exons) > 1)
        assume(len(three.exons) > 1)
        last = five.exons[data.draw(st.integers(0, len(five.exons) - 2))][1]
        first, end = three.exons[data.draw(st.integers(1, len(three.exons) - 1))]
        # The bases behind the donor exon become those of the acceptor exon.
        bases = list(five.primary)
        begins = [exon[0] for exon in five.exons if exon[0] > last]
        # Beyond the exon other bases follow in the transcript than in the genome.
        repeat = min(repeat, begins[0] - last - 1, end - first)
        assume(repeat > 0)
        bases[last : last + repeat] = three.primary[first - 1 : first - 1 + repeat]
        five = Design("".join(bases), five.exons, five.cds, five.phase)
        annotator, gene5, gene3 = pair(folder, five, three, (strand5, strand3))
        expected = annotator.annotate(gene5.at(last), gene3.at(first))
        assert (expected.breakpoint5, expected.breakpoint3) == (gene5.at(last), gene3.at(first))
        assert (expected.side5.offset, expected.side3.offset) == (0, 0)
        for shift in range(1, repeat + 1):
            moved = annotator.annotate(gene5.at(last + shift), gene3.at(first + shift))
            assert moved == expected

    @given(COMPLETE, COMPLETE, STRANDS, STRANDS, st.data())
    @settings(max_examples=200)
    def test_every_placement_spells_the_same_transcript(
        self,
        folder: Path,
        five: Design,
        three: Design,
        strand5: str,
        strand3: str,
        data: st.DataObject,
    ) -> None:
        """No base comes or goes because a side would be moved into an intron or out of one."""
        last = data.draw(st.sampled_from(five.spliced_positions))
        first = data.draw(st.sampled_from(three.spliced_positions))
        annotator, gene5, gene3 = pair(folder, five, three, (strand5, strand3))
        placed5, placed3 = annotator.place(gene5.at(last), gene3.at(first))
        event(f"moved: {placed5 != gene5.at(last)}")
        found = five.up_to(gene5.from_genome(placed5.pos)) + three.from_position(
            gene3.from_genome(placed3.pos)
        )
        assert found == five.up_to(last) + three.from_position(first)

    def test_placements_without_exon_borders_mean_the_same_protein(
        self, annotator: Annotator, mane, genome: Genome
    ) -> None:
        """Inside exons there is no better placement; frame and protein are those of the bases."""
        five, three = mane["NACC2"], mane["NTRK2"]
        tried = 0
        for offset in range(40, 160):
            last = at(f"{five.chrom}:{five.exon_start(2) - offset}:-")
            first = at(f"{three.chrom}:{three.exon_start(14) + 20}:+")
            moved = (
                Breakpoint(last.chrom, last.upstream(-1), "-"),
                Breakpoint(first.chrom, first.upstream(-1), "+"),
            )
            gained = genome.transcribed(moved[0].chrom, moved[0].pos, moved[0].pos, "-")
            lost = genome.transcribed(first.chrom, first.pos, first.pos, "+")
            if gained != lost:
                continue
            tried += 1
            one, other = annotator.annotate(last, first), annotator.annotate(*moved)
            assert (one.frame, one.protein_length) == (other.frame, other.protein_length)
            assert one.kinase == other.kinase
        assert tried > 10

    def test_no_side_leaves_its_gene_for_a_border_of_the_other(self, folder: Path) -> None:
        """A stretch of one base reaches an exon's end in one gene and the edge of the other."""
        five = Design("G" + "A" * 40, ((3, 14), (30, 36)), (1, 12))
        three = Design("C" + "A" * 20, ((4, 13),), (1, 9))
        annotator, gene5, gene3 = pair(folder, five, three)
        found = annotator.annotate(gene5.at(4), gene3.at(4))
        assert found.side5.gene == "KHDRBS1"
        assert found.side3.gene == "NTRK1"


class TestGolden:
    """The fusion of the case report and its near misses."""

    def annotate(self, annotator: Annotator, mane, exon5: int, exon3: int) -> Structure:
        return annotator.annotate(
            at(donor(mane["KHDRBS1"], exon5)), at(acceptor(mane["NTRK1"], exon3))
        )

    def test_khdrbs1_e8_ntrk1_e12(self, annotator: Annotator, mane) -> None:
        found = self.annotate(annotator, mane, 8, 12)
        assert found.name == "KHDRBS1::NTRK1"
        assert found.vicc == "NM_006559.3(KHDRBS1):e.8::NM_002529.4(NTRK1):e.12"
        assert found.hgvs == "NM_006559.3:r.?_1234::NM_002529.4:r.1355_?"
        assert (found.frame, found.protein_length) == (Frame.IN_FRAME, 756)
        assert (found.kinase, found.kinase_fraction) == (Kinase.COMPLETE, 1.0)
        assert found.transmembrane_retained is False
        assert found.target_gene == "NTRK1"
        assert (found.side5.cds_position, found.side3.cds_position) == (1234, 1355)
        assert (found.side5.region, found.side3.region) == ("CDS", "CDS")
        assert found.side5.choice == found.side3.choice == "MANE Select by tag"

    def test_protein_is_411_residues_a_hybrid_codon_and_344_residues(
        self, mane, genome: Genome
    ) -> None:
        five, three = mane["KHDRBS1"], mane["NTRK1"]
        part5 = carried5(five, at(donor(five, 8))).sequence(genome)
        part3 = carried3(three, at(acceptor(three, 12))).sequence(genome)
        protein = translate(part5[five.cds_span[0] - 1 :] + part3).rstrip("*")
        own5 = translate(part5[five.cds_span[0] - 1 :])
        own3 = translate(part3[2:]).rstrip("*")
        assert (len(own5), len(own3), len(protein)) == (411, 344, 756)
        assert protein.startswith(own5)
        assert protein.endswith(own3)

    def test_ntrk1_e14_acceptor_loses_the_kinase_start(self, annotator: Annotator, mane) -> None:
        found = self.annotate(annotator, mane, 8, 14)
        assert found.kinase == Kinase.PARTIAL
        assert 0 < found.kinase_fraction < 1
        assert found.frame == Frame.OUT_OF_FRAME  # phase 1 to phase 0
        in_frame = self.annotate(annotator, mane, 6, 14)
        assert (in_frame.frame, in_frame.kinase) == (Frame.IN_FRAME, Kinase.PARTIAL)

    def test_ntrk1_e11_acceptor_is_out_of_frame(self, annotator: Annotator, mane) -> None:
        found = self.annotate(annotator, mane, 8, 11)
        assert found.frame == Frame.OUT_OF_FRAME
        assert found.protein_length is None
        assert found.kinase == Kinase.COMPLETE
        assert found.transmembrane_retained is True

    def test_swapped_order_has_ntrk1_on_the_5_prime_side(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(at(donor(mane["NTRK1"], 11)), at(acceptor(mane["KHDRBS1"], 9)))
        assert found.name == "NTRK1::KHDRBS1"
        assert found.target_gene == "NTRK1"
        assert found.side5.gene == "NTRK1"
        assert (found.kinase, found.kinase_fraction) == (Kinase.ABSENT, 0.0)

    def test_truncated_trkc_acceptor_has_no_kinase(
        self, annotator: Annotator, mane, models
    ) -> None:
        truncated = next(t for t in models if t.transcript_id.startswith("ENST00000317501"))
        exon = len(truncated.exons) - 1
        found = annotator.annotate(at(donor(mane["ETV6"], 4)), at(acceptor(truncated, exon)))
        assert found.side3.transcript == "ENST00000317501.9"
        assert found.side3.exon == exon
        assert "isoform" in found.side3.choice
        assert (found.kinase, found.kinase_fraction) == (Kinase.ABSENT, 0.0)
        assert found.frame == Frame.IN_FRAME

    @pytest.mark.parametrize("exon3", [9, 10, 12, 13])
    def test_frame_rule_of_ntrk1(self, annotator: Annotator, mane, exon3: int) -> None:
        assert self.annotate(annotator, mane, 8, exon3).frame == Frame.IN_FRAME

    def test_frame_rule_of_every_pair_of_exons(self, annotator: Annotator, mane) -> None:
        """In frame where the 5′ exon's end phase is the 3′ exon's start phase, and only there."""
        five = mane["KHDRBS1"]
        for gene in ("NTRK1", "NTRK2", "NTRK3"):
            three = mane[gene]
            for exon5 in range(1, 9):
                for exon3 in range(9, 17):
                    end = five.coding_position(five.exon_end(exon5)) % 3
                    start = (three.coding_position(three.exon_start(exon3)) - 1) % 3
                    found = annotator.annotate(at(donor(five, exon5)), at(acceptor(three, exon3)))
                    if end == start:
                        assert found.frame == Frame.IN_FRAME or "stop" in found.frame_note
                    else:
                        assert found.frame == Frame.OUT_OF_FRAME


def test_every_event_of_the_test_data(
    annotator: Annotator, truth: list[dict[str, str]], annotation, genome, knowledge
) -> None:
    """Frame, kinase and protein as the generator's own translation has them."""
    companions = Annotator(annotation, genome, knowledge, ["ALK", "ROS1", "RET"])
    events = [row for row in truth if row.get("breakpoint5")]
    assert len(events) >= 15
    for row in events:
        if row["kind"] == "exon_skipping":
            continue  # the protein of the truth skips more than this one junction shows
        tool = companions if row["gene3"] == "ALK" else annotator
        found = tool.annotate(at(row["breakpoint5"]), at(row["breakpoint3"]), row["inserted"])
        where = row["sample"]
        assert found.name == f"{row['gene5']}::{row['gene3']}", where
        assert found.frame.value == row["frame"], where
        assert found.kinase.value == row["kinase"], where
        assert str(found.protein_length or "") == row["protein_aa"], where
        for exon, side in ((row["exon5"], found.side5), (row["exon3"], found.side3)):
            if exon:
                assert side.exon == int(exon), where


class TestTranscriptChoice:
    def test_a_border_of_the_reference_transcript_wins(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(at(donor(mane["KHDRBS1"], 8)), at(acceptor(mane["NTRK1"], 9)))
        assert found.side3.transcript == mane["NTRK1"].transcript_id

    def test_an_intronic_break_is_numbered_from_the_nearest_kept_exon(
        self, annotator: Annotator, mane
    ) -> None:
        five, three = mane["KHDRBS1"], mane["NTRK1"]
        found = annotator.annotate(
            Breakpoint(five.chrom, five.exon_end(8) + 25, "+"),
            Breakpoint(three.chrom, three.exon_start(12) - 40, "+"),
            "N",
        )
        assert (found.side5.exon, found.side5.offset) == (8, 25)
        assert (found.side3.exon, found.side3.offset) == (12, -40)
        assert (found.side5.region, found.side3.region) == ("intron", "intron")
        assert found.vicc == "NM_006559.3(KHDRBS1):e.8+25::N::NM_002529.4(NTRK1):e.12-40"

    def test_both_sides_targets_the_3_prime_one_counts(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(at(donor(mane["NTRK2"], 4)), at(acceptor(mane["NTRK1"], 12)))
        assert found.target_gene == "NTRK1"

    def test_no_target_at_all(self, annotator: Annotator, mane) -> None:
        found = annotator.annotate(at(donor(mane["EML4"], 13)), at(acceptor(mane["ALK"], 20)))
        assert found.target_gene == ""
        assert (found.kinase, found.kinase_fraction) == (Kinase.ABSENT, 0.0)


def test_a_kinase_that_cannot_be_placed_is_an_error(folder: Path, knowledge: Knowledge) -> None:
    """An NTRK1 that codes for something else must not be measured by residue numbers."""
    design = Design("ACC" * 30, ((2, 80),), (1, 60))
    world = build_placed(folder, put(design, "+", "NTRK1", "chr1", "ENST00000000001.1"))
    with pytest.raises(InputError, match="kinase domain cannot be placed"):
        world.annotator(knowledge, "NTRK1")


def test_a_twin_transcript_of_the_same_length_places_the_kinase(mane, knowledge: Knowledge) -> None:
    kinase = knowledge.domain("NTRK1", "kinase")
    assert kinase is not None
    twin = replace(mane["NTRK1"], transcript_id="XM_011509123.1")
    assert kinase.positions([twin]) == kinase.positions([mane["NTRK1"]])


def test_exons_of_a_gene_follow_each_other(mane) -> None:
    """The models that all of this rests on: exon numbers rise in the direction of transcription."""
    for transcript in mane.values():
        starts = [transcript.exon_start(n) for n in range(1, len(transcript.exons) + 1)]
        ordered = starts if transcript.strand == "+" else starts[::-1]
        assert all(a < b for a, b in pairwise(ordered))
