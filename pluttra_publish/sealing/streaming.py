"""Long media, sealed to a private file in little memory. Knows docs/format.md §5. Does not know secrets or names.

The plaintext is hashed before the salt can be known, and again as what pyca's decryptor opens of the sealed bytes: so
the second hash covers what was really encrypted, and the file is kept only if both agree.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pluttra_publish.errors import LeakError
from pluttra_publish.format.digests import Digesting
from pluttra_publish.format.layout import CHUNK, CONTEXT, HEADER, SEGMENT, SEGMENT_SEALED, TAG
from pluttra_publish.platform import private_file
from pluttra_publish.sealing.cobblestone import Chunks

_STRIDE = 2
_PLAIN = _STRIDE * SEGMENT
_SEALED = HEADER + _STRIDE * SEGMENT_SEALED + TAG
_RING = 6


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


class Marks:
    """A keyed hash of each piece, under a key that lives as long as one sealing: a 16-byte tag of AES-GCM (GMAC).

    Fifteen times as quick as a second SHA-256, and nobody without the key can make two pieces with one mark.
    """

    def __init__(self) -> None:
        self._aead = AESGCM(AESGCM.generate_key(256))
        self._made: list[bytes] = []

    def of(self, number: int, piece: memoryview) -> bytes:
        return self._aead.encrypt(number.to_bytes(12, "big"), b"", piece)

    def add(self, piece: memoryview) -> None:
        self._made.append(self.of(len(self._made), piece))

    def agree(self, number: int, piece: memoryview) -> bool:
        return number < len(self._made) and hmac.compare_digest(self.of(number, piece), self._made[number])

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True)
class Hashed:
    """The SHA-256 of padded bytes, and the marks of what was hashed."""

    hash: bytes
    marks: Marks


@dataclass(frozen=True)
class Streamed:
    """What was written: the digest of the sealed file, and of every segment if they were asked for."""

    digest: bytes
    segments: tuple[bytes, ...]


def hash_padded(content: Padded) -> Hashed:
    """Return the hash of the padded bytes, and marks of the very pieces that were hashed."""
    digest, marks = hashlib.sha256(), Marks()
    for piece in content.pieces():
        digest.update(piece)
        marks.add(piece)
    return Hashed(digest.digest(), marks)


def seal_stream(content: Padded, chunks: Chunks, check: Check, path: Path, *, segments: bool) -> Streamed:
    """Seal to a private file at `path`, open it again while it is written, and keep it only if it is what was hashed.

    Raises:
        LeakError: the source changed since it was hashed, or what was sealed does not open to it.
    """
    digesting = Digesting(segmented=segments)
    ring = [memoryview(bytearray(_SEALED)) for _ in range(_RING)]
    under_way: deque[Future[None]] = deque()
    with ExitStack() as stack:
        hashing = stack.enter_context(ThreadPoolExecutor(1))
        file = stack.enter_context(private_file(path))
        for number, plain in enumerate(content.pieces()):
            sealed = ring[number % _RING]
            last = (number + 1) * _PLAIN > content.padded
            end = HEADER + chunks.seal_into(number * _PLAIN // CHUNK, plain, sealed[HEADER:], last=last)
            sealed[:HEADER] = chunks.header
            written = sealed[HEADER if number else 0 : end]
            under_way.append(hashing.submit(digesting.update, written))
            file.write(written)
            check.add(written)
            if len(under_way) == _RING:
                under_way.popleft().result()
        while under_way:
            under_way.popleft().result()
        check.finish()
    return Streamed(digesting.digest(), digesting.segments)


class Check:
    """Opens with pyca's decryptor what was sealed, and compares it with what was hashed."""

    def __init__(self, key: bytes, marks: Marks) -> None:
        self._decryptor = Cobblestone256Decryptor(key, CONTEXT)
        self._marks = marks
        self._opened = memoryview(bytearray(_PLAIN + 2 * CHUNK))
        self._length = 0
        self._checked = 0

    def add(self, sealed: memoryview) -> None:
        """Open the next sealed bytes.

        Raises:
            LeakError: they do not open to what was hashed.
        """
        try:
            self._length += self._decryptor.update_into(sealed, self._opened[self._length :])
        except InvalidTag:
            raise _changed() from None
        if self._length >= _PLAIN:
            self._compare(_PLAIN)
            rest = self._length - _PLAIN
            self._opened[:rest] = self._opened[_PLAIN : self._length]
            self._length = rest

    def finish(self) -> None:
        """Open and compare what is left.

        Raises:
            LeakError: it is not what was hashed, or something is missing.
        """
        try:
            rest = self._decryptor.finalize()
        except InvalidTag:
            raise _changed() from None
        self._opened[self._length : self._length + len(rest)] = rest
        self._compare(self._length + len(rest))
        if self._checked != len(self._marks):
            raise _changed()

    def _compare(self, length: int) -> None:
        if not self._marks.agree(self._checked, self._opened[:length]):
            raise _changed()
        self._checked += 1


def _changed() -> LeakError:
    return LeakError(
        "En fil ändrades medan den förseglades. Ingenting har publicerats.",
        hint="Kör igen. Händer det en gång till: kontrollera disken och minnet.",
    )


def length_of(source: bytes | Path) -> int:
    """Return the length of the content, in bytes."""
    return len(source) if isinstance(source, bytes) else source.stat().st_size
