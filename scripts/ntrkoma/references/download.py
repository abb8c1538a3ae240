"""Files from elsewhere, safely: resumable download, checksum, locks, unpacking.

Only the standard library: of the known downloaders pooch checks sums and retries, but begins a
file anew after every cut, which a 30 GB archive does not survive. Proxies are taken from the
environment (http_proxy, https_proxy, no_proxy) and certificates from the system or SSL_CERT_FILE,
as urllib does.

Nothing here ever stands half-written under its final name: data is collected beside it and moved
there when it has been checked.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import json
import os
import re
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ntrkoma import __version__
from ntrkoma.errors import InputError

# Lengths of the hexadecimal digests that a checksum may have.
ALGORITHMS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}


# Of what a server says, these pass: time-out, too many requests, and trouble on its side.
PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


LONGEST_WAIT = 300.0  # seconds, whatever a server asks for


CHUNK = 1 << 20


_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


Say = Callable[[str], None]


@dataclass(frozen=True)
class Patience:
    """How long to try.

    ``timeout``: seconds without a byte before a connection counts as dead. ``retries``: further
    attempts after one that brought nothing; an attempt that brought data starts the count anew.
    ``pause``: seconds before the first retry, doubled at each further one.
    """

    timeout: float = 60.0
    retries: int = 6
    pause: float = 2.0


DEFAULT_PATIENCE = Patience()


@dataclass(frozen=True)
class Download:
    """What a download was made of: bytes in all, those kept of earlier attempts, connections."""

    size: int
    resumed: int
    connections: int


class _CutError(Exception):
    """The connection ended early or was refused for now; the message tells how."""

    def __init__(self, message: str, wait: float | None = None):
        super().__init__(message)
        self.wait = wait


class _StaleError(Exception):
    """What is there of the file does not belong to what the server has now."""


def download(
    url: str,
    part: Path,
    *,
    name: str,
    size: int | None = None,
    patience: Patience = DEFAULT_PATIENCE,
    say: Say = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Download:
    """Bring the file at ``url`` to ``part``, going on where an earlier attempt ended.

    Beside ``part`` stands ``part`` + ``.json``: where the data came from and which version of it,
    so that pieces of two versions are never joined. ``name`` stands for the file in messages.
    ``size``: bytes that the file must have, None if not known.

    Raises:
        InputError: when the server refuses it, when patience ends or when the disk is full; what
            has arrived stays for the next time.
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    resumed = _usable(part, url)
    if resumed:
        say(f"{name}: going on after {human(resumed)}")
    connections = failures = 0
    while True:
        before = _size(part)
        connections += 1
        try:
            _transfer(url, part, name, size, patience.timeout, say)
            return Download(_size(part), min(resumed, _size(part)), connections)
        except _StaleError as stale:
            say(f"{name}: {stale}; starting over")
            discard(part)
            resumed = 0
            failures += 1
            cut = _CutError(str(stale), 0.0)
        except _CutError as trouble:
            cut = trouble
            failures = 0 if _size(part) > before else failures + 1
        if failures > patience.retries:
            raise InputError(
                f"{name}: could not be downloaded from {url}, {connections} attempts, the last "
                f"ended with: {cut}; look at the network (proxies are taken from https_proxy) and "
                f"run the same command again, it goes on after {human(_size(part))}."
            )
        wait = patience.pause * 2 ** max(0, failures - 1) if cut.wait is None else cut.wait
        wait = min(wait, LONGEST_WAIT)
        say(f"{name}: {cut}; next attempt in {wait:g} s, {human(_size(part))} are here")
        sleep(wait)


def _transfer(url: str, part: Path, name: str, size: int | None, timeout: float, say: Say) -> None:
    """One connection: append to ``part`` what it lacks."""
    have = _size(part)
    if size is not None and have == size:
        return
    if size is not None and have > size:
        raise _StaleError(f"{human(have)} are here of a file of {human(size)}")
    request = urllib.request.Request(url, headers=_headers(part, have))
    try:
        opener = urllib.request.build_opener()  # of its own: the common one keeps old proxies
        with opener.open(request, timeout=timeout) as response:
            start, total = _position(response.status, response.headers, have)
            if size is not None and total is not None and total != size:
                raise InputError(
                    f"{name}: {url} has {total} bytes and the manifest asks for {size}; the "
                    "publisher has changed the file, find out why before you correct the manifest."
                )
            if start == 0:
                _remember(part, url, response.headers)
            _check_room(part, name, None if total is None else total - start)
            _append(response, part, start, size if total is None else total, name, say)
    except urllib.error.HTTPError as error:
        with error:
            _judge_refusal(error, url, name, have)
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise InputError(
                f"{name}: the certificate of {url} is not trusted ({error.reason.verify_message});"
                " if a proxy of your site re-signs traffic, point SSL_CERT_FILE to its certificate."
            ) from None
        raise _CutError(_reason(error.reason, timeout)) from None
    except http.client.HTTPException as error:
        raise _CutError(f"the connection was cut ({type(error).__name__})") from None
    except OSError as error:  # time-outs and resets too
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InputError(
                f"{name}: no space left in {part.parent} after {human(_size(part))}; make room and "
                "run the same command again, it goes on from there."
            ) from None
        if error.filename is not None:  # a local file, not the connection
            raise
        raise _CutError(_reason(error, timeout)) from None


def _headers(part: Path, have: int) -> dict[str, str]:
    headers = {"User-Agent": f"ntrkoma/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        validator = _origin(part).get("validator")
        if validator:
            headers["If-Range"] = str(validator)
    return headers


def _position(status: int, headers: Message, have: int) -> tuple[int, int | None]:
    """Where the body of a response starts in the file, and the bytes of the whole file if told."""
    if status == http.HTTPStatus.PARTIAL_CONTENT:
        told = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", headers.get("Content-Range", ""))
        if told is None or int(told[1]) != have:
            raise _StaleError("the server sent another piece than asked for")
        return have, None if told[2] == "*" else int(told[2])
    length = headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _append(
    response: IO[bytes], part: Path, start: int, total: int | None, name: str, say: Say
) -> None:
    """Write the body behind the first ``start`` bytes; at 0 over whatever there was."""
    done, told = start, time.monotonic()
    with part.open("r+b" if start else "wb") as target:
        target.seek(start)
        while chunk := response.read1(CHUNK):  # type: ignore[attr-defined]
            target.write(chunk)
            done += len(chunk)
            if time.monotonic() - told > 60:
                told = time.monotonic()
                say(f"{name}: {human(done)} of {human(total)}")
        target.truncate()
    if total is not None and done < total:
        raise _CutError(f"the connection was cut after {human(done)} of {human(total)}")


def _judge_refusal(error: urllib.error.HTTPError, url: str, name: str, have: int) -> None:
    """Raise what a status of 400 or more means; return if the file is complete after all."""
    said = f"{error.code} {http.client.responses.get(error.code, '')}".strip()
    if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
        told = re.fullmatch(r"bytes \*/(\d+)", error.headers.get("Content-Range", ""))
        if told and int(told[1]) == have:
            return
        raise _StaleError("the file on the server is not longer than what is here")
    if error.code in PASSING_STATUS:
        wait = error.headers.get("Retry-After", "")
        raise _CutError(f"the server said {said}", float(wait) if wait.isdigit() else None)
    if error.code == http.HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        remedy = "give user and password in https_proxy"
    elif error.code in (401, 403):
        remedy = "download it by hand and give its folder with --config local_dir=FOLDER"
    else:
        remedy = (
            "the publisher has moved or withdrawn it: correct its row in the manifest, or give a "
            "folder that holds it with --config local_dir=FOLDER"
        )
    raise InputError(f"{name}: the server refused {url} with {said}; {remedy}.")


def _reason(error: object, timeout: float) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return f"no answer within {timeout:g} s"
    return str(error) or type(error).__name__


def _check_room(part: Path, name: str, needed: int | None) -> None:
    free = shutil.disk_usage(part.parent).free
    if needed is not None and needed > free:
        raise InputError(
            f"{name}: {human(needed)} are still to come and {part.parent} has {human(free)} free; "
            "make room or prepare the references elsewhere (--directory), nothing is lost."
        )


def _origin(part: Path) -> dict[str, Any]:
    """What is known of the data in ``part``; empty if nothing."""
    try:
        known = json.loads(part.with_name(part.name + ".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(part: Path, url: str, headers: Message) -> None:
    """Note where ``part`` comes from. Weak ETags promise nothing about bytes: the date then."""
    etag = headers.get("ETag", "")
    validator = etag if etag.startswith('"') else headers.get("Last-Modified", "")
    text = json.dumps({"url": url, "validator": validator}) + "\n"
    replace_text(part.with_name(part.name + ".json"), text)


def _usable(part: Path, url: str) -> int:
    """Bytes in ``part`` that belong to ``url``; a part from elsewhere is thrown away."""
    if part.exists() and _origin(part).get("url") != url:
        discard(part)
    return _size(part)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def discard(part: Path) -> None:
    """Remove a download and what was noted about it."""
    part.unlink(missing_ok=True)
    part.with_name(part.name + ".json").unlink(missing_ok=True)


def parse_checksum(text: str) -> tuple[str, str]:
    """Algorithm and lower-case digest of ``algorithm:hex``.

    Raises:
        ValueError: when it is not of that form; the message says why.
    """
    algorithm, _, digest = text.strip().lower().partition(":")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"starts with none of {', '.join(f'{known}:' for known in ALGORITHMS)}")
    if not re.fullmatch(rf"[0-9a-f]{{{ALGORITHMS[algorithm]}}}", digest):
        raise ValueError(f"is not followed by {ALGORITHMS[algorithm]} hexadecimal digits")
    return algorithm, digest


def checksum(path: Path, algorithm: str = "sha256") -> str:
    """``algorithm:hex`` of a file."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, lambda: hashlib.new(algorithm, usedforsecurity=False))
    return f"{algorithm}:{digest.hexdigest()}"


def listed_checksum(listing: str, name: str) -> str:
    """The checksum of file ``name`` in a listing as md5sum and sha256sum write it; "" if none."""
    by_length = {length: algorithm for algorithm, length in ALGORITHMS.items()}
    for line in listing.splitlines():
        found = re.fullmatch(r"\\?([0-9a-fA-F]+)[ \t]+\*?(\S.*)", line.strip())
        if found and PurePosixPath(found[2]).name == name and len(found[1]) in by_length:
            return f"{by_length[len(found[1])]}:{found[1].lower()}"
    return ""


@contextmanager
def exclusive(lock: Path, what: str, *, wait: bool = False, say: Say = print) -> Iterator[None]:
    """Hold ``lock``, so that two runs never write one file.

    The system frees it when the process ends, however it ends; the file itself means nothing.

    Raises:
        InputError: when another process holds it, unless ``wait``.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "another process"
            raise InputError(
                f"{what}: another run is preparing it already ({holder}); wait until that has "
                "ended, then run the same command again."
            ) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            say(f"{what}: the file system of {lock.parent} has no locks; start only one run")
        handle.seek(0)
        handle.truncate()
        handle.write(f"process {os.getpid()} on {os.uname().nodename}\n")
        handle.flush()
        yield


def human(size: int | None) -> str:
    """A number of bytes for people: ``1.5 GB`` (decimal units); ``an unknown size`` for None."""
    if size is None:
        return "an unknown size"
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{size} bytes" if unit == "bytes" else f"{value:.1f} {unit}"


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
