"""The pipeline, as one page: read → plan → derive → render → seal → put → notify. Knows the order; each step is somebody else's."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pluttra_publish.approvals import read_approvals
from pluttra_publish.before import Before
from pluttra_publish.clock import now_of
from pluttra_publish.errors import Findings, FormatError, KeystoreError, UsageError
from pluttra_publish.format.chain import Root
from pluttra_publish.format.layout import object_path
from pluttra_publish.hosts import FolderHost, Mirrored, Publishable, ShellFile, mirror, place_of, put_changes
from pluttra_publish.inviting import Door, Invited, invite
from pluttra_publish.last_time import TABLES, Changes, LastTime
from pluttra_publish.planning import plain_id
from pluttra_publish.platform import identity_path, private_folder, without_collecting
from pluttra_publish.sealed_site import SealedSite, Sealer, There, renewed
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import FILE, Settings, unfit
from pluttra_publish.site import Pages, Seen, see
from pluttra_publish.stale import (
    Stale,
    StartOverError,
    WidenError,
    find_stale,
    seen_with,
    stop_if_vanished,
    world_of,
)

if TYPE_CHECKING:
    from pluttra_publish.delivering import Delivered
    from pluttra_publish.plan import PlannedPost
    from pluttra_publish.register import Register
    from pluttra_publish.run import Run

__all__ = ["Checked", "Invited", "Published", "Settings", "check", "invite", "make_keystore", "publish"]

Step = Callable[[str, int, int], None]
"""`step(what, done, total)`: how far something has come, for whoever draws it."""

LEDGER = "ledger.sqlite"


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Checked:
    """What a check saw: findings (no errors among them), posts that can be published and posts that wait."""

    findings: Findings
    posts: int
    waiting: int


@dataclass(frozen=True)
class Published:
    """What a publish did. `put`, `kept` and `deleted` are files on the host; `read` posts were read, the others are as they were;
    `derived` media were made now, and `found` were made before.
    """

    findings: Findings
    folder: Path
    today: date
    posts: int
    waiting: int
    readers: int
    sequence: int
    broken: int
    read: int
    put: int
    kept: int
    deleted: int
    length: int
    derived: int
    found: int
    told: Delivered | None = None

    def summary(self) -> dict[str, object]:
        """Return the figures as a script reads them."""
        names = (
            "posts",
            "waiting",
            "readers",
            "sequence",
            "broken",
            "read",
            "put",
            "kept",
            "deleted",
            "length",
            "derived",
            "found",
        )
        mail = {"mail": self.told.summary()} if self.told else {}
        return {"public": str(self.folder)} | {name: getattr(self, name) for name in names} | mail


def make_keystore(settings: Settings, *, identity: Path | None = None) -> str | None:
    """Make the site's keystore if there is none; return the recovery key, which is kept nowhere else, or None if there was one."""
    path = _keystore_path(settings)
    if path.exists():
        return None
    private_folder(settings.state)
    _, recovery = Keystore.create(path, identity_path=identity or identity_path())
    return recovery


@without_collecting()
def check(settings: Settings, *, step: Step = no_step) -> Checked:
    """Read and check everything, derive and render it, and seal nothing. Needs no keys.

    Raises:
        CheckFailed: there are errors; it carries all findings.
    """
    from pluttra_publish.run import Run  # noqa: PLC0415 # with Pelican

    run = Run(settings, plain_id, None, step)
    run.press()
    return Checked(run.findings, run.plan.count, len(run.plan.waiting))


@without_collecting()
def publish(
    settings: Settings,
    *,
    folder: Path | None = None,
    sequence: int | None = None,
    identity: Path | None = None,
    allow_removals: bool = False,
    step: Step = no_step,
) -> Published:
    """Check what has changed, seal it, and make `folder` (the settings' host, if None) hold exactly the site. If anything is wrong, nothing is sealed.

    Raises:
        CheckFailed: there are errors; it carries all findings.
        ContentError: much of what was there has vanished, unless `allow_removals`.
        KeystoreError: the keystore can't be opened, or the host has been published to with other keys.
        UsageError: the host has a root of a higher sequence than the one asked for; or `folder` may not be published.
        HostError: the host failed; the old or the new site is whole there.
        LeakError: something would have left in clear; nothing did.
    """
    if message := unfit(settings, folder or settings.host.path):
        raise UsageError(message, hint="Ange en egen mapp, till exempel --into byggt.")
    keystore_path, identity = _keystore_path(settings), identity or identity_path()
    Keystore.load(keystore_path, identity_path=identity)  # whoever may not open it hears that first
    host = FolderHost(folder or settings.host.path)
    with Ledger.load(private_folder(settings.state) / LEDGER, TABLES) as ledger:
        last = LastTime(ledger)
        seen = see(settings.posts.absolute(), settings.root.absolute())
        if last.known and not allow_removals and host.root == settings.host.path:
            stop_if_vanished(last, seen)
        part: Callable[[Stale], Stale] | None = _as_it_is
        while True:
            keystore = Keystore.load(keystore_path, identity_path=identity)
            try:
                return _Publishing(settings, keystore, ledger, host, seen, step).run(part, sequence)
            except StartOverError:
                part = None
            except WidenError as wider:
                part = _widened(part or _as_it_is, wider)


def _as_it_is(stale: Stale) -> Stale:
    return stale


def _widened(part: Callable[[Stale], Stale], wider: WidenError) -> Callable[[Stale], Stale]:
    return lambda stale: part(stale).with_posts(wider.names, standing=wider.standing)


class _Publishing:
    """One attempt at a publish, of all or of a part, with a keystore that no other attempt has touched."""

    def __init__(
        self, settings: Settings, keystore: Keystore, ledger: Ledger, host: FolderHost, seen: Seen, step: Step
    ) -> None:
        self.settings, self.keystore, self.ledger, self.host, self.step = settings, keystore, ledger, host, step
        self.last, self.seen, self.now = LastTime(ledger), seen, now_of(settings)
        self.own = host.root == settings.host.path
        sealed = host.get("root")
        self.root = hashlib.sha256(sealed).hexdigest() if sealed else ""
        self.before = Before(_opened_root(sealed, keystore) if sealed else None, host.get, keystore)
        self.looks = seen_with(seen, read_approvals(settings))
        self.world = world_of(settings, self.now)

    def run(self, part: Callable[[Stale], Stale] | None, sequence: int | None) -> Published:
        """Publish the part that `part` makes of what has changed; everything, if it is None or if nobody can tell what has changed.

        Raises:
            StartOverError, WidenError: the part was too small.
        """
        known = self.root and (self.last.told("root"), self.last.told("world")) == (self.root, self.world)
        stale = (
            part(find_stale(self.settings, self.keystore, self.last, self.before, self.looks, self.now))
            if part and known
            else None
        )
        on_host = self.before.root.sequence if self.before.root else 0
        number = sequence or 1 + max(self.keystore.sequence, on_host, int(self.now.timestamp()))
        if number < on_host:
            raise UsageError(f"På värden ligger redan nummer {on_host}.", hint="Ange ett högre --sequence.")
        if stale and stale.nothing and not stale.standing(self.now, goals=False):
            return self._renew(number)
        return self._publish(stale, number)

    def _publish(self, stale: Stale | None, number: int) -> Published:
        from pluttra_publish.accounts import account  # noqa: PLC0415 # with Pelican, which takes long to load
        from pluttra_publish.run import Run  # noqa: PLC0415

        settings, keystore = self.settings, self.keystore
        run = Run(settings, keystore.opaque_id, keystore.first_month, self.step, stale)
        pages = run.press()
        self._warn(run.findings)
        keystore.first_month = run.first_month
        with tempfile.TemporaryDirectory(dir=settings.state, prefix="seal-") as workspace:
            there: There = _Lying(self.last, self.ledger) if stale else dict(self.host.list())
            sealer = Sealer(
                keystore, self.ledger, run.register, run.access, settings, run.now, there, self.before, Path(workspace)
            )
            try:
                sealed = sealer.seal(run.plan, run.laid, pages, sequence=number, step=self.step, rest=stale)
            except FormatError as wrong:
                if stale:
                    raise StartOverError from wrong
                raise
            keystore.save()
            clear = _in_clear(run, pages) if run.clear else []
            changes = account(
                run, sealed, keystore, looks=self.looks, seen=self.seen, clear=clear, stale=stale, world=self.world
            )
            done = self._put(sealed, clear, changes, stale)
            self._remember(changes, whole=stale is None)
        posts, waiting = self.last.counts() if stale else (run.plan.count, len(run.plan.waiting))
        published = self._told(
            run.findings,
            number,
            done,
            posts=posts,
            waiting=waiting,
            readers=len(run.access),
            broken=len(sealed.broken),
            read=len(run.posts),
            kept=len(sealed.kept) if stale is None else 0,
            derived=run.fresh,
            found=run.media - run.fresh,
        )
        return replace(published, told=self._notify(run.register, run.plan.posts))

    def _notify(self, register: Register | None, read: Iterable[PlannedPost] = ()) -> Delivered | None:
        """Tell those for whom there is something new, if mail is sent. Without a register nothing is new, and only what waits is sent."""
        if not self.own or not self.settings.mail.is_on:
            return None
        from pluttra_publish.news import send_waiting, tell_news  # noqa: PLC0415 # with all that mail is made with

        if register is None:
            return send_waiting(self.settings, self.keystore, self.now)
        door = Door(self.settings, register, self.keystore, self.now)
        return tell_news(door, self.last.cards(), read)

    def _renew(self, number: int) -> Published:
        """Put a root of the same site: nothing is new but the time.

        Raises:
            StartOverError: the root that lies there doesn't tell of all audiences' newest epochs.
        """
        findings = Findings()
        self._warn(findings)
        root = renewed(self.keystore, self.before, self.settings, self.now, number)
        if root is None:
            raise StartOverError
        self.keystore.save()
        done = put_changes(self.host, [root], [], kept=self.last.size)
        self._remember(Changes(told={"root": root.digest.hex()}), whole=False)
        posts, waiting = self.last.counts()
        readers = sum(bool(keys.given) for keys in self.keystore.readers.values())
        published = self._told(
            findings, number, done, posts=posts, waiting=waiting, readers=readers, broken=0, read=0, derived=0, found=0
        )
        return replace(published, told=self._notify(None))

    def _put(self, sealed: SealedSite, clear: list[ShellFile], changes: Changes, stale: Stale | None) -> Mirrored:
        things: list[Publishable] = [*sealed.objects, *clear]
        if stale is None:
            return mirror(self.host, things, keep=sealed.kept)
        lying = self.last.clear()
        new = [thing for thing in things if not self._lies(thing, lying, changes)]
        gone = [object_path(name) for name in sorted(self.last.unused_after(changes))]
        self.ledger.forget(gone)
        over = set(self.last.told("invitations").split()) - sealed.invitations
        if clear:
            over |= {path for path in lying if place_of(path) != "keyring"} - changes.clear.keys()
        changes.clear |= dict.fromkeys(over)
        return put_changes(self.host, new, [*gone, *sorted(over)], kept=self.last.size)

    def _lies(self, thing: Publishable, lying: Mapping[str, str], changes: Changes) -> bool:
        """Tell whether a thing lies on the host as it is."""
        if isinstance(thing, SealedObject) and thing.immutable:
            return self.last.lies(thing.name)
        return thing.path in lying and lying[thing.path] == changes.clear.get(thing.path)

    def _remember(self, changes: Changes, *, whole: bool) -> None:
        """Let it count that the root lies there."""
        if self.own:
            self.keystore.rooted()
            self.keystore.save()
        with self.ledger.database as database:
            database.execute("BEGIN")
            if self.own:
                self.last.write(changes, whole=whole)
            self.ledger.write(whole=whole and self.own)

    def _told(self, findings: Findings, number: int, done: Mirrored, **figures: int) -> Published:
        return Published(
            findings=findings,
            folder=self.host.root,
            today=self.now.date(),
            sequence=number,
            put=len(done.put),
            kept=done.kept + figures.pop("kept", 0),
            deleted=len(done.deleted),
            length=done.length,
            told=None,
            **figures,
        )

    def _warn(self, findings: Findings) -> None:
        if self.settings.is_local and self.own:
            mend = "Skriv adressen där familjerna läser innan ni bjuder in dem."
            message = f"Adressen {self.settings.url} fungerar bara på den här datorn."
            findings.warning(FILE, "url", message, mend)


@dataclass(frozen=True)
class _Lying:
    """What lies on the host by what is remembered, so that it need not be asked."""

    last: LastTime
    ledger: Ledger

    def get(self, path: str) -> int | None:
        entry = self.ledger.recall(path) if self.last.lies(path.rpartition("/")[2]) else None
        return entry.sealed_length if entry else None


def _in_clear(run: Run, pages: Pages) -> list[ShellFile]:
    """Return the files that are public on purpose: the shell, the reader's code, and the public pages."""
    files = dict(run.shell.files) | dict(pages.public)
    files |= {"index.html": pages.shell, "manifest.webmanifest": pages.manifest}
    files |= {path: file.path.read_bytes() for path, file in run.laid.public.items()}
    return [ShellFile(path, content) for path, content in files.items()]


def _opened_root(sealed: bytes, keystore: Keystore) -> Root:
    """Return the root that lies on the host.

    Raises:
        KeystoreError: it was not made with this keystore, or by a newer one.
    """
    try:
        root = chain.open_root(
            sealed, site_key=keystore.site_key, publisher=keystore.signing_key.public, site=keystore.site.hex()
        )
    except FormatError as wrong:
        message = "På värden ligger en webbplats som är gjord med andra nycklar, eller är skadad."
        hint = "Publicera till en tom mapp, eller lägg tillbaka rätt nyckelfil."
        raise KeystoreError(message, hint=hint) from wrong
    if root.publisher != keystore.publisher.hex() or root.keystore > keystore.generation:
        message = "En annan dator har publicerat den här webbplatsen, eller en nyare nyckelfil."
        raise KeystoreError(message, hint="Publicera bara från en dator, med den senaste nyckelfilen.")
    return root


def _keystore_path(settings: Settings) -> Path:
    return settings.state / "keystore.age"
