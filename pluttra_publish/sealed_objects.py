"""Pages and media to sealed objects, or to what is remembered of those that lie on the host. Knows keys. Does not know posts."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Protocol

from pluttra_publish.format.padding import Role
from pluttra_publish.format.posts import Reference
from pluttra_publish.register import Audience
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Entry, Ledger
from pluttra_publish.sealing.objects import Sealable, SealedObject, sealable


class There(Protocol):
    """What lies on the host: the length of what lies at a path, or None."""

    def get(self, path: str, /) -> int | None: ...


class Objects:
    """Seals pages and media, or recalls those that lie on the host already. What two posts share has one path, and is made once.

    What is named in `lost` is taken a turn further: it gets another key and name, now and from now on. So does, to the turn `anew` unless that is 0,
    whatever doesn't lie on the host: it may have lost readers there, of which this keystore knows nothing. `twins` say where the same sealed
    bytes lie already, by the path of what was made.
    """

    def __init__(
        self, keystore: Keystore, ledger: Ledger, there: There, workspace: Path, lost: frozenset[str], anew: int = 0
    ) -> None:
        self._keystore, self._ledger, self._there, self._shared = keystore, ledger, there, workspace
        self._lost, self._anew = lost, anew
        self.made: dict[str, SealedObject] = {}
        self.kept: set[str] = set()
        self.twins: dict[str, str] = {}

    def add(self, made: SealedObject) -> None:
        self.made.setdefault(made.path, made)

    def seal(self, source: bytes | Path, owner: Audience, role: Role, media_type: str) -> Reference:
        """Return the reference to a page or medium, sealed now unless the host has it whole already."""
        ready, before = self._ready(source, owner, role, media_type)
        if self._there.get(ready.path) == ready.sealed_length and (known := ready.recall(self._ledger)):
            self.kept.add(ready.path)
            return known
        reference, made = ready.seal(self._workspace(role))
        self._ledger.remember(made.path, Entry(made.sealed_length, made.digest, reference.segments))
        self.add(made)
        if before and self._there.get(before.path) == before.sealed_length:
            self.twins[made.path] = before.path
        return reference

    def _ready(
        self, source: bytes | Path, owner: Audience, role: Role, media_type: str
    ) -> tuple[Sealable, Sealable | None]:
        """Return what is to be sealed and, if its owner's things have been moved, the same under the name it had before."""
        keystore, moves = self._keystore, self._keystore.audience(owner.key).moves
        at_turn = partial(
            sealable,
            source,
            role=role,
            media_type=media_type,
            seal_secret=keystore.audience(owner.key).seal,
            naming_secret=keystore.naming_secret,
        )
        first = at_turn()
        turn = keystore.turns.get(first.name, 0)
        ready = at_turn(turn=turn, moves=moves) if turn or moves else first
        if turn < self._anew and self._there.get(ready.path) is None:
            keystore.turns[first.name] = turn = self._anew
            ready = at_turn(turn=turn, moves=moves)
        if ready.name not in self._lost:
            return ready, at_turn(turn=turn, moves=moves - 1) if moves else None
        keystore.turns[first.name] = turn + 1
        return at_turn(turn=turn + 1, moves=moves), None

    def _workspace(self, role: Role) -> Path:
        """Return a place of its own for a medium: two posts with the same film may be sealed at the same time."""
        return Path(tempfile.mkdtemp(dir=self._shared)) if role == "media" else self._shared
