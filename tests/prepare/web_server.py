"""A web server on this machine that misbehaves on demand."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import MappingProxyType
from urllib.parse import urlsplit


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not compress, the same at every call."""
    return random.Random(seed).randbytes(size)


@dataclass
class Resource:
    """A file on the server and how it is served.

    ``cuts``: bytes after which the next connections end; ``refusals``: status of the next answers,
    before any is served; ``hangs``: seconds without an answer; ``pauses``: bytes after which the
    next connections fall silent; ``wrong_piece``: as many answers to a range start elsewhere;
    ``moved_to``: address of the file, as a redirection.
    """

    content: bytes
    etag: str = '"one"'
    modified: str = ""
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    hangs: float = 0.0
    pauses: list[int] = field(default_factory=list)
    wrong_piece: int = 0
    moved_to: str = ""


class Server:
    """Files by path, and every request that came: path, Range and If-Range."""

    def __init__(self, port: int):
        self.base = f"http://127.0.0.1:{port}"
        self.files: dict[str, Resource] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.sent = 0

    def add(self, name: str, content: bytes, **behaviour: object) -> str:
        """Serve a file; return its address."""
        self.files[f"/{name}"] = Resource(content, **behaviour)  # type: ignore[arg-type]
        return f"{self.base}/{name}"

    @property
    def ranges(self) -> list[str]:
        """Range header of every request, "" if none."""
        return [ranges for _, ranges, _ in self.requests]


class Handler(BaseHTTPRequestHandler):
    """Serves ``Server.files``."""

    state: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        """Answer as the resource asks for."""
        self.close_connection = True
        path = urlsplit(self.path).path  # an absolute address, if this server is the proxy
        wanted = self.headers.get("Range", "")
        self.state.requests.append((self.path, wanted, self.headers.get("If-Range", "")))
        file = self.state.files.get(path)
        if file is None:
            self.refuse(404)
        elif file.refusals:
            self.refuse(file.refusals.pop(0))
        elif file.hangs:
            time.sleep(file.hangs)
        elif file.moved_to:
            self.refuse(302, {"Location": file.moved_to})
        else:
            self.serve(file, wanted)

    def refuse(self, status: int, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        """An answer without content."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self, file: Resource, wanted: str) -> None:
        """The file or the wanted piece, perhaps not all of it."""
        size, start = len(file.content), 0
        same = self.headers.get("If-Range", file.etag) in (file.etag, file.modified)
        if wanted and file.ranges and same:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= size:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{size}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if file.wrong_piece:
                file.wrong_piece -= 1
                start = 0
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(size - start))
        for name, value in (("ETag", file.etag), ("Last-Modified", file.modified)):
            if value:
                self.send_header(name, value)
        self.end_headers()
        silent = not file.cuts and bool(file.pauses)
        end = start + next((stop.pop(0) for stop in (file.cuts, file.pauses) if stop), size)
        # Counted first: whoever has the last byte may ask at once.
        self.state.sent += len(file.content[start:end])
        self.wfile.write(file.content[start:end])
        if silent:
            time.sleep(20)
