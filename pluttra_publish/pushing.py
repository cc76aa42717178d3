"""Notices on telephones: what a reader asks for, what is news to which device, and what waits sent. Knows readers and the clock. Does not know drop boxes or HTTP."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pluttra_publish.inviting import Door
from pluttra_publish.letters.outbox import lock_of
from pluttra_publish.letters.push import Pusher, PushOutcome, notification
from pluttra_publish.letters.subscriptions import (
    Subscription,
    Subscriptions,
    endpoint_of,
    is_push_service,
    subscription_of,
)
from pluttra_publish.letters.words import words_in
from pluttra_publish.platform import locked
from pluttra_publish.settings import Settings

Where = Callable[[str], Collection[str] | None]
"""In which audiences, by id, a post concerns those who have asked for them; None where nobody knows."""


@dataclass(frozen=True)
class Pushed:
    """What became of the notices that were due, in devices: `sent`; `gone`, which are forgotten; `failed`, which are tried again. `waiting` are all that wait, for
    another try or for a quiet time to end."""

    sent: int = 0
    gone: int = 0
    failed: int = 0
    waiting: int = 0

    def summary(self) -> dict[str, int]:
        return {"sent": self.sent, "gone": self.gone, "failed": self.failed, "waiting": self.waiting}


def apply_push(settings: Settings, reader: str, body: Mapping[str, Any]) -> None:
    """Do what a message of the kind `push` asks, of the reader with that register id: a device is told from now on, or as it asks now.

    Raises:
        FormatError: the body is of another shape, or names an address that is at no known push service.
    """
    asked = subscription_of(body, local=settings.is_local)
    _change(settings, lambda subscriptions: subscriptions.add(reader, asked))


def end_push(settings: Settings, reader: str, body: Mapping[str, Any]) -> None:
    """Do what a message of the kind `push-end` asks: a device of that reader's is told nothing more.

    Raises:
        FormatError: the body is of another shape.
    """
    endpoint = endpoint_of(body, local=settings.is_local)
    _change(settings, lambda subscriptions: subscriptions.remove(reader, endpoint))


def forget_pushes(settings: Settings, readers: Iterable[str] | None = None) -> None:
    """Forget the devices of readers who are shut out or have other keys now; of everybody, if None."""

    def forget(subscriptions: Subscriptions) -> None:
        gone = set(subscriptions.by_reader) if readers is None else set(readers)
        subscriptions.keep_only(subscriptions.by_reader.keys() - gone)

    _change(settings, forget)


def _change(settings: Settings, change: Callable[[Subscriptions], None]) -> None:
    with locked(lock_of(settings.state)):
        subscriptions = Subscriptions.load(settings.state)
        before = list(subscriptions)
        change(subscriptions)
        if list(subscriptions) != before:
            subscriptions.save()


def note_pushes(
    subscriptions: Subscriptions, reader: str, *, fresh: Iterable[str], readable: Iterable[str], where: Where
) -> None:
    """Let posts that are `fresh` to a reader wait for the devices that want to be told of them; forget of what waits all that is not `readable` any longer."""
    new, may = [(post, where(post)) for post in fresh], frozenset(readable)
    for one in list(subscriptions.by_reader.get(reader, ())):
        wanted = (post for post, audiences in new if one.wants(audiences))
        subscriptions.change(reader, one.endpoint, one.with_news(wanted).keeping(may))


def deliver_pushes(door: Door, *, again: bool = False) -> Pushed:
    """Send the notices that are due; `again` also where a push service has refused a short while ago. Whoever calls this holds the outbox's lock.

    Several who read on one device are told together. Devices of those who don't read any longer are forgotten, and so are those that a push service knows no more.
    """
    settings, now = door.settings, door.now
    subscriptions = Subscriptions.load(settings.state)
    if not subscriptions.by_reader:
        return Pushed()
    languages = {reader.id: reader.language for reader in door.everyone()} if door.keystore.push else {}
    gone = subscriptions.keep_only(languages.keys())
    for reader, one in list(subscriptions):
        if not is_push_service(one.endpoint, local=settings.is_local):
            subscriptions.remove(reader, one.endpoint)
            gone += 1
    if gone:
        subscriptions.save()
    due: dict[tuple[str, str, str], list[tuple[str, Subscription]]] = defaultdict(list)
    for reader, one in subscriptions:
        if one.is_due(now, again=again):
            due[one.device].append((reader, one))
    became = Counter[str](gone=gone)
    if due:
        with Pusher(door.keystore.push_key, settings.push.contact, now=now, local=settings.is_local) as pusher:
            for together in due.values():
                reader, one = together[0]
                words = words_in(one.lang, languages[reader], settings.language)
                count = len({post for _, each in together for post in each.posts})
                outcome = pusher.send(one, notification(words, url=settings.url, count=count))
                for reader, each in together:
                    subscriptions.change(reader, each.endpoint, _after(each, outcome, int(now.timestamp())))
                subscriptions.save()  # at once: what has gone is not sent again, whatever happens next
                became[outcome.kind] += 1
    waiting = {one.device for _, one in subscriptions if one.posts}
    return Pushed(became["sent"], became["gone"], became["later"], len(waiting))


def _after(one: Subscription, outcome: PushOutcome, now: int) -> Subscription | None:
    """Return what is left of a subscription when a notice has been sent, or tried."""
    if outcome.kind == "sent":
        return one.told()
    return one.put_off(code=outcome.code, wait=outcome.wait, now=now) if outcome.kind == "later" else None
