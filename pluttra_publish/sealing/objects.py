"""Content to sealed files and back. Knows docs/format.md §5 and §6. Does not know what the content means, nor hosts."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Callable
from dataclasses import dataclass, field
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
from pluttra_publish.sealing.ledger import Entry, Ledger

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


def seal_object(
    source: Source,
    *,
    role: Role,
    media_type: str,
    seal_secret: bytes,
    naming_secret: bytes,
    turn: int = 0,
    workspace: Path,
) -> tuple[Reference, SealedObject]:
    """Seal a page, medium or index for the audience whose seal secret it is.

    A path must be a private copy. What is longer than 8 MiB goes to a private file below `workspace`, which the caller
    deletes; the rest stays in memory. Same source, secrets and turn: same reference and same bytes.

    Raises:
        LeakError: the source changed underneath, or what was sealed does not open; nothing is kept.
    """
    content = _content(source, role)
    secret, name = _derive(
        content,
        role=role,
        media_type=media_type,
        seal_secret=seal_secret,
        naming_secret=naming_secret,
        turn=turn,
    )
    if isinstance(content, _Long):
        path = workspace / name
        key, salt = _keys(secret, role, content)
        wanted = layout.has_segments(role, content.padded)
        check = streaming.Check(key, content.marks)
        streamed = streaming.seal_stream(content.content, Chunks(key, salt), check, path, segments=wanted)
        segments = streamed.segments
        length = layout.sealed_length(content.padded)
        made = SealedObject(name, layout.object_path(name), length, streamed.digest, role, True, path, _MADE_HERE)
    else:
        body = _seal_short(content, role, secret)
        digesting = Digesting(segmented=layout.has_segments(role, content.padded))
        digesting.update(body)
        segments, digest, place = digesting.segments, digesting.digest(), layout.object_path(name)
        made = SealedObject(name, place, len(body), digest, role, True, body, _MADE_HERE)
    return Reference(name, secret, made.digest, content.length, media_type, segments), made


def recall_object(
    source: Source,
    *,
    role: Role,
    media_type: str,
    seal_secret: bytes,
    naming_secret: bytes,
    turn: int = 0,
    ledger: Ledger,
) -> Reference | None:
    """Return the reference that `seal_object` would, without sealing, if the ledger remembers the sealed file."""
    content = _content(source, role)
    secret, name = _derive(
        content,
        role=role,
        media_type=media_type,
        seal_secret=seal_secret,
        naming_secret=naming_secret,
        turn=turn,
    )
    entry = ledger.recall(layout.object_path(name))
    if entry is None or entry.sealed_length != layout.sealed_length(content.padded):
        return None
    segments = entry.segments if layout.has_segments(role, content.padded) else ()
    if bool(segments) != layout.has_segments(role, content.padded):
        return None
    return Reference(name, secret, entry.digest, content.length, media_type, segments)


def remember_object(reference: Reference, made: SealedObject, ledger: Ledger) -> None:
    """Let the ledger remember what `seal_object` returned."""
    ledger.remember(made.path, Entry(made.sealed_length, made.digest, reference.segments))


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


def _derive(
    content: _Short | _Long, *, role: Role, media_type: str, seal_secret: bytes, naming_secret: bytes, turn: int
) -> tuple[bytes, str]:
    secret = kdf(seal_secret, "object", role, media_type, content.length, content.hash, turn)
    return secret, name_of(naming_secret, "name", secret, content.hash)


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
