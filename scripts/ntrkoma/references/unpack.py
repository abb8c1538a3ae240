"""Unpacking what was downloaded, nothing outside its folder."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zlib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from ntrkoma.errors import InputError
from ntrkoma.references.download import CHUNK

# What broken archives make the readers raise. EOFError: gzip that ends early.
_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, tarfile.TarError)


def unpack_gzip(archive: Path, target: Path, name: str) -> None:
    """Unpack a gzip file (several members too) to ``target``.

    Raises:
        InputError: when it is no gzip file or is broken.
    """
    try:
        with gzip.open(archive, "rb") as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, CHUNK)
            plain.flush()
            os.fsync(plain.fileno())
    except _BROKEN as error:
        raise _broken(archive, name, error) from None


def unpack_tar(archive: Path, folder: Path, name: str, keep: Sequence[str] = ()) -> int:
    """Unpack an archive into ``folder``; return the number of files.

    ``keep``: patterns of the paths that are wanted, all if none. Only files, folders and links
    that stay inside are unpacked: the filters of tarfile are missing from Python 3.11.2, which
    Debian 12 has.

    Raises:
        InputError: when it is no tar archive, is broken, or holds what could lead outside.
    """
    count = 0
    try:
        with tarfile.open(archive, "r|*") as source:
            for member in source:
                path = _inside(member.name, archive, name)
                if keep and not any(fnmatchcase(str(path), pattern) for pattern in keep):
                    continue
                count += _unpack_member(source, member, path, folder, archive, name)
    except _BROKEN as error:
        raise _broken(archive, name, error) from None
    if not count:
        raise InputError(
            f"{name}: {archive} holds none of the wanted files ({', '.join(keep) or 'any'}); the "
            "publisher has changed its content, correct its row in the manifest."
        )
    return count


def _unpack_member(
    source: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: PurePosixPath,
    folder: Path,
    archive: Path,
    name: str,
) -> int:
    target = folder / path
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.parent.resolve().is_relative_to(folder.resolve()):  # through links
        raise _unsafe(archive, name, member.name)
    target.unlink(missing_ok=True)
    if member.issym():
        _inside(str(path.parent / member.linkname), archive, name)
        target.symlink_to(member.linkname)
    elif member.islnk():
        target.hardlink_to(folder / _inside(member.linkname, archive, name))
    elif member.isreg():
        content = source.extractfile(member)
        assert content is not None
        with content, target.open("wb") as plain:
            shutil.copyfileobj(content, plain, CHUNK)
        target.chmod(0o755 if member.mode & 0o100 else 0o644)
    else:
        raise _unsafe(archive, name, member.name)
    return 1


def _inside(path: str, archive: Path, name: str) -> PurePosixPath:
    """``path`` without ``.`` and ``..``, if it does not lead outside."""
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == "/" or (part == ".." and not parts):
            raise _unsafe(archive, name, path)
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)


def _unsafe(archive: Path, name: str, path: str) -> InputError:
    return InputError(
        f"{name}: {archive} holds {path!r}, which is no plain file or leads outside the archive's "
        "own folder; do not use this archive, find out where it comes from."
    )


def _broken(archive: Path, name: str, error: Exception) -> InputError:
    return InputError(
        f"{name}: {archive} cannot be unpacked ({error}); it is not what the manifest says or is "
        "damaged (a log-in page of a proxy?), look at it, delete it and run the same command again."
    )
