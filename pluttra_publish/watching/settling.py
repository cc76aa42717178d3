"""When what has changed has settled: half a photo, or an album that is still being copied, is not read. Knows names, sizes and times. Opens no file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pluttra_publish.settings import Settings
from pluttra_publish.site.folders import CHILDREN, ignored, nfc
from pluttra_publish.watching.told_beside import is_ours

_ON_THE_WAY = (".tmp", ".part", ".partial", ".crdownload", ".download", ".icloud")
_GIVEN_UP = 60.0  # seconds after which a name that is on the way to another has been forgotten there


@dataclass
class _Unrest:
    look: str
    since: float


class Settling:
    """What has changed and is not published yet, by post: a folder or file of the posts', or any other file."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._posts, self._seconds, self._clock = settings.posts, settings.watch.settle, clock
        self._unrest: dict[Path, _Unrest] = {}
        self._changed: dict[Path, set[Path]] = {}

    def anew(self, settings: Settings) -> Settling:
        """Return the same under other settings."""
        new = Settling(settings, self._clock)
        new.hear(path for paths in self._changed.values() for path in paths)
        return new

    def hear(self, paths: Iterable[Path]) -> None:
        """Take in what has changed."""
        for path in paths:
            unit = self.unit_of(path)
            self._changed.setdefault(unit, set()).add(path)
            self._unrest[unit] = _Unrest(look_of(unit), self._clock())

    def look(self) -> None:
        """Look at what has not settled, and let go of what has."""
        now = self._clock()
        for unit, unrest in list(self._unrest.items()):
            if now - unrest.since < self._seconds:
                continue
            look = look_of(unit)
            if look != unrest.look or is_on_the_way(unit):
                self._unrest[unit] = _Unrest(look, now)
            else:
                del self._unrest[unit]

    @property
    def restless(self) -> frozenset[Path]:
        """What has not settled."""
        return frozenset(self._unrest)

    @property
    def ready(self) -> bool:
        """Whether something has settled that has not been taken, and nothing but posts hasn't."""
        if any(not self._is_post(unit) for unit in self._unrest):
            return False
        return bool(self._changed.keys() - self._unrest.keys())

    @property
    def soonest(self) -> float:
        """In how many seconds it is worth looking."""
        now = self._clock()
        waits = [self._seconds - (now - unrest.since) for unrest in self._unrest.values()]
        return max(0.02, min(waits)) if waits else float("inf")

    def take(self) -> set[Path]:
        """Return all that has changed, and forget of it what has settled."""
        taken = set().union(*self._changed.values()) if self._changed else set()
        self._changed = {unit: paths for unit, paths in self._changed.items() if unit in self._unrest}
        return taken

    def unit_of(self, path: Path) -> Path:
        """Return the post that a file belongs to, or the file itself."""
        try:
            parts = path.relative_to(self._posts).parts
        except ValueError:
            return path
        depth = 3 if parts and nfc(parts[0]).casefold() == CHILDREN else 2
        return self._posts.joinpath(*parts[:depth])

    def _is_post(self, unit: Path) -> bool:
        return unit.is_relative_to(self._posts)


def look_of(path: Path) -> str:
    """Return how a file, or what lies in a folder, looks now."""
    try:
        if not path.is_dir():
            return _look(path.lstat())
        with os.scandir(path) as listing:
            files = [entry for entry in listing if not is_ours(entry.name)]
            return "\n".join(sorted(f"{entry.name} {_look(entry.stat(follow_symlinks=False))}" for entry in files))
    except OSError as error:
        return type(error).__name__


def is_on_the_way(path: Path) -> bool:
    """Tell whether a post has a file with the name that a browser, a telephone or a synchroniser gives it till all of it has come."""
    try:
        with os.scandir(path) as listing:
            return any(_is_coming(entry) for entry in listing)
    except OSError:
        return False


def _is_coming(entry: os.DirEntry[str]) -> bool:
    if not entry.name.casefold().endswith(_ON_THE_WAY) or (
        entry.name.startswith(".") and not entry.name.endswith(".icloud")
    ):
        return False
    return time.time() - entry.stat(follow_symlinks=False).st_mtime < _GIVEN_UP


def _look(stat: os.stat_result) -> str:
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"


def matters(path: Path, settings: Settings, single: Iterable[Path]) -> bool:
    """Tell whether a change there may be one of the site: not of what we write ourselves, and not of what systems leave behind."""
    for folder in (settings.posts, settings.talks, settings.register, settings.theme):
        if path.is_relative_to(folder):
            return not any(
                ignored(nfc(part)) and not part.endswith(".icloud") for part in path.relative_to(folder).parts
            )
    return path in set(single)
