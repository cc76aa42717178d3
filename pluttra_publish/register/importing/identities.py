"""Which person of ours a source means: its keys to our ids, kept in the private folder. Knows no names and no rows.

A register's ids must not be personal numbers: they stand in the keystore, in addresses of folders and in logs. A new
person gets a short id of its own, `barn-7f3a91`, and `privat/import-ids.json` remembers which of the source's keys it
stands for. Keys are kept as HMAC-SHA-256 under a random key of that same file, so that no personal number can be read,
searched for or shown by mistake; whoever holds the file can still try all numbers, so it stays in the private folder.

The file also remembers what the source said of protected identity and what the principal has cleared, which rows an
import has ended (and not a person), and how far an API has been read. A lost file is not a lost register: persons are
then matched by name, and everything cleared is asked about again.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pluttra_publish.errors import RegisterError
from pluttra_publish.platform import private_folder, write_atomically

FILE = "import-ids.json"
Kind = Literal["department", "child", "guardian", "staff"]
_PREFIX = {"department": "avd", "child": "barn", "guardian": "vh", "staff": "personal"}


@dataclass(frozen=True)
class Identities:
    """The file's content. Functions return a new value; `save` writes it."""

    key: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    placements: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    markings: dict[str, str | None] = field(default_factory=dict)
    cleared: dict[str, str | None] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()
    read: dict[str, str] = field(default_factory=dict)

    def known(self, kind: Kind, key: str) -> str | None:
        """Return the id that a source's key stands for, if it has been met."""
        return self.ids.get(self._hidden(kind, key))

    def spoken_for(self, kind: Kind) -> set[tuple[str, str]]:
        """Return (id, kind of key) for every id that is already known by that kind of key."""
        found = set()
        for hidden, ident in self.ids.items():
            whose, _, rest = hidden.partition(" ")
            if whose == kind:
                found.add((ident, rest.partition(":")[0]))
        return found

    def with_key(self, kind: Kind, key: str, ident: str) -> Identities:
        return replace(self, ids=self.ids | {self._hidden(kind, key): ident})

    def placement(self, key: str) -> tuple[str, str, str] | None:
        """Return child, department and first day of the placement that an API calls by that key."""
        return self.placements.get(self._hidden("child", key))

    def with_placement(self, key: str, row: tuple[str, str, str]) -> Identities:
        return replace(self, placements=self.placements | {self._hidden("child", key): row})

    def new_id(self, kind: Kind, key: str, taken: Iterable[str]) -> str:
        """Return an id that nobody has or has had, the same every time for the same key."""
        used = {*taken, *self.ids.values()}
        digest = hmac.digest(bytes.fromhex(self.key), f"id {kind} {key}".encode(), "sha256").hex()
        return next(ident for n in range(6, 64) if (ident := f"{_PREFIX[kind]}-{digest[:n]}") not in used)

    def _hidden(self, kind: str, key: str) -> str:
        name, _, rest = key.partition(":")
        digest = hmac.digest(bytes.fromhex(self.key), f"{kind} {name}:{rest}".encode(), "sha256").hex()
        return f"{kind} {name}:{digest}"


def read_identities(state: Path) -> Identities:
    """Read the file, or begin an empty one.

    Raises:
        RegisterError: it is damaged.
    """
    try:
        raw = (state / FILE).read_bytes()
    except FileNotFoundError:
        return Identities(key=secrets.token_hex(32))
    try:
        return _identities(json.loads(raw.decode("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError):
        hint = "Lägg tillbaka den från säkerhetskopian, eller flytta undan den: då jämförs personer på namn."
        raise RegisterError(f"{FILE} i den privata mappen är skadad.", hint=hint) from None


def save_identities(state: Path, identities: Identities) -> None:
    """Write the file whole or not at all, for this account only."""
    written: dict[str, Any] = {
        "version": 1,
        "key": identities.key,
        "ids": identities.ids,
        "placements": identities.placements,
        "markings": identities.markings,
        "cleared": identities.cleared,
        "ended": sorted(identities.ended),
        "read": identities.read,
    }
    private_folder(state)
    text = json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(state / FILE, text.encode("utf-8"), private=True)


def _identities(read: dict[str, Any]) -> Identities:
    if read["version"] != 1 or len(bytes.fromhex(read["key"])) != 32:
        raise ValueError("version")
    return Identities(
        key=read["key"],
        ids=dict(read["ids"]),
        placements={key: (row[0], row[1], row[2]) for key, row in read["placements"].items()},
        markings=dict(read["markings"]),
        cleared=dict(read["cleared"]),
        ended=frozenset(read["ended"]),
        read=dict(read["read"]),
    )
