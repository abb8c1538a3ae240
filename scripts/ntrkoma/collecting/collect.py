"""The evidence BAM: what a verdict rests on, in a few megabytes, sorted and indexed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pysam

from ntrkoma.collecting.wanted import Region, Seeds, Wanted, want
from ntrkoma.genome.loci import Loci
from ntrkoma.programs.chimeric import parse_chimeric_junctions
from ntrkoma.programs.other_callers import read_calls

# samtools' filter language: neither the read nor its mate is mapped.
_WHOLLY_UNMAPPED = "flag.unmap && (!flag.paired || flag.munmap)"


@dataclass(frozen=True)
class AlignedSample:
    """What the aligner and the callers beside our own wrote of a sample.

    ``bam``: all its alignments, any order. ``callers``: as of
    :func:`ntrkoma.programs.other_callers.read_calls`.
    """

    bam: Path
    chimeric: Path
    callers: Mapping[str, Path]


def collect_sample(
    sample: AlignedSample, loci: Loci, regions: Iterable[Region], evidence: Path, threads: int = 1
) -> None:
    """Keep the reads of a sample that a verdict may rest on, see :func:`want` and :func:`collect`.

    The only step that needs the alignments of the whole sample, and no threshold bears on it.
    """
    claims = read_calls(sample.callers, loci)
    with sample.chimeric.open(encoding="utf-8") as lines:
        rows = parse_chimeric_junctions(lines, str(sample.chimeric), loci.near_target)
        wanted = want(rows, claims, loci, regions)
    collect(sample.bam, wanted, evidence, threads)


def collect(bam: Path, wanted: Wanted, evidence: Path, threads: int = 1) -> None:
    """Keep the wanted reads and their mates as a sorted BAM, its index at ``evidence`` + ``.bai``.

    :param bam: alignments of the whole sample, any order.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        parts = [_at_regions(bam, wanted, folder, threads)]
        # Mates lie elsewhere, and of a chimeric read the part at a gene may be a hard-clipped
        # supplementary record.
        named = _without_mate(parts[0]) | wanted.fragments
        if named:
            parts.append(_named(bam, named, folder, threads))
        parts.append(_unmapped(bam, wanted.sources, folder, threads))
        collected = folder / "collected.bam"
        with (
            pysam.AlignmentFile(str(parts[0]), check_sq=False) as like,
            pysam.AlignmentFile(str(collected), "wb", template=like) as out,
        ):
            for record in _once(parts):
                out.write(record)
        temporary, output = ("-T", str(folder / "sorting")), ("-o", str(evidence))
        pysam.sort("--no-PG", "-@", str(threads - 1), *temporary, *output, str(collected))
    pysam.index(str(evidence), f"{evidence}.bai")


def _at_regions(bam: Path, wanted: Wanted, folder: Path, threads: int) -> Path:
    """All records over the regions."""
    bed = folder / "regions.bed"
    lines = (f"{chrom}\t{start}\t{end}\n" for chrom, start, end in sorted(wanted.regions))
    bed.write_text("".join(lines), encoding="utf-8")
    return _view(bam, folder / "regions.bam", threads, "--targets-file", str(bed))


def _named(bam: Path, fragments: Collection[str], folder: Path, threads: int) -> Path:
    """All records of the named fragments."""
    names = folder / "names.txt"
    names.write_text("".join(f"{fragment}\n" for fragment in sorted(fragments)), encoding="utf-8")
    return _view(bam, folder / "named.bam", threads, "--qname-file", str(names))


def _unmapped(bam: Path, sources: Seeds, folder: Path, threads: int) -> Path:
    """Fragments without a mapped read that may come from the sources.

    STAR leaves fragments of a fusion among them when neither part is long enough.
    """
    everything = _view(bam, folder / "unmapped.bam", threads, "--expr", _WHOLLY_UNMAPPED)
    touching = {
        record.query_name or ""
        for record in _records(everything)
        if sources.touch(record.query_sequence or "")
    }
    kept = folder / "touching.bam"
    with (
        pysam.AlignmentFile(str(everything), check_sq=False) as like,
        pysam.AlignmentFile(str(kept), "wb", template=like) as out,
    ):
        for record in _records(everything):
            if record.query_name in touching:
                out.write(record)
    return kept


def _view(bam: Path, subset: Path, threads: int, *selection: str) -> Path:
    """Copy the selected records of a BAM with ``samtools view``."""
    # A program line would name temporary files, other ones in every run.
    common = ("--bam", "--no-PG", "--threads", str(threads - 1), "--output", str(subset))
    pysam.view(*common, *selection, str(bam), catch_stdout=False)
    return subset


def _records(bam: Path) -> Iterator[pysam.AlignedSegment]:
    with pysam.AlignmentFile(str(bam), check_sq=False) as alignments:
        yield from alignments.fetch(until_eof=True)


def _without_mate(bam: Path) -> set[str]:
    """Paired fragments of which the BAM holds one read only."""
    reads = Counter(
        record.query_name or ""
        for record in _records(bam)
        if record.is_paired and not (record.is_secondary or record.is_supplementary)
    )
    return {name for name, number in reads.items() if number == 1}


def _once(parts: Iterable[Path]) -> Iterator[pysam.AlignedSegment]:
    """Every record once: a fragment's come from its region and from its mate's search."""
    seen: set[tuple[str | None, int, int, int]] = set()
    for part in parts:
        for record in _records(part):
            key = (record.query_name, record.flag, record.reference_id, record.reference_start)
            if key not in seen:
                seen.add(key)
                yield record
