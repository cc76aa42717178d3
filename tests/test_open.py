"""The Python reader before a host that misbehaves: whatever it answers is told as the host's fault, and read no longer than it may be."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pluttra_publish.errors import FormatError, HostError
from pluttra_publish.open import Web


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A host that says the same to every question and hangs up."""

    class Exchange(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Exchange) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"nothing of the kind\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 5\r\n\r\nLogin",
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n",
        b"HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 503 Later\r\n\r\n",
    ],
)
def test_an_answer_that_is_not_the_file_is_the_hosts_fault(answer: bytes) -> None:
    with answering(answer) as origin, pytest.raises(FormatError) as refused:
        Web(origin)("root")
    assert (refused.value.layer, refused.value.exit_code) == ("host", HostError.exit_code)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_a_host_lacks_it_may_say_in_three_ways(status: int) -> None:
    with answering(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()) as origin:
        assert Web(origin)("root") is None


def test_no_more_is_read_than_the_file_is_long_and_one_byte() -> None:
    with answering(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(3_000_000)) as origin:
        assert Web(origin, limit=1000)("root") == bytes(1001)
