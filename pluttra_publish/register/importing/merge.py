"""A source's draft and the register to the register as it will be. Pure. Knows no files, no network.

Nothing is deleted: what a source lacks is ended with today's date, except a row that had not begun, which never gave
anybody anything. Nothing is widened by guessing:

- A new person is matched by the source's keys; a person that no import has met before, by an id or a name that only one
  has on either side.
- A marking of protected identity is only ever added here. Marked stays marked until the principal clears it, whatever
  the source says later; what was cleared stays so until the source says something else of that person.
- A relation that a person has ended here is not opened again because a source still has it.
- A child that is gone from the source ends in its departments; its relations stay, so that its guardians keep what
  concerned it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.register.importing.drafts import NONE_MARKED, Draft, DraftPerson, Undecided, Where
from pluttra_publish.register.importing.identities import Identities, Kind
from pluttra_publish.register.importing.links import Links, Tie, is_open
from pluttra_publish.register.read import is_email
from pluttra_publish.register.values import Child, Department, Guardian, Register, Span, StaffMember, fold
from pluttra_publish.register.write import Edited, edited_register, is_formula


@dataclass(frozen=True)
class Merged:
    """The register as it will be, row by row, and what is remembered. `matched` are ids that were found by name."""

    edits: dict[str, Edited]
    identities: Identities
    undecided: tuple[Undecided, ...]
    matched: tuple[str, ...]

    @property
    def register(self) -> Register:
        return edited_register(self.edits)


def merge(
    before: Register,
    draft: Draft,
    identities: Identities,
    *,
    today: date,
    assume_unmarked: bool,
    findings: Findings,
) -> Merged:
    """Return the register with a source's draft worked in; what cannot be is a finding."""
    return _Merge(before, draft, identities, today, assume_unmarked, findings).run()


class _Merge:
    def __init__(
        self,
        before: Register,
        draft: Draft,
        identities: Identities,
        today: date,
        assume_unmarked: bool,
        findings: Findings,
    ) -> None:
        self.before, self.draft, self.identities = before, draft, identities
        self.today, self.assume_unmarked, self.findings = today, assume_unmarked, findings
        self.start = draft.default_start or today
        self.people = {*before.child, *before.guardian, *before.staff_member}
        self.by_key: dict[tuple[Kind, str], str] = {}
        self.matched: list[str] = []
        self.said: dict[str, bool | None] = {}
        self.bad_mail: list[tuple[str, Where]] = []
        self.undecided = list(draft.undecided)
        self.edits: dict[str, Edited] = {}

    def run(self) -> Merged:
        self._departments()
        self._children()
        self._relations_and_guardians()
        self._placements()
        self._staff()
        after = edited_register(self.edits)
        # A family that stands outside is not spoken of.
        mend = "Rätta den i källan. Tills dess finns personen i pluttra register missing."
        for ident, where in self.bad_mail:
            if ident not in after.quarantined:
                self.findings.warning(where.file, where.place, "E-postadressen är inte giltig.", mend)
        told = tuple(row for row in self.undecided if self._spoken_of(row, after))
        return Merged(self.edits, self.identities, told, tuple(self.matched))

    def _spoken_of(self, row: Undecided, after: Register) -> bool:
        ident = self._id("child", row.child) if row.child else None
        return not row.child or (ident is not None and ident not in after.quarantined)

    # --- who is who

    def _id(self, kind: Kind, key: str) -> str | None:
        return self.by_key.get((kind, key)) or self.identities.known(kind, key)

    def _remember(self, kind: Kind, keys: Sequence[str], ident: str) -> None:
        for key in keys:
            self.by_key[kind, key] = ident
            if not key.startswith(("id:", "avd:")):
                self.identities = self.identities.with_key(kind, key, ident)

    def _resolve(self, kind: Kind, drafts: Sequence[DraftPerson], rows: Sequence[Any]) -> list[str]:
        """Return our id for each draft: known by key, else by a name that is alone on both sides, else a new one."""
        existing = {row.id: row for row in rows}
        found: list[str | None] = []
        for draft in drafts:
            known = {ident for key in draft.keys if (ident := self.identities.known(kind, key))}
            if len(known) > 1:
                self._wrong(draft.where, "Nycklarna hör till två olika personer i registret.", "Rätta källan.")
            own = next((key[3:] for key in draft.keys if key.startswith("id:") and key[3:] in existing), None)
            found.append(min(known) if known else own)
        spoken = self.identities.spoken_for(kind)
        claimed = {ident for ident in found if ident}
        alone = {name: row for name, row in _alone(rows).items() if row.id not in claimed}
        wanted = Counter(fold(draft.name) for draft, ident in zip(drafts, found, strict=True) if not ident)
        resolved = []
        for draft, known_id in zip(drafts, found, strict=True):
            row = alone.get(fold(draft.name)) if wanted[fold(draft.name)] == 1 and not known_id else None
            if row is not None and {(row.id, key.partition(":")[0]) for key in draft.keys} & spoken:
                row = None  # known by another key of the same kind: somebody else with that name
            if row is not None and self._same_person(kind, row, draft):
                self.matched.append(row.id)
                ident = str(row.id)
            else:
                own = next((key[3:] for key in draft.keys if key.startswith("id:")), "")
                ident = known_id or own or self.identities.new_id(kind, draft.keys[0], self.people)
            self.people.add(ident)
            self._remember(kind, draft.keys, ident)
            resolved.append(ident)
        return resolved

    def _same_person(self, kind: Kind, row: Any, draft: DraftPerson) -> bool:
        """A child goes by its name; an adult's name must go with the same address, or with a child of theirs."""
        if kind == "child":
            return True
        if draft.email and fold(draft.email) == fold(row.email):
            return True
        if kind == "staff":
            return not draft.email or not row.email
        ties = [tie for tie in self.draft.relations if tie.other in draft.keys]
        children = {self._id("child", tie.one) for tie in ties}
        return any(own.child in children for own in self.before.relations_by_guardian.get(row.id, ()))

    # --- persons

    def _children(self) -> None:
        drafts = self.draft.children
        rows: list[tuple[int | None, Any]] = list(enumerate(self.before.children))
        at = {row.id: n for n, (_, row) in enumerate(rows)}
        for draft, ident in zip(drafts, self._resolve("child", drafts, self.before.children), strict=True):
            old = self.before.child.get(ident)
            marking = self._marking(draft, ident, old)
            child = Child(ident, *self._name(draft, old), marking)
            _put(rows, at, ident, child)
        self.edits["barn.csv"] = Edited(tuple(rows))

    def _relations_and_guardians(self) -> None:
        drafts = self.draft.guardians
        rows: list[tuple[int | None, Any]] = list(enumerate(self.before.guardians))
        at = {row.id: n for n, (_, row) in enumerate(rows)}
        for draft, ident in zip(drafts, self._resolve("guardian", drafts, self.before.guardians), strict=True):
            old = self.before.guardian.get(ident)
            marking = self._marking(draft, ident, old)
            email = self._email(ident, draft, old.email if old else "")
            language = draft.language or (old.language if old else "")
            guardian = Guardian(ident, *self._name(draft, old), email, language, marking)
            _put(rows, at, ident, guardian)
        self.edits["vardnadshavare.csv"] = Edited(tuple(rows))
        gone = {known for key in self.draft.deleted if (known := self.identities.known("guardian", key))}
        told = {self._id("child", key) for key in self.draft.related}
        if "relationer.csv" in self.draft.complete:
            told |= {self._id("child", draft.keys[0]) for draft in self.draft.children}
            told |= {self._id("child", tie.one) for tie in self.draft.relations}
        links = Links(
            "relationer.csv", self.before.relations, self.identities.ended, today=self.today, held_by_hand=True
        )
        had = set(self.before.child)
        for tie in self._ties("child", "guardian", self.draft.relations):
            links.work_in(tie, start=self.start if tie.one in had else self._first_day(tie.one))
        left = self._left()
        links.end_missing(lambda row: row.child not in left and (row.child in told or row.guardian in gone))
        for row in links.held:
            name = next((g.name for _, g in rows if g.id == row.guardian), "")
            what = "är avslutad här men finns kvar i källan. Ändra till i relationer.csv om den ska gälla."
            self.undecided.append(Undecided(self._key_of("child", row.child), name, what))
        self._close("relationer.csv", links)

    def _first_day(self, child: str) -> date:
        """A child that is new brings its guardians along from its first day."""
        starts = [tie.start for tie in self.draft.placements if self._id("child", tie.one) == child and tie.start]
        return min([self.start, *starts])

    def _left(self) -> set[str]:
        """Children who are gone from the source, or had left before and do not come back now."""
        gone = {ident for key in self.draft.deleted if (ident := self.identities.known("child", key))}
        been = {row.child for row in self.before.placements}
        placed = {row.child for row in self.before.placements if row.span.end is None or row.span.end >= self.today}
        coming = {self._id("child", tie.one) for tie in self.draft.placements if not tie.end or tie.end >= self.today}
        return (gone | (been - placed)) - coming

    def _staff(self) -> None:
        drafts = [row.person for row in self.draft.staff]
        rows: list[tuple[int | None, Any]] = list(enumerate(self.before.staff))
        at = {row.id: n for n, (_, row) in enumerate(rows)}
        seen = set()
        for draft, ident in zip(self.draft.staff, self._resolve("staff", drafts, self.before.staff), strict=True):
            old = self.before.staff_member.get(ident)
            span = Span(draft.start or self.start, draft.end)
            if old is not None:
                over = old.span.end is not None and old.span.end < self.today
                start = draft.start or (self.today if over else old.span.start)
                span = Span(start, draft.end if draft.dated or over else old.span.end)
            email = self._email(ident, draft.person, old.email if old else "")
            member = StaffMember(ident, *self._name(draft.person, old), draft.role, span, email)
            _put(rows, at, ident, member)
            seen.add(ident)
        gone = {known for key in self.draft.deleted if (known := self.identities.known("staff", key))}
        kept = {self._id("staff", key) for key in self.draft.kept_staff}
        for n, (origin, row) in enumerate(rows):
            missing = "personal.csv" in self.draft.complete and row.id not in seen | kept
            if (missing or row.id in gone) and is_open(row.span, self.today):
                # One who has not begun is not let in for a day.
                last = self.today if row.span.start <= self.today else self.today - timedelta(days=1)
                rows[n] = (origin, replace(row, span=Span(min(row.span.start, last), last)))
        self.edits["personal.csv"] = Edited(tuple(rows))
        links = Links(
            "personal-avdelningar.csv", self.before.staff_departments, self.identities.ended, today=self.today
        )
        for tie in self._ties("staff", "department", self.draft.staff_departments):
            links.work_in(tie, start=self.start)
        complete = "personal-avdelningar.csv" in self.draft.complete
        links.end_missing(lambda row: (complete and row.staff not in kept) or row.staff in gone)
        self._close("personal-avdelningar.csv", links)

    # --- places

    def _departments(self) -> None:
        rows: list[tuple[int | None, Any]] = list(enumerate(self.before.departments))
        at = {row.id: n for n, (_, row) in enumerate(rows)}
        for draft in self.draft.departments:
            known = {ident for key in draft.keys if (ident := self._id("department", key))} & set(at)
            own = [key[3:] for key in draft.keys if key.startswith("id:")]
            same = [row.id for _, row in rows if fold(row.name) == fold(draft.name) or row.id in own]
            ident = min(known) if known else same[0] if same else (own[0] if own else _slug(draft.name, set(at)))
            _put(rows, at, ident, Department(ident, draft.name))
            self._check_text(draft.name, draft.where)
            self._remember("department", (*draft.keys, f"avd:{fold(draft.name)}", f"avd:{fold(ident)}"), ident)
        for _, row in rows:
            for key in (f"avd:{fold(row.name)}", f"avd:{fold(row.id)}", f"id:{row.id}"):
                self.by_key.setdefault(("department", key), row.id)
        self.edits["avdelningar.csv"] = Edited(tuple(rows))

    def _placements(self) -> None:
        links = Links("placeringar.csv", self.before.placements, self.identities.ended, today=self.today)
        gone_children = {ident for key in self.draft.deleted if (ident := self.identities.known("child", key))}
        gone_rows = {row for key in self.draft.deleted if (row := self.identities.placement(key))}
        for tie in self._ties("child", "department", self.draft.placements):
            was = self.identities.placement(tie.key) if tie.key else None
            row = links.work_in(tie, start=self.start, was=was)
            if tie.key and row is not None:
                place = (row.child, row.department, row.span.start.isoformat())
                self.identities = self.identities.with_placement(tie.key, place)
        complete = "placeringar.csv" in self.draft.complete

        def missing(row: Any) -> bool:
            place = (row.child, row.department, row.span.start.isoformat())
            return complete or row.child in gone_children or place in gone_rows

        links.end_missing(missing)
        if complete and links.was_open >= 5 and links.ended_now * 2 > links.was_open:
            message = "Mer än hälften av de placeringar som gäller saknas i källan och skulle avslutas."
            mend = "Kontrollera att källan är hel innan du kör med --apply."
            self.findings.warning("placeringar.csv", "", message, mend)
        self._close("placeringar.csv", links)

    def _ties(self, one: Kind, other: Kind, drafts: Sequence[Any]) -> list[Tie]:
        ties: dict[Tie, None] = {}
        for draft in drafts:
            first, second = self._id(one, draft.one), self._id(other, draft.other)
            if first is None or second is None:
                missing = _CALLED[one if first is None else other]
                self._wrong(draft.where, f"{missing} finns inte i källan.", "Ta med raden, eller rätta den.")
            elif draft.start and draft.end and draft.end < draft.start:
                self._wrong(draft.where, "Slutdatum är före startdatum.", "Rätta något av dem.")
            else:
                ties[Tie(first, second, draft.start, draft.end, draft.dated, draft.key)] = None
        return list(ties)

    def _close(self, name: str, links: Links) -> None:
        self.edits[name] = Edited(tuple(links.rows))
        self.identities = replace(self.identities, ended=links.ended_by_import)

    # --- cells

    def _marking(self, draft: DraftPerson, ident: str, old: Any) -> bool | None:
        """Return whether a person stands outside. Of two rows about one person, the graver counts."""
        said = self._one_marking(draft.marking, ident, old)
        if ident in self.said:
            said = min(said, self.said[ident], key=(True, None, False).index)
        elif draft.marking != NONE_MARKED or ident in self.identities.markings:
            known = self.identities
            self.identities = replace(known, markings=known.markings | {ident: draft.marking})
        self.said[ident] = said
        return said

    def _one_marking(self, word: str | None, ident: str, old: Any) -> bool | None:
        cleared = self.identities.cleared
        answered = ident in cleared and cleared[ident] == word
        if old is not None and old.protected is True:
            return True
        if word == NONE_MARKED:
            return False
        if word is not None:
            return not answered
        return False if answered or self.assume_unmarked else None

    def _name(self, draft: DraftPerson, old: Any) -> tuple[str, str]:
        first, last = draft.first_name, draft.last_name
        if not first:
            self._wrong(draft.where, "Förnamnet saknas.", "Fyll i det i källan.")
        for text in (first, last):
            self._check_text(text, draft.where)
        if old is not None and (old.first_name, old.last_name) == (first, last):
            return old.first_name, old.last_name
        return first, last

    def _email(self, ident: str, draft: DraftPerson, old: str) -> str:
        written = draft.email or ""
        if not written:
            return old
        if not is_email(written) or is_formula(written):
            self.bad_mail.append((ident, draft.where))
            return old
        return old if fold(old) == fold(written) else written

    def _check_text(self, text: str, where: Where) -> None:
        if is_formula(text):
            message = "Texten börjar med ett tecken som ett kalkylprogram tar för en formel."
            self._wrong(where, message, "Rätta texten i källan.")

    def _key_of(self, kind: Kind, ident: str) -> str:
        return next((key for (whose, key), found in self.by_key.items() if whose == kind and found == ident), "-")

    def _wrong(self, where: Where, message: str, mend: str) -> None:
        self.findings.error(RegisterError, where.file, where.place, message, mend)


_CALLED: dict[Kind, str] = {
    "child": "Barnet",
    "guardian": "Vårdnadshavaren",
    "staff": "Personen",
    "department": "Avdelningen",
}


def _alone(rows: Sequence[Any]) -> dict[str, Any]:
    """Return rows by folded name, of those whose name nobody else has."""
    many = Counter(fold(row.name) for row in rows)
    return {fold(row.name): row for row in rows if many[fold(row.name)] == 1}


def _put(rows: list[tuple[int | None, Any]], at: dict[str, int], ident: str, value: Any) -> None:
    if ident in at:
        rows[at[ident]] = (rows[at[ident]][0], value)
    else:
        at[ident] = len(rows)
        rows.append((None, value))


def _slug(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    base = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-") or "avd"
    return next(slug for n in range(1, 1000) if (slug := base if n == 1 else f"{base}-{n}") not in taken)
