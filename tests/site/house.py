"""A small preschool's posts folder, a tiny theme, and a plan that renders everything. Does not know the real theme."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pluttra_publish.errors import ContentError, Finding, Findings
from pluttra_publish.site import (
    Edition,
    FilmView,
    MediaKind,
    MediaView,
    MonthView,
    Pages,
    PhotoView,
    Post,
    PostView,
    ShellView,
    SoundView,
    Support,
    press,
)

TODAY = date(2026, 4, 1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
KINDS: dict[str, MediaKind] = {".jpg": "photo", ".heic": "photo", ".mp4": "film", ".mov": "film", ".m4a": "sound"}
TEMPLATES = {
    "media.html": (
        "{% macro figure(view, caption='') %}<figure>{{ view.kind }}: {{ view.alt }}"
        "{% if caption %} [{{ caption }}]{% endif %}</figure>{% endmacro %}"
    ),
    "post.html": (
        "{% from 'media.html' import figure %}<h1>{{ post.title }}</h1>|{{ post.date_text }}|{{ post.body }}|"
        "{% for view in post.gallery %}{{ figure(view) }}{% endfor %}"
    ),
    "month.html": "{{ month.month_text }}:{% for card in month.posts %}[{{ card.title }}: {{ card.summary }}]{% endfor %}",
    "public.html": "{{ preschool }}: {{ post.title }}: {{ post.body }}",
    "shell.html": "{{ preschool }} {{ lang }} {{ version }} {{ support.contact }}",
    "retold.html": "{{ preschool }} {{ lang }}",
    "manifest.webmanifest": '{"name": {{ preschool|tojson }}}',
}


@dataclass(frozen=True)
class Settings:
    root: Path
    name: str = "Äppelgården"
    url: str = "https://appelgarden.example"
    language: str = "sv"
    zone: ZoneInfo = STOCKHOLM
    alt_text: str = "warn"
    plugins: tuple[str, ...] = ()

    @property
    def posts(self) -> Path:
        return self.root / "inlagg"


@dataclass(frozen=True)
class Probe:
    kind: MediaKind
    captured: datetime | None
    live: bool = False


def probe(path: Path) -> Probe:
    """Read what a fake photo says of itself: the text in it is its time of capture, or says that it was taken with a photo."""
    kind = KINDS.get(path.suffix.lower())
    text = path.read_text(encoding="utf-8")
    if kind is None or text == "trasig":
        raise ContentError("Bilden går inte att läsa.", hint="Kopiera den igen.")
    if text == "live":
        return Probe(kind, None, live=True)
    return Probe(kind, datetime.fromisoformat(text) if text else None)


@dataclass
class House:
    """A site on disk, pressed once with `press`."""

    root: Path
    alt_text: str = "warn"
    plugins: tuple[str, ...] = ()
    templates: dict[str, str] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    def write(self, path: str, text: str | bytes = "") -> Path:
        file = self.root / "inlagg" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    @property
    def theme(self) -> Path:
        folder = self.root / "theme"
        (folder / "templates").mkdir(parents=True, exist_ok=True)
        for name, text in {**TEMPLATES, **self.templates}.items():
            (folder / "templates" / name).write_text(text, encoding="utf-8")
        return folder

    def press(self) -> Pages | None:
        (self.root / "inlagg").mkdir(exist_ok=True)
        self.findings = Findings()
        settings = Settings(self.root, alt_text=self.alt_text, plugins=self.plugins)
        return press(settings, theme=(self.theme,), probe=probe, findings=self.findings, between=self.plan, today=TODAY)

    def read(self) -> Post:
        """Press, and return the only post; there must be no errors."""
        self.press()
        assert not self.findings.errors, list(map(str, self.findings.errors))
        (post,) = self.posts
        return post

    def page(self) -> str:
        """Press, and return the only post's page; there must be no errors."""
        pages = self.press()
        assert pages is not None, list(map(str, self.findings.errors))
        (page,) = pages.posts.values()
        return page.decode()

    def error(self) -> Finding:
        """Press, and return the only error."""
        assert self.press() is None
        (finding,) = self.findings.errors
        return finding

    def plan(self, posts: list[Post]) -> Edition | None:
        self.posts = posts
        views = [PostView(post, name_of(post), "Solrosen", media=views_of(post)) for post in posts]
        sealed = tuple(view for view in views if view.post.place.kind != "public")
        months = {view.post.date.strftime("%Y-%m") for view in sealed}
        return Edition(
            shell=ShellView(
                "v1", (("/r/v1/app.js", "sha384-x"),), ("/r/v1/style.css", "sha384-y"), support=Support("rektorn")
            ),
            posts=sealed,
            months=tuple(
                MonthView(
                    "solrosen", "Solrosen", month, tuple(v.card for v in sealed if f"{v.post.date:%Y-%m}" == month)
                )
                for month in sorted(months)
            ),
            public=tuple(view for view in views if view.post.place.kind == "public"),
        )


def name_of(post: Post) -> str:
    return f"id-{post.address}"


def views_of(post: Post) -> dict[str, MediaView]:
    made: dict[MediaKind, MediaView] = {}
    views: dict[str, MediaView] = {}
    for number, file in enumerate(post.media):
        url = f"media:{name_of(post)}/{number}"
        made["photo"] = PhotoView(file.alt, ((url, 480, 360), (url, 960, 720)))
        made["film"] = FilmView(file.alt, url, "video/mp4", 640, 360, 12.0)
        made["sound"] = SoundView(file.alt, url, "audio/mp4", 3.0)
        views[file.name] = made[file.kind]
    return views


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)
