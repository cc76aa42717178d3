"""A talk's sheets to what talk.html and answers.html see: days and times in words, names, and what is asked. Knows languages. Does not know Jinja2's templates, files or keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from pluttra_publish.site.languages import Language, spoken
from pluttra_publish.site.talk_sheets import AnswersSheet
from pluttra_publish.site.talk_times import Why
from pluttra_publish.site.values import MediaView, StandingView, TalkSheet

Said = tuple[str, str]
"""A day, or a moment, as ISO and in words."""


@dataclass(frozen=True)
class Question:
    """A question of a talk, and the name of its field: the same as long as the question is."""

    name: str
    text: str


@dataclass(frozen=True)
class TalkPage:
    """What talk.html sees. `when` is the day in words, with the time if there is one, and empty while it is to be chosen; `follow_up` a day in words, and as ISO in
    `follow_up_day`, empty if there is none; `calendar` an address or empty.

    `free` and `missed` are moments, `free` with the value that a message has; the others are as in `Asked`.
    """

    id: str
    title: str
    child: str
    date: datetime
    timed: bool
    when: str
    minutes: int
    place: str
    calendar: str
    invitation: Markup
    preparation: Markup
    notes: Markup
    follow_up: str
    follow_up_day: str
    gallery: tuple[MediaView, ...]
    way_back: bool
    choosing: bool
    changing: bool
    free: tuple[tuple[str, Said], ...]
    missed: tuple[Said, ...]
    chosen_by: str
    answer_by: Said | None
    passed: bool
    questions: tuple[Question, ...]
    answered: tuple[tuple[str, Said | None], ...]
    agreeing: bool
    agreed: tuple[tuple[str, Said], ...]
    notes_digest: str


@dataclass(frozen=True)
class AnswersPage:
    """What answers.html sees. `wishes` are (name, time, when it was said, why it came to nothing), `answers` (name, when, late, ((question, paragraphs), …), file); a pair that
    says nothing stands for what can't be shown."""

    title: str
    talk: str
    settled: Said | None
    chosen_by: str
    wishes: tuple[tuple[str, Said, Said, Why], ...]
    answers: tuple[tuple[str, Said | None, bool, tuple[tuple[str, tuple[str, ...]], ...], str], ...]
    agreed: tuple[tuple[str, Said], ...]


def talk_page(
    view: StandingView, sheet: TalkSheet, placing: Callable[[str], Markup], gallery: Callable[[], Iterable[MediaView]]
) -> TalkPage:
    """Return what talk.html sees. `placing` puts photos into a text; `gallery`, asked after that, gives those that are left."""
    talk, asked, language = sheet.talk, sheet.asked, spoken()
    invitation, preparation, notes = map(placing, (talk.invitation, talk.preparation, talk.notes))
    return TalkPage(
        id=view.id,
        title=view.title,
        child=sheet.child,
        date=talk.date,
        timed=talk.timed,
        when="" if asked.choosing else language.moment(talk.date) if talk.timed else language.long_date(talk.date),
        minutes=talk.minutes,
        place=talk.place,
        calendar=sheet.calendar,
        invitation=invitation,
        preparation=preparation,
        notes=notes,
        follow_up=language.long_date(talk.follow_up) if talk.follow_up else "",
        follow_up_day=talk.follow_up.isoformat() if talk.follow_up else "",
        gallery=tuple(gallery()),
        way_back=asked.way_back,
        choosing=asked.choosing,
        changing=asked.changing,
        free=tuple((f"{when:%Y-%m-%dT%H:%M}", _moment(when, language)) for when in asked.free),
        missed=tuple(_moment(when, language) for when in asked.missed),
        chosen_by=asked.chosen_by,
        answer_by=_day(asked.answer_by, language) if asked.answer_by else None,
        passed=asked.passed,
        questions=tuple(_question(text) for text in talk.questions) if asked.answering else (),
        answered=tuple((name, _day(when, language) if when else None) for name, when in asked.answered),
        agreeing=asked.agreeing,
        agreed=tuple((name, _day(when, language)) for name, when in asked.agreed),
        notes_digest=asked.notes,
    )


def answers_page(view: StandingView, sheet: AnswersSheet) -> AnswersPage:
    """Return what answers.html sees. All that somebody typed is text, which the template escapes."""
    language = spoken()
    return AnswersPage(
        title=view.title,
        talk=sheet.talk,
        settled=_moment(sheet.settled, language) if sheet.settled else None,
        chosen_by=sheet.chosen_by,
        wishes=tuple(
            (wish.by, _moment(wish.time, language), _day(wish.written, language), wish.why) for wish in sheet.wishes
        ),
        answers=tuple(
            (
                one.by,
                _moment(one.written, language) if one.written else None,
                one.late,
                tuple((question, _paragraphs(answer)) for question, answer in one.answers),
                one.file,
            )
            for one in sheet.answers
        ),
        agreed=tuple((name, _day(when, language)) for name, when in sheet.agreed),
    )


def _question(text: str) -> Question:
    return Question(f"q-{hashlib.sha256(text.encode()).hexdigest()[:12]}", text)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.split("\n"))))


def _moment(when: datetime, language: Language) -> Said:
    return when.isoformat(), language.moment(when)


def _day(when: date, language: Language) -> Said:
    day = when.date() if isinstance(when, datetime) else when
    return day.isoformat(), language.long_date(day)
