"""The root: the commit point. Knows docs/format.md §11, and what the keystore remembers. Does not know posts or hosts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pluttra_publish.before import Before
from pluttra_publish.errors import FormatError, KeystoreError
from pluttra_publish.format.chain import Root, Slot
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import Settings

_DAY = 24 * 60 * 60


def renewed(
    keystore: Keystore, before: Before, settings: Settings, now: datetime, sequence: int
) -> SealedObject | None:
    """Seal a root of the site that lies on the host; None if that isn't of the newest epochs."""
    found = {key: before.where(key) for key in keystore.audiences}
    there = {key: where for key, where in found.items() if where}
    if not all(newest for newest, _ in there.values()):
        return None
    slots = [
        chain.slot_of(chain.catalogue_secret(keystore.audience(key).epochs[0]), sequence, where)
        for key, (_, where) in there.items()
    ]
    return seal_root(keystore, slots, settings, now, sequence)


def seal_root(
    keystore: Keystore, slots: Iterable[Slot], settings: Settings, now: datetime, sequence: int
) -> SealedObject:
    """Seal the root of a sequence, which the keystore remembers."""
    time = int(now.timestamp())
    keystore.sequence = sequence
    root = Root(
        site=keystore.site.hex(),
        publisher=keystore.publisher.hex(),
        sequence=sequence,
        time=time,
        notice=time + settings.notice_days * _DAY,
        keyrings=keystore.keyrings,
        keystore=keystore.generation,
        slots=tuple(slots),
    )
    return chain.seal_root(
        root, site_key=keystore.site_key, signing_key=keystore.signing_key, decoy_secret=keystore.decoy_secret
    )


def opened_root(sealed: bytes, keystore: Keystore) -> Root:
    """Return the root that lies on the host.

    Raises:
        KeystoreError: it was not made with this keystore, or by a newer one.
    """
    try:
        root = _opened(sealed, keystore)
    except FormatError as wrong:
        message = "På värden ligger en webbplats som är gjord med andra nycklar, eller är skadad."
        hint = "Publicera till en tom mapp, eller lägg tillbaka rätt nyckelfil."
        raise KeystoreError(message, hint=hint) from wrong
    if root.publisher != keystore.publisher.hex() or root.keystore > keystore.generation:
        message = "En annan dator har publicerat den här webbplatsen, eller en nyare nyckelfil."
        raise KeystoreError(message, hint="Publicera bara från en dator, med den senaste nyckelfilen.")
    return root


def _opened(sealed: bytes, keystore: Keystore) -> Root:
    """Open a root with the keys of now or, while a rotation is yet to be published, with those before it."""
    keys = keystore.site_key, keystore.signing_key.public
    try:
        return chain.open_root(sealed, site_key=keys[0], publisher=keys[1], site=keystore.site.hex())
    except FormatError:
        if keystore.former is None:
            raise
    return chain.open_root(sealed, site_key=keystore.former[0], publisher=keystore.former[1], site=keystore.site.hex())
