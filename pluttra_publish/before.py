"""What lies on the host before a publish: which objects every month of every audience names. Knows the chain, and not what is to come.

An object that some audience-month named and no longer does has lost readers, also when its owner is the same: they hold its key. If
anybody else still reads it, it must be sealed anew, so that what they hold opens nothing on the host.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pluttra_publish.errors import FormatError
from pluttra_publish.format.chain import KINDS, Root, Row
from pluttra_publish.format.layout import object_path
from pluttra_publish.format.posts import Card, Index, Standing
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore

Month = tuple[str, str]
"""An audience's key in the keystore, and a month."""


@dataclass(frozen=True)
class Before:
    """The site on a host, as its publisher opens it; `root` is None where none lies. `get` takes a path, and the digest of what lies there."""

    root: Root | None
    get: Callable[[str, bytes], bytes | None]
    keystore: Keystore

    def lost(self, coming: Mapping[Month, tuple[Row, Index]]) -> frozenset[str]:
        """Return the names of the objects that lose readers by the indexes that are coming, and still have some.

        What does not open here opens for nobody.
        """
        gone: set[str] = set()
        for month, row in self._rows():
            new = coming.get(month)
            if new is None or new[0].name != row.name:
                gone |= self._names(month, row) - (_names_in(new[1]) if new else set())
        return (
            frozenset(name for _, index in coming.values() for name in gone & _names_in(index)) if gone else frozenset()
        )

    def _rows(self) -> Iterator[tuple[Month, Row]]:
        for key in self.keystore.audiences if self.root else ():
            try:
                yield from self._rows_of(key)
            except FormatError:
                continue

    def _rows_of(self, key: str) -> Iterator[tuple[Month, Row]]:
        keys = self.keystore.audiences[key]
        for secret in keys.epochs:
            found = chain.find_slot(self.root, (chain.epoch_of(secret, ()),)) if self.root else None
            sealed = self.get(object_path(found[1].name), found[1].digest) if found else None
            if found is None or sealed is None:
                continue
            kind = next(kind for kind in KINDS if kind == key.partition(":")[0])
            catalogue = chain.open_catalogue(sealed, found[1], found[0], audience=keys.id.hex(), kind=kind)
            for month, row in catalogue.months:
                yield (key, month), chain.open_row(row, chain.month_secret(secret, month))

    def _names(self, month: Month, row: Row) -> set[str]:
        sealed = self.get(object_path(row.name), row.digest)
        audience = self.keystore.audiences[month[0]].id.hex()
        try:
            return _names_in(chain.open_index(sealed, row, audience=audience, month=month[1])) if sealed else set()
        except FormatError:
            return set()


def _names_in(index: Index) -> set[str]:
    """Return the names of all objects that an index leads to."""
    leaves: tuple[Card | Standing, ...] = (*index.posts, *index.pages)
    own = {index.page.name} if index.page else set()
    return own | {reference.name for leaf in leaves for reference in (leaf.page, *leaf.media)}
