"""Asks a live host over HTTP as a stranger does, and keeps the connection. Knows HTTP. Does not know what ought to be there."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

_LONGEST_WAIT = 20  # seconds
_MOST = 1 << 26


class Unreachable(Exception):
    """The host did not answer. `forged` if what failed is that it could not prove who it is."""

    def __init__(self, why: str, *, forged: bool = False) -> None:
        super().__init__(why)
        self.forged = forged


@dataclass(frozen=True)
class Answer:
    """What the host said; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def lacking(self) -> bool:
        """Whether the host says that it has no such file."""
        return self.status in {403, 404, 410}


class Asking:
    """A host at `url`, an origin; from any number of threads, each with a connection of its own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url, self.name, self.port = url, parts.hostname or "", parts.port
        self.secure = parts.scheme == "https"
        self._context = ssl.create_default_context()
        self._lines = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def get(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Return the answer for `path`, which begins without a slash and may have a query; `body` is sent along. Nothing is followed or unpacked.

        Raises:
            Unreachable: there is none.
        """
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        for attempt in range(2):
            fresh = getattr(self._lines, "line", None) is None
            try:
                return self._ask(self._line(), f"/{path}", method, {"Accept-Encoding": "identity", **said}, body)
            except ssl.SSLCertVerificationError as wrong:
                raise Unreachable(wrong.verify_message, forged=True) from wrong
            except (OSError, http.client.HTTPException) as wrong:
                self._lines.line = None
                if fresh or attempt:
                    raise Unreachable(type(wrong).__name__) from wrong
        raise AssertionError("unreachable")

    def hang_up(self) -> None:
        """Close every connection; who asks again gets a new one."""
        self._lines = threading.local()
        lines, self._all = self._all, []
        for line in lines:
            line.close()

    def certificate_ends(self) -> datetime | None:
        """Return when the host's certificate ends; None without one."""
        if not self.secure:
            return None
        try:
            with (
                socket.create_connection((self.name, self.port or 443), _LONGEST_WAIT) as line,
                self._context.wrap_socket(line, server_hostname=self.name) as safe,
            ):
                certificate = safe.getpeercert() or {}
        except OSError as wrong:
            raise Unreachable(type(wrong).__name__) from wrong
        ends = certificate.get("notAfter")
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None

    def without_tls(self, port: int) -> Answer | None:
        """Return what the host answers for `/` over http; None if it answers nobody there."""
        line = http.client.HTTPConnection(self.name, port, timeout=_LONGEST_WAIT)
        try:
            return self._ask(line, "/", "GET", {})
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()

    def _line(self) -> http.client.HTTPConnection:
        line: http.client.HTTPConnection | None = getattr(self._lines, "line", None)
        if line is None:
            if self.secure:
                line = http.client.HTTPSConnection(self.name, self.port, timeout=_LONGEST_WAIT, context=self._context)
            else:
                line = http.client.HTTPConnection(self.name, self.port, timeout=_LONGEST_WAIT)
            self._lines.line = line
            self._all.append(line)
        return line

    def _ask(
        self,
        line: http.client.HTTPConnection,
        path: str,
        method: str,
        said: Mapping[str, str],
        body: bytes | None = None,
    ) -> Answer:
        try:
            line.request(method, path, body, headers=dict(said))
        except (BrokenPipeError, ConnectionResetError):
            if not body:
                raise  # else it may have answered before it had heard all
        answer = line.getresponse()
        content = answer.read(_MOST)
        if not answer.isclosed():
            line.close()  # more than anything of ours: whoever sends it is not listened to
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)


@contextlib.contextmanager
def asking(url: str) -> Iterator[Asking]:
    """Give a host to ask, and hang up at the end."""
    host = Asking(url)
    try:
        yield host
    finally:
        host.hang_up()
