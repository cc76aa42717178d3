"""Content to padded bytes and back. Knows docs/format.md §5. Does not know keys."""

from __future__ import annotations

from typing import Literal, get_args

from pluttra_publish.errors import FormatError

Role = Literal["page", "media", "index", "catalogue", "row", "keyring", "invitation", "root", "letterbox", "message"]
ROLES: tuple[Role, ...] = get_args(Role)

SMALLEST = 4096
ROW = 88
SIGNATURE = 64
MESSAGE_SIZES = (2**10, 2**12, 2**16, 2**20, 2**22)

_PREFIXED: frozenset[Role] = frozenset({"catalogue", "keyring", "invitation", "root", "letterbox", "message"})


def padme(length: int) -> int:
    """Return the padded length of Padmé: at most 12 % longer, and few distinct lengths."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    spare = max(0, exponent - exponent.bit_length())
    return -(-length >> spare) << spare


def framed_length(role: Role, true_length: int) -> int:
    """Return the length of the framed bytes of content with this true length."""
    return true_length + (4 if role in _PREFIXED else 0) + (SIGNATURE if role == "root" else 0)


def true_length(role: Role, content: bytes) -> int:
    """Return the true length of content: its length, and for a root (body ‖ signature) the body's."""
    return len(content) - (SIGNATURE if role == "root" else 0)


def padded_length(role: Role, framed: int) -> int:
    """Return the length that `framed` framed bytes are padded to.

    Raises:
        FormatError: layer `padding`, for an invitation, a row or a message that cannot be so long.
    """
    match role:
        case "media":
            return padme(framed)
        case "keyring":
            bucket = SMALLEST
            while bucket < framed:
                bucket *= 4
            return bucket
        case "invitation" if framed <= SMALLEST:
            return SMALLEST
        case "row" if framed == ROW:
            return ROW
        case "message" if framed <= MESSAGE_SIZES[-1]:
            return next(size for size in MESSAGE_SIZES if size >= framed)
        case "page" | "index" | "catalogue" | "root" | "letterbox":
            return max(SMALLEST, padme(framed))
    raise FormatError("padding")


def frame_and_pad(role: Role, content: bytes, *, at_least: int = 0) -> bytes:
    """Return the padded bytes of content. The content of a root is body ‖ signature.

    `at_least` keeps the padded length of an earlier keyring (§9); no other role may be padded further.
    """
    prefix = true_length(role, content).to_bytes(4, "big") if role in _PREFIXED else b""
    framed = prefix + content
    padded = padded_length(role, max(len(framed), at_least) if role == "keyring" else len(framed))
    return framed + bytes(padded - len(framed))


def unpad(role: Role, padded: bytes, true_length: int | None = None) -> bytes:
    """Return the content. `true_length` is given for the roles that have no length prefix.

    Raises:
        FormatError: layer `padding` for a wrong padded length, length prefix or non-zero padding.
    """
    start = 0
    if role in _PREFIXED:
        if len(padded) < 4:
            raise FormatError("padding")
        start, true_length = 4, int.from_bytes(padded[:4], "big")
    if true_length is None:
        raise FormatError("padding")
    end = framed_length(role, true_length)
    right = padded_length(role, max(end, len(padded)) if role == "keyring" else end)
    if end > len(padded) or len(padded) != right:
        raise FormatError("padding")
    if padded.count(0, end) != len(padded) - end:
        raise FormatError("padding")
    return padded[start:end]
