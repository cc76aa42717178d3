"""Views to pages: what each template may see, and nothing else. Knows Jinja2. Does not know files or keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from pluttra_publish.errors import PluttraError
from pluttra_publish.site.bodies import place_figures
from pluttra_publish.site.consent_rows import family_consents_page
from pluttra_publish.site.consent_sheets import FamilyConsentSheet
from pluttra_publish.site.dates import EARLIEST
from pluttra_publish.site.languages import SOURCE, Language, spoken
from pluttra_publish.site.look import STATEMENT, SUPERVISION, Statement
from pluttra_publish.site.shell import integrity
from pluttra_publish.site.talk_pages import TalkPage, answers_page, talk_page
from pluttra_publish.site.talk_sheets import AnswersSheet
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


@dataclass(frozen=True)
class Retold:
    """What the shell says in one language: where it lies, its integrity and content. Of the shell's own language it is the later views alone."""

    code: str
    name: str
    dir: str
    path: str
    integrity: str
    content: bytes


def retold(language: Language, version: str, content: bytes) -> Retold:
    """Return a language of the shell's list. Its file is named by what is in it, so that it may be kept forever."""
    path = f"r/{version}/{language.code.lower()}-{hashlib.sha256(content).hexdigest()[:16]}.html"
    return Retold(language.code, language.own_name, language.direction, path, integrity(content), content)


def _listed(public: Iterable[PostView], statement: Statement | None) -> tuple[tuple[str, str, str], ...]:
    """Return the address on the host, the title and the language of every public page, in the order of their titles; the statement last."""
    rows = ((f"/sida/{view.post.address}.html", view.post.title, view.post.lang) for view in public)
    last = [(f"/sida/{STATEMENT}.html", STATEMENT_TITLE, SOURCE)] if statement else []
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

    def __init__(
        self, env: Environment, edition: Edition, settings: SiteSettings, languages: Mapping[str, Language]
    ) -> None:
        self._settings = settings
        self._languages = languages
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
            return self._languages[SOURCE].long_date(day) if day else ""  # what the law asks for is in Swedish

        days = {"assessed": told(view.assessed), "updated": told(view.updated)}
        service = {"url": self._settings.url, "supervision": SUPERVISION, "here": f"/sida/{STATEMENT}.html"}
        return {"statement": view} | days | service | self._house()

    def month(self, view: MonthView) -> Context:
        cards = tuple(self._card(card) for card in view.cards)
        text = spoken().month_text(view.month)
        return {"month": MonthPage(view.title, view.month, text, cards)} | self._spoken()

    def standing(self, view: StandingView) -> Context:
        where: dict[str, Any] = {"audience_title": view.audience_title} | self._spoken()
        match view.sheet:
            case TalkSheet() as sheet:
                return where | {"talk": self._talk(view, sheet)}
            case AnswersSheet() as sheet:
                return where | {"answers": answers_page(view, sheet)}
            case GoalSheet() as sheet:
                return where | {"goal": self._goal(sheet)}
            case FamilyConsentSheet() as sheet:
                return where | {"consents": family_consents_page(view.title, sheet)}
            case ConsentSheet() as sheet:
                day = sheet.through.isoformat() if sheet.through else ""
                text = spoken().long_date(sheet.through) if sheet.through else ""
                return where | {"consents": ConsentPage(view.title, day, text, sheet.rows)}

    def shell(self, view: ShellView, told: Iterable[Retold] = (), *, whole: bool = True) -> Context:
        """What shell.html and retold.html see. `whole` asks retold.html for all views, else for the later ones. `in_english` says a text in English, for those whom the reader can't ask."""
        english = self._languages.get("en")
        return self._house() | {
            "version": view.version,
            "modules": view.modules,
            "rules": view.rules,
            "languages": tuple(told),
            "plurals": spoken().steps,
            "dates": spoken().calendar,
            "in_english": english.say if english else None,
            "whole": whole,
            "targets": view.targets,
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

    def _spoken(self) -> dict[str, str]:
        return {"lang": spoken().code, "site_lang": self._settings.language}

    def _talk(self, view: StandingView, sheet: TalkSheet) -> TalkPage:
        placed: set[str] = set()

        def figure(name: str, caption: str) -> str:
            placed.add(name)
            return self._figure(view.media[name], caption)

        def placing(html: str) -> Markup:
            return Markup(place_figures(html, figure, lambda _: None))  # noqa: S704 # sanitised

        def gallery() -> Iterable[MediaView]:
            return (view.media[file.name] for file in sheet.talk.media if file.name not in placed)

        return talk_page(view, sheet, placing, gallery)

    def _goal(self, sheet: GoalSheet) -> GoalPage:
        places = tuple(
            (title, tuple((post, when.date().isoformat(), spoken().long_date(when)) for post, when in posts))
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
            date_text="" if undated else spoken().long_date(post.date),
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
            date_text=spoken().long_date(view.date),
            lang=view.lang,
            summary=view.summary,
            cover=view.cover,
            children=view.children,
            count=view.count,
        )
