"""A page for one person at this computer, while a command runs. Knows HTTP, tokens and origins. Does not know what a page is for.

Other pages in the same browser, and other people on the same network, must get nothing. So: the port is open on
127.0.0.1 only; a name that somebody else points there is refused by its Host; what is asked by another page is refused
by its Origin; and everything but the empty page asks for a secret. The address that the person opens carries a token in
its fragment, which browsers never send. The page's script changes it, once, for a session that only its tab knows.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from pluttra_publish.errors import PluttraError, UsageError
from pluttra_publish.hosts.headers import SECURITY

ADDRESS = "127.0.0.1"
SCHEME = "Pluttra"
"""The word before a token or a session in `Authorization`."""

_SECONDS = 10
_LONGEST_BODY = 1 << 18
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    **SECURITY,
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Connection": "close",
}


@dataclass(frozen=True)
class Reply:
    """An answer to the page. With `last` there is nothing more to ask: the server closes when it has been sent."""

    content: bytes = b"{}"
    media_type: str = "application/json"
    status: HTTPStatus = HTTPStatus.OK
    last: bool = False


def json_reply(value: object, status: HTTPStatus = HTTPStatus.OK, *, last: bool = False) -> Reply:
    """Return a reply with a JSON value."""
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status=status, last=last)


@dataclass(frozen=True)
class LocalPage:
    """What is served, by path.

    `files` are free of persons and may be fetched by whoever reaches the port; `/` is the document. `shows` and `takes`
    are answered within a session only, one at a time: what the page may get, and what it may send as JSON.
    """

    files: Mapping[str, Reply]
    shows: Mapping[str, Callable[[], Reply]] = field(default_factory=dict)
    takes: Mapping[str, Callable[[bytes], Reply]] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A page that is being shown. `url` opens it once; `done` is set when it has had its last reply."""

    origin: str
    url: str = field(repr=False)
    done: threading.Event = field(repr=False)
    bugs: list[Exception] = field(repr=False)


def show(page: LocalPage, *, port: int = 0, ready: Callable[[str], None]) -> bool:
    """Show a page until it is done, and return True, or until Ctrl-C, and return False. `ready` is told its address.

    Raises:
        UsageError: the port is taken.
    """
    with contextlib.suppress(KeyboardInterrupt), showing(page, port=port) as shown:
        ready(shown.url)
        while not shown.done.wait(0.5):  # unlike waiting without end, this hears Ctrl-C on every system
            pass
        if shown.bugs:
            raise shown.bugs[0]
        return True
    return False


@contextlib.contextmanager
def showing(page: LocalPage, *, port: int = 0) -> Iterator[Shown]:
    """Show a page in the background while the context lasts. Port 0 is any free one.

    Raises:
        UsageError: the port is taken.
    """
    try:
        server = _Server(page, port)
    except (OSError, OverflowError) as error:
        raise UsageError(f"Port {port} kan inte öppnas: {error}.", hint="Välj en annan port med --port.") from error
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Shown(server.origin, f"{server.origin}/#t={server.token}", server.done, server.bugs)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port
    daemon_threads = True  # browsers open connections ahead and say nothing on them
    block_on_close = False

    def __init__(self, page: LocalPage, port: int) -> None:
        self.page = page
        self.done = threading.Event()
        self.bugs: list[Exception] = []
        self.token: str | None = secrets.token_urlsafe(32)
        self.session = secrets.token_urlsafe(32)
        self.lock = threading.Lock()
        super().__init__((ADDRESS, port), _Exchange)
        self.host = f"{ADDRESS}:{self.server_address[1]}"
        self.origin = f"http://{self.host}"

    def begin(self, written: str) -> Reply | None:
        """Change the token for the session, once."""
        with self.lock:
            if self.token is None or not _same(written, self.token):
                return None
            self.token = None
            return json_reply({"session": self.session})

    def answer(self, ask: Callable[[], Reply]) -> Reply | None:
        """Return the page's answer, or what it failed of; nothing when it is done. A bug ends the showing."""
        with self.lock:
            if self.done.is_set():
                return None
            try:
                return ask()
            except PluttraError as error:
                return json_reply({"error": str(error), "hint": error.hint}, HTTPStatus.CONFLICT)
            except OSError as error:
                return json_reply({"error": f"Det gick inte: {error.strerror}.", "hint": ""}, HTTPStatus.CONFLICT)
            except Exception as bug:
                self.bugs.append(bug)
                return json_reply({"error": "Ett fel i programmet.", "hint": ""}, HTTPStatus.CONFLICT, last=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a browser hang up; what the page did wrong has been answered."""


class _Exchange(BaseHTTPRequestHandler):
    timeout = _SECONDS
    server: _Server

    def do_GET(self) -> None:
        self._send(self._shown() if self._is_ours() else None)

    def do_POST(self) -> None:
        self._send(self._taken() if self._is_ours() else None)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what http.server itself refuses as unhelpfully as the rest."""
        self._send(None)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
        """Say nothing."""

    def _is_ours(self) -> bool:
        """Tell whether this was asked of us by our own page: by Host, by Origin, and by what the browser says of it."""
        origins = self.headers.get_all("Origin", [])
        needed = [[self.server.origin]] if self.command == "POST" else [[self.server.origin], []]
        site = self.headers.get("Sec-Fetch-Site", "same-origin")
        near = site == "same-origin" or (self.path == "/" and self.headers.get("Sec-Fetch-Dest") == "document")
        return self.headers.get_all("Host") == [self.server.host] and origins in needed and near

    def _shown(self) -> Reply | None:
        if self.path in self.server.page.files:
            return self.server.page.files[self.path]
        answer = self.server.page.shows.get(self.path)
        if answer is None or not _same(self._secret(), self.server.session):
            return None
        return self.server.answer(answer)

    def _taken(self) -> Reply | None:
        content = self._body()
        if content is None:
            return None
        if self.path == "/session":
            return self.server.begin(self._secret())
        answer = self.server.page.takes.get(self.path)
        if answer is None or not _same(self._secret(), self.server.session):
            return None
        return self.server.answer(lambda: answer(content))

    def _secret(self) -> str:
        scheme, _, written = self.headers.get("Authorization", "").partition(" ")
        return written if scheme == SCHEME else ""

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST_BODY or "Transfer-Encoding" in self.headers:
            return None
        if self.headers.get("Content-Type") != "application/json":
            return None
        content = self.rfile.read(int(length))
        return content if len(content) == int(length) else None

    def _send(self, reply: Reply | None) -> None:
        reply = reply or Reply(b"", "text/plain", HTTPStatus.FORBIDDEN)
        self.close_connection = True
        self.send_response_only(reply.status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)
        if reply.last:
            self.server.done.set()


def _same(written: str, secret: str) -> bool:
    return hmac.compare_digest(written.encode(), secret.encode())
