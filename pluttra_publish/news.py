"""What is new to whom, after a publish: cards and keys given to what waits to be told. Knows months of audiences. Does not know letters' words, mail or telephones.

A post is news to a reader who may read it and has not been told of it. What somebody could read when they were first met is no
news; nor is a post again that was renamed or moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from pluttra_publish.delivering import Delivered, deliver
from pluttra_publish.errors import Findings, PluttraError
from pluttra_publish.inviting import Door
from pluttra_publish.letters.journal import Journal
from pluttra_publish.letters.outbox import Outbox, lock_of
from pluttra_publish.letters.subscriptions import Subscriptions
from pluttra_publish.platform import locked
from pluttra_publish.pushing import Where, note_pushes
from pluttra_publish.register import Audience, Reader, read_register
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings

if TYPE_CHECKING:
    from pluttra_publish.plan import PlannedPost
    from pluttra_publish.site import Post

Month = tuple[str, str]
"""An audience's id and a month, `YYYY-MM`."""

Cards = Mapping[str, Iterable[Month]]
"""By a published post's opaque id, the months that hold it."""


def readable(cards: Cards, given: Mapping[str, Iterable[Month]], number: Mapping[str, int]) -> dict[str, int]:
    """Return, by reader, which posts they may read: one bit each, at its number. `given` are the months whose keys a reader has."""
    held: dict[Month, int] = defaultdict(int)
    for card, months in cards.items():
        for month in months:
            held[month] |= 1 << number[card]
    masks: dict[str, int] = {}
    for reader, named in given.items():
        mask = 0
        for month in named:
            mask |= held.get(month, 0)
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


def tell_news(door: Door, cards: Iterable[tuple[str, list[Month]]], read: Iterable[PlannedPost]) -> Delivered:
    """After a publish, let what is new wait for whom it is new to, and send what is due.

    `cards` are all that is published; `read` are the posts that this publish has read, those that are new among them. Whatever goes
    wrong is told in what is returned: the site is out already.
    """
    together: dict[str, list[Month]] = defaultdict(list)

    def told() -> Delivered:
        for card, months in cards:
            together[card] += months
        _note(door, together, {planned.card_id: planned for planned in read if not planned.is_copy})
        return deliver(door)

    return _without_failing(told)


def send_waiting(settings: Settings, keystore: Keystore, now: datetime) -> Delivered:
    """After a publish in which nothing was new, send what is due. Whatever goes wrong is told in what is returned."""

    def sent() -> Delivered:
        findings = Findings()
        register = read_register(settings.register, findings)
        findings.stop()
        return deliver(Door(settings, register, keystore, now))

    return _without_failing(sent)


def _without_failing(work: Callable[[], Delivered]) -> Delivered:
    try:
        return work()
    except PluttraError as error:
        return Delivered(trouble=str(error), hint=error.hint)
    except Exception as bug:  # its text could hold an address
        return Delivered(trouble=f"Ett fel i programmet när mejl skulle skickas ({type(bug).__name__}).")


def _note(door: Door, cards: Cards, read: Mapping[str, PlannedPost]) -> None:
    """Write down what is new. What waits is saved first: what has been put there counts as told, so nothing is lost or told twice between the two."""
    with locked(lock_of(door.settings.state)):
        outbox, journal = Outbox.load(door.settings.state), Journal.load(door.settings.state)
        devices = Subscriptions.load(door.settings.state)
        moved = _number(door, journal, cards, read)
        outbox.follow(moved)
        devices.follow(moved)
        readers = {door.opaque(reader): reader for reader in door.everyone()}
        given = {key: tuple(_given(door.keystore, reader)) for key, reader in readers.items()}
        may_read = readable(cards, given, journal.numbers)
        told = {
            key: mask | journal.mask(outbox.sent.get(key, ())) | journal.mask(_waiting(outbox, key))
            for key, mask in journal.told.items()
        }
        fresh, unheard = news(may_read, told), news(may_read, journal.told)
        where = _where(door.keystore, cards, read)
        for key, reader in readers.items():
            outbox.keep_only(key, journal.posts(journal.mask(_waiting(outbox, key)) & may_read[key]))
            if key in fresh and _wants(door, reader, outbox) and devices.wants_mail(reader.id):
                outbox.add_news(key, journal.posts(fresh[key]), now=int(door.now.timestamp()))
            if reader.id in devices.by_reader:
                new, may = journal.posts(unheard.get(key, 0)), journal.posts(may_read[key])
                note_pushes(devices, reader.id, fresh=new, readable=may, where=where)
        outbox.save()
        devices.save_if_any()
        journal.told = {key: journal.told.get(key, 0) | mask for key, mask in may_read.items()}
        journal.there = journal.mask(cards)
        journal.save()
        outbox.sent = {}
        outbox.save()
        devices.settle()
        devices.save_if_any()


def _where(keystore: Keystore, cards: Cards, read: Mapping[str, PlannedPost]) -> Where:
    """Return in which audiences a post concerns somebody: those that hold it, and those of the children it names, whoever reads it there."""
    ids = {key: audience.id.hex() for key, audience in keystore.audiences.items()}

    def where(card: str) -> Collection[str] | None:
        if card not in read:
            return None  # put by a publish that was stopped before it could tell
        named = (ids.get(Audience("child", child.id).key, "") for child in read[card].children)
        return {*(audience for audience, _ in cards.get(card, ())), *named}

    return where


def _given(keystore: Keystore, reader: Reader) -> Iterator[Month]:
    for audience, months in keystore.readers[reader.id].given.items():
        named = keystore.audience(audience).id.hex()
        for month in months:
            yield named, month


def _number(door: Door, journal: Journal, cards: Cards, read: Mapping[str, PlannedPost]) -> dict[str, str]:
    """Give new posts numbers, and return what renamed posts are called now, by what they were called before.

    Who has been told of a post before it was renamed has been told of it under its new name.
    """
    new = {
        card: likeness_of(read[card].post, door.keystore.opaque_id) if card in read else ""
        for card in cards
        if card not in journal.numbers
    }
    if not new:
        return {}
    gone = {card: journal.likeness[card] for card in journal.posts(journal.there) if card not in cards}
    for card, likeness in new.items():
        journal.add(card, likeness)
    moved = {before: card for card, before in renamed(new, gone).items()}
    for before, card in moved.items():
        for reader, mask in journal.told.items():
            if mask >> journal.numbers[before] & 1:
                journal.told[reader] = mask | 1 << journal.numbers[card]
    return moved


def _waiting(outbox: Outbox, reader: str) -> tuple[str, ...]:
    return outbox.notices[reader].posts if reader in outbox.notices else ()


def _wants(door: Door, reader: Reader, outbox: Outbox) -> bool:
    """Tell whether a reader is to get notices: has an address, has not said no, and has been given a way in."""
    key, chosen = door.opaque(reader), door.settings.mail
    if not reader.email or key in outbox.silent or not chosen.has_notices:
        return False
    if reader.role != "guardian" and not chosen.staff:
        return False
    return key in outbox.asked or door.settings.mail_links == "each"
