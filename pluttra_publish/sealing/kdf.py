"""The one key derivation. Knows docs/format.md §4. Does not know what is derived for whom."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from pluttra_publish.format.layout import LENGTHS, Label, kdf_info

_SHA_512 = SHA512()


def kdf(secret: bytes, label: Label, *parts: bytes | str | int) -> bytes:
    """Return what `label` derives from the secret: HKDF-SHA-512, of the length in the table of §4.

    Text parts are UTF-8, integers u64.
    """
    return HKDFExpand(_SHA_512, LENGTHS[label], kdf_info(label, *parts)).derive(_extract(secret))


@lru_cache(maxsize=16)  # a secret is mostly asked for several things in a row
def _extract(secret: bytes) -> bytes:
    return HKDF.extract(_SHA_512, None, secret)


def name_of(secret: bytes, label: Label, *parts: bytes | str | int) -> str:
    """Return the name, slot label or opaque id that `label` derives, in hex."""
    return kdf(secret, label, *parts).hex()
