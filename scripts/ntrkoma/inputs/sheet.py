"""The sample sheet: one row per unit (a lane or library of a sample), as TSV or CSV.

``parse_sheet`` judges the text alone and opens no file; :mod:`ntrkoma.given_fastqs` looks into the
FASTQ files, :mod:`ntrkoma.given_alignments` into the BAMs. All look for all problems before they
report, so that a sheet is mended in one go.
Rows carry the line number a text editor shows: the header is line 1.
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ntrkoma.errors import InputError, hint, raise_if_any
from ntrkoma.model.states import ASSAYS

REQUIRED_COLUMNS = ("sample", "unit", "fq1", "fq2")


METADATA_COLUMNS = (
    "patient",
    "specimen",
    "collected",
    "tumour_type",
    "tumour_fraction",
    "assay",
    "umi",
    "run",
    "pan_trk_ihc",
    "ntrk_fish",
)


ALIGNMENT_COLUMNS = ("bam", "chimeric_junctions")


COLUMNS = REQUIRED_COLUMNS + METADATA_COLUMNS + ALIGNMENT_COLUMNS


FILE_COLUMNS = ("fq1", "fq2", *ALIGNMENT_COLUMNS)


# Where a read carries its unique molecular identifier: at the end of its name already, or in the
# first bases of a mate (length, and how many to drop behind it).
UMI_PATTERN = re.compile(
    r"name|(?P<place>read1|read2|per_read):(?P<length>[0-9]{1,2})(\+(?P<skip>[0-9]{1,2}))?"
)


MAX_NAME_LENGTH = 100


NAME_PATTERN = re.compile(rf"[A-Za-z0-9](?!.*\.\.)[A-Za-z0-9_.-]{{0,{MAX_NAME_LENGTH - 1}}}")


# How other workflows call the same thing, where the spelling alone would not lead there.
_COLUMN_ALIASES = {
    "sample_id": "sample",
    "sample_name": "sample",
    "lane": "unit",
    "unit_name": "unit",
    "fastq_1": "fq1",
    "fastq1": "fq1",
    "read1": "fq1",
    "r1": "fq1",
    "fastq_2": "fq2",
    "fastq2": "fq2",
    "read2": "fq2",
    "r2": "fq2",
    "date": "collected",
    "flowcell": "run",
    "umi_loc": "umi",
    "purity": "tumour_fraction",
    "cram": "bam",
    "chimeric_out_junction": "chimeric_junctions",
    "junctions": "chimeric_junctions",
}


# What R, pandas and spreadsheets write for "no value". Kept as text, one "NA" in the column
# patient would join strangers to one patient.
_EMPTY_MARKS = frozenset({"na", "n/a", "#n/a", "<na>", "nan", "null"})


_NO_MATE_MARKS = frozenset({"none", "-", "."})


_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


_DECIMAL = re.compile(r"[0-9]*\.?[0-9]*([eE][+-]?[0-9]+)?")  # float() takes more, such as "1_0"


@dataclass(frozen=True)
class Unit:
    """One row of the sheet: the reads of one lane or library of a sample.

    ``fq1``, ``fq2``: FASTQ paths as in the sheet, relative ones relative to the working
    directory; ``fq2`` is None for single-end reads. ``row``: line number in the sheet, header = 1.
    ``run``: the sequencing run, "" if not given; a sample may have units from several runs.
    ``bam``: BAM or CRAM that holds the reads instead; ``fq1`` is "" then. ``chimeric_junctions``:
    STAR's chimeric junctions of that BAM, to use its alignments as they are; "" if not given.
    """

    sample: str
    unit: str
    fq1: str
    fq2: str | None
    row: int
    run: str = ""
    bam: str = ""
    chimeric_junctions: str = ""

    @property
    def fastqs(self) -> tuple[str, ...]:
        """The FASTQ paths of the unit, one or two; none if its reads come from a BAM."""
        return tuple(path for path in (self.fq1, self.fq2) if path)

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Column and path of every file that the row names."""
        named = ((column, getattr(self, column)) for column in FILE_COLUMNS)
        return tuple((column, path) for column, path in named if path)


@dataclass(frozen=True)
class Sample:
    """One specimen's library, sequenced in one or more units.

    ``metadata`` has every name in ``METADATA_COLUMNS``, "" where the sheet says nothing; several
    runs are joined with ", ".
    """

    name: str
    units: tuple[Unit, ...]
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def paired(self) -> bool:
        """Whether the FASTQ files are of paired-end reads (the same for all units).

        Of a BAM the sheet does not say it: see :func:`ntrkoma.given_alignments.is_paired`.
        """
        return self.units[0].fq2 is not None

    @property
    def from_bam(self) -> bool:
        """Whether the reads come from BAMs (the same for all units)."""
        return bool(self.units[0].bam)

    @property
    def aligned(self) -> bool:
        """Whether the given alignments are used as they are; there is one unit then."""
        return bool(self.units[0].chimeric_junctions)

    @property
    def umi(self) -> str:
        """Where the reads carry their UMI, as in the sheet; "" if they have none."""
        return self.metadata.get("umi", "")

    @property
    def runs(self) -> tuple[str, ...]:
        """The sequencing runs of the units, each once, in the order of the sheet."""
        return tuple(dict.fromkeys(unit.run for unit in self.units if unit.run))


@dataclass(frozen=True)
class _Row:
    """Cells of one line by column name, stripped; absent columns are not in ``cells``."""

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


def read_sheet(path: Path, base: Path) -> list[Sample]:
    """Read the sample sheet at ``path`` (relative to ``base``, the working directory).

    Samples come in the order of their first row. Opens the sheet alone, no FASTQ.

    Raises:
        InputError: with a sentence for every problem of the sheet.
    """
    return parse_sheet(_read_text(base / path, str(path)), str(path), base)


def parse_sheet(text: str, source: str, base: Path) -> list[Sample]:
    """Samples of the sheet ``text``; ``source`` is its name in messages.

    ``base`` serves to recognise a FASTQ that is given once as relative and once as absolute path;
    no file is opened.

    Raises:
        InputError: with a sentence for every problem found.
    """
    problems: list[str] = []
    rows = _table(text, source, problems)
    if not rows and not problems:
        problems.append(f"{source}: has no rows; add one row per lane below the header.")
    for row in rows:
        where = f"{source}, row {row.number}"
        problems.extend(f"{where}: {problem}" for problem in _row_problems(row))
    for problem in _between_rows(rows, base):
        problems.append(f"{source}, {problem}")
    raise_if_any(problems)
    return _samples(rows)


def _read_text(path: Path, source: str) -> str:
    """The sheet as text (UTF-8, a byte order mark is dropped)."""
    if not path.exists():
        raise InputError(
            f"{source}: the sample sheet does not exist (looked for {path}); correct the key "
            "'samples' of the configuration, relative paths start at the working directory."
        )
    if path.is_dir():
        raise InputError(f"{source}: is a directory, not a sample sheet; name the file itself.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{source}: the sample sheet cannot be read ({error.strerror}); mend its permissions."
        ) from error
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(
            f"{source}: is a spreadsheet workbook; save it as tab-separated text (.tsv) instead."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"{source}, row {line}: byte 0x{content[error.start]:02x} is not UTF-8 text; save the "
            "sheet with the encoding UTF-8."
        ) from error
    if "\0" in text:
        raise InputError(
            f"{source}: holds NUL characters, so it is binary or UTF-16; save the sheet as text "
            "with the encoding UTF-8."
        )
    return text


def _delimiter(header: str, source: str) -> str:
    """Tab or comma, whichever the header line uses; a header of one column goes by extension."""
    for mark in "\t,":
        if mark in header:
            return mark
    return "," if source.lower().endswith(".csv") else "\t"


def _records(text: str, source: str, problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped cells of every line that is not blank."""
    text = text.removeprefix("\ufeff")
    header = next((line for line in io.StringIO(text) if line.strip()), "")
    # newline="" leaves line breaks within quoted cells as they are; strict reports open quotes.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_delimiter(header, source), strict=True
    )
    line = 1
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(
                f"{source}, row {line}: the quotes of this row do not match ({error}); close each "
                'opening " and write a " within a quoted cell as "".'
            )
            return
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _table(text: str, source: str, problems: list[str]) -> list[_Row]:
    """Rows of the sheet by column name; structural problems are added to ``problems``."""
    records = _records(text, source, problems)
    first = next(records, None)
    if first is None:
        if not problems:
            problems.append(
                f"{source}: is empty; it needs a header with the columns "
                f"{_listed(REQUIRED_COLUMNS)} and one row per lane."
            )
        return []
    line, cells = first
    header = _without_empty_tail(cells, 0)
    if not any(name in COLUMNS for name in header):
        problems.append(f"{source}, row {line}: {_no_header(header)}")
        return []
    problems.extend(f"{source}, row {line}: {problem}" for problem in _header_problems(header))
    rows = []
    for number, values in records:
        values = _without_empty_tail(values, len(header))
        if len(values) != len(header):
            problems.append(f"{source}, row {number}: {_field_count(values, header)}")
            continue
        cells_by_name = dict(zip(header, map(_blank_to_empty, values), strict=True))
        rows.append(_Row(number, cells_by_name))
    return rows


def _without_empty_tail(cells: list[str], least: int) -> list[str]:
    """``cells`` without the empty ones beyond the first ``least`` (spreadsheets add them)."""
    end = len(cells)
    while end > least and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _blank_to_empty(value: str) -> str:
    return "" if value.casefold() in _EMPTY_MARKS else value


def _field_count(values: Sequence[str], header: Sequence[str]) -> str:
    kind = "many" if len(values) > len(header) else "few"
    return (
        f"has too {kind} fields, {len(values)} where the header has {len(header)}; every row needs "
        "one field per column, an empty one still needs its separator."
    )


def _no_header(cells: Sequence[str]) -> str:
    if len(cells) == 1 and ";" in cells[0]:
        return "separates its columns by semicolons; save the sheet with tabs or commas."
    return (
        f"is no header, it has none of the known column names; start the sheet with a row that "
        f"names its columns {_listed(REQUIRED_COLUMNS)}."
    )


def _header_problems(header: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(header):
        if not name:
            yield "a column has no name; name it or remove it."
        elif name not in COLUMNS:
            yield f"unknown column {name!r}; {hint(name, COLUMNS, _COLUMN_ALIASES)}"
        if name and header.count(name) > 1:
            yield f"column {name!r} appears {header.count(name)} times; keep one of them."
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    for name in missing:
        remedy = " (leave its cells empty for single-end reads)" if name == "fq2" else ""
        yield f"required column {name!r} is missing; add it to the header{remedy}."


def _row_problems(row: _Row) -> Iterator[str]:
    for column in ("sample", "unit"):
        if column in row.cells and not row.get(column):
            yield f"{column} is empty ('NA' counts as empty); every row needs one."
    yield from _reads_problems(row)
    for column in ("sample", "unit"):
        yield from _name_problems(column, row.get(column))
    for column in FILE_COLUMNS:
        yield from _path_problems(column, row.get(column))
    for column in METADATA_COLUMNS:
        yield from _control_characters(column, row.get(column))
    yield from _date_problems(row.get("collected"))
    yield from _fraction_problems(row.get("tumour_fraction"))
    yield from _assay_problems(row.get("assay"))
    yield from _umi_problems(row)


def _reads_problems(row: _Row) -> Iterator[str]:
    """A row has its reads in FASTQ or in a BAM, and chimeric junctions belong to a BAM."""
    bam = row.get("bam")
    if "fq1" in row.cells and not row.get("fq1") and not bam:
        yield "fq1 is empty ('NA' counts as empty); every row needs one, or a bam."
    for column in ("fq1", "fq2"):
        if bam and row.get(column):
            yield (
                f"has a bam ({bam!r}) and {column} ({row.get(column)!r}), so its reads would count "
                "twice; keep one of them."
            )
    if row.get("chimeric_junctions") and not bam:
        yield (
            f"chimeric_junctions is {row.get('chimeric_junctions')!r}, but bam is empty; give "
            "STAR's BAM of the same run as well, or empty both and give fq1."
        )


def _name_problems(column: str, name: str) -> Iterator[str]:
    """Names become parts of file names and of rule wildcards, so they must be plain."""
    if not name or NAME_PATTERN.fullmatch(name):
        return
    strange = dict.fromkeys(char for char in name if not re.match(r"[A-Za-z0-9_.-]", char))
    if strange:
        shown = ", ".join(_character(char) for char in strange)
        yield (
            f"{column} {name!r} contains {shown}; only letters (A-Z, a-z), digits, '_', '.' and "
            "'-' may be used."
        )
    elif not name[0].isalnum():
        yield f"{column} {name!r} starts with {name[0]!r}; start it with a letter or a digit."
    if ".." in name:
        yield f"{column} {name!r} contains '..'; use single dots."
    if len(name) > MAX_NAME_LENGTH:
        yield (
            f"{column} {name[:20] + '…'!r} has {len(name)} characters; shorten it to at most "
            f"{MAX_NAME_LENGTH}, it becomes part of file names."
        )


def _character(char: str) -> str:
    """A character as a reader can find it: the name tells apart what looks alike."""
    if char == " ":
        return "a space"
    code = f"U+{ord(char):04X}"
    described = unicodedata.name(char, "")
    label = f"{code} {described}".strip()
    return repr(char) if char.isascii() and char.isprintable() else f"{char!r} ({label})"


def _control_characters(column: str, value: str) -> Iterator[str]:
    bad = next((char for char in value if unicodedata.category(char) in ("Cc", "Zl", "Zp")), None)
    if bad is not None:
        yield (
            f"{column} {value!r} contains the control character {bad!r}; remove tabs, line breaks "
            "and the like from the cell."
        )


def _path_problems(column: str, path: str) -> Iterator[str]:
    yield from _control_characters(column, path)
    if column == "fq2" and path.casefold() in _NO_MATE_MARKS:
        yield f"fq2 is {path!r}; leave the cell empty for single-end reads."
    elif re.match(r"[A-Za-z][A-Za-z0-9+]*://", path):
        yield f"{column} {path!r} is a remote address; download the file and give its local path."
    elif path.startswith("~") or re.match(r"\$\{?[A-Za-z_]", path):
        yield (
            f"{column} {path!r} starts with {path[0]!r}, which is not expanded here; write the "
            "path in full."
        )
    elif path.startswith("-"):
        yield (
            f"{column} {path!r} starts with '-' and would be taken for an option; give the "
            "absolute path."
        )


def _date_problems(value: str) -> Iterator[str]:
    if not value:
        return
    try:
        if not _ISO_DATE.fullmatch(value):
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        yield f"collected {value!r} is not an ISO date; write it as YYYY-MM-DD, such as 2024-03-31."


def _fraction_problems(value: str) -> Iterator[str]:
    if not value:
        return
    try:
        inside = _DECIMAL.fullmatch(value) is not None and 0 <= float(value) <= 1
    except ValueError:
        inside = False
    if not inside:
        yield (
            f"tumour_fraction {value!r} is not a number from 0 to 1; write 80 % as 0.8, with a "
            "decimal point."
        )


def _assay_problems(value: str) -> Iterator[str]:
    if value and value not in ASSAYS:
        yield f"assay {value!r} is unknown; {hint(value, ASSAYS)}"


def _umi_problems(row: _Row) -> Iterator[str]:
    value = row.get("umi")
    if not value:
        return
    found = UMI_PATTERN.fullmatch(value)
    if not found or (found["length"] and int(found["length"]) == 0):
        yield (
            f"umi {value!r} is unknown; write name where the reads' names end with it, or where it "
            "stands and how long it is, such as read1:8, per_read:6+4 with 4 bases to drop behind "
            "it."
        )
    elif found["place"] and row.get("bam"):
        yield (
            f"umi is {value!r}, but a BAM's reads cannot be cut any more; write name where their "
            "names end with the UMI, or empty the cell."
        )
    elif found["place"] in {"read2", "per_read"} and row.get("fq1") and not row.get("fq2"):
        yield f"umi is {value!r}, but fq2 is empty; single-end reads carry it in name or read1."


def _between_rows(rows: Sequence[_Row], base: Path) -> Iterator[str]:
    by_sample: dict[str, list[_Row]] = {}
    for row in rows:
        if row.get("sample"):
            by_sample.setdefault(row.get("sample"), []).append(row)
    yield from _case_twins("sample", {name: group[0].number for name, group in by_sample.items()})
    for name, group in by_sample.items():
        yield from _unit_twins(name, group)
        yield from _mixed_entry(name, group)
        yield from _mixed_layout(name, group)
        yield from _disagreements(name, group)
    yield from _repeated_paths(rows, base)


def _case_twins(what: str, rows_by_name: Mapping[str, int]) -> Iterator[str]:
    """Names that are one file on a file system that ignores case."""
    seen: dict[str, str] = {}
    for name, number in rows_by_name.items():
        twin = seen.setdefault(name.casefold(), name)
        if twin != name:
            yield (
                f"row {number}: {what} {name!r} differs from {twin!r} (row {rows_by_name[twin]}) "
                "only by upper and lower case, so their files may overwrite each other; use one "
                "spelling or two distinct names."
            )


def _unit_twins(name: str, group: Sequence[_Row]) -> Iterator[str]:
    first: dict[str, int] = {}
    for row in group:
        unit = row.get("unit")
        if not unit:
            continue
        earlier = first.setdefault(unit, row.number)
        if earlier != row.number:
            yield (
                f"row {row.number}: sample {name!r} with unit {unit!r} stands in row {earlier} "
                "already; give each lane of a sample a unit name of its own."
            )
    yield from _case_twins(f"sample {name!r} with unit", first)


def _mixed_entry(name: str, group: Sequence[_Row]) -> Iterator[str]:
    bam = [row.number for row in group if row.get("bam")]
    fastq = [row.number for row in group if row.get("fq1") and not row.get("bam")]
    if bam and fastq:
        yield (
            f"row {group[0].number}: sample {name!r} mixes BAM ({_rows(bam)}) and FASTQ "
            f"({_rows(fastq)}); give all its reads in one way, or make them two samples."
        )
    given = [row.number for row in group if row.get("chimeric_junctions")]
    if given and len(group) > 1:
        yield (
            f"row {given[0]}: sample {name!r} has chimeric_junctions ({_rows(given)}) and "
            f"{len(group)} rows, but alignments are used as they are only when one BAM holds the "
            "whole sample; empty chimeric_junctions to have its reads aligned again."
        )


def _mixed_layout(name: str, group: Sequence[_Row]) -> Iterator[str]:
    if not all("fq2" in row.cells for row in group) or any(row.get("bam") for row in group):
        return
    single = [row.number for row in group if not row.get("fq2")]
    paired = [row.number for row in group if row.get("fq2")]
    if single and paired:
        yield (
            f"row {group[0].number}: sample {name!r} mixes paired-end ({_rows(paired)}) and "
            f"single-end reads ({_rows(single)}); fill or empty fq2 in all its rows, or make them "
            "two samples."
        )


def _disagreements(name: str, group: Sequence[_Row]) -> Iterator[str]:
    """Facts of a specimen cannot differ between its lanes; an empty cell says nothing."""
    for column in METADATA_COLUMNS:
        if column == "run":  # a sample may be sequenced again in another run
            continue
        first: dict[str, int] = {}
        for row in group:
            if row.get(column):
                first.setdefault(row.get(column), row.number)
        if len(first) > 1:
            shown = " and ".join(f"{value!r} (row {number})" for value, number in first.items())
            yield (
                f"row {list(first.values())[1]}: {column} of sample {name!r} is {shown}; give all "
                "rows of a sample the same value."
            )


def _repeated_paths(rows: Sequence[_Row], base: Path) -> Iterator[str]:
    first: dict[str, tuple[int, str]] = {}
    for row in rows:
        for column in FILE_COLUMNS:
            if not row.get(column):
                continue
            key = os.path.normpath(base / row.get(column))
            earlier = first.setdefault(key, (row.number, column))
            if earlier != (row.number, column):
                yield repeated_file(row.number, column, row.get(column), earlier)


def repeated_file(number: int, column: str, path: str, earlier: tuple[int, str]) -> str:
    """The sentence for a file that the sheet names twice.

    :param number: row of the second mention.
    :param earlier: row and column of the first.
    """
    if earlier == (number, "fq1") and column == "fq2":
        return f"row {number}: fq1 and fq2 are the same file {path!r}; give the two mates' files."
    if earlier[0] == number:
        return f"row {number}: {earlier[1]} and {column} are the same file {path!r}; correct one."
    return (
        f"row {number}: {column} {path!r} is the same file as {earlier[1]} of row {earlier[0]}; "
        "its reads would count twice, so correct one of them."
    )


def _samples(rows: Sequence[_Row]) -> list[Sample]:
    """Samples from rows that have passed all checks."""
    by_sample: dict[str, list[_Row]] = {}
    for row in rows:
        by_sample.setdefault(row.get("sample"), []).append(row)
    return [
        Sample(name, tuple(map(_unit, group)), {c: _merged(c, group) for c in METADATA_COLUMNS})
        for name, group in by_sample.items()
    ]


def _unit(row: _Row) -> Unit:
    return Unit(
        sample=row.get("sample"),
        unit=row.get("unit"),
        fq1=_tidy(row.get("fq1")),
        fq2=_tidy(row.get("fq2")) if row.get("fq2") else None,
        row=row.number,
        run=row.get("run"),
        bam=_tidy(row.get("bam")),
        chimeric_junctions=_tidy(row.get("chimeric_junctions")),
    )


def _tidy(path: str) -> str:
    """``path`` without leading './' and doubled slashes (Snakemake warns of them)."""
    return re.sub(r"^(\./+)+(?=.)", "", re.sub(r"/{2,}", "/", path))


def _merged(column: str, group: Sequence[_Row]) -> str:
    return ", ".join(dict.fromkeys(row.get(column) for row in group if row.get(column)))


def _rows(numbers: Sequence[int]) -> str:
    return ("row " if len(numbers) == 1 else "rows ") + ", ".join(map(str, numbers))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
