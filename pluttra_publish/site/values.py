"""The values of this folder: what is read, what is rendered, and what comes out. Does not know Pelican, HTML or files.

Reading makes `Post`s. Whoever publishes decides ids, addresses of media and who reads what, and says so with an
`Edition` of views. Rendering makes `Pages` of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from pluttra_publish.site.consent_sheets import FamilyConsentSheet
from pluttra_publish.site.look import Look, Statement, Support
from pluttra_publish.site.talk_answers import Agreement, Answers
from pluttra_publish.site.talk_sheets import AnswersSheet, Asked
from pluttra_publish.site.talk_times import Times

PlaceKind = Literal["department", "child", "preschool", "staff", "public"]
MediaKind = Literal["photo", "film", "sound"]
Day = date  # where a field is called `date` itself
Status = Literal["published", "draft", "submitted", "returned"]

Box = tuple[float, float, float, float]
"""Left edge, top edge, width and height of a mask, as shares of the upright picture."""


class SiteSettings(Protocol):
    """What this folder needs to know of `pluttra.toml`. Nothing secret is ever a setting: plugins see them all."""

    @property
    def root(self) -> Path: ...
    @property
    def posts(self) -> Path: ...
    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def alt_text(self) -> str: ...
    @property
    def plugins(self) -> tuple[str, ...]: ...


class ProbeLike(Protocol):
    """What a file says of itself: its kind, when it was captured (naive: the site's clock; aware: an instant), and whether it is
    a film that was taken with a photo.
    """

    @property
    def kind(self) -> MediaKind: ...
    @property
    def captured(self) -> datetime | None: ...
    @property
    def live(self) -> bool: ...


@dataclass(frozen=True, order=True)
class Place:
    """The folder that decides who reads: its kind, and a department's or a child's folder as written (NFC)."""

    kind: PlaceKind
    name: str = ""


@dataclass(frozen=True)
class MediaFile:
    """A photo, film or sound of a post. `alt` always says something; `alt_written` tells whether a person wrote it.

    `children` are those that can be seen or heard, as written; None means those that the post names. `other_readings`
    are names that the same words could be, where `{barn="anna maria"}` was divided at its spaces: whoever knows the
    children must see to it that none of them is one. `masks` are boxes to cover, each with the child as written, or
    with `""` for somebody who is not to be named. `clip` is what is kept of a film or a sound, from when to when in seconds (the
    end may be infinite), and `captions` the file with a film's captions.
    """

    path: Path
    kind: MediaKind
    name: str
    alt: str
    alt_written: bool
    captured: datetime | None
    children: tuple[str, ...] | None = None
    other_readings: tuple[str, ...] = ()
    masks: tuple[tuple[str, Box], ...] = ()
    clip: tuple[float, float] | None = None
    captions: Path | None = None


@dataclass(frozen=True)
class Link:
    """A link to another post, named by its source, and the line of the text that it stands on."""

    goal: str
    place: str = ""


@dataclass(frozen=True)
class Post:
    """One post as read. `source` names it in findings, and `text_name` its text; `place` and `address` together are unique.

    `body` is sanitised HTML where a medium stands as `<img src="FILE">` between paragraphs, with `title` for a caption, and a link to another post
    as `#/p/@n`, n being its number in `links`. `media` stand in the
    order they are shown: by capture, then by name. A `date` without a time of day is midnight in the site's zone; a
    public page without a date has 1 January 2000.

    `staff_only`: the post is narrowed to the staff. `staff_body` and `staff_media` are what the staff read where that is
    more than the others do, else None and empty. `reason` is why a returned post was returned; `files` all it is made of.
    """

    source: str
    place: Place
    address: str
    title: str
    date: datetime
    status: Status
    children: tuple[str, ...]
    share: bool
    by: tuple[str, ...]
    lang: str
    summary: str
    body: str
    media: tuple[MediaFile, ...]
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()
    modified: datetime | None = None
    goals: tuple[str, ...] = ()
    reason: str = ""
    staff_only: bool = False
    staff_body: str | None = None
    staff_media: tuple[MediaFile, ...] = ()
    files: tuple[Path, ...] = ()
    text_name: str = ""


@dataclass(frozen=True)
class PhotoView:
    """A photo as a template sees it: (address, width, height) of each width, narrowest first.

    `blur` is the photo in a few pixels, WebP in base64, or the empty string.
    """

    alt: str
    sources: tuple[tuple[str, int, int], ...]
    blur: str = ""
    kind: Literal["photo"] = field(default="photo", init=False)

    @property
    def width(self) -> int:
        return self.sources[-1][1]

    @property
    def height(self) -> int:
        return self.sources[-1][2]


@dataclass(frozen=True)
class FilmView:
    """A film as a template sees it; `duration` in seconds. `captions` is the address of its captions, `spoken` what they say."""

    alt: str
    url: str
    media_type: str
    width: int
    height: int
    duration: float
    poster: PhotoView | None = None
    captions: str = ""
    spoken: tuple[str, ...] = ()
    kind: Literal["film"] = field(default="film", init=False)


@dataclass(frozen=True)
class SoundView:
    """A sound as a template sees it; `duration` in seconds. `wave` says how loud it is from start to end, 0 to 16."""

    alt: str
    url: str
    media_type: str
    duration: float
    wave: tuple[int, ...] = ()
    kind: Literal["sound"] = field(default="sound", init=False)


MediaView = PhotoView | FilmView | SoundView


@dataclass(frozen=True)
class Count:
    """How many photos, films and sounds a post holds."""

    photo: int = 0
    film: int = 0
    sound: int = 0


@dataclass(frozen=True)
class PostView:
    """A post to render: its id, the children it names as (id, given name), a view for every medium by file name, its goals as (id, label).

    `key` names its page among `Pages.posts` where two pages have the same id: what the staff read, and what the others do.
    """

    post: Post
    id: str
    audience_title: str
    children: tuple[tuple[str, str], ...] = ()
    media: Mapping[str, MediaView] = field(default_factory=dict)
    goals: tuple[tuple[str, str], ...] = ()
    key: str = ""

    @property
    def cover(self) -> PhotoView | None:
        """The picture that stands for the post on cards: its first photo, else its first film's poster."""
        views = [self.media[file.name] for file in self.post.media if file.name in self.media]
        photos = [view for view in views if isinstance(view, PhotoView)]
        posters = [view.poster for view in views if isinstance(view, FilmView) and view.poster]
        return next(iter(photos + posters), None)

    @property
    def count(self) -> Count:
        kinds = [file.kind for file in self.post.media]
        return Count(kinds.count("photo"), kinds.count("film"), kinds.count("sound"))

    @property
    def card(self) -> CardView:
        """What a month shows of the post; of its cover only what an index says of it too."""
        post, cover = self.post, self.cover
        plain = PhotoView(cover.alt, cover.sources) if cover else None
        return CardView(self.id, post.title, post.date, post.lang, post.summary, plain, self.children, self.count)


@dataclass(frozen=True)
class CardView:
    """What a month shows of a post: its id, its words, the children it names, its cover in a few widths, and how many media it holds."""

    id: str
    title: str
    date: datetime
    lang: str
    summary: str
    cover: PhotoView | None
    children: tuple[tuple[str, str], ...]
    count: Count


@dataclass(frozen=True)
class MonthView:
    """An audience's month to render.

    `audience` is any key of the caller's; `month` is YYYY-MM; cards stand in the order given.
    """

    audience: str
    title: str
    month: str
    cards: tuple[CardView, ...]


@dataclass(frozen=True)
class Talk:
    """A development talk as read, from a folder beside the register. `child` is the folder's name as written (NFC).

    The three texts are sanitised HTML as a post's body, and empty where nothing is written yet or it waits. A talk without a
    time of day has midnight as `date`, and `timed` is false; `minutes` is 0 when nobody has said how long it takes. `answers` and `agreed` are what
    the family has said, whoever may read it.
    """

    source: str
    child: str
    title: str
    date: datetime
    timed: bool
    minutes: int
    place: str
    invitation: str
    preparation: str
    notes: str
    follow_up: Day | None
    media: tuple[MediaFile, ...]
    times: Times = field(default_factory=Times)
    questions: tuple[str, ...] = ()
    answers: tuple[Answers, ...] = ()
    agreed: tuple[Agreement, ...] = ()


@dataclass(frozen=True)
class TalkSheet:
    """A talk to render: with whose family, the address of its calendar file, empty if it has none, and what is asked."""

    talk: Talk
    child: str
    calendar: str = ""
    asked: Asked = field(default_factory=Asked)
    kind: Literal["talk"] = field(default="talk", init=False)


@dataclass(frozen=True)
class GoalSheet:
    """A goal of the curriculum, and where it was worked with: per place its (post id, date), and how many posts more are children's own."""

    goal: str
    label: str
    section: str
    curriculum: str
    places: tuple[tuple[str, tuple[tuple[str, datetime], ...]], ...]
    own: int = 0
    kind: Literal["goal"] = field(default="goal", init=False)


@dataclass(frozen=True)
class ConsentSheet:
    """Who may be seen in what: (name, ((purpose, yes or no), …)) in the order shown. Never any reason.

    `through` is the last day on which it is sure to hold, None while no known day changes it.
    """

    through: date | None
    rows: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]
    kind: Literal["consents"] = field(default="consents", init=False)


Sheet = TalkSheet | AnswersSheet | GoalSheet | ConsentSheet | FamilyConsentSheet


@dataclass(frozen=True)
class StandingView:
    """A page that is not a post: its id, what it shows, and a view for every photo by file name."""

    id: str
    title: str
    audience_title: str
    sheet: Sheet
    media: Mapping[str, MediaView] = field(default_factory=dict)


@dataclass(frozen=True)
class ShellView:
    """What the shell shows and starts; free of persons. Paths and integrity are those of `shell_files`, `targets` addresses that messages are sent to."""

    version: str
    modules: tuple[tuple[str, str], ...]
    style: tuple[str, str]
    rules: tuple[str, ...] = ()
    support: Support = field(default_factory=Support)
    look: Look = field(default_factory=Look)
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edition:
    """All that is to be rendered in one run; without a `shell` nothing of what is public.

    `public` are the posts of the public place; their media have relative addresses. `statement` is a public page beside them.
    """

    shell: ShellView | None
    posts: tuple[PostView, ...] = ()
    months: tuple[MonthView, ...] = ()
    public: tuple[PostView, ...] = ()
    standing: tuple[StandingView, ...] = ()
    statement: Statement | None = None


@dataclass(frozen=True)
class Pages:
    """What was rendered, in UTF-8.

    Posts and standing pages by id, months by (audience, month), public pages by path (`sida/….html`), the shell and its manifest, and by path
    (`r/….html`) what the shell says in other languages; nothing of what is public where the edition had no shell.
    """

    posts: Mapping[str, bytes]
    months: Mapping[tuple[str, str], bytes]
    public: Mapping[str, bytes] = field(default_factory=dict)
    shell: bytes = b""
    manifest: bytes = b""
    standing: Mapping[str, bytes] = field(default_factory=dict)
    retold: Mapping[str, bytes] = field(default_factory=dict)
