"""Hears of changes in folders, from the system or by looking again and again. Knows watchfiles. Does not know what the files are."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from pathlib import Path

from watchfiles import watch

_GROUPED = 100  # milliseconds in which changes are heard together
_PAUSE = 50
_LOOKS_AGAIN = 2000
_PARTING = 5.0  # seconds


class DeafError(Exception):
    """The system can't say what changes, or no longer does."""


class Listener:
    """Hears of what changes anywhere below the `deep` folders, and right in the `flat` ones; those that aren't there are left out.

    A folder that is taken away and put back is another folder: `same` tells whether all are as they were when it began to listen.
    """

    def __init__(self, deep: Iterable[Path], flat: Iterable[Path], *, polling: bool) -> None:
        self._deep, self._flat = tuple(deep), tuple(flat)
        self._heard: queue.Queue[set[Path] | None] = queue.Queue()
        self._stop = threading.Event()
        self._are = self._identities()
        self._threads: list[threading.Thread] = []
        for folders, recursive in ((self._deep, True), (self._flat, False)):
            there = [folder for folder in folders if folder.is_dir()]
            if there:
                thread = threading.Thread(target=self._listen, args=(there, recursive, polling), daemon=True)
                thread.start()
                self._threads.append(thread)

    def hear(self, seconds: float) -> set[Path]:
        """Wait until something changes, at most so long, and return what has.

        Raises:
            DeafError: it can't hear.
        """
        changed: set[Path] = set()
        try:
            heard = self._heard.get(timeout=max(0.0, seconds))
            while True:
                if heard is None:
                    raise DeafError
                changed |= heard
                heard = self._heard.get_nowait()
        except queue.Empty:
            return changed

    @property
    def same(self) -> bool:
        return self._are == self._identities()

    def close(self) -> None:
        """Hear nothing more, and wait until nobody listens: a program must not end while what is not Python waits for it."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_PARTING)

    def _listen(self, folders: list[Path], recursive: bool, polling: bool) -> None:
        try:
            for changes in watch(
                *folders,
                watch_filter=None,
                debounce=_GROUPED,
                step=_PAUSE,
                stop_event=self._stop,
                raise_interrupt=False,
                force_polling=polling,
                poll_delay_ms=_LOOKS_AGAIN,
                recursive=recursive,
                ignore_permission_denied=True,
            ):
                self._heard.put({Path(path) for _, path in changes})
        except Exception:  # whatever it is, nothing is heard any more
            if not self._stop.is_set():
                self._heard.put(None)

    def _identities(self) -> list[tuple[int, int] | None]:
        return [_identity(folder) for folder in (*self._deep, *self._flat)]


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        stat = folder.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
