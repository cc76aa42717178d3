"""What readers send back, as values: a message's file, its content, and the letterbox that says where to. Knows docs/format.md §17. Does not know keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pluttra_publish.errors import FormatError
from pluttra_publish.format import canonical, shape
from pluttra_publish.format.canonical import b64
from pluttra_publish.format.layout import sealed_length
from pluttra_publish.format.padding import MESSAGE_SIZES

ID = 16
TAG = 16
OUTSIDE = ID + TAG
"""Bytes of a message's file that stand before what is sealed: its id and its sender's tag."""

FILE_LENGTHS: tuple[int, ...] = tuple(OUTSIDE + sealed_length(size) for size in MESSAGE_SIZES)
"""The lengths that a message's file can have, shortest first. Whatever has another is no message."""

Kind = Literal[
    "part", "opened", "retire", "read", "reply", "observation", "talk-time", "talk-answers", "talk-agreed",
    "consent", "contact", "push", "push-end", "post",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Header:
    """What a message says, its attachment excepted: id (hex), when it was written (Unix seconds), kind, and a body of that kind's shape."""

    id: str
    time: int
    kind: Kind
    body: Mapping[str, Any] = field(repr=False)


def message_content(header: Header, attachment: bytes = b"") -> bytes:
    """Return the content of a message: u32(n) ‖ header(n) ‖ attachment."""
    value = canonical.encode(
        {
            "body": dict(header.body),
            "id": header.id,
            "kind": header.kind,
            "time": header.time,
            "v": canonical.VERSION,
        }
    )
    return len(value).to_bytes(4, "big") + value + attachment


def divide_content(content: bytes) -> tuple[Header, bytes]:
    """Return the header and the attachment of a message's content. What the body holds is not looked at.

    Raises:
        FormatError: layer `encoding` or `version`; `padding` if the header's length points past the end.
    """
    end = 4 + int.from_bytes(content[:4], "big")
    if len(content) < 4 or end > len(content):
        raise FormatError("padding")
    value = canonical.decode(content[4:end])
    written = shape.member(value, "kind")
    kind = next((known for known in KINDS if known == written), None)
    if kind is None:
        raise shape.refusal("kind")
    header = Header(
        shape.hex16(shape.member(value, "id"), "id"),
        shape.number(shape.member(value, "time"), "time"),
        kind,
        shape.mapping(shape.member(value, "body"), "body"),
    )
    return header, content[end:]


@dataclass(frozen=True)
class FormWay:
    """An S3 POST form: `fields` in order, the key is `prefix` and the message's id, and it is good until `ends` (Unix seconds)."""

    url: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    prefix: str
    ends: int

    def to_value(self) -> dict[str, object]:
        fields = [list(pair) for pair in self.fields]
        return {"ends": self.ends, "fields": fields, "kind": "s3", "prefix": self.prefix, "url": self.url}


@dataclass(frozen=True)
class PostWay:
    """A drop endpoint that takes the message as the body of a POST; `url` may be a path on the site's own origin."""

    url: str

    def to_value(self) -> dict[str, object]:
        return {"kind": "post", "url": self.url}


@dataclass(frozen=True)
class MailWay:
    """An address to mail the message to, as text."""

    to: str

    def to_value(self) -> dict[str, object]:
        return {"kind": "mail", "to": self.to}


Way = FormWay | PostWay | MailWay


@dataclass(frozen=True)
class Letterbox:
    """What tells readers how to answer (§17): the ways out in the order they are tried; the public point that Web Push is signed with, if it is on; whether
    receipts of what was read are asked for; what a post from a phone becomes."""

    ways: tuple[Way, ...]
    push: bytes | None = None
    receipts: bool = False
    posts: Literal["draft", "published"] = "draft"

    def to_bytes(self) -> bytes:
        """Return the letterbox's content: its canonical value."""
        return canonical.encode(
            {
                "posts": self.posts,
                "push": None if self.push is None else {"key": b64(self.push)},
                "receipts": self.receipts,
                "v": canonical.VERSION,
                "ways": [way.to_value() for way in self.ways],
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Letterbox:
        """Return the letterbox that the content is. Ways of a kind that is not known are left out.

        Raises:
            FormatError: layer `encoding` or `version`.
        """
        value = canonical.decode(content)
        push = shape.member(value, "push")
        if push is not None:
            push = shape.raw(shape.member(shape.mapping(push, "push"), "key"), "push.key", 65)
        receipts = shape.member(value, "receipts")
        if not isinstance(receipts, bool):
            raise shape.refusal("receipts")
        posts = shape.one_of(shape.member(value, "posts"), "posts", ("draft", "published"))
        ways = shape.listed(shape.member(value, "ways"), "ways", _way)
        known = tuple(way for way in ways if way is not None)
        return cls(known, push, receipts, "published" if posts == "published" else "draft")


def _way(value: Any, place: str) -> Way | None:
    value = shape.mapping(value, place)

    def said(name: str) -> str:
        return shape.text(shape.member(value, name), f"{place}.{name}")

    match said("kind"):
        case "s3":
            pairs = shape.listed(shape.member(value, "fields"), f"{place}.fields", _pair)
            ends = shape.number(shape.member(value, "ends"), f"{place}.ends")
            return FormWay(said("url"), pairs, said("prefix"), ends)
        case "post":
            return PostWay(said("url"))
        case "mail":
            return MailWay(said("to"))
    return None


def _pair(value: Any, place: str) -> tuple[str, str]:
    name, written = shape.fixed(value, place, 2)
    return shape.text(name, place), shape.text(written, place)
