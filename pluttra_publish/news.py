"""What is new to whom, after a publish: plan and access to what waits in the outbox. Knows audiences and months. Does not know letters' words or mail.

A post is news to a reader who may read it and has not been told of it. What somebody could read when they were first met is no
news; nor is a post again that was renamed or moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from pluttra_publish.delivering import Delivered, deliver, lock_of
from pluttra_publish.errors import PluttraError
from pluttra_publish.inviting import Door
from pluttra_publish.letters import Outbox
from pluttra_publish.letters.journal import Journal
from pluttra_publish.plan import Access, PlannedPost
from pluttra_publish.platform import locked
from pluttra_publish.register import Audience, Reader
from pluttra_publish.site import Post


class Shown(Protocol):
    """A published post, as far as news is concerned: its opaque id, the audiences whose index holds it, and its month."""

    @property
    def card_id(self) -> str: ...
    @property
    def audiences(self) -> tuple[Audience, ...]: ...
    @property
    def month(self) -> str: ...


def readable(posts: Iterable[Shown], access: Access, number: Mapping[str, int]) -> dict[str, int]:
    """Return, by reader, which posts they may read: one bit each, at its number."""
    held: dict[tuple[Audience, str], int] = defaultdict(int)
    for post in posts:
        for audience in post.audiences:
            held[audience, post.month] |= 1 << number[post.card_id]
    masks: dict[str, int] = {}
    for reader, months in access.items():
        mask = 0
        for audience, named in months.items():
            for month in named:
                mask |= held.get((audience, month), 0)
        masks[reader] = mask
    return masks


def news(may_read: Mapping[str, int], told: Mapping[str, int]) -> dict[str, int]:
    """Return, by reader, which posts are new: what they may read and have not been told of. Nothing to those who were not met before."""
    found = {reader: mask & ~told[reader] for reader, mask in may_read.items() if reader in told}
    return {reader: mask for reader, mask in found.items() if mask}


def renamed(new: Mapping[str, str], gone: Mapping[str, str]) -> dict[str, str]:
    """Return which of the new posts stand for which of those that are gone, by their likenesses; one for one, and an empty one is like none."""
    left: dict[str, list[str]] = defaultdict(list)
    for post, likeness in gone.items():
        if likeness:
            left[likeness].append(post)
    return {post: left[likeness].pop() for post, likeness in new.items() if left.get(likeness)}


def likeness_of(post: Post, opaque_id: Callable[..., str]) -> str:
    """Return what a post keeps when it is renamed or moved: the names of its media, or else its text. Opaque, and empty where it has neither."""
    media = sorted(file.name for file in post.media)
    return opaque_id("likeness", *(media or [post.body])) if media or post.body else ""


def tell_news(door: Door, posts: Iterable[PlannedPost], access: Access) -> Delivered | None:
    """After a publish, let what is new wait for whom it is new to, and send what is due. None where no mail is sent.

    Whatever goes wrong with it is told in what is returned: the site is out already.
    """
    try:
        if not door.settings.mail.is_on:
            return None
        _note(door, tuple(posts), access)
        return deliver(door)
    except PluttraError as error:
        return Delivered(trouble=str(error), hint=error.hint)
    except Exception as bug:  # its text could hold an address
        return Delivered(trouble=f"Ett fel i programmet när mejl skulle skickas ({type(bug).__name__}).")


def _note(door: Door, posts: tuple[PlannedPost, ...], access: Access) -> None:
    """Write down what is new. The outbox is saved first: what has been put there counts as told, so nothing is lost or told twice between the two."""
    with locked(lock_of(door.settings)):
        outbox, journal = Outbox.load(door.settings.state), Journal.load(door.settings.state)
        _number(door, journal, posts)
        readers = {reader.id: reader for reader in door.everyone()}
        may_read = {
            door.opaque(readers[reader]): mask
            for reader, mask in readable(posts, access, journal.numbers).items()
            if reader in readers
        }
        told = {
            reader: mask | journal.mask(outbox.sent.get(reader, ())) | journal.mask(_waiting(outbox, reader))
            for reader, mask in journal.told.items()
        }
        fresh = news(may_read, told)
        for reader in readers.values():
            key = door.opaque(reader)
            if key in fresh and _wants(door, reader, outbox):
                outbox.add_news(key, journal.posts(fresh[key]), now=int(door.now.timestamp()))
            outbox.keep_only(key, _still(outbox, key, journal, may_read[key]) if key in may_read else ())
        outbox.save()
        journal.told = {reader: journal.told.get(reader, 0) | mask for reader, mask in may_read.items()}
        journal.there = journal.mask(post.card_id for post in posts)
        journal.save()
        outbox.sent = {}
        outbox.save()


def _number(door: Door, journal: Journal, posts: Iterable[PlannedPost]) -> None:
    """Give new posts numbers; who has been told of a post before it was renamed has been told of it under its new name."""
    new: dict[str, str] = {}
    here: set[str] = set()
    for planned in posts:
        here.add(planned.card_id)
        if planned.card_id not in journal.numbers and (planned.card_id not in new or not planned.is_copy):
            new[planned.card_id] = likeness_of(planned.post, door.keystore.opaque_id)
    if not new:
        return
    gone = {post: journal.likeness[post] for post in journal.posts(journal.there) if post not in here}
    for post, likeness in new.items():
        journal.add(post, likeness)
    for post, before in renamed(new, gone).items():
        for reader, mask in journal.told.items():
            if mask >> journal.numbers[before] & 1:
                journal.told[reader] = mask | 1 << journal.numbers[post]


def _waiting(outbox: Outbox, reader: str) -> tuple[str, ...]:
    return outbox.notices[reader].posts if reader in outbox.notices else ()


def _still(outbox: Outbox, reader: str, journal: Journal, may_read: int) -> tuple[str, ...]:
    waiting = _waiting(outbox, reader)
    return tuple(post for post in waiting if may_read & journal.mask([post]))


def _wants(door: Door, reader: Reader, outbox: Outbox) -> bool:
    """Tell whether a reader is to get notices: has an address, has not said no, and has been given a way in."""
    key, chosen = door.opaque(reader), door.settings.mail
    if not reader.email or key in outbox.silent or not chosen.has_notices:
        return False
    if reader.role != "guardian" and not chosen.staff:
        return False
    return key in outbox.asked or door.settings.mail_links == "each"
