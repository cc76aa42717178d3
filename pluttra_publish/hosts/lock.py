"""One publish at a time on a host: a small file there says who publishes, and since when. Knows paths and clocks. Does not know sites.

A host need not be able to refuse a put when something lies there already (OpenStack Swift is not), so the last to put the file has the lock,
and looks again before it commits; whoever finds another's there then stops. The file says nothing of who it is: a random number and a time.
While it is held it is put anew once a minute; ten minutes after the last time it counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from pluttra_publish.errors import HostError
from pluttra_publish.hosts.gate import ShellFile, admit
from pluttra_publish.hosts.host import Host
from pluttra_publish.hosts.paths import LOCK_PATH
from pluttra_publish.platform import write_atomically

RENEWED = 60  # seconds
STALE = 600

Clock = Callable[[], float]


def owner_of(state: Path) -> str:
    """Return the number by which this computer's publisher is known in locks; it is made at first, and kept in `state`.

    The computer's name goes into it, so that a copy of the folder on another computer is somebody else.
    """
    file = state / "lock-id"
    try:
        kept = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        kept = ""
    if len(kept) != 32:
        kept = secrets.token_hex(16)
        write_atomically(file, kept.encode("ascii"), private=True)
    return hashlib.sha256(f"{kept} {platform.node()}".encode()).hexdigest()[:32]


class Lock:
    """The lock on `host`, for `owner` to hold."""

    def __init__(self, host: Host, owner: str, clock: Clock = time.time) -> None:
        self._host, self._owner, self._clock = host, owner, clock

    def look(self) -> None:
        """Stop if somebody else holds the lock. One's own, left by a publish that was killed, is no hindrance.

        Raises:
            HostError: somebody does.
        """
        there = _read(self._host.get(LOCK_PATH))
        if there and there[0] != self._owner and abs(self._clock() - there[1]) < STALE:
            raise _taken(there[1])

    def take(self) -> None:
        """Take the lock, unless somebody else holds it.

        Raises:
            HostError: somebody else holds it.
        """
        self.look()
        self.renew()
        self.check()

    def check(self) -> None:
        """Stop if somebody else has taken the lock meanwhile. To be asked right before what cannot be undone.

        Raises:
            HostError: somebody has.
        """
        there = _read(self._host.get(LOCK_PATH))
        if there is None or there[0] != self._owner:
            raise _taken(there[1] if there else self._clock())

    def renew(self) -> None:
        """Say that it is still held."""
        content = f'{{"owner":"{self._owner}","time":{int(self._clock())}}}'.encode("ascii")
        self._host.put(admit(ShellFile(LOCK_PATH, content)))

    def release(self) -> None:
        """Let others publish."""
        there = _read(self._host.get(LOCK_PATH))
        if there and there[0] == self._owner:
            self._host.delete(LOCK_PATH)


@contextmanager
def locked(host: Host, owner: str, *, clock: Clock = time.time) -> Iterator[Lock]:
    """Hold the lock on `host` while the block runs.

    Raises:
        HostError: somebody else holds it.
    """
    lock = Lock(host, owner, clock)
    lock.take()
    done = threading.Event()

    def keep() -> None:
        while not done.wait(RENEWED):
            with suppress(HostError):  # the look before the root tells whether it was lost
                lock.check()
                lock.renew()

    keeper = threading.Thread(target=keep, name="lock", daemon=True)
    keeper.start()
    try:
        yield lock
    finally:
        done.set()
        keeper.join()
        with suppress(HostError):  # what failed first is what must be told; a lock that stays is our own, or stale soon
            lock.release()


def _read(content: bytes | None) -> tuple[str, float] | None:
    """Return owner and time; what cannot be read is nobody's."""
    try:
        said = json.loads(content or b"")
        return str(said["owner"]), float(said["time"])
    except (ValueError, TypeError, KeyError):
        return None


def _taken(since: float) -> HostError:
    message = (
        f"En annan dator publicerar den här webbplatsen just nu (hördes av {datetime.fromtimestamp(since):%H.%M})."
    )
    hint = (
        "Vänta tills den är klar. Publicera bara från en dator. "
        f"Har den datorn stannat, så släpps låset {STALE // 60} minuter efter att den hördes av."
    )
    return HostError(message, hint=hint)
