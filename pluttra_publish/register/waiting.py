"""Families that stand outside, and the principal's decision to let one in. Pure. Knows no files.

These are the only functions that name a quarantined family: for the principal's own screen, when asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pluttra_publish.errors import RegisterError, UsageError
from pluttra_publish.register.families import reached
from pluttra_publish.register.values import Child, Guardian, Register, fold
from pluttra_publish.register.write import Edited, unedited


@dataclass(frozen=True)
class Outside:
    """One person of a family that stands outside. `why` is marked, unknown, or the family's (someone else's)."""

    id: str
    name: str
    kind: str
    why: str
    word: str = ""


@dataclass(frozen=True)
class Family:
    people: tuple[Outside, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(person.id for person in self.people)


class FamilyNotFound(UsageError):
    """No family that stands outside, or more than one, is meant."""


def waiting(register: Register, words: Mapping[str, str | None]) -> tuple[Family, ...]:
    """Return every family that stands outside. `words` are the markings as a source wrote them, by id."""
    ties = [(row.child, row.guardian) for row in register.relations]
    left = set(register.quarantined)
    families = []
    people: list[Child | Guardian] = [*register.children, *register.guardians]
    for person in people:
        if person.id in left:
            whole = reached([person.id], ties)
            left -= whole
            families.append(Family(tuple(_outside(one, words) for one in people if one.id in whole)))
    return tuple(families)


def find_family(families: tuple[Family, ...], written: str) -> Family:
    """Return the family in which somebody has that id, full name or first name.

    Raises:
        FamilyNotFound: none that stands outside has, or more than one.
    """
    name = fold(written)
    exact = [family for family in families if name in {fold(ident) for ident in family.ids}]
    named = [
        family
        for family in families
        if any(name in {fold(person.name), fold(person.name).partition(" ")[0]} for person in family.people)
    ]
    found = exact or named
    hint = "pluttra register waiting visar vilka som väntar. Skriv id."
    if not name or not found:
        raise FamilyNotFound("Ingen som väntar på beslut heter så.", hint=hint)
    if len(found) > 1:
        raise FamilyNotFound("Det kan vara flera familjer.", hint=hint)
    return found[0]


def cleared(register: Register, family: Family) -> dict[str, Edited]:
    """Return the register's rows with everyone in a family answered `nej`.

    Raises:
        RegisterError: somebody of the family is not in the register any more.
    """
    edits = unedited(register)
    if not {*register.child, *register.guardian}.issuperset(family.ids):
        raise RegisterError("Registret har ändrats under tiden.", hint="Kör pluttra register waiting på nytt.")
    for name in ("barn.csv", "vardnadshavare.csv"):
        rows = tuple(
            (at, replace(row, protected=False) if row.id in family.ids else row) for at, row in edits[name].rows
        )
        edits[name] = Edited(rows)
    return edits


def _outside(person: Child | Guardian, words: Mapping[str, str | None]) -> Outside:
    why = {True: "marked", None: "unknown", False: "family"}[person.protected]
    kind = "child" if isinstance(person, Child) else "guardian"
    return Outside(person.id, person.name, kind, why, words.get(person.id) or "")
