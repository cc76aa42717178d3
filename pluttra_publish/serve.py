"""Serve a published folder the way a dumb static host would. Knows HTTP and files. Does not know what is in them.

What it lacks, and what no publish puts there, gets an unhelpful 403, as from S3. With `bare` it sends no headers of ours at all, and a reader must still
work. At one path it may take messages, as a web server with the drop endpoint behind it does.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import unquote

from pluttra_publish.drop.endpoint import DropBox
from pluttra_publish.errors import HostError, UsageError
from pluttra_publish.hosts import CACHE_CONTROL, cache_of, content_type, place_of
from pluttra_publish.hosts.headers import SECURITY, policy_of
from pluttra_publish.settings import FILE

_IDLE_SECONDS = 60
_SENT_AT_ONCE = 1 << 16
_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
)

Log = Callable[[str], None]
DropAt = tuple[str, DropBox]
"""The path that takes messages, and where they are laid."""


def serve(
    folder: Path,
    port: int,
    *,
    bare: bool = False,
    host: str = "127.0.0.1",
    ready: Callable[[str], None] | None = None,
    log: Log | None = None,
    drop: DropAt | None = None,
    targets: Sequence[str] = (),
) -> None:
    """Serve `folder` until interrupted (Ctrl-C), then hang up and return.

    `ready` is told the address when the port is open; `log` gets a line `METHOD path status` per answer, never a query. At the path of
    `drop` messages are taken; `targets` are addresses beside its own that the site sends them to.

    Raises:
        HostError: the folder is not there or the port is taken.
        UsageError: it is a preschool's own folder.
    """
    with (
        contextlib.suppress(KeyboardInterrupt),
        serving(folder, port=port, bare=bare, host=host, log=log, drop=drop) as url,
    ):
        if ready is not None:
            ready(url)
        while True:
            time.sleep(3600)  # unlike waiting for a thread, this hears Ctrl-C on every system


@contextlib.contextmanager
def serving(
    folder: Path,
    *,
    bare: bool = False,
    port: int = 0,
    host: str = "127.0.0.1",
    log: Log | None = None,
    drop: DropAt | None = None,
    targets: Sequence[str] = (),
) -> Iterator[str]:
    """Serve `folder` in the background while the context lasts, and give its address without a final slash.

    Raises:
        HostError: the folder is not there or the port is taken.
        UsageError: it is a preschool's own folder.
    """
    server = _open(folder, port, bare=bare, host=host, log=log, drop=drop)
    server.targets = tuple(targets)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join()
        server.hang_up()


def _open(folder: Path, port: int, *, bare: bool, host: str, log: Log | None, drop: DropAt | None) -> _Server:
    if not folder.is_dir():
        raise HostError(f"Mappen {folder} finns inte.", hint="Publicera först, eller ange mappen som är publicerad.")
    if (folder / FILE).exists():
        message = f"I {folder} ligger {FILE}: det är förskolans mapp, inte den som är publicerad."
        raise UsageError(message, hint="Ange mappen som är publicerad, till exempel public.")
    try:
        return _Server((host, port), folder=folder.resolve(), bare=bare, log=log, drop=drop)
    except (OSError, OverflowError) as error:
        raise HostError(f"Port {port} kan inte öppnas: {error}.", hint="Välj en annan port med --port.") from error


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Holds the open connections, so that hanging up leaves no thread and no socket behind."""

    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], *, folder: Path, bare: bool, log: Log | None, drop: DropAt | None
    ) -> None:
        self.folder, self.drop = folder, drop
        self.targets: tuple[str, ...] = ()
        self.bare = bare
        self.log = log or (lambda line: None)
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Exchange)

    @property
    def url(self) -> str:
        host, port = self.socket.getsockname()[:2]
        return f"http://{host}:{port}"

    def process_request(self, request: _Request, client_address: object) -> None:
        with self._lock:
            self._connections.add(cast(socket.socket, request))
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Request) -> None:
        with self._lock:
            self._connections.discard(cast(socket.socket, request))
        super().shutdown_request(request)

    def handle_error(self, request: _Request, client_address: object) -> None:
        """Let a visitor hang up; anything else is a bug, and its thread shows it."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            raise error

    def hang_up(self) -> None:
        """Close the port and every connection, and wait for their threads."""
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


_Request = socket.socket | tuple[bytes, socket.socket]


class _Exchange(BaseHTTPRequestHandler):
    """One connection: questions and answers."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    wbufsize = _SENT_AT_ONCE
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # a body that nobody reads would be taken for the next question
        if self._is_drop():
            self._drop()
            return
        path = _path_of(self.path)
        # Only what a publish puts there: a folder served by mistake shows nothing of what else lies in it.
        file = None if path is None or place_of(path) in {None, "lock"} else _open_inside(self.server.folder, path)
        if path is None or file is None:
            self._deny(HTTPStatus.FORBIDDEN)
            return
        with file:
            self._answer(path, file)

    do_HEAD = do_GET  # noqa: N815  # likewise

    def do_POST(self) -> None:
        if self._is_drop():
            self._drop()
        else:
            self.send_error(HTTPStatus.METHOD_NOT_ALLOWED)

    do_OPTIONS = do_POST  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a question that http.server itself refuses, as unhelpfully as the rest."""
        self.close_connection = True
        self._deny(HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else HTTPStatus(code))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
        """Say nothing: what is worth a line goes to the server's log, without queries or addresses."""

    def _is_drop(self) -> bool:
        return self.server.drop is not None and self.path.partition("?")[0] == self.server.drop[0]

    def _drop(self) -> None:
        if self.server.drop is None:
            return
        self.close_connection = True
        headers = {name.lower(): value for name, value in self.headers.items()}
        given = self.server.drop[1].answer(self.command, headers, self.rfile, self.client_address[0])
        self._send(HTTPStatus(given.status), given.headers, path=self.server.drop[0])

    def _answer(self, path: str, file: BinaryIO) -> None:
        status = os.fstat(file.fileno())
        length = status.st_size
        etag = f'"{status.st_mtime_ns:x}-{status.st_ino:x}-{length:x}"'
        headers = {"Content-Type": content_type(path)}
        if not self.server.bare:
            headers |= {"Accept-Ranges": "bytes", "Cache-Control": CACHE_CONTROL[cache_of(path)], "ETag": etag}
            if _names(self.headers.get("If-None-Match"), etag):
                self._send(HTTPStatus.NOT_MODIFIED, headers, path=path)
                return
        span = span_of(self.headers.get("Range"), length) if self._wants_part(etag) else None
        if span is None:
            self._send(HTTPStatus.OK, headers, path=path, file=file, span=range(length))
        elif span:
            headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{length}"
            self._send(HTTPStatus.PARTIAL_CONTENT, headers, path=path, file=file, span=span)
        else:
            headers = {"Content-Range": f"bytes */{length}"}
            self._send(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers, path=path, span=range(0))

    def _wants_part(self, etag: str) -> bool:
        return self.command == "GET" and self.headers.get("If-Range", etag).strip() == etag

    def _deny(self, status: HTTPStatus) -> None:
        headers = {"Content-Type": "application/xml"}
        if not self.server.bare:
            headers["Cache-Control"] = "no-store"
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = "GET, HEAD"
        self._send(status, headers, body=_DENIED)

    def _send(
        self,
        status: HTTPStatus,
        headers: dict[str, str],
        *,
        path: str = "(lacking)",
        body: bytes = b"",
        file: BinaryIO | None = None,
        span: range | None = None,
    ) -> None:
        # A path that is not there may be a link whose # was mangled to %23, and so a key: it is never logged.
        self.server.log(f"{self.command or '?'} {path} {status.value}")
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string())
        if status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(body) if span is None else len(span))
        if not self.server.bare:
            headers |= _security(headers.get("Content-Type", ""), self.server.targets)
        if self.close_connection:
            headers["Connection"] = "close"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body)
        if file is not None and span:
            self._send_span(file, span)

    def _send_span(self, file: BinaryIO, span: range) -> None:
        if len(span) <= _SENT_AT_ONCE:
            file.seek(span.start)
            sent = self.wfile.write(file.read(len(span)))
        else:
            self.wfile.flush()
            sent = self.connection.sendfile(file, span.start, len(span))
        if sent < len(span):
            self.close_connection = True  # the file was cut short underneath


def span_of(header: str | None, length: int) -> range | None:
    """Read a Range header (RFC 9110 §14.2) for a file of `length` bytes.

    None means the whole file: no header, one that is not understood, or more ranges than one. An empty range means that
    it cannot be satisfied (416).
    """
    match = re.fullmatch(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", header or "", re.IGNORECASE)
    if match is None or match[0].strip().endswith("=-"):
        return None
    first, last = match[1], match[2]
    if not first:
        return range(max(0, length - int(last)), length)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, length) if last else length)


def _path_of(target: str) -> str | None:
    """Turn a request target into a path below the folder, or None for one that nothing may lie at."""
    try:
        path = unquote(target.partition("?")[0], errors="strict")
    except UnicodeDecodeError:
        return None
    if path == "/":
        return "index.html"
    segments = path.split("/")[1:]
    if not path.startswith("/") or any(re.fullmatch(r"|\..*|.*[\\:\x00-\x1f\x7f].*", s, re.DOTALL) for s in segments):
        return None
    return "/".join(segments)


def _open_inside(folder: Path, path: str) -> BinaryIO | None:
    """Open the regular file at `path`, if it is one and lies in `folder` even after its links are followed."""
    try:
        file = folder.joinpath(*path.split("/")).resolve(strict=True)
        return file.open("rb") if file.is_relative_to(folder) and file.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def _names(header: str | None, etag: str) -> bool:
    """Tell whether If-None-Match names `etag`, by weak comparison (RFC 9110 §13.1.2)."""
    if header is None:
        return False
    return any(tag.strip().removeprefix("W/") in {"*", etag} for tag in header.split(","))


def _security(media_type: str, targets: Sequence[str]) -> dict[str, str]:
    return {**SECURITY, "Content-Security-Policy": policy_of(media_type, targets)}
