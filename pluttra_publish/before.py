"""What lies on the host before a publish: which objects every month of every audience names. Knows the chain, and not what is to come.

An object that some audience-month named and no longer does has lost readers, also when its owner is the same: they hold its key. If
anybody else still reads it, it must be sealed anew, so that what they hold opens nothing on the host.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pluttra_publish.errors import FormatError
from pluttra_publish.format.chain import KINDS, Root, Row, Whereabouts
from pluttra_publish.format.layout import object_path
from pluttra_publish.format.posts import Card, Index, Standing
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.months import MonthTree

Month = tuple[str, str]
"""An audience's key in the keystore, and a month."""


@dataclass(frozen=True)
class Before:
    """The site on a host, as its publisher opens it; `root` is None where none lies. `get` takes a path, and the digest of what lies there."""

    root: Root | None
    get: Callable[[str, bytes], bytes | None]
    keystore: Keystore
    _led: dict[str, dict[str, Row]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _opened: dict[Row, Index] = field(default_factory=dict, init=False, repr=False, compare=False)

    def gone(self, coming: Mapping[Month, tuple[Row, Index]], *, only: Collection[Month] | None = None) -> set[str]:
        """Return the names of the objects that some month names and no longer will, by the indexes that are coming.

        `only` are the months that are looked at: the others stay as they are. What does not open here opens for nobody.
        """
        gone: set[str] = set()
        for month, row in self._rows(only):
            new = coming.get(month)
            if new is None or new[0].name != row.name:
                gone |= self._names(month, row) - (names_in(new[1]) if new else set())
        return gone

    def where(self, key: str) -> tuple[bool, Whereabouts] | None:
        """Return where the catalogue of an audience lies, and whether it was sealed in the newest epoch; None if there is none."""
        for secret in self.keystore.audiences[key].epochs if self.root else ():
            if self.root and (found := chain.find_slot(self.root, (chain.epoch_of(secret, ()),))):
                return secret == self.keystore.audiences[key].epochs[0], found[1]
        return None

    def rows(self, key: str) -> dict[str, Row]:
        """Return what leads to every month of an audience, by month.

        Raises:
            FormatError: its catalogue does not open.
        """
        if key not in self._led:
            self._led[key] = {month: row for (_, month), row in self._rows_of(key)}
        return self._led[key]

    def index(self, month: Month, row: Row) -> Index:
        """Return the index of a month.

        Raises:
            FormatError: it is not there, or does not open.
        """
        if row not in self._opened:
            self._opened[row] = self._index(month, row)
        return self._opened[row]

    def _index(self, month: Month, row: Row) -> Index:
        sealed = self.get(object_path(row.name), row.digest)
        if sealed is None:
            raise FormatError("host")
        return chain.open_index(sealed, row, audience=self.keystore.audiences[month[0]].id.hex(), month=month[1])

    def _rows(self, only: Collection[Month] | None) -> Iterator[tuple[Month, Row]]:
        keys = {key for key, _ in only} if only is not None else set(self.keystore.audiences)
        for key in sorted(keys & self.keystore.audiences.keys()) if self.root else ():
            try:
                rows = self.rows(key)
                yield from (((key, month), row) for month, row in rows.items() if only is None or (key, month) in only)
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
            tree = MonthTree(secret)
            for month, row in catalogue.months:
                yield (key, month), chain.open_row(row, tree.month(month))

    def _names(self, month: Month, row: Row) -> set[str]:
        try:
            return names_in(self.index(month, row))
        except FormatError:
            return set()


def names_in(index: Index) -> set[str]:
    """Return the names of all objects that an index leads to."""
    leaves: tuple[Card | Standing, ...] = (*index.posts, *index.pages)
    own = {index.page.name} if index.page else set()
    return own | {reference.name for leaf in leaves for reference in (leaf.page, *leaf.media)}
