"""How fast bytes may leave. Knows the clock. Does not know where they go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_PIECE = 1 << 16


class Flow:
    """Lets bytes pass at `limit` a second at most, taken together over all threads; 0 is as fast as it goes."""

    def __init__(
        self,
        limit: float = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit, self._clock, self._sleep = limit, clock, sleep
        self._free = clock()  # when all that was let through has left
        self._lock = threading.Lock()

    @property
    def piece(self) -> int:
        """How many bytes to let through at a time: few enough for an even stream where there is a limit."""
        return _PIECE if self._limit else 1 << 20

    def let_through(self, length: int) -> None:
        """Return when `length` more bytes may leave."""
        if not self._limit:
            return
        with self._lock:
            now = self._clock()
            wait = max(0.0, self._free - now)
            self._free = max(self._free, now) + length / self._limit
        self._sleep(wait)
