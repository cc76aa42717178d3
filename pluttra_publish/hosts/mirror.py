"""Make a host hold exactly this site, in an order that leaves the old or the new one whole wherever it is killed.

Knows docs/format.md §14. Does not know keys, or why something is no longer wanted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts.gate import Admitted, Publishable, admit
from pluttra_publish.hosts.host import Host

_WAVES = (
    ("code", "page", "media"),
    ("index",),
    ("catalogue",),
    ("keyring", "invitation"),
    ("public", "shell"),
    ("root",),
)


@dataclass(frozen=True)
class Mirrored:
    """What was done: paths put and deleted, how many were left as they were, and the bytes that were put."""

    put: tuple[str, ...]
    kept: int
    deleted: tuple[str, ...]
    length: int


def mirror(host: Host, things: Iterable[Publishable], *, keep: Container[str] = frozenset()) -> Mirrored:
    """Put what `host` lacks of `things`, root last, then delete what is neither among them nor in `keep`.

    `things` and `keep` together are the whole site: `keep` holds the paths of what an earlier publish put and was not
    made again, and of garbage that still waits out its grace. Everything passes the gate before the first byte is put.
    What never changes under its path is not put again if it is there at full length.

    Raises:
        LeakError: something may not be put; nothing was.
        HostError: the host failed; the old or the new site is whole, and doing it again mends the rest.
    """
    admitted = [admit(thing) for thing in things]
    wanted = {thing.path for thing in admitted}
    if len(wanted) != len(admitted):
        raise LeakError("Två filer har samma sökväg på värden.")
    there = dict(host.list())
    new = [thing for thing in admitted if thing.role == "root" or not _lies_there(host, thing, there)]
    waves = [[thing for thing in new if thing.role in roles] for roles in _WAVES]
    gone = sorted(path for path in there.keys() - wanted if path not in keep)
    put_in_order(host, waves, gone)
    put = {thing.path for thing in new}
    return Mirrored(
        put=tuple(sorted(put)),
        kept=len(wanted - put),
        deleted=tuple(gone),
        length=sum(thing.length for thing in new),
    )


def put_changes(host: Host, things: Iterable[Publishable], gone: Iterable[str], *, kept: int) -> Mirrored:
    """Put what is new, root last, then delete what is `gone`; `kept` is how many files lie there already.

    For whoever knows what lies on the host: it is not asked.

    Raises:
        LeakError: something may not be put; nothing was.
        HostError: the host failed; the old or the new site is whole, and doing it again mends the rest.
    """
    admitted = [admit(thing) for thing in things]
    deleted = tuple(gone)
    put_in_order(host, [[thing for thing in admitted if thing.role in roles] for roles in _WAVES], deleted)
    length = sum(thing.length for thing in admitted)
    return Mirrored(tuple(sorted(thing.path for thing in admitted)), max(0, kept - len(deleted)), deleted, length)


def put_in_order(host: Host, waves: Sequence[Iterable[Admitted]], delete: Iterable[str]) -> None:
    """Put wave after wave, read back the last one, which is the root alone, and only then delete.

    Raises:
        HostError: the host failed, or gave back another root than the one put; nothing was deleted before that.
    """
    *before, last = (sorted(wave, key=lambda thing: thing.path) for wave in waves)
    if [thing.role for thing in last] != ["root"]:
        raise ValueError("the last wave must be the root alone")
    for wave in before:
        for thing in wave:
            host.put(thing)
    host.settle()
    root = last[0]
    host.put(root)
    host.settle()
    if _digest(host.get(root.path)) != root.digest:
        raise HostError(
            "Värden gav inte tillbaka den rot som just lades dit.",
            hint="Inget har tagits bort. Kör publiceringen igen; händer det på nytt, så sparar värden gamla svar.",
        )
    for path in delete:
        host.delete(path)


def _lies_there(host: Host, thing: Admitted, there: Mapping[str, int]) -> bool:
    if there.get(thing.path) != thing.length:
        return False
    return thing.cache == "forever" or _digest(host.get(thing.path)) == thing.digest


def _digest(content: bytes | None) -> bytes | None:
    return None if content is None else hashlib.sha256(content).digest()
