"""A copy of the sample preschool whose days are moved, so that it is at work this very week. Knows how days are written there, not what happened on them.

Only whole weeks are moved, so a Friday stays a Friday. Seasons and holidays that a text speaks of stay as they are.
"""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

from pluttra_publish.errors import UsageError
from pluttra_publish.settings import FILE

_WRITTEN = date(2026, 11, 23)  # Monday of the week in which the sample stands still
_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DAY_IN_WORDS = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})\b")
_DAY_IN_EXIF = re.compile(rb"(\d{4}):(\d\d):(\d\d)(?= \d\d:\d\d:\d\d)")
_TEXTS = {".csv", ".md", ".toml", ".txt"}
_NOT_THEIRS = {"privat", "public"}


def fresh_sample(sample: Path, into: Path, today: date) -> int:
    """Copy the preschool in `sample` to the folder `into`, in the place of an earlier copy; return by how many weeks its days moved.

    The same `today`, or another day of the same week, gives the same files.

    Raises:
        UsageError: something else lies in `into`.
    """
    _clear(into)
    weeks = (today - _WRITTEN).days // 7
    for path in sample.rglob("*"):
        parts = path.relative_to(sample).parts
        if path.is_file() and parts[0] not in _NOT_THEIRS:
            copy = into.joinpath(*(_moved(part, weeks) for part in parts))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(_content(path, weeks, dated=any(map(_DAY.match, parts))))
    return weeks


def _clear(into: Path) -> None:
    if into.exists() and not (into / FILE).is_file():
        raise UsageError(f"{into} är inte en kopia av exempelförskolan.", hint="Ange en ny mapp: pluttra demo provmapp")
    if into.exists():
        shutil.rmtree(into)


def _content(path: Path, weeks: int, *, dated: bool) -> bytes:
    content = path.read_bytes()
    if path.suffix in _TEXTS:
        return _moved(content.decode("utf-8"), weeks).encode()
    if path.suffix == ".jpg" and not dated:  # its post has the day from the camera
        return _DAY_IN_EXIF.sub(lambda day: f"{_later(day, weeks):%Y:%m:%d}".encode(), content)
    return content


def _moved(text: str, weeks: int) -> str:
    text = _DAY.sub(lambda day: _later(day, weeks).isoformat(), text)
    return _DAY_IN_WORDS.sub(lambda day: _in_words(_later_in_words(day, weeks)), text)


def _later(day: re.Match[str] | re.Match[bytes], weeks: int) -> date:
    year, month, number = map(int, day.groups())
    return date(year, month, number) + timedelta(weeks=weeks)


def _later_in_words(day: re.Match[str], weeks: int) -> date:
    number, month, year = day.groups()
    return date(int(year), 1 + _MONTHS.index(month), int(number)) + timedelta(weeks=weeks)


def _in_words(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
