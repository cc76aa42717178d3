"""Everything secret, and everything that may not be forgotten. Knows age files. Does not know the register or hosts.

The file is encrypted to this machine's identity and to the recovery key that was shown once. The one place with state:
nothing counts before `save`.
"""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyrage

from pluttra_publish.errors import FormatError, KeystoreChanged, KeystoreError
from pluttra_publish.format import canonical, shape
from pluttra_publish.format.canonical import b64
from pluttra_publish.platform import locked, private_folder, telling, write_atomically
from pluttra_publish.sealing.kdf import kdf, name_of
from pluttra_publish.sealing.keys import AudienceKeys, InvitationKeys, ReaderKeys
from pluttra_publish.sealing.messages import Senders
from pluttra_publish.sealing.signing import SigningKey

LOCK = "keystore.lock"  # beside the keystore: held while it is replaced
_AGE = b"age-encryption.org/v1"

FORMER = "\n"
"""Between a register id and a number, in what somebody's earlier keys are kept under. No id has it: a cell of the register is one line."""


@dataclass
class Keystore:
    """The keystore of one site, open. `site` and `publisher` are ids of 16 bytes.

    `generation` is the keystore's own, for the root: raise it before a root is sealed. `keyrings` is the least
    generation of keyring that the root allows, `sequence` the last one used, `first_month` the earliest anything was sealed for. `audiences` are by audience key, `readers`
    by register id, `turns` by the name that the object had first. `revoked` are readers who have been shut out whatever the register says,
    by register id, with when (Unix seconds). `former` are the
    site key and the signing key's public point of the root that lies on the host, from when all was rotated until it is published. `push` is what signs for push services, None until something has been asked of them. `restored` is when the backup was made (Unix seconds) that this keystore was restored from; until it has
    taken over, it may not publish.
    """

    path: Path
    _identity: str = field(repr=False)
    recovery: str
    site: bytes
    publisher: bytes
    site_key: bytes = field(repr=False)
    naming_secret: bytes = field(repr=False)
    decoy_secret: bytes = field(repr=False)
    id_secret: bytes = field(repr=False)
    signing_key: SigningKey = field(repr=False)
    box_secret: bytes = field(repr=False)
    generation: int = 0
    keyrings: int = 0
    sequence: int = 0
    first_month: str | None = None
    audiences: dict[str, AudienceKeys] = field(default_factory=dict, repr=False)
    readers: dict[str, ReaderKeys] = field(default_factory=dict, repr=False)
    invitations: list[InvitationKeys] = field(default_factory=list, repr=False)
    turns: dict[str, int] = field(default_factory=dict, repr=False)
    revoked: dict[str, int] = field(default_factory=dict, repr=False)
    former: tuple[bytes, bytes] | None = field(default=None, repr=False)
    push: SigningKey | None = field(default=None, repr=False)
    restored: int | None = None
    _on_disk: bytes | None = field(default=None, repr=False)

    @classmethod
    def create(cls, path: Path, *, identity_path: Path) -> tuple[Keystore, str]:
        """Make and save a keystore with new secrets; return it and the recovery key, which is kept nowhere else.

        This machine's identity is made too, if it has none.

        Raises:
            KeystoreError: there is a keystore already, or it or the identity can't be read or written.
        """
        if path.exists():
            raise KeystoreError(
                f"Det finns redan en nyckelfil: {path}.", hint="Använd den, eller flytta undan den om du vill börja om."
            )
        recovery = pyrage.x25519.Identity.generate()
        keystore = cls(
            path=path,
            _identity=_own_identity(identity_path),
            recovery=str(recovery.to_public()),
            site=secrets.token_bytes(16),
            publisher=secrets.token_bytes(16),
            site_key=secrets.token_bytes(32),
            naming_secret=secrets.token_bytes(32),
            decoy_secret=secrets.token_bytes(32),
            id_secret=secrets.token_bytes(32),
            signing_key=SigningKey.generate(),
            box_secret=secrets.token_bytes(32),
        )
        keystore.save()
        return keystore, str(recovery)

    @classmethod
    def load(cls, path: Path, *, identity_path: Path) -> Keystore:
        """Open a keystore with this machine's identity.

        Raises:
            KeystoreError: the keystore or the identity is missing, damaged, or they don't belong together.
        """
        encrypted = _read(path)
        return cls._open(path, encrypted, _read_identity(identity_path), f"datorns identitet ({identity_path})")

    @classmethod
    def recover(cls, path: Path, *, identity_path: Path, recovery_key: str) -> Keystore:
        """Open a keystore with the recovery key, and save it so that this machine's identity opens it from now on.

        Raises:
            KeystoreError: the keystore is missing or damaged, or the recovery key is another one's.
        """
        keystore = cls._open(path, _read(path), recovery_key.strip(), "återställningsnyckeln")
        keystore._identity = _own_identity(identity_path)
        keystore.save()
        return keystore

    def save(self, *, also: Any = None) -> None:
        """Encrypt and replace the file; after a crash the old or the new one is there, whole. `also` is one more recipient.

        Raises:
            KeystoreChanged: another has saved it since it was read.
            KeystoreError: it can't be written.
        """
        own = _identity_of(self._identity)
        recipients = [own.to_public(), pyrage.x25519.Recipient.from_str(self.recovery)]
        recipients += [also] if also else []
        encrypted: bytes = pyrage.encrypt(canonical.encode(self._to_value()), recipients)
        # Else one that saves between the look and the writing is lost.
        with locked(private_folder(self.path.parent) / LOCK):
            on_disk = self.path.read_bytes() if self.path.exists() else None
            if on_disk != self._on_disk:
                raise KeystoreChanged(
                    f"Nyckelfilen {self.path} har ändrats av en annan körning.",
                    hint="Låt bara en körning åt gången publicera eller bjuda in, och kör igen.",
                )
            with telling(self.path, KeystoreError):
                write_atomically(self.path, encrypted, private=True)
        self._on_disk = encrypted

    def audience(self, key: str) -> AudienceKeys:
        """Return the secrets of an audience, made on first use."""
        if key not in self.audiences:
            self.audiences[key] = AudienceKeys.new()
        return self.audiences[key]

    def reader(self, id: str) -> ReaderKeys:  # noqa: A002 - the register's word
        """Return the keys of a reader, made on first use."""
        if id not in self.readers:
            self.readers[id] = ReaderKeys.new()
        return self.readers[id]

    def revoke(self, id: str, *, now: int) -> None:  # noqa: A002 - the register's word
        """Shut a reader out, and forget the invitations that are out for them."""
        self.revoked.setdefault(id, now)
        self._uninvite(id)

    def rekey(self, id: str) -> None:  # noqa: A002 - the register's word
        """Give a reader a new key, and forget the invitations to the old one, which stays among the readers as somebody without access."""
        former = next(f"{id}{FORMER}{n}" for n in itertools.count(1) if f"{id}{FORMER}{n}" not in self.readers)
        self.readers[former] = self.readers.pop(id)
        self.readers[id] = ReaderKeys.new()
        self._uninvite(id)

    def rotate(self, identity_path: Path) -> str:
        """Replace every secret, the recovery key and this machine's identity, and save; return the recovery key, which is kept nowhere else.

        Ids stay: of the site, its publisher, audiences, posts. Every reader has a new key, and nobody has been given anything with it yet. A stop at
        any point leaves a keystore that the identity which lies there opens.
        """
        self.former = self.site_key, self.signing_key.public
        self.site_key, self.naming_secret, self.decoy_secret = (secrets.token_bytes(32) for _ in range(3))
        self.box_secret = secrets.token_bytes(32)
        self.signing_key, self.push = SigningKey.generate(), None
        for key, old in self.audiences.items():
            self.audiences[key] = replace(AudienceKeys.new(), id=old.id)
        for reader in [reader for reader in self.readers if FORMER not in reader]:
            self.rekey(reader)
        self.turns.clear()
        self.invitations.clear()
        self.generation += 1
        recovery, identity = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
        self.recovery = str(recovery.to_public())
        self.save(also=identity.to_public())
        with telling(identity_path, KeystoreError):
            write_atomically(identity_path, _identity_file(str(identity)), private=True)
        self._identity = str(identity)
        self.save()
        return str(recovery)

    def _uninvite(self, id: str) -> None:  # noqa: A002
        self.invitations[:] = [kept for kept in self.invitations if kept.reader != id]

    def rooted(self) -> bool:
        """Remember that a root with the newest epochs lies on the host; tell whether that was not known of all."""
        new = [audience for audience in self.audiences.values() if not audience.rooted]
        for audience in new:
            audience.rooted = True
        changed = bool(new) or self.former is not None or self.restored is not None
        self.former = self.restored = None
        return changed

    def is_current(self) -> bool:
        """Tell whether the file is as it was when this was read or saved."""
        try:
            return self.path.read_bytes() == self._on_disk
        except OSError:
            return False

    def newest(self) -> Keystore:
        """Return what the file holds now: this, unless another run has saved it since. Raises KeystoreError if it can't be opened."""
        changed = not self.is_current()
        return Keystore._open(self.path, _read(self.path), self._identity, "datorns identitet") if changed else self

    def invite(self, reader: str, *, ends: int) -> InvitationKeys:
        """Return a new invitation for a reader."""
        made = InvitationKeys(secrets.token_bytes(32), reader, ends)
        self.invitations.append(made)
        return made

    @property
    def drop_box(self) -> bytes:
        """The drop box's secret that keyrings of this generation hold: whoever lost access opens no later letterbox."""
        return kdf(self.box_secret, "drop-box", self.keyrings)

    @property
    def push_key(self) -> SigningKey:
        """What signs for push services, made on first use."""
        if self.push is None:
            self.push = SigningKey.generate()
        return self.push

    def senders(self) -> Senders:
        """Return everybody who may have sent a message, by register id; whoever no longer reads is not among them."""
        return Senders(
            {
                reader: keys.key
                for reader, keys in self.readers.items()
                if FORMER not in reader and keys.ended is None and reader not in self.revoked
            }
        )

    def former_senders(self) -> Senders:
        """Return those who have been shut out or have ended, and everybody's keys from before a new one: what they send is refused."""
        return Senders(
            {
                reader: keys.key
                for reader, keys in self.readers.items()
                if FORMER in reader or keys.ended is not None or reader in self.revoked
            }
        )

    def opaque_id(self, kind: str, *text: str) -> str:
        """Return the id of a post or a child that says nothing to a host; the same each time."""
        return name_of(self.id_secret, "id", kind, *text)

    @classmethod
    def _open(cls, path: Path, encrypted: bytes, identity: str, what: str) -> Keystore:
        key = _identity_of(identity)
        if not encrypted.startswith(_AGE):
            raise _damaged(path)
        try:
            content = pyrage.decrypt(encrypted, [key])
        except pyrage.DecryptError:
            raise KeystoreError(
                f"Nyckelfilen {path} kan inte öppnas med {what}.",
                hint="Använd den identitet eller återställningsnyckel den gjordes med, eller en säkerhetskopia.",
            ) from None
        try:
            return cls._from_value(path, encrypted, identity, canonical.decode(content))
        except FormatError:
            raise _damaged(path) from None

    def _to_value(self) -> dict[str, object]:
        return {
            "audiences": {key: audience.to_value() for key, audience in self.audiences.items()},
            "boxSecret": b64(self.box_secret),
            "decoySecret": b64(self.decoy_secret),
            "firstMonth": self.first_month,
            "former": [b64(part) for part in self.former or ()],
            "generation": self.generation,
            "idSecret": b64(self.id_secret),
            "invitations": [invitation.to_value() for invitation in self.invitations],
            "keyrings": self.keyrings,
            "namingSecret": b64(self.naming_secret),
            "publisher": b64(self.publisher),
            "push": b64(self.push.scalar) if self.push else None,
            "readers": {reader: keys.to_value() for reader, keys in self.readers.items()},
            "recovery": self.recovery,
            "revoked": dict(self.revoked),
            "restored": self.restored,
            "sequence": self.sequence,
            "signingKey": b64(self.signing_key.scalar),
            "site": b64(self.site),
            "siteKey": b64(self.site_key),
            "turns": self.turns,
            "v": canonical.VERSION,
        }

    @classmethod
    def _from_value(cls, path: Path, encrypted: bytes, identity: str, value: dict[str, Any]) -> Keystore:
        def raw(name: str, length: int = 32) -> bytes:
            return shape.raw(shape.member(value, name), name, length)

        audiences = shape.mapping(shape.member(value, "audiences"), "audiences")
        readers = shape.mapping(shape.member(value, "readers"), "readers")
        restored, push = value.get("restored"), value.get("push")
        turns = shape.mapping(value.get("turns", {}), "turns")  # which a keystore from before there were any lacks
        former = value.get("former", [])
        revoked = shape.mapping(value.get("revoked", {}), "revoked")
        return cls(
            path=path,
            _identity=identity,
            recovery=shape.text(shape.member(value, "recovery"), "recovery"),
            site=raw("site", 16),
            publisher=raw("publisher", 16),
            site_key=raw("siteKey"),
            naming_secret=raw("namingSecret"),
            decoy_secret=raw("decoySecret"),
            id_secret=raw("idSecret"),
            signing_key=SigningKey(raw("signingKey")),
            box_secret=raw("boxSecret")
            if "boxSecret" in value
            else secrets.token_bytes(32),  # from before there was a drop box
            generation=shape.number(shape.member(value, "generation"), "generation"),
            keyrings=shape.number(shape.member(value, "keyrings"), "keyrings"),
            sequence=shape.number(shape.member(value, "sequence"), "sequence"),
            first_month=None
            if shape.member(value, "firstMonth") is None
            else shape.month(value["firstMonth"], "firstMonth"),
            audiences={key: AudienceKeys.from_value(part, key) for key, part in audiences.items()},
            readers={reader: ReaderKeys.from_value(part, reader) for reader, part in readers.items()},
            invitations=list(
                shape.listed(shape.member(value, "invitations"), "invitations", InvitationKeys.from_value)
            ),
            turns={name: shape.number(turn, "turns") for name, turn in turns.items()},
            revoked={reader: shape.number(when, "revoked") for reader, when in revoked.items()},
            former=(shape.raw(former[0], "former", 32), shape.raw(former[1], "former", 65)) if former else None,
            push=None if push is None else SigningKey(shape.raw(push, "push", 32)),
            restored=None if restored is None else shape.number(restored, "restored"),
            _on_disk=encrypted,
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise KeystoreError(
            f"Nyckelfilen {path} saknas eller kan inte läsas.",
            hint="Lägg tillbaka den från en säkerhetskopia, eller börja en ny förskola med `pluttra init`.",
        ) from None


def _damaged(path: Path) -> KeystoreError:
    return KeystoreError(f"Nyckelfilen {path} är skadad.", hint="Lägg tillbaka den från en säkerhetskopia.")


def _read_identity(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise KeystoreError(
            f"Den här datorns identitet saknas eller kan inte läsas: {path}.",
            hint="Lägg tillbaka filen från en säkerhetskopia, eller öppna nyckelfilen med återställningsnyckeln.",
        ) from None
    return next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")


def _own_identity(path: Path) -> str:
    """Return this machine's identity, made on first use."""
    if path.exists():
        return _read_identity(path)
    identity = str(pyrage.x25519.Identity.generate())
    private_folder(path.parent)
    with telling(path, KeystoreError):
        write_atomically(path, _identity_file(identity), private=True)
    return identity


def _identity_file(identity: str) -> bytes:
    return f"# Pluttra Publish\n{identity}\n".encode()


def _identity_of(written: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(written)
    except pyrage.IdentityError:
        raise KeystoreError(
            "Identiteten eller återställningsnyckeln är felskriven.",
            hint="Den ska börja med AGE-SECRET-KEY-1; kontrollera att inget tecken saknas.",
        ) from None
