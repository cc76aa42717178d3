"""What a family's own page of consents shows: what is asked, what holds, and what each guardian has said. Values and texts. Does not know who decides, nor Jinja2's templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pluttra_publish.site.languages import spoken

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


@dataclass(frozen=True)
class SaidRow:
    """A guardian's answer as family-consents.html sees it; days as ISO and in words, empty where there is none."""

    name: str
    state: SaidState
    since: str
    since_text: str
    until: str
    until_text: str


@dataclass(frozen=True)
class FamilyConsentsPage:
    """What family-consents.html sees: the questions with their answers, in order."""

    title: str
    child: str
    questions: tuple[tuple[ConsentQuestion, tuple[SaidRow, ...]], ...]


def family_consents_page(title: str, sheet: FamilyConsentSheet) -> FamilyConsentsPage:
    """Return what the template sees, with days in the language that is spoken."""
    rows = tuple((question, tuple(map(_row, question.said))) for question in sheet.questions)
    return FamilyConsentsPage(title, sheet.child, rows)


def _row(said: GuardianSays) -> SaidRow:
    def told(day: date | None) -> tuple[str, str]:
        return (day.isoformat(), spoken().long_date(day)) if day else ("", "")

    return SaidRow(said.name, said.state, *told(said.since), *told(said.until))
