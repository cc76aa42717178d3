"""Who can see what: answered from the rules, and proven by opening the sealed site with every reader's own key.

Knows what a difference between the two means. Seals nothing, and changes nothing.

Whatever opens for somebody who may not read it is a leak. What somebody may read and can't open is one only if the site is
newer than post, register and settings, and the rules gave it to them on the day it was sealed; else it isn't published yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    SeenPost,
    Way,
    WhatSees,
    Who,
    WhoSees,
)
from pluttra_publish.edition import edit_of
from pluttra_publish.media import Derivative, derive
from pluttra_publish.open import Opened
from pluttra_publish.plan import Access, PlannedPost, title_of
from pluttra_publish.platform import identity_path, private_folder, without_collecting
from pluttra_publish.register import Audience, Reader, find_reader, readers
from pluttra_publish.rules import (
    Changes,
    Rules,
    planned_of,
    read_changes,
    read_rules,
    readers_by_month,
    readers_of,
    through,
)
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import FILE, Settings
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
    """Return who may read the post or medium at `path`, after opening the site in `sealed` (else the host's) as everybody.

    Raises:
        AccessDiffers: a LeakError: it opens for somebody who may not read it, or not for somebody who may.
        FormatError: something that a reader is led to was refused.
        CheckFailed: posts or register have errors.
        UsageError: no post lies at `path`.
    """
    proof = _begin(settings, sealed, identity, step)
    post, medium = proof.rules.find(path)
    planned = planned_of(proof.rules, post, medium, proof.site.keystore.opaque_id)
    return proof.end(proof.who_sees(post, planned, medium, step) if planned else proof.who_sees_page(post))


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
    proof = _begin(settings, sealed, identity, step)
    return proof.end(proof.what_sees(find_reader(proof.rules.register, name), step))


def _begin(settings: Settings, sealed: Path | None, identity: Path | None, step: Step) -> _Proof:
    keystore = Keystore.load(settings.state / "keystore.age", identity_path=identity or identity_path())
    changes = read_changes(settings)  # before anything else is read: what changes meanwhile counts as changed next time
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(fixed), settings.zone) if fixed else datetime.now(settings.zone)
    rules = read_rules(settings, keystore.opaque_id, first_month=keystore.first_month, now=now, step=step)
    return _Proof(rules, witness(sealed or settings.host.path, keystore), changes)


@dataclass(frozen=True)
class _Proof:
    """Rules on one side, the sealed site on the other."""

    rules: Rules
    site: Witness
    changes: Changes

    def who_sees(self, post: Post, planned: PlannedPost, medium: MediaFile | None, step: Step) -> WhoSees:
        """Open as everybody, and compare who gets at the post with who may read it."""
        due = planned.id in self.rules.posts_by_card
        wanted = _derivatives(self.rules.settings, medium) if medium else None
        may = readers_of(planned, readers_by_month(self.now))
        sees, opens = set[str](), set[str]()
        for reader, opened in self.site.everybody(step):
            cards = [seen.card for seen in opened.posts if seen.card.id == planned.id]
            shown = any(self.site.shows(opened, card, wanted) for card in cards)
            if shown or (cards and medium is None):
                sees.add(reader)
            if shown:
                opens.add(reader)
        differences = [
            Difference("too-many", post.source, self.who(reader)) for reader in sees - (may if due else frozenset())
        ]
        late = {reader for reader in may - opens if due and self.arrived(planned, reader)}
        differences += [Difference("too-few", post.source, self.who(reader)) for reader in late]
        rows = [
            MayRead(self.who(reader), self.titles(through(planned, self.now[reader])), reader in opens)
            for reader in may
        ]
        return WhoSees(
            seal=self.seal,
            differences=tuple(sorted(differences, key=lambda one: (one.way, one.who.name))),
            source=post.source,
            medium=medium.name if medium else None,
            title=post.title,
            date=post.date,
            status="published" if due else "draft" if post.status == "draft" else "future",
            readers=tuple(sorted(rows, key=lambda row: (row.who.role, row.who.name, row.who.id or ""))),
        )

    def who_sees_page(self, post: Post) -> WhoSees:
        """Compare a public page with what lies in the clear."""
        due, lies = post in self.rules.plan.public, self.site.holds(f"sida/{post.address}.html")
        way: Way | None = "too-many" if lies and not due else None
        if due and not lies and self.unchanged(post):
            way = "too-few"
        return WhoSees(
            seal=self.seal,
            differences=(Difference(way, post.source, ANYBODY),) if way else (),
            source=post.source,
            medium=None,
            title=post.title,
            date=post.date,
            status="public" if due else "draft" if post.status == "draft" else "future",
            readers=(MayRead(ANYBODY, (), lies),),
        )

    def what_sees(self, reader: Reader, step: Step) -> WhatSees:
        """Open as one reader, and compare posts and keys with what they may read."""
        held = self.now.get(reader.id, {})
        planned_posts = self.rules.posts_by_card
        may = {card: planned for card, planned in planned_posts.items() if through(planned, held)}
        opened = self.site.open(reader.id)
        cards = {seen.card.id: seen.card for seen in opened.posts} if opened else {}
        opens = set[str]()
        for done, (ident, card) in enumerate(cards.items(), 1):
            if opened and self.site.shows(opened, card, None):
                opens.add(ident)
            step("Öppnar", done, len(cards))
        known = {card: planned.post.source for card, planned in planned_posts.items()}
        who = self.who(reader.id, reader)
        many = [known.get(ident, cards[ident].title) for ident in cards if ident not in may]
        many += [f"{title} {month}" for title, month in self.keys_too_many(opened, held)]
        few = [may[ident].post.source for ident in may if ident not in opens and self.arrived(may[ident], reader.id)]
        differences = [Difference("too-many", what, who) for what in sorted(many)]
        differences += [Difference("too-few", what, who) for what in sorted(few)]
        rows = [
            SeenPost(p.post.source, p.post.title, p.post.date, self.titles(through(p, held)), p.id in opens)
            for p in may.values()
        ]
        return WhatSees(
            seal=self.seal,
            differences=tuple(differences),
            who=who,
            months={title_of(audience, self.rules.register): months for audience, months in sorted(held.items())},
            posts=tuple(rows),
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

    def arrived(self, planned: PlannedPost, reader: str) -> bool:
        """Tell whether a post must have come to a reader: it was theirs when the site was sealed, and nothing has changed."""
        time = self.site.time
        if time is None or not self.unchanged(planned.post) or planned.post.date > time:
            return False
        return bool(through(planned, self.then.get(reader, {})))

    def unchanged(self, post: Post) -> bool:
        """Tell whether the site is newer than the post, the register and the settings."""
        settings, put = self.rules.settings, self.site.put
        lies = (settings.root / post.source, settings.register, settings.root / FILE)
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
        return self.rules.access(self.site.time or self.rules.now)


def _derivatives(settings: Settings, medium: MediaFile) -> tuple[Derivative, ...]:
    return derive(medium.path, cache=private_folder(settings.state / "cache"), edit=edit_of(medium)).all
