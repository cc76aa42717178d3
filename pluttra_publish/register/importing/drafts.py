"""What a source says, before it is compared with the register. Knows no files, no register and no ids of ours.

Persons are named by keys of the source: `pnr:…`, `ss12000:…`, `id:…`, `namn:…`. What a source does not speak of is None,
and is not the same as an empty answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pluttra_publish.register.values import Role

NONE_MARKED = "Ingen"


@dataclass(frozen=True)
class Where:
    """Where in the source something stands."""

    file: str
    place: str = ""


@dataclass(frozen=True)
class DraftPerson:
    """A child or an adult. `keys` are surest first; `marking` is the source's own word, None where it has none."""

    keys: tuple[str, ...]
    first_name: str
    last_name: str
    where: Where
    email: str | None = None
    language: str | None = None
    marking: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class DraftDepartment:
    keys: tuple[str, ...]
    name: str
    where: Where


@dataclass(frozen=True)
class DraftLink:
    """A tie between two, by any key of theirs. `dated` says that the source knows ends, so that none means still."""

    one: str
    other: str
    where: Where
    start: date | None = None
    end: date | None = None
    dated: bool = False
    key: str = ""


@dataclass(frozen=True)
class DraftStaff:
    person: DraftPerson
    role: Role
    start: date | None = None
    end: date | None = None
    dated: bool = False


@dataclass(frozen=True)
class Undecided:
    """Something that a person has to decide: `child` is a key, so that a quarantined family is not spoken of."""

    child: str
    adult: str
    what: str


@dataclass(frozen=True)
class Draft:
    """A whole source. `complete` names the register's files that it speaks of fully: what it lacks there has ended.

    `related` are the children (by first key) whose guardians are all named. `deleted` are keys that the source says are
    gone. `default_start` is the first day where the source has none.
    """

    departments: tuple[DraftDepartment, ...] = ()
    children: tuple[DraftPerson, ...] = ()
    guardians: tuple[DraftPerson, ...] = ()
    relations: tuple[DraftLink, ...] = ()
    placements: tuple[DraftLink, ...] = ()
    staff: tuple[DraftStaff, ...] = ()
    staff_departments: tuple[DraftLink, ...] = ()
    complete: frozenset[str] = frozenset()
    related: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    undecided: tuple[Undecided, ...] = ()
    default_start: date | None = None
    source: str = ""
    as_of: str = ""
    kept_staff: frozenset[str] = field(default_factory=frozenset)
