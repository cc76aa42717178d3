"""Shutting a reader out, letting them in again, and giving them another key. Knows whom, and what follows; the host is rewrapping's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pluttra_publish import log
from pluttra_publish.clock import now_of
from pluttra_publish.commit import stop_if_not_newest
from pluttra_publish.errors import HostError, UsageError
from pluttra_publish.plan import title_of
from pluttra_publish.platform import identity_path
from pluttra_publish.pushing import forget_pushes
from pluttra_publish.putting import near
from pluttra_publish.register import Reader, Register, audience_of, find_reader
from pluttra_publish.rewrapping import Also, Rewrapped, rewrap
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings


@dataclass(frozen=True)
class Revoked:
    """Whose access changed, to what, and what it took on the host. `read` are the titles of what they could read until now."""

    reader: Reader = field(repr=False)
    read: tuple[str, ...]
    done: Rewrapped

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it."""
        done = self.done
        figures = {"broken": len(done.broken), "readers": len(done.readers), "put": done.put, "deleted": done.deleted}
        return (
            {"name": self.reader.name, "read": list(self.read), "out": done.is_out} | figures | {"length": done.length}
        )


@dataclass
class _Change:
    """A change of one reader's standing. Called with keystore and register, it finds the reader and does it."""

    written: str
    now: int
    reader: Reader | None = None
    read: tuple[str, ...] = ()
    given: Mapping[str, list[str]] = field(default_factory=dict)

    def __call__(self, keystore: Keystore, register: Register) -> Also:
        self.reader = find_reader(register, self.written)
        keys = keystore.readers.get(self.reader.id)
        self.given = dict(keys.given or keys.had) if keys else {}
        known = (audience_of(key) for key in sorted(self.given) if _is_known(key, register))
        self.read = tuple(title_of(audience, register) for audience in known)
        return replace(self.change(keystore, self.reader), about=(self.reader.id,))

    def change(self, keystore: Keystore, reader: Reader) -> Also:
        raise NotImplementedError


@dataclass
class _Revoke(_Change):
    move: bool = False

    def change(self, keystore: Keystore, reader: Reader) -> Also:
        keystore.revoke(reader.id, now=self.now)
        return Also(moved=self.given if self.move else {})


class _Undo(_Change):
    def change(self, keystore: Keystore, reader: Reader) -> Also:
        if keystore.revoked.pop(reader.id, None) is None:
            raise UsageError(f"{reader.name} är inte avstängd.")
        return Also()


class _Rotate(_Change):
    def change(self, keystore: Keystore, reader: Reader) -> Also:
        del reader
        return Also(broken=[key for key in self.given if key in keystore.audiences])


class _Rekey(_Change):
    def change(self, keystore: Keystore, reader: Reader) -> Also:
        if reader.id in keystore.revoked:
            hint = f'Ska personen läsa igen: pluttra revoke --undo "{reader.name}"'
            raise UsageError(f"{reader.name} är avstängd.", hint=hint)
        if reader.id not in keystore.readers:
            hint = "Kör pluttra publish först."
            raise UsageError(
                f"{reader.name} har ingen nyckel att byta: inget är publicerat för den personen.", hint=hint
            )
        keystore.rekey(reader.id)
        return Also()


def revoke(settings: Settings, written: str, *, move: bool = False, identity: Path | None = None) -> Revoked:
    """Shut the reader that is meant out at once, whatever the register says. With `move`, what they could read gets other names at the next publish.

    Raises:
        UsageError: no reader, or more than one, has that name.
    """
    return _change(settings, "revoke", _Revoke(written, int(now_of(settings).timestamp()), move=move), identity)


def let_in(settings: Settings, written: str, *, identity: Path | None = None) -> Revoked:
    """Let the register decide again of a reader who was shut out.

    Raises:
        UsageError: no reader, or more than one, has that name; or they are not shut out.
    """
    return _change(settings, "revoke undo", _Undo(written, int(now_of(settings).timestamp())), identity)


def rekey(settings: Settings, written: str, *, identity: Path | None = None) -> Revoked:
    """Give the reader that is meant another key: what they have, on any device or in any link, opens nothing from now on.

    Raises:
        UsageError: no reader, or more than one, has that name; or they have no key, or are shut out.
    """
    return _change(settings, "rekey", _Rekey(written, int(now_of(settings).timestamp())), identity)


def rotate(settings: Settings, written: str, *, identity: Path | None = None) -> Revoked:
    """Break the epoch of every audience that the reader who is meant reads or has read; they go on as the register says.

    Raises:
        UsageError: no reader, or more than one, has that name.
    """
    return _change(settings, "rotate", _Rotate(written, int(now_of(settings).timestamp())), identity)


def rotate_everything(settings: Settings, *, identity: Path | None = None) -> str:
    """Replace every key there is; return the new recovery key. The site on the host is as before until the next publish, which seals it all anew.

    Raises:
        KeystoreError: the keystore can't be opened or written, or was restored and hasn't taken over.
    """
    own = identity or identity_path()
    with near(settings):
        keystore = Keystore.load(settings.state / "keystore.age", identity_path=own)
        stop_if_not_newest(keystore, None)
        log.append(settings.state, "rotate principal", now=now_of(settings), counts={"readers": len(keystore.readers)})
        forget_pushes(settings)
        return keystore.rotate(own)


def _change(settings: Settings, command: str, change: _Change, identity: Path | None) -> Revoked:
    try:
        done, _, _ = rewrap(settings, command, change, identity=identity)
    except HostError:  # it is decided all the same
        _silence(settings, change)
        raise
    _silence(settings, change)
    if change.reader is None:
        raise AssertionError
    return Revoked(change.reader, change.read, done)


def _silence(settings: Settings, change: _Change) -> None:
    """Tell nothing more to the devices of somebody whose key is no longer good."""
    if change.reader and isinstance(change, _Revoke | _Rekey):
        forget_pushes(settings, [change.reader.id])


def _is_known(key: str, register: Register) -> bool:
    kind, _, ident = key.removeprefix("staff:").partition(":")
    return {"department": ident in register.department, "child": ident in register.child}.get(kind, True)
