"""Catalogue, row and root as values. Knows docs/format.md §8 and §11. Does not know keys, signatures or files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

from pluttra_publish.errors import FormatError
from pluttra_publish.format import canonical, padding, shape
from pluttra_publish.format.canonical import b64

Kind = Literal["preschool", "department", "child", "staff"]
KINDS: tuple[Kind, ...] = ("preschool", "department", "child", "staff")

ROW_SEALED = 160
SLOTS = 32
SIGNED = b"pluttra/1 root\0"


@dataclass(frozen=True)
class Row:
    """What a month's key opens: the way to that month's index. 88 bytes."""

    secret: bytes = field(repr=False)
    name: str
    digest: bytes
    length: int

    def to_bytes(self) -> bytes:
        return self.secret + bytes.fromhex(self.name) + self.digest + self.length.to_bytes(8, "big")

    @classmethod
    def from_bytes(cls, content: bytes) -> Row:
        """Return the row that the content is.

        Raises:
            FormatError: layer `padding`, if it has not 88 bytes.
        """
        if len(content) != padding.ROW:
            raise FormatError("padding")
        return cls(content[:32], content[32:48].hex(), content[48:80], int.from_bytes(content[80:], "big"))


@dataclass(frozen=True)
class Catalogue:
    """The months of an audience, newest first, each with its sealed row (§8)."""

    audience: str
    kind: Kind
    title: str
    months: tuple[tuple[str, bytes], ...]

    def to_bytes(self) -> bytes:
        """Return the catalogue's content: its canonical value."""
        return canonical.encode(
            {
                "audience": self.audience,
                "kind": self.kind,
                "months": [[month, b64(row)] for month, row in self.months],
                "title": self.title,
                "v": canonical.VERSION,
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Catalogue:
        """Return the catalogue that the content is.

        Raises:
            FormatError: layer `encoding` or `version`.
        """
        value = canonical.decode(content)
        months = shape.listed(shape.member(value, "months"), "months", _sealed_row)
        shape.newest_first(tuple(month for month, _ in months), "months")
        return cls(
            shape.hex16(shape.member(value, "audience"), "audience"),
            kind(shape.member(value, "kind"), "kind"),
            shape.text(shape.member(value, "title"), "title"),
            months,
        )


@dataclass(frozen=True)
class Slot:
    """One audience's place in one root: a label that its readers can derive, and its catalogue's whereabouts, masked (48 bytes)."""

    label: str
    value: bytes = field(repr=False)

    def to_value(self) -> list[str]:
        return [self.label, b64(self.value)]

    @classmethod
    def from_value(cls, value: Any, place: str) -> Slot:
        label, masked = shape.fixed(value, place, 2)
        return cls(shape.hex16(label, place), shape.raw(masked, place, 48))


@dataclass(frozen=True)
class Whereabouts:
    """What a slot says, unmasked: the catalogue's name and digest."""

    name: str
    digest: bytes


@dataclass(frozen=True)
class Root:
    """The commit point (§11). `publisher` and `site` are hex; `notice` and `time` are Unix seconds."""

    site: str
    publisher: str
    sequence: int
    time: int
    notice: int
    keyrings: int
    keystore: int
    slots: tuple[Slot, ...]
    body: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the body as it stood, unknown members too: what a reader remembers with the sequence."""
        return hashlib.sha256(self.to_bytes() if self.body is None else self.body).digest()

    def to_bytes(self) -> bytes:
        """Return the body: what is signed."""
        return canonical.encode(
            {
                "keyrings": self.keyrings,
                "keystore": self.keystore,
                "notice": self.notice,
                "publisher": self.publisher,
                "sequence": self.sequence,
                "site": self.site,
                "slots": [slot.to_value() for slot in self.slots],
                "time": self.time,
                "v": canonical.VERSION,
            }
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> Root:
        """Return the root that the body is. Does not verify its signature.

        Raises:
            FormatError: layer `encoding`, also for slots that are not sorted or not a multiple of 32; or `version`.
        """
        value = canonical.decode(body)
        slots = shape.listed(shape.member(value, "slots"), "slots", Slot.from_value)
        labels = [slot.label for slot in slots]
        if not slots or len(slots) % SLOTS or labels != sorted(set(labels)):
            raise shape.refusal("slots")
        return cls(
            site=shape.hex16(shape.member(value, "site"), "site"),
            publisher=shape.hex16(shape.member(value, "publisher"), "publisher"),
            sequence=shape.number(shape.member(value, "sequence"), "sequence"),
            time=shape.number(shape.member(value, "time"), "time"),
            notice=shape.number(shape.member(value, "notice"), "notice"),
            keyrings=shape.number(shape.member(value, "keyrings"), "keyrings"),
            keystore=shape.number(shape.member(value, "keystore"), "keystore"),
            slots=slots,
            body=body,
        )

    def slot(self, label: str) -> Slot | None:
        """Return the slot with this label, if the root holds it."""
        return next((slot for slot in self.slots if slot.label == label), None)


def signed_bytes(site: str, body: bytes) -> bytes:
    """Return what the root's signature is made over: domain, site id and body."""
    return SIGNED + bytes.fromhex(site) + body


def kind(value: Any, place: str) -> Kind:
    """Return the kind of an audience."""
    for known in KINDS:
        if value == known:
            return known
    raise shape.refusal(place)


def _sealed_row(value: Any, place: str) -> tuple[str, bytes]:
    month, row = shape.fixed(value, place, 2)
    return shape.month(month, place), shape.raw(row, place, ROW_SEALED)
