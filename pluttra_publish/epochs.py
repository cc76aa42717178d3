"""When an epoch breaks: somebody may no longer read what they were given. Pure over keystore and access; knows no dates or files."""

from __future__ import annotations

from collections.abc import Iterable

from pluttra_publish.plan import Access
from pluttra_publish.sealing.keystore import Keystore


def settle(keystore: Keystore, access: Access, now: int, *, more: Iterable[str] = ()) -> frozenset[str]:
    """Break the epoch of every audience that has lost a reader, or a reader a month of it; return those audiences' keys.

    `more` are the keys of audiences whose epoch breaks though nobody has left. All who leave in one publish share one break. Readers without any access are marked as ended at `now` (Unix seconds), and
    whoever is back is no longer. The generation that a keyring must have is raised if any of this happened.
    """
    broken = settled(keystore, access) | set(more)
    changed, ended = False, []
    for identity, reader in keystore.readers.items():
        allowed = access.get(identity)
        if allowed and reader.ended is not None:
            reader.ended, changed = None, True
        elif not allowed and reader.given:
            reader.ended, reader.had, changed = now, reader.given, True
            ended.append(reader)
        reader.given = {} if not allowed else reader.given
    for key in sorted(broken):
        keystore.audience(key).break_epoch()
    if broken or changed:
        keystore.keyrings += 1
        for reader in ended:
            reader.note = keystore.keyrings
        for audience in keystore.audiences.values():
            if not audience.rooted:  # broken now, or by a publish that was killed: the host's root has the epoch before
                audience.since = keystore.keyrings
    return frozenset(broken)


def settled(keystore: Keystore, access: Access) -> set[str]:
    """Return the keys of the audiences that have lost a reader, or a reader a month of them."""
    broken = set[str]()
    for identity, reader in keystore.readers.items():
        allowed = {audience.key: months for audience, months in access.get(identity, {}).items()}
        for key, months in reader.given.items():
            now = allowed.get(key, ())
            if tuple(months) != now and set(months) - set(now):  # most have what they had
                broken.add(key)
    return broken
