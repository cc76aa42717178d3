"""How vendors' SS 12000 differs: words, attributes switched off, where the department stands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pluttra_publish.errors import RegisterError
from pluttra_publish.register.importing.plan import NotReadable
from tests.register.importing.sources import (
    ALVA,
    NOAH,
    SCHOOL,
    by_name,
    pages,
    plan,
    registered,
    site,
    ss12000,
    take_in,
    write,
)

Resources = dict[str, list[dict[str, Any]]]


def taken_in(folder: Path, resources: Resources, **wanted: Any) -> Any:
    here = site(folder / "site")
    planned = take_in(here, write(folder / "ss", pages(resources)), **wanted)
    return planned, registered(here)


def child_of(resources: Resources) -> dict[str, Any]:
    return resources["persons"][0]


@pytest.mark.parametrize("relation", ["Familjehemsförälder", "God man", "Förälder", "Kontaktperson", "Bonusmamma", ""])
def test_only_a_guardian_by_that_word_becomes_one(tmp_path: Path, relation: str) -> None:
    resources = ss12000((ALVA,))
    child_of(resources)["responsibles"][1]["relationType"] = relation
    planned, register = taken_in(tmp_path, resources)
    assert [row.name for row in register.guardians] == ["Maria Lindqvist"]
    assert [row.adult for row in planned.undecided] == ["Johan Ek"]
    assert bool(planned.findings.warnings) == (relation == "Bonusmamma")


def test_somebody_responsible_who_is_marked_takes_the_child_along_and_is_not_spoken_of(tmp_path: Path) -> None:
    resources = ss12000((ALVA,))
    other = child_of(resources)["responsibles"][1]
    other |= {"relationType": "Familjehemsförälder"}
    other["person"] |= {"securityMarking": "Sekretessmarkering"}
    planned, register = taken_in(tmp_path, resources)
    assert register.children[0].protected is True
    assert planned.undecided == ()
    assert not planned.difference.gains


def test_somebody_responsible_without_marking_makes_the_childs_unknown(tmp_path: Path) -> None:
    resources = ss12000((ALVA,))
    child_of(resources)["responsibles"][1] |= {"relationType": "God man"}
    del resources["persons"][2]["securityMarking"]
    _, register = taken_in(tmp_path, resources)
    assert register.children[0].protected is None


def test_a_marking_in_the_placement_counts(tmp_path: Path) -> None:
    resources = ss12000((ALVA,))
    resources["placements"][0]["child"]["securityMarking"] = "Skyddad folkbokföring"
    _, register = taken_in(tmp_path, resources)
    assert register.children[0].protected is True


def test_the_department_may_be_a_membership(tmp_path: Path) -> None:
    resources = ss12000(SCHOOL)
    for placement in resources["placements"]:
        group = next(row for row in resources["groups"] if row["id"] == placement["group"]["id"])
        group.setdefault("groupMemberships", []).append({"person": placement["child"], "startDate": "2024-08-19"})
        del placement["group"]
    resources["groups"].append({"id": "x", "displayName": "Sånggruppen", "groupType": "Övrigt", "groupMemberships": []})
    resources["groups"][-1]["groupMemberships"] = [{"person": {"id": resources["persons"][0]["id"]}}]
    _, register = taken_in(tmp_path / "a", resources)
    _, usual = taken_in(tmp_path / "b", ss12000(SCHOOL))
    assert by_name(register) == by_name(usual)


def test_the_department_may_be_where_the_child_is_placed(tmp_path: Path) -> None:
    resources = ss12000(SCHOOL)
    for group in resources.pop("groups"):
        resources["organisations"].append(
            {
                "id": group["id"],
                "displayName": group["displayName"],
                "organisationType": "Övrigt",
                "parentOrganisation": {"id": "org"},
            }
        )
    for placement in resources["placements"]:
        placement["placedAt"] = placement.pop("group")
    _, register = taken_in(tmp_path / "a", resources)
    _, usual = taken_in(tmp_path / "b", ss12000(SCHOOL))
    assert by_name(register) == by_name(usual)


@pytest.mark.parametrize("form", ["FTH", "OPPFTH", "XYZ"])
def test_a_placement_that_is_not_preschool_lets_nobody_in(tmp_path: Path, form: str) -> None:
    resources = ss12000((ALVA, NOAH))
    resources["placements"][0]["schoolType"] = form
    planned, register = taken_in(tmp_path, resources)
    assert [row.name for row in register.children] == ["Noah Lindqvist"]
    assert bool(planned.findings.warnings) == (form == "XYZ")


def test_a_kind_of_group_that_the_standard_does_not_have_is_no_department(tmp_path: Path) -> None:
    resources = ss12000((ALVA,))
    resources["groups"][0]["groupType"] = "Hubb"
    planned, register = taken_in(tmp_path, resources)
    assert register.departments == register.placements == ()
    assert "”Hubb”" in planned.findings.warnings[0].message


def test_a_source_with_several_preschools_asks_which(tmp_path: Path) -> None:
    resources = ss12000((ALVA, NOAH))
    resources["organisations"].append({"id": "org2", "displayName": "Ängen", "organisationType": "Skolenhet"})
    resources["placements"][1]["placedAt"] = {"id": "org2"}
    source = write(tmp_path / "ss", pages(resources))
    here = site(tmp_path / "site")
    with pytest.raises(NotReadable) as refused:
        plan(here, source)
    assert "--organisation" in str(refused.value.findings.errors[0])
    take_in(here, source, unit="ängen")
    assert [row.name for row in registered(here).children] == ["Noah Lindqvist"]


@pytest.mark.parametrize("attribute", ["emails", "civicNo", "responsibles"])
def test_an_attribute_that_is_switched_off_takes_nothing_away(tmp_path: Path, attribute: str) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    before = by_name(registered(here))
    resources = ss12000(SCHOOL)
    for person in resources["persons"]:
        person.pop(attribute, None)
    take_in(here, write(tmp_path / "b", pages(resources)))
    assert by_name(registered(here)) == before


def test_a_placement_with_its_own_end_is_ended_on_that_day(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    left = replace(ALVA, end=date(2026, 9, 4))
    take_in(here, write(tmp_path / "a", pages(ss12000((left, *SCHOOL[1:])))))
    assert date(2026, 9, 4) in {row.span.end for row in registered(here).placements}


def duty(ident: str, role: str, **more: Any) -> dict[str, Any]:
    return {"id": f"d-{ident}", "person": {"id": ident}, "dutyRole": role, "startDate": "2020-01-01", **more}


def test_staff_get_what_their_words_give_and_no_more(tmp_path: Path) -> None:
    resources = ss12000((ALVA,))
    staff = [("r", "Rut"), ("p", "Pia"), ("k", "Kent"), ("h", "Hugo"), ("s", "Stina")]
    resources["persons"] += [{"id": ident, "givenName": name, "familyName": "Ek"} for ident, name in staff]
    resources["persons"][-1]["securityMarking"] = "Sekretessmarkering"
    there = {"group": {"id": "g-Solrosen"}, "startDate": "2024-01-01"}
    resources["duties"] = [
        duty("r", "Rektor"),
        duty("p", "Barnskötare", assignmentRole=[there | {"assignmentRoleType": "Barnskötare"}]),
        duty("k", "Annan personal", assignmentRole=[there | {"assignmentRoleType": "Mentor"}]),
        duty("h", "Förskollärare", assignmentRole=[there | {"assignmentRoleType": "Trollkarl"}]),
        duty("s", "Förskollärare", assignmentRole=[there | {"assignmentRoleType": "Förskollärare"}]),
    ]
    planned, register = taken_in(tmp_path, resources)
    assert {(row.name, row.role) for row in register.staff} == {
        ("Rut Ek", "principal"),
        ("Pia Ek", "pedagogue"),
        ("Hugo Ek", "pedagogue"),
    }
    assert [register.staff_member[row.staff].name for row in register.staff_departments] == ["Pia Ek"]
    assert [row.adult for row in planned.undecided] == ["Kent Ek"]
    assert "”Trollkarl”" in planned.findings.warnings[0].message


def test_a_saved_answer_that_is_cut_short_or_lacks_its_last_page_is_refused(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    files = pages(ss12000(SCHOOL))
    last = max(name for name in files if name.startswith("persons"))
    with pytest.raises(RegisterError, match="Sista sidan"):
        plan(here, write(tmp_path / "a", {name: raw for name, raw in files.items() if name != last}))
    with pytest.raises(RegisterError, match="avkortad"):
        plan(here, write(tmp_path / "b", files | {last: files[last][:-9]}))


def test_one_file_with_every_resource_is_read(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    raw = json.dumps(ss12000(SCHOOL)).encode("utf-8")
    take_in(here, str(Path(write(tmp_path / "a", {"allt.json": raw})) / "allt.json"))
    assert len(registered(here).children) == 3
