"""What a family's own page of consents tells: what is asked, what holds, and what each guardian has said. Values only. Does not know who decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

SaidState = Literal["yes", "no", "expired", "nothing"]


@dataclass(frozen=True)
class GuardianSays:
    """What a guardian has said, by name: since when, and of a yes its last day; both None where nothing has been said, or where there is no such day."""

    name: str
    state: SaidState
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ConsentQuestion:
    """One thing that a family is asked about. `purpose` is what messages call it, `may` what holds now, `every` whether every guardian must say yes.

    `basis` is what the preschool goes by instead, in its own words, else empty; `refused` why it has decided that it is a no, else empty.
    """

    purpose: str
    title: str
    may: bool
    every: bool
    basis: str
    refused: str
    said: tuple[GuardianSays, ...]


@dataclass(frozen=True)
class FamilyConsentSheet:
    """What one child's guardians are asked for consent to. `child` is its id in messages."""

    child: str
    questions: tuple[ConsentQuestion, ...]
    kind: Literal["consents"] = field(default="consents", init=False)
