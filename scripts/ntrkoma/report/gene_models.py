"""Gene models of the partners of a fusion, as far as a figure needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.genome.transcripts import Annotation, Transcript


def gene_models(
    fusions: Iterable[Mapping[str, Any]], annotation: Annotation, knowledge: Knowledge
) -> dict[str, dict[str, Any]]:
    """Models by transcript id, of the transcripts of the fusions and those their domains stand on.

    ``exons``: (start, end), genomic, 1-based inclusive, in order of transcription. ``cds``: first
    and last coding position in order of transcription; None without. ``domains``: residue ranges
    of the curated table, for transcripts that it names.

    :param fusions: fusions of the published JSON.
    """
    models: dict[str, dict[str, Any]] = {}
    for fusion in fusions:
        wanted = {fusion["transcript5"], fusion["transcript3"]}
        wanted |= {domain["transcript"] for domain in fusion["domains"]}
        for side in (fusion["breakpoint5"], fusion["breakpoint3"]):
            # A domain may stand on a sister transcript that ends before the breakpoint.
            near = annotation.overlapping(side["chrom"], side["pos"], side["pos"])
            reach = [(t.start, t.end) for t in near]
            low = min((start for start, _ in reach), default=side["pos"])
            high = max((end for _, end in reach), default=side["pos"])
            for transcript in annotation.overlapping(side["chrom"], low, high):
                if transcript.transcript_id in wanted:
                    models[transcript.transcript_id] = _model(transcript, knowledge)
    return models


def _model(transcript: Transcript, knowledge: Knowledge) -> dict[str, Any]:
    cds = None
    if transcript.cds is not None:
        cds = list(transcript.cds if transcript.strand == "+" else transcript.cds[::-1])
    plain = transcript.transcript_id.split(".")[0]
    return {
        "gene": transcript.gene,
        "chrom": transcript.chrom,
        "strand": transcript.strand,
        "exons": [list(exon) for exon in transcript.exons],
        "cds": cds,
        "domains": [
            {"name": domain.name, "first": domain.first, "last": domain.last}
            for domain in knowledge.domains
            if domain.gene == transcript.gene and plain in domain.transcript_ids
        ],
    }
