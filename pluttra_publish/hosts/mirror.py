"""Make a host hold exactly this site, in an order that leaves the old or the new one whole wherever it is killed.

Knows docs/format.md §14. Does not know keys, or why something is no longer wanted.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeVar

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts.gate import Admitted, Publishable, admit
from pluttra_publish.hosts.host import Host
from pluttra_publish.hosts.inventory import Lying
from pluttra_publish.hosts.paths import LOCK_PATH

_T = TypeVar("_T")

Step = Callable[[str, int, int], None]

_WAVES = (
    ("code", "page", "media"),
    ("index",),
    ("catalogue",),
    ("keyring", "invitation", "letterbox"),
    ("public", "shell"),
    ("root",),
)


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def no_check() -> None:
    """Find nothing wrong."""


@dataclass(frozen=True)
class Mirrored:
    """What was done: paths put and deleted, how many were left as they were, and the bytes that were put. `new` is what was put."""

    put: tuple[str, ...]
    kept: int
    deleted: tuple[str, ...]
    length: int
    new: Mapping[str, Lying] = field(repr=False, default_factory=dict)


def mirror(
    host: Host,
    things: Iterable[Publishable],
    *,
    keep: Container[str] = frozenset(),
    there: Mapping[str, Lying] | None = None,
    twins: Mapping[str, str] | None = None,
    before_root: Callable[[], None] = no_check,
    step: Step = no_step,
) -> Mirrored:
    """Put what `host` lacks of `things`, root last, then delete what is neither among them nor in `keep`.

    `things` and `keep` together are the whole site: `keep` holds the paths of what an earlier publish put and was not
    made again, and of garbage that still waits out its grace. Everything passes the gate before the first byte is put.
    What never changes under its path is not put again if it is there at full length. `there` is what lies there, if that is known
    already. `twins` says where the same sealed bytes lie already under another name: they are copied on the host where it can do that.
    `before_root` is asked right before the root is put, and may stop it.

    Raises:
        LeakError: something may not be put; nothing was.
        HostError: the host failed; the old or the new site is whole, and doing it again mends the rest.
    """
    admitted = [admit(thing) for thing in things]
    wanted = {thing.path: thing for thing in admitted}
    if len(wanted) != len(admitted):
        raise LeakError("Två filer har samma sökväg på värden.")
    if there is None:
        there = {path: Lying(length) for path, length in host.list()}
    new = [thing for thing in admitted if thing.role == "root" or not _lies_there(host, thing, there)]
    waves = [[thing for thing in new if thing.role in roles] for roles in _WAVES]
    gone = sorted(path for path in there.keys() - wanted.keys() if path not in keep and path != LOCK_PATH)
    same = {new: old for new, old in (twins or {}).items() if old in there and there[old].length == wanted[new].length}
    put_in_order(host, waves, gone, twins=same, before_root=before_root, step=step)
    put = {thing.path for thing in new}
    return Mirrored(
        put=tuple(sorted(put)),
        kept=len(wanted.keys() - put),
        deleted=tuple(gone),
        length=sum(thing.length for thing in new),
        new={path: Lying(thing.length, thing.digest) for path, thing in wanted.items()},
    )


def put_changes(
    host: Host,
    things: Iterable[Publishable],
    gone: Iterable[str],
    *,
    kept: int,
    twins: Mapping[str, str] | None = None,
    before_root: Callable[[], None] = no_check,
    step: Step = no_step,
) -> Mirrored:
    """Put what is new, root last, then delete what is `gone`; `kept` is how many files lie there already.

    For whoever knows what lies on the host: it is not asked. The rest is as for `mirror`.

    Raises:
        LeakError: something may not be put; nothing was.
        HostError: the host failed; the old or the new site is whole, and doing it again mends the rest.
    """
    admitted = [admit(thing) for thing in things]
    deleted = tuple(gone)
    waves = [[thing for thing in admitted if thing.role in roles] for roles in _WAVES]
    put_in_order(host, waves, deleted, twins=twins, before_root=before_root, step=step)
    return Mirrored(
        put=tuple(sorted(thing.path for thing in admitted)),
        kept=max(0, kept - len(deleted)),
        deleted=deleted,
        length=sum(thing.length for thing in admitted),
        new={thing.path: Lying(thing.length, thing.digest) for thing in admitted},
    )


def put_in_order(
    host: Host,
    waves: Sequence[Iterable[Admitted]],
    delete: Iterable[str],
    *,
    twins: Mapping[str, str] | None = None,
    before_root: Callable[[], None] = no_check,
    step: Step = no_step,
) -> None:
    """Put wave after wave, read back the last one, which is the root alone, and only then delete.

    Within a wave as many are put at once as the host likes; no wave begins before all of the one before it lies there.

    Raises:
        HostError: the host failed, or gave back another root than the one put; nothing was deleted before that.
    """
    *before, last = (sorted(wave, key=lambda thing: thing.path) for wave in waves)
    if [thing.role for thing in last] != ["root"]:
        raise ValueError("the last wave must be the root alone")
    counter = _Counter(step, "Lägger ut", sum(len(wave) for wave in before) + 1)

    def put(thing: Admitted) -> None:
        twin = (twins or {}).get(thing.path)
        if twin is None or not _copied(host, twin, thing):
            host.put(thing)

    for wave in before:
        _at_once(host.parallel, put, wave, counter)
    host.settle()
    root = last[0]
    before_root()
    host.put(root)
    host.settle()
    if _digest(host.get(root.path)) != root.digest:
        raise HostError(
            "Värden gav inte tillbaka den rot som just lades dit.",
            hint="Inget har tagits bort. Kör publiceringen igen; händer det på nytt, så sparar värden gamla svar.",
        )
    counter.one_more()
    gone = [*delete]
    _at_once(host.parallel, host.delete, gone, _Counter(step, "Tar bort gammalt", len(gone)))


def _copied(host: Host, twin: str, thing: Admitted) -> bool:
    """Tell whether the host has copied a twin; one that is not there is put like anything else."""
    try:
        return host.copy(twin, thing.path)
    except HostError as failed:
        if failed.transient:
            raise
        return False


def _at_once(parallel: int, do: Callable[[_T], None], what: Sequence[_T], counter: _Counter) -> None:
    """Do it for each, `parallel` at a time; after the first failure nothing more is begun, and what was begun is waited for."""
    if parallel == 1 or len(what) < 2:
        for each in what:
            do(each)
            counter.one_more()
        return
    workers = ThreadPoolExecutor(min(parallel, len(what)))
    try:
        begun = [workers.submit(do, each) for each in what]
        for future in begun:
            future.add_done_callback(lambda done: counter.one_more() if not done.cancelled() else None)
        wait(begun, return_when=FIRST_EXCEPTION)
    finally:  # Ctrl-C too
        workers.shutdown(wait=True, cancel_futures=True)
    for future in begun:
        if not future.cancelled():
            future.result()


class _Counter:
    """Tells how many are done."""

    def __init__(self, step: Step, what: str, total: int) -> None:
        self._step, self._what, self._total, self._done = step, what, total, 0
        self._lock = threading.Lock()

    def one_more(self) -> None:
        with self._lock:
            self._done += 1
            self._step(self._what, self._done, self._total)


def _lies_there(host: Host, thing: Admitted, there: Mapping[str, Lying]) -> bool:
    lying = there.get(thing.path)
    if lying is None or lying.length != thing.length:
        return False
    if thing.cache == "forever":
        return True
    known = lying.digest if lying.digest is not None else _digest(host.get(thing.path))
    return known == thing.digest


def _digest(content: bytes | None) -> bytes | None:
    return None if content is None else hashlib.sha256(content).digest()
