"""What register and folders say now: which posts there are, and who may read each. Opens nothing sealed, and seals nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pluttra_publish.approvals import read_approvals
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.media import Probe, probe
from pluttra_publish.people import read_people
from pluttra_publish.plan import Access, OpaqueId, Plan, PlannedPost, plan, with_staff
from pluttra_publish.planning import whole_plan
from pluttra_publish.register import Audience, Register, access, check_place
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import FILE, Settings
from pluttra_publish.site import Edition, MediaFile, Post, press
from pluttra_publish.site.folders import TEXTS, nfc, relative_name

Step = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Rules:
    """Register, posts and plan as they are at `now`. `posts` are all that lie in the folder, drafts and public pages too."""

    settings: Settings
    register: Register
    posts: tuple[Post, ...]
    plan: Plan
    now: datetime
    first_month: str

    def access(self, when: datetime) -> Access:
        """Return who may read what by the register as it is written now, on the day of `when`."""
        reading = access(
            self.register,
            today=when.astimezone(self.settings.zone).date(),
            first_month=self.first_month,
            grace_days=self.settings.grace_days,
        )
        return with_staff(reading, self.plan, self.register)

    @cached_property
    def posts_by_card(self) -> Mapping[str, PlannedPost]:
        """Every post that goes out, by its card id: whole, for all who read it or a part of it."""
        parts: dict[str, list[PlannedPost]] = defaultdict(list)
        for planned in self.plan.posts:
            parts[planned.card_id].append(planned)
        return {card: _joined(same) for card, same in parts.items()}

    def find(self, path: Path) -> tuple[Post, MediaFile | None]:
        """Return the post whose folder or file is at `path` (as it is, or from the site or its posts), and the medium if it is one.

        Raises:
            UsageError: nothing of a post lies there.
        """
        name = self._name_of(path)
        for post in self.posts:
            if name == post.source:
                return post, None
            if name.startswith(f"{post.source}/"):
                medium = next((file for file in post.media if f"{post.source}/{file.name}" == name), None)
                if medium is None and Path(name).suffix.lower() not in TEXTS:
                    raise UsageError(f"{name} är ingen bild, film eller text i ett inlägg.", hint=_PLACES)
                return post, medium
        raise UsageError(f"{name} är inget inlägg.", hint=_PLACES)

    def _name_of(self, path: Path) -> str:
        """Return a path as posts name theirs."""
        root, posts = self.settings.root, self.settings.posts
        for tried in (path, root / path, posts / path):
            if tried.exists() and tried.resolve().is_relative_to(posts.resolve()):
                inside = tried.resolve().relative_to(posts.resolve()).as_posix()
                return nfc(f"{relative_name(posts, root)}/{inside}")
        raise UsageError(f"{path} finns inte bland inläggen.", hint=_PLACES)


_PLACES = (
    "Ange ett inläggs mapp eller fil, eller en bild i det, till exempel ”inlagg/Solrosen/2026-03-12 Vi byggde koja”."
)


def read_rules(settings: Settings, opaque_id: OpaqueId, *, first_month: str | None, now: datetime, step: Step) -> Rules:
    """Read register and posts, and plan; nothing is rendered or derived.

    Raises:
        CheckFailed: there are errors; it carries all findings.
    """
    findings = Findings()
    people = read_people(settings, findings)
    check_place(settings.register, settings.posts, findings)
    posts: list[Post] = []
    media = sum(path.suffix.lower() not in TEXTS and path.is_file() for path in settings.posts.rglob("*"))
    seen = 0

    def probed(path: Path) -> Probe:
        nonlocal seen
        seen += 1
        step("Läser inläggen", min(seen, media), media)
        return probe(path)

    def between(read: list[Post]) -> Edition | None:
        posts.extend(read)
        return None

    theme = (settings.theme, theme_folder())
    press(settings, theme=theme, probe=probed, findings=findings, between=between, today=now.date())
    first = min([first_month or f"{now:%Y-%m}", *(f"{post.date:%Y-%m}" for post in posts if _sealed(post))])
    made, _ = whole_plan(
        posts,
        people=people,
        access=access(people.register, today=now.date(), first_month=first, grace_days=settings.grace_days),
        opaque_id=opaque_id,
        now=now,
        findings=findings,
        may_publish=read_approvals(settings).may_publish,
    )
    findings.stop()
    return Rules(settings, people.register, tuple(posts), made, now, first)


def planned_of(rules: Rules, post: Post, medium: MediaFile | None, opaque_id: OpaqueId) -> PlannedPost | None:
    """Return what a post, or the parts of it that show a medium, is planned as, or would be if it did not wait; None for a public page."""
    parts = [planned for planned in rules.plan.posts if planned.post.source == post.source]
    shown = [
        planned for planned in parts if medium is None or medium.name in {file.name for file in planned.post.files}
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
    return made.posts[0]


def _joined(parts: list[PlannedPost]) -> PlannedPost:
    """Return the parts of one post as one, for all their readers."""
    audiences = dict.fromkeys(audience for part in parts for audience in part.audiences)
    return replace(parts[0], id=parts[0].card_id, audiences=tuple(audiences))


def through(planned: PlannedPost, held: Mapping[Audience, tuple[str, ...]]) -> tuple[Audience, ...]:
    """Return the audiences by which whoever holds these months reads a post: none, if they may not."""
    return tuple(audience for audience in planned.audiences if planned.month in held.get(audience, ()))


def readers_by_month(reading: Access) -> Mapping[tuple[Audience, str], frozenset[str]]:
    """Return who reads each month of each audience."""
    found: dict[tuple[Audience, str], list[str]] = defaultdict(list)
    for reader, held in reading.items():
        for audience, months in held.items():
            for month in months:
                found[audience, month].append(reader)
    return {key: frozenset(who) for key, who in found.items()}


def readers_of(planned: PlannedPost, months: Mapping[tuple[Audience, str], frozenset[str]]) -> frozenset[str]:
    """Return everyone who may read a post; `months` says who reads which."""
    first, *others = (months.get((audience, planned.month), frozenset()) for audience in planned.audiences)
    return first.union(*others) if others else first


@dataclass(frozen=True)
class Changes:
    """When posts, register and settings last changed on disk, in nanoseconds, by NFC path: each alone, and with all that is in it."""

    own: Mapping[str, int]
    whole: Mapping[str, int]

    def since(self, path: Path, moment: int) -> bool:
        """Tell whether what lies at `path` has changed since, or been moved there. What isn't found counts as changed."""
        named = nfc(path.as_posix())
        return named not in self.whole or max(self.whole[named], self.own.get(nfc(path.parent.as_posix()), 0)) >= moment


def read_changes(settings: Settings) -> Changes:
    """Return when everything that a publish reads last changed."""
    own: dict[str, int] = {}
    whole: dict[str, int] = defaultdict(int)
    for path in _files(settings):
        try:
            status = path.lstat()
        except OSError:  # gone meanwhile, or never there: the reading of it tells
            continue
        newest = max(status.st_mtime_ns, status.st_ctime_ns)  # a folder that is moved keeps its time of change
        own[nfc(path.as_posix())] = newest
        for inside in (path, *path.parents):
            named = nfc(inside.as_posix())
            whole[named] = max(whole[named], newest)
    return Changes(own, whole)


def _files(settings: Settings) -> Iterator[Path]:
    yield settings.root / FILE
    for folder in (settings.posts, settings.register):
        yield folder
        yield from folder.rglob("*")


def _sealed(post: Post) -> bool:
    return post.place.kind != "public"
