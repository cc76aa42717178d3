"""The drop endpoint: what it takes, what it refuses, and what it leaves behind. Over real sockets, and as the CGI script of a web hotel."""

from __future__ import annotations

import ast
import concurrent.futures
import http.client
import io
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pluttra_publish.drop import endpoint
from pluttra_publish.drop.endpoint import LENGTHS, DropBox, Limits, box_of
from pluttra_publish.drop.running import running
from pluttra_publish.drop.setting_up import write_script
from pluttra_publish.errors import HostError, UsageError
from pluttra_publish.format.messages import FILE_LENGTHS

SITE = "https://dagar.example.se"
OCTETS = {"Content-Type": "application/octet-stream"}
Answer = tuple[int, dict[str, str], bytes]


def message(length: int = LENGTHS[0], start: bytes = b"") -> bytes:
    return (start + os.urandom(length))[:length]


def ask(url: str, method: str = "POST", content: bytes | None = None, **headers: str) -> Answer:
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        said = OCTETS | {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, parts.path or "/drop", body=content, headers=said)
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        line.close()


def lying(folder: Path) -> dict[str, bytes]:
    """Return what a stranger has laid there; what the endpoint remembers is its own."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".senast.sqlite"}


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def box(tmp_path: Path) -> DropBox:
    return DropBox(tmp_path / "box")


@pytest.fixture
def url(box: DropBox) -> Iterator[str]:
    with running(box) as address:
        yield address


def test_the_lengths_are_those_of_the_format() -> None:
    assert LENGTHS == FILE_LENGTHS


@pytest.mark.parametrize("length", LENGTHS)
def test_a_message_of_each_length_is_laid_under_its_id(url: str, box: DropBox, length: int) -> None:
    content = message(length)
    status, headers, body = ask(url, content=content)
    assert (status, body, headers["content-length"]) == (201, b"", "0")
    assert lying(box.folder) == {content[:16].hex(): content}


def test_the_same_message_again_is_as_good_and_another_with_its_id_is_refused(url: str, box: DropBox) -> None:
    content = message()
    other = message(start=content[:16])
    longer = message(LENGTHS[1], start=content[:16])
    assert [ask(url, content=one)[0] for one in (content, content, other, longer)] == [201, 201, 409, 409]
    assert lying(box.folder) == {content[:16].hex(): content}


@pytest.mark.parametrize("length", [0, 1, LENGTHS[0] - 1, LENGTHS[0] + 1, LENGTHS[1] + 1, LENGTHS[-1] + 1])
def test_another_length_is_refused(url: str, box: DropBox, length: int) -> None:
    assert ask(url, content=b"x" * length)[0] == 413
    assert lying(box.folder) == {}


def test_another_type_is_refused(url: str, box: DropBox) -> None:
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/octet", ""):
        assert ask(url, content=message(), Content_Type=kind)[0] == 415
    assert ask(url, content=message(), Content_Type="Application/Octet-Stream; q=1")[0] == 201


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_nothing_else_can_be_done_and_nothing_is_said(url: str, box: DropBox, method: str) -> None:
    content = message()
    ask(url, content=content)
    for path in ("/", "/drop", f"/{content[:16].hex()}", "/.senast.sqlite"):
        status, headers, body = ask(f"{url}{path}", method)
        assert (status, body) == (405, b"")
        assert not {"server", "access-control-allow-origin"} & headers.keys()
    assert lying(box.folder) == {content[:16].hex(): content}


@pytest.mark.parametrize("head", ["Content-Length: x", "Content-Length: -5", "Content-Length: 1e3", f"Transfer-Encoding: chunked\r\nContent-Length: {LENGTHS[0]}", ""])  # fmt: skip
def test_a_length_that_is_not_said_is_refused(url: str, box: DropBox, head: str) -> None:
    kind = "Content-Type: application/octet-stream"
    said = "\r\n".join(line for line in ("POST /drop HTTP/1.1", "Host: x", kind, head) if line)
    assert raw(url, f"{said}\r\n\r\n".encode()).startswith((b"HTTP/1.0 411", b"HTTP/1.0 413"))
    assert lying(box.folder) == {}


def raw(url: str, sent: bytes) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(4096), b""))


def test_a_message_that_does_not_come_whole_leaves_nothing(url: str, box: DropBox) -> None:
    head = f"POST /drop HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: {LENGTHS[1]}\r\n\r\n"
    assert raw(url, head.encode() + message(100)).startswith(b"HTTP/1.0 400")
    assert lying(box.folder) == {}
    assert ask(url, content=message())[0] == 201


def test_one_that_sends_slowly_holds_nobody_else_up(url: str, box: DropBox) -> None:
    parts = urlsplit(url)
    content = message()
    head = f"POST /drop HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(content)}\r\n\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as slow:
        slow.sendall(head.encode() + content[:10])
        assert ask(url, content=message())[0] == 201
        assert len(lying(box.folder)) == 1
        slow.sendall(content[10:])
        assert slow.recv(100).startswith(b"HTTP/1.0 201")
    assert len(lying(box.folder)) == 2


def test_a_body_that_takes_too_long_is_given_up(box: DropBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_LONGEST_BODY_TAKES", -1)
    headers = {"content-length": str(LENGTHS[0]), "content-type": endpoint.TYPE}
    assert box.answer("POST", headers, io.BytesIO(message()), "192.0.2.1").status == 400


def test_only_this_account_may_read_what_lies_there(url: str, box: DropBox) -> None:
    ask(url, content=message())
    assert stat.S_IMODE(box.folder.stat().st_mode) == 0o700
    for path in box.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_lies_there_is_never_written_over_even_where_there_are_no_hard_links(
    url: str, box: DropBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    content = message()
    other = message(start=content[:16])
    assert [ask(url, content=one)[0] for one in (content, other, content)] == [201, 409, 201]
    assert lying(box.folder) == {content[:16].hex(): content}


def test_a_link_under_the_name_of_a_message_is_not_followed(url: str, box: DropBox, tmp_path: Path) -> None:
    content = message()
    (box.folder / content[:16].hex()).symlink_to(tmp_path / "elsewhere")
    assert ask(url, content=content)[0] == 503
    assert not (tmp_path / "elsewhere").exists()


# How much is taken


def given(box: DropBox, content: bytes, address: str = "192.0.2.1", **headers: str) -> tuple[int, dict[str, str]]:
    said = {"content-length": str(len(content)), "content-type": endpoint.TYPE}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer = box.answer("POST", said, io.BytesIO(content), address)
    return answer.status, answer.headers


def test_an_address_that_sends_too_much_is_told_when_to_come_back(tmp_path: Path) -> None:
    clock = Clock()
    box = DropBox(tmp_path / "box", limits=Limits(burst=1 << 20, pace=1 << 14), clock=clock)
    assert [given(box, message())[0] for _ in range(5)] == [201, 201, 201, 201, 429]  # a short one counts as 256 KiB
    status, headers = given(box, message())
    assert (status, headers["Retry-After"]) == (429, "16")
    assert given(box, message(), "192.0.2.2")[0] == 201
    clock.now += 16
    assert [given(box, message())[0] for _ in range(2)] == [201, 429]
    clock.now += 3600
    assert given(box, message())[0] == 201


def test_who_sends_much_may_also_send_the_longest(tmp_path: Path) -> None:
    clock = Clock()
    box = DropBox(tmp_path / "box", limits=Limits(burst=1 << 20, pace=1 << 20), clock=clock)
    assert given(box, message(LENGTHS[-1]))[0] == 201
    status, headers = given(box, message(LENGTHS[-1]))
    assert (status, headers["Retry-After"]) == (429, "5")
    clock.now += 5
    assert given(box, message(LENGTHS[-1]))[0] == 201


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("192.0.2.1", ""), ("192.0.2.1", ""), True),
        (("192.0.2.1", ""), ("192.0.2.2", ""), False),
        (("2001:db8::1", ""), ("2001:db8::ffff", ""), True),
        (("2001:db8::1", ""), ("2001:db8:0:1::1", ""), False),
        (("::ffff:192.0.2.1", ""), ("192.0.2.1", ""), True),
        (("127.0.0.1", "192.0.2.1"), ("127.0.0.1", "192.0.2.2"), False),
        (("127.0.0.1", "192.0.2.9, 192.0.2.1"), ("127.0.0.1", "192.0.2.8, 192.0.2.1"), True),
        (("192.0.2.1", "198.51.100.1"), ("192.0.2.1", "198.51.100.2"), True),  # nobody in front: anybody may claim that
        (("::1", "192.0.2.1"), ("", "192.0.2.1"), True),
        (("127.0.0.1", "rubbish"), ("127.0.0.1", ""), True),
    ],
)
def test_who_asks_is_a_household_as_the_server_in_front_says(
    tmp_path: Path, first: tuple[str, str], second: tuple[str, str], same: bool
) -> None:
    box = DropBox(tmp_path / "box", limits=Limits(burst=1 << 18, pace=1), clock=Clock())
    told = [given(box, message(), address, x_forwarded_for=forwarded)[0] for address, forwarded in (first, second)]
    assert told == [201, 429 if same else 201]


def test_a_full_box_takes_no_more_until_it_is_emptied(tmp_path: Path) -> None:
    clock = Clock()
    box = DropBox(tmp_path / "box", limits=Limits(most_bytes=3 * LENGTHS[0]), clock=clock)
    contents = [message() for _ in range(4)]
    assert [given(box, content)[0] for content in contents] == [201, 201, 201, 507]
    assert given(box, contents[0])[0] == 201  # it is there
    (box.folder / contents[0][:16].hex()).unlink()
    clock.now += 5
    assert [given(box, content)[0] for content in (contents[3], message())] == [201, 507]
    few = DropBox(tmp_path / "few", limits=Limits(most_files=2), clock=clock)
    assert [given(few, message())[0] for _ in range(3)] == [201, 201, 507]


def test_of_many_at_once_no_more_are_taken_than_there_is_room_for(tmp_path: Path) -> None:
    box = DropBox(tmp_path / "box", limits=Limits(most_files=10))
    with running(box) as url, concurrent.futures.ThreadPoolExecutor(8) as workers:
        told = [*workers.map(lambda _: ask(url, content=message())[0], range(24))]
    assert (told.count(201), told.count(507)) == (10, 14)
    assert len(lying(box.folder)) == 10


def test_of_many_with_one_id_one_wins_and_it_is_whole(url: str, box: DropBox) -> None:
    contents = [message(LENGTHS[1], start=b"the same id 0123") for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as workers:
        told = [*workers.map(lambda content: ask(url, content=content)[0], contents)]
    assert sorted(told) == [201] + [409] * 7
    ((_, kept),) = lying(box.folder).items()
    assert kept == contents[told.index(201)]


def test_what_was_left_half_written_goes_after_a_while(tmp_path: Path) -> None:
    clock = Clock()
    box = DropBox(tmp_path / "box", clock=clock)
    box.folder.mkdir()
    old, new, theirs = (box.folder / name for name in (f".{'a' * 16}.tmp", f".{'b' * 16}.tmp", "readme.txt"))
    for path in (old, new, theirs):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    os.utime(theirs, (0, 0))
    assert given(box, message())[0] == 201
    assert (old.exists(), new.exists(), theirs.exists()) == (False, True, True)


def test_nothing_of_who_sent_is_kept(tmp_path: Path) -> None:
    clock = Clock()
    box = DropBox(tmp_path / "box", limits=Limits(burst=1 << 22, pace=1 << 20), clock=clock)
    given(box, message(), "192.0.2.77")
    memory = sqlite3.connect(box.folder / ".senast.sqlite")
    try:
        assert b"192.0.2" not in (box.folder / ".senast.sqlite").read_bytes()
        (salt, before) = (
            memory.execute("SELECT salt FROM salt").fetchone(),
            memory.execute("SELECT who FROM sent").fetchall(),
        )
        clock.now += 60  # when it could send as much again, that it sent is forgotten
        given(box, message(), "192.0.2.78")
        assert len(memory.execute("SELECT who FROM sent").fetchall()) == 1
        clock.now += 86_400
        given(box, message(), "192.0.2.77")
        assert memory.execute("SELECT salt FROM salt").fetchall() != [salt]
        assert memory.execute("SELECT who FROM sent").fetchall() not in (before, [])
    finally:
        memory.close()


def test_a_memory_that_is_damaged_is_begun_anew(box: DropBox) -> None:
    box.folder.mkdir()
    (box.folder / ".senast.sqlite").write_bytes(b"rubbish" * 1000)
    assert given(box, message())[0] == 201


def test_a_disk_that_is_full_or_broken_is_told_and_leaves_nothing(
    box: DropBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(box, message())
    before = lying(box.folder)
    for number, status in ((28, 507), (5, 503)):

        def fail(_: int, number: int = number) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fail)
        told, headers = given(box, message())
        assert (told, headers["Retry-After"]) == (status, "60")
    assert lying(box.folder) == before


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"a file")
    assert given(DropBox(tmp_path / "box"), message())[0] == 503
    with pytest.raises(HostError, match="kan inte göras"), running(DropBox(tmp_path / "box")):
        pass


# From another address


def test_pages_of_the_site_alone_may_send_from_another_address(tmp_path: Path) -> None:
    box = DropBox(tmp_path / "box", origin=SITE)
    with running(box) as url:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        status, headers, _ = ask(url, "OPTIONS", Origin=SITE, **asked)
        assert (status, headers["access-control-allow-origin"]) == (204, SITE)
        assert headers["access-control-allow-headers"] == "Content-Type"
        status, headers, _ = ask(url, content=message(), Origin=SITE)
        assert (status, headers["access-control-allow-origin"], headers["vary"]) == (201, SITE, "Origin")
        assert headers["access-control-expose-headers"] == "Retry-After"
        for origin in ("https://evil.example", "null", SITE + ":8443"):
            for method in ("OPTIONS", "POST"):
                status, headers, _ = ask(url, method, message(), Origin=origin, **asked)
                assert status == {"OPTIONS": 405, "POST": 403}[method]
                assert "access-control-allow-origin" not in headers
        assert ask(url, content=message())[0] == 201  # not from a browser
        status, headers, _ = ask(url, content=b"x", Origin=SITE)
        assert (status, headers["access-control-allow-origin"]) == (413, SITE)  # so that the reader sees why
    assert len(lying(box.folder)) == 2


# Alone on a web hotel


def as_cgi(script: Path, content: bytes, **environment: str) -> tuple[int, bytes]:
    said = {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(content)),
        "CONTENT_TYPE": endpoint.TYPE,
        "REMOTE_ADDR": "192.0.2.1",
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_NAME": "x",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SCRIPT_NAME": "/drop",
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script)],
        input=content,
        env=said | environment,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"Status: ")
    return int(head[8:11]), head + body


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("hotel")
    return write_script(base / "www", folder=str(base / "brevlåda"), origin=SITE).path, base / "brevlåda"


def test_the_script_alone_takes_messages(script: tuple[Path, Path]) -> None:
    path, folder = script
    content = message(LENGTHS[2])
    assert os.access(path, os.X_OK)
    assert as_cgi(path, content)[0] == 201
    assert as_cgi(path, content)[0] == 201
    assert as_cgi(path, message(LENGTHS[0], start=content[:16]))[0] == 409
    assert as_cgi(path, content[:-1])[0] == 413
    assert as_cgi(path, content, CONTENT_LENGTH=str(LENGTHS[3]))[0] == 400
    assert as_cgi(path, b"", REQUEST_METHOD="GET")[0] == 405
    assert SITE.encode() in as_cgi(path, message(), HTTP_ORIGIN=SITE)[1]
    assert as_cgi(path, message(), HTTP_ORIGIN="https://evil.example")[0] == 403
    assert lying(folder)[content[:16].hex()] == content
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}


def test_limits_hold_from_one_run_of_the_script_to_the_next(script: tuple[Path, Path], tmp_path: Path) -> None:
    said = {"PLUTTRA_DROP_FOLDER": str(tmp_path / "box"), "PLUTTRA_DROP_BURST": str(1 << 19), "PLUTTRA_DROP_PACE": "1"}
    assert [as_cgi(script[0], message(), **said)[0] for _ in range(3)] == [201, 201, 429]
    said = {"PLUTTRA_DROP_FOLDER": str(tmp_path / "few"), "PLUTTRA_DROP_FILES": "1"}
    assert [as_cgi(script[0], message(), **said)[0] for _ in range(2)] == [201, 507]


def test_the_file_needs_nothing_but_an_old_python() -> None:
    source = Path(endpoint.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
    for later in (".removeprefix(", ".removesuffix(", "hardlink_to", "datetime.UTC"):
        assert later not in source


def test_a_script_for_a_folder_that_is_not_said_whole_is_refused(tmp_path: Path) -> None:
    for folder in ("brevlada", "", "/a\nb"):
        with pytest.raises(UsageError):
            write_script(tmp_path / "www", folder=folder)
    assert not (tmp_path / "www").exists()


def test_without_a_folder_there_is_no_box_and_a_limit_that_is_none_is_an_error() -> None:
    assert box_of({}) is None
    assert as_wsgi(None) == "503 Service Unavailable"
    said = {"PLUTTRA_DROP_FOLDER": "x", "PLUTTRA_DROP_ORIGIN": SITE + "/", "PLUTTRA_DROP_FILES": "7"}
    made = box_of(said)
    assert made is not None
    assert (made.folder, made.origin, made.limits) == (Path("x"), SITE, replace(Limits(), most_files=7))
    for bad in ("0", "-1", "many"):
        with pytest.raises(ValueError, match=r"limit|invalid"):
            box_of(said | {"PLUTTRA_DROP_FILES": bad})


def as_wsgi(box: DropBox | None) -> str:
    told: list[str] = []
    start: Callable[..., object] = lambda status, _headers: told.append(status)  # noqa: E731
    endpoint.wsgi_of(box)({"REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO()}, start)
    return told[0]


def test_a_server_that_ends_leaves_no_port_open(tmp_path: Path) -> None:
    before = threading.active_count()
    with (
        running(DropBox(tmp_path / "box")) as url,
        pytest.raises(HostError, match="Port"),
        running(DropBox(tmp_path / "box"), port=urlsplit(url).port or 0),
    ):
        pass
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        ask(url, content=message())
