"""Which posts have been read, by whom and when first: in `privat/lasta.sqlite`. Knows opaque ids only. Does not know names, posts or who agreed to tell.

Only what readers have told of themselves, where the preschool asks for it; and it is forgotten after a year.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pluttra_publish.errors import KeystoreError
from pluttra_publish.platform import private_folder

FILE = "lasta.sqlite"
KEPT = 366 * 86400
"""Seconds."""

_TABLES = "CREATE TABLE IF NOT EXISTS read (post TEXT, reader TEXT, time INTEGER NOT NULL, PRIMARY KEY (post, reader)) WITHOUT ROWID;"


def note_read(state: Path, reader: str, posts: Iterable[str], *, time: int, now: int) -> None:
    """Remember that a reader has read posts at `time`; the first time counts. Times are Unix seconds.

    Raises:
        KeystoreError: the file is damaged.
    """
    with _opened(state) as database:
        database.execute("BEGIN IMMEDIATE")
        tally = "INSERT INTO read VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET time = min(time, excluded.time)"
        database.executemany(tally, ((post, reader, time) for post in posts))
        database.execute("DELETE FROM read WHERE time < ?", (now - KEPT,))
        database.execute("COMMIT")


def read_by(state: Path) -> Mapping[str, Mapping[str, int]]:
    """Return when each reader first read each post, by post and reader.

    Raises:
        KeystoreError: the file is damaged.
    """
    found: dict[str, dict[str, int]] = {}
    if (state / FILE).exists():
        with _opened(state) as database:
            for post, reader, time in database.execute("SELECT post, reader, time FROM read"):
                found.setdefault(post, {})[reader] = time
    return found


@contextmanager
def _opened(state: Path) -> Iterator[sqlite3.Connection]:
    path = private_folder(state) / FILE
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.executescript(_TABLES)
        yield database
    except sqlite3.DatabaseError:
        hint = (
            f"Ta bort {FILE}, eller lägg tillbaka den ur en säkerhetskopia. Bara vilka som har läst vad går förlorat."
        )
        raise KeystoreError(f"Filen {FILE} är skadad.", hint=hint) from None
    finally:
        database.close()
