"""Long media, sealed to a private file in little memory. Knows docs/format.md §5. Does not know secrets or names.

The plaintext is hashed once before the salt can be known, and once more as what pyca's decryptor opens of the sealed
bytes: the second hash covers what was really encrypted, and the file is kept only if both agree.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag

from pluttra_publish.errors import LeakError
from pluttra_publish.format.layout import CHUNK, CONTEXT, HEADER, SEGMENT, SEGMENT_SEALED, TAG, segment_count
from pluttra_publish.platform import private_file
from pluttra_publish.sealing.cobblestone import Chunks

_STRIDE = 4
_PLAIN = _STRIDE * SEGMENT
_SEALED = HEADER + _STRIDE * SEGMENT_SEALED + TAG
_RING = 3


class Padded:
    """Content that is too long to copy, followed by its zero padding. A path must be a private copy."""

    def __init__(self, source: bytes | Path, length: int, padded: int) -> None:
        self._source = source
        self.length = length
        self.padded = padded

    def pieces(self) -> Iterator[memoryview]:
        """Yield the padded bytes in pieces of whole segments; the last is shorter, and may be empty.

        Raises:
            LeakError: the content is shorter or longer than it was.
        """
        if isinstance(self._source, bytes):
            yield from self._of(self._source)
        else:
            yield from self._read(self._source)

    def _of(self, content: bytes) -> Iterator[memoryview]:
        whole, view = self.length // _PLAIN * _PLAIN, memoryview(content)
        for start in range(0, whole, _PLAIN):
            yield view[start : start + _PLAIN]
        rest = content[whole:] + bytes(self.padded - self.length)
        for start in range(0, len(rest) + 1, _PLAIN):
            yield memoryview(rest)[start : start + _PLAIN]

    def _read(self, path: Path) -> Iterator[memoryview]:
        ring = [bytearray(_PLAIN) for _ in range(_RING)]
        left = self.length
        with path.open("rb", buffering=0) as file:
            for number, start in enumerate(range(0, self.padded + 1, _PLAIN)):
                piece = memoryview(ring[number % _RING])[: min(_PLAIN, self.padded - start)]
                filled = 0
                while filled < len(piece) and left:
                    got = file.readinto(piece[filled : filled + left])
                    if not got:
                        raise _changed()
                    filled, left = filled + got, left - got
                piece[filled:] = bytes(len(piece) - filled)
                yield piece
            if file.read(1):
                raise _changed()


@dataclass(frozen=True)
class Streamed:
    """What was written: the digest of the sealed bytes, and of every segment."""

    digest: bytes
    segments: tuple[bytes, ...]


def padded_hash(content: Padded) -> bytes:
    """Return the SHA-256 of the padded bytes."""
    digest = hashlib.sha256()
    for piece in content.pieces():
        digest.update(piece)
    return digest.digest()


def seal_stream(content: Padded, expected: bytes, key: bytes, salt: bytes, path: Path) -> Streamed:
    """Seal to a private file at `path`, open it again while it is written, and keep it only if it opens to `expected`.

    Raises:
        LeakError: the source changed since it was hashed, or what was sealed does not open to it.
    """
    chunks = Chunks(key, salt)
    digests, check = _Digests(), _Check(key)
    ring = [memoryview(bytearray(_SEALED)) for _ in range(_RING)]
    under_way: deque[list[Future[None]]] = deque()
    with ThreadPoolExecutor(1) as digesting, ThreadPoolExecutor(1) as checking, private_file(path) as file:
        for number, plain in enumerate(content.pieces()):
            sealed = ring[number % _RING]
            last = (number + 1) * _PLAIN > content.padded
            end = HEADER + chunks.seal_into(number * _PLAIN // CHUNK, plain, sealed[HEADER:], last=last)
            sealed[:HEADER] = chunks.header
            written = sealed[HEADER if number else 0 : end]
            under_way.append([digesting.submit(digests.add, written), checking.submit(check.add, written)])
            file.write(written)
            if len(under_way) == _RING:
                _wait(under_way.popleft())
        while under_way:
            _wait(under_way.popleft())
        if check.finish() != expected or len(digests.segments) != segment_count(content.padded):
            raise _changed()
    return Streamed(digests.whole.digest(), tuple(digests.segments))


class _Digests:
    """The digests of what was sealed."""

    def __init__(self) -> None:
        self.whole = hashlib.sha256()
        self.segments: list[bytes] = []

    def add(self, sealed: memoryview) -> None:
        self.whole.update(sealed)
        begin, end = 0, SEGMENT_SEALED + (0 if self.segments else HEADER)
        while begin < len(sealed):
            self.segments.append(hashlib.sha256(sealed[begin:end]).digest())
            begin, end = end, end + SEGMENT_SEALED


class _Check:
    """What pyca's decryptor opens of what was sealed, hashed."""

    def __init__(self, key: bytes) -> None:
        self._decryptor = Cobblestone256Decryptor(key, CONTEXT)
        self._plain = memoryview(bytearray(_PLAIN + 2 * CHUNK))
        self._hash = hashlib.sha256()

    def add(self, sealed: memoryview) -> None:
        try:
            opened = self._decryptor.update_into(sealed, self._plain)
        except InvalidTag:
            raise _changed() from None
        self._hash.update(self._plain[:opened])

    def finish(self) -> bytes:
        try:
            self._hash.update(self._decryptor.finalize())
        except InvalidTag:
            raise _changed() from None
        return self._hash.digest()


def _wait(futures: list[Future[None]]) -> None:
    for future in futures:
        future.result()


def _changed() -> LeakError:
    return LeakError(
        "En fil ändrades medan den förseglades. Ingenting har publicerats.",
        hint="Kör igen. Händer det en gång till: kontrollera disken och minnet.",
    )


def length_of(source: bytes | Path) -> int:
    """Return the length of the content, in bytes."""
    return len(source) if isinstance(source, bytes) else source.stat().st_size
