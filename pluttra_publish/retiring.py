"""Ending links that are out before their time, without another key. Knows keystore, outbox and host. Does not know who asks for it, or why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from pluttra_publish import log
from pluttra_publish.delivering import note_retired
from pluttra_publish.errors import HostError
from pluttra_publish.inviting import Door
from pluttra_publish.register import Reader
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keys import InvitationKeys


@dataclass(frozen=True)
class Retired:
    """Whose links ended: how many, and how many of theirs are out still."""

    reader: Reader = field(repr=False)
    ended: int
    left: int

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it."""
        return {"name": self.reader.name, "ended": self.ended, "left": self.left}


def retire(door: Door, reader: Reader, *, names: Collection[str] | None) -> Retired:
    """End a reader's open invitations of these names (32 hex digits, as they lie on the host), or all of them: from now on the links open nothing.

    The key is the same, so devices that read already go on, whoever holds them. Names of invitations that are somebody else's, or have ended, end
    nothing. It counts, and is in the log, before the host is asked.

    Raises:
        KeystoreError: the keystore was changed by another since the door was opened, or another machine publishes.
        HostError: the files are on the host still; the same again, a publish or a heartbeat takes them away.
    """
    keystore, now = door.keystore, int(door.now.timestamp())
    out = [kept for kept in keystore.invitations if kept.reader == reader.id and kept.ends > now]
    ending = [kept for kept in out if names is None or chain.invitation_name(kept.secret) in names]
    if ending:
        log.append(door.settings.state, "links retire", now=door.now, about=[reader.id], counts={"ended": len(ending)})
        keystore.invitations[:] = [kept for kept in keystore.invitations if kept not in ending]
        keystore.save()
        if len(ending) == len(out):
            note_retired(door, reader)
    _take_away(door, ending)
    return Retired(reader, len(ending), len(out) - len(ending))


def _take_away(door: Door, ended: Collection[InvitationKeys]) -> None:
    try:
        door.take_away(ended)
    except HostError as failed:
        failed.hint = f"Det är sparat, men filerna ligger kvar hos värden. {failed.hint} Kör igen, eller pluttra heartbeat."  # fmt: skip
        raise
