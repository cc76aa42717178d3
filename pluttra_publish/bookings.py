"""Which offered times can be had: one that somebody has is taken for every talk that the same people hold. Pure rules over talks' times. Knows no files.

The same people are those that both talks name (`Pedagog`); where either names none, the staff of a department that both children are in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pluttra_publish.site import Times

_SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True)
class Booked:
    """A talk as far as its time is concerned: `places` are the departments of its child."""

    source: str
    places: frozenset[str]
    times: Times


def free_times(talk: Booked, all_talks: Iterable[Booked], now: datetime) -> tuple[datetime, ...]:
    """Return the times that a talk offers, still ahead, and that nobody else has. The talk's own doesn't count as taken."""
    taken = [(held, _end(held, other.times)) for other, held in _others(talk, all_talks)]
    return tuple(
        when
        for when in talk.times.offered
        if when > now and not any(when < end and start < _end(when, talk.times) for start, end in taken)
    )


def _others(talk: Booked, all_talks: Iterable[Booked]) -> Iterable[tuple[Booked, datetime]]:
    for other in all_talks:
        if other.source != talk.source and other.times.settled and _same_people(talk, other):
            yield other, other.times.settled


def _same_people(one: Booked, other: Booked) -> bool:
    if one.times.staff and other.times.staff:
        return bool(one.times.staff & other.times.staff)
    return bool(one.places & other.places)


def _end(start: datetime, times: Times) -> datetime:
    return start + max(timedelta(minutes=times.minutes), _SHORTEST)
