"""The interface's languages: every one says everything, in its own words, with nothing lost on the way."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from pluttra_publish.errors import Findings, PluttraError
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import DEFAULT_RULES
from pluttra_publish.site.languages import chosen, date_title, parts, read_languages
from pluttra_publish.site.look import Support
from pluttra_publish.site.own_theme import check_own_theme
from tests.site.words import HOUSE, environment, languages, said_in_templates, same_as_swedish, words_in

OTHERS = ("ar", "en", "fi", "so")
READER = theme_folder() / "static" / "reader"
TEMPLATES = theme_folder() / "templates"


def catalogue(code: str) -> Catalog:
    path = theme_folder() / "translations" / code / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), abort_invalid=True)


def test_five_languages_are_spoken_each_by_its_own_name() -> None:
    spoken = languages()
    assert [(code, one.own_name, one.direction) for code, one in spoken.items()] == [
        ("sv", "Svenska", "ltr"),
        ("en", "English", "ltr"),
        ("so", "Soomaali", "ltr"),
        ("fi", "Suomi", "ltr"),
        ("ar", "العربية", "rtl"),
    ]


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_lacks_nothing_and_has_nothing_fuzzy_or_left_over(code: str) -> None:
    messages = {message.id: message for message in catalogue(code) if message.id}
    assert set(messages) == said_in_templates()
    assert [message.id for message in messages.values() if message.fuzzy or not all(strings(message.string))] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_keeps_every_placeholder_and_tag(code: str) -> None:
    for message in catalogue(code):
        if message.id and isinstance(message.id, str):
            assert parts(str(message.string)) == parts(message.id), message.id
        for text in strings(message.string) if isinstance(message.id, tuple) else ():
            assert set(parts(text)) <= set(parts(message.id[1])), text


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_does_not_merely_repeat_the_swedish(code: str) -> None:
    repeated = {
        (code, text) for message in catalogue(code) if message.id for text in [message.id] if message.string == text
    }
    assert repeated == {pair for pair in same_as_swedish() if pair[0] == code}


def strings(translated: object) -> tuple[str, ...]:
    return tuple(map(str, translated)) if isinstance(translated, tuple | list) else (str(translated or ""),)


def test_the_docs_say_which_catalogues_nobody_has_reviewed() -> None:
    page = (HOUSE / "docs" / "languages.md").read_text(encoding="utf-8")
    for code in OTHERS:
        path = theme_folder() / "translations" / code / "LC_MESSAGES" / "messages.po"
        unreviewed = "# Not reviewed" in path.read_text(encoding="utf-8")
        assert f"| `{code}` |" in page
        (row,) = re.findall(rf"^\| `{code}` \|.*$", page, re.MULTILINE)
        assert ("not reviewed" in row) == unreviewed


def test_the_settings_own_words_are_translated_while_nobody_has_changed_them() -> None:
    assert {*DEFAULT_RULES, "förskolan"} <= said_in_templates()


def test_every_word_that_the_reader_says_is_in_its_words() -> None:
    words = json.loads(words_in(languages()["sv"]))
    for module in sorted(READER.glob("*.js")):
        text = module.read_text(encoding="utf-8")
        said = {*re.findall(r"\bWORDS\.(\w+)", text), *re.findall(r"\bplural\('(\w+)'", text)}
        assert said <= set(words), module.name


def marked(attribute: str) -> list[tuple[str, str, str]]:
    """(template, key, what the element says in the preschool's language) for every word that can be said again."""
    said = r"\{% trans %\}(.*?)\{% endtrans %\}"
    found = []
    for template in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        for match in re.finditer(rf'{attribute}="(\w+)"(?:[^<>]*>{said})?', text):
            found.append((template.name, match[1], match[2] or ""))
    return found


def test_every_word_marked_in_a_template_can_be_said_again_and_is_the_same_word() -> None:
    words = json.loads(words_in(languages()["sv"]))
    found = marked("data-word")
    assert len(found) > 15
    for template, key, said in found:
        if key not in {"day", "moment", "month", "count"}:
            assert key in words, (template, key)
            assert not said or said == words[key], (template, key)
    for template, key, _ in marked("data-label"):
        assert key in words, (template, key)


def test_no_key_of_the_words_is_left_unsaid() -> None:
    code = "".join(module.read_text(encoding="utf-8") for module in READER.glob("*.js"))
    pages = "".join(template.read_text(encoding="utf-8") for template in TEMPLATES.rglob("*.html"))
    for key in json.loads(words_in(languages()["sv"])):
        assert re.search(rf"WORDS\.{key}\b|plural\('{key}'", code) or re.search(
            rf'data-(word|label)="[^>]*\b{key}\b|"{key}"', pages
        ), key


@pytest.mark.parametrize("code", ["sv", *OTHERS])
def test_a_day_is_written_as_unicode_says_that_the_language_writes_it(code: str) -> None:
    language = languages()[code]
    for month in range(1, 13):
        day = date(2026, month, 3 + month)
        assert language.long_date(day) == format_date(day, "full", language.locale)


def test_a_month_and_a_moment_are_written_as_each_language_has_them() -> None:
    spoken, at = languages(), datetime(2026, 3, 12, 9, 5)
    assert spoken["sv"].month_text("2026-03") == "mars 2026"
    assert spoken["fi"].month_text("2026-03") == "maaliskuu 2026"
    assert spoken["sv"].moment(at) == "torsdag 12 mars 2026 kl. 09:05"
    assert spoken["ar"].moment(at) == "الخميس، 12 مارس 2026، الساعة 09:05"


def test_a_post_without_a_title_is_called_by_its_day_in_the_preschool_s_language() -> None:
    day = date(2026, 3, 12)
    assert date_title(day, "sv") == "Torsdag 12 mars 2026"
    assert date_title(day, "en-SE") == "Thursday, 12 March 2026"
    assert date_title(day, "nonsense") == "Torsdag 12 mars 2026"


def test_a_plural_is_chosen_by_the_language_s_own_rule() -> None:
    arabic = languages()["ar"]
    count = [arabic.count("%(num)s bild", "%(num)s bilder", n) for n in (0, 1, 2, 3, 11, 100)]
    assert count == ["لا صور", "صورة واحدة", "صورتان", "%(num)s صور", "%(num)s صورة", "%(num)s صورة"]


def test_a_language_that_nobody_has_translated_falls_back_to_swedish() -> None:
    spoken = languages()
    assert chosen(spoken, "ar-SY").code == "ar"
    assert chosen(spoken, "tlh").code == "sv"


def test_a_preschool_s_own_words_win_and_a_language_of_its_own_is_spoken(tmp_path: Path) -> None:
    write(tmp_path, "en", 'msgid "Hela förskolan"\nmsgstr "Everybody at Backen"\n')
    write(tmp_path, "pl", 'msgid "Hela förskolan"\nmsgstr "Całe przedszkole"\n')
    spoken = read_languages((tmp_path, theme_folder()))
    assert spoken["en"].say("Hela förskolan") == "Everybody at Backen"
    assert spoken["en"].say("Avdelning") == "Department"
    assert (spoken["pl"].say("Hela förskolan"), spoken["pl"].say("Avdelning")) == ("Całe przedszkole", "Avdelning")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('msgid "Hör av dig till %(who)s."\nmsgstr "Get in touch."\n', "samma delar"),
        ('msgid "<strong>Säkert?</strong> Du"\nmsgstr "<b>Sure?</b>"\n', "samma delar"),
        ('msgid "Hej\n', "går inte att läsa"),
    ],
)
def test_a_translation_that_would_lose_something_is_refused(tmp_path: Path, entry: str, message: str) -> None:
    write(tmp_path, "en", entry)
    with pytest.raises(PluttraError, match=message):
        read_languages((tmp_path, theme_folder()))


def test_a_folder_that_is_no_language_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "klingonska", "")
    with pytest.raises(PluttraError, match="klingonska"):
        read_languages((tmp_path,))


def test_a_text_of_the_settings_is_never_taken_for_html() -> None:
    parts_of_views = environment().get_template("reader/parts.html")
    spoken = {"lang": "ar", "site_lang": "sv"}
    context = {"rules": ("Ring <b>oss</b> & vänta",), "support": Support("A & <i>B</i>"), "public": (), **spoken}
    module = parts_of_views.make_module(context)
    assert "<b>" not in module.agreed()
    assert '<span lang="sv" dir="ltr">Ring &lt;b&gt;oss&lt;/b&gt; &amp; vänta</span>' in module.agreed()
    assert "A &amp; &lt;i&gt;B&lt;/i&gt;" in module.ask()


def write(theme: Path, code: str, entry: str) -> None:
    folder = theme / "translations" / code / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    (folder / "messages.po").write_text(head + entry, encoding="utf-8")


def test_a_preschool_s_translations_may_lie_in_its_theme(tmp_path: Path) -> None:
    write(tmp_path, "pl", "")
    findings = Findings()
    check_own_theme(tmp_path, theme_folder(), findings)
    assert not findings.errors
    (tmp_path / "translations" / "pl" / "LC_MESSAGES" / "messages.mo").write_bytes(b"")
    check_own_theme(tmp_path, theme_folder(), findings)
    assert [finding.file for finding in findings.errors] == ["theme/translations/pl/LC_MESSAGES/messages.mo"]
