"""The one key derivation. Knows docs/format.md §4. Does not know what is derived for whom."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pluttra_publish.format.layout import LENGTHS, Label, kdf_info


def kdf(secret: bytes, label: Label, *parts: bytes | str | int) -> bytes:
    """Return what `label` derives from the secret: HKDF-SHA-512, of the length in the table of §4.

    Text parts are UTF-8, integers u64.
    """
    return HKDF(SHA512(), LENGTHS[label], None, kdf_info(label, *parts)).derive(secret)


def name_of(secret: bytes, label: Label, *parts: bytes | str | int) -> str:
    """Return the name, slot label or opaque id that `label` derives, in hex."""
    return kdf(secret, label, *parts).hex()
