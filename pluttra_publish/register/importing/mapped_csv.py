"""CSV exports, through a mapping, to a draft. Knows fields and forms of cells. Does not know the register."""

from __future__ import annotations

import re
from collections.abc import Mapping as ByName
from dataclasses import dataclass, field, replace
from datetime import date

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.register.importing import personal_numbers
from pluttra_publish.register.importing.drafts import (
    NONE_MARKED,
    Draft,
    DraftDepartment,
    DraftLink,
    DraftPerson,
    DraftStaff,
    Undecided,
    Where,
)
from pluttra_publish.register.importing.enums import GUARDIAN, role_of
from pluttra_publish.register.importing.mapping import FIELDS, FileMapping, Mapping
from pluttra_publish.register.read import FILES
from pluttra_publish.register.tables import Column, Row, read_table
from pluttra_publish.register.values import fold

# What each table says everything about, when its columns are there.
_SPOKEN = {
    "barn": ("barn.csv",),
    "vardnadshavare": ("vardnadshavare.csv",),
    "personal": ("personal.csv",),
    "avdelningar": (),
    "relationer": ("relationer.csv",),
    "placeringar": ("placeringar.csv",),
    "personal-avdelningar": ("personal-avdelningar.csv",),
}

_ORDER = ("avdelningar", *(table for table in FIELDS if table != "avdelningar"))


def draft_from_csv(files: ByName[str, bytes], mapping: Mapping, *, today: date, findings: Findings) -> Draft:
    """Return what CSV files, by name, say; a row that cannot be read is a finding with file, line and column."""
    reading = _Reading(today, mapping.unit, findings)
    pairs = []
    for name in files:
        for_it = [made for made in mapping.files if made.is_for(name)]
        if not for_it:
            mend = "Lägg till den i mappningen (pluttra register inspect), eller lämna den utanför."
            findings.error(RegisterError, name, "", "Ingen [[file]] i mappningen gäller filen.", mend)
        pairs += [(name, made) for made in for_it[:1]]
    for name, made in sorted(pairs, key=lambda pair: _ORDER.index(pair[1].table)):
        reading.read(name, files[name], made)
    return replace(reading.draft(), default_start=mapping.default_start)


@dataclass(frozen=True)
class _Line:
    """One row, by field."""

    row: Row
    mapping: FileMapping

    def __getitem__(self, name: str) -> str:
        heading = self.mapping.columns.get(name)
        text = self.row.cells.get(heading, "") if heading else ""
        return "" if text == "-" else text

    def has(self, name: str) -> bool:
        return name in self.mapping.columns

    def where(self, name: str = "") -> Where:
        return Where(self.row.file, self.row.place(self.mapping.columns.get(name, "")))


@dataclass
class _Reading:
    today: date
    unit: str
    findings: Findings
    departments: dict[str, DraftDepartment] = field(default_factory=dict)
    children: dict[str, DraftPerson] = field(default_factory=dict)
    guardians: dict[str, DraftPerson] = field(default_factory=dict)
    staff: dict[str, DraftStaff] = field(default_factory=dict)
    relations: list[DraftLink] = field(default_factory=list)
    placements: list[DraftLink] = field(default_factory=list)
    staff_departments: list[DraftLink] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    kept_staff: set[str] = field(default_factory=set)

    def draft(self) -> Draft:
        return Draft(
            departments=tuple(dict.fromkeys(self.departments.values())),
            children=tuple(self.children.values()),
            guardians=tuple(self.guardians.values()),
            relations=tuple(self.relations),
            placements=tuple(self.placements),
            staff=tuple(self.staff.values()),
            staff_departments=tuple(self.staff_departments),
            complete=frozenset(self.complete),
            undecided=tuple(self.undecided),
            kept_staff=frozenset(self.kept_staff),
        )

    def read(self, name: str, raw: bytes, mapping: FileMapping) -> None:
        optional = {"skyddad", "språk"} if mapping.own else set()
        columns = tuple(Column(heading, needed=which not in optional) for which, heading in mapping.columns.items())
        if mapping.own:
            columns = tuple(_own_column(mapping, column) for column in columns)
        table = read_table(raw, name, columns, self.findings, mapping.form)
        present = {which: heading for which, heading in mapping.columns.items() if heading in table.headings}
        mapping = replace(mapping, columns=present)
        read = getattr(self, f"_{mapping.table.replace('-', '_')}")
        for row in table.rows:
            line = _Line(row, mapping)
            if self._of_this_unit(line):
                read(line)
        if table.headings:
            self.complete |= set(_SPOKEN[mapping.table])
            if mapping.table == "barn" and "avdelning" in present:
                self.complete.add("placeringar.csv")
            if mapping.table == "vardnadshavare" and "barn" in present:
                self.complete.add("relationer.csv")
            if mapping.table == "personal" and "avdelning" in present:
                self.complete.add("personal-avdelningar.csv")

    def _of_this_unit(self, line: _Line) -> bool:
        return not (self.unit and line.has("enhet")) or fold(line["enhet"]) == fold(self.unit)

    # --- tables, by the name in the mapping

    def _barn(self, line: _Line) -> None:
        keys = self._keys(line)
        if not keys:
            return
        self._keep(self.children, self._person(line, keys))
        if line["avdelning"]:
            department = self._department(line)
            self.placements.append(self._link(line, keys[0], department))

    def _vardnadshavare(self, line: _Line) -> None:
        child = self._reference(line, "barn") if line.has("barn") else ""
        if line.has("barn") and not child:
            return
        keys = self._keys(line, of=child)
        if not keys:
            return
        relation = line["relation"]
        if relation and fold(relation) != fold(GUARDIAN):
            name = " ".join(part for part in self._name(line) if part)
            self.undecided.append(Undecided(child, name, f"är {relation}, inte vårdnadshavare."))
            self._mark_through(child, self._marking(line))
            return
        self._keep(self.guardians, self._person(line, keys))
        if child:
            self.relations.append(self._link(line, child, keys[0]))

    def _personal(self, line: _Line) -> None:
        keys = self._keys(line)
        if not keys:
            return
        marking = self._marking(line)
        if line.has("skyddad") and line["skyddad"] and marking != NONE_MARKED:
            self.kept_staff.add(keys[0])  # the register cannot hold staff with protected identity
            return
        role = role_of(line["roll"]) if line["roll"] else "pedagogue"
        if role is None:
            name = " ".join(part for part in self._name(line) if part)
            self.undecided.append(Undecided("", name, f"har rollen {line['roll']}."))
            self.kept_staff.add(keys[0])
            return
        start, end = self._day(line, "från"), self._day(line, "till")
        if line.mapping.own or not line["avdelning"]:
            dated = line.has("till")
        else:  # dates beside a department are the department's
            start, end, dated = None, None, False
        member = DraftStaff(self._person(line, keys), role, start, end, dated)
        self.staff.setdefault(keys[0], member)
        if line["avdelning"]:
            self.staff_departments.append(self._link(line, keys[0], self._department(line)))

    def _avdelningar(self, line: _Line) -> None:
        name, ident = line["namn"], line["id"]
        if not name:
            self._wrong(line, "namn", "Rutan är tom.", "Fyll i den.")
            return
        own = (f"id:{ident}",) if line.mapping.own and ident else (f"extern:{ident}",) if ident else ()
        found = DraftDepartment((*own, f"avd:{fold(name)}"), name, line.where("namn"))
        self.departments[f"avd:{fold(name)}"] = found
        if ident:
            self.departments[f"avd:{fold(ident)}"] = found

    def _relationer(self, line: _Line) -> None:
        relation = line["relation"]
        child, adult = self._reference(line, "barn"), self._reference(line, "vårdnadshavare")
        if relation and fold(relation) != fold(GUARDIAN):
            person = self.guardians.get(adult)
            name = person.name if person else "En person"
            self.undecided.append(Undecided(child, name, f"är {relation}, inte vårdnadshavare."))
        elif child and adult:
            self.relations.append(self._link(line, child, adult))

    def _placeringar(self, line: _Line) -> None:
        child = self._reference(line, "barn")
        if child and line["avdelning"]:
            self.placements.append(self._link(line, child, self._department(line)))
        elif child:
            self._wrong(line, "avdelning", "Rutan är tom.", "Fyll i den.")

    def _personal_avdelningar(self, line: _Line) -> None:
        member = self._reference(line, "personal")
        if member and line["avdelning"] and member not in self.kept_staff:
            self.staff_departments.append(self._link(line, member, self._department(line)))

    # --- parts of a row

    def _keys(self, line: _Line, of: str = "") -> tuple[str, ...]:
        """Return what a person is known by: personal number, the source's id, else the name (and whose guardian)."""
        keys: list[str] = []
        if written := line["personnummer"]:
            key = self._number(line, "personnummer", written)
            if not key:
                return ()
            keys.append(key)
        if written := line["id"]:
            keys.append(self._reference(line, "id"))
            if not keys[-1]:
                return ()
        if not keys:
            first, last = self._name(line)
            if not first:
                self._wrong(line, "förnamn", "Rutan är tom.", "Fyll i den.")
                return ()
            keys.append(f"namn:{of}:{fold(f'{first} {last}')}")
        return tuple(keys)

    def _reference(self, line: _Line, name: str) -> str:
        written = line[name]
        if not written:
            self._wrong(line, name, "Rutan är tom.", "Fyll i den.")
            return ""
        if personal_numbers.looks_like(written):
            return self._number(line, name, written)
        return f"id:{written}" if line.mapping.own else f"extern:{written}"

    def _number(self, line: _Line, name: str, written: str) -> str:
        number = personal_numbers.normalise(written, self.today)
        if number is None:
            mend = "Skriv ÅÅÅÅMMDD-XXXX. Har ett kalkylprogram gjort om det till ett tal: spara kolumnen som text."
            self._wrong(line, name, "Personnumret går inte att tolka.", mend)
            return ""
        return f"pnr:{number}"

    def _person(self, line: _Line, keys: tuple[str, ...]) -> DraftPerson:
        first, last = self._name(line)
        if not first:
            self._wrong(line, "förnamn" if line.has("förnamn") else "namn", "Rutan är tom.", "Fyll i den.")
        email = line["epost"] if line.has("epost") else None
        return DraftPerson(
            keys, first or "?", last, line.where("epost"), email, line["språk"] or None, self._marking(line)
        )

    def _name(self, line: _Line) -> tuple[str, str]:
        if line["förnamn"] or not line["namn"]:
            return line["förnamn"], line["efternamn"]
        whole = line["namn"]
        if "," in whole:
            last, _, first = whole.partition(",")
            return first.strip(), last.strip()
        first, _, last = whole.rpartition(" ")
        return (first, last) if first else (last, "")

    def _marking(self, line: _Line) -> str | None:
        written = line["skyddad"]
        if not written:
            return None
        return NONE_MARKED if fold(written) in line.mapping.unmarked else written

    def _mark_through(self, child: str, marking: str | None) -> None:
        """An adult who is no guardian and is marked, or may be, takes the child along."""
        known = self.children.get(child)
        if known and (marking != NONE_MARKED) and known.marking in {None, NONE_MARKED}:
            self.children[child] = replace(known, marking=marking)

    def _keep(self, people: dict[str, DraftPerson], person: DraftPerson) -> None:
        """The first row about a person counts; later ones fill in what it lacked, and the gravest marking."""
        known = people.get(person.keys[0])
        if known is None:
            people[person.keys[0]] = person
            return
        marked = [one.marking for one in (known, person) if one.marking not in {None, NONE_MARKED}]
        said = NONE_MARKED if NONE_MARKED in {known.marking, person.marking} else None
        people[person.keys[0]] = replace(
            known, email=known.email or person.email, marking=marked[0] if marked else said
        )

    def _department(self, line: _Line) -> str:
        written = line["avdelning"]
        key = f"avd:{fold(written)}"
        if not line.mapping.own:
            self.departments.setdefault(key, DraftDepartment((key,), written, line.where("avdelning")))
        known = self.departments.get(key)
        return known.keys[0] if known else key

    def _link(self, line: _Line, one: str, other: str) -> DraftLink:
        start, end = self._day(line, "från"), self._day(line, "till")
        if line.mapping.own and start is None and not line["från"]:
            self._wrong(line, "från", "Datum saknas.", "Skriv första dagen, till exempel 2026-08-17.")
        return DraftLink(one, other, line.where(), start, end, dated=line.has("till"))

    def _day(self, line: _Line, name: str) -> date | None:
        written = line[name]
        if not written:
            return None
        match = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})([ T][0-9:.]+Z?)?", written)
        try:
            day = date(int(match[1]), int(match[2]), int(match[3])) if match else None
        except ValueError:
            day = None
        if day is None or not date(1950, 1, 1) <= day <= date(2100, 12, 31):
            self._wrong(line, name, "Datum går inte att tolka.", "Skriv det som 2026-08-17.")
            return None
        return day

    def _wrong(self, line: _Line, name: str, message: str, mend: str) -> None:
        where = line.where(name)
        self.findings.error(RegisterError, where.file, where.place, message, mend)


def _own_column(mapping: FileMapping, column: Column) -> Column:
    return next(own for own in FILES[f"{mapping.table}.csv"] if own.heading == column.heading)
