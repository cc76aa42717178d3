"""The chain from root to index and from link to keyring. Knows docs/format.md §7–§11. Does not know hosts.

Each seal function returns what may be put, opened again through the values it was made of; each open function gives
back the value, or raises FormatError with the layer of §15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pluttra_publish.errors import FormatError, LeakError
from pluttra_publish.format import canonical
from pluttra_publish.format.access import Ended, Epoch, Invitation, Keyring
from pluttra_publish.format.chain import SLOTS, Catalogue, Kind, Root, Row, Slot, Whereabouts, signed_bytes
from pluttra_publish.format.padding import SIGNATURE
from pluttra_publish.format.posts import INDEX_TYPE, Index
from pluttra_publish.sealing.kdf import kdf, name_of
from pluttra_publish.sealing.months import MonthTree, row_secret
from pluttra_publish.sealing.objects import SealedObject, open_bytes, seal_fixed, seal_named, seal_row, sealable
from pluttra_publish.sealing.signing import SigningKey, verifies


def seal_index(
    index: Index, *, seal_secret: bytes, naming_secret: bytes, moves: int = 0, workspace: Path
) -> tuple[Row, SealedObject]:
    """Seal an index for the audience whose seal secret it is; return the row that leads to it."""
    value = index.to_value()
    _same(Index.from_value(value), index)
    reference, made = sealable(
        canonical.encode(value),
        role="index",
        media_type=INDEX_TYPE,
        seal_secret=seal_secret,
        naming_secret=naming_secret,
        moves=moves,
    ).seal(workspace)
    return Row(reference.secret, reference.name, reference.digest, reference.length), made


def open_index(sealed: bytes, row: Row, *, audience: str, month: str) -> Index:
    """Return the index that a row leads to.

    Raises:
        FormatError: layers `digest` to `version` as they come; `binding` for another audience or month.
    """
    index = Index.from_bytes(open_bytes(sealed, role="index", secret=row.secret, digest=row.digest, length=row.length))
    if (index.audience, index.month) != (audience, month):
        raise FormatError("binding")
    return index


def catalogue_secret(epoch_secret: bytes) -> bytes:
    """Return the file secret of the catalogue of an epoch."""
    return kdf(epoch_secret, "catalogue")


def slot_of(catalogue: bytes, sequence: int, where: Whereabouts) -> Slot:
    """Return the slot, in the root of that sequence, of the catalogue with this file secret."""
    label, mask = _label_and_mask(catalogue, sequence)
    return Slot(label, _masked(bytes.fromhex(where.name) + where.digest, mask))


def epoch_of(epoch_secret: bytes, months: tuple[str, ...]) -> Epoch:
    """Return what a reader with access to these months holds of an epoch."""
    runs = MonthTree(epoch_secret).runs(months) if months else ()
    return Epoch(catalogue_secret(epoch_secret), runs)


def seal_catalogue(
    *,
    audience: str,
    kind: Kind,
    title: str,
    rows: Mapping[str, Row],
    epoch_secret: bytes,
    naming_secret: bytes,
) -> tuple[Whereabouts, SealedObject]:
    """Seal the catalogue of an audience, each month's row under that month's key of the epoch; return where it lies, for its slot."""
    months = sorted(rows, reverse=True)
    tree = MonthTree(epoch_secret)
    epoch = Epoch(catalogue_secret(epoch_secret), tree.runs(months))
    sealed_rows = tuple((m, seal_row(rows[m].to_bytes(), tree.month(m))) for m in months)
    catalogue = Catalogue(audience, kind, title, sealed_rows)
    content = catalogue.to_bytes()
    _same(Catalogue.from_bytes(content), catalogue)
    _same(open_rows(catalogue, epoch), dict(rows))
    name, made = seal_named(content, role="catalogue", secret=epoch.catalogue, naming_secret=naming_secret)
    return Whereabouts(name, made.digest), made


def find_slot(root: Root, epochs: tuple[Epoch, ...]) -> tuple[Epoch, Whereabouts] | None:
    """Return the first epoch of a keyring's audience that the root has a slot for, and what the slot says."""
    for epoch in epochs:
        label, mask = _label_and_mask(epoch.catalogue, root.sequence)
        slot = root.slot(label)
        if slot is not None:
            where = _masked(slot.value, mask)
            return epoch, Whereabouts(where[:16].hex(), where[16:])
    return None


def open_catalogue(sealed: bytes, where: Whereabouts, epoch: Epoch, *, audience: str, kind: Kind) -> Catalogue:
    """Return the catalogue that a slot leads to.

    Raises:
        FormatError: layers `digest` to `version` as they come; `binding` for another audience or kind.
    """
    content = open_bytes(sealed, role="catalogue", secret=epoch.catalogue, digest=where.digest)
    catalogue = Catalogue.from_bytes(content)
    if (catalogue.audience, catalogue.kind) != (audience, kind):
        raise FormatError("binding")
    return catalogue


@lru_cache(maxsize=4096)
def open_row(sealed: bytes, secret: bytes) -> Row:
    """Return the row that a month's key opens.

    Raises:
        FormatError: layers `object` and `padding`.
    """
    return Row.from_bytes(open_bytes(sealed, role="row", secret=secret, length=88))


def open_rows(catalogue: Catalogue, epoch: Epoch) -> dict[str, Row]:
    """Return the rows of the months that the epoch has keys for, newest first; the others stay closed.

    Raises:
        FormatError: layers `object` and `padding`.
    """
    secrets = ((month, sealed, row_secret(epoch, month)) for month, sealed in catalogue.months)
    return {month: open_row(sealed, secret) for month, sealed, secret in secrets if secret is not None}


def keyring_name(guardian_key: bytes) -> str:
    """Return the name of the keyring that a guardian key opens."""
    return name_of(guardian_key, "keyring-name")


def seal_keyring(keyring: Keyring, guardian_key: bytes) -> SealedObject:
    """Seal a reader's keyring under their guardian key."""
    content = keyring.to_bytes()
    _same(Keyring.from_bytes(content), keyring)
    return seal_fixed(content, role="keyring", secret=kdf(guardian_key, "keyring"), name=keyring_name(guardian_key))


def seal_ended(ended: Ended, guardian_key: bytes, *, keyring_length: int) -> SealedObject:
    """Seal the note that access has ended in a keyring's place; `keyring_length` is that keyring's padded length."""
    return seal_fixed(
        ended.to_bytes(),
        role="keyring",
        secret=kdf(guardian_key, "keyring"),
        name=keyring_name(guardian_key),
        at_least=keyring_length,
    )


def open_keyring(sealed: bytes, guardian_key: bytes, *, seen: int = 0) -> Keyring:
    """Return the keyring that a guardian key opens; `seen` is the highest generation that the reader has accepted.

    Raises:
        FormatError: layers `object`, `padding`, `encoding`, `version`; `generation` if it is older than one seen, and
            then `ended` if access has ended.
    """
    content = open_bytes(sealed, role="keyring", secret=kdf(guardian_key, "keyring"))
    value = canonical.decode(content)
    held = Ended.from_bytes(content) if "ended" in value else Keyring.from_bytes(content)
    if held.generation < seen:
        raise FormatError("generation")
    if isinstance(held, Ended):
        raise FormatError("ended")
    return held


def check_site(invitation: Invitation, keyring: Keyring) -> None:
    """Refuse a keyring of another site than the invitation's.

    Raises:
        FormatError: layer `binding`.
    """
    if keyring.site != invitation.site:
        raise FormatError("binding")


def check_publisher(keyring: Keyring, *, site: str, publisher: bytes) -> None:
    """Refuse a keyring of another site or publisher than those remembered with its guardian key.

    Raises:
        FormatError: layer `signature`.
    """
    if (keyring.site, keyring.publisher) != (site, publisher):
        raise FormatError("signature")


def check_generation(keyring: Keyring, root: Root) -> None:
    """Refuse a keyring that is older than the root allows.

    Raises:
        FormatError: layer `generation`.
    """
    if keyring.generation < root.keyrings:
        raise FormatError("generation")


def invitation_name(secret: bytes) -> str:
    """Return the name of the invitation that a link's secret opens."""
    return name_of(secret, "invitation-name")


def seal_invitation(invitation: Invitation, secret: bytes) -> SealedObject:
    """Seal an invitation under the secret that its link carries."""
    content = invitation.to_bytes()
    _same(Invitation.from_bytes(content), invitation)
    return seal_fixed(content, role="invitation", secret=kdf(secret, "invitation"), name=invitation_name(secret))


def open_invitation(sealed: bytes, secret: bytes, *, now: int) -> Invitation:
    """Return the invitation that a link's secret opens, if it has not ended at `now` (Unix seconds).

    Raises:
        FormatError: layers `object`, `padding`, `encoding`, `version`; `ends` at or after its end.
    """
    invitation = Invitation.from_bytes(open_bytes(sealed, role="invitation", secret=kdf(secret, "invitation")))
    if now >= invitation.ends:
        raise FormatError("ends")
    return invitation


def decoys(decoy_secret: bytes, sequence: int, real: int) -> tuple[Slot, ...]:
    """Return the decoy slots that fill a root with this many real ones up to a multiple of 32."""
    wanted = max(SLOTS, -(-real // SLOTS) * SLOTS)
    random = (kdf(decoy_secret, "decoy", sequence, i) for i in range(wanted - real))
    return tuple(Slot(part[:16].hex(), part[16:]) for part in random)


def seal_root(root: Root, *, site_key: bytes, signing_key: SigningKey, decoy_secret: bytes) -> SealedObject:
    """Add the decoys to a root that holds the real slots, sort, sign and seal it."""
    slots = (*root.slots, *decoys(decoy_secret, root.sequence, len(root.slots)))
    whole = replace(root, slots=tuple(sorted(slots, key=lambda slot: slot.label)))
    body = whole.to_bytes()
    signature = signing_key.sign(signed_bytes(root.site, body))
    made = seal_fixed(body + signature, role="root", secret=site_key, name="root")
    with made.open() as sealed:
        _same(open_root(sealed.read(), site_key=site_key, publisher=signing_key.public, site=root.site), whole)
    return made


def open_root(sealed: bytes, *, site_key: bytes, publisher: bytes, site: str) -> Root:
    """Return the root, verified with the public point and the site id (hex) of a keyring.

    Raises:
        FormatError: layers `object`, `padding`, `signature`, `encoding`, `version`; `signature` for another site too.
    """
    content = open_bytes(sealed, role="root", secret=site_key)
    body, signature = content[:-SIGNATURE], content[-SIGNATURE:]
    if not verifies(publisher, signed_bytes(site, body), signature):
        raise FormatError("signature")
    root = Root.from_bytes(body)
    if root.site != site:
        raise FormatError("signature")
    return root


def check_sequence(root: Root, *, seen: int, seen_digest: bytes) -> None:
    """Refuse a root that was sealed before the one seen last; `seen_digest` is of that one's body.

    Raises:
        FormatError: layer `sequence`.
    """
    if root.sequence < seen or (root.sequence == seen and root.digest != seen_digest):
        raise FormatError("sequence")


def _label_and_mask(catalogue: bytes, sequence: int) -> tuple[str, bytes]:
    derived = kdf(catalogue, "slot", sequence)
    return derived[:16].hex(), derived[16:]


def _masked(value: bytes, mask: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(value, mask, strict=True))


def _same(read_back: object, meant: object) -> None:
    if read_back != meant:
        raise LeakError("Det förseglade blev inte det som menades. Ingenting har publicerats.")
