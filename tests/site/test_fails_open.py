"""One test per way in which Pelican fails open, and what becomes of it here."""

from __future__ import annotations

import gc
import importlib
import locale
import logging
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blinker import Signal
from jinja2 import TemplateNotFound, UndefinedError
from pelican.log import LimitFilter
from pelican.plugins import signals

from pluttra_publish.errors import LeakError
from pluttra_publish.site import plugin
from tests.site.house import House

MD = "Solrosen/2026-03-12 Koja.md"
CANARY = "kanariefågel"


@pytest.fixture
def tilted(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that gives the house a plugin with this code."""
    folder = tmp_path / "tillagg"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    names: list[str] = []

    def install(code: str, name: str = "") -> None:
        name = name or f"tilted_{len(names)}_{tmp_path.name}"
        (folder / f"{name}.py").write_text("from pelican.plugins import signals\n" + code, encoding="utf-8")
        importlib.invalidate_caches()
        names.append(name)
        house.plugins += (name,)

    house.write(MD, f"Hej {CANARY}.")
    yield install
    for name in names:
        sys.modules.pop(name, None)


def test_a_plugin_whose_register_raises_stops_the_press(house: House, tilted: Any) -> None:
    tilted("def register():\n    raise ValueError('trasig')")
    with pytest.raises(LeakError, match="Cannot register plugin"):
        house.press()
    assert house.posts == []


def test_our_own_plugin_whose_register_raises_stops_the_press(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write(MD, "Hej.")

    def broken() -> None:
        raise ValueError

    monkeypatch.setattr(plugin, "register", broken)
    with pytest.raises(LeakError, match="Cannot register plugin"):
        house.press()


def test_our_own_plugin_that_registers_nothing_stops_the_press(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write(MD, "Hej.")
    monkeypatch.setattr(plugin, "register", lambda: None)
    with pytest.raises(LeakError, match="ingen"):
        house.press()


def test_a_plugin_that_cannot_be_found_stops_the_press(house: House) -> None:
    house.write(MD, "Hej.")
    house.plugins = ("finns_inte_alls",)
    with pytest.raises(LeakError, match="finns_inte_alls"):
        house.press()


def test_our_writer_is_no_closure_that_vanishes(house: House) -> None:
    house.write(MD, "Hej.")

    class Sender:
        pass

    signal = Signal()
    signal.connect(plugin.get_writer)
    signal.connect(lambda _: None)
    gc.collect()
    assert [receiver for receiver, _ in signal.send(Sender())] == [plugin.get_writer]
    assert house.press() is not None


@pytest.mark.parametrize("order", ["before", "during"])
def test_a_second_writer_stops_the_press_whichever_comes_first(house: House, tilted: Any, order: str) -> None:
    code = "from pelican.writers import Writer\nclass Theirs(Writer): pass\ndef get(pelican): return Theirs\n"
    connect = "signals.get_writer.connect(get)"
    if order == "before":
        tilted(code + f"def register():\n    {connect}")
    else:
        tilted(code + f"def late(p): {connect}\ndef register():\n    signals.all_generators_finalized.connect(late)")
    with pytest.raises(LeakError, match="skrivare"):
        house.press()
    assert house.posts == []


def test_a_broken_post_stops_the_press_instead_of_being_left_out(house: House, tilted: Any) -> None:
    tilted(
        "def burst(generator, metadata):\n    raise RuntimeError('sprack')\n"
        "def register():\n    signals.article_generator_context.connect(burst)"
    )
    error = house.error()
    assert (error.file, "RuntimeError" in error.message) == (f"inlagg/{MD}", True)


def test_a_warning_about_a_post_is_an_error_of_that_post_and_repeats_no_text(house: House, tilted: Any) -> None:
    tilted(
        "import logging\nlog = logging.getLogger(__name__)\n"
        "def warn(generator, metadata):\n    log.warning('Hm: ' + metadata['title'])\n"
        "def register():\n    signals.article_generator_context.connect(warn)"
    )
    house.write(MD, "Titel: Elsas hemlighet\n\nHej.")
    error = house.error()
    assert error.file == f"inlagg/{MD}"
    assert "Elsas" not in str(error)


def test_a_warning_outside_any_post_stops_the_press(house: House, tilted: Any) -> None:
    tilted(
        "import logging\ndef warn(generators):\n    logging.getLogger('pelican.x').warning('Hm %s', 'Elsa')\n"
        "def register():\n    signals.all_generators_finalized.connect(warn)"
    )
    with pytest.raises(LeakError) as stopped:
        house.press()
    assert "Hm %s" in str(stopped.value)
    assert "Elsa" not in str(stopped.value)


def test_a_warning_that_has_been_heard_before_is_heard_again(house: House, tilted: Any) -> None:
    tilted(
        "import logging\nfrom pelican.log import LimitFilter\n"
        "def warn(generators):\n    logging.getLogger('pelican').warning('Hm')\n"
        "def register():\n    LimitFilter._ignore.add((30, 'Hm'))\n"
        "    signals.all_generators_finalized.connect(warn)"
    )
    for _ in range(2):
        with pytest.raises(LeakError):
            house.press()
    LimitFilter._ignore.discard((30, "Hm"))


def test_a_warning_is_heard_even_where_logging_is_turned_off(house: House, tilted: Any) -> None:
    tilted(
        "import logging\ndef warn(generators):\n    logging.getLogger('pelican.generators').error('Hm')\n"
        "def register():\n    signals.all_generators_finalized.connect(warn)"
    )
    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(LeakError):
            house.press()
        assert logging.root.manager.disable == logging.CRITICAL
    finally:
        logging.disable(logging.NOTSET)


def test_only_listed_plugins_are_loaded(house: House, tilted: Any, tmp_path: Path) -> None:
    tilted(
        "def register():\n    signals.content_object_init.connect(spoil)\ndef spoil(c):\n    c._content = 'fördärvad'"
    )
    house.plugins = ()
    assert CANARY in house.page()


def test_receivers_from_an_earlier_pelican_have_no_part(house: House) -> None:
    house.write(MD, "Hej.")

    def spoil(content: Any) -> None:
        content._content = "fördärvad"

    signals.content_object_init.connect(spoil)
    try:
        assert "fördärvad" not in house.page()
        assert any(receiver is spoil for receiver in signals.content_object_init.receivers_for(None))
    finally:
        signals.content_object_init.disconnect(spoil)


@pytest.mark.parametrize("name", ["SITENAME", "PATH", "PLUGINS", "generated_content", "articles", "settings"])
def test_templates_see_neither_settings_nor_other_posts(house: House, name: str) -> None:
    house.write(MD, "Hej.")
    house.templates["post.html"] = "{{ " + name + " }}"
    with pytest.raises(UndefinedError):
        house.press()


def test_a_plugin_sees_the_posts_of_one_place_at_a_time(house: House, tilted: Any) -> None:
    house.write("barn/Elsa/2026-03-12 Tand.md", "Hej.")
    tilted(
        "def look(generator):\n    for article in generator.articles:\n"
        "        article._content = ' '.join(sorted([*generator.context['generated_content'],"
        " *(a.title for a in generator.context['articles'])]))\n"
        "def register():\n    signals.article_generator_finalized.connect(look)"
    )
    assert house.press() is not None
    assert {post.place.kind: post.body for post in house.posts} == {
        "department": "Koja Solrosen/2026-03-12 Koja.md",
        "child": "Tand barn/Elsa/2026-03-12 Tand.md",
    }


def test_a_plugin_that_moves_a_post_to_other_readers_stops_the_press(house: House, tilted: Any) -> None:
    house.write("barn/Elsa/2026-03-12 Tand.md", "Hej.")
    tilted(
        "def mix(generators):\n    shelves = [g for g in generators if getattr(g, 'articles', None)]\n"
        "    shelves[0].articles.extend(shelves[1].articles)\n"
        "def register():\n    signals.all_generators_finalized.connect(mix)"
    )
    with pytest.raises(LeakError, match="andra läsares"):
        house.press()
    assert house.posts == []


@pytest.mark.parametrize(
    "call",
    [
        "writer.write_file('a.html', generator.get_template('post'), generator.context)",
        "writer.write_feed([], generator.context, 'feed.xml')",
        "writer._open_w('a.html', 'utf-8')",
    ],
)
def test_a_plugin_that_writes_stops_the_press_even_if_it_hides_it(house: House, tilted: Any, call: str) -> None:
    tilted(
        "from pelican.generators import Generator\nclass Sneaky(Generator):\n    def generate_output(self, writer):\n"
        f"        generator = self\n        try:\n            {call}\n        except Exception:\n            pass\n"
        "def get(pelican): return Sneaky\ndef register():\n    signals.get_generators.connect(get)"
    )
    with pytest.raises(LeakError, match="klartext"):
        house.press()


def test_a_plugin_that_makes_a_writer_of_its_own_has_nowhere_to_write(
    house: House, tilted: Any, tmp_path: Path
) -> None:
    tilted(
        "from pelican.writers import Writer\nfrom pelican.generators import Generator\n"
        "class Sneaky(Generator):\n    def generate_output(self, writer):\n"
        "        Writer(self.output_path, self.settings).write_file('a.html', self.get_template('shell'), self.context)\n"
        "def get(pelican): return Sneaky\ndef register():\n    signals.get_generators.connect(get)"
    )
    with pytest.raises((OSError, UndefinedError)):
        house.press()
    assert not list(tmp_path.rglob("a.html"))


def test_a_plugin_that_ends_the_program_does_not_end_it_well(house: House, tilted: Any) -> None:
    tilted(
        "def leave(g):\n    raise SystemExit(0)\ndef register():\n    signals.all_generators_finalized.connect(leave)"
    )
    with pytest.raises(LeakError):
        house.press()


def test_nothing_is_written_remembered_or_printed(
    house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pelican.contents import Content

    house.write(MD, f"Sammanfattning: {CANARY}\n\n{CANARY}")
    house.press()
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    assert house.press() is not None
    assert sorted(tmp_path.rglob("*")) == before
    assert capfd.readouterr() == ("", "")
    assert not vars(Content)["get_content"].cache
    assert CANARY.encode() not in pickle.dumps(sorted(LimitFilter._raised_messages))


def test_afterwards_the_program_is_as_it_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write(MD, "Hej.")

    def state() -> list[Any]:
        log = logging.getLogger("pelican")
        return [
            list(sys.path),
            locale.setlocale(locale.LC_ALL),
            [dict(signal.receivers) for signal in vars(signals).values() if isinstance(signal, Signal)],
            (log.level, log.propagate, list(log.handlers), logging.getLoggerClass(), type(logging.getLogger())),
            set(LimitFilter._raised_messages),
            "filter" in vars(logging.getLogger("pelican.readers").filters[0]),
        ]

    before = state()
    house.press()
    assert state() == before
    monkeypatch.setattr(plugin, "register", lambda: None)
    with pytest.raises(LeakError):
        house.press()
    assert state() == before


def test_a_module_beside_the_posts_is_never_run(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write(MD, "Hej.")
    (tmp_path / "lonnmodul.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in ("", ".", str(tmp_path))])
    house.plugins = ("lonnmodul",)
    with pytest.raises(LeakError, match="Cannot load plugin"):
        house.press()


def test_an_incomplete_theme_stops_the_press(house: House) -> None:
    house.write(MD, "Hej.")
    house.templates["post.html"] = "{% include 'saknas.html' %}"
    with pytest.raises(TemplateNotFound):
        house.press()


def test_a_press_within_a_press_is_refused(house: House) -> None:
    house.write(MD, "Hej.")
    house.plan = lambda _: house.press()
    with pytest.raises(LeakError, match="byggs redan"):
        house.press()
