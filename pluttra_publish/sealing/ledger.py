"""What was sealed before, so that a rebuild is quick. Knows paths, lengths and digests. Does not know secrets.

Only a cache: it may be deleted at any time, and whatever cannot be read of it counts as not there. A file of SQLite's, since of ten years
only what is asked for is read.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pluttra_publish.cache_file import open_cache

_VERSION = 4
_TABLES = """
CREATE TABLE sealed (path TEXT PRIMARY KEY, length INTEGER NOT NULL, digest BLOB NOT NULL, segments BLOB NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Entry:
    """One sealed file: its sealed length, digest, and the digests of its segments if it has any."""

    sealed_length: int
    digest: bytes
    segments: tuple[bytes, ...] = field(default=(), repr=False)


class Ledger:
    """The sealed files that were made, by path. `database` is for whoever has more to remember beside them; use it as a context."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self._new: dict[str, Entry] = {}
        self._met: set[str] = set()
        self._forgotten: set[str] = set()
        self._lock = threading.Lock()  # media are sealed by several at a time

    @classmethod
    def load(cls, file: Path, more: str = "") -> Ledger:
        """Return the ledger in a file; an empty one if the file is missing, damaged or of another version.

        `more` are statements that make further tables in an empty one.
        """
        return cls(open_cache(file, _VERSION, f"{_TABLES} {more}"))

    def recall(self, path: str) -> Entry | None:
        """Return what is remembered of a path, and keep it when the rest is forgotten."""
        with self._lock:
            self._met.add(path)
            if path in self._new:
                return self._new[path]
            with contextlib.suppress(sqlite3.Error):
                row = self.database.execute(
                    "SELECT length, digest, segments FROM sealed WHERE path = ?", (path,)
                ).fetchone()
                return _entry(*row) if row else None
            return None

    def remember(self, path: str, entry: Entry) -> None:
        """Remember a sealed file."""
        with self._lock:
            self._met.add(path)
            self._new[path] = entry

    def forget(self, paths: Iterable[str]) -> None:
        """Forget sealed files."""
        self._forgotten |= set(paths)

    def write(self, *, whole: bool) -> None:
        """Write what was remembered since `load`; if that was the `whole` site, forget what was neither recalled nor remembered.

        It counts when the transaction does that this is part of.
        """
        database = self.database
        database.executemany(
            "INSERT OR REPLACE INTO sealed VALUES (?, ?, ?, ?)",
            ((path, e.sealed_length, e.digest, b"".join(e.segments)) for path, e in sorted(self._new.items())),
        )
        database.executemany("DELETE FROM sealed WHERE path = ?", ((path,) for path in sorted(self._forgotten)))
        if whole:
            database.execute("CREATE TEMP TABLE met (path TEXT PRIMARY KEY) WITHOUT ROWID")
            database.executemany("INSERT INTO met VALUES (?)", ((path,) for path in sorted(self._met)))
            database.execute("DELETE FROM sealed WHERE path NOT IN (SELECT path FROM met)")
            database.execute("DROP TABLE met")
        self._new, self._forgotten = {}, set()

    def save(self) -> None:
        """Write what was recalled or remembered since `load`; the rest is forgotten."""
        with self.database:
            self.database.execute("BEGIN")
            self.write(whole=True)

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _entry(sealed_length: int, digest: bytes, segments: bytes) -> Entry:
    return Entry(sealed_length, digest, tuple(segments[i : i + 32] for i in range(0, len(segments), 32)))
