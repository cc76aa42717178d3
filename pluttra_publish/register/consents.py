"""Who may be seen, heard and named: answers to a yes or a no. Pure rules. Knows no files, posts or media.

No answer is a no, and so is one that has expired or been withdrawn. Of each guardian the newest answer counts, and of
several from the same day the one that says no. Only those who are the child's guardians on the day are asked.

- Does any of them say no, or have they withdrawn, it is a no, whatever the others say.
- Else a legal basis that is in force is a yes.
- Else all who have answered must stand by their yes, at least one of them; where all guardians must answer, every one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from typing import Literal

from pluttra_publish.errors import UsageError
from pluttra_publish.register.names import guardians_of
from pluttra_publish.register.values import Register, Span, fold

Purpose = str
"""What is asked about: `photo`, `film`, `sound`, `name`, or one of the preschool's own as it is written in the settings."""

PHOTO: Purpose = "photo"
FILM: Purpose = "film"
SOUND: Purpose = "sound"
NAME: Purpose = "name"

_TITLES = {PHOTO: "Foto", FILM: "Film", SOUND: "Ljud", NAME: "Namn"}
_WORDS = {
    "foto": PHOTO, "photo": PHOTO, "film": FILM, "ljud": SOUND, "sound": SOUND, "namn": NAME, "name": NAME,
}  # fmt: skip


class PurposeNotFound(UsageError):
    """Nobody is asked about that."""


@dataclass(frozen=True)
class Purposes:
    """What is asked about, in order, and for what every guardian must answer yes."""

    own: tuple[Purpose, ...] = ()
    all_guardians: frozenset[Purpose] = frozenset()

    @property
    def all(self) -> tuple[Purpose, ...]:
        return (*_TITLES, *self.own)

    def find(self, written: str) -> Purpose | None:
        """Return the purpose that a word means, in Swedish or English; upper and lower case are alike."""
        word = fold(written)
        return _WORDS.get(word) or next((purpose for purpose in self.own if fold(purpose) == word), None)

    def named(self, written: str) -> Purpose:
        """Return the purpose that a word means.

        Raises:
            PurposeNotFound: there is none; the hint lists those there are.
        """
        if (purpose := self.find(written)) is not None:
            return purpose
        known = ", ".join(title_of(purpose).lower() for purpose in self.all)
        raise PurposeNotFound(f"Ändamålet ”{' '.join(written.split())}” finns inte.", hint=f"De heter {known}.")


def title_of(purpose: Purpose) -> str:
    """Return what a purpose is called on a page."""
    return _TITLES.get(purpose) or purpose[:1].upper() + purpose[1:]


@dataclass(frozen=True)
class Answer:
    """One row: what a guardian (`by`) said on a day, or without one, what the preschool goes by (`basis`).

    `until` is its last day; `withdrawn` the first day on which it no longer holds. `line` is where it stands.
    """

    child: str
    purpose: Purpose
    yes: bool
    day: date
    by: str = ""
    basis: str = ""
    until: date | None = None
    withdrawn: date | None = None
    line: int = field(default=0, compare=False)


State = Literal["no", "expired", "yes"]
_GRAVEST: tuple[State, ...] = ("no", "expired", "yes")


@dataclass(frozen=True)
class Said:
    """What somebody says of a purpose on a day, by their newest answer: since when, of a yes its last day, if it has one, and the basis that stands with it.

    `withdrawn` tells whether it is a yes that has been taken back.
    """

    state: State
    since: date
    until: date | None = None
    basis: str = ""
    withdrawn: bool = False


@dataclass(frozen=True)
class _Moment:
    """A moment of a day: whether what was answered that very day is known yet, as far down the file as `line`, and what was withdrawn."""

    day: date
    answered: bool = True
    withdrawn: bool = True
    line: int | None = None

    def knows(self, answer: Answer) -> bool:
        today = self.answered and answer.day == self.day and (self.line is None or answer.line <= self.line)
        return answer.day < self.day or today

    def state(self, answer: Answer) -> State:
        ended = answer.withdrawn
        if not answer.yes or (ended and (ended < self.day or (self.withdrawn and ended == self.day))):
            return "no"
        return "expired" if answer.until and answer.until < self.day else "yes"


@dataclass(frozen=True)
class Consents:
    """Every answer, with the register that says who a child's guardians are."""

    register: Register
    answers: tuple[Answer, ...] = ()
    purposes: Purposes = Purposes()

    def may(self, child: str, purpose: Purpose, on: date) -> bool:
        """Tell whether the child with that id may be shown so on that day; a withdrawal counts from its own day."""
        asked = (child, purpose, on)
        if asked not in self._told:
            self._told[asked] = self._may(child, purpose, _Moment(on))
        return self._told[asked]

    def had(self, child: str, purpose: Purpose, since: date, through: date) -> bool:
        """Tell whether `may` was ever true from a day through another, be it only for a moment of a day."""
        days = {since, *(day for day in self._turns(child, purpose) if since < day <= through)}
        moments = [_Moment(day, *known) for day, known in product(days, ((False, False), (True, False), (True, True)))]
        rows = self._by_child.get((child, purpose), ())
        moments += [_Moment(row.day, withdrawn=False, line=row.line) for row in rows if row.day in days]
        return any(self._may(child, purpose, moment) for moment in moments)

    def standing(self, child: str, purpose: Purpose, on: date) -> tuple[Answer, ...]:
        """Return every yes and legal basis that holds on that day or will: what a withdrawal withdraws."""
        return tuple(
            answer
            for answer in self._by_child.get((child, purpose), ())
            if answer.yes and (answer.withdrawn is None or answer.withdrawn > on) and not _over(answer.until, on)
        )

    def said(self, child: str, purpose: Purpose, on: date) -> dict[str, Said]:
        """Return what each one says on that day, by id, as far as they have answered; what the preschool goes by is under the empty id."""
        moment = _Moment(on)
        newest = _newest(answer for answer in self._by_child.get((child, purpose), ()) if moment.knows(answer))
        said = {}
        for by, rows in newest.items():
            counts = min(rows, key=lambda row: _GRAVEST.index(moment.state(row)))
            state = moment.state(counts)
            taken_back = counts.withdrawn if state == "no" and counts.yes else None
            said[by] = Said(state, taken_back or counts.day, counts.until, counts.basis, taken_back is not None)
        return said

    def turns(self, child: str) -> set[date]:
        """Return every day on which what the child may be shown in can differ from the day before."""
        days = turns_of(row.span for row in self.register.relations_by_child.get(child, ()))
        for purpose in self.purposes.all:
            for answer in self._by_child.get((child, purpose), ()):
                days |= turns_of([Span(answer.day, answer.until)]) | ({answer.withdrawn} if answer.withdrawn else set())
        return days

    def _may(self, child: str, purpose: Purpose, moment: _Moment) -> bool:
        if child not in self._visible:
            return False
        newest = _newest(answer for answer in self._by_child.get((child, purpose), ()) if moment.knows(answer))
        said = {by: min((moment.state(one) for one in rows), key=_GRAVEST.index) for by, rows in newest.items()}
        basis = said.pop("", None)
        guardians = {guardian.id for guardian in guardians_of(self.register, child, moment.day)}
        states = [state for by, state in said.items() if by in guardians]
        if "no" in states or (basis == "no" and not all(row.yes for row in newest[""])):
            return False
        if basis == "yes":
            return True
        if purpose in self.purposes.all_guardians and not guardians <= said.keys():
            return False
        return bool(states) and all(state == "yes" for state in states)

    def _turns(self, child: str, purpose: Purpose) -> set[date]:
        """The days on which a no may have become a yes."""
        days = {answer.day for answer in self._by_child.get((child, purpose), ())}
        return days | turns_of(row.span for row in self.register.relations_by_child.get(child, ()))

    @cached_property
    def _by_child(self) -> Mapping[tuple[str, Purpose], tuple[Answer, ...]]:
        rows: dict[tuple[str, Purpose], list[Answer]] = defaultdict(list)
        for answer in self.answers:
            rows[answer.child, answer.purpose].append(answer)
        return {key: tuple(answers) for key, answers in rows.items()}

    @cached_property
    def _told(self) -> dict[tuple[str, Purpose, date], bool]:
        """What `may` has answered: the same few questions are asked of every photo."""
        return {}

    @cached_property
    def _visible(self) -> frozenset[str]:
        return frozenset(child.id for child in self.register.visible.children)


def withdrawn(answers: Iterable[Answer], ended: Iterable[Answer], on: date) -> tuple[Answer, ...]:
    """Return the answers with some of them withdrawn from a day; one that begins later, from its own."""
    lines = {answer.line for answer in ended}
    return tuple(replace(one, withdrawn=max(on, one.day)) if one.line in lines else one for one in answers)


def _newest(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    """Return the answers of each one's latest day, by who answered."""
    newest: dict[str, list[Answer]] = {}
    for answer in answers:
        rows = newest.setdefault(answer.by, [answer])
        if answer.day > rows[0].day:
            newest[answer.by] = [answer]
        elif answer.day == rows[0].day and answer is not rows[0]:
            rows.append(answer)
    return newest


def _over(until: date | None, on: date) -> bool:
    return until is not None and until < on


def turns_of(spans: Iterable[Span]) -> set[date]:
    """Return the first day of each span, and the first after it."""
    days = set()
    for span in spans:
        days |= {span.start} | ({span.end + timedelta(days=1)} if span.end and span.end < date.max else set())
    return days
