"""Junctions as VCF 4.4: two mated breakend (BND) records each.

Source of the bracket notation: VCF 4.4, "Specifying complex rearrangements with breakends". The
records describe adjacencies of RNA, flagged ``RNA_JUNCTION``; they are no breakpoints of DNA.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pysam

from ntrkoma.genome.sequence import Genome, reverse_complement
from ntrkoma.model.junction import Breakpoint

_HEADER = (
    '##FILTER=<ID=REVIEW,Description="Chimeric transcript that needs review; see REASONS">',
    '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of structural variant">',
    '##INFO=<ID=MATEID,Number=1,Type=String,Description="ID of the mate breakend">',
    '##INFO=<ID=EVENT,Number=1,Type=String,Description="ID shared by both breakends">',
    '##INFO=<ID=SVCLAIM,Number=A,Type=String,Description="Claim: J, adjacency">',
    '##INFO=<ID=IMPRECISE,Number=0,Type=Flag,Description="No read crosses the junction">',
    '##INFO=<ID=RNA_JUNCTION,Number=0,Type=Flag,Description="Junction of RNA, not of DNA">',
    '##INFO=<ID=FUSION,Number=1,Type=String,Description="5 prime :: 3 prime gene (HGNC)">',
    '##INFO=<ID=PARTNER,Number=1,Type=String,Description="5 or 3: side of the fusion">',
    '##INFO=<ID=GENE,Number=1,Type=String,Description="Gene of this breakend">',
    '##INFO=<ID=TRANSCRIPT,Number=1,Type=String,Description="Transcript of EXON">',
    '##INFO=<ID=EXON,Number=1,Type=Integer,Description="Exon number on TRANSCRIPT">',
    '##INFO=<ID=VICC,Number=1,Type=String,Description="VICC Gene Fusion Specification">',
    '##INFO=<ID=FRAME,Number=1,Type=String,Description="Reading frame across the junction">',
    '##INFO=<ID=KINASE,Number=1,Type=String,Description="Kinase domain of the target gene">',
    '##INFO=<ID=REASONS,Number=.,Type=String,Description="Codes of the grading">',
    '##FORMAT=<ID=JR,Number=1,Type=Integer,Description="Junction reads, duplicates removed">',
    '##FORMAT=<ID=SF,Number=1,Type=Integer,Description="Spanning fragments, duplicates removed">',
)


def breakend_alts(
    donor: Breakpoint, acceptor: Breakpoint, inserted: str, ref5: str, ref3: str
) -> tuple[str, str]:
    """ALT of the 5′ and of the 3′ breakend.

    :param donor: last base of the 5′ part; ``ref5`` is its base on the forward strand.
    :param acceptor: first base of the 3′ part; ``ref3`` is its base on the forward strand.
    :param inserted: bases between them in transcript orientation.
    """
    # A 5′ part read forward lies left of its breakend, a 3′ part read forward lies right of it.
    left5, left3 = donor.strand == "+", acceptor.strand == "-"
    return (
        _alt(ref5, left5, acceptor, left3, inserted if left5 else reverse_complement(inserted)),
        _alt(ref3, left3, donor, left5, reverse_complement(inserted) if left3 else inserted),
    )


def _alt(ref: str, keeps_left: bool, mate: Breakpoint, mate_left: bool, inserted: str) -> str:
    """One breakend: own bases on one side of the bracket, the mate's place inside it."""
    bracket = "]" if mate_left else "["
    place = f"{bracket}{mate.chrom}:{mate.pos}{bracket}"
    return f"{ref}{inserted}{place}" if keeps_left else f"{place}{inserted}{ref}"


def vcf_lines(document: Mapping[str, Any], genome: Genome) -> list[str]:
    """The lines of a sample's VCF: all junctions above the line, sorted by position.

    :param document: the sample's JSON document.
    """
    contigs = [f"##contig=<ID={name},length={nt}>" for name, nt in genome.contigs.items()]
    sample = document["sample"]
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", sample]
    order = {name: index for index, name in enumerate(genome.contigs)}
    records = [
        record
        for number, fusion in enumerate(document["fusions"], 1)
        for record in _records(fusion, f"F{number}", genome)
    ]
    records.sort(key=lambda fields: (order[fields[0]], int(fields[1]), fields[2]))
    return [
        "##fileformat=VCFv4.4",
        f"##source=ntrkoma {document['workflow_version']}",
        f"##ntrkoma_verdict={document['verdict']}",
        *_HEADER,
        *contigs,
        "\t".join(columns),
        *("\t".join(fields) for fields in records),
    ]


def _records(fusion: Mapping[str, Any], event: str, genome: Genome) -> Iterable[list[str]]:
    donor, acceptor = (Breakpoint(**fusion[name]) for name in ("breakpoint5", "breakpoint3"))
    refs = [genome.transcribed(s.chrom, s.pos, s.pos, "+") for s in (donor, acceptor)]
    alts = breakend_alts(donor, acceptor, fusion["inserted"], refs[0], refs[1])
    for side, place, ref, alt in zip("53", (donor, acceptor), refs, alts, strict=True):
        info: dict[str, object] = {
            "SVTYPE": "BND",
            "MATEID": f"{event}_{'3' if side == '5' else '5'}",
            "EVENT": event,
            "SVCLAIM": "J",
            "FUSION": fusion["name"],
            "PARTNER": side,
            "GENE": fusion[f"gene{side}"],
            "TRANSCRIPT": fusion[f"transcript{side}"],
            "EXON": fusion[f"exon{side}"],
            "VICC": fusion["vicc"],
            "FRAME": fusion["frame"],
            "KINASE": fusion["kinase"],
            "REASONS": ",".join(reason["code"] for reason in fusion["reasons"]),
        }
        flags = ["RNA_JUNCTION"] + ([] if fusion["breakpoint_exact"] else ["IMPRECISE"])
        fields = [f"{name}={_escape(value)}" for name, value in info.items() if value is not None]
        yield [
            place.chrom,
            str(place.pos),
            f"{event}_{side}",
            ref,
            alt,
            ".",
            "PASS" if fusion["status"] == "reportable" else "REVIEW",
            ";".join(fields + flags),
            "JR:SF",
            f"{fusion['junction_reads']}:{fusion['spanning_fragments']}",
        ]


def _escape(value: object) -> str:
    """Characters that VCF keeps for itself, percent-encoded."""
    text = str(value)
    for character in "%;= \t":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def write_vcf(document: Mapping[str, Any], genome: Genome, path: Path) -> None:
    """Write ``path`` (bgzip) and its tabix index ``path.tbi``; a header alone without fusions."""
    with pysam.BGZFile(str(path), "wb", None) as out:
        out.write(("\n".join(vcf_lines(document, genome)) + "\n").encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)
