"""What a publisher knows to lie on its host, so that it need not ask. Knows paths, lengths and digests. Does not know what they are.

Only a cache, a file of SQLite's since of ten years only what changes is written: it may be deleted at any time, and then the host is asked.
It is sure for as long as the host's root is the one that was put with it. While something is put it is not sure, so that what a publish
that was killed did is never guessed at.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pluttra_publish.cache_file import open_cache

_VERSION = 1
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, length INTEGER NOT NULL, digest BLOB) WITHOUT ROWID;
CREATE TABLE waiting (path TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE beside (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Lying:
    """A file on a host: its length, and its digest where that is known (the one that `Admitted` has)."""

    length: int
    digest: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OnHost:
    """What lies on the host `host` since its root, of the digest `root`, was put at `put` (nanoseconds); if that is not `doubted`."""

    host: str
    root: bytes
    put: int
    files: Mapping[str, Lying]
    doubted: bool = False


class Inventory:
    """The inventory in one file, which is made if it is missing, damaged or of another version."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._database = open_cache(file, _VERSION, _TABLES)

    def sure(self, host: str, root: bytes | None) -> bool:
        """Tell whether it knows what lies on `host`, whose root has the digest `root`."""
        known = self._said("host"), self._said("root"), self._said("doubt")
        return root is not None and known == (host, root.hex(), "")

    def told(self) -> OnHost | None:
        """Return what was told last; None if nothing was."""
        host, root, doubted = self._said("host"), self._said("root"), bool(self._said("doubt"))
        return OnHost(host, bytes.fromhex(root), self.put_at(), self.files(), doubted) if root else None

    def listed(self) -> int:
        """Return when the host was last asked for all that lies there, in Unix seconds."""
        return int(self._said("listed") or 0)

    def put_at(self) -> int:
        """Return when the root was put, in nanoseconds; 0 if that is not known."""
        return int(self._said("put") or 0)

    def files(self) -> dict[str, Lying]:
        """Return all that lies there."""
        return {
            path: Lying(length, digest) for path, length, digest in self._ask("SELECT path, length, digest FROM files")
        }

    def digests(self) -> frozenset[bytes]:
        """Return the digests of all that lies there, where they are known."""
        return frozenset(digest for (digest,) in self._ask("SELECT digest FROM files WHERE digest IS NOT NULL"))

    def waiting(self) -> dict[str, int]:
        """Return the garbage that waits out its grace, with since when."""
        return dict(self._ask("SELECT path, since FROM waiting"))

    def beside(self) -> set[str]:
        """Return the paths of what was put beside a site since its root was, or is leaving: invitations."""
        return {path for (path,) in self._ask("SELECT path FROM beside")}

    def doubt(self) -> None:
        """Let it be sure of nothing until it is told again: something is being put, or is not as it should be."""
        with contextlib.suppress(sqlite3.Error), self._written():
            self._say(doubt="yes")

    def tell_whole(
        self, host: str, root: bytes, files: Mapping[str, Lying], waiting: Mapping[str, int], *, now: OnTime
    ) -> None:
        """Let it know all that lies there."""
        with self._written():
            for table in ("files", "beside", "about"):
                self._database.execute(f"DELETE FROM {table}")  # noqa: S608 # our own names
            self._add(files)
            self._wait(waiting)
            self._say(host=host, root=root.hex(), put=now.put, listed=now.listed)

    def tell_changes(
        self, root: bytes, new: Mapping[str, Lying], gone: Iterable[str], waiting: Mapping[str, int], *, now: OnTime
    ) -> None:
        """Let it know what was put and deleted since."""
        with self._written():
            self._database.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in gone))
            self._database.executemany(
                "DELETE FROM beside WHERE path NOT IN (SELECT path FROM files) OR path = ?", ((path,) for path in new)
            )
            self._add(new)
            self._wait(waiting)
            self._say(root=root.hex(), put=now.put, listed=now.listed, doubt="")

    def tell_beside(self, new: Mapping[str, Lying]) -> None:
        """Let it know what was put beside the site."""
        with self._written():
            self._add(new)
            self._database.executemany("INSERT OR REPLACE INTO beside VALUES (?)", ((path,) for path in new))

    def tell_leaving(self, gone: Iterable[str]) -> None:
        """Let it know what is no longer wanted beside the site, and may lie there until it is told that it was taken away."""
        with self._written():
            self._database.executemany("INSERT OR REPLACE INTO beside VALUES (?)", ((path,) for path in gone))

    def tell_taken(self, gone: Iterable[str]) -> None:
        """Let it know what was taken away from beside the site."""
        with self._written():
            for table in ("files", "beside"):
                self._database.executemany(f"DELETE FROM {table} WHERE path = ?", ((path,) for path in gone))  # noqa: S608 # our own names

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Inventory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _said(self, name: str) -> str:
        rows = self._ask("SELECT value FROM about WHERE name = ?", name)
        return rows[0][0] if rows else ""

    def _say(self, **said: object) -> None:
        self._database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", ((n, str(v)) for n, v in said.items()))

    def _add(self, files: Mapping[str, Lying]) -> None:
        rows = ((path, lying.length, lying.digest) for path, lying in sorted(files.items()))
        self._database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", rows)

    def _wait(self, waiting: Mapping[str, int]) -> None:
        self._database.execute("DELETE FROM waiting")
        self._database.executemany("INSERT INTO waiting VALUES (?, ?)", waiting.items())

    @contextlib.contextmanager
    def _written(self) -> Iterator[None]:
        with self._database:
            self._database.execute("BEGIN")
            yield

    def _ask(self, question: str, *values: object) -> list[Any]:
        try:
            return self._database.execute(question, values).fetchall()
        except sqlite3.Error:
            return []


@dataclass(frozen=True)
class OnTime:
    """When the root was put, in nanoseconds, and when the host was last asked for all that lies there, in Unix seconds."""

    put: int
    listed: int


def read_inventory(file: Path) -> OnHost | None:
    """Return what was told last of what lies on the host; None if nothing was."""
    if not file.is_file():
        return None
    with Inventory(file) as inventory:
        return inventory.told()
