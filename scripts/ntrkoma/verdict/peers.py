"""Samples that bear on each other: those of one patient, and those of one sequencing run.

A junction of one specimen is looked for in all specimens of the patient, where one read of it
counts; and in all samples of the run, where it may have come with a wrong index. What is below the
line where it was seen is chance, and looked for nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.context import Context
from ntrkoma.evidence.candidates import (
    Candidate,
    FoundJunctions,
    SampleReads,
    bare_junction,
    count_on_transcripts,
    fusion_fraction,
    structures_of,
    to_count,
)
from ntrkoma.evidence.drawn import draw
from ntrkoma.evidence.imbalance import Imbalance
from ntrkoma.evidence.merge import MergedCalls
from ntrkoma.evidence.sample import Evidence
from ntrkoma.genome.loci import Loci
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.fusion import Elsewhere, Fusion
from ntrkoma.model.junction import Breakpoint, Junction, Place
from ntrkoma.model.states import Evaluability, Relation, Status


@dataclass(frozen=True)
class SharedJunction:
    """A junction as other samples need to know it; ``status`` from the sample's own evidence."""

    name: str
    vicc: str
    target_gene: str
    inserted: str
    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    junction_reads: int
    spanning_fragments: int
    status: Status

    @property
    def place(self) -> Place:
        """What makes it the same junction in another sample."""
        return Place(self.breakpoint5, self.breakpoint3, self.inserted)


@dataclass(frozen=True)
class Shared:
    """What a sample tells its peers."""

    sample: str
    gate: Evaluability
    junctions: tuple[SharedJunction, ...]
    imbalance: Mapping[str, Imbalance]


@dataclass(frozen=True)
class Peer:
    """Another sample and what it shares with this one; both patient and run count as patient."""

    relation: Relation
    shared: Shared


def share(
    sample: str, gate: Evaluability, fusions: Iterable[Fusion], imbalance: Mapping[str, Imbalance]
) -> Shared:
    """What a sample tells its peers, from its provisional grades."""
    junctions = tuple(
        SharedJunction(
            name=f.name,
            vicc=f.vicc,
            target_gene=f.target_gene,
            inserted=f.inserted,
            breakpoint5=f.breakpoint5,
            breakpoint3=f.breakpoint3,
            junction_reads=f.junction_reads,
            spanning_fragments=f.spanning_fragments,
            status=f.status,
        )
        for f in fusions
        if f.exact
    )
    return Shared(sample, gate, junctions, imbalance)


_JUNCTIONS = TypeAdapter(tuple[SharedJunction, ...])


def to_json(shared: Shared) -> str:
    """The message as text."""
    fields = {
        "sample": shared.sample,
        "gate": shared.gate.value,
        "junctions": _JUNCTIONS.dump_python(shared.junctions, mode="json"),
        "imbalance": {gene: i.to_json() for gene, i in shared.imbalance.items()},
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def from_json(text: str) -> Shared:
    """What :func:`to_json` wrote."""
    fields = json.loads(text)
    imbalance = {gene: Imbalance.from_json(gene, i) for gene, i in fields["imbalance"].items()}
    junctions = _JUNCTIONS.validate_python(fields["junctions"])
    return Shared(fields["sample"], Evaluability(fields["gate"]), junctions, imbalance)


def read_peers(named: Mapping[str, Any]) -> list[Peer]:
    """Peers from their files, those of the patient first; a sample in both groups counts once.

    :param named: a job's files, among them ``patient_peers`` and ``run_peers`` if there are any.
    """
    peers: dict[str, Peer] = {}
    for relation in (Relation.PATIENT, Relation.RUN):
        for path in named.get(f"{relation}_peers", ()):
            shared = from_json(Path(path).read_text(encoding="utf-8"))
            peers.setdefault(shared.sample, Peer(relation, shared))
    return list(peers.values())


def elsewhere(place: Place, peers: Iterable[Peer]) -> tuple[Elsewhere, ...]:
    """Where else a junction was seen."""
    return tuple(
        Elsewhere(
            peer.shared.sample,
            peer.relation,
            junction.junction_reads,
            junction.spanning_fragments,
            junction.status.value,
        )
        for peer in peers
        for junction in peer.shared.junctions
        if junction.place == place
    )


@dataclass(frozen=True)
class Related:
    """What other samples bear on this one: the peers, and the published ``shared_junctions``."""

    peers: Sequence[Peer] = ()
    junctions: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class ReadFiles:
    """What a junction is looked for in: kept reads, splices, and how copies are known."""

    bam: Path
    splice_junctions: Path
    copies: Copies


def look_for(
    evidence: Evidence, peers: Sequence[Peer], files: ReadFiles, context: Context
) -> tuple[Evidence, Related]:
    """The peers' junctions in a sample: its evidence with those that are to be graded, annotated
    and drawn as its own are, and all that is published of them."""
    loci = context.loci
    known = {candidate.place for candidate in evidence.candidates}
    searched = wanted(peers, known, loci)
    if not searched:
        return evidence, Related(peers)
    unique = int(evidence.library["fragments_unique"])
    reads = SampleReads.of_files(files.bam, files.splice_junctions, unique, files.copies)
    search(searched, known, reads.kept, loci)
    found = FoundJunctions(
        as_candidates(searched, reads, context), {i.found.place: i.found for i in searched}
    )
    more = replace(
        evidence,
        candidates=(*evidence.candidates, *found.candidates),
        drawn={**evidence.drawn, **draw(found, reads, loci)},
    )
    rows = shared_junctions(searched, peers, reads, loci, evidence.fragments_sequenced)
    return more, Related(peers, rows)


@dataclass(frozen=True)
class Searched:
    """A peer's junction and the fragments that this sample has of it."""

    junction: SharedJunction
    relation: Relation
    found: Junction


def wanted(peers: Iterable[Peer], known: Collection[Place], loci: Loci) -> list[Searched]:
    """The peers' junctions that the callers did not see in this sample, without a fragment yet.

    :param known: junctions that are among the sample's own candidates.
    """
    found: dict[Place, Searched] = {}
    for peer in peers:
        for junction in peer.shared.junctions:
            if junction.status != Status.BELOW_THE_LINE and junction.place not in known:
                bare = bare_junction(junction.place, loci)
                found.setdefault(junction.place, Searched(junction, peer.relation, bare))
    return list(found.values())


def search(
    searched: Sequence[Searched], known: Collection[Place], reads: KeptReads, loci: Loci
) -> None:
    """Look for the peers' junctions in this sample's reads.

    :param known: junctions that are among the sample's own candidates.
    """
    # A pair astride fits every junction of the same exon: it belongs to the sample's own one.
    sides = {side for item in searched for side in item.junction.place[:2]}
    own = [bare_junction(place, loci) for place in sorted(known) if sides & {*place[:2]}]
    count_on_transcripts(own, reads, loci)
    taken = {name for junction in own for name in (*junction.reads, *junction.spanning)}
    count_on_transcripts((item.found for item in searched), reads, loci, taken)


def as_candidates(
    searched: Iterable[Searched], reads: SampleReads, context: Context
) -> tuple[Candidate, ...]:
    """Junctions of the patient's other specimens that this one has reads of, to be graded."""
    why = "looked for: another specimen of the patient has it"
    candidates = []
    for item in searched:
        if item.relation == Relation.PATIENT and (item.found.reads or item.found.spanning):
            call = to_count(item.found, reads, context.loci)
            call = replace(call, words={"found_by": why})
            merged = MergedCalls((call,), count=call)
            structures = structures_of(merged, context)
            fraction = fusion_fraction(merged, reads, context.loci)
            candidates.append(Candidate(merged, structures, fraction, None))
    return tuple(candidates)


def shared_junctions(
    searched: Iterable[Searched],
    peers: Sequence[Peer],
    reads: SampleReads,
    loci: Loci,
    fragments_sequenced: int,
) -> list[dict[str, Any]]:
    """The published ``shared_junctions``: all of the patient's, of the run those with reads."""
    rows = []
    for item in searched:
        call = to_count(item.found, reads, loci)
        if item.relation == Relation.RUN and not call.support:
            continue
        seen = elsewhere(item.junction.place, peers)
        rows.append(
            {
                "name": item.junction.name,
                "vicc": item.junction.vicc,
                "breakpoint5": vars(item.junction.breakpoint5),
                "breakpoint3": vars(item.junction.breakpoint3),
                "junction_reads": call.junction_reads,
                "spanning_fragments": call.spanning_fragments,
                "ffpm": round(1e6 * call.support / fragments_sequenced, 4)
                if fragments_sequenced
                else None,
                "seen_in": [{**vars(other), "relation": other.relation.value} for other in seen],
            }
        )
    return rows


def negatives(gene: str, peers: Iterable[Peer]) -> list[Imbalance]:
    """Imbalance of a gene in the samples of the run that show no fusion of it."""
    return [
        peer.shared.imbalance[gene]
        for peer in peers
        if gene in peer.shared.imbalance
        and peer.shared.gate != Evaluability.FAIL
        and not any(
            junction.target_gene == gene and junction.status != Status.BELOW_THE_LINE
            for junction in peer.shared.junctions
        )
    ]
