"""What letters say, in a family's language: words, plurals, days. Knows Babel and the catalogues beside it. Does not know letters.

A word's id is the Swedish itself, so Swedish needs no catalogue, and what a catalogue lacks is said in Swedish.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

SOURCE = "sv"
LANGUAGES = ("sv", "en", "ar", "so", "fi")
"""The languages that letters are written in. Whoever reads another gets the site's, or Swedish."""

_FOLDER = Path(__file__).parent / "translations"
_REGIONS = {"en": "en_GB"}  # whose dates are expected in Sweden
_OPEN, _CLOSE = "\u2068", "\u2069"


@dataclass(frozen=True)
class Words:
    """One language, and what its catalogue says."""

    code: str
    _locale: Locale = field(repr=False)
    _catalogue: NullTranslations = field(repr=False)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self._locale.text_direction)

    def say(self, text: str, **parts: str) -> str:
        """Return a text with its parts in their places; what the parts are written in does not turn the text around."""
        return self._placed(self._catalogue.gettext(text), parts)

    def count(self, one: str, many: str, number: int, **parts: str) -> str:
        """Return a plural, with its number in the place of `%(num)s`."""
        return self._placed(self._catalogue.ngettext(one, many, number), {"num": str(number), **parts})

    def moment(self, when: datetime) -> str:
        """Return `måndag 7 december 2026 kl. 12:00`, with Western numerals as on the pages themselves."""
        day = format_date(when, "full", self._locale)
        return self.say("%(day)s kl. %(time)s", day=day, time=f"{when:%H:%M}")

    def _placed(self, text: str, parts: dict[str, str]) -> str:
        if self.direction == "rtl":
            parts = {name: f"{_OPEN}{part}{_CLOSE}" for name, part in parts.items()}
        return text % parts if parts else text


def words_in(*wanted: str) -> Words:
    """Return the words of the first of some BCP 47 tags that letters are written in, else Swedish."""
    return _words(next((code for tag in wanted if (code := tag.partition("-")[0]) in LANGUAGES), SOURCE))


def catalogue_path(code: str) -> Path:
    """Return where a language's catalogue lies."""
    return _FOLDER / code / "LC_MESSAGES" / "messages.po"


@cache
def _words(code: str) -> Words:
    locale = Locale.parse(_REGIONS.get(code, code))
    if code == SOURCE:
        return Words(code, locale, NullTranslations())
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(catalogue_path(code).read_bytes()), abort_invalid=True))
    compiled.seek(0)
    return Words(code, locale, Translations(compiled))
