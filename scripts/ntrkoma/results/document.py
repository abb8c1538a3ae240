"""The sample's result as published: JSON, TSV and the row of the cohort table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema

from ntrkoma import __version__
from ntrkoma.model.fusion import Fusion, Side
from ntrkoma.model.junction import Breakpoint, CallerCall, Reason, best_call
from ntrkoma.model.result import SampleResult
from ntrkoma.model.states import Caller, Status

SCHEMA_VERSION = "1.0"


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    return [reason._asdict() for reason in reasons]


def _breakpoint(side: Breakpoint) -> dict[str, Any]:
    return {"chrom": side.chrom, "pos": side.pos, "strand": side.strand}


def _side(side: Side) -> dict[str, Any]:
    return {
        "gene_id": side.gene_id,
        "biotype": side.biotype,
        "refseq": side.refseq,
        "offset": side.offset,
        "cds_position": side.cds_position,
        "region": side.region,
        "sense": side.sense,
        "transcript_choice": side.choice,
    }


def _call(call: CallerCall, rows: int) -> dict[str, Any]:
    return {
        "gene5": call.gene5,
        "gene3": call.gene3,
        "breakpoint5": str(call.breakpoint5),
        "breakpoint3": str(call.breakpoint3),
        "junction_reads": call.junction_reads,
        "spanning_fragments": call.spanning_fragments,
        "confidence": call.confidence or None,
        "frame": call.frame or None,
        "discarded_by": list(call.discarded_by),
        "rows": rows,
        "words": dict(call.words),
    }


def fusion_json(fusion: Fusion) -> dict[str, Any]:
    """One fusion in the published form."""
    structure = fusion.structure
    callers = {}
    for caller in Caller:
        call = best_call(fusion.calls, caller)
        if call is not None:
            callers[caller.value] = _call(call, sum(c.caller == caller for c in fusion.calls))
    return {
        "name": structure.name,
        "vicc": structure.vicc,
        "hgvs": structure.hgvs or None,
        "target_gene": structure.target_gene,
        "gene5": structure.side5.gene,
        "gene3": structure.side3.gene,
        "breakpoint5": _breakpoint(structure.breakpoint5),
        "breakpoint3": _breakpoint(structure.breakpoint3),
        "breakpoint_exact": fusion.exact,
        "transcript5": structure.side5.transcript,
        "transcript3": structure.side3.transcript,
        "exon5": structure.side5.exon,
        "exon3": structure.side3.exon,
        "side5": _side(structure.side5),
        "side3": _side(structure.side3),
        "inserted": fusion.inserted,
        "structure_class": structure.structure_class.value,
        "structure_text": structure.structure_text,
        "frame": structure.frame.value,
        "frame_note": structure.frame_note,
        "protein_length": structure.protein_length,
        "kinase": structure.kinase.value,
        "kinase_fraction": structure.kinase_fraction,
        "transmembrane_retained": structure.transmembrane_retained,
        "domains": [{**asdict(d), "retained": d.retained.value} for d in structure.domains],
        "key_residues": [asdict(residue) for residue in structure.key_residues],
        "junction_reads": fusion.junction_reads,
        "spanning_fragments": fusion.spanning_fragments,
        "support_from": fusion.support_from.value,
        "evidence": {
            **asdict(fusion.evidence),
            "counted_by": fusion.evidence.counted_by.value,
        },
        "fusion_fraction": asdict(fusion.fusion_fraction),
        "homology": {"kind": fusion.homology.kind.value, "text": fusion.homology.text}
        if fusion.homology
        else None,
        "ffpm": fusion.ffpm,
        "callers": callers,
        "disagreements": list(fusion.disagreements),
        "known_partner": fusion.known_partner,
        "artefact_class": fusion.artefact_class.value if fusion.artefact_class else None,
        "elsewhere": [
            {**asdict(other), "relation": other.relation.value} for other in fusion.elsewhere
        ],
        "assessment": [
            {"heading": a.heading.value, "outcome": a.outcome.value, "text": a.text}
            for a in fusion.assessment
        ],
        "clingen": [{"heading": heading, "text": text} for heading, text in fusion.clingen],
        "status": fusion.status.value,
        "reasons": _reasons(fusion.reasons),
    }


def to_json(result: SampleResult) -> dict[str, Any]:
    """The sample's JSON document, as ``resources/schemas/ntrk.schema.json`` describes it."""
    above = [f for f in result.fusions if f.status != Status.BELOW_THE_LINE]
    below = [f for f in result.fusions if f.status == Status.BELOW_THE_LINE]
    return {
        "schema_version": SCHEMA_VERSION,
        "workflow_version": __version__,
        "sample": result.sample,
        "patient": result.metadata.get("patient") or None,
        "metadata": {name: value for name, value in result.metadata.items() if value},
        "mode": result.mode,
        "callers_run": [caller.value for caller in result.callers_run],
        "verdict": result.verdict.value,
        "reasons": _reasons(result.reasons),
        "evaluability": {
            "status": result.gate.status.value,
            "assay": result.assay,
            "detection_limit": dict(result.detection_limit),
            "checks": [
                {
                    "metric": check.metric,
                    "value": check.value,
                    "operator": check.operator,
                    "threshold": check.threshold,
                    "status": check.status.value,
                    "reason": check.reason,
                }
                for check in result.gate.checks
            ],
        },
        "fusions": [fusion_json(fusion) for fusion in above],
        "below_the_line": [fusion_json(fusion) for fusion in below],
        "intragenic": [dict(event) for event in result.intragenic],
        "companions": [
            {
                "gene": companion.gene,
                "answer": companion.answer.value,
                "text": companion.text,
                "fusions": [fusion_json(fusion) for fusion in companion.fusions],
            }
            for companion in result.companions
        ],
        "imbalance": {gene: dict(found) for gene, found in result.imbalance.items()},
        "resistance": [dict(codon) for codon in result.resistance],
        "hotspots": [dict(codon) for codon in result.hotspots],
        "orthogonal": [dict(other) for other in result.orthogonal],
        "therapies": dict(result.therapies) if result.therapies is not None else None,
        "shared_junctions": [dict(junction) for junction in result.shared_junctions],
        "library": dict(result.library),
        "provenance": dict(result.provenance),
    }


def validate(document: Mapping[str, Any], schema: Path) -> None:
    """Check a document against the published schema.

    :raises jsonschema.ValidationError: when it does not fit; that is a defect of the workflow.
    """
    jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(
        document
    )


def publish(result: SampleResult, schema: Path, path: Path) -> dict[str, Any]:
    """Write the sample's JSON, checked against the schema.

    :raises jsonschema.ValidationError: when it does not fit; that is a defect of the workflow.
    """
    document = to_json(result)
    validate(document, schema)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return document
