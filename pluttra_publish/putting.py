"""The host while a publish lasts: one publish at a time, what lies there, and what becomes garbage. Knows hosts. Does not know what is sealed.

What has lost readers goes right after the root, and so does everything sealed that is no longer wanted: a reader that misses it fetches the
root again. Only the code of a former shell waits a day, for those who have it open.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pluttra_publish.clock import now_of
from pluttra_publish.errors import HostError
from pluttra_publish.hosts import (
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
    read_inventory,
    write_inventory,
)
from pluttra_publish.hosts.copies import Copies
from pluttra_publish.hosts.mirror import Step, no_step
from pluttra_publish.platform import only_one, private_folder, write_atomically
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import Settings
from pluttra_publish.settings.host import HostSettings

_PATIENCE = 20  # seconds
_PAUSE = 0.2
GRACE = 24 * 60 * 60
ON_HOST = "on-host"
"""The file in the state folder that says what was put on the site's own host."""

_LAST_PUT = "last-put"


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


def put_beside(settings: Settings, things: Iterable[SealedObject]) -> None:
    """Put things that no root names, such as invitations, beside what lies on the site's own host.

    Raises:
        LeakError: something may not be put.
        HostError: the host failed, or a publish takes long.
    """
    with near(settings) as host:
        admitted = [admit(thing) for thing in things]
        for thing in admitted:
            host.put(thing)
        host.settle()
        file = settings.state / ON_HOST
        if known := read_inventory(file):
            new = {thing.path: Lying(thing.length, thing.digest) for thing in admitted}
            write_inventory(file, replace(known, files={**known.files, **new}))


def last_put(settings: Settings, host: Host) -> int:
    """Return when a root was last put on the site's own host, in nanoseconds; 0 if nobody remembers."""
    try:
        at, name = (settings.state / _LAST_PUT).read_text(encoding="utf-8").split(" ", 1)
    except (OSError, ValueError):
        return 0
    return int(at) if name.strip() == host.name and at.isdecimal() else 0


@contextmanager
def place_on_host(settings: Settings, folder: Path | None = None) -> Iterator[Place]:
    """Give the host, with no other publish from this computer, and what lies there. Nothing is written to it before it is claimed.

    Raises:
        HostError: somebody else is publishing, or the host failed.
    """
    with near(settings, folder) as host:
        yield Place(host, settings.state, into(settings, folder) == settings.host, int(now_of(settings).timestamp()))


@dataclass
class Place:
    """A host that is ours for now. `own` if it is the site's own, and not a folder to look at; `root` is what lies at its root."""

    host: Host
    state: Path
    own: bool
    now: int
    lock: Lock | None = field(init=False, default=None)
    root: bytes | None = field(init=False)
    _waiting: Mapping[str, int] = field(init=False, default_factory=dict)
    _listed: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.root = self.host.get("root")
        self._copies = Copies(self.state / "copies" if self.host.far else None, self.host.get)

    @cached_property
    def there(self) -> Mapping[str, Lying]:
        """What lies there, asked for when somebody wants to know: after a small change nobody does."""
        known = read_inventory(self._file) if self.own else None
        digest = None if self.root is None else hashlib.sha256(self.root).digest()
        if known is not None and self.host.far and known.holds(self.host.name, digest, self.now):
            there, self._listed = known.files, known.listed
        else:
            lengths = dict(self.host.list())
            same = known is not None and known.host == self.host.name
            there = known.without_digests_of(lengths) if known and same else {p: Lying(n) for p, n in lengths.items()}
            self._listed = self.now
        self._waiting = known.waiting if known is not None else {}
        return there

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the host's lock; what is put is put in here.

        Raises:
            HostError: somebody else holds it, or has published since the root was read.
        """
        with locked(self.host, owner_of(self.state)) as self.lock:
            if self.host.get("root") != self.root:
                message = "En annan dator har publicerat medan den här läste."
                raise HostError(message, hint="Inget har lagts ut härifrån. Kör igen.")
            yield

    @property
    def lengths(self) -> dict[str, int]:
        """What lies there, by its length."""
        return {path: lying.length for path, lying in self.there.items()}

    def get(self, path: str, digest: bytes) -> bytes | None:
        """Return the sealed bytes of that digest, kept here or fetched; None if there are none at `path`."""
        if path == "root":
            return self.root
        return self._copies.get(path, digest)

    def put(self, things: Iterable[Publishable], *, kept: frozenset[str], step: Step = no_step) -> Mirrored:
        """Make the host hold `things`, and what it has that is `kept`, and nothing else but garbage within its grace.

        Raises:
            LeakError: something may not be put; nothing was.
            HostError: the host failed; the old or the new site is whole there.
        """
        listed, there = [*things], self.there
        self.host.sweep()
        wanted = {thing.path for thing in listed}
        waiting = {
            path: self._waiting.get(path, self.now)
            for path in there
            if path not in wanted and path not in kept and place_of(path) == "code"
        }
        waiting = {path: since for path, since in waiting.items() if 0 <= self.now - since < GRACE}
        if self.own:
            self._file.unlink(missing_ok=True)
        done = mirror(
            self.host,
            listed,
            keep=kept | waiting.keys(),
            there=there,
            before_root=self._still_ours,
            step=step,
        )
        sealed = [thing for thing in listed if isinstance(thing, SealedObject)]
        leading = {thing.digest: thing.open for thing in sealed if thing.role in {"catalogue", "index"}}
        self._copies.keep(leading, live={lying.digest for lying in done.files.values() if lying.digest})
        self._note_time()
        if self.own:
            root = next(thing for thing in sealed if thing.path == "root")
            write_inventory(
                self._file,
                Inventory(self.host.name, root.digest, time.time_ns(), self._listed, done.files, waiting),
            )
        return done

    def put_changes(self, things: Iterable[Publishable], gone: Iterable[str], *, step: Step = no_step) -> Mirrored:
        """Put things that don't lie there, the root last, and take away what is `gone`, whatever else lies there.

        Raises:
            LeakError: something may not be put; nothing was.
            HostError: the host failed; the old or the new site is whole there.
        """
        listed = [*things]
        known = read_inventory(self._file) if self.own else None
        if known and known.files:  # which is not kept up with small changes: it is asked for again when it is needed
            write_inventory(self._file, replace(known, root=bytes(32), files={}))
        done = put_changes(self.host, listed, gone, before_root=self._still_ours, step=step)
        self._note_time()
        sealed = [thing for thing in listed if isinstance(thing, SealedObject)]
        self._copies.keep(
            {thing.digest: thing.open for thing in sealed if thing.role in {"catalogue", "index"}}, live=None
        )
        return done

    def _still_ours(self) -> None:
        if self.lock is None:
            raise HostError("Något skulle läggas ut utan att värden var låst.")
        self.lock.check()

    def _note_time(self) -> None:
        if self.own:
            write_atomically(self.state / _LAST_PUT, f"{time.time_ns()} {self.host.name}\n".encode(), private=True)

    @property
    def _file(self) -> Path:
        return self.state / ON_HOST
