"""What files held when they were last read, so that ten years of photos aren't read every night. Only a cache; knows no names and no words."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
from pathlib import Path

from pluttra_publish.cache_file import open_cache

_VERSION = 1
_TABLE = "CREATE TABLE files (file BLOB PRIMARY KEY, looks TEXT NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;"
_RECENT = 2_000_000_000
"""A file that was changed less than two seconds before it was read may be changed again within the same tick of its clock."""


class Digests:
    """The SHA-256 of files by what they look like from outside; kept for those that were asked for since it was opened."""

    def __init__(self, file: Path) -> None:
        self._database = open_cache(file, _VERSION, _TABLE)
        self._known: dict[bytes, tuple[str, bytes]] = {}
        with contextlib.suppress(sqlite3.Error):
            rows = self._database.execute("SELECT file, looks, digest FROM files")
            self._known = {key: (looks, digest) for key, looks, digest in rows}
        self._met: dict[bytes, tuple[str, bytes]] = {}

    def of(self, name: str, path: Path) -> bytes:
        """Return the SHA-256 of what a file holds.

        Raises:
            OSError: it can't be read.
        """
        key = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=16).digest()
        stat = path.stat()
        looks = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
        known = self._known.get(key)
        if known and known[0] == looks:
            self._met[key] = known
            return known[1]
        with path.open("rb") as file:
            read_at = os.stat(file.fileno())  # noqa: PTH116
            digest = hashlib.file_digest(file, "sha256").digest()
        same = f"{read_at.st_size} {read_at.st_mtime_ns} {read_at.st_ctime_ns} {read_at.st_ino}" == looks
        if same and abs(time.time_ns() - read_at.st_mtime_ns) > _RECENT:
            self._met[key] = looks, digest
        return digest

    def forget(self, name: str) -> None:
        """Read a file anew the next time."""
        key = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=16).digest()
        self._met.pop(key, None)
        self._known.pop(key, None)

    def save(self, *, whole: bool) -> None:
        """Remember what was asked for; and if that wasn't the `whole`, what was known before too."""
        kept = self._met if whole else self._known | self._met
        rows = [(key, looks, digest) for key, (looks, digest) in kept.items()]
        with contextlib.suppress(sqlite3.Error), self._database:
            self._database.execute("BEGIN")
            self._database.execute("DELETE FROM files")
            self._database.executemany("INSERT INTO files VALUES (?, ?, ?)", rows)

    def close(self) -> None:
        self._database.close()
