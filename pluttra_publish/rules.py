"""What register and folders say now: which posts and standing pages there are, and who may read each. Opens nothing sealed, and seals nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pluttra_publish.answers import Kind
from pluttra_publish.approvals import read_approvals
from pluttra_publish.clock import earliest_month
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.media import Probe, probe
from pluttra_publish.people import read_people
from pluttra_publish.plan import Access, OpaqueId, Plan, PlannedPost, plan, with_staff
from pluttra_publish.planning import whole_plan
from pluttra_publish.register import Audience, Register, access, check_place
from pluttra_publish.register.values import fold
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import Settings
from pluttra_publish.site import Edition, MediaFile, Post, Talk, press, read_talks
from pluttra_publish.site.folders import TEXTS, nfc, relative_name
from pluttra_publish.standing import PlannedPage, plan_standing, tagged_in

Step = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Readable:
    """A post or a standing page, as far as who reads it is concerned: `month` of these audiences gives it.

    `source` is the folder it lies in, and empty for a page that is made of the register or of posts; `parts` are the files there that it is made of, if it isn't all of it.
    `since` is the moment from which it could be there, None if it always could.
    """

    kind: Kind
    id: str
    source: str
    title: str
    date: datetime | None
    since: datetime | None
    audiences: tuple[Audience, ...]
    month: str
    parts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called where it must be told apart: its folder, else its title."""
        return self.source or self.title

    def through(self, held: Mapping[Audience, tuple[str, ...]]) -> tuple[Audience, ...]:
        """Return the audiences by which whoever holds these months reads it: none, if they may not."""
        return tuple(audience for audience in self.audiences if self.month in held.get(audience, ()))

    def sealed_at(self, time: datetime) -> Readable:
        """Return it as it was sealed at `time`: a page that moves from month to month had not come further then."""
        return replace(self, month=min(self.month, f"{time:%Y-%m}")) if self.kind != "post" else self


@dataclass(frozen=True)
class Rules:
    """Register, posts and plan as they are at `now`. `posts` are all that lie in the folder, drafts and public pages too."""

    settings: Settings
    register: Register
    posts: tuple[Post, ...]
    plan: Plan
    pages: tuple[Readable, ...]
    now: datetime
    first_month: str
    revoked: Container[str] = ()

    def access(self, when: datetime) -> Access:
        """Return who may read what by the register as it is written now, on the day of `when`."""
        reading = access(
            self.register,
            today=when.astimezone(self.settings.zone).date(),
            first_month=self.first_month,
            grace_days=self.settings.grace_days,
            revoked=self.revoked,
        )
        own = {
            audience for page in self.pages for audience in page.audiences if audience.kind == "staff" and audience.id
        }
        return with_staff(reading, self.plan, self.register, own)

    @cached_property
    def readable(self) -> Mapping[str, Readable]:
        """Every post and standing page that goes out, by its id in indexes: whole, for all who read it or a part of it."""
        parts: dict[str, list[PlannedPost]] = defaultdict(list)
        for planned in self.plan.posts:
            parts[planned.card_id].append(planned)
        return {card: _joined(same) for card, same in parts.items()} | {page.id: page for page in self.pages}

    def find_page(self, written: Path) -> Readable | None:
        """Return the standing page that is meant: by its title, or by the folder of a talk or a file in it; None if none is."""
        named = next((page for page in self.pages if fold(page.title) == fold(str(written)) and not page.source), None)
        name = named or self._name_of(written, self.settings.talks)
        part = next((page for page in self.pages if name in page.parts), None)
        return (
            named
            or part
            or next((page for page in self.pages if page.source and f"{name}/".startswith(f"{page.source}/")), None)
        )

    def find(self, path: Path) -> tuple[Post, MediaFile | None]:
        """Return the post whose folder or file is at `path` (as it is, or from the site or its posts), and the medium if it is one.

        Raises:
            UsageError: nothing of a post lies there.
        """
        name = self._name_of(path, self.settings.posts)
        if name is None:
            raise UsageError(f"{path} finns inte bland inläggen eller samtalen.", hint=_PLACES)
        for post in self.posts:
            if name == post.source:
                return post, None
            if name.startswith(f"{post.source}/"):
                medium = next((file for file in post.media if f"{post.source}/{file.name}" == name), None)
                if medium is None and Path(name).suffix.lower() not in TEXTS:
                    raise UsageError(f"{name} är ingen bild, film eller text i ett inlägg.", hint=_PLACES)
                return post, medium
        raise UsageError(f"{name} är inget inlägg.", hint=_PLACES)

    def _name_of(self, path: Path, folder: Path) -> str | None:
        """Return a path as what lies in one of the site's folders is named; None if it isn't there."""
        root = self.settings.root
        for tried in (path, root / path, folder / path):
            if tried.exists() and tried.resolve().is_relative_to(folder.resolve()):
                return nfc(f"{relative_name(folder, root)}/{tried.resolve().relative_to(folder.resolve()).as_posix()}")
        return None


_PLACES = (
    "Ange ett inläggs mapp eller fil, en bild i det, ett samtals mapp, eller rubriken på en sida för personalen, till exempel "
    "”inlagg/Solrosen/2026-03-12 Vi byggde koja”."
)


def read_rules(
    settings: Settings,
    opaque_id: OpaqueId,
    *,
    first_month: str | None,
    now: datetime,
    step: Step,
    revoked: Container[str] = (),
) -> Rules:
    """Read register and posts, and plan; nothing is rendered or derived. `revoked` are readers who have been shut out, whatever the register says.

    Raises:
        CheckFailed: there are errors; it carries all findings.
    """
    findings = Findings()
    people = read_people(settings, findings)
    check_place(settings.register, settings.posts, findings)
    posts: list[Post] = []
    talks: list[Talk] = []
    media = sum(path.suffix.lower() not in TEXTS and path.is_file() for path in settings.posts.rglob("*"))
    seen = 0

    def probed(path: Path) -> Probe:
        nonlocal seen
        seen += 1
        step("Läser inläggen", min(seen, media), media)
        return probe(path)

    def between(read: list[Post]) -> Edition | None:
        posts.extend(read)
        talks.extend(read_talks(settings.talks, settings, probe=probe, findings=findings, today=now.date()))
        return None

    theme = (settings.theme, theme_folder())
    press(settings, theme=theme, probe=probed, findings=findings, between=between, today=now.date())
    days = [*(post.date for post in posts if _sealed(post)), *(talk.date for talk in talks)]
    first = earliest_month(first_month, now, days)
    reading = access(people.register, today=now.date(), first_month=first, grace_days=settings.grace_days)
    made, _ = whole_plan(
        posts,
        people=people,
        access=reading,
        opaque_id=opaque_id,
        now=now,
        findings=findings,
        may_publish=read_approvals(settings).may_publish,
    )
    pages = plan_standing(
        talks,
        [tagged for _, tagged in tagged_in(made)],
        register=people.register,
        consents=people.consents,
        preschool=settings.name,
        opaque_id=opaque_id,
        now=now,
        findings=people.named,
        access=reading,
        way_back=settings.drop.is_on,
    )
    findings.stop()
    standing = tuple(_readable(page, made) for page in pages)
    return Rules(settings, people.register, tuple(posts), made, standing, now, first, revoked)


def readable_of(rules: Rules, post: Post, medium: MediaFile | None, opaque_id: OpaqueId) -> Readable | None:
    """Return a post, or the parts of it that show a medium, as it goes out, or would if it did not wait; None for a public page."""
    parts = [planned for planned in rules.plan.posts if planned.post.source == post.source]
    shown = [
        planned for planned in parts if medium is None or medium.name in {file.name for file in planned.post.media}
    ]
    if shown:
        return _joined(shown)
    if parts:
        return replace(_joined(parts), audiences=())
    if not _sealed(post):
        return None
    waiting = replace(post, status="published")
    made = plan(
        [waiting],
        register=rules.register,
        access=rules.access(rules.now),
        opaque_id=opaque_id,
        now=max(rules.now, post.date),
        findings=Findings(),
    )
    return _joined([made.posts[0]])


def _joined(parts: list[PlannedPost]) -> Readable:
    """Return the parts of one post as one, for all their readers."""
    post = parts[0].post
    audiences = tuple(dict.fromkeys(audience for part in parts for audience in part.audiences))
    return Readable("post", parts[0].card_id, post.source, post.title, post.date, post.date, audiences, parts[0].month)


def _readable(page: PlannedPage, made: Plan) -> Readable:
    since = max((planned.post.date for planned in made.posts), default=None) if page.sheet.kind == "goal" else None
    return Readable(
        page.sheet.kind, page.id, page.source, page.title, page.date, since, (page.audience,), page.month, page.parts
    )


def readers_by_month(reading: Access) -> Mapping[tuple[Audience, str], frozenset[str]]:
    """Return who reads each month of each audience."""
    found: dict[tuple[Audience, str], list[str]] = defaultdict(list)
    for reader, held in reading.items():
        for audience, months in held.items():
            for month in months:
                found[audience, month].append(reader)
    return {key: frozenset(who) for key, who in found.items()}


def readers_of(
    readable: Readable | PlannedPost, months: Mapping[tuple[Audience, str], frozenset[str]]
) -> frozenset[str]:
    """Return everyone who may read a post or a page; `months` says who reads which."""
    found = [months.get((audience, readable.month), frozenset()) for audience in readable.audiences]
    return found[0].union(*found[1:]) if len(found) > 1 else next(iter(found), frozenset())


def _sealed(post: Post) -> bool:
    return post.place.kind != "public"
