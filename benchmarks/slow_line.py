"""A slow line to a server: whoever comes through it shares its bandwidth and waits for its latency, page and service worker alike.

A browser's own throttling slows only the page it is set on, and a reader's worker would get by it. Knows TCP's bytes, not what they mean; a new
connection costs a round trip, but TCP's slow start is not played.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ROUND_TRIP = 0.150  # seconds
DOWN = 1_600_000 / 8  # bytes a second
UP = 750_000 / 8
_PIECE = 1460  # bytes that go at once: a packet's, so that connections share fairly


class Line:
    """`url` leads to the server. Free of all delay until it is told to be slow."""

    def __init__(self, server: str) -> None:
        self._upstream = int(server.rpartition(":")[2])
        self._loop = asyncio.new_event_loop()
        self._slow = False
        self._free = {UP: 0.0, DOWN: 0.0}  # when each direction has sent all that it was given
        self._writers: set[asyncio.StreamWriter] = set()
        self.carried = 0

    def begin(self) -> None:
        """Open a port and carry what comes there."""
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._visit, "127.0.0.1", 0, backlog=128)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def be(self, *, slow: bool) -> None:
        """Be slow or free from now on. Hangs up, so that whatever is measured next begins with a connection of its own."""
        asyncio.run_coroutine_threadsafe(self._turn(slow), self._loop).result()

    async def _turn(self, slow: bool) -> None:
        self._slow, self.carried = slow, 0
        for writer in list(self._writers):
            writer.close()

    async def _stop(self) -> None:
        self._server.close()
        await self._turn(slow=False)
        if others := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            await asyncio.wait(others, timeout=5)  # each ends by itself once both its ends are closed

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._slow:
            await asyncio.sleep(ROUND_TRIP)
        there, back = await asyncio.open_connection("127.0.0.1", self._upstream)
        ends = {writer, back}
        self._writers |= ends
        try:
            await asyncio.gather(self._carry(reader, back, UP), self._carry(there, writer, DOWN))
        except OSError:
            pass  # somebody hung up
        finally:
            self._writers -= ends
            for end in ends:
                end.close()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, speed: float) -> None:
        """Pass bytes on: each piece leaves when the line is free, and arrives half a round trip later."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.ensure_future(self._arrive(under_way, sink))
        try:
            while piece := await source.read(_PIECE):
                left = self._loop.time()
                if self._slow:
                    self._free[speed] = left = max(self._free[speed], left) + len(piece) / speed
                    left += ROUND_TRIP / 2
                if speed == DOWN:
                    self.carried += len(piece)
                under_way.put_nowait((left, piece))
                await self._until(self._free[speed] if self._slow else 0)
            under_way.put_nowait((self._loop.time() + (ROUND_TRIP / 2 if self._slow else 0), b""))
            await arriving
        finally:
            arriving.cancel()

    async def _arrive(self, under_way: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter) -> None:
        while True:
            due, piece = await under_way.get()
            await self._until(due)
            if not piece:
                with contextlib.suppress(OSError):
                    sink.write_eof()
                return
            sink.write(piece)
            await sink.drain()

    async def _until(self, moment: float) -> None:
        left = moment - self._loop.time()
        if left > 0:
            await asyncio.sleep(left)


@contextmanager
def line_to(server: str) -> Iterator[Line]:
    """A line to a server at `http://127.0.0.1:port`, while the context lasts."""
    line = Line(server)
    line.begin()
    try:
        yield line
    finally:
        line.end()
