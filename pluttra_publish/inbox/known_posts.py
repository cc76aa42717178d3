"""Which post an id in a message means, and who reads it: as the last publish remembers it. Knows folders' names and the ledger. Opens no post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from pluttra_publish.errors import ContentError, IdentityError
from pluttra_publish.last_time import TABLES, LastTime, Month, key_of
from pluttra_publish.platform import private_folder
from pluttra_publish.register import PRESCHOOL, STAFF, Audience, Register, find_child, find_department
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.settings import Settings
from pluttra_publish.site import see
from pluttra_publish.site.folders import CHILDREN, SHARED, relative_name

LEDGER = "ledger.sqlite"


@dataclass(frozen=True)
class KnownPost:
    """A post that is published: its name as findings give it, and the months, by the audience's id in hex, that it stands in."""

    source: str
    months: tuple[Month, ...]

    @property
    def called(self) -> str:
        """What its folder, or its text, is called."""
        return PurePosixPath(self.source).name


def published_posts(settings: Settings) -> Mapping[str, KnownPost]:
    """Return every post that the last publish put and that still lies in its place, by id. None are known where its memory has been deleted."""
    try:
        seen = see(settings.posts.absolute(), settings.root.absolute()).posts
    except ContentError:
        return {}
    names = {key_of(name): name for name in seen}
    with Ledger.load(private_folder(settings.state) / LEDGER, TABLES) as ledger:
        return {
            card: KnownPost(names[post], months)
            for post, cards in LastTime(ledger).cards_by_post()
            for card, months in cards
            if post in names
        }


def home_of(post: KnownPost, settings: Settings, register: Register, now: datetime) -> Audience | None:
    """Return the audience whose folder a post lies in; None if the register no longer knows it."""
    inside = post.source.removeprefix(relative_name(settings.posts.absolute(), settings.root.absolute())).lstrip("/")
    place, *rest = PurePosixPath(inside).parts
    kind = SHARED.get(place.casefold())
    try:
        if kind is not None:
            return {"preschool": PRESCHOOL, "staff": STAFF}.get(kind)
        if place.casefold() == CHILDREN:
            return Audience("child", find_child(register, rest[0], department=None, on=now.date()).id)
        return Audience("department", find_department(register, place).id)
    except IdentityError:
        return None
