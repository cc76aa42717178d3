"""Who may read what, by whole months. Pure rules over the register. Knows no files, posts or keys.

- A guardian reads, through each child they are related to today, the departments where the child is or was placed, for
  the months that lie in both relation and placement (the placement's end counted with the grace days), and the child's
  own audience for the months of the relation.
- When the last placement of a guardian's last child is over, grace and all, departments and preschool close. Each child's
  own audience stays open, through the month in which that child's grace ended and nothing newer, until the preschool
  ends the relation.
- A pedagogue reads, while employed, the departments of their own spans, and the children placed there, for the months
  of both.
- A principal reads, while employed, everything.
- The preschool is read by all of these, for the months in which they read a department or are employed; the staff by
  the staff.

An ended relation or employment ends at once, without grace: the months before are closed too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pluttra_publish.register.values import PRESCHOOL, STAFF, Audience, Placement, Register, Span, StaffMember

Months = tuple[str, ...]


def audiences(register: Register) -> list[Audience]:
    """Return every audience: the preschool, the staff, each department, each child outside quarantine."""
    visible = register.visible
    departments = [Audience("department", department.id) for department in visible.departments]
    return [PRESCHOOL, STAFF, *departments, *(Audience("child", child.id) for child in visible.children)]


def access(
    register: Register, *, today: date, first_month: str, grace_days: int, revoked: Container[str] = ()
) -> dict[str, dict[Audience, tuple[str, ...]]]:
    """Return the months, `YYYY-MM` in order, that each reader may read of each audience.

    No month before `first_month` nor after the month that follows `today`. Readers without any month are absent, and so are those who have been
    `revoked`, whatever the register says of them.
    """
    visible = register.visible
    window = _Window(today, _number(first_month), _number_of(today) + 1, timedelta(days=grace_days))
    found: dict[str, dict[Audience, tuple[str, ...]]] = {}
    calendar = _Calendar()
    for reader, spans in (*_guardians(visible, window), *_staff(visible, window)):
        if reader in revoked:
            continue
        months = {audience: calendar.months(window.clip(spans[audience])) for audience in sorted(spans)}
        if readable := {audience: named for audience, named in months.items() if named}:
            found[reader] = readable
    return found


_Stretch = tuple[int, int]  # first and last month, as numbers, both counted
_Spans = dict[Audience, list[_Stretch]]


@dataclass(frozen=True)
class _Window:
    """Today, the months that can be read at all, and the grace after a placement."""

    today: date
    first: int
    last: int
    grace: timedelta

    def clip(self, stretches: Iterable[_Stretch]) -> list[_Stretch]:
        return [(max(low, self.first), min(high, self.last)) for low, high in stretches]

    def of(self, span: Span) -> _Stretch:
        return _number_of(span.start), self.last if span.end is None else _number_of(span.end)

    def of_placement(self, placement: Placement) -> _Stretch:
        return self.of(Span(placement.span.start, self.left(placement)))

    def left(self, placement: Placement) -> date | None:
        """The last day on which a placement gives access to anything new."""
        end = placement.span.end
        if end is None or (date.max - end) < self.grace:
            return None
        return end + self.grace

    def newest(self, placements: tuple[Placement, ...]) -> int:
        """The last month in which anything new can concern a child with these placements, of those that have begun."""
        stretches = [self.of_placement(placement) for placement in placements]
        return max((last for first, last in stretches if first <= self.last), default=self.last)

    def over(self, end: date | None) -> bool:
        return end is not None and end < self.today


def _guardians(register: Register, window: _Window) -> Iterator[tuple[str, _Spans]]:
    for guardian in register.guardians:
        own: _Spans = defaultdict(list)
        shared: _Spans = defaultdict(list)
        begun = present = False
        for relation in register.relations_by_guardian.get(guardian.id, ()):
            if window.over(relation.span.end):
                continue
            related = window.of(relation.span)
            placements = register.placements_by_child.get(relation.child, ())
            own[Audience("child", relation.child)].append(_both(related, (window.first, window.newest(placements))))
            for placement in placements:
                both = _both(related, window.of_placement(placement))
                shared[Audience("department", placement.department)].append(both)
                shared[PRESCHOOL].append(both)
                reached = both[0] <= min(both[1], window.last)
                begun = begun or reached
                present = present or (reached and not window.over(window.left(placement)))
        if begun:
            yield guardian.id, defaultdict(list, {**own, **(shared if present else {})})


def _staff(register: Register, window: _Window) -> Iterator[tuple[str, _Spans]]:
    everything = [PRESCHOOL, STAFF]
    everything += [Audience("department", department.id) for department in register.departments]
    everything += [Audience("child", child.id) for child in register.children]
    for member in register.staff:
        if window.over(member.span.end):
            continue
        if member.role == "principal":
            yield from _principal(member, everything, window)
            continue
        employed = window.of(member.span)
        spans: _Spans = defaultdict(list, {PRESCHOOL: [employed], STAFF: [employed]})
        for row in register.departments_by_staff.get(member.id, ()):
            there = _both(employed, window.of(row.span))
            spans[Audience("department", row.department)].append(there)
            for placement in register.placements_by_department.get(row.department, ()):
                both = _both(there, window.of_placement(placement))
                spans[Audience("child", placement.child)].append(both)
        yield member.id, spans


def _principal(member: StaffMember, everything: list[Audience], window: _Window) -> Iterator[tuple[str, _Spans]]:
    if member.span.start <= window.today:
        whole = [(window.first, window.of(member.span)[1])]
        yield member.id, dict.fromkeys(everything, whole)


def _both(x: _Stretch, y: _Stretch) -> _Stretch:
    return max(x[0], y[0]), min(x[1], y[1])


def _number(month: str) -> int:
    year, _, rest = month.partition("-")
    return int(year) * 12 + int(rest) - 1


def _number_of(day: date) -> int:
    return day.year * 12 + day.month - 1


class _Calendar:
    """Names of months; equal stretches share one tuple."""

    def __init__(self) -> None:
        self._known: dict[tuple[_Stretch, ...], Months] = {}

    def months(self, stretches: list[_Stretch]) -> Months:
        key = tuple(sorted(stretch for stretch in set(stretches) if stretch[0] <= stretch[1]))
        if key not in self._known:
            numbers = sorted({number for low, high in key for number in range(low, high + 1)})
            self._known[key] = tuple(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers)
        return self._known[key]
