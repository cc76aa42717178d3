"""The private cache: derivatives by the digest of what they were made of, and which files had which digest.

Knows files. Does not know pixels, posts or keys. It may be deleted at any time.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from pluttra_publish.media.kinds import Derivative, Derived
from pluttra_publish.platform import move_folder

VERSION = "2"
"""Changes whenever the same source would give other derivatives."""

_DESCRIPTION = "derived.json"
_PARTS = ("files", "poster", "captions")
_BLOCK = 2**20
_CHANGED = "den ändrades medan den lästes"
_SETTLED = 3.0  # seconds: the coarsest clock of a file system is one of two


def entry_of(cache: Path, digest: str, *asked: object) -> Path:
    """Return where the derivatives lie, or will lie, of a source with this SHA-256 of which this was asked."""
    key = hashlib.sha256(repr((digest, *asked)).encode()).hexdigest()
    return cache / VERSION / key[:2] / key


def find(entry: Path) -> Derived | None:
    """Return a cache entry if it is whole: every file is there, and untouched since it was made or of the same digest."""
    try:
        written = json.loads((entry / _DESCRIPTION).read_text(encoding="utf-8"))
        for part in _PARTS:
            written[part] = tuple(_read(entry, row) for row in written[part])
        return Derived(**written | {name: tuple(written[name]) for name in ("spoken", "wave")})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(entry: Path, row: dict[str, Any]) -> Derivative:
    path = entry / Path(row["name"]).name
    there = path.stat()
    if (there.st_size, there.st_mtime_ns) != (row["length"], row["made"]):
        with path.open("rb") as file:
            if hashed(file) != row["sha256"]:
                raise ValueError(row["name"])
    return Derivative(path, row["type"], row["width"], row["height"], row["length"])


def keep(entry: Path, make: Callable[[Path], Derived]) -> Derived:
    """Make an entry aside and move it into its place whole; return it from there."""
    with workspace(entry.parents[2]) as private:
        making = Path(private) / "entry"
        making.mkdir()
        made = make(making)
        plain = {name: value for name, value in vars(made).items() if name not in {*_PARTS, "fresh"}}
        description = plain | {part: [_described(file) for file in getattr(made, part)] for part in _PARTS}
        (making / _DESCRIPTION).write_text(json.dumps(description), encoding="utf-8", newline="\n")
        entry.parent.mkdir(parents=True, exist_ok=True)
        if entry.exists() and find(entry) is None:
            shutil.rmtree(entry, ignore_errors=True)
        try:
            move_folder(making, entry)
        except OSError:  # somebody else was quicker, with the same bytes
            found = find(entry)
            if found is None:
                raise
            return found
    files, poster, captions = (_moved(part, entry) for part in (made.files, made.poster, made.captions))
    return replace(made, files=files, poster=poster, captions=captions, fresh=True)


def _moved(files: tuple[Derivative, ...], entry: Path) -> tuple[Derivative, ...]:
    return tuple(replace(file, path=entry / file.path.name) for file in files)


def _described(file: Derivative) -> dict[str, Any]:
    with file.path.open("rb") as content:
        digest = hashed(content)
    return {
        "name": file.path.name,
        "type": file.media_type,
        "width": file.width,
        "height": file.height,
        "length": file.length,
        "made": file.path.stat().st_mtime_ns,
        "sha256": digest,
    }


def workspace(cache: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a private folder for what is being made, gone afterwards."""
    cache.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="making-", dir=cache, ignore_cleanup_errors=True)


def hashed(file: BinaryIO, into: BinaryIO | None = None) -> str:
    """Return the SHA-256 of a file from where it stands, copying it on the way if asked."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
        if into is not None:
            into.write(block)
    return digest.hexdigest()


class Known:
    """A file and its stamps: path, length, times of change, and its number on disk. Made before the file is read.

    While the stamps stay, so does the content, if the file had lain still for a moment: then its digest can be remembered, and
    it can be read twice.
    """

    def __init__(self, source: Path, cache: Path) -> None:
        self._source, self._cache = source, cache
        self._stamps = self._look()
        stamp = hashlib.sha256(repr(self._stamps).encode()).hexdigest()
        self._path = cache / "seen" / stamp[:2] / stamp

    @property
    def digest(self) -> str | None:
        """The file's SHA-256 when it was last read with these stamps, if that is remembered."""
        try:
            written = self._path.read_text(encoding="ascii")
        except (OSError, ValueError):
            return None
        return written if len(written) == 64 else None

    def remember(self, digest: str) -> None:
        """Keep the digest of what was read, if it was read from a file that lay still."""
        if self.lies_still():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(digest, encoding="ascii", newline="\n")

    def lies_still(self) -> bool:
        """Tell whether the file has not changed since this was made, nor just before."""
        return self._look() == self._stamps and time.time() - max(self._stamps[2:4]) / 1e9 > _SETTLED

    @contextmanager
    def quiet(self, digest: str) -> Iterator[Path]:
        """Give a path where what has this digest can be read and does not change: the file itself, or else a private copy.

        Raises:
            OSError: the file holds something else by now, and changed while it was being used.
        """
        if self.lies_still():
            yield self._source
            if not self.lies_still():
                raise OSError(errno.EBUSY, _CHANGED, str(self._source))
            return
        with workspace(self._cache) as private:
            copy = Path(private) / "source"
            with self._source.open("rb") as file, copy.open("wb") as into:
                if hashed(file, into) != digest:
                    raise OSError(errno.EBUSY, _CHANGED, str(self._source))
            yield copy

    def _look(self) -> tuple[str, int, int, int, int]:
        there = self._source.stat()
        return os.fspath(self._source), there.st_size, there.st_mtime_ns, there.st_ctime_ns, there.st_ino
