"""What the preparation of reference files is going to do, and what came of it.

Below the folder of the references: ``<set>/<version>/<name>/`` holds the content of one row of the
manifest, with ``checksums.sha256`` about the file that it came from; ``downloads/`` what is on its
way. A folder is there as a whole or not at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt, ValidationError
from pydantic_core import ErrorDetails

from ntrkoma.errors import InputError, hint, raise_if_any
from ntrkoma.references.manifest import Reference
from ntrkoma.wording import size

# Content of a compressed file of unknown nature, as a multiple of the file.
_UNPACKED_RATIO = 4


class Settings(BaseModel):
    """What ``--config`` may say.

    ``timeout``: seconds without a byte after which a connection counts as dead. ``retries``:
    further connections after one that brought nothing. ``pause``: seconds before each.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sets: str | list[str] = "ctat,arriba"
    manifest: Path
    local_dir: Path | None = None
    timeout: PositiveInt = 60
    retries: NonNegativeInt = 10
    pause: NonNegativeInt = 15

    @classmethod
    def read(cls, given: Mapping[str, Any], manifest: Path) -> Settings:
        """The settings, with ``manifest`` unless another one is given.

        :raises InputError: with a sentence for every wrong or unknown one.
        """
        filled = {name: value for name, value in given.items() if value not in (None, "")}
        try:
            settings = cls.model_validate({"manifest": manifest} | filled)
        except ValidationError as error:
            raise InputError(cls._sentence(problem) for problem in error.errors()) from None
        if settings.local_dir and not settings.local_dir.is_dir():
            raise InputError(
                f"local_dir: {settings.local_dir} is not a folder; give one that holds the files."
            )
        return settings

    @classmethod
    def _sentence(cls, problem: ErrorDetails) -> str:
        name = str(problem["loc"][0])
        if name not in cls.model_fields:
            return f"--config {name}: is unknown; {hint(name, cls.model_fields)}"
        return f"--config {name}: is {problem['input']!r}; {problem['msg'].lower()}."


@dataclass(frozen=True)
class Plan:
    """What lies ahead: ``lines`` for the user, ``missing`` rows, bytes ``needed`` and ``free``."""

    lines: tuple[str, ...]
    missing: tuple[Reference, ...]
    needed: int
    free: int


def record_of(reference: Reference, folder: Path) -> Path:
    """What tells that a row is prepared, and from which file."""
    return folder / reference.place / "checksums.sha256"


def archive_of(reference: Reference, folder: Path) -> Path:
    """The downloaded file, checked; what has arrived of it is in ``.part/data`` beside it."""
    return folder / "downloads" / reference.place / reference.file_name


def local_file(reference: Reference, name: str, local_dir: Path | None) -> Path | None:
    """File ``name`` of a row in a folder that was brought by other means; None if it has none."""
    if local_dir is None:
        return None
    places = (local_dir / reference.set / name, local_dir / name)
    return next((path.absolute() for path in places if path.is_file()), None)


def make_plan(references: Sequence[Reference], folder: Path, local_dir: Path | None) -> Plan:
    """Sizes, checksums, licences and disk, without asking the network.

    A row without any size counts as nothing.

    :raises InputError: when what is there is not what the manifest asks for, or the local folder
        lacks a file.
    """
    missing = [row for row in references if not record_of(row, folder).exists()]
    raise_if_any(
        [
            *(problem for row in references for problem in _harm(row, folder)),
            *(problem for row in missing for problem in _not_brought(row, local_dir)),
        ]
    )
    rooms = {row.key: _room(row, folder, local_dir) for row in missing}
    table = [
        ("file", "version", "download", "disk", "checked against", ""),
        *(
            (
                row.key,
                row.version,
                _told(row.size_bytes),
                _told(rooms[row.key]) if row in missing else "nothing",
                _yardstick(row, local_dir),
                "" if row in missing else "ready",
            )
            for row in references
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    free = shutil.disk_usage(_existing(folder)).free
    needed = sum(rooms.values())
    lines = [
        f"References for {folder}, {f'from {local_dir}' if local_dir else 'from the network'}:",
        *("  " + "  ".join(map(str.ljust, cells, widths)).rstrip() for cells in table),
        "Licences:",
        *(f"  {row.key}: {row.licence}" for row in references),
        f"Room: about {size(needed)} needed (an estimate), {size(free)} free.",
    ]
    return Plan(tuple(lines), tuple(missing), needed, free)


def check_room(plan: Plan, folder: Path) -> None:
    """Raise InputError unless the disk holds what is planned."""
    if plan.needed > plan.free:
        raise InputError(
            f"{folder}: about {size(plan.needed)} are needed and {size(plan.free)} are free; "
            "choose fewer sets, make room, or prepare elsewhere with --directory."
        )


def _harm(reference: Reference, folder: Path) -> Iterator[str]:
    """Why a prepared row cannot stay as it is."""
    place, record = folder / reference.place, record_of(reference, folder)
    if not record.exists():
        return
    _, _, digest = reference.checksum.partition(":")
    if digest not in record.read_text(encoding="utf-8"):
        yield (
            f"{place}: came from another file than the manifest asks for ({reference.checksum}); "
            "delete this folder to have it prepared again, or give the new file another version."
        )
    for key, path in reference.provides.items():
        if not (place / path).exists():
            yield (
                f"{place}: lacks {path} (reference.{key}); delete this folder and run the same "
                "command again."
            )


def _not_brought(reference: Reference, local_dir: Path | None) -> Iterator[str]:
    if local_dir and not local_file(reference, reference.file_name, local_dir):
        yield (
            f"{reference.key}: {reference.file_name} is not in {local_dir} (nor in its folder "
            f"{reference.set}); put it there, it is {reference.url}."
        )


def _told(count: int | None) -> str:
    return size(count) if count else "unknown"


def _yardstick(reference: Reference, local_dir: Path | None) -> str:
    if reference.checksum:
        return "checksum in the manifest"
    if not reference.checksum_url:
        return "nothing, no checksum is known"
    if local_dir and not local_file(reference, reference.list_name, local_dir):
        return f"nothing, {reference.list_name} is not in {local_dir}"
    return "publisher's list of checksums"


def _room(reference: Reference, folder: Path, local_dir: Path | None) -> int:
    """Bytes that a row still takes at its peak."""
    packed = reference.size_bytes or 0
    whole = packed * (1 if reference.unpack == "none" else 1 + _UNPACKED_RATIO)
    if reference.disk_gb is not None:
        whole = round(reference.disk_gb * 1e9)
    if local_dir:
        return whole if reference.unpack == "none" else max(0, whole - packed)
    archive = archive_of(reference, folder)
    here = (archive, archive.with_name(f"{archive.name}.part") / "data")
    return max(0, whole - sum(path.stat().st_size for path in here if path.exists()))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def config_block(references: Iterable[Reference], folder: Path) -> str:
    """The ``reference`` section of the configuration, as YAML with comments."""
    section: dict[str, Any] = {}
    lines = [
        "# Reference files, prepared by ntrkoma. Paste into your configuration, or give this file",
        "# as a second one: snakemake --configfile config.yaml THIS_FILE",
    ]
    for reference in references:
        for key, path in reference.provides.items():
            group, _, name = key.rpartition(".")
            inner = section.setdefault(group, {}) if group else section
            inner[name] = str((folder / reference.place / path).absolute())
        comment, digest = record_of(reference, folder).read_text(encoding="utf-8").splitlines()
        lines += [comment, f"#   sha256:{digest.split()[0]}; licence: {reference.licence}"]
    body = yaml.safe_dump({"reference": section}, sort_keys=False, width=1000, allow_unicode=True)
    return "\n".join(lines) + "\n" + body
