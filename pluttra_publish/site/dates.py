"""Dates as people write them, in names and in front matter.

Knows Swedish and English, no files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

EARLIEST = date(2000, 1, 1)
AHEAD = timedelta(days=2 * 365 + 1)

_MONTHS = {
    "sv": (
        "januari", "februari", "mars", "april", "maj", "juni",
        "juli", "augusti", "september", "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_MONTH_NUMBER = {
    short: number
    for names in _MONTHS.values()
    for number, name in enumerate(names, 1)
    for short in (name.casefold(), name[:3].casefold())
}

_NAME = re.compile(
    r"(?P<year>\d{4})(?:(?P<sep>[-_.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})|(?P<mm>\d{2})(?P<dd>\d{2}))(?!\d)"
    r"(?:[ _T-]+(?:kl[ ._]*)?(?P<hour>[01]\d|2[0-3])[.:]?(?P<minute>[0-5]\d)(?!\d))?(?P<title>.*)",
    re.DOTALL,
)
_TIME = r"(?:(?:[ T]|,? kl\.? ?)(?P<hour>\d{1,2})[.:](?P<minute>\d{2})(?::\d{2})?)?"
_CLOCK = re.compile(r"(?:kl\.? ?)?(\d{1,2})[.:](\d{2})", re.IGNORECASE)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})" + _TIME)
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2})[.:](\d{2})[.:](\d{2})")
_WORDS = re.compile(
    r"(?:\w+dag(?:en)?,? )?(?:den )?(?P<day>\d{1,2})\.? (?P<name>[^\W\d_]{3,9})\.? (?P<year>\d{4})" + _TIME,
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """What a folder's or file's name says: a title, and a date, or the text of a date that isn't one."""

    title: str
    date: datetime | None = None
    wrong: str = ""


def read_name(stem: str) -> Named:
    """Return the date and title in a name like `2026-03-12 1430 Vi byggde koja` or `2026-03-12_Vi_byggde_koja`."""
    match = _NAME.fullmatch(stem)
    if match is None:
        return Named(_title(stem))
    title = _title(match["title"])
    try:
        when = datetime(
            int(match["year"]),
            int(match["month"] or match["mm"]),
            int(match["day"] or match["dd"]),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
        )
    except ValueError:
        return Named(title, wrong=stem[: match.start("title")].strip(" _-"))
    return Named(title, when)


def _title(text: str) -> str:
    text = text.strip(" _-–—,.\t")
    return " ".join((text if " " in text else text.replace("_", " ")).split())


def read_date(text: str) -> datetime:
    """Return a date written as `2026-03-12`, `2026-03-12 14:30` or `12 mars 2026 kl. 14.30`, without a zone.

    Raises:
        ValueError: it is written in another way, or there is no such day.
    """
    text = " ".join(text.split())
    match = _ISO.fullmatch(text) or _WORDS.fullmatch(text)
    if match is None:
        raise ValueError(text)
    parts = match.groupdict()
    month = _MONTH_NUMBER.get(parts["name"].casefold(), 0) if "name" in parts else int(parts["month"])
    return datetime(int(parts["year"]), month, int(parts["day"]), int(parts["hour"] or 0), int(parts["minute"] or 0))


def read_moment(text: str) -> datetime:
    """Return a date as `read_date` does, but with its seconds, if it is written as `2026-03-12 14:30:05`.

    Raises:
        ValueError: it is written in another way, or there is no such moment.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return read_date(text)
    year, month, day, hour, minute, second = map(int, match.groups())
    return datetime(year, month, day, hour, minute, second)


def read_time(text: str) -> time:
    """Return a time of day written as `14.30`, `14:30` or `kl. 14.30`.

    Raises:
        ValueError: it is written in another way, or there is no such time.
    """
    match = _CLOCK.fullmatch(" ".join(text.split()))
    if match is None:
        raise ValueError(text)
    return time(int(match[1]), int(match[2]))


def plausible(when: date, today: date) -> bool:
    """Tell whether a post could have this date: not before 2000, not more than two years ahead."""
    return EARLIEST <= when <= today + AHEAD
