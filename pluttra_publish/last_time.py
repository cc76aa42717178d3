"""What the last publish saw, and what it put for whom, so that the next one looks only at what has changed. Knows no names and no words.

It lies in the ledger's file, and is a cache like that: posts are named by a digest of their names, audiences, months and objects as the
host knows them. If it isn't there, or tells of another site than the one that lies on the host, everything is read again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from pluttra_publish.sealing.ledger import Ledger

Month = tuple[str, str]
"""An audience's id as catalogues have it, in hex, and a month, `YYYY-MM`."""

TABLES = """
CREATE TABLE told (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE posts (source TEXT PRIMARY KEY, seen BLOB NOT NULL, address TEXT NOT NULL, due INTEGER, cards TEXT NOT NULL, waits INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX posts_address ON posts (address);
CREATE INDEX posts_due ON posts (due) WHERE due IS NOT NULL;
CREATE INDEX posts_waits ON posts (address) WHERE waits;
CREATE TABLE links (source TEXT NOT NULL, goal TEXT NOT NULL, PRIMARY KEY (source, goal)) WITHOUT ROWID;
CREATE INDEX links_goal ON links (goal);
CREATE TABLE goals (source TEXT NOT NULL, tag TEXT NOT NULL, home TEXT NOT NULL, card TEXT NOT NULL, date TEXT NOT NULL, own INTEGER NOT NULL,
    PRIMARY KEY (source, tag, home, card)) WITHOUT ROWID;
CREATE TABLE uses (name TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (name, user)) WITHOUT ROWID;
CREATE INDEX uses_user ON uses (user);
CREATE TABLE clear (path TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
"""
"""Beside the ledger's own. `uses`: which object is there for whose sake – a post's, a month's, an audience's, or that of the pages that are no posts."""

STANDING = "standing"


@dataclass(frozen=True)
class Tag:
    """A goal that a post is tagged with, by curriculum and id; where the post stands, and whether it is one child's own."""

    curriculum: str
    goal: str
    home: str
    card: str
    date: str
    own: bool


@dataclass(frozen=True)
class Known:
    """What is known of a post: how its files looked, its address in its place, when its day comes if it waits for that (Unix seconds).

    `cards` are its cards' ids with the months that hold each; none if it isn't published, and then it `waits`, unless it is a public page or no
    post at all. `uses` are names of objects.
    """

    seen: bytes
    address: str
    due: int | None = None
    cards: tuple[tuple[str, tuple[Month, ...]], ...] = ()
    links: frozenset[str] = frozenset()
    tags: tuple[Tag, ...] = ()
    uses: frozenset[str] = frozenset()
    waits: bool = False

    @property
    def months(self) -> set[Month]:
        return {month for _, months in self.cards for month in months}


@dataclass
class Changes:
    """What a publish has to tell the next one: by post, what is known of it now, None for one that is gone; by other user, its objects.

    `clear` are digests of what lies at paths that stay the same; None for what is gone. `told` are the rest, by name.
    """

    posts: dict[str, Known | None] = field(default_factory=dict)
    others: dict[str, frozenset[str]] = field(default_factory=dict)
    clear: dict[str, str | None] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


@dataclass
class Remembered:
    """What a program that goes on remembers of the looks of posts, as of the publish that put this root."""

    root: str = ""
    seen: dict[str, bytes] = field(default_factory=dict)


@lru_cache(maxsize=1 << 16)  # of every post each time, in a program that goes on
def key_of(name: str) -> str:
    """Return what a post is called here."""
    return blake2b(name.encode(), digest_size=16).hexdigest()


class LastTime:
    """What there is to know; `known` tells whether there is anything."""

    def __init__(self, ledger: Ledger, remembered: Remembered | None = None) -> None:
        self._database = ledger.database
        self._remembered = remembered or Remembered()
        self._told: dict[str, str] = dict(self._ask("SELECT name, value FROM told"))

    @property
    def known(self) -> bool:
        return bool(self._told)

    def told(self, name: str) -> str:
        return self._told.get(name, "")

    def seen(self) -> Mapping[str, bytes]:
        """Return how every post's files looked."""
        root = self.told("root")
        if not root or self._remembered.root != root:
            self._remembered.seen = dict(self._ask("SELECT source, seen FROM posts"))
            self._remembered.root = root
        return self._remembered.seen

    def seen_at(self, root: str) -> Mapping[str, bytes]:
        """Return how every post's files looked once the publish that put this root counted; none if that is not kept in mind."""
        return self._remembered.seen if self._remembered.root == root else {}

    def looks(self, sources: Iterable[str]) -> dict[str, bytes]:
        """Return how the files of these posts looked."""
        return {
            source: seen
            for source in sources
            for (seen,) in self._ask("SELECT seen FROM posts WHERE source = ?", source)
        }

    def next_due(self) -> int | None:
        """Return when the next thing comes that waits for its time, in Unix seconds."""
        ((post,),) = self._ask("SELECT min(due) FROM posts WHERE due IS NOT NULL") or [(None,)]
        times = [int(time) for time in (post, self.told("standing due")) if time]
        return min(times, default=None)

    def due(self, now: int) -> set[str]:
        """Return the posts whose day has come since."""
        return {source for (source,) in self._ask("SELECT source FROM posts WHERE due IS NOT NULL AND due <= ?", now)}

    def waiting(self) -> set[str]:
        """Return the posts that were not published, since they wait for something."""
        return {source for (source,) in self._ask("SELECT source FROM posts WHERE waits")}

    def posts(self, sources: Iterable[str]) -> dict[str, Known]:
        """Return what is known of these posts."""
        return {source: known for source in sources if (known := self._post(source))}

    def counts(self) -> tuple[int, int]:
        """Return how many posts are published, and how many wait."""
        ((waiting, addressed),) = self._ask("SELECT count(*), count(nullif(address, '')) FROM posts WHERE waits")
        ((all_addressed,),) = self._ask("SELECT count(*) FROM posts WHERE address > ''")
        return all_addressed - addressed, waiting

    def cards(self) -> Iterator[tuple[str, list[Month]]]:
        """Yield the id of every published card with the months that hold it; one of which the staff read more comes twice."""
        for (cards,) in self._ask("SELECT cards FROM posts WHERE NOT waits AND cards <> '[]'"):
            for card, months in json.loads(cards):
                yield card, [(audience, month) for audience, month in months]

    def cards_by_post(self) -> Iterator[tuple[str, list[tuple[str, tuple[Month, ...]]]]]:
        """Yield every published post with its cards' ids and the months that hold each, whoever's copy it is."""
        for source, cards in self._ask("SELECT source, cards FROM posts WHERE NOT waits AND cards <> '[]'"):
            months: dict[str, list[Month]] = {}
            for card, held in json.loads(cards):
                months.setdefault(card, []).extend((audience, month) for audience, month in held)
            yield source, [(card, tuple(held)) for card, held in months.items()]

    @property
    def size(self) -> int:
        """How many files lie on the host, the root excepted."""
        if told := self.told("size"):
            return int(told)
        ((objects,),) = self._ask("SELECT count(DISTINCT name) FROM uses")
        ((others,),) = self._ask("SELECT count(*) FROM clear")
        return int(objects) + int(others)

    def at(self, addresses: Iterable[str]) -> set[str]:
        """Return the posts at these addresses."""
        return {
            source
            for address in addresses
            for (source,) in self._ask("SELECT source FROM posts WHERE address = ?", address)
        }

    def linking(self, goals: Iterable[str]) -> set[str]:
        """Return the posts that link to these."""
        return {source for goal in goals for (source,) in self._ask("SELECT source FROM links WHERE goal = ?", goal)}

    def tags(self, *, but: Collection[str]) -> Iterator[Tag]:
        """Yield every tag of every post but these."""
        for source, tag, home, card, date, own in self._ask("SELECT source, tag, home, card, date, own FROM goals"):
            if source not in but:
                yield _tag(tag, home, card, date, own)

    def for_whom(self, names: Iterable[str]) -> set[str]:
        """Return for whose sake these objects are there."""
        return {user for name in names for (user,) in self._ask("SELECT user FROM uses WHERE name = ?", name)}

    def used_for(self, whom: str) -> set[str]:
        return {name for (name,) in self._ask("SELECT name FROM uses WHERE user = ?", whom)}

    def lies(self, name: str) -> bool:
        """Tell whether an object lies on the host."""
        return bool(self._ask("SELECT 1 FROM uses WHERE name = ? LIMIT 1", name))

    def clear(self) -> dict[str, str]:
        """Return the digest of what lies at every path that stays the same."""
        return dict(self._ask("SELECT path, digest FROM clear"))

    def unused_after(self, changes: Changes) -> set[str]:
        """Return the names of the objects that nobody needs once `changes` count."""
        before = {user: self.used_for(user) for user in (*changes.posts, *changes.others)}
        after = {user: known.uses if known else frozenset() for user, known in changes.posts.items()} | changes.others
        kept = set[str]().union(*after.values())
        return {name for names in before.values() for name in names - kept if not self.for_whom([name]) - before.keys()}

    def write(self, changes: Changes, *, whole: bool) -> None:
        """Let `changes` count when the transaction does that this is part of; if they are `whole`, nothing else does."""
        database = self._database
        if whole:
            for table in ("told", "posts", "links", "goals", "uses", "clear"):
                database.execute(f"DELETE FROM {table}")  # noqa: S608 # our own names
        posts = {source: known for source, known in changes.posts.items() if known}
        uses = {user: frozenset[str]() for user in changes.posts} | {user: known.uses for user, known in posts.items()}
        uses |= changes.others
        if not whole:
            for table in ("posts", "links", "goals"):
                database.executemany(f"DELETE FROM {table} WHERE source = ?", ((one,) for one in changes.posts))  # noqa: S608
            database.executemany("DELETE FROM uses WHERE user = ?", ((user,) for user in uses))
        database.executemany(
            "INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?)",
            (
                (source, one.seen, one.address, one.due, json.dumps(one.cards, separators=(",", ":")), int(one.waits))
                for source, one in posts.items()
            ),
        )
        database.executemany(
            "INSERT INTO links VALUES (?, ?)",
            ((source, goal) for source, known in posts.items() for goal in sorted(known.links)),
        )
        database.executemany(
            "INSERT OR REPLACE INTO goals VALUES (?, ?, ?, ?, ?, ?)",
            (
                (source, f"{t.curriculum}/{t.goal}", t.home, t.card, t.date, int(t.own))
                for source, known in posts.items()
                for t in known.tags
            ),
        )
        database.executemany(
            "INSERT INTO uses VALUES (?, ?)", ((name, user) for user, names in uses.items() for name in sorted(names))
        )
        for path, digest in changes.clear.items():
            if digest is None:
                database.execute("DELETE FROM clear WHERE path = ?", (path,))
            else:
                database.execute("INSERT OR REPLACE INTO clear VALUES (?, ?)", (path, digest))
        database.executemany("INSERT OR REPLACE INTO told VALUES (?, ?)", changes.told.items())
        if "size" not in changes.told and (changes.posts or changes.others or changes.clear):
            database.execute("DELETE FROM told WHERE name = 'size'")  # it is counted anew
        self._remember(changes, whole=whole)

    def _remember(self, changes: Changes, *, whole: bool) -> None:
        """Keep in mind what was written; it counts if the root that was told does."""
        seen = {} if whole or self._remembered.root != self.told("root") else self._remembered.seen
        if whole or seen:
            for source, known in changes.posts.items():
                if known:
                    seen[source] = known.seen
                else:
                    seen.pop(source, None)
            self._remembered.seen, self._remembered.root = seen, changes.told.get("root", "")

    def _post(self, source: str) -> Known | None:
        rows = self._ask("SELECT seen, address, due, cards, waits FROM posts WHERE source = ?", source)
        if not rows:
            return None
        ((seen, address, due, cards, waits),) = rows
        tags = self._ask("SELECT tag, home, card, date, own FROM goals WHERE source = ?", source)
        return Known(
            seen,
            address,
            due,
            tuple((card, tuple((audience, month) for audience, month in months)) for card, months in json.loads(cards)),
            frozenset(goal for (goal,) in self._ask("SELECT goal FROM links WHERE source = ?", source)),
            tuple(_tag(*tag) for tag in tags),
            frozenset(self.used_for(source)),
            bool(waits),
        )

    def _ask(self, question: str, *values: object) -> list[Any]:
        try:
            return self._database.execute(question, values).fetchall()
        except sqlite3.Error:
            return []


def _tag(tag: str, home: str, card: str, date: str, own: int) -> Tag:
    curriculum, _, goal = tag.partition("/")
    return Tag(curriculum, goal, home, card, date, bool(own))
