"""Who can see what: answered from the rules, and proven by opening the sealed site with every reader's own key.

Knows what a difference between the two means. Seals nothing, and changes nothing.

Whatever opens for somebody who may not read it is a leak. What somebody may read and can't open is one only if the site is
newer than post, register and settings, and the rules gave it to them on the day it was sealed; else it isn't published yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pluttra_publish.answers import (
    ANYBODY,
    SOMEBODY,
    AccessDiffers,
    Difference,
    MayRead,
    Seal,
    Seen,
    Status,
    Way,
    WhatSees,
    Who,
    WhoSees,
)
from pluttra_publish.changed import Changes, read_changes, single_files
from pluttra_publish.clock import now_of
from pluttra_publish.edition import edit_of
from pluttra_publish.format.posts import Card, Standing
from pluttra_publish.media import Derivative, derive
from pluttra_publish.open import Opened
from pluttra_publish.plan import Access, title_of
from pluttra_publish.platform import identity_path, private_folder, without_collecting
from pluttra_publish.register import Audience, Reader, find_reader, readers
from pluttra_publish.rules import Readable, Rules, read_rules, readable_of, readers_by_month, readers_of
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings
from pluttra_publish.site import MediaFile, Post
from pluttra_publish.witness import Witness, witness

Step = Callable[[str, int, int], None]
_Sees = TypeVar("_Sees", WhoSees, WhatSees)


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@without_collecting()
def who_can_see(
    settings: Settings,
    path: Path,
    *,
    sealed: Path | None = None,
    identity: Path | None = None,
    step: Step = no_step,
) -> WhoSees:
    """Return who may read the post, medium or talk at `path`, or the standing page of that title, after opening the site in
    `sealed` (else the host's) as everybody.

    Raises:
        AccessDiffers: a LeakError: it opens for somebody who may not read it, or not for somebody who may.
        FormatError: something that a reader is led to was refused.
        CheckFailed: posts or register have errors.
        UsageError: no post lies at `path`.
    """
    with _begin(settings, sealed, identity, step) as proof:
        if page := proof.rules.find_page(path):
            return proof.end(proof.who_sees(page, "published", None, step))
        post, medium = proof.rules.find(path)
        readable = readable_of(proof.rules, post, medium, proof.site.keystore.opaque_id)
        if readable is None:
            return proof.end(proof.who_sees_public(post))
        return proof.end(proof.who_sees(readable, proof.status(post), medium, step))


@without_collecting()
def what_sees(
    settings: Settings,
    name: str,
    *,
    sealed: Path | None = None,
    identity: Path | None = None,
    step: Step = no_step,
) -> WhatSees:
    """Return everything that a reader (a name, id or e-mail address) may read, after opening the site with their key.

    Raises:
        AccessDiffers: a LeakError: something opens that they may not read, or something they may read doesn't.
        FormatError: something that they are led to was refused.
        CheckFailed: posts or register have errors.
        UsageError: no reader, or more than one, has that name.
    """
    with _begin(settings, sealed, identity, step) as proof:
        return proof.end(proof.what_sees(find_reader(proof.rules.register, name), step))


@contextmanager
def _begin(settings: Settings, sealed: Path | None, identity: Path | None, step: Step) -> Iterator[_Proof]:
    keystore = Keystore.load(settings.state / "keystore.age", identity_path=identity or identity_path())
    changes = read_changes(settings)  # before anything else is read: what changes meanwhile counts as changed next time
    rules = read_rules(
        settings,
        keystore.opaque_id,
        first_month=keystore.first_month,
        now=now_of(settings),
        step=step,
        revoked=keystore.revoked,
    )
    with witness(settings, sealed, keystore) as site:
        yield _Proof(rules, site, changes)


@dataclass(frozen=True)
class _Proof:
    """Rules on one side, the sealed site on the other."""

    rules: Rules
    site: Witness
    changes: Changes

    def status(self, post: Post) -> Status:
        """Return whether a post goes out, or why it waits."""
        if (
            any(planned.post.source == post.source for planned in self.rules.plan.posts)
            or post in self.rules.plan.public
        ):
            return "public" if post.place.kind == "public" else "published"
        if post.status == "draft":
            return "draft"
        return "future" if post.date > self.rules.now else "waiting"

    def who_sees(self, readable: Readable, status: Status, medium: MediaFile | None, step: Step) -> WhoSees:
        """Open as everybody, and compare who gets at a post or page with who may read it."""
        due = status == "published"
        wanted = _derivatives(self.rules.settings, medium) if medium else None
        may = readers_of(readable, readers_by_month(self.now))
        sees, opens = set[str](), set[str]()
        for reader, opened in self.site.everybody(step):
            lying = [leaf for leaf in _leaves(opened) if leaf.id == readable.id]
            shown = any(self.site.shows(opened, leaf, wanted) for leaf in lying)
            if shown or (lying and medium is None):
                sees.add(reader)
            if shown:
                opens.add(reader)
        many = {reader for reader in sees if not due or not self.allowed(readable, self.now.get(reader, {}))}
        few = {reader for reader in may - opens if due and self.arrived(readable, reader)}
        ways: tuple[tuple[Way, set[str]], ...] = ("too-many", many), ("too-few", few)
        differences = [Difference(way, readable.name, self.who(reader)) for way, those in ways for reader in those]
        rows = [
            MayRead(self.who(reader), self.titles(readable.through(self.now[reader])), reader in opens)
            for reader in may
        ]
        return WhoSees(
            seal=self.seal,
            differences=tuple(sorted(differences, key=lambda one: (one.way, one.who.name))),
            kind=readable.kind,
            source=readable.name,
            medium=medium.name if medium else None,
            title=readable.title,
            date=readable.date,
            status=status,
            readers=tuple(sorted(rows, key=lambda row: (row.who.role, row.who.name, row.who.id or ""))),
        )

    def who_sees_public(self, post: Post) -> WhoSees:
        """Compare a public page with what lies in the clear."""
        status = self.status(post)
        due, lies = status == "public", self.site.holds(f"sida/{post.address}.html")
        way: Way | None = "too-many" if lies and not due else None
        if due and not lies and self.unchanged(post.source):
            way = "too-few"
        return WhoSees(
            seal=self.seal,
            differences=(Difference(way, post.source, ANYBODY),) if way else (),
            kind="post",
            source=post.source,
            medium=None,
            title=post.title,
            date=post.date,
            status=status,
            readers=(MayRead(ANYBODY, (), lies),),
        )

    def what_sees(self, reader: Reader, step: Step) -> WhatSees:
        """Open as one reader, and compare posts, pages and keys with what they may read."""
        held = self.now.get(reader.id, {})
        known = self.rules.readable
        may = {ident: readable for ident, readable in known.items() if readable.through(held)}
        opened = self.site.open(reader.id)
        lying = {leaf.id: leaf for leaf in _leaves(opened)} if opened else {}
        opens = set[str]()
        for done, (ident, leaf) in enumerate(lying.items(), 1):
            if opened and self.site.shows(opened, leaf, None):
                opens.add(ident)
            step("Öppnar", done, len(lying))
        who = self.who(reader.id, reader)
        many = [
            known[ident].name if ident in known else leaf.title
            for ident, leaf in lying.items()
            if ident not in known or not self.allowed(known[ident], held)
        ]
        many += [f"{title} {month}" for title, month in self.keys_too_many(opened, held)]
        few = [one.name for ident, one in may.items() if ident not in opens and self.arrived(one, reader.id)]
        differences = [Difference("too-many", what, who) for what in sorted(many)]
        differences += [Difference("too-few", what, who) for what in sorted(few)]
        rows = [
            Seen(one.kind, one.name, one.title, one.date, self.titles(one.through(held)), ident in opens)
            for ident, one in may.items()
        ]
        return WhatSees(
            seal=self.seal,
            differences=tuple(differences),
            who=who,
            months={title_of(audience, self.rules.register): months for audience, months in sorted(held.items())},
            posts=tuple(row for row in rows if row.kind == "post"),
            pages=tuple(row for row in rows if row.kind != "post"),
        )

    def keys_too_many(
        self, opened: Opened | None, held: Mapping[Audience, tuple[str, ...]]
    ) -> Iterator[tuple[str, str]]:
        """Yield the months, by the title of their audience, that a keyring has keys for and ought not to."""
        allowed = {
            keys.id.hex(): set(months)
            for audience, months in held.items()
            if (keys := self.site.keystore.audiences.get(audience.key))
        }
        for audience in opened.keyring.audiences if opened else ():
            given = {month for epoch in audience.epochs for month in epoch.months}
            yield from ((audience.title, month) for month in sorted(given - allowed.get(audience.id, set())))

    def allowed(self, readable: Readable, held: Mapping[Audience, tuple[str, ...]]) -> bool:
        """Tell whether whoever holds these months may read something, where it goes now or where it still lies."""
        return bool(readable.through(held) or readable.sealed_at(self.sealed).through(held))

    def arrived(self, readable: Readable, reader: str) -> bool:
        """Tell whether a post or page must have come to a reader: it was theirs when the site was sealed, and nothing has changed."""
        if self.site.time is None or not self.unchanged(readable.source):
            return False
        if readable.since and readable.since > self.sealed:
            return False
        return bool(readable.sealed_at(self.sealed).through(self.then.get(reader, {})))

    def unchanged(self, source: str) -> bool:
        """Tell whether the site is newer than a post or talk – or all of them – and the register, the settings and the approvals."""
        settings, put = self.rules.settings, self.site.put
        lies = (
            [settings.root / source]
            if source
            else [folder for folder in (settings.posts, settings.talks) if folder.exists()]
        )
        lies += [settings.register, *single_files(settings)]
        return self.site.newest and not any(self.changes.since(path, put) for path in lies)

    def who(self, ident: str, reader: Reader | None = None) -> Who:
        reader = reader or self.known.get(ident)
        return Who(reader.id, reader.name, reader.role) if reader else SOMEBODY

    def titles(self, audiences: Iterable[Audience]) -> tuple[str, ...]:
        return tuple(title_of(audience, self.rules.register) for audience in audiences)

    def end(self, answer: _Sees) -> _Sees:
        """Return the answer if rules and opening agree. A leak is graver than something refused, and that than an absence."""
        ways = {difference.way for difference in answer.differences}
        if "too-many" not in ways:
            self.site.stop()
        if ways:
            raise AccessDiffers(answer)
        return answer

    @property
    def seal(self) -> Seal:
        return Seal(self.site.root.sequence if self.site.root else None, self.site.time)

    @cached_property
    def known(self) -> Mapping[str, Reader]:
        return readers(self.rules.register)

    @cached_property
    def now(self) -> Access:
        return self.rules.access(self.rules.now)

    @cached_property
    def then(self) -> Access:
        """Who may read what by the register as it is now, on the day that the site was sealed."""
        return self.rules.access(self.sealed)

    @property
    def sealed(self) -> datetime:
        """The moment that the site was sealed, by the site's clock; now, where there is none."""
        return (self.site.time or self.rules.now).astimezone(self.rules.settings.zone)


def _leaves(opened: Opened) -> Iterator[Card | Standing]:
    """Yield what indexes say of every post and page that a reader opens."""
    yield from (seen.card for seen in opened.posts)
    yield from (seen.page for seen in opened.pages)


def _derivatives(settings: Settings, medium: MediaFile) -> tuple[Derivative, ...]:
    return derive(medium.path, cache=private_folder(settings.state / "cache"), edit=edit_of(medium)).all
