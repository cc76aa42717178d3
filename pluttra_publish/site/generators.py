"""Our generators, writer and receivers inside Pelican's run.

A `Shelf` reads the posts of one place, and plugins that look at it see no other place. The `Workshop` asks for the plan
and renders. Nothing is written to disk: pages stay in memory, and whoever else tries to write is stopped.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any, ClassVar

from pelican.contents import Article, SkipStub
from pelican.generators import ArticlesGenerator, Generator
from pelican.plugins import signals
from pelican.utils import order_content
from pelican.writers import Writer

from pluttra_publish.errors import ContentError, LeakError, PluttraError
from pluttra_publish.site.bodies import Cleaner
from pluttra_publish.site.consent_sheets import FamilyConsentSheet
from pluttra_publish.site.folders import Source
from pluttra_publish.site.languages import chosen, speaking, spoken, teach
from pluttra_publish.site.look import STATEMENT
from pluttra_publish.site.posts import make_post, open_media
from pluttra_publish.site.readers import UnusableError
from pluttra_publish.site.render import Context, Renderer, Retold, retold
from pluttra_publish.site.run import Opened, current_run
from pluttra_publish.site.talk_sheets import AnswersSheet
from pluttra_publish.site.values import Edition, Pages, Place, Post, ShellView, StandingView

FOLDER_FORMAT = "pluttra-folder"


class PageWriter(Writer):  # type: ignore[misc] # Pelican has no types
    """Renders pages into memory, for our workshop alone.

    Raises:
        LeakError: anybody asks it to write a file or a feed.
    """

    def render(self, template: Any, context: Context) -> bytes:
        return str(template.render(context)).strip().encode() + b"\n"

    def write_file(self, *_: Any, **__: Any) -> None:
        raise self._refusal()

    def write_feed(self, *_: Any, **__: Any) -> None:
        raise self._refusal()

    def _open_w(self, *_: Any, **__: Any) -> None:
        raise self._refusal()

    def _refusal(self) -> LeakError:
        message = "Ett tillägg till Pelican försökte skriva en fil i klartext."
        error = LeakError(message, hint="Ta bort tillägget ur plugins i pluttra.toml.")
        current_run().refused = error
        return error


class Workshop(Generator):  # type: ignore[misc]
    """Has the templates; renders all pages of the edition that the plan returns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current_run().workshop = self
        teach(self.env)

    def generate_output(self, writer: Any) -> None:
        run = current_run()
        run.stop_on_alarms()
        posts = _posts()
        edition = run.plan(posts)
        if edition is None or run.findings.errors:
            return
        if type(writer) is not PageWriter:
            raise LeakError("Pelican skulle skriva sidorna med en främmande skrivare.")
        languages = run.languages()
        with speaking(chosen(languages, run.settings.language)):
            run.pages = self._rendered(writer, Renderer(self.env, edition, run.settings, languages), edition)

    def _rendered(self, writer: PageWriter, renderer: Renderer, edition: Edition) -> Pages:
        post, month = self.get_template("post"), self.get_template("month")
        sealed = Pages(
            posts={view.key or view.id: writer.render(post, renderer.post(view)) for view in edition.posts},
            months={(view.audience, view.month): writer.render(month, renderer.month(view)) for view in edition.months},
            standing={view.id: self._standing(view, writer, renderer) for view in edition.standing},
        )
        return self._in_clear(sealed, edition, edition.shell, writer, renderer) if edition.shell else sealed

    def _in_clear(
        self, sealed: Pages, edition: Edition, view: ShellView, writer: PageWriter, renderer: Renderer
    ) -> Pages:
        public, shell = self.get_template("public"), self.get_template("shell")
        manifest = self.env.get_template("manifest.webmanifest")
        told = self._retold(writer, renderer, view)
        pages = {
            f"sida/{page.post.address}.html": writer.render(public, renderer.public(page)) for page in edition.public
        }
        return replace(
            sealed,
            public=pages | self._statement(edition, writer, renderer),
            shell=writer.render(shell, renderer.shell(view, told)),
            manifest=writer.render(manifest, renderer.shell(view)),
            retold={one.path: one.content for one in told},
        )

    def _retold(self, writer: PageWriter, renderer: Renderer, shell: ShellView) -> tuple[Retold, ...]:
        """Return the views and words in every language; in the one that the shell itself has, the later views alone."""
        told: list[Retold] = []
        own = spoken()
        for language in current_run().languages().values():
            with speaking(language):
                content = writer.render(self.get_template("retold"), renderer.shell(shell, whole=language is not own))
            told.append(retold(language, shell.version, content))
        return tuple(told)

    def _statement(self, edition: Edition, writer: PageWriter, renderer: Renderer) -> dict[str, bytes]:
        if edition.statement is None:
            return {}
        template = self.get_template("statement")
        return {f"sida/{STATEMENT}.html": writer.render(template, renderer.statement(edition.statement))}

    def _standing(self, view: StandingView, writer: PageWriter, renderer: Renderer) -> bytes:
        own = {AnswersSheet: "answers", FamilyConsentSheet: "family-consents"}
        template = own.get(type(view.sheet), view.sheet.kind)
        return writer.render(self.get_template(template), renderer.standing(view))


class Shelf(ArticlesGenerator):  # type: ignore[misc]
    """The posts of one place. Looks to plugins like Pelican's own generator of articles, with a context of its own."""

    place: ClassVar[Place]

    def __init__(self, context: Any, settings: Any, path: str, theme: str, output_path: str, **_: Any) -> None:
        # Not Pelican's __init__: it makes a template environment and readers anew for every place.
        run = current_run()
        shared = {"generated_content": {}, "static_content": {}, "static_links": set(), "localsiteurl": ""}
        self.context = {**settings, **shared}
        self.settings, self.path, self.theme, self.output_path = settings, path, theme, output_path
        self.env, self.readers = run.workshop.env, run.workshop.readers
        self._templates: dict[str, Any] = {}
        self._templates_path = run.workshop._templates_path
        for name in (
            "articles",
            "translations",
            "hidden_articles",
            "hidden_translations",
            "drafts",
            "drafts_translations",
        ):
            setattr(self, name, [])
        self.dates: list[Any] = []
        self.related_posts: list[Any] = []
        self.tags: Any = defaultdict(list)
        self.categories: Any = defaultdict(list)
        self.authors: Any = defaultdict(list)
        self.period_archives: Any = defaultdict(list)
        self.opened: dict[int, tuple[Any, Opened]] = {}  # by identity: an article that a plugin brings here has none
        run.shelves.append(self)
        signals.article_generator_init.send(self)

    def generate_context(self) -> None:
        articles = [article for source in current_run().sources[self.place] if (article := self._read(source))]
        for article in articles:
            self.add_source_path(article)
        self.articles = order_content(
            [a for a in articles if a.status == "published"], self.settings["ARTICLE_ORDER_BY"]
        )
        self.drafts = order_content([a for a in articles if a.status != "published"], self.settings["ARTICLE_ORDER_BY"])
        signals.article_generator_pretaxonomy.send(self)
        for article in self.articles:
            if hasattr(article, "category"):
                self.categories[article.category].append(article)
            for tag in getattr(article, "tags", ()):
                self.tags[tag].append(article)
            for author in getattr(article, "authors", ()):
                self.authors[author].append(article)
        self.dates = sorted(self.articles, key=lambda article: article.date, reverse=True)
        self.categories, self.authors = sorted(self.categories.items()), sorted(self.authors.items())
        self._update_context(("articles", "drafts", "dates", "tags", "categories", "authors"))
        signals.article_generator_finalized.send(self)

    def check_disabled_readers(self) -> None:
        """Nothing to check: folders.py has looked at every file."""

    def generate_output(self, writer: Any) -> None:
        """Nothing to write: the workshop renders."""

    def _read(self, source: Source) -> Any:
        run = current_run()
        run.reading = opened = Opened(source, open_media(source, run))
        path = source.text or source.path
        try:
            article = self.readers.read_file(
                base_path=self.path,
                path=str(path),
                content_class=Article,
                fmt=FOLDER_FORMAT if source.text is None else _FORMATS.get(path.suffix.lower(), "md"),
                context=self.context,
                preread_signal=signals.article_generator_preread,
                preread_sender=self,
                context_signal=signals.article_generator_context,
                context_sender=self,
            )
        except UnusableError:
            return None
        except PluttraError:
            raise
        except Exception as error:
            message = f"Inlägget gick inte att läsa ({type(error).__name__})."
            mend = "Skriv texten enklare, eller slå av tilläggen (plugins) och försök igen."
            run.findings.error(ContentError, source.text_name, "", message, mend)
            return None
        finally:
            run.reading = None
        if isinstance(article, SkipStub):
            return None
        self.opened[id(article)] = (article, opened)
        return article


_FORMATS = {".txt": "txt"}


def _posts() -> list[Post]:
    """Return the posts on all shelves, as plugins have left them."""
    run = current_run()
    cleaner = Cleaner()
    posts: list[Post] = []
    seen: dict[tuple[Place, str], Post] = {}
    for shelf in run.shelves:
        for article in [*shelf.articles, *shelf.drafts]:
            _, opened = shelf.opened.get(id(article), (None, None))
            if opened is None:
                message = "Ett tillägg till Pelican lade ett inlägg bland andra läsares."
                raise LeakError(message, hint="Ta bort tillägget ur plugins i pluttra.toml.")
            post = make_post(article, opened, run, cleaner)
            key = (Place(post.place.kind, post.place.name.casefold()), post.address.casefold())
            other = seen.setdefault(key, post)
            if other is not post:
                message = f"Inlägget får samma adress som ”{other.source}”."
                run.findings.error(ContentError, post.source, "namnet", message, "Ge ett av dem ett annat namn.")
            posts.append(post)
    return posts


def shelf_classes(places: list[Place]) -> tuple[type, ...]:
    """Return a generator class per place, since Pelican makes its generators itself."""
    return tuple(type("Shelf", (Shelf,), {"place": place}) for place in places)
