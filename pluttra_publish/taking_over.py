"""This machine becomes the one that publishes. Knows keystore, register and what lies on the host. Does not know how anything is sealed or put.

A keystore that was restored is older than the site, or may be: whoever was shut out since, whatever was given a new key or a new name since, is not in
it. So what lies on the host is asked first, and where the two disagree, the narrower holds.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pluttra_publish.errors import FormatError, KeystoreError
from pluttra_publish.format.access import Keyring
from pluttra_publish.format.chain import Root
from pluttra_publish.format.layout import keyring_path
from pluttra_publish.register import Register, access, readers
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings

Get = Callable[[str], bytes | None]


@dataclass(frozen=True)
class TakenOver:
    """What it came to. `shut_out` are readers of whom the host knew less than keystore and register said: they read nothing until somebody decides.
    `new` are those who had no key in this keystore; both by name. `dropped` are the invitations that stopped counting. `behind` tells whether the
    site was newer than the keystore, or couldn't be asked. `about` are the register's ids of those shut out.
    """

    shut_out: tuple[str, ...] = field(repr=False)
    new: tuple[str, ...] = field(repr=False)
    dropped: int
    behind: bool
    about: tuple[str, ...] = field(default=(), repr=False)

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it."""
        return {
            "shut_out": list(self.shut_out),
            "invite": list(self.new),
            "dropped": self.dropped,
            "behind": self.behind,
        }


def is_behind(keystore: Keystore, root: Root | None) -> bool:
    """Tell whether there may be something on the host, or have been, that this keystore knows nothing of."""
    if root is None:
        return keystore.restored is not None
    return root.sequence > keystore.sequence or root.keystore > keystore.generation


def stop_unless_reviewed(keystore: Keystore, root: Root | None, settings: Settings) -> None:
    """Stop, so that somebody looks through what has happened since this keystore, register and posts were the newest.

    Raises:
        KeystoreError: they are older than the site, or that can't be told.
    """
    if not is_behind(keystore, root):
        return

    def when(time: int) -> str:
        return f"{datetime.fromtimestamp(time, settings.zone):%Y-%m-%d kl. %H.%M}"

    copied = f"Kopian är från {when(keystore.restored)}. " if keystore.restored else ""
    since = (
        f"Webbplatsen publicerades senast {when(root.time)}"
        if root
        else "På värden ligger ingen webbplats att jämföra med"
    )
    message = f"{copied}{since}, och då kan något ha ändrats som inte finns här."
    hint = (
        "Gå igenom vad som hänt sedan dess: vilka som slutat eller inte ska läsa längre (register), samtycken som tagits tillbaka, och inlägg "
        "som tagits bort. Kör sedan: pluttra publish --take-over --reviewed"
    )
    raise KeystoreError(message, hint=hint)


def take_over(
    keystore: Keystore, root: Root | None, get: Get, register: Register, settings: Settings, now: datetime
) -> TakenOver:
    """Make the keystore another publisher's, newer than any before, in which nobody reads who had ceased to on the host. Nothing counts before it is saved.

    Whoever read less on the host than here gets a new key, and is shut out until somebody decides: the old one may be lost. They are told of again if an
    earlier taking over was cut off.
    """
    behind = is_behind(keystore, root)
    reading = access(
        register,
        today=now.date(),
        first_month=keystore.first_month or f"{now:%Y-%m}",
        grace_days=settings.grace_days,
        revoked=keystore.revoked,
    )
    known = readers(register)
    new = [reader for reader in reading if reader not in keystore.readers or not keystore.readers[reader].given]
    shut_out = [reader for reader in _less_on_host(keystore, root, get) if reader in reading] if root else []
    since = keystore.restored
    again = [
        reader for reader, when in keystore.revoked.items() if since is not None and when >= since and reader in known
    ]
    for reader in shut_out:
        keystore.rekey(reader)
        keystore.revoke(reader, now=int(now.timestamp()))
    out = [kept for kept in keystore.invitations if get(keyring_path(chain.invitation_name(kept.secret))) is not None]
    dropped = len(keystore.invitations) - len(out)
    keystore.invitations[:] = out
    keystore.publisher = secrets.token_bytes(16)
    keystore.generation = 1 + max(keystore.generation, root.keystore if root else 0)
    keystore.keyrings = max(keystore.keyrings, root.keyrings if root else 0)
    for keys in keystore.readers.values():
        if keys.ended is not None:  # whoever had come back since, on the host, has seen a higher one
            keys.note = keystore.keyrings + 1

    def names(found: list[str]) -> tuple[str, ...]:
        return tuple(sorted(known[reader].name for reader in found))

    return TakenOver(names([*again, *shut_out]), names(new), dropped, behind, tuple(shut_out))


def _less_on_host(keystore: Keystore, root: Root, get: Get) -> Iterator[str]:
    """Yield the readers whose keyring on the host is gone, ended, older than the root allows, or of fewer months than this keystore gave them."""
    audiences = {key: keys.id.hex() for key, keys in keystore.audiences.items()}
    for reader, keys in list(keystore.readers.items()):
        if not keys.given or keys.ended is not None:
            continue
        held = _held(get(keyring_path(chain.keyring_name(keys.key))), keys.key, root)
        given = {(audiences[key], month) for key, months in keys.given.items() if key in audiences for month in months}
        if given - held:
            yield reader


def _held(sealed: bytes | None, key: bytes, root: Root) -> set[tuple[str, str]]:
    """Return the months of audiences that a keyring on the host opens."""
    try:
        keyring: Keyring = chain.open_keyring(sealed or b"", key)
        chain.check_generation(keyring, root)
    except FormatError:
        return set()
    return {
        (audience.id, month) for audience in keyring.audiences for epoch in audience.epochs for month in epoch.months
    }
