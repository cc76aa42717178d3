"""The quick reference list: who may be seen in what, without reasons, and until when it is known to be so. Pure rules. Knows no files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pluttra_publish.register.consents import Consents, Purpose, title_of, turns_of
from pluttra_publish.register.names import departments_of
from pluttra_publish.register.values import Child, Register, fold


@dataclass(frozen=True)
class ReferenceRow:
    """One child of the quick reference list: what it may be shown in, without reasons."""

    child: str
    name: str
    departments: tuple[str, ...]
    may: Mapping[Purpose, bool]

    @property
    def answers(self) -> tuple[tuple[str, bool], ...]:
        """What each purpose is called, and yes or no, in order."""
        return tuple((title_of(purpose), yes) for purpose, yes in self.may.items())


def reference_list(
    register: Register, consents: Consents, *, department: str | None, on: date
) -> tuple[ReferenceRow, ...]:
    """Return the children placed in a department (an id; None is all) on that day, in the order of the Swedish alphabet.

    Families that stand outside are not in it.
    """
    rows = (_row(register, consents, child, department, on) for child in register.visible.children)
    return tuple(sorted((row for row in rows if row), key=lambda row: (_alphabetically(row.name), row.child)))


def holds_through(register: Register, consents: Consents, *, department: str | None, on: date) -> date | None:
    """Return the last day on which the list of that day is sure to hold, by the dates that are known; None if none of them changes it."""
    coming = sorted(
        (turn, place, child)
        for place, child in enumerate(register.visible.children)
        for turn in _turns(register, consents, child, department)
        if turn > on
    )
    for turn, _, child in coming:
        before = turn - timedelta(days=1)
        if _row(register, consents, child, department, turn) != _row(register, consents, child, department, before):
            return before
    return None


def _row(register: Register, consents: Consents, child: Child, department: str | None, on: date) -> ReferenceRow | None:
    placed = departments_of(register, child.id, on)
    if not any(department in {None, one.id} for one in placed):
        return None
    may = {purpose: consents.may(child.id, purpose, on) for purpose in consents.purposes.all}
    return ReferenceRow(child.id, child.name, tuple(one.name for one in placed), may)


def _turns(register: Register, consents: Consents, child: Child, department: str | None) -> Iterator[date]:
    placements = register.placements_by_child.get(child.id, ())
    if any(department in {None, row.department} for row in placements):
        yield from turns_of(row.span for row in placements)
        yield from consents.turns(child.id)


_SWEDISH = str.maketrans({"å": "{", "ä": "|", "ö": "}", "æ": "|", "ø": "}"})


def _alphabetically(name: str) -> str:
    """Return what sorts as Swedish does: å, ä, ö last, other accents as if they were not there."""
    kept = fold(name).translate(_SWEDISH)
    return "".join(letter for letter in unicodedata.normalize("NFD", kept) if not unicodedata.combining(letter))
