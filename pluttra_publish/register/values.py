"""Who is who: values per row, audiences, and the register as a whole with lookups. Knows no files and no today."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal, Protocol, TypeVar, cast

from pluttra_publish.register.families import reached

Role = Literal["pedagogue", "principal"]
AudienceKind = Literal["preschool", "department", "child", "staff"]


@dataclass(frozen=True, order=True)
class Audience:
    """A named set of readers. `id` is a department's or a child's, and empty for the preschool and the staff."""

    kind: AudienceKind
    id: str = ""

    @property
    def key(self) -> str:
        """The audience's name in the keystore, `department:solrosen`."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


def audience_of(key: str) -> Audience:
    """Return the audience that has this name in the keystore."""
    kind, _, identity = key.partition(":")
    return Audience(cast(AudienceKind, kind), identity)


PRESCHOOL = Audience("preschool")
STAFF = Audience("staff")


@dataclass(frozen=True)
class Department:
    id: str
    name: str


@dataclass(frozen=True)
class Child:
    """`protected` is the marking of protected identity; None is unknown, and treated as marked."""

    id: str
    first_name: str
    last_name: str
    protected: bool | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Guardian:
    """`email` is empty when there is none, `language` when nobody has said which; `protected` as for a child."""

    id: str
    first_name: str
    last_name: str
    email: str = ""
    language: str = ""
    protected: bool | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Span:
    """From `start` through `end`, both days counted; no `end` is still."""

    start: date
    end: date | None

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Relation:
    child: str
    guardian: str
    span: Span


@dataclass(frozen=True)
class Placement:
    child: str
    department: str
    span: Span


@dataclass(frozen=True)
class StaffMember:
    id: str
    first_name: str
    last_name: str
    role: Role
    span: Span
    email: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class StaffDepartment:
    staff: str
    department: str
    span: Span


def fold(text: str) -> str:
    """Return text as names are compared: one space between words, composed letters, case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", " ".join(text.split())).casefold())


@dataclass(frozen=True)
class Register:
    """Every row of the register. Ids are unique across children, guardians and staff."""

    departments: tuple[Department, ...] = ()
    children: tuple[Child, ...] = ()
    guardians: tuple[Guardian, ...] = ()
    relations: tuple[Relation, ...] = ()
    placements: tuple[Placement, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    staff_departments: tuple[StaffDepartment, ...] = ()

    @cached_property
    def quarantined(self) -> frozenset[str]:
        """Ids of the children and guardians of every family where anyone is marked or the marking is unknown."""
        # `is not False`: an unknown marking counts as a marking.
        marked = [child.id for child in self.children if child.protected is not False]
        marked += [guardian.id for guardian in self.guardians if guardian.protected is not False]
        return reached(marked, ((row.child, row.guardian) for row in self.relations))

    @cached_property
    def visible(self) -> Register:
        """The register as if quarantined families were not in it."""
        outside = self.quarantined
        if not outside:
            return self
        return replace(
            self,
            children=tuple(child for child in self.children if child.id not in outside),
            guardians=tuple(guardian for guardian in self.guardians if guardian.id not in outside),
            relations=tuple(row for row in self.relations if row.child not in outside and row.guardian not in outside),
            placements=tuple(row for row in self.placements if row.child not in outside),
        )

    @cached_property
    def department(self) -> Mapping[str, Department]:
        """Departments by id."""
        return _by_id(self.departments)

    @cached_property
    def child(self) -> Mapping[str, Child]:
        """Children by id, quarantined ones too."""
        return _by_id(self.children)

    @cached_property
    def guardian(self) -> Mapping[str, Guardian]:
        """Guardians by id, quarantined ones too."""
        return _by_id(self.guardians)

    @cached_property
    def staff_member(self) -> Mapping[str, StaffMember]:
        """Staff by id."""
        return _by_id(self.staff)

    @cached_property
    def children_by_written(self) -> Mapping[str, tuple[Child, ...]]:
        """Children by folded id and by folded full name, quarantined ones too."""
        return _grouped(
            [*((fold(c.name), c) for c in self.children), *((fold(c.id), c) for c in self.children)],
        )

    @cached_property
    def children_by_first_name(self) -> Mapping[str, tuple[Child, ...]]:
        """Children by folded first name, quarantined ones too."""
        return _grouped((fold(child.first_name), child) for child in self.children)

    @cached_property
    def relations_by_child(self) -> Mapping[str, tuple[Relation, ...]]:
        return _grouped((row.child, row) for row in self.relations)

    @cached_property
    def relations_by_guardian(self) -> Mapping[str, tuple[Relation, ...]]:
        return _grouped((row.guardian, row) for row in self.relations)

    @cached_property
    def placements_by_child(self) -> Mapping[str, tuple[Placement, ...]]:
        return _grouped((row.child, row) for row in self.placements)

    @cached_property
    def placements_by_department(self) -> Mapping[str, tuple[Placement, ...]]:
        return _grouped((row.department, row) for row in self.placements)

    @cached_property
    def departments_by_staff(self) -> Mapping[str, tuple[StaffDepartment, ...]]:
        return _grouped((row.staff, row) for row in self.staff_departments)


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasId)
_Value = TypeVar("_Value")


def _by_id(values: Iterable[_Named]) -> dict[str, _Named]:
    return {value.id: value for value in values}


def _grouped(pairs: Iterable[tuple[str, _Value]]) -> dict[str, tuple[_Value, ...]]:
    groups: dict[str, list[_Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
