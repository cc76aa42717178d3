"""Which offered times can be had, when others have some."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pluttra_publish.bookings import Booked, free_times
from pluttra_publish.site import Choice, Times

ZONE = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 23, 12, tzinfo=ZONE)


def at(hour: int, minute: int = 0, day: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def talk(
    source: str,
    *offered: datetime,
    chosen: datetime | None = None,
    minutes: int = 0,
    places: str = "sol",
    staff: str = "",
) -> Booked:
    times = Times(offered, minutes=minutes, staff=frozenset(staff.split()), chosen=Choice(chosen) if chosen else None)
    return Booked(source, frozenset(places.split()), times)


ALVA = talk("alva", at(14), at(14, 30), at(15), minutes=30)


def test_with_nobody_else_all_that_lie_ahead_are_free() -> None:
    assert free_times(talk("alva", at(9, day=23), at(14)), [], NOW) == (at(14),)


@pytest.mark.parametrize(
    ("chosen", "minutes", "free"),
    [
        (at(14, 30), 30, (at(14), at(15))),
        (at(14, 30), 0, (at(14), at(15))),
        (at(14, 15), 30, (at(15),)),
        (at(13), 180, ()),
        (at(14, 45), 5, (at(14), at(15))),
        (at(14, 30, day=29), 30, (at(14), at(14, 30), at(15))),
    ],
)
def test_a_time_is_taken_while_another_talk_goes_on(chosen: datetime, minutes: int, free: tuple[datetime, ...]) -> None:
    other = talk("bo", chosen=chosen, minutes=minutes)
    assert free_times(ALVA, [ALVA, other], NOW) == free


def test_a_talks_own_time_is_not_taken() -> None:
    own = talk("alva", at(14), at(15), chosen=at(14))
    assert free_times(own, [own], NOW) == (at(14), at(15))


@pytest.mark.parametrize(
    ("one", "other", "taken"),
    [
        (("sol", ""), ("sol", ""), True),
        (("sol", ""), ("bla", ""), False),
        (("sol bla", ""), ("bla", ""), True),
        (("sol", "petra"), ("sol", "leila"), False),
        (("sol", "petra"), ("bla", "petra"), True),
        (("sol", "petra leila"), ("sol", "leila"), True),
        (("sol", "petra"), ("sol", ""), True),
        (("sol", "petra"), ("bla", ""), False),
    ],
)
def test_it_is_the_same_people_who_can_not_be_in_two_places(
    one: tuple[str, str], other: tuple[str, str], taken: bool
) -> None:
    mine = talk("alva", at(14), places=one[0], staff=one[1])
    theirs = talk("bo", chosen=at(14), places=other[0], staff=other[1])
    assert free_times(mine, [theirs], NOW) == (() if taken else (at(14),))
