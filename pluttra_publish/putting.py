"""The host while a publish lasts: one publish at a time, what lies there, and what becomes garbage. Knows hosts. Does not know what is sealed.

What has lost readers goes right after the root, and so does everything sealed that is no longer wanted: a reader that misses it fetches the
root again. Only the code of a former shell waits a day, for those who have it open.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from pluttra_publish.clock import now_of
from pluttra_publish.errors import HostError
from pluttra_publish.hosts import (
    LOCK_PATH,
    Host,
    Inventory,
    Lock,
    Lying,
    Mirrored,
    Publishable,
    admit,
    locked,
    mirror,
    open_host,
    owner_of,
    place_of,
    put_changes,
)
from pluttra_publish.hosts.copies import Copies
from pluttra_publish.hosts.inventory import OnTime
from pluttra_publish.hosts.mirror import Step, no_step
from pluttra_publish.platform import only_one, private_folder
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import HostSettings, Settings

_PATIENCE = 20  # seconds
_PAUSE = 0.2
GRACE = 24 * 60 * 60
BELIEVED = 24 * 60 * 60
ON_HOST = "on-host.sqlite"
"""The file in the state folder that says what was put on the site's own host."""


def into(settings: Settings, folder: Path | None) -> HostSettings:
    """Return where a publish puts: the folder, if one is given, else the site's own host."""
    return settings.host if folder is None else HostSettings("folder", folder)


@contextmanager
def near(settings: Settings, folder: Path | None = None) -> Iterator[Host]:
    """Give the host, with nobody else publishing to it from this computer.

    Raises:
        HostError: somebody is.
    """
    state = private_folder(settings.state)
    until = time.monotonic() + _PATIENCE
    while True:
        with only_one(state / "publish.lock") as alone:
            if alone:
                with open_host(into(settings, folder), state) as host:
                    yield host
                return
        if time.monotonic() > until:
            message = "En annan publicering pågår på den här datorn."
            raise HostError(message, hint="Vänta tills den är klar, och kör sedan igen.")
        time.sleep(_PAUSE)


def put_beside(settings: Settings, things: Iterable[SealedObject], check: Callable[[bytes | None], object]) -> None:
    """Put things that no root names, such as invitations, beside what lies on the site's own host. `check` is asked of the root there, and may raise.

    Raises:
        LeakError: something may not be put.
        HostError: the host failed, or a publish takes long.
    """
    with near(settings) as host, Inventory(settings.state / ON_HOST) as inventory:
        check(host.get("root"))
        admitted = [admit(thing) for thing in things]
        for thing in admitted:
            host.put(thing)
        host.settle()
        inventory.tell_beside({thing.path: Lying(thing.length, thing.digest) for thing in admitted})


def take_beside(
    settings: Settings, gone: Collection[str], held: Collection[str], check: Callable[[bytes | None], object]
) -> None:
    """Take what no root names away from beside what lies on the site's own host: the paths that are `gone`, and what was put there since the last publish and isn't `held`.

    What is gone is written down before the host is asked, so that the next publish or heartbeat takes away what this could not. `check` is as for `put_beside`.

    Raises:
        HostError: the host failed, or a publish takes long.
    """
    with Inventory(settings.state / ON_HOST) as inventory:
        inventory.tell_leaving(gone)
        over = inventory.beside().difference(held)
        if not over:
            return
        with near(settings) as host:
            check(host.get("root"))
            for path in sorted(over):
                host.delete(path)
            inventory.tell_taken(over)


@contextmanager
def place_on_host(settings: Settings, folder: Path | None = None) -> Iterator[Place]:
    """Give the host, with no other publish from this computer, and what is known to lie there. Nothing is put before it is claimed.

    Raises:
        HostError: somebody else is publishing, or the host failed.
    """
    with ExitStack() as stack:
        host = stack.enter_context(near(settings, folder))
        Lock(host, owner_of(settings.state)).look()  # told at once, and not after an hour of films
        own = into(settings, folder) == settings.host
        inventory = stack.enter_context(Inventory(settings.state / ON_HOST)) if own else None
        yield Place(host, settings.state, inventory, int(now_of(settings).timestamp()))


class Place:
    """A host that is ours for now. `root` is what lies at its root; `sure` tells whether all that lies there is known.

    Once a day the host is asked for all that lies there, and if that is not what is known, nothing is.
    """

    def __init__(self, host: Host, state: Path, inventory: Inventory | None, now: int) -> None:
        """`inventory` is None for a folder that is not the site's own host."""
        self.host, self._state, self._inventory, self._now = host, state, inventory, now
        self._lock: Lock | None = None
        self.root = host.get("root")
        self._copies = Copies(state / "copies" if host.far else None, host.get)
        self._listed = now
        self.sure = self._is_sure()

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the host's lock; what is put is put in here.

        Raises:
            HostError: somebody else holds it, or has published since the root was read.
        """
        with locked(self.host, owner_of(self._state)) as self._lock:
            if self.host.get("root") != self.root:
                message = "En annan dator har publicerat medan den här läste."
                raise HostError(message, hint="Inget har lagts ut härifrån. Kör igen.")
            yield

    def ask_again(self) -> None:
        """Ask the host what lies there, whatever is known."""
        self.sure = False

    @property
    def own(self) -> bool:
        """Whether it is the site's own host, and not a folder to look at."""
        return self._inventory is not None

    def get(self, path: str, digest: bytes) -> bytes | None:
        """Return the sealed bytes of that digest, kept here or fetched; None if there are none at `path`."""
        return self._copies.get(path, digest)

    @cached_property
    def there(self) -> Mapping[str, Lying]:
        """All that lies there: what is known, or else what the host says."""
        known = self._inventory.files() if self._inventory is not None else {}
        if self.sure:
            return known
        return _as_listed(self.host, known)

    @property
    def lengths(self) -> dict[str, int]:
        """What lies there, by its length."""
        return {path: lying.length for path, lying in self.there.items()}

    def mirror(
        self,
        things: Iterable[Publishable],
        *,
        kept: frozenset[str],
        twins: Mapping[str, str] | None = None,
        step: Step = no_step,
    ) -> Mirrored:
        """Make the host hold `things`, and what it has that is `kept`, and nothing else but garbage within its grace.

        `twins` says of which of them the same bytes lie there under another name: the host copies them where it can.

        Raises:
            LeakError: something may not be put; nothing was.
            HostError: the host failed; the old or the new site is whole there.
        """
        listed, there = [*things], self.there
        if not self.sure:
            self.host.sweep()
        stays = {thing.path for thing in listed} | kept
        waiting = self._grace(path for path in there if path not in stays)
        self._doubt()
        keep = kept | waiting.keys()
        done = mirror(self.host, listed, keep=keep, there=there, twins=twins, before_root=self._still_ours, step=step)
        if self._inventory is not None:
            files = {**{path: lying for path, lying in there.items() if path in keep}, **done.new}
            self._inventory.tell_whole(self.host.name, done.new["root"].digest or b"", files, waiting, now=self._time())
        self._keep(listed)
        return done

    def put_changes(
        self, things: Iterable[Publishable], gone: Iterable[str], *, kept: int, step: Step = no_step
    ) -> Mirrored:
        """Put what is new, and delete what is `gone` unless it is garbage within its grace. A host whose files are not all known stays so.

        Raises:
            LeakError: something may not be put; nothing was.
            HostError: the host failed; the old or the new site is whole there.
        """
        listed = [*things]
        wanted = {thing.path for thing in listed}
        old = [*self._inventory.waiting()] if self._inventory is not None else []
        unwanted = {path for path in (*gone, *old) if path not in wanted}
        waiting = self._grace(unwanted)
        over = sorted(unwanted - waiting.keys())
        self._doubt()
        done = put_changes(self.host, listed, over, kept=kept, before_root=self._still_ours, step=step)
        if self._inventory is not None and self.sure:
            root = done.new["root"].digest or b""
            self._inventory.tell_changes(root, done.new, over, waiting, now=self._time())
        self._keep(listed)
        return done

    def beside(self) -> set[str]:
        """Return the paths of the invitations that were put since the last publish, or that are to go and may lie there yet."""
        return self._inventory.beside() if self._inventory is not None else set()

    def _is_sure(self) -> bool:
        inventory = self._inventory
        if inventory is None or self.root is None:
            return False
        if not inventory.sure(self.host.name, hashlib.sha256(self.root).digest()):
            return False
        self._listed = inventory.listed()
        if 0 <= self._now - self._listed < BELIEVED:
            return True
        self._listed = self._now
        return _lengths(self.host) == {path: lying.length for path, lying in inventory.files().items()}

    def _grace(self, garbage: Iterable[str]) -> dict[str, int]:
        """Return what of the garbage may wait, with since when."""
        since = self._inventory.waiting() if self._inventory is not None else {}
        code = (path for path in garbage if place_of(path) == "code" and not path.endswith(".html"))
        waiting = {path: since.get(path, self._now) for path in code}
        return {path: since for path, since in waiting.items() if 0 <= self._now - since < GRACE}

    def _still_ours(self) -> None:
        if self._lock is None:
            raise HostError("Något skulle läggas ut utan att värden var låst.")
        self._lock.check()

    def _doubt(self) -> None:
        if self._inventory is not None:
            self._inventory.doubt()

    def _keep(self, things: Iterable[Publishable]) -> None:
        """Keep here what leads to the objects, so that the next publish need not fetch it; forget what no longer lies there."""
        if not self.host.far or self._inventory is None:
            return
        leading = {
            thing.digest: thing.open
            for thing in things
            if isinstance(thing, SealedObject) and thing.role in {"catalogue", "index"}
        }
        self._copies.keep(leading, live=self._inventory.digests())

    def _time(self) -> OnTime:
        return OnTime(put=time.time_ns(), listed=self._listed)


def _as_listed(host: Host, known: Mapping[str, Lying]) -> dict[str, Lying]:
    """Return what a host says that lies there, with the digests known of files that still have their lengths."""
    return {
        path: known[path] if path in known and known[path].length == length else Lying(length)
        for path, length in _lengths(host).items()
    }


def _lengths(host: Host) -> dict[str, int]:
    return {path: length for path, length in host.list() if path != LOCK_PATH}
