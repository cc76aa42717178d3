"""Rows with dates – relations, placements, staff's departments – kept, changed, ended or added. Knows no persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pluttra_publish.register.values import Placement, Relation, Span, StaffDepartment

_ROWS: dict[str, Callable[[str, str, Span], Any]] = {
    "relationer.csv": Relation,
    "placeringar.csv": Placement,
    "personal-avdelningar.csv": StaffDepartment,
}


@dataclass(frozen=True)
class Tie:
    """A tie as a source has it, between two ids of ours."""

    one: str
    other: str
    start: date | None
    end: date | None
    dated: bool
    key: str = ""


def is_open(span: Span, today: date) -> bool:
    """Tell whether a span has a day after today."""
    return span.end is None or span.end > today


class Links:
    """One file's rows while a source is worked into them.

    `held_by_hand`: an end that a person has written is not moved further on by a source; such rows are in `held`.
    """

    def __init__(
        self, name: str, rows: tuple[Any, ...], ended: frozenset[str], *, today: date, held_by_hand: bool = False
    ) -> None:
        self._make = _ROWS[name]
        self._today = today
        self._by_hand = held_by_hand
        self.rows: list[tuple[int | None, Any]] = list(enumerate(rows))
        self._pairs: dict[tuple[str, str], list[int]] = {}
        for at, row in enumerate(rows):
            self._pairs.setdefault(_pair(row), []).append(at)
        self._claimed: set[int] = set()
        self.ended_by_import = ended
        self.held: list[Any] = []
        self.was_open = sum(is_open(row.span, today) for row in rows)
        self.ended_now = 0

    def work_in(self, tie: Tie, *, start: date, was: tuple[str, str, str] | None = None) -> Any:
        """Find the row that a tie is, or add it, and give it the tie's dates. `start` is where the source has none."""
        at = self._found(tie, was)
        if at is None:
            return self._add(tie, start)
        self._claimed.add(at)
        origin, row = self.rows[at]
        first = tie.start or row.span.start
        last = tie.end if tie.dated else row.span.end
        if _name(row) in self.ended_by_import:
            self.ended_by_import -= {_name(row)}
            last = tie.end
        elif self._by_hand and row.span.end is not None and (last is None or last > row.span.end):
            last = row.span.end
        if last is not None and last < first:
            last = first
        self.rows[at] = (origin, replace(row, span=Span(first, last)))
        return self.rows[at][1]

    def end_missing(self, concerned: Callable[[Any], bool]) -> None:
        """End today every row that no tie was found to be, if it is concerned. One that has not begun is taken away."""
        kept = []
        for at, (origin, row) in enumerate(self.rows):
            if at in self._claimed or not concerned(row) or not is_open(row.span, self._today):
                kept.append((origin, row))
                continue
            self.ended_now += 1
            if row.span.start <= self._today:
                over = replace(row, span=Span(row.span.start, self._today))
                kept.append((origin, over))
                self.ended_by_import |= {_name(over)}
        self.rows = kept

    def _found(self, tie: Tie, was: tuple[str, str, str] | None) -> int | None:
        own = [at for at in self._pairs.get((tie.one, tie.other), ()) if at not in self._claimed]
        if was is not None and was[:2] == (tie.one, tie.other):
            own.sort(key=lambda at: self.rows[at][1].span.start.isoformat() != was[2])
            if own and self.rows[own[0]][1].span.start.isoformat() == was[2]:
                return own[0]
        for at in own:
            if tie.start is not None and self.rows[at][1].span.start == tie.start:
                return at
        last = tie.end or date.max
        first = tie.start or self._today
        for at in own:
            span = self.rows[at][1].span
            if span.start <= max(last, first) and (span.end is None or span.end >= first):
                return at
        if tie.start is None and own:  # it begins later than today
            later = [at for at in own if self.rows[at][1].span.start > self._today]
            return later[0] if later else None
        return None

    def _add(self, tie: Tie, start: date) -> Any:
        if self._by_hand and (stopped := self._stopped_by_hand(tie)) is not None:
            self.held.append(stopped)
            return None
        first = tie.start or start
        row = self._make(tie.one, tie.other, Span(first, None if tie.end is None else max(tie.end, first)))
        at = len(self.rows)
        self.rows.append((None, row))
        self._pairs.setdefault(_pair(row), []).append(at)
        self._claimed.add(at)
        return row

    def _stopped_by_hand(self, tie: Tie) -> Any:
        """Return the row that a person has ended and that this tie would begin again, if there is one."""
        for at in self._pairs.get((tie.one, tie.other), ()):
            origin, row = self.rows[at]
            end = row.span.end
            if origin is None or end is None or _name(row) in self.ended_by_import:
                continue
            if (tie.start is None or tie.start <= end) and (tie.end is None or tie.end > end):
                return row
        return None


def _pair(row: Any) -> tuple[str, str]:
    one, other, *_ = vars(row).values()
    return one, other


def _name(row: Any) -> str:
    return "|".join((*_pair(row), row.span.start.isoformat(), str(row.span.end or "")))
