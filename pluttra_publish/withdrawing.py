"""What a changed consent changes: posts as they would be published before and after. Knows the way to a plan, not the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pluttra_publish.approvals import read_approvals
from pluttra_publish.clock import earliest_month
from pluttra_publish.consent_check import Decision, OnMedium, decide, place_of
from pluttra_publish.errors import Findings
from pluttra_publish.media import probe
from pluttra_publish.plan import Access, PlannedPost, plan
from pluttra_publish.planning import plain_id
from pluttra_publish.register import Audience, Consents, Register, access
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import Settings
from pluttra_publish.site import Edition, Post, press
from pluttra_publish.who_is_on import who_is_on


@dataclass(frozen=True)
class Affected:
    """A photo, film or sound – or with `kind` name, a child's name – that leaves audiences, and where it still is."""

    source: str
    file: str
    kind: str
    gone: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """The posts that would be published now, who may read what, and who is on which of the media."""

    posts: tuple[PlannedPost, ...] = ()
    access: Access = field(default_factory=dict)
    on_media: Mapping[Path, OnMedium] = field(default_factory=dict)


def read_planned(settings: Settings, register: Register, *, now: datetime) -> Planned:
    """Read the posts that would be published now. What is wrong with one is told by a check, not here.

    Raises:
        ContentError: there is no folder of posts.
        LeakError: Pelican or a plugin did what it must not.
    """
    read: list[Planned] = []

    def between(posts: list[Post]) -> Edition | None:
        first = earliest_month(None, now, (post.date for post in posts))
        granted = access(register, today=now.date(), first_month=first, grace_days=settings.grace_days)
        made = plan(
            posts,
            register=register,
            access=granted,
            opaque_id=plain_id,
            now=now,
            findings=Findings(),
            may_publish=read_approvals(settings).may_publish,
        )
        read.append(Planned(made.posts, granted, who_is_on(made.posts, register, Findings())))
        return None

    theme = (settings.theme, theme_folder())
    press(settings, theme=theme, probe=probe, findings=Findings(), between=between, today=now.date())
    return read[0] if read else Planned()


def affected(published: Planned, before: Consents, after: Consents, *, today: date) -> tuple[Affected, ...]:
    """Return all that would be published with the consents before, and with those after not or for fewer; oldest first."""
    posts = sorted(published.posts, key=lambda post: (post.post.date, post.post.source))

    def decided(consents: Consents) -> Decision:
        seen = published.on_media
        return decide(posts, consents, access=published.access, today=today, findings=Findings(), on_media=seen)

    old, new = decided(before), decided(after)
    register = after.register
    found = []
    for post in posts:
        for file in post.post.media:
            was, remains = old.audiences(post, file.name), new.audiences(post, file.name)
            if gone := [audience for audience in was if audience not in remains]:
                left = _places(remains, register)
                found.append(Affected(post.post.source, file.name, file.kind, _places(gone, register), left))
        for child in sorted(new.unnamed.get(post.id, frozenset()) - old.unnamed.get(post.id, frozenset())):
            own = Audience("child", child)
            gone = [audience for audience in post.audiences if audience != own]
            left = _places([own] if own in post.audiences else [], register)
            found.append(Affected(post.post.source, "", "name", _places(gone, register), left))
    return tuple(found)


def _places(audiences: Iterable[Audience], register: Register) -> tuple[str, ...]:
    return tuple(place_of(audience, register) for audience in audiences)
