"""The one key derivation. Knows docs/format.md §4. Does not know what is derived for whom."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pluttra_publish.format.layout import LENGTHS, Label, kdf_info

_SHA_512 = SHA512()


def kdf(secret: bytes, label: Label, *parts: bytes | str | int) -> bytes:
    """Return what `label` derives from the secret: HKDF-SHA-512, of the length in the table of §4.

    Text parts are UTF-8, integers u64. No length is over 64, so that what RFC 5869 §2.3 expands to is its first block alone.
    """
    return expanded(_kept(secret), kdf_info(label, *parts))[: LENGTHS[label]]


def extracted(secret: bytes) -> HMAC:
    """Return the HMAC that expands what is extracted from the secret (RFC 5869 §2.2), before it has been given anything: to be copied."""
    return HMAC(HKDF.extract(_SHA_512, None, secret), _SHA_512)


def expanded(key: HMAC, info: bytes) -> bytes:
    """Return the first block (RFC 5869 §2.3), 64 bytes, of what a secret that has been extracted gives with this info."""
    block = key.copy()
    block.update(info + b"\x01")
    return block.finalize()


_kept = lru_cache(maxsize=64)(extracted)
"""A secret is mostly asked for several things in a row, or in a row of as many months."""


def name_of(secret: bytes, label: Label, *parts: bytes | str | int) -> str:
    """Return the name, slot label or opaque id that `label` derives, in hex."""
    return kdf(secret, label, *parts).hex()
