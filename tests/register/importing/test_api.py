"""A small SS 12000 server on this computer: pages, pauses, answers cut short, changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pluttra_publish.errors import HostError, UsageError
from pluttra_publish.register.importing.api import TOKEN, fetch
from pluttra_publish.register.importing.plan import Wanted, apply, plan_import
from tests.register.importing.sources import (
    AKE,
    ALVA,
    JOHAN,
    MARIA,
    NOAH,
    NOW,
    SCHOOL,
    TODAY,
    by_name,
    pages,
    plan,
    registered,
    site,
    ss12000,
    take_in,
    write,
)

SECRET = "hemlig-nyckel-123"


@dataclass
class School:
    """What the server has, and how it misbehaves: a list of statuses or raw bodies, taken one for each request."""

    resources: dict[str, list[dict[str, Any]]]
    size: int = 2
    wrong: list[int | bytes] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    deleted: dict[str, list[str]] | None = None
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)


@contextmanager
def serving(school: School) -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            school.asked.append(self.path)
            school.tokens.add(self.headers.get("Authorization", ""))
            wrong = school.wrong.pop(0) if school.wrong else None
            if isinstance(wrong, int):
                self.send_response(wrong)
                if wrong in {301, 302}:
                    self.send_header("Location", "http://localhost:9/elsewhere")
                self.send_header("Retry-After", "7")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            parts = urlsplit(self.path)
            status, body = self.found(parts.path.strip("/").split("/"), parse_qs(parts.query))
            if isinstance(wrong, bytes):
                body = wrong or body[: len(body) // 2]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) + (9 if wrong == b"" else 0)))
            self.end_headers()
            self.wfile.write(body)

        def found(self, path: list[str], query: dict[str, list[str]]) -> tuple[int, bytes]:
            resource = path[1]
            if resource == "deletedEntities":
                if school.deleted is None or "meta.modified.after" not in query:
                    return 404, b"{}"
                return 200, json.dumps({"data": school.deleted}).encode()
            if resource in school.absent:
                return 403, b"{}"
            listed = school.resources.get(resource, [])
            if len(path) == 3:
                one = [row for row in listed if row["id"] == path[2]]
                return (200, json.dumps(one[0]).encode()) if one else (404, b"{}")
            token = query.get("pageToken", [""])[0]
            if token and set(query) != {"pageToken", "limit"}:
                return 400, b"{}"
            after, at = [*token.split("@"), "0"][:2] if token else (query.get("meta.modified.after", [""])[0], "0")
            rows = [row for row in listed if row.get("meta", {}).get("modified", "0") > after or not after]
            rows = [_plain(row, "placements" in query.get("expand", []) or "x" in token) for row in rows]
            more = int(at) + school.size
            answer = {"data": rows[int(at) : more], "pageToken": f"{after}@{more}" if more < len(rows) else None}
            return 200, json.dumps(answer).encode()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v2.0"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _plain(row: dict[str, Any], expanded: bool) -> dict[str, Any]:
    return row if expanded else {name: value for name, value in row.items() if name != "_embedded"}


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, SECRET)


def test_an_api_gives_the_same_register_as_its_answers_saved(tmp_path: Path) -> None:
    over, saved = site(tmp_path / "over"), site(tmp_path / "saved")
    school = School(ss12000(SCHOOL))
    with serving(school) as address:
        take_in(over, address)
    take_in(saved, write(tmp_path / "ss", pages(ss12000(SCHOOL))))
    assert by_name(registered(over)) == by_name(registered(saved))
    assert school.tokens == {f"Bearer {SECRET}"}
    assert any("pageToken=" in path for path in school.asked)
    assert SECRET not in "".join(school.asked)


@pytest.mark.parametrize("wrong", [429, 500, 503, b"", b'{"data": [{"id"'])
def test_what_fails_for_a_while_is_tried_again_with_longer_pauses(tmp_path: Path, wrong: int | bytes) -> None:
    waited: list[float] = []
    with serving(School(ss12000(SCHOOL), wrong=[wrong, wrong])) as address:
        planned = plan_import(site(tmp_path / "site"), Wanted((address,)), now=NOW, wait=waited.append)
    assert {row.title for row in planned.difference.rows if row.file == "barn.csv"} == {
        p.first + " " + p.last for p in SCHOOL
    }
    assert len(waited) == 2
    assert waited == ([7.0, 7.0] if isinstance(wrong, int) else [1.0, 2.0])


@pytest.mark.parametrize("wrong", [500, b""])
def test_what_keeps_failing_changes_nothing_and_names_no_secret(tmp_path: Path, wrong: int | bytes) -> None:
    here = site(tmp_path / "site")
    with serving(School(ss12000(SCHOOL), wrong=[wrong] * 5)) as address, pytest.raises(HostError) as failed:
        plan(here, address)
    assert SECRET not in str(failed.value) + failed.value.hint
    assert registered(here).children == ()


def test_a_page_lost_in_the_middle_is_not_half_a_school(tmp_path: Path) -> None:
    school = School(ss12000(SCHOOL), size=1)
    with serving(school) as address:
        here = site(tmp_path / "site")
        plan(here, address)
        at = next(n for n, path in enumerate(school.asked) if "/persons?pageToken" in path)
        fine: list[Any] = [None] * at
        school.wrong = [*fine, 404]
        with pytest.raises(HostError):
            plan(here, address)


def test_a_refused_token_and_a_redirect_are_not_followed(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    with serving(School(ss12000(SCHOOL), wrong=[401])) as address, pytest.raises(HostError, match="nyckeln"):
        plan(here, address)
    with serving(School(ss12000(SCHOOL), wrong=[302])) as address, pytest.raises(HostError, match="302"):
        plan(here, address)


@pytest.mark.parametrize(
    "address", ["http://api.example.se/v2", "https://a:b@api.example.se", "https://api.example.se/?x=1"]
)
def test_an_address_that_would_send_persons_in_the_open_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        fetch(address, SECRET, now=NOW)


def test_without_a_token_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN)
    school = School(ss12000(SCHOOL))
    with serving(school) as address, pytest.raises(UsageError, match="nyckel"):
        plan(site(tmp_path / "site"), address)
    assert school.asked == []


def test_placements_that_are_only_there_when_persons_are_expanded_are_found(tmp_path: Path) -> None:
    resources = ss12000(SCHOOL)
    for placement in resources.pop("placements"):
        child = next(row for row in resources["persons"] if row["id"] == placement["child"]["id"])
        child["_embedded"] = {"placements": [placement]}
    over, saved = site(tmp_path / "over"), site(tmp_path / "saved")
    with serving(School(resources, size=100, absent={"placements", "duties"})) as address:
        take_in(over, address)
    take_in(saved, write(tmp_path / "ss", pages(ss12000(SCHOOL))))
    assert by_name(registered(over)) == by_name(registered(saved))


def changed(school: School, name: str, ident: str, **fields: Any) -> None:
    row = next(row for row in school.resources[name] if row["id"] == ident)
    row.update(fields, meta={"modified": "2026-09-10T12:00:00Z"})


def test_the_second_time_only_changes_are_read(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    school = School(ss12000(SCHOOL), deleted={})
    with serving(school) as address:
        take_in(here, address)
        school.asked.clear()
        changed(school, "persons", f"a-{MARIA.number[4:]}", familyName="Ny")
        planned = take_in(here, address)
    assert [(row.file, row.cells) for row in planned.difference.rows] == [
        ("vardnadshavare.csv", (("efternamn", "Lindqvist", "Ny"),))
    ]
    assert any("meta.modified.after" in path for path in school.asked)
    assert planned.difference.gains == planned.difference.losses == ()


def test_what_the_api_has_deleted_ends(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    school = School(ss12000(SCHOOL), deleted={})
    with serving(school) as address:
        take_in(here, address)
        school.deleted = {"placements": [f"pl-{NOAH.number[4:]}"], "persons": [f"a-{JOHAN.number[4:]}"]}
        planned = take_in(here, address)
    assert {(row.kind, row.file, row.title) for row in planned.difference.rows} == {
        ("ended", "placeringar.csv", "Noah Lindqvist – Blåklockan"),
        ("ended", "relationer.csv", "Alva Lindqvist – Johan Ek"),
    }
    assert all(row.span.end in {None, TODAY, AKE.end} for row in registered(here).placements)


def test_a_child_and_its_guardians_deleted_together_keep_their_relation(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    school = School(ss12000(SCHOOL), deleted={})
    with serving(school) as address:
        take_in(here, address)
        gone = [f"p-{ALVA.number[4:]}", f"a-{JOHAN.number[4:]}"]
        school.deleted = {"persons": gone, "placements": [f"pl-{ALVA.number[4:]}"]}
        take_in(here, address)
    assert all(row.span.end is None for row in registered(here).relations)


def test_a_new_child_among_the_changes_brings_guardians_who_have_not_changed(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    school = School(ss12000((ALVA,)), deleted={})
    new = replace(NOAH, start=date(2026, 9, 7), adults=(MARIA, replace(JOHAN, number="198601020099", first="Jo")))
    with serving(school) as address:
        take_in(here, address)
        both = ss12000((ALVA, new))
        for name, rows in both.items():
            for row in rows:
                if str(row["id"]).endswith(new.number[4:]):
                    row["meta"] = {"modified": "2026-09-10T12:00:00Z"}
                elif name in {"persons", "placements"}:
                    row["meta"] = {"modified": "2026-01-01T00:00:00Z"}
        school.resources = both
        planned = take_in(here, address)
    register = registered(here)
    assert {row.name for row in register.children} == {"Alva Lindqvist", "Noah Lindqvist"}
    assert {row.name for row in register.guardians} == {"Maria Lindqvist", "Johan Ek", "Jo Ek"}
    assert planned.difference.losses == ()


def test_the_mark_of_how_far_was_read_is_set_by_apply_only(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    school = School(ss12000(SCHOOL), deleted={})
    with serving(school) as address:
        planned = plan(here, address)
        plan(here, address)
        assert not any("deletedEntities" in path for path in school.asked)
        apply(here, planned, allow_wider=True, now=NOW)
        plan(here, address, everything=True)
        assert not any("deletedEntities" in path for path in school.asked)
        plan(here, address)
        assert any("deletedEntities" in path for path in school.asked)
