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
    block = _extracted(secret).copy()
    block.update(kdf_info(label, *parts) + b"\x01")
    return block.finalize()[: LENGTHS[label]]


@lru_cache(maxsize=64)  # a secret is mostly asked for several things in a row, or in a row of as many months
def _extracted(secret: bytes) -> HMAC:
    """Return the HMAC that expands what is extracted from the secret, before it has been given anything: to be copied."""
    return HMAC(HKDF.extract(_SHA_512, None, secret), _SHA_512)


def name_of(secret: bytes, label: Label, *parts: bytes | str | int) -> str:
    """Return the name, slot label or opaque id that `label` derives, in hex."""
    return kdf(secret, label, *parts).hex()
