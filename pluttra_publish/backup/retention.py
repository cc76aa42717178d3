"""Which backups are kept: the newest of each of the last days and months that have any. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, tzinfo

from pluttra_publish.backup.shelf import made_at


def over(runs: Iterable[str], *, days: int, months: int, zone: tzinfo) -> list[str]:
    """Return the runs that are not kept. The newest always is."""
    newest_first = sorted(runs, reverse=True)
    kept = set(newest_first[:1])
    kept |= _newest_of_each(newest_first, days, lambda time: time.date(), zone)
    kept |= _newest_of_each(newest_first, months, lambda time: (time.year, time.month), zone)
    return [run for run in newest_first if run not in kept]


def _newest_of_each(newest_first: list[str], count: int, of: Callable[[datetime], Hashable], zone: tzinfo) -> set[str]:
    newest: dict[Hashable, str] = {}
    for run in newest_first:
        newest.setdefault(of(made_at(run).astimezone(zone)), run)
    return set(list(newest.values())[:count])
