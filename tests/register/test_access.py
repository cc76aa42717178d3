"""Who may read what, month by month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pluttra_publish.register import PRESCHOOL, STAFF, Audience, Register, Relation, Span, access, audiences
from tests.register.preschool import (
    BLAKLOCKAN,
    SOLROSEN,
    child,
    days,
    guardian,
    pedagogue,
    placed,
    principal,
    registers,
    related,
    span,
    spans,
    works,
)

TODAY = date(2026, 3, 12)
SUNFLOWERS, BLUEBELLS = Audience("department", "solrosen"), Audience("department", "blaklockan")
ALVA, NOAH = Audience("child", "alva"), Audience("child", "noah")

SIBLINGS = Register(
    departments=(SOLROSEN, BLAKLOCKAN),
    children=(child("alva", "Alva"), child("noah", "Noah")),
    guardians=(guardian("maria"), guardian("johan"), guardian("daniel")),
    relations=(related("alva", "maria"), related("alva", "johan"), related("noah", "maria"), related("noah", "daniel")),
    placements=(placed("alva", "solrosen"), placed("noah", "blaklockan")),
    staff=(pedagogue("petra"), principal("ingrid")),
    staff_departments=(works("petra", "solrosen"),),
)


def read_by(
    register: Register, reader: str, *, today: date = TODAY, grace: int = 30
) -> dict[Audience, tuple[str, ...]]:
    return access(register, today=today, first_month="2026-01", grace_days=grace).get(reader, {})


def test_a_guardian_reads_the_departments_of_every_child_of_theirs() -> None:
    assert set(read_by(SIBLINGS, "maria")) == {PRESCHOOL, SUNFLOWERS, BLUEBELLS, ALVA, NOAH}


def test_guardians_who_live_apart_read_only_through_their_own_child() -> None:
    assert set(read_by(SIBLINGS, "johan")) == {PRESCHOOL, SUNFLOWERS, ALVA}
    assert set(read_by(SIBLINGS, "daniel")) == {PRESCHOOL, BLUEBELLS, NOAH}


def test_a_pedagogue_reads_the_own_department_its_children_and_the_staff() -> None:
    assert set(read_by(SIBLINGS, "petra")) == {PRESCHOOL, STAFF, SUNFLOWERS, ALVA}


def test_the_principal_reads_everything() -> None:
    assert set(read_by(SIBLINGS, "ingrid")) == set(audiences(SIBLINGS))


def test_months_go_from_the_first_of_the_site_through_the_one_after_today() -> None:
    assert read_by(SIBLINGS, "maria")[ALVA] == ("2026-01", "2026-02", "2026-03", "2026-04")


def test_access_begins_with_the_whole_calendar_month_of_the_first_day() -> None:
    register = replace(SIBLINGS, placements=(placed("alva", "solrosen", "2026-02-27"),))
    assert read_by(register, "johan")[SUNFLOWERS] == ("2026-02", "2026-03", "2026-04")


def test_access_to_a_department_lasts_through_the_month_in_which_the_grace_ends() -> None:
    register = replace(SIBLINGS, placements=(placed("alva", "solrosen", end="2026-02-20"),))
    assert read_by(register, "johan", grace=30)[SUNFLOWERS] == ("2026-01", "2026-02", "2026-03")
    assert read_by(register, "petra", grace=30)[ALVA] == ("2026-01", "2026-02", "2026-03")


def test_when_grace_is_over_for_the_last_child_only_what_concerned_that_child_is_left() -> None:
    register = replace(SIBLINGS, placements=(placed("alva", "solrosen", end="2026-02-10"),))
    assert set(read_by(register, "johan", today=date(2026, 3, 12))) == {PRESCHOOL, SUNFLOWERS, ALVA}
    assert read_by(register, "johan", today=date(2026, 3, 13)) == {ALVA: ("2026-01", "2026-02", "2026-03")}
    assert read_by(register, "johan", today=date(2031, 1, 1)) == {ALVA: ("2026-01", "2026-02", "2026-03")}


def test_the_preschool_ends_that_too_by_ending_the_relation() -> None:
    register = replace(
        SIBLINGS,
        relations=(related("alva", "johan", end="2026-06-30"),),
        placements=(placed("alva", "solrosen", end="2026-02-10"),),
    )
    assert set(read_by(register, "johan", today=date(2026, 6, 30))) == {ALVA}
    assert read_by(register, "johan", today=date(2026, 7, 1)) == {}


def test_of_a_child_who_has_left_nothing_newer_is_read_while_a_sibling_stays() -> None:
    register = replace(
        SIBLINGS, placements=(placed("alva", "solrosen", end="2026-01-10"), placed("noah", "blaklockan"))
    )
    months = read_by(register, "maria", today=date(2026, 6, 1))
    assert months[ALVA] == ("2026-01", "2026-02")
    assert months[NOAH][-1] == "2026-07"


def test_a_child_who_comes_back_is_read_about_again() -> None:
    back = (placed("alva", "solrosen", end="2025-09-10"), placed("alva", "solrosen", "2026-05-04"))
    register = replace(SIBLINGS, placements=back)
    assert read_by(register, "johan", today=date(2026, 2, 1)) == {}
    assert set(read_by(register, "johan", today=date(2026, 4, 1))) == {PRESCHOOL, SUNFLOWERS, ALVA}


def test_a_sibling_who_stays_keeps_what_concerned_the_child_who_left() -> None:
    left = (placed("alva", "solrosen", end="2026-01-31"), placed("noah", "blaklockan"))
    assert read_by(replace(SIBLINGS, placements=left), "maria", today=date(2026, 6, 1))[SUNFLOWERS] == (
        "2026-01",
        "2026-02",
        "2026-03",
    )


def test_a_child_who_moves_within_the_preschool_loses_nothing() -> None:
    moved = (placed("alva", "solrosen", end="2026-01-31"), placed("alva", "blaklockan", "2026-02-01"))
    months = read_by(replace(SIBLINGS, placements=moved), "johan", today=date(2026, 8, 1), grace=0)
    assert months[SUNFLOWERS] == ("2026-01",)
    assert months[BLUEBELLS][0] == "2026-02"
    assert months[ALVA][0] == "2026-01"


def test_an_ended_relation_closes_the_months_before_it_too_and_leaves_the_other_guardian_alone() -> None:
    ended = (related("alva", "johan", end="2026-03-11"), related("alva", "maria"))
    register = replace(SIBLINGS, relations=ended)
    assert read_by(register, "johan") == {}
    assert ALVA in read_by(register, "maria")


def test_a_relation_holds_through_its_last_day() -> None:
    register = replace(SIBLINGS, relations=(related("alva", "johan", end="2026-03-12"),))
    assert read_by(register, "johan")[ALVA] == ("2026-01", "2026-02", "2026-03")


def test_staff_who_have_left_read_nothing() -> None:
    register = replace(SIBLINGS, staff=(pedagogue("petra", end="2026-03-11"), principal("ingrid", end="2026-03-11")))
    assert read_by(register, "petra") == read_by(register, "ingrid") == {}


def test_a_principal_who_has_not_begun_reads_nothing_yet() -> None:
    register = replace(SIBLINGS, staff=(principal("ingrid", "2026-04-01"),))
    assert read_by(register, "ingrid") == {}
    assert read_by(register, "ingrid", today=date(2026, 4, 1))[ALVA][0] == "2026-01"


def test_a_pedagogue_who_changes_department_keeps_the_months_spent_there() -> None:
    moved = (works("petra", "solrosen", end="2026-02-28"), works("petra", "blaklockan", "2026-03-01"))
    months = read_by(replace(SIBLINGS, staff_departments=moved), "petra")
    assert months[SUNFLOWERS] == months[ALVA] == ("2026-01", "2026-02")
    assert months[BLUEBELLS] == months[NOAH] == ("2026-03", "2026-04")


def test_a_guardian_whose_child_begins_later_than_next_month_reads_nothing_yet() -> None:
    register = replace(SIBLINGS, placements=(placed("alva", "solrosen", "2026-05-01"),))
    assert read_by(register, "johan") == {}
    assert read_by(register, "johan", today=date(2026, 4, 1))[SUNFLOWERS] == ("2026-05",)


def test_a_guardian_without_any_child_is_absent() -> None:
    assert "johan" not in access(replace(SIBLINGS, relations=()), today=TODAY, first_month="2026-01", grace_days=30)


def test_a_large_preschool_is_computed_from_indexes() -> None:
    register = Register(
        departments=(SOLROSEN, BLAKLOCKAN),
        children=tuple(child(f"c{n}", "Alva") for n in range(1000)),
        guardians=tuple(guardian(f"g{n}") for n in range(2000)),
        relations=tuple(related(f"c{n % 1000}", f"g{n}") for n in range(2000)),
        placements=tuple(placed(f"c{n}", ("solrosen", "blaklockan")[n % 2]) for n in range(1000)),
    )
    assert len(access(register, today=TODAY, first_month="2020-01", grace_days=30)) == 2000


def months_of(stretch: Span, grace: int, today: date) -> set[str]:
    """Every month with a day in the span, grace counted: the slow and obvious way."""
    last = today + timedelta(days=70) if stretch.end is None else stretch.end + timedelta(days=grace)
    reach = range((last - stretch.start).days + 1)
    return {(stretch.start + timedelta(days=n)).strftime("%Y-%m") for n in reach}


@given(registers(marked=True), days, st.integers(0, 60))
@settings(max_examples=150, deadline=None)
def test_no_guardian_reads_a_department_month_outside_relation_and_placement(
    register: Register, today: date, grace: int
) -> None:
    granted = access(register, today=today, first_month="2025-01", grace_days=grace)
    for person in register.guardians:
        for audience, months in granted.get(person.id, {}).items():
            own = [row for row in register.relations if row.guardian == person.id]
            own = [row for row in own if row.span.end is None or row.span.end >= today]
            allowed: set[str] = set()
            for row in own:
                related_then = months_of(row.span, 0, today)
                if audience.kind == "child" and audience.id == row.child:
                    allowed |= related_then
                for there in register.placements:
                    wanted = audience.kind == "preschool" or audience.id == there.department
                    if there.child == row.child and wanted:
                        allowed |= related_then & months_of(there.span, grace, today)
            assert set(months) <= allowed
            assert audience.kind != "staff"


@given(registers(marked=True), days)
@settings(max_examples=100, deadline=None)
def test_nobody_holds_a_month_later_than_the_next(register: Register, today: date) -> None:
    latest = (today.replace(day=1) + timedelta(days=62)).strftime("%Y-%m")
    for months in access(register, today=today, first_month="2025-01", grace_days=30).values():
        for held in months.values():
            assert list(held) == sorted(set(held))
            assert all("2025-01" <= month < latest for month in held)


@given(registers(), spans(), days, st.data())
@settings(max_examples=150, deadline=None)
def test_adding_a_relation_never_changes_what_others_read(
    register: Register, stretch: Span, today: date, data: st.DataObject
) -> None:
    if not register.children or not register.guardians:
        return
    gained_by = data.draw(st.sampled_from(register.guardians)).id
    row = Relation(data.draw(st.sampled_from(register.children)).id, gained_by, stretch)
    wider = replace(register, relations=(*register.relations, row))
    before = access(register, today=today, first_month="2025-01", grace_days=30)
    after = access(wider, today=today, first_month="2025-01", grace_days=30)
    before.pop(gained_by, None)
    after.pop(gained_by, None)
    assert before == after


@given(registers(marked=True), days, st.data())
@settings(max_examples=150, deadline=None)
def test_marking_somebody_never_gives_anyone_more(register: Register, today: date, data: st.DataObject) -> None:
    if not register.children:
        return
    marked = data.draw(st.sampled_from(register.children))
    quieter = tuple(replace(c, protected=True) if c == marked else c for c in register.children)
    before = access(register, today=today, first_month="2025-01", grace_days=30)
    after = access(replace(register, children=quieter), today=today, first_month="2025-01", grace_days=30)
    for reader, held in after.items():
        for audience, months in held.items():
            assert set(months) <= set(before[reader][audience])


@given(registers(marked=True), days)
@settings(max_examples=100, deadline=None)
def test_the_order_of_rows_does_not_matter(register: Register, today: date) -> None:
    turned = Register(
        **{name: tuple(reversed(rows)) for name, rows in vars(register).items() if isinstance(rows, tuple)}
    )
    assert access(register, today=today, first_month="2025-01", grace_days=9) == access(
        turned, today=today, first_month="2025-01", grace_days=9
    )


def test_a_span_counts_both_its_days() -> None:
    two_days = span("2026-03-12", "2026-03-13")
    assert [two_days.holds(date(2026, 3, day)) for day in (11, 12, 13, 14)] == [False, True, True, False]
