"""Lines that break, servers that are busy or slow: what passes by itself is tried again, and comes whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import PermissionDeniedError

from pluttra_publish.errors import HostError
from pluttra_publish.hosts import mirror
from pluttra_publish.hosts.flow import Flow
from pluttra_publish.hosts.patient import PatientHost
from pluttra_publish.hosts.s3 import S3Host
from pluttra_publish.hosts.sftp import SftpHost
from pluttra_publish.settings.host import S3Settings
from tests.hosts.suite import CODE, media, shell
from tests.hosts.toy_site import NEW, OLD, edition_of
from tests.servers.ceph import Ceph
from tests.servers.openssh import OpenSsh


class Line:
    """A port that leads to another, and cuts the line after so many bytes, so many times."""

    def __init__(self, to: int, *, after: int, times: int) -> None:
        self._to, self._after, self.times = to, after, times
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.cuts = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            left = [self._after] if self.cuts < self.times else [1 << 60]
            for from_, to in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(from_, to, left, from_ is near), daemon=True).start()

    def _pass(self, from_: socket.socket, to: socket.socket, left: list[int], counted: bool) -> None:
        try:
            while block := from_.recv(1 << 15):
                to.sendall(block)
                if counted:
                    left[0] -= len(block)
                    if left[0] < 0:
                        self.cuts += 1
                        break
        except OSError:
            pass
        for end in (from_, to):
            hang_up(end)

    def close(self) -> None:
        self._server.close()


def hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def test_a_line_that_is_cut_in_the_middle_of_films_brings_them_whole_in_the_end(sshd: OpenSsh, tmp_path: Path) -> None:
    line = Line(sshd.port, after=1_500_000, times=2)
    host = SftpHost(sshd.settings(tmp_path / "site", port=line.port))
    patient = PatientHost(host, sleep=lambda _: time.sleep(0.05))
    films = [(f"{n:032x}", os.urandom(900_000)) for n in range(1, 6)]
    try:
        for name, content in films:
            patient.put(media(content, name))
        assert line.cuts == 2
        for name, content in films:
            assert (tmp_path / "site" / "o" / name[:2] / name).read_bytes() == content
        patient.sweep()
        assert [*patient.strangers()] == []
    finally:
        patient.close()
        line.close()


def test_a_whole_site_comes_over_a_line_that_is_cut_again_and_again(sshd: OpenSsh, tmp_path: Path) -> None:
    line = Line(sshd.port, after=30_000, times=3)
    host = PatientHost(SftpHost(sshd.settings(tmp_path / "site", port=line.port)), sleep=lambda _: time.sleep(0.05))
    try:
        mirror(host, OLD)
        mirror(host, NEW)
        assert edition_of(host) == "new"
    finally:
        host.close()
        line.close()


def test_a_limit_on_the_line_holds_for_an_sftp_account(sshd: OpenSsh, tmp_path: Path) -> None:
    host = SftpHost(sshd.settings(tmp_path / "site"), Flow(1_000_000))
    host.get("root")
    began = time.monotonic()
    host.put(media(os.urandom(1_000_000)))
    assert time.monotonic() - began > 0.7
    host.close()


class Busy(BaseHTTPRequestHandler):
    """An S3 that is busy at first: `answers` are the statuses it gives before it does what it is asked."""

    answers: list[int] = []  # noqa: RUF012
    asked: list[str] = []  # noqa: RUF012
    kept: dict[str, bytes] = {}  # noqa: RUF012

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.path)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.kept[self.path] = content
        self.send_response(status)
        self.send_header("ETag", f'"{hashlib.md5(content).hexdigest()}"')  # noqa: S324
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Host]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    Busy.answers, Busy.asked, Busy.kept = [], [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield S3Host(S3Settings(f"http://127.0.0.1:{server.server_port}", "backen"), tmp_path)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("answers", [[503], [500, 502], [429]])
def test_a_busy_bucket_is_asked_again(busy: S3Host, answers: list[int]) -> None:
    Busy.answers = [*answers]
    busy.put(shell(CODE, b"content"))
    assert len(Busy.asked) == len(answers) + 1
    assert Busy.kept[f"/backen/{CODE}"] == b"content"


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_bucket_that_says_no_is_not_asked_again(busy: S3Host, status: int) -> None:
    Busy.answers = [status]
    with pytest.raises(HostError):
        busy.put(shell(CODE, b"content"))
    assert len(Busy.asked) == 1


def test_a_bucket_that_answers_403_for_what_it_lacks_lacks_it(
    rgw: Ceph, new_bucket: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = S3Host(rgw.settings(new_bucket()), tmp_path)  # type: ignore[operator]
    host.put(shell(CODE, b"1"))

    def deny(*_: object) -> None:
        raise PermissionDeniedError("403")

    monkeypatch.setattr(obstore, "get", deny)
    assert host.get("root") is None
    with pytest.raises(HostError, match="nyckeln"):  # it is there, and may not be read: not the same as lacking it
        host.get(CODE)
