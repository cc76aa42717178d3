"""Which child's guardians have a page of consents, and what it says. Pure rules. Knows no HTML, keys or files.

Both guardians of a child read the same page: what each has said stands there by name. One whose relation has ended is not on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pluttra_publish.plan import Access
from pluttra_publish.register import (
    Audience,
    Child,
    Consents,
    Guardian,
    Purpose,
    Register,
    Said,
    guardians_of,
    title_of,
)
from pluttra_publish.site import ConsentQuestion, FamilyConsentSheet, GuardianSays


def asked_families(register: Register, access: Access, day: date) -> Iterator[tuple[Child, str]]:
    """Yield every child whose guardians are asked, and the month in which they read of it: the present one, or the last that they may read."""
    for child in register.visible.children:
        own, present = Audience("child", child.id), f"{day:%Y-%m}"
        held = (access.get(guardian.id, {}).get(own, ()) for guardian in guardians_of(register, child.id, day))
        months = {month for read in held for month in read if month <= present}
        if months:
            yield child, max(months)


def family_sheet(register: Register, consents: Consents, child: Child, ident: str, day: date) -> FamilyConsentSheet:
    """Return what a child's page of consents says on a day; `ident` is the child's id in messages."""
    guardians = guardians_of(register, child.id, day)
    questions = (_question(consents, child, purpose, guardians, day) for purpose in consents.purposes.all)
    return FamilyConsentSheet(ident, tuple(questions))


def _question(
    consents: Consents, child: Child, purpose: Purpose, guardians: tuple[Guardian, ...], day: date
) -> ConsentQuestion:
    said = consents.said(child.id, purpose, day)
    ours = said.get("")
    return ConsentQuestion(
        purpose=purpose,
        title=title_of(purpose),
        may=consents.may(child.id, purpose, day),
        every=purpose in consents.purposes.all_guardians,
        basis=ours.basis if ours and ours.state == "yes" else "",
        refused=ours.basis if ours and ours.state == "no" and not ours.withdrawn else "",
        said=tuple(_says(one, guardians, said.get(one.id)) for one in guardians),
    )


def _says(guardian: Guardian, guardians: tuple[Guardian, ...], said: Said | None) -> GuardianSays:
    alike = [one for one in guardians if one.first_name == guardian.first_name]
    name = guardian.first_name if len(alike) == 1 else guardian.name
    if said is None:
        return GuardianSays(name, "nothing")
    return GuardianSays(name, said.state, said.since, said.until if said.state != "no" else None)
