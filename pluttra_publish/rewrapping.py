"""Who may read brought up to date on the host, without a post being read: epochs broken, catalogues wrapped anew, keyrings, invitations, root.

Knows register, keystore and the chain on the host. Does not know why anybody leaves. What it puts is what a publish of the same day would
put of the same posts; indexes and objects stay where they lie.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pluttra_publish import log
from pluttra_publish.before import Before
from pluttra_publish.clock import now_of
from pluttra_publish.commit import opened_root, seal_root, stop_if_not_newest
from pluttra_publish.epochs import settle, settled
from pluttra_publish.errors import Findings, HostError, UsageError
from pluttra_publish.format.chain import Row, Whereabouts
from pluttra_publish.format.layout import keyring_path, object_path
from pluttra_publish.keyrings import doors_of, keyrings, reach_of
from pluttra_publish.last_time import TABLES, Changes, LastTime
from pluttra_publish.letterbox import letterboxes
from pluttra_publish.plan import Access, Plan, title_of, with_staff
from pluttra_publish.platform import identity_path, private_folder, without_collecting
from pluttra_publish.putting import Place, place_on_host
from pluttra_publish.register import (
    Audience,
    Consents,
    Register,
    access,
    audience_of,
    audiences,
    read_consents,
    read_register,
    readers,
)
from pluttra_publish.sealed_site import invitation_for
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import Settings

LEDGER = "ledger.sqlite"


@dataclass(frozen=True)
class Also:
    """What shall follow a change: `broken` are keys of audiences whose epoch breaks though nobody loses them; of what could be read with `moved`, months by
    audience key, everything gets another name at the next publish. `about` are the ids of those whom it is about.
    """

    broken: Collection[str] = ()
    moved: Mapping[str, Collection[str]] = field(default_factory=dict)
    about: tuple[str, ...] = ()


Change = Callable[[Keystore, Register], Also]
"""What is changed in the keystore first."""


@dataclass(frozen=True)
class Rewrapped:
    """What was done. `broken` are keys of audiences, `readers` those who read now, by id; `put` and `deleted` are files, `length` bytes put."""

    broken: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    put: int = 0
    deleted: int = 0
    length: int = 0
    sequence: int = 0

    @property
    def is_out(self) -> bool:
        """Whether there is a site on the host, and it has changed; else the keystore alone has."""
        return self.sequence > 0


@without_collecting()
def rewrap(
    settings: Settings, command: str, change: Change | None = None, *, identity: Path | None = None
) -> tuple[Rewrapped, Register, Keystore]:
    """Bring the site on the host up to date with register and keystore, after `change`; `command` is what the log says was done.

    Raises:
        CheckFailed: the register has errors.
        KeystoreError: the keystore can't be opened, or the host has been published to with other keys.
        HostError: the host failed; the old or the new site is whole there.
    """
    findings = Findings()
    register = read_register(settings.register, findings)
    findings.stop()
    asked = _Asked(settings, command, change, register, identity or identity_path())
    try:
        with place_on_host(settings) as place, Ledger.load(private_folder(settings.state) / LEDGER, TABLES) as ledger:
            keystore, also, invited = asked.decide(place.root)
            if place.root is None:
                return Rewrapped(), register, keystore
            consents = read_consents(settings.register, register, settings.consents, Findings())  # a faulty row is a no
            made = _Rewrap(settings, keystore, ledger, place, place.root, consents, now_of(settings), invited)
            return made.run(None if change else command, also), register, keystore
    except HostError as failed:
        if change is not None:
            asked.decide(None)
            failed.hint = f"Det är sparat, men inte utlagt. {failed.hint} Kör igen, eller pluttra heartbeat.".strip()
        raise


@dataclass
class _Asked:
    """What somebody has decided. It counts, and is in the log, before the host is touched, and though the host can't be had: the next publish puts it too."""

    settings: Settings
    command: str
    change: Change | None
    register: Register
    identity: Path
    done: bool = False

    def decide(self, root: bytes | None) -> tuple[Keystore, Also, set[str]]:
        """Return the keystore after the change, what follows from it, and the paths of the invitations that were out before.

        Raises:
            KeystoreError: the site that has this root is another publisher's.
        """
        settings = self.settings
        keystore = Keystore.load(settings.state / "keystore.age", identity_path=self.identity)
        invited = {_path(kept.secret) for kept in keystore.invitations}
        if root is not None:
            opened_root(root, keystore)
            if keystore.former is not None:
                message = "Alla nycklar är bytta, men det är inte publicerat."
                raise UsageError(message, hint="Kör pluttra publish --whole först.")
        if self.change is None or self.done:
            return keystore, Also(), invited
        also = self.change(keystore, self.register)
        log.append(settings.state, self.command, now=now_of(settings), about=also.about)
        keystore.save()
        self.done = True
        return keystore, also, invited


class _Rewrap:
    """One time, with a place that is not claimed yet."""

    def __init__(
        self,
        settings: Settings,
        keystore: Keystore,
        ledger: Ledger,
        place: Place,
        root: bytes,
        consents: Consents,
        now: datetime,
        invited: set[str],
    ) -> None:
        """`invited` are the paths of the invitations that were out before anything was changed."""
        self._settings, self._keystore, self._place = settings, keystore, place
        self._consents, self._register = consents, consents.register
        self._ledger, self._now, self._last, self._invited = ledger, now, LastTime(ledger), invited
        self._root = opened_root(root, keystore)
        stop_if_not_newest(keystore, self._root)
        self._before = Before(self._root, place.get, keystore)
        self._was: set[str] = set()
        self._known = self._last.known and place.sure and self._last.told("root") == hashlib.sha256(root).hexdigest()

    def run(self, command: str | None, also: Also) -> Rewrapped:
        more = also.broken
        for key in self._owners(also.moved):
            self._keystore.audience(key).moves += 1
        keystore, now = self._keystore, int(self._now.timestamp())
        sequence = 1 + max(keystore.sequence, self._root.sequence, now)
        reading = self._access()
        anew, stay, old = self._catalogues(settled(keystore, reading) | set(more))
        broken = settle(keystore, reading, now, more=more)
        made, where = self._sealed(anew)
        where |= stay
        slots = [
            chain.slot_of(chain.catalogue_secret(keystore.audience(key).epochs[0]), sequence, lies)
            for key, lies in where.items()
        ]
        reach = reach_of(keystore, reading, self._consents, self._settings, self._now)
        if not self._known or self._last.told("reach") != reach:
            made += keyrings(keystore, reading, self._consents, self._settings, self._now)
        invitations, ended = self._invitations(reading)
        root = seal_root(keystore, slots, self._settings, self._now, sequence)
        lying = self._last.clear() if self._known else {}
        new = [one for one in [*made, *invitations] if one.immutable or lying.get(one.path) != one.digest.hex()]
        gone = {object_path(name) for name in old} - {one.path for one in made}
        with self._place.claimed():
            if command is not None:
                counts = {"broken": len(broken), "readers": len(reading), "ended": len(ended)}
                log.append(self._settings.state, command, now=self._now, counts=counts)
            keystore.save()
            self._ledger.forget(gone)
            done = self._place.put_changes([*new, root], sorted(gone | ended), kept=self._last.size)
            keystore.rooted()
            keystore.save()
            self._remember(made, invitations, where, root, reach, ended, moved=bool(also.moved))
        return Rewrapped(broken, frozenset(reading), len(done.put), len(done.deleted), done.length, sequence)

    def _owners(self, months: Mapping[str, Collection[str]]) -> set[str]:
        """Return the keys of the audiences that own what could be read with these months: others' posts stand in an index too."""
        keys = {audience.id.hex(): key for key, audience in self._keystore.audiences.items()}
        owners = set(months)
        for key in months:
            rows = self._before.rows(key) if self._before.where(key) else {}
            for month in rows.keys() & set(months[key]):
                index = self._before.index((key, month), rows[month])
                owners |= {keys[card.home] for card in index.posts if card.home in keys}
        return owners

    def _access(self) -> Access:
        """Return who may read what today, of what lies there."""
        keystore, settings = self._keystore, self._settings
        reading = access(
            self._register,
            today=self._now.date(),
            first_month=keystore.first_month or f"{self._now:%Y-%m}",
            grace_days=settings.grace_days,
            revoked=keystore.revoked,
        )
        told = self._last.told("staff")
        more = json.loads(self._last.told("standing staff") or "[]")
        own = [*json.loads(told), *more] if told else [key for key in keystore.audiences if key.startswith("staff:")]
        staff = {audience for audience in map(audience_of, own) if audience.id}
        return with_staff(reading, Plan((), (), ()), self._register, staff)

    def _catalogues(
        self, broken: Collection[str]
    ) -> tuple[dict[str, dict[str, Row]], dict[str, Whereabouts], set[str]]:
        """Return what is wrapped anew, what stays where it lies, and the names of catalogues that nobody is led to any more."""
        anew: dict[str, dict[str, Row]] = {}
        stay: dict[str, Whereabouts] = {}
        old: set[str] = set()
        known = self._named()
        for key in sorted(self._keystore.audiences):
            found = self._before.where(key)
            if found is None:
                continue
            newest, lies = found
            self._was.add(key)
            if newest and key not in broken:
                stay[key] = lies
                continue
            old.add(lies.name)
            if key in known:
                anew[key] = self._before.rows(key)
                if not anew[key]:
                    message = "Värden saknar en fil som ska finnas där."
                    raise HostError(message, hint="Kör pluttra publish --whole, och sedan det här igen.")
        return anew, stay, old

    def _named(self) -> set[str]:
        """Return the keys of the audiences that the register knows; a child who is gone from it has none, and nobody reads it."""
        named = {audience.key for audience in audiences(self._register)}
        return named | {Audience("staff", key).key for key in named if key.startswith(("department:", "child:"))}

    def _sealed(self, anew: dict[str, dict[str, Row]]) -> tuple[list[SealedObject], dict[str, Whereabouts]]:
        made, where = [], {}
        for key, rows in anew.items():
            keys, audience = self._keystore.audience(key), audience_of(key)
            where[key], sealed = chain.seal_catalogue(
                audience=keys.id.hex(),
                kind=audience.kind,
                title=title_of(audience, self._register),
                rows=rows,
                epoch_secret=keys.epochs[0],
                naming_secret=self._keystore.naming_secret,
            )
            made.append(sealed)
        return made, where

    def _invitations(self, reading: Access) -> tuple[list[SealedObject], set[str]]:
        """Return the invitations that still hold, with the letterbox, and the paths of those that don't; they are forgotten."""
        keystore, known, now = self._keystore, readers(self._register), int(self._now.timestamp())
        held = [kept for kept in keystore.invitations if kept.ends > now]
        keystore.invitations[:] = held
        holding = {_path(kept.secret) for kept in held if kept.reader in reading}
        over = {*self._invited, *self._last.told("invitations").split(), *self._place.beside()}
        made = [invitation_for(keystore, kept, known[kept.reader]) for kept in held if kept.reader in reading]
        boxes = letterboxes(keystore, self._settings, self._now)
        return [*made, *boxes], over - holding - {box.path for box in boxes}

    def _remember(
        self,
        made: Iterable[SealedObject],
        invitations: Iterable[SealedObject],
        where: dict[str, Whereabouts],
        root: SealedObject,
        reach: str,
        ended: set[str],
        *,
        moved: bool,
    ) -> None:
        """Let the next publish know, if it knew what lay here before."""
        changes = Changes()
        if self._known:
            ids = {key: keys.id.hex() for key, keys in self._keystore.audiences.items()}
            changes.others = {ids[key]: frozenset({lies.name}) for key, lies in where.items()}
            changes.others |= {ids[key]: frozenset() for key in self._was - where.keys()}
            fixed = [one for one in [*made, *invitations] if not one.immutable]
            changes.clear = dict.fromkeys(ended) | {one.path: one.digest.hex() for one in fixed}
            paths = " ".join(sorted(one.path for one in invitations))
            changes.told = {"root": root.digest.hex(), "reach": reach, "invitations": paths}
            changes.told["doors"] = doors_of(self._keystore)
            changes.told |= {"world": ""} if moved else {}  # so the next publish names everything anew
        with self._ledger.database as database:
            database.execute("BEGIN")
            self._last.write(changes, whole=False)
            self._ledger.write(whole=False)


def _path(secret: bytes) -> str:
    return keyring_path(chain.invitation_name(secret))
