"""Downloads from a server that cuts, lies, refuses and hangs."""

from __future__ import annotations

import errno
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from web_server import Server, noise

from ntrkoma.errors import InputError
from ntrkoma.references import download as fetch
from ntrkoma.references.download import Download, Patience, download

CONTENT = noise(300_000)


def get(url: str, part: Path, patience: Patience, **more: Any) -> Download:
    """Download as the library does, under the name "set/file"."""
    return download(url, part, name="set/file", patience=patience, **more)


def one_sentence(problem: pytest.ExceptionInfo[InputError], *parts: str) -> None:
    """The failure is a single sentence that names the file, what is wrong, and a remedy."""
    text = str(problem.value)
    assert len(problem.value.problems) == 1
    assert "\n" not in text
    assert text.endswith(".")
    assert text.startswith("set/file: ")
    for part in parts:
        assert part in text


def test_whole_file(server: Server, tmp_path: Path, hasty: Patience) -> None:
    url = server.add("a.gz", CONTENT)
    assert get(url, tmp_path / "a", hasty) == Download(300_000, 0, 1)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert server.ranges == [""]


def test_cut_twice_goes_on_where_it_ended(server: Server, tmp_path: Path, hasty: Patience) -> None:
    url = server.add("a.gz", CONTENT, cuts=[100_000, 50_000])
    said: list[str] = []
    assert get(url, tmp_path / "a", hasty, say=said.append).connections == 3
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert server.ranges == ["", "bytes=100000-", "bytes=150000-"]
    assert server.sent == len(CONTENT), "no byte is fetched twice"
    assert "the connection was cut after 100.0 kB of 300.0 kB" in said[0]


def test_cuts_with_progress_do_not_wear_patience_out(
    server: Server, tmp_path: Path, hasty: Patience
) -> None:
    url = server.add("a.gz", CONTENT, cuts=[30_000] * 9)
    assert get(url, tmp_path / "a", hasty).connections == 10
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_next_run_goes_on(server: Server, tmp_path: Path) -> None:
    url = server.add("a.gz", CONTENT, cuts=[100_000, 0])
    with pytest.raises(InputError) as problem:
        get(url, tmp_path / "a", Patience(timeout=2, retries=0, pause=0))
    one_sentence(problem, url, "the connection was cut", "run the same command again", "100.0 kB")
    assert get(url, tmp_path / "a", Patience(2, 0, 0)) == Download(300_000, 100_000, 1)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert server.requests[-1][1:] == ("bytes=100000-", '"one"')


@pytest.mark.parametrize("cuts", [[100_000], [100_000, 200_000]])
def test_server_without_ranges(
    server: Server, tmp_path: Path, hasty: Patience, cuts: list[int]
) -> None:
    url = server.add("a.gz", CONTENT, ranges=False, cuts=cuts)
    get(url, tmp_path / "a", hasty)
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_file_that_changes_meanwhile_is_fetched_anew(
    server: Server, tmp_path: Path, hasty: Patience
) -> None:
    url = server.add("a.gz", CONTENT, cuts=[100_000, 0])
    with pytest.raises(InputError):
        get(url, tmp_path / "a", Patience(2, 0, 0))
    new = noise(200_000, seed=2)
    server.add("a.gz", new, etag='"two"')
    get(url, tmp_path / "a", hasty)
    assert (tmp_path / "a").read_bytes() == new


def test_wrong_piece_is_not_appended(server: Server, tmp_path: Path, hasty: Patience) -> None:
    url = server.add("a.gz", CONTENT, cuts=[100_000], wrong_piece=1)
    get(url, tmp_path / "a", hasty)
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_complete_part_is_not_fetched_again(
    server: Server, tmp_path: Path, hasty: Patience
) -> None:
    url = server.add("a.gz", CONTENT)
    get(url, tmp_path / "a", hasty)
    assert get(url, tmp_path / "a", hasty).resumed == len(CONTENT)
    assert server.sent == len(CONTENT)


def test_part_of_another_address_is_thrown_away(
    server: Server, tmp_path: Path, hasty: Patience
) -> None:
    get(server.add("old.gz", noise(100, seed=3)), tmp_path / "a", hasty)
    get(server.add("new.gz", CONTENT), tmp_path / "a", hasty)
    assert (tmp_path / "a").read_bytes() == CONTENT
    (tmp_path / "b").write_bytes(b"of unknown origin")
    get(f"{server.base}/new.gz", tmp_path / "b", hasty)
    assert (tmp_path / "b").read_bytes() == CONTENT


def test_part_longer_than_the_file(server: Server, tmp_path: Path, hasty: Patience) -> None:
    url = server.add("a.gz", CONTENT)
    get(url, tmp_path / "a", hasty)
    with (tmp_path / "a").open("ab") as part:
        part.write(b"too much")
    get(url, tmp_path / "a", hasty, size=len(CONTENT))
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_trouble_that_passes(server: Server, tmp_path: Path) -> None:
    url = server.add("a.gz", CONTENT, refusals=[503, 503])
    waits: list[float] = []
    get(url, tmp_path / "a", Patience(2, 2, 3), sleep=waits.append)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert waits == [3, 6], "every wait is twice the last"


@pytest.mark.parametrize(("asked", "waited"), [("7", 7), ("86400", fetch.LONGEST_WAIT)])
def test_server_says_how_long_to_wait(
    server: Server, tmp_path: Path, asked: str, waited: float
) -> None:
    url = server.add("a.gz", CONTENT, refusals=[429], retry_after=asked)
    waits: list[float] = []
    get(url, tmp_path / "a", Patience(2, 1, 3), sleep=waits.append)
    assert waits == [waited]


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (403, "local_dir"),
        (404, "correct its row in the manifest"),
        (407, "https_proxy"),
        (410, "local_dir"),
    ],
)
def test_refusal_is_final(
    server: Server, tmp_path: Path, hasty: Patience, status: int, remedy: str
) -> None:
    url = server.add("a.gz", CONTENT, refusals=[status])
    with pytest.raises(InputError) as problem:
        get(url, tmp_path / "a", hasty)
    one_sentence(problem, url, str(status), remedy)
    assert len(server.requests) == 1, "asking again is of no use"


def test_server_that_stays_in_trouble(server: Server, tmp_path: Path, hasty: Patience) -> None:
    url = server.add("a.gz", CONTENT, refusals=[503] * 9)
    with pytest.raises(InputError) as problem:
        get(url, tmp_path / "a", hasty)
    one_sentence(problem, url, "3 attempts", "503 Service Unavailable", "https_proxy")


def test_server_that_hangs(server: Server, tmp_path: Path) -> None:
    url = server.add("a.gz", CONTENT, hangs=3)
    with pytest.raises(InputError) as problem:
        get(url, tmp_path / "a", Patience(timeout=0.2, retries=1, pause=0))
    one_sentence(problem, url, "no answer within 0.2 s", "2 attempts")


def test_nobody_listens(tmp_path: Path, hasty: Patience) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/a.gz"
        with pytest.raises(InputError) as problem:
            get(url, tmp_path / "a", hasty)
    one_sentence(problem, url, "Connection refused")


@pytest.mark.parametrize("size", [299_999, 300_001])
def test_size_other_than_in_the_manifest(
    server: Server, tmp_path: Path, hasty: Patience, size: int
) -> None:
    url = server.add("a.gz", CONTENT)
    with pytest.raises(InputError) as problem:
        get(url, tmp_path / "a", hasty, size=size)
    one_sentence(problem, url, "300000 bytes", f"asks for {size}", "manifest")
    assert not (tmp_path / "a").exists()


def test_disk_too_small_for_the_file(
    server: Server, tmp_path: Path, hasty: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.add("a.gz", CONTENT)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=299_999))
    with pytest.raises(InputError) as problem:
        get(url, tmp_path / "a", hasty)
    one_sentence(problem, "300.0 kB are still to come", str(tmp_path), "make room")
    assert not (tmp_path / "a").exists()


def test_disk_full_on_the_way(
    server: Server, tmp_path: Path, hasty: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.add("a.gz", CONTENT)

    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetch, "_append", fill)
    with pytest.raises(InputError) as problem:
        get(url, tmp_path / "a", hasty)
    one_sentence(problem, "no space left", str(tmp_path), "make room")


def test_proxy_of_the_environment(
    server: Server, tmp_path: Path, hasty: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add("a.gz", CONTENT)
    monkeypatch.setenv("http_proxy", server.base)
    get("http://references.invalid/a.gz", tmp_path / "a", hasty)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert server.requests[0][0] == "http://references.invalid/a.gz"
