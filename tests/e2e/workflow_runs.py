"""Running the workflow from a test, and reading what it left.

Every run goes through Snakemake's command line, as users start it, in a folder of its own.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = ROOT / "resources"
RECORDINGS = ROOT / "tests" / "fixtures" / "callers"
REAL_READS = ROOT.parent / "shared" / "real"

# The samples of the test data; test_truth.py checks that truth.tsv has exactly these.
SAMPLES = (
    "KHDRBS1_NTRK1",
    "ETV6_NTRK3",
    "TPM3_NTRK1",
    "QKI_NTRK2",
    "LOW_3",
    "LOW_2",
    "OUT_OF_FRAME",
    "KINASE_LOST",
    "RECIPROCAL_ONLY",
    "BALANCED",
    "TRUNCATED_ACCEPTOR",
    "MID_EXON",
    "READ_THROUGH",
    "EML4_ALK",
    "NEG_BACKGROUND",
    "NEG_CLEAN",
    "DEGRADED",
    "TWO_LANES",
    "SINGLE_END",
    "UTR5_JOIN",
    "INTRONIC",
    "TRUNCATED_TRKB",
    "TRKAIII",
    "TEMPLATE_SWITCH",
    "RIBOSOMAL_PARTNER",
    "NORMAL_TISSUE",
    "PSEUDOGENE_ONLY",
    "PARALOG_ONLY",
    "DUPLICATES",
    "HOP_SOURCE",
    "HOP_SINK",
    "FOLLOW_UP",
    "RESISTANCE",
    "SILENT_HEALTHY",
    "LIMITED",
    "IMBALANCE_ONLY",
)

# The gate is scaled down with the test data, as in test_data/config.yaml.
SMALL_DATA_GATE = {
    "min_usable_fragments": 5000,
    "good_usable_fragments": 7000,
    "control_gene_min_spliced_reads": 5,
}

# What makes a folder a CTAT genome library for the check before the run.
CTAT_LIBRARY = (
    "AnnotFilterRule.pm",
    "blast_pairs.idx",
    "fusion_annot_lib.idx",
    "pfam_domains.dbm",
    "ref_annot.gtf",
    "ref_annot.gtf.gene_spans",
    "ref_annot.gtf.mini.sortu",
    "ref_annot.prot_info.dbm",
    "ref_genome.fa",
    "trans.blast.align_coords.align_coords.dbm",
)

COHORT_TABLE = "results/cohort/ntrk.tsv"

Document = dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """A run that has ended. ``output``: all that the user saw, both streams."""

    returncode: int
    output: str

    @property
    def jobs(self) -> dict[str, int]:
        """Planned jobs by rule, from Snakemake's table; empty if there was nothing to do."""
        table = re.search(r"Job stats:\njob +count\n-+ +-+\n(.*?)\n\n", self.output, re.DOTALL)
        if table is None:
            return {}
        counts = (line.split() for line in table[1].splitlines())
        return {rule: int(count) for rule, count in counts if rule not in {"total", "all"}}

    def succeeded(self) -> Finished:
        """This run, after a check that it ended well."""
        assert self.returncode == 0, self.output
        return self


@dataclass(frozen=True)
class Workdir:
    """A working directory (``--directory``) with ``config.yaml`` and sample sheet."""

    path: Path

    def command(self, *arguments: str, cores: int = 2) -> list[str]:
        """The command line; targets and options come first, lists of values would eat them."""
        return [
            *(sys.executable, "-m", "snakemake", *arguments),
            *("--snakefile", "Snakefile", "--directory", str(self.path)),
            *("--workflow-profile", "profiles/default", "--cores", str(cores)),
            *("--configfile", str(self.path / "config.yaml")),
        ]

    def run(
        self, *arguments: str, cores: int = 2, programs: Path | None = None, timeout: int = 300
    ) -> Finished:
        """Run to the end.

        :param arguments: targets, and options in the form ``--name`` or ``--name=value``.
        :param programs: folder of programs that go before those on PATH.
        """
        finished = subprocess.run(
            self.command(*arguments, cores=cores),
            cwd=ROOT,
            env=environment(programs),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Finished(finished.returncode, finished.stdout + finished.stderr)

    def start(self, *arguments: str, cores: int = 2) -> subprocess.Popen[bytes]:
        """Start a run in a process group of its own and leave it to the caller."""
        with (self.path / "run.log").open("wb") as log:
            return subprocess.Popen(
                self.command(*arguments, cores=cores),
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def copy(self, path: Path, *without: str) -> Workdir:
        """A copy with all results and Snakemake's memory of them, links left as links.

        :param without: names of files and folders to leave out, with ``*`` for any characters.
        """
        ignored = shutil.ignore_patterns(*without)
        shutil.copytree(self.path, path, symlinks=True, ignore=ignored)
        return Workdir(path)

    def config(self) -> Document:
        """The configuration."""
        return yaml.safe_load((self.path / "config.yaml").read_text(encoding="utf-8"))

    def change_config(self, **changes: Any) -> None:
        """Replace top-level keys of the configuration."""
        write_yaml(self.path / "config.yaml", self.config() | changes)

    def result(self, sample: str, ending: str) -> Path:
        """A result file of a sample, such as ``ntrk.json`` or ``report.html``."""
        return self.path / "results" / "samples" / sample / f"{sample}.{ending}"

    def document(self, sample: str) -> Document:
        """A sample's JSON."""
        return json.loads(self.result(sample, "ntrk.json").read_text(encoding="utf-8"))

    def cohort(self) -> list[dict[str, str]]:
        """Rows of the cohort table."""
        return read_tsv(self.path / COHORT_TABLE)


def environment(programs: Path | None = None) -> dict[str, str]:
    """The environment of a run: the programs of the Python environment are on PATH."""
    settings = {name: value for name, value in os.environ.items() if name != "SNAKEMAKE_PROFILE"}
    folders = [programs, Path(sys.executable).parent, settings.get("PATH")]
    settings["PATH"] = os.pathsep.join(str(folder) for folder in folders if folder)
    return settings


def generate(directory: Path, *options: str) -> Path:
    """Test data made by the generator in ``directory``."""
    command = [sys.executable, "test_data/generate.py", "--out", str(directory), *options]
    subprocess.run(command, cwd=ROOT, check=True)
    return directory


def make_workdir(
    path: Path,
    data: Path,
    samples: Iterable[str],
    *,
    reference: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Workdir:
    """A working directory for some samples of the test data.

    :param data: folder that the generator wrote; FASTQ paths in the new sheet are absolute.
    :param reference: keys of ``reference`` other than the generated genome and annotation.
    :param settings: further keys of the configuration.
    """
    wanted = set(samples)
    rows = [row for row in read_tsv(data / "samples.tsv") if row["sample"] in wanted]
    for row in rows:
        for column in ("fq1", "fq2"):
            row[column] = str(data / row[column]) if row[column] else ""
    path.mkdir(parents=True, exist_ok=True)
    write_tsv(path / "samples.tsv", rows)
    config = {
        "samples": "samples.tsv",
        "reference": {
            "fasta": str(data / "reference" / "genome.fa.gz"),
            "gtf": str(data / "reference" / "annotation.gtf.gz"),
            "sjdb_overhang": 99,
            **(reference or {}),
        },
        "thresholds": SMALL_DATA_GATE,
        **settings,
    }
    write_yaml(path / "config.yaml", config)
    return Workdir(path)


def given_databases(workdir: Workdir) -> Document:
    """Configuration with databases for both callers: stand-ins, for runs without the callers."""
    databases = workdir.path / "databases"
    library = databases / "ctat_lib"
    library.mkdir(parents=True)
    for name in CTAT_LIBRARY:
        (library / name).write_text("stand-in\n", encoding="utf-8")
    reference = workdir.config()["reference"]
    genome = read_text(workdir.path / reference["fasta"])
    (library / "ref_genome.fa").write_text(genome, encoding="utf-8")
    blacklist = databases / "blacklist.tsv"
    blacklist.write_text("# stand-in\n", encoding="utf-8")
    return {
        "reference": reference | {"ctat_lib": str(library), "arriba": {"blacklist": str(blacklist)}}
    }


def lay_recordings(workdir: Workdir, callers: Iterable[str]) -> None:
    """Ask for these callers in a finished run, and lay beside its alignments what they recorded."""
    chosen = list(callers)
    workdir.change_config(callers=chosen, **given_databases(workdir))
    for sample in SAMPLES:
        for caller in {*chosen} - {"junctions"}:
            target = workdir.path / "results" / "callers" / caller / sample
            # New files, newer than the alignment: what is up to date is not called again.
            shutil.copytree(RECORDINGS / sample / caller, target, copy_function=shutil.copyfile)
            for folder in target.glob("*/"):
                folder.touch()


def write_yaml(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def read_tsv(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated table; lines that begin with ``#`` are comments."""
    with path.open(encoding="utf-8", newline="") as handle:
        lines = [line for line in handle if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def write_tsv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_text(path: Path) -> str:
    """Text of a plain or gzip-compressed file."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")


def write_gzip(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), compresslevel=1, mtime=0))


def expected(data: Path, sample: str, column: str) -> str:
    """What the truth table says of a sample as a whole, in its first row."""
    return next(row[column] for row in read_tsv(data / "truth.tsv") if row["sample"] == sample)


def truth_rows(data: Path, sample: str) -> list[dict[str, str]]:
    """What was planted in a sample: no rows for a negative one."""
    rows = [row for row in read_tsv(data / "truth.tsv") if row["sample"] == sample]
    return [row for row in rows if row["event_id"]]


def ntrk_events(data: Path, sample: str) -> list[dict[str, str]]:
    """Planted joins of an NTRK gene and another; splicing within one gene is none."""
    return [
        event
        for event in truth_rows(data, sample)
        if "NTRK" in event["gene5"] + event["gene3"] and event["kind"] != "exon_skipping"
    ]


def place(breakpoint_: Mapping[str, Any]) -> str:
    """A breakpoint as the truth table writes it."""
    return f"{breakpoint_['chrom']}:{breakpoint_['pos']}:{breakpoint_['strand']}"


def junction(fusion: Mapping[str, Any]) -> tuple[str, str]:
    """The two breakpoints of a fusion."""
    return place(fusion["breakpoint5"]), place(fusion["breakpoint3"])


def all_junctions(document: Document) -> list[Document]:
    """Junctions of the target genes, those below the line included."""
    return [*document["fusions"], *document["below_the_line"]]


def findings(document: Document) -> Document:
    """What a document says, without where it comes from."""
    return {name: value for name, value in document.items() if name != "provenance"}


def complement(bases: str) -> str:
    """The other strand, 5′→3′."""
    return bases[::-1].translate(str.maketrans("ACGT", "TGCA"))


def read_genome(fasta: Path) -> dict[str, str]:
    """Sequences of a small genome by contig, upper case."""
    records = (record.partition("\n") for record in read_text(fasta).split(">")[1:])
    return {head.split()[0]: body.replace("\n", "").upper() for head, _, body in records}


def joined_bases(
    genome: Mapping[str, str], five: str, three: str, inserted: str = "", nt: int = 12
) -> str:
    """The bases around a junction along its transcript, ``nt`` of the exon on either side.

    :param five: last base of the 5′ part as ``chrom:pos:strand``, 1-based.
    :param three: first base of the 3′ part.
    """

    def side(place: str, *, last: bool) -> str:
        chrom, pos, strand = place.split(":")
        start = int(pos) - nt if last == (strand == "+") else int(pos) - 1
        bases = genome[chrom][start : start + nt]
        return bases if strand == "+" else complement(bases)

    return side(five, last=True) + inserted + side(three, last=False)


def fragments_with(fastq: Iterable[Path], bases: str) -> set[str]:
    """Names of the fragments of which a read has the bases, on either strand, without an error."""
    wanted = (bases, complement(bases))
    names = set()
    for path in fastq:
        lines = read_text(path).splitlines()
        for head, read in zip(lines[::4], lines[1::4], strict=True):
            if any(spelled in read for spelled in wanted):
                names.add(head[1:].split()[0].removesuffix("/1").removesuffix("/2"))
    return names


@dataclass
class Cell:
    """Text of one element of a page, and the attributes of its tag."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Page(HTMLParser):
    """An HTML page as a flat list of elements, each with the text of all that is in it."""

    _WITHIN_LINE = frozenset({"span", "code", "strong", "em", "a", "b", "i", "sub", "sup"})
    _VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "col", "area", "base", "wbr"})

    def __init__(self, path: Path):
        super().__init__()
        self.elements: list[Cell] = []
        self._open: list[Cell] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._WITHIN_LINE:
            self.handle_data(" ")
        cell = Cell(tag, {name: value or "" for name, value in attrs})
        self.elements.append(cell)
        if tag not in self._VOID:
            self._open.append(cell)

    def handle_endtag(self, tag: str) -> None:
        while any(cell.tag == tag for cell in self._open):
            if self._open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        for cell in self._open:
            cell.text += data

    def texts(self, tag: str) -> list[str]:
        """Text of every element of a kind, white space made single."""
        return [" ".join(cell.text.split()) for cell in self.elements if cell.tag == tag]

    def links(self) -> list[str]:
        """Everything that a browser could fetch."""
        names = ("src", "href", "srcset", "data", "action", "poster")
        return [c.attributes[name] for c in self.elements for name in names if name in c.attributes]
