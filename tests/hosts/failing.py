"""A host that fails at one operation, or at which the whole program ends."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from pluttra_publish.errors import HostError
from pluttra_publish.hosts import Admitted, Host


def cut() -> None:
    """Fail as a line that was cut does."""
    raise HostError("the line was cut")


def kill() -> None:
    """End the program at once, as a power cut does."""
    os.kill(os.getpid(), 9)


class FailingHost:
    """Passes on to a host, and fails at the operation with number `at`, before it is done or after; the first is 0, and -1 is never."""

    def __init__(self, host: Host, *, at: int = -1, after: bool = False, fail: Callable[[], None] = cut) -> None:
        self.host, self.at, self.after, self.fail = host, at, after, fail
        self.name, self.parallel, self.far = host.name, host.parallel, host.far
        self.said: list[tuple[str, str]] = []
        self.done: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def put(self, thing: Admitted) -> None:
        with self._failing("put", thing.path):
            self.host.put(thing)

    def copy(self, source: str, target: str) -> bool:
        with self._failing("copy", target):
            return self.host.copy(source, target)

    def settle(self) -> None:
        with self._failing("settle", ""):
            self.host.settle()

    def get(self, path: str) -> bytes | None:
        with self._failing("get", path):
            return self.host.get(path)

    def list(self, prefix: str = "") -> Iterable[tuple[str, int]]:
        with self._failing("list", prefix):
            return [*self.host.list(prefix)]

    def strangers(self) -> Iterable[str]:
        with self._failing("strangers", ""):
            return [*self.host.strangers()]

    def delete(self, path: str) -> None:
        with self._failing("delete", path):
            self.host.delete(path)

    def sweep(self) -> None:
        with self._failing("sweep", ""):
            self.host.sweep()

    def close(self) -> None:
        self.host.close()

    @contextmanager
    def _failing(self, verb: str, path: str) -> Iterator[None]:
        with self._lock:
            now = len(self.said) == self.at
            self.said.append((verb, path))
        if now and not self.after:
            self.fail()
        yield
        self.done.append((verb, path))
        if now and self.after:
            self.fail()
