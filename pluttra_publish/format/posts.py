"""References, cards, standing pages and the index as values. Knows docs/format.md §6 and §7. Does not know keys or files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pluttra_publish.format import canonical, layout, padding, shape
from pluttra_publish.format.canonical import b64
from pluttra_publish.format.digests import digest_of_segments
from pluttra_publish.format.padding import Role

PAGE_TYPE = "text/html"
INDEX_TYPE = "application/json"
MEDIA_TYPES = (
    "image/jpeg", "image/webp", "image/png",
    "video/mp4", "video/webm",
    "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm",
    "text/vtt", "text/calendar",
)  # fmt: skip
COUNTED = ("film", "photo", "sound")

StandingKind = Literal["consents", "goal", "talk"]
STANDING: tuple[StandingKind, ...] = ("consents", "goal", "talk")


@dataclass(frozen=True)
class Reference:
    """Where an object lies and all that is needed to open it (§6). `length` is the true length.

    `digest` is that of `segments` where there are any.
    """

    name: str
    secret: bytes = field(repr=False)
    digest: bytes
    length: int
    media_type: str
    segments: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def role(self) -> Role:
        if self.media_type == PAGE_TYPE:
            return "page"
        return "index" if self.media_type == INDEX_TYPE else "media"

    @property
    def padded_length(self) -> int:
        return padding.padded_length(self.role, padding.framed_length(self.role, self.length))

    def to_value(self) -> list[object]:
        segments = [b64(b"".join(self.segments))] if self.segments else []
        return [self.name, b64(self.secret), b64(self.digest), self.length, self.media_type, *segments]

    @classmethod
    def from_value(cls, value: Any, place: str = "reference") -> Reference:
        """Return the reference to a page or medium.

        Raises:
            FormatError: layer `encoding`.
        """
        parts = value if isinstance(value, list) else []
        name, secret, digest, length, media_type = shape.fixed(parts[:5], place, 5)
        bare = cls(
            shape.hex16(name, place),
            shape.raw(secret, place, 32),
            shape.raw(digest, place, 32),
            shape.number(length, place),
            shape.one_of(media_type, place, (PAGE_TYPE, *MEDIA_TYPES)),
        )
        if not layout.has_segments(bare.role, bare.padded_length):
            shape.fixed(parts, place, 5)
            return bare
        joined = shape.raw(shape.fixed(parts, place, 6)[5], place, 32 * layout.segment_count(bare.padded_length))
        segments = tuple(joined[i : i + 32] for i in range(0, len(joined), 32))
        if digest_of_segments(segments) != bare.digest:
            raise shape.refusal(place)
        return cls(bare.name, bare.secret, bare.digest, bare.length, bare.media_type, segments)


@dataclass(frozen=True)
class Cover:
    """The picture of a card: its alt text, and `(number in media, width, height)`, narrowest first."""

    alt: str
    sizes: tuple[tuple[int, int, int], ...]

    def to_value(self) -> dict[str, object]:
        return {"alt": self.alt, "sizes": self.sizes}

    @classmethod
    def from_value(cls, value: Any, place: str) -> Cover:
        value = shape.mapping(value, place)
        return cls(
            shape.text(shape.member(value, "alt"), f"{place}.alt"),
            shape.listed(shape.member(value, "sizes"), f"{place}.sizes", _size),
        )


@dataclass(frozen=True)
class Card:
    """What an index says of one post. `children` are `(child id, given name)`; `count` is of film, photo and sound; `save` the media
    that the guardians of the index's child may save."""

    id: str
    title: str
    date: str
    lang: str
    summary: str
    by: tuple[str, ...]
    children: tuple[tuple[str, str], ...]
    count: Mapping[str, int]
    cover: Cover | None
    home: str
    media: tuple[Reference, ...]
    page: Reference
    save: tuple[int, ...] = ()

    def to_value(self) -> dict[str, object]:
        some = {"save": self.save} if self.save else {}
        return some | {
            "by": self.by,
            "children": self.children,
            "count": dict(self.count),
            "cover": self.cover and self.cover.to_value(),
            "date": self.date,
            "home": self.home,
            "id": self.id,
            "lang": self.lang,
            "media": [medium.to_value() for medium in self.media],
            "page": self.page.to_value(),
            "summary": self.summary,
            "title": self.title,
        }

    @classmethod
    def from_value(cls, value: Any, place: str) -> Card:
        value = shape.mapping(value, place)

        def of(name: str, read: Callable[[Any, str], Any]) -> Any:
            return read(shape.member(value, name), f"{place}.{name}")

        media = shape.listed(shape.member(value, "media"), f"{place}.media", _medium)
        cover = None if shape.member(value, "cover") is None else of("cover", Cover.from_value)
        if cover is not None and any(n >= len(media) for n, _, _ in cover.sizes):
            raise shape.refusal(f"{place}.cover")
        save = of("save", _numbers) if "save" in value else ()
        if any(n >= len(media) for n in save):
            raise shape.refusal(f"{place}.save")
        counts = of("count", shape.mapping)
        return cls(
            id=of("id", shape.hex8),
            title=of("title", shape.text),
            date=of("date", shape.date),
            lang=of("lang", shape.text),
            summary=of("summary", shape.text),
            by=shape.listed(shape.member(value, "by"), f"{place}.by", shape.text),
            children=shape.listed(shape.member(value, "children"), f"{place}.children", _named_child),
            count={kind: shape.number(shape.member(counts, kind), f"{place}.count.{kind}") for kind in COUNTED},
            cover=cover,
            home=of("home", shape.hex16),
            media=media,
            page=of("page", _page),
            save=save,
        )


@dataclass(frozen=True)
class Standing:
    """What an index says of a page that is not a post: a list, a goal or a talk. `date` is empty for one without a day."""

    id: str
    kind: StandingKind
    title: str
    date: str
    media: tuple[Reference, ...]
    page: Reference

    def to_value(self) -> dict[str, object]:
        return {
            "date": self.date,
            "id": self.id,
            "kind": self.kind,
            "media": [medium.to_value() for medium in self.media],
            "page": self.page.to_value(),
            "title": self.title,
        }

    @classmethod
    def from_value(cls, value: Any, place: str) -> Standing:
        value = shape.mapping(value, place)
        date = shape.text(shape.member(value, "date"), f"{place}.date")
        return cls(
            id=shape.hex8(shape.member(value, "id"), f"{place}.id"),
            kind=_standing_kind(shape.member(value, "kind"), f"{place}.kind"),
            title=shape.text(shape.member(value, "title"), f"{place}.title"),
            date=shape.date(date, f"{place}.date") if date else "",
            media=shape.listed(shape.member(value, "media"), f"{place}.media", _medium),
            page=_page(shape.member(value, "page"), f"{place}.page"),
        )


@dataclass(frozen=True)
class Index:
    """The posts of one audience and month, newest first, and the pages that stand there (§7)."""

    audience: str
    month: str
    page: Reference | None
    posts: tuple[Card, ...]
    pages: tuple[Standing, ...] = ()

    def to_value(self) -> dict[str, object]:
        return {
            "audience": self.audience,
            "month": self.month,
            "page": self.page and self.page.to_value(),
            "pages": [page.to_value() for page in self.pages],
            "posts": [card.to_value() for card in self.posts],
            "v": canonical.VERSION,
        }

    def to_bytes(self) -> bytes:
        """Return the index's content: its canonical value."""
        return canonical.encode(self.to_value())

    @classmethod
    def from_bytes(cls, content: bytes) -> Index:
        """Return the index that the content is.

        Raises:
            FormatError: layer `encoding` or `version`.
        """
        return cls.from_value(canonical.decode(content))

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Index:
        page = shape.member(value, "page")
        return cls(
            shape.hex16(shape.member(value, "audience"), "audience"),
            shape.month(shape.member(value, "month"), "month"),
            None if page is None else _page(page, "page"),
            shape.listed(shape.member(value, "posts"), "posts", Card.from_value),
            shape.listed(value.get("pages", []), "pages", Standing.from_value),
        )


def _page(value: Any, place: str) -> Reference:
    return _of_role("page", value, place)


def _medium(value: Any, place: str) -> Reference:
    return _of_role("media", value, place)


def _of_role(role: Role, value: Any, place: str) -> Reference:
    reference = Reference.from_value(value, place)
    if reference.role != role:
        raise shape.refusal(place)
    return reference


def _standing_kind(value: Any, place: str) -> StandingKind:
    for known in STANDING:
        if value == known:
            return known
    raise shape.refusal(place)


def _size(value: Any, place: str) -> tuple[int, int, int]:
    number, width, height = (shape.number(part, place) for part in shape.fixed(value, place, 3))
    return number, width, height


def _named_child(value: Any, place: str) -> tuple[str, str]:
    child, name = shape.fixed(value, place, 2)
    return shape.hex8(child, place), shape.text(name, place)


def _numbers(value: Any, place: str) -> tuple[int, ...]:
    return shape.listed(value, place, shape.number)
