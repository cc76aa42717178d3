"""Children, departments and readers, as people write them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest

from pluttra_publish.register import (
    ChildNotFound,
    DepartmentNotFound,
    ReaderNotFound,
    Register,
    children_of,
    departments_of,
    find_child,
    find_department,
    find_reader,
    guardians_of,
    readers,
    same_guardians,
)
from tests.register.preschool import BLAKLOCKAN, SOLROSEN, child, guardian, pedagogue, placed, principal, related

TODAY = date(2026, 3, 12)

PRESCHOOL = Register(
    departments=(SOLROSEN, BLAKLOCKAN),
    children=(
        child("ake", "Åke", "Sandström"),
        child("elsa-b", "Elsa", "Berg"),
        child("elsa-n", "Elsa", "Nyström"),
        child("elsa-l", "Elsa", "Lund"),
        child("anna-lisa", "Anna  Lisa", "af Ek"),
    ),
    guardians=(guardian("karin", "Karin"), guardian("per", "Per"), guardian("per-2", "Per")),
    relations=(related("ake", "karin"), related("ake", "per"), related("elsa-b", "karin"), related("elsa-b", "per")),
    placements=(
        placed("ake", "solrosen"),
        placed("elsa-b", "solrosen", end="2026-02-28"),
        placed("elsa-b", "blaklockan", "2026-03-01"),
        placed("elsa-n", "blaklockan"),
        placed("elsa-l", "solrosen", "2026-03-01"),
    ),
    staff=(pedagogue("petra"), principal("ingrid")),
)


def meant(written: str, department: str | None = "solrosen", on: date = TODAY) -> str:
    return find_child(PRESCHOOL, written, department=department, on=on).id


def test_a_first_name_means_the_child_in_that_department() -> None:
    assert meant("Åke") == "ake"


def test_it_means_the_one_who_was_placed_there_on_the_day_of_the_post() -> None:
    assert meant("Elsa", on=date(2026, 2, 28)) == "elsa-b"
    assert meant("Elsa", on=date(2026, 3, 1)) == "elsa-l"


@pytest.mark.parametrize(
    "written", ["åke", "ÅKE", " Åke ", unicodedata.normalize("NFD", "Åke"), "ake", "åke  sandström"]
)
def test_case_space_and_decomposed_letters_do_not_matter(written: str) -> None:
    assert meant(written) == "ake"


def test_a_full_name_works_anywhere() -> None:
    assert meant("Elsa Nyström", None) == "elsa-n"
    assert meant("Elsa Nyström", "solrosen") == "elsa-n"


def test_a_first_name_alone_means_nobody_outside_a_department() -> None:
    with pytest.raises(ChildNotFound, match="finns inte"):
        meant("Åke", None)


def test_an_ambiguous_name_lists_those_it_could_be() -> None:
    with pytest.raises(ChildNotFound) as refused:
        meant("elsa", "blaklockan")
    assert [candidate.id for candidate in refused.value.candidates] == ["elsa-b", "elsa-n"]
    assert "Elsa Berg (id elsa-b), Elsa Nyström (id elsa-n)" in str(refused.value)


@pytest.mark.parametrize(
    ("written", "department", "hint"),
    [
        ("Åke", None, "Menade du Åke Sandström? "),
        ("Åke", "blaklockan", "Menade du Åke Sandström? "),
        ("elsa", None, "Menade du Elsa Berg, Elsa Lund eller Elsa Nyström? "),
        ("Xerxes", None, "Skriv barnets för- och efternamn"),
        ("", None, "Skriv barnets för- och efternamn"),
    ],
)
def test_a_first_name_that_means_nobody_there_says_who_it_could_be(
    written: str, department: str | None, hint: str
) -> None:
    with pytest.raises(ChildNotFound, match="finns inte") as refused:
        meant(written, department)
    assert refused.value.hint.startswith(hint)
    assert not refused.value.candidates


def test_two_of_the_same_whole_name_are_told_apart_by_id() -> None:
    twice = replace(PRESCHOOL, children=(child("e1", "Elsa", "Berg"), child("e2", "Elsa", "Berg")))
    with pytest.raises(ChildNotFound) as refused:
        find_child(twice, "Elsa", department=None, on=TODAY)
    assert "Elsa Berg (id e1) eller Elsa Berg (id e2)" in refused.value.hint


@pytest.mark.parametrize("department", [None, "blaklockan"])
def test_one_who_stands_outside_is_never_among_those_it_could_be(department: str | None) -> None:
    marked = tuple(replace(one, protected=True) if one.id == "elsa-n" else one for one in PRESCHOOL.children)
    with pytest.raises(ChildNotFound, match="finns inte") as refused:
        find_child(replace(PRESCHOOL, children=marked), "Elsa", department=department, on=TODAY)
    assert refused.value.hint.startswith("Menade du Elsa Berg eller Elsa Lund? ")
    alone = replace(PRESCHOOL, children=tuple(one for one in marked if one.id == "elsa-n"))
    with pytest.raises(ChildNotFound, match="finns inte") as unknown:
        find_child(alone, "Elsa", department=None, on=TODAY)
    assert "Elsa" not in unknown.value.hint


def test_an_unknown_or_empty_name_means_nobody() -> None:
    for written in ("Xerxes", "", "  "):
        with pytest.raises(ChildNotFound, match="finns inte"):
            meant(written)


def test_an_id_that_is_another_childs_first_name_is_ambiguous_unless_written_exactly() -> None:
    register = replace(PRESCHOOL, children=(child("elsa", "Ada", "Ek"), child("e2", "Elsa", "Berg")))
    register = replace(register, placements=(placed("e2", "solrosen"),))
    with pytest.raises(ChildNotFound, match="flera"):
        find_child(register, "Elsa", department="solrosen", on=TODAY)
    assert find_child(register, "elsa", department="solrosen", on=TODAY).id == "elsa"


def test_a_department_is_found_by_name_or_id_and_an_unknown_one_lists_those_there_are() -> None:
    assert find_department(PRESCHOOL, unicodedata.normalize("NFD", "blåklockan")) == BLAKLOCKAN
    assert find_department(PRESCHOOL, "solrosen") == SOLROSEN
    with pytest.raises(DepartmentNotFound) as refused:
        find_department(PRESCHOOL, "Solstrålen")
    assert "Solrosen, Blåklockan" in refused.value.hint


def test_readers_are_guardians_and_staff_with_their_roles() -> None:
    assert {reader.id: reader.role for reader in readers(PRESCHOOL).values()} == {
        "karin": "guardian",
        "per": "guardian",
        "per-2": "guardian",
        "petra": "pedagogue",
        "ingrid": "principal",
    }


@pytest.mark.parametrize("written", ["karin", "Karin Berg", "KARIN@example.se"])
def test_a_reader_is_found_by_id_name_or_address(written: str) -> None:
    assert find_reader(PRESCHOOL, written).id == "karin"


def test_two_readers_of_one_name_must_be_told_apart_by_id() -> None:
    with pytest.raises(ReaderNotFound, match=r"per.*per-2"):
        find_reader(PRESCHOOL, "Per Berg")
    assert find_reader(PRESCHOOL, "per").id == "per"


def test_nobody_reads_under_an_empty_name() -> None:
    register = replace(PRESCHOOL, guardians=(replace(PRESCHOOL.guardians[0], email=""),))
    with pytest.raises(ReaderNotFound):
        find_reader(register, " ")


def test_families_are_asked_for_by_day() -> None:
    assert [g.id for g in guardians_of(PRESCHOOL, "ake", TODAY)] == ["karin", "per"]
    assert guardians_of(PRESCHOOL, "ake", date(2020, 1, 1)) == ()
    assert [c.id for c in children_of(PRESCHOOL, "karin", TODAY)] == ["ake", "elsa-b"]
    assert departments_of(PRESCHOOL, "elsa-b", date(2026, 2, 28)) == (SOLROSEN,)


def test_siblings_have_the_same_guardians_only_when_exactly_the_same() -> None:
    assert same_guardians(PRESCHOOL, "ake", "elsa-b", TODAY)
    more = replace(PRESCHOOL, relations=(*PRESCHOOL.relations, related("ake", "per-2")))
    assert not same_guardians(more, "ake", "elsa-b", TODAY)


def test_two_children_without_guardians_do_not_count_as_siblings() -> None:
    assert not same_guardians(PRESCHOOL, "elsa-n", "elsa-l", TODAY)
