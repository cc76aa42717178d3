"""Names as people write them, to the one who is meant. Never names a quarantined family, nor says that it is there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from pluttra_publish.errors import IdentityError, UsageError
from pluttra_publish.register.values import Child, Department, Guardian, Register, StaffMember, fold

_Value = TypeVar("_Value")


class ChildNotFound(IdentityError):
    """No child, or more than one, is meant by what was written. `candidates` are those it could be."""

    def __init__(self, message: str, *, hint: str, candidates: tuple[Child, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.candidates = candidates


class DepartmentNotFound(IdentityError):
    """No department has that id or name."""


class ReaderNotFound(UsageError):
    """No guardian or member of staff, or more than one, is meant by what was written."""


@dataclass(frozen=True)
class Reader:
    """A guardian or a member of staff, as one who reads; `language` is empty when the register doesn't say it."""

    id: str
    name: str
    role: Literal["guardian", "pedagogue", "principal"]
    language: str
    email: str


def find_child(register: Register, written: str, *, department: str | None, on: date) -> Child:
    """Return the child meant by an id, a first name among those placed in `department` (an id) then, or a full name.

    Upper and lower case are alike, and so are composed and decomposed letters. A name that could also be a quarantined
    child's is answered as an unknown one, so that marking a child never makes another child be meant.

    Raises:
        ChildNotFound: nobody, or more than one.
    """
    if (exact := register.child.get(unicodedata.normalize("NFC", written.strip()))) is not None:
        matches: tuple[Child, ...] = (exact,)
    else:
        matches = _children_called(register, fold(written), department, on)
    if not matches or any(child.id in register.quarantined for child in matches):
        raise ChildNotFound(
            f"Barnet ”{_shown(written)}” finns inte.", hint=_unknown_hint(register, written, department)
        )
    if len(matches) > 1:
        candidates = tuple(sorted(matches, key=lambda child: (fold(child.name), child.id)))
        listed = ", ".join(f"{child.name} (id {child.id})" for child in candidates)
        message = f"”{_shown(written)}” kan vara flera barn: {listed}."
        raise ChildNotFound(message, hint="Skriv hela namnet eller id.", candidates=candidates)
    return matches[0]


def _children_called(register: Register, name: str, department: str | None, on: date) -> tuple[Child, ...]:
    written = register.children_by_written.get(name, ())
    placed = tuple(
        child
        for child in register.children_by_first_name.get(name, ())
        if any(
            row.department == department and row.span.holds(on)
            for row in register.placements_by_child.get(child.id, ())
        )
    )
    return _unique((*placed, *(child for child in written if not placed or fold(child.id) == name)))


def _unknown_hint(register: Register, written: str, department: str | None) -> str:
    """Return what to write instead: whom among the visible it may be, who are not meant by this name here."""
    visible = register.visible
    likely = sorted(
        visible.children_by_first_name.get(fold(written), ()), key=lambda child: (fold(child.name), child.id)
    )
    if likely:
        named = [child.name if _is_only(visible, child) else f"{child.name} (id {child.id})" for child in likely]
        listed = " eller ".join(filter(None, (", ".join(named[:-1]), named[-1])))
        return f"Menade du {listed}? Skriv hela namnet, eller id."
    if department is None:
        return "Skriv barnets för- och efternamn som i registret, eller dess id."
    return "Skriv förnamnet på ett barn som gick på avdelningen den dagen, hela namnet som i registret, eller id."


def _is_only(visible: Register, child: Child) -> bool:
    return len(visible.children_by_written.get(fold(child.name), ())) == 1


def find_department(register: Register, written: str) -> Department:
    """Return the department with that id or name; upper and lower case, composed and decomposed letters are alike.

    Raises:
        DepartmentNotFound: there is none; the hint lists those there are.
    """
    name = fold(written)
    for department in register.departments:
        if name in {fold(department.id), fold(department.name)}:
            return department
    known = ", ".join(department.name for department in register.departments)
    hint = f"Avdelningarna heter {known}." if known else "Skriv in avdelningarna i avdelningar.csv."
    raise DepartmentNotFound(f"Avdelningen ”{_shown(written)}” finns inte.", hint=hint)


def readers(register: Register) -> dict[str, Reader]:
    """Return everyone who could read, by id, without quarantined guardians."""
    visible = register.visible
    everyone = (*map(_guardian_reads, visible.guardians), *map(_staff_reads, visible.staff))
    return {reader.id: reader for reader in everyone}


def find_reader(register: Register, written: str) -> Reader:
    """Return the reader that is meant by an id, an e-mail address or a full name.

    Raises:
        ReaderNotFound: nobody, or more than one.
    """
    name = fold(written)
    known = readers(register)
    exact = known.get(unicodedata.normalize("NFC", written.strip()))
    matches = [exact] if exact else [r for r in known.values() if name in {fold(r.id), fold(r.name), fold(r.email)}]
    if not name or not matches:
        hint = "Skriv namnet, e-postadressen eller id som i registret."
        raise ReaderNotFound(f"Ingen som får läsa heter ”{_shown(written)}”.", hint=hint)
    if len(matches) > 1:
        listed = ", ".join(f"{reader.name} (id {reader.id})" for reader in matches)
        raise ReaderNotFound(f"”{_shown(written)}” kan vara flera: {listed}.", hint="Skriv id.")
    return matches[0]


def guardians_of(register: Register, child: str, on: date) -> tuple[Guardian, ...]:
    """Return the guardians of the child with that id on that day, without quarantined ones."""
    visible = register.visible
    rows = visible.relations_by_child.get(child, ())
    return _unique(
        visible.guardian[row.guardian] for row in rows if row.span.holds(on) and row.guardian in visible.guardian
    )


def children_of(register: Register, guardian: str, on: date) -> tuple[Child, ...]:
    """Return the children of the guardian with that id on that day, without quarantined ones."""
    visible = register.visible
    rows = visible.relations_by_guardian.get(guardian, ())
    return _unique(visible.child[row.child] for row in rows if row.span.holds(on) and row.child in visible.child)


def departments_of(register: Register, child: str, on: date) -> tuple[Department, ...]:
    """Return where the child with that id is placed on that day; nowhere when quarantined."""
    visible = register.visible
    rows = visible.placements_by_child.get(child, ())
    return _unique(
        visible.department[row.department]
        for row in rows
        if row.span.holds(on) and row.department in visible.department
    )


def same_guardians(register: Register, x: str, y: str, on: date) -> bool:
    """Tell whether two children have exactly the same guardians on that day; without any guardian, no."""
    of_x = {guardian.id for guardian in guardians_of(register, x, on)}
    of_y = {guardian.id for guardian in guardians_of(register, y, on)}
    return bool(of_x) and of_x == of_y


def _shown(written: str) -> str:
    return unicodedata.normalize("NFC", " ".join(written.split()))


def _guardian_reads(guardian: Guardian) -> Reader:
    return Reader(guardian.id, guardian.name, "guardian", guardian.language, guardian.email)


def _staff_reads(member: StaffMember) -> Reader:
    return Reader(member.id, member.name, member.role, "", member.email)


def _unique(values: Iterable[_Value]) -> tuple[_Value, ...]:
    return tuple(dict.fromkeys(values))
