"""The digest of a sealed file, taken while its bytes come. Knows docs/format.md §5, *Segments*, and §6. Does not know keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pluttra_publish.format.layout import HEADER, SEGMENT_SEALED

Buffer = bytes | bytearray | memoryview


class Digesting:
    """Takes the sealed bytes of one file in any pieces. `segmented` tells whether it is a medium that has segments."""

    def __init__(self, *, segmented: bool) -> None:
        self._segmented = segmented
        self._hash = hashlib.sha256()
        self._left = HEADER + SEGMENT_SEALED
        self._whole: list[bytes] = []

    def update(self, sealed: Buffer) -> None:
        """Take the next sealed bytes."""
        view = memoryview(sealed)
        while self._segmented and len(view) > self._left:
            self._hash.update(view[: self._left])
            self._whole.append(self._hash.digest())
            view = view[self._left :]
            self._hash, self._left = hashlib.sha256(), SEGMENT_SEALED
        self._hash.update(view)
        self._left -= len(view)

    @property
    def segments(self) -> tuple[bytes, ...]:
        """The digest of every segment so far; none if the file has no segments."""
        return (*self._whole, self._hash.digest()) if self._segmented else ()

    def digest(self) -> bytes:
        """Return the digest of the file."""
        return digest_of_segments(self.segments) if self._segmented else self._hash.digest()


def digest_of(sealed: Buffer, *, segmented: bool) -> bytes:
    """Return the digest of a sealed file that is here whole."""
    digesting = Digesting(segmented=segmented)
    digesting.update(sealed)
    return digesting.digest()


def digest_of_segments(segments: Iterable[bytes]) -> bytes:
    """Return the digest of a file by those of all its segments."""
    return hashlib.sha256(b"".join(segments)).digest()
