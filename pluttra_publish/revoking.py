"""Shutting a reader out, letting them in again, and giving them another key. Knows whom, and what follows; the host is rewrapping's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from pluttra_publish.clock import now_of
from pluttra_publish.errors import UsageError
from pluttra_publish.plan import title_of
from pluttra_publish.register import Reader, Register, audience_of, find_reader
from pluttra_publish.rewrapping import Rewrapped, rewrap
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
        return {"name": self.reader.name, "read": list(self.read), "out": done.is_out} | figures | {"length": done.length}


@dataclass
class _Change:
    """A change of one reader's standing. Called with keystore and register, it finds the reader and does it."""

    written: str
    now: int
    reader: Reader | None = None
    read: tuple[str, ...] = ()

    def __call__(self, keystore: Keystore, register: Register) -> Collection[str]:
        self.reader = find_reader(register, self.written)
        keys = keystore.readers.get(self.reader.id)
        given = map(audience_of, sorted(keys.given)) if keys else ()
        self.read = tuple(title_of(audience, register) for audience in given if _is_known(audience.key, register))
        return self.change(keystore, self.reader)

    def change(self, keystore: Keystore, reader: Reader) -> Collection[str]:
        raise NotImplementedError


class _Revoke(_Change):
    def change(self, keystore: Keystore, reader: Reader) -> Collection[str]:
        keystore.revoke(reader.id, now=self.now)
        return ()


class _Undo(_Change):
    def change(self, keystore: Keystore, reader: Reader) -> Collection[str]:
        if keystore.revoked.pop(reader.id, None) is None:
            raise UsageError(f"{reader.name} är inte avstängd.")
        return ()


class _Rekey(_Change):
    def change(self, keystore: Keystore, reader: Reader) -> Collection[str]:
        if reader.id in keystore.revoked:
            hint = f'Ska personen läsa igen: pluttra revoke --undo "{reader.name}"'
            raise UsageError(f"{reader.name} är avstängd.", hint=hint)
        if reader.id not in keystore.readers:
            hint = "Kör pluttra publish först."
            raise UsageError(f"{reader.name} har ingen nyckel att byta: inget är publicerat för den personen.", hint=hint)
        keystore.rekey(reader.id)
        return ()


def revoke(settings: Settings, written: str, *, undo: bool = False, identity: Path | None = None) -> Revoked:
    """Shut the reader that is meant out at once, whatever the register says; or, with `undo`, let the register decide again.

    Raises:
        UsageError: no reader, or more than one, has that name; or there is nothing to undo.
    """
    return _change(settings, (_Undo if undo else _Revoke)(written, int(now_of(settings).timestamp())), identity)


def rekey(settings: Settings, written: str, *, identity: Path | None = None) -> Revoked:
    """Give the reader that is meant another key: what they have, on any device or in any link, opens nothing from now on.

    Raises:
        UsageError: no reader, or more than one, has that name; or they have no key, or are shut out.
    """
    return _change(settings, _Rekey(written, int(now_of(settings).timestamp())), identity)


def _change(settings: Settings, change: _Change, identity: Path | None) -> Revoked:
    done, _, _ = rewrap(settings, change, identity=identity)
    if change.reader is None:
        raise AssertionError
    return Revoked(change.reader, change.read, done)


def _is_known(key: str, register: Register) -> bool:
    kind, _, ident = key.removeprefix("staff:").partition(":")
    return {"department": ident in register.department, "child": ident in register.child}.get(kind, True)
