"""Views to pages: what each template may see, and nothing else. Knows Jinja2. Does not know files or keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from pluttra_publish.errors import PluttraError
from pluttra_publish.site.bodies import place_figures
from pluttra_publish.site.dates import EARLIEST, long_date, month_text
from pluttra_publish.site.look import STATEMENT, SUPERVISION, Statement
from pluttra_publish.site.values import (
    CardView,
    ConsentSheet,
    Count,
    Edition,
    GoalSheet,
    MediaView,
    MonthView,
    PhotoView,
    PostView,
    ShellView,
    SiteSettings,
    StandingView,
    TalkSheet,
)

Context = Mapping[str, Any]

THEME_LANGUAGE = "sv"
"""What the templates' own words are in, and so dates too, whatever language the posts are in."""


STATEMENT_TITLE = "Tillgänglighet"
"""What the accessibility statement is called where it is linked to."""


@dataclass(frozen=True)
class PostPage:
    """What post.html and public.html see. `date_text` is empty for a public page without a date."""

    id: str
    title: str
    date: datetime
    date_text: str
    lang: str
    by: tuple[str, ...]
    children: tuple[tuple[str, str], ...]
    body: Markup
    gallery: tuple[MediaView, ...]
    audience_title: str
    goals: tuple[tuple[str, str], ...] = ()


def _listed(public: Iterable[PostView], statement: Statement | None) -> tuple[tuple[str, str, str], ...]:
    """Return the address on the host, the title and the language of every public page, in the order of their titles; the statement last."""
    rows = ((f"/sida/{view.post.address}.html", view.post.title, view.post.lang) for view in public)
    last = [(f"/sida/{STATEMENT}.html", STATEMENT_TITLE, THEME_LANGUAGE)] if statement else []
    return (*sorted(rows, key=lambda row: (row[1].casefold(), row[0])), *last)


@dataclass(frozen=True)
class Card:
    """What month.html sees of a post."""

    id: str
    title: str
    date: datetime
    date_text: str
    lang: str
    summary: str
    cover: PhotoView | None
    children: tuple[tuple[str, str], ...]
    count: Count


@dataclass(frozen=True)
class MonthPage:
    """What month.html sees."""

    title: str
    month: str
    month_text: str
    posts: tuple[Card, ...]


@dataclass(frozen=True)
class TalkPage:
    """What talk.html sees. `when` is the day in words, with the time if there is one; `follow_up` a day in words, and as ISO in
    `follow_up_day`, empty if there is none; `calendar` an address or empty."""

    title: str
    child: str
    date: datetime
    timed: bool
    when: str
    minutes: int
    place: str
    calendar: str
    invitation: Markup
    preparation: Markup
    notes: Markup
    follow_up: str
    follow_up_day: str
    gallery: tuple[MediaView, ...]


@dataclass(frozen=True)
class GoalPage:
    """What goal.html sees: per place, (post id, day as ISO, day in words); `own` counts posts that are children's own."""

    goal: str
    label: str
    section: str
    curriculum: str
    places: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]
    own: int


@dataclass(frozen=True)
class ConsentPage:
    """What consents.html sees: (name, ((purpose, yes or no), …)), and the last day it is sure to hold, if there is one, else empty."""

    title: str
    through: str
    through_text: str
    rows: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]


class Renderer:
    """Makes the contexts of one edition. A template gets what is in its context and no setting of Pelican's."""

    def __init__(self, env: Environment, edition: Edition, settings: SiteSettings) -> None:
        self._settings = settings
        self._shell = edition.shell
        macros: Any = env.get_template("media.html").make_module()
        self._figure: Callable[[MediaView, str], str] = macros.figure
        self._ids = {view.post.source: f"#/p/{view.id}" for view in edition.posts}
        self._pages = {view.post.source: f"{view.post.address}.html" for view in edition.public}
        self._public = _listed(edition.public, edition.statement)

    def post(self, view: PostView) -> Context:
        return {"post": self._page(view, self._ids)} | self._spoken()

    def public(self, view: PostView) -> Context:
        return {"post": self._page(view, self._pages), "here": f"/sida/{view.post.address}.html"} | self._house()

    def statement(self, view: Statement) -> Context:
        def told(day: date | None) -> str:
            return long_date(day, THEME_LANGUAGE) if day else ""

        days = {"assessed": told(view.assessed), "updated": told(view.updated)}
        service = {"url": self._settings.url, "supervision": SUPERVISION, "here": f"/sida/{STATEMENT}.html"}
        return {"statement": view} | days | service | self._house()

    def month(self, view: MonthView) -> Context:
        cards = tuple(self._card(card) for card in view.cards)
        text = month_text(view.month, THEME_LANGUAGE)
        return {"month": MonthPage(view.title, view.month, text, cards)} | self._spoken()

    def standing(self, view: StandingView) -> Context:
        where: dict[str, Any] = {"audience_title": view.audience_title} | self._spoken()
        match view.sheet:
            case TalkSheet() as sheet:
                return where | {"talk": self._talk(view, sheet)}
            case GoalSheet() as sheet:
                return where | {"goal": self._goal(sheet)}
            case ConsentSheet() as sheet:
                day = sheet.through.isoformat() if sheet.through else ""
                text = long_date(sheet.through, THEME_LANGUAGE) if sheet.through else ""
                return where | {"consents": ConsentPage(view.title, day, text, sheet.rows)}

    def shell(self, view: ShellView) -> Context:
        return self._house() | {
            "version": view.version,
            "modules": view.modules,
            "rules": view.rules,
        }

    def _house(self) -> dict[str, Any]:
        if self._shell is None:
            raise PluttraError("En öppen sida skulle göras utan skal.")
        return {
            "preschool": self._settings.name,
            "style": self._shell.style,
            "look": self._shell.look,
            "support": self._shell.support,
            "public": self._public,
        } | self._spoken()

    def _spoken(self) -> dict[str, Any]:
        return {"lang": THEME_LANGUAGE, "site_lang": self._settings.language}

    def _talk(self, view: StandingView, sheet: TalkSheet) -> TalkPage:
        talk, lang = sheet.talk, THEME_LANGUAGE
        placed: set[str] = set()

        def figure(name: str, caption: str) -> str:
            placed.add(name)
            return self._figure(view.media[name], caption)

        def placing(html: str) -> Markup:
            return Markup(place_figures(html, figure, lambda _: None))  # noqa: S704 # sanitised

        invitation, preparation, notes = map(placing, (talk.invitation, talk.preparation, talk.notes))
        return TalkPage(
            title=view.title,
            child=sheet.child,
            date=talk.date,
            timed=talk.timed,
            when=long_date(talk.date, lang) + (f" kl. {talk.date:%H.%M}" if talk.timed else ""),
            minutes=talk.minutes,
            place=talk.place,
            calendar=sheet.calendar,
            invitation=invitation,
            preparation=preparation,
            notes=notes,
            follow_up=long_date(talk.follow_up, lang) if talk.follow_up else "",
            follow_up_day=talk.follow_up.isoformat() if talk.follow_up else "",
            gallery=tuple(view.media[file.name] for file in talk.media if file.name not in placed),
        )

    def _goal(self, sheet: GoalSheet) -> GoalPage:
        lang = THEME_LANGUAGE
        places = tuple(
            (title, tuple((post, when.date().isoformat(), long_date(when, lang)) for post, when in posts))
            for title, posts in sheet.places
        )
        return GoalPage(sheet.goal, sheet.label, sheet.section, sheet.curriculum, places, sheet.own)

    def _page(self, view: PostView, goals: Mapping[str, str]) -> PostPage:
        post = view.post
        undated = post.place.kind == "public" and post.date.date() == EARLIEST
        placed: set[str] = set()

        def figure(name: str, caption: str) -> str:
            placed.add(name)
            if name not in view.media:
                raise PluttraError(f"Ett medium i {post.source} har ingen vy.")
            return self._figure(view.media[name], caption)

        body = Markup(place_figures(post.body, figure, lambda n: goals.get(post.links[n].goal)))  # noqa: S704 # sanitised
        return PostPage(
            id=view.id,
            title=post.title,
            date=post.date,
            date_text="" if undated else long_date(post.date, THEME_LANGUAGE),
            lang=post.lang,
            by=post.by,
            children=view.children,
            body=body,
            gallery=tuple(view.media[file.name] for file in post.media if file.name not in placed),
            audience_title=view.audience_title,
            goals=view.goals,
        )

    def _card(self, view: CardView) -> Card:
        return Card(
            id=view.id,
            title=view.title,
            date=view.date,
            date_text=long_date(view.date, THEME_LANGUAGE),
            lang=view.lang,
            summary=view.summary,
            cover=view.cover,
            children=view.children,
            count=view.count,
        )
