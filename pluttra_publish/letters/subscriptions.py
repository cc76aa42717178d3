"""Which devices want to be told of what is new, and what waits for each: in `privat/push.json`. Knows what a device may ask for. Does not know names, posts or push services.

One private file, replaced as a whole each time something has happened, so that a computer that dies loses nothing and tells nothing again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pluttra_publish.errors import KeystoreError
from pluttra_publish.format import shape
from pluttra_publish.platform import private_folder, telling, write_atomically
from pluttra_publish.sealing.signing import is_point

FILE = "push.json"
MOST = 10
"""Devices of one reader; one more takes the place of the one that was added first."""

_VERSION = 1
_LONGEST = 1000
_AUDIENCES = 1000
_SERVICES = re.compile(
    r"fcm\.googleapis\.com|(?:[a-z0-9-]+\.)+(?:push\.services\.mozilla\.com|push\.apple\.com|notify\.windows\.com)"
)
_PATH = r"/[!-\"$-\[\]-~]+"  # what is printed, but # and \
_PUBLIC = re.compile(rf"https://([a-z0-9.-]+){_PATH}")
_LOCAL = re.compile(rf"https?://[a-z0-9.:\[\]-]+{_PATH}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_BACK_OFF = 60
_SELDOM = 6 * 3600
_GIVEN_UP = 30 * 86400


@dataclass(frozen=True)
class Subscription:
    """A device on which a reader wants to be told: its address at a push service, the keys that open what is sent there (base64url), and what it has asked for.

    `quiet` is from when to when, on the preschool's clock, it is not to be told; `about` the ids of the audiences it is to be told of, all if None;
    `mail` whether its reader wants mail as well. `posts` wait to be told; `sent` have been since the journal of what has been told was last saved.
    After `tries` that failed in a row, the last with HTTP's `code` (0: nobody answered), it is tried again `after` a time; `failing` is since when
    a push service has refused. Times are Unix seconds.
    """

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    lang: str
    quiet: tuple[str, str] | None = None
    about: tuple[str, ...] | None = None
    mail: bool = True
    posts: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    tries: int = 0
    after: int = 0
    code: int = 0
    failing: int = 0

    @property
    def device(self) -> tuple[str, str, str]:
        """What is the same for all who read on a device."""
        return self.endpoint, self.p256dh, self.auth

    def is_quiet(self, now: datetime) -> bool:
        """Tell whether it is not to be told at that time, which is in the preschool's zone."""
        if self.quiet is None:
            return False
        (start, end), time = self.quiet, f"{now:%H:%M}"
        return start <= time < end if start <= end else not end <= time < start

    def is_due(self, now: datetime, *, again: bool = False) -> bool:
        """Tell whether there is something to tell it, and it may be told now; `again` where it would wait for another try too."""
        return bool(self.posts) and (again or self.after <= now.timestamp()) and not self.is_quiet(now)

    def wants(self, audiences: Collection[str] | None) -> bool:
        """Tell whether it is to be told of what stands in these audiences; of what nobody knows where it stands, it is."""
        return self.about is None or audiences is None or not set(self.about).isdisjoint(audiences)

    def with_news(self, posts: Iterable[str]) -> Subscription:
        """Return it with posts that it has not been told of yet."""
        return replace(self, posts=tuple(sorted({*self.posts, *posts} - {*self.sent})))

    def keeping(self, readable: Collection[str]) -> Subscription:
        """Return it without what waits and can't be read any longer."""
        return replace(self, posts=tuple(post for post in self.posts if post in readable))

    def told(self) -> Subscription:
        """Return it as it is when a push service has taken what waited."""
        sent = tuple(sorted({*self.sent, *self.posts}))
        return replace(self, posts=(), sent=sent, tries=0, after=0, code=0, failing=0)

    def put_off(self, *, code: int, wait: int, now: int) -> Subscription | None:
        """Return it as it is when what waits could not be handed over; None when a push service has refused it for a month.

        It is tried again after `wait` seconds, or a minute, and then after twice as long each time, but no more seldom than every six hours.
        """
        failing = (self.failing or now) if code else self.failing
        if code and now - failing > _GIVEN_UP:
            return None
        pause = max(wait, min(_SELDOM, _BACK_OFF * 2 ** min(self.tries, 16)))
        return replace(self, tries=self.tries + 1, after=now + pause, code=code, failing=failing)


@dataclass
class Subscriptions:
    """All devices that want to be told, by the register id of who reads there. Nothing counts before `save`."""

    _path: Path
    by_reader: dict[str, list[Subscription]] = field(default_factory=dict)

    @classmethod
    def load(cls, state: Path) -> Subscriptions:
        """Return those in the private state folder; none where there is no file.

        Raises:
            KeystoreError: it can't be read. It is no cache: families would have to ask again.
        """
        path = state / FILE
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            if value["v"] != _VERSION:
                raise ValueError
            return cls(path, {reader: [_read(row) for row in rows] for reader, rows in value["readers"].items()})
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            hint = "Lägg tillbaka den ur säkerhetskopian. Tas den bort får familjerna slå på aviseringarna igen."
            raise KeystoreError(f"{FILE} är skadad eller från en nyare version.", hint=hint) from None

    def save(self) -> None:
        """Replace the file; after a crash the old or the new one is there, whole.

        Raises:
            KeystoreError: it can't be written.
        """
        readers = {reader: [asdict(one) for one in found] for reader, found in sorted(self.by_reader.items()) if found}
        private_folder(self._path.parent)
        with telling(self._path, KeystoreError):
            content = json.dumps({"v": _VERSION, "readers": readers}, sort_keys=True).encode("utf-8")
            write_atomically(self._path, content, private=True)

    def save_if_any(self) -> None:
        """Save, unless there is nothing and never was."""
        if self.by_reader or self._path.exists():
            self.save()

    def __iter__(self) -> Iterator[tuple[str, Subscription]]:
        """Yield every device with who reads there."""
        return ((reader, one) for reader, found in self.by_reader.items() for one in list(found))

    def add(self, reader: str, asked: Subscription) -> None:
        """Let a device be told from now on, or as it asks now. What waited for it goes on waiting."""
        others = list(self.by_reader.get(reader, ()))
        known = next((one for one in others if one.endpoint == asked.endpoint), None)
        kept = replace(asked, posts=known.posts, sent=known.sent) if known else asked
        self.by_reader[reader] = [*(one for one in others if one is not known), kept][-MOST:]

    def remove(self, reader: str, endpoint: str) -> None:
        """Forget one of a reader's devices, if it is one."""
        self.change(reader, endpoint, None)

    def change(self, reader: str, endpoint: str, now: Subscription | None) -> None:
        """Let one of a reader's devices be as it is now; forget it where that is nothing."""
        found = self.by_reader.get(reader, [])
        left = [each for one in found if (each := now if one.endpoint == endpoint else one)]
        if left:
            self.by_reader[reader] = left
        else:
            self.by_reader.pop(reader, None)

    def follow(self, moved: Mapping[str, str]) -> None:
        """Call posts what they are called now: `moved` says it by what they were called before."""
        for reader, one in list(self) if moved else ():
            posts = tuple(sorted({moved.get(post, post) for post in one.posts}))
            self.change(reader, one.endpoint, replace(one, posts=posts))

    def keep_only(self, readers: Collection[str]) -> int:
        """Forget the devices of everybody else; return how many."""
        gone = [reader for reader in self.by_reader if reader not in readers]
        return sum(len(self.by_reader.pop(reader)) for reader in gone)

    def wants_mail(self, reader: str) -> bool:
        """Tell whether a reader has not said on any device that mail is one too many."""
        return all(one.mail for one in self.by_reader.get(reader, ()))

    def settle(self) -> None:
        """Forget what has been told: the journal knows it now."""
        for reader, one in list(self):
            self.change(reader, one.endpoint, replace(one, sent=()))


def subscription_of(body: Mapping[str, Any], *, local: bool) -> Subscription:
    """Return what the body of a message asks for (docs/format.md §17, kind `push`). `local` lets the push service be on this computer.

    Raises:
        FormatError: layer `encoding`, naming the member that is wrong.
    """

    def said(name: str) -> Any:
        return shape.member(body, name)

    if not is_point(shape.raw(said("p256dh"), "p256dh", 65)):
        raise shape.refusal("p256dh")
    shape.raw(said("auth"), "auth", 16)
    about, quiet, mail = said("about"), said("quiet"), body.get("mail", True)
    if about is not None and (not isinstance(about, list) or len(about) > _AUDIENCES):
        raise shape.refusal("about")
    if not isinstance(mail, bool):
        raise shape.refusal("mail")
    return Subscription(
        endpoint_of(body, local=local),
        said("p256dh"),
        said("auth"),
        _like(_LANGUAGE, said("lang"), "lang"),
        quiet=None if quiet is None else _hours(quiet),
        about=None if about is None else tuple(sorted(set(shape.listed(about, "about", shape.hex16)))),
        mail=mail,
    )


def endpoint_of(body: Mapping[str, Any], *, local: bool) -> str:
    """Return the address that the body of a message names.

    Raises:
        FormatError: layer `encoding`: it is no address of a known push service.
    """
    endpoint = shape.text(shape.member(body, "endpoint"), "endpoint")
    if not is_push_service(endpoint, local=local):
        raise shape.refusal("endpoint")
    return endpoint


def is_push_service(endpoint: str, *, local: bool) -> bool:
    """Tell whether an address is at one of the push services of today's browsers, over TLS; if `local`, it may be any."""
    if len(endpoint) > _LONGEST:
        return False
    if local and _LOCAL.fullmatch(endpoint):
        return True
    found = _PUBLIC.fullmatch(endpoint)
    return found is not None and _SERVICES.fullmatch(found[1]) is not None


def _hours(value: Any) -> tuple[str, str] | None:
    """Return from when to when it is quiet; None where that is no time at all."""
    start, end = (_like(_TIME, part, "quiet") for part in shape.fixed(value, "quiet", 2))
    return None if start == end else (start, end)


def _like(pattern: re.Pattern[str], value: Any, place: str) -> str:
    if not pattern.fullmatch(shape.text(value, place)):
        raise shape.refusal(place)
    return str(value)


def _read(row: dict[str, Any]) -> Subscription:
    """Return a device as it was saved."""
    lists = {name: tuple(row[name]) for name in ("posts", "sent")}
    lists |= {name: tuple(row[name]) for name in ("quiet", "about") if row[name] is not None}
    return Subscription(**(row | lists))
