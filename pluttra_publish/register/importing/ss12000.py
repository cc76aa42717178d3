"""SS 12000:2020 entities to a draft. Knows the standard's fields, words, and how vendors differ. Knows no network.

- A child is a person with a placement in a preschool (`schoolType` FS) that is not over.
- A department is the placement's `group`, else a group of type Avdelning that the child is a member of, else the place
  itself (`placedAt`), where vendors have departments as organisations.
- Only `Vårdnadshavare` is a guardian; everybody else who is responsible is listed for a person to decide about, and
  still takes the family along if marked.
- A word that the standard does not have is told, and lets nobody in. An attribute that is switched off is not an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.register.importing import personal_numbers
from pluttra_publish.register.importing.drafts import (
    NONE_MARKED,
    Draft,
    DraftDepartment,
    DraftLink,
    DraftPerson,
    DraftStaff,
    Undecided,
    Where,
)
from pluttra_publish.register.importing.entities import Entities, Entity
from pluttra_publish.register.importing.enums import (
    DEPARTMENT,
    GUARDIAN,
    OTHER_FORMS,
    PRESCHOOL_FORM,
    is_known_assignment,
    is_known_relation,
    is_known_role,
    role_of,
    works_there,
)
from pluttra_publish.register.importing.fields import (
    child_marking,
    combined,
    email_of,
    marking_of,
    name_of,
    object_in,
    objects_in,
    text_of,
)
from pluttra_publish.register.importing.identities import Kind
from pluttra_publish.register.values import Role, fold

_UNITS = frozenset({"skolenhet", "skola"})
_GUARDIAN_MAILS = ("privat", "arbete övrigt")


def draft_from_ss12000(
    entities: Entities, *, today: date, unit: str, findings: Findings, is_known: Callable[[Kind, str], bool]
) -> Draft:
    """Return what SS 12000 entities say. `unit` chooses one preschool by id, code or name; `is_known` tells whether an
    earlier import has met somebody as a child or a guardian, whatever this answer says of their placements.
    """
    return _Reading(entities, today, unit, findings, is_known).draft()


def key_of(ident: str) -> str:
    return f"ss12000:{ident}"


@dataclass
class _Reading:
    entities: Entities
    today: date
    unit: str
    findings: Findings
    is_known: Callable[[Kind, str], bool]
    departments: dict[str, DraftDepartment] = field(default_factory=dict)
    guardians: dict[str, DraftPerson] = field(default_factory=dict)
    relations: list[DraftLink] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)
    related: set[str] = field(default_factory=set)

    def draft(self) -> Draft:
        placements = self._placements()
        current = {link.one for link in placements if link.end is None or link.end >= self.today}
        known = {key for ident in self.entities["persons"] if self.is_known("child", key := key_of(ident))}
        known |= {link.one for link in placements if self.is_known("child", link.one)}
        wanted = current | known
        placements = [link for link in placements if link.one in wanted]
        marked_in_placement = self._marked_in_placements()
        children = []
        for ident, person in self.entities["persons"].items():
            if key_of(ident) in wanted:
                children.append(self._child(ident, person, marked_in_placement.get(ident)))
        if self.entities.partial:
            self._known_guardians()
        missing = current - {child.keys[0] for child in children} - known
        for link in placements:
            if link.one in missing:
                self._wrong(link.where, "Barnet finns inte bland persons.", "Hämta alla personer.")
        staff, there, kept = self._staff()
        whole = not self.entities.partial
        complete = {"barn.csv", "placeringar.csv", "vardnadshavare.csv"} if whole else set()
        if whole and "duties" in self.entities.told:
            complete |= {"personal.csv", "personal-avdelningar.csv"}
        self._remark_on_markings(children)
        return Draft(
            departments=tuple(self.departments.values()),
            children=tuple(children),
            guardians=tuple(self.guardians.values()),
            relations=tuple(self.relations),
            placements=tuple(placements),
            staff=tuple(staff),
            staff_departments=tuple(there),
            complete=frozenset(complete),
            related=frozenset(self.related),
            deleted=frozenset(key_of(ident) for idents in self.entities.deleted.values() for ident in idents),
            undecided=tuple(self.undecided),
            source=self.entities.source,
            as_of=self.entities.as_of,
            kept_staff=frozenset(kept),
        )

    # --- children and guardians

    def _child(self, ident: str, person: Entity, in_placement: str | None) -> DraftPerson:
        where = Where(f"persons/{ident}")
        said = [marking_of(person), in_placement]
        through = []
        if isinstance(person.get("responsibles"), list):
            self.related.add(key_of(ident))
            through = [self._responsible(ident, row, where) for row in objects_in(person["responsibles"])]
        return self._person(ident, person, where, child_marking(said, through), ())

    def _known_guardians(self) -> None:
        """Of what has changed, guardians whose children have not."""
        for ident, person in self.entities["persons"].items():
            if ident not in self.guardians and self.is_known("guardian", key_of(ident)):
                where = Where(f"persons/{ident}")
                self.guardians[ident] = self._person(ident, person, where, marking_of(person), _GUARDIAN_MAILS)

    def _responsible(self, child: str, row: Entity, where: Where) -> str | None:
        """Take in one who is responsible for a child. Returns the marking, if the child has to carry it too."""
        ref = object_in(row.get("person"))
        ident, relation = text_of(ref, "id"), text_of(row, "relationType")
        person = self.entities["persons"].get(ident, {})
        marking = combined([marking_of(person), marking_of(ref)])
        name = name_of(person, ref)
        if fold(relation) != fold(GUARDIAN):
            if relation and not is_known_relation(relation):
                self._told("relationType", relation, "Personen blir inte vårdnadshavare.")
            what = f"är {relation}, inte vårdnadshavare." if relation else "har ingen relationstyp i källan."
            self.undecided.append(Undecided(key_of(child), " ".join(name).strip() or "En person", what))
            return marking or ""
        if not ident:
            self._wrong(where, "En vårdnadshavare saknar id.", "Rätta källan.")
            return NONE_MARKED
        if not name[0]:
            self._wrong(where, "En vårdnadshavare saknar namn.", "Hämta alla personer, och låt namn vara påslaget.")
            return NONE_MARKED
        whole = person or {"givenName": name[0], "familyName": name[1]}
        found = self._person(ident, whole, Where(f"persons/{ident}"), marking, _GUARDIAN_MAILS)
        known = self.guardians.get(ident)
        if known is None or known.marking == NONE_MARKED or (known.marking is None and marking not in {NONE_MARKED}):
            self.guardians[ident] = found
        self.relations.append(DraftLink(key_of(child), key_of(ident), where))
        return NONE_MARKED

    def _person(
        self, ident: str, person: Entity, where: Where, marking: str | None, mails: tuple[str, ...]
    ) -> DraftPerson:
        keys = [key_of(ident)]
        written = text_of(object_in(person.get("civicNo")), "value")
        if written and (number := personal_numbers.normalise(written, self.today)):
            keys.append(f"pnr:{number}")
        first, last = name_of(person, {})
        email = email_of(person, mails) if isinstance(person.get("emails"), list) else None
        return DraftPerson(tuple(keys), first, last, where, email, None, marking)

    def _marked_in_placements(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for placement in self._every_placement():
            child = object_in(placement.get("child"))
            if marking := marking_of(child):
                ident = text_of(child, "id")
                found[ident] = combined([found.get(ident), marking])
        return found

    def _remark_on_markings(self, children: Iterable[DraftPerson]) -> None:
        people = [*children, *self.guardians.values()]
        if people and all(person.marking is None or person.marking == "" for person in people):
            message = "Källan säger inget om skyddade personuppgifter (securityMarking). Det räknas som okänt."
            mend = "Låt leverantören slå på securityMarking. Är alla kontrollerade: kör med --assume-unmarked."
            self.findings.warning("persons", "securityMarking", message, mend)

    # --- placements and departments

    def _every_placement(self) -> Iterator[Entity]:
        yield from self.entities["placements"].values()
        for ident, person in self.entities["persons"].items():
            for placement in objects_in(object_in(person.get("_embedded")).get("placements")):
                if text_of(placement, "id") not in self.entities["placements"]:
                    yield {"child": {"id": ident}, **placement}

    def _placements(self) -> list[DraftLink]:
        every = [row for row in self._every_placement() if self._is_preschool(row)]
        units = {unit for row in every if self._is_now(row) and (unit := self._unit_of(row))}
        if not self.unit and len(units) > 1:
            names = ", ".join(
                sorted(text_of(self.entities["organisations"].get(u, {}), "displayName") or u for u in units)
            )
            message, mend = f"Källan har flera förskolor: {names}.", "Välj en med --organisation."
            self.findings.error(RegisterError, "placements", "placedAt", message, mend)
            return []
        links = []
        for row in every:
            if self.unit and not self._is_wanted(self._unit_of(row)):
                continue
            ident, child = text_of(row, "id"), text_of(object_in(row.get("child")), "id")
            where = Where(f"placements/{ident or child}")
            start, end = self._day(row, "startDate", where), self._day(row, "endDate", where)
            for department in self._departments_of(row, child, where):
                key = key_of(ident) if ident else ""
                links.append(DraftLink(key_of(child), department, where, start, end, dated=True, key=key))
        return list(dict.fromkeys(links))

    def _is_preschool(self, row: Entity) -> bool:
        form = text_of(row, "schoolType")
        if form and form != PRESCHOOL_FORM and fold(form) not in OTHER_FORMS:
            self._told("schoolType", form, "Placeringen tas inte med.")
        return not form or form == PRESCHOOL_FORM

    def _unit_of(self, row: Entity) -> str:
        """Return the id of the preschool a placement is at, going up from a department that is an organisation."""
        ident = text_of(object_in(row.get("placedAt")), "id")
        for _ in range(8):
            organisation = self.entities["organisations"].get(ident)
            if organisation is None or fold(text_of(organisation, "organisationType")) in _UNITS:
                break
            above = text_of(object_in(organisation.get("parentOrganisation")), "id")
            if fold(text_of(self.entities["organisations"].get(above, {}), "organisationType")) not in _UNITS:
                break
            ident = above
        return ident

    def _is_wanted(self, ident: str) -> bool:
        organisation = self.entities["organisations"].get(ident, {})
        names = {ident, *(text_of(organisation, name) for name in ("schoolUnitCode", "displayName"))}
        return fold(self.unit) in {fold(name) for name in names if name}

    def _departments_of(self, row: Entity, child: str, where: Where) -> list[str]:
        ident = text_of(object_in(row.get("group")), "id")
        if ident:
            return [key_of(ident)] if self._department(ident, object_in(row.get("group")), where) else []
        member = [group for group in self._groups_of(child) if self._department(group, {}, where)]
        if member:
            return [key_of(group) for group in member]
        place = object_in(row.get("placedAt"))
        ident = text_of(place, "id")
        name = text_of(self.entities["organisations"].get(ident, {}), "displayName") or text_of(place, "displayName")
        if not ident or not name:
            self._wrong(
                where, "Placeringen har ingen avdelning.", "Hämta groups och organisations, eller rätta källan."
            )
            return []
        self.departments.setdefault(ident, DraftDepartment((key_of(ident),), name, where))
        return [key_of(ident)]

    def _groups_of(self, child: str) -> list[str]:
        found = []
        for ident, group in self.entities["groups"].items():
            for row in objects_in(group.get("groupMemberships")):
                if text_of(object_in(row.get("person")), "id") == child and self._is_now(row):
                    found.append(ident)
        person = self.entities["persons"].get(child, {})
        for row in objects_in(object_in(person.get("_embedded")).get("groupMemberships")):
            if self._is_now(row):
                found.append(text_of(object_in(row.get("group")), "id"))
        kinds = {ident: fold(text_of(self.entities["groups"].get(ident, {}), "groupType")) for ident in found}
        return [ident for ident in dict.fromkeys(found) if kinds[ident] == fold(DEPARTMENT)]

    def _is_now(self, row: Entity) -> bool:
        end = text_of(row, "endDate")
        return not end or end[:10] >= self.today.isoformat()

    def _department(self, ident: str, ref: Entity, where: Where) -> bool:
        group = self.entities["groups"].get(ident, ref)
        kind, name = text_of(group, "groupType"), text_of(group, "displayName")
        if kind and fold(kind) != fold(DEPARTMENT):
            self._told("groupType", kind, "Gruppen blir ingen avdelning.")
            return False
        if not name:
            self._wrong(where, "Avdelningen saknar namn.", "Hämta groups, med displayName.")
            return False
        self.departments.setdefault(ident, DraftDepartment((key_of(ident),), name, where))
        return True

    # --- staff

    def _staff(self) -> tuple[list[DraftStaff], list[DraftLink], set[str]]:
        staff: dict[str, DraftStaff] = {}
        there: list[DraftLink] = []
        kept: set[str] = set()
        for ident, duty in self.entities["duties"].items():
            where = Where(f"duties/{ident}")
            ref = object_in(duty.get("person"))
            who = text_of(ref, "id")
            person = self.entities["persons"].get(who) or object_in(object_in(duty.get("_embedded")).get("person"))
            role, word = role_of(text_of(duty, "dutyRole")), text_of(duty, "dutyRole")
            start, end = self._day(duty, "startDate", where), self._day(duty, "endDate", where)
            place = text_of(object_in(duty.get("dutyAt")), "id")
            elsewhere = self.unit and place and not self._is_wanted(self._unit_of({"placedAt": {"id": place}}))
            if elsewhere or (end is not None and end < self.today):
                continue
            name = name_of(person, ref)
            if role is None:
                if not is_known_role(word):
                    self._told("dutyRole", word or "(tomt)", "Personen får ingen tillgång.")
                kept.add(key_of(who))
                what = f"har tjänsten {word or 'utan namn'} och får ingen tillgång av sig själv."
                self.undecided.append(Undecided("", " ".join(name).strip() or "En person", what))
                continue
            if marking_of(person) not in {None, NONE_MARKED}:
                kept.add(key_of(who))  # the register cannot hold staff with protected identity
                continue
            if not who or not name[0]:
                self._wrong(where, "Tjänsten har ingen person med namn.", "Hämta alla personer.")
                continue
            whole = person or {"givenName": name[0], "familyName": name[1]}
            mails = ("skola personal", "arbete övrigt")
            member = DraftStaff(self._person(who, whole, where, None, mails), role, start, end, dated=True)
            known = staff.get(who)
            staff[who] = member if known is None else _both_duties(known, member)
            there += self._assignments(who, duty, where)
        return list(staff.values()), list(dict.fromkeys(there)), kept - {key_of(who) for who in staff}

    def _assignments(self, who: str, duty: Entity, where: Where) -> Iterator[DraftLink]:
        for row in objects_in(duty.get("assignmentRole")):
            kind, group = text_of(row, "assignmentRoleType"), text_of(object_in(row.get("group")), "id")
            if not is_known_assignment(kind):
                self._told("assignmentRoleType", kind or "(tomt)", "Den ger ingen tillgång till avdelningen.")
            start, end = self._day(row, "startDate", where), self._day(row, "endDate", where)
            over = end is not None and end < self.today
            if works_there(kind) and group in self.departments and not over:
                start = start or self._day(duty, "startDate", where)
                yield DraftLink(key_of(who), key_of(group), where, start, end, dated=True)

    # --- cells

    def _day(self, row: Entity, name: str, where: Where) -> date | None:
        written = text_of(row, name)
        if not written:
            return None
        try:
            day = date.fromisoformat(written[:10])
        except ValueError:
            day = None
        if day is None or not date(1950, 1, 1) <= day:
            self._wrong(Where(where.file, name), "Datum går inte att tolka.", "Rätta källan.")
            return None
        # 9999-12-31 is how some write "still".
        return day if day <= date(2100, 12, 31) else None

    def _told(self, name: str, word: str, so: str) -> None:
        message = f"Okänt värde: ”{word}”. {so}"
        self.findings.warning("SS 12000", name, message, "Är det rätt ord, säg till den som sköter programmet.")

    def _wrong(self, where: Where, message: str, mend: str) -> None:
        self.findings.error(RegisterError, where.file, where.place, message, mend)


def _both_duties(x: DraftStaff, y: DraftStaff) -> DraftStaff:
    role: Role = "principal" if "principal" in {x.role, y.role} else "pedagogue"
    starts = [day for day in (x.start, y.start) if day]
    ends = [x.end, y.end]
    last = None if None in ends else max(day for day in ends if day)
    return DraftStaff(x.person, role, min(starts, default=None), last, dated=True)
