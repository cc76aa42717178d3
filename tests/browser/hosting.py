"""Hosts to point a browser at: ours with every byte counted, and one that knows no ranges. Knows nothing of what it serves."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from pluttra_publish.serve import DropAt, serving

# All that a host may ever be asked for: the shell, the root, keyrings, objects and public pages. Never the address of a sealed page.
NAMED = r"sida/[\w-]+\.(html|webp|mp4|vtt)|index\.html|sw\.js|manifest\.webmanifest|icon[\w.-]*|r/[\w.-]+/[\w.-]+|root|[ko]/[0-9a-f]{2}/[0-9a-f]{32}"
LACKING = "(lacking)"  # how the host notes what it does not have
SHELL = r"index\.html|manifest\.webmanifest|icon[\w.-]*|r/[\w.-]+/[\w.-]+"


class Host:
    """A published folder at one address that stays the same when the host is stopped and started again.

    `asked` are the paths it was asked for; `sent` is how many bytes have left it.
    """

    def __init__(
        self, folder: Path, *, bare: bool = False, drop: DropAt | None = None, targets: tuple[str, ...] = ()
    ) -> None:
        """At the path of `drop` it takes messages; `targets` are addresses beside its own that the site sends them to."""
        self.folder = folder
        self._drop, self._targets = drop, targets
        self.takes = drop[0] if drop else ""
        self.asked: list[str] = []
        self.sent = 0
        self.silent = False
        self._bare = bare
        self._stack = contextlib.ExitStack()
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        url = self._stack.enter_context(
            serving(self.folder, bare=self._bare, log=self._note, drop=self._drop, targets=self._targets)
        )
        self._relay = _Relay(self._port, int(urlsplit(url).port or 0), self)
        self._stack.callback(self._relay.hang_up)
        self._port = self._relay.port

    def stop(self) -> None:
        """Hang up on everybody and refuse all connections."""
        self._stack.close()

    def redirect(self, url: str) -> None:
        """From now on pass everything on to another server."""
        self._relay.upstream = int(urlsplit(url).port or 0)

    def link(self, url: str) -> str:
        """The same link or address, on this host."""
        return f"{self.url}/{url[url.index('#') :]}"

    def forget(self) -> None:
        self.asked.clear()
        self.sent = 0

    def times(self, path: str) -> int:
        return self.asked.count(path)

    def _note(self, line: str) -> None:
        self.asked.append(line.split(" ", 1)[1].rsplit(" ", 1)[0])


class _Relay:
    """Passes connections on and counts what comes back. When the host is silent, nothing comes back."""

    def __init__(self, port: int, upstream: int, host: Host) -> None:
        self.upstream = upstream
        self._host = host
        self._ends: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._begin(self._accept)

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in it
        self._listener.close()
        for end in list(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _begin(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            self._begin(self._relay, visitor)

    def _relay(self, visitor: socket.socket) -> None:
        with visitor, socket.create_connection(("127.0.0.1", self.upstream)) as server:
            self._ends |= {visitor, server}
            back = threading.Thread(target=self._pump, args=(server, visitor, True), daemon=True)
            back.start()
            self._pump(visitor, server, False)
            back.join()
            self._ends -= {visitor, server}

    def _pump(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                if counted and self._host.silent:
                    continue
                if counted:
                    self._host.sent += len(piece)
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def rangeless(folder: Path) -> Iterator[str]:
    """Serve a folder with Python's own server, which answers every range with the whole file; give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Rangeless, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Rangeless(SimpleHTTPRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a browser hangs up on what it no longer needs
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
        pass


def copy_of(folder: Path, into: Path) -> Path:
    """A published folder to change: hard links, so change a file only by putting a new one in its place."""
    return Path(shutil.copytree(folder, into, copy_function=os.link))


def put(folder: Path, path: str, content: bytes) -> None:
    """Put a file in the place of another, as a host would."""
    fresh = folder / "fresh.tmp"
    fresh.write_bytes(content)
    fresh.replace(folder / path)


def flip(folder: Path, path: str, at: int = -20) -> None:
    """Flip one bit of a file."""
    content = bytearray((folder / path).read_bytes())
    content[at] ^= 1
    put(folder, path, bytes(content))
