"""The preschool that the chained vectors tell of: its keys, an index, a keyring, an invitation, a root."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pluttra_publish.format import canonical
from pluttra_publish.format.access import Invitation, Keyring, KeyringAudience, KeyringChild, KeyringReader
from pluttra_publish.format.chain import Root
from pluttra_publish.format.posts import Card, Cover, Index, Reference, Standing
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.sealing.signing import SigningKey

AUDIENCE, OTHER, SITE, PUBLISHER = "a1" * 16, "a2" * 16, "51" * 16, "9b" * 16
EPOCH, OLD_EPOCH = b"\x55" * 32, b"\x56" * 32
SITE_KEY, GUARDIAN_KEY, INVITATION_SECRET, DECOY_SECRET = b"\x66" * 32, b"\x77" * 32, b"\x88" * 32, b"\x99" * 32
SIGNING_KEY = SigningKey(b"\x01" * 32)
POST, CHILD = "0123456789abcdef", "fedcba9876543210"
MONTH = "2026-03"
NOW = 1_774_000_000

Value = dict[str, Any]


def reference(media_type: str, length: int, mark: int) -> Reference:
    return Reference(f"{mark:02x}" * 16, bytes([mark]) * 32, bytes([mark + 1]) * 32, length, media_type)


CARD = Card(
    id=POST,
    title="Vi byggde en koja",
    date="2026-03-12T10:15:00+01:00",
    lang="sv",
    summary="Med filtar och grenar 🌲",
    by=("Åsa", "Björn"),
    children=((CHILD, "Ada"),),
    count={"film": 0, "photo": 1, "sound": 0},
    cover=Cover("En koja av granris", ((0, 480, 360), (1, 960, 720))),
    home=AUDIENCE,
    media=(reference("image/webp", 23_456, 0x10), reference("image/webp", 65_432, 0x20)),
    page=reference("text/html", 1234, 0x30),
)
TALK = Standing(
    id="00112233445566aa",
    kind="talk",
    title="Utvecklingssamtal",
    date="2026-03-26T14:30:00+01:00",
    media=(reference("text/calendar", 345, 0x50), reference("image/webp", 45_678, 0x60)),
    page=reference("text/html", 3456, 0x70),
)
GOAL = Standing("00112233445566bb", "goal", "2.2-a Identitet", "", (), reference("text/html", 4567, 0x80))
INDEX = Index(AUDIENCE, MONTH, reference("text/html", 2345, 0x40), (CARD,), (TALK, GOAL))
KEYRING = Keyring(
    site=SITE,
    site_key=SITE_KEY,
    publisher=SIGNING_KEY.public,
    generation=3,
    preschool="Förskolan Gläntan",
    reader=KeyringReader("c3" * 8, "Karin Ek", "guardian", "sv"),
    audiences=(
        KeyringAudience(AUDIENCE, "department", "Solrosen", None, (
            chain.epoch_of(EPOCH, (MONTH, "2026-02")), chain.epoch_of(OLD_EPOCH, (MONTH, "2026-02", "2026-01")),
        )),
        KeyringAudience(OTHER, "child", "Ada", CHILD, (chain.epoch_of(b"\x57" * 32, (MONTH,)),)),
    ),
    children=(KeyringChild(CHILD, "Ada", OTHER, (AUDIENCE,)),),
)  # fmt: skip
INVITATION = Invitation(GUARDIAN_KEY, SITE, "Karin Ek", "sv", NOW + 14 * 86400)
ROOT = Root(SITE, PUBLISHER, NOW, NOW, NOW + 14 * 86400, 3, 7, ())


def body(made: SealedObject) -> bytes:
    with made.open() as file:
        return file.read()


def changed(content: bytes, changes: Mapping[str, Any] | None = None, *, without: str = "") -> bytes:
    """Return a value with members changed or one left out, canonical again."""
    value = json.loads(content) | dict(changes or {})
    value.pop(without, None)
    return canonical.encode(value)
