"""Values to canonical JSON bytes and back, and base64url. Knows docs/format.md §3. Does not know what values mean."""

from __future__ import annotations

import binascii
import json
import re
from typing import Any, NoReturn

from pluttra_publish.errors import FormatError

VERSION = 1
LARGEST = 2**53 - 1

_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_BASE64URL = {  # by the length's remainder: what a text may end with, so that no bits are left over
    over: re.compile(f"[A-Za-z0-9_-]*{last}") for over, last in ((0, ""), (2, "[AQgw]"), (3, "[AEIMQUYcgkosw048]"))
}
# Sorting by code points, as Python's encoder does, and by UTF-16 code units differ only where there are characters of four bytes in UTF-8.
_FOUR_BYTES = re.compile(rb"[\xf0-\xf7]")
_PLAIN, _LISTS = (str, bool), (list, tuple)  # a union would be made anew at every question
_FORM: dict[str, Any] = {"ensure_ascii": False, "allow_nan": False, "separators": (",", ":")}
_BY_CODE_POINT = json.JSONEncoder(sort_keys=True, **_FORM)
_AS_IT_IS = json.JSONEncoder(**_FORM)


def encode(value: object) -> bytes:
    """Return the canonical form (RFC 8785, integers only) of a value, in UTF-8.

    Raises:
        FormatError: layer `encoding`, for fractions, integers not from 0 to 2⁵³−1, lone surrogates and other types.
    """
    try:
        _check(value)
    except RecursionError:
        raise FormatError("encoding") from None
    return _canonical(value)


def decode(encoded: bytes) -> dict[str, Any]:
    """Return the object of this version that the bytes are the canonical form of.

    Raises:
        FormatError: layer `encoding` if the bytes are not canonical or no object with `v`; `version` if `v` is newer.
    """
    try:
        value = json.loads(encoded.decode("utf-8"), parse_int=_integer, parse_float=_refuse, parse_constant=_refuse)
    except (RecursionError, ValueError):
        raise FormatError("encoding") from None
    if not isinstance(value, dict) or _canonical(value) != encoded:
        raise FormatError("encoding")
    version = value.get("v")
    if type(version) is not int or version < VERSION:
        raise FormatError("encoding")
    if version > VERSION:
        raise FormatError("version")
    return value


def b64(raw: bytes) -> str:
    """Return base64url without padding (RFC 4648 §5)."""
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode("ascii")


def unb64(text: str, length: int | None = None) -> bytes:
    """Return the bytes of strict base64url without padding, of `length` bytes if given.

    Raises:
        FormatError: layer `encoding`, for padding, other characters, non-zero spare bits or another length.
    """
    form = _BASE64URL.get(len(text) % 4)
    if form is None or not form.fullmatch(text):
        raise FormatError("encoding")
    raw = binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    if length is not None and len(raw) != length:
        raise FormatError("encoding")
    return raw


def _canonical(value: object) -> bytes:
    """Return the canonical form of a value of which every part is allowed."""
    try:
        encoded = _BY_CODE_POINT.encode(value).encode("utf-8")
        if _FOUR_BYTES.search(encoded):
            encoded = _AS_IT_IS.encode(_ordered(value)).encode("utf-8")
    except (RecursionError, UnicodeEncodeError):
        raise FormatError("encoding") from None
    return encoded


def _check(value: object) -> None:
    """Refuse what has no canonical form."""
    if value is None or isinstance(value, _PLAIN):
        return
    if isinstance(value, dict):
        for name, part in value.items():
            if type(name) is not str:
                raise FormatError("encoding")
            if type(part) is not str:
                _check(part)
    elif isinstance(value, _LISTS):
        for part in value:
            if type(part) is not str:
                _check(part)
    elif not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise FormatError("encoding")


def _ordered(value: object) -> object:
    """Order members by their UTF-16 code units as RFC 8785 §3.2.3 asks."""
    if isinstance(value, _LISTS):
        return [_ordered(part) for part in value]
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return {name: _ordered(value[name]) for name in names}
    return value


def _integer(text: str) -> int:
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError("out of bounds")
    return number


def _refuse(_: str) -> NoReturn:
    raise ValueError("not an integer")
