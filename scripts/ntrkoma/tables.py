"""Tab-separated tables by column name: our own with a model of their rows, and the callers'."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import pandas as pd
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from ntrkoma.errors import InputError, hint, raise_if_any
from ntrkoma.wording import counted, listed


class Row(BaseModel):
    """A row of a table with a header: one field per column.

    A field is named as its column, or has the column as its ``validation_alias``. An empty cell
    gives the field's default; a field without a default has to be filled in.

    ``TABLE``: the file's name in ``resources/``. ``KEY``: columns that tell one row from all
    others. ``LACKS``: fields of a base class that are no columns of this table.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    TABLE: ClassVar[str] = ""
    KEY: ClassVar[tuple[str, ...]] = ()
    LACKS: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The columns that a header must have, all of them and no other."""
        return tuple(
            str(field.validation_alias or name)
            for name, field in cls.model_fields.items()
            if name not in cls.LACKS
        )

    @classmethod
    def read(cls, folder: Path) -> list[Self]:
        """All rows of the table in ``folder``, in its order.

        :raises InputError: see :func:`read_rows`.
        """
        return read_rows(folder / cls.TABLE, cls)


AnyRow = TypeVar("AnyRow", bound=Row)


def read_rows(path: Path, row: type[AnyRow]) -> list[AnyRow]:
    """All rows of a table, in its order; lines that start with ``#`` are comments.

    Cells may stand in double quotes, as spreadsheets write them; spaces around them do not count.

    :raises InputError: when the file cannot be read, lacks a column or has one too many; else with
        a sentence for every wrong cell, by line of the file (comments counted) and column.
    """
    rows: list[AnyRow] = []
    problems: list[str] = []
    lines_of: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for number, cells in _text_rows(path, row.columns()):
        lines_of[tuple(cells[name] for name in row.KEY)].append(str(number))
        try:
            rows.append(row.model_validate({name: cell for name, cell in cells.items() if cell}))
        except ValidationError as error:
            where = f"{path}, line {number}"
            problems += [_sentence(where, cells, one) for one in error.errors()]
    problems += [
        f"{path}, lines {listed(lines, 'and')}: have the same {listed(row.KEY, 'and')} "
        f"({', '.join(cell or 'empty' for cell in key)}); leave one of them."
        for key, lines in lines_of.items()
        if len(lines) > 1
    ]
    raise_if_any(problems)
    return rows


def _text_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number (1-based) and cells by column of each row."""
    try:
        with path.open(encoding="utf-8-sig") as handle:
            lines = {
                number: line
                for number, line in enumerate(handle, 1)
                if line.strip() and not line.startswith("#")
            }
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as a table ({error}); correct it.") from None
    if not lines:
        raise InputError(f"{path}: is empty; begin it with a header of {', '.join(columns)}.")
    first, *body = lines
    width = lines[first].count("\t") + 1
    # Before pandas, which fills short rows and shifts long ones without a word.
    raise_if_any(
        f"{path}, line {number}: has {counted(found, 'cell')} where the header has {width}; put "
        "one tab between two cells and none into a cell."
        for number, line in lines.items()
        if (found := line.count("\t") + 1) != width
    )
    text = StringIO("".join(lines.values()))
    try:
        table = pd.read_csv(text, sep="\t", dtype=str, keep_default_na=False)
    except pd.errors.ParserError:  # a quotation that reaches to the end of the file
        table = pd.DataFrame()
    names = [str(name).strip() for name in table.columns]
    if len(table) != len(body) or not names:
        raise InputError(
            f"{path}: a cell begins with a quotation mark that no other one closes; close it, or "
            "double it and put the cell into quotation marks."
        )
    raise_if_any(f"{path}, line {first}: {what}" for what in _header_problems(names, columns))
    rows: list[list[str]] = table.to_numpy().tolist()
    for number, cells in zip(body, rows, strict=True):
        yield number, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}


def _header_problems(names: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    missing = [name for name in columns if name not in names]
    if missing:
        yield f"the header lacks {', '.join(missing)}; add it."
    for name in names:
        if name not in columns:
            yield f"column {name!r} is unknown; {hint(name, missing or columns)}"


_REMEDIES = {
    "missing": "fill it in",
    "int_parsing": "write a whole number",
    "float_parsing": "write a number",
    "bool_parsing": "write yes or no",
    "date_from_datetime_parsing": "write YYYY-MM-DD",
    "date_from_datetime_inexact": "write YYYY-MM-DD",
    "pattern_regex": "write a regular expression",
}


def _sentence(where: str, cells: Mapping[Any, str], error: Mapping[str, Any]) -> str:
    """What is wrong with a cell, or with the cells of a row taken together, and what to do."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        remedy = str(context["error"])
    elif error["type"] in ("enum", "literal_error"):
        remedy = hint(str(error["input"]), re.findall(r"'([^']*)'", context["expected"]))
    else:
        remedy = _REMEDIES.get(error["type"], error["msg"].replace("Input", "it"))
    end = "" if remedy.endswith((".", "?")) else "."
    if not error["loc"]:
        return f"{where}: {remedy}{end}"
    column = error["loc"][0]
    return f"{where}: {column} is {cells[column]!r}; {remedy}{end}"


def matching(pattern: str, remedy: str) -> AfterValidator:
    """For the annotation of a field: its text has to match, whole.

    :param remedy: what to do about a text that does not, for the end of a sentence.
    """
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(remedy)
        return text

    return AfterValidator(check)


def separated(by: str) -> BeforeValidator:
    """For the annotation of a field with several values: they are written with ``by`` between."""

    def split(cell: object) -> object:
        if not isinstance(cell, str):
            return cell
        return tuple(part for part in map(str.strip, cell.split(by)) if part)

    return BeforeValidator(split)


def rows_by_name(
    lines: Iterable[str], source: str, required: Iterable[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number (1-based) and fields by column name of each row that a caller wrote.

    The header may start with ``#``. An empty file and a header-only file give no rows. Columns
    beyond ``required`` may be absent: callers leave some out on empty input.

    :raises InputError: when a required column is absent or a row has too few fields.
    """
    header: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        fields = line.rstrip("\n").split("\t")
        if not header:
            header = [fields[0].lstrip("#"), *fields[1:]]
            missing = [name for name in required if name not in header]
            if missing:
                raise InputError(
                    f"{source}, line {number}: the header lacks {', '.join(missing)}; the file is "
                    "not what this caller writes in the supported version, run the caller again."
                )
            continue
        if len(fields) < len(header):
            raise InputError(
                f"{source}, line {number}: {len(fields)} fields where the header has "
                f"{len(header)}; the file is truncated, delete it and run the caller again."
            )
        yield number, dict(zip(header, fields, strict=False))
