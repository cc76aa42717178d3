"""Sealed files, keys and what is remembered of them. The only folder that knows cryptography and pyrage."""

from __future__ import annotations

from pluttra_publish.sealing.keys import AudienceKeys, InvitationKeys, ReaderKeys
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Entry, Ledger
from pluttra_publish.sealing.objects import (
    Sealable,
    SealedObject,
    Source,
    open_bytes,
    open_range,
    open_reference,
    sealable,
)

__all__ = [
    "AudienceKeys",
    "Entry",
    "InvitationKeys",
    "Keystore",
    "Ledger",
    "ReaderKeys",
    "Sealable",
    "SealedObject",
    "Source",
    "open_bytes",
    "open_range",
    "open_reference",
    "sealable",
]
