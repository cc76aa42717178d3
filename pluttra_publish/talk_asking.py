"""What a talk asks of a family today, and what is told to whom of the answers. Pure rules over the talk, its times, and who is whose guardian. Knows no HTML, ids or files.

The page that all of a child's guardians read says who has answered, never what: guardians may live apart. What they answered is for the staff.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from pluttra_publish.bookings import Booked, free_times
from pluttra_publish.register import Guardian
from pluttra_publish.register.values import fold
from pluttra_publish.site import Answers, AnswersSheet, Asked, Talk, Wish, notes_digest

Sayable = Callable[[str], bool]
"""Whether what somebody typed may stand on a page at all."""

SHOWN_FOR = timedelta(days=30)
"""So long after a talk the staff's page of its answers stays; the answers lie in the talk's folder."""

_SOMEBODY = "en vårdnadshavare"


def all_sayable(_text: str) -> bool:
    return True


def signature(guardian: Guardian, of_child: Iterable[Guardian]) -> str:
    """Return how a guardian signs what they say of a child: by name, with their id where two of the child's guardians have one name."""
    alike = [one for one in of_child if fold(one.name) == fold(guardian.name)]
    name = " ".join(guardian.name.replace("|", " ").split())
    return f"{name} ({guardian.id})" if len(alike) > 1 else name


def is_open(talk: Talk, now: datetime) -> bool:
    """Tell whether a talk's time is still to be chosen."""
    return talk.times.settled is None and any(when > now for when in talk.times.offered)


def over(talk: Talk) -> datetime:
    """Return when a talk is over, or would be: on its day, where no time is said."""
    return talk.times.end or talk.date + timedelta(days=1)


def next_change(talk: Talk, now: datetime) -> datetime | None:
    """Return the next moment at which what is asked is another; the day changes of itself."""
    moments = [*talk.times.offered, over(talk), *([talk.times.settled] if talk.times.settled else [])]
    return min((moment for moment in moments if moment >= now), default=None)


def asked_of(
    talk: Talk,
    booked: Booked,
    all_talks: Iterable[Booked],
    guardians: Iterable[Guardian],
    now: datetime,
    *,
    way_back: bool,
    sayable: Sayable,
) -> Asked:
    """Return what a talk's own page asks and says. `guardians` are the child's, today."""
    times, wanted = talk.times, tuple(guardians)
    passed = times.is_late(now)
    choosing = is_open(talk, now)
    free = tuple(when for when in free_times(booked, all_talks, now) if when != times.settled)
    own_choice = times.chosen if times.chosen and times.fixed is None else None
    changing = bool(own_choice and own_choice.by and own_choice.time > now and not passed and free and way_back)
    signers = {signature(one, wanted) for one in wanted}
    digest = notes_digest(talk.notes) if talk.notes else ""
    agreed = {one.by: one.written for one in talk.agreed if one.notes == digest}
    return Asked(
        way_back=way_back,
        choosing=choosing,
        changing=changing,
        free=free if choosing or changing else (),
        missed=tuple(_missed(talk, free, now)) if choosing or changing else (),
        chosen_by=_named(own_choice.by, sayable) if own_choice and own_choice.by else "",
        answer_by=times.answer_by,
        passed=passed,
        answering=bool(talk.questions) and now < over(talk),
        answered=tuple((_named(one.by, sayable), one.written) for one in talk.answers if one.answers),
        agreeing=way_back and bool(talk.notes) and not signers <= agreed.keys(),
        agreed=tuple((_named(by, sayable), written) for by, written in agreed.items()),
        notes=digest,
    )


def answers_of(talk: Talk, asked: Asked, now: datetime, *, page: str, sayable: Sayable) -> AnswersSheet | None:
    """Return what the staff read of the answers to a talk whose own page is `page`; None if there is nothing, or no longer."""
    wishes = talk.times.wishes
    if not (any(one.answers for one in talk.answers) or wishes) or now >= over(talk) + SHOWN_FOR:
        return None
    return AnswersSheet(
        talk=page,
        settled=talk.times.settled,
        chosen_by=asked.chosen_by,
        wishes=tuple(_wished(wish, sayable) for wish in wishes),
        answers=tuple(_said(one, sayable) for one in talk.answers if one.answers),
        agreed=asked.agreed,
    )


def _missed(talk: Talk, free: Iterable[datetime], now: datetime) -> Iterator[datetime]:
    """Yield the times that the family has asked for since it got one, and can't have."""
    chosen = talk.times.chosen
    since = chosen.written if chosen else None
    told: set[datetime] = set(free)
    for wish in talk.times.wishes:
        lost = wish.why in {"taken", "gone"} and wish.time > now and (since is None or wish.written >= since)
        if lost and wish.time not in told:
            told.add(wish.time)
            yield wish.time


def _named(by: str, sayable: Sayable) -> str:
    return by if sayable(by) else _SOMEBODY


def _wished(wish: Wish, sayable: Sayable) -> Wish:
    return replace(wish, by=_named(wish.by, sayable))


def _said(one: Answers, sayable: Sayable) -> Answers:
    """Return answers as they may be shown: without one that names somebody who may not be named, which is left empty."""
    kept = tuple(
        (question, answer) if sayable(f"{question}\n{answer}") else ("", "") for question, answer in one.answers
    )
    return replace(one, by=_named(one.by, sayable), answers=kept)
