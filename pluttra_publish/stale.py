"""What has changed since the last publish, and what follows from it: which posts are read again, and which months are sealed anew.

Knows what `last_time.py` remembers, and the chain on the host. Where it can't be sure, it says so, and then everything is read.

A change of settings, register, theme or program, and a new day, may concern any post. A post's own files concern that post, the months that
it was in or comes to, those that link to it, and those that share an object with it which somebody may no longer have.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from pluttra_publish.before import Before
from pluttra_publish.errors import ContentError, Findings, FormatError
from pluttra_publish.format.posts import Card, Standing
from pluttra_publish.holding import NOTHING, Aside
from pluttra_publish.last_time import STANDING, Known, LastTime, key_of
from pluttra_publish.looks import Looks
from pluttra_publish.plan import Plan, own_staff
from pluttra_publish.register import Audience, audience_of
from pluttra_publish.sealed_site import Kept
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings
from pluttra_publish.site import Post, Seen, see_folder
from pluttra_publish.standing import PlannedPage, Tagged

AudienceMonth = tuple[Audience, str]

PUBLIC = "public:"
"""How the address of a public page begins among those of posts."""

_FEW_POSTS, _SHARE = 3, 10
_MANY_FILES = 20


class StartOverError(Exception):
    """It takes more than the part that was looked at: everything is read."""


class TakenError(StartOverError):
    """Posts take addresses that others have, which were not looked at: `findings` say which."""

    def __init__(self, findings: Findings) -> None:
        super().__init__("an address is taken")
        self.findings = findings


class WidenError(Exception):
    """It takes these posts too, or the pages that are no posts."""

    def __init__(self, names: Iterable[str], *, standing: bool = False) -> None:
        super().__init__("more must be read")
        self.names = frozenset(names)
        self.standing = standing


def stop_if_vanished(last: LastTime, seen: Seen) -> None:
    """Refuse to read a folder that is not there, or only half of it, as that everything shall be deleted.

    Raises:
        ContentError: many posts or files are gone that were there at the last publish.
    """
    known = last.seen()
    posts = len(known) - len(seen.posts)
    files = int(last.told("files") or 0) - seen.files
    if (posts >= _FEW_POSTS and posts * _SHARE > len(known)) or files >= _MANY_FILES:
        message = f"{max(posts, 0)} inlägg och {max(files, 0)} filer har försvunnit sedan den senaste publiceringen."
        hint = (
            "Se efter att mappen med inlägg är hel och färdigsynkad. Är det meningen, så kör igen med --allow-removals."
        )
        raise ContentError(message, hint=hint)


@dataclass
class Stale:
    """The part of a site that is made anew.

    `names` are the posts that are read; `gone` the keys of those that are not there any more, or may not be. Posts `aside` are not read, and what is out
    of them stays, if they are not `gone`. Of the `whole` site all is made anew but them; if it isn't `dressed`, shell and public pages stay.
    """

    settings: Settings
    keystore: Keystore
    last: LastTime
    before: Before
    looks: Mapping[str, bytes]
    names: frozenset[str]
    gone: frozenset[str]
    remake_standing: bool = False
    aside: frozenset[str] = frozenset()
    whole: bool = False
    dressed: bool = True
    kept: Kept | None = field(default=None, init=False)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of all posts that are made anew, or go."""
        return frozenset(map(key_of, self.names)) | self.gone

    @cached_property
    def known(self) -> Mapping[str, Known]:
        """What was known of them."""
        return self.last.posts(self.keys)

    @property
    def clear(self) -> bool:
        public = any(known.address.startswith(PUBLIC) for known in self.known.values())
        return self.dressed and (self.whole or public or any(map(self.is_public, self.names)))

    @property
    def staff(self) -> Collection[Audience]:
        return set(map(audience_of, json.loads(self.last.told("staff") or "[]")))

    @property
    def staff_standing(self) -> Collection[Audience]:
        return set(map(audience_of, json.loads(self.last.told("standing staff") or "[]")))

    @property
    def nothing(self) -> bool:
        """Whether nothing at all has changed."""
        return not self.keys and not self.remake_standing

    def standing(self, now: datetime, *, goals: bool) -> bool:  # a plain answer
        due = self.last.told("standing due")
        self.remake_standing = (
            self.remake_standing
            or self.whole
            or goals
            or any(known.tags for known in self.known.values())
            or self.last.told("standing") != standing_look(self.settings)
            or (bool(due) and int(due) <= int(now.timestamp()))
        )
        return self.remake_standing

    def other_tags(self) -> Iterator[Tagged]:
        homes = self._audiences
        for tag in self.last.tags(but=self.keys):
            yield Tagged(tag.goal, homes[tag.home], tag.card, datetime.fromisoformat(tag.date), tag.own)

    def take_links(self, posts: Iterable[Post]) -> None:
        wanted = {link.goal for post in posts for link in post.links} - self.names - self.aside
        if wanted & self.looks.keys():
            raise WidenError(wanted & self.looks.keys())

    def keep(self, plan: Plan, pages: Collection[PlannedPage] | None) -> Mapping[AudienceMonth, tuple[Card, ...]]:
        self._check(plan)
        homes = self._audiences
        months = {(audience, planned.month) for planned in plan.posts for audience in planned.audiences}
        months |= {(homes[audience], month) for known in self.known.values() for audience, month in known.months}
        if pages is not None:
            months |= {(page.audience, page.month) for page in pages}
            months |= {
                (homes[audience], month) for audience, month in json.loads(self.last.told("standing months") or "[]")
            }
        cards: dict[AudienceMonth, tuple[Card, ...]] = {}
        standing: dict[AudienceMonth, tuple[Standing, ...]] = {}
        out = {card for known in self.known.values() for card, _ in known.cards}
        try:
            rows = {
                audience: self.before.rows(audience.key)
                for audience in {audience for audience, _ in months}
                if audience.key in self.keystore.audiences
            }
            for audience, month in months:
                row = rows.get(audience, {}).get(month)
                if row is None:
                    continue
                index = self.before.index((audience.key, month), row)
                cards[audience, month] = tuple(card for card in index.posts if card.id not in out)
                if pages is None:
                    standing[audience, month] = index.pages
        except FormatError as wrong:
            raise StartOverError from wrong
        reach = "" if self.whole else self.last.told("reach")  # names and titles in keyrings may be others
        self.kept = Kept(frozenset(months), cards, standing, reach)
        return {
            (audience, month): tuple(card for card in stayed if homes.get(card.home) == audience)
            for (audience, month), stayed in cards.items()
            if audience.kind != "child"
        }

    def take_lost(self, names: Iterable[str]) -> None:
        users = {user for user in self.last.for_whom(names) if "/" not in user} - self.keys
        users -= {STANDING} if self.remake_standing else set()
        if not users:
            return
        more = {name for name in self.looks if key_of(name) in users}
        if len(more) + (STANDING in users) < len(users):
            raise StartOverError
        raise WidenError(more, standing=STANDING in users)

    def with_posts(self, names: Iterable[str], *, standing: bool = False) -> Stale:
        more = frozenset(names) - self.aside
        return replace(self, names=self.names | more, remake_standing=self.remake_standing or standing)

    def _check(self, plan: Plan) -> None:
        """Raise StartOverError where a part doesn't tell enough: two posts with one address, or the last post that only the staff read."""
        addresses = {planned.card_id: planned.post for planned in (*plan.posts, *plan.held)}
        addresses |= {PUBLIC + post.address: post for post in plan.public}
        if taken := self.last.at(addresses) - self.keys:
            raise TakenError(self._taken(addresses, taken))
        ids = {self.keystore.audience(audience.key).id.hex() for audience in self.staff}
        were = {audience for known in self.known.values() for audience, _ in known.months} & ids
        if were - {self.keystore.audience(audience.key).id.hex() for audience in own_staff(plan)}:
            raise StartOverError

    def _taken(self, addresses: Mapping[str, Post], taken: Collection[str]) -> Findings:
        findings = Findings()
        others = {known.address: key for key, known in self.last.posts(taken).items()}
        names = {key_of(name): name for name in self.looks}
        for address, post in addresses.items():
            if address in others:
                message = f"Inlägget får samma adress som ”{names.get(others[address], '')}”."
                findings.error(ContentError, post.source, "namnet", message, "Ge ett av dem ett annat namn.")
        return findings

    def is_public(self, name: str) -> bool:
        """Tell whether a post is a page that all may read."""
        posts, _, rest = name.partition("/")
        return posts == self.settings.posts.name and rest.partition("/")[0].casefold() == "offentligt"

    @cached_property
    def _audiences(self) -> Mapping[str, Audience]:
        """Every audience by its id on the host."""
        return {keys.id.hex(): audience_of(key) for key, keys in self.keystore.audiences.items()}


def find_stale(
    settings: Settings,
    keystore: Keystore,
    last: LastTime,
    before: Before,
    looks: Looks,
    now: datetime,
    aside: Aside = NOTHING,
) -> Stale:
    """Return the part of a site that must be made anew, as if what stays of the posts `aside` had not changed."""
    read, gone = looks.differing(aside)
    read |= looks.named(last.due(int(now.timestamp()))) - aside.posts.keys()
    touched = {key_of(name) for name in read} | gone
    read |= looks.named(last.linking(touched)) - aside.posts.keys()
    linked = {goal for known in last.posts(map(key_of, read)).values() for goal in known.links}
    read |= looks.named(linked) - aside.posts.keys()
    stale = Stale(settings, keystore, last, before, looks.posts, frozenset(read), gone, aside=frozenset(aside.posts))
    if stale.clear:
        stale = stale.with_posts(name for name in looks.posts if stale.is_public(name))
    return stale


def all_but(
    settings: Settings, keystore: Keystore, last: LastTime, before: Before, looks: Looks, aside: Aside
) -> Stale:
    """Return the whole site but the posts `aside`, as a part of which what stays of them is the rest."""
    names = frozenset(looks.posts) - aside.posts.keys()
    kept = {key_of(name) for name in names | aside.staying}
    gone = frozenset(last.seen().keys() - kept)
    return Stale(settings, keystore, last, before, looks.posts, names, gone, aside=frozenset(aside.posts), whole=True)


def without_public(stale: Stale) -> Stale:
    """Return the part without shell and public pages, which stay as they are."""
    names = frozenset(name for name in stale.names if not stale.is_public(name))
    return replace(stale, names=names, dressed=False)


def standing_look(settings: Settings) -> str:
    """Return how the folder of talks looks."""
    return see_folder(settings.talks).hex()
