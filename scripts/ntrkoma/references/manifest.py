"""The manifest of reference files (``references.tsv``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ntrkoma.errors import InputError, hint, raise_if_any
from ntrkoma.tables import read_table

COLUMNS = (
    "set",
    "name",
    "version",
    "url",
    "size_bytes",
    "disk_gb",
    "checksum",
    "checksum_source",
    "checksum_url",
    "unpack",
    "keep",
    "provides",
    "licence",
    "note",
)


_CHECKSUM = re.compile(
    r"md5:[0-9a-f]{32}|sha1:[0-9a-f]{40}|sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}"
)


UNPACK = ("none", "gunzip", "tar")


# What a row may provide: keys of the configuration's `reference` section.
KEYS = (
    "fasta",
    "gtf",
    "star_index",
    "ctat_lib",
    "arriba.blacklist",
    "arriba.known_fusions",
    "arriba.protein_domains",
)


_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Reference:
    """One file of the manifest. ``size_bytes``: of what is downloaded, None if not known.

    ``disk_gb``: room to have free while it is prepared, an estimate. ``provides``: keys of the
    configuration's ``reference`` section and paths below the row's folder.
    """

    set: str
    name: str
    version: str
    url: str
    size_bytes: int | None
    disk_gb: float | None
    checksum: str
    checksum_url: str
    unpack: str
    keep: tuple[str, ...]
    provides: Mapping[str, str]
    licence: str
    note: str

    @property
    def key(self) -> str:
        """``set/name``, as messages name it."""
        return f"{self.set}/{self.name}"

    @property
    def file_name(self) -> str:
        """Name of the downloaded file."""
        return _last_part(self.url)

    @property
    def list_name(self) -> str:
        """Name of the publisher's list of checksums."""
        return _last_part(self.checksum_url)

    @property
    def place(self) -> PurePosixPath:
        """Folder of the content, below that of all references."""
        return PurePosixPath(self.set, self.version, self.name)


def _last_part(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def read_manifest(path: Path) -> list[Reference]:
    """Rows of the manifest.

    Raises:
        InputError: with one sentence for every cell that cannot be.
    """
    try:
        rows = read_table(path)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a manifest.") from None
    missing = [name for name in COLUMNS if name not in (rows[0] if rows else {})]
    if missing:
        raise InputError(
            f"{path}: the header lacks {', '.join(missing)}; take resources/references.tsv as a "
            "model."
        )
    cells = [{name: (row[name] or "").strip() for name in COLUMNS} for row in rows]
    raise_if_any(problem for row in cells for problem in _row_problems(row, path))
    references = [_reference(row) for row in cells]
    keys = [reference.key for reference in references]
    raise_if_any(
        f"{path}: {key} has {keys.count(key)} rows; give every file of a set a name of its own."
        for key in dict.fromkeys(keys)
        if keys.count(key) > 1
    )
    return references


def _row_problems(row: Mapping[str, str], path: Path) -> Iterable[str]:
    where = f"{path}, row {row['set']}/{row['name']}"
    for name in ("set", "name", "version"):
        if not _WORD.fullmatch(row[name]):
            yield f"{where}: {name} is {row[name]!r}; use letters, digits, '_', '.' and '-'."
    for name in ("url", "checksum_url"):
        address = urlsplit(row[name])
        if (row[name] or name == "url") and (
            address.scheme not in ("http", "https") or not address.netloc or " " in row[name]
        ):
            yield f"{where}: {name} is {row[name]!r}; give an address that starts with https://."
    if not PurePosixPath(urlsplit(row["url"]).path).name:
        yield f"{where}: url names no file; give the address of the file itself."
    if row["size_bytes"] and not row["size_bytes"].isdigit():
        yield f"{where}: size_bytes is {row['size_bytes']!r}; give a whole number or nothing."
    if row["disk_gb"] and not re.fullmatch(r"\d+(\.\d+)?", row["disk_gb"]):
        yield f"{where}: disk_gb is {row['disk_gb']!r}; give a number or nothing."
    if row["unpack"] not in UNPACK:
        yield f"{where}: unpack is {row['unpack']!r}; use one of {', '.join(UNPACK)}."
    yield from _checksum_problems(row, where)
    for item in row["provides"].split():
        key, _, target = item.partition("=")
        if key not in KEYS:
            yield f"{where}: provides {key!r}; {hint(key, KEYS)}"
        if not target or PurePosixPath(target).is_absolute() or ".." in target.split("/"):
            yield f"{where}: provides {item!r}; give key=path with a path inside the archive."


def _checksum_problems(row: Mapping[str, str], where: str) -> Iterable[str]:
    if row["checksum"]:
        if not _CHECKSUM.fullmatch(row["checksum"].lower()):
            yield (
                f"{where}: checksum is {row['checksum']!r}; write algorithm:digest, of md5, sha1, "
                "sha256 or sha512."
            )
        if not row["checksum_source"]:
            yield f"{where}: checksum has no checksum_source; say where it was read."


def _reference(row: Mapping[str, str]) -> Reference:
    return Reference(
        set=row["set"],
        name=row["name"],
        version=row["version"],
        url=row["url"],
        size_bytes=int(row["size_bytes"]) if row["size_bytes"] else None,
        disk_gb=float(row["disk_gb"]) if row["disk_gb"] else None,
        checksum=row["checksum"].lower(),
        checksum_url=row["checksum_url"],
        unpack=row["unpack"],
        keep=tuple(row["keep"].split()),
        provides=dict(item.split("=", 1) for item in row["provides"].split()),
        licence=row["licence"],
        note=row["note"],
    )


def select(references: Sequence[Reference], sets: str | Sequence[str]) -> list[Reference]:
    """The rows of the named sets; ``sets`` may be a list or words with commas.

    Raises:
        InputError: when a set is unknown, or two sets bring the same thing: genome, annotation and
            indices have to come from one.
    """
    words = sets.replace(",", " ").split() if isinstance(sets, str) else [str(s) for s in sets]
    known = list(dict.fromkeys(reference.set for reference in references))
    raise_if_any(
        f"sets: {word!r} is not in the manifest; {hint(word, known)}"
        for word in words
        if word not in known
    )
    if not words:
        raise InputError(f"sets: is empty; choose from {', '.join(known)}.")
    chosen = [reference for reference in references if reference.set in words]
    brought: dict[str, Reference] = {}
    for reference in chosen:
        for key in reference.provides:
            other = brought.setdefault(key, reference)
            if other is not reference:
                raise InputError(
                    f"sets: {other.set} and {reference.set} both bring reference.{key}; genome, "
                    "annotation and indices have to be of one set, choose one of the two."
                )
    return chosen
