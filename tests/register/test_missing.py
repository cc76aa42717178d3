"""Guardians who read and cannot be written to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pluttra_publish.register import Register
from pluttra_publish.register.missing import without_email
from tests.register.preschool import SOLROSEN, child, guardian, placed, principal, related

TODAY = date(2026, 3, 12)


def silent(ident: str, protected: bool | None = False) -> object:
    return replace(guardian(ident, ident.title(), protected), email="")


def test_only_current_readers_outside_quarantine_are_listed_with_their_children() -> None:
    register = Register(
        departments=(SOLROSEN,),
        children=(child("alva", "Alva"), child("ylva", "Ylva"), child("li", "Li")),
        guardians=(guardian("maria"), silent("johan"), silent("ragna", None), silent("tor")),  # type: ignore[arg-type]
        relations=(
            related("alva", "maria"),
            related("alva", "johan"),
            related("ylva", "ragna"),
            related("li", "tor", end="2026-03-01"),
        ),
        placements=(placed("alva", "solrosen"), placed("ylva", "solrosen"), placed("li", "solrosen")),
        staff=(principal("ingrid"),),
    )
    (found,) = without_email(register, today=TODAY, grace_days=30)
    assert (found.id, found.name, found.children) == ("johan", "Johan Berg", ("Alva Berg",))
