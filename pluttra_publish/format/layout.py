"""Names, chunks, segments and the KDF's info string. Knows docs/format.md §2, §4 and §5. Does not know keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pluttra_publish.errors import FormatError

CHUNK = 16_384
TAG = 16
CHUNK_SEALED = CHUNK + TAG
SALT = 24
COMMITMENT = 32
HEADER = SALT + COMMITMENT
SEGMENT = 2**20
SEGMENT_SEALED = SEGMENT // CHUNK * CHUNK_SEALED

ROOT_PATH = "root"
CONTEXT = b"pluttra/1"

Label = Literal[
    "seal", "salt", "object", "name", "catalogue", "months", "half", "slot",
    "keyring", "keyring-name", "invitation", "invitation-name", "decoy", "id",
    "drop", "sender", "message", "draft", "drop-box", "letterbox", "letterbox-name",
]  # fmt: skip

LENGTHS: dict[Label, int] = {
    "seal": 32,
    "salt": 24,
    "object": 32,
    "name": 16,
    "catalogue": 32,
    "months": 32,
    "half": 32,
    "slot": 64,
    "keyring": 32,
    "keyring-name": 16,
    "invitation": 32,
    "invitation-name": 16,
    "decoy": 64,
    "id": 8,
    "drop": 32,
    "sender": 16,
    "message": 32,
    "draft": 32,
    "drop-box": 32,
    "letterbox": 32,
    "letterbox-name": 16,
}

_INFO = {label: CONTEXT + len(label).to_bytes(2, "big") + label.encode("ascii") for label in LENGTHS}
_NAME = re.compile(r"[0-9a-f]{32}")


def object_path(name: str) -> str:
    """Return the path on the host of the sealed file with this name.

    Raises:
        FormatError: layer `encoding`, if the name is not 32 lower-case hexadecimal digits.
    """
    return _path("o", name)


def keyring_path(name: str) -> str:
    """Return the path on the host of the keyring or invitation with this name.

    Raises:
        FormatError: layer `encoding`, if the name is not 32 lower-case hexadecimal digits.
    """
    return _path("k", name)


def kdf_info(label: Label, *parts: bytes | str | int) -> bytes:
    """Return the info string of the KDF: text parts become UTF-8, integers u64."""
    info = _INFO[label]
    for part in parts:
        if isinstance(part, str):
            encoded = part.encode("utf-8")
        elif isinstance(part, int):
            encoded = part.to_bytes(8, "big")
        else:
            encoded = part
        info += len(encoded).to_bytes(2, "big") + encoded
    return info


def sealed_length(padded: int) -> int:
    """Return the sealed length of this many padded bytes."""
    return HEADER + padded + TAG * (padded // CHUNK + 1)


def padded_length_of(sealed: int) -> int:
    """Return how many padded bytes lie in this many sealed bytes.

    Raises:
        FormatError: layer `object`, if nothing has that sealed length.
    """
    whole, rest = divmod(sealed - HEADER, CHUNK_SEALED)
    if sealed < HEADER or rest < TAG:
        raise FormatError("object")
    return whole * CHUNK + rest - TAG


def chunk_offset(chunk: int) -> int:
    """Return where a chunk begins in the sealed bytes."""
    return HEADER + CHUNK_SEALED * chunk


def segment_count(padded: int) -> int:
    """Return the number of segments of this many padded bytes; the last may hold only an empty chunk."""
    return padded // SEGMENT + 1


def has_segments(role: str, padded: int) -> bool:
    """Tell whether a reference to a file of this role and padded length carries segment digests."""
    return role == "media" and padded > SEGMENT


def segment_span(segment: int, padded: int) -> tuple[int, int]:
    """Return where a segment begins and ends in the sealed bytes."""
    begin = HEADER + SEGMENT_SEALED * segment if segment else 0
    return begin, min(HEADER + SEGMENT_SEALED * (segment + 1), sealed_length(padded))


def segment_spans(padded: int) -> Iterator[tuple[int, int]]:
    """Yield the span of every segment, in order."""
    return (segment_span(segment, padded) for segment in range(segment_count(padded)))


def _path(folder: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise FormatError("encoding")
    return f"{folder}/{name[:2]}/{name}"
