"""When what a publish reads last changed on disk. Knows paths and times, and nothing of what is in the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pluttra_publish.approvals import FILE as APPROVALS
from pluttra_publish.settings import FILE, Settings
from pluttra_publish.site.folders import nfc


@dataclass(frozen=True)
class Changes:
    """When posts, talks, register, settings and approvals last changed, in nanoseconds, by NFC path: each alone, and with all that is in it."""

    own: Mapping[str, int]
    whole: Mapping[str, int]

    def since(self, path: Path, moment: int) -> bool:
        """Tell whether what lies at `path` has changed since, or been moved there. What isn't found counts as changed."""
        named = nfc(path.as_posix())
        return named not in self.whole or max(self.whole[named], self.own.get(nfc(path.parent.as_posix()), 0)) >= moment


def read_changes(settings: Settings) -> Changes:
    """Return when everything that a publish reads last changed."""
    own: dict[str, int] = {}
    whole: dict[str, int] = defaultdict(int)
    for path in _files(settings):
        try:
            status = path.lstat()
        except OSError:  # gone meanwhile, or never there: the reading of it tells
            continue
        newest = max(status.st_mtime_ns, status.st_ctime_ns)  # a folder that is moved keeps its time of change
        own[nfc(path.as_posix())] = newest
        for inside in (path, *path.parents):
            named = nfc(inside.as_posix())
            whole[named] = max(whole[named], newest)
    return Changes(own, whole)


def single_files(settings: Settings) -> Iterator[Path]:
    """Yield the files that what is read hangs on wherever it lies: settings, and approvals if there are any."""
    yield settings.root / FILE
    if (settings.state / APPROVALS).exists():
        yield settings.state / APPROVALS


def _files(settings: Settings) -> Iterator[Path]:
    yield from single_files(settings)
    for folder in (settings.posts, settings.register, settings.talks):
        yield folder
        yield from folder.rglob("*")
