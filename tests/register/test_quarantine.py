"""Families with protected identity stand outside, as if they were not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from pluttra_publish.register import (
    ChildNotFound,
    Register,
    access,
    audiences,
    children_of,
    departments_of,
    find_child,
    guardians_of,
    quarantined,
    readers,
    same_guardians,
    without_quarantined,
)
from tests.register.preschool import SOLROSEN, child, guardian, pedagogue, placed, principal, registers, related, works

TODAY = date(2026, 3, 12)

FAMILY = Register(
    departments=(SOLROSEN,),
    children=(child("ylva", "Ylva"), child("sten", "Sten"), child("alva", "Alva")),
    guardians=(guardian("ragna"), guardian("tor"), guardian("maria")),
    relations=(
        related("ylva", "ragna"),
        related("ylva", "tor", end="2023-01-01"),
        related("sten", "tor"),
        related("alva", "maria"),
    ),
    placements=(placed("ylva", "solrosen"), placed("sten", "solrosen"), placed("alva", "solrosen")),
    staff=(pedagogue("petra"), principal("ingrid")),
    staff_departments=(works("petra", "solrosen"),),
)


def with_child(register: Register, ident: str, marking: bool | None) -> Register:
    children = tuple(replace(c, protected=marking) if c.id == ident else c for c in register.children)
    return replace(register, children=children)


def with_guardian(register: Register, ident: str, marking: bool | None) -> Register:
    guardians = tuple(replace(g, protected=marking) if g.id == ident else g for g in register.guardians)
    return replace(register, guardians=guardians)


@pytest.mark.parametrize("marking", [True, None])
def test_a_marked_or_unmarked_child_takes_the_whole_family_along_through_ended_relations_too(
    marking: bool | None,
) -> None:
    assert quarantined(with_child(FAMILY, "ylva", marking)) == {"ylva", "ragna", "tor", "sten"}


@pytest.mark.parametrize("marking", [True, None])
def test_so_does_a_guardian(marking: bool | None) -> None:
    assert quarantined(with_guardian(FAMILY, "tor", marking)) == {"ylva", "ragna", "tor", "sten"}


def test_nobody_is_quarantined_when_everybody_is_known_to_be_unmarked() -> None:
    assert quarantined(FAMILY) == frozenset()


def test_a_quarantined_family_has_no_audience_no_access_and_no_names_even_for_the_principal() -> None:
    register = with_child(FAMILY, "ylva", True)
    assert [a.key for a in audiences(register)] == ["preschool", "staff", "department:solrosen", "child:alva"]
    granted = access(register, today=TODAY, first_month="2026-01", grace_days=30)
    assert set(granted) == {"maria", "petra", "ingrid"}
    assert {a.id for months in granted.values() for a in months if a.kind == "child"} == {"alva"}
    assert set(readers(register)) == {"maria", "petra", "ingrid"}
    assert guardians_of(register, "ylva", TODAY) == ()
    assert children_of(register, "tor", TODAY) == ()
    assert departments_of(register, "sten", TODAY) == ()
    assert not same_guardians(register, "ylva", "sten", TODAY)


@pytest.mark.parametrize("written", ["Ylva", "ylva", "Ylva Berg", "sten"])
def test_a_quarantined_child_is_refused_in_the_words_for_a_child_that_does_not_exist(written: str) -> None:
    register = with_child(FAMILY, "ylva", True)
    with pytest.raises(ChildNotFound) as hidden:
        find_child(register, written, department="solrosen", on=TODAY)
    with pytest.raises(ChildNotFound) as unknown:
        find_child(register, "Xerxes", department="solrosen", on=TODAY)
    assert str(hidden.value).replace(written, "") == str(unknown.value).replace("Xerxes", "")
    assert hidden.value.hint == unknown.value.hint
    assert hidden.value.candidates == ()


def test_a_name_shared_with_a_quarantined_child_means_nobody_rather_than_the_other() -> None:
    both = replace(
        FAMILY,
        children=(child("alva", "Alva"), child("alva-q", "Alva", protected=True)),
        placements=(placed("alva", "solrosen"), placed("alva-q", "solrosen")),
    )
    with pytest.raises(ChildNotFound) as refused:
        find_child(both, "Alva", department="solrosen", on=TODAY)
    assert refused.value.candidates == ()
    assert find_child(both, "alva", department="solrosen", on=TODAY).id == "alva"


def test_a_full_name_shared_with_a_quarantined_child_means_nobody() -> None:
    both = replace(FAMILY, children=(child("a1", "Alva"), child("a2", "Alva", protected=None)))
    with pytest.raises(ChildNotFound):
        find_child(both, "Alva Berg", department=None, on=TODAY)


@given(registers(marked=True))
@settings(max_examples=150, deadline=None)
def test_no_relation_crosses_the_border_of_the_quarantine(register: Register) -> None:
    outside = quarantined(register)
    assert all((row.child in outside) == (row.guardian in outside) for row in register.relations)
    assert all(c.id in outside for c in register.children if c.protected is not False)
    assert all(g.id in outside for g in register.guardians if g.protected is not False)


@given(registers(marked=True))
@settings(max_examples=100, deadline=None)
def test_without_the_quarantined_everything_is_as_if_they_had_never_been_written_down(register: Register) -> None:
    visible = without_quarantined(register)
    assert quarantined(visible) == frozenset()
    assert audiences(register) == audiences(visible)
    assert readers(register) == readers(visible)
    assert access(register, today=TODAY, first_month="2025-01", grace_days=30) == access(
        visible, today=TODAY, first_month="2025-01", grace_days=30
    )


@given(registers(marked=True))
@settings(max_examples=100, deadline=None)
def test_marking_a_child_never_makes_a_name_mean_another(register: Register) -> None:
    for name in ("Alva", "Noah", "Åke", "Elsa"):
        for department in ("solrosen", None):
            try:
                meant = find_child(register, name, department=department, on=TODAY)
            except ChildNotFound:
                meant = None
            for marked in register.children:
                try:
                    then = find_child(with_child(register, marked.id, True), name, department=department, on=TODAY)
                except ChildNotFound:
                    continue
                assert meant is not None
                assert then.id == meant.id
