"""scripts/fetch_reference.sh against a server that cuts, lies, refuses and hangs."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from web_server import Server, noise

CONTENT = noise(300_000)
MD5 = "0123456789abcdef" * 2


def digest(content: bytes, algorithm: str = "sha256") -> str:
    """``algorithm:hex``, as the manifest has it."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


@dataclass
class Fetch:
    """The script, and how often it is tried: quickly."""

    script: Path
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """What it is to bring."""
        return self.folder / "some where" / "a.gz"

    @property
    def data(self) -> Path:
        """What has arrived so far."""
        return self.folder / "some where" / "a.gz.part" / "data"

    def start(self, url: str, **settings: object) -> subprocess.Popen[str]:
        """Run it."""
        quick = {"timeout": 5, "retries": 2, "pause": 0}
        empty = dict.fromkeys(("local", "checksum", "listing", "size"), "")
        given = {"name": "set/file", "url": url} | empty | quick | self.settings | settings
        return subprocess.Popen(
            ["bash", self.script, self.file],
            env=os.environ | {name: str(value) for name, value in given.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def __call__(self, url: str, **settings: object) -> list[str]:
        """Run it; the sentences that it says."""
        done = self.start(url, **settings)
        said, _ = done.communicate(timeout=60)
        assert done.returncode == 0, said
        return said.splitlines()

    def refused(self, url: str, *parts: str, **settings: object) -> None:
        """It fails with a sentence that names the file, what is wrong and a remedy."""
        done = self.start(url, **settings)
        said, _ = done.communicate(timeout=60)
        assert done.returncode == 1, said
        *_, sentence = said.splitlines()
        assert sentence.startswith("set/file: ")
        assert sentence.endswith(".")
        for part in parts:
            assert part in sentence
        assert not self.file.exists(), "never under its name"
        assert not self.file.with_name("a.gz.sha256").exists()


@pytest.fixture
def fetch(root: Path, tmp_path: Path) -> Fetch:
    """The script, for a file in a folder with a space in its name."""
    return Fetch(root / "scripts" / "fetch_reference.sh", tmp_path)


# --- connections ----------------------------------------------------------------------------


def test_whole_file(server: Server, fetch: Fetch) -> None:
    fetch(server.add("a.gz", CONTENT))
    assert fetch.file.read_bytes() == CONTENT
    assert server.ranges == [""]
    assert sorted(path.name for path in fetch.file.parent.iterdir()) == ["a.gz", "a.gz.sha256"]


def test_cut_goes_on_where_it_ended(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT, cuts=[100_000, 50_000])
    said = fetch(url)
    assert fetch.file.read_bytes() == CONTENT
    assert server.ranges == ["", "bytes=100000-", "bytes=150000-"]
    assert server.sent == len(CONTENT), "no byte is fetched twice"
    assert "set/file: transfer closed with 200000 bytes remaining to read;" in said[1]
    assert "next connection in 0 s, 100.0 kB are here" in said[1]


def test_cuts_with_progress_do_not_wear_patience_out(server: Server, fetch: Fetch) -> None:
    fetch(server.add("a.gz", CONTENT, cuts=[30_000] * 9), retries=0)
    assert fetch.file.read_bytes() == CONTENT
    assert len(server.requests) == 10


def test_next_run_goes_on(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT, cuts=[100_000, 0])
    fetch.refused(
        url, url, "transfer closed", "run the same command again", "after 100.0 kB", retries=0
    )
    said = fetch(url)
    assert said[0] == f"set/file: downloading {url}, going on after 100.0 kB"
    assert fetch.file.read_bytes() == CONTENT
    assert server.requests[-1][1:] == ("bytes=100000-", '"one"')
    assert server.sent == len(CONTENT)


def test_killed_run_is_continued(server: Server, fetch: Fetch) -> None:
    """Nothing is tidied up, and the version of what is there is known all the same."""
    url = server.add("a.gz", CONTENT, pauses=[100_000])
    run = fetch.start(url)
    deadline = time.monotonic() + 30
    while not fetch.data.exists() or fetch.data.stat().st_size < 50_000:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    here = fetch.data.stat().st_size
    fetch(url)
    assert fetch.file.read_bytes() == CONTENT
    assert server.requests[1:] == [("/a.gz", f"bytes={here}-", '"one"')]


@pytest.mark.parametrize("cuts", [[100_000], [100_000, 0, 200_000]])
def test_server_without_ranges(server: Server, fetch: Fetch, cuts: list[int]) -> None:
    fetch(server.add("a.gz", CONTENT, ranges=False, cuts=cuts))
    assert fetch.file.read_bytes() == CONTENT


def test_server_without_ranges_that_always_cuts(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT, ranges=False, cuts=[100_000] * 20)
    fetch.refused(url, "look at the network")
    assert len(server.requests) < 8, "the same 100 kB are no progress"


def test_file_that_changes_meanwhile_is_fetched_anew(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT, cuts=[100_000, 0])
    fetch.refused(url, retries=0)
    new = noise(200_000, seed=2)
    server.add("a.gz", new, etag='"two"')
    said = fetch(url)
    assert fetch.file.read_bytes() == new
    assert "does not belong to what the server has now, starting over" in said[1]


@pytest.mark.parametrize("behind", [50_000, 100_000])
def test_file_that_became_shorter_is_fetched_anew(
    server: Server, fetch: Fetch, behind: int
) -> None:
    """A server that names no version: the new file ends where, or before, the old part does."""
    fetch.refused(server.add("a.gz", CONTENT, etag="", cuts=[100_000, 0]), retries=0)
    new = noise(behind, seed=2)
    fetch(server.add("a.gz", new, etag=""), checksum=digest(new))
    assert fetch.file.read_bytes() == new


def test_date_tells_the_version_where_the_tag_is_weak(server: Server, fetch: Fetch) -> None:
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    url = server.add("a.gz", CONTENT, etag='W/"one"', modified=date, cuts=[100_000])
    fetch(url)
    assert server.requests[-1][1:] == ("bytes=100000-", date)


def test_wrong_piece_is_not_appended(server: Server, fetch: Fetch) -> None:
    fetch(server.add("a.gz", CONTENT, cuts=[100_000], wrong_piece=1))
    assert fetch.file.read_bytes() == CONTENT


def test_complete_part_is_not_fetched_again(server: Server, fetch: Fetch) -> None:
    fetch.data.parent.mkdir(parents=True)
    fetch.data.write_bytes(CONTENT)
    fetch(server.add("a.gz", CONTENT))
    assert fetch.file.read_bytes() == CONTENT
    assert server.sent == 0


def test_trouble_that_passes(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT, refusals=[503, 429], cuts=[100_000])
    fetch(url)
    assert fetch.file.read_bytes() == CONTENT


def test_trouble_between_two_pieces(server: Server, fetch: Fetch) -> None:
    """What the server says of the trouble does not make it forget the version."""
    url = server.add("a.gz", CONTENT, cuts=[100_000, 0])
    fetch.refused(url, retries=0)
    server.files["/a.gz"].refusals = [503]
    fetch(url)
    assert server.requests[-1][1:] == ("bytes=100000-", '"one"')
    assert fetch.file.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (403, "it wants a log-in"),
        (404, "correct its row in the manifest"),
        (407, "https_proxy"),
        (410, "give its folder with --config local_dir=FOLDER"),
    ],
)
def test_refusal_is_final(server: Server, fetch: Fetch, status: int, remedy: str) -> None:
    url = server.add("a.gz", CONTENT, refusals=[status])
    fetch.refused(url, url, str(status), remedy)
    assert len(server.requests) == 1, "asking again is of no use"


def test_server_that_stays_in_trouble(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT, refusals=[503] * 9)
    fetch.refused(url, url, "503", "https_proxy")
    assert len(server.requests) == 3


def test_server_that_hangs(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT, hangs=9)
    begun = time.monotonic()
    fetch.refused(url, url, "transferred the last 1 seconds", timeout=1, retries=1)
    assert time.monotonic() - begun < 8
    assert len(server.requests) == 2


def test_server_that_falls_silent_on_the_way(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT, pauses=[100_000])
    fetch(url, timeout=1)
    assert fetch.file.read_bytes() == CONTENT
    assert server.ranges == ["", "bytes=100000-"], "what had arrived is kept"


def test_nobody_listens(fetch: Fetch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/a.gz"
        fetch.refused(url, url, "Couldn't connect to server")


def test_full_disk(server: Server, fetch: Fetch) -> None:
    fetch.data.parent.mkdir(parents=True)
    fetch.data.symlink_to("/dev/full")
    fetch.refused(server.add("a.gz", CONTENT), "no space left in", str(fetch.folder), "make room")


def test_no_curl(
    server: Server, fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "awk", "stat", "mkdir", "dirname", "rm", "grep", "tail"):
        found = next(Path(f, name) for f in os.environ["PATH"].split(":") if Path(f, name).exists())
        (programs / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(programs))
    fetch.refused(server.add("a.gz", CONTENT), "curl is not on PATH", "apt-get install curl")


def test_proxy_of_the_environment(
    server: Server, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add("a.gz", CONTENT)
    monkeypatch.setenv("http_proxy", server.base)
    fetch("http://references.invalid/a.gz")
    assert fetch.file.read_bytes() == CONTENT
    assert server.requests[0][0] == "http://references.invalid/a.gz"


def test_redirection(server: Server, fetch: Fetch) -> None:
    """As releases of GitHub are served; the version is that of where it ends."""
    target = server.add("there/b", CONTENT, cuts=[100_000])
    fetch(server.add("a.gz", b"", moved_to=target))
    assert fetch.file.read_bytes() == CONTENT
    assert ("/there/b", "bytes=100000-", '"one"') in server.requests


# --- checksums ------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_checksum_of_the_manifest(server: Server, fetch: Fetch, algorithm: str) -> None:
    wanted = digest(CONTENT, algorithm)
    url = server.add("a.gz", CONTENT)
    said = fetch(url, checksum=wanted, size=len(CONTENT))
    assert len(said) == 1
    comment, line = fetch.file.with_name("a.gz.sha256").read_text(encoding="utf-8").splitlines()
    assert comment == f"# set/file from {url}: checked against the manifest ({wanted})"
    assert line == f"{digest(CONTENT).removeprefix('sha256:')}  a.gz"
    check = ["sha256sum", "--check", "--strict", "a.gz.sha256"]
    subprocess.run(check, cwd=fetch.file.parent, check=True, capture_output=True)


def test_corrupt_file_is_never_in_place(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT)
    fetch.refused(
        url,
        f"{url} is not the expected file: its checksum is {digest(CONTENT, 'md5')} and",
        f"the manifest asks for md5:{MD5}",
        "not used",
        "run the same command again",
        checksum=f"md5:{MD5}",
    )
    assert not fetch.data.exists(), "the next run starts clean"
    assert len(server.requests) == 1


@pytest.mark.parametrize("size", [299_999, 300_001])
def test_size_other_than_in_the_manifest(server: Server, fetch: Fetch, size: int) -> None:
    url = server.add("a.gz", CONTENT)
    fetch.refused(url, url, "300000 bytes", f"the manifest asks for {size}", size=size)


def test_pieces_that_do_not_fit_are_fetched_anew_once(server: Server, fetch: Fetch) -> None:
    """A server that names no version, and whose file changed between two runs."""
    old = bytes(100_000) + CONTENT[100_000:]
    fetch.refused(server.add("a.gz", old, etag="", cuts=[100_000, 0]), retries=0)
    url = server.add("a.gz", CONTENT, etag="")
    said = fetch(url, checksum=digest(CONTENT))
    assert fetch.file.read_bytes() == CONTENT
    assert any("what was collected over several runs is wrong" in sentence for sentence in said)


def test_no_checksum_is_said(server: Server, fetch: Fetch) -> None:
    *_, said = fetch(server.add("a.gz", CONTENT))
    assert said.startswith("set/file: NOT VERIFIED. ")
    assert digest(CONTENT) in said
    assert "write it into the manifest" in said
    record = fetch.file.with_name("a.gz.sha256").read_text(encoding="utf-8")
    assert ": NOT VERIFIED, no checksum is known to compare with\n" in record


@pytest.mark.parametrize("line", ["{md5}  a.gz", "{md5} *a.gz", "{md5}  ./a.gz", "{md5}\ta.gz\r"])
def test_list_of_the_publisher(server: Server, fetch: Fetch, line: str) -> None:
    md5 = digest(CONTENT, "md5").removeprefix("md5:")
    text = f"{MD5}  other.a.gz\n{line.format(md5=md5.upper())}\n{MD5}  z\n"
    listing = server.add("MD5SUMS", text.encode(), refusals=[503])
    fetch(server.add("a.gz", CONTENT), listing=listing)
    record = fetch.file.with_name("a.gz.sha256").read_text(encoding="utf-8")
    assert f": checked against the publisher's list (md5:{md5})\n" in record
    assert not list(fetch.file.parent.glob("*.list"))


def test_list_that_says_otherwise_or_nothing(server: Server, fetch: Fetch) -> None:
    url = server.add("a.gz", CONTENT)
    listing = server.add("MD5SUMS", f"{MD5}  a.gz\n".encode())
    fetch.refused(url, f"the publisher's list asks for md5:{MD5}", listing=listing)
    server.sent = 0
    server.add("MD5SUMS", f"{MD5}  other.gz\n".encode())
    fetch.refused(url, listing, "does not name a.gz", "correct checksum_url", listing=listing)
    assert server.sent < 100, "the file itself is not asked for"


# --- from a folder --------------------------------------------------------------------------


def test_local_file_is_checked_and_left_alone(server: Server, fetch: Fetch) -> None:
    local = fetch.folder / "carried" / "a.gz"
    local.parent.mkdir()
    local.write_bytes(CONTENT)
    listing = local.with_name("MD5SUMS")
    listing.write_text(f"{digest(CONTENT, 'md5').removeprefix('md5:')}  a.gz\n", encoding="utf-8")
    url = f"{server.base}/a.gz"
    assert fetch(url, local=local, listing=listing) == [f"set/file: taken from {local}"]
    assert fetch.file.samefile(local), "no second copy"
    fetch.file.unlink()
    fetch.file.with_name("a.gz.sha256").unlink()
    fetch.refused(url, str(local), f"asks for md5:{MD5}", local=local, checksum=f"md5:{MD5}")
    assert local.read_bytes() == CONTENT
    assert server.requests == []
