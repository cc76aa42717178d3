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

from pluttra_publish.calendar_file import calendar_file
from pluttra_publish.curriculum import Curriculum, Goal, curriculum_on
from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.plan import OpaqueId, Plan, PlannedPost, title_of
from pluttra_publish.register import Consents, holds_through, reference_list
from pluttra_publish.register.names import find_child
from pluttra_publish.register.values import STAFF, Audience, Register
from pluttra_publish.site import ConsentSheet, GoalSheet, MediaFile, Post, Talk, TalkSheet


@dataclass(frozen=True)
class PlannedPage:
    """A standing page that will be sealed: its opaque id, the audience that owns it, and the month whose index names it.

    `files` are its photos in order; `calendar` is the content of its calendar file, if it has one.
    """

    id: str
    audience: Audience
    month: str
    title: str
    date: datetime | None
    sheet: TalkSheet | GoalSheet | ConsentSheet
    source: str
    files: tuple[MediaFile, ...] = ()
    calendar: bytes | None = None


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
) -> tuple[PlannedPage, ...]:
    """Return every page that is not a post; a talk's folder that is no child's is added to `findings`."""
    return (
        *_talks(talks, register, preschool, opaque_id, now, findings),
        *_goals(tagged, register, opaque_id, now),
        *_lists(register, consents, opaque_id, now.date()),
    )


def _talks(
    talks: Iterable[Talk], register: Register, preschool: str, opaque_id: OpaqueId, now: datetime, findings: Findings
) -> Iterator[PlannedPage]:
    """Yield the page of every talk, in its child's audience."""
    for talk in talks:
        try:
            child = find_child(register, talk.child, department=None, on=talk.date.date())
        except ContentError as wrong:
            findings.error(ContentError, talk.source, "mapp", str(wrong), wrong.hint)
            continue
        identity = opaque_id("talk", child.id, talk.source.rpartition("/")[2])
        month = min(f"{talk.date:%Y-%m}", f"{now:%Y-%m}")
        calendar = None
        if talk.timed and talk.date >= now:
            title = f"{talk.title}, {preschool}"
            calendar = calendar_file(
                identity=identity, title=title, start=talk.date, minutes=talk.minutes, place=talk.place
            )
        sheet = TalkSheet(talk, child.first_name)
        audience = Audience("child", child.id)
        yield PlannedPage(identity, audience, month, talk.title, talk.date, sheet, talk.source, talk.media, calendar)


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
