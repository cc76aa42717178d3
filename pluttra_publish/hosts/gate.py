"""The one gate before a host: only sealed objects and allow-listed shell files pass. Does not know hosts or keys.

A host's `put` takes `Admitted`, and only `admit` can make one.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from pluttra_publish.errors import LeakError
from pluttra_publish.format.digests import Digesting
from pluttra_publish.hosts.paths import Cache, cache_of, content_type, place_of
from pluttra_publish.sealing.objects import SealedObject

_PLACE_OF_ROLE = {
    "page": "object",
    "media": "object",
    "index": "object",
    "catalogue": "object",
    "keyring": "keyring",
    "invitation": "keyring",
    "letterbox": "keyring",
    "root": "root",
}
_LOCK = re.compile(rb'\{"owner":"[0-9a-f]{32}","time":[0-9]{1,12}\}')
_GATE = object()
_BLOCK = 1 << 20


@dataclass(frozen=True)
class ShellFile:
    """A public, person-free file of the shell, the reader's code or the public pages, at its `path` on the host."""

    path: str
    content: bytes = field(repr=False)


Publishable = SealedObject | ShellFile


@dataclass(frozen=True)
class Admitted:
    """Something that passed the gate and may be put on a host. Only `admit` makes one."""

    path: str
    length: int
    digest: bytes = field(repr=False)
    role: str
    cache: Cache
    content_type: str
    segmented: bool
    _source: Callable[[], BinaryIO] = field(repr=False, compare=False)
    _gate: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self._gate is not _GATE:
            raise LeakError("Något försökte gå förbi spärren före uppladdning.")

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes once through, a mebibyte at a time.

        Raises:
            LeakError: at the end, if they were not `length` bytes with `digest`: they changed after they were admitted.
        """
        digesting, length = Digesting(segmented=self.segmented), 0
        with self._source() as source:
            while block := source.read(_BLOCK):
                digesting.update(block)
                length += len(block)
                yield block
        if (length, digesting.digest()) != (self.length, self.digest):
            raise LeakError(f"Innehållet i {self.path} ändrades efter att det släpptes igenom spärren.")


def admit(thing: Publishable) -> Admitted:
    """Let `thing` through to a host.

    Raises:
        LeakError: it is neither a sealed object at a sealed path nor a shell file at an allow-listed path.
    """
    if type(thing) is SealedObject:
        return _admit_sealed(thing)
    if type(thing) is ShellFile:
        return _admit_shell(thing)
    raise LeakError(f"Bara förseglade objekt och skalets filer får laddas upp, inte {type(thing).__name__}.")


def _admit_sealed(thing: SealedObject) -> Admitted:
    place = place_of(thing.path)
    if place is None or place != _PLACE_OF_ROLE.get(thing.role):
        raise LeakError("Ett förseglat objekt har en sökväg eller roll som inte får finnas på värden.")
    return Admitted(
        path=thing.path,
        length=thing.sealed_length,
        digest=thing.digest,
        role=thing.role,
        cache=cache_of(thing.path),
        content_type=content_type(thing.path),
        segmented=thing.segmented,
        _source=thing.open,
        _gate=_GATE,
    )


def _admit_shell(thing: ShellFile) -> Admitted:
    place = place_of(thing.path)
    content = bytes(thing.content)
    if place not in {"shell", "code", "public"} and not (place == "lock" and _LOCK.fullmatch(content)):
        raise LeakError(f"En öppen fil får inte ligga på sökvägen {thing.path!r}.")
    return Admitted(
        path=thing.path,
        length=len(content),
        digest=hashlib.sha256(content).digest(),
        role=str(place),
        cache=cache_of(thing.path),
        content_type=content_type(thing.path),
        segmented=False,
        _source=lambda: io.BytesIO(content),
        _gate=_GATE,
    )
