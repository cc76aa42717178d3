"""What a member of a decoded value may look like. Knows the types of docs/format.md. Does not know what it reads.

Every function takes what stands there and where that is, and raises FormatError `encoding`, naming the place.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pluttra_publish.errors import FormatError
from pluttra_publish.format.canonical import LARGEST, unb64

T = TypeVar("T")

_HEX = {length: re.compile(rf"[0-9a-f]{{{2 * length}}}") for length in (8, 16)}
_LISTS = (list, tuple)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})", re.ASCII)


def refusal(place: str) -> FormatError:
    """Return the error that says where the shape is wrong."""
    return FormatError("encoding", f"tampered (encoding): {place}")


def member(value: Mapping[str, Any], name: str) -> Any:
    """Return a member that must be there."""
    if name not in value:
        raise refusal(name)
    return value[name]


def text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise refusal(place)
    return value


def number(value: Any, place: str) -> int:
    """Return an integer that is zero or more."""
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise refusal(place)
    return value


def mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refusal(place)
    return value


def listed(value: Any, place: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    """Return the parts of a list, each read by `read`."""
    if not isinstance(value, _LISTS):
        raise refusal(place)
    try:
        return tuple([read(part, place) for part in value])
    except FormatError:  # which one it is, is asked only then
        return tuple(read(part, f"{place}[{i}]") for i, part in enumerate(value))


def fixed(value: Any, place: str, length: int) -> list[Any]:
    """Return a list that has exactly this many parts."""
    if not isinstance(value, _LISTS) or len(value) != length:
        raise refusal(place)
    return list(value)


def raw(value: Any, place: str, length: int) -> bytes:
    """Return the bytes of base64url text."""
    try:
        return unb64(text(value, place), length)
    except FormatError:
        raise refusal(place) from None


def hex16(value: Any, place: str) -> str:
    """Return 32 hexadecimal digits: a name, an audience, a site."""
    return _matching(value, place, _HEX[16])


def hex8(value: Any, place: str) -> str:
    """Return 16 hexadecimal digits: a post or a child."""
    return _matching(value, place, _HEX[8])


def month(value: Any, place: str) -> str:
    """Return a month, `YYYY-MM`."""
    return _matching(value, place, _MONTH)


def date(value: Any, place: str) -> str:
    """Return the date of a post: RFC 3339 to the second, with its offset."""
    return _matching(value, place, _DATE)


def one_of(value: Any, place: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise refusal(place)
    return text(value, place)


def newest_first(months: tuple[str, ...], place: str) -> None:
    """Refuse months that do not stand newest first, or one that stands twice."""
    if any(earlier <= later for earlier, later in itertools.pairwise(months)):
        raise refusal(place)


def _matching(value: Any, place: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(text(value, place)):
        raise refusal(place)
    return str(value)
