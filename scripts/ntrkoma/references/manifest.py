"""The manifest of reference files (``references.tsv``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ntrkoma.errors import InputError, hint, raise_if_any
from ntrkoma.tables import Row, matching, separated

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


Word = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9_.-]*", "use letters, digits, '_', '.' and '-'")
]


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or " " in text:
        raise ValueError("give an address that starts with https://")
    return text


def _address_of_a_file(text: str) -> str:
    if _last_part(_address(text)) in ("", ".."):
        raise ValueError("url names no file; give the address of the file itself")
    return text


Checksum = Annotated[
    str,
    AfterValidator(str.lower),
    matching(
        r"md5:[0-9a-f]{32}|sha1:[0-9a-f]{40}|sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}",
        "write algorithm:digest, with md5, sha1, sha256 or sha512",
    ),
]


def _provided(cell: object) -> object:
    """Paths by key, from ``key=path key=path``."""
    if not isinstance(cell, str):
        return cell
    found = {}
    for item in cell.split():
        key, _, target = item.partition("=")
        if key not in KEYS:
            raise ValueError(f"for {key!r} {hint(key, KEYS)}")
        if not target or PurePosixPath(target).is_absolute() or ".." in target.split("/"):
            raise ValueError(f"for {item!r} give key=path with a path inside the archive")
        found[key] = target
    return found


class Reference(Row):
    """One file of the manifest. ``size_bytes``: of what is downloaded, None if not known.

    ``disk_gb``: room to have free while it is prepared, an estimate. ``provides``: keys of the
    configuration's ``reference`` section and paths below the row's folder.
    """

    TABLE = "references.tsv"
    KEY = ("set", "name")

    set: Word
    name: Word
    version: Word
    url: Annotated[str, AfterValidator(_address_of_a_file)]
    size_bytes: Annotated[int | None, Field(ge=0)] = None
    disk_gb: Annotated[float | None, Field(ge=0)] = None
    checksum: Checksum = ""
    checksum_source: str = ""
    checksum_url: Annotated[str, AfterValidator(_address)] = ""
    unpack: Literal["none", "gunzip", "tar"]
    keep: Annotated[tuple[str, ...], separated(" ")] = ()
    provides: Annotated[Mapping[str, str], BeforeValidator(_provided)] = {}
    licence: str = ""
    note: str = ""

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

    @model_validator(mode="after")
    def _says_where_its_checksum_comes_from(self) -> Self:
        if self.checksum and not self.checksum_source:
            raise ValueError("checksum has no checksum_source; say where it was read")
        return self


def _last_part(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


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
