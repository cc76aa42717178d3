"""Runs the drop endpoint on a port of this computer, behind a web server. Knows HTTP. Does not know messages."""

from __future__ import annotations

import contextlib
import os
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from pluttra_publish.drop.endpoint import DropBox, wsgi_of
from pluttra_publish.errors import HostError

_IDLE_SECONDS = 60
_AT_ONCE = 64


def run(box: DropBox, port: int, *, host: str = "127.0.0.1", ready: Callable[[str], None] | None = None) -> None:
    """Answer for `box` until interrupted (Ctrl-C), then hang up and return. `ready` is told the address when the port is open.

    Raises:
        HostError: the folder can't be made, or the port is taken.
    """
    with contextlib.suppress(KeyboardInterrupt), running(box, port=port, host=host) as url:
        if ready is not None:
            ready(url)
        while True:
            time.sleep(3600)  # unlike waiting for a thread, this hears Ctrl-C on every system


@contextlib.contextmanager
def running(box: DropBox, *, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
    """Answer for `box` in the background while the context lasts, and give the address without a final slash.

    Raises:
        HostError: the folder can't be made, or the port is taken.
    """
    try:
        box.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        hint = "Ange en annan mapp med --folder, eller se efter att du får skriva där."
        raise HostError(f"Mappen {box.folder} kan inte göras ({wrong.strerror}).", hint=hint) from wrong
    try:
        server = _Server((host, port), box)
    except (OSError, OverflowError) as wrong:
        raise HostError(f"Port {port} kan inte öppnas: {wrong}.", hint="Välj en annan port med --port.") from wrong
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """Has a thread for each who asks, up to a number; more wait in the line of the port."""

    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], box: DropBox) -> None:
        self.asked = wsgi_of(box)
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(address, _Exchange)

    def server_bind(self) -> None:
        """Open the port without asking a name server what this computer is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]
        self.setup_environ()

    def process_request(self, request: object, client_address: object) -> None:
        self._free.acquire()
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever sends may hang up, and http.server would write down the address."""


class _Reply(ServerHandler):
    server_software = ""  # is nobody's business

    def log_exception(self, exc_info: object) -> None:
        """Say nothing: the answer is 500."""


class _Exchange(WSGIRequestHandler):
    """One connection, one question."""

    timeout = _IDLE_SECONDS
    server: _Server

    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if len(self.raw_requestline) > 65536 or not self.parse_request():
            return
        reply = _Reply(
            cast("BinaryIO", self.rfile),
            cast("BinaryIO", self.wfile),
            self.get_stderr(),
            self.get_environ(),
            multithread=True,
        )
        reply.request_handler = self  # type: ignore[attr-defined] # what wsgiref.simple_server's own does
        reply.run(self.server.asked)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what http.server itself refuses with as few words as the rest."""
        self.send_response_only(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name is http.server's
        """Say nothing: who sends when is nobody's business."""
