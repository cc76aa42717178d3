from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.drop.endpoint import DropBox
from pluttra_publish.errors import HostError, UsageError
from pluttra_publish.serve import serve, serving, span_of

NAME = "ab" + "0123456789abcde" * 2
OBJECT = f"/o/ab/{NAME}"
FILM = bytes(range(256)) * 2000


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Visitor:
    """One keep-alive connection, asking exactly what it is told to ask."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(str(address.hostname), address.port or 0, timeout=30)

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        self.connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            self.connection.putheader(name.replace("_", "-"), value)
        self.connection.endheaders()
        answer = self.connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    public = tmp_path / "public"
    (public / "o" / "ab").mkdir(parents=True)
    (public / "k" / "ab").mkdir(parents=True)
    (public / "k" / "ab" / NAME).write_bytes(b"sealed keyring")
    (public / "r" / "3f9c").mkdir(parents=True)
    (public / "sida").mkdir()
    (public / "o" / "ab" / NAME).write_bytes(FILM)
    (public / "index.html").write_bytes("<!doctype html><title>Skalet</title>å".encode())
    (public / "sw.js").write_bytes(b"self.skipWaiting()")
    (public / "root").write_bytes(b"sealed root")
    (public / "r" / "3f9c" / "vault.js").write_bytes(b"export {}")
    (public / "sida" / "om.html").write_bytes(b"<!doctype html>")
    (public / "robots.txt").write_bytes(b"")
    (public / "register").mkdir()
    (public / "register" / "barn.csv").write_bytes(b"secret")
    (public / "barn.csv").write_bytes(b"secret")
    (public / ".hidden").write_bytes(b"secret")
    (tmp_path / "outside").write_bytes(b"secret")
    return public


@pytest.fixture
def visitor(folder: Path) -> Iterator[Visitor]:
    with serving(folder) as url, Visitor(url) as visitor:
        yield visitor


@pytest.fixture
def bare(folder: Path) -> Iterator[Visitor]:
    with serving(folder, bare=True) as url, Visitor(url) as visitor:
        yield visitor


def test_the_shell_lies_at_the_top(visitor: Visitor) -> None:
    answer = visitor.ask("/")
    assert answer.status == 200
    assert answer.body == visitor.ask("/index.html").body == "<!doctype html><title>Skalet</title>å".encode()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/sw.js", "text/javascript; charset=utf-8"),
        (OBJECT, "application/octet-stream"),
        ("/root", "application/octet-stream"),
    ],
)
def test_the_type_follows_the_suffix_and_sealed_files_are_octets(visitor: Visitor, path: str, kind: str) -> None:
    assert visitor.ask(path).headers["content-type"] == kind


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        (OBJECT, "public, max-age=31536000, immutable"),
        (f"/k/ab/{NAME}", "no-cache"),
        ("/r/3f9c/vault.js", "public, max-age=31536000, immutable"),
        ("/sida/om.html", "public, max-age=300"),
        ("/root", "no-cache"),
        ("/", "no-cache"),
        ("/sw.js", "no-cache"),
        ("/nothing", "no-store"),
    ],
)
def test_objects_are_cached_long_and_the_root_not_at_all(visitor: Visitor, path: str, cache: str) -> None:
    assert visitor.ask(path).headers["cache-control"] == cache


def test_what_has_not_changed_is_not_sent_again(visitor: Visitor) -> None:
    etag = visitor.ask(OBJECT).headers["etag"]
    for named in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = visitor.ask(OBJECT, If_None_Match=named)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
    assert visitor.ask(OBJECT, If_None_Match='"other"').status == 200


def test_what_was_overwritten_under_the_same_name_and_length_is_sent_again(folder: Path, visitor: Visitor) -> None:
    etag = visitor.ask("/root").headers["etag"]
    (folder / "root.new").write_bytes(b"another one")
    (folder / "root.new").replace(folder / "root")
    answer = visitor.ask("/root", If_None_Match=etag)
    assert (answer.status, answer.body) == (200, b"another one")


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-1", (0, 1)),
        ("bytes=0-0", (0, 0)),
        ("bytes=16440-32839", (16440, 32839)),
        ("bytes=511990-", (511990, 511999)),
        ("bytes=-10", (511990, 511999)),
        ("bytes=-9999999", (0, 511999)),
        ("bytes=100-9999999", (100, 511999)),
        ("bytes=0-", (0, 511999)),
        ("bytes=1000-400000", (1000, 400000)),
    ],
)
def test_a_range_is_answered_exactly(visitor: Visitor, asked: str, span: tuple[int, int]) -> None:
    answer = visitor.ask(OBJECT, Range=asked)
    first, last = span
    assert answer.status == 206
    assert answer.body == FILM[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/512000"
    assert answer.headers["content-length"] == str(last + 1 - first)


@pytest.mark.parametrize("asked", ["bytes=512000-", "bytes=512000-600000", "bytes=-0"])
def test_a_range_that_lies_outside_is_refused_with_the_length(visitor: Visitor, asked: str) -> None:
    answer = visitor.ask(OBJECT, Range=asked)
    assert (answer.status, answer.body, answer.headers["content-range"]) == (416, b"", "bytes */512000")


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=0-1", "bytes=0-1,5-6", "0-1", ""])
def test_a_range_that_is_not_understood_is_as_none(visitor: Visitor, asked: str) -> None:
    assert (answer := visitor.ask(OBJECT, Range=asked)).status == 200
    assert answer.body == FILM


def test_a_range_of_something_that_changed_gets_the_whole(visitor: Visitor) -> None:
    etag = visitor.ask(OBJECT).headers["etag"]
    assert visitor.ask(OBJECT, Range="bytes=0-1", If_Range=etag).status == 206
    assert visitor.ask(OBJECT, Range="bytes=0-1", If_Range='"other"').status == 200
    assert visitor.ask(OBJECT, Range="bytes=0-1", If_Range=f"W/{etag}").status == 200


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_every_understood_range_lies_within_the_file(length: int, first: int, last: int) -> None:
    for header in (f"bytes={first}-{last}", f"bytes={first}-", f"bytes=-{last}"):
        span = span_of(header, length)
        if span is None:
            assert last < first
        elif span:
            assert 0 <= span.start < span.stop <= length


def test_head_says_the_same_without_the_bytes(visitor: Visitor) -> None:
    got, head = visitor.ask(OBJECT), visitor.ask(OBJECT, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert {k: v for k, v in head.headers.items() if k != "date"} == {
        k: v for k, v in got.headers.items() if k != "date"
    }


def test_an_empty_file_is_served(visitor: Visitor) -> None:
    assert (visitor.ask("/robots.txt").status, visitor.ask("/robots.txt").body) == (200, b"")
    assert visitor.ask("/robots.txt", Range="bytes=0-").status == 416


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/o/ab/",
        "/o/ab",
        "/o",
        "/sida/",
        "/register/barn.csv",
        "/barn.csv",
        "/.hidden",
        "/o/../.hidden",
        "/../outside",
        "/%2e%2e/outside",
        "/..%2foutside",
        "/o/..%5c..%5coutside",
        "/o/../../outside",
        "/o//ab",
        "/sw.js/",
        "/./root",
        "/index.html%00.txt",
        "/C:/outside",
        "/root::$DATA",
        "/%ff%fe",
        "/%23i=abc",
        "http://elsewhere/root",
        "*",
    ],
)
def test_everything_it_lacks_or_hides_gets_the_same_unhelpful_answer(visitor: Visitor, path: str) -> None:
    answer = visitor.ask(path)
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/xml"
    assert answer.body == visitor.ask("/nothing").body
    assert b"AccessDenied" in answer.body


def test_a_query_changes_nothing(visitor: Visitor) -> None:
    assert visitor.ask("/?utm_source=mail").status == 200
    assert visitor.ask("/root?x=/../y").body == b"sealed root"


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs rights on Windows")
def test_links_that_lead_out_of_the_folder_are_not_followed(folder: Path, visitor: Visitor) -> None:
    elsewhere = NAME.replace("ab", "cd", 1)
    (folder.parent / "cd").mkdir()
    (folder.parent / "cd" / elsewhere).write_bytes(b"secret")
    (folder / "icon.svg").symlink_to(folder.parent / "outside")
    (folder / "o" / "cd").symlink_to(folder.parent / "cd", target_is_directory=True)
    (folder / "icon-180.png").symlink_to("icon-180.png")
    (folder / "manifest.webmanifest").symlink_to("root")
    assert [visitor.ask(f"/{path}").status for path in ("icon.svg", f"o/cd/{elsewhere}", "icon-180.png")] == [403] * 3
    assert visitor.ask("/manifest.webmanifest").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_reading_is_allowed(folder: Path, method: str) -> None:
    with serving(folder) as url, Visitor(url) as visitor:
        answer = visitor.ask("/root", method=method, Content_Length="0")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert (folder / "root").read_bytes() == b"sealed root"


def test_every_answer_carries_the_security_headers(visitor: Visitor) -> None:
    for path in ("/", OBJECT, "/sw.js", "/nothing"):
        headers = visitor.ask(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "content-security-policy" in headers
        assert "strict-transport-security" not in headers
    assert "frame-ancestors 'none'" in visitor.ask("/").headers["content-security-policy"]
    assert "sandbox" in visitor.ask(OBJECT).headers["content-security-policy"]


def test_nothing_tells_which_program_this_is(visitor: Visitor) -> None:
    for answer in (visitor.ask("/"), visitor.ask("/nothing"), visitor.ask("/", method="BREW")):
        assert "server" not in answer.headers
        assert b"ython" not in answer.body


def test_a_bare_host_sends_no_headers_of_ours(bare: Visitor) -> None:
    assert set(bare.ask("/").headers) == {"content-length", "content-type", "date"}
    assert set(bare.ask(OBJECT, If_None_Match="*").headers) == {"content-length", "content-type", "date"}
    assert set(bare.ask("/nothing").headers) == {"content-length", "content-type", "date"}
    part = bare.ask(OBJECT, Range="bytes=0-1")
    assert (part.status, part.body) == (206, FILM[:2])
    assert set(part.headers) == {"content-length", "content-type", "content-range", "date"}


def test_one_connection_carries_many_questions(visitor: Visitor) -> None:
    visitor.ask("/")
    wire = visitor.connection.sock
    for _ in range(5):
        visitor.ask(OBJECT, Range="bytes=0-99")
        visitor.ask("/nothing")
        visitor.ask(OBJECT, method="HEAD")
    assert visitor.connection.sock is wire


def test_a_body_nobody_reads_is_not_taken_for_the_next_question(folder: Path) -> None:
    with serving(folder) as url, socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), 30) as wire:
        wire.sendall(b"GET /root HTTP/1.1\r\nHost: x\r\nContent-Length: 27\r\n\r\nGET /index.html HTTP/1.1\r\n\r\n")
        with wire.makefile("rb") as answers:
            everything = answers.read()
    assert everything.count(b"HTTP/1.1 200") == 1
    assert everything.endswith(b"sealed root")


@pytest.mark.parametrize("line", [b"\xff\xfe\x00\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"a" * 70_000])
def test_nonsense_is_answered_or_hung_up_on_and_harms_nobody(folder: Path, visitor: Visitor, line: bytes) -> None:
    address = (visitor.connection.host, visitor.connection.port)
    with socket.create_connection(address, 30) as wire:
        wire.sendall(line)
        wire.shutdown(socket.SHUT_WR)
        with wire.makefile("rb") as answers:
            assert b"ython" not in answers.read()
    assert visitor.ask("/").status == 200


def test_a_visitor_who_hangs_up_in_the_middle_of_a_film_disturbs_nobody(folder: Path, visitor: Visitor) -> None:
    (folder / "o" / "ab" / NAME).write_bytes(bytes(30_000_000))
    with socket.create_connection((visitor.connection.host, visitor.connection.port), 30) as wire:
        wire.sendall(f"GET {OBJECT} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wire.recv(1000)
    assert visitor.ask("/").status == 200


def test_many_visitors_are_served_at_once(folder: Path) -> None:
    with serving(folder) as url, contextlib.ExitStack() as connected:
        idle = [connected.enter_context(Visitor(url)) for _ in range(20)]
        for visitor in idle:
            visitor.connection.connect()
        busy = [connected.enter_context(Visitor(url)) for _ in range(20)]
        with ThreadPoolExecutor(20) as pool:
            assert [answer.body for answer in pool.map(lambda visitor: visitor.ask(OBJECT), busy)] == [FILM] * 20


def test_the_port_is_free_and_no_thread_remains_afterwards(folder: Path) -> None:
    before = threading.active_count()
    with serving(folder) as url:
        visitor = Visitor(url)
        visitor.ask("/")
    assert threading.active_count() == before
    with visitor, serving(folder, port=urlsplit(url).port or 0) as again:
        assert again == url


def test_the_log_holds_paths_that_are_there_and_no_queries_or_mangled_links(folder: Path) -> None:
    lines: list[str] = []
    with serving(folder, log=lines.append) as url, Visitor(url) as visitor:
        visitor.ask("/?i=SECRET")
        visitor.ask("/%23i=SECRET")
        visitor.ask("/root", Referer="SECRET")
    assert lines == ["GET index.html 200", "GET (lacking) 403", "GET root 200"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="finns inte"):
        serve(tmp_path / "nowhere", 0)


def test_a_preschools_own_folder_is_refused(folder: Path) -> None:
    (folder / "pluttra.toml").write_text('name = "Backen"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"pluttra\.toml"):
        serve(folder, 0)


def test_a_port_that_is_taken_is_told_with_its_mend(folder: Path) -> None:
    with serving(folder) as url, pytest.raises(HostError) as caught:
        serve(folder, urlsplit(url).port or 0)
    assert "--port" in caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one program on Windows")
def test_ctrl_c_ends_it_cleanly_even_with_a_visitor_connected(folder: Path) -> None:
    program = (
        "import signal, sys; from pathlib import Path; from pluttra_publish.serve import serve;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # a test run in the background inherits deafness
        "serve(Path(sys.argv[1]), 0, ready=lambda url: print(url, flush=True)); print('ended')"
    )
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    ) as running:
        assert running.stdout is not None
        with Visitor(running.stdout.readline().strip()) as visitor:
            assert visitor.ask("/").status == 200
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=60)
    assert (out, err, running.returncode) == ("ended\n", "", 0)


MESSAGE = bytes(range(256)) * 4 + b"x" * 104


def test_a_folder_with_a_drop_box_takes_messages_at_its_path_and_nowhere_else(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    drop = "/drop", DropBox(tmp_path / "box")
    octets = {"Content-Type": "application/octet-stream"}
    with serving(folder, drop=drop, log=said.append) as url:

        def post(path: str, content: bytes = MESSAGE, method: str = "POST") -> tuple[int, str]:
            line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
            line.request(method, path, body=content, headers=octets)
            answer = line.getresponse()
            answer.read()
            line.close()
            return answer.status, answer.getheader("Content-Security-Policy", "")

        assert post("/drop")[0] == post("/drop")[0] == 201
        assert "sandbox" in post("/drop")[1]
        assert [post("/drop", content)[0] for content in (b"", b"x", MESSAGE[:16] + b"y" * 1112)] == [413, 413, 409]
        assert [post("/drop", b"", method)[0] for method in ("GET", "HEAD", "OPTIONS", "PUT")] == [405] * 4
        assert [post(path)[0] for path in ("/", "/index.html", "/drop/", "/droppe", OBJECT)] == [405] * 5
        with Visitor(url) as visitor:
            assert visitor.ask("/").status == 200
    assert [path.name for path in (tmp_path / "box").glob("[0-9a-f]*")] == [MESSAGE[:16].hex()]
    assert "POST /drop 201" in said
    assert not any("127.0.0.1" in line for line in said)


def test_a_folder_without_a_drop_box_takes_nothing(folder: Path) -> None:
    with serving(folder, targets=("https://brev.example.se/drop",)) as url, Visitor(url) as visitor:
        assert visitor.ask("/drop", method="POST").status == 405
    with serving(folder, targets=("https://brev.example.se/drop",)) as url, Visitor(url) as visitor:
        policy = visitor.ask("/sw.js").headers["content-security-policy"]
        assert "connect-src 'self' https://brev.example.se/drop;" in policy
