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
_ONE = (
    "Bara en dator publicerar. Är det den andra: ta bort de schemalagda jobben här. Ska det vara den här: hämta den senaste säkerhetskopian med "
    "pluttra restore, eller kör pluttra publish --take-over."
)


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


def opened_root(sealed: bytes, keystore: Keystore, *, any_publisher: bool = False) -> Root:
    """Return the root that lies on the host.

    Raises:
        KeystoreError: it was not made with these keys; or, unless `any_publisher`, by another publisher or a newer keystore.
    """
    try:
        root = _opened(sealed, keystore)
    except FormatError as wrong:
        message = "På värden ligger en webbplats som är gjord med andra nycklar, eller är skadad."
        hint = "Publicera till en tom mapp, eller lägg tillbaka rätt nyckelfil."
        raise KeystoreError(message, hint=hint) from wrong
    if any_publisher:
        return root
    if root.publisher != keystore.publisher.hex() or root.keystore > keystore.generation:
        message = "En annan dator har tagit över den här webbplatsen, eller så är nyckelfilen gammal. Härifrån publiceras inget mer."
        raise KeystoreError(message, hint=_ONE)
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


def stop_if_not_newest(keystore: Keystore, root: Root | None) -> None:
    """Stop what would change the site with a keystore that may not be the newest one.

    Raises:
        KeystoreError: it was restored and hasn't taken over, or the host has been published to with a newer copy of it.
    """
    if keystore.restored is not None:
        message = "Den här mappen är återställd ur en säkerhetskopia, och den här datorn har inte tagit över."
        raise KeystoreError(message, hint="Kör pluttra publish --take-over. Den gamla datorn får sedan inte publicera.")
    if root is not None and root.sequence > keystore.sequence:
        message = "Webbplatsen har publicerats med en nyare kopia av nyckelfilen. Härifrån publiceras inget mer."
        raise KeystoreError(message, hint=_ONE)
