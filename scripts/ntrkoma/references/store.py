"""Reference files as data: the manifest, what is to be fetched, and what came of it.

``resources/references.tsv`` names every file. ``plan`` says before anything happens how much there
is to do, ``prepare`` brings one file to its place, ``config_block`` writes what the workflow's
configuration needs. Below the folder of the references:

    <set>/<version>/…       the files, ready to use
    downloads/              what is on its way, and archives that are kept
    checksums.lock          checksum of every file that was ever accepted here
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import yaml

from ntrkoma.errors import InputError, raise_if_any
from ntrkoma.references import download as fetch
from ntrkoma.references.download import Patience, Say, human
from ntrkoma.references.manifest import (
    FIRST_USE,
    PINNED,
    PUBLISHED,
    RECORDED,
    STATUS,
    Checksum,
    Reference,
)
from ntrkoma.references.unpack import unpack_gzip, unpack_tar
from ntrkoma.tables import Row, read_rows


class Accepted(Row):
    """A row of ``checksums.lock``: a file that was accepted, and why."""

    KEY = ("url",)

    file: str
    version: str
    url: str
    checksum: Checksum
    size_bytes: str
    basis: str
    recorded: str


# Content of a compressed file of unknown nature, as a multiple of the archive.
_UNPACKED_RATIO = 4


@dataclass(frozen=True)
class Store:
    """Where everything of a references folder is."""

    folder: Path

    @property
    def lock_file(self) -> Path:
        """Checksums of what was accepted."""
        return self.folder / "checksums.lock"

    def content(self, reference: Reference) -> Path:
        """Folder of the ready files."""
        return self.folder / reference.set / reference.version

    def archive(self, reference: Reference) -> Path:
        """The downloaded file, checked."""
        downloads = self.folder / "downloads" / reference.set / reference.version
        return downloads / reference.file_name

    def part(self, reference: Reference) -> Path:
        """The download, not yet complete or not yet checked."""
        archive = self.archive(reference)
        return archive.with_name(archive.name + ".part")

    def marker(self, reference: Reference) -> Path:
        """Written last: tells what is ready."""
        return self.content(reference) / f".{reference.name}.prepared.json"

    def guard(self, reference: Reference) -> Path:
        """Lock that a run holds while it works on the row."""
        return self.folder / ".locks" / f"{reference.set}.{reference.name}"


@dataclass(frozen=True)
class Plan:
    """What lies ahead: ``lines`` for the user, ``needed`` and ``free`` in bytes."""

    lines: tuple[str, ...]
    needed: int
    free: int


def plan(references: Sequence[Reference], store: Store, local_dir: Path | None) -> Plan:
    """Sizes, checksums and disk, without asking the network.

    A row without any size counts as nothing; its download looks at the disk once more.
    """
    ready = {reference.key for reference in references if is_prepared(reference, store)}
    rows = [("file", "version", "download", "disk", "checked against", "")]
    needed = 0
    recorded = read_lock(store.lock_file)
    for reference in references:
        in_lock = reference.url in recorded and not reference.checksum
        room = 0 if reference.key in ready else _room(reference, store, local_dir is not None)
        needed += room
        rows.append(
            (
                reference.key,
                reference.version,
                human(reference.size_bytes),
                "nothing" if reference.key in ready else human(room) if room else "unknown",
                "checksums.lock" if in_lock else STATUS[reference.status],
                "ready" if reference.key in ready else "",
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    free = shutil.disk_usage(_existing(store.folder)).free
    source = f"from {local_dir}" if local_dir else "from the network"
    lines = [f"References for {store.folder}, {source}:", *(f"  {line}" for line in table)]
    lines.append(f"Room: about {human(needed)} needed (an estimate), {human(free)} free.")
    return Plan(tuple(lines), needed, free)


def check_room(what: Plan, store: Store) -> None:
    """Raise InputError unless the disk holds what is planned."""
    if what.needed > what.free:
        raise InputError(
            f"{store.folder}: about {human(what.needed)} are needed and {human(what.free)} are "
            "free; choose fewer sets, make room, or prepare elsewhere with --directory."
        )


def _room(reference: Reference, store: Store, local: bool) -> int:
    if reference.disk_gb is not None:
        whole = round(reference.disk_gb * 1e9)
    else:
        factor = 1 if reference.unpack == "none" else 1 + _UNPACKED_RATIO
        whole = (reference.size_bytes or 0) * factor
    if local and reference.size_bytes and reference.unpack != "none":
        whole -= reference.size_bytes
    here = (store.part(reference), store.archive(reference))
    return max(0, whole - sum(path.stat().st_size for path in here if path.exists()))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def read_lock(path: Path) -> dict[str, dict[str, str]]:
    """Rows of ``checksums.lock`` by address of the file; none if there is no lock yet.

    Raises:
        InputError: when a row is not one.
    """
    if not path.exists():
        return {}
    try:
        return {row.url: row.model_dump() for row in read_rows(path, Accepted)}
    except InputError as error:
        raise InputError(
            f"{problem} Bring back a copy of it, or delete that row to accept the file anew."
            for problem in error.problems
        ) from None


def record(store: Store, reference: Reference, checksum: str, size: int, basis: str) -> None:
    """Add or replace the row of a file in ``checksums.lock``."""
    with fetch.exclusive(store.folder / ".locks" / "checksums", "checksums.lock", wait=True):
        rows = read_lock(store.lock_file)
        rows[reference.url] = {
            "file": reference.key,
            "version": reference.version,
            "url": reference.url,
            "checksum": checksum,
            "size_bytes": str(size),
            "basis": basis,
            "recorded": datetime.now(UTC).strftime("%Y-%m-%d"),
        }
        lines = [
            "# Checksums of the reference files that were accepted here; each later preparation is "
            "held to them.",
            "\t".join(Accepted.columns()),
            *("\t".join(row[name] for name in Accepted.columns()) for row in rows.values()),
        ]
        fetch.replace_text(store.lock_file, "\n".join(lines) + "\n")


def _expected(reference: Reference, store: Store) -> tuple[str, str]:
    """Checksum that the file must have and what it rests on; ("", "") if none is known here."""
    if reference.checksum:
        return reference.checksum, PINNED
    known = read_lock(store.lock_file).get(reference.url)
    return (known["checksum"], RECORDED) if known else ("", "")


def is_prepared(reference: Reference, store: Store) -> bool:
    """Whether the files of this row are there, complete, and from what is asked for now."""
    known = _marker(reference, store)
    expected, _ = _expected(reference, store)
    return (
        known.get("url") == reference.url
        and (not expected or expected in (known.get("checksum"), known.get("compared_with")))
        and all(
            (store.content(reference) / path).is_file()
            and (store.content(reference) / path).stat().st_size == size
            for path, size in known.get("files", {}).items()
        )
    )


def _marker(reference: Reference, store: Store) -> dict[str, Any]:
    try:
        known = json.loads(store.marker(reference).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def prepare(
    reference: Reference,
    store: Store,
    *,
    local_dir: Path | None = None,
    keep_archive: bool = False,
    patience: Patience = fetch.DEFAULT_PATIENCE,
    say: Say = print,
) -> dict[str, Any]:
    """Bring one file of the manifest to its place, checked; what is ready is left alone.

    Returns what is known of it: address, checksum, what that rests on, files and their sizes.

    Raises:
        InputError: when it cannot be had, is not what was expected, or another run is at it.
    """
    with fetch.exclusive(store.guard(reference), reference.key, say=say):
        if is_prepared(reference, store):
            say(f"{reference.key}: ready already, nothing to do")
            return _marker(reference, store)
        store.content(reference).mkdir(parents=True, exist_ok=True)
        source, checksum, compared_with, basis = _obtain(reference, store, local_dir, patience, say)
        size = source.stat().st_size
        store.marker(reference).unlink(missing_ok=True)
        files = _place(reference, store, source, say)
        _check_provided(reference, store)
        if basis != RECORDED:
            record(store, reference, checksum, size, basis)
        if basis == FIRST_USE:
            say(_first_use(reference, store, checksum))
        known = {
            "file": reference.key,
            "version": reference.version,
            "url": reference.url,
            "source": str(source) if local_dir else reference.url,
            "checksum": checksum,
            "compared_with": compared_with,
            "basis": basis,
            "size_bytes": size,
            "prepared": datetime.now(UTC).isoformat(timespec="seconds"),
            "licence": reference.licence,
            "files": files,
        }
        fetch.replace_text(store.marker(reference), json.dumps(known, indent=1) + "\n")
        if not local_dir and not keep_archive:
            store.archive(reference).unlink(missing_ok=True)
        say(f"{reference.key}: ready in {store.content(reference)}")
        return known


def _first_use(reference: Reference, store: Store, checksum: str) -> str:
    return (
        f"{reference.key}: NOT VERIFIED. Nobody's checksum of this file is known, so it is trusted "
        f"on first use: its own is {checksum}, recorded in {store.lock_file}, and every later "
        "preparation is held to it. Compare it with a second download from another network or "
        "with the publisher before patients depend on it, then write it into the manifest."
    )


def _obtain(
    reference: Reference,
    store: Store,
    local_dir: Path | None,
    patience: Patience,
    say: Say,
) -> tuple[Path, str, str, str]:
    """The checked file, its SHA-256, the checksum it was compared with, and what that rests on."""
    if local_dir:
        source = _find_local(reference, local_dir)
        say(f"{reference.key}: taken from {source}")
        expected, basis = _expectation(reference, store, source.parent, patience, say)
        return source, *_verified(reference, source, expected, basis)
    archive, part = store.archive(reference), store.part(reference)
    expected, basis = _expectation(reference, store, None, patience, say)
    if archive.exists():
        say(f"{reference.key}: {archive} is here already")
        archive.replace(part)  # under its final name only what was checked by this very run
        found = fetch.Download(part.stat().st_size, part.stat().st_size, 0)
    else:
        found = _download(reference, part, patience, say)
    try:
        result = _verified(reference, part, expected, basis)
    except InputError:
        fetch.discard(part)
        if not found.resumed:
            raise
        # Pieces of two downloads may not fit together: one more time, from the start.
        say(f"{reference.key}: what was collected over several runs is wrong; starting over")
        _download(reference, part, patience, say)
        try:
            result = _verified(reference, part, expected, basis)
        except InputError:
            fetch.discard(part)
            raise
    part.replace(archive)
    fetch.discard(part)
    return archive, *result


def _download(reference: Reference, part: Path, patience: Patience, say: Say) -> fetch.Download:
    say(f"{reference.key}: downloading {reference.url}")
    found = fetch.download(
        reference.url,
        part,
        name=reference.key,
        size=reference.size_bytes,
        patience=patience,
        say=say,
    )
    say(f"{reference.key}: {human(found.size)} are here, checking")
    return found


def _expectation(
    reference: Reference,
    store: Store,
    beside: Path | None,
    patience: Patience,
    say: Say,
) -> tuple[str, str]:
    """The checksum to demand and what it rests on; ("", first use) if nobody knows one.

    ``beside``: local folder in which the publisher's list may lie; None for the network.
    """
    expected, basis = _expected(reference, store)
    if expected:
        return expected, basis
    if not reference.checksum_url:
        return "", FIRST_USE
    name = PurePosixPath(urlsplit(reference.checksum_url).path).name
    if beside is None:
        part = store.part(reference).with_name(f"{reference.name}.{name}.part")
        fetch.discard(part)  # a list is short, and may have been corrected since
        fetch.download(
            reference.checksum_url,
            part,
            name=f"{reference.key}, list of checksums",
            patience=patience,
            say=say,
        )
        published = _listed(part, reference)
        fetch.discard(part)
        if not published:
            raise InputError(
                f"{reference.key}: the publisher's list of checksums, {reference.checksum_url}, "
                f"does not name {reference.file_name}; correct checksum_url in the manifest, or "
                "write a checksum that you trust into it."
            )
        return published, PUBLISHED
    published = _listed(beside / name, reference) if (beside / name).is_file() else ""
    if published:
        return published, PUBLISHED
    say(
        f"{reference.key}: the publisher's list of checksums ({name} from "
        f"{reference.checksum_url}) is not beside the file in {beside}"
    )
    return "", FIRST_USE


def _listed(listing: Path, reference: Reference) -> str:
    text = listing.read_text(encoding="utf-8", errors="replace")
    return fetch.listed_checksum(text, reference.file_name)


def _verified(reference: Reference, path: Path, expected: str, basis: str) -> tuple[str, str, str]:
    """SHA-256 of the file, the checksum it was compared with, and what that rests on."""
    size = path.stat().st_size
    if reference.size_bytes is not None and size != reference.size_bytes:
        raise InputError(
            f"{reference.key}: {path} has {size} bytes and the manifest asks for "
            f"{reference.size_bytes}; it is incomplete or another file, get it again."
        )
    own = fetch.checksum(path)
    if expected:
        algorithm, _digest = fetch.parse_checksum(expected)
        actual = own if algorithm == "sha256" else fetch.checksum(path, algorithm)
        if actual != expected:
            raise InputError(
                f"{reference.key}: {path.name} is not the expected file: its checksum is {actual} "
                f"and {expected} was demanded ({basis}); the download is damaged or the publisher "
                "has changed the file, so it was not used: run the same command again, and if it "
                "says the same, compare with the publisher before you correct "
                f"{'checksums.lock' if basis == RECORDED else 'the manifest'}."
            )
    return own, expected or own, basis


def _find_local(reference: Reference, local_dir: Path) -> Path:
    places = [
        local_dir / reference.set / reference.file_name,
        local_dir / reference.file_name,
    ]
    for path in places:
        if path.is_file():
            return path
    raise InputError(
        f"{reference.key}: {reference.file_name} is not in {local_dir} (nor in its folder "
        f"{reference.set}); put it there, it is {reference.url}."
    )


def _place(reference: Reference, store: Store, source: Path, say: Say) -> dict[str, int]:
    """Put the content of ``source`` into the folder of the row; sizes of the files by path."""
    folder = store.content(reference)
    scratch = folder / f".{reference.name}.unpacking"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        if reference.unpack == "none":
            _link_or_copy(source, scratch / reference.file_name)
        elif reference.unpack == "gunzip":
            say(f"{reference.key}: unpacking")
            unpack_gzip(source, scratch / _without_gz(reference.file_name), reference.key)
        else:
            say(f"{reference.key}: unpacking")
            unpack_tar(source, scratch, reference.key, reference.keep)
        files = {
            path.relative_to(scratch).as_posix(): path.stat().st_size
            for path in sorted(scratch.rglob("*"))
            if path.is_file()
        }
        for path in scratch.iterdir():
            _replace(path, folder / path.name)
    except OSError as error:
        raise InputError(
            f"{reference.key}: could not be put into {folder} ({error.strerror or error}); mend "
            "that and run the same command again, the download is kept."
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return files


def _link_or_copy(source: Path, target: Path) -> None:
    """A hard link costs no room and outlives the original's name; a copy where that cannot be."""
    try:
        target.hardlink_to(source.resolve())
    except OSError:
        shutil.copyfile(source, target)


def _replace(path: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    path.replace(target)


def _without_gz(name: str) -> str:
    return name[: -len(".gz")] if name.endswith(".gz") else f"{name}.unpacked"


def _check_provided(reference: Reference, store: Store) -> None:
    raise_if_any(
        f"{reference.key}: the archive brought no {target} (reference.{key}); the publisher has "
        "changed its layout, correct provides of its row in the manifest."
        for key, target in reference.provides.items()
        if not (store.content(reference) / target).exists()
    )


def config_block(references: Sequence[Reference], store: Store) -> str:
    """The ``reference`` section for the workflow's configuration, as YAML with comments."""
    section: dict[str, Any] = {}
    for reference in references:
        for key, target in reference.provides.items():
            path = str((store.content(reference) / target).absolute())
            group, _, name = key.rpartition(".")
            (section.setdefault(group, {}) if group else section)[name] = path
    lines = ["# Reference files, prepared by ntrkoma. Paste into your configuration, or give this"]
    lines.append("# file as a second one: snakemake --configfile config.yaml THIS_FILE")
    recorded = read_lock(store.lock_file)
    for reference in references:
        known = _marker(reference, store)
        ground = _ground(known, recorded.get(reference.url, {}))
        lines += [
            f"# {reference.key} {reference.version}: {known.get('checksum', 'not prepared')}",
            f"#   {ground}; licence: {reference.licence}",
        ]
    body = yaml.safe_dump({"reference": section}, sort_keys=False, width=1000, allow_unicode=True)
    return "\n".join(lines) + "\n" + body


def _ground(known: Mapping[str, Any], recorded: Mapping[str, str]) -> str:
    """What the checksum of a prepared file rests on, in words."""
    if known.get("basis") == PINNED:
        return f"checked against the manifest ({known['compared_with']})"
    if known.get("basis") == PUBLISHED:
        return f"checked against the publisher's list ({known['compared_with']})"
    if known.get("basis") == FIRST_USE or recorded.get("basis") == FIRST_USE:
        return f"NOT VERIFIED, trusted on first use ({recorded.get('recorded', 'date unknown')})"
    return "checked against checksums.lock" if known else "not prepared"
