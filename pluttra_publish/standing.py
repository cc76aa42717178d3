"""Pages that are not posts: development talks, the curriculum's goals, the quick reference lists; to whom and in which month.

Pure rules. Knows no HTML, keys or files.

A page with a date is read by those who may read its month; before its day, by those who may read the present one. A page without a
date stands in the present month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pluttra_publish.bookings import Booked
from pluttra_publish.calendar_file import calendar_file
from pluttra_publish.curriculum import Curriculum, Goal, curriculum_on
from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.family_consents import asked_families, family_sheet
from pluttra_publish.plan import Access, OpaqueId, Plan, PlannedPost, staff_of, title_of
from pluttra_publish.register import Child, Consents, departments_of, guardians_of, holds_through, reference_list
from pluttra_publish.register.names import find_child
from pluttra_publish.register.values import STAFF, Audience, Register
from pluttra_publish.site import ConsentSheet, GoalSheet, MediaFile, Post, Sheet, Talk, TalkSheet
from pluttra_publish.talk_asking import Sayable, all_sayable, answers_of, asked_of, is_open, next_change


@dataclass(frozen=True)
class PlannedPage:
    """A standing page that will be sealed: its opaque id, the audience that owns it, and the month whose index names it.

    `files` are its photos in order; `calendar` is the content of its calendar file, if it has one. `source` is a talk's folder, and `parts` the files in it that a page is
    made of, if it isn't all of it. At `due` it becomes another by itself.
    """

    id: str
    audience: Audience
    month: str
    title: str
    date: datetime | None
    sheet: Sheet
    source: str
    files: tuple[MediaFile, ...] = ()
    calendar: bytes | None = None
    parts: tuple[str, ...] = ()
    due: datetime | None = None


@dataclass(frozen=True)
class Tagged:
    """A published post that is tagged with a goal of the curriculum of its day; `own` tells whether it is one child's."""

    goal: str
    home: Audience
    card_id: str
    date: datetime
    own: bool


def tagged_in(plan: Plan) -> Iterator[tuple[PlannedPost, Tagged]]:
    """Yield every goal of every post of a plan; what the staff or one family read more of a post counts once."""
    for planned in plan.posts:
        for goal in () if planned.is_copy else goals_of(planned.post, Findings()):
            yield planned, Tagged(goal.id, planned.home, planned.card_id, planned.post.date, planned.about_one_child)


def plan_standing(
    talks: Iterable[Talk],
    tagged: Iterable[Tagged],
    *,
    register: Register,
    consents: Consents,
    preschool: str,
    opaque_id: OpaqueId,
    now: datetime,
    findings: Findings,
    access: Access,
    way_back: bool = False,
    sayable: Sayable = all_sayable,
) -> tuple[PlannedPage, ...]:
    """Return every page that is not a post; a talk's folder that is no child's is added to `findings`.

    `way_back` tells whether families can answer in the reader, and `access` who reads which months. What of their answers isn't `sayable` is left out.
    """
    planned = _Talks(register, preschool, opaque_id, now, way_back, sayable)
    return (
        *planned.pages(talks, findings),
        *_goals(tagged, register, opaque_id, now),
        *_lists(register, consents, opaque_id, now.date()),
        *(_family_consents(register, consents, access, opaque_id, now.date()) if way_back else ()),
    )


def own_staff_of(pages: Iterable[PlannedPage]) -> set[Audience]:
    """Return the audiences of the staff's own that pages are for."""
    return {page.audience for page in pages if page.audience.kind == "staff" and page.audience.id}


@dataclass(frozen=True)
class _Talks:
    """Plans the pages of talks."""

    register: Register
    preschool: str
    opaque_id: OpaqueId
    now: datetime
    way_back: bool
    sayable: Sayable

    def pages(self, talks: Iterable[Talk], findings: Findings) -> Iterator[PlannedPage]:
        """Yield the page of every talk, in its child's audience, and of the answers to it."""
        known: list[tuple[Talk, Child]] = []
        for talk in talks:
            try:
                child = find_child(self.register, talk.child, department=None, on=talk.date.date())
            except ContentError as wrong:
                findings.error(ContentError, talk.source, "mapp", str(wrong), wrong.hint)
            else:
                known.append((talk, child))
        booked = [self._booked(talk, child) for talk, child in known]
        for (talk, child), own in zip(known, booked, strict=True):
            yield from self._pages(talk, child, own, booked)

    def _pages(self, talk: Talk, child: Child, own: Booked, booked: Iterable[Booked]) -> Iterator[PlannedPage]:
        now, folder = self.now, talk.source.rpartition("/")[2]
        identity = self.opaque_id("talk", child.id, folder)
        guardians = guardians_of(self.register, child.id, now.date())
        asked = asked_of(talk, own, booked, guardians, now, way_back=self.way_back, sayable=self.sayable)
        choosing = is_open(talk, now)  # and then it has no day
        yield PlannedPage(
            identity,
            Audience("child", child.id),
            f"{now:%Y-%m}" if choosing else min(f"{talk.date:%Y-%m}", f"{now:%Y-%m}"),
            f"{talk.title}: välj tid" if choosing and asked.free and not asked.passed else talk.title,
            None if choosing else talk.date,
            TalkSheet(talk, child.first_name, asked=asked),
            talk.source,
            talk.media,
            self._calendar(talk, identity),
            due=next_change(talk, now),
        )
        answers = answers_of(talk, asked, now, page=identity, sayable=self.sayable)
        if answers is None:
            return
        for department in departments_of(self.register, child.id, now.date()):
            audience = staff_of(Audience("department", department.id))
            yield PlannedPage(
                self.opaque_id("answers", child.id, folder, department.id),
                audience,
                f"{now:%Y-%m}",
                f"Svar inför samtal: {child.name}",
                None,
                answers,
                talk.source,
                parts=tuple(one.file for one in talk.answers),
            )

    def _calendar(self, talk: Talk, identity: str) -> bytes | None:
        if not talk.timed or talk.date < self.now:
            return None
        chosen = talk.times.chosen
        return calendar_file(
            identity=identity,
            title=f"{talk.title}, {self.preschool}",
            start=talk.date,
            minutes=talk.minutes,
            place=talk.place,
            changed=chosen.written if chosen else None,
            again=bool(chosen and talk.times.fixed),
        )

    def _booked(self, talk: Talk, child: Child) -> Booked:
        places = departments_of(self.register, child.id, self.now.date())
        return Booked(talk.source, frozenset(department.id for department in places), talk.times)


def goals_of(post: Post, findings: Findings) -> tuple[Goal, ...]:
    """Return the goals that a post is tagged with, of the version in force on its day; unknown ones are added to `findings`."""
    curriculum = curriculum_on(post.date.date())
    goals: dict[str, Goal] = {}
    for written in post.goals:
        try:
            goal = curriculum.find(written)
        except ContentError as wrong:
            findings.error(ContentError, post.source, "Mål", str(wrong), wrong.hint)
        else:
            goals[goal.id] = goal
    return tuple(goals.values())


def _goals(tagged: Iterable[Tagged], register: Register, opaque_id: OpaqueId, now: datetime) -> Iterator[PlannedPage]:
    """Yield a page for the staff for every goal that some post is tagged with.

    It names posts by place and day, and those of children's own only by their number: not all of the staff may read them all.
    """
    by_goal: dict[tuple[str, str], list[Tagged]] = defaultdict(list)
    for one in sorted(tagged, key=lambda one: (-one.date.timestamp(), one.card_id)):
        by_goal[curriculum_on(one.date.date()).id, one.goal].append(one)
    for key in sorted(by_goal):
        curriculum = curriculum_on(by_goal[key][0].date.date())
        goal = curriculum.find(key[1])
        sheet = _goal_sheet(curriculum, goal, by_goal[key], register)
        title = f"{goal.id} {goal.label}"
        yield PlannedPage(opaque_id("goal", *key), STAFF, f"{now:%Y-%m}", title, None, sheet, "")


def _lists(register: Register, consents: Consents, opaque_id: OpaqueId, day: date) -> Iterator[PlannedPage]:
    """Yield the quick reference list of every department, for the staff.

    The page says until when it holds but not which day it is, so that it is the same until an answer is another; a reader of it is
    told by the reader program when the preschool last published.
    """
    for department in register.departments:
        rows = reference_list(register, consents, department=department.id, on=day)
        through = holds_through(register, consents, department=department.id, on=day)
        title = f"Vem får synas: {department.name}"
        sheet = ConsentSheet(through, tuple((row.name, row.answers) for row in rows))
        yield PlannedPage(opaque_id("consents", STAFF.key, title), STAFF, f"{day:%Y-%m}", title, None, sheet, "")


def _family_consents(
    register: Register, consents: Consents, access: Access, opaque_id: OpaqueId, day: date
) -> Iterator[PlannedPage]:
    """Yield what the guardians of every child are asked for consent to, in the child's audience.

    The page doesn't say which day it is, so that it is the same until an answer is another.
    """
    for child, month in asked_families(register, access, day):
        audience = Audience("child", child.id)
        sheet = family_sheet(register, consents, child, opaque_id("child", child.id), day)
        title = f"Samtycken: {child.first_name}"
        yield PlannedPage(opaque_id("consents", audience.key), audience, month, title, None, sheet, "")


def labels(goals: Iterable[Goal]) -> tuple[tuple[str, str], ...]:
    """Return goals as a post's page shows them."""
    return tuple((goal.id, goal.label) for goal in goals)


def _goal_sheet(curriculum: Curriculum, goal: Goal, posts: Iterable[Tagged], register: Register) -> GoalSheet:
    places: Mapping[Audience, dict[str, datetime]] = defaultdict(dict)
    own: set[str] = set()
    for tagged in posts:
        if tagged.own:
            own.add(tagged.card_id)
        else:
            places[tagged.home][tagged.card_id] = tagged.date
    named = tuple((title_of(audience, register), tuple(places[audience].items())) for audience in sorted(places))
    return GoalSheet(goal.id, goal.label, goal.section, curriculum.title, named, len(own))
