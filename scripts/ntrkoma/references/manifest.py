"""The manifest of reference files (``references.tsv``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ntrkoma.errors import InputError, hint, raise_if_any
from ntrkoma.references import download as fetch
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


PINNED, RECORDED, PUBLISHED, FIRST_USE = (
    "pinned",
    "recorded before",
    "published",
    "trust on first use",
)


STATUS = {
    PINNED: "checksum pinned",
    PUBLISHED: "publisher's checksum list",
    "unverified": "no checksum known: trust on first use",
}


Word = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9_.-]*", "use letters, digits, '_', '.' and '-'")
]


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or " " in text:
        raise ValueError("give an address that starts with https://")
    return text


def _address_of_a_file(text: str) -> str:
    if not PurePosixPath(urlsplit(_address(text)).path).name:
        raise ValueError("url names no file; give the address of the file itself")
    return text


def _checksum(text: str) -> str:
    try:
        fetch.parse_checksum(text)
    except ValueError as error:
        raise ValueError(f"it {error}; write algorithm:digest") from None
    return text.lower()


Checksum = Annotated[str, AfterValidator(_checksum)]


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
    status: str
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
        return PurePosixPath(unquote(urlsplit(self.url).path)).name

    @model_validator(mode="after")
    def _says_how_it_is_checked(self) -> Self:
        if self.checksum and not self.checksum_source:
            raise ValueError("checksum has no checksum_source; say where it was read")
        told = PINNED if self.checksum else PUBLISHED if self.checksum_url else "unverified"
        if self.status != told:
            raise ValueError(f"status is {self.status!r}; its checksum columns make it {told!r}")
        return self


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
