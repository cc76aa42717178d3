"""Content to sealed files and back. Knows docs/format.md §5 and §6. Does not know what the content means, nor hosts."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from pluttra_publish.errors import FormatError, LeakError
from pluttra_publish.format import layout, padding
from pluttra_publish.format.canonical import b64, unb64
from pluttra_publish.format.digests import Digesting, digest_of
from pluttra_publish.format.padding import Role
from pluttra_publish.format.posts import Reference
from pluttra_publish.sealing import streaming
from pluttra_publish.sealing.cobblestone import Chunks, open_header, open_sealed, seal_padded
from pluttra_publish.sealing.kdf import kdf, name_of
from pluttra_publish.sealing.ledger import Ledger

Source = bytes | Path

LONG = 8 * 2**20

_MADE_HERE = object()


@dataclass(frozen=True)
class SealedObject:
    """What may be put on a host. Made only by the seal functions of this package, after it was opened again.

    `immutable` is False for keyring, invitation and root, which are overwritten under one name.
    """

    name: str
    path: str
    sealed_length: int
    digest: bytes
    role: Role
    immutable: bool
    _body: Source = field(repr=False)
    _made: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self._made is not _MADE_HERE:
            raise LeakError("Bara förseglade filer får läggas ut.")

    @property
    def segmented(self) -> bool:
        """Whether `digest` is that of the segments' digests."""
        return self.role == "media" and self.sealed_length > layout.sealed_length(layout.SEGMENT)

    def open(self) -> BinaryIO:
        """Return the sealed bytes as a file, from memory or from the private file of long media."""
        return io.BytesIO(self._body) if isinstance(self._body, bytes) else self._body.open("rb")


@dataclass(frozen=True)
class Sealable:
    """A page, medium or index with the file secret and the name that it has for the audience whose seal secret it was derived from."""

    name: str
    role: Role
    media_type: str
    _content: _Short | _Long = field(repr=False)
    _secret: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """Where it lies on a host, once sealed."""
        return layout.object_path(self.name)

    @property
    def sealed_length(self) -> int:
        return layout.sealed_length(self._content.padded)

    def recall(self, ledger: Ledger) -> Reference | None:
        """Return the reference that `seal` would, without sealing, if the ledger remembers the sealed file."""
        entry = ledger.recall(self.path)
        if entry is None or entry.sealed_length != self.sealed_length:
            return None
        segments = entry.segments if self._has_segments else ()
        if bool(segments) != self._has_segments:
            return None
        return self._reference(entry.digest, segments)

    def seal(self, workspace: Path) -> tuple[Reference, SealedObject]:
        """Seal it. What is longer than 8 MiB goes to a private file below `workspace`, which the caller deletes; the rest stays in memory.

        Raises:
            LeakError: the source changed underneath, or what was sealed does not open; nothing is kept.
        """
        content = self._content
        if isinstance(content, _Long):
            source: Source = workspace / self.name
            key, salt = _keys(self._secret, self.role, content)
            check = streaming.Check(key, content.marks)
            streamed = streaming.seal_stream(
                content.content, Chunks(key, salt), check, workspace / self.name, segments=self._has_segments
            )
            segments, digest = streamed.segments, streamed.digest
        else:
            source = _seal_short(content, self.role, self._secret)
            digesting = Digesting(segmented=self._has_segments)
            digesting.update(source)
            segments, digest = digesting.segments, digesting.digest()
        made = SealedObject(self.name, self.path, self.sealed_length, digest, self.role, True, source, _MADE_HERE)
        return self._reference(digest, segments), made

    def _reference(self, digest: bytes, segments: tuple[bytes, ...]) -> Reference:
        return Reference(self.name, self._secret, digest, self._content.length, self.media_type, segments)

    @property
    def _has_segments(self) -> bool:
        return layout.has_segments(self.role, self._content.padded)


def sealable(
    source: Source,
    *,
    role: Role,
    media_type: str,
    seal_secret: bytes,
    naming_secret: bytes,
    turn: int = 0,
    moves: int = 0,
) -> Sealable:
    """Return a page, medium or index made ready for the audience whose seal secret it is.

    A path must be a private copy. Same source, secrets, turn and moves: same name, reference and sealed bytes. Another number of `moves`: the
    same sealed bytes under another name.
    """
    content = _content(source, role)
    secret = kdf(seal_secret, "object", role, media_type, content.length, content.hash, turn)
    moved = (moves,) if moves else ()
    return Sealable(name_of(naming_secret, "name", secret, content.hash, *moved), role, media_type, content, secret)


def seal_named(content: bytes, *, role: Role, secret: bytes, naming_secret: bytes) -> tuple[str, SealedObject]:
    """Seal content under a file secret of its own and a name that depends on it; return the name too."""
    short = _short(content, role)
    name = name_of(naming_secret, "name", secret, short.hash)
    return name, _made(_seal_short(short, role, secret), role, name, layout.object_path(name), immutable=True)


def seal_fixed(content: bytes, *, role: Role, secret: bytes, name: str, at_least: int = 0) -> SealedObject:
    """Seal content under a file secret of its own at a name that stays; `root` lies at its own path.

    `at_least` keeps the padded length of an earlier keyring.
    """
    path = layout.ROOT_PATH if role == "root" else layout.keyring_path(name)
    body = _seal_short(_short(content, role, at_least), role, secret)
    return _made(body, role, name, path, immutable=False)


@lru_cache(maxsize=4096)  # most rows of a catalogue that is wrapped anew are as they were, and the same bytes
def seal_row(content: bytes, secret: bytes) -> bytes:
    """Seal one row of a catalogue; it lies in the catalogue, never on the host by itself."""
    return _seal_short(_short(content, "row"), "row", secret)


def open_bytes(
    sealed: bytes, *, role: Role, secret: bytes, digest: bytes | None = None, length: int | None = None
) -> bytes:
    """Return the content of sealed bytes, after every check of §5 *Open*. A root's content is body ‖ signature.

    `digest` is None only for what has nothing above it; `length`, the true length, only for roles with a length prefix.

    Raises:
        FormatError: layers `digest`, `object` and `padding`, in that order.
    """
    if digest is not None:
        segmented = role == "media" and length is not None and layout.has_segments(role, padding.padme(length))
        if not hmac.compare_digest(digest_of(sealed, segmented=segmented), digest):
            raise FormatError("digest")
    padded = open_sealed(kdf(secret, "seal", role), sealed)
    return padding.unpad(role, padded, length)


def open_reference(sealed: bytes, reference: Reference) -> bytes:
    """Return the content of an object.

    Raises:
        FormatError: layers `digest`, `object` and `padding`.
    """
    return open_bytes(
        sealed, role=reference.role, secret=reference.secret, digest=reference.digest, length=reference.length
    )


def open_range(fetch: Callable[[int, int], bytes], reference: Reference, start: int, stop: int) -> bytes:
    """Return bytes `start` to `stop` of a medium, fetching and verifying only the segments that hold them.

    `fetch(begin, end)` returns the sealed bytes of that span. The total is the reference's; the range is clamped.

    Raises:
        FormatError: layers `digest` and `object`; `padding` where a medium is too short to have segments.
    """
    stop = min(stop, reference.length)
    if start >= stop:
        return b""
    padded = reference.padded_length
    if not reference.segments:
        return open_reference(fetch(0, layout.sealed_length(padded)), reference)[start:stop]
    chunks = open_header(kdf(reference.secret, "seal", reference.role), fetch(0, layout.HEADER))
    first, last = start // layout.SEGMENT, (stop - 1) // layout.SEGMENT
    opened = []
    for segment in range(first, last + 1):
        sealed = fetch(*layout.segment_span(segment, padded))
        if not hmac.compare_digest(hashlib.sha256(sealed).digest(), reference.segments[segment]):
            raise FormatError("digest")
        body = memoryview(sealed)[0 if segment else layout.HEADER :]
        opened.append(chunks.open(segment * layout.SEGMENT // layout.CHUNK, body))
    return b"".join(opened)[start - first * layout.SEGMENT : stop - first * layout.SEGMENT]


@dataclass(frozen=True)
class _Short:
    """Framed and padded content in memory."""

    padded_bytes: bytes = field(repr=False)
    length: int
    hash: bytes

    @property
    def padded(self) -> int:
        return len(self.padded_bytes)


@dataclass(frozen=True)
class _Long:
    """Padded content too long to copy."""

    content: streaming.Padded
    length: int
    hash: bytes
    marks: streaming.Marks

    @property
    def padded(self) -> int:
        return self.content.padded


def _content(source: Source, role: Role) -> _Short | _Long:
    length = streaming.length_of(source)
    if length <= LONG:
        return _short(source if isinstance(source, bytes) else source.read_bytes(), role)
    content = streaming.Padded(source, length, padding.padded_length(role, length))
    hashed = streaming.hash_padded(content)
    return _Long(content, length, hashed.hash, hashed.marks)


def _short(content: bytes, role: Role, at_least: int = 0) -> _Short:
    padded = padding.frame_and_pad(role, content, at_least=at_least)
    return _Short(padded, padding.true_length(role, content), hashlib.sha256(padded).digest())


def _keys(secret: bytes, role: Role, content: _Short | _Long) -> tuple[bytes, bytes]:
    """Return input key and salt, from the secret as it will be read back."""
    secret = unb64(b64(secret), 32)
    return kdf(secret, "seal", role), kdf(secret, "salt", role, content.length, content.hash)


def _seal_short(content: _Short, role: Role, secret: bytes) -> bytes:
    key, salt = _keys(secret, role, content)
    sealed = seal_padded(key, salt, content.padded_bytes)
    if hashlib.sha256(open_sealed(key, sealed)).digest() != content.hash:
        raise LeakError("Det förseglade gick inte att öppna igen. Ingenting har publicerats.")
    return sealed


def _made(body: bytes, role: Role, name: str, path: str, *, immutable: bool) -> SealedObject:
    return SealedObject(name, path, len(body), hashlib.sha256(body).digest(), role, immutable, body, _MADE_HERE)
