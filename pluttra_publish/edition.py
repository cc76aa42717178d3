"""Plan and derivatives to the views that are rendered. Decides every medium's number in its post. Knows no HTML, keys or hosts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from pluttra_publish.calendar_file import MEDIA_TYPE as CALENDAR_TYPE
from pluttra_publish.errors import Findings
from pluttra_publish.format.posts import Card
from pluttra_publish.media import Derivative, Derived, Edit
from pluttra_publish.plan import OpaqueId, Plan, PlannedPost, title_of
from pluttra_publish.register.values import Audience, Register
from pluttra_publish.site import (
    CardView,
    Count,
    Edition,
    FilmView,
    MediaFile,
    MediaView,
    MonthView,
    PhotoView,
    Post,
    PostView,
    ShellView,
    SoundView,
    StandingView,
    Statement,
    TalkSheet,
)
from pluttra_publish.standing import PlannedPage, goals_of, labels

SUFFIXES = {
    "image/webp": "webp", "image/jpeg": "jpg", "image/png": "png", "video/mp4": "mp4", "video/webm": "webm",
    "text/calendar": "ics", "text/vtt": "vtt", "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/wav": "wav", "audio/webm": "webm",
}  # fmt: skip


@dataclass(frozen=True)
class LaidPage:
    """A standing page and its media in the order of their numbers: (content or file, media type)."""

    planned: PlannedPage
    media: tuple[tuple[bytes | Path, str], ...]


@dataclass(frozen=True)
class Laid:
    """An edition, and by post id the derivatives in the order of their numbers (docs/format.md §6); standing pages with theirs."""

    edition: Edition
    shelves: Mapping[str, tuple[Derivative, ...]]
    views: Mapping[str, PostView]
    public: Mapping[str, Derivative]
    standing: tuple[LaidPage, ...] = ()


@dataclass
class _Shelf:
    """Numbers the derivatives of one post, and says the address each has in a page."""

    address: str
    files: list[Derivative] = field(default_factory=list)
    public: bool = False

    def put(self, file: Derivative) -> str:
        self.files.append(file)
        number = len(self.files) - 1
        return (
            f"{self.address}-{number}.{SUFFIXES[file.media_type]}" if self.public else f"media:{self.address}/{number}"
        )

    def photo(self, files: Iterable[Derivative], alt: str, blur: str) -> PhotoView:
        sources = tuple((self.put(file), file.width, file.height) for file in files)
        return PhotoView(alt, sources, "" if self.public else blur)  # a public page has no script that could show it

    def view(self, file: MediaFile, derived: Derived) -> MediaView:
        if derived.kind == "photo":
            return self.photo(derived.files, file.alt, derived.blur)
        whole = derived.files[0]
        url = self.put(whole)
        if derived.kind == "sound":
            return SoundView(file.alt, url, whole.media_type, derived.duration, derived.wave)
        poster = self.photo(derived.poster, file.alt, derived.blur) if derived.poster else None
        captions = self.put(derived.captions[0]) if derived.captions else ""
        return FilmView(
            file.alt,
            url,
            whole.media_type,
            whole.width,
            whole.height,
            derived.duration,
            poster,
            captions,
            derived.spoken,
        )


def edit_of(file: MediaFile) -> Edit:
    """Return what a post says shall be done with a medium before anybody sees it."""
    return Edit(tuple(box for _, box in file.masks), file.clip, file.captions)


def lay_out(
    plan: Plan,
    derived: Mapping[Path, Derived],
    *,
    register: Register,
    opaque_id: OpaqueId,
    shell: ShellView | None,
    standing: Iterable[PlannedPage] = (),
    statement: Statement | None = None,
    kept: Mapping[tuple[Audience, str], Iterable[Card]] = MappingProxyType({}),
) -> Laid:
    """Return the views of every planned post and standing page, and of every audience's months, children's own excepted: a reader puts
    those together.

    `kept` are cards of posts that are not in the plan, by the months that they own and that others of the plan are in, or were.
    """
    shelves: dict[str, tuple[Derivative, ...]] = {}
    views: dict[str, PostView] = {}
    months: dict[tuple[Audience, str], list[CardView]] = defaultdict(list)
    for month, cards in kept.items():
        months[month] += map(_card_view, cards)
    for planned in plan.posts:
        shelf = _Shelf(planned.card_id)
        views[planned.id] = _post_view(planned, shelf, derived, register, opaque_id)
        shelves[planned.id] = tuple(shelf.files)
        if planned.home.kind != "child":
            months[planned.home, planned.month].append(views[planned.id].card)
    month_views = tuple(
        MonthView(audience.key, title_of(audience, register), month, tuple(sorted(cards, key=_newest_first)))
        for (audience, month), cards in sorted(months.items())
        if cards
    )
    public, public_files = _public(plan.public, derived)
    pages, page_views = _standing(standing, derived, register)
    edition = Edition(shell, tuple(views.values()), month_views, public, page_views, statement)
    return Laid(edition, shelves, views, public_files, pages)


def _newest_first(card: CardView) -> tuple[float, str]:
    return -card.date.timestamp(), card.id


def _card_view(card: Card) -> CardView:
    """Return what a month shows of a post that an index tells of."""
    cover, count = card.cover, card.count
    sources = (
        tuple((f"media:{card.id}/{number}", width, height) for number, width, height in cover.sizes) if cover else ()
    )
    photo = PhotoView(cover.alt, sources) if cover else None
    total = Count(count["photo"], count["film"], count["sound"])
    date = datetime.fromisoformat(card.date)
    return CardView(card.id, card.title, date, card.lang, card.summary, photo, card.children, total)


def _standing(
    planned_pages: Iterable[PlannedPage], derived: Mapping[Path, Derived], register: Register
) -> tuple[tuple[LaidPage, ...], tuple[StandingView, ...]]:
    laid: list[LaidPage] = []
    views: list[StandingView] = []
    for planned in planned_pages:
        shelf, sheet = _Shelf(planned.id), planned.sheet
        media = {file.name: shelf.view(file, derived[file.path]) for file in planned.files}
        sources: list[tuple[bytes | Path, str]] = [(file.path, file.media_type) for file in shelf.files]
        if planned.calendar is not None and isinstance(sheet, TalkSheet):
            sheet = replace(sheet, calendar=f"media:{planned.id}/{len(sources)}")
            sources.append((planned.calendar, CALENDAR_TYPE))
        laid.append(LaidPage(planned, tuple(sources)))
        views.append(StandingView(planned.id, planned.title, title_of(planned.audience, register), sheet, media))
    return tuple(laid), tuple(views)


def _post_view(
    planned: PlannedPost, shelf: _Shelf, derived: Mapping[Path, Derived], register: Register, opaque_id: OpaqueId
) -> PostView:
    children = tuple((opaque_id("child", child.id), child.first_name) for child in planned.children)
    media = {file.name: shelf.view(file, derived[file.path]) for file in planned.post.media}
    goals = labels(goals_of(planned.post, Findings()))
    title = title_of(planned.home, register)
    return PostView(planned.post, planned.card_id, title, children, media, goals, planned.id)


def _public(
    posts: Iterable[Post], derived: Mapping[Path, Derived]
) -> tuple[tuple[PostView, ...], dict[str, Derivative]]:
    views: list[PostView] = []
    files: dict[str, Derivative] = {}
    for post in posts:
        shelf = _Shelf(post.address, public=True)
        media = {file.name: shelf.view(file, derived[file.path]) for file in post.media}
        views.append(PostView(post, post.address, "", (), media))
        files |= {f"sida/{post.address}-{n}.{SUFFIXES[file.media_type]}": file for n, file in enumerate(shelf.files)}
    return tuple(views), files
