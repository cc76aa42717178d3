"""One attempt at a publish, of all or of the part that has changed: run → seal → put → remember. Knows the order; each step is somebody else's."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pluttra_publish.approvals import read_approvals
from pluttra_publish.before import Before
from pluttra_publish.choosing import Chooser
from pluttra_publish.clock import now_of
from pluttra_publish.commit import opened_root, renewed, stop_if_not_newest
from pluttra_publish.errors import Findings, FormatError, UsageError
from pluttra_publish.format.layout import keyring_path, object_path
from pluttra_publish.holding import NOTHING, Aside
from pluttra_publish.hosts import Mirrored, Publishable, ShellFile, place_of
from pluttra_publish.keyrings import doors_of
from pluttra_publish.last_time import Changes, LastTime, Month, key_of
from pluttra_publish.looks import Looks
from pluttra_publish.outcomes import Held, Published
from pluttra_publish.people import read_people
from pluttra_publish.plan import title_of
from pluttra_publish.putting import Place
from pluttra_publish.register import read_register
from pluttra_publish.sealed_objects import There
from pluttra_publish.sealed_site import SealedSite, Sealer
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import FILE, Settings
from pluttra_publish.site import Pages, Seen
from pluttra_publish.stale import Stale, StartOverError
from pluttra_publish.taking_over import TakenOver, stop_unless_reviewed, take_over
from pluttra_publish.warm import Warm
from pluttra_publish.world import content_of, world_of

if TYPE_CHECKING:
    from pluttra_publish.plan import PlannedPost
    from pluttra_publish.register import Register
    from pluttra_publish.rehearsal import Rehearsal
    from pluttra_publish.run import Run

Step = Callable[[str, int, int], None]

EVERYBODY = "alla, som en öppen sida"


@dataclass(frozen=True)
class News:
    """What there may be to tell after a publish: all that is published now, and the posts that it has read. Without a register nothing is new."""

    register: Register | None
    cards: tuple[tuple[str, list[Month]], ...] = ()
    read: tuple[PlannedPost, ...] = ()


class Attempt:
    """One attempt at a publish, of all or of a part, with a keystore that no other attempt has touched."""

    def __init__(
        self,
        settings: Settings,
        keystore: Keystore,
        ledger: Ledger,
        place: Place,
        seen: Seen,
        step: Step,
        aside: Aside = NOTHING,
        warm: Warm | None = None,
        *,
        taking_over: bool = False,
    ) -> None:
        """`aside` is what is held back, and more of it where what was out may not stay. `taking_over`: whoever has published to the host before, this
        machine does from now on."""
        self.aside = aside
        self.settings, self.keystore, self.ledger, self.place, self.step = settings, keystore, ledger, place, step
        self._people = warm.people if warm else read_people
        self.last = LastTime(ledger, warm.remembered if warm else None)
        self.seen, self.now = seen, now_of(settings)
        sealed = place.root
        self.root = hashlib.sha256(sealed).hexdigest() if sealed else ""
        root = opened_root(sealed, keystore, any_publisher=taking_over) if sealed else None
        if place.own and not taking_over:
            stop_if_not_newest(keystore, root)
        self.before = Before(root, place.get, keystore)
        self._taken: TakenOver | None = None
        self._looks = Looks(seen, read_approvals(settings), self.last, warm.settled if warm else None)
        self.looks = self._looks.posts
        self.world = world_of(settings, self.now, warm.digest if warm else content_of)
        self.news: News | None = None
        """None where nobody is told."""

    def run(self, part: Callable[[Stale], Stale] | None, sequence: int | None) -> Published:
        """Publish the part that `part` makes of what has changed; everything, if it is None or if nobody can tell what has changed.

        Raises:
            StartOverError, WidenError: the part was too small.
        """
        stale = self._stale(part)
        keystore = self.keystore
        on_host = self.before.root.sequence if self.before.root else 0
        number = sequence or 1 + max(self.keystore.sequence, on_host, int(self.now.timestamp()))
        if number < on_host:
            raise UsageError(f"På värden ligger redan nummer {on_host}.", hint="Ange ett högre --sequence.")
        doors = self.last.told("doors") == doors_of(
            keystore
        )  # else somebody was shut out, or given another key, and the host has not heard
        if stale and doors and stale.nothing and not stale.standing(self.now, goals=False):
            return self._renew(number)
        return self._publish(stale, number)

    def take_over(self, *, reviewed: bool) -> None:
        """Make the keystore that of the machine that publishes from now on; it counts once it is published with. `reviewed`: somebody has looked through what
        has changed since it was the newest.

        Raises:
            CheckFailed: the register has errors.
            KeystoreError: nobody has.
        """
        findings = Findings()
        register = read_register(self.settings.register, findings)
        findings.stop()
        if not reviewed:
            stop_unless_reviewed(self.keystore, self.before.root, self.settings)
        get = self.place.host.get
        self._taken = take_over(self.keystore, self.before.root, get, register, self.settings, self.now)

    def _stale(self, part: Callable[[Stale], Stale] | None) -> Stale | None:
        """Return the part to publish; None if it is all that is not held back."""
        known = self.keystore.former is None and self._taken is None and self.place.sure
        if not known or self.last.told("root") != self.root:
            self.aside = self.aside.removing_all()
            return None
        chooser = Chooser(self.settings, self.keystore, self.last, self.before, self._looks, self.now, self.world)
        stale, self.aside = chooser.choose(part, self.aside)
        return stale

    def rehearse(self, part: Callable[[Stale], Stale] | None) -> Rehearsal:
        """Do all that `run` would but put, save and remember, and return what would be another.

        Raises:
            StartOverError, WidenError: the part was too small.
        """
        from pluttra_publish.rehearsal import nothing, rehearsal  # noqa: PLC0415

        stale = self._stale(part)
        if stale and stale.nothing and not stale.standing(self.now, goals=False):
            return nothing()
        given = {reader: dict(keys.given) for reader, keys in self.keystore.readers.items()}
        with self._sealed(stale, 1 + max(self.keystore.sequence, int(self.now.timestamp()))) as made:
            lying = self.last.clear() if self.last.told("root") == self.root else {}
            return rehearsal(made.run, made.sealed, self.keystore, self.before, stale, given, made.clear, lying)

    @contextmanager
    def _sealed(self, stale: Stale | None, number: int) -> Iterator[_Made]:
        """Read, render and seal; give all that was made."""
        from pluttra_publish.run import Run  # noqa: PLC0415 # with Pelican, which takes long to load

        settings, keystore = self.settings, self.keystore
        only = stale.names if stale else self.looks.keys() - self.aside.posts.keys() if self.aside else None
        run = Run(
            settings,
            keystore.opaque_id,
            keystore.first_month,
            self.step,
            stale,
            only=only,
            without_talks=self.aside.talks,
            people=self._people,
            revoked=keystore.revoked,
        )
        pages = run.press()
        self._warn(run.findings)
        keystore.first_month = run.first_month
        with tempfile.TemporaryDirectory(dir=settings.state, prefix="seal-") as workspace:
            there: There = _Lying(self.last, self.ledger) if stale else self.place.lengths
            sealer = Sealer(
                keystore,
                self.ledger,
                run.people.consents,
                run.access,
                settings,
                run.now,
                there,
                self.before,
                Path(workspace),
                taking_over=self._taken is not None,
            )
            try:
                sealed = sealer.seal(run.plan, run.laid, pages, sequence=number, step=self.step, rest=stale)
            except FormatError as wrong:
                if stale:
                    raise StartOverError from wrong
                raise
            yield _Made(run, sealed, _in_clear(run, pages) if run.clear else [])

    def _publish(self, stale: Stale | None, number: int) -> Published:
        from pluttra_publish.accounts import account  # noqa: PLC0415 # with Pelican

        keystore = self.keystore
        with self._sealed(stale, number) as made:
            run, sealed, clear = made.run, made.sealed, made.clear
            out = self._out(run)
            aside = self.aside.posts
            looks = {name: look for name, look in self.looks.items() if name not in aside} if aside else self.looks
            changes = account(
                run,
                sealed,
                keystore,
                looks=looks,
                seen=self.seen,
                clear=clear,
                stale=stale,
                world=self.world,
            )
            with self.place.claimed():
                keystore.save()
                done = self._put(sealed, clear, changes, stale)
                self._remember(changes, whole=stale is None)
        if self._tells:
            self.news = News(run.register, tuple(self.last.cards()), run.plan.posts)
        posts, waiting = self.last.counts() if stale else (run.plan.count, len(run.plan.waiting))
        return self._told(
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
            out=out,
        )

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
        with self.place.claimed():
            self.keystore.save()
            done = self.place.put_changes([root], self._ended(), kept=self.last.size, step=self.step)
            self._remember(Changes(told={"root": root.digest.hex()}), whole=False)
        if self._tells:
            self.news = News(None)
        posts, waiting = self.last.counts()
        readers = sum(bool(keys.given) for keys in self.keystore.readers.values())
        return self._told(
            findings,
            number,
            done,
            posts=posts,
            waiting=waiting,
            readers=readers,
            broken=0,
            read=0,
            derived=0,
            found=0,
        )

    @property
    def _tells(self) -> bool:
        return self.place.own and self.settings.tells

    def _put(self, sealed: SealedSite, clear: list[ShellFile], changes: Changes, stale: Stale | None) -> Mirrored:
        things: list[Publishable] = [*sealed.objects, *clear]
        if stale is None:
            changes.told["size"] = str(len(things) + len(sealed.kept) - 1)
            return self.place.mirror(things, kept=sealed.kept, twins=sealed.twins, step=self.step)
        lying = self.last.clear()
        new = [thing for thing in things if not self._lies(thing, lying, changes)]
        gone = [object_path(name) for name in sorted(self.last.unused_after(changes))]
        self.ledger.forget(gone)
        over = set(self.last.told("invitations").split()) - sealed.invitations
        if clear:
            over |= {path for path in lying if place_of(path) != "keyring"} - changes.clear.keys()
        changes.clear |= dict.fromkeys(over)
        added = len(new) - 1 - sum(thing.path in lying for thing in new)  # the root is always new, and never counted
        changes.told["size"] = str(self.last.size + added - len(gone) - len(over & lying.keys()))
        over |= self.place.beside() - sealed.invitations
        return self.place.put_changes(new, [*gone, *sorted(over)], kept=self.last.size, step=self.step)

    def _ended(self) -> set[str]:
        """Return what lies there of invitations that were put since the last publish, and have ended already."""
        now = int(self.now.timestamp())
        holding = {
            keyring_path(chain.invitation_name(kept.secret)) for kept in self.keystore.invitations if kept.ends > now
        }
        return self.place.beside() - holding

    def _lies(self, thing: Publishable, lying: Mapping[str, str], changes: Changes) -> bool:
        """Tell whether a thing lies on the host as it is."""
        if isinstance(thing, SealedObject) and thing.immutable:
            return self.last.lies(thing.name)
        return thing.path in lying and lying[thing.path] == changes.clear.get(thing.path)

    def _remember(self, changes: Changes, *, whole: bool) -> None:
        """Let it count that the root lies there."""
        if self.place.own and self.keystore.rooted():
            self.keystore.save()
        with self.ledger.database as database:
            database.execute("BEGIN")
            if self.place.own:
                self.last.write(changes, whole=whole)
            self.ledger.write(whole=whole and self.place.own)
        if self.place.own:
            self._looks.settle(changes.told["root"], changes.posts)

    def _told(self, findings: Findings, number: int, done: Mirrored, **figures: Any) -> Published:
        return Published(
            findings=findings,
            held=self._held(),
            public=self.place.host.name,
            taken=self._taken,
            today=self.now.date(),
            sequence=number,
            put=len(done.put),
            kept=done.kept + figures.pop("kept", 0),
            deleted=len(done.deleted),
            length=done.length,
            told=None,
            **figures,
        )

    def _out(self, run: Run) -> dict[str, tuple[str, ...]]:
        """Return the posts whose files have changed, with whom they are for."""
        known = self.last.looks({key_of(post.source) for post in run.posts})
        changed = [post for post in run.posts if known.get(key_of(post.source)) != self.looks.get(post.source)]
        out: dict[str, tuple[str, ...]] = {post.source: () for post in changed}
        for planned in run.plan.posts:
            if planned.post.source in out:
                out[planned.post.source] += (title_of(planned.home, run.register),)
        return out | {post.source: (EVERYBODY,) for post in run.plan.public if post.source in out}

    def _held(self) -> dict[str, Held]:
        """Return what is held back, and whether what was out before still is."""
        known = self.last.posts(map(key_of, self.aside.staying))
        out = {key for key, one in known.items() if one.address and not one.waits}
        posts = {name: Held(found, key_of(name) in out) for name, found in self.aside.posts.items() if found}
        then = self.last.seen() if self.seen.away else {}
        for name in self.seen.away:  # whose content was taken away after it had been published: there is nothing to do
            if name in posts and posts[name].out and then.get(key_of(name)) == self.looks[name]:
                del posts[name]
        return posts | {name: Held(found, False) for name, found in self.aside.talks.items()}

    def _warn(self, findings: Findings) -> None:
        if self.settings.is_local and self.place.own:
            mend = "Skriv adressen där familjerna läser innan ni bjuder in dem."
            message = f"Adressen {self.settings.url} fungerar bara på den här datorn."
            findings.warning(FILE, "url", message, mend)


@dataclass(frozen=True)
class _Made:
    """What was read and rendered, sealed, and made to be public."""

    run: Run
    sealed: SealedSite
    clear: list[ShellFile]


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
    files = dict(run.shell.files) | dict(pages.public) | dict(pages.retold)
    files |= {"index.html": pages.shell, "manifest.webmanifest": pages.manifest}
    files |= {path: file.path.read_bytes() for path, file in run.laid.public.items()}
    return [ShellFile(path, content) for path, content in files.items()]
