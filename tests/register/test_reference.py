"""The quick reference list: whom it holds, in what order, and until when."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pluttra_publish.register import (
    FILM,
    NAME,
    PHOTO,
    SOUND,
    Answer,
    Consents,
    Purposes,
    Register,
    holds_through,
    reference_list,
)
from tests.register.preschool import SOLROSEN, child, placed
from tests.register.test_consents import FAMILY, TODAY, Asked, no, questions, yes


def test_the_reference_list_holds_the_placed_children_by_the_swedish_alphabet_and_gives_no_reasons() -> None:
    consents = Consents(FAMILY, (yes(), no(purpose=FILM)), Purposes(("utställning",)))
    rows = reference_list(FAMILY, consents, department=None, on=TODAY)
    assert [(row.name, row.departments) for row in rows] == [
        ("Alva Berg", ("Solrosen",)),
        ("Åke Berg", ("Blåklockan",)),
    ]
    assert rows[0].may == {PHOTO: True, FILM: False, SOUND: False, NAME: False, "utställning": False}
    assert rows[0].answers == (
        ("Foto", True),
        ("Film", False),
        ("Ljud", False),
        ("Namn", False),
        ("Utställning", False),
    )
    assert [row.child for row in reference_list(FAMILY, consents, department="blaklockan", on=TODAY)] == ["ake"]
    assert reference_list(FAMILY, consents, department=None, on=date(2024, 1, 1)) == ()


def test_swedish_letters_come_last_and_in_their_order() -> None:
    names = ["Östen", "Åke", "Ärla", "Élise", "Zoe", "Emil"]
    children = tuple(child(f"c{n}", name) for n, name in enumerate(names))
    register = Register(
        departments=(SOLROSEN,), children=children, placements=tuple(placed(c.id, "solrosen") for c in children)
    )
    rows = reference_list(register, Consents(register), department=None, on=TODAY)
    assert [row.name.split()[0] for row in rows] == ["Élise", "Emil", "Zoe", "Åke", "Ärla", "Östen"]


def through(
    *answers: Answer, register: Register = FAMILY, department: str | None = None, on: date = TODAY
) -> date | None:
    return holds_through(register, Consents(register, answers), department=department, on=on)


def test_a_list_that_no_known_day_changes_says_none() -> None:
    assert through(yes(), no(purpose=FILM)) is None
    assert through(replace_until(yes(), "2026-01-31")) is None  # which was over before


def test_a_list_holds_through_the_day_before_an_answer_or_a_placement_ends() -> None:
    assert through(replace_until(yes(), "2026-06-18")) == date(2026, 6, 18)
    assert through(yes(day=date(2026, 4, 1))) == date(2026, 3, 31)
    leaving = Register(
        departments=(SOLROSEN,),
        children=(child("alva", "Alva"), child("ylva", "Ylva", protected=True)),
        placements=(placed("alva", "solrosen", end="2026-05-31"), placed("ylva", "solrosen", end="2026-03-31")),
    )
    assert through(register=leaving) == date(2026, 5, 31)  # a family that stands outside betrays nothing


def test_a_day_of_another_department_or_one_that_changes_no_answer_is_not_said() -> None:
    ends = replace_until(yes(), "2026-06-18")
    assert through(ends, department="blaklockan") is None
    assert through(ends, no("johan")) is None


def replace_until(answer: Answer, day: str) -> Answer:
    return Answer(answer.child, answer.purpose, answer.yes, answer.day, answer.by, until=date.fromisoformat(day))


@given(questions(), st.sampled_from([None, "solrosen"]))
@settings(max_examples=150, deadline=None)
def test_the_list_is_the_same_until_that_day_and_another_on_the_next(asked: Asked, department: str | None) -> None:
    def listed(day: date) -> object:
        return reference_list(asked.consents.register, asked.consents, department=department, on=day)

    last = holds_through(asked.consents.register, asked.consents, department=department, on=asked.day)
    for offset in range(((last or date(2029, 1, 1)) - asked.day).days + 1):
        assert listed(asked.day + timedelta(days=offset)) == listed(asked.day)
    if last:
        assert listed(last + timedelta(days=1)) != listed(asked.day)
