"""Invitations: for whom, made and put on the host, and where each stands. Knows register, keystore and host. Does not know mail, paper or commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from pluttra_publish import log
from pluttra_publish.clock import now_of
from pluttra_publish.commit import opened_root, stop_if_not_newest
from pluttra_publish.errors import Findings, KeystoreChanged, KeystoreError, UsageError
from pluttra_publish.format.access import link
from pluttra_publish.format.layout import keyring_path
from pluttra_publish.letters.outbox import Outbox, Refusal
from pluttra_publish.platform import identity_path
from pluttra_publish.putting import put_beside, take_beside
from pluttra_publish.register import (
    Reader,
    Register,
    access,
    departments_of,
    find_department,
    find_reader,
    guardians_of,
    read_register,
    readers,
)
from pluttra_publish.sealed_site import invitation_for
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keys import InvitationKeys
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings

SOON = timedelta(days=3)
"""A link that ends within this is about to expire."""

_TRIES = 3  # of an invitation, while other runs save the keystore
_EVER = "2000-01"

Standing = Literal["never", "waiting", "refused", "valid", "soon", "expired", "retired"]


@dataclass(frozen=True)
class Invited:
    """A link, and for whom. Whoever has it reads as that person until `ends` (Unix seconds). `id` names the invitation and opens nothing, nor does
    `lies`, its name on the host.
    """

    reader: Reader = field(repr=False)
    url: str = field(repr=False)
    ends: int
    ends_at: datetime
    id: str
    lies: str

    @property
    def name(self) -> str:
        return self.reader.name

    @property
    def role(self) -> str:
        return self.reader.role

    @property
    def ends_text(self) -> str:
        return f"{self.ends_at:%Y-%m-%d} kl. {self.ends_at:%H.%M}"


@dataclass(frozen=True)
class LinkRow:
    """Where a reader's invitation stands. Times are Unix seconds, None for what has not been.

    `opened` tells whether a link has been opened since they were invited last, and `opened_at` when; None where nobody has said so and nobody could have, for
    the site has no drop box. `retired` is when somebody let the invitation end before its time.
    """

    reader: Reader = field(repr=False)
    standing: Standing
    invited: int | None
    ends: int | None
    how: str
    code: int = 0
    opened_at: int | None = None
    retired: int | None = None
    reports: bool = False

    @property
    def opened(self) -> bool | None:
        if self.opened_at is not None:
            return True
        return False if self.reports else None


@dataclass(frozen=True)
class Door:
    """Register and keystore, opened once to invite many."""

    settings: Settings
    register: Register
    keystore: Keystore
    now: datetime

    @classmethod
    def open(cls, settings: Settings, *, identity: Path | None = None) -> Door:
        """Read the register and open the keystore.

        Raises:
            CheckFailed: the register has errors.
            KeystoreError: the keystore can't be opened.
        """
        findings = Findings()
        register = read_register(settings.register, findings)
        findings.stop()
        keystore = Keystore.load(settings.state / "keystore.age", identity_path=identity or identity_path())
        return cls(settings, register, keystore, now_of(settings))

    @cached_property
    def _granted(self) -> frozenset[str]:
        today, grace = self.now.date(), self.settings.grace_days
        revoked = self.keystore.revoked
        return frozenset(access(self.register, today=today, first_month=_EVER, grace_days=grace, revoked=revoked))

    def everyone(self) -> tuple[Reader, ...]:
        """Return all who may be invited, by name: those to whom something has been published, and who still read."""
        found = (reader for reader in readers(self.register).values() if self.reads(reader))
        return tuple(sorted(found, key=lambda reader: (reader.role != "guardian", reader.name.casefold(), reader.id)))

    def one(self, written: str) -> Reader:
        """Return the reader that is meant.

        Raises:
            UsageError: no reader, or more than one, has that name; or the site has not been published to them yet.
        """
        reader = find_reader(self.register, written)
        if reader.id in self.keystore.revoked:
            hint = f'Ska personen läsa igen: pluttra revoke --undo "{reader.name}"'
            raise UsageError(f"{reader.name} är avstängd.", hint=hint)
        if not self.reads(reader):
            hint = "Kör pluttra publish först. Har personen slutat finns ingenting att läsa."
            raise UsageError(f"Det finns ingenting publicerat för {reader.name} ännu.", hint=hint)
        return reader

    def of_department(self, written: str) -> tuple[Reader, ...]:
        """Return the guardians of the children who are in a department today.

        Raises:
            DepartmentNotFound: there is none of that name.
        """
        department, today = find_department(self.register, written), self.now.date()
        there = [child.id for child in self.register.visible.children if department in departments_of(self.register, child.id, today)]  # fmt: skip
        guardians = {guardian.id for child in there for guardian in guardians_of(self.register, child, today)}
        return tuple(reader for reader in self.everyone() if reader.id in guardians)

    def reads(self, reader: Reader) -> bool:
        """Tell whether something has been published to a reader, who by the register of today still may read it."""
        keys = self.keystore.readers.get(reader.id)
        return keys is not None and keys.ended is None and bool(keys.given) and reader.id in self._granted

    def invite(self, wanted: Iterable[Reader], *, valid_for: timedelta, reuse: bool = False) -> tuple[Invited, ...]:
        """Make invitations, and put them on the host. `reuse` takes an earlier one that lasts half as long or more.

        Raises:
            HostError: they could not be put; no link has been given.
        """
        ends, lasting = int((self.now + valid_for).timestamp()), int((self.now + valid_for / 2).timestamp())
        made: list[tuple[InvitationKeys, Reader]] = []
        before = len(self.keystore.invitations)
        for reader in wanted:
            known = (i for i in self.keystore.invitations if reuse and i.reader == reader.id and i.ends >= lasting)
            made.append((next(known, None) or self.keystore.invite(reader.id, ends=ends), reader))
        if len(self.keystore.invitations) > before:
            self.keystore.save()
        self._log(made)
        self.put(made)
        return tuple(self._invited(keys, reader) for keys, reader in made)

    def _log(self, made: Sequence[tuple[InvitationKeys, Reader]]) -> None:
        about = [reader.id for _, reader in made]
        log.append(self.settings.state, "invite", now=self.now, about=about, counts={"invitations": len(made)})

    def put(self, made: Sequence[tuple[InvitationKeys, Reader]]) -> None:
        """Put sealed invitations on the host.

        Raises:
            KeystoreError: another machine publishes, or another run has ended them meanwhile.
        """

        def check(root: bytes | None) -> None:
            newest = self._check_root(root)
            if any(keys not in newest.invitations for keys, _ in made):
                message = "En annan körning har avslutat länkarna medan de lades ut."
                raise KeystoreError(message, hint="Kör igen, så görs nya.")

        sealed = [invitation_for(self.keystore, keys, reader) for keys, reader in made]
        put_beside(self.settings, sealed, check)

    def take_away(self, ended: Iterable[InvitationKeys]) -> None:
        """Take invitations that the keystore has forgotten away from the host, and those that could not be taken away before.

        Raises:
            HostError: they could not be, and will be by the next publish or heartbeat.
            KeystoreError: another machine publishes.
        """
        held = {_path(kept) for kept in self.keystore.newest().invitations}
        take_beside(self.settings, {_path(keys) for keys in ended}, held, self._check_root)

    def _check_root(self, sealed: bytes | None) -> Keystore:
        """Return the keystore as it is now: a publish may have ended since it was opened."""
        newest = self.keystore.newest()
        stop_if_not_newest(newest, opened_root(sealed, newest) if sealed else None)
        return newest

    def found(self, ident: str, reader: Reader) -> Invited | None:
        """Return the invitation of that id, if it is that reader's and has not ended."""
        for keys in self.keystore.invitations:
            if keys.reader == reader.id and keys.ends > self.now.timestamp() and self._id(keys) == ident:
                return self._invited(keys, reader)
        return None

    def opaque(self, reader: Reader) -> str:
        """Return the id by which a reader is known where no names may be."""
        return self.keystore.opaque_id("reader", reader.id)

    def mark(self, reader: Reader) -> str:
        """Return what tells a reader's address from another, and says nothing of it."""
        return self.keystore.opaque_id("address", reader.email.casefold())

    def rows(self, outbox: Outbox) -> tuple[LinkRow, ...]:
        """Return where the invitation of everyone who reads stands."""
        return tuple(self._row(reader, outbox) for reader in self.everyone())

    def _row(self, reader: Reader, outbox: Outbox) -> LinkRow:
        known, now = self.opaque(reader), int(self.now.timestamp())
        asked = outbox.asked.get(known)
        refusal: Refusal | None = outbox.refused.get(known) if outbox.is_refused(known, self.mark(reader)) else None
        if asked is None:
            return LinkRow(reader, "never", None, None, "", refusal.code if refusal else 0)
        openings = outbox.opened.get(known, {}).items()
        since = [time for name, time in openings if name == asked.name or time >= asked.time]
        # Only what lies in the keystore can be opened: a link that was taken back has no end to wait for.
        lives = max((i.ends for i in self.keystore.invitations if i.reader == reader.id), default=0)
        standing: Standing = "valid"
        if asked.retired:
            standing = "retired"
        elif refusal and asked.how == "mail":
            standing = "refused"
        elif min(asked.ends, lives) <= now:
            standing = "expired"
        elif asked.waiting:
            standing = "waiting"
        elif asked.ends - now <= SOON.total_seconds():
            standing = "soon"
        return LinkRow(
            reader,
            standing,
            asked.time,
            asked.ends,
            asked.how,
            refusal.code if refusal else 0,
            opened_at=min(since, default=None),
            retired=asked.retired or None,
            reports=self.settings.drop.is_on,
        )

    def _invited(self, keys: InvitationKeys, reader: Reader) -> Invited:
        ends = datetime.fromtimestamp(keys.ends, self.settings.zone)
        lies = chain.invitation_name(keys.secret)
        return Invited(reader, link(self.settings.url, keys.secret), keys.ends, ends, self._id(keys), lies)

    def _id(self, keys: InvitationKeys) -> str:
        return self.keystore.opaque_id("invitation", keys.secret.hex())


def invite(
    settings: Settings, name: str, *, valid_for: timedelta, reuse: bool = False, identity: Path | None = None
) -> Invited:
    """Put an invitation for a reader on the host and return its link. `reuse` gives an earlier one that lasts half as long or more.

    Raises:
        UsageError: no reader, or more than one, has that name; or the site has not been published to them yet.
    """
    for left in reversed(range(_TRIES)):
        door = Door.open(settings, identity=identity)
        try:
            return door.invite([door.one(name)], valid_for=valid_for, reuse=reuse)[0]
        except KeystoreChanged:
            if not left:
                raise
    raise AssertionError


def _path(keys: InvitationKeys) -> str:
    return keyring_path(chain.invitation_name(keys.secret))
