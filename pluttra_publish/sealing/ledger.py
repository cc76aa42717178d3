"""What was sealed before, so that a rebuild is quick. Knows paths, lengths and digests. Does not know secrets.

Only a cache: it may be deleted at any time, and whatever cannot be read of it counts as not there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from pluttra_publish.platform import write_atomically

_VERSION = 2


@dataclass(frozen=True)
class Entry:
    """One sealed file: its sealed length, digest, and the digests of its segments if it has any."""

    sealed_length: int
    digest: bytes
    segments: tuple[bytes, ...] = field(default=(), repr=False)


class Ledger:
    """The sealed files that were made, by path."""

    def __init__(self, file: Path, entries: dict[str, Entry]) -> None:
        self._file = file
        self._entries = entries
        self._met: set[str] = set()

    @classmethod
    def load(cls, file: Path) -> Ledger:
        """Return the ledger in a file; an empty one if the file is missing, damaged or of another version."""
        try:
            value = json.loads(file.read_text(encoding="utf-8"))
            entries = {path: _entry(*parts) for path, parts in value["sealed"].items()}
            return cls(file, entries if value["v"] == _VERSION else {})
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls(file, {})

    def recall(self, path: str) -> Entry | None:
        """Return what is remembered of a path, and keep it at the next `save`."""
        self._met.add(path)
        return self._entries.get(path)

    def remember(self, path: str, entry: Entry) -> None:
        """Remember a sealed file."""
        self._met.add(path)
        self._entries[path] = entry

    def save(self) -> None:
        """Write what was recalled or remembered since `load`; the rest is forgotten."""
        sealed = {
            path: [entry.sealed_length, entry.digest.hex(), b"".join(entry.segments).hex()]
            for path, entry in sorted(self._entries.items())
            if path in self._met
        }
        written = json.dumps({"sealed": sealed, "v": _VERSION}, sort_keys=True)
        write_atomically(self._file, written.encode("utf-8"), private=True)


def _entry(sealed_length: int, digest: str, segments: str) -> Entry:
    joined = bytes.fromhex(segments)
    split = tuple(joined[i : i + 32] for i in range(0, len(joined), 32))
    if type(sealed_length) is not int:
        raise TypeError
    return Entry(sealed_length, bytes.fromhex(digest), split)
