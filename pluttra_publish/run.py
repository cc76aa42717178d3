"""One run over a site, or over a part of it: what is read, planned, derived, laid out and rendered on the way to pages. Knows no keys or hosts."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

from pluttra_publish.approvals import read_approvals
from pluttra_publish.clock import earliest_month, now_of
from pluttra_publish.dressing import check_pages, check_public, dress, statement_of
from pluttra_publish.edition import Laid, edit_of, lay_out
from pluttra_publish.errors import ContentError, Findings, LeakError
from pluttra_publish.format.posts import Card
from pluttra_publish.keep_out import keep_out
from pluttra_publish.media import Derived, Kind, derive_all, probe
from pluttra_publish.people import People, read_people
from pluttra_publish.plan import Access, OpaqueId, Plan, with_staff
from pluttra_publish.planning import whole_plan
from pluttra_publish.platform import private_folder
from pluttra_publish.protected_names import protected_names
from pluttra_publish.register import Audience, access, check_place, read_allowed_words
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import Settings
from pluttra_publish.site import Edition, Pages, Post, ShellFiles, ShellView, Talk, press, read_talks
from pluttra_publish.site.folders import path_of
from pluttra_publish.standing import PlannedPage, Tagged, goals_of, own_staff_of, plan_standing, tagged_in

_KINDS: Mapping[Kind, str] = {"photo": "Bilder", "film": "Filmer", "sound": "Ljud"}

Step = Callable[[str, int, int], None]
"""`step(what, done, total)`: how far something has come, for whoever draws it."""

AudienceMonth = tuple[Audience, str]


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


class Part(Protocol):
    """A part of a site, where the rest stays as it was published.

    `clear` tells whether the shell and the public pages are made. `staff` are the staff's own audiences that have posts, `staff_standing` those that have pages that are no posts.
    """

    @property
    def clear(self) -> bool: ...
    @property
    def staff(self) -> Collection[Audience]: ...
    @property
    def staff_standing(self) -> Collection[Audience]: ...

    def standing(self, now: datetime, *, goals: bool) -> bool:
        """Tell whether the pages that are no posts are made too; `goals` tells whether any post that was read is tagged with a goal."""

    def other_tags(self) -> Iterable[Tagged]:
        """Yield the goals of all posts that were not read."""

    def take_links(self, posts: Iterable[Post]) -> None:
        """Raise if a post links to one that was not read."""

    def keep(self, plan: Plan, pages: Collection[PlannedPage] | None) -> Mapping[AudienceMonth, tuple[Card, ...]]:
        """Return the cards of posts that stay in months that are made anew; `pages` are those that are no posts, None if they stay."""


class Run:
    """One run over a site: what is read, planned, derived and laid out on the way to pages."""

    posts: tuple[Post, ...]
    plan: Plan
    laid: Laid
    pages: tuple[PlannedPage, ...] | None
    talks: tuple[Talk, ...]
    access: Access
    first_month: str
    media: int
    fresh: int

    def __init__(
        self,
        settings: Settings,
        opaque_id: OpaqueId,
        first_month: str | None,
        step: Step,
        part: Part | None = None,
        *,
        only: Collection[str] | None = None,
        without_talks: Collection[str] = (),
        people: Callable[[Settings, Findings], People] = read_people,
        revoked: Container[str] = (),
    ) -> None:
        """`only` are the posts that are read, if it isn't all; `without_talks` are talks that are not. `revoked` are readers who read nothing, whatever the
        register says; where posts go is as if they did."""
        self.settings = settings
        self.only, self.without_talks = only, without_talks
        self.part = part
        self.findings = Findings()
        self.now = now_of(settings)
        self.people = people(settings, self.findings)
        self.register = self.people.register
        posts, root = settings.posts.absolute(), settings.root.absolute()
        changed = [path_of(name, posts, root) for name in only] if part and only is not None else None
        check_place(settings.register, settings.posts, self.findings, only=changed)
        self.allowed_words = read_allowed_words(settings.register, self.findings)
        self._approvals = read_approvals(settings)
        self._opaque_id = cache(opaque_id)  # a child is named by many posts
        self._first_month = first_month
        self._revoked = revoked
        self._step = step
        self.theme = (settings.theme, theme_folder())
        if self.clear:
            self._dressed  # noqa: B018 # what is wrong with it is told with the rest

    @property
    def clear(self) -> bool:
        """Whether the shell and the public pages are made."""
        return self.part is None or self.part.clear

    @property
    def shell(self) -> ShellFiles:
        return self._dressed[0]

    @cached_property
    def _dressed(self) -> tuple[ShellFiles, ShellView]:
        return dress(self.settings, self.findings)

    def press(self) -> Pages:
        """Read, plan, derive and render.

        Raises:
            CheckFailed: there are errors; it carries all findings.
        """
        pages = press(
            self.settings,
            theme=self.theme,
            probe=probe,
            findings=self.findings,
            between=self._between,
            today=self.now.date(),
            only=self.only,
        )
        self.findings.stop()
        if pages is None:
            raise LeakError("Sidorna blev inte till, utan att något fel sades. Ingenting har publicerats.")
        if self.clear:
            check_pages(pages, self.settings.drop_targets)
        standing = [laid.planned for laid in self.laid.standing]
        keep_out(
            pages,
            self.plan,
            standing,
            names=protected_names(self.register, self.allowed_words),
            register=self.register,
            settings=self.settings,
            findings=self.findings,
        )
        self.findings.stop()
        return pages

    def _between(self, posts: list[Post]) -> Edition | None:
        part, today = self.part, self.now.date()
        self.posts = tuple(posts)
        if part:
            part.take_links(posts)
        goals = [goal for post in posts for goal in goals_of(post, self.findings)]
        for post in posts:
            self._approvals.remind(post, self.findings)
        check_public(posts, self.findings)
        standing = part is None or part.standing(self.now, goals=bool(goals))
        settings = self.settings
        self.talks = (
            read_talks(
                settings.talks,
                settings,
                probe=probe,
                findings=self.findings,
                today=today,
                without=self.without_talks,
            )
            if standing
            else ()
        )
        days = [post.date for post in posts if post.place.kind != "public"] + [talk.date for talk in self.talks]
        self.first_month = earliest_month(self._first_month, self.now, days)
        self.plan, reading = self._planned(posts)
        self.pages = self._standing(reading) if standing else None
        of_pages = own_staff_of(self.pages) if self.pages is not None else part.staff_standing if part else ()
        reading = with_staff(reading, self.plan, self.register, {*(part.staff if part else ()), *of_pages})
        self.access = {reader: held for reader, held in reading.items() if reader not in self._revoked}
        derived = self._derive(posts, self.talks)
        if self.findings.errors:
            return None
        kept = part.keep(self.plan, self.pages) if part else {}
        self.laid = lay_out(
            self.plan,
            derived,
            register=self.register,
            opaque_id=self._opaque_id,
            shell=self._dressed[1] if self.clear else None,
            standing=self.pages or (),
            statement=statement_of(self.settings, self.findings) if self.clear else None,
            kept=kept,
        )
        return self.laid.edition

    def _standing(self, reading: Access) -> tuple[PlannedPage, ...]:
        tagged = [tag for _, tag in tagged_in(self.plan)]
        names = protected_names(self.register, self.allowed_words)
        return plan_standing(
            self.talks,
            [*tagged, *(self.part.other_tags() if self.part else ())],
            register=self.register,
            consents=self.people.consents,
            preschool=self.settings.name,
            opaque_id=self._opaque_id,
            now=self.now,
            findings=self.people.named,
            access=reading,
            way_back=self.settings.drop.is_on,
            sayable=lambda text: not names.anything(text),
        )

    def _planned(self, posts: Iterable[Post]) -> tuple[Plan, Access]:
        reading = access(
            self.register, today=self.now.date(), first_month=self.first_month, grace_days=self.settings.grace_days
        )
        return whole_plan(
            posts,
            people=self.people,
            access=reading,
            opaque_id=self._opaque_id,
            now=self.now,
            findings=self.findings,
            may_publish=self._approvals.may_publish,
            staff=self.part.staff if self.part else (),
        )

    def may_publish(self, post: Post) -> bool:
        """Tell whether a post may be published, whatever its day."""
        return self._approvals.may_publish(post)

    def _derive(self, posts: list[Post], talks: tuple[Talk, ...]) -> dict[Path, Derived]:
        media = [(post.source, file) for post in posts for file in (*post.media, *post.staff_media)]
        media += [(talk.source, file) for talk in talks for file in talk.media]
        files = {file.path: (source, file) for source, file in media}
        edits = {path: edit_of(file) for path, (_, file) in files.items()}
        cache = private_folder(self.settings.state / "cache")

        def progress(kind: Kind, done: int, total: int) -> None:
            self._step(_KINDS[kind], done, total)

        with ThreadPoolExecutor(os.cpu_count()) as workers:
            found = derive_all(edits, cache=cache, executor=workers, progress=progress)
        derived: dict[Path, Derived] = {}
        for path, made in found.items():
            if isinstance(made, ContentError):
                self.findings.error(ContentError, files[path][0], path.name, str(made), made.hint)
            else:
                derived[path] = made
        self.media, self.fresh = len(derived), sum(made.fresh for made in derived.values())
        return derived
