"""Values to canonical JSON bytes and back, and base64url. Knows docs/format.md §3. Does not know what values mean."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, NoReturn

from pluttra_publish.errors import FormatError

VERSION = 1
LARGEST = 2**53 - 1

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


def encode(value: object) -> bytes:
    """Return the canonical form (RFC 8785, integers only) of a value, in UTF-8.

    Raises:
        FormatError: layer `encoding`, for fractions, integers not from 0 to 2⁵³−1, lone surrogates and other types.
    """
    try:
        text = json.dumps(_ordered(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8")
    except (RecursionError, UnicodeEncodeError):
        raise FormatError("encoding") from None


def decode(encoded: bytes) -> dict[str, Any]:
    """Return the object of this version that the bytes are the canonical form of.

    Raises:
        FormatError: layer `encoding` if the bytes are not canonical or no object with `v`; `version` if `v` is newer.
    """
    try:
        value = json.loads(encoded.decode("utf-8"), parse_float=_refuse, parse_constant=_refuse)
    except (RecursionError, ValueError):
        raise FormatError("encoding") from None
    if not isinstance(value, dict) or encode(value) != encoded:
        raise FormatError("encoding")
    version = value.get("v")
    if type(version) is not int or version < VERSION:
        raise FormatError("encoding")
    if version > VERSION:
        raise FormatError("version")
    return value


def b64(raw: bytes) -> str:
    """Return base64url without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64(text: str, length: int | None = None) -> bytes:
    """Return the bytes of strict base64url without padding, of `length` bytes if given.

    Raises:
        FormatError: layer `encoding`, for padding, other characters, non-zero spare bits or another length.
    """
    if not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        raise FormatError("encoding")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(raw) != text or (length is not None and len(raw) != length):
        raise FormatError("encoding")
    return raw


def _ordered(value: object) -> object:
    """Check every part, and order members by their UTF-16 code units as RFC 8785 §3.2.3 asks."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if not 0 <= value <= LARGEST:
            raise FormatError("encoding")
        return value
    if isinstance(value, list | tuple):
        return [_ordered(part) for part in value]
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise FormatError("encoding")
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return {name: _ordered(value[name]) for name in names}
    raise FormatError("encoding")


def _refuse(_: str) -> NoReturn:
    raise ValueError("not an integer")
