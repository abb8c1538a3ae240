"""Samples that bear on each other: those of one patient, and those of one sequencing run.

A junction of one specimen is looked for in all specimens of the patient, where one read of it
counts; and in all samples of the run, where it may have come with a wrong index. What is below the
line where it was seen is chance, and looked for nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntrkoma.calling.kept_reads import KeptReads
from ntrkoma.evidence.candidates import Candidate, count_on_transcripts, fusion_fraction, to_call_at
from ntrkoma.evidence.imbalance import Imbalance
from ntrkoma.evidence.merge import MergedCalls
from ntrkoma.genome.loci import Loci
from ntrkoma.model.duplicates import Copies
from ntrkoma.model.fusion import Elsewhere, Fusion
from ntrkoma.model.junction import Breakpoint, Junction
from ntrkoma.model.states import Evaluability, Relation, Status
from ntrkoma.programs.splices import SpliceJunctions

Key = tuple[Breakpoint, Breakpoint, str]


@dataclass(frozen=True)
class SharedJunction:
    """A junction as other samples need to know it; ``status`` from the sample's own evidence."""

    name: str
    vicc: str
    target_gene: str
    breakpoint5: Breakpoint
    breakpoint3: Breakpoint
    inserted: str
    junction_reads: int
    spanning_fragments: int
    status: Status

    @property
    def key(self) -> Key:
        """What makes it the same junction in another sample."""
        return self.breakpoint5, self.breakpoint3, self.inserted


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
            f.name,
            f.vicc,
            f.target_gene,
            f.breakpoint5,
            f.breakpoint3,
            f.inserted,
            f.junction_reads,
            f.spanning_fragments,
            f.status,
        )
        for f in fusions
        if f.exact
    )
    return Shared(sample, gate, junctions, imbalance)


def to_json(shared: Shared) -> str:
    """The message as text."""
    junctions = [
        {
            **{name: getattr(j, name) for name in ("name", "vicc", "target_gene", "inserted")},
            "breakpoint5": vars(j.breakpoint5),
            "breakpoint3": vars(j.breakpoint3),
            "junction_reads": j.junction_reads,
            "spanning_fragments": j.spanning_fragments,
            "status": j.status.value,
        }
        for j in shared.junctions
    ]
    fields = {
        "sample": shared.sample,
        "gate": shared.gate.value,
        "junctions": junctions,
        "imbalance": {gene: i.to_json() for gene, i in shared.imbalance.items()},
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def from_json(text: str) -> Shared:
    """What :func:`to_json` wrote."""
    fields = json.loads(text)
    junctions = tuple(
        SharedJunction(
            **{
                **j,
                "breakpoint5": Breakpoint(**j["breakpoint5"]),
                "breakpoint3": Breakpoint(**j["breakpoint3"]),
                "status": Status(j["status"]),
            }
        )
        for j in fields["junctions"]
    )
    imbalance = {gene: Imbalance.from_json(gene, i) for gene, i in fields["imbalance"].items()}
    return Shared(fields["sample"], Evaluability(fields["gate"]), junctions, imbalance)


def read_peers(paths: Mapping[Relation, Sequence[str]]) -> list[Peer]:
    """Peers from their files, those of the patient first; a sample in both groups counts once."""
    peers: dict[str, Peer] = {}
    for relation in (Relation.PATIENT, Relation.RUN):
        for path in paths.get(relation, ()):
            shared = from_json(Path(path).read_text(encoding="utf-8"))
            peers.setdefault(shared.sample, Peer(relation, shared))
    return list(peers.values())


def elsewhere(key: Key, peers: Iterable[Peer]) -> tuple[Elsewhere, ...]:
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
        if junction.key == key
    )


@dataclass(frozen=True)
class Searched:
    """A peer's junction and the fragments that this sample has of it."""

    junction: SharedJunction
    relation: Relation
    found: Junction


def search(
    peers: Iterable[Peer],
    own: Iterable[Key],
    reads: KeptReads,
    loci: Loci,
) -> list[Searched]:
    """Look for the peers' junctions that the callers did not see in this sample.

    :param own: junctions that are among the sample's own candidates.
    """
    known = set(own)
    wanted: dict[Key, Searched] = {}
    for peer in peers:
        for junction in peer.shared.junctions:
            if junction.status == Status.BELOW_THE_LINE or junction.key in known:
                continue
            five, three, inserted = junction.key
            bare = Junction(five, three, loci.borders(five, three), inserted=inserted)
            wanted.setdefault(junction.key, Searched(junction, peer.relation, bare))
    if not wanted:
        return []
    # A pair astride fits every junction of the same exon: it belongs to the sample's own one.
    sides = {side for five, three, _ in wanted for side in (five, three)}
    own_ones = [
        Junction(five, three, loci.borders(five, three), inserted=inserted)
        for five, three, inserted in sorted(known)
        if sides & {five, three}
    ]
    count_on_transcripts(own_ones, reads, loci)
    taken = {name for junction in own_ones for name in (*junction.reads, *junction.spanning)}
    found = (searched.found for searched in wanted.values())
    count_on_transcripts(found, reads, loci, taken)
    return list(wanted.values())


def as_candidates(
    searched: Iterable[Searched],
    splices: SpliceJunctions,
    reads: KeptReads,
    loci: Loci,
    *,
    copies: Copies = Copies.POSITION,
) -> list[Candidate]:
    """Junctions of the patient's other specimens that this one has reads of, to be graded."""
    candidates = []
    for item in searched:
        if item.relation == Relation.PATIENT and (item.found.reads or item.found.spanning):
            call = to_call_at(
                item.found,
                loci,
                "looked for: another specimen of the patient has it",
                copies=copies,
            )
            merged = MergedCalls((call,), count=call)
            fraction = fusion_fraction(merged, splices, reads, loci)
            candidates.append(Candidate(merged, fraction, None))
    return candidates


def shared_junctions(
    searched: Iterable[Searched],
    peers: Sequence[Peer],
    loci: Loci,
    fragments_sequenced: int,
    *,
    copies: Copies = Copies.POSITION,
) -> list[dict[str, Any]]:
    """The published ``shared_junctions``: all of the patient's, of the run those with reads."""
    rows = []
    for item in searched:
        call = to_call_at(item.found, loci, "", copies=copies)
        if item.relation == Relation.RUN and not call.support:
            continue
        seen = elsewhere(item.junction.key, peers)
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
