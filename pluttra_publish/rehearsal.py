"""What a publish would change, and for whom: a sealed site that was not put, beside the one that lies there. Knows indexes and access. Puts nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pluttra_publish.before import Before
from pluttra_publish.errors import Findings, FormatError
from pluttra_publish.format.posts import Card, Index, Standing
from pluttra_publish.hosts import ShellFile, place_of
from pluttra_publish.plan import Access, title_of
from pluttra_publish.register import Audience, Register, audience_of, readers
from pluttra_publish.run import Run
from pluttra_publish.sealed_site import SealedSite
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.stale import Stale


@dataclass(frozen=True)
class Month:
    """A month of an audience that would be sealed anew: titles of posts and pages that are new, others than before, or taken away."""

    audience: str
    month: str
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reach:
    """A reader who would read more or less: by audience, the months."""

    reader: str
    audiences: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Rehearsal:
    """What would be: how many posts were `read`, the months sealed anew, `public` files by path, who `gains` and `loses` access."""

    findings: Findings = field(default_factory=Findings)
    read: int = 0
    months: tuple[Month, ...] = ()
    public: tuple[tuple[str, str], ...] = ()
    gains: tuple[Reach, ...] = ()
    loses: tuple[Reach, ...] = ()

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it."""
        return {
            "read": self.read,
            "months": [
                {"audience": one.audience, "month": one.month, "new": one.new, "changed": one.changed, "gone": one.gone}
                for one in self.months
            ],
            "public": dict(self.public),
            "gains": {one.reader: dict(one.audiences) for one in self.gains},
            "loses": {one.reader: dict(one.audiences) for one in self.loses},
        }


def nothing() -> Rehearsal:
    """Return what it comes to when nothing has changed."""
    return Rehearsal()


def rehearsal(
    run: Run,
    sealed: SealedSite,
    keystore: Keystore,
    before: Before,
    stale: Stale | None,
    given: Mapping[str, Mapping[str, Iterable[str]]],
    clear: Iterable[ShellFile],
    lying: Mapping[str, str],
) -> Rehearsal:
    """Return what would be another than it is. `given` are the months by audience that each reader has keys to, `lying` the digests of public files."""
    return Rehearsal(
        findings=run.findings,
        read=len(run.posts),
        months=tuple(_months(run, sealed, keystore, before, stale)),
        public=tuple(_public(clear, lying)) if run.clear else (),
        gains=tuple(_gains(run.access, run.register, given)),
        loses=tuple(_loses(run.access, run.register, given)),
    )


def _months(run: Run, sealed: SealedSite, keystore: Keystore, before: Before, stale: Stale | None) -> Iterator[Month]:
    kept = stale.kept.months if stale and stale.kept else None
    old = {
        (audience_of(key), month): index
        for key in keystore.audiences
        for month, index in _indexes(before, key, {m for a, m in kept if a.key == key} if kept is not None else None)
    }
    for audience, month in sorted(old.keys() | sealed.indexes.keys()):
        was = old.get((audience, month))
        coming = sealed.indexes.get((audience, month))
        found = _compared(was, coming[1] if coming else None)
        if any(found):
            new, changed, gone = (tuple(sorted(set(titles))) for titles in found)
            yield Month(_title(audience, run.register), month, new, changed, gone)


def _indexes(before: Before, key: str, only: set[str] | None) -> Iterator[tuple[str, Index]]:
    """Yield what lies there of an audience; what doesn't open is as if it didn't lie there."""
    if only is not None and not only:
        return
    try:
        rows = before.rows(key)
    except FormatError:
        return
    for month, row in rows.items():
        if only is None or month in only:
            try:
                yield month, before.index((key, month), row)
            except FormatError:
                continue


def _compared(was: Index | None, coming: Index | None) -> tuple[list[str], list[str], list[str]]:
    old, new = _leaves(was), _leaves(coming)
    added = [leaf.title for key, leaf in new.items() if key not in old]
    changed = [leaf.title for key, leaf in new.items() if key in old and old[key] != leaf]
    return added, changed, [leaf.title for key, leaf in old.items() if key not in new]


def _leaves(index: Index | None) -> dict[str, Card | Standing]:
    leaves: tuple[Card | Standing, ...] = (*index.posts, *index.pages) if index else ()
    return {leaf.id: leaf for leaf in leaves}


def _public(clear: Iterable[ShellFile], lying: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the public pages that would be new, changed or gone; of the shell and the reader, nothing."""
    coming = {file.path: hashlib.sha256(file.content).hexdigest() for file in clear}
    for path in sorted(coming.keys() | lying.keys()):
        if place_of(path) == "public" and coming.get(path) != lying.get(path):
            yield path, "new" if path not in lying else "changed" if path in coming else "gone"


def _gains(access: Access, register: Register, given: Mapping[str, Mapping[str, Iterable[str]]]) -> Iterator[Reach]:
    """Yield who would read what they did not; the month that begins for those who go on reading is nothing new."""
    known = readers(register)
    for reader, held in sorted(access.items()):
        had = given.get(reader, {})
        more: dict[str, set[str]] = defaultdict(set)
        for audience, months in held.items():
            new = set(months) - set(had.get(audience.key, ()))
            if had.get(audience.key):
                new = {month for month in new if month < max(had[audience.key])}
            if new:
                more[_title(audience, register)] |= new
        if more:
            yield _reach(known[reader].name, more)


def _loses(access: Access, register: Register, given: Mapping[str, Mapping[str, Iterable[str]]]) -> Iterator[Reach]:
    known = readers(register)
    for reader, had in sorted(given.items()):
        held = {audience.key: set(months) for audience, months in access.get(reader, {}).items()}
        less: dict[str, set[str]] = defaultdict(set)
        for key, months in had.items():
            if lost := set(months) - held.get(key, set()):
                less[_title(audience_of(key), register)] |= lost
        if less:
            yield _reach(known[reader].name if reader in known else reader, less)


def _reach(name: str, audiences: Mapping[str, Iterable[str]]) -> Reach:
    return Reach(name, tuple((title, tuple(sorted(months))) for title, months in sorted(audiences.items())))


def _title(audience: Audience, register: Register) -> str:
    """Return what an audience is called; what is in the register no more has its id left."""
    try:
        return title_of(audience, register)
    except KeyError:
        return audience.id
