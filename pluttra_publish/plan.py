"""Which post goes to whom: posts and register to a plan. Pure rules: the folder alone decides who reads. Knows no files, pages or keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pluttra_publish.errors import ConsentError, ContentError, Findings
from pluttra_publish.register.names import DepartmentNotFound, find_child, find_department, same_guardians
from pluttra_publish.register.quarantine import quarantined
from pluttra_publish.register.values import PRESCHOOL, STAFF, Audience, Child, Guardian, Register, StaffMember, fold
from pluttra_publish.site import Post

Access = Mapping[str, Mapping[Audience, tuple[str, ...]]]
"""Reader id → audience → months, as `register.access` gives it."""

OpaqueId = Callable[..., str]
"""`opaque_id(kind, *text)`: an id that says nothing to a host, the same each time (docs/format.md §4)."""


@dataclass(frozen=True)
class PlannedPost:
    """A post that will be sealed: its opaque id, the audience that owns it, and every audience whose index holds it (the owner first)."""

    post: Post
    id: str
    home: Audience
    audiences: tuple[Audience, ...]
    children: tuple[Child, ...]

    @property
    def month(self) -> str:
        return self.post.date.strftime("%Y-%m")


@dataclass(frozen=True)
class Plan:
    """What will be published now, newest first, and what waits: drafts and posts whose day has not come."""

    posts: tuple[PlannedPost, ...]
    public: tuple[Post, ...]
    waiting: tuple[Post, ...]

    @property
    def first_month(self) -> str | None:
        return min((planned.month for planned in self.posts), default=None)


def plan(
    posts: Iterable[Post],
    *,
    register: Register,
    access: Access,
    opaque_id: OpaqueId,
    now: datetime,
    findings: Findings,
) -> Plan:
    """Return which post goes to which audiences; whatever is wrong with a place or a name is added to `findings`.

    Drafts and future posts are checked like the others, but wait.
    """
    planned: list[PlannedPost] = []
    public: list[Post] = []
    waiting: list[Post] = []
    taken: dict[str, Post] = {}
    for post in posts:
        due = post.status == "published" and post.date <= now
        if post.place.kind == "public":
            if post.children:
                message = "En offentlig sida kan inte handla om ett barn."
                findings.error(ConsentError, post.source, "Barn", message, "Ta bort raden Barn, eller flytta inlägget.")
            (public if due else waiting).append(post)
            continue
        found = _Placing(register, access, opaque_id, findings).place(post)
        if found is None:
            continue
        other = taken.setdefault(found.id, post)
        if other is not post:  # two folders may mean one child, or one department: by name and by id
            message = f"Inlägget får samma adress som ”{other.source}”."
            findings.error(ContentError, post.source, "namnet", message, "Ge ett av dem ett annat namn.")
        elif due:
            planned.append(found)
        else:
            waiting.append(post)
    planned.sort(key=lambda p: p.id)
    planned.sort(key=lambda p: p.post.date, reverse=True)
    public.sort(key=lambda post: post.address)
    return Plan(tuple(planned), tuple(public), tuple(waiting))


def title_of(audience: Audience, register: Register) -> str:
    """Return what an audience is called on a page."""
    match audience.kind:
        case "preschool":
            return "Hela förskolan"
        case "staff":
            return "Personal"
        case "department":
            return register.department[audience.id].name
        case "child":
            return register.child[audience.id].first_name


@dataclass(frozen=True)
class _Placing:
    """Places one post at a time."""

    register: Register
    access: Access
    opaque_id: OpaqueId
    findings: Findings

    def place(self, post: Post) -> PlannedPost | None:
        home = self._home(post)
        if home is None:
            return None
        children = self._children(post, home)
        audiences = [home]
        if home.kind == "child":
            others = [child for child in children if child.id != home.id]
            children = [self.register.child[home.id], *others]
            for child in others:
                self._may_share(post, home.id, child)
                audiences.append(Audience("child", child.id))
        elif post.share:
            message = "Delas betyder bara något för inlägg i barn/."
            self.findings.warning(post.source, "Delas", message, "Ta bort raden: mappen avgör vem som läser.")
        identity = self.opaque_id("post", home.key, post.address)
        return PlannedPost(post, identity, home, tuple(audiences), tuple(children))

    def _home(self, post: Post) -> Audience | None:
        match post.place.kind:
            case "preschool":
                return PRESCHOOL
            case "staff":
                return STAFF
            case "department":
                try:
                    return Audience("department", find_department(self.register, post.place.name).id)
                except DepartmentNotFound as wrong:
                    self.findings.error(ContentError, post.source, "mapp", str(wrong), wrong.hint)
            case "child":
                child = self._child(post, post.place.name, department=None, place="mapp")
                return Audience("child", child.id) if child else None
        return None

    def _children(self, post: Post, home: Audience) -> list[Child]:
        department = home.id if home.kind == "department" else None
        if home.kind == "child":
            placed = self.register.placements_by_child.get(home.id, ())
            department = next((row.department for row in placed if row.span.holds(post.date.date())), None)
        found = (self._child(post, name, department=department, place="Barn") for name in post.children)
        return list({child.id: child for child in found if child}.values())

    def _child(self, post: Post, name: str, *, department: str | None, place: str) -> Child | None:
        try:
            return find_child(self.register, name, department=department, on=post.date.date())
        except ContentError as wrong:
            self.findings.error(ContentError, post.source, place, str(wrong), wrong.hint)
            return None

    def _may_share(self, post: Post, owner: str, other: Child) -> None:
        same = same_guardians(self.register, owner, other.id, post.date.date())
        if post.share or (same and self._guardians(owner, post) == self._guardians(other.id, post)):
            return
        first = self.register.child[owner].first_name
        message = f"Inlägget skulle läsas av fler: {first} och {other.first_name} har inte samma vårdnadshavare."
        mend = "Skriv Delas: ja om båda familjerna ska läsa det, annars ta bort namnet ur Barn."
        self.findings.error(ConsentError, post.source, "Barn", message, mend)

    def _guardians(self, child: str, post: Post) -> set[str]:
        audience, month = Audience("child", child), post.date.strftime("%Y-%m")
        return {
            reader
            for reader, months in self.access.items()
            if reader in self.register.guardian and month in months.get(audience, ())
        }


def names_to_keep_out(register: Register) -> tuple[str, ...]:
    """Return the full names and addresses of quarantined families: none of them may stand in anything that is published.

    A name that somebody else bears too is left out, or nothing could be published about that one.
    """
    outside, visible = quarantined(register), register.visible
    people: list[Child | Guardian] = [*register.children, *register.guardians]
    others: list[Child | Guardian | StaffMember] = [*visible.children, *visible.guardians, *visible.staff]
    shared = {fold(name) for one in others for name in (one.first_name, one.name)}
    names = {person.name for person in people if person.id in outside and fold(person.name) not in shared}
    emails = {guardian.email for guardian in register.guardians if guardian.id in outside}
    emails -= {guardian.email for guardian in visible.guardians} | {member.email for member in visible.staff}
    return tuple(sorted((names | emails) - {""}))
