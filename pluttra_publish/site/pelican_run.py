"""One run of Pelican over a site's posts: its settings, its guards, and the way in.

Knows Pelican's run. Does not know what a post or a page looks like.
"""

from __future__ import annotations

import copy
import locale
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache, StrictUndefined
from pelican import Pelican
from pelican.plugins import signals
from pelican.settings import read_settings

from pluttra_publish.errors import ContentError, Findings, LeakError
from pluttra_publish.platform import cache_folder
from pluttra_publish.site import (
    light_pelican,  # noqa: F401 # before whatever imports Pelican
    plugin,
)
from pluttra_publish.site.containment import contained
from pluttra_publish.site.folders import Source, relative_name, sources
from pluttra_publish.site.generators import FOLDER_FORMAT, PageWriter
from pluttra_publish.site.languages import read_languages
from pluttra_publish.site.links import Library
from pluttra_publish.site.metadata import Surroundings
from pluttra_publish.site.quick_markdown import MARKDOWN
from pluttra_publish.site.readers import FolderReader, PlainTextReader, PostMarkdownReader
from pluttra_publish.site.run import Run, begin
from pluttra_publish.site.values import Edition, Pages, Place, Post, ProbeLike, SiteSettings

_FEEDS = [
    f"{what}_{form}"
    for form in ("ATOM", "RSS")
    for what in ("FEED", "FEED_ALL", "CATEGORY_FEED", "AUTHOR_FEED", "TAG_FEED", "TRANSLATION_FEED")
]
_OTHER_FORMATS = ("markdown", "mkd", "mdown", "rst", "html", "htm")


class GuardedPelican(Pelican):  # type: ignore[misc] # Pelican has no types
    """Pelican, with exactly our writer or none, that runs no modules from the current folder."""

    def init_path(self) -> None:
        """Leave the module path alone: a file of the preschool's must never be run as a module."""

    def _get_writer(self) -> Any:
        answers = [answer for _, answer in signals.get_writer.send(self)]
        if answers != [PageWriter]:
            found = ", ".join(getattr(answer, "__module__", "?") for answer in answers if answer is not PageWriter)
            hint = "Ta bort det tillägg ur plugins i pluttra.toml som har en egen skrivare."
            raise LeakError(f"Pelican skulle skriva med en annan skrivare än vår ({found or 'ingen'}).", hint=hint)
        return super()._get_writer()


def press(
    settings: SiteSettings,
    *,
    theme: tuple[Path, ...],
    probe: Callable[[Path], ProbeLike],
    findings: Findings,
    between: Callable[[list[Post]], Edition | None],
    today: date | None = None,
    only: Collection[str] | None = None,
) -> Pages | None:
    """Read all posts, ask `between` for the edition, and return its pages, in one run of Pelican.

    `theme` are theme folders, each with `templates/`; the first that has a template wins. Faults of posts are added to
    `findings`; `between` gets the posts that could be read, also drafts and future ones, so that it can add its own.
    `only` names the posts that are read, as `Source.name` does; all of them without it.
    Nothing is rendered if it returns None or if there are errors by then; `press` returns None in that case. Nothing is
    written to disk.

    Raises:
        LeakError: Pelican or a plugin did something that could have let clear text out, or warned outside any post.
        ContentError: there is no folder of posts.
        PluttraError: a translation of the theme can't be used.
    """
    if not settings.posts.is_dir():
        raise ContentError(f"Mappen {settings.posts.name} med inlägg finns inte.", hint="Skapa den, eller ange --site.")
    zone = settings.zone
    around = Surroundings(zone, settings.language, today or datetime.now(zone).date(), bool(settings.plugins), findings)
    posts, root = settings.posts.absolute(), settings.root.absolute()
    found = sources(posts, root, findings, only=only)
    there = (lambda: found) if only is None else (lambda: sources(posts, root, Findings()))
    library = Library(there, relative_name(posts, root))
    run = Run(settings, around, probe, between, _by_place(found), library, cache(partial(read_languages, theme)))
    with begin(run), contained(settings.plugins, run.heard):
        try:
            pelican = GuardedPelican(_pelican_settings(settings, theme))
            run.stop_on_alarms()
            pelican.run()
        except SystemExit as error:
            raise LeakError("Pelican eller ett tillägg avslutade programmet i förtid.") from error
        run.stop_on_alarms()
    if run.refused:
        raise run.refused
    return None if findings.errors else run.pages


def _by_place(found: list[Source]) -> dict[Place, list[Source]]:
    places: dict[Place, list[Source]] = defaultdict(list)
    for source in found:
        places[source.place].append(source)
    return dict(places)


def _compiled() -> FileSystemBytecodeCache | None:
    """Keep compiled templates from run to run, as Python keeps its own modules. They hold no words but the theme's."""
    folder = cache_folder("templates")
    return FileSystemBytecodeCache(str(folder)) if folder else None


def _pelican_settings(settings: SiteSettings, theme: tuple[Path, ...]) -> dict[str, Any]:
    """Return Pelican's settings: its own readers and generators find nothing, and there is nowhere to write."""
    override: dict[str, Any] = {
        "PATH": str(settings.posts.absolute()),
        "OUTPUT_PATH": str(Path(__file__) / "nowhere"),  # below a file: whatever tries to write there fails
        "THEME": str(theme[-1].absolute()),
        "THEME_TEMPLATES_OVERRIDES": [str(folder.absolute() / "templates") for folder in theme[:-1]],
        "PLUGINS": [*settings.plugins, plugin],
        "SITENAME": settings.name,
        "DEFAULT_LANG": settings.language,
        "TIMEZONE": str(settings.zone),
        "LOCALE": [locale.setlocale(locale.LC_ALL)],  # as it is
        "JINJA_ENVIRONMENT": {
            "autoescape": True,
            "extensions": ["jinja2.ext.i18n"],
            "undefined": StrictUndefined,
            "auto_reload": False,  # an environment lasts for one run, of one look
            "bytecode_cache": _compiled(),
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
        "READERS": {
            "md": PostMarkdownReader,
            "txt": PlainTextReader,
            FOLDER_FORMAT: FolderReader,
            **dict.fromkeys(_OTHER_FORMATS),
        },
        "MARKDOWN": copy.deepcopy(MARKDOWN),
        "FILENAME_METADATA": "",
        "PATH_METADATA": "",
        "FORMATTED_FIELDS": [],
        "USE_FOLDER_AS_CATEGORY": False,
        "DEFAULT_CATEGORY": "",
        "CATEGORY_SAVE_AS": "",
        "INTRASITE_LINK_REGEX": "(?P<what>(?!))",  # never matches: links are ours to resolve
        "CACHE_CONTENT": False,
        "LOAD_CONTENT_CACHE": False,
        "WITH_FUTURE_DATES": True,
        "TYPOGRIFY": False,
        **dict.fromkeys(_FEEDS),
    }
    starved = "ARTICLE_PATHS PAGE_PATHS STATIC_PATHS DIRECT_TEMPLATES THEME_STATIC_PATHS"
    override |= {name: [] for name in starved.split()}
    return dict(read_settings(override=override))
