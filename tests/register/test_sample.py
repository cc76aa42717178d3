"""The sample preschool's register: real in its variety, and quiet about whom it must be quiet about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pluttra_publish.errors import Findings
from pluttra_publish.register import (
    Register,
    check_place,
    departments_of,
    find_child,
    find_department,
    guardians_of,
    quarantined,
    read_register,
    same_guardians,
)
from pluttra_publish.settings import read_settings

CONTENT = Path(__file__).parents[2] / "content"
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def register() -> Register:
    findings = Findings()
    settings = read_settings(CONTENT)
    sample = read_register(settings.register, findings)
    check_place(settings.register, settings.posts, findings)
    assert list(findings) == []
    return sample


def test_it_has_two_departments_twelve_children_twenty_guardians_and_four_staff(register: Register) -> None:
    assert len(register.departments) == 2
    assert len(register.children) == 12
    assert len(register.guardians) == 20
    assert sorted(member.role for member in register.staff) == ["pedagogue"] * 3 + ["principal"]


def test_one_family_is_quarantined_and_one_guardian_has_no_address(register: Register) -> None:
    outside = quarantined(register)
    assert len([child for child in register.children if child.id in outside]) == 1
    assert len([guardian for guardian in register.guardians if guardian.id in outside]) == 2
    assert len([guardian for guardian in register.guardians if not guardian.email]) == 1


def test_siblings_go_to_different_departments_with_the_same_guardians_and_with_others(register: Register) -> None:
    assert same_guardians(register, "ake", "marta", DAY)
    assert not same_guardians(register, "alva", "noah", DAY)
    shared = set(guardians_of(register, "alva", DAY)) & set(guardians_of(register, "noah", DAY))
    assert len(shared) == 1
    assert departments_of(register, "alva", DAY) != departments_of(register, "noah", DAY)


def test_every_address_leads_nowhere(register: Register) -> None:
    people = (*register.guardians, *register.staff)
    assert all(person.email.endswith(("@example.se", "@example.com")) for person in people if person.email)


def test_every_folder_of_posts_is_a_department_or_a_child_outside_quarantine(register: Register) -> None:
    shared = {"barn", "forskolan", "personal", "offentligt"}
    for folder in (CONTENT / "inlagg").iterdir():
        assert folder.name in shared or find_department(register, folder.name)
    for folder in (CONTENT / "inlagg" / "barn").iterdir():
        assert find_child(register, folder.name, department=None, on=DAY).id not in quarantined(register)


def test_the_quarantined_family_is_named_nowhere_but_in_the_register(register: Register) -> None:
    outside = quarantined(register)
    people = [person for person in (*register.children, *register.guardians) if person.id in outside]
    names = {name.casefold() for person in people for name in (person.first_name, person.last_name)}
    for file in (CONTENT / "inlagg").rglob("*"):
        written = file.name.casefold()
        if file.suffix in {".md", ".txt"}:
            written += file.read_text(encoding="utf-8").casefold()
        assert not [name for name in names if name in written], file
