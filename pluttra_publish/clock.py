"""What time it is for a run, and from which month on anything can be read. Knows no files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

VARIABLE = "SOURCE_DATE_EPOCH"


class HasZone(Protocol):
    """The settings, as far as a clock is concerned."""

    @property
    def zone(self) -> ZoneInfo: ...


def now_of(settings: HasZone) -> datetime:
    """Return the time in the site's zone; SOURCE_DATE_EPOCH, if it is set, so that a build can be made again to the byte."""
    fixed = os.environ.get(VARIABLE)
    return datetime.fromtimestamp(int(fixed), settings.zone) if fixed else datetime.now(settings.zone)


def earliest_month(known: str | None, now: datetime, days: Iterable[date]) -> str:
    """Return the earliest month, `YYYY-MM`, that anything is sealed for: one `known` from before, that of one of `days`, or the present one."""
    return min([f"{now:%Y-%m}", *([known] if known else []), *(f"{day:%Y-%m}" for day in days)])
