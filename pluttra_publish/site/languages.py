"""The interface's languages: words, plurals and dates. Knows Babel and a theme's translations/. Does not know templates, nor what is said where.

A word's id is the Swedish itself, so Swedish needs no catalogue, and what a catalogue lacks is said in Swedish.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from gettext import c2py
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import tokenize_pattern
from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po
from markupsafe import Markup

from pluttra_publish.errors import PluttraError

SOURCE = "sv"
NUMBER = "%(num)s"
"""Where a plural has its number, in catalogues and in the reader alike."""

_CATALOGUE = Path("LC_MESSAGES") / "messages.po"
_REGIONS = {"en": "en-GB"}  # whose dates are expected in Sweden
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
_STEPS = 200  # to here a plural is told by the number, after that by its last two digits
_DAY_SKELETONS = ("MMMMEEEEd", "MMMMEd", "MMMEd")
_NAMED = {"c": "E", "e": "E"}


@dataclass(frozen=True, eq=False)
class Language:
    """A language of the interface: its BCP 47 code, and what its catalogues say."""

    code: str
    locale: Locale
    texts: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def own_name(self) -> str:
        """What the language calls itself."""
        name = str(Locale.parse(self.code, sep="-").get_display_name(self.code))
        return name[:1].upper() + name[1:]

    @property
    def direction(self) -> str:
        return str(self.locale.text_direction)

    def say(self, text: str) -> str:
        return self.texts.get(text, text)

    def count(self, one: str, many: str, number: int) -> str:
        """Return a plural for a number, which still has its place in it."""
        return self.forms(one, many)[self.locale.plural_form(number)]

    def forms(self, one: str, many: str) -> dict[str, str]:
        """Return a plural in every category that CLDR has for whole numbers of this language."""
        said = self.plurals.get(one, {})
        return {name: said.get(name) or (one if name == "one" else many) for _, name in self.steps}

    @property
    def steps(self) -> tuple[tuple[int, str], ...]:
        """From which number on, up to 199, which plural category counts. A greater number counts as 100 and its last two digits."""
        return _steps(self.code)

    @property
    def calendar(self) -> dict[str, Any]:
        """Return names of days and months and the patterns of dates as CLDR has them, with `{d}` and so on where a part goes.

        `{E}` is the weekday, `{M}` the month's name in a date, `{L}` the month's name alone, `{y}` the year, `{HH}` or `{H}` and
        `{mm}` the time. `days` begin with Sunday.
        """
        return _calendar(self.locale)

    def long_date(self, when: date) -> str:
        """Return `torsdag 12 mars 2026`."""
        return self._written("full", when)

    def month_text(self, month: str) -> str:
        """Return `mars 2026` for `2026-03`."""
        return self._written("month", date.fromisoformat(f"{month}-01"))

    def moment(self, when: datetime) -> str:
        """Return `torsdag 12 mars 2026 kl. 14:30`."""
        at = self.say("{day} kl. {time}")
        return at.replace("{day}", self.long_date(when)).replace("{time}", self._written("time", when))

    def _written(self, pattern: str, when: date) -> str:
        calendar = self.calendar
        parts = {
            "E": calendar["days"][(when.weekday() + 1) % 7],
            "d": str(when.day),
            "M": calendar["months"][when.month - 1],
            "L": calendar["monthsAlone"][when.month - 1],
            "y": str(when.year),
        }
        if isinstance(when, datetime):
            parts |= {"H": str(when.hour), "HH": f"{when.hour:02}", "mm": f"{when.minute:02}"}
        return str(calendar[pattern].format_map(parts))


def read_languages(theme: tuple[Path, ...]) -> dict[str, Language]:
    """Return the languages of the theme folders' `translations/`, Swedish first, then by their own names.

    Of words that several folders translate, the first folder's count.

    Raises:
        PluttraError: a catalogue can't be read, or would lose a part of what it translates.
    """
    found: dict[str, Language] = {}
    for root in reversed(theme):
        for path in sorted((root / "translations").glob(f"*/{_CATALOGUE.as_posix()}")):
            code = path.parents[1].name
            texts, plurals = _catalogue(path, path.stat().st_mtime_ns)
            before = found.get(code) or Language(code, _locale(code, path))
            found[code] = Language(code, before.locale, {**before.texts, **texts}, {**before.plurals, **plurals})
    others = sorted((one for code, one in found.items() if code != SOURCE), key=lambda one: one.own_name.casefold())
    swedish = found.get(SOURCE) or Language(SOURCE, Locale.parse(SOURCE))
    return {one.code: one for one in (swedish, *others)}


def chosen(known: Mapping[str, Language], wanted: str) -> Language:
    """Return the language of a BCP 47 tag, or Swedish when the theme doesn't have it."""
    return known.get(wanted.partition("-")[0]) or known[SOURCE]


def date_title(when: date, wanted: str) -> str:
    """Return `Torsdag 12 mars 2026` in the language of a BCP 47 tag, or in Swedish where dates in it aren't known."""
    code = wanted.partition("-")[0]
    try:
        language = Language(code, Locale.parse(_REGIONS.get(code, code), sep="-"))
    except (UnknownLocaleError, ValueError):
        language = _PLAIN
    text = language.long_date(when)
    return text[:1].upper() + text[1:]


_SPOKEN: ContextVar[Language] = ContextVar("pluttra_language")
_PLAIN = Language(SOURCE, Locale.parse(SOURCE))


def spoken() -> Language:
    """Return the language that is being rendered in: Swedish when nobody has said another."""
    return _SPOKEN.get(_PLAIN)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Render in a language."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def teach(env: Any) -> None:
    """Give a template environment gettext's functions, which say everything in the language that is being rendered in.

    `forms(one, many)` is a plural in all its forms, for the reader to choose from; `as_known(text)` is a text of the settings, translated if
    it is one that the catalogue has, and never taken for HTML.
    """
    env.install_gettext_callables(_say, _count, newstyle=True)  # so that `trans` calls them with what goes in
    env.globals |= {
        "gettext": _say,
        "ngettext": _count,
        "_": _say,
    }  # straight, and not through Jinja's own, three calls each
    env.globals["forms"] = lambda one, many: spoken().forms(one, many)
    env.globals["as_known"] = lambda text: spoken().say(text)
    env.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}


def _say(text: str, /, **parts: object) -> Markup:
    return Markup(spoken().say(text)) % parts  # noqa: S704 # of the theme


def _count(one: str, many: str, number: int, /, **parts: object) -> Markup:
    return Markup(spoken().count(one, many, number)) % {"num": number, **parts}  # noqa: S704 # of the theme


def _locale(code: str, path: Path) -> Locale:
    try:
        return Locale.parse(_REGIONS.get(code, code), sep="-")
    except (UnknownLocaleError, ValueError) as wrong:
        hint = "Mappen ska heta som språkets kod, till exempel translations/pl."
        raise PluttraError(f"Språket {code} i {_named(path)} finns inte.", hint=hint) from wrong


def _named(path: Path) -> str:
    return "/".join(path.parts[-4:])


@cache
def _catalogue(path: Path, _changed: int) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return texts, and plurals by category, of what is translated and not fuzzy."""
    code = path.parents[1].name
    try:
        catalogue = read_po(BytesIO(path.read_bytes()), locale=None, abort_invalid=True)
        index = c2py(_plural_rule(path))
    except (PoFileError, OSError, ValueError, UnicodeError) as wrong:
        raise PluttraError(f"{_named(path)} går inte att läsa.", hint="Rätta filen, eller ta bort den.") from wrong
    texts: dict[str, str] = {}
    plurals: dict[str, dict[str, str]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            if message.string:
                texts[message.id] = str(message.string)
                _same_parts(path, message, message.id, texts[message.id])
            continue
        strings = tuple(message.string or ())
        said = {name: str(strings[index(number)]) for number, name in reversed(_steps(code))}
        plurals[message.id[0]] = {name: text for name, text in said.items() if text}
        if plurals[message.id[0]]:
            _same_parts(path, message, message.id[1], said["other"])
    return texts, plurals


def _plural_rule(path: Path) -> str:
    match = re.search(r"plural=([^;\\]+);", path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError("Plural-Forms")
    return match[1]


def _same_parts(path: Path, message: Message, source: str, said: str) -> None:
    if parts(source) != parts(said):
        what = f"{_named(path)}, rad {message.lineno}: översättningen har inte samma delar som ”{source}”."
        raise PluttraError(what, hint="Allt som %(…)s, {…} och <…> ska stå i översättningen också.")


def parts(text: str) -> list[str]:
    """Return what a translation must keep as it is: placeholders and tags."""
    return sorted(_PLACEHOLDER.findall(text) + re.findall(r"<[^>]*>", text))


@cache
def _steps(code: str) -> tuple[tuple[int, str], ...]:
    rule: Callable[[int], str] = Locale.parse(code, sep="-").plural_form
    names = [rule(number) for number in range(_STEPS)]
    return tuple((n, names[n]) for n in range(_STEPS) if n == 0 or names[n] != names[n - 1])


@cache
def _calendar(locale: Locale) -> dict[str, Any]:
    full = locale.date_formats["full"].pattern
    alone = "stand-alone" if "c" in full else "format"
    days = locale.days[alone]["wide"]
    skeletons = locale.datetime_skeletons
    day = next((skeletons[name].pattern for name in _DAY_SKELETONS if name in skeletons), full)
    return {
        "days": [days[(n - 1) % 7] for n in range(7)],
        "months": list(locale.months["format"]["wide"].values()),
        "monthsAlone": list(locale.months["stand-alone"]["wide"].values()),
        "day": _pattern(day),
        "date": _pattern(locale.date_formats["long"].pattern),
        "dayMonth": _pattern(skeletons["MMMMd"].pattern),
        "full": _pattern(full),
        "month": _pattern(skeletons["yMMMM"].pattern),
        "time": _pattern(skeletons["Hm"].pattern),
    }


def _pattern(cldr: str) -> str:
    """Return a pattern of CLDR with plain names in braces: everything is written out, a clock has 24 hours."""
    text = ""
    for _, value in tokenize_pattern(cldr):
        if isinstance(value, str):
            text += value
        else:
            name, width = _NAMED.get(value[0], value[0]), value[1]
            text += f"{{{name * width if name in 'Hm' else name}}}"
    return text
