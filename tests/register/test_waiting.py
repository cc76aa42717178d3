"""A family that stands outside is let in by the principal's own word, which is logged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pluttra_publish import log
from pluttra_publish.register import quarantined
from pluttra_publish.register.clearing import clear, families_waiting, plan_clearing
from pluttra_publish.register.waiting import FamilyNotFound
from tests.register.importing.sources import (
    AKE,
    ALVA,
    NOAH,
    NOW,
    SCHOOL,
    pages,
    registered,
    site,
    ss12000,
    take_in,
    write,
)

MARKED = (replace(ALVA, marking="Sekretessmarkering"), NOAH, AKE)


def test_the_whole_family_waits_with_the_sources_own_word(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(MARKED))))
    (family,) = families_waiting(here)
    assert {(person.name, person.why, person.word) for person in family.people} == {
        ("Alva Lindqvist", "marked", "Sekretessmarkering"),
        ("Noah Lindqvist", "family", ""),
        ("Maria Lindqvist", "family", ""),
        ("Johan Ek", "family", ""),
    }


def test_clearing_lets_the_family_in_and_logs_it_without_names(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(MARKED))))
    family, planned = plan_clearing(here, "alva", now=NOW)
    assert {row.name for row in planned.difference.gains} == {"Maria Lindqvist", "Johan Ek"}
    assert quarantined(registered(here))
    clear(here, family, planned, now=NOW)
    assert not quarantined(registered(here))
    assert families_waiting(here) == ()
    lines = [json.loads(line) for line in (here.state / "logg.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["command"] for line in lines] == ["register import", "register clear"]
    assert lines[1]["about"] == sorted(log.read(here.state).mark(ident) for ident in family.ids)
    assert not any(name in json.dumps(lines) for name in ("Alva", "Maria", "Johan", "Noah"))


def test_what_was_cleared_stays_so_until_the_source_says_something_else(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    source = write(tmp_path / "a", pages(ss12000(MARKED)))
    take_in(here, source)
    family, planned = plan_clearing(here, "Alva Lindqvist", now=NOW)
    clear(here, family, planned, now=NOW)
    take_in(here, source)
    assert not quarantined(registered(here))
    graver = (replace(ALVA, marking="Skyddad folkbokföring"), NOAH, AKE)
    take_in(here, write(tmp_path / "b", pages(ss12000(graver))))
    assert quarantined(registered(here))


def test_a_family_of_unknown_marking_that_was_cleared_stays_so_while_it_is_missing(tmp_path: Path) -> None:
    resources = ss12000((AKE,))
    for person in resources["persons"]:
        del person["securityMarking"]
    del resources["placements"][0]["child"]["securityMarking"]
    here = site(tmp_path / "site")
    source = write(tmp_path / "a", pages(resources))
    take_in(here, source)
    family, planned = plan_clearing(here, "Åke", now=NOW)
    clear(here, family, planned, now=NOW)
    take_in(here, source)
    assert not quarantined(registered(here))


@pytest.mark.parametrize("written", ["Åke Sandström", "Xerxes", "", "a"])
def test_only_somebody_who_waits_can_be_cleared(tmp_path: Path, written: str) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(MARKED))))
    with pytest.raises(FamilyNotFound):
        plan_clearing(here, written, now=NOW)


def test_a_first_name_in_two_families_asks_for_an_id(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    other = replace(AKE, number="202205110009", first="Alva", marking="Sekretessmarkering")
    take_in(here, write(tmp_path / "a", pages(ss12000((*MARKED, other)))))
    with pytest.raises(FamilyNotFound, match="flera"):
        plan_clearing(here, "Alva", now=NOW)


def test_a_line_of_the_log_that_was_cut_short_does_not_spoil_the_next(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    here.state.mkdir()
    (here.state / "logg.jsonl").write_bytes(b'{"time": "2026')
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    lines = (here.state / "logg.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines[0] == '{"time": "2026'
    assert json.loads(lines[1])["command"] == "register import"
