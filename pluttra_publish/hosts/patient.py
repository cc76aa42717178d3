"""A host that is asked again when it did not answer. Knows which failures pass by themselves. Does not know what is asked."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from pluttra_publish.errors import HostError
from pluttra_publish.hosts.gate import Admitted
from pluttra_publish.hosts.host import Host

_T = TypeVar("_T")

_TRIES = 6
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0


class PatientHost:
    """Passes on to `host`, and does the same again after a while if the failure may pass: twice as long a while each time, and by chance
    shorter, so that many threads do not come back together. After six tries the failure stands.
    """

    def __init__(self, host: Host, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._host, self._sleep = host, sleep
        self.name, self.parallel, self.far = host.name, host.parallel, host.far

    def put(self, thing: Admitted) -> None:
        self._patiently(lambda: self._host.put(thing))

    def copy(self, source: str, target: str) -> bool:
        return self._patiently(lambda: self._host.copy(source, target))

    def settle(self) -> None:
        self._patiently(self._host.settle)

    def get(self, path: str) -> bytes | None:
        return self._patiently(lambda: self._host.get(path))

    def list(self, prefix: str = "") -> Iterable[tuple[str, int]]:
        return self._patiently(lambda: [*self._host.list(prefix)])

    def strangers(self) -> Iterable[str]:
        return self._patiently(lambda: [*self._host.strangers()])

    def delete(self, path: str) -> None:
        self._patiently(lambda: self._host.delete(path))

    def sweep(self) -> None:
        self._patiently(self._host.sweep)

    def close(self) -> None:
        self._host.close()

    def _patiently(self, ask: Callable[[], _T]) -> _T:
        for attempt in range(_TRIES):
            try:
                return ask()
            except HostError as failed:
                if not failed.transient or attempt == _TRIES - 1:
                    raise
                longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)
                self._sleep(longest * random.uniform(0.5, 1))  # noqa: S311 # spreads threads, guards nothing
        raise AssertionError("unreachable")
