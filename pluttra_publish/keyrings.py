"""Everybody's keyring: which keys each reader is given. Knows docs/format.md §9 and who reads what. Does not know posts or hosts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from pluttra_publish.format.access import Ended, Keyring, KeyringAudience, KeyringChild, KeyringReader
from pluttra_publish.format.layout import padded_length_of
from pluttra_publish.plan import Access, title_of
from pluttra_publish.register import (
    FILM,
    NAME,
    PHOTO,
    SOUND,
    Audience,
    Child,
    Consents,
    Purpose,
    Reader,
    Register,
    children_of,
    departments_of,
    readers,
)
from pluttra_publish.register.values import fold
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import Settings

UNSAID = "und"
"""The BCP 47 tag of a reader's language when the register doesn't say it: then the browser's setting decides."""


def keyrings(
    keystore: Keystore, access: Access, consents: Consents, settings: Settings, now: datetime
) -> Iterator[SealedObject]:
    """Seal the keyring of everyone who reads, and the note for everyone whose access has ended. `consents` are those of the register that says who reads.

    The keystore remembers what each was given, so that the next publish can tell who has lost something.
    """
    known = readers(consents.register)
    kept: dict[tuple[Audience, tuple[str, ...]], KeyringAudience] = {}
    for identity, months in sorted(access.items()):
        keys = keystore.reader(identity)
        keyring = _keyring(keystore, consents, settings, known[identity], months, now, kept)
        made = chain.seal_keyring(keyring, keys.key)
        keys.given = {audience.key: list(named) for audience, named in months.items()}
        keys.keyring_length = padded_length_of(made.sealed_length)
        yield made
    for identity, keys in sorted(keystore.readers.items()):
        if identity not in access and keys.ended is not None:
            ended = Ended(keystore.site.hex(), keys.note, keys.ended)
            yield chain.seal_ended(ended, keys.key, keyring_length=keys.keyring_length)


def reach_of(keystore: Keystore, access: Access, consents: Consents, settings: Settings, now: datetime) -> str:
    """Return a digest of all that keyrings are made of, the register and the settings excepted, but for what the staff are told of consents."""
    held = sorted(
        (reader, sorted((audience.key, months) for audience, months in mine.items())) for reader, mine in access.items()
    )
    ended = sorted(reader for reader, keys in keystore.readers.items() if keys.ended is not None)
    children = consents.register.visible.children if settings.drop.is_on else ()
    may = sorted((child.id, may_be_in(consents, child, now)) for child in children)
    told = (keystore.keyrings, held, ended, *([may] if may else []))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def may_be_in(consents: Consents, child: Child, now: datetime) -> tuple[Purpose, ...]:
    """Return what of photo, film, sound and name a child may be in today where others than its own guardians read, sorted."""
    return tuple(one for one in sorted((PHOTO, FILM, SOUND, NAME)) if consents.may(child.id, one, now.date()))


def told_apart(child: Child, others: Iterable[Child]) -> str:
    """Return a child's first name, with as much of its last as no other has whose first name is the same: it is chosen among them."""
    alike = [one.name for one in others if fold(one.first_name) == fold(child.first_name) and one.id != child.id]
    if not alike:
        return child.first_name
    for end in range(len(child.first_name) + 2, len(child.name)):
        if not any(fold(name).startswith(fold(child.name[:end])) for name in alike):
            return child.name[:end] + "."
    return child.name


def doors_of(keystore: Keystore) -> str:
    """Return a digest of whom the keystore has shut out, and of whose keys it has."""
    return hashlib.sha256(repr((sorted(keystore.revoked), sorted(keystore.readers))).encode()).hexdigest()


def _keyring(
    keystore: Keystore,
    consents: Consents,
    settings: Settings,
    reader: Reader,
    months: Mapping[Audience, tuple[str, ...]],
    now: datetime,
    kept: dict[tuple[Audience, tuple[str, ...]], KeyringAudience],
) -> Keyring:
    register = consents.register
    writes = reader.role != "guardian" and settings.drop.is_on  # and must know who may be seen in what they write
    for audience, named in months.items():
        if (audience, named) not in kept:  # most readers of an audience hold the same months of it
            kept[audience, named] = _audience(keystore, register, audience, named)
    return Keyring(
        site=keystore.site.hex(),
        site_key=keystore.site_key,
        publisher=keystore.signing_key.public,
        generation=keystore.keyrings,
        preschool=settings.name,
        reader=KeyringReader(
            keystore.opaque_id("reader", reader.id), reader.name, reader.role, reader.language or UNSAID
        ),
        audiences=tuple(kept[audience, months[audience]] for audience in _in_order(months)),
        children=tuple(_children(keystore, consents, reader, months, now, writes=writes)),
        drop=keystore.drop_box if settings.drop.is_on else None,
    )


def _in_order(audiences: Iterable[Audience]) -> list[Audience]:
    """Return the staff's audiences first: where they read more of a post than others do, theirs is the one shown (docs/format.md §7)."""
    return sorted(audiences, key=lambda audience: (audience.kind != "staff", audience))


def _audience(keystore: Keystore, register: Register, audience: Audience, months: tuple[str, ...]) -> KeyringAudience:
    keys = keystore.audience(audience.key)
    epochs = (
        2 if keys.since == keystore.keyrings else 1
    )  # older keyrings are refused, and so is the root from before them
    return KeyringAudience(
        id=keys.id.hex(),
        kind=audience.kind,
        title=title_of(audience, register),
        child=keystore.opaque_id("child", audience.id) if audience.kind == "child" else None,
        epochs=tuple(chain.epoch_of(secret, months) for secret in keys.epochs[:epochs]),
    )


def _children(
    keystore: Keystore,
    consents: Consents,
    reader: Reader,
    months: Mapping[Audience, tuple[str, ...]],
    now: datetime,
    *,
    writes: bool,
) -> Iterator[KeyringChild]:
    """Yield a guardian's own children; for staff, the children whose pages they read."""
    register = consents.register
    if reader.role == "guardian":
        children = [
            child for child in children_of(register, reader.id, now.date()) if Audience("child", child.id) in months
        ]
    else:
        children = [register.child[audience.id] for audience in sorted(months) if audience.kind == "child"]
    for child in children:
        placed = (Audience("department", found.id) for found in departments_of(register, child.id, now.date()))
        yield KeyringChild(
            id=keystore.opaque_id("child", child.id),
            name=told_apart(child, children) if writes else child.first_name,
            audience=keystore.audience(Audience("child", child.id).key).id.hex(),
            departments=tuple(keystore.audience(found.key).id.hex() for found in placed if found in months),
            may=may_be_in(consents, child, now) if writes else None,
        )
