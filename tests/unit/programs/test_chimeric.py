"""STAR's chimeric alignments: positions, CIGARs, orientation."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.errors import InputError
from ntrkoma.model.junction import Breakpoint
from ntrkoma.programs.chimeric import (
    CT_AC,
    ENCOMPASSING,
    GT_AG,
    ChimericAlignment,
    parse_chimeric_junctions,
    parse_segment,
)

RECORDED = Path(__file__).resolve().parents[2] / "fixtures" / "programs"
HEADER = (
    "chr_donorA\tbrkpt_donorA\tstrand_donorA\tchr_acceptorB\tbrkpt_acceptorB\tstrand_acceptorB\t"
    "junction_type\trepeat_left_lenA\trepeat_right_lenB\tread_name\tstart_alnA\tcigar_alnA\t"
    "start_alnB\tcigar_alnB\tnum_chim_aln\tmax_poss_aln_score\tnon_chim_aln_score\t"
    "this_chim_aln_score\tbestall_chim_aln_score\tPEmerged_bool\treadgrp"
)
# STAR's code of a junction without a known splice motif.
OTHER_MOTIF = 0
NAME = "A00721:101:HNTRKDSX2:1:1101:11912:7944"


def row(
    donor: str = "chr1\t6359\t+",
    acceptor: str = "chr1\t160442\t+",
    kind: int = GT_AG,
    repeats: tuple[int, int] = (0, 0),
    first: tuple[int, str] = (6309, "50M50S"),
    second: tuple[int, str] = (160443, "50S50M"),
    loci: int = 1,
) -> str:
    fields = (
        donor,
        acceptor,
        kind,
        *repeats,
        NAME,
        *first,
        *second,
        loci,
        200,
        116,
        195,
        195,
        0,
        "x",
    )
    return "\t".join(map(str, fields))


def parse(*rows: str, header: str = HEADER) -> list[ChimericAlignment]:
    lines = [f"{line}\n" for line in (header, *rows)]
    return list(parse_chimeric_junctions(lines, "Chimeric.out.junction"))


class TestSegments:
    @pytest.mark.parametrize(
        ("start", "cigar", "blocks", "clips", "mates"),
        [
            (101, "50M50S", ((101, 150),), (0, 50), ((0, 50, 50),)),
            (101, "50S50M", ((101, 150),), (50, 0), ((50, 50, 0),)),
            (101, "5S40M3S", ((101, 140),), (5, 3), ((5, 40, 3),)),
            (101, "5H40M3H", ((101, 140),), (5, 3), ((5, 40, 3),)),
            (101, "20M400N30M", ((101, 120), (521, 550)), (0, 0), ((0, 50, 0),)),
            (101, "20M2D30M", ((101, 120), (123, 152)), (0, 0), ((0, 50, 0),)),
            (101, "20M2I30M", ((101, 150),), (0, 0), ((0, 52, 0),)),
            (101, "20=1X29=", ((101, 150),), (0, 0), ((0, 50, 0),)),
            # a gap between the mates, none, and mates that overlap
            (101, "50M20p30M20S", ((101, 150), (171, 200)), (0, 20), ((0, 50, 0), (0, 30, 20))),
            (101, "50M0p30M", ((101, 180),), (0, 0), ((0, 50, 0), (0, 30, 0))),
            (101, "50M-30p60M", ((101, 180),), (0, 0), ((0, 50, 0), (0, 60, 0))),
            (101, "10S50M-60p40M", ((91, 150),), (10, 0), ((10, 50, 0), (0, 40, 0))),
            # STAR 2.7.11b on test reads
            (
                5493,
                "85M433N15M533p17M83S",
                ((5493, 5577), (6011, 6025), (6559, 6575)),
                (0, 83),
                ((0, 100, 0), (0, 17, 83)),
            ),
        ],
    )
    def test_cigar(self, start, cigar, blocks, clips, mates) -> None:
        segment = parse_segment(start, cigar)
        assert segment.blocks == blocks
        assert (segment.clip_left, segment.clip_right) == clips
        assert segment.mates == mates
        assert (segment.start, segment.end) == (blocks[0][0], blocks[-1][1])
        assert segment.aligned == sum(end - first + 1 for first, end in blocks)


class TestRows:
    @pytest.mark.parametrize("kind", [ENCOMPASSING, OTHER_MOTIF, GT_AG, CT_AC])
    @pytest.mark.parametrize("strand5", ["+", "-"])
    @pytest.mark.parametrize("strand3", ["+", "-"])
    def test_intron_bases_become_the_bases_of_the_exons(
        self, kind: int, strand5: str, strand3: str
    ) -> None:
        """STAR names the first base of the intron on either side."""
        (found,) = parse(row(f"chr12\t11546\t{strand5}", f"chr15\t100620\t{strand3}", kind, (2, 1)))
        assert found.donor == Breakpoint("chr12", 11545 if strand5 == "+" else 11547, strand5)
        assert found.acceptor == Breakpoint("chr15", 100621 if strand3 == "+" else 100619, strand3)
        assert found.junction_type == kind
        assert found.encompassing == (kind == ENCOMPASSING)
        assert (found.shift_left, found.shift_right) == (2, 1)
        assert found.fragment == NAME
        assert not found.flipped

    def test_columns_are_found_by_name(self) -> None:
        order = HEADER.split("\t")[::-1]
        fields = dict(zip(HEADER.split("\t"), row(loci=3).split("\t"), strict=True))
        shuffled = "\t".join(fields[name] for name in order)
        assert parse(shuffled, header="\t".join(order)) == parse(row(loci=3))
        assert parse(row(loci=3))[0].loci == 3

    def test_only_rows_that_are_asked_for(self) -> None:
        lines = [HEADER, row(), row("chr5\t8240\t-", "chr19\t6065\t-")]
        asked: list[tuple[str, int]] = []

        def wanted(chrom: str, pos: int) -> bool:
            asked.append((chrom, pos))
            return chrom == "chr19"

        (found,) = parse_chimeric_junctions(lines, "x", wanted)
        assert found.acceptor.chrom == "chr19"
        assert ("chr1", 6359) in asked


STRANDS = st.sampled_from("+-")


@st.composite
def alignments(draw: st.DrawFn) -> ChimericAlignment:
    def segment():
        parts = [
            f"{draw(st.integers(1, 60))}S" if draw(st.booleans()) else "",
            f"{draw(st.integers(1, 99))}M",
            f"{draw(st.integers(-40, 300))}p{draw(st.integers(41, 99))}M"
            if draw(st.booleans())
            else "",
            f"{draw(st.integers(1, 60))}S" if draw(st.booleans()) else "",
        ]
        return parse_segment(draw(st.integers(1000, 9000)), "".join(parts))

    def side() -> Breakpoint:
        return Breakpoint(
            draw(st.sampled_from(["chr1", "chr15"])), draw(st.integers(1, 9999)), draw(STRANDS)
        )

    return ChimericAlignment(
        donor=side(),
        acceptor=side(),
        junction_type=draw(st.sampled_from([ENCOMPASSING, OTHER_MOTIF, GT_AG, CT_AC])),
        shift_left=draw(st.integers(0, 5)),
        shift_right=draw(st.integers(0, 5)),
        fragment=NAME,
        donor_segment=segment(),
        acceptor_segment=segment(),
        loci=draw(st.integers(1, 9)),
    )


class TestReverse:
    @given(alignments())
    def test_is_an_involution(self, alignment: ChimericAlignment) -> None:
        assert alignment.reverse() != alignment
        assert alignment.reverse().reverse() == alignment

    @given(alignments())
    def test_keeps_what_the_fragment_is(self, alignment: ChimericAlignment) -> None:
        turned = alignment.reverse()
        assert turned.outer_ends() == alignment.outer_ends()[::-1]
        assert turned.anchors() == alignment.anchors()[::-1]
        assert turned.encompassing == alignment.encompassing
        assert turned.flipped != alignment.flipped

    def test_a_minus_strand_read_of_a_plus_strand_junction(self) -> None:
        """The same junction, once with each motif STAR can write."""
        (forward,) = parse(row())
        (backward,) = parse(
            row(
                "chr1\t160442\t-",
                "chr1\t6359\t-",
                CT_AC,
                first=(160443, "50S50M"),
                second=(6309, "50M50S"),
            )
        )
        turned = backward.reverse()
        assert (turned.donor, turned.acceptor) == (forward.donor, forward.acceptor)
        assert turned.junction_type == GT_AG
        assert turned.outer_ends() == forward.outer_ends() == (6309, 160492)


class TestOuterEnds:
    @pytest.mark.parametrize(
        ("donor", "acceptor", "first", "second", "ends"),
        [
            ("chr1\t151\t+", "chr2\t200\t+", (101, "50M50S"), (201, "50S50M"), (101, 250)),
            # clipped at the outer ends: where the fragment would have ended
            ("chr1\t151\t+", "chr2\t200\t+", (101, "7S50M43S"), (201, "57S40M3S"), (94, 243)),
            ("chr1\t100\t-", "chr2\t200\t+", (101, "50S50M2S"), (201, "52S50M"), (152, 250)),
            ("chr1\t151\t+", "chr2\t301\t-", (101, "50M50S"), (251, "4S46M50S"), (101, 247)),
            ("chr1\t100\t-", "chr2\t301\t-", (101, "50S50M"), (251, "50M50S"), (150, 251)),
            # pairs: the far mate holds the end
            (
                "chr1\t151\t+",
                "chr2\t200\t+",
                (21, "60M20p50M50S"),
                (201, "50S50M30p70M5S"),
                (21, 355),
            ),
        ],
    )
    def test_unclipped(self, donor, acceptor, first, second, ends) -> None:
        (found,) = parse(row(donor, acceptor, first=first, second=second))
        assert found.outer_ends() == ends


class TestInsertedLength:
    @pytest.mark.parametrize("inserted", [0, 1, 3, 17])
    @pytest.mark.parametrize(
        ("strand5", "strand3", "paired"),
        [(a, b, paired) for a in "+-" for b in "+-" for paired in (False, True)],
    )
    def test_bases_of_neither_side(
        self, inserted: int, strand5: str, strand3: str, paired: bool
    ) -> None:
        """A read with 40 nt of the 5′, then the insertion, then 60 nt of the 3′ gene."""
        clip5, clip3 = 60 + inserted, 40 + inserted
        first = f"40M{clip5}S" if strand5 == "+" else f"{clip5}S40M"
        second = f"{clip3}S60M" if strand3 == "+" else f"60M{clip3}S"
        if paired:
            first = f"100M30p{first}" if strand5 == "+" else f"{first}30p100M"
        (found,) = parse(
            row(
                f"chr1\t500\t{strand5}",
                f"chr2\t900\t{strand3}",
                OTHER_MOTIF,
                first=(101, first),
                second=(901, second),
            )
        )
        assert found.inserted_length() == inserted
        assert found.reverse().inserted_length() == inserted

    def test_encompassing_pairs_show_none(self) -> None:
        (found,) = parse(row(kind=ENCOMPASSING, first=(6200, "100M"), second=(160500, "100M")))
        assert found.inserted_length() == 0
        assert found.anchors() == (100, 100)

    def test_merged_pair_of_star(self) -> None:
        """PEmerged_bool 1: the mates overlap and are aligned as one read."""
        (found,) = parse(
            row(
                "chr1\t6576\t+",
                "chr1\t155025\t+",
                1,
                first=(6545, "31M152S"),
                second=(155026, "31S148M4S"),
            )
        )
        assert found.inserted_length() == 0
        assert found.anchors() == (31, 148)
        assert found.outer_ends() == (6545, 155177)


class TestFiles:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n\n",
            HEADER + "\n",
            f"{HEADER}\n# 2.7.11b   STAR --runThreadN 2\n# Nreads 30030\tNreadsUnique 29919\n",
        ],
    )
    def test_no_rows_give_nothing(self, text: str) -> None:
        lines = text.splitlines(keepends=True)
        assert list(parse_chimeric_junctions(lines, "Chimeric.out.junction")) == []

    @pytest.mark.parametrize(
        ("lines", "sentence"),
        [
            # STAR's old format has no header
            ([row()], "line 1: the header lacks chr_donorA"),
            ([HEADER.replace("num_chim_aln", "num")], "line 1: the header lacks num_chim_aln"),
            ([HEADER, row(), row()[:60]], "line 3: not a chimeric junction"),
            ([HEADER, row().replace("6359", "63x9")], "line 2: not a chimeric junction"),
            ([HEADER, row(first=(6309, ""))], "line 2: not a chimeric junction"),
            ([HEADER, row(second=(6309, "*"))], "line 2: not a chimeric junction"),
            ([HEADER, row("chr1\t6359\t?")], "line 2: not a chimeric junction"),
        ],
    )
    def test_damage_gets_one_sentence(self, lines: list[str], sentence: str) -> None:
        with pytest.raises(InputError, match=sentence) as caught:
            list(parse_chimeric_junctions(lines, "results/S1/Chimeric.out.junction"))
        assert len(caught.value.problems) == 1
        assert str(caught.value).startswith("results/S1/Chimeric.out.junction, line ")

    @pytest.mark.real
    def test_recorded_files(self) -> None:
        files = sorted(RECORDED.glob("*/Chimeric.out.junction"))
        assert files
        seen = 0
        for path in files:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            expected = [
                line for line in lines if line.strip() and not line.startswith(("#", "chr_donorA"))
            ]
            found = list(parse_chimeric_junctions(lines, str(path)))
            assert len(found) == len(expected)
            for alignment in found:
                seen += 1
                segment, side = alignment.donor_segment, alignment.donor
                # The donor's aligned part ends at the breakpoint, unless the pair only spans it.
                if not alignment.encompassing:
                    assert side.pos == (segment.end if side.strand == "+" else segment.start)
                    segment, side = alignment.acceptor_segment, alignment.acceptor
                    assert side.pos == (segment.start if side.strand == "+" else segment.end)
        assert seen > 100
