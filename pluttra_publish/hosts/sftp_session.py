"""A connection to an SFTP server that is made when it is needed, and anew when it broke, for many threads. Does not know files."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Awaitable
from typing import TypeVar

import asyncssh

from pluttra_publish.hosts.sftp_line import connect
from pluttra_publish.settings.host import SftpSettings

_T = TypeVar("_T")


class SftpSession:
    """Holds one connection, in a thread of its own, where everything that is asked for is on the way at the same time."""

    def __init__(self, settings: SftpSettings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sftp", daemon=True)
        self._thread.start()
        self._connecting = threading.Lock()
        self._line: asyncssh.SSHClientConnection | None = None
        self._sftp: asyncssh.SFTPClient | None = None
        self._failed: tuple[float, Exception] | None = None

    def close(self) -> None:
        """Hang up, and end the thread."""
        self._hang_up()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _client(self) -> asyncssh.SFTPClient:
        """Return the connection, which is made now unless it is there and whole."""
        asked = time.monotonic()
        with self._connecting:
            if self._sftp is None or self._line is None or self._line.is_closed():
                if self._failed is not None and self._failed[0] > asked:
                    raise self._failed[1]  # for all who waited for the same answer, instead of asking for each
                self._hang_up()
                try:
                    self._line = self._wait(connect(self._settings))
                    self._sftp = self._wait(self._line.start_sftp_client())
                except Exception as wrong:
                    self._failed = time.monotonic(), wrong
                    raise
            return self._sftp

    def _hang_up(self) -> None:
        line, self._line, self._sftp = self._line, None, None
        if line is not None:
            self._loop.call_soon_threadsafe(line.close)
            with contextlib.suppress(Exception):
                self._wait(asyncio.wait_for(line.wait_closed(), 5))

    def _wait(self, work: Awaitable[_T]) -> _T:
        future = asyncio.run_coroutine_threadsafe(_awaited(work), self._loop)
        try:
            return future.result()
        except concurrent.futures.CancelledError as cut:
            raise asyncssh.SFTPConnectionLost("cut") from cut


async def _awaited(work: Awaitable[_T]) -> _T:
    return await work
