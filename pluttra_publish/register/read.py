"""The files of register/ to a Register, with every finding. Knows no posts and no dates of today.

Findings name file, row and column, never a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.register.allowed_words import ALLOWED_WORDS
from pluttra_publish.register.journal import current_file
from pluttra_publish.register.tables import Column, Row, Table, read_table
from pluttra_publish.register.values import (
    Child,
    Department,
    Guardian,
    Placement,
    Register,
    Relation,
    Role,
    Span,
    StaffDepartment,
    StaffMember,
    fold,
)

_TABLE = "*.[cCtT][sSxX][vVtT]"
_ID = Column("id")
_FIRST = Column("förnamn", ("first name", "given name"))
_LAST = Column("efternamn", ("last name", "surname", "family name"))
_EMAIL = Column("epost", ("email", "mejl", "e-postadress"))
_PROTECTED = Column("skyddad", ("protected", "skyddade personuppgifter", "sekretessmarkering"), needed=False)
_CHILD = Column("barn", ("child",))
_DEPARTMENT = Column("avdelning", ("department",))
_FROM = Column("från", ("from", "start"))
_TO = Column("till", ("to", "end"))

FILES: dict[str, tuple[Column, ...]] = {
    "avdelningar.csv": (_ID, Column("namn", ("name",))),
    "barn.csv": (_ID, _FIRST, _LAST, _PROTECTED),
    "vardnadshavare.csv": (_ID, _FIRST, _LAST, _EMAIL, Column("språk", ("language",), needed=False), _PROTECTED),
    "relationer.csv": (_CHILD, Column("vårdnadshavare", ("guardian",)), _FROM, _TO),
    "placeringar.csv": (_CHILD, _DEPARTMENT, _FROM, _TO),
    "personal.csv": (_ID, _FIRST, _LAST, _EMAIL, Column("roll", ("role",)), _FROM, _TO),
    "personal-avdelningar.csv": (Column("personal", ("staff",)), _DEPARTMENT, _FROM, _TO),
}

# Folders of inlagg/ that are not departments.
RESERVED = frozenset({"barn", "forskolan", "förskolan", "personal", "offentligt"})

_YES = frozenset({"ja", "j", "yes", "y", "1", "true", "sant", "x"})
_NO = frozenset({"nej", "n", "no", "0", "false", "falskt"})
_ROLES: dict[str, Role] = {
    "pedagog": "pedagogue",
    "pedagogue": "pedagogue",
    "rektor": "principal",
    "principal": "principal",
}
_EARLIEST, _LATEST = date(1950, 1, 1), date(2100, 12, 31)

_Value = TypeVar("_Value")


def read_register(folder: Path, findings: Findings) -> Register:
    """Read the register's files. What is wrong is a finding, and the row is left out."""
    raw = {name: _raw(folder, name, findings) for name in FILES}
    return read_files({name: read for name, read in raw.items() if read is not None}, findings, place=folder.name)


def read_files(files: Mapping[str, bytes], findings: Findings, *, place: str) -> Register:
    """Read the register from its files' bytes, by name; findings call them `place`/name. One that is not there is empty."""
    tables = {name: _table(files.get(name), f"{place}/{name}", findings) for name in FILES}
    departments = _departments(tables["avdelningar.csv"], findings)
    _refuse_shared_ids(tables, findings)
    # Ids as written: a row that is wrong in itself is told once, not again by every row that refers to it.
    known = {
        name: {row.cells["id"] for row in table.rows if "id" in row.cells} - {""} for name, table in tables.items()
    }
    links = _Links(known, findings)
    children = _all(tables["barn.csv"], _child, findings)
    guardians = _all(tables["vardnadshavare.csv"], _guardian, findings)
    for name in ("barn.csv", "vardnadshavare.csv"):
        _remind_of_marking(tables[name], findings)
    return Register(
        departments=departments,
        children=children,
        guardians=guardians,
        relations=links.read(tables["relationer.csv"], "barn.csv", "vardnadshavare.csv", Relation),
        placements=links.read(tables["placeringar.csv"], "barn.csv", "avdelningar.csv", Placement),
        staff=_all(tables["personal.csv"], _staff_member, findings),
        staff_departments=links.read(
            tables["personal-avdelningar.csv"], "personal.csv", "avdelningar.csv", StaffDepartment
        ),
    )


def empty_register() -> dict[str, str]:
    """Return the files of an empty register, by name, for `pluttra init`: the headings only, as Excel opens them."""
    return {name: "\ufeff" + ";".join(column.heading for column in columns) + "\r\n" for name, columns in FILES.items()}


def check_place(register: Path, posts: Path, findings: Findings, *, only: Iterable[Path] | None = None) -> None:
    """Refuse a register that lies in the folder of posts, in part or whole, since that one may be synced.

    `only` are files and folders there to look in, if it isn't all.
    """
    mend = "Flytta den till registrets mapp, bredvid inläggen, och töm papperskorgen i den synkade mappen."
    if register.resolve().is_relative_to(posts.resolve()):
        message = "Registret ligger i inläggsmappen, som kan synkas mellan datorer."
        findings.error(RegisterError, register.name, "", message, mend)
        return
    ours = {*FILES, "samtycken.csv", ALLOWED_WORDS}
    for file in sorted(_tables_in(posts) if only is None else {file for place in only for file in _tables_in(place)}):
        if fold(file.name) in ours:
            name = f"{posts.name}/{file.relative_to(posts).as_posix()}"
            findings.error(RegisterError, name, "", "En fil ur registret ligger i inläggsmappen, som kan synkas.", mend)


def _tables_in(place: Path) -> Iterable[Path]:
    """Return the files that may be tables, by their endings: the place itself, or what lies below it."""
    return place.rglob(_TABLE) if place.is_dir() else [place] if place.match(_TABLE) else []


def _raw(folder: Path, name: str, findings: Findings) -> bytes | None:
    file = f"{folder.name}/{name}"
    try:
        return current_file(folder, name).read_bytes()
    except FileNotFoundError:
        headings = ";".join(column.heading for column in FILES[name])
        findings.error(RegisterError, file, "", "Filen saknas.", f"Skapa den med rubrikerna {headings}.")
    except OSError:
        findings.error(RegisterError, file, "", "Filen kan inte läsas.", "Stäng den i andra program och försök igen.")
    return None


def _table(raw: bytes | None, file: str, findings: Findings) -> Table:
    if raw is None:
        return Table(file, frozenset(), ())
    return read_table(raw, file, FILES[file.rpartition("/")[2]], findings)


def _all(table: Table, read: Callable[[Row, Findings], _Value | None], findings: Findings) -> tuple[_Value, ...]:
    values = (read(row, findings) for row in table.rows)
    return tuple(value for value in values if value is not None)


def _departments(table: Table, findings: Findings) -> tuple[Department, ...]:
    departments: list[Department] = []
    taken: dict[str, int] = {}
    for row in table.rows:
        ident, name = _id(row, findings), _text(row, "namn", findings)
        if not ident or not name:
            continue
        if {fold(ident), fold(name)} & RESERVED or re.search(r'[<>:"/\\|?*\x00-\x1f]|\.$', name):
            message = "Namnet kan inte vara en mapp i inläggsmappen."
            findings.error(RegisterError, row.file, row.place("namn"), message, "Välj ett annat namn.")
            continue
        other = taken.get(fold(ident)) or taken.get(fold(name))
        if other:
            message = f"Avdelningens id eller namn finns redan på rad {other}."
            findings.error(RegisterError, row.file, row.place(), message, "Ge varje avdelning ett eget.")
            continue
        taken |= {fold(ident): row.line, fold(name): row.line}
        departments.append(Department(ident, name))
    return tuple(departments)


def _child(row: Row, findings: Findings) -> Child | None:
    ident, first = _id(row, findings), _text(row, "förnamn", findings)
    marking = _marking(row, findings)
    return Child(ident, first, row.cells["efternamn"], marking) if ident and first else None


def _guardian(row: Row, findings: Findings) -> Guardian | None:
    ident, first = _id(row, findings), _text(row, "förnamn", findings)
    email, language = _email(row, findings), _language(row, findings)
    marking = _marking(row, findings)
    return Guardian(ident, first, row.cells["efternamn"], email, language, marking) if ident and first else None


def _staff_member(row: Row, findings: Findings) -> StaffMember | None:
    ident, first = _id(row, findings), _text(row, "förnamn", findings)
    email, span = _email(row, findings), _span(row, findings)
    role = _ROLES.get(fold(row.cells["roll"]))
    if role is None:
        findings.error(RegisterError, row.file, row.place("roll"), "Rollen finns inte.", "Skriv pedagog eller rektor.")
    return (
        StaffMember(ident, first, row.cells["efternamn"], role, span, email)
        if ident and first and span and role
        else None
    )


class _Links:
    """Rows that tie two others together for a time."""

    def __init__(self, known: Mapping[str, set[str]], findings: Findings) -> None:
        self._known = known
        self._findings = findings

    def read(self, table: Table, one: str, other: str, link: Callable[[str, str, Span], _Value]) -> tuple[_Value, ...]:
        headings = [column.heading for column in FILES[table.file.rpartition("/")[2]]]
        values: dict[_Value, int] = {}
        for row in table.rows:
            first = self._reference(row, headings[0], one)
            second = self._reference(row, headings[1], other)
            span = _span(row, self._findings)
            if not (first and second and span):
                continue
            value = link(first, second, span)
            if value in values:
                message = f"Raden är densamma som rad {values[value]}."
                self._findings.error(RegisterError, row.file, row.place(), message, "Ta bort den ena.")
            else:
                values[value] = row.line
        return tuple(values)

    def _reference(self, row: Row, heading: str, file: str) -> str:
        written = row.cells[heading]
        if written in self._known[file]:
            return written
        message = f"Id finns inte i {file}." if written else "Id saknas."
        self._findings.error(RegisterError, row.file, row.place(heading), message, f"Skriv id som i {file}.")
        return ""


def _refuse_shared_ids(tables: Mapping[str, Table], findings: Findings) -> None:
    taken: dict[str, Row] = {}
    for name in ("barn.csv", "vardnadshavare.csv", "personal.csv"):
        for row in tables[name].rows:
            first = taken.setdefault(fold(row.cells["id"]), row)
            if first is not row and row.cells["id"]:
                message = f"Id finns redan i {first.file}, rad {first.line}."
                findings.error(RegisterError, row.file, row.place("id"), message, "Ge varje person ett eget id.")


def _remind_of_marking(table: Table, findings: Findings) -> None:
    mend = "Skriv nej när det är kontrollerat att personen inte har skyddade personuppgifter, annars ja."
    outside = "räknas som skyddad och står utanför."
    if table.rows and "skyddad" not in table.headings:
        message = f"Kolumnen skyddad saknas, så varje familj {outside}"
        findings.warning(table.file, "", message, f"Lägg till kolumnen. {mend}")
        return
    for row in table.rows:
        if not row.cells.get("skyddad"):
            findings.warning(row.file, row.place("skyddad"), f"Rutan är tom, så familjen {outside}", mend)


def _marking(row: Row, findings: Findings) -> bool | None:
    written = fold(row.cells.get("skyddad", ""))
    if written in _NO:
        return False
    if written in _YES:
        return True
    if written:
        findings.error(
            RegisterError, row.file, row.place("skyddad"), "Svaret går inte att tolka.", "Skriv ja eller nej."
        )
    return None


def _id(row: Row, findings: Findings) -> str:
    written = row.cells["id"]
    if re.fullmatch(r"[^\W_][\w.-]*", written):
        return written
    message = (
        "Id innehåller annat än bokstäver, siffror, bindestreck, punkt och understreck." if written else "Id saknas."
    )
    findings.error(RegisterError, row.file, row.place("id"), message, "Skriv ett kort eget id, till exempel b01.")
    return ""


def _text(row: Row, heading: str, findings: Findings) -> str:
    written = row.cells[heading]
    if not written:
        findings.error(RegisterError, row.file, row.place(heading), "Rutan är tom.", f"Fyll i {heading}.")
    return written


def _email(row: Row, findings: Findings) -> str:
    written = row.cells["epost"]
    if not written or is_email(written):
        return written
    mend = "Rätta den, eller lämna rutan tom om adress saknas."
    findings.error(RegisterError, row.file, row.place("epost"), "E-postadressen är inte giltig.", mend)
    return ""


def is_email(written: str) -> bool:
    """Tell whether a text has the shape of an e-mail address."""
    return bool(re.fullmatch(r"[^@\s,;:<>()\"]+@[^@\s,;:<>()\"]+\.[^@\s.,;:<>()\"]{2,}", written))


def _language(row: Row, findings: Findings) -> str:
    written = row.cells.get("språk", "")
    if not written:
        return ""
    if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", written):
        return written
    findings.error(
        RegisterError,
        row.file,
        row.place("språk"),
        "Språkkoden går inte att tolka.",
        "Skriv till exempel sv, en, ar, so eller fi, eller lämna rutan tom.",
    )
    return ""


def _span(row: Row, findings: Findings) -> Span | None:
    start, end = _day(row, "från", findings), _day(row, "till", findings)
    if not row.cells["från"]:
        findings.error(
            RegisterError, row.file, row.place("från"), "Datum saknas.", "Skriv första dagen, till exempel 2026-08-17."
        )
    if start is None or (end is None and row.cells["till"]):
        return None
    if end is not None and end < start:
        findings.error(
            RegisterError, row.file, row.place("till"), "Slutdatum är före startdatum.", "Rätta något av dem."
        )
        return None
    return Span(start, end)


def _day(row: Row, heading: str, findings: Findings) -> date | None:
    written = row.cells[heading]
    if not written:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
            raise ValueError(written)
        day = date.fromisoformat(written)
    except ValueError:
        findings.error(
            RegisterError, row.file, row.place(heading), "Datum går inte att tolka.", "Skriv det som 2026-08-17."
        )
        return None
    if not _EARLIEST <= day <= _LATEST:
        findings.error(RegisterError, row.file, row.place(heading), "Datum är orimligt.", "Kontrollera årtalet.")
        return None
    return day
