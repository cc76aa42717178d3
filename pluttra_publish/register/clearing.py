"""Letting in a family that stands outside: read, decide, log, write. Knows the site's folders; prints nothing.

What is cleared is remembered together with what the source said then, so that the next import of the same words does
not shut the family out again, while other words do.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pluttra_publish.errors import Findings
from pluttra_publish.register.importing.identities import read_identities
from pluttra_publish.register.importing.plan import Planned, apply, plan_edit
from pluttra_publish.register.read import read_register
from pluttra_publish.register.waiting import Family, cleared, find_family, waiting
from pluttra_publish.settings import Settings


def families_waiting(settings: Settings) -> tuple[Family, ...]:
    """Return the families that stand outside, for the principal alone."""
    identities = read_identities(settings.state)
    return waiting(read_register(settings.register, Findings()), identities.markings)


def plan_clearing(settings: Settings, written: str, *, now: datetime) -> tuple[Family, Planned]:
    """Return the family that an id or a name means, and what letting it in would do. Changes nothing.

    Raises:
        FamilyNotFound: no family that stands outside has such a person, or more than one has.
        NotReadable: the register has errors.
    """
    family = find_family(families_waiting(settings), written)
    known = read_identities(settings.state)
    answers = {person.id: known.markings.get(person.id) for person in family.people}
    known = replace(known, cleared=known.cleared | answers)
    return family, plan_edit(settings, lambda register: cleared(register, family), known, now=now)


def clear(settings: Settings, family: Family, planned: Planned, *, now: datetime) -> None:
    """Let the family in. The line in `privat/logg.jsonl` is there before the register says so.

    Raises:
        RegisterError: the register cannot be written, or has changed since.
    """
    planned = replace(planned, log_ids=family.ids)
    apply(settings, planned, allow_wider=True, now=now, what="register clear")
