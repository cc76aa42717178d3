#!/usr/bin/env python3
"""Takes sealed messages over HTTP and lays them in a folder: the drop endpoint. Knows lengths and names. Does not know what is sealed, or by whom.

The standard library only, and nothing else of this package: this file works alone, as a CGI script on a web hotel or under any WSGI server
(`application`), with Python 3.8 and later. A message can be added, and that is all that can be done here: nothing is listed, read, replaced or
removed. Of senders nothing is kept but how much an address sent in the last minutes, under a hash whose salt lives for a day.

Settings stand in the environment, or in SETTINGS below:
PLUTTRA_DROP_FOLDER  where messages are laid; it is made if it isn't there
PLUTTRA_DROP_ORIGIN  the site's own address, https://…, where the endpoint has another
PLUTTRA_DROP_BYTES, PLUTTRA_DROP_FILES  how much may wait at a time
PLUTTRA_DROP_BURST, PLUTTRA_DROP_PACE  how many bytes an address may send at once, and then in a second
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import ipaddress
import math
import os
import re
import secrets
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.handlers import CGIHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from io import BufferedIOBase
    from typing import Any, BinaryIO

SETTINGS: Mapping[str, str] = {}
"""Filled in by `pluttra drop script`: a web hotel may pass no environment on."""

LENGTHS = tuple(32 + 56 + n + 16 * (n // 16384 + 1) for n in (1 << 10, 1 << 12, 1 << 16, 1 << 20, 1 << 22))
"""How long a message may be, docs/format.md §17: id and tag, and what is sealed in one of five sizes."""

TYPE = "application/octet-stream"

_NAME = re.compile(r"[0-9a-f]{32}")
_LEFT_BEHIND = re.compile(r"\.[0-9a-f]{16}\.tmp")
_ID = 16  # bytes
_MEMORY = ".senast.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS salt (day INTEGER PRIMARY KEY, salt BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sent (who BLOB PRIMARY KEY, left REAL NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS room (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL, files INTEGER NOT NULL, at REAL NOT NULL);
"""
_DAY = 86_400  # seconds
_COUNTED_ANEW = 5
_SWEPT_AFTER = 3600
_LONGEST_BODY_TAKES = 900
_LONGEST_LOCK = 30
_AGAIN = 60
_LET_PASS = 10_000_000
_PIECE = 1 << 16
_LEAST_COST = 1 << 18
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EMLINK, errno.EXDEV}
_WORDS = {
    201: "Created",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}


@dataclass(frozen=True)
class Limits:
    """What is taken: messages of these lengths, so much at a time in all; of one address `burst` bytes at once and then `pace` in a second."""

    lengths: tuple[int, ...] = LENGTHS
    most_bytes: int = 4 << 30
    most_files: int = 20_000
    burst: int = 512 << 20
    pace: int = 1 << 20


@dataclass(frozen=True)
class Answer:
    """What is said: a status and headers, and never a body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The status as HTTP writes it."""
        return f"{self.status} {_WORDS[self.status]}"


class DropBox:
    """A folder that messages are laid in. May be used from many threads, and from many programs at once.

    `origin` is the site's own address where its pages come from another than the endpoint's.
    """

    def __init__(
        self, folder: Path, *, origin: str = "", limits: Limits | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.folder, self.origin, self.limits = folder, origin, limits or Limits()
        self._clock = clock

    def answer(self, method: str, headers: Mapping[str, str], body: BinaryIO | BufferedIOBase, address: str) -> Answer:
        """Answer one question; names of `headers` in lower case. `address` is the one who asks, as the server knows it."""
        origin = headers.get("origin", "")
        ours = {"Vary": "Origin"} if self.origin else {}
        if self.origin and origin == self.origin:
            ours.update({"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"})
        said = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **ours}
        if method == "OPTIONS" and len(ours) > 1 and headers.get("access-control-request-method") == "POST":
            allowed = {"Allow-Methods": "POST", "Allow-Headers": "Content-Type", "Max-Age": str(_DAY)}
            return Answer(204, {**said, **{f"Access-Control-{name}": value for name, value in allowed.items()}})
        coming = _Coming(headers, body)
        if method != "POST":
            took = Answer(405, {"Allow": "POST"})
        elif self.origin and origin not in {"", self.origin}:
            took = Answer(403)
        else:
            took = self._take(headers, coming, _asker(headers, address))
        coming.let_pass(_LET_PASS)
        return Answer(took.status, {**said, **took.headers})

    def _take(self, headers: Mapping[str, str], body: _Coming, asker: str) -> Answer:
        length = body.length
        if length is None:
            return Answer(411)
        if length not in self.limits.lengths:
            return Answer(413)
        if headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
            return Answer(415)
        try:
            if wait := self._charge(asker, max(length, _LEAST_COST)):
                return Answer(429, {"Retry-After": str(wait)})
            content = body.read()
            return Answer(400) if content is None else Answer(self._keep(content))
        except (OSError, sqlite3.Error) as wrong:
            full = getattr(wrong, "errno", None) in _FULL or (isinstance(wrong, sqlite3.Error) and "full" in str(wrong))
            return Answer(507 if full else 503, {"Retry-After": str(_AGAIN)})

    def _charge(self, asker: str, cost: int) -> int:
        """Return how many seconds the asker must wait before it may send so much, 0 if it may now; then it has."""
        burst, pace = max(self.limits.burst, cost), self.limits.pace
        with self._memory() as memory:
            now = self._clock()
            who = hashlib.blake2b(asker.encode(), key=_salt(memory, int(now // _DAY)), digest_size=16).digest()
            memory.execute("DELETE FROM sent WHERE at < ? OR at > ?", (now - burst / pace, now + _AGAIN))
            row = memory.execute("SELECT left, at FROM sent WHERE who = ?", (who,)).fetchone()
            left = burst if row is None else min(burst, row[0] + max(0.0, now - row[1]) * pace)
            wait = max(0, math.ceil((cost - left) / pace))
            memory.execute("REPLACE INTO sent VALUES (?, ?, ?)", (who, left if wait else left - cost, now))
        return wait

    def _keep(self, content: bytes) -> int:
        """Lay a message where nobody has laid one, on disk when this returns, and return the status that says what became of it."""
        path = self.folder / content[:_ID].hex()
        with self._memory() as memory:  # one at a time, so that the room is what it was counted to be
            if (there := _read_file(path, len(content))) is not None:
                return 201 if there == content else 409
            now = self._clock()
            row = memory.execute("SELECT bytes, files, at FROM room").fetchone()
            if row is None or not row[2] <= now < row[2] + _COUNTED_ANEW:
                row = (*self._lying(), now)
            lying, files, at = row
            if lying + len(content) > self.limits.most_bytes or files >= self.limits.most_files:
                memory.execute("REPLACE INTO room VALUES (1, ?, ?, ?)", row)
                return 507
            _write(self.folder, path, content)
            memory.execute("REPLACE INTO room VALUES (1, ?, ?, ?)", (lying + len(content), files + 1, at))
        return 201

    def _lying(self) -> tuple[int, int]:
        """Return how many bytes and files lie there; what was left half written long ago is removed."""
        lying = files = 0
        with os.scandir(self.folder) as entries:
            for entry in entries:
                left = _LEFT_BEHIND.fullmatch(entry.name)
                if not (left or _NAME.fullmatch(entry.name)):
                    continue
                with contextlib.suppress(FileNotFoundError):  # fetched meanwhile
                    status = entry.stat(follow_symlinks=False)
                    if left and status.st_mtime < time.time() - _SWEPT_AFTER:
                        Path(entry.path).unlink()
                        continue
                    lying, files = lying + status.st_size, files + 1
        return lying, files

    @contextlib.contextmanager
    def _memory(self) -> Iterator[sqlite3.Connection]:
        """Give what is remembered from one message to the next, to this one alone; where it is damaged it begins anew."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / _MEMORY
        try:
            memory = _opened(file)
        except sqlite3.DatabaseError as wrong:
            if isinstance(wrong, sqlite3.OperationalError):  # it is held, or the disk is full
                raise
            file.unlink()
            memory = _opened(file)
        try:
            yield memory
            memory.execute("COMMIT")
        finally:
            memory.close()


def _opened(file: Path) -> sqlite3.Connection:
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # before SQLite makes it for others to read too
    memory = sqlite3.connect(str(file), timeout=_LONGEST_LOCK, isolation_level=None)
    try:
        memory.execute("PRAGMA synchronous = OFF")  # who loses it loses nothing
        memory.execute("PRAGMA journal_mode = MEMORY")
        memory.execute("PRAGMA secure_delete = ON")
        memory.execute("BEGIN IMMEDIATE")
        for statement in _TABLES.strip().splitlines():
            memory.execute(statement)
    except BaseException:
        memory.close()
        raise
    return memory


def _salt(memory: sqlite3.Connection, day: int) -> bytes:
    row = memory.execute("SELECT salt FROM salt WHERE day = ?", (day,)).fetchone()
    if row is not None:
        return bytes(row[0])
    salt = secrets.token_bytes(32)
    memory.execute("DELETE FROM salt")
    memory.execute("DELETE FROM sent")
    memory.execute("INSERT INTO salt VALUES (?, ?)", (day, salt))
    return salt


def _asker(headers: Mapping[str, str], address: str) -> str:
    """Return the network that asks: an address, or of IPv6 the part that one household has. A server in front on this computer says who."""
    told = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    for said in (told, address) if _is_here(address) else (address,):
        with contextlib.suppress(ValueError):
            asking = ipaddress.ip_address(said.partition("%")[0])
            if isinstance(asking, ipaddress.IPv4Address):
                return str(asking)
            if asking.ipv4_mapped:
                return str(asking.ipv4_mapped)
            return str(ipaddress.ip_network((int(asking), 64), strict=False))
    return ""


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return not address  # a socket of this computer's


class _Coming:
    """A body on its way: `length` is how long it is said to be, None where that isn't said."""

    def __init__(self, headers: Mapping[str, str], body: BinaryIO | BufferedIOBase) -> None:
        written = headers.get("content-length", "")
        said = re.fullmatch(r"[0-9]{1,12}", written) and "transfer-encoding" not in headers
        self.length = int(written) if said else None
        self._left = self.length or 0
        self._read = getattr(body, "read1", body.read)
        self._until = time.monotonic() + _LONGEST_BODY_TAKES

    def read(self) -> bytes | None:
        """Return the whole body, or None if it doesn't come."""
        content = b"".join(self._pieces(self._left))
        return content if len(content) == self.length else None

    def let_pass(self, most: int) -> None:
        """Read what nobody wants, if that isn't too much, so that whoever sends it, and the server between, hears the answer."""
        for _ in self._pieces(most):
            pass

    def _pieces(self, most: int) -> Iterator[bytes]:
        most = min(most, self._left)
        with contextlib.suppress(OSError):
            while most > 0 and time.monotonic() < self._until:
                piece = self._read(min(_PIECE, most))
                if not piece:
                    break
                most, self._left = most - len(piece), self._left - len(piece)
                yield piece
        self._left = 0 if most else self._left  # nothing more comes


def _read_file(path: Path, length: int) -> bytes | None:
    """Return what lies there, no more than a byte longer than `length`, or None if nothing does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(length + 1)


def _write(folder: Path, path: Path, content: bytes) -> None:
    """Write a file that takes its name when all of it is on disk.

    Raises:
        OSError: one lies there, or it can't be written; nothing is left.
    """
    temporary = folder / f".{secrets.token_hex(8)}.tmp"
    try:
        _write_new(temporary, content)
        try:
            os.link(temporary, path)
        except OSError as refused:
            if refused.errno not in _NO_LINKS:
                raise
            _write_new(path, content)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # some network file systems cannot
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, _NEW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def box_of(settings: Mapping[str, str]) -> DropBox | None:
    """Return the drop box that settings describe, None if they say no folder.

    Raises:
        ValueError: a number is none.
    """
    folder = settings.get("PLUTTRA_DROP_FOLDER", "")
    names = {"BYTES": "most_bytes", "FILES": "most_files", "BURST": "burst", "PACE": "pace"}
    said = {
        name: int(settings[f"PLUTTRA_DROP_{key}"]) for key, name in names.items() if f"PLUTTRA_DROP_{key}" in settings
    }
    if any(number < 1 for number in said.values()):
        raise ValueError("a limit is a number of 1 or more")
    origin = settings.get("PLUTTRA_DROP_ORIGIN", "").rstrip("/")
    return DropBox(Path(folder), origin=origin, limits=Limits(**said)) if folder else None  # type: ignore[arg-type]


def wsgi_of(box: DropBox | None) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Return a WSGI application that answers for a drop box, or, without one, that there is none now."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            headers[name.replace("_", "-").lower()] = environ.get(name) or ""
        given = Answer(503)
        if box is not None:
            given = box.answer(
                environ["REQUEST_METHOD"], headers, environ["wsgi.input"], environ.get("REMOTE_ADDR") or ""
            )
        start_response(
            given.line, [*given.headers.items(), *([] if given.status == 204 else [("Content-Length", "0")])]
        )
        return []

    return answer


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer for the drop box of the environment: what a WSGI server is told to run."""
    return wsgi_of(box_of({**SETTINGS, **os.environ}))(environ, start_response)


if __name__ == "__main__":
    CGIHandler().run(application)
