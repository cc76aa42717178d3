"""Guardians who read but cannot be written to by e-mail, for a paper invitation. Knows no letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pluttra_publish.register.access import access
from pluttra_publish.register.names import children_of
from pluttra_publish.register.read import is_email
from pluttra_publish.register.values import Register, fold


@dataclass(frozen=True)
class WithoutEmail:
    """A guardian with access and no valid address, and the children they read about."""

    id: str
    name: str
    children: tuple[str, ...]


def without_email(register: Register, *, today: date, grace_days: int) -> tuple[WithoutEmail, ...]:
    """Return the guardians who may read today and have no valid e-mail address, by name. Quarantined ones may not read."""
    granted = access(register, today=today, first_month="2000-01", grace_days=grace_days)
    found = [
        WithoutEmail(row.id, row.name, tuple(child.name for child in children_of(register, row.id, today)))
        for row in register.guardians
        if row.id in granted and not is_email(row.email)
    ]
    return tuple(sorted(found, key=lambda row: (fold(row.name), row.id)))
