"""Every value of docs/format.md §6–§11, in one place to import from. Knows only where each is defined."""

from __future__ import annotations

from pluttra_publish.format.access import (
    Ended,
    Epoch,
    Invitation,
    Keyring,
    KeyringAudience,
    KeyringChild,
    KeyringReader,
    link,
    secret_of,
)
from pluttra_publish.format.chain import Catalogue, Root, Row, Slot
from pluttra_publish.format.posts import Card, Cover, Index, Reference, Standing

__all__ = [
    "Card",
    "Catalogue",
    "Cover",
    "Ended",
    "Epoch",
    "Index",
    "Invitation",
    "Keyring",
    "KeyringAudience",
    "KeyringChild",
    "KeyringReader",
    "Reference",
    "Root",
    "Row",
    "Slot",
    "Standing",
    "link",
    "secret_of",
]
