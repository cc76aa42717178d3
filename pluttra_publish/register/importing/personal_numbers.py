"""Personal numbers in the forms registers write them, to one form that can be compared. Knows no persons.

They match rows with each other and are never written to the register; no message repeats one.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_LONG = re.compile(r"(\d{8})[-+ ]?([0-9A-ZÅÄÖ]{4})")
_SHORT = re.compile(r"(\d{6})([-+ ]?)([0-9A-ZÅÄÖ]{4})")


def normalise(written: str, today: date) -> str | None:
    """Return the twelve characters of `ÅÅÅÅMMDD-XXXX`, `ÅÅÅÅMMDDXXXX`, `ÅÅMMDD-XXXX` or `ÅÅMMDDXXXX`, else None.

    Co-ordination numbers (day + 60) and temporary numbers with letters count. A short form is the latest year that has
    been; `+` makes it a hundred years older. What a spreadsheet has made of a number (`2,01905E+11`) is None.
    """
    text = written.strip().upper()
    if match := _LONG.fullmatch(text):
        return match[1] + match[2] if _born(match[1]) else None
    if match := _SHORT.fullmatch(text):
        year = today.year // 100 * 100 + int(match[1][:2])
        born = _born(f"{year:04d}{match[1][2:]}")
        if born is None or born > today:
            year -= 100
        if match[2] == "+":
            year -= 100
        whole = f"{year:04d}{match[1][2:]}"
        return whole + match[3] if _born(whole) else None
    return None


def looks_like(written: str) -> bool:
    """Tell whether a text could be a personal number, in whatever state it is."""
    text = written.strip().upper()
    if match := _LONG.fullmatch(text):
        return _born(match[1]) is not None
    if match := _SHORT.fullmatch(text):
        return any(_born(f"{century}{match[1]}") for century in (19, 20))
    return bool(re.fullmatch(r"(19|20)\d?[.,]\d+E\+1[01]|[12][.,]\d+E\+1[01]", text))


def _born(eight: str) -> date | None:
    year, month, day = int(eight[:4]), int(eight[4:6]), int(eight[6:])
    try:
        born = date(year, month, day - 60 if day > 60 else day)
    except ValueError:
        return None
    return born if date(1880, 1, 1) <= born <= date.today() + timedelta(days=366) else None
