"""The catalogues of letters: complete, and losing nothing of what they translate."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from pluttra_publish import letters
from pluttra_publish.letters.said import From, Said, invitation, notice, trial
from pluttra_publish.letters.words import LANGUAGES, SOURCE, catalogue_path, words_in

HOUSE = Path(letters.__file__).parent
OTHERS = [code for code in LANGUAGES if code != SOURCE]
COUNTS = (0, 1, 2, 3, 5, 10, 11, 21, 99, 100, 101, 103, 111)


def said_in_code() -> set[str | tuple[str, ...]]:
    """Every text that a letter says, as the code has it."""
    found = extract_from_dir(HOUSE, [("**.py", "python")], keywords={"say": None, "count": (1, 2)})
    return {message for _, _, message, _, _ in found}


def catalogue(code: str) -> Catalog:
    return read_po(BytesIO(catalogue_path(code).read_bytes()), abort_invalid=True)


def parts(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", text))


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_says_all_that_letters_say_and_nothing_else(code: str) -> None:
    messages = [message for message in catalogue(code) if message.id]
    assert {message.id for message in messages} == said_in_code()
    for message in messages:
        assert not message.fuzzy, message.id
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_keeps_every_part(code: str) -> None:
    for message in catalogue(code):
        if isinstance(message.id, str) and message.id:
            assert parts(str(message.string)) == parts(message.id), message.id


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_number_of_posts_has_its_form(code: str) -> None:
    words = words_in(code)
    for number in COUNTS:
        text = words.count("Ett nytt inlägg finns att läsa", "%(num)s nya inlägg finns att läsa", number)
        assert "%(" not in text
        assert str(number) in text or number in {1, 2}, (number, text)
    one, two = (words.count("Ett nytt inlägg finns att läsa", "%(num)s nya inlägg finns att läsa", n) for n in (1, 2))
    assert one != two


def test_arabic_has_all_six_forms() -> None:
    words = words_in("ar")
    said = {words.count("Ett nytt inlägg finns att läsa", "%(num)s nya inlägg finns att läsa", n).replace(str(n), "#") for n in COUNTS}  # fmt: skip
    assert len(said) == 6


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_letter_is_whole_in_its_language(code: str) -> None:
    words, sender, when = words_in(code), From("Backen", "förskolan"), datetime(2026, 12, 7, 12)
    letters = [
        invitation(words, sender, name="Maria", url="https://x.example", ends=when),
        notice(words, sender, count=3, url="https://x.example"),
        notice(words, sender, count=1, url="https://x.example", ends=when),
        trial(words, sender, url="https://x.example"),
    ]
    for letter in letters:
        assert (letter.language, letter.direction) == (code, "rtl" if code == "ar" else "ltr")
        for text in all_of(letter):
            assert "%" not in text
            assert code == SOURCE or not re.search(r"\b(länk|läsa|förskolan|inlägg|öppna)\b", text, re.IGNORECASE), text


def all_of(letter: Said) -> list[str]:
    single = [letter.subject, letter.greeting, letter.action, letter.beside, letter.warning, letter.keep]
    return [*single, *letter.before, *letter.after]


def test_a_region_is_its_language_and_an_unknown_one_the_next_choice() -> None:
    assert words_in("ar-SY").code == "ar"
    assert words_in("ti", "en").code == "en"
    assert words_in("ti", "pl").code == SOURCE
