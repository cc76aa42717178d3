"""Third-party plugins: a package as an installer lays it out, in Pelican's own namespace, and its effect on pages."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pelican.plugins
import pytest

from tests.site.house import House

PLUGIN = '''
"""Greets the readers, marks words, sorts posts out, and adds a Markdown extension."""

from markdown.extensions import Extension
from markdown.inlinepatterns import SimpleTagInlineProcessor
from pelican import signals


class Struck(Extension):
    def extendMarkdown(self, md):
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"(~~)(.+?)~~", "del"), "struck", 50)


def extend(pelican):
    pelican.settings["MARKDOWN"]["extensions"].append(Struck())


def count(content):
    content.word_count = len(content._content.split())


def greet(generator):
    for article in generator.articles:
        series = article.metadata.get("series", "ingen")
        article._content += f"<p onclick='x()'>Serie: {series}, {article.word_count} ord, {article.author}.</p>"


def sort_out(generator):
    generator.articles = [article for article in generator.articles if "intern" not in str(article.metadata["tags"])]


def register():
    signals.initialized.connect(extend)
    signals.content_object_init.connect(count)
    signals.article_generator_pretaxonomy.connect(sort_out)
    signals.article_generator_finalized.connect(greet)
'''


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the package `pelican-greeting` where Python looks for packages."""
    site_packages = tmp_path / "site-packages"
    package = site_packages / "pelican" / "plugins" / "greeting"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .greeting import *  # noqa", encoding="utf-8")
    (package / "greeting.py").write_text(PLUGIN, encoding="utf-8")
    about = site_packages / "pelican_greeting-1.0.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: pelican-greeting\nVersion: 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(site_packages))
    monkeypatch.setattr(pelican.plugins, "__path__", [*pelican.plugins.__path__, str(package.parent)])
    importlib.invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.startswith("pelican.plugins.greeting")]:
        del sys.modules[name]
    vars(pelican.plugins).pop("greeting", None)


@pytest.fixture
def written(house: House) -> House:
    text = "Författare: Karin\nTaggar: skog\nSeries: Våren\n\nVi ~~var~~ *gick* ut."
    house.write("Solrosen/2026-03-12 Koja.md", text)
    house.write("Solrosen/2026-03-13 Möte.md", "Taggar: intern\n\nMöte.")
    return house


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", ["greeting", "pelican.plugins.greeting"])
def test_an_installed_plugin_has_its_effect_when_it_is_listed(written: House, name: str) -> None:
    written.plugins = (name,)
    assert written.page() == (
        "<h1>Koja</h1>|torsdag 12 mars 2026|<p>Vi <del>var</del> <em>gick</em> ut.</p>"
        "<p>Serie: Våren, 4 ord, Karin.</p>|\n"
    )


@pytest.mark.usefixtures("installed")
def test_an_installed_plugin_that_is_not_listed_has_none(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja.md", "Vi ~~var~~ ute.")
    assert house.page().endswith("<p>Vi ~~var~~ ute.</p>|\n")


def test_a_field_that_only_a_plugin_knows_is_an_error_without_plugins(written: House) -> None:
    assert "Series" in written.error().message


@pytest.mark.usefixtures("installed")
def test_a_plugin_leaves_no_trace_for_the_next_press(written: House, tmp_path: Path) -> None:
    written.plugins = ("greeting",)
    first = written.page()
    assert written.page() == first
    other = House(tmp_path / "annan")
    other.write("Solrosen/2026-03-12 Koja.md", "Vi ~~var~~ ute.")
    assert "~~" in other.page()
