"""Views to pages: what each template may see, and nothing else. Knows Jinja2. Does not know files or keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from pluttra_publish.errors import PluttraError
from pluttra_publish.site.bodies import place_figures
from pluttra_publish.site.dates import EARLIEST, long_date, month_text
from pluttra_publish.site.values import (
    Count,
    Edition,
    MediaView,
    MonthView,
    PhotoView,
    PostView,
    ShellView,
    SiteSettings,
)

Context = Mapping[str, Any]


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


class Renderer:
    """Makes the contexts of one edition. A template gets what is in its context and no setting of Pelican's."""

    def __init__(self, env: Environment, edition: Edition, settings: SiteSettings) -> None:
        self._settings = settings
        self._shell = edition.shell
        macros: Any = env.get_template("media.html").make_module()
        self._figure: Callable[[MediaView], str] = macros.figure
        self._ids = {view.post.source: f"#/p/{view.id}" for view in edition.posts}
        self._pages = {view.post.source: f"{view.post.address}.html" for view in edition.public}

    def post(self, view: PostView) -> Context:
        return {"post": self._page(view, self._ids)}

    def public(self, view: PostView) -> Context:
        return {"post": self._page(view, self._pages)} | self._house()

    def month(self, view: MonthView) -> Context:
        cards = tuple(self._card(post) for post in view.posts)
        return {"month": MonthPage(view.title, view.month, month_text(view.month, self._settings.language), cards)}

    def shell(self, view: ShellView) -> Context:
        return self._house() | {
            "version": view.version,
            "modules": view.modules,
            "rules": view.rules,
            "contact": view.contact,
            "objects_origin": view.objects_origin,
        }

    def _house(self) -> dict[str, Any]:
        return {"preschool": self._settings.name, "lang": self._settings.language, "style": self._shell.style}

    def _page(self, view: PostView, goals: Mapping[str, str]) -> PostPage:
        post = view.post
        undated = post.place.kind == "public" and post.date.date() == EARLIEST
        placed: set[str] = set()

        def figure(name: str) -> str:
            placed.add(name)
            if name not in view.media:
                raise PluttraError(f"Ett medium i {post.source} har ingen vy.")
            return self._figure(view.media[name])

        body = Markup(place_figures(post.body, figure, lambda n: goals.get(post.links[n])))  # noqa: S704 # sanitised
        return PostPage(
            id=view.id,
            title=post.title,
            date=post.date,
            date_text="" if undated else long_date(post.date, self._settings.language),
            lang=post.lang,
            by=post.by,
            children=view.children,
            body=body,
            gallery=tuple(view.media[file.name] for file in post.media if file.name not in placed),
            audience_title=view.audience_title,
        )

    def _card(self, view: PostView) -> Card:
        post = view.post
        return Card(
            id=view.id,
            title=post.title,
            date=post.date,
            date_text=long_date(post.date, self._settings.language),
            lang=post.lang,
            summary=post.summary,
            cover=view.cover,
            children=view.children,
            count=view.count,
        )
