"""Keyring, invitation and link as values. Knows docs/format.md §9 and §10. Does not know how they are sealed."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from pluttra_publish.errors import FormatError
from pluttra_publish.format import canonical, shape
from pluttra_publish.format.canonical import b64, unb64
from pluttra_publish.format.chain import Kind, kind
from pluttra_publish.format.months import Node, cover, month_of, number_of

ReaderRole = Literal["guardian", "pedagogue", "principal"]
_SECRET = re.compile(r"(?:#|%23)i=(.*)", re.DOTALL)

READER_ROLES: tuple[ReaderRole, ...] = ("guardian", "pedagogue", "principal")


@dataclass(frozen=True)
class Run:
    """The months from `first` to `last`, and the keys of the nodes that cover them (§8)."""

    first: str
    last: str
    keys: tuple[bytes, ...] = field(repr=False)

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(cover(number_of(self.first), number_of(self.last)))

    def to_value(self) -> list[str]:
        return [self.first, self.last, b64(b"".join(self.keys))]

    @classmethod
    def from_value(cls, value: Any, place: str) -> Run:
        first, last, keys = shape.fixed(value, place, 3)
        start, end = number_of(shape.month(first, place)), number_of(shape.month(last, place))
        count = sum(1 for _ in cover(start, end))
        if not count:
            raise shape.refusal(place)
        joined = shape.raw(keys, place, 32 * count)
        return cls(first, last, tuple(joined[32 * i : 32 * i + 32] for i in range(count)))


@dataclass(frozen=True)
class Epoch:
    """What a reader holds of one epoch: the catalogue's file secret, and runs of months, earliest first, no two of which touch."""

    catalogue: bytes = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)

    @property
    def months(self) -> frozenset[str]:
        return frozenset(month_of(n) for run in self.runs for n in range(number_of(run.first), number_of(run.last) + 1))

    def to_value(self) -> dict[str, object]:
        return {"catalogue": b64(self.catalogue), "months": [run.to_value() for run in self.runs]}

    @classmethod
    def from_value(cls, value: Any, place: str) -> Epoch:
        value = shape.mapping(value, place)
        runs = shape.listed(shape.member(value, "months"), f"{place}.months", Run.from_value)
        if any(number_of(before.last) + 1 >= number_of(after.first) for before, after in itertools.pairwise(runs)):
            raise shape.refusal(f"{place}.months")
        return cls(shape.raw(shape.member(value, "catalogue"), f"{place}.catalogue", 32), runs)


@dataclass(frozen=True)
class KeyringAudience:
    """One audience of a keyring, with at most two epochs, newest first; `child` is set for a child's audience."""

    id: str
    kind: Kind
    title: str
    child: str | None
    epochs: tuple[Epoch, ...]

    def to_value(self) -> dict[str, object]:
        return {
            "child": self.child,
            "epochs": [epoch.to_value() for epoch in self.epochs],
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
        }

    @classmethod
    def from_value(cls, value: Any, place: str) -> KeyringAudience:
        value = shape.mapping(value, place)
        child = shape.member(value, "child")
        epochs = shape.listed(shape.member(value, "epochs"), f"{place}.epochs", Epoch.from_value)
        if len(epochs) > 2:
            raise shape.refusal(f"{place}.epochs")
        of_kind = kind(shape.member(value, "kind"), f"{place}.kind")
        if child is not None and of_kind != "child":
            raise shape.refusal(f"{place}.child")
        return cls(
            shape.hex16(shape.member(value, "id"), f"{place}.id"),
            of_kind,
            shape.text(shape.member(value, "title"), f"{place}.title"),
            None if child is None else shape.hex8(child, f"{place}.child"),
            epochs,
        )


@dataclass(frozen=True)
class KeyringChild:
    """One child of a keyring: its own audience, the departments where it is, and, for staff who can answer, what it may be shown in, sorted; else None."""

    id: str
    name: str
    audience: str
    departments: tuple[str, ...]
    may: tuple[str, ...] | None = None

    def to_value(self) -> dict[str, object]:
        value: dict[str, object] = {
            "audience": self.audience,
            "departments": self.departments,
            "id": self.id,
            "name": self.name,
        }
        return value if self.may is None else value | {"may": self.may}

    @classmethod
    def from_value(cls, value: Any, place: str) -> KeyringChild:
        value = shape.mapping(value, place)
        return cls(
            shape.hex8(shape.member(value, "id"), f"{place}.id"),
            shape.text(shape.member(value, "name"), f"{place}.name"),
            shape.hex16(shape.member(value, "audience"), f"{place}.audience"),
            shape.listed(shape.member(value, "departments"), f"{place}.departments", shape.hex16),
            shape.listed(value["may"], f"{place}.may", shape.text) if "may" in value else None,
        )


@dataclass(frozen=True)
class KeyringReader:
    """Whose keyring it is."""

    id: str
    name: str
    role: ReaderRole
    lang: str

    def to_value(self) -> dict[str, object]:
        return {"id": self.id, "lang": self.lang, "name": self.name, "role": self.role}

    @classmethod
    def from_value(cls, value: Any, place: str) -> KeyringReader:
        value = shape.mapping(value, place)
        written = shape.member(value, "role")
        role = next((known for known in READER_ROLES if known == written), None)
        if role is None:
            raise shape.refusal(f"{place}.role")
        return cls(
            shape.text(shape.member(value, "id"), f"{place}.id"),
            shape.text(shape.member(value, "name"), f"{place}.name"),
            role,
            shape.text(shape.member(value, "lang"), f"{place}.lang"),
        )


@dataclass(frozen=True)
class Keyring:
    """What one reader holds (§9). `publisher` is the signing key's public point, `site` is hex, `drop` the drop box's secret where there is a way back (§17)."""

    site: str
    site_key: bytes = field(repr=False)
    publisher: bytes
    generation: int
    preschool: str
    reader: KeyringReader
    audiences: tuple[KeyringAudience, ...]
    children: tuple[KeyringChild, ...]
    drop: bytes | None = field(default=None, repr=False)

    def to_bytes(self) -> bytes:
        """Return the keyring's content: its canonical value."""
        return canonical.encode(
            {
                "audiences": [audience.to_value() for audience in self.audiences],
                "children": [child.to_value() for child in self.children],
                "drop": None if self.drop is None else {"secret": b64(self.drop)},
                "generation": self.generation,
                "preschool": self.preschool,
                "publisher": b64(self.publisher),
                "reader": self.reader.to_value(),
                "site": self.site,
                "siteKey": b64(self.site_key),
                "v": canonical.VERSION,
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Keyring:
        """Return the keyring that the content is.

        Raises:
            FormatError: layer `encoding` or `version`; or `ended`, if it is the note that access has ended.
        """
        value = canonical.decode(content)
        if "ended" in value:
            Ended.from_bytes(content)
            raise FormatError("ended")
        drop = shape.member(value, "drop")
        if drop is not None:
            drop = shape.raw(shape.member(shape.mapping(drop, "drop"), "secret"), "drop.secret", 32)
        publisher = shape.raw(shape.member(value, "publisher"), "publisher", 65)
        if publisher[0] != 4:
            raise shape.refusal("publisher")
        return cls(
            site=shape.hex16(shape.member(value, "site"), "site"),
            site_key=shape.raw(shape.member(value, "siteKey"), "siteKey", 32),
            publisher=publisher,
            generation=shape.number(shape.member(value, "generation"), "generation"),
            preschool=shape.text(shape.member(value, "preschool"), "preschool"),
            reader=KeyringReader.from_value(shape.member(value, "reader"), "reader"),
            audiences=shape.listed(shape.member(value, "audiences"), "audiences", KeyringAudience.from_value),
            children=shape.listed(shape.member(value, "children"), "children", KeyringChild.from_value),
            drop=drop,
        )


@dataclass(frozen=True)
class Ended:
    """The note in a keyring's place when access has ended, `ended` in Unix seconds."""

    site: str
    generation: int
    ended: int

    def to_bytes(self) -> bytes:
        """Return the note's content: its canonical value."""
        return canonical.encode(
            {"ended": self.ended, "generation": self.generation, "site": self.site, "v": canonical.VERSION}
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Ended:
        """Return the note that the content is.

        Raises:
            FormatError: layer `encoding` or `version`.
        """
        value = canonical.decode(content)
        return cls(
            shape.hex16(shape.member(value, "site"), "site"),
            shape.number(shape.member(value, "generation"), "generation"),
            shape.number(shape.member(value, "ended"), "ended"),
        )


@dataclass(frozen=True)
class Invitation:
    """A guardian key on its way to one reader, good until `ends` (Unix seconds)."""

    key: bytes = field(repr=False)
    site: str
    name: str
    lang: str
    ends: int

    def to_bytes(self) -> bytes:
        """Return the invitation's content: its canonical value."""
        return canonical.encode(
            {
                "ends": self.ends,
                "key": b64(self.key),
                "lang": self.lang,
                "name": self.name,
                "site": self.site,
                "v": canonical.VERSION,
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Invitation:
        """Return the invitation that the content is. Does not look at the clock.

        Raises:
            FormatError: layer `encoding` or `version`.
        """
        value = canonical.decode(content)
        return cls(
            key=shape.raw(shape.member(value, "key"), "key", 32),
            site=shape.hex16(shape.member(value, "site"), "site"),
            name=shape.text(shape.member(value, "name"), "name"),
            lang=shape.text(shape.member(value, "lang"), "lang"),
            ends=shape.number(shape.member(value, "ends"), "ends"),
        )


def link(origin: str, secret: bytes) -> str:
    """Return the magic link that carries an invitation secret in its fragment."""
    return f"{origin.rstrip('/')}/#i={b64(secret)}"


def was_mangled(link: str) -> bool:
    """Tell whether the `#` of a link was written `%23` on the way: then a program there has seen the key (§10)."""
    found = _SECRET.search(link)
    return found is not None and not found[0].startswith("#")


def secret_of(link: str) -> bytes:
    """Return the invitation secret of a link, also of one whose `#` was written `%23` on the way.

    Raises:
        FormatError: layer `link`, if it is not 32 bytes of base64url.
    """
    found = _SECRET.search(link)
    try:
        return unb64(found[1] if found else "", 32)
    except FormatError:
        raise FormatError("link") from None
