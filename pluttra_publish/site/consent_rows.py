"""A family's own page of consents as its template sees it, with days in words. Knows the language that is spoken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pluttra_publish.site.consent_sheets import ConsentQuestion, FamilyConsentSheet, GuardianSays, SaidState
from pluttra_publish.site.languages import spoken


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
