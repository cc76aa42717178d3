"""Which post goes to whom: posts and register to a plan. Pure rules: the folder alone decides who reads. Knows no files, pages or keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from pluttra_publish.errors import ConsentError, ContentError, Findings, IdentityError
from pluttra_publish.register.names import DepartmentNotFound, find_child, find_department, same_guardians
from pluttra_publish.register.values import PRESCHOOL, STAFF, Audience, Child, Register
from pluttra_publish.site import Post

Access = Mapping[str, Mapping[Audience, tuple[str, ...]]]
"""Reader id → audience → months, as `register.access` gives it."""

_COPY = ":personal"

OpaqueId = Callable[..., str]
"""`opaque_id(kind, *text)`: an id that says nothing to a host, the same each time (docs/format.md §4)."""


def is_published(post: Post) -> bool:
    """Tell whether a post says of itself that it is published."""
    return post.status == "published"


@dataclass(frozen=True)
class PlannedPost:
    """A post that will be sealed: its opaque id, the audience that owns it, and every audience whose index holds it (the owner first)."""

    post: Post
    id: str
    home: Audience
    audiences: tuple[Audience, ...]
    children: tuple[Child, ...]

    @property
    def card_id(self) -> str:
        """The id in indexes and addresses: the staff's or a child's own copy of a post has the post's own (docs/format.md §7)."""
        return self.id.partition(":")[0]

    @property
    def is_copy(self) -> bool:
        """Whether this is what the staff, or one child's guardians, read of a post of which the others read less."""
        return ":" in self.id

    @property
    def about_one_child(self) -> bool:
        """Whether the post lies in one child's folder, whoever reads it."""
        return self.home.kind == "child" or self.home.id.startswith("child:")

    @cached_property
    def month(self) -> str:
        return self.post.date.strftime("%Y-%m")


@dataclass(frozen=True)
class Plan:
    """What will be published now, newest first, and what waits: drafts and posts whose day has not come, `held` as they would be planned."""

    posts: tuple[PlannedPost, ...]
    public: tuple[Post, ...]
    waiting: tuple[Post, ...]
    held: tuple[PlannedPost, ...] = ()

    @property
    def count(self) -> int:
        """How many posts there are, however many copies some of them have."""
        return len({planned.card_id for planned in self.posts}) + len(self.public)


def plan(
    posts: Iterable[Post],
    *,
    register: Register,
    access: Access,
    opaque_id: OpaqueId,
    now: datetime,
    findings: Findings,
    named: Findings | None = None,
    may_publish: Callable[[Post], bool] = is_published,
) -> Plan:
    """Return which post goes to which audiences; whatever is wrong with a place is added to `findings`, and with a name to `named`, if it is
    another.

    Drafts, those that `may_publish` holds back, and future posts are checked like the others, but wait.
    """
    planned: list[PlannedPost] = []
    public: list[Post] = []
    waiting: list[Post] = []
    held: list[PlannedPost] = []
    taken: dict[str, Post] = {}
    placing = _Placing(register, access, opaque_id, findings if named is None else named)
    for post in posts:
        due = may_publish(post) and post.date <= now
        if post.place.kind == "public":
            if post.children or any(file.children for file in post.media):
                message = "En offentlig sida kan inte handla om ett barn."
                findings.error(ConsentError, post.source, "Barn", message, "Ta bort raden Barn, eller flytta inlägget.")
            if post.staff_only or post.staff_body is not None:
                message = "En offentlig sida läses av alla, så inget på den kan vara bara för personalen."
                findings.error(ContentError, post.source, "Målgrupp", message, "Flytta det till personal/.")
            (public if due else waiting).append(post)
            continue
        found = placing.place(post)
        if found is None:
            continue
        other = taken.setdefault(found.id, post)
        if other is not post:  # two folders may mean one child, or one department: by name and by id
            message = f"Inlägget får samma adress som ”{other.source}”."
            findings.error(ContentError, post.source, "namnet", message, "Ge ett av dem ett annat namn.")
        elif due:
            planned += [found, *_staff_copy(found)]
        else:
            waiting.append(post)
            held += [found, *_staff_copy(found)]
    planned.sort(key=lambda p: p.id)
    planned.sort(key=lambda p: p.post.date, reverse=True)
    public.sort(key=lambda post: post.address)
    return Plan(tuple(planned), tuple(public), tuple(waiting), tuple(held))


def staff_of(home: Audience) -> Audience:
    """Return the audience of those staff who read `home`: all of them for the preschool and the staff, else an audience of its own.

    Not all the staff, since what is narrowed may not be read by anybody who could not read it before.
    """
    return STAFF if home.kind in {"preschool", "staff"} else Audience("staff", home.key)


def own_staff(plan: Plan) -> set[Audience]:
    """Return the audiences that `staff_of` has made for a plan."""
    return {
        audience for planned in plan.posts for audience in planned.audiences if audience.kind == "staff" and audience.id
    }


def with_staff(access: Access, plan: Plan, register: Register, more: Iterable[Audience] = ()) -> Access:
    """Return the access with the audiences that `staff_of` has made for this plan: the staff of each, for the months they read it.

    `more` are such audiences that have posts which are not in the plan.
    """
    wanted = own_staff(plan) | set(more)
    narrowed = {source: staff_of(source) for months in access.values() for source in months}
    whole: dict[str, Mapping[Audience, tuple[str, ...]]] = {}
    for reader, months in access.items():
        own: dict[Audience, tuple[str, ...]] = {}
        if reader in register.staff_member:
            own = {narrowed[home]: named for home, named in months.items() if narrowed[home] in wanted}
        whole[reader] = {**months, **own}
    return whole


def title_of(audience: Audience, register: Register) -> str:
    """Return what an audience is called on a page."""
    match audience.kind:
        case "preschool":
            return "Hela förskolan"
        case "staff":
            kind, _, home = audience.id.partition(":")
            if not kind:
                return "Personal"
            of = Audience("department" if kind == "department" else "child", home)
            return f"Personal: {title_of(of, register)}"
        case "department":
            return register.department[audience.id].name
        case "child":
            return register.child[audience.id].first_name


def _staff_copy(planned: PlannedPost) -> Iterable[PlannedPost]:
    """Yield what the staff read of a post of which the others read less."""
    post = planned.post
    if post.staff_body is None:
        return
    whole = replace(post, body=post.staff_body, media=post.staff_media, staff_body=None, staff_media=())
    home = staff_of(planned.home)
    yield PlannedPost(whole, planned.id + _COPY, home, (home,), planned.children)


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
        if home.kind in {"department", "preschool"}:
            audiences += [Audience("child", child.id) for child in children if self._concerns(child, home, post)]
        identity = self.opaque_id("post", home.key, post.address)
        if post.staff_only:
            home = staff_of(home)
            audiences = [home]
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
                    self.findings.error(IdentityError, post.source, "mapp", str(wrong), wrong.hint)
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
        except IdentityError as wrong:
            self.findings.error(IdentityError, post.source, place, str(wrong), wrong.hint)
            return None

    def _concerns(self, child: Child, home: Audience, post: Post) -> bool:
        """Tell whether a post that names a child may stand in the child's own index too, where the family keeps it after they leave.

        Only where that widens nothing: the child was placed there that day, so its guardians read the department that month, and
        every member of staff who reads the child's page that month reads the post anyway.
        """
        day, month, own = post.date.date(), post.date.strftime("%Y-%m"), Audience("child", child.id)
        placed = {row.department for row in self.register.placements_by_child.get(child.id, ()) if row.span.holds(day)}
        if not (placed if home.kind == "preschool" else home.id in placed):
            return False
        return all(month in months.get(home, ()) for months in self._staff if month in months.get(own, ()))

    @cached_property
    def _staff(self) -> tuple[Mapping[Audience, tuple[str, ...]], ...]:
        """What each of the staff reads."""
        return tuple(months for reader, months in self.access.items() if reader not in self.register.guardian)

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
