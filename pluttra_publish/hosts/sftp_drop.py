"""A folder of an SFTP account where the drop endpoint lays sealed messages. Knows SFTP. Does not know what is sealed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice

import asyncssh

from pluttra_publish.hosts.drops import KEY
from pluttra_publish.hosts.sftp_line import telling
from pluttra_publish.hosts.sftp_session import SftpSession
from pluttra_publish.settings.host import SftpSettings

_MISSING = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
_LISTED = 500
_AT_ONCE = 32


class SftpDrop(SftpSession):
    """The folder `folder`, as the account sees it. One that isn't there is empty."""

    def __init__(self, settings: SftpSettings, folder: str) -> None:
        super().__init__(settings)
        self._folder = folder.rstrip("/") or "/"
        self.name = f"sftp://{settings.address}:{settings.port}/{self._folder.lstrip('/')}"

    def list(self) -> Iterator[tuple[str, int]]:
        """Yield key and length of every message, some hundred at a time.

        Raises:
            HostError: the folder cannot be read.
        """
        with self._telling("listas"):
            entries = _entries(self._client(), self._folder)
            try:
                while some := self._wait(_some(entries)):
                    yield from (
                        (str(entry.filename), entry.attrs.size or 0)
                        for entry in some
                        if KEY.fullmatch(str(entry.filename)) and entry.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR
                    )
            except _MISSING:
                return
            finally:
                if self._thread.is_alive():
                    self._wait(entries.aclose())

    def get(self, key: str, most: int) -> bytes | None:
        """Return a message, at most `most` + 1 bytes of it; None if none of that name lies there. May be called from many threads.

        Raises:
            HostError: it cannot be read.
        """
        if not KEY.fullmatch(key):
            return None
        with self._telling("läsas"):
            try:
                return self._wait(_read(self._client(), f"{self._folder}/{key}", most + 1))
            except _MISSING:
                return None

    def delete(self, keys: Iterable[str]) -> None:
        """Remove messages, many at a time.

        Raises:
            HostError: one cannot be removed.
        """
        wanted = (f"{self._folder}/{key}" for key in keys if KEY.fullmatch(key))
        while some := [*islice(wanted, _AT_ONCE)]:
            with self._telling("tömmas"):
                self._wait(_remove(self._client(), some))

    def _telling(self, what: str) -> AbstractContextManager[None]:
        return telling("Brevlådan", what, self._settings)


async def _entries(sftp: asyncssh.SFTPClient, folder: str) -> AsyncGenerator[asyncssh.SFTPName, None]:
    async for entry in sftp.scandir(folder):
        yield entry


async def _some(entries: AsyncGenerator[asyncssh.SFTPName, None]) -> list[asyncssh.SFTPName]:
    found: list[asyncssh.SFTPName] = []
    async for entry in entries:
        found.append(entry)
        if len(found) == _LISTED:
            break
    return found


async def _read(sftp: asyncssh.SFTPClient, path: str, most: int) -> bytes | None:
    if (await sftp.lstat(path)).type != asyncssh.FILEXFER_TYPE_REGULAR:
        return None
    async with sftp.open(path, asyncssh.FXF_READ, encoding=None) as file:
        content: bytes = await file.read(most)
        return content


async def _remove(sftp: asyncssh.SFTPClient, paths: list[str]) -> None:
    for failed in await asyncio.gather(*(sftp.remove(path) for path in paths), return_exceptions=True):
        if isinstance(failed, BaseException) and not isinstance(failed, _MISSING):
            raise failed
