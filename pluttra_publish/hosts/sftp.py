"""An SFTP account as a host. Knows SFTP and the ways of its servers. Does not know what is in the files.

Every put writes beside its path, compares, and takes the name in one step (posix-rename@openssh.com), so that whoever reads meanwhile
gets the old bytes or the new ones. Many threads share one connection, and so their files are on the way at the same time. There is no
check sum in SFTP: what was put is read back, all of it up to a mebibyte, the ends of what is longer, whose length is asked for too;
on the way every byte is under the message code of SSH. A server without a rename that replaces is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import Iterator

import asyncssh

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts.flow import Flow
from pluttra_publish.hosts.gate import Admitted
from pluttra_publish.hosts.paths import TOP_FOLDERS, is_left_behind, place_of
from pluttra_publish.hosts.sftp_line import telling
from pluttra_publish.hosts.sftp_session import SftpSession
from pluttra_publish.settings.host import SftpSettings

_Files = list[tuple[str, int]]
_Folders = list[str]

_READ_BACK = 1 << 20
_END = 1 << 16
_NEW = asyncssh.FXF_READ | asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | asyncssh.FXF_EXCL
_FILE = asyncssh.SFTPAttrs(permissions=0o644)
_FOLDER = asyncssh.SFTPAttrs(permissions=0o755)
_MISSING = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)


class SftpHost(SftpSession):
    """A published site in a folder of an SFTP account. The connection is made when something is first asked for, and anew when it broke."""

    parallel = 16
    far = True

    def __init__(self, settings: SftpSettings, flow: Flow | None = None) -> None:
        super().__init__(settings)
        self._flow = flow or Flow()
        self._root = settings.path.rstrip("/") or "/"
        self.name = f"sftp://{settings.account}@{settings.address}:{settings.port}/{self._root.lstrip('/')}"
        self._can_sync = True

    def put(self, thing: Admitted) -> None:
        """Store `thing` under its path: written beside it, compared, and renamed.

        Raises:
            LeakError: the bytes changed after they were admitted; nothing was stored.
            HostError: the server refused, or gave back other bytes.
        """
        target = self._locate(thing.path)
        temporary = _beside(target)
        with telling(thing.path, "läggas dit", self._settings), self._removing(temporary):
            file = self._create(temporary)
            try:
                self._write(file, thing)
            finally:
                with contextlib.suppress(asyncssh.Error):
                    self._wait(file.close())
            self._rename(temporary, target)

    def copy(self, source: str, target: str) -> bool:
        """Store at `target` what lies at `source`; False where the server lacks copy-data.

        Raises:
            HostError: nothing lies there, or the server refused.
        """
        from_, to = self._locate(source), self._locate(target)
        with telling(source, "kopieras", self._settings):
            sftp = self._client()
            if not sftp.supports_remote_copy:
                return False
            temporary = _beside(to)
            with self._removing(temporary):
                self._wait(self._create(temporary).close())
                self._wait(sftp.remote_copy(from_, temporary))
                lengths = [self._wait(sftp.stat(path)).size for path in (from_, temporary)]
                if lengths[0] != lengths[1]:
                    raise HostError(f"{source} blev inte hel när den kopierades.", transient=True)
                self._rename(temporary, to)
        return True

    def settle(self) -> None:
        """Every put has asked the server to write to its disk before it took its name."""

    def get(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None if there is nothing.

        Raises:
            HostError: it cannot be read.
        """
        with telling(path, "läsas", self._settings):
            sftp = self._client()
            try:
                return self._wait(_read(sftp, self._locate(path)))
            except _MISSING:
                return None

    def list(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """Yield path and length of everything of ours whose path starts with `prefix`.

        Raises:
            HostError: a folder cannot be read.
        """
        found = self._files(TOP_FOLDERS, prefix)
        yield from ((path, length) for path, length in found if path.startswith(prefix) and place_of(path))

    def strangers(self) -> Iterator[str]:
        """Yield the paths of all that is none of ours.

        Raises:
            HostError: a folder cannot be read.
        """
        yield from (path for path, _ in self._files(None, "") if not place_of(path))

    def delete(self, path: str) -> None:
        """Remove what lies at `path`, and folders that become empty; nothing there is as good.

        Raises:
            HostError: it cannot be removed.
        """
        target = self._locate(path)
        with telling(path, "tas bort", self._settings):
            sftp = self._client()
            with contextlib.suppress(*_MISSING):
                self._wait(sftp.remove(target))
            with contextlib.suppress(asyncssh.SFTPError):
                for _ in range(path.count("/")):
                    target = target.rpartition("/")[0]
                    self._wait(sftp.rmdir(target))

    def sweep(self) -> None:
        """Remove what puts that were cut off left behind.

        Raises:
            HostError: it cannot be removed.
        """
        for path, _ in self._files(TOP_FOLDERS, ""):
            if is_left_behind(path.rpartition("/")[2]):
                with telling(path, "tas bort", self._settings), contextlib.suppress(*_MISSING):
                    self._wait(self._client().remove(f"{self._root}/{path}"))

    def _write(self, file: asyncssh.SFTPClientFile, thing: Admitted) -> None:
        digest, offset, first, last = hashlib.sha256(), 0, b"", b""
        for block in thing.blocks():
            for start in range(0, len(block), self._flow.piece):
                piece = block[start : start + self._flow.piece]
                self._flow.let_through(len(piece))
                self._wait(file.write(piece, offset))
                offset += len(piece)
            digest.update(block)
            first = (first + block[:_END])[:_END]
            last = (last + block)[-_END:]
        self._sync(file)
        if offset <= _READ_BACK:
            back = self._wait(file.read(offset + 1, 0))
            same = isinstance(back, bytes) and hashlib.sha256(back).digest() == digest.digest()
        else:
            ends: tuple[object, object] = self._wait(file.read(_END, 0)), self._wait(file.read(_END, offset - _END))
            same = ends == (first, last) and self._wait(file.stat()).size == offset
        if not same:
            message = f"{thing.path} kom inte fram hel: servern gav tillbaka något annat än det som lades dit."
            raise HostError(message, hint="Se efter att kontot har plats kvar, och kör igen.", transient=True)

    def _sync(self, file: asyncssh.SFTPClientFile) -> None:
        if self._can_sync:
            try:
                self._wait(file.fsync())
            except asyncssh.SFTPOpUnsupported:
                self._can_sync = False

    def _create(self, path: str) -> asyncssh.SFTPClientFile:
        sftp = self._client()
        try:
            return self._wait(sftp.open(path, _NEW, _FILE, encoding=None))
        except _MISSING:
            self._wait(sftp.makedirs(path.rpartition("/")[0], _FOLDER, exist_ok=True))
            return self._wait(sftp.open(path, _NEW, _FILE, encoding=None))

    def _rename(self, temporary: str, target: str) -> None:
        sftp = self._client()
        try:
            self._wait(sftp.posix_rename(temporary, target))
        except asyncssh.SFTPOpUnsupported:
            try:
                self._wait(sftp.rename(temporary, target))  # some servers replace by this one, others refuse
            except asyncssh.SFTPError as refused:
                raise HostError(
                    "Servern kan inte byta ut en fil i ett steg, så familjerna kunde mötas av en halv webbplats.",
                    hint="Be leverantören om en server med posix-rename (OpenSSH har det), eller välj en annan värd.",
                ) from refused

    @contextlib.contextmanager
    def _removing(self, temporary: str) -> Iterator[None]:
        """Remove what was written beside a path unless it took its name."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(asyncssh.Error, OSError, HostError):
                if self._sftp is not None:
                    self._wait(self._sftp.remove(temporary))
            raise

    def _files(self, within: tuple[str, ...] | None, prefix: str) -> _Files:
        with telling(prefix or self.name, "läsas", self._settings):
            return self._wait(self._walk(self._client(), within, prefix))

    async def _walk(self, sftp: asyncssh.SFTPClient, within: tuple[str, ...] | None, prefix: str) -> _Files:
        """Return every file with its length, folders read many at a time; of those at the top only the ones in `within`, if it says which."""
        found = _Files()
        waiting = {asyncio.ensure_future(self._folder(sftp, "", found))}
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for folders in done:
                for folder in folders.result():
                    wanted = f"{folder}/".startswith(prefix) or prefix.startswith(f"{folder}/")
                    if wanted and (within is None or folder.partition("/")[0] in within):
                        waiting.add(asyncio.ensure_future(self._folder(sftp, folder, found)))
        return found

    async def _folder(self, sftp: asyncssh.SFTPClient, folder: str, found: _Files) -> _Folders:
        """Add the files of one folder to `found`, and return the folders in it."""
        folders = _Folders()
        try:
            entries = [entry async for entry in sftp.scandir(f"{self._root}/{folder}".rstrip("/"))]
        except _MISSING:
            return []
        for entry in entries:
            name = str(entry.filename)
            path = f"{folder}/{name}" if folder else name
            if name in {".", ".."}:
                continue
            if entry.attrs.type == asyncssh.FILEXFER_TYPE_DIRECTORY:
                folders.append(path)
            else:
                found.append((path, entry.attrs.size or 0))
        return folders

    def _locate(self, path: str) -> str:
        if place_of(path) is None:
            raise LeakError(f"Sökvägen {path!r} hör inte till en publicerad webbplats.")
        return f"{self._root}/{path}"


async def _read(sftp: asyncssh.SFTPClient, path: str) -> bytes:
    async with sftp.open(path, asyncssh.FXF_READ, encoding=None) as file:
        content: bytes = await file.read()
        return content


def _beside(target: str) -> str:
    return f"{target.rpartition('/')[0]}/.{secrets.token_hex(8)}.tmp"
