"""The secrets of one audience, one reader, one invitation. Knows their lengths. Does not know the file they lie in."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from pluttra_publish.format import shape
from pluttra_publish.format.canonical import b64

_EPOCHS = 2
_MONTHS = re.compile(r"(\d{4}-(0[1-9]|1[0-2])( (?!$)|$))*", re.ASCII)


@dataclass
class AudienceKeys:
    """The secrets of one audience: its id (16 bytes), its seal secret, and its epoch secrets, newest first.

    `rooted` tells whether a root that uses the newest epoch has been put on the host, `since` with which generation of keyrings it came.
    `moves` is how often what it owns has been given other names.
    """

    id: bytes
    seal: bytes = field(repr=False)
    epochs: list[bytes] = field(repr=False)
    rooted: bool = False
    since: int = 0
    moves: int = 0

    @classmethod
    def new(cls) -> AudienceKeys:
        return cls(secrets.token_bytes(16), secrets.token_bytes(32), [secrets.token_bytes(32)])

    def break_epoch(self) -> None:
        """Begin a new epoch; the one that the host's root uses is kept, so that keyrings work with both roots.

        An epoch that never came to the host, since a publish was killed, is replaced.
        """
        before = self.epochs if self.rooted else self.epochs[1:]
        self.epochs = [secrets.token_bytes(32), *before][:_EPOCHS]
        self.rooted = False

    def to_value(self) -> dict[str, object]:
        return {
            "epochs": [b64(epoch) for epoch in self.epochs],
            "id": b64(self.id),
            "moves": self.moves,
            "rooted": self.rooted,
            "seal": b64(self.seal),
            "since": self.since,
        }

    @classmethod
    def from_value(cls, value: Any, place: str) -> AudienceKeys:
        value = shape.mapping(value, place)
        return cls(
            shape.raw(shape.member(value, "id"), f"{place}.id", 16),
            shape.raw(shape.member(value, "seal"), f"{place}.seal", 32),
            list(shape.listed(shape.member(value, "epochs"), f"{place}.epochs", _secret)),
            shape.member(value, "rooted") is True,
            shape.number(value.get("since", 0), f"{place}.since"),
            shape.number(value.get("moves", 0), f"{place}.moves"),
        )


@dataclass
class ReaderKeys:
    """One reader's guardian key, the months given so far by audience key, and the last keyring's padded length.

    `ended` is when access ended, in Unix seconds, `had` what was given until then, and `note` the generation that says so.
    """

    key: bytes = field(repr=False)
    given: dict[str, list[str]] = field(default_factory=dict)
    ended: int | None = None
    keyring_length: int = 0
    had: dict[str, list[str]] = field(default_factory=dict)
    note: int = 0

    @classmethod
    def new(cls) -> ReaderKeys:
        return cls(secrets.token_bytes(32))

    def to_value(self) -> dict[str, object]:
        return {
            "ended": self.ended,
            "given": {audience: " ".join(sorted(months)) for audience, months in self.given.items()},
            "had": {audience: sorted(months) for audience, months in self.had.items()},
            "key": b64(self.key),
            "length": self.keyring_length,
            "note": self.note,
        }

    @classmethod
    def from_value(cls, value: Any, place: str) -> ReaderKeys:
        value = shape.mapping(value, place)
        given = shape.mapping(shape.member(value, "given"), f"{place}.given")
        had = shape.mapping(value.get("had", {}), f"{place}.had")
        ended = shape.member(value, "ended")
        return cls(
            shape.raw(shape.member(value, "key"), f"{place}.key", 32),
            {audience: _months(months, place) for audience, months in given.items()},
            None if ended is None else shape.number(ended, f"{place}.ended"),
            shape.number(shape.member(value, "length"), f"{place}.length"),
            {audience: list(shape.listed(months, place, shape.month)) for audience, months in had.items()},
            shape.number(value.get("note", 0), f"{place}.note"),
        )


@dataclass
class InvitationKeys:
    """An invitation that is out: its secret, for whom (register id), and its end in Unix seconds."""

    secret: bytes = field(repr=False)
    reader: str
    ends: int

    def to_value(self) -> dict[str, object]:
        return {"ends": self.ends, "reader": self.reader, "secret": b64(self.secret)}

    @classmethod
    def from_value(cls, value: Any, place: str) -> InvitationKeys:
        value = shape.mapping(value, place)
        return cls(
            shape.raw(shape.member(value, "secret"), f"{place}.secret", 32),
            shape.text(shape.member(value, "reader"), f"{place}.reader"),
            shape.number(shape.member(value, "ends"), f"{place}.ends"),
        )


def _months(value: Any, place: str) -> list[str]:
    """Return months that stand in one text, since ten years of them for everybody are many; in a keystore from before that, in a list."""
    if isinstance(value, list):
        return list(shape.listed(value, place, shape.month))
    if not _MONTHS.fullmatch(shape.text(value, place)):
        raise shape.refusal(place)
    return str(value).split()


def _secret(value: Any, place: str) -> bytes:
    return shape.raw(value, place, 32)
