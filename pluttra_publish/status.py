"""How it stands with a site: when it was last published and by which machine, what waits, what came back, what is held back, when it was backed up.

Knows where each of these is written down. Changes nothing, and asks the host for its root alone. What can't be found out is told, and the rest is too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from pluttra_publish.approvals import read_approvals, read_posts, waiting
from pluttra_publish.backup import LastBackup, last_backup
from pluttra_publish.clock import now_of
from pluttra_publish.commit import opened_root
from pluttra_publish.errors import PluttraError
from pluttra_publish.format.chain import Root
from pluttra_publish.hosts import open_host
from pluttra_publish.inviting import Door
from pluttra_publish.last_time import TABLES, LastTime, key_of
from pluttra_publish.letters.outbox import Outbox
from pluttra_publish.letters.subscriptions import Subscriptions
from pluttra_publish.looks import seen_with
from pluttra_publish.platform import identity_path
from pluttra_publish.publish import LEDGER
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.settings import Settings
from pluttra_publish.site import see

HELD = "FEL.txt"
"""The file that tells beside a post why it is held back."""

_STALE_BACKUP = timedelta(days=3)

Publisher = Literal["this", "another", "nobody", "restored", "unknown"]
"""Who publishes: this machine; another, with these keys; nobody has; nobody will before this machine, which was restored, takes over."""

T = TypeVar("T")


@dataclass(frozen=True)
class Outgoing:
    """The letters: how many notices and invitations wait, and whose invitations failed, by name, with the mail server's codes."""

    notices: int = 0
    invitations: int = 0
    failed: tuple[tuple[str, int], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Devices:
    """The devices that want notices: how many, how many of them wait for one, and how many a push service hasn't taken the last one for."""

    subscriptions: int = 0
    waiting: int = 0
    failing: int = 0

    def summary(self) -> dict[str, int]:
        return {"subscriptions": self.subscriptions, "waiting": self.waiting, "failing": self.failing}


@dataclass(frozen=True)
class Status:
    """How it stands at `now`. `root` is the one on the host, `devices` None where there are no notices on telephones. `to_approve` and `held` are posts by their paths, None if it isn't known."""

    now: datetime
    publisher: Publisher
    root: Root | None
    outgoing: Outgoing | None
    to_approve: tuple[str, ...] | None
    held: tuple[str, ...] | None
    backup: LastBackup | None
    notice: timedelta
    devices: Devices | None = None
    troubles: tuple[str, ...] = ()

    @property
    def age(self) -> timedelta | None:
        """How old the root is."""
        return self.now - datetime.fromtimestamp(self.root.time, self.now.tzinfo) if self.root else None

    @property
    def backup_age(self) -> timedelta | None:
        return self.now - datetime.fromtimestamp(self.backup.time, self.now.tzinfo) if self.backup else None

    @property
    def is_backup_old(self) -> bool:
        """Whether there is no backup of the last few days, or it lacks something."""
        return self.backup_age is None or self.backup_age > _STALE_BACKUP or not (self.backup and self.backup.complete)

    @property
    def is_root_old(self) -> bool:
        """Whether readers are told, or soon will be, that nothing new has come for long."""
        return self.age is not None and self.age > self.notice / 2

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it."""
        outgoing, backup = self.outgoing, self.backup
        return {
            "publisher": self.publisher,
            "published": self.root.time if self.root else None,
            "age": int(self.age.total_seconds()) if self.age is not None else None,
            "sequence": self.root.sequence if self.root else None,
            "old": self.is_root_old,
            "outbox": {"notices": outgoing.notices, "invitations": outgoing.invitations} if outgoing else None,
            "failed": [{"name": name, "code": code} for name, code in outgoing.failed] if outgoing else None,
            "push": self.devices.summary() if self.devices else None,
            "to_approve": None if self.to_approve is None else list(self.to_approve),
            "held": None if self.held is None else list(self.held),
            "backup": {"made": backup.time, "folder": backup.folder, "complete": backup.complete} if backup else None,
            "backup_old": self.is_backup_old,
            "troubles": list(self.troubles),
        }


def status(settings: Settings, *, identity: Path | None = None) -> Status:
    """Return how it stands."""
    troubles: list[str] = []

    def tried(work: Callable[[], T]) -> T | None:
        try:
            return work()
        except PluttraError as error:
            troubles.append(f"{error} {error.hint}".strip())
            return None

    identity = identity or identity_path()
    now = now_of(settings)
    keystore = tried(lambda: Keystore.load(settings.state / "keystore.age", identity_path=identity))
    publisher: Publisher = "unknown"
    root: Root | None = None
    if keystore and (found := tried(lambda: _on_host(settings, keystore))):
        root, publisher = found
    return Status(
        now=now,
        publisher=publisher,
        root=root,
        outgoing=tried(lambda: _outgoing(settings, identity)),
        to_approve=tried(lambda: _to_approve(settings, now)),
        held=tried(lambda: _held(settings)),
        backup=last_backup(settings),
        notice=timedelta(days=settings.notice_days),
        devices=tried(lambda: _devices(settings)) if settings.push.on else None,
        troubles=tuple(dict.fromkeys(troubles)),
    )


def _on_host(settings: Settings, keystore: Keystore) -> tuple[Root | None, Publisher]:
    with open_host(settings.host, settings.state) as host:
        sealed = host.get("root")
    root = opened_root(sealed, keystore, any_publisher=True) if sealed else None
    if keystore.restored is not None:
        return root, "restored"
    if root is None:
        return None, "nobody"
    ours = root.publisher == keystore.publisher.hex()
    newest = root.keystore <= keystore.generation and root.sequence <= keystore.sequence
    return root, "this" if ours and newest else "another"


def _outgoing(settings: Settings, identity: Path) -> Outgoing:
    outbox = Outbox.load(settings.state)
    door = Door.open(settings, identity=identity)
    rows = door.rows(outbox)
    failed = tuple((row.reader.name, row.code) for row in rows if row.standing == "refused")
    return Outgoing(len(outbox.notices), sum(row.standing == "waiting" for row in rows), failed)


def _devices(settings: Settings) -> Devices:
    found = [one for _, one in Subscriptions.load(settings.state)]
    every, waiting, failing = found, (one for one in found if one.posts), (one for one in found if one.tries)
    return Devices(*(len({one.device for one in some}) for some in (every, waiting, failing)))


def _to_approve(settings: Settings, now: datetime) -> tuple[str, ...]:
    """Return the posts that wait for the principal. Only those are read that waited at the last publish, or have changed since."""
    approvals = read_approvals(settings)
    looks = seen_with(see(settings.posts.absolute(), settings.root.absolute()), approvals)
    with Ledger.load(settings.state / LEDGER, TABLES) as ledger:
        last = LastTime(ledger)
        then, waited = last.seen(), last.waiting()
    names = {name for name, look in looks.items() if key_of(name) in waited or then.get(key_of(name)) != look}
    if not names:
        return ()
    posts, _ = read_posts(settings, now.date(), only=names)
    return tuple(post.source for post in waiting(posts, approvals))


def _held(settings: Settings) -> tuple[str, ...]:
    """Return the posts that a file beside them says are held back: in its folder, or, of a post that is one file, with its name first."""
    held: set[str] = set()
    for path in settings.posts.rglob(f"*{HELD}"):
        post = path.parent / path.name.removesuffix(HELD).rstrip(" .-_")
        held.add(post.relative_to(settings.posts.parent).as_posix())
    return tuple(sorted(held))
