"""What has come: messages that have been opened and not yet done what they ask, ids of those that have, what was refused. Knows one SQLite file.

A message is written here, to outlast a power cut, before it is deleted from the drop box; and it stays here until what it asks is done. Ids are kept for as long as
a message of that time would not be refused as too old. The file lies in the private state, and is part of a backup.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pluttra_publish.errors import KeystoreError
from pluttra_publish.format.messages import Header, Kind
from pluttra_publish.inbox.opening import AHEAD, OLDEST, Opened
from pluttra_publish.inbox.refusing import REASONS, Reason
from pluttra_publish.platform import private_folder

FILE = "inkorg.sqlite"
PARTS = "inkorg"
_KEPT = int((OLDEST + AHEAD).total_seconds()) + 86400

_TABLES = """
CREATE TABLE IF NOT EXISTS seen (id BLOB PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY, sender TEXT NOT NULL, time INTEGER NOT NULL, came INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (sender TEXT, file TEXT, n INTEGER, of INTEGER NOT NULL, length INTEGER NOT NULL, came INTEGER NOT NULL, PRIMARY KEY (sender, file, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (reason TEXT, day INTEGER, count INTEGER NOT NULL, PRIMARY KEY (reason, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS came (sender TEXT, day INTEGER, count INTEGER NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (sender, day)) WITHOUT ROWID;
"""
_DAY = 86400


@dataclass(frozen=True)
class Waiting:
    """A message that has come and is not done. `came` is when, in Unix seconds."""

    sender: str
    header: Header
    came: int


@dataclass(frozen=True)
class Part:
    """One piece of a file that somebody sends, as it is told of in a message of the kind `part`."""

    file: str
    n: int
    of: int


class Journal:
    """The journal of one site's inbox."""

    def __init__(self, database: sqlite3.Connection, parts: Path) -> None:
        self._database, self.parts = database, parts

    @classmethod
    @contextmanager
    def open(cls, state: Path) -> Iterator[Journal]:
        """Give the journal in a state folder, made if there is none.

        Raises:
            KeystoreError: it is damaged.
        """
        path = private_folder(state) / FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        database = sqlite3.connect(path, isolation_level=None)
        try:
            try:
                database.execute("PRAGMA synchronous = FULL")
                database.executescript(_TABLES)
            except sqlite3.DatabaseError:
                hint = "Lägg tillbaka den från en säkerhetskopia, eller flytta undan den: det som väntar i den är då borta."
                raise KeystoreError(f"Inkorgens fil {path} är skadad.", hint=hint) from None
            yield cls(database, private_folder(state / PARTS))
        finally:
            database.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Let all that is written in here count together, and outlast a power cut, or not at all."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def __contains__(self, message: object) -> bool:
        """Tell whether a message of this id (16 bytes) has come."""
        return self._database.execute("SELECT 1 FROM seen WHERE id = ?", (message,)).fetchone() is not None

    def take(self, opened: Opened, came: int, part: Part | None) -> None:
        """Write down a message, and that its id has been used. The piece that a `part` brings lies in its file already."""
        header = opened.header
        self._database.execute("INSERT INTO seen VALUES (?, ?)", (bytes.fromhex(header.id), header.time))
        size = len(opened.attachment)
        tally = "INSERT INTO came VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET count = count + 1, length = length + excluded.length"
        self._database.execute(tally, (opened.sender, came // _DAY, size))
        if part is None:
            body = json.dumps(header.body, ensure_ascii=False)
            told = (header.id, opened.sender, header.time, came, header.kind, body)
            self._database.execute("INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?)", told)
        else:
            row = (opened.sender, part.file, part.n, part.of, size, came)
            self._database.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?)", row)

    def today(self, sender: str, came: int) -> tuple[int, int]:
        """Return how many messages, and bytes of attachments, somebody has sent on the day of `came`."""
        found = self._database.execute(
            "SELECT count, length FROM came WHERE sender = ? AND day = ?", (sender, came // _DAY)
        )
        return found.fetchone() or (0, 0)

    def refuse(self, reason: Reason, came: int, count: int = 1) -> None:
        """Count messages that were refused."""
        tally = "INSERT INTO refused VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"
        self._database.execute(tally, (reason, came // _DAY, count))

    def refused(self, since: int) -> dict[Reason, int]:
        """Return how many were refused from `since` (Unix seconds) on, by reason."""
        rows = self._database.execute(
            "SELECT reason, sum(count) FROM refused WHERE day >= ? GROUP BY reason", (since // _DAY,)
        )
        found = dict(rows.fetchall())
        return {reason: found[reason] for reason in REASONS if reason in found}

    def waiting(self) -> Sequence[Waiting]:
        """Return all messages that are not done, in the order in which they came; of those that came together, as they were written."""
        rows = self._database.execute("SELECT id, sender, time, came, kind, body FROM waiting ORDER BY came, time, id")
        return [_waiting(*row) for row in rows]

    def parts_of(self, sender: str, file: str) -> tuple[Part, ...]:
        """Return the pieces that have come of one file of a sender's, in order."""
        rows = self._database.execute(
            "SELECT n, of FROM parts WHERE sender = ? AND file = ? ORDER BY n", (sender, file)
        )
        return tuple(Part(file, n, of) for n, of in rows)

    def done(self, messages: Iterable[str], files: Iterable[tuple[str, str]] = ()) -> None:
        """Forget messages that are done, and the pieces of files (sender, file) that they used; their ids stay."""
        self._database.executemany("DELETE FROM waiting WHERE id = ?", ((one,) for one in messages))
        self._database.executemany("DELETE FROM parts WHERE sender = ? AND file = ?", list(files))

    def forget_old(self, now: int) -> list[tuple[str, str]]:
        """Forget ids and counts that are of no more use, and pieces that nothing has named for as long; return (sender, file) of those."""
        self._database.execute("DELETE FROM seen WHERE time < ?", (now - _KEPT,))
        self._database.execute("DELETE FROM came WHERE day < ?", ((now - _KEPT) // _DAY,))
        self._database.execute("DELETE FROM refused WHERE day < ?", ((now - 366 * _DAY) // _DAY,))
        query = "SELECT sender, file FROM parts GROUP BY sender, file HAVING max(came) < ?"
        old = self._database.execute(query, (now - _KEPT,)).fetchall()
        self._database.executemany("DELETE FROM parts WHERE sender = ? AND file = ?", old)
        return [(sender, file) for sender, file in old]


def _waiting(ident: str, sender: str, time: int, came: int, kind: Kind, body: Any) -> Waiting:
    return Waiting(sender, Header(ident, time, kind, json.loads(body)), came)
