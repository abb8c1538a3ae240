"""Sample documents as the workflow publishes them, made up for tests: complete, of every verdict.

The junctions KHDRBS1::NTRK1 and ETV6::NTRK3, the domains and the resistance codons are real ones
(GRCh38, MANE Select). Everything else, counts and depths above all, is invented.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping
from typing import Any

Document = dict[str, Any]

# Per side: gene, chrom, pos, strand, transcript, RefSeq twin, exon, coding position.
_JUNCTIONS: dict[str, dict[str, Any]] = {
    "KHDRBS1::NTRK1": {
        "five": ("KHDRBS1", "chr1", 32039573, "+", "ENST00000327300.12", "NM_006559.3", 8, 1234),
        "three": ("NTRK1", "chr1", 156875520, "+", "ENST00000524377.7", "NM_002529.4", 12, 1355),
        "protein_length": 756,
    },
    "ETV6::NTRK3": {
        "five": ("ETV6", "chr12", 11869969, "+", "ENST00000396373.9", None, 5, 1009),
        "three": ("NTRK3", "chr15", 87940753, "-", "ENST00000629765.3", "NM_001012338.3", 15, 1586),
        "protein_length": 647,
    },
    "TPM3::NTRK1": {
        "five": ("TPM3", "chr1", 154170400, "-", "ENST00000651641.1", "NM_152263.4", 8, 775),
        "three": ("NTRK1", "chr1", 156874571, "+", "ENST00000524377.7", "NM_002529.4", 10, 1196),
        "protein_length": 656,
    },
    "QKI::NTRK2": {
        "five": ("QKI", "chr6", 163535050, "+", "ENST00000361752.8", None, 6, 846),
        "three": ("NTRK2", "chr9", 84867243, "+", "ENST00000277120.8", "NM_006180.6", 14, 1445),
        "protein_length": 639,
    },
    "EML4::ALK": {
        "five": ("EML4", "chr2", 42295516, "+", "ENST00000318522.10", "NM_019063.5", 13, 1489),
        "three": ("ALK", "chr2", 29223528, "-", "ENST00000389048.8", "NM_004304.5", 20, 3173),
        "protein_length": 1059,
    },
}
_KINASE = {"NTRK1": (510, 781), "NTRK2": (554, 823), "NTRK3": (538, 839), "ALK": (1116, 1392)}
_TRANSMEMBRANE = {"NTRK1": (424, 439), "NTRK2": (431, 454), "NTRK3": (430, 453)}
_KEY_RESIDUES = {
    "NTRK1": (("K544", "ATP lysine"), ("F589", "gatekeeper"), ("G595", "solvent front")),
    "NTRK2": (("K588", "ATP lysine"), ("F633", "gatekeeper"), ("G639", "solvent front")),
    "NTRK3": (("K572", "ATP lysine"), ("F617", "gatekeeper"), ("G623", "solvent front")),
}
_TRANSCRIPTS = {
    "NTRK1": "ENST00000524377.7",
    "NTRK2": "ENST00000277120.8",
    "NTRK3": "ENST00000629765.3",
}
# gene, codon, site, reference, chrom, positions in codon order, strand.
_CODONS = (
    ("NTRK1", 589, "gatekeeper", "F", "chr1", 156876532, "+"),
    ("NTRK1", 595, "solvent front", "G", "chr1", 156876550, "+"),
    ("NTRK1", 667, "xDFG", "G", "chr1", 156879315, "+"),
    ("NTRK2", 633, "gatekeeper", "F", "chr9", 84948594, "+"),
    ("NTRK2", 639, "solvent front", "G", "chr9", 84948612, "+"),
    ("NTRK2", 709, "xDFG", "G", "chr9", 84955470, "+"),
    ("NTRK3", 617, "gatekeeper", "F", "chr15", 87933052, "-"),
    ("NTRK3", 623, "solvent front", "G", "chr15", 87933034, "-"),
    ("NTRK3", 696, "xDFG", "G", "chr15", 87929238, "-"),
)
_IMBALANCE_EXONS = {
    "NTRK1": (tuple(range(2, 9)), tuple(range(13, 18))),
    "NTRK2": (tuple(range(2, 10)), tuple(range(15, 20))),
    "NTRK3": (tuple(range(3, 11)), tuple(range(15, 21))),
}
_SEQUENCED = 42_000_000

THRESHOLDS = {
    "min_usable_fragments": 5_000_000,
    "good_usable_fragments": 20_000_000,
    "report_min_fragments": 5,
    "report_min_junction_reads": 3,
}
_REASONS = {
    "detected": (
        "fusion_reportable",
        "the reading frame continues, the kinase domain is complete and the support is above the "
        "reporting threshold",
    ),
    "indeterminate": ("low_support", "support is below the reporting threshold"),
    "not_detected": ("no_fusion", "no chimeric NTRK transcript was seen and the gate was passed"),
    "not_evaluable": ("gate_failed", "the gate was not passed: an absence cannot be believed"),
}


def _side(place: tuple[Any, ...], status: str) -> dict[str, Any]:
    return {
        "gene_id": f"ENSG_{place[0]}.1",
        "biotype": "protein_coding",
        "refseq": place[5],
        "offset": 0,
        "cds_position": place[7],
        "region": "CDS",
        "sense": True,
        "transcript_choice": status,
    }


def _breakpoint(place: tuple[Any, ...]) -> dict[str, Any]:
    return {"chrom": place[1], "pos": place[2], "strand": place[3]}


def _domains(gene: str, transcript: str, kinase: str) -> list[dict[str, Any]]:
    first, last = _KINASE[gene]
    fraction = {"complete": 1.0, "partial": 0.61, "absent": 0.0}[kinase]
    found = [
        {
            "gene": gene,
            "domain": "kinase",
            "first": first,
            "last": last,
            "transcript": transcript,
            "retained": kinase,
            "fraction": fraction,
        }
    ]
    if gene in _TRANSMEMBRANE:
        first, last = _TRANSMEMBRANE[gene]
        found.insert(
            0,
            {**found[0], "domain": "transmembrane", "first": first, "last": last}
            | {"retained": "absent", "fraction": 0.0},
        )
    return found


def fusion(
    name: str = "KHDRBS1::NTRK1",
    *,
    junction_reads: int = 35,
    spanning_fragments: int = 15,
    status: str = "reportable",
    frame: str = "in_frame",
    kinase: str = "complete",
    **parts: Any,
) -> Document:
    """A fusion as in ``fusions`` of a document.

    :param name: one of the real junctions above; another pair takes the place of KHDRBS1::NTRK1,
        of which it then differs in genes and names alone.
    :param parts: fields to replace, ``breakpoint5`` for instance.
    """
    junction = _JUNCTIONS.get(name, _JUNCTIONS["KHDRBS1::NTRK1"])
    gene5, _, gene3 = name.partition("::")
    five, three = junction["five"], junction["three"]
    target = three[0]
    left = f"{five[5] or five[4]}({gene5}):e.{five[6]}"
    right = f"{three[5] or three[4]}({gene3}):e.{three[6]}"
    in_frame = frame in {"in_frame", "utr5_start_retained"}
    call = {
        "gene5": gene5,
        "gene3": gene3,
        "breakpoint5": f"{five[1]}:{five[2]}:{five[3]}",
        "breakpoint3": f"{three[1]}:{three[2]}:{three[3]}",
        "junction_reads": junction_reads,
        "spanning_fragments": spanning_fragments,
        "confidence": None,
        "frame": None,
        "discarded_by": [],
        "rows": 1,
        "words": {},
    }
    text = {
        "reportable": _REASONS["detected"][1],
        "review": _REASONS["indeterminate"][1],
        "below_the_line": "one fragment is the level of random ligation",
    }[status]
    found: Document = {
        "name": name,
        "vicc": f"{left}::{right}",
        "hgvs": f"{five[5] or five[4]}:r.?_{five[7]}::{three[5] or three[4]}:r.{three[7]}_?",
        "target_gene": gene3 if target not in name else target,
        "gene5": gene5,
        "gene3": gene3,
        "breakpoint5": _breakpoint(five),
        "breakpoint3": _breakpoint(three),
        "breakpoint_exact": True,
        "transcript5": five[4],
        "transcript3": three[4],
        "exon5": five[6],
        "exon3": three[6],
        "side5": _side(five, "MANE Select by tag"),
        "side3": _side(three, "MANE Select by tag"),
        "inserted": "",
        "structure_class": "exon_junction",
        "structure_text": "exon joined to exon at their annotated borders",
        "frame": frame,
        "frame_note": "coding phases match and the join translates" if in_frame else "a stop",
        "protein_length": junction["protein_length"] if in_frame else None,
        "kinase": kinase,
        "kinase_fraction": {"complete": 1.0, "partial": 0.61, "absent": 0.0}[kinase],
        "transmembrane_retained": False,
        "domains": _domains(target, three[4], kinase),
        "key_residues": [
            {"residue": residue, "role": role, "retained": kinase == "complete"}
            for residue, role in _KEY_RESIDUES.get(target, ())
        ],
        "junction_reads": junction_reads,
        "spanning_fragments": spanning_fragments,
        "support_from": "junctions",
        "evidence": {
            "junction_reads_raw": 2 * junction_reads,
            "spanning_fragments_raw": 2 * spanning_fragments,
            "start_positions": max(junction_reads - 3, min(junction_reads, 1)),
            "anchor5": 71,
            "anchor3": 68,
            "splice_motif": "GT-AG",
            "multimapping_share": 0.0,
            "counted_by": "chimeric",
        },
        "fusion_fraction": {
            "five": round(junction_reads / (junction_reads + 210), 4),
            "three": round(junction_reads / (junction_reads + 2), 4),
            "wild_type5": 210,
            "wild_type3": 2,
        },
        "homology": None,
        "ffpm": round(1e6 * (junction_reads + spanning_fragments) / _SEQUENCED, 4),
        "callers": {"junctions": call, "arriba": {**call, "confidence": "high"}},
        "disagreements": [],
        "known_partner": name in _JUNCTIONS,
        "artefact_class": None,
        "assessment": [
            {"heading": heading, "outcome": status, "text": text}
            for heading in ("structure", "support", "artefact", "agreement")
        ],
        "clingen": [
            {"heading": heading, "text": text}
            for heading in ("structure", "cancer_association", "clinical_validity", "function")
        ],
        "elsewhere": [],
        "status": status,
        "reasons": [{"code": "actionable_structure", "text": text}],
    }
    return found | parts


def shared_junction(of: Mapping[str, Any], *seen_in: Mapping[str, Any], reads: int = 0) -> Document:
    """A peer's junction counted in this sample's reads: ``reads`` junction reads.

    :param seen_in: the peers; left out, it is one specimen of the same patient.
    """
    names = ("junction_reads", "spanning_fragments", "status")
    peer = {"sample": "PEER", "relation": "patient", **{name: of[name] for name in names}}
    return {
        **{name: of[name] for name in ("name", "vicc", "breakpoint5", "breakpoint3")},
        "junction_reads": reads,
        "spanning_fragments": 0,
        "ffpm": round(1e6 * reads / _SEQUENCED, 4),
        "seen_in": [dict(one) for one in seen_in or (peer,)],
    }


def resistance(
    seen: Mapping[tuple[str, int], tuple[str, int]] | None = None, *, depth: int = 412
) -> list[Document]:
    """All resistance codons. ``seen``: (gene, codon) → (protein change, reads that show it)."""
    found = []
    for gene, codon, site, reference, chrom, first, strand in _CODONS:
        step = 1 if strand == "+" else -1
        variants = []
        if (gene, codon) in (seen or {}):
            change, reads = (seen or {})[gene, codon]
            variants.append(
                {
                    "change": change,
                    "codon": "AGA",
                    "reads": reads,
                    "fraction": round(reads / depth, 4),
                    "known": True,
                    "drugs_resistant": ["larotrectinib", "entrectinib"],
                    "drugs_active": ["repotrectinib"],
                    "source": "made up for tests",
                }
            )
        answer = "seen" if variants else "not_seen" if depth >= 20 else "not_assessable"
        found.append(
            {
                "gene": gene,
                "transcript": _TRANSCRIPTS[gene],
                "codon": codon,
                "site": site,
                "reference": reference,
                "chrom": chrom,
                "positions": [first, first + step, first + 2 * step],
                "strand": strand,
                "answer": answer,
                "depth": depth,
                "variants": variants,
                "text": f"{gene} {reference}{codon}: {answer.replace('_', ' ')} at {depth}×",
            }
        )
    return found


def hotspot(answer: str = "not_seen", *, depth: int = 88) -> Document:
    """A hotspot of the work-up: PIK3CA E545."""
    variants = []
    if answer == "seen":
        variants = [
            {
                "change": "p.E545K",
                "codon": "AAG",
                "reads": 30,
                "fraction": round(30 / depth, 4),
                "known": True,
                "note": "made up for tests",
            }
        ]
    return {
        "gene": "PIK3CA",
        "transcript": "ENST00000263967.4",
        "codon": 545,
        "name": "PIK3CA E545",
        "exon": 10,
        "reference": "E",
        "chrom": "chr3",
        "positions": [179218303, 179218304, 179218305],
        "strand": "+",
        "answer": answer,
        "depth": depth,
        "variants": variants,
        "text": f"PIK3CA E545: {answer.replace('_', ' ')} at {depth}×",
    }


def imbalance(raised: Iterable[str] = (), *, assessable: bool = True) -> dict[str, Document]:
    """The imbalance of the three genes; ``raised``: those with more kinase than 5′ exons."""
    found = {}
    for gene, (five, kinase) in _IMBALANCE_EXONS.items():
        up = gene in set(raised)
        low, high = (2.4, 61.0) if up else (3.1, 3.4)
        exons = range(1, kinase[-1] + 1)
        found[gene] = {
            "transcript": _TRANSCRIPTS[gene],
            "five_prime_exons": list(five),
            "kinase_exons": list(kinase),
            "five_prime_depth": low if assessable else 0.0,
            "kinase_depth": high if assessable else 0.0,
            "ratio": round(high / low, 2) if assessable else None,
            "z": (7.9 if up else 0.2) if assessable else None,
            "negatives": 24,
            "flag": "raised" if up else "none" if assessable else "not_assessable",
            "text": f"{gene}: kinase exons {'above' if up else 'level with'} the 5′ exons",
            "profile": [
                {
                    "exon": exon,
                    "start": 1000 * exon,
                    "end": 1000 * exon + 149,
                    "coding_nt": 150 if exon >= five[0] else 0,
                    "depth": None
                    if exon < five[0]
                    else round((high if exon in kinase else low) * (1 + 0.1 * math.sin(exon)), 2),
                    "part": "five_prime"
                    if exon in five
                    else "kinase"
                    if exon in kinase
                    else "middle",
                }
                for exon in exons
            ],
        }
    return found


def intragenic() -> Document:
    """TrkAIII: NTRK1 without exons 6, 7 and 9."""
    return {
        "gene": "NTRK1",
        "transcript": _TRANSCRIPTS["NTRK1"],
        "kind": "exon_skipping",
        "name": "exons 6-7 skipped",
        "exon5": 5,
        "exon3": 8,
        "skipped_exons": [6, 7],
        "breakpoint5": {"chrom": "chr1", "pos": 156868648, "strand": "+"},
        "breakpoint3": {"chrom": "chr1", "pos": 156873633, "strand": "+"},
        "reads": 9,
        "wild_type_reads": 140,
        "share": 0.0604,
        "frame": "in_frame",
        "kinase": "complete",
        "known": True,
        "text": "not a fusion, of uncertain significance",
    }


def therapies() -> Document:
    """One dated row; what it says is no fact."""
    return {
        "as_of": "2026-11-22",
        "stale": False,
        "text": "Dated facts, not a recommendation.",
        "rows": [
            {
                "drug": "larotrectinib",
                "gene_scope": "NTRK1/2/3 fusion",
                "jurisdiction": "US",
                "status": "approved",
                "date": "2025-04-10",
                "indication": "solid tumours with an NTRK gene fusion",
                "evidence_level": "label",
                "off_label": False,
                "source": "made up for tests",
            },
            {
                "drug": "crizotinib",
                "gene_scope": "NTRK1 fusion",
                "jurisdiction": "US",
                "status": "not approved for this use",
                "date": "2021-01-01",
                "indication": "case reports",
                "evidence_level": "case report",
                "off_label": True,
                "source": "made up for tests",
            },
        ],
    }


def orthogonal() -> list[Document]:
    """pan-TRK immunohistochemistry that agrees with a detected fusion."""
    return [
        {
            "assay": "pan_trk_ihc",
            "result": "positive, cytoplasmic",
            "reading": "positive",
            "concordance": "concordant",
            "text": "Immunohistochemistry and RNA agree.",
        }
    ]


def companion(gene: str = "ALK", answer: str = "not_seen", **parts: Any) -> Document:
    """A companion gene's answer, with EML4::ALK when it is ``seen``."""
    found = [fusion("EML4::ALK", junction_reads=9, spanning_fragments=4)]
    return {
        "gene": gene,
        "answer": answer,
        "text": f"{gene}: {answer.replace('_', ' ')}",
        "fusions": found if answer == "seen" else [],
    } | parts


def _check(
    metric: str, value: float | None, operator: str, threshold: float, miss: str, reason: str
) -> Document:
    met = value is not None and (value >= threshold if operator == ">=" else value <= threshold)
    return {
        "metric": metric,
        "value": value,
        "operator": operator,
        "threshold": threshold,
        "status": "pass" if met else miss,
        "reason": reason,
    }


def evaluability(status: str = "pass", *, assay: str = "transcriptome") -> Document:
    """The gate of a good, a shallow or a degraded sample."""
    good = status == "pass"
    usable, control = {
        "pass": (36_100_250, 1.0),
        "limited": (11_200_400, 0.95),
        "fail": (310_222, 0.2),
    }[status]
    degraded = status == "fail"
    return {
        "status": status,
        "assay": assay,
        "checks": [
            _check("usable_fragments", usable, ">=", 5_000_000, "fail", "a fusion could be missed"),
            _check("usable_fragments", usable, ">=", 20_000_000, "limited", "a weak one could"),
            _check("unique_share", 0.21 if degraded else 0.93, ">=", 0.3, "fail", "few map"),
            _check("too_short_share", 0.65 if degraded else 0.03, "<=", 0.6, "fail", "degraded"),
            _check("duplication_rate", 0.82 if degraded else 0.18, "<=", 0.7, "limited", "copies"),
            _check("insert_size", 62 if degraded else 214, ">=", 80, "limited", "short inserts"),
            _check("three_prime_bias", None if degraded else 0.57, "<=", 0.8, "limited", "3′ only"),
            _check("control_genes_spliced", control, ">=", 0.6, "fail", "degraded RNA"),
            _check("control_gene_depth", 0.4 if degraded else 151.2, ">=", 2, "fail", "no depth"),
        ],
        "detection_limit": {
            "ffpm": None if degraded else 0.19 if good else 0.56,
            "fragments": 3,
            "probability": 0.95,
            "usable_fragments": usable,
            "text": "No limit can be given."
            if degraded
            else "A fusion of this strength would have shown 3 fragments with 95 % probability.",
        },
    }


_LIKELY: dict[str, tuple[str, list[Document]]] = {
    "detected": ("pass", [fusion()]),
    "indeterminate": ("pass", [fusion(junction_reads=2, spanning_fragments=1, status="review")]),
    "not_detected": ("pass", []),
    "not_evaluable": ("fail", []),
}


def document(
    sample: str = "S1",
    *,
    verdict: str = "not_detected",
    patient: str | None = None,
    gate: str | None = None,
    metadata: Mapping[str, str] | None = None,
    **parts: Any,
) -> Document:
    """A sample's complete JSON document.

    :param verdict: decides over fusions, gate and the rest unless they are given.
    :param gate: ``pass``, ``limited`` or ``fail``.
    :param metadata: optional columns of the sheet; ``patient`` is added.
    :param parts: top-level parts to replace, ``fusions=[fusion("ETV6::NTRK3")]`` for instance.
    """
    likely_gate, fusions = _LIKELY[verdict]
    given = dict(metadata or {})
    gate = gate or likely_gate
    failed = gate == "fail"
    fusions = parts.get("fusions", copy.deepcopy(fusions))
    target = fusions[0]["target_gene"] if fusions else ""
    code, text = _REASONS[verdict]
    assessed = evaluability(gate, assay=given.get("assay", "transcriptome"))
    usable = assessed["detection_limit"]["usable_fragments"]
    found: Document = {
        "schema_version": "1.0",
        "workflow_version": "0.1.0",
        "sample": sample,
        "patient": patient,
        "metadata": ({"patient": patient} if patient else {}) | given,
        "mode": "full",
        "callers_run": ["junctions", "arriba"],
        "verdict": verdict,
        "reasons": [{"code": code, "text": text}],
        "evaluability": assessed,
        "fusions": fusions,
        "below_the_line": [],
        "intragenic": [],
        "companions": [],
        "imbalance": imbalance(
            [target] if verdict == "detected" and target in _IMBALANCE_EXONS else [],
            assessable=not failed,
        ),
        "resistance": resistance(depth=4 if failed else 412),
        "hotspots": [],
        "orthogonal": [],
        "therapies": therapies() if verdict == "detected" else None,
        "shared_junctions": [],
        "library": {
            "fragments_sequenced": _SEQUENCED,
            "fragments_aligned": _SEQUENCED - 900_000,
            "fragments_unique": usable,
            "unique_share": 0.21 if failed else 0.93,
            "too_short_share": 0.65 if failed else 0.03,
            "control_gene_spliced_reads": {"ACTB": 0 if failed else 9120, "TBP": 3},
            "copies_known_by": "position",
            "duplication_rate": 0.82 if failed else 0.18,
            "insert_size": 62 if failed else 214,
            "three_prime_bias": None if failed else 0.57,
            "control_gene_depth": 0.4 if failed else 151.2,
            "q30_share": 0.94,
            "read_length": 100,
        },
        "provenance": {
            "analysed": "2026-03-04",
            "tools": {"fastp": "1.3.6", "STAR": "2.7.11b", "arriba": "2.5.1"},
            "reference": {
                "genome.fa": "sha256:" + "0" * 64,
                "annotation.gtf": "sha256:" + "1" * 64,
            },
            "parameters": {
                "target_genes": ["NTRK1", "NTRK2", "NTRK3"],
                "companion_genes": [],
                "hotspot_genes": [],
                "thresholds": dict(THRESHOLDS),
                "thresholds_changed": [],
                "grading_changed": [],
                "star_command": "STAR --runThreadN 4",
            },
        },
    }
    return found | parts


def four_verdicts() -> list[Document]:
    """One document of every verdict, the positive with a bit of everything."""
    return [
        document(
            "DETECTED",
            verdict="detected",
            patient="P1",
            metadata={
                "specimen": "primary",
                "collected": "2016-03-01",
                "tumour_type": "unclassified mesenchymal sarcoma",
                "run": "R1",
                "pan_trk_ihc": "positive, cytoplasmic",
            },
            below_the_line=[
                fusion(
                    "TPM3::NTRK1", junction_reads=1, spanning_fragments=0, status="below_the_line"
                )
            ],
            companions=[companion("ALK", "seen"), companion("ROS1"), companion("RET")],
            hotspots=[hotspot()],
            intragenic=[intragenic()],
            orthogonal=orthogonal(),
            resistance=resistance({("NTRK1", 595): ("p.G595R", 61)}),
        ),
        document("INDETERMINATE", verdict="indeterminate", metadata={"run": "R1"}),
        document("NOT_DETECTED", verdict="not_detected", metadata={"run": "R2"}),
        document("NOT_EVALUABLE", verdict="not_evaluable", metadata={"run": "R2"}),
    ]
