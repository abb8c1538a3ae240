"""Simulated RNA-seq fragments and the reads of their ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from generator.catalogue import BRAIN_EXPRESSION, EXPRESSION, Library, Sample
from generator.fusions import FusionTranscript, join
from generator.models import Bases, Gene, Transcript
from generator.reference import SEED, write_gzip
from generator.sequence import (
    CODONS,
    codon_positions,
    random_bases,
    reverse_complement,
    substitute,
)

MIN_OVERHANG = 8
"""Bases a read must show on each side of a junction to support it (nt)."""
MIN_MERGE_OVERLAP = 10
"""Overlap from which the two mates of a pair are merged (nt)."""
ERROR_RATE = 0.003
GOOD_QUALITY, POOR_QUALITY = ord("F"), ord(",")
START_DISTANCES = range(45, 56)
"""How far before the join the fragments of few starts may begin (nt)."""
CHIMERA_MIN_PART = 30
"""Shortest part of a random ligation chimera (nt)."""

ADAPTERS = (
    b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCACCGATGTTTATCTCGTATGCCGTCTTCTGCTTG",
    b"AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGTTCTTTCCCGTGTAGATCTCGGTGGTCGCCGTATCATT",
)
"""Illumina TruSeq: what mate 1 and mate 2 read past the end of a short insert."""
INDEX = "CGATGTTT+GGGAAAGA"


@dataclass
class SimulatedSample:
    """Fragments, 5' to 3' in sequencing orientation, and how they support the planted events."""

    fragments: list[Bases]
    fusions: list[FusionTranscript]
    support: list[Counter[str]] = field(default_factory=list)
    codon_depth: list[tuple[int, int]] = field(default_factory=list)
    """Per fusion: fragments that show the changed codon, and those that show the codon at all."""
    ligation_pairs: list[tuple[str, str]] = field(default_factory=list)


def sample_rng(name: str) -> np.random.RandomState:
    """A generator of random numbers that depends on the sample's name only."""
    return np.random.RandomState(crc32(f"{SEED}:{name}".encode()))


def simulate(sample: Sample, genes: dict[str, Gene], rng: np.random.RandomState) -> SimulatedSample:
    """Draw all fragments of a sample, shuffled."""
    library = sample.library
    total = sample.fragments * len(sample.units)
    result = SimulatedSample([], [join(event, genes) for event in sample.events])
    for fusion in result.fusions:
        fragments, support, codon_depth = _plant(fusion, library, rng)
        result.fragments += fragments
        result.support.append(support)
        result.codon_depth.append(codon_depth)

    transcripts, weights = _expressed(sample, genes)
    for _ in range(round(library.ligation_chimeras * total)):
        fragment, pair = _ligation_chimera(transcripts, weights, library, rng)
        result.fragments.append(fragment)
        result.ligation_pairs.append(pair)

    unmappable = round(library.unmappable * total)
    result.fragments += [
        random_bases(rng, _insert_length(library, 10_000, rng)) for _ in range(unmappable)
    ]
    duplicates = round(library.duplicates * (total - len(result.fragments)))
    unique = _background(
        transcripts, weights, total - len(result.fragments) - duplicates, library, rng
    )
    result.fragments += unique
    result.fragments += [unique[i] for i in rng.randint(0, len(unique), duplicates)]

    order = rng.permutation(len(result.fragments))
    result.fragments = [result.fragments[i] for i in order]
    return result


def _expressed(
    sample: Sample, genes: dict[str, Gene]
) -> tuple[list[tuple[Gene, Transcript]], NDArray[np.float64]]:
    """Expressed transcripts and the share of fragments each one yields."""
    molecules = {(name, ""): float(level) for name, level in EXPRESSION.items()}
    if sample.brain:
        molecules.update(BRAIN_EXPRESSION)
    molecules.update({(name, ""): level for name, level in sample.expression})
    transcripts = [(genes[name], genes[name].transcript(label)) for name, label in molecules]
    levels = list(molecules.values())
    if sample.inner_start:
        name, exon, level = sample.inner_start
        mane = genes[name].mane
        transcripts.append((genes[name], replace(mane, exons=mane.exons[exon - 1 :])))
        levels.append(level)
    lengths = np.array([len(t.mrna_positions) for _, t in transcripts])
    mass = np.array(levels) * lengths
    return transcripts, mass / mass.sum()


def _insert_length(library: Library, longest: int, rng: np.random.RandomState) -> int:
    length = round(library.insert_mean + library.insert_sd * rng.standard_normal())
    return min(max(length, library.insert_min), longest)


def _oriented(fragment: Bases, reverse: bool) -> Bases:
    """Unstranded library: mate 1 reads either strand."""
    return reverse_complement(fragment) if reverse else fragment


def _background(
    transcripts: list[tuple[Gene, Transcript]],
    weights: NDArray[np.float64],
    count: int,
    library: Library,
    rng: np.random.RandomState,
) -> list[Bases]:
    """Fragments of wild-type transcripts."""
    fragments = []
    for (gene, transcript), n in zip(transcripts, rng.multinomial(count, weights), strict=True):
        mrna = gene.mrna(transcript)
        for _ in range(n):
            insert = _insert_length(library, len(mrna), rng)
            room = len(mrna) - insert
            if library.three_prime_bias:
                start = max(0, room - int(rng.exponential(library.three_prime_bias)))
            else:
                start = rng.randint(room + 1)
            fragments.append(_oriented(mrna[start : start + insert], rng.randint(2) == 1))
    return fragments


def _plant(
    fusion: FusionTranscript, library: Library, rng: np.random.RandomState
) -> tuple[list[Bases], Counter[str], tuple[int, int]]:
    """Fragments of a fusion transcript, drawn until enough of them support its junction.

    No two of them read the same positions in the same direction: copies would count once.
    """
    event, mrna = fusion.event, fusion.mrna
    drawn: list[tuple[int, int, bool]] = []
    support: Counter[str] = Counter()
    seen: set[tuple[int, int, bool]] = set()
    starts: list[int] = []
    if event.starts:
        distances = rng.choice(START_DISTANCES, event.starts, replace=False)
        starts = [fusion.junction[0] - int(distance) for distance in distances]
    while support.total() < event.crossing:
        insert = _insert_length(library, len(mrna), rng)
        start = int(rng.choice(starts)) if starts else rng.randint(len(mrna) - insert + 1)
        reverse = rng.randint(2) == 1
        length = insert if library.paired else min(library.read_length, insert)
        first = start + insert - length if reverse else start
        if (first, length, reverse) in seen:
            continue
        seen.add((first, length, reverse))
        kind = _support(fusion.junction, start, insert, reverse, library)
        touches = start < fusion.junction[0] and fusion.junction[1] < start + insert
        if touches and event.junction_overhang:
            clear = _support(
                fusion.junction, start, insert, reverse, library, event.junction_overhang
            )
            if clear != "junction":
                continue
        if kind:
            support[kind] += 1
        drawn += [(start, insert, reverse)] * (event.copies if kind else 1)
    parts = [mrna[start : start + insert].copy() for start, insert, _ in drawn]
    codon_depth = _change_codon(fusion, drawn, parts, library, rng)
    fragments = [_oriented(p, reverse) for p, (_, _, reverse) in zip(parts, drawn, strict=True)]
    return fragments, support, codon_depth


def _change_codon(
    fusion: FusionTranscript,
    drawn: list[tuple[int, int, bool]],
    parts: list[Bases],
    library: Library,
    rng: np.random.RandomState,
) -> tuple[int, int]:
    """Write the codon change of an event, in place, into its share of the fragments whose reads
    show the codon; how many that are, and of how many."""
    change = fusion.event.codon_change
    if change is None:
        return 0, 0
    local = codon_positions(fusion.gene3, change.residue)
    offset = int(np.searchsorted(fusion.transcript3.mrna_positions, local[0]))
    codon = fusion.junction[1] + offset - fusion.start3
    showing = [
        index
        for index, (start, insert, _) in enumerate(drawn)
        if any(
            start + left <= codon and codon + 3 <= start + right
            for left, right in ((0, library.read_length), (insert - library.read_length, insert))
        )
        and start <= codon <= start + insert - 3
    ]
    changed = rng.permutation(showing)[: round(change.share * len(showing))]
    for index in changed:
        first = codon - drawn[index][0]
        parts[index][first : first + 3] = np.frombuffer(CODONS[change.change], dtype=np.uint8)
    return len(changed), len(showing)


def _support(
    junction: tuple[int, int],
    start: int,
    insert: int,
    reverse: bool,
    library: Library,
    overhang: int = MIN_OVERHANG,
) -> str:
    """junction, spanning or nothing: what the reads of a fragment can show of a junction."""
    end5, start3 = junction[0] - start, junction[1] - start
    if end5 < overhang or insert - start3 < overhang:
        return ""
    length = min(library.read_length, insert)
    first, last = (0, length), (insert - length, insert)
    if not library.paired:
        windows = [last if reverse else first]
    elif 2 * length - insert >= MIN_MERGE_OVERLAP:
        windows = [(0, insert)]
    else:
        windows = [first, last]
    if any(end5 - left >= overhang and right - start3 >= overhang for left, right in windows):
        return "junction"
    return "spanning" if library.paired else ""


def _ligation_chimera(
    transcripts: list[tuple[Gene, Transcript]],
    weights: NDArray[np.float64],
    library: Library,
    rng: np.random.RandomState,
) -> tuple[Bases, tuple[str, str]]:
    """Two pieces of random transcripts of different genes, in random orientation.

    Neither piece is cut at an exon boundary.
    """
    insert = max(_insert_length(library, 10_000, rng), 2 * CHIMERA_MIN_PART)
    left = rng.randint(CHIMERA_MIN_PART, insert - CHIMERA_MIN_PART + 1)
    parts: list[Bases] = []
    names: list[str] = []
    for length in (left, insert - left):
        while True:
            gene, transcript = transcripts[rng.choice(len(transcripts), p=weights)]
            mrna = gene.mrna(transcript)
            if gene.name in names or len(mrna) <= length:
                continue
            start = rng.randint(len(mrna) - length + 1)
            boundaries = {transcript.exon_offsets(exon.number)[0] for exon in transcript.exons}
            if not boundaries & {start, start + length}:
                break
        parts.append(_oriented(mrna[start : start + length], rng.randint(2) == 1))
        names.append(gene.name)
    return np.concatenate(parts), (names[0], names[1])


def _mates(fragments: list[Bases], library: Library) -> list[NDArray[np.uint8]]:
    """Error-free reads (fragments x read length), one matrix per mate, adapters included."""
    mates = []
    for mate in range(2 if library.paired else 1):
        adapter = np.frombuffer(ADAPTERS[mate], dtype=np.uint8)
        strands = fragments if mate == 0 else [reverse_complement(f) for f in fragments]
        mates.append(
            np.stack(
                [np.concatenate([strand, adapter])[: library.read_length] for strand in strands]
            )
        )
    return mates


def write_unit(
    sample: Sample,
    fragments: list[Bases],
    lane: int,
    run: int,
    stem: Path,
    rng: np.random.RandomState,
) -> None:
    """Sequence the fragments: ``{stem}_1.fastq.gz`` and, for a paired library, ``_2``."""
    for mate, reads in enumerate(_mates(fragments, sample.library), start=1):
        errors = rng.random_sample(reads.shape) < ERROR_RATE
        flat = reads.reshape(-1)
        substitute(flat, np.flatnonzero(errors), rng)
        qualities = np.where(errors, POOR_QUALITY, GOOD_QUALITY).astype(np.uint8)
        records = []
        for index, (bases, quality) in enumerate(zip(reads, qualities, strict=True)):
            tile, spot = 1101 + index // 2500, index % 2500
            name = f"A00721:{run}:HNTRKDSX2:{lane}:{tile}:{1000 + 11 * spot}:{1000 + 7 * spot}"
            records.append(
                b"@%s %d:N:0:%s\n%s\n+\n%s\n"
                % (name.encode(), mate, INDEX.encode(), bases.tobytes(), quality.tobytes())
            )
        write_gzip(stem.with_name(f"{stem.name}_{mate}.fastq.gz"), b"".join(records))
