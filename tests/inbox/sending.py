"""Messages as a reader's device makes them, and a drop box in memory to leave them in. Knows docs/format.md §17."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pluttra_publish import inbox
from pluttra_publish.errors import Findings, HostError
from pluttra_publish.format.canonical import b64
from pluttra_publish.format.messages import Header, Kind
from pluttra_publish.inbox import Applied, Arrived, Desk, Emptied
from pluttra_publish.inbox.applying import APPLY
from pluttra_publish.people import read_people
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.messages import seal_message
from tests.whole.preschool import Preschool, clock


@dataclass
class Box:
    """A drop box in memory. `deleted` are the keys that were asked to go, `fails` what to raise, once, when something is deleted."""

    lying: dict[str, bytes] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    fails: Exception | None = None
    name: str = "brevlådan i minnet"

    def list(self) -> Iterator[tuple[str, int]]:
        return iter([(key, len(file)) for key, file in self.lying.items()])

    def get(self, key: str, most: int) -> bytes | None:
        return self.lying.get(key, b"")[: most + 1] or None

    def delete(self, keys: Iterable[str]) -> None:
        if self.fails:
            failure, self.fails = self.fails, None
            raise failure
        for key in keys:
            self.deleted.append(key)
            self.lying.pop(key, None)

    def close(self) -> None:
        pass

    def leave(self, *files: bytes) -> None:
        for file in files:
            self.lying[file[:16].hex()] = file


@dataclass
class Device:
    """A reader's device, as far as sending goes."""

    school: Preschool
    reader: str

    @property
    def keystore(self) -> Keystore:
        return Keystore.load(self.school.state / "keystore.age", identity_path=self.school.identity)

    def message(
        self,
        kind: Kind,
        body: Mapping[str, Any],
        attachment: bytes = b"",
        *,
        ident: str | None = None,
        ago: int = 0,
    ) -> bytes:
        """Return the file of a message, written so many seconds ago."""
        keystore = self.keystore
        time = int(self.school.now.timestamp()) - ago
        header = Header(ident or secrets.token_hex(16), time, kind, body)
        return seal_message(header, attachment, keystore.readers[self.reader].key, site=keystore.site)

    def file(
        self, content: bytes, media_type: str, *, pieces: int = 1, **more: Any
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Return a file as a body names it, and the messages that bring its pieces."""
        name = secrets.token_hex(16)
        size = -(-len(content) // pieces)
        parts = [content[size * n : size * (n + 1)] for n in range(pieces)]
        bodies = [{"file": name, "n": n, "of": pieces} for n in range(pieces)]
        digest = b64(hashlib.sha256(content).digest())
        told = {"digest": digest, "file": name, "length": len(content), "type": media_type, **more}
        return told, [self.message("part", body, part) for body, part in zip(bodies, parts, strict=True)]


def empty(school: Preschool, *boxes: Box) -> Emptied:
    """Empty drop boxes at the preschool's time."""
    with clock(school.now):
        return inbox.empty(school.settings, boxes, identity=school.identity)


def done(school: Preschool, reader: str, kind: Kind, body: Mapping[str, Any], *, ident: str | None = None) -> Applied:
    """Let a message without files be done, as if it had come; the same again is what a stop leads to between doing it and noting that."""
    people = read_people(school.settings, Findings())
    desk = Desk(school.settings, school.keys(), people.register, people.consents, school.now)
    header = Header(ident or secrets.token_hex(16), int(school.now.timestamp()), kind, body)
    return APPLY[kind](desk, Arrived(desk.readers[reader], header, school.now))


GONE = HostError("Brevlådan svarar inte.", transient=True)
