"""What differs between two registers, for rows and for readers, today and later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings

from pluttra_publish.register import Audience, Register, access
from pluttra_publish.register.changes import difference, first_month_of
from tests.register.preschool import SOLROSEN, child, days, guardian, pedagogue, placed, registers, related, works

TODAY = date(2026, 3, 12)
SCHOOL = Register(
    departments=(SOLROSEN,),
    children=(child("alva", "Alva"),),
    guardians=(guardian("maria", "Maria"), guardian("johan", "Johan")),
    relations=(related("alva", "maria"), related("alva", "johan")),
    placements=(placed("alva", "solrosen"),),
    staff=(pedagogue("petra"),),
    staff_departments=(works("petra", "solrosen"),),
)


def test_nothing_differs_from_itself() -> None:
    assert not difference(SCHOOL, SCHOOL, today=TODAY, grace_days=30)


def test_an_end_far_away_is_a_loss_already_today() -> None:
    later = replace(SCHOOL, placements=(placed("alva", "solrosen", end="2028-06-15"),))
    found = difference(SCHOOL, later, today=TODAY, grace_days=30)
    assert found.gains == ()
    loss = next(row for row in found.losses if row.name == "Johan Berg" and row.audience.kind == "department")
    assert loss.months[-1] >= "2028-08"
    assert [(row.kind, row.cells) for row in found.rows] == [("changed", (("till", "", "2028-06-15"),))]


def test_a_relation_that_ends_today_is_lost_from_tomorrow_and_back() -> None:
    ended = replace(SCHOOL, relations=(related("alva", "maria"), related("alva", "johan", end="2026-03-12")))
    found = difference(SCHOOL, ended, today=TODAY, grace_days=30)
    assert {row.name for row in found.losses} == {"Johan Berg"}
    assert found.gains == ()
    assert found.losses[0].onward
    assert found.losses[0].months[0] <= "2025-08"


def test_a_start_next_year_is_a_gain_already_today() -> None:
    coming = replace(SCHOOL, relations=(*SCHOOL.relations, related("alva", "maria", "2030-01-01")))
    assert difference(SCHOOL, coming, today=TODAY, grace_days=30).gains == ()
    fewer = replace(SCHOOL, relations=(related("alva", "maria"),))
    back = replace(SCHOOL, relations=(related("alva", "maria"), related("alva", "johan", "2030-01-01")))
    found = difference(fewer, back, today=TODAY, grace_days=30)
    assert {(row.name, row.months[0]) for row in found.gains} == {("Johan Berg", "2030-01")}


def test_a_relation_to_a_child_who_begins_years_later_is_a_gain_already_today() -> None:
    later = replace(SCHOOL, placements=(placed("alva", "solrosen", "2031-08-15"),))
    fewer = replace(later, relations=(related("alva", "maria"),))
    found = difference(fewer, later, today=TODAY, grace_days=30)
    assert {(row.name, row.audience.kind) for row in found.gains} >= {("Johan Berg", "department")}


def test_a_family_that_is_marked_now_is_left_out_of_both_sides() -> None:
    marked = replace(SCHOOL, children=(child("alva", "Alva", protected=True),))
    assert not difference(SCHOOL, marked, today=TODAY, grace_days=30)


def test_a_family_that_is_let_in_is_a_gain_for_it_and_for_the_staff() -> None:
    marked = replace(SCHOOL, children=(child("alva", "Alva", protected=None),))
    found = difference(marked, SCHOOL, today=TODAY, grace_days=30)
    assert {(row.reader, row.audience) for row in found.gains} >= {
        ("johan", Audience("department", "solrosen")),
        ("petra", Audience("child", "alva")),
    }


@given(registers(), registers(), days)
@settings(max_examples=60, deadline=None)
def test_no_gain_is_missed_on_any_day(before: Register, after: Register, today: date) -> None:
    found = difference(before, after, today=today, grace_days=30)
    gained = {(row.reader, row.audience): set(row.months) for row in found.gains}
    first = first_month_of(before, after, today=today)
    for ahead in range(36):
        day = date(today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1, 28)
        if day < today:
            continue
        had = access(before, today=day, first_month=first, grace_days=30)
        has = access(after, today=day, first_month=first, grace_days=30)
        for reader, audiences in has.items():
            for audience, months in audiences.items():
                more = set(months) - set(had.get(reader, {}).get(audience, ()))
                known = gained.get((reader, audience), set())
                open_ended = next(
                    (r.onward for r in found.gains if (r.reader, r.audience) == (reader, audience)), False
                )
                assert more <= known or (open_ended and {m for m in more if m < max(known)} <= known)
