"""Opens a cache that is a file of SQLite's. Knows no tables of its own. Does not know what is in it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path


def open_cache(file: Path, version: int, tables: str) -> sqlite3.Connection:
    """Return a connection to a cache, for several threads; an empty one if the file is missing, damaged or of another version.

    `tables` are the statements that make what an empty one holds.
    """
    with contextlib.suppress(sqlite3.Error):
        database = _connected(file)
        if database.execute("PRAGMA user_version").fetchone() == (version,):
            return database
        database.close()
    for name in (file, file.with_name(f"{file.name}-journal")):
        name.unlink(missing_ok=True)
    database = _connected(file)
    database.executescript(f"BEGIN; {tables} PRAGMA user_version = {version}; COMMIT;")
    return database


def _connected(file: Path) -> sqlite3.Connection:
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # before SQLite makes it for others to read too
    return sqlite3.connect(file, isolation_level=None, check_same_thread=False)
