"""What differs between two registers: rows, and who gains and loses what to read. Pure. Knows no sources and no files.

A family that stands outside in the later register is left out of both, so that nothing here tells that it is there, nor
that it has just been marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from pluttra_publish.register.access import access
from pluttra_publish.register.names import readers
from pluttra_publish.register.values import PRESCHOOL, STAFF, Audience, Register, Span
from pluttra_publish.register.write import TABLES, cells_of

RowKind = Literal["added", "changed", "ended", "removed"]
Months = tuple[str, ...]


@dataclass(frozen=True)
class RowChange:
    """One row: `title` is who it is about, by name; `cells` are (heading, before, after)."""

    kind: RowKind
    file: str
    ids: tuple[str, ...]
    title: str
    cells: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class AccessChange:
    """What one reader may read of one audience in one register and not in the other, from today on.

    `onward`: the last month is only as far as was looked.
    """

    reader: str
    name: str
    audience: Audience
    title: str
    months: Months
    onward: bool


@dataclass(frozen=True)
class Difference:
    """Rows, and the consequences for readers: gains widen, losses narrow."""

    rows: tuple[RowChange, ...]
    gains: tuple[AccessChange, ...]
    losses: tuple[AccessChange, ...]

    def __bool__(self) -> bool:
        return bool(self.rows or self.gains or self.losses)


def difference(before: Register, after: Register, *, today: date, grace_days: int) -> Difference:
    """Return how two registers differ, and who gains and loses what: today, and on every later day when a date matters."""
    outside = after.quarantined
    old, new = _without(before, outside), after.visible
    rows = tuple(_row_changes(old, new, today))
    days = _days_that_matter(old, new, today, grace_days)
    gains, losses = _access_changes(old, new, days, grace_days)
    return Difference(rows, gains, losses)


def _without(register: Register, outside: frozenset[str]) -> Register:
    visible = register.visible
    return replace(
        visible,
        children=tuple(row for row in visible.children if row.id not in outside),
        guardians=tuple(row for row in visible.guardians if row.id not in outside),
        relations=tuple(row for row in visible.relations if not {row.child, row.guardian} & outside),
        placements=tuple(row for row in visible.placements if row.child not in outside),
    )


# --- rows


def _row_changes(old: Register, new: Register, today: date) -> Iterator[RowChange]:
    for file, table in TABLES.items():
        before, after = getattr(old, table), getattr(new, table)
        gone, come = _left_over(before, after), _left_over(after, before)
        for row in come:
            was = _counterpart(row, gone)
            if was is None:
                yield RowChange("added", file, _ids(row), _title(row, new), ())
                continue
            gone.remove(was)
            yield RowChange(_kind(was, row, today), file, _ids(row), _title(row, new), _cells(file, was, row))
        for row in gone:
            yield RowChange("removed", file, _ids(row), _title(row, old), ())


def _left_over(rows: tuple[Any, ...], others: tuple[Any, ...]) -> list[Any]:
    same = set(others)
    return [row for row in rows if row not in same]


def _counterpart(row: Any, gone: list[Any]) -> Any:
    like = [other for other in gone if _ids(other) == _ids(row)]
    if hasattr(row, "span"):
        like.sort(key=lambda other: other.span.start != row.span.start)
    return like[0] if like else None


def _kind(was: Any, row: Any, today: date) -> RowKind:
    span: Span | None = getattr(row, "span", None)
    if span is None or span.end is None or span.end > today:
        return "changed"
    return "ended" if was.span.end is None or was.span.end > today else "changed"


def _ids(row: Any) -> tuple[str, ...]:
    if hasattr(row, "id"):
        return (row.id,)
    one, other, *_ = vars(row).values()
    return one, other


def _cells(file: str, was: Any, row: Any) -> tuple[tuple[str, str, str], ...]:
    before, after = cells_of(file, was), cells_of(file, row)
    return tuple((heading, before[heading], after[heading]) for heading in before if before[heading] != after[heading])


def _title(row: Any, register: Register) -> str:
    if hasattr(row, "id"):
        return str(row.name)
    names: dict[str, str] = {}
    for table in (register.departments, register.children, register.guardians, register.staff):
        names |= {value.id: value.name for value in table if value.id in _ids(row)}
    return " – ".join(names.get(ident, ident) for ident in _ids(row))


# --- access


def _days_that_matter(old: Register, new: Register, today: date, grace_days: int) -> list[date]:
    """Today, and around every later day on which any row begins, ends or runs out of grace.

    Between two such days access only grows by a month at a time, so the first and the last day tell all of it.
    """
    turns = {today + timedelta(days=1)}
    for register in (old, new):
        for table in TABLES.values():
            for row in getattr(register, table):
                span: Span | None = getattr(row, "span", None)
                if span is not None:
                    ends = [span.end, span.end + timedelta(days=grace_days)] if span.end else []
                    turns |= {span.start, *(end + timedelta(days=1) for end in ends)}
    days = {today} | {day for turn in turns for day in (turn, turn - timedelta(days=1))}
    return sorted(day for day in days if today <= day < date(2200, 1, 1))


def _access_changes(
    old: Register, new: Register, days: list[date], grace_days: int
) -> tuple[tuple[AccessChange, ...], tuple[AccessChange, ...]]:
    first_month = first_month_of(old, new, today=days[0])
    gained: dict[tuple[str, Audience], dict[str, None]] = {}
    lost: dict[tuple[str, Audience], dict[str, None]] = {}
    for day in days:
        before = access(old, today=day, first_month=first_month, grace_days=grace_days)
        after = access(new, today=day, first_month=first_month, grace_days=grace_days)
        _note(gained, after, before)
        _note(lost, before, after)
    horizon = f"{(days[-1].replace(day=1) + timedelta(days=32)):%Y-%m}"
    return tuple(_told(gained, new, old, horizon)), tuple(_told(lost, old, new, horizon))


def _note(
    found: dict[tuple[str, Audience], dict[str, None]],
    has: Mapping[str, Mapping[Audience, Months]],
    lacks: Mapping[str, Mapping[Audience, Months]],
) -> None:
    for reader, audiences in has.items():
        others = lacks.get(reader, {})
        for audience, months in audiences.items():
            other = others.get(audience, ())
            if months is not other and (more := set(months) - set(other)):
                found.setdefault((reader, audience), {}).update(dict.fromkeys(more))


def _told(
    found: Mapping[tuple[str, Audience], Iterable[str]], register: Register, other: Register, horizon: str
) -> Iterator[AccessChange]:
    names = {ident: reader.name for ident, reader in (readers(other) | readers(register)).items()}
    for (reader, audience), months in sorted(found.items(), key=lambda item: (names[item[0][0]], item[0])):
        named = tuple(sorted(months))
        title = title_of(audience, register)
        yield AccessChange(reader, names[reader], audience, title, named, named[-1] >= horizon)


def title_of(audience: Audience, register: Register) -> str:
    """Return what an audience is called in Swedish, in a sentence."""
    if audience == PRESCHOOL:
        return "hela förskolan"
    if audience == STAFF:
        return "personalens sidor"
    if audience.kind == "child":
        return f"barnet {register.child[audience.id].name}"
    return f"avdelningen {register.department[audience.id].name}"


def first_month_of(old: Register, new: Register, *, today: date) -> str:
    """Return the month from which access is compared: the first in which anybody was placed or worked."""
    starts = [today]
    for register in (old, new):
        starts += [row.span.start for row in register.placements] + [row.span.start for row in register.relations]
        starts += [row.span.start for row in register.staff] + [row.span.start for row in register.staff_departments]
    return f"{min(starts):%Y-%m}"
