"""The same preschool as CSV with our headings, as CSV with others', and as SS 12000 answers; and sites to import into."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pluttra_publish.errors import Findings
from pluttra_publish.register import Register, empty_register, read_register
from pluttra_publish.register.importing.plan import Planned, Wanted, apply, plan_import
from pluttra_publish.settings import Settings, read_settings
from pluttra_publish.settings_text import default_toml

NOW = datetime(2026, 9, 10, 10, 0, tzinfo=UTC)
TODAY = date(2026, 9, 10)

MAPPING = """
[[file]]
name = "elever*"
table = "barn"
unmarked = ["Ingen"]
[file.columns]
"Barnets personnummer" = "personnummer"
"Tilltalsnamn" = "förnamn"
"Släktnamn" = "efternamn"
"Avd" = "avdelning"
"Placerad" = "från"
"Slutar" = "till"
"Markering" = "skyddad"

[[file]]
name = "föräldrar*"
table = "vardnadshavare"
unmarked = ["Ingen"]
[file.columns]
"Barn" = "barn"
"Förälder" = "personnummer"
"Förnamn" = "förnamn"
"Efternamn" = "efternamn"
"Mejl" = "epost"
"Markering" = "skyddad"
"""


@dataclass(frozen=True)
class Adult:
    number: str
    first: str
    last: str
    email: str = ""
    marking: str = "Ingen"


@dataclass(frozen=True)
class Pupil:
    number: str
    first: str
    last: str
    department: str
    start: date
    adults: tuple[Adult, ...]
    end: date | None = None
    marking: str = "Ingen"


MARIA = Adult("198502030001", "Maria", "Lindqvist", "maria@example.se")
JOHAN = Adult("198601020002", "Johan", "Ek", "johan@example.se")
KARIN = Adult("199001010003", "Karin", "Öberg; Å", "")
ALVA = Pupil("202105110001", "Alva", "Lindqvist", "Solrosen", date(2024, 8, 19), (MARIA, JOHAN))
NOAH = Pupil("202301020002", "Noah", "Lindqvist", "Blåklockan", date(2025, 8, 18), (MARIA,))
AKE = Pupil("202111020003", "Åke", "Sandström", "Solrosen", date(2024, 8, 19), (KARIN,), date(2026, 12, 20))
SCHOOL = (ALVA, NOAH, AKE)

_names = st.sampled_from(["Alva", "Åke", "Noor", "José", "Anna-Lena", "D'Arc", 'Li "Lo"', "Ö;a"])
_adults = st.lists(
    st.builds(
        Adult,
        number=st.integers(0, 9999).map(lambda n: f"19850203{n:04d}"),
        first=_names,
        last=_names,
        email=st.sampled_from(["", "a@example.se", "b@example.se"]),
        marking=st.sampled_from(["Ingen", "Ingen", "Ingen", "Sekretessmarkering"]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda adult: adult.number,
)


@st.composite
def schools(draw: st.DrawFn) -> tuple[Pupil, ...]:
    adults = draw(_adults)
    numbers = draw(st.lists(st.integers(0, 9999), min_size=1, max_size=6, unique=True))
    return tuple(
        Pupil(
            f"20210511{number:04d}",
            draw(_names),
            draw(_names),
            draw(st.sampled_from(["Solrosen", "Blåklockan"])),
            date(2024, 8, 19),
            tuple(draw(st.lists(st.sampled_from(adults), max_size=3, unique=True))),
            draw(st.sampled_from([None, date(2026, 12, 20)])),
            draw(st.sampled_from(["Ingen", "Ingen", "Skyddad folkbokföring"])),
        )
        for number in numbers
    )


def site(folder: Path, register: dict[str, str] | None = None) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pluttra.toml").write_text(default_toml("Backen"), encoding="utf-8", newline="\n")
    (folder / "register").mkdir()
    for name, text in (empty_register() | (register or {})).items():
        (folder / "register" / name).write_text(text, encoding="utf-8", newline="")
    return read_settings(folder)


def table(head: list[str], rows: list[list[str]], delimiter: str = ";") -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([head, *rows])
    return text.getvalue()


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def own_csv(school: tuple[Pupil, ...]) -> dict[str, bytes]:
    """The register's own headings, with ids of the other register: personal numbers, as people do."""
    adults = {adult.number: adult for pupil in school for adult in pupil.adults}
    departments = sorted({pupil.department for pupil in school})
    word = {"Ingen": "nej"}
    files = {
        "avdelningar.csv": table(["id", "namn"], [[name.lower(), name] for name in departments]),
        "barn.csv": table(
            ["id", "förnamn", "efternamn", "skyddad"],
            [[p.number, p.first, p.last, word.get(p.marking, "ja")] for p in school],
        ),
        "vardnadshavare.csv": table(
            ["id", "förnamn", "efternamn", "epost", "språk", "skyddad"],
            [[a.number, a.first, a.last, a.email, "", word.get(a.marking, "ja")] for a in adults.values()],
        ),
        "relationer.csv": table(
            ["barn", "vårdnadshavare", "från", "till"],
            [[p.number, a.number, _day(p.start), ""] for p in school for a in p.adults],
        ),
        "placeringar.csv": table(
            ["barn", "avdelning", "från", "till"],
            [[p.number, p.department.lower(), _day(p.start), _day(p.end)] for p in school],
        ),
    }
    return {name: text.encode("utf-8") for name, text in files.items()}


def mapped_csv(school: tuple[Pupil, ...], encoding: str = "iso-8859-1", delimiter: str = "\t") -> dict[str, bytes]:
    pupils = [[_dashed(p.number), p.first, p.last, p.department, _day(p.start), _day(p.end), p.marking] for p in school]
    adults = [[_dashed(p.number), a.number, a.first, a.last, a.email, a.marking] for p in school for a in p.adults]
    head = ["Barnets personnummer", "Tilltalsnamn", "Släktnamn", "Avd", "Placerad", "Slutar", "Markering"]
    files = {
        "elever.txt": table(head, pupils, delimiter),
        "föräldrar.txt": table(["Barn", "Förälder", "Förnamn", "Efternamn", "Mejl", "Markering"], adults, delimiter),
    }
    return {name: text.encode(encoding) for name, text in files.items()}


def _dashed(number: str) -> str:
    return f"{number[2:8]}-{number[8:]}"


def ss12000(school: tuple[Pupil, ...]) -> dict[str, list[dict[str, Any]]]:
    """Every resource, as a vendor with everything switched on has it."""
    adults = {adult.number: adult for pupil in school for adult in pupil.adults}
    departments = sorted({pupil.department for pupil in school})
    persons = [
        {
            "id": f"p-{p.number[4:]}",
            "givenName": p.first,
            "familyName": p.last,
            "civicNo": {"value": p.number},
            "securityMarking": p.marking,
            "enrolments": [],
            "responsibles": [
                {"person": {"id": f"a-{a.number[4:]}"}, "relationType": "Vårdnadshavare"} for a in p.adults
            ],
        }
        for p in school
    ]
    persons += [
        {
            "id": f"a-{a.number[4:]}",
            "givenName": a.first,
            "familyName": a.last,
            "civicNo": {"value": a.number},
            "securityMarking": a.marking,
            "emails": [{"value": a.email, "type": "Privat"}] if a.email else [],
        }
        for a in adults.values()
    ]
    return {
        "organisations": [{"id": "org", "displayName": "Backens förskola", "organisationType": "Skolenhet"}],
        "groups": [{"id": f"g-{name}", "displayName": name, "groupType": "Avdelning"} for name in departments],
        "persons": persons,
        "placements": [
            {
                "id": f"pl-{p.number[4:]}",
                "placedAt": {"id": "org"},
                "group": {"id": f"g-{p.department}"},
                "child": {"id": f"p-{p.number[4:]}", "securityMarking": p.marking},
                "schoolType": "FS",
                "startDate": p.start.isoformat(),
                **({"endDate": p.end.isoformat()} if p.end else {}),
            }
            for p in school
        ],
    }


def pages(resources: dict[str, list[dict[str, Any]]], size: int = 2) -> dict[str, bytes]:
    files = {}
    for name, listed in resources.items():
        for at in range(0, max(len(listed), 1), size):
            token = f"t{at}" if at + size < len(listed) else None
            page = {"data": listed[at : at + size], "pageToken": token}
            files[f"{name}-{at:03d}.json"] = json.dumps(page, ensure_ascii=False).encode("utf-8")
    return files


def write(folder: Path, files: dict[str, bytes]) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return str(folder)


def plan(settings: Settings, source: str, *, now: datetime = NOW, **wanted: Any) -> Planned:
    return plan_import(settings, Wanted((source,), **wanted), now=now, wait=lambda _seconds: None)


def take_in(settings: Settings, source: str, *, now: datetime = NOW, **wanted: Any) -> Planned:
    planned = plan(settings, source, now=now, **wanted)
    apply(settings, planned, allow_wider=True, now=now)
    return planned


def take_in_mapped(settings: Settings, folder: Path, school: tuple[Pupil, ...], **how: str) -> Planned:
    source = write(folder, mapped_csv(school, **how))
    mapping = folder.parent / f"{folder.name}.toml"
    mapping.write_text(MAPPING, encoding="utf-8", newline="\n")
    return take_in(settings, source, mapping=mapping)


def registered(settings: Settings) -> Register:
    findings = Findings()
    register = read_register(settings.register, findings)
    assert findings.errors == []
    return register


def by_name(register: Register) -> dict[str, Any]:
    """The register with names instead of ids: what a person would compare."""
    told: dict[str, Any] = {}
    name = {row.id: row.name for row in (*register.children, *register.guardians, *register.departments)}
    told["departments"] = sorted(row.name for row in register.departments)
    told["children"] = sorted((row.name, str(row.protected)) for row in register.children)
    told["guardians"] = sorted((row.name, row.email, str(row.protected)) for row in register.guardians)
    told["relations"] = sorted((name[row.child], name[row.guardian], str(row.span)) for row in register.relations)
    told["placements"] = sorted((name[row.child], name[row.department], str(row.span)) for row in register.placements)
    return told
